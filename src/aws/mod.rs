//! Everything that talks to AWS: the clients, made once per process, a file for each service, and what they answer.
//!
//! One HTTP and TLS stack for all of them (docs/decisions/0008-tls-and-size.md says which and why), and more patience with
//! throttling than the SDK has by default: CloudWatch's write quotas are a few calls a second for a whole account and Region,
//! so many stacks at once are throttled as a matter of course.

mod alarm_definition;
mod alarm_text;
mod cloudwatch;
mod dynamodb;
mod fault;
mod lambda;
#[cfg(feature = "local-runs")]
mod network;
mod price_list;
mod s3;
mod sagemaker;

use std::env;
use std::time::Duration;

use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, SdkConfig};
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_runtime::client::retries::{RetryPartition, TokenBucket};
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpConnector, http_client_fn};

pub(crate) use alarm_definition::same as same_alarm;
pub(crate) use alarm_text::{in_one_spelling as alarm_in_one_spelling, read as read_alarm, write as write_alarm};
pub(crate) use cloudwatch::CloudWatch;
pub use dynamodb::RequestTable;
pub(crate) use dynamodb::Stored;
#[cfg(test)]
pub(crate) use fault::failed;
pub use fault::{Aftermath, CallError, Fault};
pub use lambda::{Handover, HandoverError};
pub use price_list::Pricing;
pub(crate) use s3::Bucket;
pub(crate) use sagemaker::SageMaker;

/// Attempts of one call, with jitter between them. The pauses add up to some three minutes on average: as long as a
/// hundred stacks at once take to get their alarms at CloudWatch's three `PutMetricAlarm` a second, several times over.
const ATTEMPTS: u32 = 60;
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(6);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(15);

/// The one HTTP and TLS stack of a process, with its root certificates and its connections. Making it reads all root
/// certificates, so a process makes it once, at start.
#[must_use]
pub fn connector() -> SharedHttpConnector {
    let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).build();
    let connector =
        Connector::builder().tls_provider(tls::Provider::Rustls(CryptoMode::Ring)).connector_settings(settings).build();
    SharedHttpConnector::new(connector)
}

/// Region, credentials and endpoint URLs as every AWS SDK finds them: environment, the profile of that name or the one in use, and
/// what else there is.
pub async fn config(profile: Option<&str>) -> SdkConfig {
    let loader = loader(connector());
    match profile {
        Some(profile) => loader.profile_name(profile).load().await,
        None => loader.load().await,
    }
}

/// The same in a Lambda function, for clients that call through `connector`. There, credentials and Region are in the
/// environment, where the default chain looks first; the chain's other links would be made all the same, at the cost of two
/// services' clients.
pub async fn config_in_lambda(connector: SharedHttpConnector) -> SdkConfig {
    let loader = loader(connector);
    let given = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    if given("AWS_ACCESS_KEY_ID") && given("AWS_SECRET_ACCESS_KEY") && given("AWS_REGION") {
        let credentials = EnvironmentVariableCredentialsProvider::new();
        loader.credentials_provider(credentials).region(EnvironmentVariableRegionProvider::new()).load().await
    } else {
        loader.load().await
    }
}

fn loader(connector: SharedHttpConnector) -> ConfigLoader {
    // The SDK's own client would read all root certificates once for each service, and once more for each set of timeouts.
    #[cfg(feature = "local-runs")]
    let connector = SharedHttpConnector::new(network::Watched::new(connector));
    let http = http_client_fn(move |_, _| connector.clone());
    // Not `adaptive`: it slows one process's calls down after a throttled one, and each stack has a process of its own. A
    // hundred stacks at once took four times as long with it (docs/contributors/reliability.md).
    let retries = RetryConfig::standard()
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(FIRST_PAUSE)
        .with_max_backoff(LONGEST_PAUSE);
    let timeouts =
        TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).operation_attempt_timeout(ATTEMPT_TIMEOUT).build();
    aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http)
        .retry_config(retries)
        .timeout_config(timeouts)
}

/// Retries that don't run out over the life of the process. The SDK has a budget of retries for all calls together, which
/// a Lambda that lives long and is throttled often would use up; here the attempts of each call and the deadline of each
/// request are the limits.
pub(crate) fn patient(service: &'static str) -> RetryPartition {
    RetryPartition::custom(service).token_bucket(TokenBucket::unlimited()).build()
}
