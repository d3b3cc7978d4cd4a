//! A simulated fleet: a declaration of an endpoint's instances and model copies over time, and what `SageMaker` would
//! publish about them.
//!
//! The same declaration always publishes the same samples: there is no randomness and no clock in here. Which metrics there
//! are, with which dimensions and when, is the table's (`data/published.csv`); `table` reads it, `tick` says who publishes a
//! row's samples, and `value` what they come to.

mod kind;
mod load;
mod placement;
mod publish;
mod table;
mod tick;
mod value;

use std::collections::BTreeSet;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{MetricStore, SECOND, Timestamp};

pub use kind::{GpuDimension, IdleReservation, Phases, PublishedReading, Serving};
pub use load::Load;

/// One endpoint and everything on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fleet {
    /// Name of the endpoint.
    pub endpoint: String,
    /// `MetricPublishFrequencyInSeconds`.
    pub publish_frequency: u32,
    /// `EnableEnhancedMetrics`.
    #[serde(default)]
    pub enhanced_metrics: bool,
    /// What the per-GPU dimension is called.
    #[serde(default)]
    pub gpu_dimension: GpuDimension,
    /// When within a publish interval samples come.
    #[serde(default)]
    pub phases: Phases,
    /// Whether an instance without a model copy publishes its reservation.
    #[serde(default)]
    pub idle_reservation: IdleReservation,
    /// How sources that contradict each other are read; none of these is the likeliest.
    #[serde(default)]
    pub readings: BTreeSet<PublishedReading>,
    /// Its Region, which some dimension sets name, and the start of its availability zones' names.
    #[serde(default = "any_region")]
    pub region: String,
    /// The production variants.
    pub variants: Vec<Variant>,
    /// The inference components; none on an endpoint whose variants have models of their own.
    #[serde(default)]
    pub components: Vec<Component>,
}

/// A production variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Unique on its endpoint.
    pub name: String,
    /// Such as `ml.g6.12xlarge`.
    pub instance_type: String,
    /// GPUs of one instance; 0 for none.
    pub gpus_per_instance: u32,
    /// Parts of equal size that each GPU is divided into, of which a copy holds `gpus_per_copy`.
    #[serde(default = "whole")]
    pub partitions_per_gpu: u32,
    /// Running instances over time. A serverless variant has none, whatever is said here.
    pub instances: Steps,
    /// How it serves; where nothing is said, with the components that are on it, or else with a model of its own.
    #[serde(default)]
    pub serving: Option<Serving>,
    /// The name of its own model, where it has one and the name is known. It isn't published.
    #[serde(default)]
    pub model: Option<String>,
    /// Whether it gets a copy of other variants' requests. It publishes what it would otherwise.
    #[serde(default)]
    pub shadow: bool,
    /// What one instance does where the variant has a model of its own.
    #[serde(default)]
    pub load: Load,
}

impl Variant {
    /// A variant that serves as its fleet's components let one expect, under an ordinary load.
    #[must_use]
    pub fn new(name: &str, instance_type: &str, gpus_per_instance: u32, instances: Steps) -> Self {
        Self {
            name: name.to_owned(),
            instance_type: instance_type.to_owned(),
            gpus_per_instance,
            partitions_per_gpu: whole(),
            instances,
            serving: None,
            model: None,
            shadow: false,
            load: Load::default(),
        }
    }

    /// What copies can hold of one instance: GPUs, or their partitions.
    fn places(&self) -> u32 {
        self.gpus_per_instance * self.partitions_per_gpu.max(1)
    }
}

fn whole() -> u32 {
    1
}

fn any_region() -> String {
    "us-east-1".to_owned()
}

/// An inference component: copies of one model, each with so many GPUs of one instance, or partitions of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Unique on its endpoint.
    pub name: String,
    /// The variant whose instances it is placed on.
    pub variant: String,
    /// GPUs that one copy holds, or partitions where GPUs are divided.
    pub gpus_per_copy: u32,
    /// Wanted copies over time. One that finds no instance with enough free GPUs isn't placed.
    pub copies: Steps,
    /// What one copy does.
    #[serde(default)]
    pub load: Load,
}

/// A count that changes at known times: pairs of seconds since the fleet's start and the count from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Steps(pub Vec<(u32, u32)>);

impl Steps {
    /// The same count all the time.
    #[must_use]
    pub fn always(count: u32) -> Self {
        Self(vec![(0, count)])
    }

