//! Declarations for explaining without a template: models that share GPUs, and a queue in front of one model.

use monitored_endpoint::properties::AlarmKind;
use serde_json::{Value, json};

/// Models that share GPUs, with the alarms that most endpoints of theirs have.
pub(crate) const SHARED: &str = include_str!("sample.json");
const QUEUE: &str = include_str!("queue.json");

/// A threshold for alarms that none is right for: dollars of a day, or milliseconds.
const THRESHOLD: f64 = 1000.0;

/// The samples with this kind of alarm switched on. An alarm that is about the one is refused in the other.
pub(super) fn with(kind: AlarmKind) -> impl Iterator<Item = String> {
    let settings = if kind.needs_threshold() { json!({ "Threshold": THRESHOLD }) } else { json!({ "Enabled": true }) };
    [SHARED, QUEUE].into_iter().filter_map(move |sample| {
        let mut declared: Value = serde_json::from_str(sample).ok()?;
        declared.as_object_mut()?.entry(kind.property()).or_insert_with(|| settings.clone());
        Some(declared.to_string())
    })
}
