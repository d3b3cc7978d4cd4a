//! GPUs that models hold and hardly use.
//!
//! `GPUUtilization` is a percentage of each GPU, summed over the GPUs of an instance; what it comes to for each GPU that
//! a model holds is the mean work of these. One busy model can hide an idle one in a mean. PromQL has a series for each
//! model instead, so that the alarm names the idle ones.

use super::Scope;
use super::description::{compared, for_how_long};
use super::request::{Measure, metric_query};
use super::unused_gpu::{instance_samples, reservation};
use crate::metrics::{Expr, IdLetter, MetricId, PromQl, Stat, endpoint_metric};
use crate::spec::{AlarmSource, AlarmSpec};

/// Seconds that a query averages over at least: requests come in bursts.
const SMOOTHING: i32 = 300;

pub(super) fn measure(alarm: &AlarmSpec, scope: &Scope<'_>) -> Measure {
    if alarm.source == AlarmSource::PromQl { query(alarm, scope) } else { mean(alarm, scope) }
}

/// `Σ utilization ÷ GPUs held`, each of which publishes as often as the other.
fn mean(alarm: &AlarmSpec, scope: &Scope<'_>) -> Measure {
    let monitoring = scope.monitoring;
    let (mut queries, mut work, mut held) = (Vec::new(), Vec::new(), Vec::new());
    let with_gpus = scope.variants.iter().filter_map(|variant| Some((*variant, variant.gpus()?)));
    for (number, (variant, gpus)) in with_gpus.enumerate() {
        let utilization = MetricId::numbered(IdLetter::UTILIZATION, number);
        let stat = endpoint_metric("GPUUtilization", Stat::Sum, &monitoring.endpoint_name, &variant.name);
        queries.push(metric_query(&utilization, &stat, alarm.period));
        work.push(Expr::series(&utilization));
        let gpus = f64::from(gpus);
        if variant.shared_gpus().is_some() {
            let reserved = MetricId::numbered(IdLetter::RESERVED, number);
            queries.push(metric_query(&reserved, &reservation(monitoring, variant), alarm.period));
            held.push(Expr::series(&reserved) * gpus / 100.0);
        } else {
            // A variant with a model of its own holds all its GPUs.
            let instances = MetricId::numbered(IdLetter::INSTANCES, number);
            queries.push(metric_query(&instances, &instance_samples(monitoring, variant), alarm.period));
            held.push(Expr::series(&instances) * gpus);
        }
    }
    let expression = Expr::total(work) / Expr::total(held);
    Measure::Math { queries, id: "work", label: "Work of GPUs that models hold (%)", expression }
}

fn query(alarm: &AlarmSpec, scope: &Scope<'_>) -> Measure {
    let endpoint = &scope.monitoring.endpoint_name;
    let seconds = (2 * i32::from(scope.monitoring.frequency.seconds())).max(SMOOTHING);
    let shared = scope.variants.iter().any(|variant| variant.shared_gpus().is_some());
    let query = if shared { PromQl::idle_models } else { PromQl::idle_variants };
    Measure::PromQl(query(endpoint, alarm.threshold, seconds))
}

pub(super) fn sentence(alarm: &AlarmSpec, scope: &Scope<'_>) -> String {
    let (what, time) = (scope.in_words(), for_how_long(alarm));
    let advice = "Let models that nobody needs scale in, or put more on fewer GPUs.";
    if alarm.source == AlarmSource::PromQl {
        let percent = alarm.threshold;
        return format!(
            "Work of the GPUs that a model holds on {what}: less than {percent}%, {time}. The alarm's contributors name the model. {advice}"
        );
    }
    format!("Mean work of the GPUs that models hold on {what}: {}%, {time}. {advice}", compared(alarm))
}
