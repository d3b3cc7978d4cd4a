//! From what was read to what an endpoint costs and lacks. Pure.

use aws_sdk_sagemaker::types::EndpointSummary;

use super::described::{Described, FleetVariant, created};
use super::queries::{AskedMetric, Asker, FleetReadings};
use super::{EndpointStanding, IDLE_DAYS, IdleDays};
use crate::metrics::{ENDPOINTS, INVOCATIONS};
use crate::pricing::{ListPrices, Price};
use crate::spec::Dollars;
use crate::usage::Moment;

pub(super) const DAY: i64 = 86_400;
const HOUR_S: f64 = 3600.0;
const DAY_S: f64 = 86_400.0;

/// Whole periods that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: Moment,
    pub(super) until: Moment,
    /// Seconds.
    pub(super) period: i64,
}

impl Span {
    /// The last `IDLE_DAYS` days and what there is of today, by the day, in UTC.
    pub(super) fn days(now: Moment) -> Self {
        let today = now.0.div_euclid(DAY) * DAY;
        Self { from: Moment(today - IDLE_DAYS * DAY), until: Moment(today + DAY), period: DAY }
    }

    #[expect(clippy::cast_precision_loss, reason = "seconds of some years")]
    fn seconds(self) -> f64 {
        (self.until.0 - self.from.0) as f64
    }
}

/// An endpoint, and what is known of it without metrics.
#[derive(Clone, Debug)]
pub(super) struct FleetMember<'f> {
    pub(super) summary: &'f EndpointSummary,
    pub(super) described: Option<&'f Described>,
    /// Its inference components.
    pub(super) components: Vec<&'f str>,
}

impl FleetMember<'_> {
    pub(super) fn name(&self) -> &str {
        self.summary.endpoint_name().unwrap_or_default()
    }

    fn of_variant(
        &self,
        variant: &FleetVariant,
        namespace: &'static str,
        name: &'static str,
        counts: bool,
    ) -> AskedMetric {
        let (endpoint, variant) = (self.name().to_owned(), variant.name.clone());
        AskedMetric { subject: Asker::Variant { account: None, endpoint, variant }, namespace, name, counts }
    }

    fn instances(&self, variant: &FleetVariant) -> AskedMetric {
        self.of_variant(variant, ENDPOINTS, "CPUUtilization", true)
    }

    fn reserved(&self, variant: &FleetVariant) -> AskedMetric {
        self.of_variant(variant, ENDPOINTS, "GPUReservation", false)
    }

    /// What counts its instances and what is reserved of them: all that money needs.
    pub(super) fn capacity(&self) -> Vec<AskedMetric> {
        let mut asked = Vec::new();
        for variant in self.variants().filter(|variant| !variant.instance_types.is_empty()) {
            asked.push(self.instances(variant));
            asked.extend(shares_gpus(variant).then(|| self.reserved(variant)));
        }
        asked
    }

    /// What counts its requests, and those that failed with a 5xx status.
    pub(super) fn traffic(&self) -> (Vec<AskedMetric>, Vec<AskedMetric>) {
        let component = |name: &str, metric: &'static str| AskedMetric {
            subject: Asker::Component(name.to_owned()),
            namespace: INVOCATIONS,
            name: metric,
            counts: false,
        };
        let own = || self.variants().filter(|variant| !variant.hosts_components && !variant.shadow);
        let of_components = |metric| self.components.iter().map(move |name| component(name, metric));
        let requests = own().map(|variant| self.of_variant(variant, INVOCATIONS, variant.requests, false));
        let failed = own().map(|variant| {
            let metric = if variant.requests == "Invocations" { "Invocation5XXErrors" } else { "InvocationFailures" };
            self.of_variant(variant, INVOCATIONS, metric, false)
        });
        (
            requests.chain(of_components("Invocations")).collect(),
            failed.chain(of_components("Invocation5XXErrors")).collect(),
        )
    }

    fn variants(&self) -> impl Iterator<Item = &FleetVariant> {
        self.described.iter().flat_map(|described| &described.variants)
    }

    /// Dollars that its unused GPUs cost in one period that begins at `at`, by the hour; `None` where that isn't known.
    pub(super) fn unallocated_per_hour(
        &self,
        readings: &FleetReadings,
        prices: &ListPrices,
        at: Moment,
        period: i64,
    ) -> Option<f64> {
        let described = self.described?;
        let value = |asked: &AskedMetric| readings.points(asked).and_then(|points| points.get(&at)).copied();
        let mut dollars = 0.0;
        for variant in self.variants().filter(|variant| variant.hosts_components) {
            let samples = value(&self.instances(variant)).unwrap_or_default();
            let reserved = value(&self.reserved(variant)).unwrap_or_default() / 100.0;
            if samples == 0.0 || variant.gpus == Some(0) {
                continue;
            }
            variant.gpus?;
            let instances = instances(samples - reserved, described, period_seconds(period));
            dollars += instances * price(variant, prices)?.0;
        }
        Some(dollars)
    }

    /// All there is to say of it.
    pub(super) fn standing(
        &self,
        (range, span): (&FleetReadings, Span),
        (daily, days): (&FleetReadings, Span),
        prices: &ListPrices,
        now: Moment,
    ) -> EndpointStanding {
        let mut standing = EndpointStanding {
            name: self.name().to_owned(),
            status: self.summary.endpoint_status().map(ToString::to_string).unwrap_or_default(),
            ..EndpointStanding::default()
        };
        let Some(described) = self.described else { return standing };
        standing.enhanced_metrics = Some(described.publishing.enhanced_metrics);
        self.count_money(&mut standing, described, range, span, prices);
        let (requests, failed) = self.traffic();
        let total =
            |all: &[AskedMetric]| all.iter().filter_map(|asked| range.sum(asked)).reduce(|one, other| one + other);
        standing.requests = total(&requests);
        let failed = total(&failed).unwrap_or_default();
        standing.error_rate = standing.requests.filter(|requests| *requests > 0.0).map(|requests| failed / requests);
        // Of an endpoint without a model nobody knows when its last one was called.
        let asked = (!requests.is_empty()).then_some(&requests);
        standing.idle_days = asked.map(|asked| idle_days(asked, daily, days, created(self.summary), now));
        standing
    }

    fn count_money(
        &self,
        standing: &mut EndpointStanding,
        described: &Described,
        readings: &FleetReadings,
        span: Span,
        prices: &ListPrices,
    ) {
        let (mut all, mut unallocated, mut unused) = (Some(0.0), Some(0.0), Some(0.0));
        let plus = |sum: Option<f64>, more: Option<f64>| sum.zip(more).map(|(sum, more)| sum + more);
        let (mut unpriced, mut silent) = (Vec::new(), false);
        for variant in self.variants() {
            if variant.instance_types.is_empty() {
                // Serverless: charged by request, which nothing here counts.
                standing.instances.push(variant.in_words(None));
                all = None;
                continue;
            }
            let samples = readings.sum(&self.instances(variant));
            let running = samples.map(|samples| instances(samples, described, span.seconds()));
            standing.instances.push(variant.in_words(running));
            if samples.is_none() && variant.now.is_some_and(|now| now > 0) {
                // Instances run, and nobody counted them: that is not none.
                silent = true;
                all = None;
                (unallocated, unused) = if shares_gpus(variant) { (None, None) } else { (unallocated, unused) };
                continue;
            }
            let (samples, running) = (samples.unwrap_or_default(), running.unwrap_or_default());
            let price = price(variant, prices);
            if price.is_none() {
                unpriced.push(variant.instance_types.join(" or "));
            }
            all = plus(all, price.map(|price| running * price.0 * DAY_S / HOUR_S));
            if !variant.hosts_components || variant.gpus == Some(0) {
                continue;
            }
            let reserved = readings.sum(&self.reserved(variant)).unwrap_or_default() / 100.0;
            let unreserved = instances((samples - reserved).max(0.0), described, span.seconds());
            let gpus = variant.gpus.map(f64::from);
            unused = plus(unused, gpus.map(|gpus| unreserved * gpus));
            unallocated = plus(unallocated, gpus.and(price).map(|price| unreserved * price.0 * DAY_S / HOUR_S));
        }
        standing.dollars_a_day = all.map(Dollars);
        standing.unallocated_a_day = unallocated.map(Dollars);
        standing.unused_gpus = unused;
        if silent {
            standing.remark = Some("It has instances, and published nothing in this range.".to_owned());
        } else if !unpriced.is_empty() {
            standing.remark = Some(format!("No price is known of {}.", unpriced.join(", ")));
        } else if described.variants.iter().any(|variant| variant.hosts_components && variant.gpus.is_none()) {
            standing.remark =
                Some("Its GPUs can't be counted: they are partitioned, or its type isn't known.".to_owned());
        }
    }
}

