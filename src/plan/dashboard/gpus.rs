//! Instances and GPUs: how many there are, and who holds them.

use crate::metrics::Expr;
use crate::spec::AlarmKind;

use super::alarms::threshold;
use super::grid::Grid;
use super::series::{PanelContext, query_id};
use super::widget::{GraphView, Line, Panel};

pub(super) fn gpus(grid: &mut Grid<'_>, context: &PanelContext<'_>) {
    grid.row([Some(counts(context)), by_model(context)].into_iter().flatten());
}

/// Instances, and GPUs in total, used and unused.
fn counts(context: &PanelContext<'_>) -> Panel {
    let mut lines = Vec::new();
    for variant in context.with_instances() {
        lines.push(context.instance_samples(variant));
        lines.push(Line::expression(context.instances(variant), context.label("Instances", variant)));
        let gpus = variant.gpus();
        if gpus > 0 && !variant.hosts_components() {
            let total = context.count(variant.samples() * f64::from(gpus), variant);
            lines.push(Line::expression(total, context.label("Total GPUs", variant)));
        }
    }
    let shared = context.shared();
    if let Some(shared) = shared {
        let (variant, unit) = (shared.variant, shared.unit());
        lines.extend(context.used_lines(shared));
        lines.push(Line::expression(
            context.count(shared.total_samples(), variant),
            context.label(&format!("Total {unit}"), variant),
        ));
        let used = context.count(shared.used_samples(), variant);
        lines.push(Line::expression(used, context.label(&format!("Used {unit}"), variant)));
        let unused = context.count(shared.unused_samples(), variant);
        lines.push(Line::expression(unused, context.label(&format!("Unused {unit}"), variant)));
    }
    let thresholds = [AlarmKind::UnusedGpu, AlarmKind::GpuBuffer];
    let has_gpus = context.with_instances().any(|variant| variant.gpus() > 0);
    let with_gpus = "Instances, and their GPUs in total, used (a model holds them) and unused. Used and unused add \
        up to the total. The gap between total and used is paid for and does nothing.";
    let (title, shows) = match shared {
        Some(shared) => (format!("Instances and {} (count)", shared.unit()), with_gpus),
        None if has_gpus => ("Instances and GPUs (count)".to_owned(), with_gpus),
        None => ("Instances (count)".to_owned(), "Instances that run."),
    };
    let thresholds = thresholds.into_iter().filter_map(|kind| threshold(context, kind)).collect();
    Panel { thresholds, ..Panel::of(title, shows, lines, "Count") }
}

/// GPUs by model: of all by query, and of the listed ones while no query is possible.
fn by_model(context: &PanelContext<'_>) -> Option<Panel> {
    let shared = context.shared_by_model()?;
    let unit = shared.unit();
    let mut lines = vec![context.instance_samples(shared.variant)];
    let title = match (context.query_by_model(shared), context.few_models()) {
        (Some(query), _) => {
            let held = context.count_of_query(Expr::series(&query_id()), shared.variant);
            lines.push(Line::hidden_query(query_id(), query));
            lines.push(Line::expression(held, format!("{unit} of")));
            format!("{unit} held by each model, listed or not (count)")
        }
        (None, Some(models)) => {
            lines.extend(models.iter().map(|model| {
                let held = context.count(context.samples_of_model(shared, model.name.as_str()), shared.variant);
                Line::expression(held, format!("{unit} of {}", model.label))
            }));
            format!("{unit} held by each listed model (count)")
        }
        (None, None) => return None,
    };
    let shows =
        "GPUs that each model holds, also of models that the declaration doesn't list where a query finds them.";
    Some(Panel { view: GraphView::Stacked, ..Panel::of(title, shows, lines, "Count") })
}
