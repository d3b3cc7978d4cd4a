//! Cases from the field whose numbers were wrong, each a test named after its case; the declarations stand in `cli/tests/files/cases`.

use metric_math::{
    evaluation::{
        Data, Reading,
        alarm::{AlarmState, MetricAlarm},
        dashboard::Viewer,
    },
    telemetry::{Fleet, IdleReservation, Load, Phases, Serving, Steps, Variant, scenario},
};
use monitored_endpoint::spec::GpuDimension;
use serde_json::{Value, json};

use super::{
    fleets::{FREQUENCIES, LENGTH, START, published, range, the_one},
    planned::{planned, try_planned},
    published::{chosen, empty_panels},
};

macro_rules! case {
    ($name:literal) => {
        cloudformation_template::read_value(include_str!(concat!("../../cli/tests/files/cases/", $name, ".yaml")))
            .unwrap()
    };
}

/// A number as a template has it.
fn number(value: &Value) -> u32 {
    value.to_string().trim_matches('"').parse().unwrap()
}

/// A fleet with what a declaration says of its one variant.
fn fleet(declared: &Value, frequency: u32, gpus: u32, serving: Serving) -> Fleet {
    let variant = &declared["ProductionVariants"][0];
    let text = |name: &str| variant[name].as_str().unwrap();
    let count = number(&variant["InitialInstanceCount"]);
    let variant = Variant::new(text("VariantName"), text("InstanceType"), gpus, Steps::always(count));
    Fleet::new(declared["EndpointName"].as_str().unwrap(), frequency, Variant { serving: Some(serving), ..variant })
}

/// Whether the one alarm of a declaration ever fires on a fleet, under any reading.
fn ever_fires(declared: &Value, fleet: &Fleet) -> bool {
    let planned = planned(declared, &GpuDimension::ALL);
    let [alarm] = planned.alarms.as_slice() else { panic!("{} alarms", planned.alarms.len()) };
    let (alarm, store) = (MetricAlarm::read(alarm).unwrap(), published(fleet));
    Reading::ALL.into_iter().any(|reading| {
        let changes = alarm.history(Data { store: &store, reading }, START, START + LENGTH).unwrap();
        assert!(!changes.is_empty(), "it is evaluated");
        changes.into_iter().any(|(_, state)| state == AlarmState::Alarm)
    })
}

/// It looked at `Invocations`, which an asynchronous endpoint doesn't publish.
#[test]
fn n01_a_queue_s_traffic_alarm_is_quiet_while_requests_are_processed() {
    let declared = case!("n01-async");
    // Soon enough to be seen in the time that is looked at.
    let mut soon = declared.clone();
    soon["NoTrafficAlarm"]["EvaluationPeriods"] = json!(1);
    let called = fleet(&declared, 60, 1, Serving::Asynchronous);
    let mut idle = called.clone();
    idle.variants[0].load = Load::IDLE;
    for declared in [&declared, &soon] {
        assert!(!ever_fires(declared, &called));
    }
    assert!(ever_fires(&soon, &idle), "it isn't quiet for want of data");
    let planned = planned(&declared, &GpuDimension::ALL);
    let asked = format!("{}{:?}", planned.body, planned.alarms);
    for unpublished in ["\"Invocations\"", "InvocationsPerInstance", "\"OverheadLatency\""] {
        assert!(!asked.contains(unpublished), "{unpublished}: {asked}");
    }
}

#[test]
fn n02_invocations_per_instance_are_half_on_two_instances() {
    let fleet = fleet(&case!("n02-two-instances"), 60, 4, Serving::OwnModel);
    let line = |metric: &str| json!(["AWS/SageMaker", metric, "EndpointName", fleet.endpoint, "VariantName", fleet.variants[0].name, {"stat": "Sum", "label": metric}]);
    let widget =
        json!({"type": "metric", "properties": {"metrics": [line("Invocations"), line("InvocationsPerInstance")]}});
    let store = published(&fleet);
    let viewer = Viewer { store: &store, reading: Reading::default(), now: START + LENGTH };
    for period in [60, 300, 3600] {
        let lines = viewer.widget(&widget, range(), Some(period)).unwrap();
        let (all, each) = (the_one(&lines, "Invocations"), the_one(&lines, "InvocationsPerInstance"));
        assert!(all.points.keys().eq(each.points.keys()));
        for (at, requests) in &all.points {
            assert!(*requests > 0.0 && (each.points[at] * 2.0 - requests).abs() < 1e-9, "{requests} at {at}");
        }
    }
}

/// A period that is no multiple of the publish frequency holds two samples now and one then.
#[test]
fn n04_m_of_n_at_an_odd_frequency_raises_no_false_alarm() {
    let declared = case!("n04-odd-period");
    let frequency = number(&declared["MetricsConfig"]["MetricPublishFrequencyInSeconds"]);
    let with = |held: u32| {
        let fleet = fleet(&declared, frequency, 4, Serving::Components);
        fleet.with(scenario::model("m", held, Steps::always(1)))
    };
    for idle_reservation in [IdleReservation::Zero, IdleReservation::Nothing] {
        for phases in [Phases::Aligned, Phases::PerInstance] {
            let published_so = |fleet: Fleet| Fleet { idle_reservation, phases, ..fleet };
            assert!(!ever_fires(&declared, &published_so(with(3))), "one GPU is unused");
            assert!(ever_fires(&declared, &published_so(with(2))), "two are");
        }
    }
}

/// M of N at every frequency and period: refused where a period would hold more samples now than then, and quiet elsewhere.
#[test]
fn review_18_m_of_n_raises_no_false_alarm_at_any_frequency_and_period() {
    let mut planned_any = 0;
    for frequency in FREQUENCIES {
        let mut declared = case!("n04-odd-period");
        declared["MetricsConfig"]["MetricPublishFrequencyInSeconds"] = json!(frequency);
        let fleet = fleet(&declared, frequency, 4, Serving::Components).with(scenario::model("m", 3, Steps::always(1)));
        for period in [60, 120, 180, 240, 300, 420, 480, 600] {
            declared["UnusedGpuAlarm"]["Period"] = json!(period);
            if try_planned(&declared, &GpuDimension::ALL).is_some() {
                planned_any += 1;
                assert!(!ever_fires(&declared, &fleet), "{frequency}, {period}");
            } else {
                assert_ne!(period % frequency, 0, "refused");
            }
        }
    }
    assert!(planned_any > 20, "{planned_any}");
}

/// "Is the routing even?" asked for containers, which a model of the variant's own has none of.
#[test]
fn n06_every_panel_of_an_own_model_has_data() {
    let mut declared = case!("n06-own-model-routing");
    declared["MetricsConfig"] = json!({"EnableEnhancedMetrics": true});
    let planned = planned(&declared, &GpuDimension::ALL);
    let fleet = fleet(&declared, 60, 0, Serving::OwnModel);
    let load =
        Load { share_5xx: 0.01, share_4xx: 0.01, streaming_share: 0.5, mid_stream_error_share: 0.1, ..Load::default() };
    let variants = fleet.variants.iter().map(|variant| Variant { load, ..variant.clone() }).collect();
    let fleet = Fleet { variants, enhanced_metrics: true, ..fleet };
    assert_eq!(empty_panels(&chosen(&planned.body), &published(&fleet)), Vec::<String>::new());
}
