//! When alarms fire and when they don't: what is planned, evaluated by the stand-in over simulated fleets.
//!
//! Under every reading of what AWS's pages leave open, and for every way in which a fleet may publish. `kinds.rs` has every kind of
//! alarm from every source; here is more of some. More of the alarm on unused GPUs by their reservation is proved with the numbers
//! of the dashboard.

mod kinds;

use std::ops::RangeInclusive;

use metric_math::evaluation::alarm::{AlarmRule, AlarmState, MetricAlarm};
use metric_math::evaluation::{Data, Reading};
use metric_math::telemetry::{
    Component, Fleet, GpuDimension, HOUR, IdleReservation, Load, MINUTE, Metric, MetricStore, Phases, PublishedReading,
    Serving, Steps, Timestamp, Variant, scenario,
};
use monitored_endpoint::properties::AlarmKind;
use monitored_endpoint::spec::GpuDimension as Dimension;
use serde_json::{Value, json};

use crate::support::declaration::{Declared, one_model, shared_gpus};
use crate::support::fleet::{PRICE, START, hosting, published};
use crate::support::planning::{alarms, planned};

/// The extremes, the default, and the one that no whole number of goes into half an hour.
const FREQUENCIES: [u32; 4] = [10, 60, 240, 300];

/// An alarm on a fleet, and how long it is looked at.
struct Watch {
    fleet: Fleet,
    alarm: &'static str,
    settings: Value,
    length: Timestamp,
}

fn watch(fleet: Fleet, alarm: &'static str) -> Watch {
    Watch { fleet, alarm, settings: json!({"Enabled": true}), length: 2 * HOUR }
}

impl Watch {
    fn from(self, source: &str) -> Self {
        self.with("Source", json!(source))
    }

    fn with_threshold(self, threshold: u32) -> Self {
        self.with("Threshold", json!(threshold))
    }

    fn with(mut self, setting: &str, value: Value) -> Self {
        self.settings[setting] = value;
        self
    }

    fn for_hours(self, hours: Timestamp) -> Self {
        Self { length: hours * HOUR, ..self }
    }

    fn declared(&self, fleet: &Fleet) -> Declared {
        let hosts = !fleet.components.is_empty();
        let variant = |variant: &Variant| {
            let declared = json!({
                "VariantName": variant.name, "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 1,
            });
            Declared(declared)
        };
        let models = |declared: Declared| if hosts { declared } else { declared.with("ModelName", "m") };
        let variants: Value = fleet.variants.iter().map(|one| models(variant(one)).0).collect();
        let gpus = |one: &Variant| json!({"VariantName": one.name, "GpusPerInstance": one.gpus_per_instance});
        let metrics = json!({
            "EnableEnhancedMetrics": fleet.enhanced_metrics, "MetricPublishFrequencyInSeconds": fleet.publish_frequency,
        });
        let off = hosts && self.alarm != "UnusedGpuAlarm";
        let declared = if hosts { shared_gpus(&fleet.endpoint) } else { one_model(&fleet.endpoint) }
            .with("ProductionVariants", variants)
            .with("Variants", fleet.variants.iter().map(gpus).collect::<Value>())
            .with("MetricsConfig", metrics)
            .with("GpuDimension", fleet.gpu_dimension.name())
            .with(
                "InferenceComponents",
                fleet.components.iter().map(|one| json!({"Name": one.name})).collect::<Value>(),
            )
            .with(self.alarm, self.settings.clone());
        let has_queue = fleet.variants.iter().any(|variant| fleet.serving(variant) == Serving::Asynchronous);
        let queue = json!({"OutputConfig": {"S3OutputPath": "s3://answers/chat"}});
        let declared = if off { declared.with("UnusedGpuAlarm/Enabled", false) } else { declared };
        let declared = if has_queue { declared.with("AsyncInferenceConfig", queue) } else { declared };
        if self.alarm == AlarmKind::Budget.property() { declared.with("CostPerHour", PRICE) } else { declared }
    }

    /// The fleet in every way to publish that a state must not depend on.
    fn ways(&self) -> Vec<Fleet> {
        let mut ways = Vec::new();
        for idle_reservation in [IdleReservation::Zero, IdleReservation::Nothing] {
            for (phases, gpu_dimension) in
                [(Phases::Aligned, GpuDimension::GpuId), (Phases::PerInstance, GpuDimension::AcceleratorId)]
            {
                ways.push(Fleet { idle_reservation, phases, gpu_dimension, ..self.fleet.clone() });
            }
        }
        ways
    }

