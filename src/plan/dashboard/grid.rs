//! The dashboard's 24 columns: widgets in rows, left to right and top to bottom, and how much a dashboard may hold.
//!
//! Limits: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html>.

use serde::{Serialize, Serializer};
use thiserror::Error;

use super::PlannedLine;
use super::widget::{GraphProperties, Line, Panel};
use crate::panel_params::{FleetParams, PanelParams};

/// Columns of a dashboard.
pub(super) const COLUMNS: u16 = 24;
/// Metrics and expressions that a graph may have.
const MOST_LINES: usize = 500;
/// Graphs side by side that can still be read on a screen of 1440 × 900.
const MOST_IN_A_ROW: usize = 3;
const MOST_WIDGETS: usize = 500;
const MOST_METRICS: usize = 2500;

/// A dashboard that CloudWatch would refuse.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "the dashboard would have {count} {what}, and CloudWatch takes {most}; list fewer InferenceComponents (models that \
     aren't listed are shown all the same, without a panel of their own), or set Dashboard.Enabled to false"
)]
pub struct DashboardTooLarge {
    /// What there is too much of.
    what: &'static str,
    count: usize,
    most: usize,
}

/// A widget of a planned dashboard, and where it stands.
#[derive(Clone, Debug, Serialize)]
pub struct PlannedWidget {
    /// What a panel shows and how to read it, in words. It isn't part of the body.
    #[serde(skip)]
    shows: &'static str,
    height: u16,
    properties: Properties,
    #[serde(rename = "type")]
    kind: &'static str,
    width: u16,
    x: u16,
    y: u16,
}

/// What a widget shows, by its type.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum Properties {
    Text {
        markdown: String,
    },
    Metric(GraphProperties),
    Alarm {
        alarms: Vec<String>,
        title: &'static str,
    },
    Custom {
        endpoint: String,
        params: CustomParams,
        title: &'static str,
        #[serde(rename = "updateOn")]
        update_on: UpdateOn,
    },
}

/// The parameters of a custom widget, by what it is about.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum CustomParams {
    Endpoint(Box<PanelParams>),
    Fleet(FleetParams),
}

impl From<PanelParams> for CustomParams {
    fn from(params: PanelParams) -> Self {
        Self::Endpoint(Box::new(params))
    }
}

impl From<FleetParams> for CustomParams {
    fn from(params: FleetParams) -> Self {
        Self::Fleet(params)
    }
}

impl Serialize for CustomParams {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let params = match self {
            Self::Endpoint(params) => params.to_json(),
            Self::Fleet(params) => params.to_json(),
        };
        params.serialize(serializer)
    }
}

/// When a custom widget is drawn anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct UpdateOn {
    refresh: bool,
    resize: bool,
    time_range: bool,
}

impl Properties {
    fn kind(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Metric(_) => "metric",
            Self::Alarm { .. } => "alarm",
            Self::Custom { .. } => "custom",
        }
    }
}

impl PlannedWidget {
    /// What stands over a panel. Widgets without it are texts.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        match &self.properties {
            Properties::Text { .. } => None,
            Properties::Metric(graph) => Some(&graph.title),
            Properties::Alarm { title, .. } | Properties::Custom { title, .. } => Some(title),
        }
    }

    /// What a text says.
    #[must_use]
    pub fn markdown(&self) -> Option<&str> {
        match &self.properties {
            Properties::Text { markdown } => Some(markdown),
            Properties::Metric(_) | Properties::Alarm { .. } | Properties::Custom { .. } => None,
        }
    }

    /// The parameters of an interactive panel of one endpoint.
    #[must_use]
    pub fn params(&self) -> Option<&PanelParams> {
        match &self.properties {
            Properties::Custom { params: CustomParams::Endpoint(params), .. } => Some(params),
            Properties::Custom { .. } | Properties::Text { .. } | Properties::Metric(_) | Properties::Alarm { .. } => {
                None
            }
        }
    }

    /// What a panel shows and how to read it, in words; empty for a text.
    #[must_use]
    pub fn shows(&self) -> &'static str {
        self.shows
    }

    /// The lines of a graph; none where it is no graph.
    #[must_use]
    pub fn lines(&self) -> Vec<PlannedLine> {
        match &self.properties {
            Properties::Metric(graph) => graph.metrics.iter().map(Line::planned).collect(),
            Properties::Text { .. } | Properties::Alarm { .. } | Properties::Custom { .. } => Vec::new(),
        }
    }

    /// Whether the other shows the same in the same way, wherever it stands.
    #[must_use]
    pub fn has_content_of(&self, other: &Self) -> bool {
        self.properties == other.properties
    }

    /// Whether the other stands in the same place and is as large.
    #[must_use]
    pub fn has_place_of(&self, other: &Self) -> bool {
        let place = |widget: &Self| (widget.x, widget.y, widget.width, widget.height);
        place(self) == place(other)
    }
}

