//! The properties of a metric widget: its metrics, axes, annotations and what else shapes the graph.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{
    Findings,
    field::{self, Field, Place},
    metric_row::{self, Row},
};
use metric_math::evaluation::ValueKind;

const MOST_METRICS: usize = 500;

const PROPERTIES: &[(&str, Field)] = &[
    ("accountId", Field::Text),
    ("annotations", Field::Object),
    ("end", Field::Text),
    ("labels", Field::Object),
    ("legend", Field::Object),
    ("liveData", Field::Flag),
    ("metrics", Field::List),
    ("period", Field::Period),
    ("region", Field::Text),
    ("setPeriodToTimeRange", Field::Flag),
    ("singleValueFullPrecision", Field::Flag),
    ("sparkline", Field::Flag),
    ("stacked", Field::Flag),
    ("start", Field::Text),
    ("stat", Field::Statistic),
    ("table", Field::Object),
    ("timezone", Field::Text),
    ("title", Field::Text),
    ("trend", Field::Flag),
    ("view", Field::OneOf(&["timeSeries", "singleValue", "gauge", "bar", "pie", "table"])),
    ("yAxis", Field::Object),
];

const LEGEND: &[(&str, Field)] = &[("position", Field::OneOf(&["bottom", "right", "hidden"]))];

const LABELS: &[(&str, Field)] = &[("visible", Field::Flag)];

const TABLE: &[(&str, Field)] = &[
    ("layout", Field::OneOf(&["vertical", "horizontal"])),
    ("showTimeSeriesData", Field::Flag),
    ("stickySummary", Field::Flag),
    ("summaryColumns", Field::List),
];

const AXES: &[(&str, Field)] = &[("left", Field::Object), ("right", Field::Object)];

const AXIS: &[(&str, Field)] =
    &[("label", Field::Text), ("max", Field::Number), ("min", Field::Number), ("showUnits", Field::Flag)];

const ANNOTATIONS: &[(&str, Field)] =
    &[("alarms", Field::List), ("horizontal", Field::List), ("vertical", Field::List)];

const HORIZONTAL: &[(&str, Field)] = &[
    ("color", Field::Color),
    ("fill", Field::OneOf(&["above", "below", "none"])),
    ("label", Field::Text),
    ("value", Field::Number),
    ("visible", Field::Flag),
    ("yAxis", Field::OneOf(&["left", "right"])),
];

const VERTICAL: &[(&str, Field)] = &[
    ("color", Field::Color),
    ("fill", Field::OneOf(&["before", "after", "none"])),
    ("label", Field::Text),
    ("value", Field::Text),
    ("visible", Field::Flag),
];

const UNKNOWN: &str = "is not expected, will be ignored";

/// Checks a metric widget; gives the number of its metrics.
pub(super) fn check(properties: &Map<String, Value>, path: &str, findings: &mut Findings) -> usize {
    field::check(properties, PROPERTIES, &Place { path, unknown: UNKNOWN }, findings);
    let alarms = properties.get("annotations").and_then(|annotations| annotations.get("alarms"));
    let has_alarm = alarms.and_then(Value::as_array).is_some_and(|alarms| !alarms.is_empty());
    if !properties.contains_key("metrics") && !has_alarm {
        field::require(properties, &["metrics"], path, findings);
        findings
            .error(path, "The metric widget should have specified a region and a data source or an alarm annotation");
    } else if !properties.contains_key("region") && !has_alarm {
        field::require(properties, &["region"], path, findings);
        findings
            .error(path, "The metric widget should have specified a region and a data source or an alarm annotation");
    }
    let nested = |name: &str, fields: &[(&str, Field)], findings: &mut Findings| {
        if let Some(object) = properties.get(name).and_then(Value::as_object) {
            field::check(object, fields, &Place { path: &format!("{path}/{name}"), unknown: UNKNOWN }, findings);
        }
    };
    nested("legend", LEGEND, findings);
    nested("labels", LABELS, findings);
    nested("table", TABLE, findings);
    nested("yAxis", AXES, findings);
    nested("annotations", ANNOTATIONS, findings);
    for side in ["left", "right"] {
        if let Some(axis) = properties.get("yAxis").and_then(|axes| axes.get(side)).and_then(Value::as_object) {
            let path = format!("{path}/yAxis/{side}");
            field::check(axis, AXIS, &Place { path: &path, unknown: UNKNOWN }, findings);
        }
    }
    check_annotations(properties, path, findings);
    let metrics = properties.get("metrics").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    check_metrics(metrics, &format!("{path}/metrics"), findings);
    metrics.len()
}

