//! What SageMaker says of an endpoint: its variants, how often it publishes, and the inference components on it.

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::operation::describe_endpoint_config::DescribeEndpointConfigOutput;
use aws_sdk_sagemaker::operation::describe_inference_component::DescribeInferenceComponentOutput;
use aws_sdk_sagemaker::types::{InferenceComponentSummary, ProductionVariant, ProductionVariantInstanceType};

use super::Moment;
use crate::catalogue::{Accelerators, accelerators};
use crate::spec::PublishFrequency;

/// An endpoint as it is declared.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DescribedEndpoint {
    pub(super) arn: String,
    /// When it was updated last.
    pub(super) changed: Option<Moment>,
    pub(super) status: String,
    pub(super) failure_reason: Option<String>,
    pub(super) frequency: PublishFrequency,
    pub(super) enhanced_metrics: bool,
    /// Those with instances.
    pub(super) variants: Vec<DescribedVariant>,
    pub(super) components: Vec<DescribedComponent>,
}

/// A variant with instances.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DescribedVariant {
    pub(super) name: String,
    /// Its instance type; those of its pools, separated by commas.
    pub(super) instance_type: String,
    /// GPUs of one instance as catalogued; none where the type is unknown, or those of its pools differ.
    pub(super) gpus: Option<u32>,
    /// Its model; none where models are placed on it as inference components.
    pub(super) model: Option<String>,
    /// Whether it answers from a queue.
    pub(super) asynchronous: bool,
    /// Whether it gets a copy of another variant's requests.
    pub(super) shadow: bool,
}

/// An inference component. What could not be read, or isn't declared, is left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct DescribedComponent {
    pub(super) name: String,
    pub(super) variant: Option<String>,
    pub(super) status: Option<String>,
    pub(super) copies: Option<u32>,
    pub(super) gpus_per_copy: Option<u32>,
}

impl DescribedEndpoint {
    pub(super) fn new(endpoint: &DescribeEndpointOutput, config: &DescribeEndpointConfigOutput) -> Self {
        let Publishing { frequency, enhanced_metrics } = Publishing::of(config);
        let asynchronous = config.async_inference_config().is_some();
        Self {
            arn: endpoint.endpoint_arn().unwrap_or_default().to_owned(),
            changed: endpoint.last_modified_time().map(|at| Moment(at.secs())),
            status: endpoint.endpoint_status().map(ToString::to_string).unwrap_or_default(),
            failure_reason: endpoint.failure_reason.clone(),
            frequency,
            enhanced_metrics,
            variants: all_variants(config)
                .filter_map(|(variant, shadow)| DescribedVariant::new(variant, asynchronous, shadow))
                .collect(),
            components: Vec::new(),
        }
    }
}

impl DescribedVariant {
    fn new(variant: &ProductionVariant, asynchronous: bool, shadow: bool) -> Option<Self> {
        let types = instance_types(variant);
        Some(Self {
            name: variant.variant_name.clone()?,
            instance_type: Some(types.join(", ")).filter(|types| !types.is_empty())?,
            gpus: gpus_of_each(&types),
            model: variant.model_name.clone(),
            asynchronous,
            shadow,
        })
    }
}

/// How an endpoint publishes its metrics.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Publishing {
    pub(crate) frequency: PublishFrequency,
    pub(crate) enhanced_metrics: bool,
}

impl Publishing {
    /// As the config says, or SageMaker's defaults.
    pub(crate) fn of(config: &DescribeEndpointConfigOutput) -> Self {
        let metrics = config.metrics_config();
        let seconds = metrics.and_then(|metrics| metrics.metric_publish_frequency_in_seconds);
        Self {
            frequency: seconds.and_then(PublishFrequency::from_seconds).unwrap_or(PublishFrequency::DEFAULT),
            enhanced_metrics: metrics.and_then(|metrics| metrics.enable_enhanced_metrics) == Some(true),
        }
    }
}

/// Each variant, and whether it gets a copy of another one's requests.
pub(crate) fn all_variants(config: &DescribeEndpointConfigOutput) -> impl Iterator<Item = (&ProductionVariant, bool)> {
    let production = config.production_variants().iter().map(|variant| (variant, false));
    production.chain(config.shadow_production_variants().iter().map(|variant| (variant, true)))
}

