//! Models, as far as endpoint configs and inference components name them.

use crate::sagemaker::Context;
use aws_sdk_sagemaker::operation::{
    create_model::{CreateModelInput, CreateModelOutput},
    delete_model::{DeleteModelInput, DeleteModelOutput},
    describe_model::{DescribeModelInput, DescribeModelOutput},
};

use super::{State, arn, refuse};
use crate::{
    clock::{Millis, date_time},
    config::Config,
    error::ServiceError,
};

#[derive(Debug)]
pub(super) struct HostedModel {
    declared: CreateModelInput,
    created: Millis,
}

impl HostedModel {
    pub(super) fn arn(&self, config: &Config) -> String {
        arn(config, "model", self.declared.model_name().unwrap_or_default())
    }

    pub(super) fn describe(&self, config: &Config) -> DescribeModelOutput {
        let declared = self.declared.clone();
        DescribeModelOutput::builder()
            .model_arn(self.arn(config))
            .creation_time(date_time(self.created))
            .set_model_name(declared.model_name)
            .set_primary_container(declared.primary_container)
            .set_containers(declared.containers)
            .set_inference_execution_config(declared.inference_execution_config)
            .set_execution_role_arn(declared.execution_role_arn)
            .set_vpc_config(declared.vpc_config)
            .set_enable_network_isolation(declared.enable_network_isolation)
            .build()
    }
}

impl State {
    pub(super) fn model(&self, config: &Config, name: &str) -> Result<&HostedModel, ServiceError> {
        self.models.get(name).ok_or_else(|| refuse(format!("Could not find model \"{}\".", arn(config, "model", name))))
    }
}

pub(super) fn create(context: &mut Context<'_>, input: CreateModelInput) -> Result<CreateModelOutput, ServiceError> {
    let name = input.model_name().unwrap_or_default().to_owned();
    let own_arn = arn(context.config, "model", &name);
    if context.state.models.contains_key(&name) {
        return Err(refuse(format!("Cannot create already existing model \"{own_arn}\".")));
    }
    if input.primary_container().is_some() && input.containers.is_some() {
        return Err(refuse("A model takes either a PrimaryContainer or Containers."));
    }
    let tags = State::first_tags(input.tags())?;
    let created = context.clock.now();
    context.state.tags.insert(own_arn.clone(), tags);
    context.state.models.insert(name, HostedModel { declared: input, created });
    Ok(CreateModelOutput::builder().model_arn(own_arn).build())
}

pub(super) fn show(context: &Context<'_>, input: &DescribeModelInput) -> Result<DescribeModelOutput, ServiceError> {
    let found = context.state.model(context.config, input.model_name().unwrap_or_default())?;
    Ok(found.describe(context.config))
}

pub(super) fn delete(context: &mut Context<'_>, input: &DeleteModelInput) -> Result<DeleteModelOutput, ServiceError> {
    let name = input.model_name().unwrap_or_default();
    let own_arn = context.state.model(context.config, name)?.arn(context.config);
    context.state.models.remove(name);
    context.state.tags.remove(&own_arn);
    Ok(DeleteModelOutput::builder().build())
}