    /// The count at a time after the fleet's start; 0 before the first step.
    #[must_use]
    pub fn at(&self, since_start: Timestamp) -> u32 {
        let begun = |(at, _): &&(u32, u32)| Timestamp::from(*at) * SECOND <= since_start;
        self.0.iter().filter(begun).max_by_key(|(at, _)| *at).map_or(0, |(_, count)| *count)
    }
}

/// Why a fleet can't be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FleetError {
    /// `MetricPublishFrequencyInSeconds` has seven values
    /// (<https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_MetricsConfig.html>).
    #[error("{0} s is no publish frequency; it is 10, 30, 60, 120, 180, 240 or 300")]
    Frequency(u32),
    /// A component is on a variant that isn't there.
    #[error("component {component} is on variant {variant}, which isn't there")]
    UnknownVariant {
        /// The component.
        component: String,
        /// The variant it names.
        variant: String,
    },
    /// A component is on a variant that serves otherwise.
    #[error("component {component} is on variant {variant}, which takes no components")]
    NoComponents {
        /// The component.
        component: String,
        /// The variant it names.
        variant: String,
    },
    /// Two variants or two components have one name.
    #[error("the name {0} is given twice")]
    DoubledName(String),
}

impl Fleet {
    /// An endpoint with one variant and aligned samples, to which components are added.
    #[must_use]
    pub fn new(endpoint: &str, publish_frequency: u32, variant: Variant) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            publish_frequency,
            enhanced_metrics: true,
            gpu_dimension: GpuDimension::default(),
            phases: Phases::default(),
            idle_reservation: IdleReservation::default(),
            readings: BTreeSet::new(),
            region: any_region(),
            variants: vec![variant],
            components: Vec::new(),
        }
    }

    /// How a variant serves.
    #[must_use]
    pub fn serving(&self, variant: &Variant) -> Serving {
        let hosts = || self.components.iter().any(|component| component.variant == variant.name);
        variant.serving.unwrap_or_else(|| if hosts() { Serving::Components } else { Serving::OwnModel })
    }

    /// The fleet under one more reading of what sources leave open.
    #[must_use]
    pub fn reading(mut self, reading: PublishedReading) -> Self {
        self.readings.insert(reading);
        self
    }

    fn reads(&self, reading: PublishedReading) -> bool {
        self.readings.contains(&reading)
    }

    /// The fleet with one component more.
    #[must_use]
    pub fn with(mut self, component: Component) -> Self {
        self.components.push(component);
        self
    }

    /// Publishes everything that falls within `range` for a fleet that started at `start`. Calls for adjoining
    /// ranges publish what one call for both would.
    ///
    /// # Errors
    /// The declaration contradicts itself; nothing is published then.
    pub fn publish(
        &self,
        store: &mut MetricStore,
        start: Timestamp,
        range: Range<Timestamp>,
    ) -> Result<(), FleetError> {
        self.check()?;
        publish::publish(self, store, start, range);
        Ok(())
    }

    /// GPUs that placed copies hold at a time after the fleet's start, or partitions where GPUs are divided: the truth that
    /// panels are measured by. Of one component where `component` names it.
    #[must_use]
    pub fn gpus_held(&self, since_start: Timestamp, component: Option<&str>) -> usize {
        let placed = placement::place(self, since_start);
        let wanted =
            |copy: &&placement::PlacedCopy| component.is_none_or(|name| self.components[copy.component].name == name);
        placed.iter().filter(wanted).map(|copy| copy.gpus.len()).sum()
    }

    /// Refuses a fleet that contradicts itself.
    ///
    /// # Errors
    /// What the contradiction is.
    pub fn check(&self) -> Result<(), FleetError> {
        const FREQUENCIES: [u32; 7] = [10, 30, 60, 120, 180, 240, 300];
        if !FREQUENCIES.contains(&self.publish_frequency) {
            return Err(FleetError::Frequency(self.publish_frequency));
        }
        for (at, variant) in self.variants.iter().enumerate() {
            if self.variants[..at].iter().any(|earlier| earlier.name == variant.name) {
                return Err(FleetError::DoubledName(variant.name.clone()));
            }
        }
        for (at, component) in self.components.iter().enumerate() {
            if self.components[..at].iter().any(|earlier| earlier.name == component.name) {
                return Err(FleetError::DoubledName(component.name.clone()));
            }
            let on = self.variants.iter().find(|variant| variant.name == component.variant);
            let (component, variant) = (component.name.clone(), component.variant.clone());
            match on.map(|on| self.serving(on)) {
                Some(Serving::Components) => {}
                Some(_) => return Err(FleetError::NoComponents { component, variant }),
                None => return Err(FleetError::UnknownVariant { component, variant }),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
