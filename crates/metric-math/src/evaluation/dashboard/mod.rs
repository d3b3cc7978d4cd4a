//! Dashboards: what each metric widget of a body draws over a range of time.
//!
//! Structure and defaults as in
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html>. Whether a body
//! may be put is not checked here.

mod range;
mod row;

use serde_json::Value;

use crate::telemetry::{MetricStore, Timestamp, Window};

use super::{
    query::{Data, EvaluationError, Queries},
    reading::Reading,
    value::Series,
};

pub use range::{RangeError, TimeSpan, auto_period, complete_range, graph_period};
pub use row::Row;

/// The period of a widget that names none, in seconds.
const DEFAULT_PERIOD: u32 = 300;
/// The statistic of a metric that names none.
const DEFAULT_STATISTIC: &str = "Average";

/// What a dashboard is evaluated over.
#[derive(Clone, Copy)]
pub struct Viewer<'s> {
    /// The data.
    pub store: &'s MetricStore,
    /// How the documentation is read.
    pub reading: Reading,
    /// The present.
    pub now: Timestamp,
}

/// Which side's scale a line is read on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Axis {
    /// The left one.
    #[default]
    Left,
    /// The right one.
    Right,
}

/// A series that a widget shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Values and label.
    pub series: Series,
    /// Its scale.
    pub axis: Axis,
    /// Its colour, where the body names one, as `#rrggbb`.
    pub color: Option<String>,
}

/// A widget with what it shows.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawnWidget {
    /// Its number in the body.
    pub number: usize,
    /// Its title, if it has one.
    pub title: String,
    /// The period its graph was drawn at, in seconds.
    pub period: u32,
    /// Its visible series, or why there are none.
    pub lines: Result<Vec<Line>, EvaluationError>,
}

impl Viewer<'_> {
    /// What every metric widget of a body shows, over `range` or else over the body's own. The body's `periodOverride`
    /// decides on periods: `auto`, the default, takes [`auto_period`]; `inherit` what each widget and metric says.
    ///
    /// # Errors
    /// The body's time range can't be read. What is wrong with one widget is that widget's.
    pub fn dashboard(&self, body: &Value, range: Option<TimeSpan>) -> Result<Vec<DrawnWidget>, RangeError> {
        let range = match range {
            Some(range) => range,
            None => TimeSpan::of_body(body, self.now)?,
        };
        let inherits = body.get("periodOverride").and_then(Value::as_str) == Some("inherit");
        let period = (!inherits).then(|| auto_period(range, self.now));
        let widgets = body.get("widgets").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let metric = |widget: &&Value| widget.get("type").and_then(Value::as_str) == Some("metric");
        let drawn =
            widgets.iter().enumerate().filter(|(_, widget)| metric(widget)).map(|(number, widget)| DrawnWidget {
                number,
                title: text(widget, "title").unwrap_or_default().to_owned(),
                period: period.unwrap_or_else(|| own_period(widget)),
                lines: self.widget(widget, range, period),
            });
        Ok(drawn.collect())
    }

    /// What one metric widget shows. `period` in seconds overrides those of the widget and of its metrics.
    ///
    /// # Errors
    /// A row that can't be read, or an expression without a value.
    pub fn widget(&self, widget: &Value, range: TimeSpan, period: Option<u32>) -> Result<Vec<Line>, EvaluationError> {
        let mut rows = rows(widget)?;
        let window = Window::aligned(range.start, range.end, period.unwrap_or_else(|| own_period(widget)), self.now);
        if period.is_some() {
            for row in &mut rows {
                row.query.period = None;
            }
        }
        let queries = rows.iter().map(|row| row.query.clone()).collect();
        let queries = Queries::new(Data { store: self.store, reading: self.reading }, window, queries)?;
        let mut lines = Vec::new();
        for (number, row) in rows.iter().enumerate().filter(|(_, row)| row.visible) {
            let series = queries.series(number)?;
            lines.extend(series.into_iter().map(|series| Line { series, axis: row.axis, color: row.color.clone() }));
        }
        Ok(lines)
    }
}

