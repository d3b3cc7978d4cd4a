//! What SageMaker publishes, and with which dimensions.
//!
//! <https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html> and
//! <https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch-enhanced-metrics.html>.

use super::{SampleCountQuery, Search};
use crate::spec::{EndpointName, GpuDimension, InferenceComponentName, VariantName};

const ENDPOINTS: &str = "/aws/sagemaker/Endpoints";
const INFERENCE_COMPONENTS: &str = "/aws/sagemaker/InferenceComponents";
const INVOCATIONS: &str = "AWS/SageMaker";

/// A CloudWatch statistic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stat {
    /// Number of samples.
    SampleCount,
    /// Mean of the samples.
    Average,
    /// Sum of the samples.
    Sum,
}

impl Stat {
    /// The statistic's name in CloudWatch.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SampleCount => "SampleCount",
            Self::Average => "Average",
            Self::Sum => "Sum",
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

/// Number of samples that GPUs held by model copies published: each publishes one per publish interval. Of one
/// variant, and of one model where `component` names it. Needs enhanced metrics.
#[must_use]
pub fn gpu_samples(
    dimension: GpuDimension,
    endpoint: &EndpointName,
    variant: &VariantName,
    component: Option<&InferenceComponentName>,
) -> Search {
    let search =
        Search::new(INFERENCE_COMPONENTS, &of_each_gpu(dimension), "GPUUtilizationNormalized", Stat::SampleCount)
            .with("EndpointName", endpoint.as_str())
            .with("VariantName", variant.as_str());
    match component {
        Some(component) => search.with("InferenceComponentName", component.as_str()),
        None => search,
    }
}

/// The same number as one series for an alarm, which takes no search: of the whole endpoint, and of one variant where
/// `variant` names it.
#[must_use]
pub fn gpu_sample_count(
    dimension: GpuDimension,
    endpoint: &EndpointName,
    variant: Option<&VariantName>,
) -> SampleCountQuery {
    let query = SampleCountQuery::new(INFERENCE_COMPONENTS, &of_each_gpu(dimension), "GPUUtilizationNormalized")
        .with("EndpointName", endpoint.as_str());
    match variant {
        Some(variant) => query.with("VariantName", variant.as_str()),
        None => query,
    }
}

/// Dimensions of the metrics of a GPU that a model copy holds.
fn of_each_gpu(dimension: GpuDimension) -> [&'static str; 6] {
    ["EndpointName", "VariantName", "InstanceId", "ContainerId", "InferenceComponentName", dimension.name()]
}
