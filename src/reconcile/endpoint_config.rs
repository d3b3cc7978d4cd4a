//! Endpoint configs: they can't be changed, so they are made, tagged and removed.
//!
//! Deleting one under an endpoint that serves on it is accepted by SageMaker, and leaves an endpoint that can be neither patched
//! nor updated (<https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteEndpointConfig.html>). So before one goes,
//! every endpoint that may serve on it is asked.

use std::collections::BTreeSet;

use aws_sdk_sagemaker::operation::create_endpoint_config::CreateEndpointConfigInput;
use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::operation::describe_endpoint_config::DescribeEndpointConfigOutput;
use aws_sdk_sagemaker::types::EndpointStatus;

use super::change::Change;
use super::decide::Desired;
use super::error::ReconcileError;
use super::existing::Found;
use super::ownership::{is_owned, owner_in_words};
use super::{Apply, Reconciler};
use crate::ledger::{Effect, Kind, Note, Run, Thing};
use crate::plan::{Owner, PlanError};
use crate::properties::Member;
use crate::shape_json;
use crate::spec::{EndpointConfigName, EndpointName, Tag};

/// Whether an endpoint config could be removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Removed {
    Gone,
    /// An endpoint needs it: why it was left, in words.
    InUse(String),
}

/// What leads to the config of the plan.
///
/// # Errors
/// Where it is somebody else's, or has another content.
pub(super) fn changes(
    request: &CreateEndpointConfigInput,
    found: Option<&Found<DescribeEndpointConfigOutput>>,
    desired: &Desired<'_>,
) -> Result<Vec<Change>, ReconcileError> {
    let name = request.endpoint_config_name().unwrap_or_default();
    let Some(found) = found else { return Ok(vec![Change::CreateEndpointConfig(Box::new(request.clone()))]) };
    refuse(request, found, desired.owner)?;
    let retag = desired.retag(Thing::new(Kind::EndpointConfig, name), found);
    Ok(retag.into_iter().map(|retag| Change::retag(retag, &found.tags)).collect())
}

fn refuse(
    request: &CreateEndpointConfigInput,
    found: &Found<DescribeEndpointConfigOutput>,
    owner: &Owner,
) -> Result<(), ReconcileError> {
    let name = request.endpoint_config_name().unwrap_or_default().to_owned();
    if !is_owned(&found.tags, owner) {
        return Err(ReconcileError::EndpointConfigTaken { name, owner: owner_in_words(&found.tags) });
    }
    let wanted = shape_json::to_json(CreateEndpointConfigInput::SCHEMA, request).map_err(PlanError::from)?;
    let exists = shape_json::to_json(DescribeEndpointConfigOutput::SCHEMA, &found.content).map_err(PlanError::from)?;
    if shape_json::contains(&exists, &wanted) { Ok(()) } else { Err(ReconcileError::EndpointConfigDiffers { name }) }
}

impl Reconciler {
    pub(super) async fn describe_endpoint_config(
        &self,
        name: &EndpointConfigName,
    ) -> Result<Option<Found<DescribeEndpointConfigOutput>>, ReconcileError> {
        let Some(content) = self.sagemaker.endpoint_config(name.as_str()).await? else { return Ok(None) };
        let arn = content.endpoint_config_arn.clone().unwrap_or_default();
        let tags = self.sagemaker.tags(&arn).await?;
        Ok(Some(Found { arn, tags, content }))
    }

    /// An endpoint fails minutes later for want of a model; asking now says so at once. Asked together with the other descriptions, and
    /// of no account where the config exists already.
    pub(super) async fn refuse_missing_models(&self, apply: &Apply<'_>) -> Result<(), ReconcileError> {
        if apply.identity.endpoint.is_none() {
            return Ok(());
        }
        let configs = apply.spec.endpoint_config.iter().map(|config| Member::root(&config.request));
        let variants = configs.flat_map(|config| config.production_variants().items());
        let mut models: Vec<Member<'_, String>> = variants.filter_map(|variant| variant.model_name().given()).collect();
        models.sort_by(|one, other| one.value.cmp(other.value));
        models.dedup_by(|one, other| one.value == other.value);
        let exist = models.iter().map(|model| self.sagemaker.model_exists(model.value));
        let exist = futures_util::future::try_join_all(exist).await?;
        match models.into_iter().zip(exist).find(|(_, exists)| !exists) {
            Some((Member { value, path }, _)) => Err(ReconcileError::ModelMissing { path, name: value.clone() }),
            None => Ok(()),
        }
    }

