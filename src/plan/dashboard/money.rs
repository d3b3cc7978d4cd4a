//! What models, unused GPUs and instances cost. A panel without a price isn't there.

use crate::metrics::{Expr, Graph, IdLetter, MetricId, SHORTEST_INSIGHTS_PERIOD, Stat};

use super::dollars::{Per, Rate};
use super::grid::Grid;
use super::series::{PanelContext, Shared, query_id};
use super::widget::{GraphView, Line, Panel};

const THOUSAND: f64 = 1000.0;

/// What panels show that are there whether models share instances or not.
const CUMULATIVE: &str = "What has been spent since the left edge of what is shown. The bill is the instances' line.";
const PER_INTERVAL: &str =
    "What was spent in one publish interval, as the launch article of enhanced metrics shows it.";
const PER_THOUSAND: &str =
    "Dollars divided by requests, over the time range that is shown. Dear models with few requests stand out.";

pub(super) fn money(grid: &mut Grid<'_>, context: &PanelContext<'_>) {
    let Some(shared) = context.shared_by_model() else { return of_instances(grid, context) };
    let Some(rate) = context.unit_rate(shared) else { return };
    let models = Models { context, shared, rate };
    let per_interval = format!("$ per {}: what each model costs in one publish interval", context.monitoring.frequency);
    let per_hour =
        "What each model and the GPUs that none holds cost an hour. Stacked, they come to what the instances cost.";
    let title = "$ per hour: models and unallocated, stacked up to the bill";
    grid.row([
        Panel { view: GraphView::Stacked, ..dollars(title, per_hour, models.lines(Per::Hour)) },
        dollars("$ cumulative since the start of the time range", CUMULATIVE, cumulative(&models)),
        dollars(&per_interval, PER_INTERVAL, models.lines(Per::Interval)),
        dollars("$ per 1,000 requests since the start of the time range", PER_THOUSAND, per_thousand(&models)),
    ]);
}

fn dollars(title: &str, shows: &'static str, lines: Vec<Line>) -> Panel {
    Panel::of(title, shows, lines, "$")
}

/// What models share that are placed on one variant.
struct Models<'p> {
    context: &'p PanelContext<'p>,
    shared: Shared<'p>,
    rate: Rate<'p>,
}

impl Models<'_> {
    /// Ids and labels of the samples of the listed models, where there are few.
    fn few(&self) -> Option<impl Iterator<Item = (MetricId, &str, &str)>> {
        let models = self.context.few_models()?.iter().enumerate();
        let id = |number| MetricId::numbered(IdLetter::HELD, number);
        Some(models.map(move |(number, model)| (id(number), model.label.as_str(), model.name.as_str())))
    }

    /// What the other lines refer to: samples of instances, of used GPUs, and of each model or of the biggest.
    fn parts(&self) -> Vec<Line> {
        let (context, shared) = (self.context, self.shared);
        let mut lines = vec![context.instance_samples(shared.variant)];
        lines.extend(context.used_lines(shared));
        match self.few() {
            Some(models) => lines.extend(
                models.map(|(id, _, name)| Line::hidden_expression(id, context.samples_of_model(shared, name))),
            ),
            None => lines.extend(context.query_by_model(shared).map(|query| Line::hidden_query(query_id(), query))),
        }
        lines
    }

    /// A line for each model, for all others together, and for GPUs that none holds.
    fn lines(&self, per: Per) -> Vec<Line> {
        let (context, variant) = (self.context, self.shared.variant);
        let what = match per {
            Per::Hour => "$ per hour".to_owned(),
            Per::Interval => format!("$ per {}", context.monitoring.frequency),
            Per::Range => "$ cumulative".to_owned(),
        };
        let dollars = |samples| context.dollars(samples, self.rate, per);
        let mut lines = self.parts();
        let listed = match self.few() {
            Some(models) => {
                let mut listed = vec![variant.zero()];
                for (id, label, _) in models {
                    lines.push(Line::expression(dollars(Expr::series(&id)), format!("{label} {what}")));
                    listed.push(Expr::series(&id));
                }
                Some(Expr::sum_of(listed))
            }
            None if context.query_by_model(self.shared).is_none() => {
                let line = dollars(self.shared.used_samples());
                lines.push(Line::expression(line, format!("All models {what}")));
                None
            }
            None => {
                let biggest = Expr::series(&query_id());
                let line = context.dollars_of_query(biggest.clone(), self.rate, per);
                lines.push(Line::expression(line, format!("{what} of")));
                // Where samples come more often than a query counts, the two have different periods.
                let one_period = context.monitoring.frequency.seconds() >= SHORTEST_INSIGHTS_PERIOD;
                one_period.then(|| Expr::sum_of([biggest, variant.zero()]))
            }
        };
        if let Some(listed) = listed {
            let others = self.shared.used_samples() - listed;
            lines.push(Line::expression(dollars(others), format!("Other models {what}")));
        }
        lines.push(Line::expression(dollars(self.shared.unused_samples()), format!("Unallocated {what}")));
        lines
    }
}

