//! What goldens of dashboards leave out: nothing.

use monitored_endpoint::spec::GpuDimension;
use serde_json::{Value, json};

use crate::support::declaration::one_model;
use crate::support::golden;
use crate::support::planning::{dashboard, planned};

#[test]
fn a_golden_changes_with_every_value_of_a_dashboard() {
    let body = dashboard(&planned(&one_model("chat").with("CostPerHour", 0.23), &GpuDimension::ALL));
    let text = golden::text(&body);
    let mut places = vec![String::new()];
    let mut values = 0;
    while let Some(place) = places.pop() {
        let changed = match body.pointer(&place).unwrap() {
            Value::Object(members) => {
                places.extend(members.keys().map(|name| format!("{place}/{name}")));
                continue;
            }
            Value::Array(items) => {
                places.extend((0..items.len()).map(|at| format!("{place}/{at}")));
                continue;
            }
            Value::String(old) => json!(format!("{old}.")),
            Value::Number(old) => old.as_u64().map_or_else(|| json!(old.as_f64().unwrap() + 1.0), |old| json!(old + 1)),
            Value::Bool(old) => json!(!old),
            Value::Null => json!("something"),
        };
        let mut other = body.clone();
        *other.pointer_mut(&place).unwrap() = changed;
        assert_ne!(golden::text(&other), text, "{place}");
        assert!(!golden::difference(&body, &other).is_empty(), "{place}");
        values += 1;
    }
    assert!(values > 100, "{values} values");
}
