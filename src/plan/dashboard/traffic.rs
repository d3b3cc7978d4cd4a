//! Requests: how many, how many fail, how long they take and where they go.

use crate::metrics::{ComponentMetric, Expr, Stat, container_invocations, invocation_metric};
use crate::spec::AlarmKind;

use super::alarms::{alarm_period_s, threshold};
use super::grid::{COLUMNS, Grid};
use super::models::compared;
use super::series::{Context, Numbered};
use super::widget::{Line, Panel};

const HALF: u16 = COLUMNS / 2;
const THIRD: u16 = COLUMNS / 3;

/// A metric, its statistic and what its line is called.
pub(super) type Shown = (&'static str, Stat, &'static str);

pub(super) const REQUESTS: [Shown; 3] = [
    ("Invocations", Stat::Sum, "Invocations"),
    ("Invocation4XXErrors", Stat::Sum, "4xx errors"),
    ("Invocation5XXErrors", Stat::Sum, "5xx errors"),
];
const LATENCIES: [Shown; 6] = [
    ("ModelLatency", Stat::P50, "Model p50"),
    ("ModelLatency", Stat::P90, "Model p90"),
    ("ModelLatency", Stat::P99, "Model p99"),
    ("OverheadLatency", Stat::P50, "Overhead p50"),
    ("OverheadLatency", Stat::P90, "Overhead p90"),
    ("OverheadLatency", Stat::P99, "Overhead p99"),
];
const LOAD: [Shown; 2] = [
    ("ConcurrentRequestsPerModel", Stat::Maximum, "Concurrent requests"),
    ("InvocationsPerInstance", Stat::Sum, "Invocations per instance"),
];

pub(super) fn traffic(grid: &mut Grid<'_>, context: &Context<'_>) {
    grid.heading("Traffic");
    let period = alarm_period_s(context, AlarmKind::NoTraffic).unwrap_or_default();
    let no_traffic = threshold(context, AlarmKind::NoTraffic, |count| format!("{count} invocations in {period} s"));
    grid.panel(Panel {
        title: "Invocations and errors (count per period)".to_owned(),
        lines: of_variants(context, |_| true, &REQUESTS),
        thresholds: no_traffic.into_iter().collect(),
        left: "Count",
        width: HALF,
        ..Panel::default()
    });
    grid.panel(Panel {
        title: "Model and overhead latency (µs)".to_owned(),
        lines: of_variants(context, |_| true, &LATENCIES),
        left: "Microseconds",
        width: HALF,
        ..Panel::default()
    });
    if context.hosts_components() {
        by_model(grid, context);
    }
    let load = of_variants(context, |of| of.has_instances() && !of.hosts_components(), &LOAD);
    let room = if load.is_empty() { COLUMNS } else { HALF };
    grid.panel(Panel {
        title: "Load on each model and instance (count)".to_owned(),
        lines: load,
        left: "Count",
        width: HALF,
        ..Panel::default()
    });
    if context.monitoring.enhanced_metrics && context.variants().any(Numbered::has_instances) {
        let found = Expr::search(container_invocations(&context.monitoring.endpoint_name));
        grid.panel(Panel {
            title: "Invocations by instance and container: is the routing even? (count per period)".to_owned(),
            lines: vec![Line::expression(found, "")],
            left: "Count",
            width: room,
            ..Panel::default()
        });
    }
}

fn of_variants(context: &Context<'_>, which: impl Fn(Numbered<'_>) -> bool, shown: &[Shown]) -> Vec<Line> {
    let endpoint = &context.monitoring.endpoint_name;
    let line = |of: Numbered<'_>, (name, stat, label): Shown| {
        Line::metric(invocation_metric(name, stat, endpoint, &of.variant.name), context.label(label, of))
    };
    let variants = context.variants().filter(|of| which(*of));
    variants.flat_map(|of| shown.iter().map(move |metric| line(of, *metric))).collect()
}

fn by_model(grid: &mut Grid<'_>, context: &Context<'_>) {
    let panels = [
        ("Invocations by model (count per period)", "Invocations", Stat::Sum, "Count"),
        ("Model latency by model, p90 (µs)", "ModelLatency", Stat::P90, "Microseconds"),
        ("Concurrent requests per copy, most (count)", "ConcurrentRequestsPerCopy", Stat::Maximum, "Count"),
    ];
    for (title, name, stat, left) in panels {
        let panel = Panel { title: title.to_owned(), left, width: THIRD, ..Panel::default() };
        compared(grid, context, ComponentMetric::Invocation(name), stat, &panel);
    }
    grid.new_row();
}
