use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::ledger::Kind;
use crate::plan::{AlarmRequest, Ownership};
use crate::reconcile::forecast::{Before, existing};
use crate::reconcile::testing::{owner, planned};
use crate::spec::{AlarmName, Tag};

fn declared() -> Value {
    json!({
        "EndpointName": "chat",
        "ExecutionRoleArn": "arn:aws:iam::123456789012:role/inference-role",
        "ProductionVariants": [
            {"VariantName": "AllTraffic", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 1},
        ],
    })
}

fn of(declared: &Value) -> Plan {
    planned(declared, "It")
}

/// Everything that the plan has, with tags of its own or of nobody.
fn made(plan: &Plan, tags: &[Tag]) -> Existing {
    let tagged = Plan { tags: tags.to_vec(), ..plan.clone() };
    existing(Before { plans: &[&tagged], endpoints_of_others: &[] }).unwrap()
}

fn decided(plan: &Plan, existing: &Existing, adopts: bool) -> Result<Vec<(Stage, Change)>, ReconcileError> {
    given_back(plan, existing, adopts, &BTreeSet::new())
}

fn given_back(
    plan: &Plan,
    existing: &Existing,
    adopts: bool,
    given_back: &BTreeSet<Thing>,
) -> Result<Vec<(Stage, Change)>, ReconcileError> {
    decide(&Desired { plan, owner: &owner("It"), adopts, dropped_tags: &[] }, given_back, existing)
}

/// What is done to what, a word for each.
fn in_words(changes: &[(Stage, Change)]) -> Vec<String> {
    let verb = |change: &Change| match change {
        Change::CreateEndpointConfig(_) => "make",
        Change::Deploy(_) => "deploy",
        Change::PutDashboard { before, .. } if before.is_none() => "make",
        Change::PutAlarm { before, .. } if before.is_none() => "make",
        Change::PutDashboard { .. } | Change::PutAlarm { .. } => "change",
        Change::Retag { takes_over: true, .. } => "take over",
        Change::Retag { .. } => "tag",
        Change::RemoveDashboard { .. } | Change::RemoveAlarm { .. } => "remove",
        Change::GiveBack { .. } => "give back",
    };
    changes.iter().map(|(_, change)| format!("{} {}", verb(change), change.thing().name)).collect()
}

fn config_of(plan: &Plan) -> &str {
    plan.endpoint_config.as_ref().and_then(|config| config.endpoint_config_name()).unwrap()
}

#[test]
fn in_an_empty_account_the_config_comes_first_and_monitoring_after_the_endpoint() {
    let plan = of(&declared());
    let changes = in_words(&decided(&plan, &Existing::default(), false).unwrap());
    let config = format!("make {}", config_of(&plan));
    assert_eq!(changes, [&config, "deploy chat", "make chat-monitoring", "make chat-unused-gpu"]);
}

#[test]
fn what_stands_as_planned_is_left_alone_but_for_the_endpoint_which_is_looked_at() {
    let plan = of(&declared());
    let changes = in_words(&decided(&plan, &made(&plan, &plan.tags), false).unwrap());
    assert_eq!(changes, ["deploy chat"]);
}

#[test]
fn an_alarm_that_rolls_the_deployment_back_is_there_before_it() {
    let mut declared = declared();
    declared["InferenceComponents"] = json!([{"Name": "llama"}]);
    declared["ErrorRateAlarm"] = json!({"Enabled": true, "AlarmName": "errors"});
    declared["DeploymentConfig"] = json!({
        "RollingUpdatePolicy": {
            "MaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": 1}, "WaitIntervalInSeconds": 60,
        },
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}]},
    });
    let changes = in_words(&decided(&of(&declared), &Existing::default(), false).unwrap());
    let at = |what: &str| changes.iter().position(|change| change == what);
    assert!(at("make errors").unwrap() < at("deploy chat").unwrap(), "{changes:?}");
    assert!(at("deploy chat").unwrap() < at("make chat-unused-gpu").unwrap(), "{changes:?}");
}

