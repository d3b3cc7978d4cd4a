//! Dashboard variables: the drop-downs at the top, with what is chosen in them filled in.
//!
//! A variable of type `pattern` replaces a text wherever it stands
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_dashboard_variables.html>); one of type
//! `property` would change a property of every widget. It isn't applied here, and the page says so next to its name.

use std::collections::BTreeMap;

use serde_json::Value;

use metric_math::evaluation::{Search, dashboard::Viewer};

/// What the first of a search's values is called as a default.
const FIRST: &str = "__FIRST";

/// A variable as the top of the page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) label: String,
    pub(crate) value: String,
}

/// The widgets with all variables filled in by `chosen`, by their ids, or else by their defaults; and what was filled in.
pub(crate) fn filled_in(body: &Value, viewer: Viewer<'_>, chosen: &BTreeMap<String, String>) -> (Value, Vec<Choice>) {
    let mut body = body.clone();
    let variables = body.get("variables").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut choices = Vec::new();
    for variable in &variables {
        let text = |member: &str| variable.get(member).and_then(Value::as_str);
        let id = text("id").unwrap_or_default();
        let value = match chosen.get(id) {
            Some(chosen) if chosen != FIRST => chosen.clone(),
            Some(_) => first(variable, viewer).unwrap_or_default(),
            None => default_of(variable, viewer).unwrap_or_default(),
        };
        let mut shown = label_of(variable, &value).unwrap_or(&value).to_owned();
        match (text("type"), text("pattern")) {
            (Some("pattern"), Some(pattern)) if !pattern.is_empty() => {
                if let Some(widgets) = body.get_mut("widgets") {
                    replace(widgets, pattern, &value);
                }
            }
            _ => shown += " (not applied here)",
        }
        if variable.get("visible").and_then(Value::as_bool) != Some(false) {
            choices.push(Choice { label: text("label").unwrap_or(id).to_owned(), value: shown });
        }
    }
    (body, choices)
}

/// The widgets of a body with its variables of type `pattern` at their defaults. One that has nothing to offer stays as it is.
#[must_use]
pub fn at_defaults(body: &Value, viewer: Viewer<'_>) -> Value {
    let mut widgets = body.get("widgets").cloned().unwrap_or_default();
    for variable in body.get("variables").and_then(Value::as_array).into_iter().flatten() {
        let text = |member: &str| variable.get(member).and_then(Value::as_str);
        if let (Some("pattern"), Some(pattern)) = (text("type"), text("pattern"))
            && let (false, Some(value)) = (pattern.is_empty(), default_of(variable, viewer))
        {
            replace(&mut widgets, pattern, &value);
        }
    }
    widgets
}

/// A variable's default; none where it says none, or has nothing to offer.
fn default_of(variable: &Value, viewer: Viewer<'_>) -> Option<String> {
    match variable.get("defaultValue").and_then(Value::as_str)? {
        FIRST => first(variable, viewer),
        value => Some(value.to_owned()),
    }
}

/// The first that a variable offers: of its values, or of what its search finds.
fn first(variable: &Value, viewer: Viewer<'_>) -> Option<String> {
    if let Some(values) = variable.get("values").and_then(Value::as_array) {
        return Some(values.first()?.get("value")?.as_str()?.to_owned());
    }
    let (search, dimension) = (variable.get("search")?.as_str()?, variable.get("populateFrom")?.as_str()?);
    let found = Search::read(search).ok()?.find(viewer.store, viewer.now);
    found.into_iter().filter_map(|metric| metric.dimensions.get(dimension)).min().cloned()
}

fn label_of<'v>(variable: &'v Value, value: &str) -> Option<&'v str> {
    let values = variable.get("values")?.as_array()?;
    let named = values.iter().find(|one| one.get("value").and_then(Value::as_str) == Some(value));
    named?.get("label")?.as_str()
}

fn replace(value: &mut Value, pattern: &str, by: &str) {
    match value {
        Value::String(text) if text.contains(pattern) => *text = text.replace(pattern, by),
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, pattern, by)),
        Value::Object(members) => members.values_mut().for_each(|member| replace(member, pattern, by)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use metric_math::{
        evaluation::Reading,
        telemetry::{Metric, MetricStore},
    };

    fn filled(variable: &Value, chosen: &[(&str, &str)]) -> (Value, Vec<Choice>) {
        let mut store = MetricStore::default();
        for model in ["mistral", "llama"] {
            store.declare(Metric::new("NS", "M", &[("Model", model)]));
        }
        let body = json!({
            "variables": [variable],
            "widgets": [{"properties": {"title": "of X_X", "metrics": [["NS", "M", "Model", "X_X"]]}}],
        });
        let chosen = chosen.iter().map(|(id, value)| ((*id).to_owned(), (*value).to_owned())).collect();
        filled_in(&body, Viewer { store: &store, reading: Reading::default(), now: 0 }, &chosen)
    }

    #[test]
    fn the_default_the_chosen_or_the_first_found_is_filled_in() {
        let listed = json!({"type": "pattern", "pattern": "X_X", "id": "m", "label": "Model", "defaultValue": "a",
            "values": [{"value": "a", "label": "A 70B"}, {"value": "b"}]});
        let found = json!({"type": "pattern", "pattern": "X_X", "id": "m", "search": "{NS,Model} M", "populateFrom": "Model",
            "defaultValue": "__FIRST"});
        for (variable, chosen, value, shown) in
            [(&listed, &[][..], "a", "A 70B"), (&listed, &[("m", "b")], "b", "b"), (&found, &[], "llama", "llama")]
        {
            let (body, choices) = filled(variable, chosen);
            assert_eq!(body["widgets"][0]["properties"]["title"], format!("of {value}"));
            assert_eq!(body["widgets"][0]["properties"]["metrics"][0][3], value);
            assert_eq!(choices[0].value, shown);
        }
    }

    #[test]
    fn what_is_not_played_is_said() {
        let variable = json!({"type": "property", "property": "region", "id": "r", "defaultValue": "us-east-1"});
        assert_eq!(filled(&variable, &[]).1[0].value, "us-east-1 (not applied here)");
    }
}
