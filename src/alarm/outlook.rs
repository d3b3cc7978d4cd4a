//! What a valid alarm will meet: the instances that are declared, the models that are placed on them, and prices.
//!
//! A fleet may grow and shrink, so what looks wrong here is warned of and never refused.

use super::spec::AlarmSpec;
use crate::endpoint::Variant;
use crate::pricing::ListPrices;

/// A model as it is to be placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlacedModel {
    /// GPUs that one copy holds.
    pub gpus_per_copy: u32,
    /// How many copies there are, where that is known.
    pub copies: Option<u32>,
}

/// What one alarm will meet.
pub(crate) struct Outlook<'s> {
    /// The variants that it is about.
    pub(crate) variants: Vec<&'s Variant>,
    /// The models that are known to be placed, none where nobody knows.
    pub(crate) placed: &'s [PlacedModel],
    pub(crate) prices: &'s ListPrices,
}

/// Whether a value keeps the alarm in ALARM.
pub(super) fn is_breached_by(alarm: &AlarmSpec, value: f64) -> bool {
    alarm.comparison.breached_by(value, alarm.threshold)
}
