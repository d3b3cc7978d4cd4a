//! A file of facts about a real endpoint: a simulated fleet then publishes as that endpoint did.
//!
//! Only the answers to questions that sources leave open, or answer in several ways, are taken. No fleet plays the rest of a file,
//! such as lost samples.

use std::str::FromStr;

use serde_json::Value;

use super::{Fleet, GpuDimension, IdleReservation, PublishedReading};

/// The version of the file that is read.
const FORMAT: u64 = 1;
/// Facts that say whether something is published, each with its reading.
const PRESENCE: [(&str, PublishedReading); 4] = [
    ("zones-of-instances", PublishedReading::ZonesOfInstances),
    ("components-by-instance", PublishedReading::ComponentsByInstance),
    ("components-stream", PublishedReading::ComponentsStream),
    ("normalized-on-own-models", PublishedReading::NormalizedOnOwnModels),
];

/// What a file of facts says of readings that a fleet can be simulated in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    gpu_dimension: Option<GpuDimension>,
    idle_reservation: Option<IdleReservation>,
    /// Each reading that the file answers, with the answer.
    readings: [Option<(PublishedReading, bool)>; PRESENCE.len() + 1],
}

/// Why a text isn't read as a file of facts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FactsError {
    /// It is something else.
    #[error("not a file of facts")]
    Other,
    /// Another version wrote it.
    #[error("a file of facts in format {0}, and only format {FORMAT} can be read")]
    Format(u64),
}

impl FromStr for Facts {
    type Err = FactsError;

    fn from_str(text: &str) -> Result<Self, FactsError> {
        let file: Value = serde_json::from_str(text).map_err(|_| FactsError::Other)?;
        match file.get("Format").and_then(Value::as_u64) {
            Some(FORMAT) => Self::from_json(&file).ok_or(FactsError::Other),
            Some(other) => Err(FactsError::Format(other)),
            None => Err(FactsError::Other),
        }
    }
}

impl Facts {
    /// Reads the JSON of a file; none where it has no facts.
    #[must_use]
    pub fn from_json(file: &Value) -> Option<Self> {
        let facts = file.get("Facts")?.as_array()?;
        let measured = |fact: &str, what: &str| {
            let found = facts.iter().find(|one| one.get("Fact").and_then(Value::as_str) == Some(fact))?;
            found.pointer(&format!("/Measured/{what}"))
        };
        let text = |fact, what| measured(fact, what).and_then(Value::as_str);
        let mut readings = [None; PRESENCE.len() + 1];
        for (place, (fact, reading)) in readings.iter_mut().zip(PRESENCE) {
            *place = measured(fact, "Published").and_then(Value::as_bool).map(|published| (reading, published));
        }
        readings[PRESENCE.len()] = match text("idle-requests", "Idle") {
            Some("nothing") => Some((PublishedReading::SilentWhileIdle, true)),
            Some("zeros") => Some((PublishedReading::SilentWhileIdle, false)),
            _ => None,
        };
        Some(Self {
            gpu_dimension: text("gpu-dimension", "Dimensions/0").and_then(GpuDimension::named),
            idle_reservation: match text("idle-reservation", "Idle") {
                Some("zero") => Some(IdleReservation::Zero),
                Some("nothing") => Some(IdleReservation::Nothing),
                _ => None,
            },
            readings,
        })
    }

    /// What tells GPUs apart, where the file says.
    #[must_use]
    pub fn gpu_dimension(self) -> Option<GpuDimension> {
        self.gpu_dimension
    }

    /// Has a fleet publish like that. What the file doesn't say stays as it is.
    pub fn apply(self, fleet: &mut Fleet) {
        if let Some(dimension) = self.gpu_dimension {
            fleet.gpu_dimension = dimension;
        }
        if let Some(idle) = self.idle_reservation {
            fleet.idle_reservation = idle;
        }
        for (reading, holds) in self.readings.into_iter().flatten() {
            if holds {
                fleet.readings.insert(reading);
            } else {
                fleet.readings.remove(&reading);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::telemetry::scenario::steady;

    #[test]
    fn each_reading_is_taken_from_its_fact() {
        let file = json!({"Facts": [
            {"Fact": "gpu-dimension", "Measured": {"Dimensions": ["AcceleratorId"]}},
            {"Fact": "idle-reservation", "Measured": {"Idle": "nothing"}},
            {"Fact": "idle-requests", "Measured": {"Idle": "nothing"}},
            {"Fact": "components-by-instance", "Measured": {"Published": true}},
            {"Fact": "zones-of-instances", "Measured": {"Published": false}},
            {"Fact": "components-stream", "Measured": {}},
        ]});
        let facts = Facts::from_json(&file).unwrap();
        let mut fleet =
            steady(60).reading(PublishedReading::ZonesOfInstances).reading(PublishedReading::ComponentsStream);
        facts.apply(&mut fleet);
        assert_eq!(fleet.gpu_dimension, GpuDimension::AcceleratorId);
        assert_eq!(fleet.idle_reservation, IdleReservation::Nothing);
        let expected = [
            PublishedReading::SilentWhileIdle,
            PublishedReading::ComponentsByInstance,
            PublishedReading::ComponentsStream,
        ];
        assert_eq!(fleet.readings, expected.into_iter().collect());
        assert_eq!(Facts::from_json(&json!({"fleet": {}})), None);
    }

    #[test]
    fn a_file_of_another_format_is_refused() {
        for (content, expected) in [
            (r#"{"Format": 2, "Facts": []}"#, "in format 2"),
            (r#"{"Facts": []}"#, "not a file of facts"),
            ("{", "not a file of facts"),
        ] {
            let error = content.parse::<Facts>().unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
