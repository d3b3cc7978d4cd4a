//! Requests of `PutMetricAlarm` and `PutCompositeAlarm`, from an alarm's settings and what it measures.

use aws_sdk_cloudwatch::operation::put_composite_alarm::builders::PutCompositeAlarmInputBuilder;
use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmInputBuilder;
use aws_sdk_cloudwatch::types::{
    AlarmPromQlCriteria, Dimension, EvaluationCriteria, Metric as MetricShape, MetricDataQuery,
    MetricStat as StatShape, WarmUpConfiguration,
};

use super::AlarmRequest;
use crate::metrics::{Alarm, Expr, MetricId, MetricStat, PromQl, SampleCountQuery};
use crate::spec::{AlarmKind, AlarmSpec};

/// Seconds that a model must not have been idle before it counts as busy again: longer than a gap between two samples.
const RECOVERY: i32 = 600;
/// The longest warm-up (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_WarmUpConfiguration.html>).
const LONGEST_WARM_UP_MINUTES: i32 = 2880;

/// What an alarm watches.
pub(super) enum Measure {
    /// An expression over metrics, compared with the threshold.
    Math { queries: Vec<MetricDataQuery>, id: &'static str, label: &'static str, expression: Expr<Alarm> },
    /// A query that compares by itself: each of its series breaches.
    PromQl(PromQl),
}

pub(super) fn metric(alarm: &AlarmSpec, measure: Measure, description: String) -> AlarmRequest {
    let request = PutMetricAlarmInputBuilder::default()
        .alarm_name(alarm.name.as_str())
        .alarm_description(description)
        .actions_enabled(alarm.actions_enabled)
        .set_alarm_actions(Some(alarm.alarm_actions.clone()))
        .set_ok_actions(Some(alarm.ok_actions.clone()))
        .set_insufficient_data_actions(Some(alarm.insufficient_data_actions.clone()));
    let request = match measure {
        Measure::Math { queries, id, label, expression } => {
            let watched = MetricDataQuery::builder().id(id).expression(expression.to_string()).label(label);
            let mut metrics = vec![watched.return_data(true).build()];
            metrics.extend(queries);
            request
                .set_metrics(Some(metrics))
                .evaluation_periods(alarm.evaluation_periods)
                .datapoints_to_alarm(alarm.datapoints_to_alarm)
                .threshold(alarm.threshold)
                .comparison_operator(alarm.comparison.clone())
                .treat_missing_data(&alarm.treat_missing_data)
                .set_warm_up_configuration(warm_up(alarm))
        }
        Measure::PromQl(query) => {
            let criteria = AlarmPromQlCriteria::builder()
                .query(query.to_string())
                .pending_period(alarm.period * alarm.evaluation_periods)
                .recovery_period(RECOVERY)
                .build();
            request.evaluation_criteria(EvaluationCriteria::PromQlCriteria(criteria)).evaluation_interval(alarm.period)
        }
    };
    AlarmRequest::Metric(Box::new(request))
}

/// A new endpoint hasn't been called yet. The other kinds' windows are filled with data before they can fire.
fn warm_up(alarm: &AlarmSpec) -> Option<WarmUpConfiguration> {
    let seconds = alarm.period * alarm.evaluation_periods;
    let minutes = ((seconds - 1) / 60 + 1).min(LONGEST_WARM_UP_MINUTES);
    let configuration = WarmUpConfiguration::builder()
        .warm_up_period_duration_in_minutes(minutes)
        .only_start_evaluating_after_warm_up_period_ends(true);
    (alarm.kind == AlarmKind::NoTraffic).then(|| configuration.build())
}

/// The alarm that fires while one of its variants' does.
pub(super) fn composite(alarm: &AlarmSpec, description: String) -> AlarmRequest {
    let rule: Vec<String> = alarm.on_variants.iter().map(|part| format!("ALARM(\"{}\")", part.name)).collect();
    let request = PutCompositeAlarmInputBuilder::default()
        .alarm_name(alarm.name.as_str())
        .alarm_description(description)
        .alarm_rule(rule.join(" OR "))
        .actions_enabled(alarm.actions_enabled)
        .set_alarm_actions(Some(alarm.alarm_actions.clone()))
        .set_ok_actions(Some(alarm.ok_actions.clone()))
        .set_insufficient_data_actions(Some(alarm.insufficient_data_actions.clone()));
    AlarmRequest::Composite(Box::new(request))
}

pub(super) fn metric_query(id: &MetricId, stat: &MetricStat, period: i32) -> MetricDataQuery {
    let dimensions = stat.metric.dimensions.iter();
    let metric = MetricShape::builder()
        .namespace(stat.metric.namespace)
        .metric_name(stat.metric.name)
        .set_dimensions(Some(
            dimensions.map(|(name, value)| Dimension::builder().name(*name).value(value).build()).collect(),
        ))
        .build();
    let stat = StatShape::builder().metric(metric).period(period).stat(stat.stat.name()).build();
    MetricDataQuery::builder().id(id.as_str()).metric_stat(stat).return_data(false).build()
}

pub(super) fn sample_count_query(id: &MetricId, query: &SampleCountQuery, period: i32) -> MetricDataQuery {
    MetricDataQuery::builder().id(id.as_str()).expression(query.to_string()).period(period).return_data(false).build()
}
