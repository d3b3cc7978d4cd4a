//! What the numbers rest on and what they leave out: the caveats that apply to this endpoint, in plain sentences.

use std::fmt::Write as _;

use crate::pricing::{ListPrice, Price};
use crate::spec::Partitions;

use super::grid::Grid;
use super::series::{Context, MOST_LINES_OF_MODELS};

pub(super) fn about(grid: &mut Grid<'_>, context: &Context<'_>) {
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

fn frequency(context: &Context<'_>) -> String {
    let frequency = context.monitoring.frequency;
    let mut text = format!(
        "Metrics come every {frequency}. Counts and dollars from before a change of that are read as if it had always been so. \
         A period is shown once it is over."
    );
    if frequency.seconds() < 60 {
        text += " Metrics of less than a minute are kept for 3 hours, then by the minute.";
    }
    text
}

fn prices(context: &Context<'_>) -> String {
    let mut known: Vec<String> = Vec::new();
    let mut unknown: Vec<String> = Vec::new();
    for on in context.with_instances() {
        match context.surroundings.prices.of(on.variant) {
            Price::Declared(dollars) => {
                known.push(context.label(&format!("${} per instance-hour, as declared", dollars.0), on));
            }
            Price::Listed(ListPrice { per_hour, effective }) => {
                let listed =
                    format!("on-demand estimate, ${} per instance-hour, list price since {effective}", per_hour.0);
                known.push(context.label(&listed, on));
            }
            Price::Unknown(reason) => {
                let reason = reason.unwrap_or_else(|| "CostPerHour is not given".to_owned());
                unknown.push(context.label(&reason, on));
            }
        }
    }
    if known.is_empty() && unknown.is_empty() {
        return "No costs are shown: serverless variants have no instances that are paid for.".to_owned();
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

fn without_enhanced_metrics(context: &Context<'_>) -> Option<String> {
    let lacks = !context.monitoring.enhanced_metrics && context.host().is_some();
    lacks.then(|| {
        "Enhanced metrics are off: used GPUs are what models have reserved, and neither copies nor dollars of single models \
         can be told."
            .to_owned()
    })
}

fn without_traffic(context: &Context<'_>) -> Option<String> {
    let untold = context.host().is_some() && !context.monitoring.enhanced_metrics;
    if !untold {
        return None;
    }
    Some(match context.models() {
        [] => "No requests are shown: SageMaker publishes them under the names of inference components alone. List \
               InferenceComponents, or switch enhanced metrics on."
            .to_owned(),
        _ => "Requests are those of the listed models: SageMaker publishes them under their names alone, and without enhanced \
              metrics nothing tells which others are on this endpoint."
            .to_owned(),
    })
}

fn partitions(context: &Context<'_>) -> Option<String> {
    let partitions = context.host()?.variant.partitions?;
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

fn many(context: &Context<'_>) -> Option<String> {
    let models = context.models().len();
    (models > usize::from(MOST_LINES_OF_MODELS)).then(|| {
        format!(
            "{models} models are listed. Panels show the {MOST_LINES_OF_MODELS} that are biggest there; choose any model above to see it \
             alone."
        )
    })
}

fn queries(context: &Context<'_>) -> Option<String> {
    let shared = context.told_apart()?;
    let words = match context.query_by_model(shared) {
        Some(_) => "Panels of models that nobody listed may reach back 3 hours only.",
        None => {
            "Which dimension tells GPUs apart isn't known before the endpoint has published something: until the stack is updated \
                 then, GPUs and dollars are shown of listed models alone, or of all together."
        }
    };
    Some(words.to_owned())
}

fn searches(context: &Context<'_>) -> Option<String> {
    context.monitoring.enhanced_metrics.then(|| {
        "A new model, instance or GPU may be missing for its first 15 minutes. In time ranges that ended more than two weeks ago, \
         used GPUs, models and requests are missing, and GPUs look unused."
            .to_owned()
    })
}

fn streams(context: &Context<'_>) -> Option<String> {
    context.variants().any(|on| on.variant.serving.may_stream()).then(|| {
        "First chunks and broken-off streams have values only where somebody asks for a stream, and nobody knows whether such \
         requests have a latency too."
            .to_owned()
    })
}
