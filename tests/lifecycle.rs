//! What a stack's resource goes through: made, sent again, changed, replaced, rolled back, and removed.

use serde_json::{Value, json};

use crate::support::declaration::{Declared, TOPIC, one_model, shared_gpus};
use crate::support::event::{CONFIG, Event};
use crate::support::harness::{Answer, Scenario, ownership, tag};

const NONE: [&str; 0] = [];

/// A scenario in which `declared` has been made.
fn made(declared: &Declared) -> (Scenario, Answer) {
    let scenario = Scenario::new();
    let answer = scenario.create(declared).succeeded();
    (scenario, answer)
}

/// With metrics every 10 s: another config.
#[test]
fn a_create_makes_the_config_the_dashboard_and_the_alarm() {
    let (scenario, answer) = made(&shared_gpus("chat"));
    assert_eq!(scenario.config_names(), [answer.id()]);
    assert_eq!(scenario.dashboard_names(), ["chat-monitoring"]);
    assert_eq!(scenario.alarm_names(), ["chat-unused-gpu"]);
    let config = scenario.config(&answer.id());
    assert_eq!(config["MetricsConfig"]["EnableEnhancedMetrics"], true);
    assert_eq!(config["MetricsConfig"]["MetricPublishFrequencyInSeconds"], 60);
    for described in [config, scenario.dashboard("chat-monitoring"), scenario.alarm("chat-unused-gpu")] {
        assert_eq!(ownership(&described, "logical-id"), "Config");
        assert_eq!(ownership(&described, "physical-id"), answer.id());
        assert!(ownership(&described, "stack-id").contains(":stack/inference/"));
    }
}

#[test]
fn the_attributes_name_everything_that_was_made() {
    let (scenario, answer) = made(&shared_gpus("chat"));
    assert_eq!(answer.data("EndpointName"), "chat");
    assert_eq!(answer.data("EndpointConfigName"), answer.id());
    assert_eq!(answer.data("EndpointConfigArn"), scenario.config(&answer.id())["EndpointConfigArn"]);
    assert_eq!(answer.data("DashboardArn"), scenario.dashboard("chat-monitoring")["DashboardArn"]);
    assert_eq!(answer.data("UnusedGpuAlarmArn"), scenario.alarm("chat-unused-gpu")["AlarmArn"]);
    assert!(answer.data("DashboardUrl").ends_with("#dashboards/dashboard/chat-monitoring"));
    assert_eq!(answer.data("EndpointArn"), "arn:aws:sagemaker:us-east-1:123456789012:endpoint/chat");
}

#[test]
fn a_variant_with_a_model_of_its_own_gets_no_alarm() {
    let (scenario, answer) = made(&one_model("forecast"));
    assert_eq!(scenario.alarm_names(), NONE);
    assert_eq!(scenario.dashboard_names(), ["forecast-monitoring"]);
    assert_eq!(answer.data("UnusedGpuAlarmName"), "");
}

#[test]
fn the_same_create_a_second_time_writes_nothing_and_answers_the_same() {
    let scenario = Scenario::new();
    let event = Event::create(CONFIG, &shared_gpus("chat"));
    let first = scenario.send(event.clone()).succeeded();
    assert_eq!(scenario.writes(), ["CreateEndpointConfig", "PutDashboard", "PutMetricAlarm"]);
    let second = scenario.send(event).succeeded();
    assert_eq!(scenario.writes(), NONE);
    assert_eq!(first, second);
}

#[test]
fn an_update_that_changes_nothing_writes_nothing() {
    let declared = shared_gpus("chat").with("CostPerHour", 5.752).with("Tags", json!([{"Key": "team", "Value": "ml"}]));
    let (scenario, answer) = made(&declared);
    let updated = scenario.update(&answer.id(), &declared, &declared).succeeded();
    assert_eq!(scenario.writes(), NONE);
    assert_eq!(updated.id(), answer.id());
    assert_eq!(updated.0["Data"], answer.0["Data"]);
}

