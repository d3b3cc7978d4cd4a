//! Too few GPUs left to scale a model or to place another.
//!
//! The opposite need of `unused_gpu`, and the same count: without an instance there is nothing to have room on, and no
//! datapoint.

use super::spec::AlarmSource;
use super::unused_gpu::{NOTHING_SHARES_GPUS, NUMBER_OF_GPUS, fit, measure, shares_gpus, unused_gpus};
use super::unused_gpu_outlook;
use super::words::{compared, dollars, for_how_long};
use super::{ANY_NUMBER, Comparison, Counted, Definition, HOUR, PeriodRule, Words};
use crate::endpoint::Variant;

pub(super) const DEFINITION: Definition = Definition {
    suffix: "gpu-buffer",
    absent: "off",
    meaning: "Fires when too few GPUs are left to scale a model or to place another",
    on_by_default: false,
    sources: &[AlarmSource::Reservation, AlarmSource::SampleCount],
    source: |_| AlarmSource::Reservation,
    range: ANY_NUMBER,
    threshold: NUMBER_OF_GPUS,
    comparison: Comparison::LessThan,
    // Shorter than a scale-out takes would fire at every scale-out.
    window: HOUR / 4,
    period: PeriodRule::Shortest,
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
        format!(
            "There is too little room on {what} to scale a model or to place another: {compared} unused GPUs, {time}."
        )
    },
    cost: |_, scope| {
        Some(format!("Room for one GPU more costs about {} a day.", dollars(scope.dollars_a_day(Variant::gpus)?)))
    },
    steps: [
        "see which model has scaled out, and whether the next copy waits for a GPU",
        "let the endpoint scale out by an instance, or lower the copies of a model",
    ],
    annotation: unused_gpus,
    warning: |alarm, outlook| unused_gpu_outlook::warning(alarm, outlook, "declare another instance"),
    breaching_gaps: None,
    words: Words {
        measures: "GPUs that are left on running instances to add a copy or to place another model.",
        why: "So few GPUs are left that the next copy has to wait for an instance to start, which takes minutes. Models scaled \
              out, or an instance went.",
    },
};
