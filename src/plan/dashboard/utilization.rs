//! How hard GPUs, processors, memory and disks work.

use crate::metrics::{ComponentMetric, Expr, Graph, IdLetter, MetricId, Order, Stat, held_gpus, instance_gpus};
use crate::spec::AlarmKind;

use super::alarms::threshold;
use super::grid::{COLUMNS, Grid};
use super::models::compared;
use super::series::Context;
use super::widget::{Line, Panel, Threshold};

const HALF: u16 = COLUMNS / 2;
/// Copies among the busiest, and among the idlest.
const EXTREMES: u16 = 10;
/// What tells one GPU of a copy from another, beside its own number.
const COPY: &str = "${PROP('Dim.InferenceComponentName')} ${PROP('Dim.InstanceId')} ${PROP('Dim.ContainerId')}";

pub(super) fn utilization(grid: &mut Grid<'_>, context: &Context<'_>) {
    if context.variants().all(|of| !of.has_instances()) {
        return;
    }
    grid.heading("Utilization");
    if context.first_shared().is_some() {
        let idle = threshold(context, AlarmKind::IdleGpu, |percent| format!("under {percent} %"));
        let thresholds = [more_than_needed(), little_left()].into_iter().chain(idle).collect();
        let panel = Panel { thresholds, ..percent("GPU utilization by model (%)") };
        compared(grid, context, ComponentMetric::Utilization("GPUUtilizationNormalized"), Stat::Average, &panel);
        let panel = Panel { thresholds: vec![little_left()], ..percent("GPU memory by model (%)") };
        compared(grid, context, ComponentMetric::Utilization("GPUMemoryUtilizationNormalized"), Stat::Average, &panel);
    }
    if context.sees_held_gpus() {
        held(grid, context);
    }
    own_gpus(grid, context);
    if context.hosts_components() {
        let cpu = ComponentMetric::Utilization("CPUUtilizationNormalized");
        compared(grid, context, cpu, Stat::Average, &percent("CPU utilization by model (%)"));
        let memory = ComponentMetric::Utilization("MemoryUtilizationNormalized");
        compared(grid, context, memory, Stat::Average, &percent("Memory by model (%)"));
    }
    instances(grid, context);
}

/// Every GPU that a model copy holds, and the copies at either end.
fn held(grid: &mut Grid<'_>, context: &Context<'_>) {
    let found = |name| {
        let search = |dimension| held_gpus(name, Stat::Average, dimension, &context.monitoring.endpoint_name);
        Expr::list(context.each_dimension(|dimension| Expr::search(search(dimension))))
    };
    let compute = || found("GPUUtilizationNormalized");
    let guides = || vec![more_than_needed(), little_left()];
    let mut panel = |title: &str, expression: Expr<Graph>, label: &str, thresholds| {
        grid.panel(Panel { lines: vec![Line::expression(expression, label)], thresholds, ..percent(title) });
    };
    let busiest = compute().sorted_by_mean(Order::HighestFirst, EXTREMES);
    panel(&format!("Busiest copies ({EXTREMES} GPUs, %)"), busiest, COPY, guides());
    let idlest = compute().sorted_by_mean(Order::LowestFirst, EXTREMES);
    panel(&format!("Idlest copies ({EXTREMES} GPUs, %)"), idlest, COPY, guides());
    panel("Each held GPU (%)", compute(), "", guides());
    panel("Memory of each held GPU (%)", found("GPUMemoryUtilizationNormalized"), "", vec![little_left()]);
}

/// GPUs of variants with a model of their own. `GPUUtilization` of a variant is the sum over an instance's GPUs.
fn own_gpus(grid: &mut Grid<'_>, context: &Context<'_>) {
    let own = || context.variants().filter(|of| of.gpus() > 0 && !of.hosts_components());
    let lines = |name: &'static str| {
        let mut lines = Vec::new();
        for of in own() {
            let all = MetricId::numbered(IdLetter::GPUS, of.number);
            lines.push(Line::hidden_metric(all.clone(), context.instance_metric(name, Stat::Average, of)));
            let mean = Expr::series(&all) / f64::from(of.gpus());
            lines.push(Line::expression(mean, context.label("Mean of all GPUs", of)));
            if context.monitoring.enhanced_metrics {
                let (endpoint, variant) = (&context.monitoring.endpoint_name, &of.variant.name);
                let search = |dimension| Expr::search(instance_gpus(name, dimension, endpoint, variant));
                lines.push(Line::expression(Expr::list(context.each_dimension(search)), context.label("", of)));
            }
        }
        lines
    };
    let thresholds = vec![more_than_needed(), little_left()];
    grid.panel(Panel { lines: lines("GPUUtilization"), thresholds, ..percent("GPU utilization (%)") });
    let thresholds = vec![little_left()];
    grid.panel(Panel { lines: lines("GPUMemoryUtilization"), thresholds, ..percent("GPU memory (%)") });
}

fn instances(grid: &mut Grid<'_>, context: &Context<'_>) {
    let lines = |metrics: [(&'static str, Stat, &str); 2]| {
        let with_instances = context.variants().filter(|of| of.has_instances());
        let each = with_instances.flat_map(|of| {
            metrics.map(|(name, stat, label)| {
                Line::metric(context.instance_metric(name, stat, of), context.label(label, of))
            })
        });
        each.collect()
    };
    let cpu = [
        ("CPUUtilization", Stat::Average, "CPU, mean of instances"),
        ("CPUUtilization", Stat::Maximum, "CPU, busiest instance"),
    ];
    grid.panel(Panel { lines: lines(cpu), ..percent("CPU of instances (%, summed over cores)") });
    let room =
        [("MemoryUtilization", Stat::Average, "Memory"), ("DiskUtilization", Stat::Maximum, "Disk, fullest instance")];
    grid.panel(Panel { lines: lines(room), ..percent("Memory and disk of instances (%)") });
}

fn percent(title: &str) -> Panel {
    Panel { title: title.to_owned(), left: "%", width: HALF, ..Panel::default() }
}

/// The launch article's guide lines: under 30 % a model has more than it needs, over 80 % it is about to need more.
fn more_than_needed() -> Threshold {
    Threshold { label: "30 %: more than it needs".to_owned(), value: 30.0 }
}

fn little_left() -> Threshold {
    Threshold { label: "80 %: little left".to_owned(), value: 80.0 }
}
