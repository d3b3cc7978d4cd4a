//! One test for each bug that was found, named after it.
//!
//! The retry quota that a process used up has its test in `throttling.rs`, since it needs a process of its own.

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::types::AttributeValue;
use aws_stand_in::{Config, Fault};
use monitored_endpoint::spec::GpuDimension;
use serde_json::json;

use crate::support::declaration::shared_gpus;
use crate::support::evaluated::{Datapoints, evaluate};
use crate::support::event::{CONFIG, Event};
use crate::support::harness::{Aws, REQUEST_TABLE, Scenario};
use crate::support::lambda::Returned;
use crate::support::planning::{alarms, planned};

/// cargo-lambda's emulator sends how long there is, in milliseconds, where Lambda sends a point in time.
#[test]
fn a_duration_in_place_of_the_deadline_is_not_1970() {
    let aws = Aws::start(Config::default());
    let mut lambda = aws.process(&[]);
    let event = Event::create(CONFIG, &shared_gpus("chat")).answered_at(&aws.receiver.url()).0.to_string();
    for header in ["600000", "3000"] {
        let started = Instant::now();
        let Returned::Value(answer) = lambda.invoke_until(&event, header) else { panic!("no answer") };
        assert_eq!(answer["Status"], "SUCCESS", "{answer}");
        assert!(started.elapsed() < Duration::from_secs(10));
        assert_eq!(aws.receiver.take_one(), answer);
    }
}

/// Five of six GPUs reserved: 83.3333333… %, and what it leaves of six GPUs is a little less than one, so that an alarm at
/// 1 stayed silent.
#[test]
fn percentages_are_not_rounded_away() {
    let declared = shared_gpus("chat")
        .with("GpusPerInstance", 6)
        .with("UnusedGpuAlarm", json!({"Period": 60, "EvaluationPeriods": 1}));
    let requests = alarms(&planned(&declared, &GpuDimension::ALL));
    let expression = requests[0]["Metrics"][0]["Expression"].as_str().unwrap();
    let reserved = 5.0 / 6.0 * 100.0;
    assert!((100.0 - reserved) * 6.0 / 100.0 < 1.0, "the trap is still one");
    let by_id = [("i0".to_owned(), 1.0), ("r0".to_owned(), reserved)].into();
    let value = evaluate(expression, &Datapoints { by_id, period: 60 }).unwrap();
    assert!(value >= 1.0, "{value}");
}

/// The queries of an alarm that was put back came in the order of their ids.
#[test]
fn a_restored_alarm_is_the_alarm_that_was_there() {
    let scenario = Scenario::new();
    let (old, new) = (shared_gpus("chat"), shared_gpus("chat").with("UnusedGpuAlarm/Threshold", 2));
    let made = scenario.create(&old).succeeded();
    let before = scenario.alarm("chat-unused-gpu");
    scenario.let_fail("PutMetricAlarm", Some(1), Fault::Drop {});
    scenario.let_fail("TagResource", None, Fault::AccessDenied {});
    scenario.update(&made.id(), &old, &new.with("Tags", json!([{"Key": "a", "Value": "b"}]))).failed();
    assert!(scenario.writes().iter().filter(|call| *call == "PutMetricAlarm").count() >= 2, "changed and put back");
    assert_eq!(scenario.alarm("chat-unused-gpu"), before);
}

/// Removals came last "because until then everything could be taken back"; the second one could still be refused.
#[test]
fn a_removal_is_taken_back_when_the_next_one_is_refused() {
    let scenario = Scenario::new();
    let old = shared_gpus("chat");
    let off = old.clone().with("Dashboard/Enabled", false).with("UnusedGpuAlarm/Enabled", false);
    let made = scenario.create(&old).succeeded();
    let before = scenario.state();
    scenario.let_fail("DeleteAlarms", None, Fault::AccessDenied {});
    scenario.update(&made.id(), &old, &off).failed();
    assert!(scenario.calls().contains(&"DeleteDashboards".to_owned()));
    assert_eq!(scenario.state(), before);
}