fn check_annotations(properties: &Map<String, Value>, path: &str, findings: &mut Findings) {
    let Some(annotations) = properties.get("annotations").and_then(Value::as_object) else {
        return;
    };
    let list = |name: &str| annotations.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for (name, fields) in [("horizontal", HORIZONTAL), ("vertical", VERTICAL)] {
        for (index, annotation) in list(name).iter().enumerate() {
            let path = format!("{path}/annotations/{name}/{index}");
            match annotation {
                Value::Object(annotation) => check_annotation(annotation, fields, &path, findings),
                // Two of them make a band.
                Value::Array(band) if band.len() == 2 => {
                    for (index, edge) in band.iter().enumerate() {
                        let path = format!("{path}/{index}");
                        match edge.as_object() {
                            Some(edge) => check_annotation(edge, fields, &path, findings),
                            None => findings.error(&path, "Should be object"),
                        }
                    }
                }
                _ => findings.error(&path, "Should be an object, or an array of two for a band"),
            }
        }
    }
    for (index, alarm) in list("alarms").iter().enumerate() {
        if !alarm.as_str().is_some_and(|arn| arn.starts_with("arn:")) {
            findings.error(&format!("{path}/annotations/alarms/{index}"), "Should be the ARN of an alarm");
        }
    }
}

fn check_annotation(annotation: &Map<String, Value>, fields: &[(&str, Field)], path: &str, findings: &mut Findings) {
    field::check(annotation, fields, &Place { path, unknown: UNKNOWN }, findings);
    field::require(annotation, &["value"], path, findings);
}

fn check_metrics(metrics: &[Value], path: &str, findings: &mut Findings) {
    if metrics.len() > MOST_METRICS {
        findings.error(path, format!("Should NOT have more than {MOST_METRICS} items"));
    }
    let mut before = Vec::new();
    let mut rows: Vec<Row> = Vec::new();
    let mut ids = HashSet::new();
    for (index, row) in metrics.iter().enumerate() {
        let path = format!("{path}/{index}");
        let row = metric_row::read(row, &before, &path, findings);
        if let Some(id) = &row.id
            && !ids.insert(id.clone())
        {
            findings.error(&path, format!("The id \"{id}\" is used more than once"));
        }
        if !row.words.is_empty() {
            before.clone_from(&row.words);
        }
        rows.push(row);
    }
    for (index, row) in rows.iter().enumerate() {
        let Some(expression) = &row.expression else {
            continue;
        };
        let path = format!("{path}/{index}");
        for unknown in expression.ids().into_iter().filter(|id| !ids.contains(*id)) {
            findings.warn(&path, format!("The expression refers to \"{unknown}\", which is no id in this widget"));
        }
        let is_metric = |id: &&str| rows.iter().any(|row| row.id.as_deref() == Some(*id) && !row.words.is_empty());
        if expression.has_period_of_no_id() || !expression.period_ids().iter().all(is_metric) {
            findings.warn(&path, "PERIOD takes the id of a metric, not of an expression");
        }
        // Ids stand for series here; an expression that is no series is reported at its place.
        if expression.value_kind(&|_| ValueKind::Series) == Some(ValueKind::Scalar) {
            findings.warn(&path, "The expression's result is a number, not a time series");
        }
    }
}
