//! A dashboard over a simulated fleet, in one go: the fleet lives, its alarms are evaluated, and the page is drawn.

use std::collections::BTreeMap;

use serde_json::Value;

use metric_math::{
    evaluation::{
        Reading,
        dashboard::{self, RangeError, TimeSpan, Viewer},
    },
    telemetry::{Fleet, FleetError, MINUTE, MetricStore, SECOND, Timestamp},
};

use super::{
    AlarmCondition, Dashboard, RenderError, Theme,
    custom::{self, CustomAnswer, CustomCall},
    sway,
};

/// A fleet and the time that it has lived.
#[derive(Clone, Debug)]
pub struct Simulation<'s> {
    /// The fleet.
    pub fleet: &'s Fleet,
    /// The fleets of other endpoints of the account, which live as long.
    pub beside: &'s [Fleet],
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
    /// The dashboard: its body, or the answer of `GetDashboard`. `MetricAlarms` and `CompositeAlarms` next to it, as requests of
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
#[non_exhaustive]
pub enum SimulationError {
    /// A fleet that can't be.
    #[error(transparent)]
    Fleet(#[from] FleetError),
    /// A dashboard that can't be drawn, or a time range that can't be read.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A body that isn't JSON.
    #[error("the dashboard's body is no JSON")]
    Body(#[source] serde_json::Error),
}

/// A text that isn't a point in time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no point in time: give one such as 2026-11-24T12:00:00Z")]
pub struct MomentError(pub String);

/// A point in time such as `2026-11-24T12:00:00Z`.
///
/// # Errors
/// It isn't one: a time range's `-PT3H` depends on the present.
pub fn moment(text: &str) -> Result<Timestamp, MomentError> {
    let at: jiff::Timestamp = text.parse().map_err(|_| MomentError(text.to_owned()))?;
    Ok(at.as_millisecond())
}

/// The present, to the last whole five minutes: a fleet that started whole minutes ago then changes where a graph's minute begins, and no
/// period has 0.8 instances.
#[must_use]
pub fn present() -> Timestamp {
    const STEP: Timestamp = 5 * MINUTE;
    jiff::Timestamp::now().as_millisecond().div_euclid(STEP) * STEP
}

impl Simulation<'_> {
    /// Everything that the fleets have published.
    ///
    /// # Errors
    /// A fleet contradicts itself.
    pub fn published(&self) -> Result<MetricStore, FleetError> {
        let mut store = MetricStore::default();
        for fleet in std::iter::once(self.fleet).chain(self.beside) {
            sway::publish(fleet, self.sway, (self.start, self.now), &mut store)?;
        }
        Ok(store)
    }

    /// Draws a dashboard over what the fleet has published, custom widgets as a note that they are there.
    ///
    /// # Errors
    /// A time, fleet or dashboard that isn't one.
    pub fn draw(&self, picture: &Picture<'_>) -> Result<Drawn, SimulationError> {
        self.draw_with(picture, |_, _| Vec::new())
    }

    /// The same with the answers of the custom widgets' functions, which get what the fleet has published to answer from.
    ///
    /// # Errors
    /// A time, fleet or dashboard that isn't one.
    pub fn draw_with(
        &self,
        picture: &Picture<'_>,
        functions: impl FnOnce(&MetricStore, &[CustomCall]) -> Vec<CustomAnswer>,
    ) -> Result<Drawn, SimulationError> {
        let Self { now, .. } = *self;
        let body = body_of(picture.dashboard).map_err(SimulationError::Body)?;
        let store = self.published()?;
        let range = self.range(picture, &body).map_err(RenderError::from)?;
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
        let name = picture.dashboard.get("DashboardName").and_then(Value::as_str).unwrap_or("Dashboard");
        let calls = custom::calls(name, &body, range, picture.theme);
        let custom = if calls.is_empty() { Vec::new() } else { functions(&store, &calls) };
        let drawn = Dashboard {
            name,
            body: &body,
            range: Some(range),
            alarms: &alarms,
            chosen: picture.chosen.clone(),
            theme: picture.theme,
            custom: &custom,
            origin: "Drawn from simulated metrics.",
        };
        let html = drawn.html(Viewer { store: &store, reading: Reading::default(), now })?;
        Ok(Drawn { html, alarms })
    }

    /// What to show: whole periods, and nothing from before the fleet's first one unless that is asked for.
    fn range(&self, picture: &Picture<'_>, body: &Value) -> Result<TimeSpan, RangeError> {
        let mut ends = body.clone();
        for (end, text) in [("start", picture.from), ("end", picture.to)] {
            if let Some(text) = text {
                ends[end] = text.into();
            }
        }
        let range = dashboard::complete_range(&ends, self.now)?;
        let step = Timestamp::from(dashboard::graph_period(body, range, self.now)) * SECOND;
        let first = -(-self.start).div_euclid(step) * step;
        let starts_late = picture.from.is_none() && range.start < first && first < range.end;
        Ok(TimeSpan { start: if starts_late { first } else { range.start }, ..range })
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
    use serde_json::json;

    use super::*;
    use metric_math::telemetry::{HOUR, Metric, Statistic, Steps, Variant, Window};

    #[test]
    fn a_body_may_be_in_the_answer_of_get_dashboard() {
        let body = json!({"widgets": []});
        for given in [body.clone(), json!({"DashboardName": "a", "DashboardBody": body.to_string()})] {
            assert_eq!(body_of(&given).unwrap(), body);
        }
    }

    #[test]
    fn a_moment_is_a_point_in_time_and_no_stretch_of_it() {
        assert_eq!(moment("1970-01-01T00:00:01Z"), Ok(SECOND));
        for wrong in ["-PT3H", "yesterday", ""] {
            assert_eq!(moment(wrong), Err(MomentError(wrong.to_owned())));
        }
    }

    #[test]
    fn no_period_of_a_picture_drawn_now_has_a_part_of_an_instance() {
        let now = present();
        for frequency in [10, 30, 60, 120, 180, 240, 300] {
            let variant = Variant::new("v", "ml.g6.12xlarge", 4, Steps(vec![(0, 1), (5400, 2), (7200, 1)]));
            let fleet = Fleet::new("chat", frequency, variant);
            let published =
                Simulation { fleet: &fleet, beside: &[], start: now - 3 * HOUR, now, sway: 0.3 }.published().unwrap();
            let cpu = Metric::new(
                "/aws/sagemaker/Endpoints",
                "CPUUtilization",
                &[("EndpointName", "chat"), ("VariantName", "v")],
            );
            let period = frequency.max(60);
            let window = Window::aligned(now - 3 * HOUR + 20 * MINUTE, now, period, now);
            let samples = published.read(&cpu, Statistic::SampleCount, window);
            assert!(samples.len() > 30, "{frequency}: {samples:?}");
            for count in samples.into_values() {
                let instances = count * f64::from(frequency) / f64::from(period);
                assert!((instances - instances.round()).abs() < 1e-9, "{frequency}: {instances}");
            }
        }
    }

    #[test]
    fn a_page_begins_with_the_first_whole_period_of_its_fleet() {
        let fleet = Fleet::new("chat", 60, Variant::new("v", "ml.g6.12xlarge", 4, Steps::always(1)));
        let now = present() + 17 * SECOND;
        let simulation = Simulation { fleet: &fleet, beside: &[], start: now - HOUR, now, sway: 0.0 };
        let dashboard = json!({"widgets": []});
        let picture =
            |from| Picture { dashboard: &dashboard, from, to: None, theme: Theme::Light, chosen: BTreeMap::new() };
        let range = simulation.range(&picture(None), &dashboard).unwrap();
        assert_eq!((now - range.start, now - range.end), (HOUR - 43 * SECOND, 17 * SECOND));
        let asked = simulation.range(&picture(Some("-PT3H")), &dashboard).unwrap();
        assert_eq!(asked.end - asked.start, 3 * HOUR);
    }
}
