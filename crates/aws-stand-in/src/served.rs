//! `/_stand-in/dashboards/NAME`: a dashboard that exists, drawn over what has been published, and the calls of its custom
//! widgets' functions.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{clock::timestamp, world::World};
use metric_math::{
    evaluation::{
        Reading,
        dashboard::{TimeSpan, Viewer, complete_range},
    },
    telemetry::Timestamp,
};

use dashboard_picture::{AlarmCondition, CustomAnswer, CustomCall, Dashboard, RenderError, Theme, ThemeError};

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PageError {
    #[error("there is no dashboard {0:?}")]
    Unknown(String),
    #[error("{0}")]
    Query(String),
    #[error(transparent)]
    Theme(#[from] ThemeError),
    #[error(transparent)]
    Render(#[from] RenderError),
}

/// What is asked of a dashboard.
struct Asked {
    body: Value,
    range: TimeSpan,
    now: Timestamp,
    theme: Theme,
    chosen: BTreeMap<String, String>,
    alarms: Vec<AlarmCondition>,
}

/// The page of a dashboard, with the answers of its custom widgets' functions. `query` is the address's: `from` and `to` such
/// as `-PT3H`, `theme`, and values of variables by their ids.
pub(crate) fn page(world: &mut World, name: &str, query: &str, custom: &[CustomAnswer]) -> Result<String, PageError> {
    let Asked { body, range, now, theme, chosen, alarms } = Asked::read(world, name, query)?;
    let origin = "Drawn from the metrics of a local stand-in for CloudWatch.";
    let range = Some(range);
    let dashboard = Dashboard { name, body: &body, range, alarms: &alarms, chosen, theme, custom, origin };
    Ok(dashboard.html(Viewer { store: world.cloudwatch.store(), reading: Reading::default(), now })?)
}

/// The calls that the console would make for the same page.
pub(crate) fn calls(world: &mut World, name: &str, query: &str) -> Result<Vec<CustomCall>, PageError> {
    let asked = Asked::read(world, name, query)?;
    Ok(dashboard_picture::calls(name, &asked.body, asked.range, asked.theme))
}

impl Asked {
    fn read(world: &mut World, name: &str, query: &str) -> Result<Self, PageError> {
        let all = world.describe().map_err(|error| PageError::Query(error.message))?;
        let list = |kind: &str| all.get(kind).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let named = |one: &&Value| one.get("DashboardName").and_then(Value::as_str) == Some(name);
        let found = list("dashboards").iter().find(named).ok_or_else(|| PageError::Unknown(name.to_owned()))?;
        let body = found.get("DashboardBody").and_then(Value::as_str).unwrap_or_default();
        let body: Value = serde_json::from_str(body).map_err(|error| RenderError::Body(error.to_string()))?;
        let mut ends = body.clone();
        let mut theme = Theme::default();
        let mut chosen = BTreeMap::new();
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*key {
                "from" => ends["start"] = Value::String(value.into_owned()),
                "to" => ends["end"] = Value::String(value.into_owned()),
                "theme" => theme = value.parse::<Theme>()?,
                id => drop(chosen.insert(id.to_owned(), value.into_owned())),
            }
        }
        let now = timestamp(world.clock.now());
        let range = complete_range(&ends, now).map_err(RenderError::from)?;
        let alarms: Vec<AlarmCondition> = list("alarms").iter().filter_map(AlarmCondition::described).collect();
        Ok(Self { body, range, now, theme, chosen, alarms })
    }
}
