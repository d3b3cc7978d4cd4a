//! What the dashboard is about, on which basis its numbers are, and what they leave out.

use std::fmt::Write as _;

use crate::pricing::{ListPrice, Price};

use super::grid::Grid;
use super::series::Context;

/// Facts and links, over the whole width.
pub(super) fn header(grid: &mut Grid<'_>, context: &Context<'_>) {
    let facts = [Some(frequency(context)), Some(prices(context)), without_enhanced_metrics(context), many(context)];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    let endpoint = &context.monitoring.endpoint_name;
    // Two facts are always there, and have room.
    let height = if facts.len() > 2 { 5 } else { 4 };
    grid.text(format!("# {endpoint}\n{}\n\n{}", links(context), facts.join("\n\n")), height);
}

fn links(context: &Context<'_>) -> String {
    let (place, owner, endpoint) = (&context.place, context.owner, &context.monitoring.endpoint_name);
    let link = |text: &str, url: String| format!("[{text}]({url})");
    let mut links =
        vec![link("Endpoint", place.endpoint_url(endpoint)), link("Its logs", place.endpoint_logs_url(endpoint))];
    if context.hosts_components() {
        links.push(link("Logs of inference components", place.component_logs_url()));
    }
    if context.monitoring.detailed_observability {
        links.push(link("SageMaker AI Insights, in CloudWatch's menu", place.cloudwatch_url()));
    }
    let stack = link(owner.stack_name(), place.stack_url(&owner.stack_id));
    links.push(format!("Made by {} of stack {stack}: changes belong there", owner.logical_id));
    links.join(" · ")
}

fn frequency(context: &Context<'_>) -> String {
    let frequency = context.monitoring.frequency;
    let mut text = format!(
        "Metrics every {frequency}; counts and costs from before a change of that are read as if it had always been so. A \
         period is shown once it is over."
    );
    if frequency.seconds() < 60 {
        text += " Metrics of less than a minute are kept for 3 hours, then by the minute.";
    }
    if context.sees_held_gpus() {
        text += " Panels of models \"listed or not\" may reach back 3 hours only.";
    }
    text
}

fn prices(context: &Context<'_>) -> String {
    let mut known: Vec<String> = Vec::new();
    let mut unknown: Vec<String> = Vec::new();
    for of in context.variants().filter(|of| of.has_instances()) {
        match context.surroundings.prices.of(of.variant) {
            Price::Declared(dollars) => {
                known.push(context.label(&format!("${} per instance-hour, as declared", dollars.0), of));
            }
            Price::Listed(ListPrice { per_hour, effective }) => {
                let listed =
                    format!("on-demand estimate, ${} per instance-hour, list price since {effective}", per_hour.0);
                known.push(context.label(&listed, of));
            }
            Price::Unknown(reason) => {
                let reason = reason.unwrap_or_else(|| "CostPerHour is not given".to_owned());
                unknown.push(context.label(&reason, of));
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
    let lacks = !context.monitoring.enhanced_metrics && context.first_shared().is_some();
    lacks.then(|| {
        "Enhanced metrics are off: used GPUs are what models have reserved, and neither copies nor costs per model can be \
         told."
            .to_owned()
    })
}

fn many(context: &Context<'_>) -> Option<String> {
    (!context.line_each).then(|| {
        format!(
            "{} models are listed: panels show several of them under their names, and costs per publish interval are left \
             out. Choose a model above to see it alone.",
            context.models().len()
        )
    })
}
