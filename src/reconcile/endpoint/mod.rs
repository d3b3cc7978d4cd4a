//! The endpoint of a `Custom::MonitoredEndpoint`: brought to serve on the wanted config, or removed, however long either
//! takes.
//!
//! An endpoint is its name and its creation time: another birth under the same name is a stranger's, and never touched.

mod deploy;
mod next;
mod pauses;
mod retire;
mod variants;

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;

pub(super) use deploy::Deployment;
pub(super) use variants::Wishes;

use super::Reconciler;
use super::error::ReconcileError;
use super::existing::Found;
use super::ownership::{is_owned, owner_in_words};
use crate::plan::Owner;
use crate::spec::{EndpointName, Tag};

/// What tells an endpoint from another of the same name: when it was created.
pub(super) fn identity(endpoint: &DescribeEndpointOutput) -> Option<String> {
    let created = endpoint.creation_time()?;
    Some(format!("{}.{:09}", created.secs(), created.subsec_nanos()))
}

/// An endpoint of somebody else's is never taken over: it serves on a config that isn't ours.
pub(super) fn refuse(owner: &Owner, name: &EndpointName, tags: &[Tag]) -> Result<(), ReconcileError> {
    if is_owned(tags, owner) {
        return Ok(());
    }
    Err(ReconcileError::EndpointTaken { name: name.to_string(), owner: owner_in_words(tags) })
}

impl Reconciler {
    pub(super) async fn describe_endpoint(
        &self,
        name: &EndpointName,
    ) -> Result<Option<Found<DescribeEndpointOutput>>, ReconcileError> {
        let Some(content) = self.sagemaker.endpoint(name.as_str()).await? else { return Ok(None) };
        let arn = content.endpoint_arn.clone().unwrap_or_default();
        let tags = self.sagemaker.tags(&arn).await?;
        Ok(Some(Found { arn, tags, content }))
    }
}
