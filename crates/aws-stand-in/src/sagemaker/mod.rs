//! `SageMaker`'s hosting operations: endpoint configs, endpoints, inference components, models and tags.
//! Shapes are the SDK's own; this module says which operation does what, and where what exists is kept.

mod component;
mod endpoint;
mod endpoint_config;
mod hosted;
mod listing;
mod model;
mod shape;
mod tagging;
pub(crate) mod transition;

pub use hosted::HostError;
pub(crate) use hosted::host;

use std::collections::{BTreeMap, HashMap, VecDeque};

use aws_sdk_sagemaker::operation::{
    add_tags::AddTagsInput, create_endpoint::CreateEndpointInput, create_endpoint_config::CreateEndpointConfigInput,
    create_inference_component::CreateInferenceComponentInput, create_model::CreateModelInput,
    delete_endpoint::DeleteEndpointInput, delete_endpoint_config::DeleteEndpointConfigInput,
    delete_inference_component::DeleteInferenceComponentInput, delete_model::DeleteModelInput,
    delete_tags::DeleteTagsInput, describe_endpoint::DescribeEndpointInput,
    describe_endpoint_config::DescribeEndpointConfigInput,
    describe_inference_component::DescribeInferenceComponentInput, describe_model::DescribeModelInput,
    list_endpoint_configs::ListEndpointConfigsInput, list_endpoints::ListEndpointsInput,
    list_inference_components::ListInferenceComponentsInput, list_tags::ListTagsInput,
    update_endpoint::UpdateEndpointInput,
    update_endpoint_weights_and_capacities::UpdateEndpointWeightsAndCapacitiesInput,
};
use serde_json::{Value, json};

use self::{
    component::Component, endpoint::Endpoint, endpoint_config::EndpointConfig, model::HostedModel, shape::run,
    transition::Script,
};
use crate::{clock::Millis, config::Config, error::ServiceError, model::Model, tag::Tags};

/// What exists.
#[derive(Debug, Default)]
pub(crate) struct State {
    configs: BTreeMap<String, EndpointConfig>,
    endpoints: BTreeMap<String, Endpoint>,
    components: BTreeMap<String, Component>,
    models: BTreeMap<String, HostedModel>,
    /// Tags by ARN. A resource that exists has an entry, if only an empty one.
    tags: BTreeMap<String, Tags>,
    /// What the next transitions of an endpoint, which needn't exist yet, will come to.
    scripts: HashMap<String, VecDeque<Script>>,
}

impl State {
    pub(crate) fn script(&mut self, endpoint: &str, script: Script) {
        self.scripts.entry(endpoint.to_owned()).or_default().push_back(script);
    }

    pub(crate) fn describe(&self, config: &Config) -> Result<Value, ServiceError> {
        let with_tags = |mut described: Value, arn: &str| {
            described["Tags"] = json!(self.tags.get(arn));
            described
        };
        let mut configs = Vec::new();
        for one in self.configs.values() {
            configs.push(with_tags(shape::to_value(&one.describe(config))?, &one.arn(config)));
        }
        let mut endpoints = Vec::new();
        for one in self.endpoints.values() {
            endpoints.push(with_tags(shape::to_value(&one.describe(config))?, &one.arn(config)));
        }
        let mut components = Vec::new();
        for one in self.components.values() {
            components.push(with_tags(shape::to_value(&one.describe(config))?, &one.arn(config)));
        }
        let mut models = Vec::new();
        for one in self.models.values() {
            models.push(with_tags(shape::to_value(&one.describe(config))?, &one.arn(config)));
        }
        Ok(json!({
            "endpoint_configs": configs,
            "endpoints": endpoints,
            "inference_components": components,
            "models": models,
        }))
    }

    /// Brings everything that was to happen by now to pass.
    pub(crate) fn settle(&mut self, now: Millis) {
        let gone: Vec<_> = self
            .endpoints
            .iter_mut()
            .filter_map(|(name, endpoint)| endpoint.settle(now).is_gone().then(|| name.clone()))
            .collect();
        for name in gone {
            if let Some(endpoint) = self.endpoints.remove(&name) {
                self.tags.remove(endpoint.arn_ref());
            }
        }
        let gone: Vec<_> =
            self.components.iter().filter(|(_, one)| one.is_gone(now)).map(|(name, _)| name.clone()).collect();
        for name in gone {
            if let Some(component) = self.components.remove(&name) {
                self.tags.remove(component.arn_ref());
            }
        }
        for component in self.components.values_mut() {
            component.settle(now);
        }
    }
}

