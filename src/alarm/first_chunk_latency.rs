//! Streams that begin too late: what somebody who reads an answer as it comes waits for.
//!
//! `FirstChunkLatency`, which a request has only where its answer is streamed
//! (<https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-detailed-observability-metric-mapping.html>). Variants with a model of
//! their own have it; that inference components have it under their names is believed by analogy, and no page of AWS's says so.

use super::error_rate::models_are_listed;
use super::measure::slowest;
use super::spec::AlarmSource;
use super::words::{compared, for_how_long};
use super::{ANY_NUMBER, Comparison, Counted, Definition, Fit, MINUTE, MOST_METRICS, PeriodRule, ThresholdRule, Words};

pub(super) const DEFINITION: Definition = Definition {
    suffix: "first-chunk-latency",
    absent: "off; `Threshold` is required",
    meaning: "Fires when streamed answers of a model or variant begin too late: p99 of `FirstChunkLatency` in milliseconds. AWS \
              documents it for variants with a model of their own, not for inference components",
    on_by_default: false,
    sources: &[AlarmSource::Invocations],
    source: |_| AlarmSource::Invocations,
    range: ANY_NUMBER,
    threshold: ThresholdRule {
        // A chat begins within a second, a long prompt is read for many.
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
    watches: |variant| !variant.shadow && variant.serving.may_stream(),
    nothing_to_watch: "only variants that answer at once from instances of their own can be asked for a stream",
    refusal: |situation, _| models_are_listed(situation),
    fit: |_| Fit { variants: MOST_METRICS, models: MOST_METRICS },
    measure: |alarm, scope| Some(slowest("FirstChunkLatency", "First chunk, p99 (ms)", alarm, scope)),
    what_is_wrong: |alarm, scope| {
        let (what, compared, time) = (scope.in_words(), compared(alarm), for_how_long(alarm));
        format!("One in a hundred streams from {what} takes {compared} ms to its first chunk, {time}.")
    },
    cost: |_, _| None,
    steps: [
        "see whether requests have grown in number or in length of prompt, and let the model scale out",
        "see what was deployed or changed last, and roll it back",
    ],
    annotation: |_| None,
    warning: |_, _| None,
    breaching_gaps: Some("there is no value while nobody streams, so the alarm would fire in every quiet hour"),
    words: Words {
        measures: "Milliseconds to the first chunk of a stream that 99 of 100 streams don't exceed, of the slowest model or variant.",
        why: "More requests or longer prompts than the copies read at once, or a model or container that has become slower.",
    },
};
