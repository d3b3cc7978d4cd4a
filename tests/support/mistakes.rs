//! What authors get wrong, and what each of them must then read: the property, the value, the fix.

mod alarms;
mod configs;
mod limits;
mod properties;

use serde_json::Value;

use super::declaration::{Declared, shared_gpus};
use super::event::{CONFIG, MONITORING};

/// A bad declaration, and what its author must read.
pub(crate) struct Mistake {
    pub(crate) declared: Declared,
    pub(crate) resource_type: &'static str,
    pub(crate) says: Vec<&'static str>,
}

fn bad(declared: Declared, says: &[&'static str]) -> Mistake {
    Mistake { declared, resource_type: CONFIG, says: says.to_vec() }
}

fn bad_monitoring(declared: Declared, says: &[&'static str]) -> Mistake {
    Mistake { declared, resource_type: MONITORING, says: says.to_vec() }
}

fn chat() -> Declared {
    shared_gpus("chat")
}

fn frequency(seconds: impl Into<Value>) -> Declared {
    chat().with("MetricsConfig/MetricPublishFrequencyInSeconds", seconds)
}

/// Every mistake there is a sentence for. Each is one alone.
pub(crate) fn every_mistake() -> Vec<Mistake> {
    [properties::all(), configs::all(), limits::all(), alarms::all()].into_iter().flatten().collect()
}
