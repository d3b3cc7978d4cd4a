//! The endpoint config's request and its name.
//!
//! Endpoint configs can't be changed, so their name follows their content: another content is another name, and the
//! same declaration finds its own config again. Tags are not part of the content; they change in place.

use aws_sdk_sagemaker::operation::create_endpoint_config::CreateEndpointConfigInput;

use super::{Owner, PlanError};
use crate::shape_json;
use crate::spec::{EndpointConfigSpec, Naming, hashed};

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
