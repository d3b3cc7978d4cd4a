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
    /// The values that a dimension may have.
    values: Vec<(&'static str, Vec<String>)>,
    stat: Stat,
}

impl Search {
    /// Characters that what is searched for may have.
    pub const LONGEST: usize = 1024;

    /// Finds the series of `metric_name` that have exactly `dimensions`.
    #[must_use]
    pub fn new(namespace: &'static str, dimensions: &[&'static str], metric_name: &'static str, stat: Stat) -> Self {
        Self { namespace, dimensions: dimensions.to_vec(), metric_name, values: Vec::new(), stat }
    }

    /// Narrows to series whose dimension has this value. Values are names of endpoints, variants and components,
    /// which are letters, digits and hyphens: nothing that would need escaping inside the quotes.
    #[must_use]
    pub fn with(self, dimension: &'static str, value: &str) -> Self {
        self.with_any(dimension, [value])
    }

    /// Narrows to series whose dimension has one of these values.
    #[must_use]
    pub fn with_any<'v>(mut self, dimension: &'static str, values: impl IntoIterator<Item = &'v str>) -> Self {
        self.values.push((dimension, values.into_iter().map(str::to_owned).collect()));
        self
    }

    /// What is searched for: the first argument of `SEARCH`, and what a dashboard variable takes.
    #[must_use]
    pub fn term(&self) -> String {
        let values = self.values.iter().map(|(dimension, values)| {
            let quoted: Vec<String> = values.iter().map(|value| format!("\"{value}\"")).collect();
            match quoted.as_slice() {
                [only] => format!(" {dimension}={only}"),
                any => format!(" {dimension}=({})", any.join(" OR ")),
            }
        });
        let values: String = values.collect();
        format!("{{{},{}}} MetricName=\"{}\"{values}", self.namespace, self.dimensions.join(","), self.metric_name)
    }
}

impl fmt::Display for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SEARCH('{}', '{}')", self.term(), self.stat.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search() -> Search {
        let dimensions = ["EndpointName", "VariantName"];
        Search::new("/aws/sagemaker/Endpoints", &dimensions, "CPUUtilization", Stat::SampleCount)
    }

    #[test]
    fn a_search_names_its_whole_dimension_set_and_no_period() {
        assert_eq!(
            search().with("EndpointName", "chat").to_string(),
            "SEARCH('{/aws/sagemaker/Endpoints,EndpointName,VariantName} MetricName=\"CPUUtilization\" EndpointName=\"chat\"', 'SampleCount')"
        );
    }

    #[test]
    fn one_of_several_values_is_enough() {
        let term = search().with_any("VariantName", ["a", "b"]).term();
        assert!(term.ends_with(" VariantName=(\"a\" OR \"b\")"), "{term}");
    }
}
