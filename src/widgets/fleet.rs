//! The panel over a fleet: every endpoint in a row, ranked by what its viewer chooses, and the declaration that mends what a row lacks.

use maud::{Markup, html};
use serde_json::{Map, Value};

use super::context::WidgetContext;
use super::controls::call;
use super::frame::{note, span, tile};
use crate::envelope::ResourceType;
use crate::figure::{Column, count, dollars, percent, plural, unknown, whole};
use crate::fleet::{EndpointStanding, FleetUsage, IdleDays, Known, LinkedStanding};
use crate::spec::Dollars;

/// The parameter, and the form's field, that says by what rows are ranked.
pub(super) const SORT: &str = "Sort";
/// A rate of failures that is marked.
const MANY_FAILURES: f64 = 0.01;
/// Days without a request that are marked.
const MANY_DAYS: i64 = 7;
/// Rows that are drawn: a panel of more would be larger than Lambda answers.
const MOST_ROWS: usize = 1_000;

/// By what rows are ranked, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rank {
    Unallocated,
    Idle,
    Errors,
    Monitoring,
    Cost,
}

impl Rank {
    const ALL: [(&'static str, &'static str, Self); 5] = [
        ("unallocated", "Unallocated $", Self::Unallocated),
        ("idle", "Idle days", Self::Idle),
        ("errors", "Error rate", Self::Errors),
        ("monitoring", "Missing monitoring", Self::Monitoring),
        ("cost", "Cost", Self::Cost),
    ];

    /// What was clicked, or what the form remembers.
    pub(super) fn read(event: &Value) -> Self {
        let clicked = event[SORT].as_str().or_else(|| event["widgetContext"]["forms"]["all"][SORT].as_str());
        Self::ALL.into_iter().find(|(name, ..)| Some(*name) == clicked).map_or(Self::Unallocated, |(.., rank)| rank)
    }

    fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(.., rank)| *rank == self).map_or("", |(name, ..)| name)
    }

    /// What is compared, the greatest first; what isn't known comes last.
    fn weight(self, standing: &EndpointStanding) -> f64 {
        let none = f64::NEG_INFINITY;
        match self {
            Self::Unallocated => standing.unallocated_a_day.map_or(none, |dollars| dollars.0),
            Self::Idle => standing.idle_days.map_or(none, days),
            Self::Errors => standing.error_rate.unwrap_or(none),
            Self::Monitoring => f64::from(missing(standing)),
            Self::Cost => standing.dollars_a_day.map_or(none, |dollars| dollars.0),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "days of two weeks")]
fn days(idle: IdleDays) -> f64 {
    idle.days() as f64
}

/// How much of its monitoring an endpoint lacks: a declaration weighs more than enhanced metrics.
fn missing(standing: &EndpointStanding) -> u8 {
    2 * u8::from(standing.watcher == Known::Missing) + u8::from(standing.enhanced_metrics == Some(false))
}

/// The panel.
pub(super) fn fleet(
    usage: &FleetUsage,
    context: &WidgetContext,
    rank: Rank,
    function_arn: &str,
    params: &Map<String, Value>,
) -> Markup {
    let mut ranked: Vec<&EndpointStanding> = usage.endpoints.iter().collect();
    ranked.sort_by(|one, other| {
        let cost = Rank::Cost.weight(other).total_cmp(&Rank::Cost.weight(one));
        rank.weight(other).total_cmp(&rank.weight(one)).then(cost).then_with(|| one.name.cmp(&other.name))
    });
    html! {
        p.moments {
            span.endpoint { (plural(u64::try_from(ranked.len()).unwrap_or(u64::MAX), "endpoint", "endpoints")) }
            @if let (Some(from), Some(until)) = (usage.from, usage.until) {
                " · range: " span.range { (span(context, from, until, 60)) } " " (context.zone.label())
            }
        }
        (buttons(rank, function_arn, params))
        (tiles(&ranked))
        @for remark in &usage.remarks { (note(remark)) }
        @if ranked.is_empty() { p.nothing { "There is no endpoint in this account and Region." } }
        @else { (table(&ranked)) }
        @if ranked.len() > MOST_ROWS { (note(&format!("{MOST_ROWS} rows are shown; ExcludeEndpoints leaves endpoints out."))) }
        @if !usage.linked.is_empty() { (linked(&usage.linked)) }
        p.basis {
            "Dollars a day at the mean over the range: an estimate from on-demand list prices, or from InstancePrices, not the bill. Unallocated \
             is what GPUs cost that no inference component holds; a model of its own holds all of its GPUs. Idle days are looked for over two weeks."
        }
    }
}

