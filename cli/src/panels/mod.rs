//! The interactive panels over a simulated fleet, drawn by the code of the `widgets` function.
//!
//! That code asks SageMaker and CloudWatch; here an endpoint in memory answers in their place, with all that its fleet has
//! published up to the picture's present.

mod declaration;
mod endpoint;
mod fleet;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use dashboard_picture::simulated::Simulation;
use dashboard_picture::{CustomAnswer, CustomCall};
use metric_math::telemetry::{MetricStore, SECOND};
use monitored_endpoint::fleet::FleetReader;
use monitored_endpoint::panel_params::PanelParams;
use monitored_endpoint::usage::{Moment, Question, Reader, TimeRange, UsageError};
use monitored_endpoint::widgets::{PanelCall, Widgets};
use thiserror::Error;
use tokio::runtime::Runtime;

use endpoint::SimulatedEndpoint;
use fleet::SimulatedAccount;

/// Lambda's, as template.yaml gives it to the function.
const TIME: Duration = Duration::from_secs(30);

/// Why there are no interactive panels.
#[derive(Debug, Error)]
pub(crate) enum PanelsError {
    /// No runtime is to be had.
    #[error("the interactive panels can't be drawn")]
    Runtime(#[from] io::Error),
    /// The simulated endpoint can't answer.
    #[error("the interactive panels can't be drawn")]
    Usage(#[from] UsageError),
}

/// Answers the calls of a dashboard's custom widgets at the end of a simulation.
pub(crate) fn answers(
    simulation: &Simulation<'_>,
    store: &MetricStore,
    calls: &[CustomCall],
) -> Result<Vec<CustomAnswer>, PanelsError> {
    let stage = Stage::new(simulation, store)?;
    let widgets = stage.widgets();
    Ok(calls.iter().map(|call| call.answered(stage.answer(&widgets, call))).collect())
}

/// How many metrics `GetMetricData` is asked for when all these panels show the whole simulation, each drawn by a process of its own,
/// as Lambda has it.
pub(crate) fn metrics_asked(
    simulation: &Simulation<'_>,
    store: &MetricStore,
    panels: &[&PanelParams],
) -> Result<usize, PanelsError> {
    let stage = Stage::new(simulation, store)?;
    let range = TimeRange::Between { from: Moment(simulation.start.div_euclid(SECOND)), until: stage.now };
    for params in panels {
        let question = Question::of_panel(params, range, stage.now);
        stage.runtime.block_on(stage.reader().read(&question))?;
    }
    Ok(stage.endpoint.metrics_asked())
}

/// What the function works with.
struct Stage {
    endpoint: Arc<SimulatedEndpoint>,
    account: Arc<SimulatedAccount>,
    runtime: Runtime,
    now: Moment,
}

impl Stage {
    fn new(simulation: &Simulation<'_>, store: &MetricStore) -> Result<Self, PanelsError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        let endpoint = Arc::new(SimulatedEndpoint::new(simulation, store.clone()));
        let account = Arc::new(SimulatedAccount::new(simulation, &endpoint));
        Ok(Self { endpoint, account, runtime, now: Moment(simulation.now.div_euclid(SECOND)) })
    }

    /// A reader as a process starts with it: it remembers nothing.
    fn reader(&self) -> Reader {
        Reader::from_source(Arc::clone(&self.endpoint) as Arc<_>)
    }

    /// The function as it starts.
    fn widgets(&self) -> Widgets {
        let fleet = FleetReader::from_source(Arc::clone(&self.account) as Arc<_>);
        Widgets::over(self.reader()).with_fleet(Some(fleet))
    }

    fn answer(&self, widgets: &Widgets, call: &CustomCall) -> String {
        let panel_call = PanelCall { function_arn: &call.endpoint, now: self.now, time_left: TIME };
        self.runtime.block_on(widgets.answer(&call.event, panel_call))
    }
}
