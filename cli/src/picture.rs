//! What of a dashboard to draw, and over which fleet: options and a file of `preview`.

use clap::Args;
use dashboard_picture::Theme;
use dashboard_picture::simulated::{self, MomentError, Picture};
use metric_math::telemetry::{Fleet, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use crate::arguments::pair;

/// What of a dashboard to look at, and how.
#[derive(Clone, Debug, Args)]
pub(crate) struct View {
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

/// A fleet in a file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FleetFile {
    /// The fleet.
    pub(crate) fleet: Fleet,
    /// How long it has lived, in seconds.
    #[serde(default)]
    pub(crate) started_ago_s: u32,
}

impl View {
    /// The present, as it was given or as it is.
    pub(crate) fn now(&self) -> Result<Timestamp, MomentError> {
        self.now.as_deref().map_or_else(|| Ok(simulated::present()), simulated::moment)
    }

    /// The picture of a dashboard that was asked for.
    pub(crate) fn of<'p>(&'p self, dashboard: &'p Value) -> Picture<'p> {
        Picture {
            dashboard,
            from: self.from.as_deref(),
            to: self.to.as_deref(),
            theme: self.theme,
            chosen: self.variable.iter().cloned().collect(),
        }
    }
}
