//! A file of facts, read back: the simulated fleet then publishes as that endpoint did.

use std::path::Path;

use metric_math::telemetry::{Facts, Fleet};
use monitored_endpoint::spec::GpuDimension;

pub(crate) use metric_math::telemetry::FactsError as ReplayError;

/// What a file of facts says of readings that a fleet can be simulated in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Replay(Facts);

impl Replay {
    pub(crate) fn read(path: &Path) -> Result<Self, ReplayError> {
        Facts::read(path).map(Self)
    }

    /// What tells GPUs apart, where the file says.
    pub(crate) fn gpu_dimension(self) -> Option<GpuDimension> {
        self.0.gpu_dimension().and_then(|dimension| GpuDimension::named(dimension.name()))
    }

    /// Has a fleet publish like that.
    pub(crate) fn apply(self, fleet: &mut Fleet) {
        self.0.apply(fleet);
    }
}
