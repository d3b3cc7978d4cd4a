//! What the numbers rest on and what they leave out: the caveats that apply to this endpoint, in plain sentences.

use std::fmt::Write as _;

use crate::pricing::{ListPrice, Price};
use crate::spec::Partitions;

use super::grid::Grid;
use super::series::{MOST_LINES_OF_MODELS, PanelContext};

pub(super) fn about(grid: &mut Grid<'_>, context: &PanelContext<'_>) {
    let facts = [
        Some(frequency(context)),
        Some(prices(context)),
        without_enhanced_metrics(context),
        without_traffic(context),
        partitions(context),
        many(context),
        queries(context),
        searches(context),
        streams(context),
    ];
    let facts: Vec<String> = facts.into_iter().flatten().map(|fact| format!("- {fact}")).collect();
    // Two facts are about as high as a row of the grid.
    let height = u16::try_from(facts.len().div_ceil(2)).unwrap_or(u16::MAX).saturating_add(2);
    grid.text(format!("## About these numbers\n{}", facts.join("\n")), height);
}

fn frequency(context: &PanelContext<'_>) -> String {
    let frequency = context.monitoring.frequency;
    let mut text = format!(
        "Metrics come every {frequency}. If that was changed, counts and dollars from before the change are wrong, as they are \
         read at the new frequency. A period is shown once it is over."
    );
    if frequency.seconds() < 60 {
        text += " Data finer than a minute are kept for 3 hours, then by the minute.";
    }
    text
}

fn prices(context: &PanelContext<'_>) -> String {
    let mut known: Vec<String> = Vec::new();
    let mut unknown: Vec<String> = Vec::new();
    for variant in context.with_instances() {
        match context.environment.prices.of(&variant) {
            Price::Declared(dollars) => {
                known.push(context.label(&format!("${} per instance-hour, as declared", dollars.0), variant));
            }
            Price::Listed(ListPrice { per_hour, effective, .. }) => {
                let listed =
                    format!("on-demand estimate, ${} per instance-hour, list price since {effective}", per_hour.0);
                known.push(context.label(&listed, variant));
            }
            Price::Unknown(reason) => {
                let reason = reason.unwrap_or_else(|| "CostPerHour is not given".to_owned());
                unknown.push(context.label(&reason, variant));
            }
        }
    }
    if known.is_empty() && unknown.is_empty() {
        return "No costs are shown: serverless variants have no instances to pay for.".to_owned();
    }
    let mut text = String::new();
    if !known.is_empty() {
        let _ = write!(text, "Costs are estimates, not the bill: {}.", known.join("; "));
    }
    if !unknown.is_empty() {
        let what = if known.is_empty() { "No costs are shown" } else { " No costs are shown where no price is known" };
        let _ = write!(text, "{what}: {}.", unknown.join("; "));
    }
    text
}

fn without_enhanced_metrics(context: &PanelContext<'_>) -> Option<String> {
    let lacks = !context.monitoring.enhanced_metrics && context.host().is_some();
    lacks.then(|| {
        "Enhanced metrics are off: used GPUs are those that models have reserved, and copies and dollars by model are not \
         known."
            .to_owned()
    })
}

fn without_traffic(context: &PanelContext<'_>) -> Option<String> {
    let untold = context.host().is_some() && !context.monitoring.enhanced_metrics;
    if !untold {
        return None;
    }
    Some(match context.models() {
        [] => "No requests are shown: SageMaker publishes them only under the names of inference components. List \
               InferenceComponents, or switch enhanced metrics on."
            .to_owned(),
        _ => "Requests are those of the listed models: without enhanced metrics nothing says which other models are on this \
              endpoint."
            .to_owned(),
    })
}

fn partitions(context: &PanelContext<'_>) -> Option<String> {
    let partitions = context.host()?.partitions?;
    Some(match partitions {
        Partitions::Alike(_) if context.shared().is_some() => {
            "GPUs are partitioned, and everything is counted in partitions: each copy of a model holds one.".to_owned()
        }
        Partitions::Alike(_) => {
            "GPUs are partitioned. What models hold is not counted: that takes enhanced metrics.".to_owned()
        }
        Partitions::Mixed => {
            "GPUs are partitioned into several profiles, and no metric tells which of them a copy holds: neither used \
                              GPUs nor dollars of models are shown."
                .to_owned()
        }
    })
}

fn many(context: &PanelContext<'_>) -> Option<String> {
    let models = context.models().len();
    (models > usize::from(MOST_LINES_OF_MODELS)).then(|| {
        format!(
            "Each panel shows the {MOST_LINES_OF_MODELS} biggest of {models} listed models; choose any model above to see it alone."
        )
    })
}

fn queries(context: &PanelContext<'_>) -> Option<String> {
    let shared = context.shared_by_model()?;
    let words = match context.query_by_model(shared) {
        Some(_) => "Panels of models that are not listed may go back only 3 hours.",
        None => {
            "Whether GPUs carry GpuId or AcceleratorId isn't known before the endpoint has published something. Until the stack \
                 is updated after that, GPUs and dollars are shown of listed models only, or of all models together."
        }
    };
    Some(words.to_owned())
}

fn searches(context: &PanelContext<'_>) -> Option<String> {
    context.monitoring.enhanced_metrics.then(|| {
        "A new model, instance or GPU may be missing for its first 15 minutes. In time ranges that ended more than two weeks ago, \
         used GPUs, models and requests are missing, and GPUs look unused."
            .to_owned()
    })
}

fn streams(context: &PanelContext<'_>) -> Option<String> {
    context.variants().any(|variant| variant.serving.may_stream()).then(|| {
        "First chunks and broken-off streams have values only for streamed requests. Whether those have a model latency, too, \
         isn't documented."
            .to_owned()
    })
}
