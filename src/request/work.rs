//! The work on a request under the ledger's lease: carried out, or undone, and recorded before it is answered.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use tokio::time::Instant;

use super::conductor::{Ending, HandedOver, Invoked, Provider, Work};
use super::failure::Failure;
use super::subject::{self, Validation};
use crate::callback::{Data, Outcome};
use crate::envelope::{Envelope, RequestType, ResourceType};
use crate::ledger::{RecordedAnswer, Run};
use crate::plan::Identity;
use crate::pricing::ListPrices;
use crate::properties::Declaration;
use crate::reconcile::{Apply, Cleanup, ReconcileError, UndoLog, reason};
use crate::spec::{EndpointConfigName, NamesInUse, Spec};

/// A declaration that can be carried out, with the one before it.
struct Declared {
    declaration: Box<Declaration>,
    spec: Box<Spec>,
    identity: Identity,
    before: Option<Declaration>,
    earlier_config: Option<EndpointConfigName>,
}

impl Provider {
    /// Carries the request out under the ledger's lease, and records the answer before it is given.
    pub(super) async fn work(
        &self,
        invoked: &Invoked<'_>,
        resource_type: ResourceType,
        request_type: RequestType,
        run: &Run,
    ) -> Result<Ending, HandedOver> {
        let log = UndoLog::default();
        let is_removal = request_type == RequestType::Delete;
        let work: Work<'_, _> = Box::pin(self.carry_out(invoked.envelope, resource_type, is_removal, run, &log));
        // A removal needs no undoing, so that time belongs to the work too.
        let until = if is_removal { invoked.deadline.undo } else { invoked.deadline.work_ends() };
        let failure = match in_time(work, until).await {
            Ok(ending) => match self.record(run, invoked.envelope, &ending).await {
                Ok(()) => return Ok(ending),
                // Of a removal there is nothing to undo, and nothing that a later request would miss.
                Err(_) if is_removal => return Ok(ending),
                Err(failure) => failure,
            },
            Err(failure) => failure,
        };
        let failure = self.unless_handed_over(invoked, run, failure).await?;
        Ok(self.fail(invoked, resource_type, run, &log, &failure).await)
    }

    async fn carry_out(
        &self,
        envelope: &Envelope,
        resource_type: ResourceType,
        is_removal: bool,
        run: &Run,
        log: &UndoLog,
    ) -> Result<Ending, Failure> {
        if is_removal {
            let remark = self.cleanup(envelope, resource_type, run).await?;
            let physical_id = envelope.id_when_nothing_is_made();
            return Ok(Ending { physical_id, outcome: Outcome::Success { data: Data::new(), remark } });
        }
        let (physical_id, data) = self.apply(envelope, resource_type, run, log).await?;
        Ok(Ending { physical_id, outcome: Outcome::Success { data, remark: None } })
    }

