//! Nobody calls, and money runs.
//!
//! SageMaker publishes `Invocations` only while there are some, so none is 0 wherever `CPUUtilization` shows an
//! instance. Without an instance nothing is paid, and there is no datapoint. A new endpoint is given its whole time
//! before anybody is told: until then, a period that has only begun would count as one without a call.

use super::Scope;
use super::description::{compared, for_how_long};
use super::request::{Measure, metric_query};
use super::unused_gpu::instance_samples;
use crate::metrics::{Expr, IdLetter, MetricId, Stat, invocation_metric};
use crate::spec::AlarmSpec;

pub(super) fn measure(alarm: &AlarmSpec, scope: &Scope<'_>) -> Measure {
    let monitoring = scope.monitoring;
    let (mut queries, mut calls) = (Vec::new(), Vec::new());
    for (number, variant) in scope.variants.iter().enumerate() {
        let instances = MetricId::numbered(IdLetter::INSTANCES, number);
        let invocations = MetricId::numbered(IdLetter::INVOCATIONS, number);
        let stat = invocation_metric("Invocations", Stat::Sum, &monitoring.endpoint_name, &variant.name);
        queries.push(metric_query(&instances, &instance_samples(monitoring, variant), alarm.period));
        queries.push(metric_query(&invocations, &stat, alarm.period));
        calls.extend([Expr::series(&invocations), Expr::series(&instances) * 0.0]);
    }
    Measure::Math { queries, id: "calls", label: "Invocations", expression: Expr::sum_of(calls) }
}

pub(super) fn sentence(alarm: &AlarmSpec, scope: &Scope<'_>) -> String {
    format!(
        "Invocations of {} in each period while its instances run: {}, {}. Delete the endpoint, or let it scale to zero.",
        scope.in_words(),
        compared(alarm),
        for_how_long(alarm),
    )
}
