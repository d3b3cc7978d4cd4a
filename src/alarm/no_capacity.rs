//! Requests that met no copy of their model.
//!
//! `NoCapacityInvocationFailures`, the signal to scale from zero
//! (<https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-zero-instances.html>). It is there only where
//! there was such a request.

use super::error_rate::models_are_listed;
use super::measure::Series;
use super::spec::{AlarmSource, AlarmSpec};
use super::words::{compared, for_how_long};
use super::{
    ANY_NUMBER, Comparison, Counted, Definition, Fit, MINUTE, MOST_METRICS, Measure, PeriodRule, Scope, ThresholdRule,
    Words,
};
use crate::endpoint::Variant;
use crate::metrics::{Expr, IdLetter, Stat};

pub(super) const DEFINITION: Definition = Definition {
    suffix: "no-capacity",
    absent: "off",
    meaning: "Fires when a model is called that has no copy",
    on_by_default: false,
    sources: &[AlarmSource::Invocations],
    source: |_| AlarmSource::Invocations,
    range: ANY_NUMBER,
    threshold: ThresholdRule {
        by_default: |_| Some(1.0),
        holds: |calls| calls > 0.0,
        fix: "a number of requests is more than 0",
    },
    comparison: Comparison::AtLeast,
    // The next request waits for a copy: fire at once.
    window: MINUTE,
    period: PeriodRule::Shortest,
    counts_samples: false,
    counted: Counted::Other,
    warms_up: false,
    watches: Variant::hosts_components,
    nothing_to_watch: "no variant hosts inference components, and only these can be called without a copy",
    refusal: |situation, _| models_are_listed(situation),
    fit: |_| Fit { models: MOST_METRICS, ..Fit::ALL },
    measure: |alarm, scope| Some(measure(alarm, scope)),
    what_is_wrong: |alarm, scope| {
        let (what, compared, time) = (scope.in_words(), compared(alarm), for_how_long(alarm));
        format!("A model on {what} is called and has no copy to answer: {compared} requests in a period, {time}.")
    },
    cost: |_, _| None,
    steps: [
        "see which model has no copy, and let it scale out from zero",
        "if a copy is asked for and doesn't start, read its FailureReason and see whether GPUs are unused",
    ],
    annotation: |_| None,
    warning: |_, _| None,
    breaching_gaps: Some(
        "the metric is there only where a request met no copy, so the alarm would stay in ALARM while all is well",
    ),
    words: Words {
        measures: "Requests to models that have no copy.",
        why: "A model that was scaled to zero is called again and doesn't scale out by itself, or its copy can't be placed.",
    },
};

fn measure(alarm: &AlarmSpec, scope: &Scope<'_>) -> Measure {
    let mut series = Series::every(alarm.period);
    let all = scope.of_models("NoCapacityInvocationFailures", Stat::Sum).enumerate();
    let all: Vec<_> = all.map(|(number, stat)| series.add(IdLetter::FAILURES, number, &stat)).collect();
    series.measure("refused", "Requests that met no copy", Expr::sum_of(all))
}
