//! From samples to counts and dollars.

mod hours;
mod instances;
mod seen;

use std::collections::{BTreeMap, BTreeSet};

pub(super) use hours::count_hours;

use super::described::{DescribedEndpoint, DescribedVariant};
use super::series::{Figure, Points, Readings, SeriesReading, Served, UsageSeries};
use super::{ModelUsage, Moment, Money, Period, Question, Remark, Totals, Usage, VariantUsage, View, Window};
use crate::spec::{Dollars, PublishFrequency};

const SECONDS_PER_HOUR: f64 = 3600.0;

/// More GPUs than this must be reserved beyond those that copies publish for, before copies count as not listed: the two
/// series may be a sample apart.
const SAMPLE_APART: f64 = 0.5;
/// The same over a range, as a part of what is reserved.
const PART_APART: f64 = 0.02;

/// Start of the period that stands for the end of the range.
pub(super) fn end(readings: &Readings, window: Window) -> Moment {
    window.end(newest(readings))
}

fn newest(readings: &Readings) -> Option<Moment> {
    let newest = readings.iter().filter_map(|(series, reading)| match series {
        UsageSeries::Instances { .. } => reading.samples.keys().next_back().copied(),
        _ => None,
    });
    newest.max()
}

/// The sum of all values. `Iterator::sum` makes -0 of none.
fn total(points: &Points) -> f64 {
    points.values().fold(0.0, |sum, value| sum + value)
}

/// The sum; none where a part of it isn't known.
fn whole(mut parts: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    parts.try_fold(0.0, |sum, part| Some(sum + part?))
}

/// Counts what was read.
pub(super) fn count(question: &Question, declared: &DescribedEndpoint, window: Window, readings: &Readings) -> Usage {
    let newest = newest(readings);
    let end = window.end(newest);
    let count = Count { question, declared, window, readings, end };
    let (variants, models): (Vec<_>, Vec<_>) = declared.variants.iter().map(|variant| count.variant(variant)).unzip();
    let totals = sum(&variants);
    let remarks = count.remarks();
    let mut models: Vec<ModelUsage> = models.into_iter().flatten().collect();
    let bill = totals.bill.map(|bill| bill.cumulative.0).filter(|bill| *bill > 0.0);
    for model in &mut models {
        model.share = model.money.zip(bill).map(|(money, bill)| money.cumulative.0 / bill);
    }
    let rank = |model: &ModelUsage| (model.money.map_or(0.0, |money| money.cumulative.0), model.gpus.unwrap_or(0.0));
    models.sort_by(|one, other| {
        let (one_rank, other_rank) = (rank(one), rank(other));
        other_rank.partial_cmp(&one_rank).unwrap_or(std::cmp::Ordering::Equal).then_with(|| one.name.cmp(&other.name))
    });
    Usage {
        endpoint: question.endpoint.to_string(),
        status: declared.status.clone(),
        failure_reason: declared.failure_reason.clone(),
        publish_frequency_seconds: declared.frequency,
        enhanced_metrics: declared.enhanced_metrics,
        window,
        end: Period { from: end, until: Moment(end.0 + window.period) },
        has_data: newest.is_some(),
        totals,
        variants,
        models,
        remarks,
    }
}

/// Each sum, left out where a part of it is.
fn sum(variants: &[VariantUsage]) -> Totals {
    let parts = || variants.iter().map(|variant| variant.totals);
    let money = |part: fn(&Totals) -> Option<Money>| {
        let all: Option<Vec<Money>> = parts().map(|totals| part(&totals)).collect();
        all.filter(|all| !all.is_empty()).map(|all| all.into_iter().fold(Money::NONE, Money::plus))
    };
    let production = |part: fn(&Totals) -> Option<f64>| {
        whole(variants.iter().filter(|variant| !variant.shadow).map(|variant| part(&variant.totals)))
    };
    let all = |part: fn(&Totals) -> Option<f64>| whole(parts().map(|totals| part(&totals)));
    Totals {
        instances: parts().map(|totals| totals.instances).fold(0.0, |sum, one| sum + one),
        gpus: all(|totals| totals.gpus),
        used_gpus: all(|totals| totals.used_gpus),
        unused_gpus: all(|totals| totals.unused_gpus),
        bill: money(|totals| totals.bill),
        unallocated: money(|totals| totals.unallocated),
        requests: production(|totals| totals.requests),
        client_errors: production(|totals| totals.client_errors),
        server_errors: production(|totals| totals.server_errors),
    }
}

