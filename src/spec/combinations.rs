//! Members of an endpoint config that are each fine and don't go together.
//!
//! Only what AWS's pages state, or what SageMaker was seen to refuse, is refused here; each rule names which.

use aws_sdk_sagemaker::operation::create_endpoint_config::CreateEndpointConfigInput;
use aws_sdk_sagemaker::types::{
    ProductionVariant, ProductionVariantManagedInstanceScaling, ProductionVariantServerlessConfig,
};

use super::hosts_components;
use crate::properties::{Member, Problems};

/// Validates a config that is to be made.
pub(super) fn validate(config: &Member<'_, CreateEndpointConfigInput>, problems: &Problems) {
    let variants = [config.production_variants(), config.shadow_production_variants()];
    for variant in variants.iter().flat_map(Member::items) {
        scaling(&variant, problems);
        serverless(&variant, problems);
        partitions(&variant, problems);
    }
    shadows(config, problems);
}

/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html>, `ShadowProductionVariants`.
fn shadows(config: &Member<'_, CreateEndpointConfigInput>, problems: &Problems) {
    let production = config.value.production_variants().len();
    let shadow = config.value.shadow_production_variants().len();
    if shadow > 1 || shadow == 1 && production > 1 {
        let message = format!(
            "{shadow} can't be combined with {production} of ProductionVariants; a shadow test takes one of each: keep one, or \
             leave ShadowProductionVariants out"
        );
        problems.conflict(&config.shadow_production_variants().path, message);
    }
}

/// Inference components live on one variant alone, which has no model of its own: recorded from real endpoints by
/// <https://github.com/cloud-custodian/cloud-custodian/pull/11078>.
pub(super) fn components_have_one_variant(config: &Member<'_, CreateEndpointConfigInput>, problems: &Problems) {
    let all = || config.value.production_variants().iter().chain(config.value.shadow_production_variants());
    let path = &config.production_variants().path;
    if all().count() < 2 || !problems.clean(path) {
        return;
    }
    if let Some(variant) = all().find(|variant| hosts_components(variant)) {
        let name = super::quote(variant.variant_name().unwrap_or_default(), problems);
        let message = format!(
            "variant {name} has no ModelName, so it hosts inference components, and SageMaker takes only one variant on such an \
             endpoint; give every variant its ModelName, or keep one variant and place the models on it as inference components"
        );
        problems.conflict(path, message);
    }
}

/// `CreateEndpointConfig` answers "`ManagedInstanceScaling` is only supported for inference component endpoints": seen live in
/// <https://github.com/hashicorp/terraform-provider-aws/pull/45926>, and in other words in
/// <https://github.com/DIAGNijmegen/rse-grand-challenge/pull/4659>.
fn scaling(variant: &Member<'_, ProductionVariant>, problems: &Problems) {
    let Some(scaling) = variant.managed_instance_scaling().given() else { return };
    if let Some(model) = variant.value.model_name.as_deref().filter(|model| !model.is_empty()) {
        let model = super::quote(model, problems);
        let message = format!(
            "can't be combined with ModelName {model}: SageMaker scales instances for inference components only; leave \
             ManagedInstanceScaling out and scale by Application Auto Scaling, or leave ModelName out and place the model as an \
             inference component"
        );
        problems.conflict(&scaling.path, message);
    }
    let ProductionVariantManagedInstanceScaling { min_instance_count, max_instance_count, .. } = scaling.value;
    if let (Some(min), Some(max)) = (min_instance_count, max_instance_count)
        && min > max
    {
        let message = format!("{min} is more than MaxInstanceCount, which is {max}; lower it, or raise the other");
        problems.conflict(&scaling.min_instance_count().path, message);
    }
}

/// "Instead of an instance-based endpoint configuration", says
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html>; sizes are of
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantServerlessConfig.html>.
fn serverless(variant: &Member<'_, ProductionVariant>, problems: &Problems) {
    let Some(serverless) = variant.serverless_config().given() else { return };
    let ProductionVariant { instance_type, instance_pools, initial_instance_count, .. } = variant.value;
    let instances = [
        ("InstanceType", instance_type.is_some()),
        ("InstancePools", instance_pools.is_some()),
        ("InitialInstanceCount", initial_instance_count.is_some()),
    ];
    if let Some((member, _)) = instances.into_iter().find(|(_, given)| *given) {
        let message =
            format!("can't be combined with {member}: a serverless variant has no instances; leave one of them out");
        problems.conflict(&serverless.path, message);
    }
    let ProductionVariantServerlessConfig { memory_size_in_mb, max_concurrency, provisioned_concurrency, .. } =
        serverless.value;
    let size_path = serverless.memory_size_in_mb().path;
    if let Some(size) = memory_size_in_mb.filter(|size| size % 1024 != 0)
        && problems.clean(&size_path)
    {
        let message = format!("{size} is not allowed; use 1024, 2048, 3072, 4096, 5120 or 6144");
        problems.invalid(&size_path, message);
    }
    if let (Some(most), Some(provisioned)) = (max_concurrency, provisioned_concurrency)
        && provisioned > most
    {
        let message = format!("{provisioned} is more than MaxConcurrency, which is {most}; lower it, or raise that");
        problems.conflict(&serverless.provisioned_concurrency().path, message);
    }
}

/// One layout, and for inference components alone:
/// <https://docs.aws.amazon.com/sagemaker/latest/dg/inference-components-accelerator-partitioning-create.html>.
fn partitions(variant: &Member<'_, ProductionVariant>, problems: &Problems) {
    let layouts = variant.accelerator_partition_layouts();
    let count = variant.value.accelerator_partition_layouts().len();
    if count > 1 {
        let message = format!("{count} layouts are given; keep one, which holds for every accelerator");
        problems.conflict(&layouts.path, message);
    }
    if count > 0 && variant.value.model_name.is_some() {
        let message =
            "can't be combined with ModelName: partitions are for inference components only; leave one of them out";
        problems.conflict(&layouts.path, message);
    }
}