#[test]
fn each_update_a_second_time_writes_nothing() {
    let plain = shared_gpus("chat").with("Tags", json!([{"Key": "team", "Value": "ml"}]));
    let changes = [
        ("replacement", plain.clone().faster()),
        ("price", plain.clone().with("CostPerHour", 7.5)),
        ("dashboard renamed", plain.clone().with("Dashboard/DashboardName", "chat-gpus")),
        ("dashboard off", plain.clone().with("Dashboard/Enabled", false)),
        ("alarm renamed", plain.clone().with("UnusedGpuAlarm/AlarmName", "chat idle")),
        ("alarm off", plain.clone().with("UnusedGpuAlarm/Enabled", false)),
        ("tags", plain.clone().with("Tags", json!([{"Key": "owner", "Value": "ml"}]))),
        ("endpoint renamed", plain.clone().with("EndpointName", "talk")),
    ];
    for (name, changed) in changes {
        let (scenario, answer) = made(&plain);
        let event = Event::update(CONFIG, &answer.id(), &plain, &changed);
        let first = scenario.send(event.clone()).succeeded();
        assert_ne!(scenario.writes(), NONE, "{name}");
        let second = scenario.send(event).succeeded();
        assert_eq!(scenario.writes(), NONE, "{name}");
        assert_eq!(first, second, "{name}");
    }
}

#[test]
fn a_delete_a_second_time_writes_nothing() {
    let (scenario, answer) = made(&shared_gpus("chat"));
    let event = Event::delete(CONFIG, &answer.id(), &shared_gpus("chat"));
    scenario.send(event.clone()).succeeded();
    assert!(scenario.is_empty());
    let second = scenario.send(event).succeeded();
    assert_eq!(scenario.writes(), NONE);
    assert_eq!(second.id(), answer.id());
}

#[test]
fn a_change_of_the_dashboard_alone_writes_the_dashboard_alone() {
    let declared = shared_gpus("chat");
    let (scenario, answer) = made(&declared);
    for changed in [
        declared.clone().with("Dashboard/Start", "-PT12H"),
        declared.clone().with("InferenceComponents", json!([{"Name": "llama", "Label": "Llama"}])),
    ] {
        let updated = scenario.update(&answer.id(), &declared, &changed).succeeded();
        assert_eq!(scenario.writes(), ["PutDashboard"], "{changed:?}");
        assert_eq!(updated.id(), answer.id());
    }
}

/// The alarm's description says what a GPU costs in a day.
#[test]
fn a_price_writes_the_dashboard_and_the_alarm() {
    let declared = shared_gpus("chat");
    let (scenario, answer) = made(&declared);
    scenario.update(&answer.id(), &declared, &declared.clone().with("CostPerHour", 5.752)).succeeded();
    assert_eq!(scenario.writes(), ["PutDashboard", "PutMetricAlarm"]);
    let description = scenario.alarm("chat-unused-gpu")["AlarmDescription"].as_str().unwrap().to_owned();
    assert!(description.contains("costs about $34.51 a day"), "{description}");
}

#[test]
fn a_change_of_the_alarm_alone_writes_the_alarm_alone() {
    let declared = shared_gpus("chat");
    let (scenario, answer) = made(&declared);
    let changed = declared.clone().with("UnusedGpuAlarm", json!({"DatapointsToAlarm": 20, "AlarmActions": [TOPIC]}));
    let updated = scenario.update(&answer.id(), &declared, &changed).succeeded();
    assert_eq!(scenario.writes(), ["PutMetricAlarm"]);
    assert_eq!(updated.id(), answer.id());
    let alarm = scenario.alarm("chat-unused-gpu");
    assert_eq!(alarm["DatapointsToAlarm"], 20);
    assert_eq!(alarm["AlarmActions"], json!([TOPIC]));
    scenario.update(&answer.id(), &changed, &declared).succeeded();
    assert_eq!(scenario.alarm("chat-unused-gpu")["AlarmActions"], json!([]));
}

#[test]
fn a_threshold_moves_on_the_dashboard_too() {
    let declared = shared_gpus("chat");
    let (scenario, answer) = made(&declared);
    let changed = declared.clone().with("UnusedGpuAlarm/Threshold", 2);
    scenario.update(&answer.id(), &declared, &changed).succeeded();
    assert_eq!(scenario.alarm("chat-unused-gpu")["Threshold"], 2.0);
    assert_eq!(scenario.writes(), ["PutDashboard", "PutMetricAlarm"]);
}

