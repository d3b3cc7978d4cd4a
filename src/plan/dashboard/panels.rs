//! The panels, top to bottom.

use crate::metrics::{Expr, Graph, MetricId, MetricStat, Stat, invocation_metric};
use crate::pricing::{ListPrice, Price};
use crate::spec::{Capacity, InferenceComponent, Variant};

use super::series::{Context, Numbered, instances_id, reserved_id};
use super::widget::{Axis, Grid, Line, Panel};

const FULL: u16 = 24;
const HALF: u16 = 12;
/// A dashboard has at most 500 widgets; beyond this many models, panels show several of them.
const COST_PANELS: usize = 100;

/// Says what is shown, on which basis, and what can't be.
pub(super) fn header(grid: &mut Grid<'_>, context: &Context<'_>) {
    let monitoring = context.monitoring;
    let mut facts = vec![format!("Metrics every {}.", monitoring.frequency)];
    let mut priced: Vec<String> = Vec::new();
    let mut unknown: Vec<String> = Vec::new();
    for variant in &monitoring.variants {
        let price = match context.prices.of(variant) {
            Price::Declared(price) => format!("${} per instance-hour", price.0),
            Price::Listed(ListPrice { per_hour, effective }) => {
                format!("${} per instance-hour (on-demand list price since {effective})", per_hour.0)
            }
            Price::Unknown(reason) => {
                unknown.extend(reason);
                continue;
            }
        };
        priced.push(context.label(&price, variant));
    }
    unknown.dedup();
    match (priced.is_empty(), unknown.is_empty()) {
        (true, true) => facts.push("No costs are shown: CostPerHour is not given.".to_owned()),
        (true, false) => facts.push(format!("No costs are shown: {}.", unknown.join("; "))),
        (false, _) => facts.push(format!("Costs are estimates from the price given: {}.", priced.join(", "))),
    }
    if !priced.is_empty() && !unknown.is_empty() {
        facts.push(format!("Some costs are not shown: {}.", unknown.join("; ")));
    }
    if !monitoring.enhanced_metrics && monitoring.variants.iter().any(|variant| variant.shared_gpus().is_some()) {
        facts.push(
            "Enhanced metrics are off: used GPUs are what models have reserved, and costs per model can't be told."
                .to_owned(),
        );
    }
    grid.text(&format!("# {}\n{}", monitoring.endpoint_name, facts.join(" ")), 2);
}

/// Instances, and GPUs in total, used and unused.
pub(super) fn cluster(grid: &mut Grid<'_>, context: &Context<'_>) {
    let mut lines = Vec::new();
    let mut has_gpus = false;
    for of in context.variants() {
        let Capacity::Instances { gpus, .. } = of.variant.capacity else { continue };
        lines.push(hidden(instances_id(of), context.instance_samples(of.variant)));
        let mut draw = |label: &str, expression: Expr<Graph>| {
            lines.push(Line::Expression { expression, label: context.label(label, of.variant), axis: Axis::Left });
        };
        draw("Instances", context.instances(of));
        if gpus == 0 {
            continue;
        }
        has_gpus = true;
        draw("Total GPUs", context.total_gpus(of, gpus));
        match (of.variant.shared_gpus(), context.monitoring.enhanced_metrics) {
            (None, _) => {}
            (Some(_), true) => {
                context.used_gpus(of).into_iter().for_each(|used| draw("Used GPUs", used));
                context.unused_gpus(of, gpus).into_iter().for_each(|unused| draw("Unused GPUs", unused));
            }
            (Some(_), false) => {
                draw("Used GPUs", context.reserved_gpus(of, gpus));
                draw("Unused GPUs", context.unreserved_gpus(of, gpus));
                lines.push(hidden(reserved_id(of), context.reservation(of.variant)));
            }
        }
    }
    let title = if has_gpus { "Instances and GPUs (count)" } else { "Instances (count)" };
    grid.panel(&Panel { title: title.to_owned(), lines, left_label: "Count", right_label: None, width: FULL });
}

