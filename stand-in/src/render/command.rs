//! `stand-in render`: a dashboard drawn without a server, from a body and the declaration of a fleet.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    clock::{Clock, timestamp},
    evaluation::{
        Reading,
        dashboard::{RangeError, TimeRange, Viewer},
    },
    telemetry::{Fleet, FleetError, SECOND, Timestamp},
};

use super::{AlarmCondition, Dashboard, RenderError, Theme, sway};

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
    /// Lets every load rise and fall by up to this part of itself, so that graphs have something to show. Counts stay.
    #[arg(long, default_value_t = 0.0)]
    sway: f64,
    /// Start of the time range, such as -PT3H; the body's own by default.
    #[arg(long, allow_hyphen_values = true)]
    from: Option<String>,
    /// End of the time range, such as -PT1H; the present by default.
    #[arg(long, allow_hyphen_values = true)]
    to: Option<String>,
    /// What to take for the present, such as 2026-11-24T12:00:00Z, so that a picture can be made again.
    #[arg(long)]
    now: Option<String>,
    /// The theme: auto, light or dark.
    #[arg(long, default_value = "auto")]
    theme: Theme,
    /// What is chosen in a drop-down, as ID=VALUE.
    #[arg(long, value_parser = choice)]
    variable: Vec<(String, String)>,
    /// The file to write.
    #[arg(long)]
    out: PathBuf,
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
    /// A fleet that can't be.
    #[error(transparent)]
    Fleet(#[from] FleetError),
    /// A dashboard that can't be drawn.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A time that can't be read.
    #[error(transparent)]
    Time(#[from] RangeError),
}

/// As the body of `POST /_stand-in/fleet`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Simulated {
    fleet: Fleet,
    #[serde(default)]
    started_ago_s: u32,
}

impl Render {
    /// Draws what the arguments say.
    ///
    /// # Errors
    /// A file, time, fleet or dashboard that isn't one.
    pub fn run(self) -> Result<(), CommandError> {
        let now = match &self.now {
            Some(text) => TimeRange::of_body(&json!({ "start": text }), 0)?.start,
            None => timestamp(Clock::new().now()),
        };
        let dashboard = read(&self.body)?;
        let body = body_of(&dashboard).map_err(|error| CommandError::Json { path: name(&self.body), error })?;
        let simulated: Simulated = serde_json::from_value(read(&self.fleet)?)
            .map_err(|error| CommandError::Json { path: name(&self.fleet), error })?;
        let start = now - Timestamp::from(simulated.started_ago_s) * SECOND;
        let store = sway::publish(&simulated.fleet, self.sway, start, now)?;
        let mut ends = body.clone();
        for (end, text) in [("start", &self.from), ("end", &self.to)] {
            if let Some(text) = text {
                ends[end] = text.as_str().into();
            }
        }
        let range = TimeRange::of_body(&ends, now)?;
        let requests = dashboard.get("MetricAlarms").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let condition = |alarm: &Value| match alarm.get("StateValue") {
            Some(_) => AlarmCondition::described(alarm),
            None => AlarmCondition::evaluated(alarm, &store, range.start, range.end),
        };
        let alarms: Vec<AlarmCondition> = requests.iter().filter_map(condition).collect();
        let drawn = Dashboard {
            name: dashboard.get("DashboardName").and_then(Value::as_str).unwrap_or("Dashboard"),
            body: &body,
            range: Some(range),
            alarms: &alarms,
            chosen: self.variable.into_iter().collect::<BTreeMap<_, _>>(),
            theme: self.theme,
        };
        let html = drawn.html(Viewer { store: &store, reading: Reading::default(), now })?;
        fs::write(&self.out, html).map_err(|error| CommandError::File { path: name(&self.out), error })
    }
}

/// The body itself, or the one in the answer of `GetDashboard`, where it is text.
fn body_of(dashboard: &Value) -> serde_json::Result<Value> {
    match dashboard.get("DashboardBody").and_then(Value::as_str) {
        Some(text) => serde_json::from_str(text),
        None => Ok(dashboard.clone()),
    }
}

fn read(path: &Path) -> Result<Value, CommandError> {
    let text = fs::read(path).map_err(|error| CommandError::File { path: name(path), error })?;
    serde_json::from_slice(&text).map_err(|error| CommandError::Json { path: name(path), error })
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

fn choice(text: &str) -> Result<(String, String), String> {
    let (id, value) = text.split_once('=').ok_or_else(|| format!("{text:?} has no =: give ID=VALUE"))?;
    Ok((id.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_may_be_in_the_answer_of_get_dashboard() {
        let body = json!({"widgets": []});
        for given in [body.clone(), json!({"DashboardName": "a", "DashboardBody": body.to_string()})] {
            assert_eq!(body_of(&given).unwrap(), body);
        }
    }

    #[test]
    fn choices_are_pairs() {
        assert_eq!(choice("model=a=b"), Ok(("model".to_owned(), "a=b".to_owned())));
        assert!(choice("model").is_err());
    }
}
