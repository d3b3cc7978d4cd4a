//! Monitoring that is kept right between requests: what wakes the provider, what it puts right, and what it leaves alone.

mod drift;
mod kinds;
mod left_configs;
mod matrix;

use std::time::Duration;

use aws_sdk_sagemaker::types::{MetricsConfig, ProductionVariant, ProductionVariantInstanceType};
use aws_stand_in::{Fault, HostingPrice, Outcome, Script};
use serde_json::{Value, json};

use crate::support::declaration::{Declared, ROLE, monitoring, shared_gpus};
use crate::support::event::{CONFIG, Event, MONITORING, stack_id};
use crate::support::harness::{REQUEST_TABLE, Scenario};

const NONE: [&str; 0] = [];

fn body(scenario: &Scenario) -> String {
    scenario.dashboard("chat-monitoring")["DashboardBody"].as_str().unwrap().to_owned()
}

fn costs(scenario: &Scenario, per_hour: &str) {
    scenario.stand_in.set_prices([HostingPrice {
        region: "us-east-1".to_owned(),
        instance_type: "ml.g6.12xlarge".to_owned(),
        per_hour: per_hour.to_owned(),
        effective: "2026-11-01".to_owned(),
    }]);
}

/// A config of one variant that publishes every 10 s, made elsewhere.
fn other_config(scenario: &Scenario, name: &str, variant: &str, instance_type: &str) {
    let variant = ProductionVariant::builder()
        .variant_name(variant)
        .instance_type(ProductionVariantInstanceType::from(instance_type))
        .initial_instance_count(1);
    let metrics =
        MetricsConfig::builder().enable_enhanced_metrics(true).metric_publish_frequency_in_seconds(10).build();
    let request = scenario.sagemaker.create_endpoint_config().endpoint_config_name(name).execution_role_arn(ROLE);
    let request = request.production_variants(variant.build()).metrics_config(metrics);
    scenario.block_on(request.send()).unwrap();
}

/// The endpoint's next change takes hours.
fn takes_its_time(scenario: &Scenario) {
    let after_ms = Some(10 * 3_600_000);
    scenario.stand_in.script("chat", Script { outcome: Outcome::Succeed, reason: None, after_ms });
}

fn settles(scenario: &Scenario) {
    scenario.stand_in.advance(Duration::from_hours(11));
}

#[test]
fn a_new_endpoint_s_dashboard_is_settled_once_its_first_metrics_have_come() {
    let scenario = Scenario::kept_right();
    let made = scenario.create(&shared_gpus("chat")).succeeded();
    scenario.endpoint_serves("chat", &made.id());
    scenario.wake(&Event::endpoint_changed("chat"));
    assert_eq!(scenario.writes_beside_the_ledger(), NONE, "nothing is published yet");
    let both = body(&scenario);
    assert!(both.contains("GpuId") && both.contains("AcceleratorId"), "{both}");
    scenario.publish_gpu("AcceleratorId");
    let kept = scenario.wake(&Event::hour_gone_by());
    assert_eq!(scenario.writes_beside_the_ledger(), ["PutDashboard"]);
    assert_eq!((&kept["Resources"], &kept["Changed"]), (&json!(1), &json!(1)), "{kept}");
    let settled = body(&scenario);
    assert!(settled.contains("AcceleratorId") && !settled.contains("GpuId"), "{settled}");
    for event in [Event::hour_gone_by(), Event::endpoint_changed("chat"), Event::day_gone_by()] {
        scenario.wake(&event);
        assert_eq!(scenario.writes_beside_the_ledger(), NONE, "{event:?}");
    }
    assert_eq!(scenario.wake(&Event::hour_gone_by())["Resources"], 0, "nothing waits for metrics any longer");
}