impl Money {
    const NONE: Self = Self { cumulative: Dollars(0.0), per_interval: Dollars(0.0), per_hour: Dollars(0.0) };

    /// What `units` cost at `price` an hour: `hours` of them over the range, `now` of them at its end.
    fn of(hours: f64, now: f64, price: f64, frequency: PublishFrequency) -> Self {
        Self {
            cumulative: Dollars(hours * price),
            per_interval: Dollars(now * price * f64::from(frequency.seconds()) / SECONDS_PER_HOUR),
            per_hour: Dollars(now * price),
        }
    }

    fn plus(self, other: Self) -> Self {
        self.with(other, |one, other| one + other)
    }

    /// The rest; nothing where more is taken than there is, as while samples of an instance are still missing.
    fn minus(self, other: Self) -> Self {
        self.with(other, |one, other| (one - other).max(0.0))
    }

    fn with(self, other: Self, operation: fn(f64, f64) -> f64) -> Self {
        Self {
            cumulative: Dollars(operation(self.cumulative.0, other.cumulative.0)),
            per_interval: Dollars(operation(self.per_interval.0, other.per_interval.0)),
            per_hour: Dollars(operation(self.per_hour.0, other.per_hour.0)),
        }
    }
}

struct Count<'a> {
    question: &'a Question,
    declared: &'a DescribedEndpoint,
    window: Window,
    readings: &'a Readings,
    end: Moment,
}

/// A GPU that published, with what it published.
struct Publishing<'a> {
    instance: &'a str,
    gpu: &'a str,
    model: &'a str,
    copy: Option<&'a str>,
    reading: &'a SeriesReading,
}

/// A variant with what it has and costs.
struct Running<'a> {
    variant: &'a DescribedVariant,
    /// GPUs of one instance, where they are known.
    gpus: Option<u32>,
    /// Instances at the end of the range.
    instances: f64,
    /// Dollars per hour of one instance, where they are known.
    price: Option<f64>,
    /// What its instances cost.
    bill: Option<Money>,
    /// What its GPUs published.
    publishing: Vec<Publishing<'a>>,
}

