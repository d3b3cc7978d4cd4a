//! Monitoring of endpoints that were made elsewhere: what it is told, and what it reads from the endpoint.

use serde_json::{Value, json};

use crate::support::declaration::monitoring;
use crate::support::event::{Event, MONITORING};
use crate::support::harness::Scenario;

const NONE: [&str; 0] = [];

fn gpu_variant() -> Value {
    json!([{"VariantName": "AllTraffic", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 1}])
}

fn every(seconds: u32) -> Value {
    json!({"EnableEnhancedMetrics": true, "MetricPublishFrequencyInSeconds": seconds})
}

#[test]
fn what_is_not_declared_is_read_from_the_endpoint() {
    let scenario = Scenario::new();
    scenario.foreign_endpoint("chat", Some(30));
    let made = scenario.create_monitoring(&monitoring("chat")).succeeded();
    assert_eq!(made.id(), "chat-monitoring");
    assert_eq!(scenario.writes(), ["PutDashboard", "PutMetricAlarm"]);
    let body = scenario.dashboard("chat-monitoring")["DashboardBody"].as_str().unwrap().to_owned();
    assert!(body.contains("Theirs") && body.contains("Metrics come every 30 s") && body.contains("* 8 *"), "{body}");
}

#[test]
fn an_endpoint_from_before_metrics_config_publishes_every_minute_without_enhanced_metrics() {
    let scenario = Scenario::new();
    scenario.foreign_endpoint("chat", None);
    scenario.create_monitoring(&monitoring("chat")).succeeded();
    let body = scenario.dashboard("chat-monitoring")["DashboardBody"].as_str().unwrap().to_owned();
    assert!(body.contains("Metrics come every 60 s") && body.contains("Enhanced metrics are off"), "{body}");
    assert!(!body.contains("SEARCH"), "nothing is published per GPU: {body}");
}

#[test]
fn with_everything_declared_no_endpoint_is_needed() {
    let scenario = Scenario::new();
    let declared = monitoring("chat").with("ProductionVariants", gpu_variant()).with("MetricsConfig", every(10));
    scenario.create_monitoring(&declared).succeeded();
    assert!(!scenario.calls().iter().any(|call| call.starts_with("DescribeEndpoint")), "{:?}", scenario.calls());
    let body = scenario.dashboard("chat-monitoring")["DashboardBody"].as_str().unwrap().to_owned();
    assert!(body.contains("Metrics come every 10 s"), "{body}");
}

#[test]
fn without_an_endpoint_the_property_to_supply_is_named() {
    let table = [
        (monitoring("chat"), "give ProductionVariants and MetricsConfig"),
        (monitoring("chat").with("ProductionVariants", gpu_variant()), "give MetricsConfig"),
        (monitoring("chat").with("MetricsConfig", every(10)), "give ProductionVariants"),
    ];
    for (declared, wanted) in table {
        let scenario = Scenario::new();
        let refused = scenario.create_monitoring(&declared);
        let reason = refused.failed();
        assert!(reason.contains(wanted) && reason.contains("\"chat\""), "{reason}");
        assert_eq!(reason.contains("ProductionVariants and"), wanted.contains("and"), "{reason}");
        assert_eq!(scenario.writes(), NONE);
        scenario.delete_monitoring(&refused.id(), &declared).succeeded();
    }
}

#[test]
fn half_declared_the_other_half_is_read() {
    let scenario = Scenario::new();
    scenario.foreign_endpoint("chat", Some(30));
    let declared = monitoring("chat").with("MetricsConfig", every(10));
    scenario.create_monitoring(&declared).succeeded();
    let body = scenario.dashboard("chat-monitoring")["DashboardBody"].as_str().unwrap().to_owned();
    assert!(body.contains("Metrics come every 10 s") && body.contains("Theirs"), "{body}");
}

#[test]
fn an_observed_variant_can_be_described_and_an_unknown_one_not() {
    let scenario = Scenario::new();
    scenario.foreign_endpoint("chat", Some(60));
    let priced = |variant: &str| {
        monitoring("chat").with("Variants", json!([{"VariantName": variant, "GpusPerInstance": 4, "CostPerHour": 9.5}]))
    };
    let reason = scenario.create_monitoring(&priced("Ours")).failed();
    assert!(reason.contains("Variants[0].VariantName") && reason.contains("Theirs"), "{reason}");
    scenario.create_monitoring(&priced("Theirs")).succeeded();
    let body = scenario.dashboard("chat-monitoring")["DashboardBody"].as_str().unwrap().to_owned();
    assert!(body.contains("$9.5 per instance-hour"), "{body}");
}