/// Whether GPUs of the variant may be unused.
fn shares_gpus(variant: &FleetVariant) -> bool {
    variant.hosts_components && variant.gpus != Some(0)
}

/// How many instances so many samples are, over so many seconds.
fn instances(samples: f64, described: &Described, seconds: f64) -> f64 {
    samples.max(0.0) * f64::from(described.publishing.frequency.seconds()) / seconds
}

#[expect(clippy::cast_precision_loss, reason = "seconds of a day at the most")]
fn period_seconds(period: i64) -> f64 {
    period as f64
}

fn price(variant: &FleetVariant, prices: &ListPrices) -> Option<Dollars> {
    match prices.listed(&variant.instance_types) {
        Price::Declared(dollars) => Some(dollars),
        Price::Listed(listed) => Some(listed.per_hour),
        Price::Unknown(_) => None,
    }
}

/// Whole days since the last request, from the sums of days.
pub(super) fn idle_days(
    requests: &[AskedMetric],
    daily: &FleetReadings,
    days: Span,
    created: Option<Moment>,
    now: Moment,
) -> IdleDays {
    let called = requests.iter().filter_map(|asked| daily.points(asked)).flatten();
    let last = called.filter(|(_, count)| **count > 0.0).map(|(day, _)| *day).max();
    match last {
        Some(day) => IdleDays::Exactly(now.0.div_euclid(DAY) - day.0.div_euclid(DAY)),
        None => since(created, days, now),
    }
}

/// For as long as is looked back, or as long as the endpoint exists.
fn since(created: Option<Moment>, days: Span, now: Moment) -> IdleDays {
    let from = created.map_or(days.from, |created| created.max(days.from));
    IdleDays::AtLeast((now.0 - from.0).max(0) / DAY)
}
