//! Fleets to prove things on: any, and what is true of them.

use metric_math::{
    evaluation::{
        Reading, Series,
        dashboard::{Line, TimeSpan, Viewer},
    },
    telemetry::{
        Component, Fleet, GpuDimension, HOUR, IdleReservation, MetricStore, Phases, SECOND, Steps, Timestamp, scenario,
    },
};
use proptest::prelude::*;

use super::planned::Planned;
use crate::support::fleet;
pub(crate) use crate::support::fleet::{FREQUENCIES, START};

/// How long a fleet is looked at.
pub(crate) const LENGTH: Timestamp = 2 * HOUR;
/// Periods that graphs are drawn at, in seconds.
const PERIODS: [u32; 10] = [10, 30, 60, 120, 180, 240, 300, 420, 900, 3600];

/// Periods that hold at least one publish interval. Multiples of it and others.
pub(crate) fn periods(frequency: u32) -> impl Iterator<Item = u32> {
    PERIODS.into_iter().filter(move |period| *period >= frequency)
}

/// A fleet's data.
pub(crate) fn published(fleet: &Fleet) -> MetricStore {
    fleet::published(fleet, LENGTH)
}

/// The whole time that fleets are looked at.
pub(crate) fn range() -> TimeSpan {
    TimeSpan { start: START, end: START + LENGTH }
}

/// Every line of a dashboard at one period. A panel that can't be evaluated fails.
pub(crate) fn lines(planned: &Planned, store: &MetricStore, reading: Reading, period: u32) -> Vec<Line> {
    let viewer = Viewer { store, reading, now: START + LENGTH };
    let widgets = planned.body["widgets"].as_array().unwrap();
    let metric = widgets.iter().filter(|widget| widget["type"] == "metric");
    let lines = metric.flat_map(|widget| {
        let drawn = viewer.widget(widget, range(), Some(period));
        drawn.unwrap_or_else(|error| panic!("{error} in {widget:#}"))
    });
    lines.collect()
}

/// The lines with a label that have data.
pub(crate) fn labelled<'l>(lines: &'l [Line], label: &str) -> Vec<&'l Series> {
    let found = lines.iter().filter(|line| line.series.label == label && !line.series.points.is_empty());
    found.map(|line| &line.series).collect()
}

/// The one line with a label that has data.
pub(crate) fn the_one<'l>(lines: &'l [Line], label: &str) -> &'l Series {
    let found = labelled(lines, label);
    let labels: Vec<&str> = lines.iter().map(|line| line.series.label.as_str()).collect();
    assert_eq!(found.len(), 1, "lines with data called {label:?} among {labels:?}");
    found[0]
}

/// Seconds that an instance or GPU was there for, by the samples it published: each stands for one interval.
pub(crate) fn instance_seconds(fleet: &Fleet) -> f64 {
    ticks(fleet)
        .map(|at| fleet.variants.iter().map(|variant| f64::from(variant.instances.at(at))).sum::<f64>())
        .sum::<f64>()
        * f64::from(fleet.publish_frequency)
}

/// The same of GPUs that a model holds, or all models.
#[allow(clippy::cast_precision_loss)] // hundreds of GPUs
pub(crate) fn gpu_seconds(fleet: &Fleet, model: Option<&str>) -> f64 {
    ticks(fleet).map(|at| fleet.gpus_held(at, model) as f64).sum::<f64>() * f64::from(fleet.publish_frequency)
}

fn ticks(fleet: &Fleet) -> impl Iterator<Item = Timestamp> {
    (0..LENGTH / SECOND).step_by(fleet.publish_frequency as usize).map(|second| second * SECOND)
}

/// Counts that change only on whole hours' quarters: a multiple of every publish frequency, so that each instance is there
/// for whole intervals.
fn steps(most: u32) -> impl Strategy<Value = Steps> {
    let changes = proptest::collection::vec((0_u32..8, 0..=most), 0..4);
    (0..=most, changes).prop_map(|(first, changes)| {
        let mut steps = vec![(0, first)];
        steps.extend(
            changes.into_iter().filter(|(quarter, _)| *quarter > 0).map(|(quarter, count)| (quarter * 900, count)),
        );
        steps.sort_by_key(|(at, _)| *at);
        steps.dedup_by_key(|(at, _)| *at);
        Steps(steps)
    })
}

/// Any fleet: every frequency and instance size, up to three models, scaling out, in and to zero.
pub(crate) fn any_fleet() -> impl Strategy<Value = Fleet> {
    let gpus = prop_oneof![Just(1_u32), Just(2), Just(4), Just(8), Just(16)];
    let frequency = proptest::sample::select(FREQUENCIES.as_slice());
    let models = proptest::collection::vec((0_u32..4, steps(4)), 1..=3);
    let dimension = prop_oneof![Just(GpuDimension::GpuId), Just(GpuDimension::AcceleratorId)];
    let idle = prop_oneof![Just(IdleReservation::Zero), Just(IdleReservation::Nothing)];
    (gpus, frequency, steps(3), models, dimension, idle).prop_map(
        |(gpus, frequency, instances, models, gpu_dimension, idle_reservation)| {
            let fleet = Fleet::new(scenario::ENDPOINT, frequency, scenario::variant(gpus, instances));
            let mut fleet = Fleet { gpu_dimension, idle_reservation, phases: Phases::Aligned, ..fleet };
            for (number, (size, copies)) in models.into_iter().enumerate() {
                let gpus_per_copy = 1_u32 << size;
                fleet.components.push(Component {
                    gpus_per_copy: gpus_per_copy.min(gpus),
                    ..scenario::model(&format!("model-{number}"), 1, copies)
                });
            }
            fleet
        },
    )
}
