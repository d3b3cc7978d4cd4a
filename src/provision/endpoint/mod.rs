//! The endpoint of a `Custom::MonitoredEndpoint`: brought to serve on the wanted config, or removed, however long either
//! takes.
//!
//! Each run looks, does the next step that [`next`] decides on, and looks again. When its time is up it ends with
//! [`ProvisionError::StillWaiting`], and the next run goes on from how the endpoint looks then.

mod next;
mod progress;

use std::time::Instant;

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::types::EndpointStatus;

pub use progress::Progress;

use self::next::{Deploy, Observed, Retire};
use self::progress::Pauses;
use super::Provisioner;
use super::claim::is_owned_as;
use super::error::ProvisionError;
use super::reconcile::judge_endpoint;
use super::undo::{Journal, Step};
use crate::plan::{Owner, PlannedEndpoint};
use crate::spec::{EndpointName, Tag};

/// An endpoint to bring about.
#[derive(Debug)]
pub(super) struct Deployment<'a> {
    pub(super) endpoint: &'a PlannedEndpoint,
    pub(super) owner: &'a Owner,
    pub(super) tags: &'a [Tag],
    pub(super) journal: &'a Journal,
    pub(super) progress: &'a Progress,
}

/// An endpoint that may have to go, as it looks.
#[derive(Debug)]
pub(super) struct Leaving {
    pub(super) endpoint: DescribeEndpointOutput,
    pub(super) tags: Vec<Tag>,
    /// Names of the inference components on it, where it could be deleted as it is: with one left, it can't go.
    pub(super) inference_components: Option<Vec<String>>,
}

/// An endpoint that serves on the planned config.
#[derive(Debug)]
pub(super) struct InService {
    pub(super) arn: String,
    /// Whether that has just been seen, and not before everything else was done.
    pub(super) just_seen: bool,
}

impl Deployment<'_> {
    /// A deployment under way to the wanted config is this request's, from a run whose facts were lost.
    fn recognise(&self, observed: Option<&Observed>) {
        let wanted = &self.endpoint.config;
        let Some(endpoint) = observed else { return };
        let creating = endpoint.status == EndpointStatus::Creating;
        if endpoint.pending_config.as_ref() == Some(wanted) || creating && endpoint.config == *wanted {
            self.progress.facts().submitted = Some(wanted.clone());
        }
    }
}

impl Provisioner {
    /// Brings the endpoint, as it was `seen` last, to serve on the planned config.
    pub(super) async fn deploy(
        &self,
        deployment: &Deployment<'_>,
        seen: Option<DescribeEndpointOutput>,
    ) -> Result<InService, ProvisionError> {
        let Deployment { endpoint: planned, progress, .. } = deployment;
        let started = Instant::now();
        let mut pauses = Pauses::up_to(self.longest_pause);
        let mut found = seen;
        let mut just_seen = false;
        loop {
            let observed = found.as_ref().map(Observed::from);
            deployment.recognise(observed.as_ref());
            let submitted = progress.facts().submitted.as_deref() == Some(&planned.config);
            let step = next::deploy(observed.as_ref(), &planned.config, submitted);
            tracing::info!(
                endpoint = %planned.name,
                status = observed.as_ref().map(|endpoint| endpoint.status.as_str()),
                config = observed.as_ref().map(|endpoint| endpoint.config.as_str()),
                waited_s = started.elapsed().as_secs(),
                next = ?step,
                "deployment"
            );
            match step {
                Deploy::Done => {
                    let arn = found.and_then(|endpoint| endpoint.endpoint_arn).unwrap_or_default();
                    return Ok(InService { arn, just_seen });
                }
                Deploy::Fail(why) => return Err(ProvisionError::Deployment { name: planned.name.to_string(), why }),
                Deploy::Create | Deploy::Update if progress.has_failed() => {}
                Deploy::Create => self.create(deployment).await?,
                Deploy::Update => self.update(deployment, observed.as_ref()).await?,
                Deploy::Wait => {}
            }
            if !progress.pause(&mut pauses).await {
                let status =
                    observed.map_or_else(|| "being created".to_owned(), |endpoint| endpoint.status.to_string());
                return Err(ProvisionError::StillWaiting { name: planned.name.to_string(), status });
            }
            found = self.sagemaker.endpoint(planned.name.as_str()).await?;
            just_seen = true;
        }
    }