/// What it has come to, and the bill.
fn cumulative(models: &Models<'_>) -> Vec<Line> {
    let mut lines = models.lines(Per::Range);
    let (context, variant) = (models.context, models.shared.variant);
    lines.extend(
        context.instance_rate(variant).map(|rate| {
            Line::expression(context.dollars(variant.samples(), rate, Per::Range), "Instances $ cumulative")
        }),
    );
    lines
}

/// What GPUs cost since the start of the time range, for each thousand requests since then. A model that nobody called has
/// no value.
fn per_thousand(models: &Models<'_>) -> Vec<Line> {
    let context = models.context;
    let mut lines = vec![context.instance_samples(models.shared.variant)];
    for model in context.answering() {
        let Some((id, label, name)) = models.few().and_then(|mut few| few.nth(model.number)) else { continue };
        lines.push(Line::hidden_expression(id.clone(), context.samples_of_model(models.shared, name)));
        let dollars = context.in_period(Expr::series(&id), models.rate);
        let label = format!("{label} $ per 1,000 requests");
        let requests = model.metric(model.counted(), Stat::Sum);
        lines.extend(Line::of_metric(&model.id(IdLetter::INVOCATIONS), requests, label, |calls| ratio(dollars, calls)));
    }
    lines.extend(whole_endpoint(context));
    lines
}

fn ratio(dollars: Expr<Graph>, requests: Expr<Graph>) -> Expr<Graph> {
    // A gap in one of the two is no gap in what it has come to.
    let so_far = |series: Expr<Graph>| series.filled_with(0.0).running_sum();
    so_far(dollars) * THOUSAND / so_far(requests)
}

/// The bill for each thousand requests of the whole endpoint, where both are known.
fn whole_endpoint(context: &PanelContext<'_>) -> Vec<Line> {
    let bill: Vec<Expr<Graph>> =
        context.instance_rates().map(|rate| context.in_period(rate.variant.samples(), rate)).collect();
    let Some(total) = context.total().filter(|_| !bill.is_empty()) else { return Vec::new() };
    let mut lines: Vec<Line> = context.with_instances().map(|variant| context.instance_samples(variant)).collect();
    lines.extend(total.parts);
    lines.push(Line::expression(ratio(Expr::total(bill), total.requests), "Instances $ per 1,000 requests"));
    lines
}

/// What instances cost, where models don't share them or nothing tells their GPUs apart.
fn of_instances(grid: &mut Grid<'_>, context: &PanelContext<'_>) {
    let shared = context.shared_rate();
    let lines = |per: Per, what: &str| {
        let mut lines = Vec::new();
        for rate in context.instance_rates() {
            lines.push(context.instance_samples(rate.variant));
            let label = context.label(&format!("Instances {what}"), rate.variant);
            lines.push(Line::expression(context.dollars(rate.variant.samples(), rate, per), label));
        }
        if let Some((shared, rate)) = shared {
            lines.extend(context.used_lines(shared));
            let dollars = context.dollars(shared.unused_samples(), rate, per);
            lines.push(Line::expression(dollars, format!("Unallocated {what}")));
        }
        lines
    };
    let interval = format!("$ per {}", context.monitoring.frequency);
    grid.row([
        dollars("$ per hour of instances", "What the instances cost an hour.", lines(Per::Hour, "$ per hour")),
        dollars("$ cumulative since the start of the time range", CUMULATIVE, lines(Per::Range, "$ cumulative")),
        dollars(
            &format!("{interval}: what instances cost in one publish interval"),
            PER_INTERVAL,
            lines(Per::Interval, &interval),
        ),
        dollars("$ per 1,000 requests since the start of the time range", PER_THOUSAND, whole_endpoint(context)),
    ]);
}
