//! Search expressions: which metrics a `SEARCH` finds.
//!
//! A schema in braces is matched exactly: the namespace and the whole set of dimension names. Terms match parts of names
//! (partial match, by tokens) or whole names (in double quotes), anywhere or at a property
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html>).

mod parser;
mod token;

use std::collections::BTreeSet;

use crate::telemetry::{Metric, MetricStore, Timestamp};

/// A search, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    schema: Option<Schema>,
    term: Option<Term>,
}

/// Namespace and the exact set of dimension names. A namespace alone leaves the dimensions open.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Schema {
    namespace: String,
    dimensions: Option<BTreeSet<String>>,
}

/// What names must match.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Term {
    All(Vec<Term>),
    Any(Vec<Term>),
    Not(Box<Term>),
    Match { property: Option<String>, pattern: Pattern },
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    /// In double quotes: the whole name, to the letter.
    Exact(String),
    /// One or several tokens that follow each other in the name.
    Partial(String),
}

/// Why a search can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SearchError {
    /// Something that can't stand there.
    #[error("the search can't be read at {0:?}")]
    Unexpected(String),
    /// A quote, brace or parenthesis that isn't closed, or an operator without a term.
    #[error("the search ends too early")]
    Unfinished,
    /// Neither schema nor term.
    #[error("the search has neither a schema nor a term")]
    Empty,
    /// Longer than CloudWatch takes.
    #[error("the search has more than 1024 characters")]
    TooLong,
}

impl Search {
    /// Reads the first argument of `SEARCH`.
    ///
    /// # Errors
    /// What stands where it can't, or that it is too long: 1,024 characters are taken.
    pub fn read(text: &str) -> Result<Self, SearchError> {
        const LONGEST: usize = 1024;
        if text.chars().count() > LONGEST {
            return Err(SearchError::TooLong);
        }
        parser::read(text)
    }

    /// The metrics it finds, in order, among those that reported data in the two weeks before `now`.
    #[must_use]
    pub fn find<'s>(&self, store: &'s MetricStore, now: Timestamp) -> Vec<&'s Metric> {
        store.recent(now).filter(|metric| self.matches(metric)).collect()
    }

    /// Whether it finds a metric of this name.
    #[must_use]
    pub fn matches(&self, metric: &Metric) -> bool {
        self.schema.as_ref().is_none_or(|schema| schema.matches(metric))
            && self.term.as_ref().is_none_or(|term| term.matches(metric))
    }
}

/// What tells the metrics found apart: the values of dimensions in which they differ, else the metric's name.
pub(super) fn labels(found: &[&Metric]) -> Vec<String> {
    let differs = |value: &dyn Fn(&Metric) -> Option<String>| {
        found.iter().map(|metric| value(metric)).collect::<BTreeSet<_>>().len() > 1
    };
    let names: BTreeSet<&String> = found.iter().flat_map(|metric| metric.dimensions.keys()).collect();
    let telling: Vec<&String> =
        names.into_iter().filter(|name| differs(&|metric| metric.dimensions.get(*name).cloned())).collect();
    let by_name = telling.is_empty() || differs(&|metric| Some(metric.name.clone()));
    found
        .iter()
        .map(|metric| {
            let values = telling.iter().filter_map(|name| metric.dimensions.get(*name));
            let name = by_name.then_some(&metric.name);
            values.chain(name).map(String::as_str).collect::<Vec<_>>().join(" ")
        })
        .collect()
}

impl Schema {
    fn matches(&self, metric: &Metric) -> bool {
        self.namespace == metric.namespace
            && self.dimensions.as_ref().is_none_or(|names| names.iter().eq(metric.dimensions.keys()))
    }
}

impl Term {
    fn matches(&self, metric: &Metric) -> bool {
        match self {
            Self::All(terms) => terms.iter().all(|term| term.matches(metric)),
            Self::Any(terms) => terms.iter().any(|term| term.matches(metric)),
            Self::Not(term) => !term.matches(metric),
            Self::Match { property: None, pattern } => {
                let dimensions = metric.dimensions.iter().flat_map(|(name, value)| [name, value]);
                [&metric.namespace, &metric.name].into_iter().chain(dimensions).any(|name| pattern.matches(name))
            }
            Self::Match { property: Some(property), pattern } => {
                let named = match property.as_str() {
                    "MetricName" => Some(&metric.name),
                    "Namespace" => Some(&metric.namespace),
                    dimension => metric.dimensions.get(dimension),
                };
                named.is_some_and(|name| pattern.matches(name))
            }
        }
    }
}

