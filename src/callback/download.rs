//! Getting what CloudFormation has left behind a presigned URL: the template that a hook's event is about.
//!
//! The URL is the same kind of secret as a `ResponseURL` and accepted by the same rule. What comes is bounded in size and time.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use thiserror::Error;
use tokio::time::Instant;

use super::attempts::{Attempts, Trouble};
use super::{ResponseUrl, refusal};

/// The most that is read. A template has up to 1 MB
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>); a payload holds two of them as JSON
/// strings, and in a change set what the resources were and will be.
const MAX_BYTES: usize = 16 << 20;
/// From connecting to the last byte.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
const ATTEMPTS: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Gets payloads. Made once; keeps its connections.
#[derive(Debug)]
pub struct Download {
    connector: SharedHttpConnector,
}

/// Why nothing came. Carries no URL.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DownloadError {
    /// The service behind the URL said no; asking again would not help.
    #[error("it was refused with HTTP {0}")]
    Refused(u16),
    /// Passing troubles outlasted every attempt, or the time.
    #[error("no attempt succeeded, the last one ended with {0}")]
    Exhausted(String),
    /// It is larger than any payload.
    #[error("it has more than {MAX_BYTES} bytes")]
    TooLarge,
    /// The URL does not make a request.
    #[error("its URL does not make an HTTP request")]
    BadRequest,
}

impl Download {
    /// Gets through `connector`, which limits how long connecting takes.
    #[must_use]
    pub fn through(connector: SharedHttpConnector) -> Self {
        Self { connector }
    }

    /// What is behind `url`, trying again on connection troubles and passing answers of S3 until `until`.
    ///
    /// # Errors
    /// [`DownloadError::Refused`] and [`DownloadError::TooLarge`] at once, the others after the last attempt.
    pub async fn get(&self, url: &ResponseUrl, until: Instant) -> Result<Vec<u8>, DownloadError> {
        let mut attempts = Attempts::new(ATTEMPTS, FIRST_PAUSE, until);
        loop {
            let limit = until.min(Instant::now() + ATTEMPT_TIMEOUT);
            let last = match tokio::time::timeout_at(limit, self.attempt(url)).await {
                Ok(Ok(bytes)) => return Ok(bytes),
                Ok(Err(Trouble::Final(error))) => return Err(error),
                Ok(Err(Trouble::Passing(trouble))) => trouble,
                Err(_) => "a timeout".to_owned(),
            };
            if attempts.pause().await.is_err() {
                return Err(DownloadError::Exhausted(last));
            }
        }
    }

    async fn attempt(&self, url: &ResponseUrl) -> Result<Vec<u8>, Trouble<DownloadError>> {
        let mut request = HttpRequest::new(SdkBody::empty());
        request.set_uri(url.expose()).map_err(|_| Trouble::Final(DownloadError::BadRequest))?;
        // The error's own text may repeat the URL, so only its kind is given.
        let response = self.connector.call(request).await.map_err(|error| {
            Trouble::Passing(if error.is_timeout() { "a timeout" } else { "a connection error" }.to_owned())
        })?;
        let status = response.status().as_u16();
        if !(200..300).contains(&status) {
            let passing = refusal::passing(status, response.into_body()).await;
            return Err(passing.map_or(Trouble::Final(DownloadError::Refused(status)), Trouble::Passing));
        }
        body(response.into_body()).await
    }
}

async fn body(body: SdkBody) -> Result<Vec<u8>, Trouble<DownloadError>> {
    let mut body = ByteStream::new(body);
    let mut bytes = Vec::new();
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|_| Trouble::Passing("a connection that broke off".to_owned()))?;
        if bytes.len() + piece.len() > MAX_BYTES {
            return Err(Trouble::Final(DownloadError::TooLarge));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}
