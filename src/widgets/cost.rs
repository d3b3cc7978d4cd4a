//! The cost panel: what each model costs, and what nobody uses. Without a price it says so and shows no dollars.

use maud::{Markup, html};

use super::frame::{note, tile};
use crate::figure::{Column, dollars, percent, unknown, whole};
use crate::panel_params::PanelParams;
use crate::spec::Dollars;
use crate::usage::{ModelUsage, Money, Usage};

pub(super) fn cost(usage: &Usage, params: &PanelParams) -> Markup {
    let unpriced: Vec<&str> =
        usage.variants.iter().filter(|variant| variant.price_per_hour.is_none()).map(|one| one.name.as_str()).collect();
    let priced = usage.models.iter().any(|model| model.money.is_some()) || usage.totals.bill.is_some();
    html! {
        @if let Some(bill) = usage.totals.bill { (tiles(usage, bill)) }
        @if !unpriced.is_empty() {
            (note(&format!(
                "No price is known for instances of {}, so their costs are left out. Declare CostPerHour (dollars per \
                 instance-hour, or Auto).",
                unpriced.join(", ")
            )))
        }
        @if !usage.enhanced_metrics && usage.hosts_components() {
            (note("Enhanced metrics are off, so the costs can't be divided among models. Declare \
                MetricsConfig.EnableEnhancedMetrics to see them."))
        }
        (table(usage, params, priced))
        @if priced {
            p.basis {
                "An estimate from "
                @match &params.price_basis { Some(basis) => (basis), None => "the price that was declared", }
                ", not the bill."
            }
        }
    }
}

fn tiles(usage: &Usage, bill: Money) -> Markup {
    let unallocated = unallocated(usage);
    let share = |part: Money| share(part, usage).map(|share| percent(share * 100.0));
    html! {
        div.tiles {
            (tile("Per hour", &dollars(bill.per_hour), None))
            (tile("Over the range", &dollars(bill.cumulative), None))
            @if let Some(unallocated) = unallocated {
                (tile("Unallocated", &dollars(unallocated.cumulative), share(unallocated).map(|share| format!("{share} of it")).as_deref()))
            }
            @if let Some(requests) = usage.totals.requests { (tile("Requests", &whole(requests), None)) }
        }
    }
}

/// What no model costs; a model on a variant of its own has all of its instances.
fn unallocated(usage: &Usage) -> Option<Money> {
    usage.totals.unallocated.filter(|_| usage.hosts_components())
}

fn table(usage: &Usage, params: &PanelParams, priced: bool) -> Markup {
    let columns = Columns::of(usage);
    let rate = if usage.window.reaches_now() { "Per hour now" } else { "Per hour at the end" };
    html! {
        table.costs {
            thead {
                tr {
                    th { "Model" } th { "GPUs" }
                    @if priced {
                        th { "Over the range" } th { "Per " (usage.publish_frequency_seconds) } th { (rate) }
                        th { "Per 1,000 requests" } th { "Share" }
                    } @else {
                        th { "Requests" }
                    }
                }
            }
            tbody {
                @for model in &usage.models { (row(model, params, priced.then_some(columns))) }
            }
            @if priced {
                tfoot {
                    @if let Some(unallocated) = unallocated(usage) {
                        (sum("Unallocated", usage.totals.unused_gpus, unallocated, share(unallocated, usage), columns))
                    }
                    @if let Some(bill) = usage.totals.bill {
                        (sum("All instances", usage.totals.gpus, bill, share(bill, usage), columns))
                    }
                }
            }
        }
    }
}

/// How dollars are written in each column.
#[derive(Clone, Copy)]
struct Columns {
    cumulative: Column,
    per_interval: Column,
    per_hour: Column,
    per_thousand: Column,
}

impl Columns {
    fn of(usage: &Usage) -> Self {
        let column = |part: fn(Money) -> Dollars| Column::of(usage.amounts().map(part));
        Self {
            cumulative: column(|money| money.cumulative),
            per_interval: column(|money| money.per_interval),
            per_hour: column(|money| money.per_hour),
            per_thousand: Column::of(usage.models.iter().filter_map(|model| model.per_thousand_requests)),
        }
    }
}

fn row(model: &ModelUsage, params: &PanelParams, columns: Option<Columns>) -> Markup {
    html! {
        tr data-model=(model.name) {
            th scope="row" title=(model.name) { (params.label(&model.name)) }
            td { (model.gpus.map_or_else(unknown, whole)) }
            @if let Some(columns) = columns {
                (money(model.money, columns))
                td {
                    (columns.per_thousand.show_known(model.per_thousand_requests))
                }
                td { (bar(model.share)) }
            } @else {
                td { (model.requests.map(whole).unwrap_or_default()) }
            }
        }
    }
}

fn sum(name: &str, gpus: Option<f64>, all: Money, share: Option<f64>, columns: Columns) -> Markup {
    html! {
        tr data-sum=(name) {
            th scope="row" { (name) }
            td { (gpus.map(whole).unwrap_or_default()) }
            (money(Some(all), columns))
            td {}
            td { (bar(share)) }
        }
    }
}

fn money(money: Option<Money>, columns: Columns) -> Markup {
    let cell = |column: Column, amount: Option<Dollars>| {
        html! { td { (column.show_known(amount)) } }
    };
    html! {
        (cell(columns.cumulative, money.map(|money| money.cumulative)))
        (cell(columns.per_interval, money.map(|money| money.per_interval)))
        (cell(columns.per_hour, money.map(|money| money.per_hour)))
    }
}

fn share(part: Money, usage: &Usage) -> Option<f64> {
    let bill = usage.totals.bill?.cumulative.0;
    (bill > 0.0).then(|| part.cumulative.0 / bill)
}

fn bar(share: Option<f64>) -> Markup {
    html! {
        @if let Some(share) = share {
            svg.bar width="60" height="10" viewBox="0 0 60 10" {
                rect.all width="60" height="10" {}
                rect.part width=(format!("{:.1}", 60.0 * share.clamp(0.0, 1.0))) height="10" {}
            }
            span.share { (percent(share * 100.0)) }
        }
    }
}
