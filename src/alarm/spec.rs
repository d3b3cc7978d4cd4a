//! An alarm whose settings are valid, without what it measures.
//!
//! The types alone: which settings are valid, and which alarm goes with which declaration, is [`crate::spec`]'s.

use super::{AlarmKind, Comparison};
use crate::endpoint::{AlarmName, InferenceComponentName, VariantName};
use crate::scalar::words;

/// A valid alarm.
#[derive(Clone, Debug, PartialEq)]
pub struct AlarmSpec {
    /// What it watches.
    pub kind: AlarmKind,
    /// What it reads.
    pub source: AlarmSource,
    /// Unique in the account and Region.
    pub name: AlarmName,
    /// Alarms on single variants or models, where there are more than one alarm takes: then this alarm is a composite of
    /// them, and the threshold is each one's. Empty where one alarm is on all together.
    pub parts: Vec<PartAlarm>,
    /// The author's own words, where there are any.
    pub description: Option<String>,
    /// What the measure is compared with.
    pub threshold: f64,
    /// How it is compared.
    pub comparison: Comparison,
    /// Seconds that one datapoint covers: 10, 20, 30 or a multiple of 60, and no less than the publish frequency. With
    /// PromQL, seconds between two evaluations.
    pub period: i32,
    /// How many datapoints are evaluated.
    pub evaluation_periods: i32,
    /// How many of them must breach.
    pub datapoints_to_alarm: i32,
    /// The time zone of a window of the clock; `None` is UTC, or a window that isn't the clock's.
    pub time_zone: Option<String>,
    /// What a datapoint that isn't there counts as.
    pub treat_missing_data: MissingData,
    /// What it does where its state changes.
    pub actions: AlarmActions,
}

/// What an alarm does where its state changes, by the new state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmActions {
    /// Whether actions are taken at all.
    pub enabled: bool,
    /// ARNs of the actions on going to ALARM.
    pub alarm: Vec<String>,
    /// ARNs of the actions on going to OK.
    pub ok: Vec<String>,
    /// ARNs of the actions on going to `INSUFFICIENT_DATA`.
    pub insufficient_data: Vec<String>,
}

impl AlarmActions {
    /// The same without any action.
    pub(crate) fn without_any(&self) -> Self {
        Self { enabled: self.enabled, alarm: Vec::new(), ok: Vec::new(), insufficient_data: Vec::new() }
    }
}

/// An alarm on one variant or model, part of a composite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartAlarm {
    /// What it is on.
    pub on: Part,
    /// `<name of the composite>-<variant or model>`.
    pub name: AlarmName,
}

/// What a part of a composite is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A variant.
    Variant(VariantName),
    /// A model.
    Model(InferenceComponentName),
}

words! {
    /// What a datapoint that isn't there counts as.
    pub enum MissingData {
        /// As one that breaches.
        Breaching = "breaching",
        /// As one that doesn't.
        NotBreaching = "notBreaching",
        /// The state stays as it is.
        Ignore = "ignore",
        /// Where all of them are missing, the state is `INSUFFICIENT_DATA`.
        Missing = "missing",
    }
}

words! {
    /// What an alarm reads.
    pub enum AlarmSource {
        /// Metric math on metrics that every endpoint publishes, `GPUReservation` first of all.
        Reservation = "Reservation",
        /// A Metrics Insights query that counts the samples of single GPUs. Needs enhanced metrics.
        SampleCount = "SampleCount",
        /// A PromQL query, each of whose series is an idle model. Needs detailed observability.
        PromQl = "PromQL",
        /// Metric math on what is published of requests.
        Invocations = "Invocations",
        /// A Metrics Insights query that finds the models. Needs enhanced metrics.
        Insights = "Insights",
        /// How long the oldest request in a queue has waited.
        OldestRequest = "OldestRequest",
        /// How many requests wait in a queue.
        BacklogSize = "BacklogSize",
        /// The samples of instances, each of which costs.
        InstanceSamples = "InstanceSamples",
    }
}

impl AlarmSource {
    /// The sources that an alarm of `kind` can have, its default first.
    #[must_use]
    pub fn of(kind: AlarmKind) -> &'static [Self] {
        kind.definition().sources
    }

    /// Whether it is a Metrics Insights query, or has one.
    pub(crate) fn is_insights(self) -> bool {
        matches!(self, Self::SampleCount | Self::Insights)
    }
}
