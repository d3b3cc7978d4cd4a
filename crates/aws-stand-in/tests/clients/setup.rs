//! What the tests share: a stand-in with its clients, and requests that are fine as they are.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use aws_sdk_cloudwatch::types::Dimension;
use aws_sdk_sagemaker::{
    config::{AppName, BehaviorVersion, Credentials, Region, retry::RetryConfig, timeout::TimeoutConfig},
    error::{DisplayErrorContext, ProvideErrorMetadata, SdkError},
    operation::create_endpoint_config::builders::CreateEndpointConfigFluentBuilder,
    types::{ProductionVariant, ProductionVariantInstanceType, Tag},
};
use aws_stand_in::{Config, StandIn};
use serde_json::Value;

pub(crate) const ROLE: &str = "arn:aws:iam::123456789012:role/endpoint";

/// So long that nothing changes unless a test winds the clock.
pub(crate) const TRANSITION: Duration = Duration::from_hours(1);

pub(crate) struct Setup {
    pub(crate) stand_in: StandIn,
    pub(crate) sagemaker: aws_sdk_sagemaker::Client,
    pub(crate) cloudwatch: aws_sdk_cloudwatch::Client,
}

/// A stand-in on which time stands still, with clients that try once.
pub(crate) fn start() -> Setup {
    start_with(Config { transition: TRANSITION, ..Config::default() })
}

pub(crate) fn start_with(config: Config) -> Setup {
    let stand_in = StandIn::start(config).unwrap();
    let (sagemaker, cloudwatch) = clients(stand_in.url(), "us-east-1", 1);
    Setup { stand_in, sagemaker, cloudwatch }
}

/// A client whose calls say that they are this caller's.
pub(crate) fn sagemaker_of(url: &str, caller: &str) -> aws_sdk_sagemaker::Client {
    let (sagemaker, _) = clients(url, "us-east-1", 1);
    let caller = AppName::new(caller.to_owned()).unwrap();
    aws_sdk_sagemaker::Client::from_conf(sagemaker.config().to_builder().app_name(caller).build())
}

pub(crate) fn clients(
    url: &str,
    region: &str,
    attempts: u32,
) -> (aws_sdk_sagemaker::Client, aws_sdk_cloudwatch::Client) {
    let http = aws_smithy_http_client::Builder::new().build_http();
    let credentials = Credentials::new("AKID", "secret", None, None, "test");
    let retries = RetryConfig::standard().with_max_attempts(attempts).with_initial_backoff(Duration::from_millis(1));
    let timeouts = TimeoutConfig::builder().operation_timeout(Duration::from_secs(20)).build();
    let sagemaker = aws_sdk_sagemaker::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(region.to_owned()))
        .credentials_provider(credentials.clone())
        .endpoint_url(url)
        .retry_config(retries.clone())
        .timeout_config(timeouts.clone())
        .http_client(http.clone())
        .build();
    let cloudwatch = aws_sdk_cloudwatch::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(region.to_owned()))
        .credentials_provider(credentials)
        .endpoint_url(url)
        .retry_config(retries)
        .timeout_config(timeouts)
        .http_client(http)
        .build();
    (aws_sdk_sagemaker::Client::from_conf(sagemaker), aws_sdk_cloudwatch::Client::from_conf(cloudwatch))
}

/// A client of the Price List, for whose Regions a stand-in answers beside its own.
pub(crate) fn pricing(url: &str, region: &str) -> aws_sdk_pricing::Client {
    let http = aws_smithy_http_client::Builder::new().build_http();
    let config = aws_sdk_pricing::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(region.to_owned()))
        .credentials_provider(Credentials::new("AKID", "secret", None, None, "test"))
        .endpoint_url(url)
        .retry_config(RetryConfig::standard().with_max_attempts(1))
        .http_client(http)
        .build();
    aws_sdk_pricing::Client::from_conf(config)
}

/// A client of `DynamoDB` that tries once.
pub(crate) fn dynamodb(url: &str) -> aws_sdk_dynamodb::Client {
    let http = aws_smithy_http_client::Builder::new().build_http();
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("AKID", "secret", None, None, "test"))
        .endpoint_url(url)
        .retry_config(RetryConfig::standard().with_max_attempts(1))
        .http_client(http)
        .build();
    aws_sdk_dynamodb::Client::from_conf(config)
}

impl Setup {
    /// A request for a config with one variant, ready to be sent.
    pub(crate) fn config(&self, name: &str) -> CreateEndpointConfigFluentBuilder {
        let request = self.sagemaker.create_endpoint_config().endpoint_config_name(name);
        request.execution_role_arn(ROLE).production_variants(variant("v"))
    }

    pub(crate) async fn create_config(&self, name: &str) {
        self.config(name).send().await.unwrap();
    }

    /// An endpoint that is in service on a config of its own.
    pub(crate) async fn create_endpoint(&self, name: &str, config: &str) {
        self.create_config(config).await;
        self.sagemaker.create_endpoint().endpoint_name(name).endpoint_config_name(config).send().await.unwrap();
        self.stand_in.advance(TRANSITION);
    }
}

pub(crate) fn variant(name: &str) -> ProductionVariant {
    ProductionVariant::builder()
        .variant_name(name)
        .instance_type(ProductionVariantInstanceType::from("ml.g6.12xlarge"))
        .initial_instance_count(1)
        .build()
}

pub(crate) fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build()
}

pub(crate) fn dimension(name: &str, value: &str) -> Dimension {
    Dimension::builder().name(name).value(value).build()
}

/// A refusal as a client sees it: code and message.
pub(crate) fn refusal<T: std::fmt::Debug, E: ProvideErrorMetadata + std::error::Error + 'static, R: std::fmt::Debug>(
    result: Result<T, SdkError<E, R>>,
) -> (String, String) {
    let error = result.expect_err("should be refused");
    let SdkError::ServiceError(context) = &error else {
        panic!("no answer of the service: {}", DisplayErrorContext(&error))
    };
    let meta = context.err().meta();
    (meta.code().unwrap_or_default().to_owned(), meta.message().unwrap_or_default().to_owned())
}

/// One request to the control interface: status and JSON answer.
pub(crate) fn control(url: &str, method: &str, path: &str, body: &str) -> (u16, Value) {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "{method} /_stand-in/{path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap())
}
