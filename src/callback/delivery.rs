//! Putting the answer where CloudFormation waits for it.
//!
//! The request is what the presigned URL was signed for: a PUT with an empty `Content-Type`. Passing troubles are
//! retried with jitter until the time is up; a refusal is final.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use thiserror::Error;
use tokio::time::Instant;

use super::attempts::{Attempts, End, Trouble};
use super::{Body, ResponseUrl, refusal};

/// From connecting to the answer's answer.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(8);
const ATTEMPTS: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// Puts answers. Made once; keeps its connections.
#[derive(Debug)]
pub struct Delivery {
    connector: SharedHttpConnector,
}

/// Why an answer did not arrive. Carries no URL.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum DeliveryError {
    /// The service behind the URL said no; asking again would not help.
    #[error("the answer was refused with HTTP {0}")]
    Refused(u16),
    /// Passing troubles outlasted every attempt.
    #[error("the answer could not be delivered in {attempts} attempts, the last one ended with {last}")]
    Exhausted {
        /// How often it was tried.
        attempts: u32,
        /// What the last attempt met, in words.
        last: String,
    },
    /// The time ran out between two attempts.
    #[error("the time ran out before the answer was delivered, the last attempt ended with {0}")]
    OutOfTime(String),
    /// The URL does not make a request.
    #[error("the ResponseURL does not make an HTTP request")]
    BadRequest,
}

impl DeliveryError {
    /// Whether delivering the same event again may help.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Exhausted { .. } | Self::OutOfTime(_))
    }
}

impl Delivery {
    /// Puts answers through `connector`, which limits how long connecting takes.
    #[must_use]
    pub fn through(connector: SharedHttpConnector) -> Self {
        Self { connector }
    }

    /// Puts `body` to `url`, trying again on answers of S3 that pass and on connection troubles until `until`.
    ///
    /// # Errors
    /// [`DeliveryError::Refused`] at once on an answer that trying again would not change; the others after the last attempt.
    pub async fn put(&self, url: &ResponseUrl, body: &Body, until: Instant) -> Result<(), DeliveryError> {
        let json = body.to_json();
        let mut attempts = Attempts::new(ATTEMPTS, FIRST_PAUSE, until);
        let mut last = String::from("no attempt");
        loop {
            last = match tokio::time::timeout_at(until, self.attempt(url, &json)).await {
                Ok(Ok(())) => return Ok(()),
                Ok(Err(Trouble::Final(error))) => return Err(error),
                Ok(Err(Trouble::Passing(trouble))) => trouble,
                Err(_) => return Err(DeliveryError::OutOfTime(last)),
            };
            tracing::warn!(attempt = attempts.number, trouble = %last, "answer not delivered yet");
            match attempts.pause().await {
                Ok(()) => {}
                Err(End::Exhausted) => return Err(DeliveryError::Exhausted { attempts: ATTEMPTS, last }),
                Err(End::OutOfTime) => return Err(DeliveryError::OutOfTime(last)),
            }
        }
    }

    async fn attempt(&self, url: &ResponseUrl, json: &str) -> Result<(), Trouble<DeliveryError>> {
        let mut request = HttpRequest::new(SdkBody::from(json));
        request.set_method("PUT").map_err(|_| Trouble::Final(DeliveryError::BadRequest))?;
        request.set_uri(url.expose()).map_err(|_| Trouble::Final(DeliveryError::BadRequest))?;
        // The presigned URL was signed for an empty Content-Type: any other value breaks the signature.
        request.headers_mut().insert("content-type", "");
        request.headers_mut().insert("content-length", json.len().to_string());
        let Ok(response) = tokio::time::timeout(ATTEMPT_TIMEOUT, self.connector.call(request)).await else {
            return Err(Trouble::Passing("a timeout".to_owned()));
        };
        // The error's own text may repeat the URL, so only its kind is logged.
        let response = response.map_err(|error| {
            let kind = match error {
                error if error.is_timeout() => "a timeout",
                error if error.is_io() => "a connection error",
                _ => "a transport error",
            };
            Trouble::Passing(kind.to_owned())
        })?;
        match response.status().as_u16() {
            200..=299 => Ok(()),
            status => {
                let passing = refusal::passing(status, response.into_body()).await;
                Err(passing.map_or(Trouble::Final(DeliveryError::Refused(status)), Trouble::Passing))
            }
        }
    }
}