#[test]
fn what_the_next_update_finds_needs_no_writing_again() {
    let scenario = Scenario::kept_right();
    let made = scenario.create(&shared_gpus("chat")).succeeded();
    scenario.publish_gpu("GpuId");
    scenario.wake(&Event::day_gone_by());
    scenario.update(&made.id(), &shared_gpus("chat"), &shared_gpus("chat")).succeeded();
    assert_eq!(scenario.writes_beside_the_ledger(), NONE);
    scenario.delete(&made.id(), &shared_gpus("chat")).succeeded();
    assert!(scenario.is_empty(), "{:#}", scenario.state());
}

#[test]
fn prices_are_those_of_today_and_a_look_up_that_fails_takes_none_away() {
    let scenario = Scenario::kept_right();
    costs(&scenario, "5.752");
    let declared = shared_gpus("chat").with("CostPerHour", "Auto");
    scenario.create(&declared).succeeded();
    costs(&scenario, "6.5");
    scenario.wake(&Event::day_gone_by());
    assert_eq!(scenario.writes_beside_the_ledger(), ["PutDashboard", "PutMetricAlarm"], "the alarm says what it costs");
    let today = body(&scenario);
    assert!(today.contains("$6.5 per instance-hour") && !today.contains("5.752"), "{today}");
    scenario.let_fail("GetProducts", None, Fault::AccessDenied {});
    let kept = scenario.wake(&Event::day_gone_by());
    assert_eq!((scenario.writes_beside_the_ledger().as_slice(), &kept["Failed"]), (&[] as &[String], &json!(0)));
    assert_eq!(body(&scenario), today);
}

#[test]
fn monitoring_follows_an_endpoint_that_moves_to_another_config() {
    let scenario = Scenario::kept_right();
    scenario.foreign_endpoint("chat", Some(60));
    scenario.create_monitoring(&monitoring("chat")).succeeded();
    other_config(&scenario, "every-10-s", "Theirs", "ml.g5.48xlarge");
    takes_its_time(&scenario);
    scenario.move_endpoint("chat", "every-10-s");
    let kept = scenario.wake(&Event::endpoint_changed("chat"));
    assert_eq!((&kept["Skipped"], scenario.writes_beside_the_ledger().len()), (&json!(1), 0), "it is on its way");
    settles(&scenario);
    scenario.wake(&Event::endpoint_changed("CHAT"));
    assert_eq!(scenario.writes_beside_the_ledger(), ["PutDashboard", "PutMetricAlarm"]);
    let moved = body(&scenario);
    assert!(moved.contains("Metrics come every 10 s"), "{moved}");
    scenario.wake(&Event::endpoint_changed("chat"));
    assert_eq!(scenario.writes_beside_the_ledger(), NONE);
}

#[test]
fn an_endpoint_that_has_gone_changes_nothing() {
    let scenario = Scenario::kept_right();
    scenario.foreign_endpoint("chat", Some(60));
    scenario.create_monitoring(&monitoring("chat")).succeeded();
    scenario.retire("chat");
    let before = scenario.state();
    let kept = scenario.wake(&Event::endpoint_changed("chat"));
    assert_eq!((&kept["Skipped"], &kept["Failed"]), (&json!(1), &json!(0)), "{kept}");
    assert_eq!(scenario.state(), before);
}

/// Whoever may invoke the function may send what they like.
#[test]
fn an_event_of_another_account_or_region_changes_nothing() {
    let scenario = Scenario::kept_right();
    scenario.create(&shared_gpus("chat")).succeeded();
    scenario.publish_gpu("GpuId");
    for event in [
        Event::day_gone_by().with("account", "210987654321"),
        Event::day_gone_by().with("region", "eu-west-1"),
        Event::endpoint_changed("talk"),
    ] {
        assert_eq!(scenario.wake(&event)["Changed"], 0, "{event:?}");
        assert_eq!(scenario.writes(), NONE, "{event:?}");
    }
    let of_another_service = Event::endpoint_changed("chat").with("source", "aws.s3");
    assert_eq!(scenario.wake(&of_another_service), Value::Null, "it is refused as what it is: no request");
    assert_eq!(scenario.writes(), NONE);
}

