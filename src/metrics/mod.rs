//! CloudWatch metrics and metric math as types.
//!
//! Expressions are trees, written out only at the edge, and carry where they may stand: a graph may hold a `SEARCH`,
//! an alarm may not ("SEARCH is not supported on Metric Alarms"), so [`Expr<Alarm>`] has no way to make one.

mod data_source;
mod expr;
mod insights;
mod promql;
pub mod published;
mod sagemaker;
mod search;

pub use data_source::DataSource;
pub use expr::{Alarm, Expr, Graph, IdLetter, MetricId, Order};
pub use insights::{InsightsQuery, SHORTEST_INSIGHTS_PERIOD};
pub use promql::PromQl;
pub use sagemaker::{
    ComponentMetric, ENDPOINTS, INFERENCE_COMPONENTS, INVOCATIONS, Metric, MetricStat, Stat, container_metric,
    copy_metric, copy_requests, copy_sample_count, endpoint_metric, gpu_sample_count, held_gpus, instance_gpus,
    instance_requests, invocation_metric, mean_utilization_of_models, queue_metric, requests_by_model, requests_metric,
    requests_of_components,
};
pub use search::Search;