    async fn create(&self, deployment: &Deployment<'_>) -> Result<(), ProvisionError> {
        let planned = deployment.endpoint;
        deployment.journal.note(Step::DeleteEndpoint { name: planned.name.clone() });
        if self.sagemaker.create_endpoint(planned, deployment.tags).await? {
            tracing::info!(endpoint = %planned.name, "endpoint asked for");
        } else {
            // Somebody was faster: an earlier try of ours whose answer was lost, or a stranger.
            if let Some(found) = self.look_at_endpoint(&planned.name).await? {
                judge_endpoint(deployment.owner, &planned.name, &found.tags)?;
            }
        }
        deployment.progress.facts().submitted = Some(planned.config.clone());
        Ok(())
    }

    async fn update(&self, deployment: &Deployment<'_>, observed: Option<&Observed>) -> Result<(), ProvisionError> {
        let planned = deployment.endpoint;
        {
            let mut facts = deployment.progress.facts();
            facts.served_before = observed.map(|endpoint| endpoint.config.clone());
        }
        // `false` where the endpoint began to change between the look and now: it is looked at again.
        if self.sagemaker.update_endpoint(planned).await? {
            tracing::info!(endpoint = %planned.name, config = planned.config, "endpoint update asked for");
            deployment.progress.facts().submitted = Some(planned.config.clone());
        }
        Ok(())
    }

    /// How an endpoint that may have to go looks, with what is on it.
    pub(super) async fn look_at_leaving_endpoint(
        &self,
        name: &EndpointName,
    ) -> Result<Option<Leaving>, ProvisionError> {
        let Some(endpoint) = self.sagemaker.endpoint(name.as_str()).await? else { return Ok(None) };
        let is_to_be_deleted = next::retire(Some(&Observed::from(&endpoint))) == Retire::Delete;
        let (tags, inference_components) =
            tokio::try_join!(self.sagemaker.tags(endpoint.endpoint_arn().unwrap_or_default()), async {
                if is_to_be_deleted { self.sagemaker.inference_components_on(name).await.map(Some) } else { Ok(None) }
            })?;
        Ok(Some(Leaving { endpoint, tags, inference_components }))
    }

    /// Removes the endpoint that `owner` made under its own name, `leaving` as it was seen last. Gives the config that it
    /// served on, where it was ours.
    pub(super) async fn retire(
        &self,
        name: &EndpointName,
        leaving: Option<Leaving>,
        owner: &Owner,
        progress: &Progress,
    ) -> Result<Option<String>, ProvisionError> {
        if leaving.as_ref().is_some_and(|leaving| !is_owned_as(&leaving.tags, owner, name.as_str())) {
            tracing::info!(endpoint = %name, "endpoint left: it is not this id's");
            return Ok(None);
        }
        let mut pauses = Pauses::up_to(self.longest_pause);
        let started = Instant::now();
        let (mut found, components) = leaving.map(|leaving| (leaving.endpoint, leaving.inference_components)).unzip();
        let mut components: Option<Vec<String>> = components.flatten();
        loop {
            let observed = found.as_ref().map(Observed::from);
            let step = next::retire(observed.as_ref());
            tracing::info!(
                endpoint = %name,
                status = observed.as_ref().map(|endpoint| endpoint.status.as_str()),
                waited_s = started.elapsed().as_secs(),
                next = ?step,
                "removal"
            );
            if let Some(endpoint) = &observed {
                progress.facts().served_before = Some(endpoint.config.clone());
            }
            match step {
                Retire::Gone => return Ok(progress.facts().served_before.clone()),
                Retire::Delete => {
                    let components = match components.take() {
                        Some(just_seen) => just_seen,
                        None => self.sagemaker.inference_components_on(name).await?,
                    };
                    self.delete_endpoint(name, &components).await?;
                }
                Retire::Wait => {}
            }
            if !progress.pause(&mut pauses).await {
                let status = observed.map_or_else(String::new, |endpoint| endpoint.status.to_string());
                return Err(ProvisionError::StillWaiting { name: name.to_string(), status });
            }
            found = self.sagemaker.endpoint(name.as_str()).await?;
        }
    }

    /// Deletes the endpoint, refusing with their names while inference components are on it: SageMaker would refuse too,
    /// and say less.
    async fn delete_endpoint(&self, name: &EndpointName, components: &[String]) -> Result<(), ProvisionError> {
        if !components.is_empty() {
            let components = components.join(", ");
            return Err(ProvisionError::InferenceComponentsLeft { name: name.to_string(), components });
        }
        self.sagemaker.delete_endpoint(name).await?;
        tracing::info!(endpoint = %name, "endpoint deletion asked for");
        Ok(())
    }
}
