//! A variant as it runs: its instances and weight may have moved away from what the config declares.
//! It plays no traffic and publishes no metrics.

use aws_sdk_sagemaker::{
    operation::create_endpoint_config::CreateEndpointConfigInput,
    types::{
        DesiredWeightAndCapacity, ProductionVariantInstanceType, ProductionVariantManagedInstanceScaling,
        ProductionVariantRoutingConfig, ProductionVariantServerlessConfig, ProductionVariantSummary,
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

    /// Takes over what is asked of the variant; the error says what it can't have.
    pub(super) fn change(&mut self, wanted: &DesiredWeightAndCapacity) -> Result<(), &'static str> {
        self.weight = wanted.desired_weight().unwrap_or(self.weight);
        match (wanted.desired_instance_count(), wanted.serverless_update_config(), &mut self.serverless) {
            (Some(_), _, Some(_)) => return Err("is serverless and can't have a DesiredInstanceCount"),
            (_, Some(_), None) => return Err("is not serverless and can't have a ServerlessUpdateConfig"),
            (_, Some(update), Some(serverless)) => {
                serverless.max_concurrency = update.max_concurrency().or(serverless.max_concurrency);
                serverless.provisioned_concurrency =
                    update.provisioned_concurrency().or(serverless.provisioned_concurrency);
            }
            (instances, None, _) => self.instances = instances.or(self.instances),
        }
        Ok(())
    }

    /// What the variant shows of itself and of what it is to become.
    pub(super) fn summary(&self, desired: &Self) -> ProductionVariantSummary {
        ProductionVariantSummary::builder()
            .variant_name(&self.name)
            .current_weight(self.weight)
            .desired_weight(desired.weight)
            .set_current_instance_count(self.instances)
            .set_desired_instance_count(desired.instances)
            .set_current_serverless_config(self.serverless.clone())
            .set_desired_serverless_config(desired.serverless.clone())
            .set_managed_instance_scaling(self.scaling.clone())
            .set_routing_config(self.routing.clone())
            .build()
    }
}
