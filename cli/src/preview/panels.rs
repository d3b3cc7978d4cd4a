//! The interactive panels of a preview, drawn by the code of the `widgets` function.
//!
//! That code asks SageMaker and CloudWatch, so a stand-in on this machine plays both for as long as a page is drawn: with the
//! simulated endpoint, all that its fleet has published, and a clock that stands at the picture's present.

use std::io;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sagemaker::config::{Credentials, SharedCredentialsProvider};
use monitored_endpoint::usage::Moment;
use monitored_endpoint::widgets::{Invocation, Widgets};
use stand_in::render::simulated::Simulation;
use stand_in::render::{CustomAnswer, CustomCall};
use stand_in::telemetry::{MetricStore, SECOND};
use stand_in::{Config, HostError, StandIn};
use thiserror::Error;

/// Lambda's, as template.yaml gives it to the function.
const TIME: Duration = Duration::from_secs(30);

/// Why a preview has no interactive panels.
#[derive(Debug, Error)]
pub(super) enum PanelsError {
    /// No port, thread or runtime is to be had.
    #[error("the interactive panels can't be drawn: no server can be started on this machine: {0}")]
    Server(#[from] io::Error),
    /// The fleet is of an endpoint that SageMaker wouldn't make.
    #[error("the interactive panels can't be drawn: {0}")]
    Host(#[from] HostError),
}

/// Answers the calls of a dashboard's custom widgets at the end of a simulation.
pub(super) fn answers(
    simulation: &Simulation<'_>,
    store: &MetricStore,
    calls: &[CustomCall],
) -> Result<Vec<CustomAnswer>, PanelsError> {
    let now = simulation.now;
    let lived = Duration::from_millis(u64::try_from(now - simulation.start).unwrap_or(0));
    let region = region(calls);
    let config =
        Config { region: region.clone(), stands_at: Some(now), transition: Duration::ZERO, ..Config::default() };
    let stand_in = StandIn::start(config)?;
    stand_in.host(simulation.fleet, lived)?;
    stand_in.edit_metrics(|published| *published = store.clone());
    let widgets = Widgets::new(&account(stand_in.url(), region));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let answered = runtime.block_on(async {
        let mut answers = Vec::new();
        for call in calls {
            let now = Moment(now.div_euclid(SECOND));
            let invocation = Invocation { function_arn: &call.endpoint, now, time_left: TIME };
            answers.push(call.answered(widgets.answer(&call.event, invocation).await));
        }
        answers
    });
    Ok(answered)
}

/// The Region that the dashboard's panels ask in.
fn region(calls: &[CustomCall]) -> String {
    let named = calls.iter().find_map(|call| call.event["Region"].as_str());
    named.unwrap_or("us-east-1").to_owned()
}

/// The account that the stand-in plays, whatever is configured on this machine.
fn account(url: &str, region: String) -> SdkConfig {
    let credentials = Credentials::new("simulated", "simulated", None, None, "simulated");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(region))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(url)
        .build()
}
