//! What AWS does to each call that the provider makes: whatever goes wrong, one answer with the right status, and
//! nothing half-made.
//!
//! Which calls there are is learnt from a run without faults, so that a call added later is tried too.

use std::time::{Duration, Instant, SystemTime};

use aws_stand_in::{CallRecord, Fault};
use serde_json::{Value, json};

use crate::support::declaration::{Declared, monitoring, shared_gpus};
use crate::support::event::{CONFIG, Event, MONITORING};
use crate::support::harness::{Answer, Delivery, Scenario};

/// An event, and what has to be there before it comes.
struct Situation {
    name: &'static str,
    prepare: fn(&Scenario) -> Event,
}

fn tagged(value: &str) -> Declared {
    shared_gpus("chat").with("Tags", json!([{"Key": value, "Value": value}])).with("CostPerHour", 5.752)
}

fn update(scenario: &Scenario, new: &Declared) -> Event {
    let old = tagged("before");
    let made = scenario.create(&old).succeeded();
    Event::update(CONFIG, &made.id(), &old, new)
}

const CREATE: Situation = Situation { name: "create", prepare: |_| Event::create(CONFIG, &tagged("a")) };
const CREATE_MONITORING: Situation = Situation {
    name: "create monitoring",
    prepare: |scenario| {
        scenario.foreign_endpoint("chat", Some(60));
        Event::create(MONITORING, &monitoring("chat"))
    },
};
const REPLACE: Situation =
    Situation { name: "replacement", prepare: |scenario| update(scenario, &tagged("after").faster()) };
