//! Inference components: they exist on a variant of an endpoint and keep it from being deleted.
//! Copies are never placed or counted; what is declared counts as running once creation has ended.

use crate::sagemaker::Context;
use aws_sdk_sagemaker::{
    operation::{
        create_inference_component::{CreateInferenceComponentInput, CreateInferenceComponentOutput},
        delete_inference_component::{DeleteInferenceComponentInput, DeleteInferenceComponentOutput},
        describe_inference_component::{DescribeInferenceComponentInput, DescribeInferenceComponentOutput},
        list_inference_components::{ListInferenceComponentsInput, ListInferenceComponentsOutput},
    },
    types::{
        EndpointStatus, InferenceComponentContainerSpecificationSummary, InferenceComponentRuntimeConfig,
        InferenceComponentRuntimeConfigSummary, InferenceComponentSpecification,
        InferenceComponentSpecificationSummary, InferenceComponentStatus, InferenceComponentSummary,
    },
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

#[derive(Debug)]
pub(super) struct Component {
    declared: CreateInferenceComponentInput,
    arn: String,
    endpoint_arn: String,
    created: Millis,
    modified: Millis,
    status: InferenceComponentStatus,
    /// When the status that is under way ends.
    ends: Option<Millis>,
}

impl Component {
    fn name(&self) -> &str {
        self.declared.inference_component_name().unwrap_or_default()
    }

    pub(super) fn endpoint_name(&self) -> &str {
        self.declared.endpoint_name().unwrap_or_default()
    }

    pub(super) fn arn(&self, _config: &Config) -> String {
        self.arn.clone()
    }

    pub(super) fn arn_ref(&self) -> &str {
        &self.arn
    }

    pub(super) fn is_gone(&self, now: Millis) -> bool {
        self.status == InferenceComponentStatus::Deleting && self.ends.is_some_and(|ends| ends <= now)
    }

    pub(super) fn settle(&mut self, now: Millis) {
        if let Some(ends) = self.ends.take_if(|ends| *ends <= now) {
            self.status = InferenceComponentStatus::InService;
            self.modified = ends;
        }
    }

    pub(super) fn describe(&self, _config: &Config) -> DescribeInferenceComponentOutput {
        let declared = &self.declared;
        let copies = declared.runtime_config().and_then(InferenceComponentRuntimeConfig::copy_count);
        let placed = if self.status == InferenceComponentStatus::Creating { Some(0) } else { copies };
        let runtime = InferenceComponentRuntimeConfigSummary::builder()
            .set_desired_copy_count(copies)
            .set_current_copy_count(placed)
            .build();
        DescribeInferenceComponentOutput::builder()
            .inference_component_name(self.name())
            .inference_component_arn(&self.arn)
            .endpoint_name(self.endpoint_name())
            .endpoint_arn(&self.endpoint_arn)
            .set_variant_name(declared.variant_name.clone())
            .set_specification(declared.specification().map(specification))
            .set_specifications(declared.specifications.as_deref().map(|all| all.iter().map(specification).collect()))
            .set_runtime_config(copies.map(|_| runtime))
            .creation_time(date_time(self.created))
            .last_modified_time(date_time(self.modified))
            .inference_component_status(self.status.clone())
            .build()
    }
}

fn specification(declared: &InferenceComponentSpecification) -> InferenceComponentSpecificationSummary {
    let container = declared.container().map(|container| {
        InferenceComponentContainerSpecificationSummary::builder()
            .set_artifact_url(container.artifact_url.clone())
            .set_environment(container.environment.clone())
            .set_container_metrics_config(container.container_metrics_config.clone())
            .build()
    });
    InferenceComponentSpecificationSummary::builder()
        .set_instance_type(declared.instance_type.clone())
        .set_model_name(declared.model_name.clone())
        .set_container(container)
        .set_startup_parameters(declared.startup_parameters.clone())
        .set_compute_resource_requirements(declared.compute_resource_requirements.clone())
        .set_base_inference_component_name(declared.base_inference_component_name.clone())
        .set_scheduling_config(declared.scheduling_config.clone())
        .build()
}

impl State {
    fn component(&self, config: &Config, name: &str) -> Result<&Component, ServiceError> {
        self.components.get(name).ok_or_else(|| {
            refuse(format!("Could not find inference component \"{}\".", arn(config, "inference-component", name)))
        })
    }
}

pub(super) fn create(
    context: &mut Context<'_>,
    input: CreateInferenceComponentInput,
) -> Result<CreateInferenceComponentOutput, ServiceError> {
    let name = input.inference_component_name().unwrap_or_default().to_owned();
    let own_arn = arn(context.config, "inference-component", &name);
    if context.state.components.contains_key(&name) {
        return Err(refuse(format!("Cannot create already existing inference component \"{own_arn}\".")));
    }
    if input.specification().is_none() == input.specifications.is_none() {
        return Err(refuse("An inference component needs either a Specification or Specifications."));
    }
    let endpoint = context.state.endpoint(context.config, input.endpoint_name().unwrap_or_default())?;
    if endpoint.status() != EndpointStatus::InService {
        return Err(refuse(format!("Endpoint \"{}\" is not in status InService.", endpoint.arn_ref())));
    }
    if let Some(variant) = input.variant_name().filter(|variant| !endpoint.has_variant(variant)) {
        return Err(refuse(format!("Could not find variant \"{variant}\" on endpoint \"{}\".", endpoint.arn_ref())));
    }
    let endpoint_arn = endpoint.arn_ref().to_owned();
    let tags = State::first_tags(input.tags())?;
    let now = context.clock.now();
    let component = Component {
        declared: input,
        arn: own_arn.clone(),
        endpoint_arn,
        created: now,
        modified: now,
        status: InferenceComponentStatus::Creating,
        ends: Some(now.saturating_add(context.config.transition_ms())),
    };
    context.state.tags.insert(own_arn.clone(), tags);
    context.state.components.insert(name, component);
    Ok(CreateInferenceComponentOutput::builder().inference_component_arn(own_arn).build())
}

pub(super) fn show(
    context: &Context<'_>,
    input: &DescribeInferenceComponentInput,
) -> Result<DescribeInferenceComponentOutput, ServiceError> {
    let found = context.state.component(context.config, input.inference_component_name().unwrap_or_default())?;
    Ok(found.describe(context.config))
}

pub(super) fn delete(
    context: &mut Context<'_>,
    input: &DeleteInferenceComponentInput,
) -> Result<DeleteInferenceComponentOutput, ServiceError> {
    let name = input.inference_component_name().unwrap_or_default();
    context.state.component(context.config, name)?;
    let now = context.clock.now();
    let ends = now.saturating_add(context.config.transition_ms());
    if let Some(component) = context.state.components.get_mut(name) {
        if component.ends.is_some() {
            return Err(refuse(format!("Cannot delete in-progress inference component \"{}\".", component.arn)));
        }
        component.status = InferenceComponentStatus::Deleting;
        component.modified = now;
        component.ends = Some(ends);
    }
    Ok(DeleteInferenceComponentOutput::builder().build())
}

pub(super) fn list(
    context: &Context<'_>,
    input: &ListInferenceComponentsInput,
) -> Result<ListInferenceComponentsOutput, ServiceError> {
    let all = context
        .state
        .components
        .values()
        .filter(|one| {
            input.endpoint_name_equals().is_none_or(|wanted| wanted == one.endpoint_name())
                && input.variant_name_equals().is_none_or(|wanted| one.declared.variant_name() == Some(wanted))
                && input.status_equals().is_none_or(|wanted| *wanted == one.status)
                && input.last_modified_time_after().is_none_or(|after| date_time(one.modified) > *after)
                && input.last_modified_time_before().is_none_or(|before| date_time(one.modified) < *before)
        })
        .map(|one| Listed { resource: one, name: one.name(), created: one.created, status: one.status.as_str() })
        .collect();
    let page = listing::page(
        all,
        &Wanted {
            listing: "inference-components",
            sort_by: input.sort_by().map(aws_sdk_sagemaker::types::InferenceComponentSortKey::as_str),
            order: input.sort_order(),
            name_contains: input.name_contains(),
            created_after: input.creation_time_after(),
            created_before: input.creation_time_before(),
            token: input.next_token(),
            size: input.max_results(),
        },
    )?;
    let summaries = page.items.into_iter().map(|one| {
        InferenceComponentSummary::builder()
            .inference_component_name(one.name())
            .inference_component_arn(&one.arn)
            .endpoint_name(one.endpoint_name())
            .endpoint_arn(&one.endpoint_arn)
            .set_variant_name(one.declared.variant_name.clone())
            .creation_time(date_time(one.created))
            .last_modified_time(date_time(one.modified))
            .inference_component_status(one.status.clone())
            .build()
    });
    Ok(ListInferenceComponentsOutput::builder()
        .set_inference_components(Some(summaries.collect()))
        .set_next_token(page.next)
        .build())
}