#[test]
fn what_is_somebody_elses_is_refused_and_a_dashboard_or_alarm_may_be_taken_over() {
    let plan = of(&declared());
    let mut existing = made(&plan, &[]);
    assert!(matches!(decided(&plan, &existing, true), Err(ReconcileError::EndpointTaken { .. })));
    existing.endpoints.clear();
    assert!(matches!(decided(&plan, &existing, true), Err(ReconcileError::EndpointConfigTaken { .. })));
    existing.endpoint_configs.clear();
    assert!(matches!(decided(&plan, &existing, false), Err(ReconcileError::DashboardTaken { .. })));
    existing.dashboards[0].1.content = "{}".to_owned();
    let changes = in_words(&decided(&plan, &existing, true).unwrap());
    let taken = ["take over chat-monitoring", "change chat-monitoring", "take over chat-unused-gpu"];
    assert_eq!(changes[2..], taken);
}

#[test]
fn another_resource_of_the_same_stack_is_somebody_else() {
    let plan = of(&declared());
    let neighbour = Owner { logical_id: "Other".to_owned(), ..owner("It") };
    let existing = made(&plan, &Ownership::of(&neighbour, "chat").tags());
    assert!(matches!(decided(&plan, &existing, false), Err(ReconcileError::EndpointTaken { .. })));
}

#[test]
fn what_is_no_longer_declared_goes_last_or_back_to_whom_it_belonged() {
    let before = of(&declared());
    let mut without = declared();
    without["Dashboard"] = json!({"Enabled": false});
    without["UnusedGpuAlarm"] = json!({"Enabled": false});
    let (plan, existing) = (of(&without), made(&before, &before.tags));
    let changes = in_words(&decided(&plan, &existing, false).unwrap());
    assert_eq!(changes, ["deploy chat", "remove chat-monitoring", "remove chat-unused-gpu"]);
    let adopted = BTreeSet::from([Thing::new(Kind::Alarm, "chat-unused-gpu")]);
    let changes = in_words(&given_back(&plan, &existing, false, &adopted).unwrap());
    assert_eq!(changes, ["deploy chat", "remove chat-monitoring", "give back chat-unused-gpu"]);
    let changes = decided(&plan, &made(&before, &[]), false);
    assert!(matches!(changes, Err(ReconcileError::EndpointTaken { .. })));
}

#[test]
fn an_alarm_of_the_other_type_makes_way_and_what_is_somebody_elses_does_not() {
    let plan = of(&declared());
    let mut existing = made(&plan, &plan.tags);
    let composite = aws_sdk_cloudwatch::operation::put_composite_alarm::PutCompositeAlarmInput::builder()
        .alarm_name("chat-unused-gpu")
        .alarm_rule("ALARM(part)");
    existing.alarms[0].1.content = AlarmRequest::Composite(Box::new(composite));
    let changes = in_words(&decided(&plan, &existing, false).unwrap());
    assert_eq!(changes, ["deploy chat", "remove chat-unused-gpu", "make chat-unused-gpu"]);
    existing.alarms[0].1.tags.clear();
    let refused = decided(&plan, &existing, true);
    assert!(matches!(refused, Err(ReconcileError::AlarmOfAnotherType { .. })), "{refused:?}");
}

#[test]
fn every_change_of_something_that_is_there_can_be_undone() {
    let before = of(&declared());
    let mut other = declared();
    other["CostPerHour"] = json!("5.7523");
    other["Tags"] = json!([{"Key": "team", "Value": "a"}]);
    other["UnusedGpuAlarm"] = json!({"AlarmName": "waste"});
    let changes = decided(&of(&other), &made(&before, &before.tags), false).unwrap();
    let of_existing =
        changes.iter().filter(|(_, change)| change.intent("chat").is_none() && !matches!(change, Change::Deploy(_)));
    let mut seen = 0;
    for (_, change) in of_existing {
        assert!(change.undo().is_some(), "{change:?}");
        seen += 1;
    }
    assert!(seen >= 4, "{:?}", in_words(&changes));
    let waste = AlarmName::parse("waste").unwrap();
    let made =
        changes.iter().filter_map(|(_, change)| change.intent("chat")).any(|made| made.thing.name == waste.as_str());
    assert!(made, "{:?}", in_words(&changes));
}
