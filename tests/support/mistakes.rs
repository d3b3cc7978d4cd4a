//! What authors get wrong, and what each of them must then read: the property, the value, the fix.

mod alarms;
mod configs;
mod limits;
mod properties;

use serde_json::Value;

use super::declaration::{Declared, shared_gpus};
use super::event::{CONFIG, ENDPOINT, MONITORING};

/// A bad declaration, and what its author must read.
pub(crate) struct Mistake {
    pub(crate) declared: Declared,
    /// The types in which it is one.
    pub(crate) resource_types: &'static [&'static str],
    pub(crate) says: Vec<&'static str>,
}

/// A mistake of whoever declares a config, alone or with its endpoint.
fn bad(declared: Declared, says: &[&'static str]) -> Mistake {
    Mistake { resource_types: &[CONFIG, ENDPOINT], ..bad_config(declared, says) }
}

/// What is a mistake without the endpoint alone.
fn bad_config(declared: Declared, says: &[&'static str]) -> Mistake {
    Mistake { declared, resource_types: &[CONFIG], says: says.to_vec() }
}

fn bad_monitoring(declared: Declared, says: &[&'static str]) -> Mistake {
    Mistake { resource_types: &[MONITORING], ..bad_config(declared, says) }
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
