//! The interactive panels: custom widgets that the provider's second function draws when somebody looks.
//!
//! Their parameters say everything that the function can't find out by itself.

use std::collections::BTreeSet;

use super::grid::{COLUMNS, Grid};
use super::series::{PanelContext, PanelVariant};
use crate::panel_params::{InstanceTerms, InteractivePanel, PanelParams};
use crate::pricing::Price;

/// Rows of a panel.
const HEIGHT: u16 = 9;

/// Two panels side by side, where there is a function that draws them and an instance that they could show.
pub(super) fn interactive(grid: &mut Grid<'_>, context: &PanelContext<'_>) {
    let Some(function_arn) = &context.environment.widgets_function else { return };
    let has_instances = context.variants().any(PanelVariant::has_instances);
    if !has_instances || context.settings.interactive == Some(false) {
        return;
    }
    let panels = [
        (
            InteractivePanel::Cluster,
            "Instances, GPUs and who holds them",
            "An interactive panel: every GPU of every instance, the model that holds it, and how much it computes, \
                over a time of your choice.",
        ),
        (
            InteractivePanel::Cost,
            "Cost by model",
            "An interactive panel: what each model and the GPUs that no model holds cost over a time of your choice, \
                the dearest first.",
        ),
    ];
    for (panel, title, shows) in panels {
        grid.custom(title, shows, function_arn, params(panel, context), (COLUMNS / 2, HEIGHT));
    }
}

fn params(panel: InteractivePanel, context: &PanelContext<'_>) -> PanelParams {
    let variants = context.variants().filter(|variant| variant.has_instances()).map(|variant| {
        let gpus = Some(variant.gpus()).filter(|gpus| *gpus > 0);
        let price_per_hour = context.environment.prices.of(&variant).per_hour();
        (variant.name.to_string(), InstanceTerms { gpus, price_per_hour })
    });
    let labelled = context.monitoring.components.iter().filter(|component| component.label != component.name.as_str());
    PanelParams {
        panel,
        endpoint: context.monitoring.endpoint_name.clone(),
        region: Some(context.environment.region.clone()),
        default: InstanceTerms::default(),
        variants: variants.collect(),
        price_basis: price_basis(context),
        labels: labelled.map(|component| (component.name.to_string(), component.label.clone())).collect(),
    }
}

/// Where prices come from, each kind once.
fn price_basis(context: &PanelContext<'_>) -> Option<String> {
    let bases: BTreeSet<String> = context
        .variants()
        .filter_map(|variant| match context.environment.prices.of(&variant) {
            Price::Declared(_) => Some("the price that was declared".to_owned()),
            Price::Listed(listed) => Some(format!("the on-demand list price valid since {}", listed.effective)),
            Price::Unknown(_) => None,
        })
        .collect();
    (!bases.is_empty()).then(|| bases.into_iter().collect::<Vec<_>>().join(" and "))
}
