//! Whose something is: what a Delete removes and leaves, and what is never touched.

use aws_stand_in::{Outcome, Script};
use serde_json::json;

use crate::support::declaration::{Declared, shared_gpus};
use crate::support::event::{CONFIG, Event, MONITORING};
use crate::support::harness::{Scenario, ownership};

const NONE: [&str; 0] = [];

fn with_another_frequency(declared: &Declared) -> Declared {
    declared
        .clone()
        .with("MetricsConfig", json!({"EnableEnhancedMetrics": true, "MetricPublishFrequencyInSeconds": 30}))
}

#[test]
fn a_delete_removes_everything_that_its_id_made_and_nothing_else() {
    let scenario = Scenario::new();
    let theirs = scenario.send(Event::create(CONFIG, &shared_gpus("talk")).of_resource("Other")).succeeded();
    let kept = scenario.state();
    let declared = shared_gpus("chat");
    let mine = scenario.create(&declared).succeeded();
    scenario.delete(&mine.id(), &declared).succeeded();
    assert_eq!(scenario.state(), kept);
    assert_eq!(scenario.config_names(), [theirs.id()]);
}

#[test]
fn a_delete_after_a_failed_create_has_nothing_to_do() {
    let scenario = Scenario::new();
    let bad = shared_gpus("chat").without("ExecutionRoleArn");
    let refused = scenario.create(&bad);
    refused.failed();
    assert!(refused.id().starts_with("create-failed.Config."), "{}", refused.id());
    let deleted = scenario.delete(&refused.id(), &bad).succeeded();
    assert_eq!(scenario.calls(), NONE, "a marker can mean nothing that exists");
    assert_eq!(deleted.id(), refused.id());
}

/// CloudFormation makes an id up where it never took a Create's answer. Once it has sent an Update, it has taken that.
#[test]
fn a_delete_of_an_id_that_nobody_knows_succeeds_and_touches_nothing() {
    let scenario = Scenario::new();
    let declared = shared_gpus("chat");
    let made = scenario.create(&declared).succeeded();
    scenario.update(&made.id(), &declared, &declared).succeeded();
    let before = scenario.state();
    for unknown in
        ["inference-Config-1A2B3C4D5E6F", "chat-0000000000", "chat-monitoring", "2026/11/24/[$LATEST]0f0f", "Ω"]
    {
        for resource_type in [CONFIG, MONITORING] {
            scenario.send(Event::delete(resource_type, unknown, &declared)).succeeded();
            assert_eq!(scenario.writes(), NONE, "{unknown} as {resource_type}");
        }
    }
    assert_eq!(scenario.state(), before);
}

#[test]
fn a_delete_with_properties_that_make_no_sense_still_removes_the_config() {
    let scenario = Scenario::new();
    let made = scenario.create(&shared_gpus("chat").with("Dashboard/Enabled", false)).succeeded();
    let nonsense = shared_gpus("chat").with("ProductionVariants", "none").with("Dashboard", 7).with("Colour", "red");
    scenario.delete(&made.id(), &nonsense).succeeded();
    assert!(scenario.is_empty(), "{:#}", scenario.state());
}

#[test]
fn another_stack_s_and_another_resource_s_delete_touch_nothing() {
    let scenario = Scenario::new();
    let declared = shared_gpus("chat");
    let made = scenario.create(&declared).succeeded();
    let before = scenario.state();
    let delete = || Event::delete(CONFIG, &made.id(), &declared);
    for event in [delete().of_stack("other"), delete().of_resource("Other")] {
        scenario.send(event).succeeded();
        assert_eq!(scenario.writes(), NONE);
    }
    assert_eq!(scenario.state(), before);
}

#[test]
fn what_has_gone_already_is_as_good_as_removed() {
    let declared = shared_gpus("chat");
    for gone in ["config", "dashboard", "alarm"] {
        let scenario = Scenario::new();
        let made = scenario.create(&declared).succeeded();
        let by_hand = async {
            match gone {
                "config" => {
                    drop(scenario.sagemaker.delete_endpoint_config().endpoint_config_name(made.id()).send().await);
                }
                "dashboard" => {
                    drop(scenario.cloudwatch.delete_dashboards().dashboard_names("chat-monitoring").send().await);
                }
                _ => drop(scenario.cloudwatch.delete_alarms().alarm_names("chat-unused-gpu").send().await),
            }
        };
        scenario.block_on(by_hand);
        scenario.delete(&made.id(), &declared).succeeded();
        assert_eq!(scenario.writes().len(), 2, "{gone}");
        assert!(scenario.is_empty(), "{gone}");
    }
}

