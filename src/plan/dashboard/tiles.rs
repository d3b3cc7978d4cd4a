//! The newest values, in large: what somebody on call looks at first.

use crate::metrics::{Expr, Graph, IdLetter, Stat, copy_requests, queue_metric};
use crate::spec::Serving;

use super::dollars::Per;
use super::grid::Grid;
use super::requests::{MILLISECOND, Model};
use super::series::PanelContext;
use super::widget::{GraphView, Line, Panel};

/// Instances, GPUs, dollars and requests of the whole endpoint now.
pub(super) fn now(grid: &mut Grid<'_>, context: &PanelContext<'_>) {
    let mut lines = capacity(context);
    lines.extend(money(context));
    lines.extend(requests(context));
    let shows = "The newest values: instances and GPUs, what an hour costs at this moment, requests, failures and \
        the slowest model.";
    grid.row([Panel { view: GraphView::Newest, ..Panel::of("Now", shows, lines, "") }]);
}

fn capacity(context: &PanelContext<'_>) -> Vec<Line> {
    let mut lines: Vec<Line> = context.with_instances().map(|variant| context.instance_samples(variant)).collect();
    let instances: Vec<_> = context.with_instances().map(|variant| context.instances(variant)).collect();
    if instances.is_empty() {
        return lines;
    }
    lines.push(Line::expression(Expr::total(instances), "Instances now"));
    let Some(shared) = context.shared() else { return lines };
    let unit = shared.unit();
    lines.extend(context.used_lines(shared));
    let count = |samples, label: String| Line::expression(context.count(samples, shared.variant), label);
    lines.push(count(shared.total_samples(), format!("Total {unit} now")));
    lines.push(count(shared.used_samples(), format!("Used {unit} now")));
    lines.push(count(shared.unused_samples(), format!("Unused {unit} now")));
    lines
}

fn money(context: &PanelContext<'_>) -> Vec<Line> {
    let bill: Vec<_> =
        context.instance_rates().map(|rate| context.dollars(rate.variant.samples(), rate, Per::Hour)).collect();
    if bill.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![Line::expression(Expr::total(bill), "$ per hour now")];
    lines.extend(context.shared_rate().map(|(shared, rate)| {
        let dollars = context.dollars(shared.unused_samples(), rate, Per::Hour);
        Line::expression(dollars, "Unallocated $ per hour now")
    }));
    lines
}

fn requests(context: &PanelContext<'_>) -> Vec<Line> {
    let Some(total) = context.total() else { return Vec::new() };
    let (per_minute, failed) = (total.per_minute(), total.failed_percent());
    let mut lines = total.parts;
    lines.push(Line::expression(per_minute, "Requests per minute now"));
    lines.push(Line::expression(failed, "Failed requests now (%)"));
    if context.variants().any(|variant| variant.serving == Serving::Asynchronous) {
        let backlog = queue_metric("ApproximateBacklogSize", Stat::Maximum, &context.monitoring.endpoint_name);
        lines.push(Line::metric(backlog, "Requests in the queue now"));
    }
    lines.extend(slowest(context));
    lines
}

/// The p99 of the slowest model: percentiles of several can't be merged.
fn slowest(context: &PanelContext<'_>) -> Vec<Line> {
    const LABEL: &str = "p99 of the slowest model now (ms)";
    let models: Vec<Model<'_>> = context.answering().into_iter().filter(|model| !model.is_shadow()).collect();
    if models.is_empty() {
        if !context.sees_copies() {
            return Vec::new();
        }
        let copies = copy_requests("ModelLatency", Stat::P99, &context.monitoring.endpoint_name);
        return vec![Line::expression(Expr::search(copies).highest_found() / MILLISECOND, LABEL)];
    }
    let latency = |model: &Model<'_>| model.id(IdLetter::LATENCY);
    let mut lines: Vec<Line> = models
        .iter()
        .map(|model| Line::hidden_metric(latency(model), model.metric("ModelLatency", Stat::P99)))
        .collect();
    let all: Vec<Expr<Graph>> = models.iter().map(|model| Expr::series(&latency(model))).collect();
    lines.push(Line::expression(Expr::highest(all) / MILLISECOND, LABEL));
    lines
}
