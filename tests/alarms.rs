//! The alarms: what is planned for each kind and source, and what becomes of them in a stack's life.

use aws_stand_in::Fault;
use monitored_endpoint::spec::{AlarmKind, GpuDimension};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::declaration::{Declared, TOPIC, monitoring, one_model, shared_gpus};
use crate::support::harness::{Scenario, ownership};
use crate::support::planning::{alarms, planned};
use crate::support::properties::cases;

const NONE: [&str; 0] = [];
const FOUR: [&str; 4] = ["UnusedGpuAlarm", "GpuBufferAlarm", "IdleGpuAlarm", "NoTrafficAlarm"];
/// Their names in the order of the alphabet.
const FOUR_NAMES: [&str; 4] = ["chat-gpu-buffer", "chat-idle-gpu", "chat-no-traffic", "chat-unused-gpu"];

/// `chat` with this alarm alone, as far as others are off by default.
fn with(alarm: &str, settings: Value) -> Declared {
    let only = shared_gpus("chat").with(alarm, settings).with("CostPerHour", 5.752);
    if alarm == "UnusedGpuAlarm" { only } else { only.with("UnusedGpuAlarm/Enabled", false) }
}

/// Every alarm there is, each with nothing but `Enabled`.
fn all_four() -> Declared {
    FOUR.iter().fold(shared_gpus("chat"), |declared, alarm| declared.with(&format!("{alarm}/Enabled"), true))
}

/// Variants that have a model of their own: of others there is one only.
fn variants(count: usize) -> Value {
    let variant = |at| {
        json!({
            "VariantName": format!("v{at}"), "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 1, "ModelName": "m",
        })
    };
    (0..count).map(variant).collect()
}

/// Those variants with every alarm that is divided among them.
fn divided_alarms(count: usize) -> Declared {
    one_model("chat")
        .with("ProductionVariants", variants(count))
        .with("IdleGpuAlarm/Enabled", true)
        .with("NoTrafficAlarm/Enabled", true)
}

fn models(count: usize) -> Value {
    (0..count).map(|at| json!({"Name": format!("m{at}")})).collect()
}

/// A model that answers from a queue.
fn queue() -> Declared {
    one_model("chat").with("AsyncInferenceConfig", json!({"OutputConfig": {"S3OutputPath": "s3://bucket/out"}}))
}

/// Every kind of alarm from every source, by name.
fn situations() -> Vec<(&'static str, Declared)> {
    let on = || json!({"Enabled": true});
    let from = |source: &str| json!({"Source": source});
    let two = json!([
        {"VariantName": "Big", "InstanceType": "ml.p5.48xlarge", "InitialInstanceCount": 1},
        {"VariantName": "Small", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 2},
    ]);
    let own_model = one_model("chat").with("ProductionVariants/0/InstanceType", "ml.g6.12xlarge");
    vec![
        ("gpu_buffer", with("GpuBufferAlarm", on())),
        ("idle_gpu", with("IdleGpuAlarm", on())),
        ("no_traffic", with("NoTrafficAlarm", on())),
        ("unused_gpu_by_samples", with("UnusedGpuAlarm", from("SampleCount")).with("GpuDimension", "GpuId")),
        (
            "gpu_buffer_by_samples_of_two_variants",
            with("GpuBufferAlarm", from("SampleCount"))
                .with("GpuDimension", "AcceleratorId")
                .with("ProductionVariants", two.clone()),
        ),
        ("idle_gpu_by_promql", with("IdleGpuAlarm", json!({"Source": "PromQL", "AlarmActions": [TOPIC]}))),
        ("idle_gpu_by_promql_of_one_model", own_model.clone().with("IdleGpuAlarm", from("PromQL"))),
        ("idle_gpu_of_one_model", own_model.with("IdleGpuAlarm", on())),
        ("idle_gpu_of_two_variants", with("IdleGpuAlarm", on()).with("ProductionVariants", two.clone())),
        ("no_traffic_of_two_variants", with("NoTrafficAlarm", on()).with("ProductionVariants", two)),
        ("no_traffic_of_listed_models", with("NoTrafficAlarm", on()).with("InferenceComponents", models(2))),
        ("no_traffic_of_one_model", one_model("chat").with("NoTrafficAlarm", on())),
        ("no_traffic_of_a_queue", queue().with("NoTrafficAlarm", on())),
        (
            "idle_gpu_by_model",
            with("IdleGpuAlarm", from("Insights")).with("GpuDimension", "GpuId").with("InferenceComponents", models(2)),
        ),
        ("error_rate", with("ErrorRateAlarm", on()).with("InferenceComponents", models(2))),
        ("error_rate_of_one_model", one_model("chat").with("ErrorRateAlarm", on())),
        ("latency", with("LatencyAlarm", json!({"Threshold": 2500})).with("InferenceComponents", models(2))),
        (
            "first_chunk_latency",
            with("FirstChunkLatencyAlarm", json!({"Threshold": 800})).with("InferenceComponents", models(2)),
        ),
        ("first_chunk_latency_of_one_model", one_model("chat").with("FirstChunkLatencyAlarm/Threshold", 800)),
        ("no_capacity", with("NoCapacityAlarm", on()).with("InferenceComponents", models(2))),
        ("backlog", queue().with("BacklogAlarm", on())),
        (
            "budget",
            with("BudgetAlarm", json!({"Threshold": 200, "TimeZone": "Europe/Berlin"})).with("CostPerHour", 5.752),
        ),
        ("described_by_its_author", with("GpuBufferAlarm", json!({"AlarmDescription": "Call Kim."}))),
        ("without_a_dashboard", with("NoTrafficAlarm", on()).with("Dashboard/Enabled", false)),
    ]
}

