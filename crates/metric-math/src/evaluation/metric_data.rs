//! `MetricDataQuery` structures, as alarms and `GetMetricData` carry them, read into queries.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html>. Whether a request may be made
//! at all is checked elsewhere; here only what has no meaning is refused.

use serde::Deserialize;
use serde_json::Value;

use crate::telemetry::Metric;

use super::{
    expression,
    query::{EvaluationError, Query, QuerySource},
};

/// One `MetricDataQuery`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct MetricDataQuery {
    /// Its name within the request.
    pub id: String,
    metric_stat: Option<MetricStat>,
    expression: Option<String>,
    label: Option<String>,
    /// Whether its series is given back. True where nothing is said.
    pub return_data: Option<bool>,
    /// The account whose metric it is, where that is another than the one that asks.
    pub account_id: Option<String>,
    period: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MetricStat {
    metric: MetricShape,
    period: u32,
    stat: String,
}

/// A metric as requests write it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MetricShape {
    namespace: String,
    metric_name: String,
    #[serde(default)]
    dimensions: Vec<DimensionShape>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DimensionShape {
    name: String,
    value: String,
}

impl DimensionShape {
    pub(super) fn pair(self) -> (String, String) {
        (self.name, self.value)
    }
}

impl MetricShape {
    fn metric(self) -> Metric {
        let dimensions = self.dimensions.into_iter().map(DimensionShape::pair).collect();
        Metric { namespace: self.namespace, name: self.metric_name, dimensions }
    }
}

/// Reads a part of a request.
pub(super) fn shape<T: for<'de> Deserialize<'de>>(value: &Value) -> Result<T, EvaluationError> {
    serde_json::from_value(value.clone()).map_err(|error| EvaluationError::Structure(error.to_string()))
}

impl MetricDataQuery {
    /// The query that it describes.
    ///
    /// # Errors
    /// It has neither a metric nor an expression, or both; or one of them can't be read.
    pub fn query(self) -> Result<Query, EvaluationError> {
        let (source, period) = match (self.metric_stat, self.expression) {
            (Some(stat), None) => (QuerySource::Metric(stat.metric.metric(), stat.stat.parse()?), Some(stat.period)),
            (None, Some(expression)) => (QuerySource::Expression(expression::read(&expression)?), self.period),
            _ => {
                let message = format!("the query {:?} has to have a MetricStat or an Expression", self.id);
                return Err(EvaluationError::Structure(message));
            }
        };
        Ok(Query { id: self.id, source, label: self.label, period })
    }
}
