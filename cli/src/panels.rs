//! The interactive panels over a simulated fleet, drawn by the code of the `widgets` function.
//!
//! That code asks SageMaker and CloudWatch, so a stand-in on this machine plays both for as long as they are drawn: with the
//! simulated endpoint, all that its fleet has published, and a clock that stands at the picture's present.

use std::io;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sagemaker::config::{Credentials, SharedCredentialsProvider};
use aws_stand_in::{Config, HostError, StandIn};
use dashboard_picture::simulated::Simulation;
use dashboard_picture::{CustomAnswer, CustomCall};
use metric_math::telemetry::{MetricStore, SECOND};
use monitored_endpoint::usage::Moment;
use monitored_endpoint::widgets::{Invocation, Widgets};
use serde_json::Value;
use thiserror::Error;
use tokio::runtime::Runtime;

/// Lambda's, as template.yaml gives it to the function.
const TIME: Duration = Duration::from_secs(30);

/// Why there are no interactive panels.
#[derive(Debug, Error)]
pub(crate) enum PanelsError {
    /// No port, thread or runtime is to be had.
    #[error("the interactive panels can't be drawn: no server can be started on this machine: {0}")]
    Server(#[from] io::Error),
    /// The fleet is of an endpoint that SageMaker wouldn't make.
    #[error("the interactive panels can't be drawn: {0}")]
    Host(#[from] HostError),
}

/// Answers the calls of a dashboard's custom widgets at the end of a simulation.
pub(crate) fn answers(
    simulation: &Simulation<'_>,
    store: &MetricStore,
    calls: &[CustomCall],
) -> Result<Vec<CustomAnswer>, PanelsError> {
    let stage = Stage::of(simulation, store, calls)?;
    let widgets = Widgets::new(&stage.account);
    Ok(calls.iter().map(|call| call.answered(stage.answer(&widgets, call))).collect())
}

/// How many metrics `GetMetricData` is asked for when all these calls come at once, each to a process of its own, as Lambda has
/// it.
pub(crate) fn metrics_asked(
    simulation: &Simulation<'_>,
    store: &MetricStore,
    calls: &[CustomCall],
) -> Result<usize, PanelsError> {
    let stage = Stage::of(simulation, store, calls)?;
    for call in calls {
        stage.answer(&Widgets::new(&stage.account), call);
    }
    let asked = stage.stand_in.calls().into_iter().filter(|call| call.operation == "GetMetricData");
    let queries = |request: &Value| request["MetricDataQueries"].as_array().map_or(0, Vec::len);
    Ok(asked.map(|call| queries(&call.request)).sum())
}

/// What the function works with.
struct Stage {
    stand_in: StandIn,
    account: SdkConfig,
    runtime: Runtime,
    now: Moment,
}

impl Stage {
    fn of(simulation: &Simulation<'_>, store: &MetricStore, calls: &[CustomCall]) -> Result<Self, PanelsError> {
        let now = simulation.now;
        let lived = Duration::from_millis(u64::try_from(now - simulation.start).unwrap_or(0));
        let region = region(calls);
        let config =
            Config { region: region.clone(), stands_at: Some(now), transition: Duration::ZERO, ..Config::default() };
        let stand_in = StandIn::start(config)?;
        stand_in.host(simulation.fleet, lived)?;
        stand_in.edit_metrics(|published| *published = store.clone());
        let account = account(stand_in.url(), region);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { stand_in, account, runtime, now: Moment(now.div_euclid(SECOND)) })
    }

    fn answer(&self, widgets: &Widgets, call: &CustomCall) -> String {
        let invocation = Invocation { function_arn: &call.endpoint, now: self.now, time_left: TIME };
        self.runtime.block_on(widgets.answer(&call.event, invocation))
    }
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