#[test]
fn without_the_switch_nothing_of_a_declaration_is_kept_and_no_event_wakes() {
    let scenario = Scenario::new();
    scenario.create(&shared_gpus("chat")).succeeded();
    scenario.publish_gpu("GpuId");
    for event in [Event::day_gone_by(), Event::endpoint_changed("chat")] {
        assert_eq!(scenario.wake(&event), Value::Null, "it is answered as what it is: no request");
        assert_eq!(scenario.writes(), NONE);
    }
}

#[test]
fn the_ledger_keeps_the_monitoring_part_and_nothing_else_of_a_declaration() {
    let scenario = Scenario::kept_right();
    let hush = "arn:aws:kms:us-east-1:123456789012:key/hush-key";
    let declared = shared_gpus("chat")
        .with("KmsKeyId", hush)
        .with("VpcConfig", json!({"Subnets": ["subnet-hush"], "SecurityGroupIds": ["sg-hush"]}))
        .with("Tags", json!([{"Key": "team", "Value": "ml"}]));
    scenario.create(&declared).succeeded();
    let kept = Value::Array(scenario.stand_in.table(REQUEST_TABLE)).to_string();
    assert!(kept.contains("AllTraffic") && kept.contains("team"), "{kept}");
    for silent in ["hush", "ServiceToken", "ResponseURL", "X-Amz", "ServiceTimeout", ROLE] {
        assert!(!kept.contains(silent), "{silent}: {kept}");
    }
}

#[test]
fn under_no_echo_nothing_is_kept_and_nothing_is_put_right() {
    let scenario = Scenario::kept_right();
    let plain = shared_gpus("chat").with("InferenceComponents", json!([{"Name": "llama", "Label": "hush"}]));
    let hidden = plain.clone().with("NoEcho", true);
    let made = scenario.create(&plain).succeeded();
    let table = || Value::Array(scenario.stand_in.table(REQUEST_TABLE)).to_string();
    assert!(table().contains("hush"), "it was no secret");
    scenario.update(&made.id(), &plain, &hidden).succeeded();
    assert!(!table().contains("hush"), "from the update on it is one: {}", table());
    scenario.publish_gpu("GpuId");
    assert_eq!(scenario.wake(&Event::day_gone_by())["Changed"], 0);
    assert_eq!(scenario.writes_beside_the_ledger(), NONE);
}

#[test]
fn a_declaration_that_is_too_large_is_not_kept_and_its_request_succeeds() {
    let scenario = Scenario::kept_right();
    let tags: Vec<Value> = (0..40).map(|at| json!({"Key": format!("key-{at}"), "Value": "v".repeat(250)})).collect();
    let components: Vec<Value> = (0..900).map(|at| json!({"Name": format!("{}-{at}", "m".repeat(50))})).collect();
    let alarms = json!({"AlarmDescription": "d".repeat(1000)});
    let declared = monitoring("chat")
        .with(
            "ProductionVariants",
            json!([{"VariantName": "V", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 1}]),
        )
        .with("MetricsConfig", json!({"EnableEnhancedMetrics": true}))
        .with("Tags", tags)
        .with("InferenceComponents", components)
        .with("Dashboard/Enabled", false)
        .with("UnusedGpuAlarm", alarms);
    let many = declared.0["InferenceComponents"].to_string().len();
    let made = scenario.create_monitoring(&declared).succeeded();
    let kept = Value::Array(scenario.stand_in.table(REQUEST_TABLE)).to_string();
    assert_eq!(kept.contains("properties"), many < 96 * 1024, "{many}");
    scenario.delete_monitoring(&made.id(), &declared).succeeded();
}

