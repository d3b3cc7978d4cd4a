//! What there is to say about a kind of alarm.

use std::ops::RangeInclusive;

use super::comparison::Comparison;
use super::outlook::Outlook;
use super::spec::{AlarmSource, AlarmSpec};
use super::{Measure, Scope};
use crate::endpoint::{InferenceComponent, Variant};

/// A number of things, of milliseconds or of dollars.
pub(crate) const ANY_NUMBER: RangeInclusive<f64> = 0.0..=f64::INFINITY;
/// A share of something.
pub(crate) const PERCENT: RangeInclusive<f64> = 0.0..=100.0;

/// Everything about one kind of alarm.
pub(crate) struct Definition {
    /// What its default name ends with.
    pub(crate) suffix: &'static str,
    /// What the property is where it is left out, in words.
    pub(crate) absent: &'static str,
    /// When it fires, for the table of properties.
    pub(crate) meaning: &'static str,
    /// Whether it is there without being mentioned, where there is something to watch.
    pub(crate) on_by_default: bool,
    /// What it may read, the default first.
    pub(crate) sources: &'static [AlarmSource],
    /// The source where none is declared.
    pub(crate) source: fn(&Situation<'_>) -> AlarmSource,
    /// Least and most that can be measured, whatever the fleet.
    pub(crate) range: RangeInclusive<f64>,
    /// What it compares with.
    pub(crate) threshold: ThresholdRule,
    /// How it compares by default.
    pub(crate) comparison: Comparison,
    /// Seconds that it must be so before the alarm fires.
    pub(crate) window: i32,
    /// Seconds of a datapoint.
    pub(crate) period: PeriodRule,
    /// Whether samples are counted, so that each period has to hold as many as every other.
    pub(crate) counts_samples: bool,
    /// What it counts.
    pub(crate) counted: Counted,
    /// Whether a new alarm waits for its whole window before it is evaluated.
    pub(crate) warms_up: bool,
    /// Whether it is about this variant.
    pub(crate) watches: fn(&Variant) -> bool,
    /// Why there is nothing that it could be about.
    pub(crate) nothing_to_watch: &'static str,
    /// Why it can't work here all the same, with the fix.
    pub(crate) refusal: fn(&Situation<'_>, AlarmSource) -> Option<String>,
    /// How much fits into one alarm.
    pub(crate) fit: fn(AlarmSource) -> Fit,
    /// What it measures; `None` where a price that it needs isn't known after all.
    pub(crate) measure: fn(&AlarmSpec, &Scope<'_>) -> Option<Measure>,
    /// What is wrong where it fires, in words.
    pub(crate) what_is_wrong: fn(&AlarmSpec, &Scope<'_>) -> String,
    /// What that costs, in words, where a price is known.
    pub(crate) cost: fn(&AlarmSpec, &Scope<'_>) -> Option<String>,
    /// The first two things to do.
    pub(crate) steps: [&'static str; 2],
    /// Where it goes off on the panel that shows what it measures: the value there, and what it is in words. `None` where no
    /// panel does.
    pub(crate) annotation: fn(&AlarmSpec) -> Option<(f64, String)>,
    /// What looks wrong about its threshold, though it is valid, with what would be right.
    pub(crate) warning: fn(&AlarmSpec, &Outlook<'_>) -> Option<String>,
    /// What `breaching` for missing data would do, where there is no value while all is well.
    pub(crate) breaching_gaps: Option<&'static str>,
    /// What is said of it in general.
    pub(crate) words: Words,
}

/// What an alarm compares with.
pub(crate) struct ThresholdRule {
    /// `None` where it has to be given.
    pub(crate) by_default: fn(AlarmSource) -> Option<f64>,
    /// Whether a value makes sense.
    pub(crate) holds: fn(f64) -> bool,
    /// What would make sense.
    pub(crate) fix: &'static str,
}

/// Seconds of a datapoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PeriodRule {
    /// The publish frequency or a minute, whichever is longer.
    Shortest,
    /// The shortest that divides the window evenly, where `EvaluationPeriods` isn't given.
    DividesWindow,
    /// These.
    Is(i32),
    /// These and no others.
    Always(i32),
}

/// What an alarm counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    /// GPUs. No page says what is published of their partitions.
    WholeGpus,
    /// Requests, queues, dollars.
    Other,
}

/// How many variants, or models on them, one alarm takes. Where there are more, each gets an alarm, and a composite
/// speaks for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fit {
    pub(crate) variants: usize,
    pub(crate) models: usize,
}

impl Fit {
    /// Whatever there is.
    pub(crate) const ALL: Self = Self { variants: usize::MAX, models: usize::MAX };
}

/// What an alarm is declared in.
pub(crate) struct Situation<'d> {
    /// Whether `GpuDimension` says which one it is.
    pub(crate) names_gpu_dimension: bool,
    /// `EnableEnhancedMetrics`.
    pub(crate) enhanced_metrics: bool,
    /// What it is about.
    pub(crate) variants: &'d [&'d Variant],
    /// The models that are listed, where a variant hosts any.
    pub(crate) models: &'d [InferenceComponent],
}

impl Situation<'_> {
    /// Whether models are placed on any of the variants as inference components.
    pub(crate) fn hosts_components(&self) -> bool {
        self.variants.iter().any(|variant| variant.hosts_components())
    }
}

/// What is said of a kind of alarm in general.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// What it measures.
    pub measures: &'static str,
    /// Why it would fire.
    pub why: &'static str,
}
