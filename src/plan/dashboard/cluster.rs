//! Instances, GPUs and copies: how many there are, and who holds them.

use crate::metrics::{Expr, Graph, IdLetter, MetricId, Stat, copy_metric, copy_sample_count};
use crate::spec::{AlarmKind, GpuDimension};

use super::alarms::threshold;
use super::grid::{COLUMNS, Grid};
use super::models::MODEL_NAME;
use super::series::{Context, Numbered};
use super::widget::{Line, Panel, View};

/// What there is now, and what it costs an hour.
pub(super) fn now(grid: &mut Grid<'_>, context: &Context<'_>) {
    let mut lines = counts(context, " now");
    for of in context.variants() {
        let Some(price) = context.price(of) else { continue };
        lines.push(Line::expression(context.instance_dollars_per_hour(of, price), context.label("$ per hour now", of)));
    }
    for (of, gpus) in context.shared() {
        let Some(price) = context.price(of) else { continue };
        let dollars = context.unallocated_per_hour(of, gpus, price);
        lines.push(Line::expression(dollars, context.label("Unallocated $ per hour now", of)));
    }
    grid.panel(Panel { title: "Now".to_owned(), lines, view: View::Newest, width: COLUMNS, ..Panel::default() });
}

/// The same counts over time.
pub(super) fn cluster(grid: &mut Grid<'_>, context: &Context<'_>) {
    let has_gpus = context.variants().any(|of| of.gpus() > 0);
    let title = if has_gpus { "Instances and GPUs (count)" } else { "Instances (count)" };
    let unused_gpus = |threshold| match threshold {
        1.0 => "1 unused GPU".to_owned(),
        more => format!("{more} unused GPUs"),
    };
    let thresholds = [AlarmKind::UnusedGpu, AlarmKind::GpuBuffer];
    grid.panel(Panel {
        title: title.to_owned(),
        lines: counts(context, ""),
        thresholds: thresholds.into_iter().filter_map(|kind| threshold(context, kind, unused_gpus)).collect(),
        left: "Count",
        width: COLUMNS,
        ..Panel::default()
    });
}

/// Instances, and GPUs in total, used and unused.
fn counts(context: &Context<'_>, suffix: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    for of in context.variants().filter(|of| of.has_instances()) {
        let line =
            |expression, label: &str| Line::expression(expression, context.label(&format!("{label}{suffix}"), of));
        lines.push(context.instance_samples(of));
        lines.push(line(context.instances(of), "Instances"));
        let gpus = of.gpus();
        if gpus == 0 {
            continue;
        }
        lines.push(line(context.total_gpus(of, gpus), "Total GPUs"));
        if of.hosts_components() {
            lines.extend(context.used_samples(of, gpus));
            lines.push(line(context.used_gpus(of), "Used GPUs"));
            lines.push(line(context.unused_gpus(of, gpus), "Unused GPUs"));
        }
    }
    lines
}

/// GPUs by model, also of models that nobody listed.
///
/// A widget may hold one query, and a query names its dimensions: while nobody knows which of two tells GPUs apart,
/// there is a panel for each, of which one stays empty.
pub(super) fn gpus_by_model(grid: &mut Grid<'_>, context: &Context<'_>) {
    let Some(of) = context.first_shared().filter(|_| context.sees_held_gpus()) else { return };
    let dimensions = &context.surroundings.gpu_dimensions;
    for dimension in dimensions {
        grid.panel(Panel {
            title: format!("GPUs by model, listed or not (count{})", by_dimension(dimensions, *dimension)),
            lines: vec![
                context.instance_samples(of),
                Line::hidden_query(query_id(), context.query_by_model(*dimension, None)),
                Line::expression(context.count_of_query(Expr::series(&query_id()), of), MODEL_NAME),
            ],
            view: View::Stacked,
            left: "GPUs",
            width: if dimensions.len() == 1 { COLUMNS } else { COLUMNS / 2 },
            ..Panel::default()
        });
    }
}

/// Copies of each model.
pub(super) fn copies(grid: &mut Grid<'_>, context: &Context<'_>) {
    if !context.monitoring.enhanced_metrics {
        return;
    }
    let Some(of) = context.variants().find(|of| of.hosts_components()) else { return };
    let mut lines = vec![context.instance_samples(of)];
    if context.line_each && !context.models().is_empty() {
        lines.extend(context.models().iter().map(|model| {
            Line::expression(copies_of(context, model.name.as_str(), of), format!("{} copies", model.label))
        }));
    } else {
        let query = copy_sample_count(&context.monitoring.endpoint_name).by("InferenceComponentName");
        lines.push(Line::hidden_query(query_id(), query));
        lines.push(Line::expression(context.count_of_query(Expr::series(&query_id()), of), MODEL_NAME));
    }
    grid.new_row();
    let title = "Model copies (count)".to_owned();
    grid.panel(Panel { title, lines, left: "Copies", width: COLUMNS, ..Panel::default() });
}

fn copies_of(context: &Context<'_>, model: &str, of: Numbered<'_>) -> Expr<Graph> {
    let samples = copy_metric("CPUUtilizationNormalized", Stat::SampleCount, &context.monitoring.endpoint_name)
        .with("InferenceComponentName", model);
    context.count(Expr::search(samples).summed(), of)
}

/// Id of a panel's query.
pub(super) fn query_id() -> MetricId {
    MetricId::numbered(IdLetter::QUERY, 0)
}

/// What a panel's title says of its dimension, where there are several.
pub(super) fn by_dimension(all: &[GpuDimension], one: GpuDimension) -> String {
    if all.len() == 1 { String::new() } else { format!(", by {}", one.name()) }
}
