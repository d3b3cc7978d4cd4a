//! Alarms: their states over time, on fleets that waste GPUs and on fleets that don't.

use std::ops::RangeInclusive;

use metric_math::{
    evaluation::{
        Data, Reading,
        alarm::{AlarmState, MetricAlarm},
    },
    telemetry::{Fleet, IdleReservation, MINUTE, Phases, Steps, Timestamp, scenario},
};

use super::{
    fleets::{FREQUENCIES, LENGTH, START, published},
    planned::planned_for,
};
use crate::support::fleet::hosting;

/// When an alarm on half an hour fires: the first period that has data may have begun before the fleet.
const HALF_AN_HOUR: RangeInclusive<Timestamp> = 25..=36;
/// The same for what begins half an hour after the fleet.
const AN_HOUR: RangeInclusive<Timestamp> = 55..=66;

/// The ways to publish that a number must not depend on.
fn ways(fleet: &Fleet) -> impl Iterator<Item = Fleet> {
    let idle = [IdleReservation::Zero, IdleReservation::Nothing];
    let phases = [Phases::Aligned, Phases::PerInstance];
    let all = idle.into_iter().flat_map(move |idle| phases.into_iter().map(move |phases| (idle, phases)));
    // The alarm looks at nothing that enhanced metrics add.
    all.map(|(idle_reservation, phases)| Fleet { idle_reservation, phases, enhanced_metrics: false, ..fleet.clone() })
}

/// Changes of state, in minutes after the fleet's start.
type Changes = Vec<(Timestamp, AlarmState)>;

/// What the fleet's one alarm does, for every way to publish and every reading of the documentation.
fn histories(fleet: &Fleet) -> Vec<(Fleet, Reading, Changes)> {
    let mut all = Vec::new();
    for fleet in ways(fleet) {
        let planned = planned_for(&fleet);
        let [alarm] = planned.alarms.as_slice() else { panic!("{} alarms", planned.alarms.len()) };
        let (alarm, store) = (MetricAlarm::read(alarm).unwrap(), published(&fleet));
        for reading in Reading::ALL {
            let changes = alarm.history(Data { store: &store, reading }, START, START + LENGTH).unwrap();
            let in_minutes = changes.into_iter().map(|(at, state)| ((at - START) / MINUTE, state)).collect();
            all.push((fleet.clone(), reading, in_minutes));
        }
    }
    all
}

/// The alarm goes off at some minute within `minutes`, and stays.
fn assert_fires(fleet: &Fleet, minutes: RangeInclusive<Timestamp>) {
    for (fleet, reading, changes) in histories(fleet) {
        let fired: Vec<Timestamp> =
            changes.iter().filter(|(_, state)| *state == AlarmState::Alarm).map(|(at, _)| *at).collect();
        let ends = changes.last().map(|(_, state)| *state);
        assert!(
            fired.len() == 1 && minutes.contains(&fired[0]) && ends == Some(AlarmState::Alarm),
            "{changes:?}, {reading:?}, {fleet:#?}"
        );
    }
}

fn assert_quiet(fleet: &Fleet) {
    for (fleet, reading, changes) in histories(fleet) {
        assert!(changes.iter().all(|(_, state)| *state != AlarmState::Alarm), "{changes:?}, {reading:?}, {fleet:#?}");
    }
}

#[test]
fn gpus_unused_all_the_time_are_told_of_after_half_an_hour() {
    for frequency in FREQUENCIES {
        assert_fires(&scenario::steady(frequency), HALF_AN_HOUR);
    }
}

#[test]
fn one_unused_gpu_of_many_is_enough() {
    for gpus in [2, 4, 8, 16] {
        assert_fires(&hosting(60, gpus, Steps::always(1), (gpus - 1, Steps::always(1))), HALF_AN_HOUR);
    }
    for frequency in FREQUENCIES {
        assert_fires(&hosting(frequency, 4, Steps::always(3), (1, Steps::always(11))), HALF_AN_HOUR);
    }
}

#[test]
fn full_instances_are_no_waste() {
    for gpus in [1, 2, 4, 8, 16] {
        assert_quiet(&hosting(60, gpus, Steps::always(3), (gpus, Steps::always(3))));
        assert_quiet(&hosting(60, gpus, Steps::always(3), (1, Steps::always(3 * gpus))));
    }
    for frequency in FREQUENCIES {
        assert_quiet(&scenario::idle(frequency));
        assert_quiet(&scenario::one_hot_model(frequency));
    }
}

/// Instances that run and hold nothing are the worst waste, though `GPUReservation` isn't there to say so.
#[test]
fn instances_without_any_model_fire() {
    for frequency in FREQUENCIES {
        assert_fires(&hosting(frequency, 4, Steps::always(2), (2, Steps::always(0))), HALF_AN_HOUR);
        assert_fires(&hosting(frequency, 4, Steps::always(2), (4, Steps(vec![(0, 2), (1800, 0)]))), AN_HOUR);
    }
}

/// An instance without a copy beside a full one.
#[test]
fn an_empty_instance_beside_full_ones_fires() {
    for frequency in FREQUENCIES {
        assert_fires(&hosting(frequency, 4, Steps::always(2), (4, Steps::always(1))), HALF_AN_HOUR);
    }
}

#[test]
fn an_endpoint_without_instances_is_quiet() {
    for frequency in FREQUENCIES {
        assert_quiet(&hosting(frequency, 4, Steps::always(0), (2, Steps::always(1))));
        // Full until it is scaled to zero, all at once.
        assert_quiet(&hosting(frequency, 4, Steps(vec![(0, 2), (1800, 0)]), (4, Steps(vec![(0, 2), (1800, 0)]))));
    }
}

/// Scaling out and starting up waste GPUs for a while, which is not worth a page.
#[test]
fn less_than_half_an_hour_is_not_told_of() {
    for frequency in FREQUENCIES {
        let starting = hosting(frequency, 4, Steps::always(1), (4, Steps(vec![(0, 0), (1200, 1)])));
        assert_quiet(&starting);
        let scaling = hosting(frequency, 4, Steps(vec![(0, 1), (1800, 3)]), (4, Steps(vec![(0, 1), (2700, 3)])));
        assert_quiet(&scaling);
        assert_quiet(&scenario::scale_out(frequency));
    }
}

/// Placed again, the alarm is over.
#[test]
fn the_alarm_ends_with_the_waste() {
    for frequency in FREQUENCIES {
        let fleet = hosting(frequency, 4, Steps::always(1), (4, Steps(vec![(0, 0), (3600, 1)])));
        for (fleet, reading, changes) in histories(&fleet) {
            let states: Vec<AlarmState> = changes.iter().map(|(_, state)| *state).collect();
            assert!(states.ends_with(&[AlarmState::Alarm, AlarmState::Ok]), "{changes:?}, {reading:?}, {fleet:#?}");
        }
    }
}
