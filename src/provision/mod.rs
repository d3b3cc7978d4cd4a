//! Moves reality to a plan, and removes what a physical id made.
//!
//! Everything is looked at before the first write, all at once: what can't be had is refused while nothing has changed, and
//! a stack doesn't wait for one look after another. Each write is made only where what exists differs: the same request a
//! second time makes none.

mod alarm_definition;
mod alarms;
mod claim;
mod cleanup;
mod cloudwatch;
mod endpoint;
mod error;
mod look;
mod outputs;
mod pricing;
mod reconcile;
mod sagemaker;
mod surroundings;
mod undo;

use std::time::Duration;

use aws_config::SdkConfig;
use aws_smithy_runtime::client::retries::{RetryPartition, TokenBucket};

pub use endpoint::Progress;
pub use error::{Fault, ProvisionError, reason};
pub use undo::Journal;

use crate::plan::{Identity, Owner};
use crate::spec::{EndpointName, NamesInUse, ObservedConfig, Spec};
use cloudwatch::CloudWatch;
use pricing::Pricing;
use sagemaker::SageMaker;

/// The AWS services, and the Region they are in. Made once per process.
#[derive(Clone, Debug)]
pub struct Provisioner {
    sagemaker: SageMaker,
    cloudwatch: CloudWatch,
    pricing: Pricing,
    region: String,
    longest_pause: Duration,
    widgets_function: Option<String>,
}

/// What an apply is about.
#[derive(Debug)]
pub struct Apply<'a> {
    /// What is wanted.
    pub spec: &'a Spec,
    /// What it makes under which names.
    pub identity: &'a Identity,
    /// Whose it is.
    pub owner: &'a Owner,
    /// Names that the declaration uses, and those that an earlier one used.
    pub names: &'a NamesInUse,
    /// Tag keys that an earlier declaration set, and that this one may not.
    pub earlier_tag_keys: &'a [String],
    /// The endpoint config that the earlier declaration made, where its endpoint is this resource's too.
    pub earlier_config: Option<&'a str>,
    /// Whether this is a Create: then everything that exists under its id was made by it.
    pub is_create: bool,
    /// Whether an Update is a replacement: then endpoint and config under the new id were made by it.
    pub is_replacement: bool,
    /// How far the request has come with its endpoint.
    pub progress: &'a Progress,
}

impl Apply<'_> {
    /// Whether what exists under the request's id was made by an earlier run of it that has not been answered: it is
    /// this run's to take back.
    fn made_what_exists(&self) -> bool {
        self.is_create && self.progress.facts().resumes()
    }

    /// The same of the endpoint and its config, which a replacement never shares with what it replaces. (Dashboard and
    /// alarms may go by the same names.)
    fn made_the_endpoint(&self) -> bool {
        (self.is_create || self.is_replacement) && self.progress.facts().resumes()
    }
}

/// What a cleanup is about.
#[derive(Debug)]
pub struct Cleanup<'a> {
    /// Whose it is.
    pub owner: &'a Owner,
    /// What made it.
    pub physical_id: &'a str,
    /// Endpoint configs that may have been made under it.
    pub endpoint_configs: &'a [String],
    /// The endpoint that may serve on one of them.
    pub endpoint: Option<&'a EndpointName>,
    /// Whether the endpoint was made under the id too.
    pub made_endpoint: bool,
    /// How far the request has come with its endpoint.
    pub progress: &'a Progress,
    /// Names that the declaration used.
    pub names: &'a NamesInUse,
}

/// Retries that don't run out over the life of the process. The SDK has a budget of retries for all calls together, which
/// a Lambda that lives long and is throttled often would use up; here the attempts of each call and the deadline of each
/// request are the limits.
fn patient(service: &'static str) -> RetryPartition {
    RetryPartition::custom(service).token_bucket(TokenBucket::unlimited()).build()
}

impl Provisioner {
    /// Clients for the services that `config` points at. `longest_pause` is the longest time between two looks at
    /// something that is changing.
    #[must_use]
    pub fn new(config: &SdkConfig, longest_pause: Duration) -> Self {
        let sagemaker = aws_sdk_sagemaker::config::Builder::from(config).retry_partition(patient("SageMaker")).build();
        let cloudwatch =
            aws_sdk_cloudwatch::config::Builder::from(config).retry_partition(patient("CloudWatch")).build();
        Self {
            sagemaker: SageMaker::new(aws_sdk_sagemaker::Client::from_conf(sagemaker)),
            cloudwatch: CloudWatch::new(aws_sdk_cloudwatch::Client::from_conf(cloudwatch)),
            pricing: Pricing::new(config),
            region: config.region().map(ToString::to_string).unwrap_or_default(),
            longest_pause,
            widgets_function: None,
        }
    }

    /// Has dashboards get interactive panels, drawn by the function of this ARN.
    #[must_use]
    pub fn with_widgets(mut self, function_arn: Option<String>) -> Self {
        self.widgets_function = function_arn;
        self
    }

    /// Reads from an endpoint what a declaration leaves out.
    ///
    /// # Errors
    /// [`ProvisionError::EndpointMissing`] names the property to `supply` instead.
    pub async fn observe(
        &self,
        endpoint: &EndpointName,
        supply: &'static str,
    ) -> Result<ObservedConfig, ProvisionError> {
        self.sagemaker.observe(endpoint, supply).await
    }
}
