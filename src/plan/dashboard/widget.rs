//! Graphs: their lines, scales and thresholds, as CloudWatch writes them down
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html>).
//!
//! What a line means is not known here; where a graph stands is [`super::grid`]'s. A dashboard is written once, straight
//! to its text, without a tree of JSON between. Members are in alphabetical order, so that bodies can be compared as texts.

use std::fmt::Display;

use serde::Serialize;
use serde::ser::{SerializeSeq as _, Serializer};

use super::PlannedLine;
use crate::metrics::{Expr, Graph, InsightsQuery, MetricId, MetricStat};

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
    Query(InsightsQuery),
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

    /// A series that isn't drawn itself, and what is drawn of it.
    pub(super) fn of_metric(
        id: &MetricId,
        stat: MetricStat,
        label: impl Into<String>,
        drawn: impl FnOnce(Expr<Graph>) -> Expr<Graph>,
    ) -> [Self; 2] {
        [Self::hidden_metric(id.clone(), stat), Self::expression(drawn(Expr::series(id)), label)]
    }

    /// An expression that others refer to.
    pub(super) fn hidden_expression(id: MetricId, expression: Expr<Graph>) -> Self {
        Self::of(Source::Expression(expression), Some(id), None)
    }

    /// A query that is drawn. The label goes before the name of each group.
    pub(super) fn query(query: InsightsQuery, label: impl Into<String>) -> Self {
        Self::of(Source::Query(query), None, Some(label.into()))
    }

    /// A query that an expression refers to.
    pub(super) fn hidden_query(id: MetricId, query: InsightsQuery) -> Self {
        Self::of(Source::Query(query), Some(id), None)
    }

    /// The line, for whoever explains it.
    pub(super) fn planned(&self) -> PlannedLine {
        let measure = match &self.source {
            Source::Expression(expression) => expression.to_string(),
            Source::Query(query) => query.to_string(),
            Source::Metric(MetricStat { metric, stat }) => {
                let dimensions: Vec<String> =
                    metric.dimensions.iter().map(|(name, value)| format!("{name}={value}")).collect();
                format!("{} of {} in {} {{{}}}", stat.name(), metric.name, metric.namespace, dimensions.join(", "))
            }
        };
        PlannedLine { id: self.id.as_ref().map(|id| id.as_str().to_owned()), label: self.label.clone(), measure }
    }

    /// The line, read on the right scale.
    pub(super) fn on_the_right(self) -> Self {
        Self { axis: Axis::Right, ..self }
    }
}

/// A row of the metric's names and values, if it is one, and the options.
impl Serialize for Line {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut row = serializer.serialize_seq(None)?;
        let (expression, stat): (Option<&dyn Display>, _) = match &self.source {
            Source::Metric(MetricStat { metric, stat }) => {
                row.serialize_element(metric.namespace)?;
                row.serialize_element(metric.name)?;
                for (name, value) in &metric.dimensions {
                    row.serialize_element(name)?;
                    row.serialize_element(value)?;
                }
                (None, Some(stat.name()))
            }
            Source::Expression(expression) => (Some(expression), None),
            Source::Query(query) => (Some(query), None),
        };
        row.serialize_element(&Options {
            expression: expression.map(Written),
            id: self.id.as_ref().map(MetricId::as_str),
            label: self.label.as_deref(),
            stat,
            visible: self.label.is_none().then_some(false),
            axis: (self.axis == Axis::Right).then_some("right"),
        })?;
        row.end()
    }
}

/// What stands at a row's end.
#[derive(Serialize)]
struct Options<'l> {
    #[serde(skip_serializing_if = "Option::is_none")]
    expression: Option<Written<'l>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stat: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    visible: Option<bool>,
    #[serde(rename = "yAxis", skip_serializing_if = "Option::is_none")]
    axis: Option<&'static str>,
}

/// Something that is written out within the text of the dashboard, without a text of its own before.
struct Written<'l>(&'l dyn Display);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self.0)
    }
}

/// A level across a graph, read on the left scale.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Threshold {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) color: Option<&'static str>,
    pub(super) label: String,
    pub(super) value: f64,
}

