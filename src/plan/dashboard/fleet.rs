//! The dashboard over all endpoints of an account and Region.
//!
//! Its graphs are Metrics Insights queries, which find endpoints that nobody listed, also those that are made tomorrow. A query takes
//! no arithmetic and its groups can't be joined with prices: what is ranked by dollars, or needs more than one metric, is in the
//! interactive panel. Every query names a whole dimension set, since a metric of requests is published under two of them
//! (`data/published.csv`). A query gives at most 500 series and reaches back two weeks:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-limits.html>.

use super::grid::{DashboardTooLarge, Grid, PlannedWidget};
use super::requests::MINUTE;
use super::series::query_id;
use super::widget::{Line, Panel};
use crate::metrics::{ENDPOINTS, Expr, INVOCATIONS, InsightsQuery};
use crate::panel_params::FleetParams;
use crate::place::Place;
use crate::plan::{Environment, Owner};
use crate::spec::{DashboardSpec, EndpointName, Fleet};

/// Seconds of a datapoint, at any zoom (`inherit`): a query has no `PERIOD`, by which a rate could follow it.
const PERIOD: u16 = 300;
/// Lines of a graph that can still be distinguished.
const MOST_LINES: u16 = 15;
/// Rows of the interactive panel.
const HEIGHT: u16 = 11;

const OF_VARIANTS: &[&str] = &["EndpointName", "VariantName"];
const OF_COMPONENTS: &[&str] = &["InferenceComponentName"];

/// What the panels are about.
pub(in crate::plan) struct FleetContext<'p> {
    pub(super) fleet: &'p Fleet,
    pub(super) settings: &'p DashboardSpec,
    pub(super) environment: &'p Environment,
    pub(super) owner: &'p Owner,
    pub(super) place: Place<'p>,
}

/// All widgets, top to bottom.
pub(super) fn composed(context: &FleetContext<'_>) -> Result<Vec<PlannedWidget>, DashboardTooLarge> {
    let FleetContext { fleet, environment, owner, place, .. } = context;
    let mut grid = Grid::new(&environment.region, PERIOD);
    let stack = format!("[{}]({})", owner.stack_name(), place.stack_url(&owner.stack_id));
    grid.text(
        format!(
            "**All endpoints of {}** · [Endpoints]({}) · Change it in {} of stack {stack}",
            environment.region,
            place.endpoints_url(),
            owner.logical_id
        ),
        1,
    );
    if let Some(alarm) = &fleet.alarm {
        let arns = vec![place.alarm_arn(&alarm.name)];
        grid.alarm_states("Alarms", "The alarm over all endpoints, and its state.", arns);
    }
    interactive(&mut grid, context);
    grid.row([unreserved(), busiest(), idlest()]);
    grid.row([requests(), requests_of_models(), fewest_requests()]);
    grid.row([errors(), errors_of_models(), client_errors()]);
    grid.text(about(fleet), 2);
    grid.into_widgets()
}

/// The panel that ranks, where there is a function that draws it and may read all endpoints.
fn interactive(grid: &mut Grid<'_>, context: &FleetContext<'_>) {
    let FleetContext { fleet, settings, environment, .. } = context;
    let wanted = settings.interactive != Some(false);
    let Some(function_arn) = environment.fleet_function().filter(|_| wanted) else { return };
    let params = FleetParams::of(fleet, &environment.region);
    let shows = "An interactive panel: every endpoint with what its unused GPUs cost a day, since when nobody calls it, which part of its \
                 requests fails, and what monitoring it lacks, with the declaration that would mend that.";
    grid.custom("Endpoints, the most waste first", shows, function_arn, params, (super::grid::COLUMNS, HEIGHT));
}

/// The lowest of a metric of instances, by endpoint.
fn lowest(metric: &'static str) -> InsightsQuery {
    InsightsQuery::new(ENDPOINTS, OF_VARIANTS, metric).averaging().by("EndpointName").lowest(MOST_LINES)
}

/// Requests by the minute, of a query that adds them up.
fn per_minute(query: InsightsQuery, label: &'static str) -> Vec<Line> {
    let rate = Expr::series(&query_id()) / (f64::from(PERIOD) / MINUTE);
    vec![Line::hidden_query(query_id(), query), Line::expression(rate, label)]
}

/// The most of a metric of requests, by the name of who gets them.
fn most(dimensions: &'static [&'static str], metric: &'static str, by: &'static str, label: &'static str) -> Vec<Line> {
    let query = InsightsQuery::new(INVOCATIONS, dimensions, metric).summing().by(by);
    per_minute(query.biggest(MOST_LINES), label)
}

