//! Copies, and where requests go.

use crate::metrics::{
    Expr, INVOCATIONS, Order, Stat, container_metric, copy_metric, copy_requests, copy_sample_count, instance_requests,
};
use crate::spec::Serving;

use super::grid::Grid;
use super::requests::per_minute;
use super::series::{MOST_LINES_OF_MODELS, PanelContext, query_id};
use super::widget::{Line, Panel};

/// Instances or copies among those with the most requests.
const MOST: u16 = 20;

pub(super) fn routing(grid: &mut Grid<'_>, context: &PanelContext<'_>) {
    if context.monitoring.enhanced_metrics {
        grid.row(
            [copies(context), by_copy(context), by_instance(context), by_container(context)].into_iter().flatten(),
        );
    } else {
        grid.row(by_container(context));
    }
}

/// Copies of each model.
fn copies(context: &PanelContext<'_>) -> Option<Panel> {
    let variant = context.host()?;
    let mut lines = vec![context.instance_samples(variant)];
    if let Some(models) = context.few_models() {
        lines.extend(models.iter().map(|model| {
            let samples = copy_metric("CPUUtilizationNormalized", Stat::SampleCount, &context.monitoring.endpoint_name)
                .with("InferenceComponentName", model.name.as_str());
            let copies = context.count(Expr::search(samples).summed(), variant);
            Line::expression(copies, format!("{} copies", model.label))
        }));
    } else {
        let query = copy_sample_count(&context.monitoring.endpoint_name).by("InferenceComponentName");
        lines.push(Line::hidden_query(query_id(), query.biggest(MOST_LINES_OF_MODELS)));
        lines.push(Line::expression(context.count_of_query(Expr::series(&query_id()), variant), "Copies of"));
    }
    Some(Panel::of("Model copies (count)", "Copies of each model that were running.", lines, "Copies"))
}

fn by_copy(context: &PanelContext<'_>) -> Option<Panel> {
    let variant = context.host()?;
    let found = Expr::search(copy_requests("Invocations", Stat::Sum, &context.monitoring.endpoint_name));
    let busiest = found.sorted_by_mean(Order::HighestFirst, MOST);
    let lines = vec![
        context.instance_samples(variant),
        Line::expression(per_minute(busiest, &variant.instances_id()), "Requests per minute of"),
    ];
    Some(even(&format!("Requests per minute by copy, the {MOST} with the most: is the routing even?"), lines))
}

/// Of variants with models of their own that answer at once.
fn by_instance(context: &PanelContext<'_>) -> Option<Panel> {
    let endpoint = &context.monitoring.endpoint_name;
    let lines = context.variants().filter(|variant| variant.serving.is_own_model()).flat_map(|variant| {
        let found = Expr::search(instance_requests("Invocations", Stat::Sum, endpoint, &variant.name));
        let busiest = found.sorted_by_mean(Order::HighestFirst, MOST);
        [
            context.instance_samples(variant),
            Line::expression(
                per_minute(busiest, &variant.instances_id()),
                context.label("Requests per minute of", variant),
            ),
        ]
    });
    let lines: Vec<Line> = lines.collect();
    let title = format!("Requests per minute by instance, the {MOST} with the most: is the routing even?");
    (!lines.is_empty()).then(|| even(&title, lines))
}

fn by_container(context: &PanelContext<'_>) -> Option<Panel> {
    let endpoint = &context.monitoring.endpoint_name;
    let named = context.variants().filter(|variant| variant.serving == Serving::Containers);
    let lines = named.flat_map(|variant| {
        let found = Expr::search(container_metric(INVOCATIONS, "Invocations", Stat::Sum, endpoint, &variant.name));
        [
            context.instance_samples(variant),
            Line::expression(
                per_minute(found, &variant.instances_id()),
                context.label("Requests per minute of", variant),
            ),
        ]
    });
    let lines: Vec<Line> = lines.collect();
    (!lines.is_empty()).then(|| even("Requests per minute by container", lines))
}

fn even(title: &str, lines: Vec<Line>) -> Panel {
    let shows = "Requests of each copy, instance or container: lines far apart mean uneven routing.";
    Panel::of(title, shows, lines, "Requests per minute")
}
