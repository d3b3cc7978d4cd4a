//! The endpoint config's request and its name.
//!
//! Endpoint configs can't be changed, so their name follows their content: another content is another name, and the
//! same declaration finds its own config again. Tags are not part of the content; they change in place.

use aws_sdk_sagemaker::operation::create_endpoint_config::CreateEndpointConfigInput;
use thiserror::Error;

use super::Owner;
use crate::shape_json::{self, ShapeJsonError};
use crate::spec::{EndpointConfigSpec, Naming, hashed};

/// Why a spec can't be planned.
#[derive(Debug, Error)]
pub enum PlanError {
    /// The name's hash is made from the request's JSON, and there is none.
    #[error("the endpoint config could not be written as JSON")]
    HashEndpointConfig(#[from] ShapeJsonError),
    /// A planned request has no JSON.
    #[error("the {operation} request could not be written as JSON")]
    WriteRequest {
        /// The operation.
        operation: &'static str,
        /// What the codec says.
        #[source]
        error: ShapeJsonError,
    },
    /// A planned request lacks a member that the SDK asks for.
    #[error("the {operation} request is not complete")]
    IncompleteRequest {
        /// The operation.
        operation: &'static str,
    },
}

pub(super) fn request(spec: &EndpointConfigSpec, owner: &Owner) -> Result<CreateEndpointConfigInput, PlanError> {
    let mut request = spec.request.clone();
    request.endpoint_config_name = Some(name(spec, owner)?);
    Ok(request)
}

/// The name of the endpoint config that `owner` declares.
///
/// # Errors
/// Where the config can't be written as JSON.
pub fn name(spec: &EndpointConfigSpec, owner: &Owner) -> Result<String, PlanError> {
    match &spec.naming {
        Naming::Fixed(name) => Ok(name.to_string()),
        Naming::Prefix(prefix) => {
            let content = shape_json::to_json(CreateEndpointConfigInput::SCHEMA, &spec.request)?;
            Ok(hashed(prefix, &[&owner.stack_id, &owner.logical_id, &content.to_string()]))
        }
    }
}
