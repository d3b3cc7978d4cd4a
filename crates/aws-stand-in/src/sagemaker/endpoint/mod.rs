//! Endpoints: their operations, and what they show of themselves.
//! An endpoint keeps a copy of the config it runs on, for that config may be deleted under it.

use crate::sagemaker::Context;
use aws_sdk_sagemaker::{
    operation::{
        create_endpoint::{CreateEndpointInput, CreateEndpointOutput},
        create_endpoint_config::CreateEndpointConfigInput,
        delete_endpoint::{DeleteEndpointInput, DeleteEndpointOutput},
        describe_endpoint::{DescribeEndpointInput, DescribeEndpointOutput},
        list_endpoints::{ListEndpointsInput, ListEndpointsOutput},
        update_endpoint::{UpdateEndpointInput, UpdateEndpointOutput},
    },
    types::{
        DeploymentConfig, EndpointStatus, EndpointSummary, PendingDeploymentSummary, PendingProductionVariantSummary,
        VariantProperty, VariantPropertyType,
    },
};

use super::{
    State, arn,
    listing::{self, Listed, Wanted},
    refuse,
    transition::{Change, End, Transition},
};
use crate::{
    clock::{Millis, date_time},
    config::Config,
    error::ControlError,
    error::ServiceError,
};

mod capacity;
mod fixed;
mod variant;

pub(super) use capacity::update as update_capacities;
use variant::RunningVariant;

#[derive(Debug)]
pub(super) struct Endpoint {
    name: String,
    arn: String,
    config_name: String,
    config: CreateEndpointConfigInput,
    variants: Vec<RunningVariant>,
    /// The config and variants that an update under way will put in place.
    pending: Option<(CreateEndpointConfigInput, Vec<RunningVariant>)>,
    created: Millis,
    modified: Millis,
    /// The status while no transition is under way.
    resting: EndpointStatus,
    failure: Option<String>,
    transition: Option<Transition>,
    deployment: Option<DeploymentConfig>,
}

/// Whether settling has removed the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settled {
    Stays,
    Gone,
}

impl Settled {
    pub(super) fn is_gone(self) -> bool {
        self == Self::Gone
    }
}

impl Endpoint {
    pub(super) fn arn(&self, _config: &Config) -> String {
        self.arn.clone()
    }

    pub(super) fn arn_ref(&self) -> &str {
        &self.arn
    }

    pub(super) fn status(&self) -> EndpointStatus {
        self.transition.as_ref().map_or_else(|| self.resting.clone(), Transition::status)
    }

    pub(super) fn has_variant(&self, name: &str) -> bool {
        self.variants.iter().any(|variant| variant.name == name)
    }

    /// Lets every transition end that is due.
    pub(super) fn settle(&mut self, now: Millis) -> Settled {
        while let Some(transition) = self.transition.take_if(|transition| transition.ends <= now) {
            self.modified = transition.ends;
            match transition.end() {
                End::Gone => return Settled::Gone,
                End::Next(next) => self.transition = Some(next),
                End::Stuck { status, failure } => {
                    self.resting = status;
                    self.failure = Some(failure);
                    self.pending = None;
                }
                End::InService { new_config, failure } => {
                    self.resting = EndpointStatus::InService;
                    self.failure = failure;
                    if let (Some(name), Some((config, variants))) = (new_config, self.pending.take()) {
                        self.config_name = name;
                        self.config = config;
                        self.variants = variants;
                    }
                }
            }
        }
        Settled::Stays
    }

    pub(super) fn describe(&self, _config: &Config) -> DescribeEndpointOutput {
        let status = self.status();
        let running = status != EndpointStatus::Creating && status != EndpointStatus::Failed;
        DescribeEndpointOutput::builder()
            .endpoint_name(&self.name)
            .endpoint_arn(&self.arn)
            .endpoint_config_name(&self.config_name)
            .set_production_variants(
                running.then(|| self.variants.iter().map(|variant| variant.summary(self.desired(variant))).collect()),
            )
            .endpoint_status(status)
            .set_failure_reason(self.failure.clone())
            .creation_time(date_time(self.created))
            .last_modified_time(date_time(self.modified))
            .set_last_deployment_config(self.deployment.clone())
            .set_async_inference_config(self.config.async_inference_config.clone())
            .set_explainer_config(self.config.explainer_config.clone())
            .set_metrics_config(self.config.metrics_config.clone())
            .set_pending_deployment_summary(self.pending_deployment())
            .build()
    }

    /// What a running variant is to become, where an update under way keeps to the config.
    fn desired<'a>(&'a self, running: &'a RunningVariant) -> &'a RunningVariant {
        match (&self.transition, &self.pending) {
            (Some(Transition { change: Change::Update { to_config }, .. }), Some((_, pending)))
                if *to_config == self.config_name =>
            {
                pending.iter().find(|variant| variant.name == running.name).unwrap_or(running)
            }
            _ => running,
        }
    }

