//! What was used in each hour.

use std::collections::BTreeMap;

use super::{Count, Moment, PART_APART, Publishing, Question, Readings, SECONDS_PER_HOUR, UsageSeries, Window};
use crate::usage::described::{DescribedEndpoint, DescribedVariant};
use crate::usage::{HourlyUsage, UsedHour, VariantHours};

/// Counts what was read by the hour.
pub(in crate::usage) fn count_hours(
    question: &Question,
    declared: &DescribedEndpoint,
    window: Window,
    readings: &Readings,
) -> HourlyUsage {
    let count = Count { question, declared, window, readings, end: window.end(None) };
    HourlyUsage {
        endpoint: question.endpoint.to_string(),
        arn: declared.arn.clone(),
        changed: declared.changed,
        enhanced_metrics: declared.enhanced_metrics,
        window,
        variants: declared.variants.iter().map(|variant| count.variant_hours(variant)).collect(),
    }
}

impl Count<'_> {
    fn variant_hours(&self, variant: &DescribedVariant) -> VariantHours {
        let gpus = self.question.terms.of(&variant.name).gpus.or(variant.gpus);
        let publishing = self.publishing(variant);
        let instances = self.reading(&UsageSeries::Instances { variant: variant.name.clone() }).samples;
        let hour = |(at, samples): (&Moment, &f64)| {
            let held = held(&publishing, *at).map(|(model, samples)| (model, self.in_hours(samples)));
            let held: BTreeMap<String, f64> = held.collect();
            let instance_hours = self.in_hours(*samples);
            let held_by_unknown = match variant.model {
                Some(_) => Some(0.0),
                None => self.held_by_unknown(variant, gpus, *at, held.values().sum()),
            };
            (*at, UsedHour { instance_hours, held, held_by_unknown })
        };
        VariantHours {
            name: variant.name.clone(),
            instance_types: variant.instance_type.split(", ").map(str::to_owned).collect(),
            gpus_per_instance: gpus,
            model: variant.model.clone(),
            hours: instances.iter().filter(|(_, samples)| **samples > 0.0).map(hour).collect(),
        }
    }

    /// Things that published these samples in an hour, as a mean over it.
    fn in_hours(&self, samples: f64) -> f64 {
        samples * self.frequency() / SECONDS_PER_HOUR
    }

    /// GPUs that were reserved beyond those that `listed` components held. Reservations are known by the variant's name alone, for as
    /// long as CloudWatch keeps data; what held them is listed for two weeks after it ended.
    fn held_by_unknown(&self, variant: &DescribedVariant, gpus: Option<u32>, at: Moment, listed: f64) -> Option<f64> {
        let gpus = gpus.filter(|gpus| *gpus > 0 && self.declared.enhanced_metrics).map(f64::from)?;
        let reserved = self.readings.get(&UsageSeries::Reserved { variant: variant.name.clone() });
        let Some(percent) = reserved.and_then(|reading| reading.sum.get(&at)) else {
            let end = Moment(at.0 + self.window.period);
            return end.is_listed(self.question.now).then_some(0.0);
        };
        let reserved = self.in_hours(percent / 100.0 * gpus);
        // The two series may be a sample apart.
        let apart = PART_APART * reserved + self.in_hours(gpus);
        Some(Some(reserved - listed).filter(|missing| *missing > apart).unwrap_or(0.0))
    }
}

/// Samples of the hour, by inference component.
fn held(publishing: &[Publishing<'_>], at: Moment) -> impl Iterator<Item = (String, f64)> {
    let mut held: BTreeMap<String, f64> = BTreeMap::new();
    for one in publishing {
        if let Some(samples) = one.reading.samples.get(&at).filter(|samples| **samples > 0.0) {
            *held.entry(one.model.to_owned()).or_default() += samples;
        }
    }
    held.into_iter()
}
