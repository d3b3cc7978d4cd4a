//! What a production variant is to everything above: what serves it, how many GPUs an instance has, where its price comes from.

use aws_sdk_sagemaker::types::ProductionVariant;
use serde::Serialize;

use super::names::VariantName;

/// US dollars.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize)]
pub struct Dollars(pub f64);

/// Where a price per instance-hour comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PriceBasis {
    /// None was given, and none is looked up.
    None,
    /// Dollars per instance-hour, as declared.
    Declared(Dollars),
    /// The Region's on-demand list price is to be looked up.
    ListPrice,
}

/// A production or shadow variant, as monitoring sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// Unique in its endpoint config.
    pub name: VariantName,
    /// What serves it.
    pub capacity: Capacity,
    /// How it serves.
    pub serving: Serving,
    /// How its GPUs are partitioned, where they are.
    pub partitions: Option<Partitions>,
    /// How many instances it is declared to have, where it is.
    pub instances: Option<DeclaredInstances>,
    /// Whether it gets a copy of another variant's requests, and its answers go nowhere.
    pub shadow: bool,
}

/// How many instances a variant is declared to have. Application Auto Scaling may keep others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeclaredInstances {
    /// `InitialInstanceCount`.
    pub initial: u32,
    /// As many as SageMaker's own scaling may make of them.
    pub most: u32,
}

impl DeclaredInstances {
    /// As the config has it; `None` where it has no count.
    pub(crate) fn of(variant: &ProductionVariant) -> Option<Self> {
        let initial = u32::try_from(variant.initial_instance_count?).ok()?;
        let scaled = variant.managed_instance_scaling.as_ref().and_then(|scaling| scaling.max_instance_count);
        let most = scaled.and_then(|most| u32::try_from(most).ok()).map_or(initial, |most| most.max(initial));
        Some(Self { initial, most })
    }
}

/// Whether models are placed on a variant of a config as inference components.
pub(crate) fn hosts_components(variant: &ProductionVariant) -> bool {
    variant.model_name.as_deref().is_none_or(str::is_empty) && variant.serverless_config.is_none()
}

/// How a variant serves: what it publishes follows from that (`data/published.csv`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Serving {
    /// Models are placed on its instances as inference components; the variant itself has none. Only then are there
    /// metrics about GPUs that are free.
    Components,
    /// A model of its own.
    OwnModel,
    /// A model of its own whose container loads the model that a request asks for (`Mode` `MultiModel` of
    /// `CreateModel`).
    MultiModel,
    /// A model of its own with several containers, of which a request names one (`Mode` `Direct` of `CreateModel`).
    Containers,
    /// A model of its own that answers later, from a queue (`AsyncInferenceConfig`).
    Asynchronous,
    /// A model of its own without instances.
    Serverless {
        /// Whether concurrency is kept ready.
        provisioned: bool,
    },
}

/// How every GPU of a variant is partitioned
/// (<https://docs.aws.amazon.com/sagemaker/latest/dg/inference-components-accelerator-partitioning-create.html>). A copy of
/// a model holds one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Partitions {
    /// Into so many of one profile: copies count them.
    Alike(u32),
    /// Into several profiles: what a copy holds can't be told from what it publishes.
    Mixed,
}

impl Partitions {
    /// As the config has it; `None` where GPUs are whole.
    pub(crate) fn of(variant: &ProductionVariant) -> Option<Self> {
        let profiles = variant.accelerator_partition_layouts().first()?.accelerator_partition_types();
        let first = profiles.first()?;
        let alike = profiles.iter().all(|profile| profile == first);
        Some(if alike { Self::Alike(u32::try_from(profiles.len()).ok()?) } else { Self::Mixed })
    }
}

impl Serving {
    /// Whether there are no instances of its own.
    #[must_use]
    pub fn is_serverless(self) -> bool {
        matches!(self, Self::Serverless { .. })
    }

    /// Whether it has a model of its own that answers at once from an instance.
    #[must_use]
    pub fn is_own_model(self) -> bool {
        matches!(self, Self::OwnModel | Self::MultiModel | Self::Containers)
    }

    /// Whether it answers at once from an instance, and so may be asked for a stream.
    #[must_use]
    pub fn may_stream(self) -> bool {
        self.is_own_model() || self == Self::Components
    }
}

/// What serves a variant.
#[derive(Clone, Debug, PartialEq)]
pub enum Capacity {
    /// No instances of its own, so none to count.
    Serverless,
    /// Instances, all with the same number of GPUs.
    Instances {
        /// GPUs of one instance; 0 where it has none that SageMaker's GPU metrics count.
        gpus: u32,
        /// The instance types it may have: one, or those of its pools, in alphabetical order.
        instance_types: Vec<String>,
        /// Where its price comes from.
        price: PriceBasis,
    },
}

impl Variant {
    /// GPUs of one instance, where it has any.
    #[must_use]
    pub fn gpus(&self) -> Option<u32> {
        match self.capacity {
            Capacity::Instances { gpus, .. } if gpus > 0 => Some(gpus),
            _ => None,
        }
    }

    /// Whether it has instances, which cost money whether or not anybody calls.
    #[must_use]
    pub fn has_instances(&self) -> bool {
        matches!(self.capacity, Capacity::Instances { .. })
    }

    /// Whether models are placed on it as inference components.
    #[must_use]
    pub fn hosts_components(&self) -> bool {
        self.serving == Serving::Components
    }

    /// GPUs of one instance where models are placed on whole ones as inference components, else `None`.
    #[must_use]
    pub fn shared_gpus(&self) -> Option<u32> {
        self.gpus().filter(|_| self.hosts_components() && self.partitions.is_none())
    }

    /// What models share on one instance and copies can be counted in: GPUs, or partitions of one profile.
    #[must_use]
    pub fn shared_units(&self) -> Option<u32> {
        let gpus = self.gpus().filter(|_| self.hosts_components())?;
        match self.partitions {
            None => Some(gpus),
            Some(Partitions::Alike(each)) => Some(gpus.saturating_mul(each)),
            Some(Partitions::Mixed) => None,
        }
    }
}
