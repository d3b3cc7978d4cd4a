//! Endpoint configs: immutable once created, and free to be deleted even while an endpoint runs on them.
//! See <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html>.

use crate::sagemaker::Context;
use std::collections::HashSet;

use aws_sdk_sagemaker::{
    operation::{
        create_endpoint_config::{CreateEndpointConfigInput, CreateEndpointConfigOutput},
        delete_endpoint_config::{DeleteEndpointConfigInput, DeleteEndpointConfigOutput},
        describe_endpoint_config::{DescribeEndpointConfigInput, DescribeEndpointConfigOutput},
        list_endpoint_configs::{ListEndpointConfigsInput, ListEndpointConfigsOutput},
    },
    types::{EndpointConfigSummary, MetricsConfig, ProductionVariant},
};

use super::{
    State, arn,
    listing::{self, Listed, Wanted},
    refuse,
};
use crate::{
    clock::{Millis, date_time},
    config::Config,
    error::ServiceError,
};

/// The publish frequencies that `SageMaker` offers, in seconds.
const FREQUENCIES: [i32; 7] = [10, 30, 60, 120, 180, 240, 300];
const DEFAULT_FREQUENCY: i32 = 60;
const DEFAULT_WEIGHT: f32 = 1.0;

#[derive(Debug)]
pub(super) struct EndpointConfig {
    /// What was asked for, with the defaults that `SageMaker` fills in.
    declared: CreateEndpointConfigInput,
    created: Millis,
}

impl EndpointConfig {
    fn name(&self) -> &str {
        self.declared.endpoint_config_name().unwrap_or_default()
    }

    pub(super) fn arn(&self, config: &Config) -> String {
        config_arn(config, self.name())
    }

    pub(super) fn declared(&self) -> &CreateEndpointConfigInput {
        &self.declared
    }

    pub(super) fn describe(&self, config: &Config) -> DescribeEndpointConfigOutput {
        let declared = self.declared.clone();
        DescribeEndpointConfigOutput::builder()
            .endpoint_config_arn(self.arn(config))
            .creation_time(date_time(self.created))
            .set_endpoint_config_name(declared.endpoint_config_name)
            .set_production_variants(declared.production_variants)
            .set_shadow_production_variants(declared.shadow_production_variants)
            .set_data_capture_config(declared.data_capture_config)
            .set_kms_key_id(declared.kms_key_id)
            .set_async_inference_config(declared.async_inference_config)
            .set_explainer_config(declared.explainer_config)
            .set_execution_role_arn(declared.execution_role_arn)
            .set_vpc_config(declared.vpc_config)
            .set_enable_network_isolation(declared.enable_network_isolation)
            .set_metrics_config(declared.metrics_config)
            .build()
    }
}

fn config_arn(config: &Config, name: &str) -> String {
    arn(config, "endpoint-config", name)
}

impl State {
    /// The endpoint config of that name, or the refusal that `SageMaker` answers when there is none.
    pub(super) fn config(&self, config: &Config, name: &str) -> Result<&EndpointConfig, ServiceError> {
        self.configs
            .get(name)
            .ok_or_else(|| refuse(format!("Could not find endpoint configuration \"{}\".", config_arn(config, name))))
    }
}

pub(super) fn create(
    context: &mut Context<'_>,
    mut input: CreateEndpointConfigInput,
) -> Result<CreateEndpointConfigOutput, ServiceError> {
    check(&input)?;
    let name = input.endpoint_config_name().unwrap_or_default().to_owned();
    let arn = config_arn(context.config, &name);
    if context.state.configs.contains_key(&name) {
        return Err(refuse(format!("Cannot create already existing endpoint configuration \"{arn}\".")));
    }
    if context.config.models_must_exist {
        for model in variants(&input).filter_map(ProductionVariant::model_name) {
            context.state.model(context.config, model)?;
        }
    }
    let tags = State::first_tags(input.tags())?;
    fill_defaults(&mut input);
    let created = context.clock.now();
    context.state.tags.insert(arn.clone(), tags);
    context.state.configs.insert(name, EndpointConfig { declared: input, created });
    Ok(CreateEndpointConfigOutput::builder().endpoint_config_arn(arn).build())
}

pub(super) fn show(
    context: &Context<'_>,
    input: &DescribeEndpointConfigInput,
) -> Result<DescribeEndpointConfigOutput, ServiceError> {
    let found = context.state.config(context.config, input.endpoint_config_name().unwrap_or_default())?;
    Ok(found.describe(context.config))
}