impl Pattern {
    fn matches(&self, name: &str) -> bool {
        match self {
            Self::Exact(text) => text == name,
            Self::Partial(text) => token::partially_matches(text, name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMESPACE: &str = "/aws/sagemaker/InferenceComponents";

    fn found(search: &str, metric: &Metric) -> bool {
        Search::read(search).unwrap_or_else(|error| panic!("{search}: {error}")).matches(metric)
    }

    fn gpu_metric() -> Metric {
        Metric::new(
            NAMESPACE,
            "GPUUtilizationNormalized",
            &[("EndpointName", "chat"), ("InferenceComponentName", "llama-3-8b"), ("GpuId", "0")],
        )
    }

    #[test]
    fn a_schema_is_matched_exactly_in_any_order() {
        let metric = gpu_metric();
        assert!(found("{/aws/sagemaker/InferenceComponents,EndpointName,InferenceComponentName,GpuId}", &metric));
        assert!(found(
            "{\"/aws/sagemaker/InferenceComponents\", GpuId, EndpointName, InferenceComponentName}",
            &metric
        ));
        assert!(
            !found("{/aws/sagemaker/InferenceComponents,EndpointName,InferenceComponentName}", &metric),
            "one less"
        );
        let more = "{/aws/sagemaker/InferenceComponents,EndpointName,InferenceComponentName,GpuId,InstanceId}";
        assert!(!found(more, &metric), "one more");
        assert!(!found("{/aws/sagemaker/Endpoints,EndpointName,InferenceComponentName,GpuId}", &metric));
        assert!(
            found("{/aws/sagemaker/InferenceComponents} GpuId", &metric),
            "a namespace alone leaves dimensions open"
        );
    }

    #[test]
    fn terms_match_at_a_property_or_anywhere() {
        let metric = gpu_metric();
        for (search, finds) in [
            ("MetricName=\"GPUUtilizationNormalized\"", true),
            ("MetricName=\"GPUUtilization\"", false),
            ("MetricName=GPUUtilization", true),
            ("EndpointName=\"chat\" GpuId=\"0\"", true),
            ("EndpointName = \"chat\" AND GpuId=\"1\"", false),
            ("EndpointName=\"chat\" OR GpuId=\"1\"", true),
            ("NOT GpuId=\"1\"", true),
            ("EndpointName=\"chat\" NOT GpuId=\"0\"", false),
            ("(GpuId=\"1\" OR GpuId=\"0\") normalized", true),
            ("VariantName=\"AllTraffic\"", false),
            ("\"llama-3-8b\"", true),
            ("\"llama\"", false),
            ("llama", true),
            ("llama-3", true),
            ("InferenceComponentName=8b", true),
            ("InferenceComponentName=8B", false),
            ("Namespace=sagemaker", true),
            ("{/aws/sagemaker/InferenceComponents}, \"chat\"", true),
        ] {
            assert_eq!(found(search, &metric), finds, "{search}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for (search, error) in [
            ("  ", SearchError::Empty),
            ("{NS,A", SearchError::Unfinished),
            ("\"open", SearchError::Unfinished),
            ("(a OR b", SearchError::Unfinished),
            ("a OR", SearchError::Unfinished),
            ("a ) b", SearchError::Unexpected(")".into())),
            ("{} a", SearchError::Unexpected("}".into())),
            (&"a".repeat(1025), SearchError::TooLong),
        ] {
            assert_eq!(Search::read(search), Err(error), "{search}");
        }
    }

    #[test]
    fn labels_tell_the_series_apart() {
        let one = gpu_metric();
        let mut other = gpu_metric();
        other.dimensions.insert("GpuId".into(), "1".into());
        assert_eq!(labels(&[&one, &other]), ["0", "1"]);
        assert_eq!(labels(&[&one]), ["GPUUtilizationNormalized"]);
    }
}