#[test]
fn alarms_are_as_they_were_agreed_on() {
    for (name, declared) in situations() {
        insta::assert_compact_json_snapshot!(name, alarms(&planned(&declared, &GpuDimension::ALL)));
    }
}

#[test]
fn more_variants_than_fit_get_an_alarm_each_and_one_for_all() {
    let declared = one_model("chat")
        .with("IdleGpuAlarm", json!({"AlarmActions": [TOPIC], "Threshold": 20}))
        .with("ProductionVariants", variants(6))
        .with("CostPerHour", 5.752);
    let planned = alarms(&planned(&declared, &GpuDimension::ALL));
    insta::assert_compact_json_snapshot!("six_variants", json!([planned[0], planned[6]]));
    let names: Vec<&str> = planned.iter().map(|alarm| alarm["AlarmName"].as_str().unwrap()).collect();
    let parts = (0..6).map(|at| format!("chat-idle-gpu-v{at}"));
    assert_eq!(names, parts.chain(["chat-idle-gpu".to_owned()]).collect::<Vec<_>>());
}

#[test]
fn more_models_than_fit_get_an_alarm_each_and_their_names_are_found_again() {
    let declared = with("ErrorRateAlarm", json!({"AlarmActions": [TOPIC]})).with("InferenceComponents", models(6));
    let planned = alarms(&planned(&declared, &GpuDimension::ALL));
    let names: Vec<&str> = planned.iter().map(|alarm| alarm["AlarmName"].as_str().unwrap()).collect();
    let parts = (0..6).map(|at| format!("chat-error-rate-m{at}"));
    assert_eq!(names, parts.chain(["chat-error-rate".to_owned()]).collect::<Vec<_>>());
    let scenario = Scenario::new();
    let made = scenario.create(&declared).succeeded();
    assert_eq!(scenario.alarm_names().len(), 7);
    let five = declared.clone().with("InferenceComponents", models(5));
    scenario.update(&made.id(), &declared, &five).succeeded();
    assert_eq!(scenario.alarm_names(), ["chat-error-rate"]);
    scenario.update(&made.id(), &five, &declared).succeeded();
    scenario.delete(&made.id(), &declared).succeeded();
    assert!(scenario.is_empty());
}

