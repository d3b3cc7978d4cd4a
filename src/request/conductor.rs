//! The whole way of a request: event in, exactly one answer out, or one hand-over to the next run.
//!
//! Whatever happens on the way (bad properties, a refusal by AWS, a panic, too little time, a newer request) ends in an answer,
//! after what this request did has been undone. Only an endpoint that is still changing when the run's time is up, or another
//! run that is still at work, is left to the next run.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use futures_util::FutureExt;
use serde::Serialize;
use serde_json::value::RawValue;
use thiserror::Error;
use tokio::time::Instant;

use super::continuation::{Continuation, MAX_HOPS};
use super::failure::Failure;
use super::ledger::{Arrival, Begun, Ledger, RecordedAnswer, Run, RunFacts, millis};
use super::subject::{self, Judgement};
use crate::aws::{Handover, HandoverError};
use crate::callback::{Body, Data, Delivery, DeliveryError, ExtraHosts, Outcome};
use crate::deadline::Deadline;
use crate::envelope::{Callback, Envelope, RequestType, ResourceType};
use crate::plan::Identity;
use crate::properties::Declaration;
use crate::reconcile::{Apply, Cleanup, ReconcileError, Reconciler, UndoLog, attribute, reason};
use crate::spec::{EndpointConfigName, NamesInUse, Spec};

/// Answers custom resource requests. Made once per process.
#[derive(Debug)]
pub struct Provider {
    reconciler: Reconciler,
    ledger: Arc<Ledger>,
    handover: Option<Handover>,
    delivery: Delivery,
    extra_hosts: ExtraHosts,
    panic_drill: bool,
}

/// What Lambda says about one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// When the run is killed.
    pub ends: SystemTime,
    /// The function that runs, with its version or alias, where there is one.
    pub function_arn: Option<String>,
}

impl From<SystemTime> for Invocation {
    fn from(ends: SystemTime) -> Self {
        Self { ends, function_arn: None }
    }
}

/// How a run ended. As JSON it is what a local invocation shows.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
#[serde(untagged)]
pub enum Reply {
    /// With an answer.
    Answered(Body),
    /// With a next run, which will answer.
    HandedOver {
        /// What is waited for.
        #[serde(rename = "HandedOver")]
        waiting_for: String,
    },
}

/// An answer that did not arrive, and may arrive when the same event is delivered again.
#[derive(Debug, Error)]
#[error("the answer did not arrive: {answer}")]
pub struct Undelivered {
    /// The answer, as a log may show it.
    pub answer: String,
    /// What was in the way.
    #[source]
    pub error: DeliveryError,
}

/// How a request went: the id to answer with, and what to say.
struct Ending {
    physical_id: String,
    outcome: Outcome,
}

/// One event, and what Lambda says about this run of it.
struct Invoked<'r> {
    envelope: &'r Envelope,
    deadline: Deadline,
    event: &'r RawValue,
    function_arn: Option<&'r str>,
    ends: SystemTime,
    continuation: Continuation,
}

/// A declaration that can be carried out, with the one before it.
struct Declared {
    declaration: Box<Declaration>,
    spec: Box<Spec>,
    identity: Identity,
    before: Option<Declaration>,
    earlier_config: Option<EndpointConfigName>,
}

/// The request has been left to the next run.
struct HandedOver {
    waiting_for: String,
}

/// Boxed, as it holds everything that the SDK's operations keep while they wait.
type Work<'w, T> = Pin<Box<dyn Future<Output = T> + 'w>>;

impl Provider {
    /// A provider that accepts `extra_hosts` beside Amazon S3's as places for the answer.
    #[must_use]
    pub fn new(reconciler: Reconciler, ledger: Ledger, delivery: Delivery, extra_hosts: ExtraHosts) -> Self {
        let ledger = Arc::new(ledger);
        Self { reconciler, ledger, handover: None, delivery, extra_hosts, panic_drill: false }
    }

    /// Leaves what takes longer than a run to a next one.
    #[must_use]
    pub fn with_handover(mut self, handover: Handover) -> Self {
        self.handover = Some(handover);
        self
    }

    /// Makes every Create and Update panic after its last write, for the test that a packaged provider answers all the same.
    #[must_use]
    pub fn with_panic_drill(mut self, on: bool) -> Self {
        self.panic_drill = on;
        self
    }