    /// Minutes after the fleet's start at which the alarm goes off, and its last state; for every way and reading.
    fn each(&self, check: impl Fn(&[Timestamp], AlarmState, &str)) {
        for fleet in self.ways() {
            let requests = alarms(&planned(&self.declared(&fleet), &Dimension::ALL));
            let [request] = requests.as_slice() else { panic!("{} alarms", requests.len()) };
            let alarm = MetricAlarm::read(request).unwrap();
            let mut stores = vec![published(&fleet, self.length)];
            if self.alarm == "NoTrafficAlarm" {
                stores.push(with_zeros(&fleet, self.length));
            }
            for (store, reading) in stores.iter().flat_map(|store| Reading::ALL.map(|reading| (store, reading))) {
                let changes = alarm.history(Data { store, reading }, START, START + self.length).unwrap();
                let fired = changes.iter().filter(|(_, state)| *state == AlarmState::Alarm);
                let fired: Vec<Timestamp> = fired.map(|(at, _)| (at - START) / MINUTE).collect();
                let told = format!("{changes:?}, {reading:?}, {request:#}, {fleet:#?}");
                check(&fired, changes.last().unwrap().1, &told);
            }
        }
    }

    fn fires(self, minutes: RangeInclusive<Timestamp>) {
        self.each(|fired, last, told| {
            assert!(fired.len() == 1 && minutes.contains(&fired[0]) && last == AlarmState::Alarm, "{fired:?}: {told}");
        });
    }

    fn stays_quiet(self) {
        self.each(|fired, _, told| assert!(fired.is_empty(), "{fired:?}: {told}"));
    }
}

/// The same where models that nobody calls publish zeros, also without a copy: no source says what comes then.
fn with_zeros(fleet: &Fleet, length: Timestamp) -> MetricStore {
    let mut store = published(fleet, length);
    for component in &fleet.components {
        let requests = Metric::new("AWS/SageMaker", "Invocations", &[("InferenceComponentName", &component.name)]);
        for at in (START..START + length).step_by(60_000) {
            store.put(&requests, at, 0.0);
        }
    }
    store
}

fn doing(load: Load, fleet: Fleet) -> Fleet {
    let components = fleet.components.iter().map(|component| Component { load, ..component.clone() }).collect();
    let variants = fleet.variants.iter().map(|variant| Variant { load, ..variant.clone() }).collect();
    Fleet { components, variants, ..fleet }
}

/// At `second`, from one count to another.
fn then(first: u32, second: u32, count: u32) -> Steps {
    Steps(vec![(0, first), (second, count)])
}

const COUNTED: [&str; 2] = ["Reservation", "SampleCount"];

#[test]
fn a_buffer_that_is_used_up_is_told_of_after_a_quarter_of_an_hour() {
    for frequency in FREQUENCIES {
        for source in COUNTED {
            let full = || hosting(frequency, 4, Steps::always(3), (2, Steps::always(6)));
            watch(full(), "GpuBufferAlarm").from(source).fires(10..=22);
            let filled = hosting(frequency, 4, Steps::always(2), (4, then(1, 3600, 2)));
            watch(filled, "GpuBufferAlarm").from(source).fires(70..=82);
        }
    }
}

#[test]
fn one_gpu_left_is_a_buffer_and_so_are_instances_without_a_model() {
    for frequency in FREQUENCIES {
        for source in COUNTED {
            let one_left = hosting(frequency, 4, Steps::always(3), (1, Steps::always(11)));
            watch(one_left, "GpuBufferAlarm").from(source).stays_quiet();
            let nothing_placed = hosting(frequency, 4, Steps::always(1), (4, Steps::always(0)));
            watch(nothing_placed, "GpuBufferAlarm").from(source).stays_quiet();
            let emptied = hosting(frequency, 4, Steps::always(2), (4, then(1, 1800, 0)));
            watch(emptied, "GpuBufferAlarm").from(source).stays_quiet();
        }
    }
}

#[test]
fn no_instance_needs_no_buffer_and_ten_minutes_without_one_are_a_scale_out() {
    for frequency in FREQUENCIES {
        for source in COUNTED {
            let zero = hosting(frequency, 4, Steps::always(0), (4, Steps::always(1)));
            watch(zero, "GpuBufferAlarm").from(source).stays_quiet();
            let gone = hosting(frequency, 4, then(1, 600, 0), (4, then(1, 600, 0)));
            watch(gone, "GpuBufferAlarm").from(source).stays_quiet();
            let scaling = hosting(frequency, 4, then(2, 3000, 3), (4, then(1, 2400, 2)));
            watch(scaling, "GpuBufferAlarm").from(source).stays_quiet();
        }
    }
}