/// A variant's instance types, in order: one unless it has pools, none of a serverless one.
pub(crate) fn instance_types(variant: &ProductionVariant) -> Vec<&str> {
    let pools = variant.instance_pools().iter().filter_map(|pool| pool.instance_type.as_ref());
    let mut types: Vec<&str> =
        variant.instance_type.iter().chain(pools).map(ProductionVariantInstanceType::as_str).collect();
    types.sort_unstable();
    types.dedup();
    types
}

/// The GPUs of one instance as catalogued; none where a type is unknown, or types differ.
pub(crate) fn gpus_of_each(instance_types: &[&str]) -> Option<u32> {
    let mut gpus: Vec<Option<u32>> = instance_types.iter().map(|instance_type| gpus_of(instance_type)).collect();
    gpus.dedup();
    if let [one] = gpus[..] { one } else { None }
}

/// Other accelerators than GPUs count as none: SageMaker's GPU metrics don't count them.
fn gpus_of(instance_type: &str) -> Option<u32> {
    match accelerators(instance_type) {
        Accelerators::Gpus(gpus) => Some(gpus),
        Accelerators::Others(_) | Accelerators::None => Some(0),
        Accelerators::Unknown => None,
    }
}

impl DescribedComponent {
    /// From its line in the listing alone.
    pub(super) fn listed(summary: InferenceComponentSummary) -> Option<Self> {
        let status = summary.inference_component_status.map(|status| status.to_string());
        Some(Self { name: summary.inference_component_name?, variant: summary.variant_name, status, ..Self::default() })
    }

    /// With what its description adds. GPUs per copy are left out where they differ by instance type.
    pub(super) fn described(mut self, described: &DescribeInferenceComponentOutput) -> Self {
        let specifications = described.specification().into_iter().chain(described.specifications());
        let mut gpus: Vec<Option<u32>> = specifications
            .map(|one| one.compute_resource_requirements()?.number_of_accelerator_devices_required().map(whole))
            .collect();
        gpus.dedup();
        self.gpus_per_copy = if let [one] = gpus[..] { one } else { None };
        let copies = described.runtime_config().and_then(|runtime| runtime.desired_copy_count);
        self.copies = copies.and_then(|copies| u32::try_from(copies).ok());
        self
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a number of devices
fn whole(devices: f32) -> u32 {
    devices.ceil() as u32
}

#[cfg(test)]
mod tests {
    use aws_sdk_sagemaker::types::{
        InferenceComponentComputeResourceRequirements, InferenceComponentSpecificationSummary, InstancePool,
    };

    use super::*;

    fn variant(types: &[&str]) -> Option<DescribedVariant> {
        let pool = |name: &&str| InstancePool::builder().instance_type((*name).into()).build();
        let pools = types.iter().map(pool).collect();
        let variant = ProductionVariant::builder().variant_name("v").set_instance_pools(Some(pools)).build();
        DescribedVariant::new(&variant, false, false)
    }

    #[test]
    fn pools_have_a_number_of_gpus_only_where_it_is_the_same() {
        let gpus = |types: &[&str]| variant(types).map(|variant| (variant.instance_type, variant.gpus));
        let alike = gpus(&["ml.g6.12xlarge", "ml.g5.12xlarge"]);
        assert_eq!(alike, Some(("ml.g5.12xlarge, ml.g6.12xlarge".to_owned(), Some(4))));
        assert_eq!(gpus(&["ml.g6.12xlarge", "ml.g6.48xlarge"]).unwrap().1, None);
        assert_eq!(gpus(&["ml.g99.xlarge"]).unwrap().1, None);
        assert_eq!(gpus(&["ml.inf2.48xlarge"]).unwrap().1, Some(0));
        assert_eq!(gpus(&[]), None, "a serverless variant has no instances");
    }

    #[test]
    fn gpus_per_copy_are_known_only_where_they_are_the_same_everywhere() {
        let needs = |gpus: f32| {
            let needs = InferenceComponentComputeResourceRequirements::builder()
                .number_of_accelerator_devices_required(gpus)
                .min_memory_required_in_mb(1024)
                .build();
            InferenceComponentSpecificationSummary::builder().compute_resource_requirements(needs).build()
        };
        let per_copy = |gpus: &[f32]| {
            let all = gpus.iter().map(|gpus| needs(*gpus)).collect();
            let described = DescribeInferenceComponentOutput::builder().set_specifications(Some(all)).build();
            DescribedComponent::default().described(&described).gpus_per_copy
        };
        assert_eq!((per_copy(&[2.0]), per_copy(&[2.0, 2.0]), per_copy(&[2.0, 4.0])), (Some(2), Some(2), None));
    }
}
