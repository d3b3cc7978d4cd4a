//! GPUs that no model holds, counted in one of two ways.
//!
//! `GPUReservation` is the percentage of an instance's GPUs that inference components have reserved; what it leaves of
//! `instances × GPUs` is unused. Its samples are added up, not averaged: an instance that holds nothing may publish
//! nothing, and then counts as unused. Or the samples of GPUs that models hold are counted by a query.
//! `CPUUtilization` counts the instances, also when nothing is placed on them; without an instance there is no
//! datapoint, and a missing datapoint is not breaching. A new endpoint publishes half an hour of data before this can
//! fire, so it needs no warm-up.

use aws_sdk_cloudwatch::types::{ComparisonOperator, MetricDataQuery};

use super::Scope;
use super::description::{compared, for_how_long};
use super::request::{Measure, metric_query, sample_count_query};
use crate::metrics::{Alarm, Expr, IdLetter, MetricId, MetricStat, Stat, endpoint_metric, gpu_sample_count};
use crate::spec::{AlarmSource, AlarmSpec, Monitoring, Variant};

/// Percentages are seldom exact: an instance with one of six GPUs free gives 0.9999999999999994. A billionth of a GPU
/// keeps a whole number on its own side of the threshold.
const ROUNDING: f64 = 1e-9;

pub(super) fn measure(alarm: &AlarmSpec, scope: &Scope<'_>) -> Measure {
    // Declared wherever the spec has this source.
    let dimension = scope.monitoring.gpu_dimension;
    let (queries, samples) = match dimension.filter(|_| alarm.source == AlarmSource::SampleCount) {
        Some(dimension) => {
            let variant = scope.variants.first().filter(|_| scope.single).map(|variant| &variant.name);
            let query = gpu_sample_count(dimension, &scope.monitoring.endpoint_name, variant);
            let id = MetricId::numbered(IdLetter::QUERY, 0);
            let (mut queries, samples) = by_samples(alarm, scope, &id);
            queries.push(sample_count_query(&id, &query, alarm.period));
            (queries, samples)
        }
        None => by_reservation(alarm, scope),
    };
    // Where the period is no multiple of the publish frequency, an instance has more samples in some periods than in
    // others. The smaller number is divided by: a free GPU then never counts as less than one, and none as none.
    let samples_per_instance = (alarm.period / i32::from(scope.monitoring.frequency.seconds())).max(1);
    let unused = samples / f64::from(samples_per_instance);
    let expression = match alarm.comparison {
        ComparisonOperator::GreaterThanThreshold | ComparisonOperator::LessThanOrEqualToThreshold => unused - ROUNDING,
        _ => unused + ROUNDING,
    };
    Measure::Math { queries, id: "unused", label: "Unused GPUs", expression }
}

/// `Σ (instance samples × 100 − Σ reserved percent) × GPUs ÷ 100`: samples that unused GPUs would have published.
fn by_reservation(alarm: &AlarmSpec, scope: &Scope<'_>) -> (Vec<MetricDataQuery>, Expr<Alarm>) {
    let mut queries = Vec::new();
    let mut unused = Vec::new();
    for (number, (variant, gpus)) in shared(scope).enumerate() {
        let instances = MetricId::numbered(IdLetter::INSTANCES, number);
        let reserved = MetricId::numbered(IdLetter::RESERVED, number);
        queries.push(metric_query(&instances, &instance_samples(scope.monitoring, variant), alarm.period));
        queries.push(metric_query(&reserved, &reservation(scope.monitoring, variant), alarm.period));
        let unused_percent = Expr::series(&instances) * 100.0 - Expr::series(&reserved).or_zero_beside(&instances);
        unused.push(unused_percent * f64::from(gpus) / 100.0);
    }
    (queries, Expr::total(unused))
}

/// `Σ instance samples × GPUs − samples of GPUs that models hold`.
fn by_samples(alarm: &AlarmSpec, scope: &Scope<'_>, held: &MetricId) -> (Vec<MetricDataQuery>, Expr<Alarm>) {
    let mut queries = Vec::new();
    let mut all = Vec::new();
    let mut used = vec![Expr::series(held)];
    for (number, (variant, gpus)) in shared(scope).enumerate() {
        let instances = MetricId::numbered(IdLetter::INSTANCES, number);
        queries.push(metric_query(&instances, &instance_samples(scope.monitoring, variant), alarm.period));
        all.push(Expr::series(&instances) * f64::from(gpus));
        // None held is none used, where there are instances.
        used.push(Expr::series(&instances) * 0.0);
    }
    (queries, Expr::total(all) - Expr::sum_of(used))
}

/// Variants that share their GPUs among models, with the number of GPUs of one instance.
fn shared<'s>(scope: &'s Scope<'_>) -> impl Iterator<Item = (&'s Variant, u32)> {
    scope.variants.iter().filter_map(|variant| Some((*variant, variant.shared_gpus()?)))
}

/// One sample for each instance and publish interval, with or without models on it.
pub(super) fn instance_samples(monitoring: &Monitoring, variant: &Variant) -> MetricStat {
    endpoint_metric("CPUUtilization", Stat::SampleCount, &monitoring.endpoint_name, &variant.name)
}

/// Percent of an instance's GPUs that are reserved, added up over all samples.
pub(super) fn reservation(monitoring: &Monitoring, variant: &Variant) -> MetricStat {
    endpoint_metric("GPUReservation", Stat::Sum, &monitoring.endpoint_name, &variant.name)
}

pub(super) fn sentence(alarm: &AlarmSpec, scope: &Scope<'_>) -> String {
    format!(
        "GPUs of {} that no inference component holds: {}, {}. Place a model on them, or let the endpoint scale in.",
        scope.in_words(),
        compared(alarm),
        for_how_long(alarm),
    )
}