pub(super) fn delete(
    context: &mut Context<'_>,
    input: &DeleteEndpointConfigInput,
) -> Result<DeleteEndpointConfigOutput, ServiceError> {
    let name = input.endpoint_config_name().unwrap_or_default();
    let arn = context.state.config(context.config, name)?.arn(context.config);
    context.state.configs.remove(name);
    context.state.tags.remove(&arn);
    Ok(DeleteEndpointConfigOutput::builder().build())
}

pub(super) fn list(
    context: &Context<'_>,
    input: &ListEndpointConfigsInput,
) -> Result<ListEndpointConfigsOutput, ServiceError> {
    let all = context
        .state
        .configs
        .values()
        .map(|one| Listed { resource: one, name: one.name(), created: one.created, status: "" })
        .collect();
    let page = listing::page(
        all,
        &Wanted {
            listing: "endpoint-configs",
            sort_by: input.sort_by().map(aws_sdk_sagemaker::types::EndpointConfigSortKey::as_str),
            order: input.sort_order(),
            name_contains: input.name_contains(),
            created_after: input.creation_time_after(),
            created_before: input.creation_time_before(),
            token: input.next_token(),
            size: input.max_results(),
        },
    )?;
    let summaries = page.items.into_iter().map(|one| {
        EndpointConfigSummary::builder()
            .endpoint_config_name(one.name())
            .endpoint_config_arn(one.arn(context.config))
            .creation_time(date_time(one.created))
            .build()
    });
    Ok(ListEndpointConfigsOutput::builder()
        .set_endpoint_configs(Some(summaries.collect()))
        .set_next_token(page.next)
        .build())
}

fn variants(input: &CreateEndpointConfigInput) -> impl Iterator<Item = &ProductionVariant> {
    input.production_variants().iter().chain(input.shadow_production_variants())
}

/// What `SageMaker` refuses beyond the constraints of single members.
fn check(input: &CreateEndpointConfigInput) -> Result<(), ServiceError> {
    let mut names = HashSet::new();
    for variant in variants(input) {
        let name = variant.variant_name().unwrap_or_default();
        if !names.insert(name) {
            return Err(refuse(format!("Variant names must be unique within an endpoint configuration: \"{name}\".")));
        }
        check_variant(name, variant)?;
    }
    if input.execution_role_arn().is_none() && variants(input).any(|variant| variant.model_name().is_none()) {
        return Err(refuse(
            "ExecutionRoleArn is required for an endpoint configuration with a production variant that has no ModelName.",
        ));
    }
    let frequency = input.metrics_config().and_then(MetricsConfig::metric_publish_frequency_in_seconds);
    if let Some(frequency) = frequency.filter(|frequency| !FREQUENCIES.contains(frequency)) {
        return Err(refuse(format!(
            "1 validation error detected: Value '{frequency}' at 'metricsConfig.metricPublishFrequencyInSeconds' \
             failed to satisfy constraint: Member must satisfy enum value set: [10, 30, 60, 120, 180, 240, 300]"
        )));
    }
    Ok(())
}

fn check_variant(name: &str, variant: &ProductionVariant) -> Result<(), ServiceError> {
    // Seen of AWS since 2026 and on no page: <https://github.com/hashicorp/terraform-provider-aws/pull/45926>.
    if variant.model_name().is_some() && variant.managed_instance_scaling().is_some() {
        return Err(refuse("ManagedInstanceScaling is only supported for inference component endpoints."));
    }
    let on_instances = variant.instance_type().is_some() || variant.instance_pools.is_some();
    match (on_instances, variant.serverless_config()) {
        (false, None) => Err(refuse(format!(
            "Production variant \"{name}\" needs either an InstanceType with an InitialInstanceCount or a ServerlessConfig."
        ))),
        (true, Some(_)) => Err(refuse(format!(
            "Production variant \"{name}\" can't have both an InstanceType and a ServerlessConfig."
        ))),
        (true, None) if variant.initial_instance_count().is_none() => {
            Err(refuse(format!("Production variant \"{name}\" has an InstanceType but no InitialInstanceCount.")))
        }
        (false, Some(_)) if variant.initial_instance_count().is_some() => {
            Err(refuse(format!("Production variant \"{name}\" is serverless and can't have an InitialInstanceCount.")))
        }
        _ => Ok(()),
    }
}

fn fill_defaults(input: &mut CreateEndpointConfigInput) {
    for variant in input.production_variants.iter_mut().chain(&mut input.shadow_production_variants).flatten() {
        variant.initial_variant_weight.get_or_insert(DEFAULT_WEIGHT);
    }
    if let Some(metrics) = &mut input.metrics_config {
        metrics.enable_enhanced_metrics.get_or_insert(false);
        metrics.enable_detailed_observability.get_or_insert(true);
        metrics.metric_publish_frequency_in_seconds.get_or_insert(DEFAULT_FREQUENCY);
    }
}
