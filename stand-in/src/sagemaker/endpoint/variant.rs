//! A variant as it runs: its instances and weight may have moved away from what the config declares.
//! It plays no traffic and publishes no metrics.

use aws_sdk_sagemaker::{
    operation::create_endpoint_config::CreateEndpointConfigInput,
    types::{
        ProductionVariantInstanceType, ProductionVariantManagedInstanceScaling, ProductionVariantRoutingConfig,
        ProductionVariantServerlessConfig, ProductionVariantSummary,
    },
};

const DEFAULT_WEIGHT: f32 = 1.0;

#[derive(Debug, Clone)]
pub(super) struct RunningVariant {
    pub(super) name: String,
    pub(super) instances: Option<i32>,
    pub(super) weight: f32,
    pub(super) instance_type: Option<ProductionVariantInstanceType>,
    serverless: Option<ProductionVariantServerlessConfig>,
    scaling: Option<ProductionVariantManagedInstanceScaling>,
    routing: Option<ProductionVariantRoutingConfig>,
}

/// The variants of a config, as it declares them.
pub(super) fn declared(config: &CreateEndpointConfigInput) -> Vec<RunningVariant> {
    config
        .production_variants()
        .iter()
        .map(|variant| RunningVariant {
            name: variant.variant_name().unwrap_or_default().to_owned(),
            instances: variant.initial_instance_count(),
            weight: variant.initial_variant_weight().unwrap_or(DEFAULT_WEIGHT),
            instance_type: variant.instance_type().cloned(),
            serverless: variant.serverless_config().cloned(),
            scaling: variant.managed_instance_scaling().cloned(),
            routing: variant.routing_config().cloned(),
        })
        .collect()
}

impl RunningVariant {
    /// Takes over what a variant of the same name has now, as `RetainAllVariantProperties` asks.
    pub(super) fn retain_from(&mut self, running: &[Self], instances: bool, weight: bool) {
        let Some(running) = running.iter().find(|running| running.name == self.name) else {
            return;
        };
        if instances && self.serverless.is_none() {
            self.instances = running.instances.or(self.instances);
        }
        if weight {
            self.weight = running.weight;
        }
    }

    pub(super) fn summary(&self) -> ProductionVariantSummary {
        ProductionVariantSummary::builder()
            .variant_name(&self.name)
            .current_weight(self.weight)
            .desired_weight(self.weight)
            .set_current_instance_count(self.instances)
            .set_desired_instance_count(self.instances)
            .set_current_serverless_config(self.serverless.clone())
            .set_managed_instance_scaling(self.scaling.clone())
            .set_routing_config(self.routing.clone())
            .build()
    }
}
