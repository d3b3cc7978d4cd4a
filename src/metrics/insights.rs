//! Metrics Insights queries: one series out of all metrics that match, by the name of their dimensions and some values.
//!
//! In an alarm a query sees the last three hours, at one minute or coarser, and there is one query in each:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html>. Syntax:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-querylanguage.html>.

use std::fmt;

/// `SELECT COUNT(…) FROM SCHEMA(…) WHERE …`: the number of samples of all series that match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleCountQuery {
    namespace: &'static str,
    /// The whole dimension set: a series with one dimension more or less doesn't match.
    dimensions: Vec<&'static str>,
    metric_name: &'static str,
    values: Vec<(&'static str, String)>,
}

impl SampleCountQuery {
    /// Counts the samples of the series of `metric_name` that have exactly `dimensions`.
    #[must_use]
    pub fn new(namespace: &'static str, dimensions: &[&'static str], metric_name: &'static str) -> Self {
        Self { namespace, dimensions: dimensions.to_vec(), metric_name, values: Vec::new() }
    }

    /// Narrows to series whose dimension has this value. Values are names of endpoints and variants, which are letters,
    /// digits and hyphens: nothing that would need escaping inside the quotes.
    #[must_use]
    pub fn with(mut self, dimension: &'static str, value: &str) -> Self {
        self.values.push((dimension, value.to_owned()));
        self
    }
}

impl fmt::Display for SampleCountQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SELECT COUNT({}) FROM SCHEMA(\"{}\"", self.metric_name, self.namespace)?;
        for dimension in &self.dimensions {
            write!(f, ", {dimension}")?;
        }
        f.write_str(")")?;
        for (at, (dimension, value)) in self.values.iter().enumerate() {
            let word = if at == 0 { "WHERE" } else { "AND" };
            write!(f, " {word} {dimension} = '{value}'")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_names_its_whole_dimension_set() {
        let query = SampleCountQuery::new("/aws/sagemaker/InferenceComponents", &["EndpointName", "GpuId"], "Gpu")
            .with("EndpointName", "chat")
            .with("GpuId", "0");
        assert_eq!(
            query.to_string(),
            "SELECT COUNT(Gpu) FROM SCHEMA(\"/aws/sagemaker/InferenceComponents\", EndpointName, GpuId) \
             WHERE EndpointName = 'chat' AND GpuId = '0'"
        );
    }
}
