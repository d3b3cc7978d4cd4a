//! The whole way of a request: event in, exactly one answer out.
//!
//! Whatever happens on the way (bad properties, a refusal by AWS, a panic, too little time) ends in an answer, after
//! what this request made has been taken back.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::time::SystemTime;

use futures_util::FutureExt;
use serde_json::value::RawValue;
use thiserror::Error;

use crate::callback::{Body, Data, Delivery, DeliveryError, ExtraHosts, Outcome};
use crate::deadline::Deadline;
use crate::envelope::{Callback, Envelope, RequestType, ResourceType};
use crate::plan::Owner;
use crate::properties::{Declaration, Problems};
use crate::provision::{Apply, Cleanup, Journal, ProvisionError, Provisioner, reason};
use crate::spec::{DashboardName, EndpointConfigName, EndpointName, Judged, NamesInUse, Spec};

/// Answers custom resource requests. Made once per process.
#[derive(Debug)]
pub struct Provider {
    provisioner: Provisioner,
    delivery: Delivery,
    extra_hosts: ExtraHosts,
    panic_drill: bool,
}

/// An answer that did not arrive, and may arrive when the same event is delivered again.
#[derive(Debug, Error)]
#[error("the answer did not arrive: {answer}")]
pub struct Undelivered {
    /// The answer, as JSON.
    pub answer: String,
    /// What was in the way.
    #[source]
    pub error: DeliveryError,
}

/// Why a request ends in FAILED.
#[derive(Debug, Error)]
enum Failure {
    #[error("{0}")]
    Declaration(String),
    #[error(transparent)]
    Provision(#[from] ProvisionError),
    #[error(
        "the time ran out while working on it; what had been made was taken back. Try again, or raise ServiceTimeout"
    )]
    OutOfTime,
    #[error(
        "the provider met an error of its own (a panic); what had been made was taken back. The function's log says where"
    )]
    Panic,
}

/// How a request went: the id to answer with, and what to say.
struct Ending {
    physical_id: String,
    outcome: Outcome,
}

/// Boxed, as it holds everything that the SDK's operations keep while they wait.
type Work<'w, T> = Pin<Box<dyn Future<Output = T> + 'w>>;

impl Provider {
    /// A provider that accepts `extra_hosts` beside Amazon S3's as places for the answer.
    #[must_use]
    pub fn new(provisioner: Provisioner, extra_hosts: ExtraHosts) -> Self {
        Self { provisioner, delivery: Delivery::default(), extra_hosts, panic_drill: false }
    }

    /// Makes every Create and Update panic half-way, for the test that a packaged provider answers all the same.
    #[must_use]
    pub fn with_panic_drill(mut self, on: bool) -> Self {
        self.panic_drill = on;
        self
    }

    /// Carries a request out and answers it before `ends`. Gives the answer back too, so that a local invocation shows
    /// it where there is nobody to send it to.
    ///
    /// # Errors
    /// Where passing troubles kept the answer from arriving: Lambda then delivers the event again.
    pub async fn handle(&self, event: &RawValue, ends: SystemTime) -> Result<Body, Undelivered> {
        let envelope = Envelope::salvage(event, &self.extra_hosts);
        let deadline = Deadline::divide(ends, envelope.properties.service_timeout());
        tracing::info!(
            request_type = envelope.request_type.map(tracing::field::display),
            resource_type = envelope.resource_type,
            stack_id = envelope.stack_id,
            logical_resource_id = envelope.logical_resource_id,
            request_id = envelope.request_id,
            physical_resource_id = envelope.physical_resource_id,
            "request"
        );
        let work: Work<'_, _> = Box::pin(self.carry_out(&envelope, &deadline));
        let Ending { physical_id, outcome } = work.await;
        let outcome = match outcome {
            Outcome::Failed { reason } => Outcome::Failed { reason: envelope.properties.shown(reason) },
            success @ Outcome::Success { .. } => success,
        };
        let body = envelope.answer(physical_id, outcome, envelope.properties.no_echo()).body();
        tracing::info!(status = body.status(), reason = body.reason(), "answer");
        self.deliver(&envelope.callback, body, &deadline).await
    }

    async fn deliver(&self, callback: &Callback, body: Body, deadline: &Deadline) -> Result<Body, Undelivered> {
        let refused = match callback {
            Callback::At(url) => match self.delivery.put(url, &body, deadline.answer).await {
                Ok(()) => return Ok(body),
                Err(error) if error.is_passing() => return Err(Undelivered { answer: body.to_json(), error }),
                Err(error) => error.to_string(),
            },
            Callback::Refused(error) => error.to_string(),
            Callback::Absent => "the event names no ResponseURL".to_owned(),
        };
        tracing::error!(why = refused, answer = body.to_json(), "the answer was not delivered");
        Ok(body)
    }

