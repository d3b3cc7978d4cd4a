//! The alarm on GPUs that no model holds.
//!
//! `GPUReservation` is the percentage of an instance's GPUs that inference components have reserved; what it leaves of
//! `instances × GPUs` is unused. It disappears with the last component, when everything is unused: then it counts as
//! 0 %. `CPUUtilization` counts the instances, also when nothing is placed on them; without an instance there is no
//! datapoint, and a missing datapoint is not breaching.

use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmInputBuilder;
use aws_sdk_cloudwatch::types::{
    ComparisonOperator, Dimension, Metric as MetricShape, MetricDataQuery, MetricStat as StatShape,
};

use crate::metrics::{Alarm, Expr, IdLetter, MetricId, MetricStat, Stat, endpoint_metric};
use crate::spec::{AlarmSpec, Monitoring, PublishFrequency, Variant};

/// A mean of percentages is seldom exact: three instances with one of twelve GPUs free give 0.9999999999999996. A
/// billionth of a GPU keeps a whole number on its own side of the threshold.
const ROUNDING: f64 = 1e-9;

pub(super) fn request(alarm: &AlarmSpec, monitoring: &Monitoring) -> PutMetricAlarmInputBuilder {
    let mut queries = Vec::new();
    let mut unused = Vec::new();
    for (number, (variant, gpus)) in shared(monitoring).enumerate() {
        let instances = MetricId::numbered(IdLetter::INSTANCES, number);
        let reserved = MetricId::numbered(IdLetter::RESERVED, number);
        let metric = |name, stat| endpoint_metric(name, stat, &monitoring.endpoint_name, &variant.name);
        queries.push(metric_query(&instances, &metric("CPUUtilization", Stat::SampleCount), alarm.period));
        queries.push(metric_query(&reserved, &metric("GPUReservation", Stat::Average), alarm.period));
        unused.push(unused_gpus(&instances, &reserved, gpus, alarm.period, monitoring.frequency));
    }
    let total = match unused.len() {
        1 => unused.remove(0),
        _ => Expr::sum_of(unused),
    };
    let expression = match alarm.comparison {
        ComparisonOperator::GreaterThanThreshold | ComparisonOperator::LessThanOrEqualToThreshold => total - ROUNDING,
        _ => total + ROUNDING,
    };
    queries.insert(0, expression_query(&expression));
    put_request(alarm, queries, description(alarm, monitoring))
}

/// Variants that share their GPUs among models, with the number of GPUs of one instance.
fn shared(monitoring: &Monitoring) -> impl Iterator<Item = (&Variant, u32)> {
    monitoring.variants.iter().filter_map(|variant| Some((variant, variant.shared_gpus()?)))
}

/// `(samples × 100 − samples × reserved) × GPUs ÷ 100 ÷ samples per instance`.
///
/// Where the period is no multiple of the publish frequency, an instance has more samples in some periods than in
/// others. The smaller number is divided by: a free GPU then never counts as less than one, and none as none.
fn unused_gpus(
    instances: &MetricId,
    reserved: &MetricId,
    gpus: u32,
    period: i32,
    frequency: PublishFrequency,
) -> Expr<Alarm> {
    let samples = || Expr::series(instances);
    let reserved = Expr::series(reserved).filled_with(0.0);
    let unused_percent = samples() * 100.0 - samples() * reserved;
    let samples_per_instance = (period / i32::from(frequency.seconds())).max(1);
    unused_percent * f64::from(gpus) / 100.0 / f64::from(samples_per_instance)
}

fn description(alarm: &AlarmSpec, monitoring: &Monitoring) -> String {
    alarm.description.clone().unwrap_or_else(|| {
        let minutes = f64::from(alarm.period) / 60.0;
        format!(
            "GPUs of endpoint {} that no inference component has reserved, for {} of {} minutes. Place a model on them, or \
             let the endpoint scale in.",
            monitoring.endpoint_name,
            f64::from(alarm.datapoints_to_alarm) * minutes,
            f64::from(alarm.evaluation_periods) * minutes,
        )
    })
}

fn metric_query(id: &MetricId, stat: &MetricStat, period: i32) -> MetricDataQuery {
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

fn expression_query(expression: &Expr<Alarm>) -> MetricDataQuery {
    MetricDataQuery::builder()
        .id("unused")
        .expression(expression.to_string())
        .label("Unused GPUs")
        .return_data(true)
        .build()
}

fn put_request(alarm: &AlarmSpec, queries: Vec<MetricDataQuery>, description: String) -> PutMetricAlarmInputBuilder {
    PutMetricAlarmInputBuilder::default()
        .alarm_name(alarm.name.as_str())
        .alarm_description(description)
        .actions_enabled(alarm.actions_enabled)
        .set_alarm_actions(Some(alarm.alarm_actions.clone()))
        .set_ok_actions(Some(alarm.ok_actions.clone()))
        .set_insufficient_data_actions(Some(alarm.insufficient_data_actions.clone()))
        .set_metrics(Some(queries))
        .evaluation_periods(alarm.evaluation_periods)
        .datapoints_to_alarm(alarm.datapoints_to_alarm)
        .threshold(alarm.threshold)
        .comparison_operator(alarm.comparison.clone())
        .treat_missing_data(&alarm.treat_missing_data)
}
