//! A dashboard over a simulated fleet, in one go: the fleet lives, its alarms are evaluated, and the page is drawn.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    clock::{Clock, timestamp},
    evaluation::{
        Reading,
        dashboard::{RangeError, TimeRange, Viewer},
    },
    telemetry::{Fleet, FleetError, MetricStore, Timestamp},
};

use super::{AlarmCondition, Dashboard, RenderError, Theme, sway};

/// A fleet and the time that it has lived.
#[derive(Clone, Debug)]
pub struct Simulation<'s> {
    /// The fleet.
    pub fleet: &'s Fleet,
    /// When it started.
    pub start: Timestamp,
    /// The present: nothing is published after it.
    pub now: Timestamp,
    /// By which part of itself every load rises and falls, so that graphs have something to show. Counts stay.
    pub sway: f64,
}

/// What to show of a simulation.
#[derive(Clone, Debug)]
pub struct Picture<'p> {
    /// The dashboard: its body, or the answer of `GetDashboard`. `MetricAlarms` and `CompositeAlarms` beside it, as requests of
    /// `PutMetricAlarm` and `PutCompositeAlarm` or as `DescribeAlarms` answers them, are shown in its alarm widgets.
    pub dashboard: &'p Value,
    /// Start of the time range, such as `-PT3H`; the body's own where there is none.
    pub from: Option<&'p str>,
    /// End of the time range; the present where there is none.
    pub to: Option<&'p str>,
    /// The theme.
    pub theme: Theme,
    /// Values of the dashboard's variables by their ids.
    pub chosen: BTreeMap<String, String>,
}

/// A picture that was drawn.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The page.
    pub html: String,
    /// The dashboard's alarms at the end of the range.
    pub alarms: Vec<AlarmCondition>,
}

/// Why nothing was drawn.
#[derive(Debug, thiserror::Error)]
pub enum SimulationError {
    /// A fleet that can't be.
    #[error(transparent)]
    Fleet(#[from] FleetError),
    /// A dashboard that can't be drawn.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A time that can't be read.
    #[error(transparent)]
    Time(#[from] RangeError),
    /// A body that isn't JSON.
    #[error("the dashboard's body is no JSON")]
    Body(#[source] serde_json::Error),
}

/// A point in time such as `2026-11-24T12:00:00Z`.
///
/// # Errors
/// It isn't one.
pub fn moment(text: &str) -> Result<Timestamp, RangeError> {
    Ok(TimeRange::of_body(&json!({ "start": text }), 0)?.start)
}

/// The present.
#[must_use]
pub fn present() -> Timestamp {
    timestamp(Clock::new().now())
}

impl Simulation<'_> {
    /// Everything that the fleet has published.
    ///
    /// # Errors
    /// The fleet contradicts itself.
    pub fn published(&self) -> Result<MetricStore, FleetError> {
        sway::publish(self.fleet, self.sway, self.start, self.now)
    }

    /// Draws a dashboard over what the fleet has published.
    ///
    /// # Errors
    /// A time, fleet or dashboard that isn't one.
    pub fn draw(&self, picture: &Picture<'_>) -> Result<Drawn, SimulationError> {
        let Self { now, .. } = *self;
        let body = body_of(picture.dashboard).map_err(SimulationError::Body)?;
        let store = self.published()?;
        let mut ends = body.clone();
        for (end, text) in [("start", picture.from), ("end", picture.to)] {
            if let Some(text) = text {
                ends[end] = text.into();
            }
        }
        let range = TimeRange::of_body(&ends, now)?;
        let list = |name: &str| {
            picture.dashboard.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default().iter()
        };
        let condition = |alarm: &Value| match alarm.get("StateValue") {
            Some(_) => AlarmCondition::described(alarm),
            None => AlarmCondition::evaluated(alarm, &store, range.start, range.end),
        };
        let mut alarms: Vec<AlarmCondition> = list("MetricAlarms").filter_map(condition).collect();
        for composite in list("CompositeAlarms") {
            alarms.extend(AlarmCondition::combined(composite, &alarms));
        }
        let drawn = Dashboard {
            name: picture.dashboard.get("DashboardName").and_then(Value::as_str).unwrap_or("Dashboard"),
            body: &body,
            range: Some(range),
            alarms: &alarms,
            chosen: picture.chosen.clone(),
            theme: picture.theme,
        };
        let html = drawn.html(Viewer { store: &store, reading: Reading::default(), now })?;
        Ok(Drawn { html, alarms })
    }
}

/// The body itself, or the one in the answer of `GetDashboard`, where it is text.
fn body_of(dashboard: &Value) -> serde_json::Result<Value> {
    match dashboard.get("DashboardBody").and_then(Value::as_str) {
        Some(text) => serde_json::from_str(text),
        None => Ok(dashboard.clone()),
    }
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
}
