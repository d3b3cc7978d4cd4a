//! The endpoint config's request and its name.
//!
//! Endpoint configs can't be changed, so their name follows their content: another content is another name, and the
//! same declaration finds its own config again. Tags are not part of the content; they change in place.

use std::fmt::Write as _;

use aws_sdk_sagemaker::operation::create_endpoint_config::CreateEndpointConfigInput;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::Owner;
use crate::shape_json::{self, ShapeJsonError};
use crate::spec::{EndpointConfigSpec, Naming};

const MAX_NAME: usize = 63;
/// 40 bits: two contents of one resource meet in one name once in a million million.
const HASH_DIGITS: usize = 10;

/// Why a spec can't be planned.
#[derive(Debug, Error)]
pub enum PlanError {
    /// The name's hash is made from the request's JSON, and there is none.
    #[error("the endpoint config could not be written as JSON")]
    HashEndpointConfig(#[from] ShapeJsonError),
}

pub(super) fn request(spec: &EndpointConfigSpec, owner: &Owner) -> Result<CreateEndpointConfigInput, PlanError> {
    let mut request = spec.request.clone();
    request.endpoint_config_name = Some(match &spec.naming {
        Naming::Fixed(name) => name.to_string(),
        Naming::Prefix(prefix) => hashed_name(prefix, &spec.request, owner)?,
    });
    Ok(request)
}

fn hashed_name(prefix: &str, request: &CreateEndpointConfigInput, owner: &Owner) -> Result<String, PlanError> {
    let content = shape_json::to_json(CreateEndpointConfigInput::SCHEMA, request)?;
    let mut hash = Sha256::new();
    for part in [&owner.stack_id, &owner.logical_id, &content.to_string()] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let digits = hash.finalize().iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    });
    let room = MAX_NAME - HASH_DIGITS - 1;
    let prefix = prefix.get(..room).unwrap_or(prefix).trim_end_matches('-');
    Ok(format!("{prefix}-{}", &digits[..HASH_DIGITS]))
}
