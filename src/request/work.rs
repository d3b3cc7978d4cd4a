//! The work on a request under the ledger's lease: carried out, or undone, and recorded before it is answered.

use std::borrow::Cow;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use tokio::time::Instant;

use super::conductor::{Invoked, Provider, Work};
use super::declared::{DeclaredState, ValidatedDeclaration};
use super::failure::Failure;
use super::monitoring_part::monitoring_part;
use super::outcome::{Ending, RunEnd};
use super::removal::Removal;
use crate::callback::{Data, Outcome};
use crate::envelope::{Envelope, RequestType};
use crate::ledger::{RecordedAnswer, Run};
use crate::plan::Identity;
use crate::pricing::ListPrices;
use crate::reconcile::{Apply, Cleanup, ReconcileError, UndoLog, Undoing, reason};
use crate::spec::Spec;

impl Provider {
    /// Carries out a Create or an Update, and undoes it where it fails.
    pub(super) async fn apply(&self, invoked: &Invoked<'_>, declared: &DeclaredState, run: &Run) -> RunEnd {
        let log = UndoLog::default();
        let work: Work<'_, _> = Box::pin(self.carry_out(invoked.envelope, declared, run, &log));
        let done = match in_time(work, invoked.deadline.work_ends()).await {
            Ok(ending) => self.record(run, invoked.envelope, &ending).await.map(|()| ending),
            failed => failed,
        };
        match self.end(invoked, run, done).await {
            Ok(end) => end,
            Err(failure) => RunEnd::Answered(self.fail(invoked, declared, run, &log, &failure).await),
        }
    }

    /// Carries out a Delete. It needs no undoing, so most of that time belongs to the work too.
    pub(super) async fn remove(&self, invoked: &Invoked<'_>, removal: &Removal, run: &Run) -> RunEnd {
        let envelope = invoked.envelope;
        let ending = |outcome| Ending { physical_id: envelope.id_when_nothing_is_made(), outcome };
        run.extend(invoked.deadline.removal());
        let work: Work<'_, _> = Box::pin(self.cleanup(envelope, removal, run));
        let done = in_time(work, invoked.deadline.removal_ends()).await;
        let done = done.map(|remark| ending(Outcome::Success { data: Data::new(), remark }));
        if let Ok(ending) = &done {
            // Where it can't be recorded, no later request misses anything.
            self.record_or_log(run, envelope, ending).await;
        }
        match self.end(invoked, run, done).await {
            Ok(end) => end,
            Err(failure) => {
                settle(run, invoked.deadline.undo).await;
                let ending = ending(Outcome::Failed { reason: envelope.shown(reason(&failure)) });
                self.record_or_log(run, envelope, &ending).await;
                RunEnd::Answered(ending)
            }
        }
    }

    /// Ends a Create or an Update that failed: what it did is undone, unless a newer request rules by now, and the answer
    /// recorded.
    async fn fail(
        &self,
        invoked: &Invoked<'_>,
        declared: &DeclaredState,
        run: &Run,
        log: &UndoLog,
        failure: &Failure,
    ) -> Ending {
        let envelope = invoked.envelope;
        let mut reason = reason(failure);
        settle(run, invoked.deadline.undo).await;
        let is_superseded = matches!(failure, Failure::Reconcile(ReconcileError::Superseded));
        if !is_superseded && !self.undo(declared, run, log, invoked.deadline.undo).await {
            reason.push_str(". Something that had been made could not be undone; the function's log says what");
        }
        let physical_id = id_after_failure(envelope, declared, run);
        let ending = Ending { physical_id, outcome: Outcome::Failed { reason: envelope.shown(reason) } };
        self.record_or_log(run, envelope, &ending).await;
        ending
    }

    async fn record_or_log(&self, run: &Run, envelope: &Envelope, ending: &Ending) {
        if let Err(unrecorded) = self.record(run, envelope, ending).await {
            tracing::error!(error = %reason(&unrecorded), "the answer could not be recorded");
        }
    }

    /// Records how the request was answered, while there is time to answer it.
    async fn record(&self, run: &Run, envelope: &Envelope, ending: &Ending) -> Result<(), Failure> {
        let (success, reason, data) = match &ending.outcome {
            Outcome::Success { data, remark } => (true, remark.clone(), Some(data)),
            Outcome::Failed { reason } => (false, Some(reason.clone()), None),
        };
        // The ledger holds no property value, and AWS and we quote some.
        let reason = reason.map(|reason| envelope.masked(reason));
        let data = data.filter(|_| !envelope.no_echo());
        let data = data.map(|data| data.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect());
        let answer =
            RecordedAnswer { success, physical_id: ending.physical_id.clone(), reason, data, never_taken: false };
        let recording: Work<'_, _> = Box::pin(run.finish(&answer));
        Ok(recording.await.map_err(ReconcileError::from)?)
    }

    /// Undoes what the run did, until `until`; whether nothing was left.
    async fn undo(&self, declared: &DeclaredState, run: &Run, log: &UndoLog, until: Instant) -> bool {
        let names = declared.all_names();
        let undoing = Undoing { run, owner: &declared.owner, names: &names };
        let undoing: Work<'_, _> = Box::pin(self.reconciler.undo(undoing, log));
        let undoing = AssertUnwindSafe(undoing).catch_unwind();
        let undone = matches!(tokio::time::timeout_at(until, undoing).await, Ok(Ok(true)));
        run.settle(Instant::now()).await;
        undone
    }