fn buttons(chosen: Rank, function_arn: &str, params: &Map<String, Value>) -> Markup {
    html! {
        div.controls {
            "Rank by "
            @for (name, label, rank) in Rank::ALL {
                @let sorted = { let mut sorted = params.clone(); sorted.insert(SORT.to_owned(), name.into()); sorted };
                button.btn.chosen[rank == chosen] type="button" data-sort=(name) aria-pressed=(rank == chosen) { (label) }
                (call(function_arn, &sorted, None))
            }
        }
        form { input type="hidden" name=(SORT) value=(chosen.name()); }
    }
}

fn tiles(endpoints: &[&EndpointStanding]) -> Markup {
    // A sum without a part that isn't known would be too low, and says so.
    let sum = |part: fn(&EndpointStanding) -> Option<Dollars>| {
        let known: Vec<f64> = endpoints.iter().filter_map(|one| part(one)).map(|dollars| dollars.0).collect();
        let without = endpoints.len() - known.len();
        let below = (without > 0).then(|| format!("without {without} endpoints"));
        (dollars(Dollars(known.iter().sum())), below)
    };
    let (all, all_below) = sum(|one| one.dollars_a_day);
    let (unallocated, unallocated_below) = sum(|one| one.unallocated_a_day);
    let number = |of: fn(&EndpointStanding) -> bool| endpoints.iter().filter(|one| of(one)).count().to_string();
    html! {
        div.tiles {
            (tile("A day, all instances", &all, all_below.as_deref()))
            (tile("A day, unallocated", &unallocated, unallocated_below.as_deref()))
            (tile("Idle for a week", &number(|one| one.idle_days.is_some_and(|idle| idle.days() >= MANY_DAYS)), None))
            (tile("Failing", &number(|one| one.error_rate.is_some_and(|rate| rate >= MANY_FAILURES)), None))
            (tile("Lacking monitoring", &number(|one| missing(one) > 0), None))
        }
    }
}

fn table(endpoints: &[&EndpointStanding]) -> Markup {
    let column =
        |part: fn(&EndpointStanding) -> Option<Dollars>| Column::of(endpoints.iter().filter_map(|one| part(one)));
    let (unallocated, cost) = (column(|one| one.unallocated_a_day), column(|one| one.dollars_a_day));
    html! {
        table.fleet {
            thead {
                tr {
                    th { "Endpoint" } th { "Instances" } th { "Unallocated a day" } th { "Unused GPUs" } th { "Cost a day" }
                    th { "Idle days" } th { "Requests" } th { "Error rate" } th { "Monitoring" }
                }
            }
            tbody {
                @for standing in endpoints.iter().take(MOST_ROWS) { (row(standing, unallocated, cost)) }
            }
        }
    }
}

fn row(standing: &EndpointStanding, unallocated: Column, cost: Column) -> Markup {
    let wastes = standing.unallocated_a_day.is_some_and(|dollars| dollars.0 >= 0.01);
    let fails = standing.error_rate.is_some_and(|rate| rate >= MANY_FAILURES);
    let is_idle = standing.idle_days.is_some_and(|idle| idle.days() >= MANY_DAYS);
    html! {
        tr data-endpoint=(standing.name) {
            th scope="row" {
                (standing.name)
                @if standing.status != "InService" && !standing.status.is_empty() { " " span.differs { (standing.status) } }
                @if let Some(remark) = &standing.remark { div.differs { (remark) } }
            }
            td { @for instances in &standing.instances { div { (instances) } } }
            td.differs[wastes] { (unallocated.show_known(standing.unallocated_a_day)) }
            td { (standing.unused_gpus.map_or_else(unknown, count)) }
            td { (cost.show_known(standing.dollars_a_day)) }
            td.differs[is_idle] { (standing.idle_days.map_or_else(unknown, idle)) }
            td { (standing.requests.map_or_else(unknown, whole)) }
            td.differs[fails] { (standing.error_rate.map_or_else(unknown, rate)) }
            td { (monitoring(standing)) }
        }
    }
}

/// What watches an endpoint, and otherwise what would.
fn monitoring(standing: &EndpointStanding) -> Markup {
    html! {
        @match &standing.watcher {
            Known::Found(watcher) => { (watcher.logical_id) " of " (watcher.stack) }
            Known::Missing => {
                details {
                    summary.differs { "none" }
                    pre { (declaration(&standing.name)) }
                }
            }
            Known::Unasked => { (unknown()) }
        }
        @if standing.enhanced_metrics == Some(false) {
            details {
                summary.differs { "no enhanced metrics" }
                "A config can't be changed: make a new one with MetricsConfig.EnableEnhancedMetrics: true, as "
                (ResourceType::MonitoredEndpointConfig.name()) " does, and update the endpoint to it."
            }
        }
    }
}