#[test]
fn enabled_alone_is_enough_for_each_and_the_others_stay_off() {
    let scenario = Scenario::new();
    for alarm in FOUR {
        scenario.start_over();
        let answer = scenario.create(&with(alarm, json!({"Enabled": true}))).succeeded();
        let name = answer.data(&format!("{alarm}Name")).to_owned();
        assert_eq!(scenario.alarm_names(), std::slice::from_ref(&name), "{alarm}");
        assert_eq!(answer.data(&format!("{alarm}Arn")), scenario.alarm(&name)["AlarmArn"]);
        for other in FOUR.iter().filter(|other| **other != alarm) {
            assert_eq!((answer.data(&format!("{other}Name")), answer.data(&format!("{other}Arn"))), ("", ""));
        }
        scenario.create(&with(alarm, json!({"Enabled": false}))).succeeded();
        assert!(
            scenario.writes().iter().all(|call| !call.contains("Alarm") || call.starts_with("Delete")),
            "off is off"
        );
    }
}

#[test]
fn four_alarms_are_looked_at_together_and_made_at_once() {
    let scenario = Scenario::new();
    let declared = all_four();
    let made = scenario.create(&declared).succeeded();
    assert_eq!(scenario.alarm_names(), FOUR_NAMES);
    let describes = || scenario.calls().iter().filter(|call| *call == "DescribeAlarms").count();
    assert_eq!(describes(), 2, "before, and for the ARNs");
    scenario.update(&made.id(), &declared, &declared).succeeded();
    assert_eq!((scenario.writes(), describes()), (vec![], 1));
    scenario.delete(&made.id(), &declared).succeeded();
    assert_eq!(describes(), 1);
    assert!(scenario.is_empty());
}

/// Every way from one set of alarms to another: the second set is there and nothing else, a second time writes nothing,
/// and the way back leads back.
#[test]
fn any_change_of_alarms_is_made_whole_and_can_be_taken_back() {
    let plain = shared_gpus("chat");
    let counting = with("GpuBufferAlarm", json!({"Source": "SampleCount"})).with("GpuDimension", "GpuId");
    let asking = with("IdleGpuAlarm", json!({"Source": "PromQL"}));
    let all = all_four();
    let renamed = all_four().with("NoTrafficAlarm/AlarmName", "nobody calls").with("IdleGpuAlarm/Threshold", 10);
    let changes: [(&str, &Declared, &Declared, &[&str]); 6] = [
        ("added", &plain, &all, &FOUR_NAMES),
        ("dropped", &all, &plain, &["chat-unused-gpu"]),
        ("renamed", &all, &renamed, &["chat-gpu-buffer", "chat-idle-gpu", "chat-unused-gpu", "nobody calls"]),
        (
            "another source",
            &counting,
            &with("GpuBufferAlarm", json!({})).with("GpuDimension", "GpuId"),
            &["chat-gpu-buffer"],
        ),
        ("from PromQL", &asking, &with("IdleGpuAlarm", json!({})), &["chat-idle-gpu"]),
        ("to PromQL", &with("IdleGpuAlarm", json!({})), &asking, &["chat-idle-gpu"]),
    ];
    let scenario = Scenario::new();
    for (change, old, new, names) in changes {
        scenario.start_over();
        scenario.stand_in.set_enrichment(true);
        let made = scenario.create(old).succeeded();
        let before = scenario.state();
        scenario.update(&made.id(), old, new).succeeded();
        assert_eq!(scenario.alarm_names(), names, "{change}");
        scenario.update(&made.id(), new, new).succeeded();
        assert_eq!(scenario.writes(), NONE, "{change}, a second time");
        scenario.update(&made.id(), new, old).succeeded();
        assert_eq!(scenario.state(), before, "{change}, and back");
        scenario.delete(&made.id(), old).succeeded();
        assert!(scenario.is_empty(), "{change}");
    }
}

