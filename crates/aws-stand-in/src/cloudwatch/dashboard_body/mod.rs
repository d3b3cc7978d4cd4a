//! Dashboard bodies: what CloudWatch refuses in one, and what it only warns of.
//! It reads a body and reports findings with their path; it keeps nothing and draws nothing.
//! See <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html>.
//!
//! CloudWatch stores expressions unread and shows their mistakes when a graph is drawn. The stand-in reads them and
//! adds a warning for each mistake, so that they show when a dashboard is put.

mod field;
mod metric_row;
mod metric_widget;
mod other_widgets;

use std::collections::HashSet;

use serde_json::{Map, Value};

use self::field::{Field, Place};

const MOST_WIDGETS: usize = 500;
const MOST_METRICS: usize = 2_500;
const MOST_VARIABLES: usize = 25;
const COLUMNS: i64 = 24;
const TALLEST: i64 = 1_000;

/// Something about a body, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    /// A JSON pointer, such as `/widgets/0/properties/metrics/2`.
    pub(super) path: String,
    pub(super) message: String,
}

/// What was found in a body. Errors refuse it; warnings travel in `DashboardValidationMessages`.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) errors: Vec<Finding>,
    pub(super) warnings: Vec<Finding>,
}

impl Findings {
    fn error(&mut self, path: &str, message: impl Into<String>) {
        self.errors.push(Finding { path: path.to_owned(), message: message.into() });
    }

    fn warn(&mut self, path: &str, message: impl Into<String>) {
        self.warnings.push(Finding { path: path.to_owned(), message: message.into() });
    }
}

/// The body is no JSON object.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoObject;

const BODY: &[(&str, Field)] = &[
    ("widgets", Field::List),
    ("start", Field::Text),
    ("end", Field::Text),
    ("periodOverride", Field::OneOf(&["auto", "inherit"])),
    ("variables", Field::List),
];

const WIDGET: &[(&str, Field)] = &[
    ("type", Field::OneOf(&["metric", "text", "log", "alarm", "explorer", "custom", "chart"])),
    ("x", Field::Integer(0, COLUMNS - 1)),
    ("y", Field::Integer(0, i64::MAX)),
    ("width", Field::Integer(1, COLUMNS)),
    ("height", Field::Integer(1, TALLEST)),
    ("properties", Field::Object),
];

const VARIABLE: &[(&str, Field)] = &[
    ("type", Field::OneOf(&["property", "pattern"])),
    ("property", Field::Text),
    ("pattern", Field::Text),
    ("inputType", Field::OneOf(&["input", "select", "radio"])),
    ("id", Field::Text),
    ("label", Field::Text),
    ("defaultValue", Field::Text),
    ("visible", Field::Flag),
    ("search", Field::Text),
    ("populateFrom", Field::Text),
    ("values", Field::List),
];

/// Examines a body.
pub(super) fn examine(body: &str) -> Result<Findings, NoObject> {
    let Ok(Value::Object(body)) = serde_json::from_str(body) else {
        return Err(NoObject);
    };
    let mut findings = Findings::default();
    let place = Place { path: "", unknown: "is not expected, will be ignored" };
    field::check(&body, BODY, &place, &mut findings);
    field::require(&body, &["widgets"], "", &mut findings);
    let widgets = body.get("widgets").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if widgets.len() > MOST_WIDGETS {
        findings.error("/widgets", format!("Should NOT have more than {MOST_WIDGETS} items"));
    }
    let mut metrics = 0;
    for (index, widget) in widgets.iter().enumerate() {
        metrics += check_widget(widget, &format!("/widgets/{index}"), &mut findings);
    }
    if metrics > MOST_METRICS {
        findings.error("/widgets", format!("Should NOT have more than {MOST_METRICS} metrics in all widgets"));
    }
    if let Some(variables) = body.get("variables").and_then(Value::as_array) {
        check_variables(variables, &mut findings);
    }
    Ok(findings)
}

/// Checks one widget; gives the number of its metrics.
fn check_widget(widget: &Value, path: &str, findings: &mut Findings) -> usize {
    let Some(widget) = widget.as_object() else {
        findings.error(path, "Should be object");
        return 0;
    };
    let place = Place { path, unknown: "is not expected to be part of a widget definition, will be ignored" };
    field::check(widget, WIDGET, &place, findings);
    field::require(widget, &["type", "properties"], path, findings);
    let grid = |name: &str| widget.get(name).and_then(Value::as_i64);
    let width = grid("width").unwrap_or(6);
    if let Some(x) = grid("x").filter(|x| (0..COLUMNS).contains(x) && width <= COLUMNS && x + width > COLUMNS) {
        findings.error(path, format!("x ({x}) and width ({width}) reach beyond the {COLUMNS} columns of the grid"));
    }
    let empty = Map::new();
    let properties = widget.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let path = format!("{path}/properties");
    match widget.get("type").and_then(Value::as_str) {
        Some("metric") => metric_widget::check(properties, &path, findings),
        Some(kind) => {
            other_widgets::check(kind, properties, &path, findings);
            0
        }
        None => 0,
    }
}

fn check_variables(variables: &[Value], findings: &mut Findings) {
    if variables.len() > MOST_VARIABLES {
        findings.error("/variables", format!("Should NOT have more than {MOST_VARIABLES} items"));
    }
    let mut ids = HashSet::new();
    for (index, variable) in variables.iter().enumerate() {
        let path = format!("/variables/{index}");
        let Some(variable) = variable.as_object() else {
            findings.error(&path, "Should be object");
            continue;
        };
        let place = Place { path: &path, unknown: "is not expected to be part of a variable, will be ignored" };
        field::check(variable, VARIABLE, &place, findings);
        field::require(variable, &["type", "inputType", "id"], &path, findings);
        if let Some(kind @ ("property" | "pattern")) = variable.get("type").and_then(Value::as_str) {
            field::require(variable, &[kind], &path, findings);
        }
        if let Some(id) = variable.get("id").and_then(Value::as_str)
            && !ids.insert(id)
        {
            findings.error(&path, format!("The variable id \"{id}\" is used more than once"));
        }
    }
}

#[cfg(test)]
mod tests;