#[test]
fn the_same_events_again_write_nothing() {
    let scenario = Scenario::new();
    scenario.foreign_endpoint("chat", Some(60));
    let declared = monitoring("chat");
    let create = Event::create(MONITORING, &declared);
    let made = scenario.send(create.clone()).succeeded();
    assert_eq!(scenario.send(create).succeeded(), made);
    assert_eq!(scenario.writes(), NONE);
    scenario.update_monitoring(&made.id(), &declared, &declared).succeeded();
    assert_eq!(scenario.writes(), NONE);
    let delete = Event::delete(MONITORING, &made.id(), &declared);
    scenario.send(delete.clone()).succeeded();
    assert_eq!(scenario.writes(), ["DeleteAlarms", "DeleteDashboards"]);
    scenario.send(delete).succeeded();
    assert_eq!(scenario.writes(), NONE);
}

#[test]
fn the_endpoint_and_its_config_are_never_touched() {
    let scenario = Scenario::new();
    scenario.foreign_endpoint("chat", Some(60));
    let before = scenario.state();
    let declared = monitoring("chat").with("Tags", json!([{"Key": "team", "Value": "ml"}]));
    let made = scenario.create_monitoring(&declared).succeeded();
    assert_eq!(scenario.state()["endpoint_configs"], before["endpoint_configs"]);
    scenario.delete_monitoring(&made.id(), &declared).succeeded();
    assert_eq!(scenario.state(), before);
}

#[test]
fn a_renamed_dashboard_is_a_new_id_and_the_alarm_survives_the_old_one_s_delete() {
    let scenario = Scenario::new();
    scenario.foreign_endpoint("chat", Some(60));
    let (old, new) = (monitoring("chat"), monitoring("chat").with("Dashboard/DashboardName", "gpus"));
    let made = scenario.create_monitoring(&old).succeeded();
    let before = scenario.state();
    let renamed = scenario.update_monitoring(&made.id(), &old, &new).succeeded();
    assert_eq!(renamed.id(), "gpus");
    assert_eq!(scenario.dashboard_names(), ["gpus"]);
    // The way back, as CloudFormation takes it when something else in the stack fails.
    let back = scenario.update_monitoring(&renamed.id(), &new, &old).succeeded();
    scenario.delete_monitoring(&renamed.id(), &new).succeeded();
    assert_eq!(back.id(), made.id());
    assert_eq!(scenario.state(), before);
    // And once more to the end.
    scenario.update_monitoring(&made.id(), &old, &new).succeeded();
    scenario.delete_monitoring(&made.id(), &old).succeeded();
    assert_eq!(scenario.dashboard_names(), ["gpus"]);
    assert_eq!(scenario.alarm_names(), ["chat-unused-gpu"]);
}

#[test]
fn a_delete_removes_what_its_id_made_also_when_the_endpoint_is_gone() {
    let scenario = Scenario::new();
    scenario.foreign_endpoint("chat", Some(60));
    let declared = monitoring("chat");
    let made = scenario.create_monitoring(&declared).succeeded();
    scenario.retire("chat");
    scenario.delete_monitoring(&made.id(), &declared).succeeded();
    assert!(scenario.dashboard_names().is_empty() && scenario.alarm_names().is_empty());
}

#[test]
fn with_the_dashboard_switched_off_the_alarm_is_watched_all_the_same() {
    let scenario = Scenario::new();
    scenario.foreign_endpoint("chat", Some(60));
    let declared = monitoring("chat").with("Dashboard/Enabled", false);
    let made = scenario.create_monitoring(&declared).succeeded();
    assert_eq!(made.id(), "chat-monitoring");
    assert_eq!(scenario.dashboard_names(), NONE);
    assert_eq!(scenario.alarm_names(), ["chat-unused-gpu"]);
    scenario.delete_monitoring(&made.id(), &declared).succeeded();
    assert_eq!(scenario.alarm_names(), NONE);
}