/// Resources are put right one after the other; what a run has no time for waits for the next wake where there is no next run.
#[test]
fn one_that_cannot_be_put_right_stops_none_of_the_others() {
    let scenario = Scenario::kept_right();
    for (stack, endpoint) in [("a", "chat"), ("b", "talk"), ("c", "write")] {
        let declared = shared_gpus(endpoint).with("CostPerHour", "Auto");
        scenario.send(Event::create(CONFIG, &declared).of_stack(stack)).succeeded();
    }
    costs(&scenario, "9.5");
    scenario.let_fail("PutDashboard", Some(1), Fault::AccessDenied {});
    let kept = scenario.wake(&Event::day_gone_by());
    let counts = ["Resources", "Changed", "Failed"].map(|name| kept[name].as_u64().unwrap());
    assert_eq!(counts, [3, 2, 1], "{kept}");
    let kept = scenario.wake(&Event::day_gone_by());
    let counts = ["Resources", "Changed", "Failed"].map(|name| kept[name].as_u64().unwrap());
    assert_eq!(counts, [3, 1, 0], "the next wake does the rest: {kept}");
}

/// What a run has no time for goes on in the next one, after the last that was put right.
#[test]
fn a_run_without_time_hands_over_and_the_next_one_goes_on() {
    let scenario = Scenario::with_transitions(Duration::ZERO);
    for (stack, endpoint) in [("a", "chat"), ("b", "talk"), ("c", "write")] {
        scenario.send(Event::create(CONFIG, &shared_gpus(endpoint)).of_stack(stack)).succeeded();
    }
    let plenty = Duration::from_mins(1);
    let runs = scenario.wake_in_lives_of([Duration::ZERO, plenty], &Event::day_gone_by());
    assert_eq!((&runs[0]["Resources"], &runs[0]["HandedOver"]), (&json!(0), &json!(true)), "{runs:?}");
    assert_eq!((&runs[1]["Resources"], &runs[1]["HandedOver"]), (&json!(3), &json!(false)), "{runs:?}");
    let first = format!("{}|Config", stack_id("a"));
    let goes_on =
        Event::day_gone_by().with("MonitoredEndpointContinuation", json!({"StartedAtMs": 0, "Hop": 1, "After": first}));
    let runs = scenario.wake_in_lives_of([plenty], &goes_on);
    assert_eq!(runs[0]["Resources"], 2, "{runs:?}");
    scenario.next_runs.deny();
    let runs = scenario.wake_in_lives_of([Duration::ZERO], &Event::day_gone_by());
    assert_eq!(runs[0]["HandedOver"], false, "the next wake begins anew");
}

/// Records are one kilobyte to some ten, and a page of the table's is a megabyte.
#[test]
fn a_table_of_many_pages_is_gone_through() {
    let scenario = Scenario::kept_right();
    let text = "d".repeat(1000);
    let declared = |at: usize| {
        let models: Vec<Value> =
            (0..300).map(|model| json!({"Name": format!("m{at}-{model}-{}", "x".repeat(40))})).collect();
        monitoring(&format!("chat-{at}"))
            .with(
                "ProductionVariants",
                json!([{"VariantName": "V", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 1}]),
            )
            .with("MetricsConfig", json!({"EnableEnhancedMetrics": true}))
            .with("InferenceComponents", models)
            .with("Dashboard/Enabled", false)
            .with("UnusedGpuAlarm/AlarmDescription", text.as_str())
    };
    let resources = 60;
    for at in 0..resources {
        let event = Event::create(MONITORING, &declared(at)).of_resource(&format!("Monitoring{at}"));
        scenario.send(event).succeeded();
    }
    let kept = scenario.wake(&Event::day_gone_by());
    let scans = scenario.calls().iter().filter(|call| *call == "Scan").count();
    assert!(scans > 1, "{scans} pages");
    assert_eq!((&kept["Resources"], &kept["Failed"]), (&json!(resources), &json!(0)), "{kept}");
}

fn declared_in(kind: &str) -> Declared {
    let metrics = json!({"EnableEnhancedMetrics": true, "MetricPublishFrequencyInSeconds": 60});
    match kind {
        MONITORING => shared_gpus("chat").without("ExecutionRoleArn").with("MetricsConfig", metrics),
        _ => shared_gpus("chat"),
    }
}
