//! The properties of text, log, alarm, explorer, custom and chart widgets.

use serde_json::{Map, Value};

use super::{
    Findings,
    field::{self, Field, Place},
};

const MOST_ALARMS: usize = 100;

const TEXT: &[(&str, Field)] = &[("markdown", Field::Text), ("background", Field::OneOf(&["transparent", "solid"]))];

const LOG: &[(&str, Field)] = &[
    ("accountId", Field::Text),
    ("query", Field::Text),
    ("queryLanguage", Field::OneOf(&["CWLI", "PPL", "SQL"])),
    ("region", Field::Text),
    ("stacked", Field::Flag),
    ("title", Field::Text),
    ("view", Field::OneOf(&["table", "timeSeries", "bar", "pie"])),
];

const ALARM: &[(&str, Field)] = &[
    ("alarms", Field::List),
    ("sortBy", Field::OneOf(&["default", "stateUpdatedTimestamp", "timestamp"])),
    ("states", Field::List),
    ("title", Field::Text),
];

const EXPLORER: &[(&str, Field)] = &[
    ("aggregateBy", Field::Object),
    ("labels", Field::List),
    ("metrics", Field::List),
    ("period", Field::Period),
    ("region", Field::Text),
    ("splitBy", Field::Text),
    ("title", Field::Text),
    ("widgetOptions", Field::Object),
];

const CUSTOM: &[(&str, Field)] =
    &[("endpoint", Field::Text), ("params", Field::Any), ("title", Field::Text), ("updateOn", Field::Object)];

const UPDATE_ON: &[(&str, Field)] = &[("refresh", Field::Flag), ("resize", Field::Flag), ("timeRange", Field::Flag)];

const STATES: [&str; 3] = ["ALARM", "INSUFFICIENT_DATA", "OK"];

const UNKNOWN: &str = "is not expected, will be ignored";

pub(super) fn check(kind: &str, properties: &Map<String, Value>, path: &str, findings: &mut Findings) {
    let (fields, required): (_, &[&str]) = match kind {
        "text" => (TEXT, &["markdown"]),
        "log" => (LOG, &["query", "region"]),
        "alarm" => (ALARM, &["alarms"]),
        "explorer" => (EXPLORER, &["metrics", "labels"]),
        "custom" => (CUSTOM, &["endpoint"]),
        // Newer than any description of it that could be checked against: only its queries are looked at.
        "chart" => return check_chart(properties, path, findings),
        // The type itself is refused elsewhere.
        _ => return,
    };
    field::check(properties, fields, &Place { path, unknown: UNKNOWN }, findings);
    field::require(properties, required, path, findings);
    match kind {
        "alarm" => check_alarms(properties, path, findings),
        "custom" => {
            if let Some(update_on) = properties.get("updateOn").and_then(Value::as_object) {
                let path = format!("{path}/updateOn");
                field::check(update_on, UPDATE_ON, &Place { path: &path, unknown: UNKNOWN }, findings);
            }
            let endpoint = properties.get("endpoint").and_then(Value::as_str);
            if endpoint.is_some_and(|endpoint| !endpoint.starts_with("arn:")) {
                findings.error(&format!("{path}/endpoint"), "Should be the ARN of a Lambda function");
            }
        }
        _ => {}
    }
}

fn check_alarms(properties: &Map<String, Value>, path: &str, findings: &mut Findings) {
    let list = |name: &str| properties.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let alarms = list("alarms");
    if properties.contains_key("alarms") && !(1..=MOST_ALARMS).contains(&alarms.len()) {
        findings.error(&format!("{path}/alarms"), format!("Should have 1 to {MOST_ALARMS} items"));
    }
    for (index, alarm) in alarms.iter().enumerate() {
        if !alarm.as_str().is_some_and(|arn| arn.starts_with("arn:")) {
            findings.error(&format!("{path}/alarms/{index}"), "Should be the ARN of an alarm");
        }
    }
    for (index, state) in list("states").iter().enumerate() {
        if let Some(message) = Field::OneOf(&STATES).misfit(state) {
            findings.error(&format!("{path}/states/{index}"), message);
        }
    }
}

fn check_chart(properties: &Map<String, Value>, path: &str, findings: &mut Findings) {
    let queries = properties.get("data").and_then(|data| data.get("queries")).and_then(Value::as_array);
    if queries.is_none_or(Vec::is_empty) {
        findings.error(path, "Should have required property 'data' with at least one of 'queries'");
    }
}
