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

/// `SELECT COUNT(…) FROM SCHEMA(…) WHERE … GROUP BY … ORDER BY …`, or another function of all series that match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InsightsQuery {
    function: &'static str,
    namespace: &'static str,
    /// The whole dimension set: a series with one dimension more or less doesn't match.
    dimensions: Vec<&'static str>,
    metric_name: &'static str,
    values: Vec<(&'static str, String)>,
    group_by: Option<&'static str>,
    order: Option<GroupOrder>,
}

/// Which groups come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum GroupOrder {
    LowestFirst,
    /// So many at most, the lowest.
    Lowest(u16),
    /// So many at most, those with the most.
    Biggest(u16),
}

impl InsightsQuery {
    /// Counts the samples of the series of `metric_name` that have exactly `dimensions`.
    #[must_use]
    pub fn new(namespace: &'static str, dimensions: &[&'static str], metric_name: &'static str) -> Self {
        Self {
            function: "COUNT",
            namespace,
            dimensions: dimensions.to_vec(),
            metric_name,
            values: Vec::new(),
            group_by: None,
            order: None,
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
        Self { order: Some(GroupOrder::Biggest(most)), ..self }
    }

    /// Of the groups, the so many with the least.
    #[must_use]
    pub fn lowest(self, most: u16) -> Self {
        Self { order: Some(GroupOrder::Lowest(most)), ..self }
    }

    /// Takes the samples' mean, in place of counting them.
    #[must_use]
    pub fn averaging(self) -> Self {
        Self { function: "AVG", ..self }
    }

    /// The lowest groups first: of more than an alarm takes (500), these are looked at.
    #[must_use]
    pub fn lowest_first(self) -> Self {
        Self { order: Some(GroupOrder::LowestFirst), ..self }
    }

    /// Narrows to series whose dimension has this value. Values are names of endpoints and variants, which are letters,
    /// digits and hyphens: nothing that would need escaping inside the quotes.
    #[must_use]
    pub fn with(mut self, dimension: &'static str, value: &str) -> Self {
        self.values.push((dimension, value.to_owned()));
        self
    }

    /// Counts for each value of a dimension, in place of all together. In an alarm, each is a contributor.
    #[must_use]
    pub fn by(self, dimension: &'static str) -> Self {
        Self { group_by: Some(dimension), ..self }
    }
}

impl fmt::Display for InsightsQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { function, namespace, dimensions, metric_name, values, group_by, order } = self;
        write!(f, "SELECT {function}({metric_name}) FROM SCHEMA(\"{namespace}\"")?;
        for dimension in dimensions {
            write!(f, ", {dimension}")?;
        }
        f.write_str(")")?;
        for (at, (dimension, value)) in values.iter().enumerate() {
            let word = if at == 0 { "WHERE" } else { "AND" };
            write!(f, " {word} {dimension} = '{value}'")?;
        }
        if let Some(dimension) = group_by {
            write!(f, " GROUP BY {dimension}")?;
        }
        match order {
            Some(GroupOrder::LowestFirst) => write!(f, " ORDER BY {function}() ASC"),
            Some(GroupOrder::Lowest(most)) => write!(f, " ORDER BY {function}() ASC LIMIT {most}"),
            Some(GroupOrder::Biggest(most)) => write!(f, " ORDER BY {function}() DESC LIMIT {most}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_names_its_whole_dimension_set() {
        let query = InsightsQuery::new("/aws/sagemaker/InferenceComponents", &["EndpointName", "GpuId"], "Gpu")
            .with("EndpointName", "chat")
            .with("GpuId", "0");
        let counted = "SELECT COUNT(Gpu) FROM SCHEMA(\"/aws/sagemaker/InferenceComponents\", EndpointName, GpuId) \
                       WHERE EndpointName = 'chat' AND GpuId = '0'";
        assert_eq!(query.to_string(), counted);
        assert_eq!(query.clone().by("GpuId").to_string(), format!("{counted} GROUP BY GpuId"));
        let mean = query.averaging().by("GpuId").lowest_first().to_string();
        assert!(mean.starts_with("SELECT AVG(Gpu) FROM"), "{mean}");
        assert!(mean.ends_with(" GROUP BY GpuId ORDER BY AVG() ASC"), "{mean}");
    }
}
