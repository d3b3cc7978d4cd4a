//! Everything that talks to AWS: the clients, made once per process, a file for each service, and what they answer.
//!
//! One HTTP and TLS stack for all of them (docs/decisions/0008-tls-and-size.md says which and why), and more patience with
//! throttling than the SDK has by default: CloudWatch's write quotas are a few calls a second for a whole account and Region,
//! so many stacks at once are throttled as a matter of course.

mod alarm_definition;
mod cloudwatch;
mod dynamodb;
mod environment;
mod fault;
mod lambda;
#[cfg(feature = "local-runs")]
mod network;
mod price_list;
mod s3;
mod sagemaker;

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_runtime::client::retries::{RetryPartition, TokenBucket};
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};

pub(crate) use alarm_definition::{
    in_one_spelling as alarm_in_one_spelling, read as read_alarm, same as same_alarm, write as write_alarm,
};
pub(crate) use cloudwatch::CloudWatch;
pub use dynamodb::{IncompleteItem, RequestTable};
pub(crate) use dynamodb::{ReadError, Stored};
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
#[cfg(feature = "local-runs")]
pub async fn config(profile: Option<&str>) -> SdkConfig {
    let loader = loader(connector());
    match profile {
        Some(profile) => loader.profile_name(profile).load().await,
        None => loader.load().await,
    }
}

/// The same in a Lambda function, for clients that call through `connector`. There, everything is in the environment; on a
/// developer's machine it may not be.
pub async fn config_in_lambda(connector: SharedHttpConnector) -> SdkConfig {
    #[cfg(feature = "local-runs")]
    if !environment::is_lambda_s() {
        return loader(connector).load().await;
    }
    environment::config(http_client(connector), retries(), timeouts()).await
}

#[cfg(feature = "local-runs")]
fn loader(connector: SharedHttpConnector) -> aws_config::ConfigLoader {
    aws_config::defaults(behavior())
        .http_client(http_client(connector))
        .retry_config(retries())
        .timeout_config(timeouts())
}

/// The SDK's defaults as they were then.
fn behavior() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

/// A client with one connector for everything: the SDK's own would read all root certificates once for each service, and once
/// more for each set of timeouts.
fn http_client(connector: SharedHttpConnector) -> SharedHttpClient {
    #[cfg(feature = "local-runs")]
    let connector = SharedHttpConnector::new(network::WatchedConnector::new(connector));
    http_client_fn(move |_, _| connector.clone())
}

/// Not `adaptive`: it slows one process's calls down after a throttled one, and each stack has a process of its own. A hundred
/// stacks at once took four times as long with it (docs/contributors/reliability.md).
fn retries() -> RetryConfig {
    let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS);
    retries.with_initial_backoff(FIRST_PAUSE).with_max_backoff(LONGEST_PAUSE)
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).operation_attempt_timeout(ATTEMPT_TIMEOUT).build()
}

/// Retries that don't run out over the life of the process. The SDK has a budget of retries for all calls together, which
/// a Lambda that lives long and is throttled often would use up; here the attempts of each call and the deadline of each
/// request are the limits.
pub(crate) fn patient(service: &'static str) -> RetryPartition {
    RetryPartition::custom(service).token_bucket(TokenBucket::unlimited()).build()
}
