//! An alarm whose settings are valid, without what it measures.
//!
//! The types alone: what may be declared is validated in `alarm_settings`, and which alarm goes with which declaration in
//! `alarm_rules`.

use aws_sdk_cloudwatch::types::ComparisonOperator;

use super::names::{AlarmName, VariantName};
use crate::properties::AlarmKind;

/// A valid alarm.
#[derive(Clone, Debug, PartialEq)]
pub struct AlarmSpec {
    /// What it watches.
    pub kind: AlarmKind,
    /// How it gets to know.
    pub source: AlarmSource,
    /// Unique in the account and Region.
    pub name: AlarmName,
    /// Alarms on single variants, where there are more variants than one alarm takes: then this alarm is a composite of
    /// them, and the threshold is each variant's. Empty where one alarm is on all variants together.
    pub on_variants: Vec<VariantAlarm>,
    /// The author's own words, where there are any.
    pub description: Option<String>,
    /// What the measure is compared with.
    pub threshold: f64,
    /// How it is compared.
    pub comparison: ComparisonOperator,
    /// Seconds that one datapoint covers: 10, 20, 30 or a multiple of 60, and no less than the publish frequency. With
    /// PromQL, seconds between two evaluations.
    pub period: i32,
    /// How many datapoints are evaluated.
    pub evaluation_periods: i32,
    /// How many of them must breach.
    pub datapoints_to_alarm: i32,
    /// What a datapoint that isn't there counts as.
    pub treat_missing_data: String,
    /// Whether actions are taken at all.
    pub actions_enabled: bool,
    /// Actions on going to ALARM.
    pub alarm_actions: Vec<String>,
    /// Actions on going to OK.
    pub ok_actions: Vec<String>,
    /// Actions on going to `INSUFFICIENT_DATA`.
    pub insufficient_data_actions: Vec<String>,
}

/// An alarm on one variant, part of a composite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantAlarm {
    /// The variant.
    pub variant: VariantName,
    /// `<name of the composite>-<variant>`.
    pub name: AlarmName,
}

/// How an alarm gets to know what it watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmSource {
    /// Metric math on metrics that every endpoint publishes, `GPUReservation` first of all.
    Reservation,
    /// A Metrics Insights query that counts the samples of single GPUs. Needs enhanced metrics.
    SampleCount,
    /// A PromQL query, each of whose series is an idle model. Needs detailed observability.
    PromQl,
    /// The sum of `Invocations`.
    Invocations,
}

impl AlarmSource {
    const ALL: [Self; 4] = [Self::Reservation, Self::SampleCount, Self::PromQl, Self::Invocations];

    /// The sources that an alarm of `kind` can have, its default first.
    #[must_use]
    pub fn of(kind: AlarmKind) -> &'static [Self] {
        match kind {
            AlarmKind::UnusedGpu | AlarmKind::GpuBuffer => &[Self::Reservation, Self::SampleCount],
            AlarmKind::IdleGpu => &[Self::Reservation, Self::PromQl],
            AlarmKind::NoTraffic => &[Self::Invocations],
        }
    }

    /// As the property `Source` has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reservation => "Reservation",
            Self::SampleCount => "SampleCount",
            Self::PromQl => "PromQL",
            Self::Invocations => "Invocations",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.name() == name)
    }

    /// How many variants fit into one alarm, of ten metrics at most. PromQL covers the whole endpoint.
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html>.
    pub(super) fn most_variants(self) -> usize {
        const MOST_METRICS: usize = 10;
        match self {
            // Two of each variant: instances, and what is reserved or asked of them.
            Self::Reservation | Self::Invocations => MOST_METRICS / 2,
            // Instances of each variant; the query is an expression.
            Self::SampleCount => MOST_METRICS,
            Self::PromQl => usize::MAX,
        }
    }
}
