//! Nobody calls, and money runs.
//!
//! Models that are placed as inference components publish their requests under their own names alone: these are added
//! up, or found by a query over the five-dimension set, which names the endpoint. Variants with a model of their own
//! publish `Invocations`, asynchronous ones `InvocationsProcessed` (`data/published.csv`).
//!
//! An idle model publishes zeros or nothing, by contradicting sources, so a period without a request is 0 wherever the
//! models were ready to be called, and no datapoint elsewhere. Ready is an instance, with a model of its own; with
//! components it is a reservation: every copy reserves accelerators on a pool that has them, and memory everywhere
//! (`MinMemoryRequiredInMb` is required), so at zero copies it is 0 or isn't there. Samples of
//! `CPUUtilizationNormalized` by component would say the same at a metric for each model, and how many there are for a
//! copy is assumed only.
//!
//! A new endpoint is given its whole time before anybody is notified: until then, a period that has only begun would count as
//! one without a call.

use super::measure::Series;
use super::spec::{AlarmSource, AlarmSpec};
use super::words::{compared, dollars, for_how_long};
use super::{
    ANY_NUMBER, Comparison, Counted, Definition, Fit, HOUR, MINUTE, MOST_METRICS, Measure, PeriodRule, Scope,
    Situation, ThresholdRule, Words,
};
use crate::metrics::{Expr, IdLetter, Stat, invocation_metric, requests_metric, requests_of_components};

pub(super) const DEFINITION: Definition = Definition {
    suffix: "no-traffic",
    absent: "off",
    meaning: "Fires when instances run and nobody calls",
    on_by_default: false,
    sources: &[AlarmSource::Invocations, AlarmSource::Insights],
    source: |situation| if listed_ones_fit(situation) { AlarmSource::Invocations } else { AlarmSource::Insights },
    range: ANY_NUMBER,
    threshold: ThresholdRule {
        by_default: |_| Some(0.0),
        holds: |calls| calls >= 0.0,
        fix: "a number of requests is 0 or more",
    },
    comparison: Comparison::AtMost,
    window: 3 * HOUR,
    period: PeriodRule::Is(HOUR),
    counts_samples: false,
    counted: Counted::Other,
    warms_up: true,
    // What a shadow variant gets is a copy of another's requests.
    watches: |variant| variant.has_instances() && !variant.shadow,
    nothing_to_watch: "no variant has instances, so nothing is paid while nobody calls",
    refusal,
    // Of each variant its instances and its requests. Models are added up, or found by a query.
    fit: |_| Fit { variants: MOST_METRICS / 2, ..Fit::ALL },
    measure: |alarm, scope| Some(measure(alarm, scope)),
    what_is_wrong: |alarm, scope| {
        let (what, compared, time) = (scope.in_words(), compared(alarm), for_how_long(alarm));
        format!("Nobody calls {what} while its models are ready: {compared} requests in each period, {time}.")
    },
    cost: |_, scope| {
        let a_day = scope.dollars_a_day(|variant| variant.has_instances().then_some(1))?;
        Some(format!("Each instance costs about {} a day.", dollars(a_day)))
    },
    steps: [
        "see whether clients still call: endpoint name, permissions, schedules",
        "see where requests are routed; only if nobody is to call for now, let the endpoint scale in",
    ],
    annotation: |alarm| {
        let a_minute = alarm.threshold * f64::from(MINUTE) / f64::from(alarm.period);
        Some((a_minute, format!("{a_minute} a minute")))
    },
    warning: |_, _| None,
    breaching_gaps: None,
    words: Words {
        measures: "Requests to the endpoint while its models are ready to be called.",
        why: "Instances run and are paid for, and nobody has called the endpoint for the whole window: callers that go elsewhere \
              or are broken, or an endpoint that nobody needs at this hour.",
    },
};

/// How many models fit together with one metric for each variant, and another where it has a model of its own.
fn models_that_fit(situation: &Situation<'_>) -> usize {
    let of_variants: usize =
        situation.variants.iter().map(|variant| if variant.hosts_components() { 1 } else { 2 }).sum();
    MOST_METRICS.saturating_sub(of_variants)
}

fn listed_ones_fit(situation: &Situation<'_>) -> bool {
    !situation.hosts_components() || (1..=models_that_fit(situation)).contains(&situation.models.len())
}

fn refusal(situation: &Situation<'_>, source: AlarmSource) -> Option<String> {
    let components = situation.hosts_components();
    match source {
        AlarmSource::Insights if !components => Some(
            "Source Insights finds the requests of inference components, and no variant hosts any; leave Source out"
                .to_owned(),
        ),
        AlarmSource::Insights if !situation.enhanced_metrics => Some(format!(
            "requests of inference components come under their names alone, or with enhanced metrics under the endpoint's too; \
             list the models in InferenceComponents (at most {}), or set MetricsConfig.EnableEnhancedMetrics to true",
            models_that_fit(situation)
        )),
        AlarmSource::Invocations if !listed_ones_fit(situation) => Some(format!(
            "Source Invocations adds up the requests of the models in InferenceComponents, 1 to {} of them in one \
             alarm; list these, or use Source Insights, which finds them",
            models_that_fit(situation)
        )),
        _ => None,
    }
}

fn measure(alarm: &AlarmSpec, scope: &Scope<'_>) -> Measure {
    let mut series = Series::every(alarm.period);
    let (mut ready, mut calls) = (Vec::new(), Vec::new());
    for (number, variant) in scope.variants.iter().enumerate() {
        if variant.hosts_components() {
            // Of partitions nobody knows what is reserved.
            let reservation = if variant.shared_gpus().is_some() { "GPUReservation" } else { "MemoryReservation" };
            let reserved = scope.of_instances(reservation, Stat::Maximum, variant);
            ready.push(series.add(IdLetter::RESERVED, number, &reserved));
        } else {
            ready.push(series.add(IdLetter::INSTANCES, number, &scope.instance_samples(variant)));
            let requests = requests_metric(variant.serving);
            let requests = invocation_metric(requests, Stat::Sum, scope.endpoint, &variant.name);
            calls.push(series.add(IdLetter::INVOCATIONS, number, &requests));
        }
    }
    if alarm.source == AlarmSource::Insights {
        calls.push(series.query(&requests_of_components(scope.endpoint)));
    } else if scope.hosts_components() {
        let first = calls.len();
        for (number, requests) in scope.of_models("Invocations", Stat::Sum).enumerate() {
            calls.push(series.add(IdLetter::MODEL, first + number, &requests));
        }
    }
    // A series that isn't there counts as none, wherever there is one that says that models are ready.
    calls.extend(ready.iter().cloned().map(|ready| ready * 0.0));
    let expression = Expr::where_positive(Expr::total(ready), Expr::sum_of(calls));
    series.measure("calls", "Requests", expression)
}