const CHANGE: Situation = Situation {
    name: "change in place",
    prepare: |scenario| update(scenario, &tagged("after").with("CostPerHour", 1).with("UnusedGpuAlarm/Threshold", 2)),
};
const RENAME: Situation = Situation {
    name: "dashboard and alarm renamed",
    prepare: |scenario| {
        let new = tagged("after").with("Dashboard/DashboardName", "gpus").with("UnusedGpuAlarm/AlarmName", "idle");
        update(scenario, &new)
    },
};
const SWITCH_OFF: Situation = Situation {
    name: "dashboard and alarm switched off",
    prepare: |scenario| {
        update(scenario, &tagged("before").with("Dashboard/Enabled", false).with("UnusedGpuAlarm/Enabled", false))
    },
};
/// Six variants are more than one alarm takes: alarms on each come to be, and a composite in place of the alarm.
const DIVIDE: Situation = Situation {
    name: "alarm divided among variants",
    prepare: |scenario| {
        let variants = |count| -> Value {
            let variant = |at| json!({"VariantName": format!("v{at}"), "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 1, "ModelName": "m"});
            (0..count).map(variant).collect()
        };
        let old = tagged("before")
            .with("ProductionVariants", variants(5))
            .with("UnusedGpuAlarm/Enabled", false)
            .with("IdleGpuAlarm/Enabled", true);
        let made = scenario.create(&old).succeeded();
        Event::update(CONFIG, &made.id(), &old, &old.clone().with("ProductionVariants", variants(6)))
    },
};
const ADOPT: Situation = Situation {
    name: "create that adopts",
    prepare: |scenario| {
        scenario.foreign_dashboard("chat-monitoring");
        scenario.foreign_alarm("chat-unused-gpu");
        Event::create(CONFIG, &tagged("a").with("AdoptExisting", true))
    },
};
const DELETE: Situation = Situation {
    name: "delete",
    prepare: |scenario| {
        let made = scenario.create(&tagged("a")).succeeded();
        scenario.foreign_endpoint("chat", None);
        Event::delete(CONFIG, &made.id(), &tagged("a"))
    },
};
const DELETE_MONITORING: Situation = Situation {
    name: "delete monitoring",
    prepare: |scenario| {
        scenario.foreign_endpoint("chat", Some(60));
        let made = scenario.create_monitoring(&monitoring("chat")).succeeded();
        Event::delete(MONITORING, &made.id(), &monitoring("chat"))
    },
};

/// One call.
#[derive(Debug)]
struct Call {
    service: &'static str,
    operation: String,
    /// The how-manieth of that operation, counted from 1.
    number: u32,
    /// Whether it may change something.
    write: bool,
}

impl Call {
    /// The permission that it needs.
    fn action(&self) -> String {
        format!("{}:{}", self.service, self.operation)
    }
}

/// The calls that a situation makes when nothing goes wrong, and the state it leads to.
fn without_faults(scenario: &Scenario, situation: &Situation) -> (Vec<Call>, Value) {
    scenario.start_over();
    let event = (situation.prepare)(scenario);
    scenario.send(event).succeeded();
    let mut calls: Vec<Call> = Vec::new();
    for call in scenario.last_calls() {
        let number = 1 + calls.iter().filter(|other| other.operation == call.operation).count();
        let CallRecord { service, operation, write, .. } = call;
        calls.push(Call { service, operation, number: u32::try_from(number).unwrap(), write });
    }
    assert!(calls.len() > 3, "{calls:?}");
    (calls, scenario.state())
}

/// Prepares the situation, and lets one call and those after it meet each of these `times`.
fn with_faults(scenario: &Scenario, situation: &Situation, call: &Call, times: Option<u32>, faults: &[Fault]) -> Event {
    scenario.start_over();
    let event = (situation.prepare)(scenario);
    for fault in faults {
        scenario.let_fail_from(call.number, &call.operation, times, fault.clone());
    }
    event
}

fn with_fault(scenario: &Scenario, situation: &Situation, call: &Call, times: Option<u32>, fault: Fault) -> Event {
    with_faults(scenario, situation, call, times, &[fault])
}

/// What the last event's calls met, in the order of names.
fn struck(scenario: &Scenario) -> Vec<&'static str> {
    let mut struck: Vec<&str> = scenario.last_calls().iter().filter_map(|call| call.fault).collect();
    struck.sort_unstable();
    struck
}

/// Passing troubles are sat out, also one after the other: the outcome is the same as without them.
fn survives_passing_troubles(situation: &Situation) {
    let scenario = Scenario::new();
    let (calls, wanted) = without_faults(&scenario, situation);
    let internal = Fault::Error { status: 500, code: "InternalFailure".to_owned(), message: "try again".to_owned() };
    // The lost answer comes last: what the next attempt finds has been made already.
    let faults = [Fault::Throttle {}, internal, Fault::Drop {}, Fault::DropAnswer {}];
    for call in &calls {
        let what = format!("{}: {call:?}", situation.name);
        let event = with_faults(&scenario, situation, call, Some(1), &faults);
        let answer = scenario.send(event);
        assert_eq!(answer.0["Status"], "SUCCESS", "{what}: {}", answer.reason());
        assert_eq!(struck(&scenario), ["drop", "drop_answer", "error", "throttle"], "{what}");
        assert_eq!(scenario.state(), wanted, "{what}");
    }
}

/// A refusal ends the request at once, and what it had made is taken back.
fn takes_back_what_a_refusal_left_half_made(situation: &Situation) {
    let scenario = Scenario::new();
    let (calls, _) = without_faults(&scenario, situation);
    let mut wrong = Vec::new();
    for call in &calls {
        let event = with_fault(&scenario, situation, call, Some(1), Fault::AccessDenied {});
        let before = scenario.state();
        let given = event.text("PhysicalResourceId").to_owned();
        let answer = scenario.send(event);
        let reason = answer.failed();
        let action = call.action();
        let mut check = |holds: bool, what: &str| {
            if !holds {
                wrong.push(format!("{}: {call:?} denied: {what}: {reason}", situation.name));
            }
        };
        check(reason.contains(&format!("needs the permission {action}")), "the action is not named");
        check(scenario.state() == before, "something is left half-made");
        check(!reason.contains("could not be undone"), "says that something is left, and nothing is");
        check(answer.id() == given || given.is_empty() && answer.id().starts_with("create-failed."), "the id is wrong");
        check(struck(&scenario).len() == 1, "it was tried again");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A Delete that was refused half-way says so, and finishes when it is sent again.
fn finishes_a_refused_delete_when_sent_again(situation: &Situation) {
    let scenario = Scenario::new();
    let (calls, wanted) = without_faults(&scenario, situation);
    for call in &calls {
        let event = with_fault(&scenario, situation, call, Some(1), Fault::AccessDenied {});
        let answer = scenario.send(event.clone());
        assert!(answer.failed().contains(&call.action()), "{call:?}: {}", answer.reason());
        assert_eq!(answer.id(), event.text("PhysicalResourceId"));
        scenario.send(event.again()).succeeded();
        assert_eq!(scenario.state(), wanted, "{call:?}");
    }
}

/// A Lambda that is about to be killed answers in time, and takes back what it made.
fn is_clean_when_time_runs_out(situation: &Situation) {
    let scenario = Scenario::new();
    let (calls, _) = without_faults(&scenario, situation);
    let writes: Vec<Call> = calls.into_iter().filter(|call| call.write).collect();
    assert!(!writes.is_empty());
    for call in &writes {
        in_a_short_life_or_a_longer_one(|life| {
            let longer = Fault::DelayMs(2 * u64::try_from(life.as_millis()).unwrap());
            let event = with_fault(&scenario, situation, call, Some(1), longer);
            let before = scenario.state();
            let answer = out_of_time(&scenario, event, life)?;
            if scenario.state() == before {
                return Ok(());
            }
            let is_said = answer.reason().contains("could not be undone");
            let what = if is_said { "something is left half-made" } else { "something is left, and it isn't said" };
            Err(format!("{}: {call:?}: {what}: {}", situation.name, answer.reason()))
        });
    }
}

/// What must hold in a short life. A busy machine may take longer than that leaves for each step: it must hold in a longer one then.
fn in_a_short_life_or_a_longer_one<T>(holds: impl Fn(Duration) -> Result<T, String>) -> T {
    let result = holds(Duration::from_secs(3)).or_else(|_| holds(Duration::from_secs(24)));
    result.unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// The answer to an event one of whose calls takes longer than the run lives: in time, and it says why.
fn out_of_time(scenario: &Scenario, event: Event, life: Duration) -> Result<Answer, String> {
    let (started, delivery) = (Instant::now(), Delivery { life, times: 1, killed_when: None });
    let answer = scenario.deliver(event, delivery, |_, _| life)?;
    let (took, reason) = (started.elapsed(), answer.reason());
    if took >= life {
        return Err(format!("answered after {took:?}: {reason}"));
    }
    if answer.is_success() || !reason.contains("the time ran out") {
        return Err(format!("{}: {reason}, {:?}", answer.0["Status"], struck(scenario)));
    }
    Ok(answer)
}

macro_rules! situations {
    ($($test:ident: $check:expr;)*) => {
        $(#[test] fn $test() { $check })*
    };
}

situations! {
    a_create_survives_passing_troubles: survives_passing_troubles(&CREATE);
    a_create_of_monitoring_survives_passing_troubles: survives_passing_troubles(&CREATE_MONITORING);
    a_replacement_survives_passing_troubles: survives_passing_troubles(&REPLACE);
    a_change_survives_passing_troubles: survives_passing_troubles(&CHANGE);
    a_renaming_survives_passing_troubles: survives_passing_troubles(&RENAME);
    a_switching_off_survives_passing_troubles: survives_passing_troubles(&SWITCH_OFF);
    a_division_of_an_alarm_survives_passing_troubles: survives_passing_troubles(&DIVIDE);
    an_adoption_survives_passing_troubles: survives_passing_troubles(&ADOPT);
    a_delete_survives_passing_troubles: survives_passing_troubles(&DELETE);
    a_delete_of_monitoring_survives_passing_troubles: survives_passing_troubles(&DELETE_MONITORING);

    a_create_refused_half_way_leaves_nothing: takes_back_what_a_refusal_left_half_made(&CREATE);
    a_create_of_monitoring_refused_half_way_leaves_nothing:
        takes_back_what_a_refusal_left_half_made(&CREATE_MONITORING);
    a_replacement_refused_half_way_leaves_the_old_state: takes_back_what_a_refusal_left_half_made(&REPLACE);
    a_change_refused_half_way_leaves_the_old_state: takes_back_what_a_refusal_left_half_made(&CHANGE);
    a_renaming_refused_half_way_leaves_the_old_state: takes_back_what_a_refusal_left_half_made(&RENAME);
    a_switching_off_refused_half_way_leaves_the_old_state:
        takes_back_what_a_refusal_left_half_made(&SWITCH_OFF);
    a_division_of_an_alarm_refused_half_way_leaves_the_old_state:
        takes_back_what_a_refusal_left_half_made(&DIVIDE);
    an_adoption_refused_half_way_gives_everything_back: takes_back_what_a_refusal_left_half_made(&ADOPT);

    a_delete_refused_half_way_finishes_when_sent_again: finishes_a_refused_delete_when_sent_again(&DELETE);
    a_delete_of_monitoring_refused_half_way_finishes_when_sent_again:
        finishes_a_refused_delete_when_sent_again(&DELETE_MONITORING);

    a_create_out_of_time_leaves_nothing: is_clean_when_time_runs_out(&CREATE);
    a_replacement_out_of_time_leaves_the_old_state: is_clean_when_time_runs_out(&REPLACE);
    a_division_out_of_time_leaves_the_old_state: is_clean_when_time_runs_out(&DIVIDE);
    a_change_out_of_time_leaves_the_old_state: is_clean_when_time_runs_out(&CHANGE);
}

/// A permission that the role lacks altogether is lacking for the taking back too.
#[test]
fn a_role_without_a_write_permission_leaves_the_old_state_and_does_not_claim_otherwise() {
    for (situation, denied) in [
        (&CREATE, "CreateEndpointConfig"),
        (&CREATE, "PutDashboard"),
        (&CREATE, "PutMetricAlarm"),
        (&CHANGE, "PutDashboard"),
        (&CHANGE, "PutMetricAlarm"),
        (&CHANGE, "TagResource"),
        (&CHANGE, "AddTags"),
        (&RENAME, "DeleteAlarms"),
        (&RENAME, "DeleteDashboards"),
    ] {
        let scenario = Scenario::new();
        let event = (situation.prepare)(&scenario);
        scenario.let_fail(denied, None, Fault::AccessDenied {});
        let before = scenario.state();
        let answer = scenario.send(event);
        let what = format!("{} without {denied}: {}", situation.name, answer.failed());
        if denied.starts_with("Delete") {
            // The new one can't be removed either; that is said.
            assert!(answer.reason().contains(&format!("cloudwatch:{denied}")), "{what}");
            continue;
        }
        assert_eq!(scenario.state(), before, "{what}");
        assert!(!answer.reason().contains("could not be undone"), "{what}");
    }
}

/// What can't be taken back is found by the Delete that follows, through the id.
#[test]
fn a_failed_create_that_had_to_leave_something_answers_the_id_that_finds_it() {
    let scenario = Scenario::new();
    let declared = shared_gpus("chat");
    scenario.let_fail("PutMetricAlarm", None, Fault::AccessDenied {});
    scenario.let_fail("DeleteEndpointConfig", None, Fault::AccessDenied {});
    let answer = scenario.create(&declared);
    assert!(answer.failed().contains("could not be undone"), "{}", answer.reason());
    assert_eq!(scenario.config_names(), [answer.id()]);
    scenario.stand_in.clear_faults();
    scenario.delete(&answer.id(), &declared).succeeded();
    assert!(scenario.is_empty());
}

/// CloudFormation follows a failed Update with an Update back to the old properties.
#[test]
fn the_update_that_follows_a_failed_update_finds_nothing_to_do() {
    let scenario = Scenario::new();
    let (old, new) =
        (shared_gpus("chat"), shared_gpus("chat").with("CostPerHour", 2).with("UnusedGpuAlarm/Threshold", 3));
    let made = scenario.create(&old).succeeded();
    scenario.let_fail("PutMetricAlarm", Some(1), Fault::AccessDenied {});
    scenario.update(&made.id(), &old, &new).failed();
    scenario.stand_in.clear_faults();
    scenario.update(&made.id(), &new, &old).succeeded();
    assert_eq!(scenario.writes(), Vec::<String>::new());
}

#[test]
fn a_delete_out_of_time_says_so_and_finishes_when_sent_again() {
    let scenario = Scenario::new();
    for slow in ["DeleteAlarms", "DeleteDashboards", "DeleteEndpointConfig"] {
        let event = in_a_short_life_or_a_longer_one(|life| {
            scenario.start_over();
            let event = (DELETE.prepare)(&scenario);
            scenario.let_fail(slow, Some(1), Fault::DelayMs(2 * u64::try_from(life.as_millis()).unwrap()));
            let answer = out_of_time(&scenario, event.clone(), life).map_err(|wrong| format!("{slow}: {wrong}"))?;
            assert_eq!(answer.id(), event.text("PhysicalResourceId"));
            Ok(event)
        });
        scenario.send(event.again()).succeeded();
        assert!(scenario.dashboard_names().is_empty() && scenario.alarm_names().is_empty());
        assert_eq!(scenario.config_names(), ["chat-config"], "{slow}");
    }
}

/// Number 2293 of the events that nobody should send (`tests/bad_input`): a continuation that began long ago left no
/// time at all, so that not even one try was made at answering.
#[test]
fn an_event_whose_hour_is_long_over_is_answered_all_the_same() {
    let scenario = Scenario::new();
    let event = Event::create(CONFIG, &shared_gpus("chat"));
    let long_ago = SystemTime::now() - Duration::from_hours(2);
    let long_ago = u64::try_from(long_ago.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis()).unwrap();
    let forged = event.with("MonitoredEndpointContinuation", json!({"StartedAtMs": long_ago, "Hop": 0}));
    let reason = scenario.send(forged).failed();
    assert!(reason.contains("the time ran out"), "{reason}");
    assert!(scenario.is_empty());
}

/// A validation error of the service reaches the author in the service's own words.
#[test]
fn a_refusal_that_only_the_service_knows_is_passed_on() {
    let scenario = Scenario::new();
    let message = "Instance type ml.g6.12xlarge is not available in this Region";
    let fault = Fault::Error { status: 400, code: "ValidationException".to_owned(), message: message.to_owned() };
    scenario.let_fail("CreateEndpointConfig", Some(1), fault);
    let answer = scenario.create(&shared_gpus("chat"));
    assert!(answer.failed().contains(message) && answer.reason().contains("sagemaker:CreateEndpointConfig"));
    assert!(scenario.is_empty());
}
