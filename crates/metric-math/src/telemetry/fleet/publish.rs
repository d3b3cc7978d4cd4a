//! When a fleet publishes: the ranges within which nothing changes, and the times in them.
//!
//! One sample per instance, copy or GPU and publish interval. Not documented and therefore chosen here: the sample of a
//! component's own metrics (`{InferenceComponentName}`) is one per copy and interval, and invocation metrics come as one
//! sample per copy or instance and interval whose value is the number of requests.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{Fleet, MetricStore, Phases, SECOND, Timestamp, placement, table, tick::Tick};

/// Namespace of requests.
pub(super) const INVOCATIONS: &str = "AWS/SageMaker";
/// Invocation metrics keep to one minute unless enhanced metrics are on
/// (<https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_MetricsConfig.html>).
const PLAIN_INVOCATIONS: u32 = 60;

pub(super) fn publish(fleet: &Fleet, store: &mut MetricStore, start: Timestamp, range: Range<Timestamp>) {
    let utilization = Timestamp::from(fleet.publish_frequency) * SECOND;
    let invocations = if fleet.enhanced_metrics { utilization } else { Timestamp::from(PLAIN_INVOCATIONS) * SECOND };
    let rows: Vec<_> = fleet.variants.iter().map(|variant| table::published_by(fleet, variant)).collect();
    let (requests, rest): (Vec<_>, Vec<_>) = rows
        .into_iter()
        .map(|rows| rows.into_iter().partition::<Vec<_>, _>(|row| row.namespace == INVOCATIONS))
        .unzip();
    for (begin, end) in unchanged(fleet, start, range.start.max(start), range.end) {
        let since_start = begin - start;
        let copies = placement::place(fleet, since_start);
        for (rows, interval) in [(&rest, utilization), (&requests, invocations)] {
            for (phase, times) in ticks(fleet, begin, end, interval) {
                let tick = Tick { fleet, copies: &copies, since_start, interval, phase };
                for (metric, value) in tick.published(rows) {
                    store.put_at(&metric, &times, value);
                }
            }
        }
    }
}

/// The range, cut wherever a count changes.
fn unchanged(fleet: &Fleet, start: Timestamp, from: Timestamp, until: Timestamp) -> Vec<(Timestamp, Timestamp)> {
    let instances = fleet.variants.iter().map(|variant| &variant.instances);
    let copies = fleet.components.iter().map(|component| &component.copies);
    let changes =
        instances.chain(copies).flat_map(|steps| &steps.0).map(|(at, _)| start + Timestamp::from(*at) * SECOND);
    let cuts: BTreeSet<Timestamp> = changes.chain([from, until]).filter(|at| (from..=until).contains(at)).collect();
    cuts.iter().copied().zip(cuts.iter().copied().skip(1)).collect()
}

/// Which instances publish at a tick. What has no instance publishes with the first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    All,
    Instance(usize),
}

impl Phase {
    pub(super) fn has(self, instance: usize) -> bool {
        self == Self::All || self == Self::Instance(instance)
    }
}

/// Every publish time in a range, by who publishes at it.
fn ticks(fleet: &Fleet, from: Timestamp, until: Timestamp, interval: Timestamp) -> Vec<(Phase, Vec<Timestamp>)> {
    let from_offset = |offset: Timestamp| {
        let first = (from - offset + interval - 1).div_euclid(interval) * interval + offset;
        let count = (until - first + interval - 1).div_euclid(interval).max(0);
        (0..count).map(|number| first + number * interval).collect()
    };
    match fleet.phases {
        Phases::Aligned => vec![(Phase::All, from_offset(0))],
        Phases::PerInstance => {
            let most = fleet.variants.iter().flat_map(|variant| &variant.instances.0).map(|(_, count)| *count).max();
            (0..most.unwrap_or(0).max(1))
                // Spread over the interval, the same at every run; 7919 is prime and so shares no divisor with it.
                .map(|instance| (instance as usize, (Timestamp::from(instance) + 1) * 7919 % interval))
                .map(|(instance, offset)| (Phase::Instance(instance), from_offset(offset)))
                .collect()
        }
    }
}
