//! Endpoints of linked accounts: what their metrics tell a monitoring account of CloudWatch's cross-account observability
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Unified-Cross-Account.html>).
//!
//! Neither SageMaker nor the Price List can be asked there: how often an endpoint publishes isn't known, so no sample counts an
//! instance, and there are no dollars. What is left are parts of a whole, which need neither.

use std::collections::BTreeSet;

use super::counting::{Span, idle_days};
use super::queries::{AskedMetric, Asker, FleetReadings};
use super::source::LinkedMetric;
use super::{IDLE_DAYS, IdleDays, LinkedStanding};
use crate::metrics::{ENDPOINTS, INVOCATIONS};
use crate::usage::Moment;

/// Variants of linked accounts that are looked at.
const MOST: usize = 500;

/// The metric that finds an endpoint: everything with instances publishes it.
pub(super) const FOUND_BY: (&str, &str) = (ENDPOINTS, "CPUUtilization");

/// A variant of an endpoint in another account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LinkedVariant {
    account: String,
    endpoint: String,
    variant: String,
}

/// The variants behind metrics of other accounts than `own`, and whether there are more than are looked at.
pub(super) fn variants(found: &[LinkedMetric], own: &str) -> (Vec<LinkedVariant>, bool) {
    let variant = |found: &LinkedMetric| {
        let dimensions = found.metric.dimensions();
        let value = |name: &str| {
            let dimension = dimensions.iter().find(|dimension| dimension.name() == Some(name));
            dimension.and_then(|dimension| dimension.value()).map(str::to_owned)
        };
        // The set of a variant, without what enhanced metrics add.
        let is_whole = dimensions.len() == 2 && found.account != own;
        let (endpoint, variant) = (value("EndpointName")?, value("VariantName")?);
        is_whole.then(|| LinkedVariant { account: found.account.clone(), endpoint, variant })
    };
    let all: BTreeSet<LinkedVariant> = found.iter().filter_map(variant).collect();
    let more = all.len() > MOST;
    (all.into_iter().take(MOST).collect(), more)
}

impl LinkedVariant {
    fn asked(&self, namespace: &'static str, name: &'static str, counts: bool) -> AskedMetric {
        let Self { account, endpoint, variant } = self.clone();
        AskedMetric { subject: Asker::Variant { account: Some(account), endpoint, variant }, namespace, name, counts }
    }

    fn requests(&self) -> AskedMetric {
        self.asked(INVOCATIONS, "Invocations", false)
    }

    /// What is read over the range.
    pub(super) fn of_range(&self) -> [AskedMetric; 4] {
        [
            self.asked(ENDPOINTS, "CPUUtilization", true),
            self.asked(ENDPOINTS, "GPUReservation", false),
            self.requests(),
            self.asked(INVOCATIONS, "Invocation5XXErrors", false),
        ]
    }

    /// What is read by the day.
    pub(super) fn of_days(&self) -> AskedMetric {
        self.requests()
    }
}

/// The endpoints of these variants.
pub(super) fn standings(
    variants: &[LinkedVariant],
    range: &FleetReadings,
    (daily, days): (&FleetReadings, Span),
    now: Moment,
) -> Vec<LinkedStanding> {
    let same =
        |one: &LinkedVariant, other: &LinkedVariant| (&one.account, &one.endpoint) == (&other.account, &other.endpoint);
    variants.chunk_by(same).map(|variants| standing(variants, range, (daily, days), now)).collect()
}

fn standing(
    variants: &[LinkedVariant],
    range: &FleetReadings,
    (daily, days): (&FleetReadings, Span),
    now: Moment,
) -> LinkedStanding {
    let sum = |which: usize, variants: &[&LinkedVariant]| {
        variants.iter().filter_map(|one| range.sum(&one.of_range()[which])).reduce(|one, other| one + other)
    };
    let all: Vec<&LinkedVariant> = variants.iter().collect();
    // Samples of instances without a reservation count as unused only together with ones that have one.
    let sharing: Vec<&LinkedVariant> =
        all.iter().copied().filter(|one| range.points(&one.of_range()[1]).is_some()).collect();
    let unreserved = sum(0, &sharing).zip(sum(1, &sharing)).map(|(samples, percent)| 100.0 - percent / samples);
    let requests = sum(2, &all);
    let failed = sum(3, &all).unwrap_or_default();
    let asked: Vec<AskedMetric> = variants.iter().map(LinkedVariant::of_days).collect();
    let publishes = asked.iter().any(|asked| daily.points(asked).is_some());
    LinkedStanding {
        account: variants.first().map(|one| one.account.clone()).unwrap_or_default(),
        endpoint: variants.first().map(|one| one.endpoint.clone()).unwrap_or_default(),
        unreserved_percent: unreserved.map(|percent| percent.clamp(0.0, 100.0)),
        // Nobody knows since when it exists.
        idle_days: publishes.then(|| match idle_days(&asked, daily, days, None, now) {
            IdleDays::AtLeast(_) => IdleDays::AtLeast(published_for(&asked, daily, now)),
            exactly @ IdleDays::Exactly(_) => exactly,
        }),
        requests,
        error_rate: requests.filter(|requests| *requests > 0.0).map(|requests| failed / requests),
    }
}

/// Days since the first of the values, all of which are 0.
fn published_for(asked: &[AskedMetric], daily: &FleetReadings, now: Moment) -> i64 {
    let first = asked.iter().filter_map(|asked| daily.points(asked)?.keys().next()).min();
    first.map_or(0, |first| ((now.0 - first.0) / super::counting::DAY).min(IDLE_DAYS))
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudwatch::types::{Dimension, Metric};

    use super::*;

    fn metric(account: &str, dimensions: &[(&str, &str)]) -> LinkedMetric {
        let dimensions = dimensions.iter().map(|(name, value)| Dimension::builder().name(*name).value(*value).build());
        let metric = Metric::builder().set_dimensions(Some(dimensions.collect())).build();
        LinkedMetric { account: account.to_owned(), metric }
    }

    #[test]
    fn only_whole_variants_of_other_accounts_are_linked() {
        let dimensions = |endpoint| [("EndpointName", endpoint), ("VariantName", "v")];
        let found = [
            metric("111111111111", &dimensions("theirs")),
            metric("111111111111", &dimensions("theirs")),
            metric("222222222222", &dimensions("ours")),
            metric("111111111111", &[("EndpointName", "theirs"), ("VariantName", "v"), ("InstanceId", "i")]),
        ];
        let (variants, more) = variants(&found, "222222222222");
        assert_eq!((variants.len(), more), (1, false));
        assert_eq!((variants[0].account.as_str(), variants[0].endpoint.as_str()), ("111111111111", "theirs"));
    }
}
