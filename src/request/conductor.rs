//! The whole way of a request: event in, exactly one answer out, or one hand-over to the next run.
//!
//! Whatever happens on the way (bad properties, a refusal by AWS, a panic, too little time, a newer request) ends in an answer,
//! after what this request did has been undone. Only an endpoint that is still changing when the run's time is up, or another
//! run that is still at work, is left to the next run.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use serde::Serialize;
use serde_json::value::RawValue;
use thiserror::Error;

use super::command::Command;
use super::continuation::Continuation;
use super::declared::{DeclaredState, owner};
use super::failure::Failure;
use super::outcome::{Ending, HandedOver, RunEnd, Waiting};
use super::removal::looks_made_up;
use super::upkeep::UpkeepSummary;
use super::wake::Woken;
use super::work::in_time;
use crate::aws::Handover;
use crate::callback::{Body, Data, Delivery, DeliveryError, ExtraHosts, Outcome};
use crate::deadline::Deadline;
use crate::envelope::{Callback, Envelope, RequestType};
use crate::ledger::{Arrival, Begun, Ledger, RecordedAnswer, Run, RunFacts, millis};
use crate::reconcile::{ReconcileError, Reconciler, reason};

/// Answers custom resource requests. Made once per process.
#[derive(Debug)]
pub struct Provider {
    pub(super) reconciler: Reconciler,
    pub(super) ledger: Arc<Ledger>,
    pub(super) handover: Option<Handover>,
    pub(super) delivery: Delivery,
    pub(super) extra_hosts: ExtraHosts,
    pub(super) panic_drill: bool,
    pub(super) keeps_monitoring: bool,
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
    /// Without an answer: it was no request.
    KeptRight {
        /// How much was put right.
        #[serde(rename = "KeptRight")]
        summary: UpkeepSummary,
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

/// One event, and what Lambda says about this run of it.
pub(super) struct Invoked<'r> {
    pub(super) envelope: &'r Envelope,
    pub(super) deadline: Deadline,
    pub(super) event: &'r RawValue,
    pub(super) function_arn: Option<&'r str>,
    pub(super) ends: SystemTime,
    pub(super) continuation: Continuation,
}

/// Whether a run has the lease of its resource.
enum Start {
    /// It has, and works.
    Leased(Box<Run>),
    /// The request has been answered before.
    Answered(RecordedAnswer),
    /// It hasn't, and ends.
    Ended(RunEnd),
}

/// Boxed, as it holds everything that the SDK's operations keep while they wait.
pub(super) type Work<'w, T> = Pin<Box<dyn Future<Output = T> + 'w>>;

impl Provider {
    /// A provider that sends answers to Amazon S3 and to `extra_hosts`.
    #[must_use]
    pub fn new(reconciler: Reconciler, ledger: Ledger, delivery: Delivery, extra_hosts: ExtraHosts) -> Self {
        let ledger = Arc::new(ledger);
        Self { reconciler, ledger, handover: None, delivery, extra_hosts, panic_drill: false, keeps_monitoring: false }
    }

    /// Leaves what takes longer than a run to a next one.
    #[must_use]
    pub fn with_handover(mut self, handover: Handover) -> Self {
        self.handover = Some(handover);
        self
    }

    /// Keeps monitoring right between requests, whenever an event of `EventBridge` wakes the provider.
    #[must_use]
    pub fn with_upkeep(mut self, on: bool) -> Self {
        self.keeps_monitoring = on;
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
        let invocation = invocation.into();
        if let Some(woken) = self.keeps_monitoring.then(|| Woken::read(event)).flatten() {
            return Ok(self.woken(&woken, event, &invocation).await);
        }
        let Invocation { ends, function_arn } = invocation;
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
            ends: Deadline::process_ends(ends),
            continuation,
        };
        let work: Work<'_, _> = Box::pin(self.respond(&invoked));
        let Ending { physical_id, outcome } = match work.await {
            RunEnd::Answered(ending) => ending,
            RunEnd::HandedOver(HandedOver { waiting_for }) => return Ok(Reply::HandedOver { waiting_for }),
        };
        let body = envelope.answer(physical_id, outcome, envelope.no_echo()).body();
        tracing::info!(status = body.status(), reason = body.reason(), "answer");
        self.deliver(&envelope.callback, body, &deadline).await.map(Reply::Answered)
    }

    /// Keeps monitoring right. Nobody waits for an answer.
    async fn woken(&self, woken: &Woken, event: &RawValue, invocation: &Invocation) -> Reply {
        let ends = Deadline::process_ends(invocation.ends);
        let work: Work<'_, _> = Box::pin(self.keep_right(woken, event, invocation, ends));
        Reply::KeptRight { summary: work.await }
    }

