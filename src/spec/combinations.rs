//! Members of an endpoint config that are each fine and don't go together.
//!
//! Only what AWS's pages state, or what SageMaker was seen to refuse, is refused here; each rule names which.

use aws_sdk_sagemaker::operation::create_endpoint_config::CreateEndpointConfigInput;
use aws_sdk_sagemaker::types::{
    ProductionVariant, ProductionVariantManagedInstanceScaling, ProductionVariantServerlessConfig,
};

use super::hosts_components;
use crate::properties::Problems;

/// Validates a config that is to be made.
pub(super) fn validate(config: &CreateEndpointConfigInput, problems: &Problems) {
    let lists = [
        ("ProductionVariants", config.production_variants()),
        ("ShadowProductionVariants", config.shadow_production_variants()),
    ];
    for (list, variants) in lists {
        for (at, variant) in variants.iter().enumerate() {
            let validated = OfVariant { path: format!("Properties.{list}[{at}]"), variant, problems };
            validated.scaling();
            validated.serverless();
            validated.partitions();
        }
    }
    shadows(config, problems);
}

/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html>, `ShadowProductionVariants`.
fn shadows(config: &CreateEndpointConfigInput, problems: &Problems) {
    let (production, shadow) = (config.production_variants().len(), config.shadow_production_variants().len());
    if shadow > 1 || shadow == 1 && production > 1 {
        let message = format!(
            "{shadow} beside {production} of ProductionVariants; a shadow test takes one of each: keep one, or leave \
             ShadowProductionVariants out"
        );
        problems.conflict("Properties.ShadowProductionVariants", message);
    }
}

/// Inference components live on one variant alone, which has no model of its own: recorded from real endpoints by
/// <https://github.com/cloud-custodian/cloud-custodian/pull/11078>.
pub(super) fn components_have_one_variant(config: &CreateEndpointConfigInput, problems: &Problems) {
    let all = || config.production_variants().iter().chain(config.shadow_production_variants());
    let path = "Properties.ProductionVariants";
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

struct OfVariant<'d> {
    path: String,
    variant: &'d ProductionVariant,
    problems: &'d Problems,
}

impl OfVariant<'_> {
    fn conflict(&self, member: &str, message: String) {
        self.problems.conflict(&format!("{}.{member}", self.path), message);
    }

    /// `CreateEndpointConfig` answers "`ManagedInstanceScaling` is only supported for inference component endpoints": seen live in
    /// <https://github.com/hashicorp/terraform-provider-aws/pull/45926>, and in other words in
    /// <https://github.com/DIAGNijmegen/rse-grand-challenge/pull/4659>.
    fn scaling(&self) {
        let Some(scaling) = &self.variant.managed_instance_scaling else { return };
        if let Some(model) = self.variant.model_name.as_deref().filter(|model| !model.is_empty()) {
            let model = super::quote(model, self.problems);
            let message = format!(
                "can't be combined with ModelName {model}: SageMaker scales instances for inference components only; leave \
                 ManagedInstanceScaling out and scale by Application Auto Scaling, or leave ModelName out and place the model as an \
                 inference component"
            );
            self.conflict("ManagedInstanceScaling", message);
        }
        let ProductionVariantManagedInstanceScaling { min_instance_count, max_instance_count, .. } = scaling;
        if let (Some(min), Some(max)) = (min_instance_count, max_instance_count)
            && min > max
        {
            let message = format!("{min} is more than MaxInstanceCount, which is {max}; lower it, or raise the other");
            self.conflict("ManagedInstanceScaling.MinInstanceCount", message);
        }
    }

    /// "Instead of an instance-based endpoint configuration", says
    /// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html>; sizes are of
    /// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantServerlessConfig.html>.
    fn serverless(&self) {
        let Some(serverless) = &self.variant.serverless_config else { return };
        let instances = [
            ("InstanceType", self.variant.instance_type.is_some()),
            ("InstancePools", self.variant.instance_pools.is_some()),
            ("InitialInstanceCount", self.variant.initial_instance_count.is_some()),
        ];
        if let Some((member, _)) = instances.into_iter().find(|(_, given)| *given) {
            let message = format!(
                "can't be combined with {member}: a serverless variant has no instances; leave one of them out"
            );
            self.conflict("ServerlessConfig", message);
        }
        let ProductionVariantServerlessConfig { memory_size_in_mb, max_concurrency, provisioned_concurrency, .. } =
            serverless;
        let size_path = format!("{}.ServerlessConfig.MemorySizeInMB", self.path);
        if let Some(size) = memory_size_in_mb.filter(|size| size % 1024 != 0)
            && self.problems.clean(&size_path)
        {
            let message = format!("{size} is not allowed; use 1024, 2048, 3072, 4096, 5120 or 6144");
            self.problems.invalid(&size_path, message);
        }
        if let (Some(most), Some(provisioned)) = (max_concurrency, provisioned_concurrency)
            && provisioned > most
        {
            let message =
                format!("{provisioned} is more than MaxConcurrency, which is {most}; lower it, or raise that");
            self.conflict("ServerlessConfig.ProvisionedConcurrency", message);
        }
    }

    /// One layout, and for inference components alone:
    /// <https://docs.aws.amazon.com/sagemaker/latest/dg/inference-components-accelerator-partitioning-create.html>.
    fn partitions(&self) {
        let layouts = self.variant.accelerator_partition_layouts();
        if layouts.len() > 1 {
            let message = format!("{} layouts are given; keep one, which holds for every accelerator", layouts.len());
            self.conflict("AcceleratorPartitionLayouts", message);
        }
        if !layouts.is_empty() && self.variant.model_name.is_some() {
            let message =
                "can't be combined with ModelName: partitions are for inference components only; leave one of them out";
            self.conflict("AcceleratorPartitionLayouts", message.to_owned());
        }
    }
}
