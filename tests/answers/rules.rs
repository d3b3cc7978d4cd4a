//! The tests' reader of answers is as strict as CloudFormation: each rule catches its breach. `tests/cloudformation` holds the local
//! CloudFormation to the same list.

use serde_json::{Value, json};

use crate::support::cloudformation::read;
use crate::support::event::Event;

fn rules() -> Value {
    serde_json::from_str(include_str!("../support/answer-rules.json")).unwrap()
}

/// What is long is written as what it repeats, and how often.
fn written_out(value: &Value) -> Value {
    match (value, value["repeat"].as_str(), value["times"].as_u64()) {
        (_, Some(part), Some(times)) => json!(part.repeat(usize::try_from(times).unwrap())),
        (Value::Object(members), ..) => {
            members.iter().map(|(name, member)| (name.clone(), written_out(member))).collect()
        }
        _ => value.clone(),
    }
}

#[test]
fn a_good_answer_is_read() {
    let rules = rules();
    let answer = read(&Event(rules["event"].clone()), &rules["good"].to_string()).unwrap();
    assert_eq!(answer.0, rules["good"]);
}

#[test]
fn each_breach_of_an_answer_is_found_alone() {
    let rules = rules();
    let event = Event(rules["event"].clone());
    for breach in rules["breaches"].as_array().unwrap() {
        let mut answer = rules["good"].clone();
        for (name, value) in breach["change"].as_object().unwrap() {
            answer[name] = written_out(value);
        }
        let wrong = read(&event, &answer.to_string()).unwrap_err();
        // The reader tells the first that it finds, so only the rule that is broken may be told.
        let (told, _) = wrong.split_once(": {").unwrap_or((&wrong, ""));
        assert!(told.contains(breach["says"].as_str().unwrap()), "{}: {told}", breach["name"]);
    }
}

#[test]
fn a_delete_answers_the_id_that_it_was_given() {
    let rules = rules();
    let event = Event(rules["event"].clone()).with("RequestType", "Delete");
    let wrong = read(&event, &rules["good"].to_string()).unwrap_err();
    assert!(wrong.contains("Delete was given the id chat-1 and answers chat-2"), "{wrong}");
}

#[test]
fn what_is_no_object_is_no_answer() {
    let event = Event(rules()["event"].clone());
    for body in ["", "not JSON", "[]"] {
        assert!(read(&event, body).is_err(), "{body}");
    }
}
