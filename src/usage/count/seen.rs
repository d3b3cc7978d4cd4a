//! Whether everything is seen that there is: what CloudWatch doesn't list isn't read.
//!
//! `ListMetrics` gives a new series after up to 15 minutes, and one that ended for two weeks
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html>). What inference components
//! reserve is known by the variant's name alone, so it tells whether copies are missing.

use super::{Count, PART_APART, Publishing, Remark, SAMPLE_APART, SECONDS_PER_HOUR, UsageSeries, total};
use crate::usage::described::DescribedVariant;

/// Whether all copies are seen that hold GPUs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// At the end.
    pub(super) now: bool,
    /// Over the range.
    pub(super) all: bool,
}

impl Count<'_> {
    pub(super) fn is_range_listed(&self) -> bool {
        self.window.from.is_listed(self.question.now)
    }

    pub(super) fn is_end_listed(&self) -> bool {
        self.end.is_listed(self.question.now)
    }

    pub(super) fn seen(&self, variant: &DescribedVariant, gpus: Option<u32>, found: &[Publishing<'_>]) -> Seen {
        let missing = self.missing(variant, gpus, found);
        Seen { now: self.is_end_listed() && !missing.now, all: self.is_range_listed() && !missing.all }
    }

    /// Whether more is reserved than copies publish for.
    fn missing(&self, variant: &DescribedVariant, gpus: Option<u32>, found: &[Publishing<'_>]) -> Seen {
        let none = Seen { now: false, all: false };
        let reserved = self.readings.get(&UsageSeries::Reserved { variant: variant.name.clone() });
        let (Some(reserved), Some(gpus), None) = (reserved, gpus, &variant.model) else { return none };
        #[allow(clippy::cast_precision_loss)] // a day at most
        let period = self.window.period as f64;
        let each = f64::from(gpus) / 100.0 * self.frequency();
        let now = reserved.sum.get(&self.end).copied().unwrap_or(0.0) * each / period;
        let hours = total(&reserved.sum) * each / SECONDS_PER_HOUR;
        let seen_now = found.iter().fold(0.0, |sum, one| sum + self.at_end(one.reading));
        let seen_hours = found.iter().fold(0.0, |sum, one| sum + self.hours(one.reading));
        let apart = PART_APART * hours + f64::from(gpus) * self.frequency() / SECONDS_PER_HOUR;
        let now = now - seen_now > SAMPLE_APART;
        Seen { now, all: now || hours - seen_hours > apart }
    }

    /// What must be said of the numbers.
    pub(super) fn remarks(&self) -> Vec<Remark> {
        let shared = || self.declared.variants.iter().filter(|variant| variant.model.is_none());
        if shared().next().is_none() || !self.declared.enhanced_metrics {
            return Vec::new();
        }
        let missing = shared().any(|variant| {
            let gpus = self.question.terms.of(&variant.name).gpus.or(variant.gpus);
            let missing = self.missing(variant, gpus, &self.publishing(variant));
            missing.now || missing.all
        });
        let ended = !self.is_range_listed();
        let said = [(ended, Remark::Ended), (missing && !ended, Remark::NotListed)];
        said.into_iter().filter(|(said, _)| *said).map(|(_, remark)| remark).collect()
    }
}
