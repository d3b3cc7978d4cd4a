//! What the dashboard is about and where to go from it, in one line.

use super::grid::Grid;
use super::series::PanelContext;
use crate::spec::Partitions;

/// The endpoint's name and links, over the whole width.
pub(super) fn header(grid: &mut Grid<'_>, context: &PanelContext<'_>) {
    let missing = missing(context).map(|what| format!(" · {what}")).unwrap_or_default();
    grid.text(format!("**{}** · {}{missing}", context.monitoring.endpoint_name, links(context)), 1);
}

/// What a reader would look for in vain, and why. The panel about these numbers says more.
fn missing(context: &PanelContext<'_>) -> Option<&'static str> {
    match context.host()?.partitions? {
        Partitions::Mixed => Some("no GPU counts or dollars of models: GPUs are partitioned into several profiles"),
        Partitions::Alike(_) if context.shared().is_none() => {
            Some("no GPU counts or dollars of models: GPUs are partitioned, which takes enhanced metrics to count")
        }
        Partitions::Alike(_) => None,
    }
}

fn links(context: &PanelContext<'_>) -> String {
    let (place, owner, endpoint) = (&context.place, context.owner, &context.monitoring.endpoint_name);
    let link = |text: &str, url: String| format!("[{text}]({url})");
    let mut links =
        vec![link("Endpoint", place.endpoint_url(endpoint)), link("Logs", place.endpoint_logs_url(endpoint))];
    if context.host().is_some() {
        links.push(link("Logs of models", place.component_logs_url()));
    }
    if context.monitoring.detailed_observability {
        links.push(link("Insights", place.cloudwatch_url()));
    }
    let stack = link(owner.stack_name(), place.stack_url(&owner.stack_id));
    links.push(format!("Change it in {} of stack {stack}", owner.logical_id));
    links.join(" · ")
}