    /// Ends a request that failed: what it did is undone, unless a newer request rules by now, and the answer recorded.
    async fn fail(
        &self,
        invoked: &Invoked<'_>,
        resource_type: ResourceType,
        run: &Run,
        log: &UndoLog,
        failure: &Failure,
    ) -> Ending {
        let (envelope, until) = (invoked.envelope, invoked.deadline.undo);
        let mut reason = reason(failure);
        run.extend(until);
        // Half of the time that is left, so that the other half is there to undo what is known.
        let now = Instant::now();
        run.settle(now + until.saturating_duration_since(now) / 2).await;
        let is_superseded = matches!(failure, Failure::Reconcile(ReconcileError::Superseded));
        let undoes = envelope.request_type != Some(RequestType::Delete) && !is_superseded;
        if undoes && !self.undo(invoked, resource_type, run, log).await {
            reason.push_str(". Something that had been made could not be undone; the function's log says what");
        }
        let physical_id = id_after_failure(envelope, resource_type, run);
        let ending = Ending { physical_id, outcome: Outcome::Failed { reason: envelope.shown(reason) } };
        if let Err(unrecorded) = self.record(run, envelope, &ending).await {
            tracing::error!(error = %crate::reconcile::reason(&unrecorded), "the answer could not be recorded");
        }
        ending
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

    async fn undo(&self, invoked: &Invoked<'_>, resource_type: ResourceType, run: &Run, log: &UndoLog) -> bool {
        let owner = subject::owner(invoked.envelope);
        let names = subject::names(invoked.envelope, resource_type);
        let undoing: Work<'_, _> = Box::pin(self.reconciler.undo(run, &owner, log, &names));
        let undoing = AssertUnwindSafe(undoing).catch_unwind();
        let undone = matches!(tokio::time::timeout_at(invoked.deadline.undo, undoing).await, Ok(Ok(true)));
        run.settle(Instant::now()).await;
        undone
    }

    /// Reads and validates what is declared, asking an endpoint for what is left out.
    async fn declared(&self, envelope: &Envelope, resource_type: ResourceType) -> Result<Declared, Failure> {
        let (declaration, spec) = match subject::validate(envelope, resource_type, None) {
            Validation::Valid { declaration, spec } => (declaration, spec),
            Validation::Refused(problems) => return Err(Failure::Declaration(problems)),
            Validation::NeedsEndpoint { endpoint, supply } => {
                let observed = self.reconciler.observe(&endpoint, supply).await?;
                match subject::validate(envelope, resource_type, Some(&observed)) {
                    Validation::Valid { declaration, spec } => (declaration, spec),
                    Validation::Refused(problems) => return Err(Failure::Declaration(problems)),
                    Validation::NeedsEndpoint { endpoint, supply } => {
                        return Err(ReconcileError::EndpointMissing { name: endpoint.to_string(), supply }.into());
                    }
                }
            }
        };
        // They quote what is declared.
        if !envelope.no_echo() {
            for warning in spec.warnings(None, &ListPrices::default()) {
                tracing::warn!(%warning, "the declaration is valid and looks wrong");
            }
        }
        let owner = subject::owner(envelope);
        let identity = Identity::of(&spec, &owner).map_err(ReconcileError::from)?;
        let before = subject::earlier_declaration(envelope, resource_type);
        let earlier_config = before.as_ref().and_then(|before| subject::config_name(resource_type, before, &owner));
        Ok(Declared { declaration, spec, identity, before, earlier_config })
    }

    async fn apply(
        &self,
        envelope: &Envelope,
        resource_type: ResourceType,
        run: &Run,
        undo: &UndoLog,
    ) -> Result<(String, Data), Failure> {
        let declared = self.declared(envelope, resource_type).await?;
        let owner = subject::owner(envelope);
        let physical_id = declared.identity.physical_id.clone();
        let before = declared.before.as_ref();
        let abandoned = before.and_then(|before| subject::abandoned(envelope, resource_type, &physical_id, before));
        let names = declared.names();
        let apply = Apply {
            spec: &declared.spec,
            identity: &declared.identity,
            owner: &owner,
            names: &names,
            earlier: before,
            earlier_config: declared.earlier_config.as_ref(),
            abandoned_id: abandoned.as_ref().map(|abandoned| abandoned.physical_id.as_str()),
            abandoned_endpoint: abandoned.as_ref().and_then(|abandoned| abandoned.endpoint.as_ref()),
            run,
            undo,
        };
        let work: Work<'_, _> = Box::pin(self.reconciler.apply(&apply));
        let applied = work.await;
        self.drill();
        Ok((physical_id, applied?))
    }

    /// The attributes of a resource that stands as declared.
    pub(super) async fn attributes(&self, envelope: &Envelope, resource_type: ResourceType) -> Result<Data, Failure> {
        let declared = self.declared(envelope, resource_type).await?;
        let (owner, names) = (subject::owner(envelope), declared.names());
        let work: Work<'_, _> =
            Box::pin(self.reconciler.attributes(&declared.spec, &declared.identity, &owner, &names));
        Ok(work.await?)
    }

    async fn cleanup(
        &self,
        envelope: &Envelope,
        resource_type: ResourceType,
        run: &Run,
    ) -> Result<Option<String>, Failure> {
        let removal = subject::removal(envelope, resource_type);
        let removal =
            removal.filter(|removal| !(envelope.is_marker(&removal.physical_id) && run.record().inventory.is_empty()));
        let Some(removal) = removal else {
            tracing::info!("nothing was made under this id");
            return Ok(None);
        };
        let cleanup = Cleanup {
            owner: &subject::owner(envelope),
            physical_id: &removal.physical_id,
            looks_made_up: removal.looks_made_up,
            endpoint_configs: &removal.endpoint_configs,
            endpoint: removal.endpoint.as_ref(),
            owns_endpoint: resource_type == ResourceType::MonitoredEndpoint,
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

impl Declared {
    fn names(&self) -> NamesInUse {
        self.before.as_ref().map(NamesInUse::of).unwrap_or_default().and(NamesInUse::of(&self.declaration))
    }
}

/// The id to answer a failure with: the one that was given. Of a Create, the marker, unless something of it is left that a
/// Delete has to find.
fn id_after_failure(envelope: &Envelope, resource_type: ResourceType, run: &Run) -> String {
    if envelope.request_type != Some(RequestType::Create) {
        return envelope.id_when_nothing_is_made();
    }
    let record = run.record();
    let left =
        record.inventory.iter().filter(|item| !item.adopted && (!record.is_relied_on(item) || item.request.is_empty()));
    let ids: Vec<&str> = left.map(|item| item.physical_id.as_str()).collect();
    let planned = subject::planned_id(envelope, resource_type);
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