/// The metrics and expressions of a metric widget, in its order, with abbreviations written out.
///
/// # Errors
/// A row that can't be read.
pub fn rows(widget: &Value) -> Result<Vec<Row>, EvaluationError> {
    let statistic = text(widget, "stat").unwrap_or(DEFAULT_STATISTIC);
    let metrics = property(widget, "metrics").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    row::read(metrics, statistic)
}

fn property<'w>(widget: &'w Value, name: &str) -> Option<&'w Value> {
    widget.get("properties")?.get(name)
}

fn text<'w>(widget: &'w Value, name: &str) -> Option<&'w str> {
    property(widget, name)?.as_str()
}

/// The period of a metric widget's rows that name none of their own, in seconds.
#[must_use]
pub fn own_period(widget: &Value) -> u32 {
    property(widget, "period")
        .and_then(Value::as_u64)
        .and_then(|period| u32::try_from(period).ok())
        .unwrap_or(DEFAULT_PERIOD)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::telemetry::{MINUTE, Metric, Points, SECOND};

    fn store() -> MetricStore {
        let mut store = MetricStore::default();
        for (endpoint, value) in [("chat", 1.0), ("mail", 2.0)] {
            for at in 0..60 {
                store.put(&Metric::new("NS", "CPU", &[("Endpoint", endpoint)]), at * 10 * SECOND, value);
            }
        }
        store
    }

    #[test]
    fn a_widget_draws_its_visible_lines_with_labels_and_axes() {
        let store = store();
        let viewer = Viewer { store: &store, reading: Reading::default(), now: 10 * MINUTE };
        let widget = json!({"type": "metric", "properties": {"period": 60, "stat": "SampleCount", "metrics": [
            ["NS", "CPU", "Endpoint", "chat", {"id": "m1", "visible": false}],
            ["...", "mail", {"label": "Mail", "stat": "Sum", "color": "#ff0000"}],
            [{"expression": "m1 * 10 / PERIOD(m1)", "label": "Instances", "yAxis": "right"}],
            [{"expression": "SEARCH('{NS,Endpoint} CPU', 'Average')", "label": "", "period": 300}],
        ]}});
        let range = TimeSpan { start: 0, end: 10 * MINUTE };
        let lines = viewer.widget(&widget, range, None).unwrap();
        let labels: Vec<&str> = lines.iter().map(|line| line.series.label.as_str()).collect();
        assert_eq!(labels, ["Mail", "Instances", "chat", "mail"]);
        assert_eq!(lines[0].series.last(), Some(12.0));
        assert_eq!(lines[0].color.as_deref(), Some("#ff0000"));
        assert_eq!(lines[1].axis, Axis::Right);
        assert_eq!(lines[1].series.points, (0..10).map(|minute| (minute * MINUTE, 1.0)).collect::<Points>());
        let overridden = viewer.widget(&widget, range, Some(300)).unwrap();
        assert_eq!(overridden[1].series.points, Points::from([(0, 1.0), (5 * MINUTE, 1.0)]));
    }

    #[test]
    fn a_body_says_range_and_periods() {
        let store = store();
        let viewer = Viewer { store: &store, reading: Reading::default(), now: 10 * MINUTE };
        let widget = json!({"type": "metric", "properties": {"title": "CPU", "period": 10, "metrics": [["NS", "CPU", "Endpoint", "chat"]]}});
        let mut body = json!({"start": "-PT5M", "widgets": [{"type": "text", "properties": {}}, widget]});
        let points = |body: &Value| {
            let drawn = viewer.dashboard(body, None).unwrap();
            assert_eq!((drawn.len(), drawn[0].number, drawn[0].title.as_str()), (1, 1, "CPU"));
            drawn[0].lines.as_ref().unwrap()[0].series.points.len()
        };
        assert_eq!(points(&body), 5, "auto: one value a minute");
        body["periodOverride"] = json!("inherit");
        assert_eq!(points(&body), 30);
    }
}