/// What each listed model costs, what nobody uses costs, and what whole variants cost that share no GPUs.
pub(super) fn costs(grid: &mut Grid<'_>, context: &Context<'_>) {
    let components = &context.monitoring.components;
    if context.monitoring.enhanced_metrics {
        let per_panel = components.len().div_ceil(COST_PANELS).max(1);
        for models in components.chunks(per_panel) {
            grid.panel(&models_cost(context, models));
        }
    }
    let mut unallocated = Vec::new();
    let mut whole = Vec::new();
    for of in context.variants() {
        let Some(price) = context.price(of.variant) else { continue };
        match of.variant.shared_gpus() {
            Some(gpus) if context.monitoring.enhanced_metrics => {
                unallocated.push(hidden(instances_id(of), context.instance_samples(of.variant)));
                for cost in context.unallocated_cost(of, gpus, price) {
                    unallocated.extend(cost_lines(cost, &context.label("Unallocated", of.variant)));
                }
            }
            _ => {
                whole.push(hidden(instances_id(of), context.instance_samples(of.variant)));
                whole.extend(cost_lines(context.instance_cost(of, price), &context.label("Instances", of.variant)));
            }
        }
    }
    grid.panel(&cost_panel("Cost of GPUs that no model holds ($)".to_owned(), unallocated));
    grid.panel(&cost_panel("Cost of instances ($)".to_owned(), whole));
}

/// Invocations and errors.
pub(super) fn traffic(grid: &mut Grid<'_>, context: &Context<'_>) {
    const METRICS: [(&str, &str); 3] =
        [("Invocations", "Invocations"), ("Invocation4XXErrors", "4xx errors"), ("Invocation5XXErrors", "5xx errors")];
    let endpoint = &context.monitoring.endpoint_name;
    let line = |of: Numbered<'_>, (name, label): (&'static str, &str)| Line::Metric {
        id: None,
        stat: invocation_metric(name, Stat::Sum, endpoint, &of.variant.name),
        label: Some(context.label(label, of.variant)),
    };
    let lines = context.variants().flat_map(|of| METRICS.map(|metric| line(of, metric))).collect();
    let title = "Invocations and errors (count per period)".to_owned();
    grid.panel(&Panel { title, lines, left_label: "Count", right_label: None, width: FULL });
}

fn models_cost(context: &Context<'_>, models: &[InferenceComponent]) -> Panel {
    let mut lines = Vec::new();
    for of in context.variants() {
        let (Some(gpus), Some(price)) = (of.variant.shared_gpus(), context.price(of.variant)) else { continue };
        for model in models {
            for cost in context.model_cost(of, gpus, price, &model.name) {
                lines.extend(cost_lines(cost, &shared_label(context, &model.label, of.variant)));
            }
        }
    }
    let labels: Vec<&str> = models.iter().map(|model| model.label.as_str()).collect();
    cost_panel(format!("Cost of {} ($)", labels.join(", ")), lines)
}

/// A model is on several variants only where several share GPUs.
fn shared_label(context: &Context<'_>, label: &str, variant: &Variant) -> String {
    let shared = context.variants().filter(|of| of.variant.shared_gpus().is_some()).count();
    if shared == 1 { label.to_owned() } else { context.label(label, variant) }
}

/// Dollars in each period on the left, their running sum on the right.
fn cost_lines(cost: Expr<Graph>, label: &str) -> [Line; 2] {
    [
        Line::Expression { expression: cost.clone(), label: format!("{label} $"), axis: Axis::Left },
        Line::Expression { expression: cost.running_sum(), label: format!("{label} $ cumulative"), axis: Axis::Right },
    ]
}

fn cost_panel(title: String, lines: Vec<Line>) -> Panel {
    Panel { title, lines, left_label: "$ per period", right_label: Some("$ cumulative"), width: HALF }
}

fn hidden(id: MetricId, stat: MetricStat) -> Line {
    Line::Metric { id: Some(id), stat, label: None }
}
