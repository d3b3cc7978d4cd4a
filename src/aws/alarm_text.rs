//! An alarm's definition as text and back: to be kept until it may have to be put back.
//!
//! The CloudWatch crate has no schemas to write and read it with; once it has, this goes. What can't be read back as it was is
//! not written at all.

use aws_sdk_cloudwatch::operation::put_composite_alarm::builders::PutCompositeAlarmInputBuilder;
use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmInputBuilder;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat};
use serde::{Deserialize, Serialize};

use super::{alarm_definition, same_alarm};
use crate::plan::AlarmRequest;

type Texts = Option<Vec<String>>;

#[derive(Debug, Deserialize, Serialize)]
enum Alarm {
    Metric(Box<MetricAlarm>),
    Composite(CompositeAlarm),
}

#[derive(Debug, Deserialize, Serialize)]
struct MetricAlarm {
    name: Option<String>,
    description: Option<String>,
    actions_enabled: Option<bool>,
    ok: Texts,
    alarm: Texts,
    insufficient_data: Texts,
    metric: Option<String>,
    namespace: Option<String>,
    statistic: Option<String>,
    extended_statistic: Option<String>,
    dimensions: Option<Vec<Pair>>,
    period: Option<i32>,
    unit: Option<String>,
    evaluation_periods: Option<i32>,
    datapoints_to_alarm: Option<i32>,
    threshold: Option<f64>,
    comparison: Option<String>,
    missing_data: Option<String>,
    low_samples: Option<String>,
    metrics: Option<Vec<Query>>,
    threshold_metric: Option<String>,
}

