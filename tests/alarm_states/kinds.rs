//! Every kind of alarm from every source: where it has to fire, and where it must stay quiet.

use std::ops::RangeInclusive;

use metric_math::telemetry::{Fleet, Load, Serving, Steps, Timestamp, scenario};
use monitored_endpoint::properties::AlarmKind;
use monitored_endpoint::spec::AlarmSource;

use super::{FREQUENCIES, Watch, doing, hosting, own, streaming, then, watch};

/// An alarm over some fleets.
struct Case {
    /// How often the fleets publish, in seconds.
    frequencies: &'static [u32],
    /// Each alarm that has to fire, with the minutes of which one is the first.
    fires: fn(u32) -> Vec<(Watch, RangeInclusive<Timestamp>)>,
    stays_quiet: fn(u32) -> Vec<Watch>,
}

/// Those that are looked at for days take long with many samples.
const SELDOM: &[u32] = &[60, 300];

/// A load that is told of after five minutes. A single sample covers them where samples come that seldom.
fn five_minutes(frequency: u32) -> RangeInclusive<Timestamp> {
    if frequency == 300 { 1..=9 } else { 5..=9 }
}

/// The ways to serve requests at once, with this load.
fn answering(frequency: u32, load: Load) -> [Fleet; 2] {
    [
        doing(load, hosting(frequency, 4, Steps::always(1), (2, Steps::always(1)))),
        own(frequency, Serving::OwnModel, load),
    ]
}

fn queue(frequency: u32, backlog: f64) -> Fleet {
    own(frequency, Serving::Asynchronous, Load { backlog, ..Load::default() })
}

/// What one instance costs a day is $138.05.
fn instances(frequency: u32, count: u32) -> Fleet {
    hosting(frequency, 4, Steps::always(count), (4, Steps::always(count)))
}

fn case(kind: AlarmKind, source: AlarmSource) -> Case {
    match kind {
        AlarmKind::UnusedGpu => Case {
            frequencies: &FREQUENCIES,
            fires: |f| vec![(watch(scenario::steady(f), "UnusedGpuAlarm"), 25..=36)],
            stays_quiet: |f| vec![watch(hosting(f, 4, Steps::always(3), (2, Steps::always(6))), "UnusedGpuAlarm")],
        },
        AlarmKind::GpuBuffer => Case {
            frequencies: &FREQUENCIES,
            fires: |f| vec![(watch(hosting(f, 4, Steps::always(3), (2, Steps::always(6))), "GpuBufferAlarm"), 10..=22)],
            stays_quiet: |f| vec![watch(hosting(f, 4, Steps::always(3), (1, Steps::always(11))), "GpuBufferAlarm")],
        },
        AlarmKind::IdleGpu => Case {
            frequencies: &FREQUENCIES,
            fires: |f| vec![(watch(scenario::idle(f), "IdleGpuAlarm"), 54..=66)],
            stays_quiet: |f| {
                let enough = Load { gpu_percent: 31.0, ..Load::default() };
                let nothing_placed = hosting(f, 4, Steps::always(1), (4, Steps::always(0)));
                let at_work = doing(enough, hosting(f, 8, Steps::always(2), (1, Steps::always(3))));
                [at_work, nothing_placed].map(|fleet| watch(fleet, "IdleGpuAlarm")).into()
            },
        },
        AlarmKind::NoTraffic => Case {
            frequencies: SELDOM,
            fires: |f| vec![(watch(scenario::idle(f), "NoTrafficAlarm").for_hours(5), 180..=181)],
            stays_quiet: |f| {
                let seldom = Load { invocations_per_minute: 0.1, ..Load::default() };
                let placed = hosting(f, 4, Steps::always(1), (4, Steps::always(1)));
                let no_copy = hosting(f, 4, Steps::always(1), (4, then(1, 1800, 0)));
                [doing(seldom, placed), no_copy].map(|fleet| watch(fleet, "NoTrafficAlarm").for_hours(5)).into()
            },
        },
        AlarmKind::Budget => budget(),
        AlarmKind::Backlog => backlog(source),
        AlarmKind::ErrorRate => error_rate(),
        AlarmKind::Latency => latency(),
        AlarmKind::FirstChunkLatency => first_chunk_latency(),
        AlarmKind::NoCapacity => no_capacity(),
    }
}

fn error_rate() -> Case {
    Case {
        frequencies: &FREQUENCIES,
        fires: |f| {
            let failing = Load { share_5xx: 0.06, ..Load::default() };
            let told = |fleet| (watch(fleet, "ErrorRateAlarm"), five_minutes(f));
            answering(f, failing).map(told).into()
        },
        stays_quiet: |f| {
            let few = Load { share_5xx: 0.04, ..Load::default() };
            let callers_own = Load { share_4xx: 0.9, ..Load::default() };
            let fleets = [few, callers_own, Load::IDLE].into_iter().flat_map(|load| answering(f, load));
            fleets.map(|fleet| watch(fleet, "ErrorRateAlarm")).collect()
        },
    }
}

fn latency() -> Case {
    Case {
        frequencies: &FREQUENCIES,
        fires: |f| {
            let slow = Load { model_latency_ms: 1_100.0, ..Load::default() };
            let told = |fleet| (watch(fleet, "LatencyAlarm").with_threshold(1_000), five_minutes(f));
            answering(f, slow).map(told).into()
        },
        stays_quiet: |f| {
            let quick = Load { model_latency_ms: 900.0, ..Load::default() };
            let fleets = [quick, Load::IDLE].into_iter().flat_map(|load| answering(f, load));
            fleets.map(|fleet| watch(fleet, "LatencyAlarm").with_threshold(1_000)).collect()
        },
    }
}