    /// Makes the config and gives its ARN.
    pub(super) async fn create_endpoint_config(
        &self,
        apply: &Apply<'_>,
        request: &CreateEndpointConfigInput,
        tags: &[Tag],
    ) -> Result<String, ReconcileError> {
        let name = request.endpoint_config_name().unwrap_or_default();
        let (client, sent, tags) = (self.sagemaker.clone(), request.clone(), tags.to_vec());
        let create = async move { client.create_endpoint_config(&sent, &tags).await };
        let thing = Thing::new(Kind::EndpointConfig, name);
        if let Some(arn) = apply.run.call(thing.clone(), Effect::Makes, create).await? {
            tracing::info!(endpoint_config = name, "endpoint config made");
            return Ok(arn);
        }
        // Somebody was faster: an earlier try of ours whose answer was lost, or a stranger.
        let Ok(wanted) = EndpointConfigName::parse(name) else { return Ok(String::new()) };
        let find = || self.describe_endpoint_config(&wanted);
        let found = self.describe_until_found("the endpoint config", find).await?;
        let refused = refuse(request, &found, apply.owner);
        if refused.is_err() {
            apply.run.note(Note::Gone(thing));
        }
        refused.map(|()| found.arn)
    }

    /// Removes a config of ours, unless an endpoint uses it that `run` knows of, or one of `users`. Those in `gone` have just
    /// been removed, those in `seen` described. The ledger has to allow the write already.
    pub(super) async fn remove_endpoint_config(
        &self,
        run: &Run,
        name: &EndpointConfigName,
        users: &[EndpointName],
        gone: &[EndpointName],
        seen: &[&DescribeEndpointOutput],
    ) -> Result<Removed, ReconcileError> {
        let known = run.record().endpoints;
        let known = known.iter().filter_map(|name| EndpointName::parse(name.text()?).ok());
        let users: BTreeSet<EndpointName> = users.iter().cloned().chain(known).collect();
        let is_seen = |user: &&EndpointName| seen.iter().any(|seen| seen.endpoint_name() == Some(user.as_str()));
        let asked = users
            .iter()
            .filter(|user| !is_seen(user) && !gone.contains(user))
            .map(|user| self.sagemaker.endpoint(user.as_str()));
        let asked = futures_util::future::try_join_all(asked).await?;
        let mut known = asked.iter().flatten().chain(seen.iter().copied());
        if let Some(user) = known.find(|endpoint| uses(endpoint, name.as_str())) {
            let endpoint = user.endpoint_name().unwrap_or_default();
            tracing::warn!(endpoint_config = %name, endpoint, "endpoint config left: a live endpoint uses it");
            return Ok(Removed::InUse(format!(
                "Endpoint config {name} was left: endpoint {endpoint} still uses it, and would be crippled without it. Delete it \
                 when the endpoint is gone or uses another."
            )));
        }
        let (client, gone) = (self.sagemaker.clone(), name.to_string());
        let delete = async move { client.delete_endpoint_config(&gone).await };
        run.call(name.into(), Effect::Removes, delete).await?;
        tracing::info!(endpoint_config = %name, "endpoint config removed");
        Ok(Removed::Gone)
    }
}

/// Whether an endpoint serves on the config, or is on its way to it. One in `UpdateRollbackFailed` runs on a mixture of two
/// configs, and doesn't say which they are.
pub(super) fn uses(endpoint: &DescribeEndpointOutput, config: &str) -> bool {
    let pending =
        endpoint.pending_deployment_summary.as_ref().and_then(|summary| summary.endpoint_config_name.as_deref());
    match endpoint.endpoint_status {
        Some(EndpointStatus::Deleting | EndpointStatus::Failed) => false,
        Some(EndpointStatus::UpdateRollbackFailed) => true,
        _ => endpoint.endpoint_config_name.as_deref() == Some(config) || pending == Some(config),
    }
}
