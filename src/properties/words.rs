//! Values that a property takes as words, where no other module has a type for them.

use crate::endpoint::GpuDimension;
use crate::scalar::words;

words! {
    /// `GpuDimension`: which metric dimension identifies a GPU.
    pub enum GpuDimensionChoice {
        /// [`GpuDimension::GpuId`].
        GpuId = "GpuId",
        /// [`GpuDimension::AcceleratorId`].
        AcceleratorId = "AcceleratorId",
        /// The one that CloudWatch lists, and both while it lists neither.
        Auto = "Auto",
    }
}

impl GpuDimensionChoice {
    /// The dimension, where one is chosen.
    #[must_use]
    pub fn dimension(self) -> Option<GpuDimension> {
        match self {
            Self::GpuId => Some(GpuDimension::GpuId),
            Self::AcceleratorId => Some(GpuDimension::AcceleratorId),
            Self::Auto => None,
        }
    }
}

words! {
    /// `ModelMode`: how a variant's model is called, in the words of `CreateModel`.
    pub enum ModelMode {
        /// One container with one model.
        SingleModel = "SingleModel",
        /// The container loads the model that a request names.
        MultiModel = "MultiModel",
        /// A request names one of several containers.
        Direct = "Direct",
    }
}

words! {
    /// `PeriodOverride` of a dashboard.
    pub enum PeriodOverride {
        /// Periods follow the shown time range.
        Auto = "auto",
        /// Each panel keeps its own period.
        Inherit = "inherit",
    }
}