#[test]
fn a_change_of_tags_alone_is_made_in_place_on_everything() {
    let tags = |tags: Value| shared_gpus("chat").with("Tags", tags);
    let declared = tags(json!([{"Key": "team", "Value": "ml"}, {"Key": "stage", "Value": "test"}]));
    let (scenario, answer) = made(&declared);
    let changed = tags(json!([{"Key": "team", "Value": "search"}, {"Key": "owner", "Value": "ana"}]));
    let updated = scenario.update(&answer.id(), &declared, &changed).succeeded();
    assert_eq!(updated.id(), answer.id());
    let writes = scenario.writes();
    assert!(writes.iter().all(|operation| operation.contains("Tag") || operation.contains("tag")), "{writes:?}");
    let everything =
        [scenario.config(&answer.id()), scenario.dashboard("chat-monitoring"), scenario.alarm("chat-unused-gpu")];
    for described in everything {
        assert_eq!(tag(&described, "team"), "search");
        assert_eq!(tag(&described, "owner"), "ana");
        assert_eq!(tag(&described, "stage"), "", "a tag that is no longer declared goes");
        assert_eq!(ownership(&described, "physical-id"), answer.id());
    }
}

#[test]
fn tags_that_others_set_stay() {
    let declared = shared_gpus("chat");
    let (scenario, answer) = made(&declared);
    let arn = scenario.config(&answer.id())["EndpointConfigArn"].as_str().unwrap().to_owned();
    let theirs = aws_sdk_sagemaker::types::Tag::builder().key("cost-centre").value("7").build();
    scenario.block_on(scenario.sagemaker.add_tags().resource_arn(arn).tags(theirs).send()).unwrap();
    scenario.update(&answer.id(), &declared, &declared).succeeded();
    assert_eq!(scenario.writes(), NONE);
    assert_eq!(tag(&scenario.config(&answer.id()), "cost-centre"), "7");
}

#[test]
fn another_config_is_another_id_and_the_old_one_stays_until_its_delete() {
    let old = shared_gpus("chat");
    let new = old.clone().faster();
    let (scenario, answer) = made(&old);
    let replaced = scenario.update(&answer.id(), &old, &new).succeeded();
    assert_ne!(replaced.id(), answer.id());
    assert_eq!(scenario.config_names().len(), 2);
    assert_eq!(scenario.config(&replaced.id())["MetricsConfig"]["MetricPublishFrequencyInSeconds"], 10);
    assert_eq!(ownership(&scenario.dashboard("chat-monitoring"), "physical-id"), replaced.id());
    assert_eq!(ownership(&scenario.alarm("chat-unused-gpu"), "physical-id"), replaced.id());

    let before = scenario.state();
    scenario.delete(&answer.id(), &old).succeeded();
    assert_eq!(scenario.writes(), ["DeleteEndpointConfig"], "monitoring belongs to the new config now");
    assert_eq!(scenario.config_names(), [replaced.id()]);
    assert_eq!(scenario.state()["dashboards"], before["dashboards"]);
    assert_eq!(scenario.state()["alarms"], before["alarms"]);
    scenario.delete(&replaced.id(), &new).succeeded();
    assert!(scenario.is_empty());
}

#[test]
fn the_new_config_is_there_before_anything_else_changes() {
    let old = shared_gpus("chat");
    let (scenario, answer) = made(&old);
    scenario.update(&answer.id(), &old, &old.clone().faster()).succeeded();
    assert_eq!(scenario.writes_in_order()[0], "CreateEndpointConfig");
    assert!(scenario.writes().len() > 1);
}

#[test]
fn a_replacement_that_is_rolled_back_leaves_what_was_there_before() {
    let old = shared_gpus("chat").with("CostPerHour", 5.752);
    let renamed = old.clone().faster().with("Dashboard/DashboardName", "gpus").with("UnusedGpuAlarm/AlarmName", "idle");
    let fewer = old.clone().faster().with("Dashboard/Enabled", false).with("UnusedGpuAlarm/Enabled", false);
    let tagged = old.clone().faster().with("Tags", json!([{"Key": "team", "Value": "ml"}]));
    for new in [old.clone().faster(), renamed, fewer, tagged] {
        let (scenario, answer) = made(&old);
        let before = scenario.state();
        let replaced = scenario.update(&answer.id(), &old, &new).succeeded();
        let back = scenario.update(&replaced.id(), &new, &old).succeeded();
        assert_eq!(back.id(), answer.id(), "{new:?}");
        scenario.delete(&replaced.id(), &new).succeeded();
        assert_eq!(scenario.state(), before, "{new:?}");
    }
}

