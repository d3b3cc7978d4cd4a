//! Keeping monitoring right between requests: from a wake to the resources it concerns, one after the other, each under its lease.
//!
//! Nobody waits for an answer. A resource that can't be put right is logged and left to the next wake; it stops none of the others.
//! What a run has no time for goes on in the next one.

use std::time::{Duration, SystemTime};

use serde::Serialize;
use serde_json::value::RawValue;
use tokio::time::Instant;

use super::conductor::{Invocation, Provider, Work};
use super::continuation::{Continuation, MAX_HOPS};
use super::declared::ValidatedDeclaration;
use super::failure::Failure;
use super::hand_over::invoke_next;
use super::monitoring_part::DeclaredMonitoring;
use super::wake::{Wake, Woken};
use super::work::in_time;
use crate::ledger::{BegunUpkeep, Candidate, LONGEST_UPKEEP, Monitored, Run};
use crate::place::Arn;
use crate::plan::{Identity, Owner};
use crate::reconcile::{Apply, Kept, ReconcileError, UndoLog, Upkeep, reason};
use crate::spec::Spec;

/// How long a run may go on before it sees that a request has come in. Before each write it checks anyway.
const LONGEST_UNAWARE: Duration = Duration::from_secs(5);

/// How a wake ended, in numbers of resources. As JSON it is what the function returns.
#[derive(Clone, Copy, Debug, Default, Serialize, PartialEq, Eq)]
#[serde(rename_all = "PascalCase")]
pub struct UpkeepSummary {
    /// That the wake concerned.
    pub resources: usize,
    /// Of which something was written or removed.
    pub changed: usize,
    /// That were left alone: a request is at work, or the endpoint is changing.
    pub skipped: usize,
    /// That could not be put right.
    pub failed: usize,
    /// Whether the rest goes on in the next run.
    pub handed_over: bool,
}

/// How it went with one resource.
enum Attempt {
    Done(Kept),
    Skipped(&'static str),
}

/// The time of one run.
#[derive(Clone, Copy)]
struct Time {
    /// When the run is killed.
    ends: SystemTime,
    /// From then on no other resource is begun.
    begins_until: SystemTime,
}

impl Time {
    /// The last quarter is for what has been begun, and for the hand-over.
    fn of(ends: SystemTime, now: SystemTime) -> Self {
        let left = ends.duration_since(now).unwrap_or_default();
        Self { ends, begins_until: now + left / 4 * 3 }
    }