/// The config changes with its variants, so this is a replacement; the alarms pass from one to the other.
#[test]
fn an_alarm_is_divided_when_variants_are_too_many_and_made_whole_again() {
    const WHOLE: [&str; 2] = ["chat-idle-gpu", "chat-no-traffic"];
    let scenario = Scenario::new();
    let (few, many) = (divided_alarms(5), divided_alarms(6));
    let first = scenario.create(&few).succeeded();
    assert_eq!(scenario.alarm_names(), WHOLE);
    let second = scenario.update(&first.id(), &few, &many).succeeded();
    assert_eq!(scenario.alarm_names().len(), 2 * 7);
    assert_eq!(second.data("IdleGpuAlarmArn"), scenario.alarm("chat-idle-gpu")["AlarmArn"]);
    let rule = scenario.alarm("chat-idle-gpu")["AlarmRule"].as_str().unwrap().to_owned();
    assert!(rule.starts_with("ALARM(\"chat-idle-gpu-v0\") OR"), "{rule}");
    for name in ["chat-idle-gpu", "chat-idle-gpu-v0"] {
        assert_eq!(ownership(&scenario.alarm(name), "physical-id"), second.id());
    }
    scenario.delete(&first.id(), &few).succeeded();
    assert_eq!(scenario.alarm_names().len(), 2 * 7, "what passed on stays");
    scenario.update(&second.id(), &many, &many).succeeded();
    assert_eq!(scenario.writes(), NONE);
    let third = scenario.update(&second.id(), &many, &few).succeeded();
    assert_eq!(scenario.alarm_names(), WHOLE);
    scenario.delete(&second.id(), &many).succeeded();
    assert_eq!(scenario.alarm_names(), WHOLE);
    scenario.delete(&third.id(), &few).succeeded();
    assert!(scenario.is_empty());
}

#[test]
fn a_divided_alarm_goes_whole() {
    let scenario = Scenario::new();
    let many = divided_alarms(7);
    let made = scenario.create(&many).succeeded();
    let off = many.clone().with("IdleGpuAlarm/Enabled", false).with("NoTrafficAlarm/Enabled", false);
    scenario.update(&made.id(), &many, &off).succeeded();
    assert_eq!(scenario.alarm_names(), NONE);
    scenario.update(&made.id(), &off, &many).succeeded();
    scenario.delete(&made.id(), &many).succeeded();
    assert!(scenario.is_empty());
}

#[test]
fn a_failed_division_leaves_the_alarm_that_was_there() {
    let scenario = Scenario::new();
    let declared =
        |count| one_model("chat").with("ProductionVariants", variants(count)).with("IdleGpuAlarm/Enabled", true);
    let (old, new) = (declared(5), declared(6));
    for operation in ["PutCompositeAlarm", "DeleteAlarms", "PutMetricAlarm"] {
        scenario.start_over();
        let made = scenario.create(&old).succeeded();
        let before = scenario.state();
        scenario.let_fail(operation, Some(1), Fault::AccessDenied {});
        let refused = scenario.update(&made.id(), &old, &new);
        assert!(refused.failed().contains(&format!("cloudwatch:{operation}")), "{}", refused.reason());
        assert_eq!(scenario.state(), before, "{operation}");
    }
}

#[test]
fn somebody_else_s_alarm_is_left_and_the_property_is_named() {
    let scenario = Scenario::new();
    for (alarm, name) in FOUR.iter().zip(["unused-gpu", "gpu-buffer", "idle-gpu", "no-traffic"]) {
        scenario.start_over();
        scenario.foreign_alarm(&format!("chat-{name}"));
        let before = scenario.state();
        let reason = scenario.create(&all_four()).failed();
        assert!(reason.contains(&format!("Properties.{alarm}.AlarmName: an alarm named")), "{reason}");
        assert_eq!((scenario.writes(), scenario.state()), (vec![], before));
    }
}

#[test]
fn a_metric_alarm_of_somebody_else_makes_no_way_for_a_composite() {
    let scenario = Scenario::new();
    scenario.foreign_alarm("chat-idle-gpu");
    let before = scenario.state();
    let many = divided_alarms(6).with("AdoptExisting", true);
    let reason = scenario.create(&many).failed();
    assert!(reason.contains("IdleGpuAlarm.AlarmName: a metric alarm named"), "{reason}");
    assert_eq!(scenario.state(), before);
}

#[test]
fn variants_that_were_read_from_the_endpoint_are_not_divided() {
    let scenario = Scenario::new();
    scenario.foreign_model("m");
    let owned = one_model("chat").with("ProductionVariants", variants(6));
    scenario.send(crate::support::event::Event::create("Custom::MonitoredEndpoint", &owned)).succeeded();
    let before = scenario.state();
    let watching =
        monitoring("chat").with("Dashboard/DashboardName", "second").with("IdleGpuAlarm/AlarmName", "second");
    let reason = scenario.create_monitoring(&watching).failed();
    assert!(reason.contains("IdleGpuAlarm: 6 variants are more than one alarm takes"), "{reason}");
    assert!(reason.contains("name them in ProductionVariants"), "{reason}");
    assert_eq!(scenario.state(), before);
}

