//! The cost panel: what each model costs, and what nobody uses. Without a price it says so and shows no dollars.

use maud::{Markup, html};

use super::frame::{note, tile};
use super::params::Params;
use crate::figure::{count, dollars, percent};
use crate::usage::{ModelUsage, Money, Usage};

pub(super) fn cost(usage: &Usage, params: &Params) -> Markup {
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
        @if !usage.enhanced_metrics && usage.variants.iter().any(|variant| variant.hosts_components) {
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
    let unallocated = usage.totals.unallocated;
    let share = |part: Money| share(part, usage).map(|share| percent(share * 100.0));
    html! {
        div.tiles {
            (tile("Per hour", &dollars(bill.per_hour), None))
            (tile("Over the range", &dollars(bill.cumulative), None))
            @if let Some(unallocated) = unallocated {
                (tile("Unallocated", &dollars(unallocated.cumulative), share(unallocated).map(|share| format!("{share} of it")).as_deref()))
            }
            @if let Some(requests) = usage.totals.invocations { (tile("Requests", &count(requests), None)) }
        }
    }
}

fn table(usage: &Usage, params: &Params, priced: bool) -> Markup {
    html! {
        table.costs {
            thead {
                tr {
                    th { "Model" } th { "GPUs" }
                    @if priced {
                        th { "Cumulative" } th { "Per " (usage.publish_frequency_seconds) } th { "Per hour" }
                        th { "Per 1,000 requests" } th { "Share" }
                    } @else {
                        th { "Requests" }
                    }
                }
            }
            tbody {
                @for model in &usage.models { (row(model, params, priced)) }
            }
            @if priced {
                tfoot {
                    @if let Some(unallocated) = usage.totals.unallocated {
                        (sum("Unallocated", usage.totals.free_gpus, unallocated, share(unallocated, usage)))
                    }
                    @if let Some(bill) = usage.totals.bill {
                        (sum("All instances", usage.totals.gpus, bill, share(bill, usage)))
                    }
                }
            }
        }
    }
}

fn row(model: &ModelUsage, params: &Params, priced: bool) -> Markup {
    html! {
        tr data-model=(model.name) {
            th scope="row" title=(model.name) { (params.label(&model.name)) }
            td { (model.gpus.map(count).unwrap_or_default()) }
            @if priced {
                (money(model.money))
                td { (model.per_thousand_invocations.map_or_else(|| "–".to_owned(), dollars)) }
                td { (bar(model.share)) }
            } @else {
                td { (model.invocations.map(count).unwrap_or_default()) }
            }
        }
    }
}

fn sum(name: &str, gpus: Option<f64>, all: Money, share: Option<f64>) -> Markup {
    html! {
        tr data-sum=(name) {
            th scope="row" { (name) }
            td { (gpus.map(count).unwrap_or_default()) }
            (money(Some(all)))
            td {}
            td { (bar(share)) }
        }
    }
}

fn money(money: Option<Money>) -> Markup {
    let cell = |amount| html! { td { @if let Some(amount) = amount { (dollars(amount)) } } };
    html! {
        (cell(money.map(|money| money.cumulative)))
        (cell(money.map(|money| money.per_interval)))
        (cell(money.map(|money| money.per_hour)))
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