    async fn carry_out(&self, envelope: &Envelope, deadline: &Deadline) -> Ending {
        let given_id = envelope.id_when_nothing_is_made();
        let ending = |outcome| Ending { physical_id: given_id.clone(), outcome };
        let failed = |reason: String| ending(Outcome::Failed { reason });
        let (Some(request_type), known_type) = (envelope.request_type, envelope.known_type()) else {
            return failed(
                "this is no request of CloudFormation: RequestType is not Create, Update or Delete".to_owned(),
            );
        };
        match (request_type, known_type) {
            // Nothing was ever made for these, and a Delete has to succeed for a stack to go away.
            (RequestType::Delete, None | Some(ResourceType::MonitoredEndpoint)) => ending(nothing_to_do()),
            (RequestType::Create | RequestType::Update, _) if !envelope.says_whose_it_is() => {
                failed("the request has no StackId or LogicalResourceId, so nothing could be marked as belonging to it".to_owned())
            }
            (_, None) => failed(format!(
                "{:?} is not a resource type of this provider; use Custom::MonitoredEndpointConfig or Custom::EndpointMonitoring",
                envelope.resource_type
            )),
            (_, Some(ResourceType::MonitoredEndpoint)) => failed(
                "Custom::MonitoredEndpoint comes with a later version of this provider; until then use Custom::MonitoredEndpointConfig \
                 and an AWS::SageMaker::Endpoint of the stack's own that refers to it"
                    .to_owned(),
            ),
            (RequestType::Delete, Some(resource_type)) => ending(self.delete(envelope, resource_type, deadline).await),
            (RequestType::Create | RequestType::Update, Some(resource_type)) => {
                self.create_or_update(envelope, resource_type, deadline).await
            }
        }
    }

    async fn create_or_update(&self, envelope: &Envelope, resource_type: ResourceType, deadline: &Deadline) -> Ending {
        let owner = owner_of(envelope);
        let journal = Journal::default();
        let work: Work<'_, _> = Box::pin(self.apply(envelope, resource_type, &owner, &journal));
        let work = AssertUnwindSafe(tokio::time::timeout_at(deadline.work, work)).catch_unwind().await;
        let failure = match work {
            Ok(Ok(Ok((physical_id, data)))) => {
                return Ending { physical_id, outcome: Outcome::Success { data, remark: None } };
            }
            Ok(Ok(Err(failure))) => failure,
            Ok(Err(_)) => Failed::because(Failure::OutOfTime),
            Err(_) => Failed::because(Failure::Panic),
        };
        let taken_back = self.take_back(&owner, &journal, deadline).await;
        let mut reason = reason(&failure.why);
        if !taken_back {
            reason.push_str(". Something that had been made could not be taken back; the function's log says what");
        }
        let left = !taken_back || journal.found_earlier_try();
        let physical_id = match (envelope.request_type, failure.planned_id) {
            // So that the Delete which follows a failed Create finds what is left.
            (Some(RequestType::Create), Some(planned_id)) if left => planned_id,
            _ => envelope.id_when_nothing_is_made(),
        };
        Ending { physical_id, outcome: Outcome::Failed { reason } }
    }

    async fn take_back(&self, owner: &Owner, journal: &Journal, deadline: &Deadline) -> bool {
        let taking_back = AssertUnwindSafe(self.provisioner.take_back(owner, journal)).catch_unwind();
        matches!(tokio::time::timeout_at(deadline.undo, taking_back).await, Ok(Ok(true)))
    }

    async fn apply(
        &self,
        envelope: &Envelope,
        resource_type: ResourceType,
        owner: &Owner,
        journal: &Journal,
    ) -> Result<(String, Data), Failed> {
        let (declaration, spec) = self.judge(envelope, resource_type).await.map_err(Failed::because)?;
        let plan = self.provisioner.plan(&spec, owner).await.map_err(|error| Failed::because(error.into()))?;
        let planned_id = plan.physical_id.clone();
        let before = earlier_declaration(envelope, resource_type);
        let earlier_tag_keys: Vec<String> =
            before.iter().flat_map(|declaration| declaration.config.tags()).filter_map(|tag| tag.key.clone()).collect();
        let earlier = before.as_ref().map(NamesInUse::of).unwrap_or_default().and(NamesInUse::of(&declaration));
        let apply = Apply { spec: &spec, owner, earlier: &earlier, earlier_tag_keys: &earlier_tag_keys };
        let applied = self.provisioner.apply(&apply, &plan, journal).await;
        self.drill();
        match applied {
            Ok(data) => Ok((planned_id, data)),
            Err(error) => Err(Failed { why: error.into(), planned_id: Some(planned_id) }),
        }
    }

