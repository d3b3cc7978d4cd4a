//! How a variant serves, and how sources that contradict each other, or say nothing, are read.

use serde::{Deserialize, Serialize};

/// How a variant serves: what it publishes follows from that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Serving {
    /// Models are placed on its instances as inference components.
    Components,
    /// A model of its own.
    OwnModel,
    /// A model of its own whose container loads the model that a request asks for.
    MultiModel,
    /// A model of its own with several containers, of which a request names one.
    Containers,
    /// A model of its own that answers later, from a queue.
    Asynchronous,
    /// A model of its own without instances.
    Serverless {
        /// Whether concurrency is kept ready.
        provisioned: bool,
    },
}

impl Serving {
    pub(super) fn is_serverless(self) -> bool {
        matches!(self, Self::Serverless { .. })
    }
}

/// The dimension that tells one GPU from another: public sources disagree on its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum GpuDimension {
    /// As in the launch article.
    #[default]
    GpuId,
    /// As in the developer guide.
    AcceleratorId,
}

impl GpuDimension {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::GpuId, Self::AcceleratorId];

    /// The dimension of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.name() == name)
    }

    /// The dimension's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::GpuId => "GpuId",
            Self::AcceleratorId => "AcceleratorId",
        }
    }
}

/// One way to read what sources contradict each other in, or leave open. The table has rows for most of them, and fleets
/// without any publish what was recorded from real endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublishedReading {
    /// An inference component that nobody calls publishes no `Invocations`, rather than zeros, and neither does whatever
    /// else has an idle behaviour that nobody knows.
    SilentWhileIdle,
    /// A component without a copy goes on with the zeros of one that nobody calls. Nothing is known about it, so it isn't
    /// in the table.
    ZerosAtZeroCopies,
    /// Endpoints whose variants have models of their own publish `…Normalized` metrics too.
    NormalizedOnOwnModels,
    /// Endpoints with inference components publish requests by variant too: the launch article's assumption, and wrong.
    ComponentsByVariant,
    /// They publish requests by instance too.
    ComponentsByInstance,
    /// Inference components that stream publish what variants do.
    ComponentsStream,
    /// Utilization comes by availability zone and instance type too.
    ZonesOfInstances,
}

impl PublishedReading {
    /// Every one.
    pub const ALL: [Self; 7] = [
        Self::SilentWhileIdle,
        Self::ZerosAtZeroCopies,
        Self::NormalizedOnOwnModels,
        Self::ComponentsByVariant,
        Self::ComponentsByInstance,
        Self::ComponentsStream,
        Self::ZonesOfInstances,
    ];

    /// As the table calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::SilentWhileIdle => "silent while idle",
            Self::ZerosAtZeroCopies => "zeros at zero copies",
            Self::NormalizedOnOwnModels => "normalized on own models",
            Self::ComponentsByVariant => "components by variant",
            Self::ComponentsByInstance => "components by instance",
            Self::ComponentsStream => "components stream",
            Self::ZonesOfInstances => "zones of instances",
        }
    }
}

/// When within a publish interval samples come. Nothing is documented about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phases {
    /// All at the interval's start.
    #[default]
    Aligned,
    /// Each instance, with the copies on it, at a time of its own.
    PerInstance,
}

/// What is published about reservations by an instance that no copy is on while there are copies elsewhere. The
/// developer guide leaves it open, so a number that is right under one reading only isn't right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum IdleReservation {
    /// 0 percent.
    #[default]
    Zero,
    /// Nothing.
    Nothing,
}