    fn pending_deployment(&self) -> Option<PendingDeploymentSummary> {
        let transition = self.transition.as_ref()?;
        let Change::Update { to_config } = &transition.change else {
            return None;
        };
        let (_, variants) = self.pending.as_ref()?;
        let variants = variants.iter().map(|variant| {
            PendingProductionVariantSummary::builder()
                .variant_name(&variant.name)
                .set_desired_instance_count(variant.instances)
                .desired_weight(variant.weight)
                .set_instance_type(variant.instance_type.clone())
                .build()
        });
        Some(
            PendingDeploymentSummary::builder()
                .endpoint_config_name(to_config)
                .set_production_variants(Some(variants.collect()))
                .start_time(date_time(transition.began))
                .build(),
        )
    }
}

fn endpoint_arn(config: &Config, name: &str) -> String {
    arn(config, "endpoint", name)
}

impl State {
    /// The endpoint of that name, or the refusal that `SageMaker` answers when there is none.
    pub(super) fn endpoint(&self, config: &Config, name: &str) -> Result<&Endpoint, ServiceError> {
        self.endpoints.get(name).ok_or_else(|| missing(config, name))
    }

    fn endpoint_mut(&mut self, config: &Config, name: &str) -> Result<&mut Endpoint, ServiceError> {
        self.endpoints.get_mut(name).ok_or_else(|| missing(config, name))
    }

    fn next_script(&mut self, endpoint: &str) -> Option<super::Script> {
        self.scripts.get_mut(endpoint)?.pop_front()
    }

    /// Sets a variant's instance count, as autoscaling would.
    pub(crate) fn scale(&mut self, endpoint: &str, variant: &str, instances: i32) -> Result<(), ControlError> {
        let found = self.endpoints.get_mut(endpoint).ok_or_else(|| ControlError::UnknownEndpoint(endpoint.into()))?;
        let variant = found
            .variants
            .iter_mut()
            .find(|one| one.name == variant)
            .ok_or_else(|| ControlError::UnknownVariant(variant.into()))?;
        variant.instances = Some(instances);
        Ok(())
    }
}

fn missing(config: &Config, name: &str) -> ServiceError {
    refuse(format!("Could not find endpoint \"{}\".", endpoint_arn(config, name)))
}

pub(super) fn create(
    context: &mut Context<'_>,
    input: CreateEndpointInput,
) -> Result<CreateEndpointOutput, ServiceError> {
    let name = input.endpoint_name().unwrap_or_default().to_owned();
    let config_name = input.endpoint_config_name().unwrap_or_default().to_owned();
    let arn = endpoint_arn(context.config, &name);
    let now = context.clock.now();
    let usual = context.config.transition_ms();
    // Names that differ in case alone are the same name here, and in no other operation:
    // <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html>, `EndpointName`.
    let mut endpoints = context.state.endpoints.values();
    if let Some(existing) = endpoints.find(|existing| existing.name.eq_ignore_ascii_case(&name)) {
        return Err(refuse(format!("Cannot create already existing endpoint \"{}\".", existing.arn)));
    }
    let config = context.state.config(context.config, &config_name)?.declared().clone();
    let tags = State::first_tags(input.tags())?;
    let script = context.state.next_script(&name);
    let endpoint = Endpoint {
        name: name.clone(),
        arn: arn.clone(),
        config_name,
        variants: variant::declared(&config),
        config,
        pending: None,
        created: now,
        modified: now,
        resting: EndpointStatus::InService,
        failure: None,
        transition: Some(Transition::new(Change::Creation, now, usual, script)),
        deployment: input.deployment_config,
    };
    context.state.tags.insert(arn.clone(), tags);
    context.state.endpoints.insert(name, endpoint);
    Ok(CreateEndpointOutput::builder().endpoint_arn(arn).build())
}

pub(super) fn show(
    context: &Context<'_>,
    input: &DescribeEndpointInput,
) -> Result<DescribeEndpointOutput, ServiceError> {
    let endpoint = context.state.endpoint(context.config, input.endpoint_name().unwrap_or_default())?;
    Ok(endpoint.describe(context.config))
}

