//! Requests that take too long: fit to roll a deployment back.
//!
//! What 99 of 100 requests don't exceed, each model or variant by itself: percentiles of several can't be merged, so the
//! slowest of them counts. `ModelLatency` is in microseconds, and not there without a request.

use super::error_rate::{NONE_WHILE_NOBODY_CALLS, answers_at_once, models_are_listed};
use super::measure::slowest;
use super::spec::AlarmSource;
use super::words::{compared, for_how_long};
use super::{ANY_NUMBER, Comparison, Counted, Definition, Fit, MINUTE, MOST_METRICS, PeriodRule, ThresholdRule, Words};

/// Milliseconds that a container has for an answer that isn't streamed
/// (<https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html>).
const LONGEST_ANSWER: f64 = 60_000.0;

pub(super) const DEFINITION: Definition = Definition {
    suffix: "latency",
    absent: "off; `Threshold` is required",
    meaning: "Fires when requests to a model or variant take too long: p99 of `ModelLatency` in milliseconds",
    on_by_default: false,
    sources: &[AlarmSource::Invocations],
    source: |_| AlarmSource::Invocations,
    range: ANY_NUMBER,
    threshold: ThresholdRule {
        // An embedding takes milliseconds, a long answer of a large model half a minute.
        by_default: |_| None,
        holds: |milliseconds| milliseconds > 0.0,
        fix: "use milliseconds: more than 0",
    },
    comparison: Comparison::AtLeast,
    window: 5 * MINUTE,
    period: PeriodRule::Shortest,
    counts_samples: false,
    counted: Counted::Other,
    warms_up: false,
    watches: answers_at_once,
    nothing_to_watch: "the endpoint is asynchronous, and nobody waits for an answer; use BacklogAlarm",
    refusal: |situation, _| models_are_listed(situation),
    fit: |_| Fit { variants: MOST_METRICS, models: MOST_METRICS },
    measure: |alarm, scope| Some(slowest("ModelLatency", "Latency, p99 (ms)", alarm, scope)),
    what_is_wrong: |alarm, scope| {
        let (what, compared, time) = (scope.in_words(), compared(alarm), for_how_long(alarm));
        format!("One in a hundred requests to {what} takes {compared} ms in the model, {time}.")
    },
    cost: |_, _| None,
    steps: [
        "see whether requests have grown in number or size, and let the model scale out",
        "see what was deployed or changed last, and roll it back",
    ],
    annotation: |_| None,
    warning: |alarm, _| {
        (alarm.comparison.fires_above() && alarm.threshold > LONGEST_ANSWER).then(|| {
            format!(
                "SageMaker gives an answer up after {LONGEST_ANSWER} ms unless it is streamed, so the alarm ({}) could fire for streams alone; use \
                 less than {LONGEST_ANSWER}",
                compared(alarm)
            )
        })
    },
    breaching_gaps: Some(NONE_WHILE_NOBODY_CALLS),
    words: Words {
        measures: "Milliseconds in the model that 99 of 100 requests don't exceed, of the slowest model or variant.",
        why: "More or longer requests than the copies serve at once, or a model or container that has become slower.",
    },
};