/// What an operation of this service works with.
type Context<'c> = crate::context::Context<'c, State>;

/// Carries out one operation on a request that is a JSON object.
pub(crate) fn call(
    context: &mut Context<'_>,
    model: &Model,
    operation: &str,
    request: &Value,
) -> Result<Vec<u8>, ServiceError> {
    let now = context.clock.now();
    context.state.settle(now);
    let input = model.input(operation).ok_or_else(|| ServiceError::unknown_operation(operation))?;
    let checked = Checked { model, input, request };
    match operation {
        "CreateEndpointConfig" => {
            run(&checked, CreateEndpointConfigInput::deserialize, |input| endpoint_config::create(context, input))
        }
        "DescribeEndpointConfig" => {
            run(&checked, DescribeEndpointConfigInput::deserialize, |input| endpoint_config::show(context, &input))
        }
        "DeleteEndpointConfig" => {
            run(&checked, DeleteEndpointConfigInput::deserialize, |input| endpoint_config::delete(context, &input))
        }
        "ListEndpointConfigs" => {
            run(&checked, ListEndpointConfigsInput::deserialize, |input| endpoint_config::list(context, &input))
        }
        "CreateEndpoint" => run(&checked, CreateEndpointInput::deserialize, |input| endpoint::create(context, input)),
        "DescribeEndpoint" => {
            run(&checked, DescribeEndpointInput::deserialize, |input| endpoint::show(context, &input))
        }
        "UpdateEndpoint" => run(&checked, UpdateEndpointInput::deserialize, |input| endpoint::update(context, &input)),
        "UpdateEndpointWeightsAndCapacities" => {
            run(&checked, UpdateEndpointWeightsAndCapacitiesInput::deserialize, |input| {
                endpoint::update_capacities(context, &input)
            })
        }
        "DeleteEndpoint" => run(&checked, DeleteEndpointInput::deserialize, |input| endpoint::delete(context, &input)),
        "ListEndpoints" => run(&checked, ListEndpointsInput::deserialize, |input| endpoint::list(context, &input)),
        "CreateInferenceComponent" => {
            run(&checked, CreateInferenceComponentInput::deserialize, |input| component::create(context, input))
        }
        "DescribeInferenceComponent" => {
            run(&checked, DescribeInferenceComponentInput::deserialize, |input| component::show(context, &input))
        }
        "DeleteInferenceComponent" => {
            run(&checked, DeleteInferenceComponentInput::deserialize, |input| component::delete(context, &input))
        }
        "ListInferenceComponents" => {
            run(&checked, ListInferenceComponentsInput::deserialize, |input| component::list(context, &input))
        }
        "CreateModel" => run(&checked, CreateModelInput::deserialize, |input| model::create(context, input)),
        "DescribeModel" => run(&checked, DescribeModelInput::deserialize, |input| model::show(context, &input)),
        "DeleteModel" => run(&checked, DeleteModelInput::deserialize, |input| model::delete(context, &input)),
        "AddTags" => run(&checked, AddTagsInput::deserialize, |input| tagging::add(context, &input)),
        "ListTags" => run(&checked, ListTagsInput::deserialize, |input| tagging::list(context, &input)),
        "DeleteTags" => run(&checked, DeleteTagsInput::deserialize, |input| tagging::delete(context, &input)),
        _ => Err(ServiceError::unknown_operation(operation)),
    }
}

/// A request and what it is checked against.
struct Checked<'a> {
    model: &'a Model,
    input: &'a str,
    request: &'a Value,
}

/// Most of what `SageMaker` refuses, it refuses with this code, a missing resource too.
fn refuse(message: impl Into<String>) -> ServiceError {
    ServiceError::new(400, "ValidationException", message)
}

fn arn(config: &Config, kind: &str, name: &str) -> String {
    // Public reports contradict each other on whether SageMaker lowers a name's case in its ARN; newer ones say it
    // keeps it, for endpoints at least.
    format!("arn:{}:sagemaker:{}:{}:{kind}/{name}", config.partition(), config.region, config.account)
}