#[test]
fn an_update_in_place_that_is_rolled_back_leaves_what_was_there_before() {
    let old = shared_gpus("chat").with("Tags", json!([{"Key": "team", "Value": "ml"}]));
    let new = old
        .clone()
        .with("Tags", json!([{"Key": "owner", "Value": "ana"}]))
        .with("UnusedGpuAlarm/Threshold", 3)
        .with("Dashboard/DashboardName", "gpus");
    let (scenario, answer) = made(&old);
    let before = scenario.state();
    scenario.update(&answer.id(), &old, &new).succeeded();
    scenario.update(&answer.id(), &new, &old).succeeded();
    assert_eq!(scenario.state(), before);
}

#[test]
fn a_renamed_dashboard_or_alarm_goes_in_the_same_update() {
    let old = shared_gpus("chat");
    let (scenario, answer) = made(&old);
    let new = old.clone().with("Dashboard/DashboardName", "gpus").with("UnusedGpuAlarm/AlarmName", "idle GPUs");
    let updated = scenario.update(&answer.id(), &old, &new).succeeded();
    assert_eq!(scenario.dashboard_names(), ["gpus"]);
    assert_eq!(scenario.alarm_names(), ["idle GPUs"]);
    assert_eq!((updated.data("DashboardName"), updated.data("UnusedGpuAlarmName")), ("gpus", "idle GPUs"));
    assert_eq!(updated.id(), answer.id());
}

#[test]
fn a_switched_off_dashboard_or_alarm_goes_in_the_same_update() {
    let old = shared_gpus("chat");
    let (scenario, answer) = made(&old);
    let new = old.clone().with("Dashboard/Enabled", false).with("UnusedGpuAlarm/Enabled", false);
    let updated = scenario.update(&answer.id(), &old, &new).succeeded();
    assert_eq!(scenario.writes(), ["DeleteAlarms", "DeleteDashboards"]);
    assert_eq!((updated.data("DashboardUrl"), updated.data("UnusedGpuAlarmArn")), ("", ""));
    scenario.update(&answer.id(), &new, &old).succeeded();
    assert_eq!(scenario.writes(), ["PutDashboard", "PutMetricAlarm"]);
}

#[test]
fn a_change_of_the_endpoint_takes_monitoring_along() {
    let old = shared_gpus("chat");
    let (scenario, answer) = made(&old);
    let new = old.clone().with("EndpointName", "talk");
    let replaced = scenario.update(&answer.id(), &old, &new).succeeded();
    assert!(replaced.id().starts_with("talk-"));
    assert_eq!(scenario.dashboard_names(), ["talk-monitoring"]);
    assert_eq!(scenario.alarm_names(), ["talk-unused-gpu"]);
    scenario.delete(&answer.id(), &old).succeeded();
    assert_eq!(scenario.config_names(), [replaced.id()]);
}

#[test]
fn a_config_with_a_fixed_name_can_be_made_and_not_be_changed() {
    let old = shared_gpus("chat").with("EndpointConfigName", "mine");
    let (scenario, answer) = made(&old);
    assert_eq!(answer.id(), "mine");
    let before = scenario.state();
    let refused = scenario.update("mine", &old, &old.clone().faster());
    assert!(refused.failed().contains("EndpointConfigNamePrefix"), "{}", refused.reason());
    assert_eq!(refused.id(), "mine");
    assert_eq!(scenario.writes(), NONE);
    assert_eq!(scenario.state(), before);
}

#[test]
fn what_somebody_changed_by_hand_is_put_right_by_the_next_update() {
    let declared = shared_gpus("chat");
    let (scenario, answer) = made(&declared);
    let before = scenario.state();
    scenario.block_on(scenario.cloudwatch.delete_alarms().alarm_names("chat-unused-gpu").send()).unwrap();
    scenario.foreign_dashboard("chat-monitoring");
    scenario.update(&answer.id(), &declared, &declared).succeeded();
    assert_eq!(scenario.writes(), ["PutDashboard", "PutMetricAlarm"]);
    assert_eq!(scenario.state(), before);
}

#[test]
fn a_published_gpu_dimension_is_the_one_that_is_drawn() {
    for (published, other) in [("GpuId", "AcceleratorId"), ("AcceleratorId", "GpuId")] {
        let scenario = Scenario::new();
        scenario.publish_gpu(published);
        scenario.create(&shared_gpus("chat")).succeeded();
        let body = scenario.dashboard("chat-monitoring")["DashboardBody"].to_string();
        assert!(body.contains(published) && !body.contains(other), "{published}: {body}");
    }
}
