//! GPUs that models hold and hardly use.
//!
//! `GPUUtilization` is a percentage of each GPU, summed over the GPUs of an instance; what it comes to for each GPU that
//! a model holds is the mean utilization of these. One busy model can hide an idle one in a mean. A query that groups by model
//! has a series for each, so that the alarm names the idle ones: with Metrics Insights, or with PromQL over the metrics
//! of detailed observability.

use super::measure::Series;
use super::spec::{AlarmSource, AlarmSpec};
use super::words::{compared, dollars, for_how_long};
use super::{
    Comparison, Counted, Definition, Fit, HOUR, MOST_METRICS, Measure, PERCENT, PeriodRule, Scope, Situation,
    ThresholdRule, Words,
};
use crate::endpoint::Variant;
use crate::metrics::{Expr, IdLetter, PromQl, Stat, mean_utilization_of_models};

/// Seconds that a PromQL query averages over at least: requests come in bursts.
const SMOOTHING: i32 = 300;

pub(super) const DEFINITION: Definition = Definition {
    suffix: "idle-gpu",
    absent: "off",
    meaning: "Fires when models hold GPUs and hardly use them",
    on_by_default: false,
    sources: &[AlarmSource::Reservation, AlarmSource::Insights, AlarmSource::PromQl],
    source: |_| AlarmSource::Reservation,
    range: PERCENT,
    threshold: ThresholdRule {
        // The launch article's guide line.
        by_default: |_| Some(30.0),
        holds: |percent| percent > 0.0 && percent <= 100.0,
        fix: "use a percentage: more than 0, at most 100",
    },
    comparison: Comparison::LessThan,
    window: HOUR,
    period: PeriodRule::Shortest,
    // Utilization and samples of the same period are divided by one another: how many there are doesn't matter.
    counts_samples: false,
    counted: Counted::WholeGpus,
    warms_up: false,
    watches: |variant| variant.gpus().is_some(),
    nothing_to_watch: "no variant has GPUs",
    refusal,
    fit: |source| match source {
        AlarmSource::Reservation => Fit { variants: MOST_METRICS / 2, ..Fit::ALL },
        _ => Fit::ALL,
    },
    measure,
    what_is_wrong,
    cost: |_, scope| {
        Some(format!("Each GPU that a model holds costs about {} a day.", dollars(scope.dollars_a_day(Variant::gpus)?)))
    },
    steps: [
        "see which model's GPUs are idle, and whether its requests have ended",
        "let models that nobody needs scale in, or put more on fewer GPUs",
    ],
    annotation: |alarm| Some((alarm.threshold, format!("under {} %", alarm.threshold))),
    warning: |alarm, _| {
        let all = alarm.threshold >= 100.0
            && (alarm.source == AlarmSource::PromQl || alarm.comparison == Comparison::LessThan);
        all.then(|| {
            "100 is breached by every GPU that ever rests, so the alarm would hardly leave ALARM; use 30".to_owned()
        })
    },
    breaching_gaps: None,
    words: Words {
        measures: "How much the GPUs that models hold compute.",
        why: "A model holds GPUs and hardly uses them: it has more copies than its requests need, or nobody calls it any more.",
    },
};

/// What a query for each model needs.
fn refusal(situation: &Situation<'_>, source: AlarmSource) -> Option<String> {
    let why = match source {
        AlarmSource::Insights if !situation.hosts_components() => {
            "Insights compares models that are placed as inference components, and there are none; leave Source out"
        }
        AlarmSource::Insights if !situation.enhanced_metrics => {
            "Insights looks at the single GPUs of each model, which only enhanced metrics have; set \
             MetricsConfig.EnableEnhancedMetrics to true, or use Reservation"
        }
        AlarmSource::Insights if !situation.names_gpu_dimension => {
            "Insights needs the dimension that identifies a GPU: a query with the wrong one finds nothing and stays silent; \
             give GpuDimension (GpuId or AcceleratorId), or use Reservation"
        }
        _ => return None,
    };
    Some(why.to_owned())
}

fn measure(alarm: &AlarmSpec, scope: &Scope<'_>) -> Option<Measure> {
    let endpoint = scope.endpoint;
    Some(match alarm.source {
        AlarmSource::PromQl => {
            let seconds = (2 * i32::from(scope.frequency.seconds())).max(SMOOTHING);
            let query = if scope.hosts_components() { PromQl::idle_models } else { PromQl::idle_variants };
            Measure::PromQl(query(endpoint, alarm.threshold, seconds))
        }
        AlarmSource::Insights => {
            // Declared wherever the spec has this source.
            let query = mean_utilization_of_models(scope.gpu_dimension?, endpoint);
            Measure::Grouped { query, label: "Utilization of each model's GPUs (%)" }
        }
        _ => mean(alarm, scope),
    })
}

/// `Σ utilization ÷ GPUs held`, each of which publishes as often as the other.
fn mean(alarm: &AlarmSpec, scope: &Scope<'_>) -> Measure {
    let mut series = Series::every(alarm.period);
    let (mut used, mut held) = (Vec::new(), Vec::new());
    let with_gpus = scope.variants.iter().filter_map(|variant| Some((*variant, variant.gpus()?)));
    for (number, (variant, gpus)) in with_gpus.enumerate() {
        let utilization = scope.of_instances("GPUUtilization", Stat::Sum, variant);
        used.push(series.add(IdLetter::UTILIZATION, number, &utilization));
        let gpus = f64::from(gpus);
        held.push(if variant.shared_gpus().is_some() {
            let reservation = scope.of_instances("GPUReservation", Stat::Sum, variant);
            series.add(IdLetter::RESERVED, number, &reservation) * gpus / 100.0
        } else {
            // A variant with a model of its own holds all its GPUs.
            series.add(IdLetter::INSTANCES, number, &scope.instance_samples(variant)) * gpus
        });
    }
    series.measure("utilization", "Utilization of GPUs that models hold (%)", Expr::total(used) / Expr::total(held))
}

fn what_is_wrong(alarm: &AlarmSpec, scope: &Scope<'_>) -> String {
    let (what, compared, time) = (scope.in_words(), compared(alarm), for_how_long(alarm));
    match alarm.source {
        AlarmSource::PromQl => format!(
            "A model on {what} holds GPUs and hardly uses them: less than {}% utilization, {time}. The alarm's contributors name it.",
            alarm.threshold
        ),
        AlarmSource::Insights => format!(
            "A model on {what} holds GPUs and hardly uses them: {compared}% utilization, {time}. The alarm's contributors name it."
        ),
        _ => format!("Models on {what} hold GPUs and hardly use them: {compared}% utilization on average, {time}."),
    }
}
