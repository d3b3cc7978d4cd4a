//! Leaving a request to the next run: the provider invokes itself, asynchronously, with the same event.
//!
//! Asynchronous invocations are retried by Lambda where a run crashes, and what is handed over is the event itself,
//! callback and all: nothing of it is stored anywhere else.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use serde_json::value::RawValue;
use thiserror::Error;

use super::fault::Fault;

/// Few and short: what is left of the run's time has to be enough for a FAILED answer too.
const ATTEMPTS: u32 = 3;
const TIMEOUT: Duration = Duration::from_secs(8);

/// Invokes the provider itself.
#[derive(Clone, Debug)]
pub struct Handover {
    config: aws_sdk_lambda::Config,
    /// Made when it is needed first, which for most processes is never.
    client: Arc<OnceLock<Client>>,
}

/// Why a request could not be left to a next run.
#[derive(Debug, Error)]
pub enum HandoverError {
    /// Nobody knows which function this is: a local run.
    #[error("there is no Lambda function to go on with it (a local run)")]
    NoFunction,
    /// The event isn't a JSON object.
    #[error("the event could not be written as JSON")]
    Event(#[from] serde_json::Error),
    /// Lambda refused, or could not be reached.
    #[error("the provider could not invoke itself to go on; its role needs lambda:InvokeFunction on {function}")]
    Invoke {
        /// The function's ARN.
        function: String,
        /// What Lambda said.
        source: Fault,
    },
}

impl Handover {
    /// For Lambda in the environment that `config` describes.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        let config = aws_sdk_lambda::config::Builder::from(config)
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .timeout_config(TimeoutConfig::builder().operation_timeout(TIMEOUT).build())
            .build();
        Self { config, client: Arc::default() }
    }

    /// Has `function` (this very version of this very function) run again with `event`.
    ///
    /// # Errors
    /// Where Lambda doesn't take the event.
    pub async fn invoke(&self, function: &str, event: &RawValue) -> Result<(), HandoverError> {
        let client = self.client.get_or_init(|| Client::from_conf(self.config.clone()));
        let request = client
            .invoke()
            .function_name(function)
            .invocation_type(InvocationType::Event)
            .payload(Blob::new(event.get().as_bytes()));
        let invoked = request.send().await.map(drop);
        invoked.map_err(|error| HandoverError::Invoke { function: function.to_owned(), source: error.into() })
    }
}