    /// Reads and judges the declaration, asking its endpoint for what it leaves out.
    async fn judge(&self, envelope: &Envelope, resource_type: ResourceType) -> Result<(Declaration, Spec), Failure> {
        let problems = Problems::default();
        let refused = |problems: &Problems| Failure::Declaration(problems.to_string());
        let Some(properties) = envelope.properties.value() else {
            return Err(Failure::Declaration(
                "Properties: there are none, or they are nested too deeply to be read".to_owned(),
            ));
        };
        let Some(declaration) = Declaration::read(resource_type, properties, &problems) else {
            return Err(refused(&problems));
        };
        let spec = match Spec::judge(resource_type, &declaration, None, &problems) {
            Judged::Valid(spec) => spec,
            Judged::Invalid => return Err(refused(&problems)),
            Judged::NeedsEndpoint(endpoint) => {
                let observed = self.provisioner.observe(&endpoint, missing_from(&declaration)).await?;
                match Spec::judge(resource_type, &declaration, Some(&observed), &problems) {
                    Judged::Valid(spec) => spec,
                    Judged::NeedsEndpoint(_) | Judged::Invalid => return Err(refused(&problems)),
                }
            }
        };
        Ok((declaration, *spec))
    }

    async fn delete(&self, envelope: &Envelope, resource_type: ResourceType, deadline: &Deadline) -> Outcome {
        let work: Work<'_, _> = Box::pin(self.cleanup(envelope, resource_type));
        // A removal needs no taking back, so that time belongs to the work too.
        let work = AssertUnwindSafe(tokio::time::timeout_at(deadline.undo, work)).catch_unwind().await;
        match work {
            Ok(Ok(Ok(remark))) => Outcome::Success { data: Data::new(), remark },
            Ok(Ok(Err(error))) => Outcome::Failed { reason: reason(&error) },
            Ok(Err(_)) => {
                Outcome::Failed { reason: "the time ran out while removing it; delete the stack again".to_owned() }
            }
            Err(_) => Outcome::Failed { reason: Failure::Panic.to_string() },
        }
    }

    async fn cleanup(
        &self,
        envelope: &Envelope,
        resource_type: ResourceType,
    ) -> Result<Option<String>, ProvisionError> {
        let Some(physical_id) = envelope.physical_resource_id.as_deref() else { return Ok(None) };
        let made_endpoint_config = resource_type == ResourceType::MonitoredEndpointConfig;
        let dashboard = DashboardName::parse(physical_id).ok().filter(|_| !made_endpoint_config);
        if dashboard.is_none() && EndpointConfigName::parse(physical_id).is_err() {
            tracing::info!("nothing was made under this id");
            return Ok(None);
        }
        let ignored = Problems::default();
        let properties = envelope.properties.value();
        let declaration = properties.and_then(|properties| Declaration::read(resource_type, properties, &ignored));
        let by_id = NamesInUse { dashboards: dashboard.into_iter().collect(), alarms: Vec::new() };
        let names = declaration.as_ref().map(NamesInUse::of).unwrap_or_default().and(by_id);
        let endpoint =
            declaration.and_then(|declaration| EndpointName::parse(declaration.endpoint_name.as_deref()?).ok());
        let owner = owner_of(envelope);
        let cleanup =
            Cleanup { owner: &owner, physical_id, made_endpoint_config, endpoint: endpoint.as_ref(), names: &names };
        self.provisioner.cleanup(&cleanup).await
    }

    #[allow(clippy::panic, reason = "the drill is a panic, switched on by tests alone")]
    fn drill(&self) {
        assert!(!self.panic_drill, "panic drill");
    }
}

/// A failure, and the id that the request would have had, where that was known.
struct Failed {
    why: Failure,
    planned_id: Option<String>,
}

impl Failed {
    fn because(why: Failure) -> Self {
        Self { why, planned_id: None }
    }
}

fn owner_of(envelope: &Envelope) -> Owner {
    Owner { stack_id: envelope.stack_id.clone(), logical_id: envelope.logical_resource_id.clone() }
}

fn earlier_declaration(envelope: &Envelope, resource_type: ResourceType) -> Option<Declaration> {
    let ignored = Problems::default();
    Declaration::read(resource_type, envelope.old_properties.value()?, &ignored)
}

fn nothing_to_do() -> Outcome {
    Outcome::Success { data: Data::new(), remark: None }
}

/// The property to give where there is no endpoint to read it from.
fn missing_from(declaration: &Declaration) -> &'static str {
    match (declaration.declares_variants(), declaration.config.metrics_config().is_some()) {
        (true, _) => "MetricsConfig",
        (false, true) => "ProductionVariants",
        (false, false) => "ProductionVariants and MetricsConfig",
    }
}
