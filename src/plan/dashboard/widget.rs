//! Widgets, and where they stand on the dashboard's 24 columns.

use serde_json::{Value, json};

use crate::metrics::{Expr, Graph, MetricId, MetricStat};

/// Columns of a dashboard.
const COLUMNS: u16 = 24;

/// One line of a graph's `metrics`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Line {
    /// A metric series; not drawn itself where it only feeds expressions.
    Metric { id: Option<MetricId>, stat: MetricStat, label: Option<String> },
    /// A drawn expression.
    Expression { expression: Expr<Graph>, label: String, axis: Axis },
}

/// The side whose scale a line is read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    Left,
    Right,
}

/// A graph over time.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Panel {
    /// In plain words, with the unit.
    pub(super) title: String,
    pub(super) lines: Vec<Line>,
    pub(super) left_label: &'static str,
    pub(super) right_label: Option<&'static str>,
    pub(super) width: u16,
}

/// Places widgets in rows, left to right and top to bottom, without overlap.
pub(super) struct Grid<'s> {
    region: &'s str,
    period: u16,
    widgets: Vec<Value>,
    x: u16,
    y: u16,
    row_height: u16,
}

impl<'s> Grid<'s> {
    /// A grid whose panels show metrics of `region`, at `period` seconds a datapoint.
    pub(super) fn new(region: &'s str, period: u16) -> Self {
        Self { region, period, widgets: Vec::new(), x: 0, y: 0, row_height: 0 }
    }

    /// A text over the whole width.
    pub(super) fn text(&mut self, markdown: &str, height: u16) {
        self.place("text", COLUMNS, height, &json!({ "markdown": markdown }));
    }

    /// A graph. One without a line is left out: it could never show anything.
    pub(super) fn panel(&mut self, panel: &Panel) {
        const HEIGHT: u16 = 6;
        if panel.lines.is_empty() {
            return;
        }
        let mut axes = json!({ "left": { "label": panel.left_label, "min": 0, "showUnits": false } });
        if let Some(label) = panel.right_label {
            axes["right"] = json!({ "label": label, "min": 0, "showUnits": false });
        }
        let properties = json!({
            "title": panel.title,
            "view": "timeSeries",
            "region": self.region,
            "period": self.period,
            "metrics": panel.lines.iter().map(Line::to_json).collect::<Vec<_>>(),
            "yAxis": axes,
        });
        self.place("metric", panel.width, HEIGHT, &properties);
    }

    pub(super) fn into_widgets(self) -> Vec<Value> {
        self.widgets
    }

    fn place(&mut self, kind: &str, width: u16, height: u16, properties: &Value) {
        if self.x + width > COLUMNS {
            self.x = 0;
            self.y += self.row_height;
            self.row_height = 0;
        }
        self.widgets.push(json!({
            "type": kind, "x": self.x, "y": self.y, "width": width, "height": height, "properties": properties,
        }));
        self.x += width;
        self.row_height = self.row_height.max(height);
    }
}

impl Line {
    fn to_json(&self) -> Value {
        match self {
            Self::Metric { id, stat, label } => {
                let mut line = vec![json!(stat.metric.namespace), json!(stat.metric.name)];
                line.extend(stat.metric.dimensions.iter().flat_map(|(name, value)| [json!(name), json!(value)]));
                let mut options = json!({ "stat": stat.stat.name() });
                if let Some(id) = id {
                    options["id"] = json!(id.as_str());
                }
                match label {
                    Some(label) => options["label"] = json!(label),
                    None => options["visible"] = json!(false),
                }
                line.push(options);
                Value::Array(line)
            }
            Self::Expression { expression, label, axis } => {
                let mut options = json!({ "expression": expression.to_string(), "label": label });
                if *axis == Axis::Right {
                    options["yAxis"] = json!("right");
                }
                json!([options])
            }
        }
    }
}
