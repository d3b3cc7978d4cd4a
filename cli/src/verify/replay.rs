//! A file of facts, read back: the simulated fleet then publishes as that endpoint did.

use std::path::Path;
use std::{fs, io};

use monitored_endpoint::spec::GpuDimension;
use serde_json::Value;
use stand_in::telemetry::{self, Fleet, IdleReservation};
use thiserror::Error;

/// What a file of facts says of readings that a fleet can be simulated in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Replay {
    gpu_dimension: Option<GpuDimension>,
    idle_reservation: Option<IdleReservation>,
}

/// Why a file of facts can't be read.
#[derive(Debug, Error)]
pub(crate) enum ReplayError {
    /// It can't be read at all.
    #[error("{path}: {error}")]
    Read { path: String, error: io::Error },
    /// It is something else.
    #[error("{0}: not a file of facts, as `monitored-endpoint verify --facts FILE` writes it")]
    Other(String),
}

impl Replay {
    pub(crate) fn read(path: &Path) -> Result<Self, ReplayError> {
        let name = || path.display().to_string();
        let text = fs::read_to_string(path).map_err(|error| ReplayError::Read { path: name(), error })?;
        let file: Value = serde_json::from_str(&text).map_err(|_| ReplayError::Other(name()))?;
        Self::of(&file).ok_or_else(|| ReplayError::Other(name()))
    }

    fn of(file: &Value) -> Option<Self> {
        let facts = file.get("Facts")?.as_array()?;
        let measured = |fact: &str, what: &str| {
            let found = facts.iter().find(|one| one.get("Fact").and_then(Value::as_str) == Some(fact))?;
            found.pointer(&format!("/Measured/{what}"))?.as_str().map(str::to_owned)
        };
        let dimension = measured("gpu-dimension", "Dimensions/0");
        let dimension = GpuDimension::ALL.into_iter().find(|one| Some(one.name()) == dimension.as_deref());
        let idle_reservation = match measured("idle-reservation", "Idle").as_deref() {
            Some("zero") => Some(IdleReservation::Zero),
            Some("nothing") => Some(IdleReservation::Nothing),
            _ => None,
        };
        Some(Self { gpu_dimension: dimension, idle_reservation })
    }

    /// What tells GPUs apart, where the file says.
    pub(crate) fn gpu_dimension(self) -> Option<GpuDimension> {
        self.gpu_dimension
    }

    /// Has a fleet publish like that.
    pub(crate) fn apply(self, fleet: &mut Fleet) {
        match self.gpu_dimension {
            Some(GpuDimension::GpuId) => fleet.gpu_dimension = telemetry::GpuDimension::GpuId,
            Some(GpuDimension::AcceleratorId) => fleet.gpu_dimension = telemetry::GpuDimension::AcceleratorId,
            None => {}
        }
        if let Some(idle) = self.idle_reservation {
            fleet.idle_reservation = idle;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn readings_are_taken_from_facts() {
        let file = json!({"Facts": [
            {"Fact": "gpu-dimension", "Measured": {"Dimensions": ["AcceleratorId"]}},
            {"Fact": "idle-reservation", "Measured": {"Idle": "nothing"}},
        ]});
        let replay = Replay::of(&file).unwrap();
        let mut fleet = telemetry::scenario::steady(60);
        replay.apply(&mut fleet);
        assert_eq!(fleet.gpu_dimension, telemetry::GpuDimension::AcceleratorId);
        assert_eq!(fleet.idle_reservation, IdleReservation::Nothing);
        assert_eq!(Replay::of(&json!({"fleet": {}})), None);
    }
}