/// A resource that monitors an endpoint as it is.
fn declaration(endpoint: &str) -> String {
    let logical_id: String = endpoint.split('-').map(capitalized).collect();
    format!(
        "{logical_id}Monitoring:\n  Type: Custom::EndpointMonitoring\n  Properties:\n    ServiceToken: \
         '{{{{resolve:ssm:/monitored-endpoint/service-token}}}}'\n    EndpointName: {endpoint}\n    CostPerHour: Auto"
    )
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn linked(endpoints: &[LinkedStanding]) -> Markup {
    html! {
        h4 { "Linked accounts" }
        p.basis {
            "What their metrics say. SageMaker can't be asked in another account, so instances, prices and declarations aren't known, and \
             requests are those of models of their own."
        }
        table.fleet.linked {
            thead { tr { th { "Endpoint" } th { "Account" } th { "GPUs not reserved" } th { "Idle days" } th { "Requests" } th { "Error rate" } } }
            tbody {
                @for one in endpoints.iter().take(MOST_ROWS) {
                    tr data-endpoint=(one.endpoint) data-account=(one.account) {
                        th scope="row" { (one.endpoint) }
                        td { (one.account) }
                        td { (one.unreserved_percent.map_or_else(unknown, percent)) }
                        td { (one.idle_days.map_or_else(unknown, idle)) }
                        td { (one.requests.map_or_else(unknown, whole)) }
                        td { (one.error_rate.map_or_else(unknown, rate)) }
                    }
                }
            }
        }
    }
}

fn idle(idle: IdleDays) -> String {
    match idle {
        IdleDays::Exactly(days) => days.to_string(),
        IdleDays::AtLeast(days) => format!("{days}+"),
    }
}

/// `0.13 %`: most rates are well below one percent.
fn rate(rate: f64) -> String {
    let percentage = rate.max(0.0) * 100.0;
    if percentage > 0.0 && percentage < 0.01 { "<0.01 %".to_owned() } else { format!("{percentage:.2} %") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn standing(name: &str, unallocated: Option<f64>, error_rate: Option<f64>) -> EndpointStanding {
        EndpointStanding {
            name: name.to_owned(),
            status: "InService".to_owned(),
            unallocated_a_day: unallocated.map(Dollars),
            error_rate,
            ..EndpointStanding::default()
        }
    }

    fn order(usage: &FleetUsage, sort: &str) -> Vec<String> {
        let event = json!({ SORT: sort });
        let context = WidgetContext::read(&event);
        let drawn = fleet(usage, &context, Rank::read(&event), "arn:f", &Map::new()).into_string();
        drawn.split("data-endpoint=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    }

    #[test]
    fn the_worst_comes_first_and_what_is_not_known_last() {
        let mut lacking = standing("lacking", Some(0.0), Some(0.0));
        (lacking.watcher, lacking.enhanced_metrics) = (Known::Missing, Some(false));
        lacking.idle_days = Some(IdleDays::AtLeast(14));
        let usage = FleetUsage {
            endpoints: vec![
                standing("unknown", None, None),
                standing("wasteful", Some(90.0), Some(0.0)),
                lacking,
                standing("failing", Some(2.0), Some(0.2)),
            ],
            ..FleetUsage::default()
        };
        assert_eq!(order(&usage, "unallocated"), ["wasteful", "failing", "lacking", "unknown"]);
        assert_eq!(order(&usage, "errors")[0], "failing");
        assert_eq!(order(&usage, "idle")[0], "lacking");
        assert_eq!(order(&usage, "monitoring")[0], "lacking");
        assert_eq!(order(&usage, "something else"), order(&usage, "unallocated"));
    }

    #[test]
    fn a_row_shows_the_declaration_that_mends_it_and_no_number_for_what_is_not_known() {
        let mut bare = standing("chat-eu", None, None);
        bare.watcher = Known::Missing;
        let row = row(&bare, Column::CENTS, Column::CENTS).into_string();
        assert!(
            row.contains("ChatEuMonitoring:\n  Type: Custom::EndpointMonitoring")
                && row.contains("EndpointName: chat-eu"),
            "{row}"
        );
        assert!(!row.contains("$0") && row.matches('–').count() >= 5, "{row}");
    }
}
