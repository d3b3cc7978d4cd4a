//! Moves what exists to what is planned, and removes what a physical id made.
//!
//! Everything is described before the first write, all at once; `decide` then says, without any call, which changes lead from
//! there to the plan; and only then are they carried out, each written down in the request ledger first. There is a file for
//! each owned thing: how it is described, what is refused, how it is made, changed and removed.

mod adoption;
mod alarm;
mod apply;
mod change;
mod cleanup;
mod dashboard;
mod decide;
mod endpoint;
mod endpoint_config;
mod environment;
mod error;
mod existing;
mod forecast;
mod outputs;
mod ownership;
mod tags;
#[cfg(test)]
mod testing;
mod undo;
mod upkeep;

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_sagemaker::operation::describe_endpoint_config::DescribeEndpointConfigOutput;
use aws_sdk_sagemaker::types::EndpointStatus;
use serde_json::Value;

pub use decide::Desired;
pub use error::{ReconcileError, reason};
pub use forecast::{Before, Fate, Forecast, forecast};
pub(crate) use outputs::attribute;
pub use outputs::attributes_of;
pub(crate) use undo::{UndoLog, Undoing};
pub(crate) use upkeep::{Kept, Upkeep};

use crate::aws::{CloudWatch, Pricing, SageMaker, patient};
use crate::ledger::Run;
use crate::plan::{Identity, Owner, RunbooksUrl};
use crate::properties::Declaration;
use crate::spec::{EndpointConfigName, EndpointName, NamesInUse, ObservedConfig, Spec};

/// What a config says of the endpoint that serves on it.
fn observed(config: DescribeEndpointConfigOutput) -> ObservedConfig {
    ObservedConfig {
        production_variants: config.production_variants.unwrap_or_default(),
        shadow_production_variants: config.shadow_production_variants.unwrap_or_default(),
        metrics_config: config.metrics_config,
        asynchronous: config.async_inference_config.is_some(),
    }
}

/// The AWS services, and the Region they are in. Made once per process.
#[derive(Clone, Debug)]
pub struct Reconciler {
    sagemaker: SageMaker,
    cloudwatch: CloudWatch,
    pricing: Pricing,
    region: String,
    longest_pause: Duration,
    widgets_function: Option<String>,
    /// Whether that function may read all endpoints of the account and Region.
    reads_fleet: bool,
    /// The page of runbooks.
    runbooks_url: Option<RunbooksUrl>,
}

/// The input of [`Reconciler::apply`].
#[derive(Debug)]
pub(crate) struct Apply<'a> {
    /// What is wanted.
    pub(crate) spec: &'a Spec,
    /// What it makes under which names.
    pub(crate) identity: &'a Identity,
    /// Whose it is.
    pub(crate) owner: &'a Owner,
    /// Names that the declaration uses, and those that an earlier one used.
    pub(crate) names: &'a NamesInUse,
    /// What was declared before, in an Update.
    pub(crate) earlier: Option<&'a Declaration>,
    /// The endpoint config that the earlier declaration made.
    pub(crate) earlier_config: Option<&'a EndpointConfigName>,
    /// What an Update which failed may have left.
    pub(crate) abandoned: Option<&'a Abandoned>,
    /// The run that carries it out.
    pub(crate) run: &'a Run,
    /// How to undo it.
    pub(crate) undo: &'a UndoLog,
    /// The declaration's monitoring part, where monitoring is kept right between requests.
    pub(crate) monitoring_part: Option<&'a Value>,
}

/// What a failed replacement may have left.
#[derive(Debug)]
pub(crate) struct Abandoned {
    /// The id that it may have made things under.
    pub(crate) physical_id: String,
    /// The endpoint that it may have made.
    pub(crate) endpoint: Option<EndpointName>,
}

impl Apply<'_> {
    /// The endpoint that a failed replacement may have made.
    fn abandoned_endpoint(&self) -> Option<&EndpointName> {
        self.abandoned.and_then(|abandoned| abandoned.endpoint.as_ref())
    }
}