#[derive(Debug, Deserialize, Serialize)]
struct CompositeAlarm {
    name: Option<String>,
    description: Option<String>,
    rule: Option<String>,
    actions_enabled: Option<bool>,
    ok: Texts,
    alarm: Texts,
    insufficient_data: Texts,
    suppressor: Option<String>,
    suppressor_wait: Option<i32>,
    suppressor_extension: Option<i32>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Query {
    id: Option<String>,
    stat: Option<Stat>,
    expression: Option<String>,
    label: Option<String>,
    return_data: Option<bool>,
    period: Option<i32>,
    account: Option<String>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Stat {
    namespace: Option<String>,
    metric: Option<String>,
    dimensions: Option<Vec<Pair>>,
    period: Option<i32>,
    statistic: Option<String>,
    unit: Option<String>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Pair(Option<String>, Option<String>);

/// The definition as text; none where that would lose a part of it.
pub(crate) fn write(request: &AlarmRequest) -> Option<String> {
    let alarm = match request {
        AlarmRequest::Metric(request) => Alarm::Metric(Box::new(metric(request))),
        AlarmRequest::Composite(request) => Alarm::Composite(composite(request)),
    };
    let text = serde_json::to_string(&alarm).ok()?;
    read(&text).filter(|again| same_alarm(again, request)).map(|_| text)
}

/// The definition as text in one spelling for each meaning: to see whether an alarm is still what was written. What can't be written
/// whole is told by the SDK's own description, without members that are absent, so that those of a newer SDK change nothing.
pub(crate) fn in_one_spelling(request: &AlarmRequest) -> String {
    let normal = alarm_definition::in_one_spelling(request);
    write(&normal).unwrap_or_else(|| {
        let described = format!("{normal:?}");
        let members = described.split(", ").filter(|member| !member.ends_with(": None"));
        members.collect::<Vec<_>>().join(", ")
    })
}

/// The definition that a text was written from; none where it is no such text.
pub(crate) fn read(text: &str) -> Option<AlarmRequest> {
    Some(match serde_json::from_str(text).ok()? {
        Alarm::Metric(alarm) => AlarmRequest::Metric(Box::new(metric_again(*alarm))),
        Alarm::Composite(alarm) => AlarmRequest::Composite(Box::new(composite_again(alarm))),
    })
}

fn pairs(dimensions: &[Dimension]) -> Vec<Pair> {
    dimensions.iter().map(|one| Pair(one.name.clone(), one.value.clone())).collect()
}

fn dimensions(pairs: Vec<Pair>) -> Vec<Dimension> {
    let dimension = |Pair(name, value)| Dimension::builder().set_name(name).set_value(value).build();
    pairs.into_iter().map(dimension).collect()
}

fn metric(of: &PutMetricAlarmInputBuilder) -> MetricAlarm {
    MetricAlarm {
        name: of.get_alarm_name().clone(),
        description: of.get_alarm_description().clone(),
        actions_enabled: *of.get_actions_enabled(),
        ok: of.get_ok_actions().clone(),
        alarm: of.get_alarm_actions().clone(),
        insufficient_data: of.get_insufficient_data_actions().clone(),
        metric: of.get_metric_name().clone(),
        namespace: of.get_namespace().clone(),
        statistic: of.get_statistic().as_ref().map(ToString::to_string),
        extended_statistic: of.get_extended_statistic().clone(),
        dimensions: of.get_dimensions().as_deref().map(pairs),
        period: *of.get_period(),
        unit: of.get_unit().as_ref().map(ToString::to_string),
        evaluation_periods: *of.get_evaluation_periods(),
        datapoints_to_alarm: *of.get_datapoints_to_alarm(),
        threshold: *of.get_threshold(),
        comparison: of.get_comparison_operator().as_ref().map(ToString::to_string),
        missing_data: of.get_treat_missing_data().clone(),
        low_samples: of.get_evaluate_low_sample_count_percentile().clone(),
        metrics: of.get_metrics().as_ref().map(|queries| queries.iter().map(query).collect()),
        threshold_metric: of.get_threshold_metric_id().clone(),
    }
}

fn metric_again(alarm: MetricAlarm) -> PutMetricAlarmInputBuilder {
    PutMetricAlarmInputBuilder::default()
        .set_alarm_name(alarm.name)
        .set_alarm_description(alarm.description)
        .set_actions_enabled(alarm.actions_enabled)
        .set_ok_actions(alarm.ok)
        .set_alarm_actions(alarm.alarm)
        .set_insufficient_data_actions(alarm.insufficient_data)
        .set_metric_name(alarm.metric)
        .set_namespace(alarm.namespace)
        .set_statistic(alarm.statistic.as_deref().map(Into::into))
        .set_extended_statistic(alarm.extended_statistic)
        .set_dimensions(alarm.dimensions.map(dimensions))
        .set_period(alarm.period)
        .set_unit(alarm.unit.as_deref().map(Into::into))
        .set_evaluation_periods(alarm.evaluation_periods)
        .set_datapoints_to_alarm(alarm.datapoints_to_alarm)
        .set_threshold(alarm.threshold)
        .set_comparison_operator(alarm.comparison.as_deref().map(Into::into))
        .set_treat_missing_data(alarm.missing_data)
        .set_evaluate_low_sample_count_percentile(alarm.low_samples)
        .set_metrics(alarm.metrics.map(|queries| queries.into_iter().map(query_again).collect()))
        .set_threshold_metric_id(alarm.threshold_metric)
}

fn composite(of: &PutCompositeAlarmInputBuilder) -> CompositeAlarm {
    CompositeAlarm {
        name: of.get_alarm_name().clone(),
        description: of.get_alarm_description().clone(),
        rule: of.get_alarm_rule().clone(),
        actions_enabled: *of.get_actions_enabled(),
        ok: of.get_ok_actions().clone(),
        alarm: of.get_alarm_actions().clone(),
        insufficient_data: of.get_insufficient_data_actions().clone(),
        suppressor: of.get_actions_suppressor().clone(),
        suppressor_wait: *of.get_actions_suppressor_wait_period(),
        suppressor_extension: *of.get_actions_suppressor_extension_period(),
    }
}

fn composite_again(alarm: CompositeAlarm) -> PutCompositeAlarmInputBuilder {
    PutCompositeAlarmInputBuilder::default()
        .set_alarm_name(alarm.name)
        .set_alarm_description(alarm.description)
        .set_alarm_rule(alarm.rule)
        .set_actions_enabled(alarm.actions_enabled)
        .set_ok_actions(alarm.ok)
        .set_alarm_actions(alarm.alarm)
        .set_insufficient_data_actions(alarm.insufficient_data)
        .set_actions_suppressor(alarm.suppressor)
        .set_actions_suppressor_wait_period(alarm.suppressor_wait)
        .set_actions_suppressor_extension_period(alarm.suppressor_extension)
}

fn query(of: &MetricDataQuery) -> Query {
    let stat = of.metric_stat.as_ref().map(|stat| {
        let metric = stat.metric.as_ref();
        Stat {
            namespace: metric.and_then(|metric| metric.namespace.clone()),
            metric: metric.and_then(|metric| metric.metric_name.clone()),
            dimensions: metric.and_then(|metric| metric.dimensions.as_deref().map(pairs)),
            period: stat.period,
            statistic: stat.stat.clone(),
            unit: stat.unit.as_ref().map(ToString::to_string),
        }
    });
    Query {
        id: of.id.clone(),
        stat,
        expression: of.expression.clone(),
        label: of.label.clone(),
        return_data: of.return_data,
        period: of.period,
        account: of.account_id.clone(),
    }
}

fn query_again(query: Query) -> MetricDataQuery {
    let stat = query.stat.map(|stat| {
        let metric = Metric::builder()
            .set_namespace(stat.namespace)
            .set_metric_name(stat.metric)
            .set_dimensions(stat.dimensions.map(dimensions));
        let unit = stat.unit.as_deref().map(Into::into);
        MetricStat::builder()
            .metric(metric.build())
            .set_period(stat.period)
            .set_stat(stat.statistic)
            .set_unit(unit)
            .build()
    });
    MetricDataQuery::builder()
        .set_id(query.id)
        .set_metric_stat(stat)
        .set_expression(query.expression)
        .set_label(query.label)
        .set_return_data(query.return_data)
        .set_period(query.period)
        .set_account_id(query.account)
        .build()
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudwatch::types::{ComparisonOperator, StandardUnit, Statistic, WarmUpConfiguration};

    use super::*;

    fn simple() -> PutMetricAlarmInputBuilder {
        PutMetricAlarmInputBuilder::default()
            .alarm_name("theirs")
            .namespace("AWS/SageMaker")
            .metric_name("Invocations")
            .dimensions(Dimension::builder().name("EndpointName").value("e").build())
            .statistic(Statistic::Sum)
            .unit(StandardUnit::Count)
            .period(60)
            .evaluation_periods(3)
            .threshold(0.1)
            .comparison_operator(ComparisonOperator::LessThanThreshold)
            .alarm_actions("arn:aws:sns:us-east-1:1:t")
    }

    #[test]
    fn what_was_written_is_read_again_whole() {
        let metric = Metric::builder().namespace("n").metric_name("m").build();
        let stat = MetricStat::builder().metric(metric).period(10).stat("p99").build();
        let math = simple()
            .set_metric_name(None)
            .metrics(MetricDataQuery::builder().id("a").metric_stat(stat).return_data(false).build())
            .metrics(MetricDataQuery::builder().id("b").expression("a * 2").label("twice").build());
        let composite = PutCompositeAlarmInputBuilder::default().alarm_name("c").alarm_rule("ALARM(theirs)");
        let all = [
            AlarmRequest::Metric(Box::new(simple())),
            AlarmRequest::Metric(Box::new(math)),
            AlarmRequest::Composite(Box::new(composite.actions_suppressor("s"))),
        ];
        for request in all {
            let again = read(&write(&request).unwrap()).unwrap();
            assert!(same_alarm(&again, &request), "{again:?}");
        }
    }

    #[test]
    fn what_would_lose_something_is_not_written() {
        let warm_up = WarmUpConfiguration::builder().warm_up_period_duration_in_minutes(3).build();
        assert_eq!(write(&AlarmRequest::Metric(Box::new(simple().warm_up_configuration(warm_up)))), None);
        assert!(read("{}").is_none());
    }
}