#[test]
fn unused_gpus_are_found_by_counting_samples_too() {
    for frequency in FREQUENCIES {
        let fires = |fleet, minutes| watch(fleet, "UnusedGpuAlarm").from("SampleCount").fires(minutes);
        fires(scenario::steady(frequency), 25..=36);
        fires(hosting(frequency, 8, Steps::always(3), (1, Steps::always(23))), 25..=36);
        fires(hosting(frequency, 4, Steps::always(2), (2, Steps::always(0))), 25..=36);
        fires(hosting(frequency, 4, Steps::always(2), (4, then(2, 1800, 0))), 55..=66);
    }
}

#[test]
fn counting_samples_finds_no_unused_gpu_where_there_is_none() {
    for frequency in FREQUENCIES {
        let quiet = |fleet| watch(fleet, "UnusedGpuAlarm").from("SampleCount").stays_quiet();
        quiet(hosting(frequency, 4, Steps::always(3), (2, Steps::always(6))));
        quiet(hosting(frequency, 4, Steps::always(0), (2, Steps::always(1))));
        quiet(hosting(frequency, 4, Steps::always(1), (4, then(0, 1200, 1))));
        quiet(hosting(frequency, 4, then(2, 1800, 0), (4, then(2, 1800, 0))));
        quiet(scenario::scale_out(frequency));
    }
}

#[test]
fn models_that_hold_gpus_and_hardly_use_them_are_told_of_after_an_hour() {
    for frequency in FREQUENCIES {
        watch(scenario::idle(frequency), "IdleGpuAlarm").fires(54..=66);
        let a_little = Load { gpu_percent: 29.0, ..Load::default() };
        // The GPUs that nobody holds don't count.
        let fleet = hosting(frequency, 8, Steps::always(2), (1, Steps::always(3)));
        watch(doing(a_little, fleet), "IdleGpuAlarm").fires(54..=66);
    }
}

#[test]
fn models_at_work_are_not_idle_however_few_gpus_they_hold() {
    let enough = Load { gpu_percent: 31.0, ..Load::default() };
    for frequency in FREQUENCIES {
        let fleet = |instances, copies| hosting(frequency, 8, Steps::always(instances), (1, Steps::always(copies)));
        for (instances, copies) in [(1, 1), (2, 3), (3, 24)] {
            watch(doing(enough, fleet(instances, copies)), "IdleGpuAlarm").stays_quiet();
        }
        // It is a mean: two GPUs at 97 % make up for two at nothing. PromQL would name the idle ones.
        watch(scenario::one_hot_model(frequency), "IdleGpuAlarm").stays_quiet();
    }
}

#[test]
fn nothing_placed_and_nothing_running_is_not_idle() {
    for frequency in FREQUENCIES {
        let nothing_placed = hosting(frequency, 4, Steps::always(1), (4, Steps::always(0)));
        watch(doing(Load::IDLE, nothing_placed), "IdleGpuAlarm").stays_quiet();
        let zero = hosting(frequency, 4, Steps::always(0), (4, Steps::always(0)));
        watch(doing(Load::IDLE, zero), "IdleGpuAlarm").stays_quiet();
        let gone = hosting(frequency, 4, then(1, 1800, 0), (4, then(1, 1800, 0)));
        watch(doing(Load::IDLE, gone), "IdleGpuAlarm").stays_quiet();
    }
}

#[test]
fn a_model_of_the_variant_s_own_is_idle_as_well() {
    for frequency in FREQUENCIES {
        let own = |load| {
            let variant = Variant { load, ..scenario::variant(4, Steps::always(2)) };
            Fleet::new(scenario::ENDPOINT, frequency, variant)
        };
        watch(own(Load::IDLE), "IdleGpuAlarm").fires(54..=66);
        watch(own(Load::default()), "IdleGpuAlarm").stays_quiet();
    }
}

/// A new endpoint has three hours from the making of its alarm.
#[test]
fn an_endpoint_that_nobody_calls_is_told_of_after_three_hours() {
    for frequency in [10, 60, 300] {
        watch(scenario::idle(frequency), "NoTrafficAlarm").for_hours(5).fires(180..=181);
        let last_call_after_an_hour = beside_an_idle_one(frequency, then(1, 3600, 0));
        // The last sample that has calls is up to a publish interval old when they end.
        watch(last_call_after_an_hour, "NoTrafficAlarm").for_hours(5).fires(235..=241);
    }
}

/// Each way to serve that may be asked for a stream, with this load.
fn streaming(frequency: u32, load: Load) -> [Fleet; 2] {
    let placed = doing(load, hosting(frequency, 4, Steps::always(1), (2, Steps::always(1))));
    // That components publish it is one reading; the other has no datapoint.
    let placed = Fleet { readings: [PublishedReading::ComponentsStream].into(), ..placed };
    let own = Variant { load, ..scenario::variant(4, Steps::always(1)) };
    [placed, Fleet::new(scenario::ENDPOINT, frequency, own)]
}

