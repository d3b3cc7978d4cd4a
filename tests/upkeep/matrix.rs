//! Each event, in each status of the endpoint, in each state of the ledger: where something may be put right it is, and nowhere
//! else anything is written.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_stand_in::{Outcome, Script};
use serde_json::{Value, json};

use super::{NONE, body, declared_in, other_config, settles};
use crate::support::event::{CONFIG, ENDPOINT, Event, MONITORING};
use crate::support::harness::{REQUEST_TABLE, Scenario};

/// What the ledger says of the resource.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ledger {
    Answered,
    AtWork,
    Failed,
    NeverTaken,
    Cleaned,
    Deleted,
    FromBefore,
    Unheard,
}

const LEDGERS: [Ledger; 8] = [
    Ledger::Answered,
    Ledger::AtWork,
    Ledger::Failed,
    Ledger::NeverTaken,
    Ledger::Cleaned,
    Ledger::Deleted,
    Ledger::FromBefore,
    Ledger::Unheard,
];

/// What becomes of the endpoint.
const STATUSES: [&str; 7] =
    ["absent", "Creating", "InService", "Updating", "RollingBack", "Failed", "UpdateRollbackFailed"];

fn events(config: &str) -> [Event; 4] {
    [
        Event::endpoint_changed("chat"),
        Event::endpoint_config_changed(config),
        Event::day_gone_by(),
        Event::hour_gone_by(),
    ]
}

fn script(scenario: &Scenario, outcome: Outcome, after_ms: u64) {
    scenario.stand_in.script("chat", Script { outcome, reason: None, after_ms: Some(after_ms) });
}

/// The stack's own endpoint comes to a status.
fn comes_to(scenario: &Scenario, status: &str, config: &str) {
    const AN_HOUR_MS: u64 = 3_600_000;
    if status == "absent" {
        return;
    }
    other_config(scenario, "other", "AllTraffic", "ml.g6.12xlarge");
    match status {
        "Creating" => script(scenario, Outcome::Succeed, 20 * AN_HOUR_MS),
        "Failed" => script(scenario, Outcome::Fail, 0),
        _ => {}
    }
    let request = scenario.sagemaker.create_endpoint().endpoint_name("chat").endpoint_config_name(config);
    scenario.block_on(request.send()).unwrap();
    if matches!(status, "Creating" | "Failed" | "InService") {
        scenario.stand_in.advance(std::time::Duration::from_secs(1));
    } else {
        settles(scenario);
        let (outcome, after_ms) = match status {
            "Updating" => (Outcome::Succeed, 20 * AN_HOUR_MS),
            "RollingBack" => (Outcome::Rollback, 1000),
            _ => (Outcome::RollbackFailed, 0),
        };
        script(scenario, outcome, after_ms);
        scenario.move_endpoint("chat", "other");
        scenario.stand_in.advance(std::time::Duration::from_secs(1));
    }
}

/// Has the record say something else.
fn edit(scenario: &Scenario, change: impl FnOnce(&mut Value)) {
    let item = scenario.stand_in.table(REQUEST_TABLE).remove(0);
    let mut record: Value = serde_json::from_str(item["Record"]["S"].as_str().unwrap()).unwrap();
    change(&mut record);
    let client = &scenario.dynamodb;
    let request = client
        .put_item()
        .table_name(REQUEST_TABLE)
        .item("Resource", AttributeValue::S(item["Resource"]["S"].as_str().unwrap().to_owned()))
        .item("Version", AttributeValue::N(item["Version"]["N"].as_str().unwrap().to_owned()))
        .item("Record", AttributeValue::S(record.to_string()));
    scenario.block_on(request.send()).unwrap();
}

fn comes_into(scenario: &Scenario, ledger: Ledger, kind: &str, id: &str) {
    let last = |record: &mut Value| record["requests"].as_array_mut().unwrap().last_mut().unwrap().take();
    let change = move |record: &mut Value| {
        let mut request = last(record);
        match ledger {
            Ledger::AtWork => drop(request.as_object_mut().unwrap().remove("answer")),
            Ledger::Failed => request["answer"]["success"] = json!(false),
            Ledger::NeverTaken => request["answer"]["never_taken"] = json!(true),
            _ => drop(record.as_object_mut().unwrap().remove("monitored")),
        }
        *record["requests"].as_array_mut().unwrap().last_mut().unwrap() = request;
    };
    match ledger {
        Ledger::Answered => {}
        Ledger::AtWork | Ledger::Failed | Ledger::NeverTaken | Ledger::FromBefore => edit(scenario, change),
        Ledger::Cleaned => {
            let cleanup = Event::delete(kind, "chat-replaced", &declared_in(kind));
            scenario.send(cleanup).succeeded();
        }
        Ledger::Deleted => {
            scenario.send(Event::delete(kind, id, &declared_in(kind))).succeeded();
        }
        Ledger::Unheard => {
            let client = &scenario.dynamodb;
            let key = scenario.stand_in.table(REQUEST_TABLE).remove(0)["Resource"]["S"].as_str().unwrap().to_owned();
            let request = client.delete_item().table_name(REQUEST_TABLE).key("Resource", AttributeValue::S(key));
            scenario.block_on(request.send()).unwrap();
        }
    }
}

/// One cell: what was written, and whether it had to be.
fn play(scenario: &Scenario, kind: &str, status: &str, ledger: Ledger, event: usize) {
    scenario.start_over();
    let made = scenario.send(Event::create(kind, &declared_in(kind))).succeeded();
    let config = scenario.config_names().first().cloned().unwrap_or_else(|| "other".to_owned());
    if kind == CONFIG {
        comes_to(scenario, status, &config);
    }
    comes_into(scenario, ledger, kind, &made.id());
    scenario.publish_gpu("GpuId");
    let before = scenario.state();
    let event = &events(&config)[event];
    let kept = scenario.wake(event);
    let cell = format!("{kind}, {status}, {ledger:?}, {event:?}: {kept}");
    assert_eq!(kept["Failed"], 0, "{cell}");
    let may = matches!(ledger, Ledger::Answered | Ledger::Cleaned);
    // A config that was made elsewhere is none of the resource's.
    let concerns = kind != MONITORING || event.text("detail-type") != "SageMaker Endpoint Config State Change";
    if may && concerns {
        assert_eq!(scenario.writes_beside_the_ledger(), ["PutDashboard"], "{cell}");
        assert!(!body(scenario).contains("AcceleratorId"), "{cell}");
        scenario.wake(event);
    }
    assert_eq!(scenario.writes_beside_the_ledger(), NONE, "{cell}");
    if !(may && concerns) {
        assert_eq!(scenario.state(), before, "{cell}");
    }
    // Whatever it did, it is in nobody's way.
    if matches!(ledger, Ledger::Answered | Ledger::Cleaned) {
        let update = Event::update(kind, &made.id(), &declared_in(kind), &declared_in(kind));
        if kind != ENDPOINT {
            scenario.send(update).succeeded();
        }
    }
}

#[test]
fn each_event_in_each_status_and_state_puts_right_what_it_may() {
    let scenario = &Scenario::kept_right();
    for ledger in LEDGERS {
        for event in 0..4 {
            for status in STATUSES {
                play(scenario, CONFIG, status, ledger, event);
            }
            for kind in [ENDPOINT, MONITORING] {
                play(scenario, kind, "as made", ledger, event);
            }
        }
    }
}
