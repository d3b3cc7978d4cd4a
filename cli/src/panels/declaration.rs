//! What SageMaker says of a simulated fleet's endpoint: it, its config and its inference components, all in service.

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::operation::describe_endpoint_config::DescribeEndpointConfigOutput;
use aws_sdk_sagemaker::operation::describe_inference_component::DescribeInferenceComponentOutput;
use aws_sdk_sagemaker::types::{
    AsyncInferenceConfig, EndpointStatus, InferenceComponentComputeResourceRequirements,
    InferenceComponentRuntimeConfigSummary, InferenceComponentSpecificationSummary, InferenceComponentStatus,
    InferenceComponentSummary, InstancePool, MetricsConfig, ProductionVariant, ProductionVariantInstanceType,
    ProductionVariantServerlessConfig, ProductionVariantSummary,
};
use metric_math::telemetry::{Component, Fleet, Serving, Timestamp, Variant};

/// An inference component in the two ways that SageMaker shows it.
#[derive(Clone, Debug)]
pub(super) struct DescribedComponent {
    pub(super) name: String,
    pub(super) summary: InferenceComponentSummary,
    pub(super) description: DescribeInferenceComponentOutput,
}

fn config_name(fleet: &Fleet) -> String {
    format!("{}-config", fleet.endpoint)
}

/// The endpoint, with the instance counts of the time `lived` after the fleet's start.
pub(super) fn endpoint(fleet: &Fleet, lived: Timestamp) -> DescribeEndpointOutput {
    let running = |variant: &Variant| {
        let count = whole(variant.instances.at(lived));
        ProductionVariantSummary::builder().variant_name(&variant.name).current_instance_count(count).build()
    };
    DescribeEndpointOutput::builder()
        .set_production_variants(Some(fleet.variants.iter().map(running).collect()))
        .endpoint_name(&fleet.endpoint)
        .endpoint_config_name(config_name(fleet))
        .endpoint_status(EndpointStatus::InService)
        .build()
}

/// The config, with the instance counts of the time `lived` after the fleet's start.
pub(super) fn endpoint_config(fleet: &Fleet, lived: Timestamp) -> DescribeEndpointConfigOutput {
    let metrics = MetricsConfig::builder()
        .enable_enhanced_metrics(fleet.enhanced_metrics)
        .metric_publish_frequency_in_seconds(whole(fleet.publish_frequency))
        .build();
    let mut config =
        DescribeEndpointConfigOutput::builder().endpoint_config_name(config_name(fleet)).metrics_config(metrics);
    for one in &fleet.variants {
        let declared = variant(one, fleet.serving(one), lived);
        config =
            if one.shadow { config.shadow_production_variants(declared) } else { config.production_variants(declared) };
    }
    if fleet.variants.iter().any(|variant| fleet.serving(variant) == Serving::Asynchronous) {
        config = config.async_inference_config(AsyncInferenceConfig::builder().build());
    }
    config.build()
}

fn variant(variant: &Variant, serving: Serving, lived: Timestamp) -> ProductionVariant {
    let mut declared = ProductionVariant::builder().variant_name(&variant.name);
    if serving != Serving::Components {
        let unnamed = || format!("{}-model", variant.name);
        declared = declared.model_name(variant.model.clone().unwrap_or_else(unnamed));
    }
    if let Serving::Serverless { .. } = serving {
        return declared.serverless_config(ProductionVariantServerlessConfig::builder().build()).build();
    }
    // Pools are written with commas between their types.
    let types: Vec<_> = variant.instance_type.split(", ").map(ProductionVariantInstanceType::from).collect();
    if let [only] = &types[..] {
        declared = declared.instance_type(only.clone());
    } else {
        let pool = |one| InstancePool::builder().instance_type(one).build();
        declared = declared.set_instance_pools(Some(types.into_iter().map(pool).collect()));
    }
    declared.initial_instance_count(whole(variant.instances.at(lived)).max(1)).build()
}

/// The inference components in the order of `ListInferenceComponents`, the newest first. A fleet's are of the same age, so that
/// names decide.
pub(super) fn components(fleet: &Fleet, lived: Timestamp) -> Vec<DescribedComponent> {
    let mut all: Vec<DescribedComponent> =
        fleet.components.iter().map(|one| component(&fleet.endpoint, one, lived)).collect();
    all.sort_by(|one, other| other.name.cmp(&one.name));
    all
}

fn component(endpoint: &str, component: &Component, lived: Timestamp) -> DescribedComponent {
    let devices = u16::try_from(component.gpus_per_copy).unwrap_or(u16::MAX);
    let needs = InferenceComponentComputeResourceRequirements::builder()
        .number_of_accelerator_devices_required(devices.into())
        .build();
    let specification = InferenceComponentSpecificationSummary::builder()
        .model_name(&component.name)
        .compute_resource_requirements(needs)
        .build();
    let copies = whole(component.copies.at(lived));
    let runtime =
        InferenceComponentRuntimeConfigSummary::builder().desired_copy_count(copies).current_copy_count(copies).build();
    DescribedComponent {
        name: component.name.clone(),
        summary: InferenceComponentSummary::builder()
            .inference_component_name(&component.name)
            .endpoint_name(endpoint)
            .variant_name(&component.variant)
            .inference_component_status(InferenceComponentStatus::InService)
            .build(),
        description: DescribeInferenceComponentOutput::builder()
            .inference_component_name(&component.name)
            .endpoint_name(endpoint)
            .variant_name(&component.variant)
            .inference_component_status(InferenceComponentStatus::InService)
            .specification(specification)
            .runtime_config(runtime)
            .build(),
    }
}

fn whole(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
