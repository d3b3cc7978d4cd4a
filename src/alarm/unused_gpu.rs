//! GPUs that no model holds, counted in one of two ways.
//!
//! `GPUReservation` is the percentage of an instance's GPUs that inference components have reserved; what it leaves of
//! `instances × GPUs` is unused. Its samples are added up, not averaged: an instance that holds nothing may publish
//! nothing, and then counts as unused. Or the samples of GPUs that models hold are counted by a query.
//! `CPUUtilization` counts the instances, also when nothing is placed on them; without an instance there is no
//! datapoint, and a missing datapoint is not breaching. A new endpoint publishes half an hour of data before this can
//! fire, so it needs no warm-up.

use super::measure::Series;
use super::spec::{AlarmSource, AlarmSpec};
use super::unused_gpu_outlook;
use super::words::{compared, dollars, for_how_long};
use super::{
    ANY_NUMBER, Comparison, Counted, Definition, Fit, HOUR, MOST_METRICS, Measure, PeriodRule, Scope, ThresholdRule,
    Words,
};
use crate::endpoint::Variant;
use crate::metrics::{Alarm, Expr, IdLetter, Stat, gpu_sample_count};

/// Percentages are seldom exact: an instance with one of six GPUs unused gives 0.9999999999999994. A billionth of a GPU
/// keeps a whole number on its own side of the threshold.
const ROUNDING: f64 = 1e-9;

pub(super) const DEFINITION: Definition = Definition {
    suffix: "unused-gpu",
    absent: "on where a variant has GPUs and no `ModelName`",
    meaning: "Fires when GPUs run that no model holds",
    on_by_default: true,
    sources: &[AlarmSource::Reservation, AlarmSource::SampleCount],
    source: |_| AlarmSource::Reservation,
    range: ANY_NUMBER,
    threshold: NUMBER_OF_GPUS,
    comparison: Comparison::AtLeast,
    window: HOUR / 2,
    period: PeriodRule::DividesWindow,
    counts_samples: true,
    counted: Counted::WholeGpus,
    warms_up: false,
    watches: shares_gpus,
    nothing_to_watch: NOTHING_SHARES_GPUS,
    refusal: |_, _| None,
    fit,
    measure: |alarm, scope| Some(measure(alarm, scope)),
    what_is_wrong: |alarm, scope| {
        let (what, compared, time) = (scope.in_words(), compared(alarm), for_how_long(alarm));
        format!("GPUs of {what} are paid for and no model holds them: {compared}, {time}.")
    },
    cost: |alarm, scope| {
        // Of a threshold of 0 there is nothing to multiply by.
        let gpus = alarm.threshold.max(1.0);
        let (least, most) = scope.dollars_a_day(Variant::gpus)?;
        let amount = dollars((least * gpus, most * gpus));
        Some(
            if gpus > 1.0 { format!("{gpus} unused GPUs cost") } else { "One unused GPU costs".to_owned() }
                + &format!(" about {amount} a day."),
        )
    },
    steps: [
        "see which model is missing, or how many instances are more than the models need",
        "repair or place the model, or let the endpoint scale in",
    ],
    annotation: unused_gpus,
    warning: |alarm, outlook| unused_gpu_outlook::warning(alarm, outlook, "place more copies"),
    breaching_gaps: None,
    words: Words {
        measures: "GPUs of running instances that no model holds.",
        why: "Instances run and are paid for while GPUs on them hold no model. Copies were removed or never placed, a copy needs \
              more GPUs than any one instance has left, or the endpoint scales in more slowly than its models do.",
    },
};

pub(super) const NUMBER_OF_GPUS: ThresholdRule =
    ThresholdRule { by_default: |_| Some(1.0), holds: |gpus| gpus >= 0.0, fix: "a number of GPUs is 0 or more" };

pub(super) const NOTHING_SHARES_GPUS: &str = "no variant hosts inference components on GPUs (a GPU InstanceType and no ModelName), and only for those does \
     SageMaker publish how many GPUs are unused";

#[expect(clippy::unnecessary_wraps, reason = "other kinds draw no threshold")]
pub(super) fn unused_gpus(alarm: &AlarmSpec) -> Option<(f64, String)> {
    let words = match alarm.threshold {
        1.0 => "1 unused GPU".to_owned(),
        more => format!("{more} unused GPUs"),
    };
    Some((alarm.threshold, words))
}

pub(super) fn shares_gpus(variant: &Variant) -> bool {
    variant.shared_gpus().is_some()
}

pub(super) fn fit(source: AlarmSource) -> Fit {
    // Of each variant its instances, and what is reserved of them; a query is an expression.
    let variants = if source == AlarmSource::SampleCount { MOST_METRICS } else { MOST_METRICS / 2 };
    Fit { variants, ..Fit::ALL }
}

pub(super) fn measure(alarm: &AlarmSpec, scope: &Scope<'_>) -> Measure {
    let mut series = Series::every(alarm.period);
    let samples = match alarm.source {
        AlarmSource::SampleCount => by_samples(&mut series, scope),
        _ => by_reservation(&mut series, scope),
    };
    // A whole number: a period that isn't a multiple of the publish frequency is refused.
    let samples_per_instance = (alarm.period / i32::from(scope.frequency.seconds())).max(1);
    let unused = samples / f64::from(samples_per_instance);
    let expression = match alarm.comparison {
        Comparison::MoreThan | Comparison::AtMost => unused - ROUNDING,
        Comparison::AtLeast | Comparison::LessThan => unused + ROUNDING,
    };
    series.measure("unused", "Unused GPUs", expression)
}

/// `Σ (instance samples × 100 − Σ reserved percent) × GPUs ÷ 100`: samples that unused GPUs would have published.
fn by_reservation(series: &mut Series, scope: &Scope<'_>) -> Expr<Alarm> {
    let mut unused = Vec::new();
    for (number, (variant, gpus)) in scope.sharing().enumerate() {
        let instances = series.add(IdLetter::INSTANCES, number, &scope.instance_samples(variant));
        let reserved =
            series.add(IdLetter::RESERVED, number, &scope.of_instances("GPUReservation", Stat::Sum, variant));
        let none_reserved = instances.clone() * 0.0;
        let unused_percent = instances * 100.0 - Expr::sum_of([reserved, none_reserved]);
        unused.push(unused_percent * f64::from(gpus) / 100.0);
    }
    Expr::total(unused)
}

/// `Σ instance samples × GPUs − samples of GPUs that models hold`.
fn by_samples(series: &mut Series, scope: &Scope<'_>) -> Expr<Alarm> {
    let (mut all, mut none_used) = (Vec::new(), Vec::new());
    for (number, (variant, gpus)) in scope.sharing().enumerate() {
        let instances = series.add(IdLetter::INSTANCES, number, &scope.instance_samples(variant));
        // None held is none used, where there are instances.
        none_used.push(instances.clone() * 0.0);
        all.push(instances * f64::from(gpus));
    }
    let only = scope.variants.first().filter(|_| scope.part.is_some()).map(|variant| &variant.name);
    // Declared wherever the spec has this source.
    let held = scope.gpu_dimension.map(|dimension| series.query(&gpu_sample_count(dimension, scope.endpoint, only)));
    Expr::total(all) - Expr::sum_of(held.into_iter().chain(none_used))
}