    /// Carries a request out, and answers it or hands it over before the run ends. Gives the answer back too, so that a
    /// local invocation shows it where there is nobody to send it to.
    ///
    /// # Errors
    /// Where passing troubles kept the answer from arriving: Lambda then delivers the event again.
    pub async fn handle(&self, event: &RawValue, invocation: impl Into<Invocation>) -> Result<Reply, Undelivered> {
        let Invocation { ends, function_arn } = invocation.into();
        let envelope = Envelope::salvage(event, &self.extra_hosts);
        let continuation = Continuation::of(event);
        let began = envelope.began(SystemTime::now(), continuation.started_at());
        let deadline = Deadline::divide(ends, began, envelope.properties.service_timeout());
        tracing::info!(
            request_type = envelope.request_type.map(tracing::field::display),
            resource_type = envelope.resource_type,
            stack_id = envelope.stack_id,
            logical_resource_id = envelope.logical_resource_id,
            request_id = envelope.request_id,
            physical_resource_id = envelope.physical_resource_id,
            hop = continuation.hop,
            "request"
        );
        let invoked = Invoked {
            envelope: &envelope,
            deadline,
            event,
            function_arn: function_arn.as_deref(),
            ends: deadline.process_ends(ends),
            continuation,
        };
        let work: Work<'_, _> = Box::pin(self.respond(&invoked));
        let Ending { physical_id, outcome } = match work.await {
            Ok(ending) => ending,
            Err(HandedOver { waiting_for }) => return Ok(Reply::HandedOver { waiting_for }),
        };
        let body = envelope.answer(physical_id, outcome, envelope.no_echo()).body();
        tracing::info!(status = body.status(), reason = body.reason(), "answer");
        self.deliver(&envelope.callback, body, &deadline).await.map(Reply::Answered)
    }

    async fn deliver(&self, callback: &Callback, body: Body, deadline: &Deadline) -> Result<Body, Undelivered> {
        let refused = match callback {
            Callback::At(url) => match self.delivery.put(url, &body, deadline.answer).await {
                Ok(()) => return Ok(body),
                Err(error) if error.is_passing() => return Err(Undelivered { answer: body.to_log(), error }),
                Err(error) => error.to_string(),
            },
            Callback::Refused(error) => error.to_string(),
            Callback::Absent => "the event names no ResponseURL".to_owned(),
        };
        tracing::error!(why = refused, answer = body.to_log(), "the answer was not delivered");
        Ok(body)
    }

    /// What needs no run is answered at once; everything else goes through the ledger.
    async fn respond(&self, invoked: &Invoked<'_>) -> Result<Ending, HandedOver> {
        let envelope = invoked.envelope;
        let given_id = envelope.id_when_nothing_is_made();
        let failed = |reason: String| {
            Ok(Ending { physical_id: given_id.clone(), outcome: Outcome::Failed { reason: envelope.shown(reason) } })
        };
        let (Some(request_type), known_type) = (envelope.request_type, envelope.known_type()) else {
            return failed(
                "this is no request of CloudFormation: RequestType is not Create, Update or Delete".to_owned(),
            );
        };
        let Some(resource_type) = known_type else {
            // Nothing was ever made for it, and a Delete has to succeed for a stack to go away.
            return if request_type == RequestType::Delete {
                let outcome = Outcome::Success { data: Data::new(), remark: None };
                Ok(Ending { physical_id: given_id, outcome })
            } else {
                failed(format!(
                    "{:?} is not a resource type of this provider; use {}",
                    envelope.resource_type,
                    ResourceType::ALL.map(|(name, _)| name).join(", ")
                ))
            };
        };
        if let Some(problem) = envelope.identity_problem() {
            return failed(problem);
        }
        let facts = RunFacts {
            resource: format!("{}|{}", envelope.stack_id, envelope.logical_resource_id),
            arrival: Arrival {
                id: envelope.request_id.clone(),
                request_type,
                issued: envelope.issued_at().map(millis),
                physical_id: envelope.physical_resource_id.clone(),
            },
            ends: invoked.ends,
            wait_until: invoked.deadline.work,
            hides_names: envelope.no_echo(),
        };
        if let Some(record) = invoked.continuation.record.clone() {
            self.ledger.receive(&facts.resource, record).await;
        }
        let resource = facts.resource.clone();
        let begun: Work<'_, _> = Box::pin(self.ledger.begin(facts));
        match tokio::time::timeout_at(invoked.deadline.work_ends(), begun).await {
            Ok(Ok(Begun::Leased(run))) => self.work(invoked, resource_type, request_type, &run).await,
            Ok(Ok(Begun::Answered(answer))) => Ok(self.repeat(invoked, resource_type, answer).await),
            Ok(Ok(Begun::Superseded)) => failed(reason(&ReconcileError::Superseded)),
            Ok(Ok(Begun::Busy)) => {
                let failure = self.hand_over(invoked, &resource, None, Failure::Busy).await?;
                failed(reason(&failure))
            }
            Ok(Err(error)) => failed(reason(&error)),
            Err(_) => failed(reason(&ReconcileError::OutOfTime)),
        }
    }

