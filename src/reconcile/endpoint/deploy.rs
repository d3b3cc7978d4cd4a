//! Brings an endpoint to serve on the planned config.
//!
//! Each turn describes it, does the next step that [`next`](super::next) decides on, and describes it again. When the run's
//! time is up it ends with [`ReconcileError::StillWaiting`], and the next run goes on from how it finds the endpoint then.

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::types::{DesiredWeightAndCapacity, EndpointStatus};
use tokio::time::Instant;

use super::next::{self, Deploy, Observed};
use super::pauses::Pauses;
use super::variants::DeclaredCapacity;
use super::{identity, refuse};
use crate::aws::CallError;
use crate::ledger::{Changing, Effect, Intent, Note, Run, Thing};
use crate::plan::{Owner, PlannedEndpoint};
use crate::reconcile::Reconciler;
use crate::reconcile::error::ReconcileError;
use crate::reconcile::existing::FRESH;
use crate::spec::Tag;

/// An endpoint to bring about.
#[derive(Debug)]
pub(in crate::reconcile) struct Rollout<'a> {
    pub(in crate::reconcile) endpoint: &'a PlannedEndpoint,
    pub(in crate::reconcile) owner: &'a Owner,
    pub(in crate::reconcile) tags: &'a [Tag],
    pub(in crate::reconcile) capacity: &'a DeclaredCapacity,
    pub(in crate::reconcile) run: &'a Run,
}

impl Rollout<'_> {
    fn name(&self) -> String {
        self.endpoint.name.to_string()
    }

    fn failed(&self, why: String) -> ReconcileError {
        ReconcileError::Deployment { name: self.name(), why }
    }

    /// A deployment under way to the wanted config is this request's, from a run that died before it could say so.
    fn recognise(&self, observed: Option<&Observed>) {
        let wanted = &self.endpoint.config;
        let Some(endpoint) = observed else { return };
        let creating = endpoint.status == EndpointStatus::Creating;
        let under_way = endpoint.pending_config.as_ref() == Some(wanted) || creating && endpoint.config == *wanted;
        if under_way && !self.is_submitted() {
            self.run.note(Note::Submitted { config: wanted.clone() });
        }
    }

    fn is_submitted(&self) -> bool {
        self.run.deployment().submitted.is_some_and(|config| config.is(&self.endpoint.config))
    }
}

/// An endpoint that was seen, and what it was known by when its tags said that it is ours.
struct Seen {
    found: Option<DescribeEndpointOutput>,
    born: Option<String>,
    at: Instant,
}

impl Reconciler {
    /// Brings the endpoint, as it was `seen` last with our tags on it, at `seen_at`, to serve on the planned config. Gives it as
    /// it serves then.
    pub(in crate::reconcile) async fn deploy(
        &self,
        rollout: &Rollout<'_>,
        seen: Option<DescribeEndpointOutput>,
        seen_at: Instant,
    ) -> Result<Option<DescribeEndpointOutput>, ReconcileError> {
        let Rollout { endpoint: planned, run, .. } = rollout;
        let started = Instant::now();
        let mut pauses = Pauses::up_to(self.longest_pause);
        let mut seen = Seen { born: seen.as_ref().and_then(identity), found: seen, at: seen_at };
        loop {
            let observed = seen.found.as_ref().map(Observed::from);
            rollout.recognise(observed.as_ref());
            let step = next::deploy(observed.as_ref(), &planned.config, rollout.is_submitted());
            tracing::info!(
                endpoint = %planned.name,
                status = observed.as_ref().map(|endpoint| endpoint.status.as_str()),
                config = observed.as_ref().map(|endpoint| endpoint.config.as_str()),
                waited_s = started.elapsed().as_secs(),
                next = ?step,
                "deployment"
            );
            run.note_changing(None);
            match step {
                Deploy::Done => {
                    if !self.adjust(rollout, &mut seen).await? {
                        return Ok(seen.found);
                    }
                }
                Deploy::Fail(why) => return Err(rollout.failed(why)),
                Deploy::Create => self.create(rollout, &mut seen).await?,
                Deploy::Update => self.update(rollout, &mut seen).await?,
                Deploy::Remake => self.clear_the_way(rollout, &mut seen).await?,
                Deploy::Wait => {}
            }
            let status = observed.map_or_else(|| "being created".to_owned(), |endpoint| endpoint.status.to_string());
            run.note_changing(Some(Changing { endpoint: rollout.name(), status: status.clone() }));
            loop {
                if !run.pause(pauses.next()).await? {
                    return Err(ReconcileError::StillWaiting { name: rollout.name(), status });
                }
                // What was described before the last change says nothing of its outcome, least of all that an endpoint which
                // had just been asked for has gone.
                if self.see_again(rollout, &mut seen).await? {
                    break;
                }
            }
        }
    }

