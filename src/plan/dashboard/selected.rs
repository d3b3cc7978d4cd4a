//! One model at a time, chosen from the drop-down at the top.
//!
//! The drop-down is a dashboard variable of type `pattern`: the console puts the chosen name wherever [`PLACEHOLDER`]
//! stands (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_dashboard_variables.html>).

use serde::Serialize;

use crate::metrics::{ComponentMetric, Expr, IdLetter, MetricId, Stat, copy_metric};

use super::dollars::Per;
use super::grid::Grid;
use super::requests::{MILLISECOND, per_minute};
use super::series::PanelContext;
use super::widget::{Line, Panel};

/// Stands for the chosen model. No name of an endpoint, a variant or a model can have it in it.
const PLACEHOLDER: &str = "SELECTED_MODEL";
/// What makes the console take the first value that it finds.
const FIRST_FOUND: &str = "__FIRST";

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
pub(super) fn variable<'p>(context: &PanelContext<'p>) -> Option<Variable<'p>> {
    context.host()?;
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

pub(super) fn selected(grid: &mut Grid<'_>, context: &PanelContext<'_>) {
    if variable(context).is_some() {
        grid.row([gpus_and_cost(context), Some(traffic()), Some(utilization(context))].into_iter().flatten());
    }
}

fn gpus_and_cost(context: &PanelContext<'_>) -> Option<Panel> {
    let shared = context.shared_by_model()?;
    let id = MetricId::numbered(IdLetter::HELD, 0);
    let unit = shared.unit();
    let held = context.count(Expr::series(&id), shared.variant);
    let mut lines = vec![
        context.instance_samples(shared.variant),
        Line::hidden_expression(id.clone(), context.samples_of_model(shared, PLACEHOLDER)),
        Line::expression(held, format!("{unit} of the selected model")),
    ];
    let rate = context.unit_rate(shared);
    lines.extend(rate.map(|rate| {
        let dollars = context.dollars(Expr::series(&id), rate, Per::Hour);
        Line::expression(dollars, "Selected model $ per hour").on_the_right()
    }));
    let (title, right) = match rate {
        Some(_) => (format!("{PLACEHOLDER}: {unit} and $ per hour"), Some("$ per hour")),
        None => (format!("{PLACEHOLDER}: {unit} (count)"), None),
    };
    let shows = "GPUs and dollars of the model that is chosen at the top of the dashboard.";
    Some(Panel { right, ..Panel::of(title, shows, lines, "Count") })
}

fn utilization(context: &PanelContext<'_>) -> Panel {
    let of_any = [("CPUUtilizationNormalized", "CPU"), ("MemoryUtilizationNormalized", "Memory")];
    let of_gpus = [("GPUUtilizationNormalized", "GPU"), ("GPUMemoryUtilizationNormalized", "GPU memory")];
    let of_gpus = of_gpus.into_iter().filter(|_| context.host().is_some_and(|variant| variant.gpus() > 0));
    let line = |(name, label)| Line::metric(ComponentMetric::Utilization(name).of(PLACEHOLDER, Stat::Average), label);
    let lines = of_any.into_iter().chain(of_gpus).map(line).collect();
    let shows = "CPU, memory and GPUs of the model that is chosen at the top of the dashboard.";
    Panel { most: Some(100), ..Panel::of(format!("{PLACEHOLDER}: utilization (%)"), shows, lines, "%") }
}

fn traffic() -> Panel {
    let metric = |name, stat| ComponentMetric::Invocation(name).of(PLACEHOLDER, stat);
    let calls = MetricId::numbered(IdLetter::INVOCATIONS, 0);
    let failed = MetricId::numbered(IdLetter::ERRORS, 0);
    let mut lines = vec![
        Line::hidden_metric(calls.clone(), metric("Invocations", Stat::Sum)),
        Line::hidden_metric(failed.clone(), metric("Invocation5XXErrors", Stat::Sum)),
        Line::expression(per_minute(Expr::series(&calls), &calls), "Requests per minute of the selected model"),
        Line::expression(per_minute(Expr::series(&failed), &calls), "5xx per minute of the selected model"),
    ];
    for (number, (stat, percent)) in [(Stat::P50, "p50"), (Stat::P99, "p99")].into_iter().enumerate() {
        let id = MetricId::numbered(IdLetter::LATENCY, number);
        let in_milliseconds = Expr::series(&id) / MILLISECOND;
        lines.push(Line::hidden_metric(id, metric("ModelLatency", stat)));
        lines.push(Line::expression(in_milliseconds, format!("{percent} of the selected model (ms)")).on_the_right());
    }
    let title = format!("{PLACEHOLDER}: requests per minute and latency (ms)");
    let shows = "Requests, failures and latency of the model that is chosen at the top of the dashboard.";
    Panel { right: Some("Milliseconds"), ..Panel::of(title, shows, lines, "Requests per minute") }
}
