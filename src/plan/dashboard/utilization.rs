//! How hard GPUs, processors, memory and disks work: in percent of what there is, between 0 and 100.

use crate::metrics::{
    ComponentMetric, ENDPOINTS, Expr, Graph, IdLetter, MetricId, Order, Stat, container_metric, held_gpus,
    instance_gpus,
};
use crate::spec::{AlarmKind, Serving};

use super::alarms::threshold;
use super::grid::Grid;
use super::series::PanelContext;
use super::widget::{Line, Panel, Threshold};

/// GPUs among the hottest.
const HOTTEST: u16 = 10;
/// What the panels of GPUs' utilization show.
const COMPUTE: &str =
    "How much the GPUs compute, as a mean, with guide lines at 30 % (underused) and 80 % (saturated).";
/// What the panels of GPUs' memory show.
const GPU_MEMORY: &str = "How much of the GPUs' memory is in use. Loaded weights count, also when nobody calls.";
/// What distinguishes one GPU of a copy from another, apart from its own number.
const COPY: &str = "${PROP('Dim.InferenceComponentName')} ${PROP('Dim.InstanceId')} ${PROP('Dim.ContainerId')}";
const MODEL: &str = "${PROP('Dim.InferenceComponentName')}";

pub(super) fn utilization(grid: &mut Grid<'_>, context: &PanelContext<'_>) {
    if context.with_instances().next().is_none() {
        serverless(grid, context);
        return;
    }
    let mut panels = Vec::new();
    if context.host().is_some_and(|variant| variant.gpus() > 0) {
        let idle = threshold(context, AlarmKind::IdleGpu);
        let thresholds = guides().into_iter().chain(idle).collect();
        let lines = of_models(context, "GPUUtilizationNormalized", "");
        panels.push(Panel { thresholds, ..percent("GPU utilization by model (%)", COMPUTE, lines) });
        panels.extend(hottest(context));
        let lines = of_models(context, "GPUMemoryUtilizationNormalized", "");
        panels.push(Panel { thresholds: vec![little_left()], ..percent("GPU memory by model (%)", GPU_MEMORY, lines) });
    }
    panels.extend(own_gpus(context));
    if context.host().is_some() {
        let mut lines = of_models(context, "CPUUtilizationNormalized", "CPU ");
        lines.extend(of_models(context, "MemoryUtilizationNormalized", "Memory "));
        let shows = "How much of the processors and the memory that a model was given is in use.";
        panels.push(percent("CPU and memory by model (%)", shows, lines));
    }
    panels.push(instances(context));
    panels.extend(containers(context));
    grid.row(panels);
}

/// Memory, which is all that tells of a serverless variant's load.
fn serverless(grid: &mut Grid<'_>, context: &PanelContext<'_>) {
    let memory = context.variants().map(|variant| {
        Line::metric(
            context.instance_metric("MemoryUtilization", Stat::Maximum, variant),
            context.label("Memory, most", variant),
        )
    });
    let shows = "How much of a serverless variant's memory is in use.";
    grid.row([percent("Memory (%)", shows, memory.collect())]);
}

/// A metric of every listed model, or of the ten that have the most. Without a list, only enhanced metrics tell which
/// models are this endpoint's.
fn of_models(context: &PanelContext<'_>, name: &'static str, before: &str) -> Vec<Line> {
    let metric = ComponentMetric::Utilization(name);
    if let Some(models) = context.few_models() {
        let line = |(label, stat)| Line::metric(stat, format!("{before}{label}"));
        return models
            .iter()
            .map(|model| (&model.label, metric.of(model.name.as_str(), Stat::Average)))
            .map(line)
            .collect();
    }
    let biggest = context.biggest_of(metric, Stat::Average).into_iter();
    biggest.map(|most| Line::expression(most, format!("{before}{MODEL}"))).collect()
}

/// The busiest GPUs, of all that a model holds.
fn hottest(context: &PanelContext<'_>) -> Option<Panel> {
    context.shared_by_model().filter(|shared| shared.variant.partitions.is_none())?;
    let endpoint = &context.monitoring.endpoint_name;
    let search = |dimension| Expr::search(held_gpus("GPUUtilizationNormalized", Stat::Average, dimension, endpoint));
    let hottest = Expr::list(context.each_dimension(search)).sorted_by_mean(Order::HighestFirst, HOTTEST);
    let lines = vec![Line::expression(hottest, COPY)];
    let shows = "The GPUs that compute most. Above 80 % the next request may have to wait.";
    Some(Panel { thresholds: guides(), ..percent(&format!("The {HOTTEST} hottest GPUs (%)"), shows, lines) })
}

