//! What SageMaker publishes, and with which dimensions.
//!
//! <https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html> and
//! <https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch-enhanced-metrics.html>.

use super::{InsightsQuery, Search};
use crate::endpoint::{EndpointName, GpuDimension, Serving, VariantName};

/// Namespace of what instances do.
pub const ENDPOINTS: &str = "/aws/sagemaker/Endpoints";
/// Namespace of what model copies do.
pub const INFERENCE_COMPONENTS: &str = "/aws/sagemaker/InferenceComponents";
/// Namespace of requests.
pub const INVOCATIONS: &str = "AWS/SageMaker";

/// A CloudWatch statistic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stat {
    /// Number of samples.
    SampleCount,
    /// Mean of the samples.
    Average,
    /// Sum of the samples.
    Sum,
    /// Highest of the samples.
    Maximum,
    /// What so many percent of the samples don't exceed.
    P50,
    /// The same of 90 percent.
    P90,
    /// The same of 99 percent.
    P99,
}

impl Stat {
    /// The statistic's name in CloudWatch.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SampleCount => "SampleCount",
            Self::Average => "Average",
            Self::Sum => "Sum",
            Self::Maximum => "Maximum",
            Self::P50 => "p50",
            Self::P90 => "p90",
            Self::P99 => "p99",
        }
    }
}

/// One metric series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// CloudWatch namespace.
    pub namespace: &'static str,
    /// Metric name.
    pub name: &'static str,
    /// Dimension names and values.
    pub dimensions: Vec<(&'static str, String)>,
}

/// A statistic of one metric series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricStat {
    /// The series.
    pub metric: Metric,
    /// The statistic.
    pub stat: Stat,
}

fn of_variant(namespace: &'static str, name: &'static str, endpoint: &EndpointName, variant: &VariantName) -> Metric {
    let dimensions = vec![("EndpointName", endpoint.to_string()), ("VariantName", variant.to_string())];
    Metric { namespace, name, dimensions }
}

/// A metric of a variant's instances, such as `CPUUtilization`: one sample per instance and publish interval.
#[must_use]
pub fn endpoint_metric(name: &'static str, stat: Stat, endpoint: &EndpointName, variant: &VariantName) -> MetricStat {
    MetricStat { metric: of_variant(ENDPOINTS, name, endpoint, variant), stat }
}

/// A metric of a variant's invocations, such as `Invocations`.
#[must_use]
pub fn invocation_metric(name: &'static str, stat: Stat, endpoint: &EndpointName, variant: &VariantName) -> MetricStat {
    MetricStat { metric: of_variant(INVOCATIONS, name, endpoint, variant), stat }
}

/// The metric that counts the requests of a variant: an asynchronous one publishes what it has processed.
#[must_use]
pub fn requests_metric(serving: Serving) -> &'static str {
    if serving == Serving::Asynchronous { "InvocationsProcessed" } else { "Invocations" }
}

/// A metric of one inference component: `{InferenceComponentName}` is its whole dimension set, and the endpoint isn't in
/// it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComponentMetric {
    /// Of what its copies use, such as `GPUUtilizationNormalized`.
    Utilization(&'static str),
    /// Of the requests that it gets, such as `Invocations`.
    Invocation(&'static str),
}

impl ComponentMetric {
    fn parts(self) -> (&'static str, &'static str) {
        match self {
            Self::Utilization(name) => (INFERENCE_COMPONENTS, name),
            Self::Invocation(name) => (INVOCATIONS, name),
        }
    }

    /// The series of one component.
    #[must_use]
    pub fn of(self, component: &str, stat: Stat) -> MetricStat {
        let (namespace, name) = self.parts();
        let dimensions = vec![("InferenceComponentName", component.to_owned())];
        MetricStat { metric: Metric { namespace, name, dimensions }, stat }
    }

    /// The series of every component in the account and Region, to be narrowed.
    #[must_use]
    pub fn search(self, stat: Stat) -> Search {
        let (namespace, name) = self.parts();
        Search::new(namespace, &["InferenceComponentName"], name, stat)
    }
}

/// What each copy of a model publishes. Needs enhanced metrics.
const OF_COPY: [&str; 5] = ["EndpointName", "VariantName", "InstanceId", "ContainerId", "InferenceComponentName"];

/// What each GPU publishes that a copy holds.
fn of_held_gpu(dimension: GpuDimension) -> Vec<&'static str> {
    OF_COPY.into_iter().chain([dimension.name()]).collect()
}

/// A metric of every GPU that a model copy on the endpoint holds, such as `GPUUtilizationNormalized`: one sample per
/// publish interval each. Needs enhanced metrics.
#[must_use]
pub fn held_gpus(name: &'static str, stat: Stat, dimension: GpuDimension, endpoint: &EndpointName) -> Search {
    Search::new(INFERENCE_COMPONENTS, &of_held_gpu(dimension), name, stat).with("EndpointName", endpoint.as_str())
}