pub(super) fn update(
    context: &mut Context<'_>,
    input: &UpdateEndpointInput,
) -> Result<UpdateEndpointOutput, ServiceError> {
    let name = input.endpoint_name().unwrap_or_default();
    let to_config = input.endpoint_config_name().unwrap_or_default().to_owned();
    let now = context.clock.now();
    let usual = context.config.transition_ms();
    let endpoint = context.state.endpoint(context.config, name)?;
    let arn = endpoint.arn.clone();
    check_at_rest(endpoint)?;
    check_not_failed(endpoint)?;
    // An endpoint whose config was deleted under it can't be updated any more.
    context.state.config(context.config, &endpoint.config_name)?;
    let config = context.state.config(context.config, &to_config)?.declared().clone();
    fixed::check(endpoint, &config)?;
    let retain = input.retain_all_variant_properties().unwrap_or(false);
    let excluded: Vec<_> =
        input.exclude_retained_variant_properties().iter().filter_map(VariantProperty::variant_property_type).collect();
    if !retain && !excluded.is_empty() {
        return Err(refuse(
            "ExcludeRetainedVariantProperties can only be given when RetainAllVariantProperties is true.",
        ));
    }
    let script = context.state.next_script(name);
    let endpoint = context.state.endpoint_mut(context.config, name)?;
    let mut variants = variant::declared(&config);
    if retain {
        for variant in &mut variants {
            variant.retain_from(
                &endpoint.variants,
                !excluded.contains(&&VariantPropertyType::DesiredInstanceCount),
                !excluded.contains(&&VariantPropertyType::DesiredWeight),
            );
        }
    }
    endpoint.pending = Some((config, variants));
    endpoint.failure = None;
    endpoint.modified = now;
    if input.deployment_config.is_some() || !input.retain_deployment_config.unwrap_or(false) {
        endpoint.deployment.clone_from(&input.deployment_config);
    }
    endpoint.transition = Some(Transition::new(Change::Update { to_config }, now, usual, script));
    Ok(UpdateEndpointOutput::builder().endpoint_arn(arn).build())
}

pub(super) fn delete(
    context: &mut Context<'_>,
    input: &DeleteEndpointInput,
) -> Result<DeleteEndpointOutput, ServiceError> {
    let name = input.endpoint_name().unwrap_or_default();
    let now = context.clock.now();
    let usual = context.config.transition_ms();
    let endpoint = context.state.endpoint(context.config, name)?;
    check_at_rest(endpoint)?;
    if context.state.components.values().any(|component| component.endpoint_name() == name) {
        return Err(refuse(format!(
            "Cannot delete endpoint \"{}\": Endpoint has inference components attached.",
            endpoint.arn
        )));
    }
    let script = context.state.next_script(name);
    let endpoint = context.state.endpoint_mut(context.config, name)?;
    endpoint.transition = Some(Transition::new(Change::Deletion, now, usual, script));
    Ok(DeleteEndpointOutput::builder().build())
}

/// `SageMaker` takes neither an update nor a deletion while something is under way.
fn check_at_rest(endpoint: &Endpoint) -> Result<(), ServiceError> {
    match endpoint.transition {
        Some(_) => Err(refuse(format!("Cannot update in-progress endpoint \"{}\".", endpoint.arn))),
        None => Ok(()),
    }
}

fn check_not_failed(endpoint: &Endpoint) -> Result<(), ServiceError> {
    if endpoint.resting == EndpointStatus::Failed {
        let arn = &endpoint.arn;
        return Err(refuse(format!("Cannot update endpoint \"{arn}\" in status Failed: it can only be deleted.")));
    }
    Ok(())
}

pub(super) fn list(context: &Context<'_>, input: &ListEndpointsInput) -> Result<ListEndpointsOutput, ServiceError> {
    let statuses: Vec<_> = context.state.endpoints.values().map(|one| (one, one.status())).collect();
    let all = statuses
        .iter()
        .filter(|(one, status)| {
            input.status_equals().is_none_or(|wanted| wanted == status)
                && input.last_modified_time_after().is_none_or(|after| date_time(one.modified) > *after)
                && input.last_modified_time_before().is_none_or(|before| date_time(one.modified) < *before)
        })
        .map(|(one, status)| Listed { resource: *one, name: &one.name, created: one.created, status: status.as_str() })
        .collect();
    let page = listing::page(
        all,
        &Wanted {
            listing: "endpoints",
            sort_by: input.sort_by().map(aws_sdk_sagemaker::types::EndpointSortKey::as_str),
            order: input.sort_order(),
            name_contains: input.name_contains(),
            created_after: input.creation_time_after(),
            created_before: input.creation_time_before(),
            token: input.next_token(),
            size: input.max_results(),
        },
    )?;
    let summaries = page.items.into_iter().map(|one| {
        EndpointSummary::builder()
            .endpoint_name(&one.name)
            .endpoint_arn(&one.arn)
            .creation_time(date_time(one.created))
            .last_modified_time(date_time(one.modified))
            .endpoint_status(one.status())
            .build()
    });
    Ok(ListEndpointsOutput::builder().set_endpoints(Some(summaries.collect())).set_next_token(page.next).build())
}
