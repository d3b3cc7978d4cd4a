//! Checks stacks, change sets and endpoint configs before anything is made: a CloudFormation Lambda Hook.
//!
//! It finds endpoints without enhanced metrics or monitoring, and declarations of this provider's that will be refused. It reads the
//! event alone and calls no AWS API; what it fetches is the template that the event points to. A finding is certain where its resource is
//! made: what depends on a value that only the deployment knows is said and never failed. Whether a finding warns or stops is the hook's
//! own `FailureMode`.

mod answer;
mod assessment;
mod certainty;
mod event;
mod exemption;
mod finding;
mod payload;

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;
use thiserror::Error;
use tokio::time::Instant;

use crate::callback::{Download, DownloadError, ExtraHosts, ResponseUrl, ResponseUrlError};
use answer::Manner;
pub use answer::{ErrorCode, HookAnswer, HookStatus};
use assessment::Assessment;
use event::{Event, EventError, Target};
pub use exemption::TAG as EXEMPTION_TAG;
use payload::PayloadError;

/// The export that snippets take the service token from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceToken(pub String);

impl Default for ServiceToken {
    /// What a provider stack of the name that the guides use exports.
    fn default() -> Self {
        Self("monitored-endpoint-ServiceToken".to_owned())
    }
}

/// The hook. Made once per process.
#[derive(Debug)]
pub struct Guardrail {
    download: Download,
    extra_hosts: ExtraHosts,
    token: ServiceToken,
}

/// Why an event can't be evaluated. No text of it holds the payload's URL.
#[derive(Debug, Error)]
enum GuardrailError {
    #[error(transparent)]
    Event(#[from] EventError),
    #[error("the payload's URL is refused: {}", refusal(*.0))]
    Url(ResponseUrlError),
    #[error("the template could not be fetched: {0}")]
    Download(#[from] DownloadError),
    #[error(transparent)]
    Payload(#[from] PayloadError),
    #[error("the payload is not JSON")]
    Json,
    #[error("an error in the guardrail itself; its log says where")]
    Panic,
}

impl Guardrail {
    /// A hook that fetches templates through `download`, from Amazon S3 and from the hosts in `extra_hosts`. Snippets import the service
    /// token's export `token`.
    #[must_use]
    pub fn new(download: Download, extra_hosts: ExtraHosts, token: ServiceToken) -> Self {
        Self { download, extra_hosts, token }
    }

    /// The answer to a hook's event, whatever it is, by `until`.
    pub async fn answer(&self, event: &Value, until: Instant) -> HookAnswer {
        match self.evaluate(event, until).await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::error!(%error, "the event can't be evaluated");
                HookAnswer::failure(&Event::token(event), &error.to_string())
            }
        }
    }

    async fn evaluate(&self, event: &Value, until: Instant) -> Result<HookAnswer, GuardrailError> {
        let mut event = Event::read(event)?;
        // A payload that is no URL but the object itself is taken as it is: events that are played locally have nowhere to point to.
        if let Target::Template(payload) = &mut event.target
            && let Some(url) = payload.as_str()
        {
            *payload = self.payload(url, until).await?;
        }
        // A template is anybody's text. Whatever it does to the code that reads it, there is an answer.
        catch_unwind(AssertUnwindSafe(|| evaluate(&event, &self.token)))
            .map_err(|_| GuardrailError::Panic)?
            .map_err(GuardrailError::Payload)
    }

    /// The payload that an event points to.
    async fn payload(&self, url: &str, until: Instant) -> Result<Value, GuardrailError> {
        let url = ResponseUrl::accept(url, &self.extra_hosts).map_err(GuardrailError::Url)?;
        let bytes = self.download.get(&url, until).await?;
        serde_json::from_slice(&bytes).map_err(|_| GuardrailError::Json)
    }
}

/// Evaluates an event whose payload is there.
///
/// # Errors
/// Where the payload has no template that can be read.
fn evaluate(event: &Event, token: &ServiceToken) -> Result<HookAnswer, PayloadError> {
    let mut manner =
        Manner { token: event.token.clone(), from_cloud_control: event.from_cloud_control, as_json: false };
    let assessment = match &event.target {
        Target::Resource { type_name, logical_id, properties } => {
            assessment::of_resource(type_name, logical_id, properties, &event.stack)
        }
        Target::Template(payload) => match payload::template(payload)? {
            Some(template) => {
                manner.as_json = template.is_json;
                certainty::assess(&template.value, &event.stack, token)
            }
            None => Assessment::default(),
        },
        Target::Deletion => return Ok(HookAnswer::to_deletion(&event.token)),
    };
    for finding in &assessment.findings {
        tracing::info!(stack = %event.stack.name, resource = %finding.logical_id, rule = finding.rule.name(), "finding");
    }
    Ok(HookAnswer::to(&assessment, &manner))
}

/// Which rule a payload's URL breaks.
fn refusal(error: ResponseUrlError) -> &'static str {
    match error {
        ResponseUrlError::NotAUrl => "it is no URL",
        ResponseUrlError::Credentials => "it carries credentials, which no presigned Amazon S3 URL does",
        ResponseUrlError::ForeignHost | ResponseUrlError::Local => "its host is not an Amazon S3 host",
        ResponseUrlError::NotHttps => "it is not https",
    }
}