    /// When the lease of a resource that is begun now ends, and how long its work may take. What is between them belongs to calls
    /// under way.
    fn of_one(self) -> (SystemTime, Duration) {
        let now = SystemTime::now();
        let lease = LONGEST_UPKEEP.min(self.ends.duration_since(now).unwrap_or_default() * 9 / 10);
        (now + lease, lease / 4 * 3)
    }
}

impl Provider {
    /// Puts right what a wake concerns.
    pub(super) async fn keep_right(
        &self,
        woken: &Woken,
        event: &RawValue,
        invocation: &Invocation,
        ends: SystemTime,
    ) -> UpkeepSummary {
        let continuation = Continuation::of(event);
        tracing::info!(wake = ?woken.wake, hop = continuation.hop, "woken");
        let time = Time::of(ends, SystemTime::now());
        let (mut summary, mut after) = (UpkeepSummary::default(), continuation.after.clone());
        loop {
            let (page, next) = match self.ledger.candidates(after.as_deref()).await {
                Ok(found) => found,
                Err(error) => {
                    tracing::error!(error = %reason(&error), "the ledger could not be read, so nothing is kept right");
                    summary.failed += 1;
                    break;
                }
            };
            for candidate in page.iter().filter(|candidate| woken.concerns(candidate)) {
                if !self.is_trusted(woken, candidate, invocation.function_arn.as_deref()) {
                    tracing::warn!(
                        resource = candidate.resource,
                        "the event is of another account or Region, and changes nothing"
                    );
                    continue;
                }
                if SystemTime::now() >= time.begins_until {
                    summary.handed_over = self.go_on_later(event, &continuation, after, invocation).await;
                    return summary;
                }
                self.keep_one_right(candidate, time, &mut summary).await;
                after = Some(candidate.resource.clone());
            }
            match next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        tracing::info!(?summary, "monitoring kept right");
        summary
    }

    /// Whether the event is of the function's own account and Region, or of the resource's stack's.
    fn is_trusted(&self, woken: &Woken, candidate: &Candidate, function_arn: Option<&str>) -> bool {
        let owner = Owner::of_key(&candidate.resource);
        let arns = [owner.as_ref().map(|owner| owner.stack_id.as_str()), function_arn];
        let mut accounts = arns.into_iter().flatten().filter_map(Arn::parse).map(|arn| arn.account);
        let is_known = !woken.account.is_empty() && accounts.any(|account| account == woken.account);
        woken.region == self.reconciler.region() && is_known
    }

    async fn go_on_later(
        &self,
        event: &RawValue,
        continuation: &Continuation,
        after: Option<String>,
        invocation: &Invocation,
    ) -> bool {
        let (Some(handover), Some(function)) = (&self.handover, &invocation.function_arn) else { return false };
        if continuation.hop >= MAX_HOPS {
            tracing::error!("there are more resources than {MAX_HOPS} runs keep right; the next wake begins anew");
            return false;
        }
        let next = Continuation { after, ..continuation.clone() };
        let invoked = invoke_next(handover, function, &next, event).await;
        if let Err(error) = &invoked {
            tracing::error!(error = %reason(error), "the rest could not be left to the next run");
        }
        invoked.is_ok()
    }

    async fn keep_one_right(&self, candidate: &Candidate, time: Time, summary: &mut UpkeepSummary) {
        let resource = candidate.resource.as_str();
        summary.resources += 1;
        let attempt: Work<'_, _> = Box::pin(self.attempt(resource, time));
        match attempt.await {
            Ok(Attempt::Done(kept)) => {
                let is_changed = !(kept.changed.is_empty() && kept.removed_configs.is_empty());
                summary.changed += usize::from(is_changed);
                if is_changed || !kept.left_by_hand.is_empty() {
                    tracing::info!(resource, ?kept, "kept right");
                }
            }
            Ok(Attempt::Skipped(why)) => {
                summary.skipped += 1;
                tracing::info!(resource, why, "left as it is");
            }
            Err(failure) => {
                summary.failed += 1;
                tracing::error!(resource, error = %reason(&failure), "could not be kept right; the next wake tries again");
            }
        }
    }

    async fn attempt(&self, resource: &str, time: Time) -> Result<Attempt, Failure> {
        let (ends, work_time) = time.of_one();
        let until = Instant::now() + work_time;
        let run = match self.ledger.begin_upkeep(resource, ends, until).await.map_err(ReconcileError::from)? {
            BegunUpkeep::Leased(run) => run,
            BegunUpkeep::Left(why) => return Ok(Attempt::Skipped(why)),
        };
        let work: Work<'_, _> = Box::pin(self.keep_leased_right(&run));
        let done = tokio::select! {
            done = in_time(work, until) => done,
            // A stack waits: also while AWS is slow or throttles, it does so for seconds only.
            () = superseded(&run) => Err(ReconcileError::Superseded.into()),
        };
        // Nothing of this run may happen once its lease has ended.
        run.settle(until + work_time / 8).await;
        let given_back = if done.is_ok() { run.finish_upkeep().await } else { run.release().await };
        if let Err(stop) = given_back {
            tracing::warn!(%stop, resource, "the lease could not be given back, and ends by itself");
        }
        match done {
            Err(Failure::Reconcile(ReconcileError::Superseded)) => {
                Ok(Attempt::Skipped("a request of its stack has arrived"))
            }
            done => done,
        }
    }

    async fn keep_leased_right(&self, run: &Run) -> Result<Attempt, Failure> {
        let Some(owner) = Owner::of_key(run.resource()) else {
            return Ok(Attempt::Skipped("its key is none of a resource"));
        };
        let record = run.record();
        let Some(monitored) = record.monitoring_in_force() else {
            let removed_configs = self.reconciler.remove_left_configs(run, &owner).await?;
            return Ok(Attempt::Done(Kept { removed_configs, ..Kept::default() }));
        };
        let declared = DeclaredMonitoring::read(&owner, monitored);
        let declared = declared.map_err(|problems| Failure::Declaration(problems.to_string()))?;
        match self.spec_kept(&declared).await? {
            Some(spec) => self.keep_declared_right(run, &owner, monitored, &declared, &spec).await.map(Attempt::Done),
            None => Ok(Attempt::Skipped("its endpoint is changing, or has gone")),
        }
    }

    async fn keep_declared_right(
        &self,
        run: &Run,
        owner: &Owner,
        monitored: &Monitored,
        declared: &DeclaredMonitoring,
        spec: &Spec,
    ) -> Result<Kept, Failure> {
        let identity = Identity { physical_id: monitored.physical_id.clone(), endpoint_config: None, endpoint: None };
        let apply = Apply {
            spec,
            identity: &identity,
            owner,
            names: &declared.names,
            earlier: None,
            earlier_config: None,
            abandoned: None,
            run,
            undo: &UndoLog::default(),
            monitoring_part: None,
        };
        let upkeep = Upkeep { apply: &apply, monitored, corrects_drift: declared.corrects_drift };
        let work: Work<'_, _> = Box::pin(self.reconciler.keep_right(&upkeep));
        Ok(work.await?)
    }

    /// What is declared, with what it leaves out read from its endpoint; `None` where that doesn't say it now.
    async fn spec_kept(&self, declared: &DeclaredMonitoring) -> Result<Option<Box<Spec>>, Failure> {
        let mut validated = declared.validate(None);
        if let ValidatedDeclaration::NeedsEndpoint { endpoint, .. } = &validated {
            let Some(observed) = self.reconciler.observe_settled(endpoint).await? else { return Ok(None) };
            validated = declared.validate(Some(&observed));
        }
        match validated {
            ValidatedDeclaration::Valid(spec) => Ok(Some(spec)),
            ValidatedDeclaration::Refused(problems) => Err(Failure::Declaration(problems)),
            ValidatedDeclaration::NeedsEndpoint { .. } => Ok(None),
        }
    }
}

impl Woken {
    fn concerns(&self, candidate: &Candidate) -> bool {
        match &self.wake {
            Wake::Endpoint(name) => candidate.is_about_endpoint(name),
            Wake::EndpointConfig(name) => candidate.has_config(name),
            Wake::Everything => true,
            Wake::Unsettled => candidate.record.monitored.as_ref().is_some_and(|known| known.waits_for_metrics),
        }
    }
}

/// Ends as soon as a request has come in.
async fn superseded(run: &Run) {
    loop {
        match run.pause(LONGEST_UNAWARE).await {
            Ok(true) => {}
            Ok(false) => std::future::pending().await,
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_resource_takes_no_more_than_its_share_of_a_run() {
        let now = SystemTime::now();
        let time = Time::of(now + Duration::from_mins(15), now);
        let (lease, work) = time.of_one();
        assert!(lease <= SystemTime::now() + LONGEST_UPKEEP && work < LONGEST_UPKEEP);
        let short = Time::of(now + Duration::from_secs(8), now);
        let (lease, work) = short.of_one();
        assert!(lease < now + Duration::from_secs(8) && work <= Duration::from_millis(5_400));
        let over = Time::of(now, now);
        assert!(SystemTime::now() >= over.begins_until, "no time, no resource");
    }
}
