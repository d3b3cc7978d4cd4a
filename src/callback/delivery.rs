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

enum Attempt {
    Delivered,
    Refused(u16),
    Passing(String),
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
        let mut pause = FIRST_PAUSE;
        let mut last = String::from("no attempt");
        for attempt in 1..=ATTEMPTS {
            let outcome = tokio::time::timeout_at(until, self.attempt(url, &json)).await;
            last = match outcome {
                Ok(Ok(Attempt::Delivered)) => return Ok(()),
                Ok(Ok(Attempt::Refused(status))) => return Err(DeliveryError::Refused(status)),
                Ok(Ok(Attempt::Passing(trouble))) => trouble,
                Ok(Err(error)) => return Err(error),
                Err(_) => return Err(DeliveryError::OutOfTime(last)),
            };
            tracing::warn!(attempt, trouble = %last, "answer not delivered yet");
            if attempt < ATTEMPTS {
                let jittered = pause.mul_f64(0.5 + fastrand::f64() / 2.0);
                if Instant::now() + jittered >= until {
                    return Err(DeliveryError::OutOfTime(last));
                }
                tokio::time::sleep(jittered).await;
                pause *= 2;
            }
        }
        Err(DeliveryError::Exhausted { attempts: ATTEMPTS, last })
    }

    async fn attempt(&self, url: &ResponseUrl, json: &str) -> Result<Attempt, DeliveryError> {
        let mut request = HttpRequest::new(SdkBody::from(json));
        request.set_method("PUT").map_err(|_| DeliveryError::BadRequest)?;
        request.set_uri(url.expose()).map_err(|_| DeliveryError::BadRequest)?;
        // The presigned URL was signed for an empty Content-Type: any other value breaks the signature.
        request.headers_mut().insert("content-type", "");
        request.headers_mut().insert("content-length", json.len().to_string());
        let Ok(response) = tokio::time::timeout(ATTEMPT_TIMEOUT, self.connector.call(request)).await else {
            return Ok(Attempt::Passing("a timeout".to_owned()));
        };
        match response {
            Ok(response) => Ok(match response.status().as_u16() {
                200..=299 => Attempt::Delivered,
                status => {
                    let passing = refusal::passing(status, response.into_body()).await;
                    passing.map_or(Attempt::Refused(status), Attempt::Passing)
                }
            }),
            // The error's own text may repeat the URL, so only its kind is logged.
            Err(error) if error.is_timeout() => Ok(Attempt::Passing("a timeout".to_owned())),
            Err(error) if error.is_io() => Ok(Attempt::Passing("a connection error".to_owned())),
            Err(_) => Ok(Attempt::Passing("a transport error".to_owned())),
        }
    }
}
