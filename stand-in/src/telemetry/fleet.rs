//! A simulated fleet: a declaration of an endpoint's instances and model copies over time, and what `SageMaker` would
//! publish about them.
//!
//! The same declaration always publishes the same samples: there is no randomness and no clock in here. What is
//! published with which dimensions:
//! <https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html> and
//! <https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch-enhanced-metrics.html>.

mod placement;
mod publish;

use serde::{Deserialize, Serialize};

use super::{MetricStore, SECOND, Timestamp};

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
    /// Such as `ml.g6.12xlarge`. Only for whoever reads the declaration.
    pub instance_type: String,
    /// GPUs of one instance; 0 for none.
    pub gpus_per_instance: u32,
    /// Running instances over time.
    pub instances: Steps,
    /// What one instance does where the variant has a model of its own.
    #[serde(default)]
    pub load: Load,
}

/// An inference component: copies of one model, each with so many GPUs of one instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Unique on its endpoint.
    pub name: String,
    /// The variant whose instances it is placed on.
    pub variant: String,
    /// GPUs that one copy holds.
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

/// What a copy or an instance does.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Load {
    /// Percentage of each of its GPUs that computes.
    pub gpu_percent: f64,
    /// Percentage of each of its GPUs' memory in use.
    pub gpu_memory_percent: f64,
    /// Percentage of the instance's processors in use.
    pub cpu_percent: f64,
    /// Percentage of the instance's memory in use.
    pub memory_percent: f64,
    /// Requests per minute; without any, no invocation metric is published.
    pub invocations_per_minute: f64,
    /// Of those, the part that fails with a 4xx status.
    pub share_4xx: f64,
    /// Of those, the part that fails with a 5xx status.
    pub share_5xx: f64,
    /// Milliseconds that the model takes for a request.
    pub model_latency_ms: f64,
}

impl Default for Load {
    fn default() -> Self {
        Self {
            gpu_percent: 40.0,
            gpu_memory_percent: 70.0,
            cpu_percent: 10.0,
            memory_percent: 30.0,
            invocations_per_minute: 60.0,
            share_4xx: 0.0,
            share_5xx: 0.0,
            model_latency_ms: 400.0,
        }
    }
}

impl Load {
    /// A model that is loaded and that nobody calls.
    pub const IDLE: Self = Self {
        gpu_percent: 0.0,
        gpu_memory_percent: 70.0,
        cpu_percent: 1.0,
        memory_percent: 30.0,
        invocations_per_minute: 0.0,
        share_4xx: 0.0,
        share_5xx: 0.0,
        model_latency_ms: 0.0,
    };
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
    /// The dimension's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::GpuId => "GpuId",
            Self::AcceleratorId => "AcceleratorId",
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

/// Why a fleet can't be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
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
            variants: vec![variant],
            components: Vec::new(),
        }
    }

    /// The fleet with one component more.
    #[must_use]
    pub fn with(mut self, component: Component) -> Self {
        self.components.push(component);
        self
    }

    /// Publishes everything that falls within `from..until` for a fleet that started at `start`. Calls for adjoining
    /// ranges publish what one call for both would.
    ///
    /// # Errors
    /// The declaration contradicts itself; nothing is published then.
    pub fn publish(
        &self,
        store: &mut MetricStore,
        start: Timestamp,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<(), FleetError> {
        self.check()?;
        publish::publish(self, store, start, from, until);
        Ok(())
    }

    /// GPUs that placed copies hold at a time after the fleet's start: the truth that panels are measured by. Of one
    /// component where `component` names it.
    #[must_use]
    pub fn gpus_held(&self, since_start: Timestamp, component: Option<&str>) -> usize {
        let placed = placement::place(self, since_start);
        let wanted =
            |copy: &&placement::Copy| component.is_none_or(|name| self.components[copy.component].name == name);
        placed.iter().filter(wanted).map(|copy| copy.gpus.len()).sum()
    }

    /// Whether the declaration contradicts itself.
    pub(crate) fn check(&self) -> Result<(), FleetError> {
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
            if !self.variants.iter().any(|variant| variant.name == component.variant) {
                let (component, variant) = (component.name.clone(), component.variant.clone());
                return Err(FleetError::UnknownVariant { component, variant });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