fn first_chunk_latency() -> Case {
    Case {
        frequencies: &FREQUENCIES,
        fires: |f| {
            let slow = Load { streaming_share: 0.5, first_chunk_ms: 2_000.0, ..Load::default() };
            let told = |fleet| (watch(fleet, "FirstChunkLatencyAlarm").with_threshold(1_000), five_minutes(f));
            streaming(f, slow).map(told).into()
        },
        stays_quiet: |f| {
            let quick = Load { streaming_share: 0.5, first_chunk_ms: 300.0, ..Load::default() };
            streaming(f, quick).map(|fleet| watch(fleet, "FirstChunkLatencyAlarm").with_threshold(1_000)).into()
        },
    }
}

fn no_capacity() -> Case {
    fn called() -> Load {
        Load { calls_without_copy_per_minute: 6.0, ..Load::default() }
    }
    fn scaled_to_zero(frequency: u32) -> Fleet {
        hosting(frequency, 4, Steps::always(1), (2, then(1, 1800, 0)))
    }
    Case {
        frequencies: &FREQUENCIES,
        fires: |f| vec![(watch(doing(called(), scaled_to_zero(f)), "NoCapacityAlarm"), 30..=36)],
        stays_quiet: |f| {
            let placed = hosting(f, 4, Steps::always(1), (2, Steps::always(1)));
            [scaled_to_zero(f), doing(called(), placed)].map(|fleet| watch(fleet, "NoCapacityAlarm")).into()
        },
    }
}

/// At 60 requests a minute on one instance, the oldest has waited a second for each that waits.
fn backlog(source: AlarmSource) -> Case {
    if source == AlarmSource::BacklogSize {
        return Case {
            frequencies: &FREQUENCIES,
            fires: |f| vec![(watch(queue(f, 60.0), "BacklogAlarm").with_threshold(50), five_minutes(f))],
            stays_quiet: |f| vec![watch(queue(f, 40.0), "BacklogAlarm").with_threshold(50)],
        };
    }
    Case {
        frequencies: &FREQUENCIES,
        fires: |f| vec![(watch(queue(f, 1_000.0), "BacklogAlarm"), five_minutes(f))],
        stays_quiet: |f| [800.0, 0.0].map(|backlog| watch(queue(f, backlog), "BacklogAlarm")).into(),
    }
}

/// The fleets start at eight in the morning, and a day is one of the clock.
fn budget() -> Case {
    Case {
        frequencies: SELDOM,
        fires: |f| {
            let over =
                |count, minutes| (watch(instances(f, count), "BudgetAlarm").with_threshold(200).for_hours(63), minutes);
            vec![over(2, 2400..=2402)]
        },
        stays_quiet: |f| vec![watch(instances(f, 1), "BudgetAlarm").with_threshold(200).for_hours(60)],
    }
}

/// Fires from each of its sources where it has to, and nowhere else.
fn is_right(kind: AlarmKind) {
    // Nothing here evaluates what PromQL finds.
    for source in AlarmSource::of(kind).iter().filter(|source| **source != AlarmSource::PromQl) {
        let case = case(kind, *source);
        for frequency in case.frequencies {
            for (watched, minutes) in (case.fires)(*frequency) {
                watched.from(source.name()).fires(minutes);
            }
            for watched in (case.stays_quiet)(*frequency) {
                watched.from(source.name()).stays_quiet();
            }
        }
    }
}

macro_rules! kinds {
    ($($test:ident: $kind:ident;)*) => {
        $(#[test] fn $test() { is_right(AlarmKind::$kind) })*

        #[test]
        fn every_kind_is_looked_at() {
            assert_eq!([$(AlarmKind::$kind),*], AlarmKind::ALL);
        }
    };
}

kinds! {
    gpus_that_nobody_holds: UnusedGpu;
    too_few_gpus_left: GpuBuffer;
    gpus_that_are_held_and_hardly_used: IdleGpu;
    no_request_while_money_runs: NoTraffic;
    requests_that_fail: ErrorRate;
    requests_that_take_too_long: Latency;
    streams_that_begin_too_late: FirstChunkLatency;
    requests_that_meet_no_copy: NoCapacity;
    requests_that_wait_in_a_queue: Backlog;
    dollars_a_day: Budget;
}

/// A query for each model finds the idle one that a busy one hides in a mean.
#[test]
fn a_query_finds_the_idle_model_beside_a_busy_one() {
    for frequency in FREQUENCIES {
        watch(scenario::one_hot_model(frequency), "IdleGpuAlarm").from("Insights").fires(54..=66);
        watch(scenario::one_hot_model(frequency), "IdleGpuAlarm").from("Reservation").stays_quiet();
    }
}

#[test]
fn nobody_calls_a_model_of_the_variant_s_own_or_fills_its_queue() {
    for frequency in SELDOM {
        for serving in [Serving::OwnModel, Serving::Asynchronous] {
            let of = |load| watch(own(*frequency, serving, load), "NoTrafficAlarm").for_hours(5);
            of(Load::IDLE).fires(180..=181);
            of(Load { invocations_per_minute: 0.1, ..Load::default() }).stays_quiet();
        }
    }
}

/// At zero instances nothing is worked off, however few wait.
#[test]
fn a_request_that_waits_for_an_instance_is_told_of() {
    for frequency in FREQUENCIES {
        let mut fleet = queue(frequency, 1.0);
        fleet.variants[0].instances = Steps::always(0);
        watch(fleet, "BacklogAlarm").fires(five_minutes(frequency));
    }
}
