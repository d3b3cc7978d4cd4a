//! A file of facts, read back: the simulated fleet then publishes as that endpoint did.

use std::path::Path;
use std::{fs, io};

use metric_math::telemetry::{Facts, FactsError, Fleet};
use monitored_endpoint::spec::GpuDimension;
use thiserror::Error;

/// Why a file of facts can't be replayed.
#[derive(Debug, Error)]
pub(crate) enum ReplayError {
    /// It can't be read at all.
    #[error("{path}")]
    File { path: String, source: io::Error },
    /// `verify --facts` didn't write it, or another version did.
    #[error("{path}")]
    Facts { path: String, source: FactsError },
}

/// What a file of facts says of readings that a fleet can be simulated in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Replay(Facts);

impl Replay {
    pub(crate) fn read(file: &Path) -> Result<Self, ReplayError> {
        let path = || file.display().to_string();
        let text = fs::read_to_string(file).map_err(|source| ReplayError::File { path: path(), source })?;
        text.parse().map(Self).map_err(|source| ReplayError::Facts { path: path(), source })
    }

    /// The dimension that identifies a GPU, where the file says.
    pub(crate) fn gpu_dimension(self) -> Option<GpuDimension> {
        self.0.gpu_dimension().and_then(|dimension| GpuDimension::named(dimension.name()))
    }

    /// Has a fleet publish like that.
    pub(crate) fn apply(self, fleet: &mut Fleet) {
        self.0.apply(fleet);
    }
}
