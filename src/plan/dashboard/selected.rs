//! One model at a time, chosen from the drop-down at the top.
//!
//! The drop-down is a dashboard variable of type `pattern`: the console puts the chosen name wherever [`PLACEHOLDER`]
//! stands (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_dashboard_variables.html>).

use serde::Serialize;

use crate::metrics::{ComponentMetric, Expr, IdLetter, MetricId, Stat, copy_metric};

use super::grid::{COLUMNS, Grid};
use super::series::Context;
use super::traffic::REQUESTS;
use super::widget::{Line, Panel};

/// Stands for the chosen model. No name of an endpoint, a variant or a model can have it in it.
const PLACEHOLDER: &str = "SELECTED_MODEL";
/// What makes the console take the first value that it finds.
const FIRST_FOUND: &str = "__FIRST";
const THIRD: u16 = COLUMNS / 3;

/// The drop-down.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Variable<'p> {
    default_value: &'p str,
    id: &'static str,
    input_type: &'static str,
    label: &'static str,
    pattern: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    populate_from: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    search: Option<String>,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<Vec<Choice<'p>>>,
    visible: bool,
}

/// A listed model.
#[derive(Serialize)]
struct Choice<'p> {
    label: &'p str,
    value: &'p str,
}

/// The drop-down, where there is anything to choose: the listed models, or all that publish something.
pub(super) fn variable<'p>(context: &Context<'p>) -> Option<Variable<'p>> {
    if !context.hosts_components() {
        return None;
    }
    let found = Variable {
        default_value: FIRST_FOUND,
        id: "model",
        input_type: "select",
        label: "Model",
        pattern: PLACEHOLDER,
        populate_from: None,
        search: None,
        r#type: "pattern",
        values: None,
        visible: true,
    };
    if let Some(first) = context.models().first() {
        let values = context.models().iter();
        let values = values.map(|model| Choice { label: &model.label, value: model.name.as_str() }).collect();
        return Some(Variable { default_value: first.name.as_str(), values: Some(values), ..found });
    }
    if !context.monitoring.enhanced_metrics {
        // Only enhanced metrics tell which models are this endpoint's.
        return None;
    }
    let every_copy = copy_metric("CPUUtilizationNormalized", Stat::Average, &context.monitoring.endpoint_name);
    Some(Variable { populate_from: Some("InferenceComponentName"), search: Some(every_copy.term()), ..found })
}

pub(super) fn selected(grid: &mut Grid<'_>, context: &Context<'_>) {
    if variable(context).is_none() {
        return;
    }
    grid.heading(&format!("One model: {PLACEHOLDER}"));
    gpus_and_cost(grid, context);
    utilization(grid, context);
    traffic(grid);
}

fn gpus_and_cost(grid: &mut Grid<'_>, context: &Context<'_>) {
    let Some(of) = context.first_shared().filter(|_| context.sees_held_gpus()) else { return };
    let gpus = Line::expression(context.gpus_of_model(PLACEHOLDER, of), "GPUs of the selected model");
    let mut lines = vec![context.instance_samples(of), gpus];
    let dollars = context.dollars_of_model(0, PLACEHOLDER);
    let (title, right) = match &dollars {
        Some(_) => ("GPUs and cost of the selected model (count, $)", Some("$")),
        None => ("GPUs of the selected model (count)", None),
    };
    if let Some(dollars) = dollars {
        let id = MetricId::numbered(IdLetter::DOLLARS, 0);
        let in_period = || Expr::series(&id);
        lines.extend(dollars.parts);
        lines.push(Line::expression(dollars.total, "Selected model $").with_id(id.clone()).on_the_right());
        let per_hour = Context::per_hour(in_period(), of);
        lines.push(Line::expression(per_hour, "Selected model $ per hour").on_the_right());
        lines.push(Line::expression(in_period().running_sum(), "Selected model $ cumulative").on_the_right());
    }
    grid.panel(Panel { title: title.to_owned(), lines, left: "GPUs", right, width: THIRD, ..Panel::default() });
}

fn utilization(grid: &mut Grid<'_>, context: &Context<'_>) {
    let of_any = [("CPUUtilizationNormalized", "CPU"), ("MemoryUtilizationNormalized", "Memory")];
    let of_gpus = [("GPUUtilizationNormalized", "GPU"), ("GPUMemoryUtilizationNormalized", "GPU memory")];
    let of_gpus = of_gpus.into_iter().filter(|_| context.first_shared().is_some());
    let line = |(name, label)| Line::metric(ComponentMetric::Utilization(name).of(PLACEHOLDER, Stat::Average), label);
    grid.panel(Panel {
        title: "Utilization of the selected model (%)".to_owned(),
        lines: of_any.into_iter().chain(of_gpus).map(line).collect(),
        left: "%",
        width: THIRD,
        ..Panel::default()
    });
}

fn traffic(grid: &mut Grid<'_>) {
    let metric = |name, stat| ComponentMetric::Invocation(name).of(PLACEHOLDER, stat);
    let requests = REQUESTS
        .into_iter()
        .map(|(name, stat, label)| Line::metric(metric(name, stat), format!("{label} of the selected model")));
    let latencies = [(Stat::P50, "p50"), (Stat::P90, "p90"), (Stat::P99, "p99")].into_iter().map(|(stat, percent)| {
        Line::metric(metric("ModelLatency", stat), format!("Model {percent} of the selected model")).on_the_right()
    });
    grid.panel(Panel {
        title: "Traffic of the selected model (count, µs)".to_owned(),
        lines: requests.chain(latencies).collect(),
        left: "Count per period",
        right: Some("Microseconds"),
        width: THIRD,
        ..Panel::default()
    });
}
