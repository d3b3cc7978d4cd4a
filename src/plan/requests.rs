//! A plan as the requests that a Create makes, in the words of the APIs: for whoever wants to see them before they are made.

use aws_sdk_sagemaker::operation::create_endpoint::CreateEndpointInput;
use aws_sdk_sagemaker::operation::create_endpoint_config::CreateEndpointConfigInput;
use aws_sdk_sagemaker::operation::update_endpoint::UpdateEndpointInput;
use serde_json::{Value, json};
use thiserror::Error;

use super::{Plan, PlannedEndpoint};
use crate::shape_json::{self, ShapeJsonError};
use crate::spec::Tag;

/// A request of AWS's API.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The operation, such as `PutDashboard`.
    pub operation: &'static str,
    /// What is sent, in the words of the API.
    pub input: Value,
}

/// Why a planned request can't be shown.
#[derive(Debug, Error)]
pub enum RequestError {
    /// It has no JSON.
    #[error("the {operation} request could not be written as JSON")]
    Write {
        /// The operation.
        operation: &'static str,
        /// What the codec says.
        #[source]
        error: ShapeJsonError,
    },
    /// It lacks a member that the SDK asks for.
    #[error("the {operation} request is not complete")]
    Incomplete {
        /// The operation.
        operation: &'static str,
    },
}

impl Plan {
    /// What a Create sends where nothing exists yet: the config first, then endpoint, dashboard and alarms.
    ///
    /// # Errors
    /// Where a request of SageMaker can't be written as JSON.
    pub fn requests(&self) -> Result<Vec<Request>, RequestError> {
        let mut requests = Vec::new();
        if let Some(config) = &self.endpoint_config {
            let operation = "CreateEndpointConfig";
            let input = shape_json::to_json(CreateEndpointConfigInput::SCHEMA, config)
                .map_err(|error| RequestError::Write { operation, error })?;
            requests.push(Request { operation, input });
        }
        requests.extend(self.endpoint.as_ref().map(create_endpoint).transpose()?);
        requests.extend(self.dashboard.as_ref().map(|dashboard| {
            let input = json!({ "DashboardName": dashboard.name.to_string(), "DashboardBody": dashboard.body });
            Request { operation: "PutDashboard", input }
        }));
        requests.extend(self.alarms.iter().map(|alarm| Request {
            operation: if alarm.request.is_composite() { "PutCompositeAlarm" } else { "PutMetricAlarm" },
            input: alarm.request.to_json(),
        }));
        let tags: Value = self.tags.iter().map(tag).collect();
        for request in &mut requests {
            request.input["Tags"] = tags.clone();
        }
        Ok(requests)
    }

    /// What moves an existing endpoint to the plan's config, for the type that owns its endpoint.
    ///
    /// # Errors
    /// Where it can't be written as JSON.
    pub fn update_endpoint(&self) -> Result<Option<Request>, RequestError> {
        let Some(PlannedEndpoint { name, config, deployment }) = &self.endpoint else { return Ok(None) };
        let deployment = deployment.clone();
        let request = UpdateEndpointInput::builder()
            .endpoint_name(name.as_str())
            .endpoint_config_name(config)
            .set_deployment_config(deployment.deployment_config)
            .set_retain_all_variant_properties(deployment.retain_all_variant_properties)
            .set_exclude_retained_variant_properties(deployment.exclude_retained_variant_properties)
            .set_retain_deployment_config(deployment.retain_deployment_config)
            .build();
        let operation = "UpdateEndpoint";
        let request = request.map_err(|_| RequestError::Incomplete { operation })?;
        let input = shape_json::to_json(UpdateEndpointInput::SCHEMA, &request)
            .map_err(|error| RequestError::Write { operation, error })?;
        Ok(Some(Request { operation, input }))
    }
}

fn create_endpoint(endpoint: &PlannedEndpoint) -> Result<Request, RequestError> {
    let operation = "CreateEndpoint";
    let request = CreateEndpointInput::builder()
        .endpoint_name(endpoint.name.as_str())
        .endpoint_config_name(&endpoint.config)
        .set_deployment_config(endpoint.deployment.deployment_config.clone())
        .build()
        .map_err(|_| RequestError::Incomplete { operation })?;
    let input = shape_json::to_json(CreateEndpointInput::SCHEMA, &request)
        .map_err(|error| RequestError::Write { operation, error })?;
    Ok(Request { operation, input })
}

fn tag(tag: &Tag) -> Value {
    json!({ "Key": tag.key, "Value": tag.value })
}
