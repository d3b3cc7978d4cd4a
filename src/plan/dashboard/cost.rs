//! What models, unused GPUs and instances cost. A panel without a price isn't there.

use crate::metrics::{ComponentMetric, Expr, Graph, IdLetter, MetricId, Stat};
use crate::spec::InferenceComponent;

use super::cluster::{by_dimension, query_id};
use super::grid::{COLUMNS, Grid};
use super::models::MODEL_NAME;
use super::series::{Context, Numbered};
use super::widget::{Line, Panel, View};

const HALF: u16 = COLUMNS / 2;
/// Panels of single models. With more models, a panel shows several of them.
const MOST_PANELS: usize = 100;
pub(super) fn cost(grid: &mut Grid<'_>, context: &Context<'_>) {
    if context.variants().all(|of| context.price(of).is_none()) {
        return;
    }
    grid.heading("Cost");
    models_per_hour(grid, context);
    models_per_thousand(grid, context);
    grid.new_row();
    each_model(grid, context);
    grid.new_row();
    unallocated(grid, context);
    instances(grid, context);
}

/// Dollars per hour of every model: of listed ones under their labels, and of all by query.
fn models_per_hour(grid: &mut Grid<'_>, context: &Context<'_>) {
    if !context.monitoring.enhanced_metrics {
        return;
    }
    let width = compared_width(context);
    let panel = |title: String| Panel { title, view: View::Stacked, left: "$ per hour", width, ..Panel::default() };
    let dimensions = &context.surroundings.gpu_dimensions;
    for (of, gpus) in context.shared() {
        let Some(price) = context.price(of) else { continue };
        for dimension in dimensions {
            let title = context.label("Cost of models per hour, listed or not", of);
            let samples = Expr::series(&query_id());
            let gpus_now = context.count_of_query(samples, of);
            grid.panel(Panel {
                lines: vec![
                    context.instance_samples(of),
                    Line::hidden_query(query_id(), context.query_by_model(*dimension, Some(&of.variant.name))),
                    Line::expression(gpus_now * price.0 / f64::from(gpus), MODEL_NAME),
                ],
                ..panel(format!("{title} (${})", by_dimension(dimensions, *dimension)))
            });
        }
    }
    let Some(of) = context.first_shared().filter(|_| context.line_each) else { return };
    let mut lines = vec![context.instance_samples(of)];
    for (number, model) in context.models().iter().enumerate() {
        let Some(dollars) = context.dollars_of_model(number, model.name.as_str()) else { continue };
        lines.extend(dollars.parts);
        let label = format!("{} $ per hour", model.label);
        lines.push(Line::expression(Context::per_hour(dollars.total, of), label));
    }
    grid.panel(Panel { lines, ..panel("Cost of models per hour ($)".to_owned()) });
}

/// What models cost for each thousand invocations, side by side.
fn models_per_thousand(grid: &mut Grid<'_>, context: &Context<'_>) {
    if !context.line_each {
        return;
    }
    let mut lines = Vec::new();
    for (number, model) in context.models().iter().enumerate() {
        let Some(dollars) = context.dollars_of_model(number, model.name.as_str()) else { continue };
        lines.extend(dollars.parts);
        lines.push(per_thousand_invocations(dollars.total, model));
    }
    let title = "Cost of 1,000 invocations, over the time range ($)".to_owned();
    grid.panel(Panel { title, lines, left: "$", width: compared_width(context), ..Panel::default() });
}

/// Width of the panels that set models beside each other: three where there is one of each.
fn compared_width(context: &Context<'_>) -> u16 {
    if context.line_each && !context.models().is_empty() { COLUMNS / 3 } else { HALF }
}

