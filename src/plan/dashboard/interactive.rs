//! The interactive panels: custom widgets that the provider's second function draws when somebody looks.
//!
//! Their parameters say everything that the function can't find out by itself, under the names of a declaration's
//! properties.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::grid::Grid;
use super::series::{Context, Numbered};
use crate::pricing::Price;
use crate::spec::DashboardSpec;
use crate::widgets::Panel;

/// Two panels side by side, where there is a function that draws them and an instance that they could show.
pub(super) fn interactive<'p>(grid: &mut Grid<'p>, context: &Context<'p>, settings: &DashboardSpec) {
    let Some(function_arn) = &context.surroundings.widgets_function else { return };
    let has_instances = context.variants().any(Numbered::has_instances);
    if !has_instances || settings.interactive == Some(false) {
        return;
    }
    let panels = [
        (
            Panel::Cluster,
            "Instances, GPUs and who holds them",
            "An interactive panel: every GPU of every instance, the model that holds it, and how much it computes, \
                over a time of your choice.",
        ),
        (
            Panel::Cost,
            "Cost by model",
            "An interactive panel: what each model and the GPUs that no model holds cost over a time of your choice, \
                the dearest first.",
        ),
    ];
    for (panel, title, shows) in panels {
        grid.custom(title, shows, function_arn, params(panel, context));
    }
}

fn params(panel: Panel, context: &Context<'_>) -> Value {
    let mut params = json!({
        "Panel": panel.name(),
        "EndpointName": context.monitoring.endpoint_name.as_str(),
        "Region": context.surroundings.region,
    });
    let variants = context.variants().filter(|on| on.has_instances()).map(|on| {
        let mut variant = json!({ "VariantName": on.variant.name.as_str() });
        if on.gpus() > 0 {
            variant["GpusPerInstance"] = json!(on.gpus());
        }
        if let Some(price) = context.surroundings.prices.of(on.variant).per_hour() {
            variant["CostPerHour"] = json!(price.0);
        }
        variant
    });
    params["Variants"] = variants.collect();
    if let Some(basis) = price_basis(context) {
        params["PriceBasis"] = json!(basis);
    }
    let labelled = context.monitoring.components.iter().filter(|component| component.label != component.name.as_str());
    let labels: Vec<Value> =
        labelled.map(|component| json!({ "Name": component.name.as_str(), "Label": component.label })).collect();
    if !labels.is_empty() {
        params["InferenceComponents"] = json!(labels);
    }
    params
}

/// Where prices come from, each kind once.
fn price_basis(context: &Context<'_>) -> Option<String> {
    let bases: BTreeSet<String> = context
        .variants()
        .filter_map(|on| match context.surroundings.prices.of(on.variant) {
            Price::Declared(_) => Some("the price that was declared".to_owned()),
            Price::Listed(listed) => Some(format!("the on-demand list price valid since {}", listed.effective)),
            Price::Unknown(_) => None,
        })
        .collect();
    (!bases.is_empty()).then(|| bases.into_iter().collect::<Vec<_>>().join(" and "))
}