/// A Put that was denied is noted as one that may have been made; taking it back was denied as well, and the author
/// was told that something had been left.
#[test]
fn a_write_that_never_happened_is_not_said_to_be_left() {
    let scenario = Scenario::new();
    let old = shared_gpus("chat");
    let made = scenario.create(&old).succeeded();
    scenario.let_fail("PutDashboard", None, Fault::AccessDenied {});
    let reason = scenario.update(&made.id(), &old, &old.clone().with("CostPerHour", 2)).failed();
    assert!(reason.contains("cloudwatch:PutDashboard") && !reason.contains("undone"), "{reason}");
}

/// Anything wrong in a variant hid that its type, or the role it needs, was missing.
#[test]
fn one_problem_of_a_variant_does_not_hide_another() {
    let scenario = Scenario::new();
    let declared = shared_gpus("chat")
        .without("ExecutionRoleArn")
        .with("ProductionVariants/0", json!({"VariantName": "V", "InitialInstanceCount": "two"}));
    let reason = scenario.create(&declared).failed();
    for part in ["[0].InitialInstanceCount: expected", "[0].InstanceType: give", "ExecutionRoleArn: "] {
        assert!(reason.contains(part), "{part} is not in {reason}");
    }
}

/// It was refused as "could not be planned", without the property, while `preview` named it.
#[test]
fn a_dashboard_that_is_too_large_is_refused_by_its_property() {
    let scenario = Scenario::new();
    let models: Vec<_> = (0..5000).map(|at| json!({"Name": format!("m{at:062}")})).collect();
    let reason =
        scenario.create(&shared_gpus("chat").with("CostPerHour", 5).with("InferenceComponents", models)).failed();
    assert!(reason.starts_with("Properties.Dashboard: the dashboard would have"), "{reason}");
    assert!(scenario.is_empty());
}

/// An item without a version counted as none, so that the write which it kept from being made was tried until the time was up.
#[test]
fn an_item_of_the_request_table_that_nobody_can_read_is_said_at_once() {
    let aws = Aws::start(Config::default());
    let mut lambda = aws.process(&[]);
    let event = Event::create(CONFIG, &shared_gpus("chat")).answered_at(&aws.receiver.url()).0;
    let key = format!("{}|{}", event["StackId"].as_str().unwrap(), event["LogicalResourceId"].as_str().unwrap());
    let item = aws.dynamodb.put_item().table_name(REQUEST_TABLE).item("Resource", AttributeValue::S(key));
    aws.block_on(item.item("Record", AttributeValue::S("{}".to_owned())).send()).unwrap();
    let calls = aws.stand_in.calls().len();
    let Returned::Value(answer) = lambda.invoke_text(&event.to_string()) else { panic!("no answer") };
    let reason = answer["Reason"].as_str().unwrap();
    assert!(reason.contains("can't be read") && reason.contains("it has no Version"), "{reason}");
    assert_eq!(aws.stand_in.calls().len(), calls + 1, "the table was read once");
}

/// The one who waited was told to raise `ServiceTimeout`, in a sentence that made none.
#[test]
fn waiting_for_another_run_without_a_next_one_is_said_as_what_it_is() {
    let aws = Aws::start(Config::default());
    aws.next_runs.deny();
    let mut lambda = aws.process(&[]);
    let event = Event::create(CONFIG, &shared_gpus("chat")).answered_at(&aws.receiver.url()).0;
    let key = format!("{}|{}", event["StackId"].as_str().unwrap(), event["LogicalResourceId"].as_str().unwrap());
    let lease = json!({"requests": [], "inventory": [], "known_ids": [], "endpoints": [], "lease": {"run": "another", "ends": 9_999_999_999_999_u64}});
    let item = aws.dynamodb.put_item().table_name(REQUEST_TABLE).item("Resource", AttributeValue::S(key));
    let item = item.item("Version", AttributeValue::N("1".to_owned()));
    aws.block_on(item.item("Record", AttributeValue::S(lease.to_string())).send()).unwrap();
    let Returned::Value(answer) = lambda.run(&event.to_string(), Duration::from_secs(2), None) else {
        panic!("no answer")
    };
    let reason = answer["Reason"].as_str().unwrap();
    let said = "another run of this resource's requests is still at work, and the time of this run is up: ";
    assert!(reason.starts_with(said) && !reason.contains("ServiceTimeout"), "{reason}");
}