/// How lines are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum GraphView {
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
    /// What it shows and how to read it, for `explain`. The formulas aren't repeated: they are shown as they are planned.
    pub(super) shows: &'static str,
    pub(super) lines: Vec<Line>,
    pub(super) thresholds: Vec<Threshold>,
    pub(super) view: GraphView,
    /// What the left scale counts.
    pub(super) left: &'static str,
    /// Where the left scale ends, whatever the lines: percentages of different times can then be compared at a glance.
    pub(super) most: Option<u8>,
    /// What the right scale counts, where a line is read on it.
    pub(super) right: Option<&'static str>,
}

impl Panel {
    /// Lines over time, with what the panel `shows` in words. A line that others refer to may be among them more than once: it is
    /// there once.
    pub(super) fn of(title: impl Into<String>, shows: &'static str, lines: Vec<Line>, left: &'static str) -> Self {
        let mut kept: Vec<Line> = Vec::with_capacity(lines.len());
        for line in lines {
            if line.label.is_some() || !kept.contains(&line) {
                kept.push(line);
            }
        }
        let shows = if cfg!(feature = "documentation") { shows } else { "" };
        Self { title: title.into(), shows, lines: kept, left, ..Self::default() }
    }

    /// Whether any of its lines is drawn.
    pub(super) fn shows_something(&self) -> bool {
        self.lines.iter().any(|line| line.label.is_some())
    }

    /// In rows of the grid.
    pub(super) fn height(&self) -> u16 {
        match self.view {
            // Nine values take a second line.
            GraphView::Newest => 4 + u16::from(self.lines.iter().filter(|line| line.label.is_some()).count() > 8),
            GraphView::Lines | GraphView::Stacked => 6,
        }
    }
}

/// A graph as CloudWatch takes it.
///
/// The period that is going on would be counted too low until it ends: `liveData` keeps it out until all of it is there.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GraphProperties {
    #[serde(skip_serializing_if = "Option::is_none")]
    annotations: Option<Annotations>,
    live_data: bool,
    pub(super) metrics: Vec<Line>,
    period: u16,
    region: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sparkline: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stacked: Option<bool>,
    pub(super) title: String,
    view: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    y_axis: Option<Scales>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Annotations {
    horizontal: Vec<Threshold>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Scales {
    left: Scale,
    #[serde(skip_serializing_if = "Option::is_none")]
    right: Option<Scale>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Scale {
    label: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<u8>,
    min: u8,
    show_units: bool,
}

impl Scale {
    fn of(label: &'static str, max: Option<u8>) -> Self {
        Self { label, max, min: 0, show_units: false }
    }
}

impl GraphProperties {
    /// The panel, with metrics of `region` at `period` seconds a datapoint.
    pub(super) fn of(panel: Panel, region: &str, period: u16) -> Self {
        let Panel { title, shows: _, lines, thresholds, view, left, most, right } = panel;
        // Newest values have neither scales nor levels on them.
        let over_time = view != GraphView::Newest;
        Self {
            annotations: (over_time && !thresholds.is_empty()).then_some(Annotations { horizontal: thresholds }),
            live_data: false,
            metrics: lines,
            period,
            region: region.to_owned(),
            sparkline: (!over_time).then_some(true),
            stacked: (view == GraphView::Stacked).then_some(true),
            title,
            view: if over_time { "timeSeries" } else { "singleValue" },
            y_axis: over_time
                .then(|| Scales { left: Scale::of(left, most), right: right.map(|label| Scale::of(label, None)) }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{IdLetter, Metric, Stat};

    #[test]
    fn lines_are_metrics_or_expressions_and_hidden_ones_have_no_label() {
        let metric =
            Metric { namespace: "NS", name: "M", dimensions: vec![("A", "1".to_owned()), ("B", "2".to_owned())] };
        let id = MetricId::numbered(IdLetter::INSTANCES, 0);
        let hidden = Line::hidden_metric(id.clone(), MetricStat { metric, stat: Stat::SampleCount }).planned();
        assert_eq!(hidden.id.as_deref(), Some("i0"));
        assert_eq!((hidden.label, hidden.measure.as_str()), (None, "SampleCount of M in NS {A=1, B=2}"));
        let drawn = Line::expression(Expr::series(&id), "Instances").planned();
        assert_eq!((drawn.label.as_deref(), drawn.measure.as_str()), (Some("Instances"), "i0"));
    }
}
