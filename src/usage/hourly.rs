//! Instance-hours and GPU-hours of each hour: what a statement of costs is made of.

use std::collections::BTreeMap;

use super::{Moment, Window};

/// What an endpoint's instances and models used, hour by hour.
#[derive(Clone, Debug, PartialEq)]
pub struct HourlyUsage {
    /// The endpoint.
    pub endpoint: String,
    /// Its ARN.
    pub arn: String,
    /// When it was updated last. Hours before are counted with its present config.
    pub changed: Option<Moment>,
    /// Whether it publishes metrics for each instance and GPU. Without them nobody knows which model held what.
    pub enhanced_metrics: bool,
    /// The whole hours that were read.
    pub window: Window,
    /// The variants with instances, in the order of the endpoint config.
    pub variants: Vec<VariantHours>,
}

/// What a variant's instances and models used.
#[derive(Clone, Debug, PartialEq)]
pub struct VariantHours {
    /// Its name.
    pub name: String,
    /// Its instance types: several where it has pools.
    pub instance_types: Vec<String>,
    /// GPUs of one instance, where known. 0 where it has none that SageMaker's metrics count.
    pub gpus_per_instance: Option<u32>,
    /// Its model; none where models are placed on it as inference components.
    pub model: Option<String>,
    /// The hours, by their start. One in which nothing was published isn't there: no instance ran, or its metrics are missing.
    pub hours: BTreeMap<Moment, UsedHour>,
}

/// One hour of a variant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UsedHour {
    /// Instances that ran, as a mean over the hour.
    pub instance_hours: f64,
    /// GPUs that inference components held, as means over the hour, by the component's name.
    pub held: BTreeMap<String, f64>,
    /// GPUs that were reserved and that no listed component held; none where that can't be known, so that a GPU without a known holder
    /// isn't known to be unused either. Always 0 where the variant has a model of its own.
    pub held_by_unknown: Option<f64>,
}
