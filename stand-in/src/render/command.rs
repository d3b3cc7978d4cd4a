//! `stand-in render`: a dashboard drawn without a server, from a body and the declaration of a fleet.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::Args;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    arguments::{facts, pair},
    evaluation::dashboard::RangeError,
    telemetry::{Facts, Fleet, SECOND, Timestamp},
};

use super::{
    Theme,
    simulated::{self, Picture, Simulation, SimulationError},
};

/// Draws a dashboard over a simulated fleet as one HTML file.
#[derive(Debug, Args)]
pub struct Render {
    /// The dashboard: its body, or the answer of `GetDashboard`. `MetricAlarms` beside it, as requests of `PutMetricAlarm` or as
    /// `DescribeAlarms` answers them, are shown in its alarm widgets.
    #[arg(long)]
    body: PathBuf,
    /// The fleet: `{"fleet": {…}, "started_ago_s": 10800}`, as `POST /_stand-in/fleet` takes it.
    #[arg(long)]
    fleet: PathBuf,
    /// Has the fleet publish as an endpoint did: a file that `monitored-endpoint verify --facts` wrote.
    #[arg(long, value_name = "FILE", value_parser = facts)]
    facts: Option<Facts>,
    /// Lets every load rise and fall by up to this part of itself, so that graphs have something to show. Counts stay.
    #[arg(long, default_value_t = 0.0)]
    sway: f64,
    #[command(flatten)]
    view: View,
    /// The file to write.
    #[arg(long)]
    out: PathBuf,
}

/// What of a dashboard to look at, and how: the options of every program that draws one.
#[derive(Clone, Debug, Args)]
pub struct View {
    /// Start of the time range, such as -PT1H; the dashboard's own by default.
    #[arg(long, allow_hyphen_values = true)]
    from: Option<String>,
    /// End of the time range, such as -PT30M; the present by default.
    #[arg(long, allow_hyphen_values = true)]
    to: Option<String>,
    /// What to take for the present, such as 2026-11-24T12:00:00Z, so that the same page can be made again; by default the last whole
    /// five minutes.
    #[arg(long)]
    now: Option<String>,
    /// The theme: auto (the reader's), light or dark.
    #[arg(long, default_value = "auto")]
    theme: Theme,
    /// What is chosen in a drop-down of the dashboard, as ID=VALUE.
    #[arg(long, value_name = "ID=VALUE", value_parser = pair)]
    variable: Vec<(String, String)>,
}

/// Why nothing was drawn.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// A file that can't be read or written.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: String,
        /// What is in the way.
        error: io::Error,
    },
    /// A file that isn't the JSON it should be.
    #[error("{path}: {error}")]
    Json {
        /// The file.
        path: String,
        /// What is wrong.
        error: serde_json::Error,
    },
    /// A fleet or a dashboard that can't be drawn.
    #[error(transparent)]
    Draw(#[from] SimulationError),
    /// A time that can't be read.
    #[error(transparent)]
    Time(#[from] RangeError),
}

/// A fleet in a file, as the body of `POST /_stand-in/fleet`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetFile {
    /// The fleet.
    pub fleet: Fleet,
    /// How long it has lived, in seconds.
    #[serde(default)]
    pub started_ago_s: u32,
}

impl View {
    /// The present, as it was given or as it is.
    ///
    /// # Errors
    /// What was given isn't a time.
    pub fn now(&self) -> Result<Timestamp, RangeError> {
        self.now.as_deref().map_or_else(|| Ok(simulated::present()), simulated::moment)
    }

    /// The picture of a dashboard that was asked for.
    #[must_use]
    pub fn of<'p>(&'p self, dashboard: &'p Value) -> Picture<'p> {
        Picture {
            dashboard,
            from: self.from.as_deref(),
            to: self.to.as_deref(),
            theme: self.theme,
            chosen: self.variable.iter().cloned().collect(),
        }
    }
}

impl Render {
    /// Draws what the arguments say.
    ///
    /// # Errors
    /// A file, time, fleet or dashboard that isn't one.
    pub fn run(self) -> Result<(), CommandError> {
        let now = self.view.now()?;
        let dashboard = read(&self.body)?;
        let FleetFile { mut fleet, started_ago_s } = serde_json::from_value(read(&self.fleet)?)
            .map_err(|error| CommandError::Json { path: name(&self.fleet), error })?;
        self.facts.unwrap_or_default().apply(&mut fleet);
        let start = now - Timestamp::from(started_ago_s) * SECOND;
        let drawn = Simulation { fleet: &fleet, start, now, sway: self.sway }.draw(&self.view.of(&dashboard))?;
        fs::write(&self.out, drawn.html).map_err(|error| CommandError::File { path: name(&self.out), error })
    }
}

fn read(path: &Path) -> Result<Value, CommandError> {
    let text = fs::read(path).map_err(|error| CommandError::File { path: name(path), error })?;
    serde_json::from_slice(&text).map_err(|error| CommandError::Json { path: name(path), error })
}

fn name(path: &Path) -> String {
    path.display().to_string()
}
