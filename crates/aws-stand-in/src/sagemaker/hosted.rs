//! The endpoint of a simulated fleet, made to exist: its config, itself and its inference components, all in service.
//!
//! The fleet says what is published; whoever describes the endpoint has to find the same. Constraints of single members are
//! not checked here, since a fleet drawn from a template may have names that are placeholders.

use crate::sagemaker::Context;
use aws_sdk_sagemaker::{
    error::BuildError,
    operation::{
        create_endpoint::CreateEndpointInput, create_endpoint_config::CreateEndpointConfigInput,
        create_inference_component::CreateInferenceComponentInput,
    },
    types::{
        AsyncInferenceConfig, AsyncInferenceOutputConfig, InferenceComponentComputeResourceRequirements,
        InferenceComponentRuntimeConfig, InferenceComponentSpecification, InstancePool, MetricsConfig,
        ProductionVariant, ProductionVariantInstanceType, ProductionVariantServerlessConfig,
    },
};

use super::{component, endpoint, endpoint_config};

use metric_math::telemetry::{Component, Fleet, Serving, Timestamp, Variant};

/// A role that nobody assumes.
const ROLE: &str = "arn:aws:iam::123456789012:role/simulated";
const MEMORY_MB: i32 = 1024;

/// Why a fleet's endpoint can't exist.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// Something that SageMaker requires is missing.
    #[error(transparent)]
    Incomplete(#[from] BuildError),
    /// SageMaker's refusal.
    #[error("{0}")]
    Refused(String),
}

/// Makes everything of `fleet` exist, with the counts of the time `lived` after its start.
pub(crate) fn host(context: &mut Context<'_>, fleet: &Fleet, lived: Timestamp) -> Result<(), HostError> {
    let refused = |error: crate::error::ServiceError| HostError::Refused(error.message);
    let config_name = format!("{}-config", fleet.endpoint);
    endpoint_config::create(context, config(fleet, &config_name, lived)?).map_err(refused)?;
    let declared =
        CreateEndpointInput::builder().endpoint_name(&fleet.endpoint).endpoint_config_name(config_name).build()?;
    endpoint::create(context, declared).map_err(refused)?;
    let begun = context.clock.now();
    context.state.settle(begun.saturating_add(context.config.transition_ms()));
    for one in &fleet.components {
        component::create(context, component(fleet, one, lived)?).map_err(refused)?;
    }
    context.state.settle(begun.saturating_add(context.config.transition_ms()));
    Ok(())
}

fn config(fleet: &Fleet, name: &str, lived: Timestamp) -> Result<CreateEndpointConfigInput, BuildError> {
    let metrics = MetricsConfig::builder()
        .enable_enhanced_metrics(fleet.enhanced_metrics)
        .metric_publish_frequency_in_seconds(i32::try_from(fleet.publish_frequency).unwrap_or(i32::MAX))
        .build();
    let mut config = CreateEndpointConfigInput::builder()
        .endpoint_config_name(name)
        .execution_role_arn(ROLE)
        .metrics_config(metrics)
        .set_production_variants(Some(Vec::new()));
    for one in &fleet.variants {
        let variant = variant(one, fleet.serving(one), lived);
        config =
            if one.shadow { config.shadow_production_variants(variant) } else { config.production_variants(variant) };
    }
    if fleet.variants.iter().any(|variant| fleet.serving(variant) == Serving::Asynchronous) {
        let output = AsyncInferenceOutputConfig::builder().s3_output_path("s3://simulated/answers").build();
        config = config.async_inference_config(AsyncInferenceConfig::builder().output_config(output).build());
    }
    config.build()
}

fn variant(variant: &Variant, serving: Serving, lived: Timestamp) -> ProductionVariant {
    let mut declared = ProductionVariant::builder().variant_name(&variant.name);
    if serving != Serving::Components {
        let unnamed = || format!("{}-model", variant.name);
        declared = declared.model_name(variant.model.clone().unwrap_or_else(unnamed));
    }
    if let Serving::Serverless { provisioned } = serving {
        let serverless = ProductionVariantServerlessConfig::builder().memory_size_in_mb(2048).max_concurrency(20);
        let serverless = serverless.set_provisioned_concurrency(provisioned.then_some(4));
        return declared.serverless_config(serverless.build()).build();
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

fn component(
    fleet: &Fleet,
    component: &Component,
    lived: Timestamp,
) -> Result<CreateInferenceComponentInput, BuildError> {
    let devices = u16::try_from(component.gpus_per_copy).unwrap_or(u16::MAX);
    let needs = InferenceComponentComputeResourceRequirements::builder()
        .number_of_accelerator_devices_required(devices.into())
        .min_memory_required_in_mb(MEMORY_MB)
        .build();
    let specification = InferenceComponentSpecification::builder()
        .model_name(&component.name)
        .compute_resource_requirements(needs)
        .build();
    CreateInferenceComponentInput::builder()
        .inference_component_name(&component.name)
        .endpoint_name(&fleet.endpoint)
        .variant_name(&component.variant)
        .specification(specification)
        .runtime_config(
            InferenceComponentRuntimeConfig::builder().copy_count(whole(component.copies.at(lived))).build(),
        )
        .build()
}

fn whole(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