#[test]
fn a_config_that_a_live_endpoint_serves_on_is_left_and_said_to_be() {
    let scenario = Scenario::new();
    let declared = shared_gpus("chat");
    let made = scenario.create(&declared).succeeded();
    scenario.endpoint_serves("chat", &made.id());
    let deleted = scenario.delete(&made.id(), &declared).succeeded();
    assert_eq!(scenario.config_names(), [made.id()]);
    assert!(scenario.dashboard_names().is_empty() && scenario.alarm_names().is_empty());
    assert!(
        deleted.reason().contains(&made.id()) && deleted.reason().contains("endpoint chat"),
        "{}",
        deleted.reason()
    );
}

#[test]
fn a_config_that_an_endpoint_is_on_its_way_to_is_left() {
    let scenario = Scenario::new();
    let (old, new) = (shared_gpus("chat"), with_another_frequency(&shared_gpus("chat")));
    let first = scenario.create(&old).succeeded();
    scenario.endpoint_serves("chat", &first.id());
    let second = scenario.update(&first.id(), &old, &new).succeeded();
    scenario.stand_in.script("chat", Script { outcome: Outcome::Succeed, reason: None, after_ms: Some(3_600_000) });
    scenario.move_endpoint("chat", &second.id());

    for id in [second.id(), first.id()] {
        let deleted = scenario.delete(&id, &new).succeeded();
        assert!(deleted.reason().contains("still uses it"), "{}", deleted.reason());
    }
    assert_eq!(scenario.config_names().len(), 2);
}

#[test]
fn a_config_whose_endpoint_moved_on_is_removed() {
    let scenario = Scenario::new();
    let (old, new) = (shared_gpus("chat"), with_another_frequency(&shared_gpus("chat")));
    let first = scenario.create(&old).succeeded();
    scenario.endpoint_serves("chat", &first.id());
    let second = scenario.update(&first.id(), &old, &new).succeeded();
    scenario.endpoint_serves("chat", &second.id());
    let deleted = scenario.delete(&first.id(), &old).succeeded();
    assert_eq!(deleted.reason(), "");
    assert_eq!(scenario.config_names(), [second.id()]);
}

#[test]
fn a_config_whose_endpoint_is_being_deleted_is_removed() {
    let scenario = Scenario::new();
    let declared = shared_gpus("chat");
    let made = scenario.create(&declared).succeeded();
    scenario.endpoint_serves("chat", &made.id());
    scenario.stand_in.script("chat", Script { outcome: Outcome::Succeed, reason: None, after_ms: Some(3_600_000) });
    scenario.block_on(scenario.sagemaker.delete_endpoint().endpoint_name("chat").send()).unwrap();
    scenario.delete(&made.id(), &declared).succeeded();
    let left: Vec<String> = scenario.all_names().collect();
    assert_eq!(left, ["endpoints/chat"], "which is on its way out");
}

#[test]
fn two_stacks_with_one_dashboard_name_the_second_is_refused_and_the_first_untouched() {
    let scenario = Scenario::new();
    let named = |endpoint: &str| shared_gpus(endpoint).with("Dashboard/DashboardName", "gpus");
    scenario.create(&named("chat")).succeeded();
    let before = scenario.state();
    let refused = scenario.send(Event::create(CONFIG, &named("talk")).of_stack("second"));
    let reason = refused.failed();
    assert!(reason.contains("Dashboard.DashboardName") && reason.contains("\"gpus\""), "{reason}");
    assert!(reason.contains("stack/inference/") && reason.contains("AdoptExisting"), "{reason}");
    assert_eq!(scenario.writes(), NONE);
    assert_eq!(scenario.state(), before);
    scenario.send(Event::delete(CONFIG, &refused.id(), &named("talk")).of_stack("second")).succeeded();
    assert_eq!(scenario.state(), before);
}

#[test]
fn a_dashboard_or_alarm_made_by_hand_is_never_overwritten() {
    for (foreign, property) in
        [("chat-monitoring", "Dashboard.DashboardName"), ("chat-unused-gpu", "UnusedGpuAlarm.AlarmName")]
    {
        let scenario = Scenario::new();
        if foreign == "chat-monitoring" {
            scenario.foreign_dashboard(foreign);
        } else {
            scenario.foreign_alarm(foreign);
        }
        let before = scenario.state();
        let refused = scenario.create(&shared_gpus("chat"));
        let reason = refused.failed();
        assert!(reason.contains(property) && reason.contains("was not made by this resource"), "{reason}");
        assert_eq!(scenario.writes(), NONE);
        scenario.delete(&refused.id(), &shared_gpus("chat")).succeeded();
        assert_eq!(scenario.state(), before);
    }
}

