//! CloudWatch metrics and metric math as types.
//!
//! Expressions are trees, written out only at the edge, and carry where they may stand: a graph may hold a `SEARCH`,
//! an alarm may not ("SEARCH is not supported on Metric Alarms"), so [`Expr<Alarm>`] has no way to make one.

mod expr;
mod insights;
mod promql;
mod sagemaker;
mod search;

pub use expr::{Alarm, Expr, Graph, IdLetter, MetricId};
pub use insights::SampleCountQuery;
pub use promql::PromQl;
pub use sagemaker::{Metric, MetricStat, Stat, endpoint_metric, gpu_sample_count, gpu_samples, invocation_metric};
pub use search::Search;
