//! What a Lambda function's environment says of how AWS is reached: Region, credentials, endpoint URLs.
//!
//! The SDK's own loader reads the same variables, and has the links of the default chain in it, which a function never follows:
//! profiles, instance metadata, containers, and a client of AWS STS. They made the provider's package too large.

use std::str::FromStr;

use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::identity::IdentityCache;
use aws_config::meta::region::ProvideRegion as _;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, SdkConfig};
use aws_runtime::env_config::EnvConfigValue;
use aws_runtime::env_config::section::EnvConfigSections;
use aws_smithy_async::rt::sleep::default_async_sleep;
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::origin::Origin;
use aws_types::os_shim_internal::Env;
use aws_types::sdk_config::SharedCredentialsProvider;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use crate::start::given;

/// A service's own settings, such as `AWS_ENDPOINT_URL_SAGEMAKER`.
#[derive(Debug)]
struct OfServices;

impl LoadServiceConfig for OfServices {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let (environment, setting) = (Env::real(), EnvConfigValue::new());
        let setting = setting.env(key.env()).profile(key.profile()).service_id(key.service_id());
        let (value, _) = setting.load(&environment, None::<&EnvConfigSections>)?;
        Some(value.into_owned())
    }
}

fn read<T: FromStr>(name: &str) -> Option<T> {
    given(name)?.parse().ok()
}

/// Whether the environment says who the function is and where, as Lambda's does
/// (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime>).
#[cfg(feature = "local-runs")]
pub(super) fn is_lambda_s() -> bool {
    ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"].into_iter().all(|name| given(name).is_some())
}

/// The configuration that the environment describes.
pub(super) async fn config(http: SharedHttpClient, retries: RetryConfig, timeouts: TimeoutConfig) -> SdkConfig {
    let mut config = SdkConfig::builder()
        .behavior_version(super::behavior())
        .http_client(http)
        .retry_config(retries)
        .timeout_config(timeouts)
        .time_source(SharedTimeSource::default())
        .identity_cache(IdentityCache::lazy().build())
        .credentials_provider(SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()))
        .region(EnvironmentVariableRegionProvider::new().region().await)
        .service_config(OfServices);
    // Set here, and not by a service's defaults.
    config.insert_origin("retry_config", Origin::shared_config());
    config.insert_origin("endpoint_url", Origin::shared_environment_variable());
    config.set_endpoint_url(given("AWS_ENDPOINT_URL"));
    config.set_sleep_impl(default_async_sleep());
    config.set_app_name(given("AWS_SDK_UA_APP_ID").and_then(|name| AppName::new(name).ok()));
    config.set_use_fips(read("AWS_USE_FIPS_ENDPOINT"));
    config.set_use_dual_stack(read("AWS_USE_DUALSTACK_ENDPOINT"));
    config.build()
}