/// Places widgets, without overlap.
pub(super) struct Grid<'s> {
    region: &'s str,
    period: u16,
    widgets: Vec<PlannedWidget>,
    metrics: usize,
    most_lines: usize,
    x: u16,
    y: u16,
    row_height: u16,
}

impl<'s> Grid<'s> {
    /// A grid whose panels show metrics of `region`, at `period` seconds a datapoint.
    pub(super) fn new(region: &'s str, period: u16) -> Self {
        Self { region, period, widgets: Vec::new(), metrics: 0, most_lines: 0, x: 0, y: 0, row_height: 0 }
    }

    /// A text over the whole width.
    pub(super) fn text(&mut self, markdown: String, height: u16) {
        self.place(COLUMNS, height, "", Properties::Text { markdown });
    }

    /// Graphs side by side, in as many rows as they need, each as wide as the page. One that draws nothing is left out: it
    /// could never show anything.
    pub(super) fn row(&mut self, panels: impl IntoIterator<Item = Panel>) {
        let mut panels: Vec<Panel> = panels.into_iter().filter(Panel::shows_something).collect();
        let rows = panels.len().div_ceil(MOST_IN_A_ROW);
        for row in 0..rows {
            let here = panels.len().div_ceil(rows - row);
            let width = COLUMNS / u16::try_from(here).unwrap_or(COLUMNS);
            self.new_row();
            panels.drain(..here).for_each(|panel| self.panel(panel, width));
        }
    }

    fn panel(&mut self, panel: Panel, width: u16) {
        self.metrics += panel.lines.len();
        self.most_lines = self.most_lines.max(panel.lines.len());
        let (height, shows) = (panel.height(), panel.shows);
        self.place(width, height, shows, Properties::Metric(GraphProperties::of(panel, self.region, self.period)));
    }

    /// The states of alarms, by their ARNs.
    pub(super) fn alarm_states(&mut self, title: &'static str, shows: &'static str, alarms: Vec<String>) {
        self.place(COLUMNS, 2, shows, Properties::Alarm { alarms, title });
    }

    /// What the function of this ARN draws from `params`, anew at every refresh and time range. Another size shows the same
    /// numbers, and asking for them costs.
    pub(super) fn custom(
        &mut self,
        title: &'static str,
        shows: &'static str,
        function_arn: &str,
        params: impl Into<CustomParams>,
        (width, height): (u16, u16),
    ) {
        let update_on = UpdateOn { refresh: true, resize: false, time_range: true };
        let properties =
            Properties::Custom { endpoint: function_arn.to_owned(), params: params.into(), title, update_on };
        self.place(width, height, shows, properties);
    }

    /// Begins a new row: what follows stands below what is there.
    fn new_row(&mut self) {
        self.x = 0;
        self.y += self.row_height;
        self.row_height = 0;
    }

    /// Everything placed.
    ///
    /// # Errors
    /// More than a dashboard may hold.
    pub(super) fn into_widgets(self) -> Result<Vec<PlannedWidget>, DashboardTooLarge> {
        let held = [
            ("widgets", self.widgets.len(), MOST_WIDGETS),
            ("metrics in one of its graphs", self.most_lines, MOST_LINES),
            ("metrics in all its graphs", self.metrics, MOST_METRICS),
        ];
        match held.into_iter().find(|(_, count, most)| count > most) {
            Some((what, count, most)) => Err(DashboardTooLarge { what, count, most }),
            None => Ok(self.widgets),
        }
    }

    fn place(&mut self, width: u16, height: u16, shows: &'static str, properties: Properties) {
        if self.x + width > COLUMNS {
            self.new_row();
        }
        let (kind, x, y) = (properties.kind(), self.x, self.y);
        self.widgets.push(PlannedWidget { shows, height, properties, kind, width, x, y });
        self.x += width;
        self.row_height = self.row_height.max(height);
    }
}
