//! Too many requests that fail: fit to roll a deployment back.
//!
//! Requests that end in 5xx, in percent of all: the model's or SageMaker's fault. 4xx is the caller's, and a caller's
//! mistake must not undo a deployment. Each model or variant by itself, and the worst of them counts: in a total, a
//! busy model would hide a broken one. Without a request there is nothing to divide by, and no datapoint.

use super::measure::Series;
use super::spec::{AlarmSource, AlarmSpec};
use super::words::{compared, for_how_long};
use super::{
    Comparison, Counted, Definition, Fit, MINUTE, MOST_METRICS, Measure, PERCENT, PeriodRule, Scope, Situation,
    ThresholdRule, Words,
};
use crate::endpoint::{Serving, Variant};
use crate::metrics::{Expr, IdLetter, Stat, invocation_metric};

pub(super) const DEFINITION: Definition = Definition {
    suffix: "error-rate",
    absent: "off",
    meaning: "Fires when too many requests to a model or variant end in 5xx",
    on_by_default: false,
    sources: &[AlarmSource::Invocations],
    source: |_| AlarmSource::Invocations,
    range: PERCENT,
    threshold: ThresholdRule {
        by_default: |_| Some(5.0),
        holds: |percent| (0.0..=100.0).contains(&percent),
        fix: "use a percentage: 0 to 100",
    },
    comparison: Comparison::AtLeast,
    window: 5 * MINUTE,
    period: PeriodRule::Shortest,
    counts_samples: false,
    counted: Counted::Other,
    warms_up: false,
    watches: answers_at_once,
    nothing_to_watch: "the endpoint is asynchronous, and what its failures are a part of isn't published; use BacklogAlarm",
    refusal: |situation, _| models_are_listed(situation),
    fit: |_| Fit { variants: MOST_METRICS / 2, models: MOST_METRICS / 2 },
    measure: |alarm, scope| Some(measure(alarm, scope)),
    what_is_wrong: |alarm, scope| {
        let (what, compared, time) = (scope.in_words(), compared(alarm), for_how_long(alarm));
        format!("Requests to {what} end in 5xx: {compared}% of them, {time}.")
    },
    cost: |_, _| None,
    steps: ["see what was deployed or changed last, and roll it back", "read the model's log for the error"],
    annotation: |_| None,
    warning: |alarm, _| {
        let all = alarm.threshold >= 100.0 && alarm.comparison == Comparison::AtLeast;
        all.then(|| "100 is reached only while every single request to a model or variant fails; use 5".to_owned())
    },
    breaching_gaps: Some(NONE_WHILE_NOBODY_CALLS),
    words: Words {
        measures: "Requests that end in 5xx, in percent of all, of the model or variant that has most.",
        why: "The model's container fails, runs out of memory or time, or SageMaker can't reach it. What callers do wrong (4xx) \
              doesn't count.",
    },
};

pub(super) const NONE_WHILE_NOBODY_CALLS: &str =
    "there is no value while nobody calls, so the alarm would fire in every quiet hour";

/// Requests and their answers belong together; shadow variants answer nobody.
pub(super) fn answers_at_once(variant: &Variant) -> bool {
    !variant.shadow && variant.serving != Serving::Asynchronous
}

/// Requests of inference components come under their names, which have to be known.
pub(super) fn models_are_listed(situation: &Situation<'_>) -> Option<String> {
    (situation.hosts_components() && situation.models.is_empty()).then(|| {
        "what is published of a model's requests comes under its name alone; list the models in InferenceComponents"
            .to_owned()
    })
}

fn measure(alarm: &AlarmSpec, scope: &Scope<'_>) -> Measure {
    let mut series = Series::every(alarm.period);
    let endpoint = scope.endpoint;
    let of_variants = scope.own_models().map(|variant| {
        ["Invocation5XXErrors", "Invocations"].map(|name| invocation_metric(name, Stat::Sum, endpoint, &variant.name))
    });
    let of_models = scope.of_models("Invocation5XXErrors", Stat::Sum).zip(scope.of_models("Invocations", Stat::Sum));
    let pairs: Vec<_> = of_variants.chain(of_models.map(|(errors, requests)| [errors, requests])).collect();
    let rates = pairs.iter().enumerate().map(|(number, [errors, requests])| {
        let errors = series.add(IdLetter::ERRORS, number, errors);
        errors * 100.0 / series.add(IdLetter::INVOCATIONS, number, requests)
    });
    let expression = Expr::highest(rates.collect());
    series.measure("errors", "Requests that end in 5xx (%)", expression)
}