/// GPUs of variants with a model of their own. `GPUUtilization` of a variant is the sum over an instance's GPUs.
fn own_gpus(context: &PanelContext<'_>) -> Vec<Panel> {
    let lines = |name: &'static str| {
        let mut lines = Vec::new();
        for variant in context.variants().filter(|variant| variant.gpus() > 0 && !variant.hosts_components()) {
            let all = MetricId::numbered(IdLetter::GPUS, variant.number);
            lines.push(Line::hidden_metric(all.clone(), context.instance_metric(name, Stat::Average, variant)));
            let mean: Expr<Graph> = Expr::series(&all) / f64::from(variant.gpus());
            lines.push(Line::expression(mean, context.label("Mean of all GPUs", variant)));
            if context.monitoring.enhanced_metrics {
                let endpoint = &context.monitoring.endpoint_name;
                let search = |dimension| Expr::search(instance_gpus(name, dimension, endpoint, &variant.name));
                let hottest = Expr::list(context.each_dimension(search)).sorted_by_mean(Order::HighestFirst, HOTTEST);
                lines.push(Line::expression(hottest, context.label("", variant)));
            }
        }
        lines
    };
    vec![
        Panel { thresholds: guides(), ..percent("GPU utilization (%)", COMPUTE, lines("GPUUtilization")) },
        Panel {
            thresholds: vec![little_left()],
            ..percent("GPU memory (%)", GPU_MEMORY, lines("GPUMemoryUtilization"))
        },
    ]
}

/// `CPUUtilization` is summed over cores, whose number isn't known here: it has no end at 100.
fn instances(context: &PanelContext<'_>) -> Panel {
    let mut lines = Vec::new();
    for variant in context.with_instances() {
        let line = |name, stat, label: &str| {
            Line::metric(context.instance_metric(name, stat, variant), context.label(label, variant))
        };
        lines.push(
            line("CPUUtilization", Stat::Maximum, "CPU of the busiest instance, summed over cores").on_the_right(),
        );
        lines.push(line("MemoryUtilization", Stat::Maximum, "Memory of the fullest instance"));
        lines.push(line("DiskUtilization", Stat::Maximum, "Disk of the fullest instance"));
    }
    let shows =
        "How full the fullest instance is, and how busy the busiest. CPU is summed over cores and may exceed 100 %.";
    Panel { right: Some("%, summed over cores"), ..percent("Memory, disk and CPU of instances (%)", shows, lines) }
}

/// Containers that requests name one by one.
fn containers(context: &PanelContext<'_>) -> Option<Panel> {
    let mut lines = Vec::new();
    for variant in context.variants().filter(|variant| variant.serving == Serving::Containers) {
        let endpoint = &context.monitoring.endpoint_name;
        for (name, label) in [("CPUUtilization", "CPU of"), ("MemoryUtilization", "Memory of")] {
            let search = container_metric(ENDPOINTS, name, Stat::Average, endpoint, &variant.name);
            lines.push(Line::expression(Expr::search(search), context.label(label, variant)));
        }
    }
    let title = "CPU and memory of containers (%, CPU summed over cores)";
    (!lines.is_empty()).then(|| Panel::of(title, "How much each container of a variant uses.", lines, "%"))
}

fn percent(title: &str, shows: &'static str, lines: Vec<Line>) -> Panel {
    Panel { most: Some(100), ..Panel::of(title, shows, lines, "%") }
}

/// The launch article's guide lines: under 30 % a model has more than it needs, over 80 % it is about to need more.
fn guides() -> Vec<Threshold> {
    vec![Threshold { label: "underused: 30 %".to_owned(), value: 30.0, color: Some(UNDERUSED) }, little_left()]
}

fn little_left() -> Threshold {
    Threshold { label: "saturated: 80 %".to_owned(), value: 80.0, color: Some(SATURATED) }
}

/// Grey: money is wasted, and nobody suffers. Red: the next request may wait.
const UNDERUSED: &str = "#7f7f7f";
const SATURATED: &str = "#d62728";