/// What a model's GPUs cost since the start of the time range, for each thousand invocations since then. A model that
/// nobody invoked has no value.
fn per_thousand_invocations(dollars: Expr<Graph>, model: &InferenceComponent) -> Line {
    const THOUSAND: f64 = 1000.0;
    let invocations = ComponentMetric::Invocation("Invocations").search(Stat::Sum);
    let invocations = Expr::search(invocations.with("InferenceComponentName", model.name.as_str())).summed();
    // A gap in one of the two is no gap in what it has come to.
    let so_far = |series: Expr<Graph>| series.filled_with(0.0).running_sum();
    let ratio = so_far(dollars) / so_far(invocations) * THOUSAND;
    Line::expression(ratio, format!("{} $ per 1,000 invocations", model.label))
}

/// Panels of single models, or of a few.
fn each_model(grid: &mut Grid<'_>, context: &Context<'_>) {
    let Some(of) = context.first_shared() else { return };
    let models = context.models();
    for models in models.chunks(models.len().div_ceil(MOST_PANELS).max(1)) {
        let labels: Vec<&str> = models.iter().map(|model| model.label.as_str()).collect();
        let mut lines = vec![context.instance_samples(of)];
        for (number, model) in models.iter().enumerate() {
            lines.extend(lines_of_model(context, number, model, of));
        }
        grid.panel(Panel {
            title: format!("Cost of {} ($)", labels.join(", ")),
            lines,
            left: "$",
            right: Some("$ cumulative"),
            width: HALF,
            ..Panel::default()
        });
    }
}

fn lines_of_model(context: &Context<'_>, number: usize, model: &InferenceComponent, of: Numbered<'_>) -> Vec<Line> {
    let Some(dollars) = context.dollars_of_model(number, model.name.as_str()) else { return Vec::new() };
    let (id, label) = (MetricId::numbered(IdLetter::DOLLARS, number), &model.label);
    let in_period = || Expr::series(&id);
    let mut lines = dollars.parts;
    lines.push(Line::expression(dollars.total, format!("{label} $")).with_id(id.clone()));
    lines.push(Line::expression(in_period().running_sum(), format!("{label} $ cumulative")).on_the_right());
    if context.line_each {
        let label = format!("{label} $ per {}", context.monitoring.frequency);
        lines.push(Line::expression(context.per_interval(in_period(), of), label));
    } else {
        lines.push(per_thousand_invocations(in_period(), model));
    }
    lines
}

/// What GPUs cost that no model holds.
fn unallocated(grid: &mut Grid<'_>, context: &Context<'_>) {
    let mut lines = Vec::new();
    for (of, gpus) in context.shared() {
        let Some(price) = context.price(of) else { continue };
        lines.push(context.instance_samples(of));
        lines.extend(context.used_samples(of, gpus));
        let (per_hour, dollars) = (context.unallocated_per_hour(of, gpus, price), context.unallocated(of, gpus, price));
        lines.extend(three_ways(per_hour, dollars, &context.label("Unallocated", of)));
    }
    grid.panel(whole("Cost of GPUs that no model holds ($)", lines));
}

/// What all instances cost, whoever uses them.
fn instances(grid: &mut Grid<'_>, context: &Context<'_>) {
    let mut lines = Vec::new();
    for of in context.variants() {
        let Some(price) = context.price(of) else { continue };
        lines.push(context.instance_samples(of));
        let (per_hour, dollars) = (context.instance_dollars_per_hour(of, price), context.instance_dollars(of, price));
        lines.extend(three_ways(per_hour, dollars, &context.label("Instances", of)));
    }
    grid.panel(whole("Cost of instances ($)", lines));
}

/// Dollars per hour, in each period, and since the start of the time range.
fn three_ways(per_hour: Expr<Graph>, dollars: Expr<Graph>, label: &str) -> [Line; 3] {
    [
        Line::expression(per_hour, format!("{label} $ per hour")).on_the_right(),
        Line::expression(dollars.clone(), format!("{label} $")),
        Line::expression(dollars.running_sum(), format!("{label} $ cumulative")).on_the_right(),
    ]
}

fn whole(title: &str, lines: Vec<Line>) -> Panel {
    let right = Some("$ per hour, $ cumulative");
    Panel { title: title.to_owned(), lines, left: "$", right, width: HALF, ..Panel::default() }
}
