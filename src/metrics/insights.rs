//! Metrics Insights queries: samples of all metrics that match, by the name of their dimensions and some values. They
//! find what nobody listed.
//!
//! A query adds data up over whole minutes at least, and there is one in each alarm and in each widget. In an alarm it
//! sees the last three hours: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html>,
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-limits.html>. Syntax:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-querylanguage.html>.

use std::fmt;

/// Seconds of the shortest period.
pub const SHORTEST_INSIGHTS_PERIOD: u16 = 60;

/// `SELECT COUNT(…) FROM SCHEMA(…) WHERE … GROUP BY …`: the number of samples of all series that match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleCountQuery {
    namespace: &'static str,
    /// The whole dimension set: a series with one dimension more or less doesn't match.
    dimensions: Vec<&'static str>,
    metric_name: &'static str,
    values: Vec<(&'static str, String)>,
    group_by: Option<&'static str>,
    function: &'static str,
    /// With [`Self::group_by`]: how many groups at most, those with the most first.
    most: Option<u16>,
}

impl SampleCountQuery {
    /// Counts the samples of the series of `metric_name` that have exactly `dimensions`.
    #[must_use]
    pub fn new(namespace: &'static str, dimensions: &[&'static str], metric_name: &'static str) -> Self {
        Self {
            namespace,
            dimensions: dimensions.to_vec(),
            metric_name,
            values: Vec::new(),
            group_by: None,
            function: "COUNT",
            most: None,
        }
    }

    /// Adds the samples up, in place of counting them.
    #[must_use]
    pub fn summing(self) -> Self {
        Self { function: "SUM", ..self }
    }

    /// Of the groups, the so many with the most.
    #[must_use]
    pub fn biggest(self, most: u16) -> Self {
        Self { most: Some(most), ..self }
    }

    /// The same of every dimension set of the metric in its namespace: for where a set's name isn't known, and only one
    /// set has the dimensions that the query narrows by.
    #[must_use]
    pub fn of_any_set(self) -> Self {
        Self { dimensions: Vec::new(), ..self }
    }

    /// Narrows to series whose dimension has this value. Values are names of endpoints and variants, which are letters,
    /// digits and hyphens: nothing that would need escaping inside the quotes.
    #[must_use]
    pub fn with(mut self, dimension: &'static str, value: &str) -> Self {
        self.values.push((dimension, value.to_owned()));
        self
    }

    /// Counts for each value of a dimension, in place of all together. For graphs: an alarm takes one series.
    #[must_use]
    pub fn by(self, dimension: &'static str) -> Self {
        Self { group_by: Some(dimension), ..self }
    }
}

impl fmt::Display for SampleCountQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { namespace, dimensions, metric_name, values, group_by, function, most } = self;
        write!(f, "SELECT {function}({metric_name}) FROM ")?;
        if dimensions.is_empty() {
            write!(f, "\"{namespace}\"")?;
        } else {
            write!(f, "SCHEMA(\"{namespace}\"")?;
            for dimension in dimensions {
                write!(f, ", {dimension}")?;
            }
            f.write_str(")")?;
        }
        for (at, (dimension, value)) in values.iter().enumerate() {
            let word = if at == 0 { "WHERE" } else { "AND" };
            write!(f, " {word} {dimension} = '{value}'")?;
        }
        let Some(dimension) = group_by else { return Ok(()) };
        write!(f, " GROUP BY {dimension}")?;
        match most {
            Some(most) => write!(f, " ORDER BY {function}() DESC LIMIT {most}"),
            None => Ok(()),
        }
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
        let counted = "SELECT COUNT(Gpu) FROM SCHEMA(\"/aws/sagemaker/InferenceComponents\", EndpointName, GpuId) \
                       WHERE EndpointName = 'chat' AND GpuId = '0'";
        assert_eq!(query.to_string(), counted);
        assert_eq!(query.by("GpuId").to_string(), format!("{counted} GROUP BY GpuId"));
    }
}
