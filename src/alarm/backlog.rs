//! Requests that wait too long in an asynchronous endpoint's queue.
//!
//! The age of the oldest one, which has a sensible limit whatever the traffic, or how many wait. Both come under the
//! endpoint's name alone (<https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html>).

use super::measure::Series;
use super::spec::{AlarmSource, AlarmSpec};
use super::words::{compared, for_how_long};
use super::{
    ANY_NUMBER, Comparison, Counted, Definition, Fit, MINUTE, Measure, PeriodRule, Scope, ThresholdRule, Words,
};
use crate::endpoint::Serving;
use crate::metrics::{IdLetter, Stat, queue_metric};

pub(super) const DEFINITION: Definition = Definition {
    suffix: "backlog",
    absent: "off",
    meaning: "Fires when requests wait too long in an asynchronous endpoint's queue",
    on_by_default: false,
    sources: &[AlarmSource::OldestRequest, AlarmSource::BacklogSize],
    source: |_| AlarmSource::OldestRequest,
    range: ANY_NUMBER,
    threshold: ThresholdRule {
        // Seconds; how many may wait depends on the traffic.
        by_default: |source| (source == AlarmSource::OldestRequest).then_some(900.0),
        holds: |waiting| waiting > 0.0,
        fix: "use seconds, or a number of requests with Source BacklogSize: more than 0",
    },
    comparison: Comparison::AtLeast,
    window: 5 * MINUTE,
    period: PeriodRule::Shortest,
    counts_samples: false,
    counted: Counted::Other,
    warms_up: false,
    watches: |variant| variant.serving == Serving::Asynchronous,
    nothing_to_watch: "the endpoint isn't asynchronous (AsyncInferenceConfig), so it has no queue",
    refusal: |_, _| None,
    fit: |_| Fit::ALL,
    measure: |alarm, scope| Some(measure(alarm, scope)),
    what_is_wrong: |alarm, scope| {
        let (what, compared, time) = (scope.in_words(), compared(alarm), for_how_long(alarm));
        match alarm.source {
            AlarmSource::BacklogSize => format!("Requests pile up in the queue of {what}: {compared} wait, {time}."),
            _ => format!("Requests wait too long in the queue of {what}: the oldest {compared} s, {time}."),
        }
    },
    cost: |_, _| None,
    steps: [
        "see whether instances run and requests are processed, and read the model's log",
        "let the endpoint scale out, by the backlog for each instance",
    ],
    annotation: |_| None,
    warning: |_, _| None,
    breaching_gaps: None,
    words: Words {
        measures: "How long the oldest request in the queue has waited, or how many wait.",
        why: "More requests come than the instances process, the endpoint is scaled to zero and doesn't scale out, or the model fails.",
    },
};

fn measure(alarm: &AlarmSpec, scope: &Scope<'_>) -> Measure {
    let mut series = Series::every(alarm.period);
    let (metric, label) = match alarm.source {
        AlarmSource::BacklogSize => ("ApproximateBacklogSize", "Requests that wait"),
        _ => ("ApproximateAgeOfOldestRequest", "Age of the oldest request (s)"),
    };
    let stat = queue_metric(metric, Stat::Maximum, scope.endpoint);
    let waiting = series.add(IdLetter::WAITING, 0, &stat);
    series.measure("backlog", label, waiting)
}