/// The input of [`Reconciler::cleanup`].
#[derive(Debug)]
pub(crate) struct Cleanup<'a> {
    /// Whose it is.
    pub(crate) owner: &'a Owner,
    /// What made it.
    pub(crate) physical_id: &'a str,
    /// Whether the id is one that CloudFormation makes up, by how it looks.
    pub(crate) looks_made_up: bool,
    /// Endpoint configs that may have been made under it.
    pub(crate) endpoint_configs: &'a [EndpointConfigName],
    /// The endpoint that may serve on one of them.
    pub(crate) endpoint: Option<&'a EndpointName>,
    /// Whether the resource owns the endpoint.
    pub(crate) owns_endpoint: bool,
    /// Names that the declaration used.
    pub(crate) names: &'a NamesInUse,
    /// The run that carries it out.
    pub(crate) run: &'a Run,
}

impl Reconciler {
    /// Clients for the services that `config` points at. `longest_pause` is the longest pause while
    /// something is changing.
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
            reads_fleet: false,
            runbooks_url: None,
        }
    }

    /// Has dashboards get interactive panels, drawn by the function of this ARN.
    #[must_use]
    pub fn with_widgets(mut self, function_arn: Option<String>) -> Self {
        self.widgets_function = function_arn;
        self
    }

    /// Says whether that function may read all endpoints of the account and Region.
    #[must_use]
    pub fn with_fleet_reads(mut self, reads_fleet: bool) -> Self {
        self.reads_fleet = reads_fleet;
        self
    }

    /// Has descriptions of alarms link to this page of runbooks.
    #[must_use]
    pub fn with_runbooks(mut self, url: Option<RunbooksUrl>) -> Self {
        self.runbooks_url = url;
        self
    }

    /// The Region that everything is in.
    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    /// Reads from an endpoint what a declaration leaves out.
    ///
    /// # Errors
    /// [`ReconcileError::EndpointMissing`] and [`ReconcileError::ConfigMissing`] name the property to `supply` instead.
    pub async fn observe(
        &self,
        endpoint: &EndpointName,
        supply: &'static str,
    ) -> Result<ObservedConfig, ReconcileError> {
        let name = endpoint.to_string();
        let Some(endpoint) = self.sagemaker.endpoint(endpoint.as_str()).await? else {
            return Err(ReconcileError::EndpointMissing { name, supply });
        };
        let config = endpoint.endpoint_config_name.unwrap_or_default();
        match self.sagemaker.endpoint_config(&config).await? {
            Some(described) => Ok(observed(described)),
            None => Err(ReconcileError::ConfigMissing { name, config, supply }),
        }
    }

    /// The same, between requests: `None` while the endpoint is changing, and where it or its config has gone. Once it has
    /// settled, its event comes.
    ///
    /// # Errors
    /// Where AWS refuses a description.
    pub(crate) async fn observe_settled(
        &self,
        endpoint: &EndpointName,
    ) -> Result<Option<ObservedConfig>, ReconcileError> {
        let found = self.sagemaker.endpoint(endpoint.as_str()).await?;
        let found = found.filter(|found| found.endpoint_status == Some(EndpointStatus::InService));
        let Some(config) = found.and_then(|found| found.endpoint_config_name) else { return Ok(None) };
        Ok(self.sagemaker.endpoint_config(&config).await?.map(observed))
    }

    /// Describes until what was written shows: AWS doesn't promise to show a write at once.
    async fn describe_until_found<T, F>(&self, what: &str, describe: impl Fn() -> F) -> Result<T, ReconcileError>
    where
        F: Future<Output = Result<Option<T>, ReconcileError>>,
    {
        const ATTEMPTS: u32 = 6;
        let mut pause = Duration::from_millis(100).min(self.longest_pause);
        for _ in 1..ATTEMPTS {
            if let Some(found) = describe().await? {
                return Ok(found);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(self.longest_pause);
        }
        describe().await?.ok_or_else(|| ReconcileError::Vanished { what: what.to_owned() })
    }
}