    /// Carries the request out under the ledger's lease, and records the answer before it is given.
    async fn work(
        &self,
        invoked: &Invoked<'_>,
        resource_type: ResourceType,
        request_type: RequestType,
        run: &Run,
    ) -> Result<Ending, HandedOver> {
        let envelope = invoked.envelope;
        let log = UndoLog::default();
        let deadline = &invoked.deadline;
        let is_removal = request_type == RequestType::Delete;
        // A removal needs no undoing, so that time belongs to the work too.
        let until = if is_removal { deadline.undo } else { deadline.work_ends() };
        let work: Work<'_, _> = Box::pin(async {
            if is_removal {
                let remark = self.cleanup(envelope, resource_type, run).await?;
                let physical_id = envelope.id_when_nothing_is_made();
                return Ok(Ending { physical_id, outcome: Outcome::Success { data: Data::new(), remark } });
            }
            let (physical_id, data) = self.apply(envelope, resource_type, run, &log).await?;
            Ok(Ending { physical_id, outcome: Outcome::Success { data, remark: None } })
        });
        let failure = match in_time(work, until).await {
            Ok(ending) => match self.record(run, envelope, &ending).await {
                Ok(()) => return Ok(ending),
                // Of a removal there is nothing to undo, and nothing that a later request would miss.
                Err(_) if is_removal => return Ok(ending),
                Err(failure) => failure,
            },
            Err(failure) => failure,
        };
        let failure = self.unless_handed_over(invoked, run, failure).await?;
        let mut reason = reason(&failure);
        let superseded = matches!(failure, Failure::Reconcile(ReconcileError::Superseded));
        run.extend(deadline.undo);
        // Half of the time that is left, so that the other half is there to undo what is known.
        let now = Instant::now();
        run.settle(now + deadline.undo.saturating_duration_since(now) / 2).await;
        if !is_removal && !superseded && !self.undo(invoked, resource_type, run, &log).await {
            reason.push_str(". Something that had been made could not be undone; the function's log says what");
        }
        let physical_id = self.id_after_failure(envelope, resource_type, run);
        let outcome = Outcome::Failed { reason: envelope.shown(reason) };
        let ending = Ending { physical_id, outcome };
        if let Err(unrecorded) = self.record(run, envelope, &ending).await {
            tracing::error!(error = %crate::reconcile::reason(&unrecorded), "the answer could not be recorded");
        }
        Ok(ending)
    }

    /// The id to answer a failure with: the one that was given. Of a Create, the marker, unless something of it is left that a
    /// Delete has to find.
    fn id_after_failure(&self, envelope: &Envelope, resource_type: ResourceType, run: &Run) -> String {
        if envelope.request_type != Some(RequestType::Create) {
            return envelope.id_when_nothing_is_made();
        }
        let record = run.record();
        let left = record
            .inventory
            .iter()
            .filter(|item| !item.adopted && (!record.is_relied_on(item) || item.request.is_empty()));
        let ids: Vec<&str> = left.map(|item| item.physical_id.as_str()).collect();
        let planned = subject::planned_id(envelope, resource_type);
        let planned = planned.as_deref().filter(|id| ids.contains(id));
        planned.or(ids.first().copied()).map_or_else(|| envelope.marker_id(), str::to_owned)
    }

    /// Records how the request was answered, while there is time to answer it.
    async fn record(&self, run: &Run, envelope: &Envelope, ending: &Ending) -> Result<(), Failure> {
        let (success, reason, data) = match &ending.outcome {
            Outcome::Success { data, remark } => (true, remark.clone(), Some(data)),
            Outcome::Failed { reason } => (false, Some(reason.clone()), None),
        };
        let data = data.filter(|_| !envelope.no_echo());
        let data = data.map(|data| data.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect());
        let answer = RecordedAnswer { success, physical_id: ending.physical_id.clone(), reason, data, ignored: false };
        let recording: Work<'_, _> = Box::pin(run.finish(&answer));
        Ok(recording.await.map_err(ReconcileError::from)?)
    }

    /// Answers a request once more.
    async fn repeat(&self, invoked: &Invoked<'_>, resource_type: ResourceType, answer: RecordedAnswer) -> Ending {
        let envelope = invoked.envelope;
        let RecordedAnswer { success, physical_id, reason, data, .. } = answer;
        let outcome = if success {
            let known = data.into_iter().flatten();
            let mut data: Data = known.filter_map(|(name, value)| Some((attribute(&name)?, value))).collect();
            if data.is_empty() && envelope.no_echo() && envelope.request_type != Some(RequestType::Delete) {
                let looked_up: Work<'_, _> = Box::pin(self.attributes(envelope, resource_type));
                data = in_time(looked_up, invoked.deadline.work_ends()).await.unwrap_or_default();
            }
            Outcome::Success { data, remark: reason }
        } else {
            Outcome::Failed { reason: reason.unwrap_or_default() }
        };
        Ending { physical_id, outcome }
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

    /// Leaves a request that is still waiting to the next run. Any other failure comes back, and so does one that can't
    /// be left.
    async fn unless_handed_over(
        &self,
        invoked: &Invoked<'_>,
        run: &Run,
        failure: Failure,
    ) -> Result<Failure, HandedOver> {
        let waiting = match (failure, run.changing()) {
            (Failure::Reconcile(waiting @ ReconcileError::StillWaiting { .. }), _) => waiting,
            // The time ran out during a look, or right before one.
            (Failure::Reconcile(ReconcileError::OutOfTime), Some((name, status))) => {
                ReconcileError::StillWaiting { name, status }
            }
            (other, _) => return Ok(other),
        };
        run.settle(invoked.deadline.undo).await;
        self.hand_over(invoked, &run.resource().to_owned(), Some(run), waiting.into()).await
    }

    /// Invokes the next run, and gives the lease back to it.
    async fn hand_over(
        &self,
        invoked: &Invoked<'_>,
        resource: &str,
        run: Option<&Run>,
        waiting: Failure,
    ) -> Result<Failure, HandedOver> {
        let continuation = &invoked.continuation;
        let waited = SystemTime::now().duration_since(continuation.started_at()).unwrap_or_default();
        let waiting_for = waiting.to_string();
        let waiting = match waiting {
            Failure::Reconcile(waiting) => waiting,
            other if invoked.deadline.is_last || continuation.hop >= MAX_HOPS => return Ok(other),
            _ => ReconcileError::OutOfTime,
        };
        if invoked.deadline.is_last {
            return Ok(Failure::GaveUp { minutes: waited.as_secs().div_ceil(60), waiting });
        }
        if continuation.hop >= MAX_HOPS {
            return Ok(Failure::TooManyHops(waiting));
        }
        let (Some(handover), Some(function)) = (&self.handover, invoked.function_arn) else {
            return Ok(Failure::NoHandover { waiting, error: HandoverError::NoFunction });
        };
        if let Some(run) = run
            && let Err(stop) = run.intend(&[]).await
            && matches!(ReconcileError::from(stop), ReconcileError::Superseded)
        {
            return Ok(ReconcileError::Superseded.into());
        }
        let continuation =
            Continuation { record: self.ledger.to_carry(resource).await, ..continuation.clone() }.without_lease();
        match handover.invoke(function, invoked.event, &continuation).await {
            Ok(()) => {
                if let Some(run) = run
                    && let Err(stop) = run.release().await
                {
                    // The next run waits until Lambda has ended this one.
                    tracing::warn!(%stop, "the lease could not be given back");
                }
                tracing::info!(
                    waiting_for,
                    waited_s = waited.as_secs(),
                    hop = continuation.hop,
                    "handed over to the next run"
                );
                Err(HandedOver { waiting_for })
            }
            Err(error) => Ok(Failure::NoHandover { waiting, error }),
        }
    }

    /// Reads and validates what is declared, asking an endpoint for what is left out.
    async fn declared(&self, envelope: &Envelope, resource_type: ResourceType) -> Result<Declared, Failure> {
        let (declaration, spec) = match subject::judge(envelope, resource_type, None) {
            Judgement::Valid { declaration, spec } => (declaration, spec),
            Judgement::Refused(problems) => return Err(Failure::Declaration(problems)),
            Judgement::NeedsEndpoint { endpoint, supply } => {
                let observed = self.reconciler.observe(&endpoint, supply).await?;
                match subject::judge(envelope, resource_type, Some(&observed)) {
                    Judgement::Valid { declaration, spec } => (declaration, spec),
                    Judgement::Refused(problems) => return Err(Failure::Declaration(problems)),
                    Judgement::NeedsEndpoint { endpoint, supply } => {
                        return Err(ReconcileError::EndpointMissing { name: endpoint.to_string(), supply }.into());
                    }
                }
            }
        };
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
    async fn attributes(&self, envelope: &Envelope, resource_type: ResourceType) -> Result<Data, Failure> {
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

/// Runs `work` until `until`, turning a panic into a failure.
async fn in_time<T>(work: Work<'_, Result<T, Failure>>, until: Instant) -> Result<T, Failure> {
    match AssertUnwindSafe(tokio::time::timeout_at(until, work)).catch_unwind().await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(ReconcileError::OutOfTime.into()),
        Err(_) => Err(Failure::Panic),
    }
}
