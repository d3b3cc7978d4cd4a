//! The endpoint in the field's words: names that are valid by construction, variants, models, how often it publishes metrics.
//!
//! Types alone, which every module above this one speaks. Nothing here reads a declaration or makes anything.

mod frequency;
mod names;
mod variant;

pub use frequency::PublishFrequency;
pub use names::{
    AlarmName, DashboardName, EndpointConfigName, EndpointName, InferenceComponentName, NameRule, VariantName, hashed,
};
pub(crate) use variant::hosts_components;
pub use variant::{Capacity, DeclaredInstances, Dollars, Partitions, PriceBasis, Serving, Variant};

/// A model to show by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InferenceComponent {
    /// Name of the inference component.
    pub name: InferenceComponentName,
    /// What panels call it.
    pub label: String,
    /// GPUs that one copy holds, where declared.
    pub gpus_per_copy: Option<u32>,
}

/// The metric dimension that tells one GPU from another. Sources disagree on its name, so both exist here:
/// the launch article says `GpuId`, the developer guide `AcceleratorId`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GpuDimension {
    /// `GpuId`.
    GpuId,
    /// `AcceleratorId`.
    AcceleratorId,
}

impl GpuDimension {
    /// Both names.
    pub const ALL: [Self; 2] = [Self::GpuId, Self::AcceleratorId];

    /// The dimension's name in CloudWatch.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::GpuId => "GpuId",
            Self::AcceleratorId => "AcceleratorId",
        }
    }

    /// The dimension that CloudWatch calls `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.name() == name)
    }
}
