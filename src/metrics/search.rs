//! `SEARCH`: every metric series that has exactly these dimensions, and these values of some of them.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html>.

use std::fmt;

use super::Stat;

/// A search. Its period follows the widget's: none is written, so the same expression is right at any zoom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    namespace: &'static str,
    /// The whole dimension set: a series with one dimension more or less is not found.
    dimensions: Vec<&'static str>,
    metric_name: &'static str,
    values: Vec<(&'static str, String)>,
    stat: Stat,
}

impl Search {
    /// Finds the series of `metric_name` that have exactly `dimensions`.
    #[must_use]
    pub fn new(namespace: &'static str, dimensions: &[&'static str], metric_name: &'static str, stat: Stat) -> Self {
        Self { namespace, dimensions: dimensions.to_vec(), metric_name, values: Vec::new(), stat }
    }

    /// Narrows to series whose dimension has this value. Values are names of endpoints, variants and components,
    /// which are letters, digits and hyphens: nothing that would need escaping inside the quotes.
    #[must_use]
    pub fn with(mut self, dimension: &'static str, value: &str) -> Self {
        self.values.push((dimension, value.to_owned()));
        self
    }
}

impl fmt::Display for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SEARCH('{{{},{}}}", self.namespace, self.dimensions.join(","))?;
        write!(f, " MetricName=\"{}\"", self.metric_name)?;
        for (dimension, value) in &self.values {
            write!(f, " {dimension}=\"{value}\"")?;
        }
        write!(f, "', '{}')", self.stat.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_names_its_whole_dimension_set_and_no_period() {
        let search = Search::new(
            "/aws/sagemaker/Endpoints",
            &["EndpointName", "VariantName"],
            "CPUUtilization",
            Stat::SampleCount,
        )
        .with("EndpointName", "chat");
        assert_eq!(
            search.to_string(),
            "SEARCH('{/aws/sagemaker/Endpoints,EndpointName,VariantName} MetricName=\"CPUUtilization\" EndpointName=\"chat\"', 'SampleCount')"
        );
    }
}