#[test]
fn a_foreign_config_of_the_fixed_name_is_never_taken() {
    let scenario = Scenario::new();
    let declared = shared_gpus("chat").with("EndpointConfigName", "mine").with("AdoptExisting", true);
    scenario.send(Event::create(CONFIG, &declared).of_stack("first")).succeeded();
    let before = scenario.state();
    let reason = scenario.create(&declared).failed();
    assert!(reason.contains("\"mine\"") && reason.contains("EndpointConfigNamePrefix"), "{reason}");
    assert_eq!(scenario.state(), before);
}

#[test]
fn under_adopt_existing_a_dashboard_and_an_alarm_are_taken_over() {
    let scenario = Scenario::new();
    scenario.foreign_dashboard("chat-monitoring");
    scenario.foreign_alarm("chat-unused-gpu");
    let declared = shared_gpus("chat").with("AdoptExisting", true);
    let made = scenario.create(&declared).succeeded();
    for adopted in [scenario.dashboard("chat-monitoring"), scenario.alarm("chat-unused-gpu")] {
        assert_eq!(ownership(&adopted, "physical-id"), made.id());
    }
    assert!(scenario.alarm("chat-unused-gpu")["Metrics"].is_array());
    scenario.delete(&made.id(), &declared).succeeded();
    assert!(scenario.is_empty());
}

#[test]
fn an_adoption_in_a_create_that_fails_is_given_back_as_it_was() {
    let scenario = Scenario::new();
    scenario.foreign_dashboard("chat-monitoring");
    scenario.foreign_alarm("chat-unused-gpu");
    let before = scenario.state();
    // The tags come last, when both have been overwritten.
    scenario.let_fail("TagResource", Some(2), aws_stand_in::Fault::AccessDenied {});
    let declared = shared_gpus("chat").with("AdoptExisting", true);
    scenario.create(&declared).failed();
    assert_eq!(scenario.state(), before);
}

#[test]
fn two_resources_of_one_stack_do_not_share_a_dashboard() {
    let scenario = Scenario::new();
    let named = |endpoint: &str| shared_gpus(endpoint).with("Dashboard/DashboardName", "gpus");
    scenario.create(&named("chat")).succeeded();
    let refused = scenario.send(Event::create(CONFIG, &named("talk")).of_resource("Other"));
    assert!(refused.failed().contains("belongs to Config of stack"), "{}", refused.reason());
}

#[test]
fn what_is_switched_off_is_not_looked_for_under_somebody_else_s_name() {
    let scenario = Scenario::new();
    scenario.foreign_dashboard("chat-monitoring");
    scenario.foreign_alarm("chat-unused-gpu");
    let foreign = scenario.state();
    let off = shared_gpus("chat").with("Dashboard/Enabled", false).with("UnusedGpuAlarm/Enabled", false);
    let made = scenario.create(&off).succeeded();
    scenario.update(&made.id(), &off, &off.clone().with("Tags", json!([{"Key": "a", "Value": "b"}]))).succeeded();
    let refused = scenario.update(&made.id(), &off, &shared_gpus("chat"));
    assert!(refused.failed().contains("was not made by this resource"), "{}", refused.reason());
    scenario.delete(&made.id(), &off).succeeded();
    assert_eq!(scenario.state(), foreign);
}

/// A composite alarm is another thing under the same name; no metric alarm can take its place.
#[test]
fn a_composite_alarm_of_the_name_is_never_taken_over() {
    let scenario = Scenario::new();
    scenario.foreign_alarm("other");
    let composite = scenario.cloudwatch.put_composite_alarm().alarm_name("chat-unused-gpu").alarm_rule("ALARM(other)");
    scenario.block_on(composite.send()).unwrap();
    let before = scenario.state();
    for adopt in [false, true] {
        let refused = scenario.create(&shared_gpus("chat").with("AdoptExisting", adopt));
        assert!(refused.failed().contains("UnusedGpuAlarm.AlarmName"), "{}", refused.reason());
        assert_eq!(scenario.state(), before);
    }
}