fn unreserved() -> Panel {
    let shows = "Of each endpoint's GPUs, the part that inference components have reserved, the endpoints with the most unused GPUs \
                 first. Endpoints with a model of their own aren't here: the model has all GPUs. Nor are those without any component, \
                 which publish nothing of the kind: the interactive panel has them.";
    let lines = vec![Line::query(lowest("GPUReservation"), "Reserved on")];
    Panel { most: Some(100), ..Panel::of("GPUs reserved, lowest first (%)", shows, lines, "%") }
}

fn busiest() -> Panel {
    let query = InsightsQuery::new(ENDPOINTS, OF_VARIANTS, "GPUUtilization").averaging().by("EndpointName");
    let shows = "Endpoints whose GPUs compute most. The GPUs of an instance are added up: 8 busy GPUs are 800 %.";
    Panel::of(
        "Busiest GPUs (% of one GPU)",
        shows,
        vec![Line::query(query.biggest(MOST_LINES), "GPU utilization of")],
        "%",
    )
}

fn idlest() -> Panel {
    let shows = "Endpoints whose GPUs compute least, models of their own and inference components alike.";
    let lines = vec![Line::query(lowest("GPUUtilization"), "GPU utilization of")];
    Panel::of("Least busy GPUs (% of one GPU)", shows, lines, "%")
}

fn requests() -> Panel {
    let shows = "Requests of endpoints with models of their own, the most first.";
    let lines = most(OF_VARIANTS, "Invocations", "EndpointName", "Requests of");
    Panel::of("Requests by endpoint, models of their own (per minute)", shows, lines, "Per minute")
}

fn requests_of_models() -> Panel {
    let shows = "Requests of inference components, the most first. Their metrics don't name the endpoint.";
    let lines = most(OF_COMPONENTS, "Invocations", "InferenceComponentName", "Requests of");
    Panel::of("Requests by inference component (per minute)", shows, lines, "Per minute")
}

fn fewest_requests() -> Panel {
    let query = InsightsQuery::new(INVOCATIONS, OF_VARIANTS, "Invocations").summing().by("EndpointName");
    let shows =
        "Endpoints with models of their own that get the fewest requests: what stays at 0 is paid for and not used.";
    let lines = per_minute(query.lowest(MOST_LINES), "Requests of");
    Panel::of("Fewest requests, models of their own (per minute)", shows, lines, "Per minute")
}

fn errors() -> Panel {
    let shows =
        "Requests that the model or SageMaker failed to answer, of endpoints with models of their own, the most first.";
    let lines = most(OF_VARIANTS, "Invocation5XXErrors", "EndpointName", "Failed requests of");
    Panel::of("Failed requests (5xx) by endpoint (per minute)", shows, lines, "Per minute")
}

fn errors_of_models() -> Panel {
    let shows = "The same of inference components.";
    let lines = most(OF_COMPONENTS, "Invocation5XXErrors", "InferenceComponentName", "Failed requests of");
    Panel::of("Failed requests (5xx) by inference component (per minute)", shows, lines, "Per minute")
}

fn client_errors() -> Panel {
    let shows = "Requests that were the caller's mistake, of endpoints with models of their own, the most first.";
    let lines = most(OF_VARIANTS, "Invocation4XXErrors", "EndpointName", "Refused requests of");
    Panel::of("Refused requests (4xx) by endpoint (per minute)", shows, lines, "Per minute")
}

fn about(fleet: &Fleet) -> String {
    let excluded = match fleet.excluded.as_slice() {
        [] => String::new(),
        names => {
            let names: Vec<&str> = names.iter().map(EndpointName::as_str).collect();
            format!(" The interactive panel and the alarm leave out {}.", names.join(", "))
        }
    };
    let alarm = if fleet.alarm.is_some() {
        " The alarm counts what the interactive panel counts, in whole quarters of an hour."
    } else {
        ""
    };
    format!(
        "**About these numbers** · Graphs are Metrics Insights queries: they show the {MOST_LINES} first of at most 500 endpoints or models, and \
         reach back two weeks. In a monitoring account of CloudWatch's cross-account observability a query may read what linked accounts publish, \
         too, and endpoints of the same name in two accounts are one line. \
         Dollars are in the interactive panel alone, and an estimate from list prices or from InstancePrices, not the bill.{alarm}{excluded}"
    )
}
