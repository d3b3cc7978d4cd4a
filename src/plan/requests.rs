//! A plan as the requests that a Create makes, in the words of the APIs: for whoever wants to see them before they are made.

use std::fmt;

use aws_sdk_sagemaker::operation::create_endpoint::CreateEndpointInput;
use aws_sdk_sagemaker::operation::create_endpoint_config::CreateEndpointConfigInput;
use aws_sdk_sagemaker::operation::update_endpoint::UpdateEndpointInput;
use serde_json::{Value, json};
use thiserror::Error;

use super::{AlarmRequest, Plan, PlannedEndpoint};
use crate::shape_json::{self, ShapeJsonError};
use crate::spec::Tag;

/// A request of AWS's API.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The operation.
    pub operation: Operation,
    /// The name of what it creates or changes.
    pub name: String,
    /// What is sent, in the words of the API.
    pub input: Value,
}

/// The operations that a plan's requests are made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Creates an endpoint config.
    CreateEndpointConfig,
    /// Creates an endpoint.
    CreateEndpoint,
    /// Moves an endpoint to another config.
    UpdateEndpoint,
    /// Creates or replaces a dashboard.
    PutDashboard,
    /// Creates or replaces a metric alarm.
    PutMetricAlarm,
    /// Creates or replaces a composite alarm.
    PutCompositeAlarm,
}

impl Operation {
    /// Its name in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CreateEndpointConfig => "CreateEndpointConfig",
            Self::CreateEndpoint => "CreateEndpoint",
            Self::UpdateEndpoint => "UpdateEndpoint",
            Self::PutDashboard => "PutDashboard",
            Self::PutMetricAlarm => "PutMetricAlarm",
            Self::PutCompositeAlarm => "PutCompositeAlarm",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a planned request can't be shown.
#[derive(Debug, Error)]
pub enum RequestError {
    /// It has no JSON.
    #[error("the {operation} request could not be written as JSON")]
    Write {
        /// The operation.
        operation: Operation,
        /// What the codec says.
        #[source]
        error: ShapeJsonError,
    },
    /// It lacks a member that the SDK asks for.
    #[error("the {operation} request is not complete")]
    Incomplete {
        /// The operation.
        operation: Operation,
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
            let operation = Operation::CreateEndpointConfig;
            let input = shape_json::to_json(CreateEndpointConfigInput::SCHEMA, config)
                .map_err(|error| RequestError::Write { operation, error })?;
            let name = config.endpoint_config_name().unwrap_or_default().to_owned();
            requests.push(Request { operation, name, input });
        }
        requests.extend(self.endpoint.as_ref().map(create_endpoint).transpose()?);
        requests.extend(self.dashboard.as_ref().map(|dashboard| {
            let name = dashboard.name.to_string();
            let input = json!({ "DashboardName": name, "DashboardBody": dashboard.body });
            Request { operation: Operation::PutDashboard, name, input }
        }));
        requests.extend(self.alarms.iter().map(|alarm| Request {
            operation: match alarm.request {
                AlarmRequest::Metric(_) => Operation::PutMetricAlarm,
                AlarmRequest::Composite(_) => Operation::PutCompositeAlarm,
            },
            name: alarm.name.to_string(),
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
        let operation = Operation::UpdateEndpoint;
        let request = request.map_err(|_| RequestError::Incomplete { operation })?;
        let input = shape_json::to_json(UpdateEndpointInput::SCHEMA, &request)
            .map_err(|error| RequestError::Write { operation, error })?;
        Ok(Some(Request { operation, name: name.to_string(), input }))
    }
}

fn create_endpoint(endpoint: &PlannedEndpoint) -> Result<Request, RequestError> {
    let operation = Operation::CreateEndpoint;
    let request = CreateEndpointInput::builder()
        .endpoint_name(endpoint.name.as_str())
        .endpoint_config_name(&endpoint.config)
        .set_deployment_config(endpoint.deployment.deployment_config.clone())
        .build()
        .map_err(|_| RequestError::Incomplete { operation })?;
    let input = shape_json::to_json(CreateEndpointInput::SCHEMA, &request)
        .map_err(|error| RequestError::Write { operation, error })?;
    Ok(Request { operation, name: endpoint.name.to_string(), input })
}

fn tag(tag: &Tag) -> Value {
    json!({ "Key": tag.key, "Value": tag.value })
}