    async fn deliver(&self, callback: &Callback, body: Body, deadline: &Deadline) -> Result<Body, Undelivered> {
        let refused = match callback {
            Callback::At(url) => match self.delivery.put(url, &body, deadline.answer).await {
                Ok(()) => return Ok(body),
                Err(error) if error.is_passing() => return Err(Undelivered { answer: body.to_log(), error }),
                Err(error) => error.to_string(),
            },
            // As in this product's own events: whoever sends them reads the answer from the function's result.
            Callback::Refused(error) if error.is_local() => {
                tracing::info!(why = %error, "the answer is only returned");
                return Ok(body);
            }
            Callback::Refused(error) => error.to_string(),
            Callback::Absent => "the event names no ResponseURL".to_owned(),
        };
        tracing::error!(why = refused, answer = body.to_log(), "the answer was not delivered");
        Ok(body)
    }

    /// What no run can carry out is answered at once; everything else goes through the ledger.
    async fn respond(&self, invoked: &Invoked<'_>) -> RunEnd {
        match invoked.command() {
            Command::Apply(declared) => match self.start(invoked, declared.request_type).await {
                Start::Leased(run) => self.apply(invoked, &declared, &run).await,
                Start::Answered(answer) => RunEnd::Answered(self.repeat(invoked, &declared, answer).await),
                Start::Ended(end) => end,
            },
            Command::Remove(removal) => match self.start(invoked, RequestType::Delete).await {
                Start::Leased(run) => self.remove(invoked, &removal, &run).await,
                Start::Answered(answer) => RunEnd::Answered(Ending::recorded(answer)),
                Start::Ended(end) => end,
            },
            Command::Nothing => invoked.unstarted(Outcome::Success { data: Data::new(), remark: None }),
            Command::Refused(reason) => invoked.refused(reason),
        }
    }

    /// Takes the lease, as the ledger lets this run.
    async fn start(&self, invoked: &Invoked<'_>, request_type: RequestType) -> Start {
        let facts = invoked.facts(request_type);
        if let Some(record) = invoked.continuation.record.clone() {
            self.ledger.receive(&facts.resource, record).await;
        }
        let resource = facts.resource.clone();
        let begun: Work<'_, _> = Box::pin(self.ledger.begin(facts));
        let refused_for = match tokio::time::timeout_at(invoked.deadline.work_ends(), begun).await {
            Ok(Ok(Begun::Leased(run))) => return Start::Leased(run),
            Ok(Ok(Begun::Answered(answer))) => return Start::Answered(answer),
            Ok(Ok(Begun::Busy)) => match self.hand_over(invoked, &resource, None, Waiting::OtherRun).await {
                Ok(handed_over) => return Start::Ended(RunEnd::HandedOver(handed_over)),
                Err(failure) => reason(&failure),
            },
            Ok(Ok(Begun::Superseded)) => reason(&ReconcileError::Superseded),
            Ok(Err(error)) => reason(&error),
            Err(_) => reason(&ReconcileError::OutOfTime),
        };
        Start::Ended(invoked.refused(refused_for))
    }

    /// Answers a Create or an Update once more. What the ledger must not keep is described again.
    async fn repeat(&self, invoked: &Invoked<'_>, declared: &DeclaredState, answer: RecordedAnswer) -> Ending {
        let mut ending = Ending::recorded(answer);
        if let Outcome::Success { data, .. } = &mut ending.outcome
            && data.is_empty()
            && declared.no_echo
        {
            let described: Work<'_, _> = Box::pin(self.attributes(declared));
            *data = in_time(described, invoked.deadline.work_ends()).await.unwrap_or_default();
        }
        ending
    }
}

impl Invoked<'_> {
    /// What the event asks for. A declaration that makes the reader panic is answered like any other.
    fn command(&self) -> Command {
        let read = AssertUnwindSafe(|| Command::read(self.envelope));
        catch_unwind(read).unwrap_or_else(|_| Command::Refused(reason(&Failure::Panic)))
    }

    /// The answer of a run that never started.
    fn unstarted(&self, outcome: Outcome) -> RunEnd {
        RunEnd::Answered(Ending { physical_id: self.envelope.id_when_nothing_is_made(), outcome })
    }

    fn refused(&self, reason: String) -> RunEnd {
        self.unstarted(Outcome::Failed { reason: self.envelope.shown(reason) })
    }

    /// What the ledger has to know of this run.
    fn facts(&self, request_type: RequestType) -> RunFacts {
        let envelope = self.envelope;
        RunFacts {
            resource: owner(envelope).key(),
            arrival: Arrival {
                id: envelope.request_id.clone(),
                request_type,
                issued: envelope.issued_at().map(millis),
                physical_id: envelope.physical_resource_id.clone(),
                looks_made_up: looks_made_up(envelope),
            },
            rules_while: envelope.request_id.clone(),
            ends: self.ends,
            wait_until: self.deadline.work,
            hides_names: envelope.no_echo(),
        }
    }
}