    /// Describes the endpoint once more. `false` where SageMaker is too busy to say.
    async fn see_again(&self, rollout: &Rollout<'_>, seen: &mut Seen) -> Result<bool, ReconcileError> {
        let found = match self.sagemaker.endpoint(rollout.endpoint.name.as_str()).await {
            Ok(found) => found,
            Err(CallError::Failed { source, .. }) if source.is_passing() => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        let born = found.as_ref().and_then(identity);
        if let (Some(known), Some(born)) = (&seen.born, &born)
            && known != born
        {
            return Err(rollout.failed("it was deleted meanwhile, and another one of its name was made".to_owned()));
        }
        if found.is_none() {
            // One that was in the way has gone.
            seen.born = None;
        } else if seen.born.is_none()
            && let Some(born) = born
        {
            rollout.run.note(found_note(rollout, Some(born.clone())));
            seen.born = Some(born);
        }
        (seen.found, seen.at) = (found, Instant::now());
        Ok(true)
    }

    async fn create(&self, rollout: &Rollout<'_>, seen: &mut Seen) -> Result<(), ReconcileError> {
        let (planned, run) = (rollout.endpoint, rollout.run);
        let thing = Thing::from(&planned.name);
        run.intend(&[Intent { thing: thing.clone(), physical_id: rollout.name(), adopted: false }]).await?;
        let (client, sent, tags) = (self.sagemaker.clone(), planned.clone(), rollout.tags.to_vec());
        let create = async move { client.create_endpoint(&sent, &tags).await };
        if run.call(thing.clone(), Effect::Makes, create).await? {
            tracing::info!(endpoint = %planned.name, "endpoint asked for");
        } else {
            // Somebody was faster: an earlier try of ours whose answer was lost, or a stranger.
            let found = self.describe_until_found("the endpoint", || self.describe_endpoint(&planned.name)).await;
            let refused = match found {
                Ok(found) => {
                    seen.born = identity(&found.content);
                    refuse(rollout.owner, &planned.name, &found.tags)
                }
                // Names are looked up as they are spelt, and taken however they are spelt:
                // https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html
                Err(ReconcileError::Vanished { .. }) => {
                    Err(ReconcileError::EndpointNameDiffersInCase { name: rollout.name() })
                }
                Err(other) => return Err(other),
            };
            if refused.is_err() {
                run.note(Note::Gone(thing));
            }
            refused?;
        }
        run.note(Note::Submitted { config: planned.config.clone() });
        Ok(())
    }

    async fn update(&self, rollout: &Rollout<'_>, seen: &mut Seen) -> Result<(), ReconcileError> {
        let (planned, run) = (rollout.endpoint, rollout.run);
        if seen.at.elapsed() > FRESH && !self.see_again(rollout, seen).await? {
            // Decided again once it could be described.
            return Ok(());
        }
        let Some(found) = &seen.found else { return Ok(()) };
        run.intend(&[]).await?;
        let excluded = rollout.capacity.excluded(&planned.deployment, found);
        let (client, sent) = (self.sagemaker.clone(), planned.clone());
        let update = async move { client.update_endpoint(&sent, excluded).await };
        // `false` where the endpoint began to change since it was described: it is described again.
        if run.call((&planned.name).into(), Effect::Changes, update).await? {
            tracing::info!(endpoint = %planned.name, config = planned.config, "endpoint update asked for");
            run.note(Note::Submitted { config: planned.config.clone() });
        }
        Ok(())
    }

    /// Asks for the declared weights and instance counts that `UpdateEndpoint` was not to take from the config. Whether the
    /// endpoint is changing now.
    async fn adjust(&self, rollout: &Rollout<'_>, seen: &mut Seen) -> Result<bool, ReconcileError> {
        let Some(found) = &seen.found else { return Ok(false) };
        let (run, name) = (rollout.run, &rollout.endpoint.name);
        let missing = rollout.capacity.missing(found);
        let asked = run.deployment().adjusted;
        let is_asked = |one: &DesiredWeightAndCapacity| {
            one.variant_name().is_some_and(|variant| asked.iter().any(|asked| asked.is(variant)))
        };
        let failure = found.failure_reason.as_deref().filter(|reason| !reason.is_empty());
        // Without a failure, what differs from what was asked for has been moved by an autoscaler since.
        if let Some(reason) = failure.filter(|_| missing.iter().any(is_asked)) {
            let why = format!("the declared weights or instance counts were not reached: {reason}");
            return Err(rollout.failed(why));
        }
        let next: Vec<DesiredWeightAndCapacity> = missing.into_iter().filter(|one| !is_asked(one)).collect();
        let next = at_once(next);
        if next.is_empty() {
            return Ok(false);
        }
        run.intend(&[]).await?;
        let (client, endpoint, sent) = (self.sagemaker.clone(), name.clone(), next.clone());
        let adjust = async move { client.update_weights_and_capacities(&endpoint, sent).await };
        if run.call(name.into(), Effect::Changes, adjust).await? {
            tracing::info!(endpoint = %name, "declared weights and instance counts asked for");
            let variants = next.into_iter().filter_map(|one| one.variant_name);
            variants.for_each(|variant| run.note(Note::Adjusted { variant }));
        }
        Ok(true)
    }

    /// An endpoint of ours that has failed can't be updated: it is deleted, to be created again.
    async fn clear_the_way(&self, rollout: &Rollout<'_>, seen: &mut Seen) -> Result<(), ReconcileError> {
        let (planned, run) = (rollout.endpoint, rollout.run);
        run.intend(&[]).await?;
        tracing::info!(endpoint = %planned.name, "the endpoint has failed and is made anew");
        self.delete_endpoint(run, &planned.name, (seen.born.as_deref(), seen.at)).await
    }
}

/// What one request may ask for: weights of any variants, the instance count of one
/// (<https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpointWeightsAndCapacities.html>).
fn at_once(missing: Vec<DesiredWeightAndCapacity>) -> Vec<DesiredWeightAndCapacity> {
    let (counts, weights): (Vec<_>, Vec<_>) =
        missing.into_iter().partition(|one| one.desired_instance_count().is_some());
    weights.into_iter().chain(counts.into_iter().take(1)).collect()
}

fn found_note(rollout: &Rollout<'_>, identity: Option<String>) -> Note {
    Note::Found { thing: Thing::from(&rollout.endpoint.name), identity, physical_id: rollout.name() }
}