#[test]
fn streams_that_begin_late_are_told_of_after_five_minutes() {
    for frequency in FREQUENCIES {
        let slow = Load { streaming_share: 0.5, first_chunk_ms: 2_000.0, ..Load::default() };
        // A single sample covers five minutes where they come that seldom.
        let earliest = if frequency == 300 { 1 } else { 5 };
        for fleet in streaming(frequency, slow) {
            watch(fleet, "FirstChunkLatencyAlarm").with_threshold(1_000).fires(earliest..=9);
        }
        let quick = Load { first_chunk_ms: 300.0, ..slow };
        let unstreamed = Load { streaming_share: 0.0, model_latency_ms: 30_000.0, ..slow };
        for fleet in [quick, unstreamed].into_iter().flat_map(|load| streaming(frequency, load)) {
            watch(fleet, "FirstChunkLatencyAlarm").with_threshold(1_000).stays_quiet();
        }
    }
}

/// A variant with a model of its own, or with a queue before it.
fn own(frequency: u32, serving: Serving, load: Load) -> Fleet {
    let variant = Variant { load, serving: Some(serving), ..scenario::variant(4, Steps::always(1)) };
    Fleet::new(scenario::ENDPOINT, frequency, variant)
}

/// A model that is called while it has a copy, and one that has a copy and is never called.
fn beside_an_idle_one(frequency: u32, called: Steps) -> Fleet {
    let idle = Component { load: Load::IDLE, ..scenario::model("spare", 2, Steps::always(1)) };
    hosting(frequency, 4, Steps::always(1), (2, called)).with(idle)
}

#[test]
fn calls_once_an_hour_are_traffic() {
    let seldom = Load { invocations_per_minute: 0.1, ..Load::default() };
    for frequency in [10, 60, 300] {
        let fleet = doing(seldom, hosting(frequency, 4, Steps::always(1), (4, Steps::always(1))));
        watch(fleet, "NoTrafficAlarm").for_hours(5).stays_quiet();
        // Called for some minutes of each hour.
        let steps = (0..6).flat_map(|hour| [(hour * 3600, 1), (hour * 3600 + 300, 0)]).collect();
        let now_and_then = beside_an_idle_one(frequency, Steps(steps));
        watch(now_and_then, "NoTrafficAlarm").for_hours(6).stays_quiet();
    }
}

#[test]
fn nobody_has_to_call_what_is_scaled_to_zero() {
    for frequency in [10, 60, 300] {
        // Instances run, and no model has a copy that could be called.
        let no_copy = hosting(frequency, 4, Steps::always(1), (4, then(1, 1800, 0)));
        watch(no_copy, "NoTrafficAlarm").for_hours(6).stays_quiet();
        let zero = hosting(frequency, 4, Steps::always(0), (4, Steps::always(0)));
        watch(zero, "NoTrafficAlarm").for_hours(5).stays_quiet();
        let gone = hosting(frequency, 4, then(1, 5400, 0), (4, then(1, 3600, 0)));
        watch(gone, "NoTrafficAlarm").for_hours(6).stays_quiet();
    }
}

/// Six variants, of which one has a GPU that nobody holds: its own alarm fires, and so does the one for all.
#[test]
fn a_divided_alarm_fires_where_one_of_its_variants_does() {
    let mut fleet = Fleet::new(scenario::ENDPOINT, 60, scenario::variant(4, Steps::always(1)));
    fleet.variants = (0..6).map(|at| Variant { name: format!("v{at}"), ..fleet.variants[0].clone() }).collect();
    for at in 0..6 {
        let copies = if at == 4 { 3 } else { 4 };
        let model = scenario::model(&format!("m{at}"), 1, Steps::always(copies));
        fleet.components.push(Component { variant: format!("v{at}"), ..model });
    }
    let watched = watch(fleet.clone(), "UnusedGpuAlarm");
    let requests = alarms(&planned(&watched.declared(&fleet), &Dimension::ALL));
    let (composite, parts) = requests.split_last().unwrap();
    let store = published(&fleet, HOUR);
    let state_of = |name: &str| {
        let part = parts.iter().find(|part| part["AlarmName"] == name).unwrap();
        let changes = MetricAlarm::read(part).unwrap().history(Data::of(&store), START, START + HOUR).unwrap();
        changes.last().unwrap().1
    };
    for at in 0..6 {
        let expected = if at == 4 { AlarmState::Alarm } else { AlarmState::Ok };
        assert_eq!(state_of(&format!("chat-unused-gpu-v{at}")), expected, "v{at}");
    }
    let rule = AlarmRule::read(composite["AlarmRule"].as_str().unwrap()).unwrap();
    assert_eq!(rule.alarms().len(), 6);
    assert!(rule.holds(&state_of));
    assert!(!rule.holds(&|_| AlarmState::Ok));
}