    /// What is declared, with what it leaves out read from its endpoint.
    async fn spec<'d>(&self, declared: &'d DeclaredState) -> Result<Cow<'d, Spec>, Failure> {
        let spec = match &declared.validation {
            ValidatedDeclaration::Valid(spec) => Cow::Borrowed(&**spec),
            ValidatedDeclaration::Refused(problems) => return Err(Failure::Declaration(problems.clone())),
            ValidatedDeclaration::NeedsEndpoint { endpoint, supply } => {
                let observed = self.reconciler.observe(endpoint, supply).await?;
                match declared.validate_on(&observed) {
                    ValidatedDeclaration::Valid(spec) => Cow::Owned(*spec),
                    ValidatedDeclaration::Refused(problems) => return Err(Failure::Declaration(problems)),
                    ValidatedDeclaration::NeedsEndpoint { endpoint, supply } => {
                        return Err(ReconcileError::EndpointMissing { name: endpoint.to_string(), supply }.into());
                    }
                }
            }
        };
        // They quote what is declared.
        if !declared.no_echo {
            for warning in spec.warnings(None, &ListPrices::default()) {
                tracing::warn!(%warning, "the declaration is valid and looks wrong");
            }
        }
        Ok(spec)
    }

    async fn carry_out(
        &self,
        envelope: &Envelope,
        declared: &DeclaredState,
        run: &Run,
        undo: &UndoLog,
    ) -> Result<Ending, Failure> {
        let spec = self.spec(declared).await?;
        if declared.corrects_drift() && !self.keeps_monitoring {
            tracing::warn!("Dashboard.CorrectDrift does nothing: the provider stack's KeepMonitoring is false");
        }
        let monitoring_part = self.keeps_monitoring.then(|| monitoring_part(envelope, &spec)).flatten();
        let identity = Identity::of(&spec, &declared.owner).map_err(ReconcileError::from)?;
        let (config_before, abandoned) = (declared.config_before(), declared.abandoned(&identity.physical_id));
        let apply = Apply {
            spec: &spec,
            identity: &identity,
            owner: &declared.owner,
            names: &declared.names_in_use(),
            earlier: declared.before.as_ref(),
            earlier_config: config_before.as_ref(),
            abandoned: abandoned.as_ref(),
            run,
            undo,
            monitoring_part: monitoring_part.as_ref(),
        };
        let work: Work<'_, _> = Box::pin(self.reconciler.apply(&apply));
        let applied = work.await;
        self.drill();
        Ok(Ending { physical_id: identity.physical_id, outcome: Outcome::Success { data: applied?, remark: None } })
    }

    /// The attributes of a resource that stands as declared.
    pub(super) async fn attributes(&self, declared: &DeclaredState) -> Result<Data, Failure> {
        let spec = self.spec(declared).await?;
        let identity = Identity::of(&spec, &declared.owner).map_err(ReconcileError::from)?;
        let names = declared.names_in_use();
        let work: Work<'_, _> = Box::pin(self.reconciler.attributes(&spec, &identity, &declared.owner, &names));
        Ok(work.await?)
    }

    /// Removes what was made under the id. Returns what was left on purpose, in words, where anything was.
    async fn cleanup(&self, envelope: &Envelope, removal: &Removal, run: &Run) -> Result<Option<String>, Failure> {
        let is_unused = |id: &&String| envelope.is_marker(id) && run.record().inventory.is_empty();
        let Some(physical_id) = removal.physical_id.as_ref().filter(|id| !is_unused(id)) else {
            tracing::info!("nothing was made under this id");
            return Ok(None);
        };
        let cleanup = Cleanup {
            owner: &removal.owner,
            physical_id,
            looks_made_up: removal.looks_made_up,
            endpoint_configs: &removal.endpoint_configs,
            endpoint: removal.endpoint.as_ref(),
            owns_endpoint: removal.owns_endpoint,
            names: &removal.names,
            run,
        };
        let work: Work<'_, _> = Box::pin(self.reconciler.cleanup(&cleanup));
        Ok(work.await?)
    }

    #[allow(clippy::panic, reason = "the drill is a panic, switched on by tests alone")]
    fn drill(&self) {
        assert!(!self.panic_drill, "panic drill");
    }
}

/// Waits for calls under way, for half of the time that is left `until` undoing ends: the other half is there to undo what
/// is known.
async fn settle(run: &Run, until: Instant) {
    run.extend(until);
    let now = Instant::now();
    run.settle(now + until.saturating_duration_since(now) / 2).await;
}

/// The id to answer a failure with: the one that was given. Of a Create, the marker, unless something of it is left that a
/// Delete has to find.
fn id_after_failure(envelope: &Envelope, declared: &DeclaredState, run: &Run) -> String {
    if declared.request_type != RequestType::Create {
        return envelope.id_when_nothing_is_made();
    }
    let record = run.record();
    let left =
        record.inventory.iter().filter(|item| !item.adopted && (!record.is_relied_on(item) || item.request.is_empty()));
    let ids: Vec<&str> = left.map(|item| item.physical_id.as_str()).collect();
    let planned = declared.planned_id();
    let planned = planned.as_deref().filter(|id| ids.contains(id));
    planned.or(ids.first().copied()).map_or_else(|| envelope.marker_id(), str::to_owned)
}

/// Runs `work` until `until`, turning a panic into a failure.
pub(super) async fn in_time<T>(work: Work<'_, Result<T, Failure>>, until: Instant) -> Result<T, Failure> {
    match AssertUnwindSafe(tokio::time::timeout_at(until, work)).catch_unwind().await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(ReconcileError::OutOfTime.into()),
        Err(_) => Err(Failure::Panic),
    }
}