/// A metric of every model copy on the endpoint, such as `CPUUtilizationNormalized`: one sample per publish interval
/// each. Needs enhanced metrics.
#[must_use]
pub fn copy_metric(name: &'static str, stat: Stat, endpoint: &EndpointName) -> Search {
    Search::new(INFERENCE_COMPONENTS, &OF_COPY, name, stat).with("EndpointName", endpoint.as_str())
}

/// A metric of every GPU of a variant's instances, held or not, such as `GPUUtilization`. Needs enhanced metrics.
#[must_use]
pub fn instance_gpus(
    name: &'static str,
    dimension: GpuDimension,
    endpoint: &EndpointName,
    variant: &VariantName,
) -> Search {
    let dimensions = ["EndpointName", "VariantName", "InstanceId", dimension.name()];
    Search::new(ENDPOINTS, &dimensions, name, Stat::Average)
        .with("EndpointName", endpoint.as_str())
        .with("VariantName", variant.as_str())
}

/// What each copy of a model publishes about its requests. Needs enhanced metrics. The sources of the set are in
/// `data/published.csv`.
const REQUESTS_OF_COPY: [&str; 5] =
    ["EndpointName", "VariantName", "InferenceComponentName", "InstanceId", "ContainerId"];

/// A metric of the requests that model copies on the endpoint get, such as `Invocations`. Needs enhanced metrics.
#[must_use]
pub fn copy_requests(name: &'static str, stat: Stat, endpoint: &EndpointName) -> Search {
    Search::new(INVOCATIONS, &REQUESTS_OF_COPY, name, stat).with("EndpointName", endpoint.as_str())
}

/// The same by a query, by model: those with the most.
#[must_use]
pub fn requests_by_model(endpoint: &EndpointName, most: u16) -> InsightsQuery {
    requests_of_components(endpoint).by("InferenceComponentName").biggest(most)
}

/// A metric of the requests that each instance of a variant with a model of its own gets. Needs enhanced metrics.
#[must_use]
pub fn instance_requests(name: &'static str, stat: Stat, endpoint: &EndpointName, variant: &VariantName) -> Search {
    Search::new(INVOCATIONS, &["EndpointName", "VariantName", "InstanceId"], name, stat)
        .with("EndpointName", endpoint.as_str())
        .with("VariantName", variant.as_str())
}

/// A metric of each container of a variant whose requests name one.
#[must_use]
pub fn container_metric(
    namespace: &'static str,
    name: &'static str,
    stat: Stat,
    endpoint: &EndpointName,
    variant: &VariantName,
) -> Search {
    Search::new(namespace, &["EndpointName", "VariantName", "ContainerName"], name, stat)
        .with("EndpointName", endpoint.as_str())
        .with("VariantName", variant.as_str())
}

/// Samples that GPUs held by model copies published, by a query: of the whole endpoint, and of one variant where
/// `variant` names it. Needs enhanced metrics.
#[must_use]
pub fn gpu_sample_count(
    dimension: GpuDimension,
    endpoint: &EndpointName,
    variant: Option<&VariantName>,
) -> InsightsQuery {
    let query = InsightsQuery::new(INFERENCE_COMPONENTS, &of_held_gpu(dimension), "GPUUtilizationNormalized")
        .with("EndpointName", endpoint.as_str());
    match variant {
        Some(variant) => query.with("VariantName", variant.as_str()),
        None => query,
    }
}

/// Samples that model copies on the endpoint published, by a query. Needs enhanced metrics.
#[must_use]
pub fn copy_sample_count(endpoint: &EndpointName) -> InsightsQuery {
    InsightsQuery::new(INFERENCE_COMPONENTS, &OF_COPY, "CPUUtilizationNormalized")
        .with("EndpointName", endpoint.as_str())
}

/// Requests of every inference component on the endpoint, by a query. Needs enhanced metrics: without them they come under
/// the components' names alone.
#[must_use]
pub fn requests_of_components(endpoint: &EndpointName) -> InsightsQuery {
    InsightsQuery::new(INVOCATIONS, &REQUESTS_OF_COPY, "Invocations").summing().with("EndpointName", endpoint.as_str())
}

/// The mean utilization of the GPUs that each inference component on the endpoint holds, the idlest first. Needs enhanced
/// metrics.
#[must_use]
pub fn mean_utilization_of_models(dimension: GpuDimension, endpoint: &EndpointName) -> InsightsQuery {
    InsightsQuery::new(INFERENCE_COMPONENTS, &of_held_gpu(dimension), "GPUUtilizationNormalized")
        .averaging()
        .with("EndpointName", endpoint.as_str())
        .by("InferenceComponentName")
        .lowest_first()
}

/// A metric of an asynchronous endpoint's queue, such as `ApproximateBacklogSize`: it has no variant.
#[must_use]
pub fn queue_metric(name: &'static str, stat: Stat, endpoint: &EndpointName) -> MetricStat {
    let dimensions = vec![("EndpointName", endpoint.to_string())];
    MetricStat { metric: Metric { namespace: INVOCATIONS, name, dimensions }, stat }
}