impl Count<'_> {
    fn frequency(&self) -> f64 {
        f64::from(self.declared.frequency.seconds())
    }

    /// Things that published these samples at the end.
    fn at_end(&self, reading: &SeriesReading) -> f64 {
        #[allow(clippy::cast_precision_loss)] // a day at most
        let period = self.window.period as f64;
        reading.samples.get(&self.end).copied().unwrap_or(0.0) * self.frequency() / period
    }

    /// Hours over the range that these samples stand for.
    fn hours(&self, reading: &SeriesReading) -> f64 {
        total(&reading.samples) * self.frequency() / SECONDS_PER_HOUR
    }

    fn reading(&self, series: &UsageSeries) -> SeriesReading {
        self.readings.get(series).cloned().unwrap_or_default()
    }

    fn variant(&self, variant: &DescribedVariant) -> (VariantUsage, Vec<ModelUsage>) {
        let terms = self.question.terms.of(&variant.name);
        let gpus = terms.gpus.or(variant.gpus);
        let instances = self.reading(&UsageSeries::Instances { variant: variant.name.clone() });
        let (now, hours) = (self.at_end(&instances), self.hours(&instances));
        let price = terms.price_per_hour.map(|price| price.0);
        let bill = price.map(|price| Money::of(hours, now, price, self.declared.frequency));
        let running = Running { variant, gpus, instances: now, price, bill, publishing: self.publishing(variant) };
        let models = match &variant.model {
            Some(model) => vec![self.own_model(model, &running)],
            None => self.components(&running),
        };
        let publishing = &running.publishing;
        let all_gpus = gpus.map(|gpus| f64::from(gpus) * now);
        let seen = self.seen(variant, gpus, publishing);
        let used = match (&variant.model, gpus) {
            (Some(_), _) => all_gpus,
            (None, Some(0)) => Some(0.0),
            (None, _) if self.declared.enhanced_metrics && seen.now => {
                whole(publishing.iter().map(|one| Some(self.at_end(one.reading))))
            }
            (None, _) => None,
        };
        let allocated: Option<Vec<Money>> = models.iter().map(|model| model.money).collect();
        // Without enhanced metrics no model's part is known; without a model, all of it is nobody's.
        let known = variant.model.is_some() || (self.declared.enhanced_metrics && seen.all);
        let allocated = allocated.filter(|_| known).map(|all| all.into_iter().fold(Money::NONE, Money::plus));
        let requests = |part: fn(&ModelUsage) -> Option<f64>| {
            let read = variant.model.is_some() || (self.reads_requests() && self.is_range_listed());
            whole(models.iter().map(part)).filter(|_| read)
        };
        let totals = Totals {
            instances: now,
            gpus: all_gpus,
            used_gpus: used,
            unused_gpus: all_gpus.zip(used).map(|(all, used)| (all - used).max(0.0)),
            bill,
            unallocated: bill.zip(allocated).map(|(bill, allocated)| bill.minus(allocated)),
            requests: requests(|model| model.requests),
            client_errors: requests(|model| model.client_errors),
            server_errors: requests(|model| model.server_errors),
        };
        let usage = VariantUsage {
            name: variant.name.clone(),
            instance_type: variant.instance_type.clone(),
            gpus_per_instance: gpus,
            price_per_hour: terms.price_per_hour,
            hosts_components: variant.model.is_none(),
            shadow: variant.shadow,
            totals,
            instances: self.instances(variant, gpus.filter(|_| seen.now), publishing),
        };
        (usage, models)
    }

    /// What the variant's GPUs published.
    fn publishing<'a>(&'a self, variant: &'a DescribedVariant) -> Vec<Publishing<'a>> {
        let publishing = |(series, reading): (&'a UsageSeries, &'a SeriesReading)| match (series, &variant.model) {
            (UsageSeries::HeldGpu { variant: name, instance, gpu, model, copy }, None) if *name == variant.name => {
                Some(Publishing { instance, gpu, model, copy: copy.as_deref(), reading })
            }
            (UsageSeries::OwnGpu { variant: name, instance, gpu }, Some(model)) if *name == variant.name => {
                Some(Publishing { instance, gpu, model, copy: None, reading })
            }
            _ => None,
        };
        self.readings.iter().filter_map(publishing).collect()
    }

    fn own_model(&self, model: &str, running: &Running<'_>) -> ModelUsage {
        let Running { variant, gpus, instances, bill, ref publishing, .. } = *running;
        let mut usage = self.model(model, &variant.name, publishing.iter(), bill, &Served::variant(variant));
        usage.gpus = gpus.map(|gpus| f64::from(gpus) * instances);
        usage.gpus_per_copy = gpus;
        usage
    }

    fn components(&self, running: &Running<'_>) -> Vec<ModelUsage> {
        let Running { variant, gpus, price, ref publishing, .. } = *running;
        let terms = gpus.zip(price);
        let mut by_model: BTreeMap<&str, Vec<&Publishing<'_>>> = BTreeMap::new();
        for one in publishing {
            by_model.entry(one.model).or_default().push(one);
        }
        for component in &self.declared.components {
            if component.variant.as_ref() == Some(&variant.name) {
                by_model.entry(&component.name).or_default();
            }
        }
        let usage = |(model, held): (&str, Vec<&Publishing<'_>>)| {
            let gpus = held.iter().fold(0.0, |sum, one| sum + self.at_end(one.reading));
            let hours = held.iter().fold(0.0, |sum, one| sum + self.hours(one.reading));
            let enhanced = self.declared.enhanced_metrics && self.is_end_listed();
            let priced = self.declared.enhanced_metrics && self.is_range_listed();
            // A CPU-only instance can't be divided by GPUs.
            let price = terms.filter(|(gpus, _)| *gpus > 0 && priced).map(|(gpus, price)| price / f64::from(gpus));
            let money = price.map(|price| Money::of(hours, gpus, price, self.declared.frequency));
            let served = Served::Component(model.to_owned());
            let mut usage = self.model(model, &variant.name, held.iter().copied(), money, &served);
            usage.gpus = enhanced.then_some(gpus);
            let copies: BTreeSet<_> = held
                .iter()
                .filter(|one| self.at_end(one.reading) > 0.0)
                .map(|one| one.copy.map(|copy| (one.instance, copy)))
                .collect();
            let copies: Option<Vec<_>> = copies.into_iter().collect();
            usage.copies_observed = copies.map(|copies| copies.len()).filter(|_| enhanced);
            let declared = self.declared.components.iter().find(|component| component.name == model);
            usage.status = declared.and_then(|declared| declared.status.clone());
            usage.copies_declared = declared.and_then(|declared| declared.copies);
            usage.gpus_per_copy = declared.and_then(|declared| declared.gpus_per_copy);
            usage
        };
        by_model.into_iter().map(usage).collect()
    }

    fn model<'p>(
        &self,
        name: &str,
        variant: &str,
        held: impl Iterator<Item = &'p Publishing<'p>>,
        money: Option<Money>,
        served: &Served,
    ) -> ModelUsage {
        let (mut at_end, mut over_range) = (Mean::default(), Mean::default());
        for one in held {
            at_end.add(one.reading, self.end);
            over_range.add_all(one.reading);
        }
        let counted = |figure| self.traffic(served, figure).map(|reading| total(&reading.sum));
        let requests = counted(Figure::Requests);
        let slowest =
            self.traffic(served, Figure::Latency).and_then(|reading| reading.p99.values().copied().reduce(f64::max));
        ModelUsage {
            name: name.to_owned(),
            variant: Some(variant.to_owned()),
            gpus: None,
            status: None,
            copies_declared: None,
            gpus_per_copy: None,
            copies_observed: None,
            utilization: at_end.value(),
            mean_utilization: over_range.value().filter(|_| self.is_range_listed()),
            requests,
            client_errors: counted(Figure::ClientErrors),
            server_errors: counted(Figure::ServerErrors),
            slowest_p99_ms: slowest.map(|microseconds| microseconds / 1000.0),
            money,
            per_thousand_requests: money
                .zip(requests.filter(|requests| *requests > 0.0))
                .map(|(money, requests)| Dollars(money.cumulative.0 / requests * 1000.0)),
            share: None,
        }
    }
}

impl Count<'_> {
    fn traffic(&self, served: &Served, figure: Figure) -> Option<&SeriesReading> {
        self.readings.get(&UsageSeries::Traffic { to: served.clone(), figure })
    }

    fn reads_requests(&self) -> bool {
        self.question.view != View::Cluster
    }
}

/// A mean of means, weighted by their samples.
#[derive(Default)]
struct Mean {
    total: f64,
    samples: f64,
}

impl Mean {
    /// The mean of one period, where it has one.
    fn add(&mut self, reading: &SeriesReading, at: Moment) {
        let samples = reading.samples.get(&at).copied().unwrap_or(0.0);
        if let Some(mean) = reading.mean.get(&at) {
            self.total += mean * samples;
            self.samples += samples;
        }
    }

    fn add_all(&mut self, reading: &SeriesReading) {
        for at in reading.mean.keys() {
            self.add(reading, *at);
        }
    }

    fn value(&self) -> Option<f64> {
        (self.samples > 0.0).then(|| self.total / self.samples)
    }
}

#[cfg(test)]
mod tests;
