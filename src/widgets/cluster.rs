//! The cluster panel: instances, GPUs, and which model holds which.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::context::WidgetContext;
use super::frame::{note, tile};
use super::map::{self, Room};
use super::models::models;
use crate::figure::whole;
use crate::panel_params::PanelParams;
use crate::usage::{Totals, Usage, VariantUsage};

/// Pixels that controls, figures and the first rows of the table need around the map.
const AROUND_THE_MAP: u32 = 190;
/// Pixels of the frame around a widget's content, a scroll bar included.
const MARGIN: u32 = 24;

pub(super) fn cluster(usage: &Usage, params: &PanelParams, context: &WidgetContext) -> Markup {
    let numbers: BTreeMap<&str, usize> =
        usage.models.iter().zip(1..).map(|(model, number)| (model.name.as_str(), number)).collect();
    let number = |model: &str| numbers.get(model).copied();
    let mapped: Vec<&VariantUsage> =
        usage.variants.iter().filter(|variant| variant.instances.iter().any(|one| !one.gpus.is_empty())).collect();
    let maps = u32::try_from(mapped.len().max(1)).unwrap_or(u32::MAX);
    let room = Room {
        width: context.width.saturating_sub(MARGIN),
        height: context.height.saturating_sub(AROUND_THE_MAP) / maps,
        numbers: numbers.len(),
    };
    html! {
        (tiles(&usage.totals))
        @for variant in &usage.variants {
            @if variant.gpus_per_instance.is_none() {
                (note(&format!(
                    "How many GPUs an instance of {} has isn't known here ({}): give GpusPerInstance.",
                    variant.name, variant.instance_type
                )))
            }
        }
        @if let Some(left_out) = left_out(usage) { (note(left_out)) }
        @for variant in &mapped {
            @if usage.variants.len() > 1 { h4 { (variant.name) " · " (variant.instance_type) } }
            (map::map(variant, params, room, &number))
        }
        @if !mapped.is_empty() { (map::legend()) }
        (models(usage, params, context))
    }
}

/// Whole numbers: in the period in which an instance starts, a mean is no number of instances.
fn tiles(totals: &Totals) -> Markup {
    html! {
        div.tiles {
            (tile("Instances", &whole(totals.instances), None))
            @if let Some(gpus) = totals.gpus { (tile("Total GPUs", &whole(gpus), None)) }
            @if let Some(used) = totals.used_gpus { (tile("Used GPUs", &whole(used), None)) }
            @if let Some(unused) = totals.whole_unused_gpus() { (tile("Unused GPUs", &whole(unused), None)) }
        }
    }
}

/// What can't be seen, or isn't there.
fn left_out(usage: &Usage) -> Option<&'static str> {
    let hosts_components = usage.hosts_components();
    if !usage.enhanced_metrics {
        Some(if hosts_components {
            "Enhanced metrics are off, so it isn't known which model holds which GPU. Declare \
             MetricsConfig.EnableEnhancedMetrics to see it."
        } else {
            "Enhanced metrics are off, so nothing is known of single instances and GPUs. Declare \
             MetricsConfig.EnableEnhancedMetrics to see them."
        })
    } else if usage.models.is_empty() && hosts_components {
        Some("No model is placed on these instances.")
    } else {
        None
    }
}
