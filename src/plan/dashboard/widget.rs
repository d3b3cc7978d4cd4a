//! Graphs: their lines, scales and thresholds, as CloudWatch writes them down
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html>).
//!
//! What a line means is not known here; where a graph stands is [`super::grid`]'s.

use serde_json::{Value, json};

use crate::metrics::{Expr, Graph, MetricId, MetricStat, SampleCountQuery};

/// One line of a graph's `metrics`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    source: Source,
    id: Option<MetricId>,
    /// Not drawn itself where it has none: it only feeds expressions.
    label: Option<String>,
    axis: Axis,
}

#[derive(Clone, Debug, PartialEq)]
enum Source {
    Metric(MetricStat),
    Expression(Expr<Graph>),
    Query(SampleCountQuery),
}

/// The side whose scale a line is read on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Axis {
    #[default]
    Left,
    Right,
}

impl Line {
    fn of(source: Source, id: Option<MetricId>, label: Option<String>) -> Self {
        Self { source, id, label, axis: Axis::Left }
    }

    /// A series that is drawn.
    pub(super) fn metric(stat: MetricStat, label: impl Into<String>) -> Self {
        Self::of(Source::Metric(stat), None, Some(label.into()))
    }

    /// A series that expressions refer to.
    pub(super) fn hidden_metric(id: MetricId, stat: MetricStat) -> Self {
        Self::of(Source::Metric(stat), Some(id), None)
    }

    /// An expression that is drawn. With several series, the label goes before the name of each.
    pub(super) fn expression(expression: Expr<Graph>, label: impl Into<String>) -> Self {
        Self::of(Source::Expression(expression), None, Some(label.into()))
    }

    /// An expression that others refer to.
    pub(super) fn hidden_expression(id: MetricId, expression: Expr<Graph>) -> Self {
        Self::of(Source::Expression(expression), Some(id), None)
    }

    /// A query that an expression refers to.
    pub(super) fn hidden_query(id: MetricId, query: SampleCountQuery) -> Self {
        Self::of(Source::Query(query), Some(id), None)
    }

    /// The line, for others to refer to by this id.
    pub(super) fn with_id(self, id: MetricId) -> Self {
        Self { id: Some(id), ..self }
    }

    /// The line, read on the right scale.
    pub(super) fn on_the_right(self) -> Self {
        Self { axis: Axis::Right, ..self }
    }

    fn to_json(&self) -> Value {
        let mut row = Vec::new();
        let mut options = serde_json::Map::new();
        match &self.source {
            Source::Metric(MetricStat { metric, stat }) => {
                row.extend([json!(metric.namespace), json!(metric.name)]);
                row.extend(metric.dimensions.iter().flat_map(|(name, value)| [json!(name), json!(value)]));
                options.insert("stat".to_owned(), stat.name().into());
            }
            Source::Expression(expression) => {
                options.insert("expression".to_owned(), expression.to_string().into());
            }
            Source::Query(query) => {
                options.insert("expression".to_owned(), query.to_string().into());
            }
        }
        if let Some(id) = &self.id {
            options.insert("id".to_owned(), id.as_str().into());
        }
        match &self.label {
            Some(label) => options.insert("label".to_owned(), label.as_str().into()),
            None => options.insert("visible".to_owned(), false.into()),
        };
        if self.axis == Axis::Right {
            options.insert("yAxis".to_owned(), "right".into());
        }
        row.push(Value::Object(options));
        Value::Array(row)
    }
}

/// A level across a graph, read on the left scale.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Threshold {
    pub(super) label: String,
    pub(super) value: f64,
}

/// How lines are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum View {
    /// Lines over time.
    #[default]
    Lines,
    /// Areas over time, each on top of the one before.
    Stacked,
    /// The newest value of each, in large, over a small line.
    Newest,
}

/// A graph.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Panel {
    /// In plain words, with the unit.
    pub(super) title: String,
    pub(super) lines: Vec<Line>,
    pub(super) thresholds: Vec<Threshold>,
    pub(super) view: View,
    /// What the left scale counts.
    pub(super) left: &'static str,
    /// What the right scale counts, where a line is read on it.
    pub(super) right: Option<&'static str>,
    /// In columns.
    pub(super) width: u16,
}

impl Panel {
    /// Whether any of its lines is drawn.
    pub(super) fn shows_something(&self) -> bool {
        self.lines.iter().any(|line| line.label.is_some())
    }

    /// In rows of the grid.
    pub(super) fn height(&self) -> u16 {
        if self.view == View::Newest { 4 } else { 6 }
    }

    /// Its properties. The period that is going on would be counted too low until it ends: `liveData` keeps it out
    /// until all of it is there.
    pub(super) fn properties(&self, region: &str, period: u16) -> Value {
        let mut properties = json!({
            "title": self.title,
            "view": if self.view == View::Newest { "singleValue" } else { "timeSeries" },
            "region": region,
            "period": period,
            "liveData": false,
            "metrics": self.lines.iter().map(Line::to_json).collect::<Vec<_>>(),
        });
        if self.view == View::Newest {
            properties["sparkline"] = json!(true);
            return properties;
        }
        if self.view == View::Stacked {
            properties["stacked"] = json!(true);
        }
        properties["yAxis"] = json!({ "left": { "label": self.left, "min": 0, "showUnits": false } });
        if let Some(label) = self.right {
            properties["yAxis"]["right"] = json!({ "label": label, "min": 0, "showUnits": false });
        }
        if !self.thresholds.is_empty() {
            let level = |Threshold { label, value }: &Threshold| json!({ "label": label, "value": value });
            properties["annotations"] = json!({ "horizontal": self.thresholds.iter().map(level).collect::<Vec<_>>() });
        }
        properties
    }
}
