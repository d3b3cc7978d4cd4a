//! Metrics Insights: one query over all metrics of a dimension set, which finds what nobody listed.
//!
//! Whatever period is asked for, it adds data up over whole minutes at least; a widget may hold one query
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-limits.html>).

use std::fmt;

/// Seconds of the shortest period.
pub const SHORTEST_INSIGHTS_PERIOD: u16 = 60;

/// `SELECT COUNT(…) FROM SCHEMA(…) WHERE … GROUP BY …`: samples by the value of a dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleQuery {
    metric_name: &'static str,
    namespace: &'static str,
    dimensions: Vec<&'static str>,
    values: Vec<(&'static str, String)>,
    group_by: &'static str,
}

impl SampleQuery {
    /// Counts samples of `metric_name` over the metrics that have exactly `dimensions`, for each value of `group_by`.
    #[must_use]
    pub fn new(
        namespace: &'static str,
        dimensions: &[&'static str],
        metric_name: &'static str,
        group_by: &'static str,
    ) -> Self {
        Self { metric_name, namespace, dimensions: dimensions.to_vec(), values: Vec::new(), group_by }
    }

    /// Narrows to metrics whose dimension has this value: letters, digits and hyphens, as in
    /// [`Search::with`](super::Search::with).
    #[must_use]
    pub fn with(mut self, dimension: &'static str, value: &str) -> Self {
        self.values.push((dimension, value.to_owned()));
        self
    }
}

impl fmt::Display for SampleQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { metric_name, namespace, dimensions, values, group_by } = self;
        write!(f, "SELECT COUNT({metric_name}) FROM SCHEMA(\"{namespace}\", {})", dimensions.join(", "))?;
        for (number, (dimension, value)) in values.iter().enumerate() {
            write!(f, " {} {dimension} = '{value}'", if number == 0 { "WHERE" } else { "AND" })?;
        }
        write!(f, " GROUP BY {group_by}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_written_as_the_language_has_it() {
        let query = SampleQuery::new("/aws/x", &["A", "B"], "M", "B").with("A", "chat").with("B", "c");
        assert_eq!(
            query.to_string(),
            "SELECT COUNT(M) FROM SCHEMA(\"/aws/x\", A, B) WHERE A = 'chat' AND B = 'c' GROUP BY B"
        );
    }
}
