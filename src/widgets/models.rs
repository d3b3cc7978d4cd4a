//! The table of models below the map: what each holds, how many of its copies run, and how busy they are.
//!
//! A few models get a row with everything. Many get tables side by side with what distinguishes them, so that a widget of the
//! usual size shows them with little scrolling.

use maud::{Markup, html};

use super::context::WidgetContext;
use crate::figure::{percent, plural, unknown, whole};
use crate::panel_params::PanelParams;
use crate::usage::{ModelUsage, Usage};

/// Most models that have a row with everything.
const FEW: usize = 8;
/// Most that are in two tables; more are in three.
const SOME: usize = 24;
/// Pixels that each of several tables needs.
const TABLE: u32 = 200;

/// A model with its number in the map.
type Numbered<'u> = (usize, &'u ModelUsage);

pub(super) fn models(usage: &Usage, params: &PanelParams, context: &WidgetContext) -> Markup {
    let numbered: Vec<Numbered<'_>> = (1..).zip(&usage.models).collect();
    let wanted = if numbered.len() <= SOME { 2 } else { 3 };
    let fitting = usize::try_from(context.width / TABLE).unwrap_or(1);
    let tables = wanted.min(fitting).max(1);
    let now = if usage.window.reaches_now() { "now" } else { "at the end" };
    html! {
        @if numbered.len() > FEW {
            div.columns {
                @for part in numbered.chunks(numbered.len().div_ceil(tables)) { (short(part, params, now)) }
            }
        } @else if !numbered.is_empty() {
            (whole_table(&numbered, params, now))
        }
    }
}

fn whole_table(models: &[Numbered<'_>], params: &PanelParams, now: &str) -> Markup {
    // A model on a variant of its own has instances, and no copies.
    let have_copies = models.iter().any(|(_, model)| !copies(model).is_empty());
    html! {
        table.models {
            thead {
                tr {
                    th { "#" } th { "Model" } th { "GPUs" }
                    @if have_copies { th { "Copies" } }
                    th { "GPU utilization " (now) } th { "Over the range" }
                }
            }
            tbody {
                @for (number, model) in models {
                    tr data-model=(model.name) {
                        td { (number) }
                        th scope="row" title=(model.name) { (params.label(&model.name)) }
                        td { (model.gpus.map_or_else(unknown, whole)) }
                        @if have_copies { td class=[differs(model).then_some("differs")] { (copies(model)) } }
                        td { (model.utilization.map_or_else(unknown, percent)) }
                        td { (model.mean_utilization.map_or_else(unknown, percent)) }
                    }
                }
            }
        }
    }
}

/// The same in little room: copies are shown where they aren't as declared.
fn short(models: &[Numbered<'_>], params: &PanelParams, now: &str) -> Markup {
    html! {
        table.models.short {
            thead {
                tr { th { "#" } th { "Model" } th { "GPUs" } th title={"GPU utilization " (now)} { "Utilization" } }
            }
            tbody {
                @for (number, model) in models {
                    tr data-model=(model.name) {
                        td { (number) }
                        th scope="row" title={(model.name) ": " (copies(model))} {
                            span.label { (params.label(&model.name)) }
                            @if differs(model) { span.differs { (copies(model)) } }
                        }
                        td { (model.gpus.map_or_else(unknown, whole)) }
                        td { (model.utilization.map_or_else(unknown, percent)) }
                    }
                }
            }
        }
    }
}

/// Whether other copies run than are declared, or SageMaker is not done with it.
fn differs(model: &ModelUsage) -> bool {
    let declared = model.copies_declared.and_then(|copies| usize::try_from(copies).ok());
    let counts = declared.zip(model.copies_observed).is_some_and(|(declared, observed)| declared != observed);
    counts || model.unsettled_status().is_some()
}

/// `Creating, running 0 of 3, 2 GPUs each`.
fn copies(model: &ModelUsage) -> String {
    let running = match (model.copies_observed, model.copies_declared) {
        (Some(running), Some(declared)) => Some(format!("running {running} of {declared}")),
        (Some(running), None) => Some(format!("running {running}")),
        (None, Some(declared)) => Some(format!("{} declared", plural(declared.into(), "copy", "copies"))),
        (None, None) => None,
    };
    // What a model on a variant of its own has, its instances say.
    let each = running.as_ref().and(model.gpus_per_copy).filter(|gpus| *gpus > 0);
    let each = each.map(|gpus| format!("{} each", plural(gpus.into(), "GPU", "GPUs")));
    let status = model.unsettled_status().map(str::to_owned);
    status.into_iter().chain(running).chain(each).collect::<Vec<_>>().join(", ")
}
