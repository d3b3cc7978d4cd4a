//! What somebody changes by hand: left alone, and put right only where the declaration says so.

use serde_json::json;

use super::{NONE, body, costs};
use crate::support::declaration::{Declared, shared_gpus};
use crate::support::event::Event;
use crate::support::harness::Scenario;

const ALARM: &str = "chat-unused-gpu";

fn declared(corrects: bool) -> Declared {
    shared_gpus("chat").with("CostPerHour", "Auto").with("Dashboard/CorrectDrift", corrects)
}

fn scenario(corrects: bool) -> Scenario {
    let scenario = Scenario::kept_right();
    costs(&scenario, "5.752");
    scenario.create(&declared(corrects)).succeeded();
    scenario
}

/// Somebody edits the dashboard in the console, which keeps its tags.
fn edits_the_dashboard(scenario: &Scenario) {
    let request = scenario.cloudwatch.put_dashboard().dashboard_name("chat-monitoring");
    scenario.block_on(request.dashboard_body(json!({"widgets": []}).to_string()).send()).unwrap();
}

/// The same with the alarm, whose threshold they raise.
fn edits_the_alarm(scenario: &Scenario) {
    let found = scenario.block_on(scenario.cloudwatch.describe_alarms().alarm_names(ALARM).send()).unwrap();
    let alarm = found.metric_alarms.unwrap().remove(0);
    let request = scenario
        .cloudwatch
        .put_metric_alarm()
        .alarm_name(ALARM)
        .set_metrics(alarm.metrics)
        .set_evaluation_periods(alarm.evaluation_periods)
        .set_comparison_operator(alarm.comparison_operator)
        .threshold(99.0);
    scenario.block_on(request.send()).unwrap();
}

fn deletes_both(scenario: &Scenario) {
    scenario.block_on(scenario.cloudwatch.delete_dashboards().dashboard_names("chat-monitoring").send()).unwrap();
    scenario.block_on(scenario.cloudwatch.delete_alarms().alarm_names(ALARM).send()).unwrap();
}

#[test]
fn what_is_changed_by_hand_stays_so_also_when_the_plan_changes() {
    let scenario = scenario(false);
    edits_the_dashboard(&scenario);
    edits_the_alarm(&scenario);
    let made = |scenario: &Scenario| ["dashboards", "alarms"].map(|kind| scenario.state()[kind].clone());
    let by_hand = made(&scenario);
    let changes: [fn(&Scenario); 3] =
        [|_| {}, |scenario| costs(scenario, "9"), |scenario| scenario.publish_gpu("GpuId")];
    for change in changes {
        change(&scenario);
        scenario.wake(&Event::day_gone_by());
        assert_eq!(scenario.writes_beside_the_ledger(), NONE);
        assert_eq!(made(&scenario), by_hand);
    }
}

#[test]
fn one_changed_by_hand_doesn_t_keep_the_other_from_being_put_right() {
    let scenario = scenario(false);
    edits_the_alarm(&scenario);
    costs(&scenario, "9");
    scenario.wake(&Event::day_gone_by());
    assert_eq!(scenario.writes_beside_the_ledger(), ["PutDashboard"]);
}

#[test]
fn what_is_deleted_by_hand_stays_deleted() {
    let scenario = scenario(false);
    deletes_both(&scenario);
    for _ in 0..2 {
        scenario.wake(&Event::day_gone_by());
        assert_eq!(scenario.writes_beside_the_ledger(), NONE);
    }
    scenario.update(&scenario.config_names()[0], &declared(false), &declared(false)).succeeded();
    assert_eq!(
        scenario.writes_beside_the_ledger(),
        ["PutDashboard", "PutMetricAlarm"],
        "a stack's request makes it again"
    );
}

#[test]
fn with_correct_drift_it_is_put_right() {
    for change in [edits_the_dashboard, edits_the_alarm, deletes_both] {
        let scenario = scenario(true);
        let made = scenario.state();
        change(&scenario);
        let kept = scenario.wake(&Event::endpoint_changed("chat"));
        assert_eq!((&kept["Changed"], &kept["Failed"]), (&json!(1), &json!(0)));
        assert_eq!(scenario.state(), made);
        scenario.wake(&Event::day_gone_by());
        assert_eq!(scenario.writes_beside_the_ledger(), NONE);
        scenario.delete(&scenario.config_names()[0], &declared(true)).succeeded();
        assert!(scenario.is_empty(), "what was made again goes with the resource");
    }
}

#[test]
fn what_somebody_else_has_made_under_the_name_is_never_touched() {
    let scenario = scenario(true);
    deletes_both(&scenario);
    scenario.foreign_dashboard("chat-monitoring");
    let theirs = body(&scenario);
    let kept = scenario.wake(&Event::day_gone_by());
    assert_eq!(scenario.writes_beside_the_ledger(), ["PutMetricAlarm"], "the alarm's name is still free");
    assert_eq!((body(&scenario), &kept["Failed"]), (theirs.clone(), &json!(0)));
    scenario.foreign_alarm(ALARM);
    costs(&scenario, "9");
    scenario.wake(&Event::day_gone_by());
    assert_eq!(body(&scenario), theirs);
}

/// What was deleted by hand stays so, also when somebody has used its name meanwhile.
#[test]
fn a_name_that_somebody_has_used_and_given_up_stays_free() {
    let scenario = scenario(false);
    let delete = || {
        let request = scenario.cloudwatch.delete_dashboards().dashboard_names("chat-monitoring");
        scenario.block_on(request.send()).unwrap();
    };
    delete();
    scenario.foreign_dashboard("chat-monitoring");
    scenario.wake(&Event::day_gone_by());
    delete();
    scenario.wake(&Event::day_gone_by());
    assert_eq!(scenario.writes_beside_the_ledger(), NONE);
}

#[test]
fn a_tag_taken_off_by_hand_is_drift_too() {
    for corrects in [false, true] {
        let scenario = Scenario::kept_right();
        let declared = shared_gpus("chat")
            .with("Tags", json!([{"Key": "team", "Value": "ml"}]))
            .with("Dashboard/CorrectDrift", corrects);
        let made = scenario.create(&declared).succeeded();
        let arn = made.data("DashboardArn").to_owned();
        let request = scenario.cloudwatch.untag_resource().resource_arn(&arn).tag_keys("team");
        scenario.block_on(request.send()).unwrap();
        scenario.wake(&Event::day_gone_by());
        let expected: &[&str] = if corrects { &["TagResource"] } else { &[] };
        assert_eq!(scenario.writes_beside_the_ledger(), expected);
    }
}
