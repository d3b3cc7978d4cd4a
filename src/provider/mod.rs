//! The whole way of a request: event in, exactly one answer out, or one hand-over to the next run.
//!
//! Whatever happens on the way (bad properties, a refusal by AWS, a panic, too little time) ends in an answer, after
//! what this request made has been taken back. Only an endpoint that is still changing when the run's time is up is left
//! to the next run.

mod failure;

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::time::SystemTime;

use futures_util::FutureExt;
use serde::Serialize;
use serde_json::value::RawValue;
use thiserror::Error;
use tokio::time::Instant;

use crate::callback::{Body, Data, Delivery, DeliveryError, ExtraHosts, Outcome};
use crate::continuation::{Continuation, MAX_HOPS};
use crate::deadline::Deadline;
use crate::envelope::{Callback, Envelope, RequestType, ResourceType};
use crate::handover::{Handover, HandoverError};
use crate::plan::{Identity, Owner};
use crate::provision::{Apply, Cleanup, Journal, Progress, ProvisionError, Provisioner, reason};
use crate::request::{self, Judgement, Removal};
use crate::spec::NamesInUse;
use failure::Failure;

/// Answers custom resource requests. Made once per process.
#[derive(Debug)]
pub struct Provider {
    provisioner: Provisioner,
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

/// One run of one request.
struct Run<'r> {
    envelope: &'r Envelope,
    deadline: Deadline,
    event: &'r RawValue,
    function_arn: Option<&'r str>,
    progress: Progress,
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
    pub fn new(provisioner: Provisioner, delivery: Delivery, extra_hosts: ExtraHosts) -> Self {
        Self { provisioner, handover: None, delivery, extra_hosts, panic_drill: false }
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
        let deadline = Deadline::divide(ends, continuation.started_at(), envelope.properties.service_timeout());
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
        let run = Run {
            envelope: &envelope,
            deadline,
            event,
            function_arn: function_arn.as_deref(),
            progress: Progress::new(continuation, deadline.work),
        };
        let work: Work<'_, _> = Box::pin(self.carry_out(&run));
        let Ending { physical_id, outcome } = match work.await {
            Ok(ending) => ending,
            Err(HandedOver { waiting_for }) => return Ok(Reply::HandedOver { waiting_for }),
        };
        let outcome = match outcome {
            Outcome::Failed { reason } => Outcome::Failed { reason: envelope.shown(reason) },
            Outcome::Success { data, remark } => {
                Outcome::Success { data, remark: remark.map(|remark| envelope.shown(remark)) }
            }
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

    async fn carry_out(&self, run: &Run<'_>) -> Result<Ending, HandedOver> {
        let envelope = run.envelope;
        let given_id = envelope.id_when_nothing_is_made();
        let ending = |outcome| Ok(Ending { physical_id: given_id.clone(), outcome });
        let failed = |reason: String| ending(Outcome::Failed { reason });
        let (Some(request_type), known_type) = (envelope.request_type, envelope.known_type()) else {
            return failed(
                "this is no request of CloudFormation: RequestType is not Create, Update or Delete".to_owned(),
            );
        };
        match (request_type, known_type) {
            // Nothing was ever made for it, and a Delete has to succeed for a stack to go away.
            (RequestType::Delete, None) => ending(Outcome::Success { data: Data::new(), remark: None }),
            (RequestType::Create | RequestType::Update, _) if !envelope.says_whose_it_is() => failed(
                "the request has no StackId or LogicalResourceId, so nothing could be marked as belonging to it"
                    .to_owned(),
            ),
            (_, None) => failed(format!(
                "{:?} is not a resource type of this provider; use {}",
                envelope.resource_type,
                ResourceType::ALL.map(|(name, _)| name).join(", ")
            )),
            (RequestType::Delete, Some(resource_type)) => ending(self.delete(run, resource_type).await?),
            (RequestType::Create | RequestType::Update, Some(resource_type)) => {
                self.create_or_update(run, resource_type).await
            }
        }
    }

    async fn create_or_update(&self, run: &Run<'_>, resource_type: ResourceType) -> Result<Ending, HandedOver> {
        let envelope = run.envelope;
        let owner = request::owner(envelope);
        let journal = Journal::default();
        let work: Work<'_, _> = Box::pin(self.apply(run, resource_type, &owner, &journal));
        let failure = match in_time(work, run.deadline.work_ends()).await {
            Ok((physical_id, data)) => {
                return Ok(Ending { physical_id, outcome: Outcome::Success { data, remark: None } });
            }
            Err(failure) => self.unless_handed_over(run, failure).await?,
        };
        let taken_back = self.take_back(&owner, &journal, &run.deadline).await;
        let mut reason = reason(&failure);
        if !taken_back {
            reason.push_str(". Something that had been made could not be taken back; the function's log says what");
        }
        let left = !taken_back || journal.found_earlier_try();
        let physical_id = match (envelope.request_type, journal.planned_id()) {
            // So that the Delete which follows a failed Create finds what is left.
            (Some(RequestType::Create), Some(planned_id)) if left => planned_id.to_owned(),
            _ => envelope.id_when_nothing_is_made(),
        };
        Ok(Ending { physical_id, outcome: Outcome::Failed { reason } })
    }

    async fn take_back(&self, owner: &Owner, journal: &Journal, deadline: &Deadline) -> bool {
        let taking_back: Work<'_, _> = Box::pin(self.provisioner.take_back(owner, journal));
        let taking_back = AssertUnwindSafe(taking_back).catch_unwind();
        matches!(tokio::time::timeout_at(deadline.undo, taking_back).await, Ok(Ok(true)))
    }

    /// Leaves a request that is still waiting to the next run. Any other failure comes back, and so does one that can't
    /// be left.
    async fn unless_handed_over(&self, run: &Run<'_>, failure: Failure) -> Result<Failure, HandedOver> {
        let waiting = match failure {
            Failure::Provision(waiting @ ProvisionError::StillWaiting { .. }) => waiting,
            other => return Ok(other),
        };
        let continuation = run.progress.continuation();
        let waited = SystemTime::now().duration_since(continuation.started_at()).unwrap_or_default();
        if run.deadline.is_last {
            return Ok(Failure::GaveUp { minutes: waited.as_secs().div_ceil(60), waiting });
        }
        if continuation.hop >= MAX_HOPS {
            return Ok(Failure::TooManyHops(waiting));
        }
        let handed_over = match (&self.handover, run.function_arn) {
            (Some(handover), Some(function)) => handover.invoke(function, run.event, &continuation).await,
            _ => Err(HandoverError::NoFunction),
        };
        match handed_over {
            Ok(()) => {
                let waiting_for = waiting.to_string();
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

    async fn apply(
        &self,
        run: &Run<'_>,
        resource_type: ResourceType,
        owner: &Owner,
        journal: &Journal,
    ) -> Result<(String, Data), Failure> {
        let envelope = run.envelope;
        let (declaration, spec) = match request::judge(envelope, resource_type, None) {
            Judgement::Valid { declaration, spec } => (declaration, spec),
            Judgement::Refused(problems) => return Err(Failure::Declaration(problems)),
            Judgement::NeedsEndpoint { endpoint, supply } => {
                let observed = self.provisioner.observe(&endpoint, supply).await?;
                match request::judge(envelope, resource_type, Some(&observed)) {
                    Judgement::Valid { declaration, spec } => (declaration, spec),
                    Judgement::Refused(problems) => return Err(Failure::Declaration(problems)),
                    Judgement::NeedsEndpoint { endpoint, supply } => {
                        return Err(ProvisionError::EndpointMissing { name: endpoint.to_string(), supply }.into());
                    }
                }
            }
        };
        let identity = Identity::of(&spec, owner).map_err(ProvisionError::from)?;
        let before = request::earlier_declaration(envelope, resource_type);
        let names = before.as_ref().map(NamesInUse::of).unwrap_or_default().and(NamesInUse::of(&declaration));
        // Beside an endpoint of its own; the stack's own endpoint is moved by CloudFormation, which then sends a Delete.
        let owns_endpoint = resource_type == ResourceType::MonitoredEndpoint;
        let earlier_config = before
            .as_ref()
            .filter(|_| owns_endpoint)
            .and_then(|before| request::config_name(resource_type, before, owner));
        let apply = Apply {
            spec: &spec,
            identity: &identity,
            owner,
            names: &names,
            earlier_tag_keys: &before.as_ref().map(request::tag_keys).unwrap_or_default(),
            earlier_config: earlier_config.as_deref(),
            is_create: envelope.request_type == Some(RequestType::Create),
            is_replacement: envelope.physical_resource_id.as_ref().is_some_and(|id| *id != identity.physical_id),
            progress: &run.progress,
        };
        let work: Work<'_, _> = Box::pin(self.provisioner.apply(&apply, journal));
        let applied = work.await;
        self.drill();
        let data = applied?;
        let leftover =
            before.and_then(|before| request::leftover(envelope, resource_type, &identity.physical_id, before));
        if let Some(leftover) = leftover {
            tracing::info!(physical_id = leftover.physical_id, "removing what a failed replacement may have left");
            self.remove(run, resource_type, &leftover).await?;
        }
        Ok((identity.physical_id, data))
    }

    async fn delete(&self, run: &Run<'_>, resource_type: ResourceType) -> Result<Outcome, HandedOver> {
        let work: Work<'_, _> = Box::pin(self.cleanup(run, resource_type));
        // A removal needs no taking back, so that time belongs to the work too.
        let failure = match in_time(work, run.deadline.undo).await {
            Ok(remark) => return Ok(Outcome::Success { data: Data::new(), remark }),
            Err(Failure::OutOfTime) => {
                let reason = "the time ran out while removing it; delete the stack again".to_owned();
                return Ok(Outcome::Failed { reason });
            }
            Err(failure) => self.unless_handed_over(run, failure).await?,
        };
        Ok(Outcome::Failed { reason: reason(&failure) })
    }

    async fn cleanup(&self, run: &Run<'_>, resource_type: ResourceType) -> Result<Option<String>, Failure> {
        let Some(removal) = request::removal(run.envelope, resource_type) else {
            tracing::info!("nothing was made under this id");
            return Ok(None);
        };
        self.remove(run, resource_type, &removal).await
    }

    async fn remove(
        &self,
        run: &Run<'_>,
        resource_type: ResourceType,
        removal: &Removal,
    ) -> Result<Option<String>, Failure> {
        let cleanup = Cleanup {
            owner: &request::owner(run.envelope),
            physical_id: &removal.physical_id,
            endpoint_configs: &removal.endpoint_configs,
            endpoint: removal.endpoint.as_ref(),
            made_endpoint: resource_type == ResourceType::MonitoredEndpoint,
            names: &removal.names,
            progress: &run.progress,
        };
        let work: Work<'_, _> = Box::pin(self.provisioner.cleanup(&cleanup));
        Ok(work.await?)
    }

    #[allow(clippy::panic, reason = "the drill is a panic, switched on by tests alone")]
    fn drill(&self) {
        assert!(!self.panic_drill, "panic drill");
    }
}

/// Runs `work` until `until`, turning a panic into a failure.
async fn in_time<T>(work: Work<'_, Result<T, Failure>>, until: Instant) -> Result<T, Failure> {
    match AssertUnwindSafe(tokio::time::timeout_at(until, work)).catch_unwind().await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(Failure::OutOfTime),
        Err(_) => Err(Failure::Panic),
    }
}
