//! Metric math, searches, Metrics Insights queries, dashboards and alarms, evaluated over a metric store.
//!
//! Pure: an expression, a store and a window of time give series; nothing here reads a clock or changes the store. Every
//! rule names the AWS page that it is from. Where AWS's pages are silent or contradict what people observe, both
//! readings are built and [`Reading`] chooses, so that a number can be proved right under all of them.

pub mod alarm;
mod arithmetic;
pub mod dashboard;
mod expression;
mod function;
mod insights;
mod label;
mod metric_data;
mod query;
mod reading;
mod search;
mod syntax;
mod value;

pub use expression::read;
pub use function::{Function, functions};
pub use insights::{InsightsError, InsightsQuery};
pub use metric_data::MetricDataQuery;
pub use query::{Data, EvaluationError, Queries, Query, QuerySource};
pub use reading::{FillOfEmpty, InsightsReach, MissingOperand, Reading};
pub use search::{Search, SearchError};
pub use syntax::{Expression, Node, SyntaxError, SyntaxProblem};
pub use value::{Series, ValueKind};
