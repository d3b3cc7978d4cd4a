//! The cluster panel: instances, GPUs, and which model holds which.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::context::Context;
use super::frame::{note, tile};
use super::map;
use super::params::Params;
use crate::figure::{count, percent, plural};
use crate::usage::{ModelUsage, Usage, VariantUsage};

/// Pixels that controls, figures and table need beside the map.
const BESIDE_THE_MAP: u32 = 190;
/// Pixels of the frame around a widget's content, a scroll bar included.
const MARGIN: u32 = 24;

pub(super) fn cluster(usage: &Usage, params: &Params, context: &Context) -> Markup {
    let totals = usage.totals;
    let numbers: BTreeMap<&str, usize> =
        usage.models.iter().zip(1..).map(|(model, number)| (model.name.as_str(), number)).collect();
    let number = |model: &str| numbers.get(model).copied();
    let mapped: Vec<&VariantUsage> =
        usage.variants.iter().filter(|variant| variant.instances.iter().any(|one| !one.gpus.is_empty())).collect();
    let maps = u32::try_from(mapped.len().max(1)).unwrap_or(u32::MAX);
    let room = (context.width.saturating_sub(MARGIN), context.height.saturating_sub(BESIDE_THE_MAP) / maps);
    html! {
        div.tiles {
            (tile("Instances", &count(totals.instances), None))
            @if let Some(gpus) = totals.gpus { (tile("Total GPUs", &count(gpus), None)) }
            @if let Some(used) = totals.used_gpus { (tile("Used GPUs", &count(used), None)) }
            @if let Some(free) = totals.free_gpus { (tile("Free GPUs", &count(free), None)) }
        }
        @for variant in &usage.variants {
            @if variant.gpus_per_instance.is_none() {
                (note(&format!(
                    "How many GPUs an instance of {} has isn't known here ({}): give GpusPerInstance.",
                    variant.name, variant.instance_type
                )))
            }
        }
        @if !usage.enhanced_metrics {
            (note("Enhanced metrics are off, so nobody knows which model holds which GPU. Declare \
                MetricsConfig.EnableEnhancedMetrics to see it."))
        }
        @for variant in &mapped {
            @if usage.variants.len() > 1 { h4 { (variant.name) " · " (variant.instance_type) } }
            (map::map(variant, params, room, &number))
        }
        @if !mapped.is_empty() { (map::legend()) }
        (models(usage, params))
    }
}

fn models(usage: &Usage, params: &Params) -> Markup {
    html! {
        @if !usage.models.is_empty() {
            table.models {
                thead {
                    tr {
                        th { "#" } th { "Model" } th { "GPUs" } th { "Copies" } th { "Busy at the end" } th { "Over the range" }
                    }
                }
                tbody {
                    @for (model, number) in usage.models.iter().zip(1..) {
                        tr data-model=(model.name) {
                            td { (number) }
                            th scope="row" title=(model.name) { (params.label(&model.name)) }
                            td { (model.gpus.map(count).unwrap_or_default()) }
                            td class=[differs(model).then_some("differs")] { (copies(model)) }
                            td { (model.utilization.map(percent).unwrap_or_default()) }
                            td { (model.mean_utilization.map(percent).unwrap_or_default()) }
                        }
                    }
                }
            }
        }
    }
}

fn differs(model: &ModelUsage) -> bool {
    let declared = model.copies_declared.and_then(|copies| usize::try_from(copies).ok());
    declared.zip(model.copies_observed).is_some_and(|(declared, observed)| declared != observed)
}

/// `declared 3 copies × 2 GPUs, seen 4`.
fn copies(model: &ModelUsage) -> String {
    let gpus = |gpus: u32| format!(" × {}", plural(gpus.into(), "GPU", "GPUs"));
    let declared = model.copies_declared.map(|copies| {
        let each = model.gpus_per_copy.map(gpus).unwrap_or_default();
        format!("declared {}{each}", plural(copies.into(), "copy", "copies"))
    });
    let seen = model.copies_observed.map(|observed| format!("seen {observed}"));
    declared.into_iter().chain(seen).collect::<Vec<_>>().join(", ")
}
