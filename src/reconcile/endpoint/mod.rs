//! The endpoint of a `Custom::MonitoredEndpoint`: brought to serve on the wanted config, or removed, however long either
//! takes.
//!
//! An endpoint is its name and its creation time: another birth under the same name is a stranger's, and never touched.

mod deploy;
mod next;
mod pauses;
mod retire;
mod variants;

use aws_sdk_sagemaker::operation::create_endpoint_config::CreateEndpointConfigInput;
use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::types::EndpointStatus;

pub(super) use deploy::Rollout;
pub(super) use variants::DeclaredCapacity;

use super::Reconciler;
use super::error::ReconcileError;
use super::existing::{Existing, Found};
use super::ownership::{is_owned, owner_in_words};
use crate::plan::{FixedMember, Owner, PlannedEndpoint};
use crate::spec::{EndpointName, Tag};

/// What distinguishes an endpoint from another of the same name: when it was created.
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

/// Refuses what SageMaker takes no update for, compared with the config that the endpoint serves on: a rollback to that passes,
/// whatever was declared meanwhile. An endpoint that is created again isn't updated, and one that is on its way to the planned config
/// was let through by SageMaker itself.
pub(super) fn refuse_fixed(
    planned: &PlannedEndpoint,
    config: Option<&CreateEndpointConfigInput>,
    endpoint: &DescribeEndpointOutput,
    existing: &Existing,
) -> Result<(), ReconcileError> {
    let serving = endpoint.endpoint_config_name.as_deref().unwrap_or_default();
    let pending = endpoint.pending_deployment_summary.as_ref().and_then(|it| it.endpoint_config_name.as_deref());
    let is_settled = serving == planned.config || pending == Some(planned.config.as_str());
    // Of a mixture of two configs SageMaker alone knows what serves, and what is being created may yet fail and be created again.
    let is_live = matches!(
        endpoint.endpoint_status,
        Some(
            EndpointStatus::InService
                | EndpointStatus::OutOfService
                | EndpointStatus::Updating
                | EndpointStatus::SystemUpdating
                | EndpointStatus::RollingBack
        )
    );
    if is_settled || !is_live {
        return Ok(());
    }
    let (Some(before), Some(after)) = (existing.endpoint_config(serving), config) else { return Ok(()) };
    FixedMember::between(planned.name.as_str(), before.content.production_variants(), after)
        .map_or(Ok(()), |fixed| Err(fixed.into()))
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
