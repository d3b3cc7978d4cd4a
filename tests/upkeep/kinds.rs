//! Every kind of declaration is planned from what is kept exactly as it was from the request.

use serde_json::{Value, json};

use super::NONE;
use crate::support::declaration::{Declared, monitoring, one_model, shared_gpus};
use crate::support::event::{CONFIG, ENDPOINT, Event, MONITORING};
use crate::support::harness::Scenario;

fn gpus() -> Value {
    json!([{"VariantName": "AllTraffic", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 1}])
}

/// Declarations that differ in what their monitoring is planned from.
fn declarations() -> Vec<(&'static str, Declared)> {
    let models = json!([{"Name": "llama", "Label": "Llama", "GpusPerCopy": 2}, {"Name": "mistral"}]);
    let alarms = |declared: Declared| {
        declared
            .with("NoTrafficAlarm", json!({"Enabled": true, "AlarmName": "silent"}))
            .with("IdleGpuAlarm", json!({"Threshold": 7}))
            .with("AlarmActions", json!(["arn:aws:sns:us-east-1:123456789012:alarms"]))
            .with("AlarmTagsPropagation", json!({"IncludedTagKeys": ["team"]}))
            .with("Tags", json!([{"Key": "team", "Value": "ml"}]))
    };
    let variants = |count: usize| -> Vec<Value> {
        let variant = |at| json!({"VariantName": format!("v{at}"), "ModelName": "m", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 1});
        (0..count).map(variant).collect()
    };
    let frequency = json!({"MetricPublishFrequencyInSeconds": "10", "EnableEnhancedMetrics": "true"});
    let alias = json!({"MetricsPublishFrequencyInSeconds": "30", "EnableEnhancedMetrics": "false"});
    let serverless = json!([{"VariantName": "V", "ModelName": "m", "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}]);
    vec![
        (CONFIG, shared_gpus("chat")),
        (ENDPOINT, shared_gpus("chat")),
        (ENDPOINT, shared_gpus("chat").without("EndpointName")),
        (CONFIG, alarms(shared_gpus("chat").with("InferenceComponents", models.clone()).with("CostPerHour", 5.752))),
        (CONFIG, shared_gpus("chat").with("MetricsConfig", frequency.clone()).with("GpuDimension", "GpuId")),
        (CONFIG, shared_gpus("chat").with("MetricsConfig", alias)),
        (
            CONFIG,
            shared_gpus("chat")
                .with("EndpointConfigNamePrefix", "other")
                .with("Dashboard", json!({"Start": "-PT12H", "DashboardName": "mine"})),
        ),
        (CONFIG, shared_gpus("chat").with("Dashboard/Enabled", false)),
        (CONFIG, shared_gpus("chat").with("AdoptExisting", true).with("ServiceTimeout", 600)),
        (CONFIG, one_model("chat")),
        (
            CONFIG,
            one_model("chat")
                .with("AsyncInferenceConfig", json!({"OutputConfig": {"S3OutputPath": "s3://bucket/out"}}))
                .with("BacklogAlarm", json!({"Enabled": true, "Threshold": 10})),
        ),
        (CONFIG, one_model("chat").with("ProductionVariants", serverless)),
        (
            CONFIG,
            one_model("chat").with("ProductionVariants", variants(6)).with("NoTrafficAlarm", json!({"Enabled": true})),
        ),
        (
            CONFIG,
            one_model("chat")
                .with("ProductionVariants", variants(2))
                .with("Variants", json!([{"VariantName": "v1", "CostPerHour": 1, "ModelMode": "MultiModel"}])),
        ),
        (
            MONITORING,
            alarms(
                monitoring("chat")
                    .with("ProductionVariants", gpus())
                    .with("MetricsConfig", frequency)
                    .with("InferenceComponents", models),
            ),
        ),
    ]
}

#[test]
fn what_is_kept_plans_what_was_declared() {
    for (kind, declared) in declarations() {
        let scenario = Scenario::kept_right();
        scenario.foreign_model("m");
        scenario.send(Event::create(kind, &declared)).succeeded();
        let kept = scenario.wake(&Event::day_gone_by());
        let counts = ["Resources", "Changed", "Skipped", "Failed"].map(|name| kept[name].as_u64().unwrap());
        assert_eq!(counts, [1, 0, 0, 0], "{kind} {:#}", declared.0);
        assert_eq!(scenario.writes_beside_the_ledger(), NONE, "{kind} {:#}", declared.0);
        // It was looked at: what is deleted by hand is made again where that is asked for.
        let corrected = declared.clone().with("Dashboard/CorrectDrift", true);
        let scenario = Scenario::kept_right();
        scenario.foreign_model("m");
        scenario.send(Event::create(kind, &corrected)).succeeded();
        let made = scenario.state();
        scenario.delete_by_hand(|_| true);
        scenario.wake(&Event::day_gone_by());
        assert_eq!(scenario.state(), made, "{kind} {:#}", declared.0);
    }
}

/// With every kind of alarm that an endpoint with components can have.
fn every_alarm() -> Declared {
    let on = || json!({"Enabled": true});
    shared_gpus("chat")
        .with("InferenceComponents", json!([{"Name": "llama"}, {"Name": "mistral"}]))
        .with("CostPerHour", 5.752)
        .with("AlarmTagsPropagation", on())
        .with("GpuBufferAlarm", on())
        .with("IdleGpuAlarm", json!({"Source": "PromQL"}))
        .with("NoTrafficAlarm", on())
        .with("ErrorRateAlarm", on())
        .with("NoCapacityAlarm", on())
        .with("LatencyAlarm", json!({"Threshold": 2500}))
        .with("BudgetAlarm", json!({"Threshold": 200, "TimeZone": "Europe/Berlin"}))
}

/// What CloudWatch describes is known again as what was written, whatever its kind: only then it is changed.
#[test]
fn what_a_newer_provider_plans_otherwise_reaches_every_alarm() {
    const PAGE: &str = "https://runbooks.example.com/gpus";
    for (kind, declared) in declarations().into_iter().chain([(CONFIG, every_alarm())]) {
        let scenario = Scenario::kept_right();
        scenario.stand_in.set_enrichment(true);
        scenario.foreign_model("m");
        scenario.send(Event::create(kind, &declared)).succeeded();
        scenario.link_runbooks(PAGE);
        let kept = scenario.wake(&Event::day_gone_by());
        assert_eq!((&kept["Failed"], &kept["Skipped"]), (&json!(0), &json!(0)), "{kind} {:#}", declared.0);
        for name in scenario.alarm_names() {
            let alarm = scenario.alarm(&name);
            let is_part_of_one = alarm["AlarmDescription"].is_null();
            assert!(is_part_of_one || alarm.to_string().contains(PAGE), "{name} of {kind} {:#}", declared.0);
        }
        scenario.wake(&Event::day_gone_by());
        assert_eq!(scenario.writes_beside_the_ledger(), NONE, "{kind} {:#}", declared.0);
    }
}