#[test]
fn actions_are_switched_off_for_all_alarms_but_those_that_say_otherwise() {
    let declared = shared_gpus("chat")
        .with("ActionsEnabled", false)
        .with("NoTrafficAlarm/Enabled", true)
        .with("GpuBufferAlarm/ActionsEnabled", true)
        // One that is divided, and the composite of its parts.
        .with("ErrorRateAlarm/Enabled", true)
        .with("InferenceComponents", models(6));
    let planned = alarms(&planned(&declared, &GpuDimension::ALL));
    assert!(planned.len() > 9);
    for alarm in &planned {
        let is_on = alarm["AlarmName"] == "chat-gpu-buffer";
        assert_eq!(alarm["ActionsEnabled"], is_on, "{alarm:#}");
    }
}

/// A description links to its kind's section by the heading, as GitHub makes anchors of headings.
#[test]
fn each_kind_has_its_section_in_the_runbooks() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/runbooks.md")).unwrap();
    let headings: Vec<String> =
        page.lines().filter_map(|line| line.strip_prefix("## ")).map(str::to_ascii_lowercase).collect();
    for kind in AlarmKind::ALL {
        let anchor = kind.suffix().replace('-', "");
        assert!(headings.contains(&anchor), "{kind} has no section in docs/runbooks.md");
        assert!(page.contains(&format!("(#{anchor})")), "{kind} is not in the table of docs/runbooks.md");
    }
}

/// A declaration with any of the alarms, from any source that it may have.
fn any_declaration() -> impl Strategy<Value = Declared> {
    let types = prop::sample::select(vec!["ml.g6.12xlarge", "ml.p5.48xlarge", "ml.g5.xlarge"]);
    let frequency = prop::sample::select(vec![10_u32, 30, 60, 120, 180, 240, 300]);
    let sources = (
        prop::sample::select(vec!["Reservation", "SampleCount"]),
        prop::sample::select(vec!["Reservation", "SampleCount"]),
        prop::sample::select(vec!["Reservation", "PromQL"]),
    );
    let price = prop::option::of(0.01_f64..200.0);
    (prop::collection::vec(types, 1..=10), frequency, sources, price, any::<bool>()).prop_map(
        |(types, frequency, (unused, buffer, idle), price, dashboard)| {
            let variant = |(at, kind): (usize, &str)| {
                json!({"VariantName": format!("v{at}"), "InstanceType": kind, "InitialInstanceCount": 1})
            };
            let declared = shared_gpus(&"e".repeat(63))
                .with("ProductionVariants", types.into_iter().enumerate().map(variant).collect::<Value>())
                .with("MetricsConfig", json!({"EnableEnhancedMetrics": true, "MetricPublishFrequencyInSeconds": frequency}))
                .with("GpuDimension", "GpuId")
                .with("Dashboard/Enabled", dashboard)
                .with("UnusedGpuAlarm/Source", unused)
                .with("GpuBufferAlarm/Source", buffer)
                .with("IdleGpuAlarm/Source", idle)
                .with("NoTrafficAlarm/Enabled", true);
            match price {
                Some(price) => declared.with("CostPerHour", price),
                None => declared,
            }
        },
    )
}

proptest! {
    #![proptest_config(cases(48))]

    /// The stand-in refuses what CloudWatch refuses, so what it takes in this order is in order.
    #[test]
    fn any_alarms_are_ones_that_cloudwatch_takes(all in prop::collection::vec(any_declaration(), 4)) {
        let scenario = Scenario::new();
        for declared in all {
            scenario.start_over();
            for alarm in planned(&declared, &[GpuDimension::GpuId]).alarms {
                let described = alarm.request.to_json()["AlarmDescription"].as_str().unwrap().to_owned();
                prop_assert!(described.chars().count() <= 1024, "{}", described);
                scenario.put(alarm.request);
            }
        }
    }
}
