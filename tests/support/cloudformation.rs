//! CloudFormation's rules for a custom resource: what an answer must be, and which event follows an event and its answer.
//!
//! Nothing here sends anything. What a Create, an Update and a Delete are, and which ids they have, is on
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes.html> and the pages of each.

use serde_json::{Map, Value};

use super::event::Event;
use super::harness::Answer;

/// What a run adds to the event for the next one, and CloudFormation knows nothing of.
const CONTINUATION: &str = "MonitoredEndpointContinuation";
/// An id of the kind that CloudFormation makes up where it never took a Create's answer.
pub(crate) const MADE_UP: &str = "inference-Config-1NR6ZQ4Y8KX2B";

/// The longest answer and the longest id that CloudFormation takes, in bytes.
const LONGEST: (usize, usize) = (4096, 1024);

/// What an answer repeats of the request.
const ECHOED: [&str; 3] = ["StackId", "RequestId", "LogicalResourceId"];
/// All that an answer may have.
const MEMBERS: [&str; 8] =
    ["Status", "Reason", "PhysicalResourceId", "NoEcho", "Data", "StackId", "RequestId", "LogicalResourceId"];

/// Reads the answer to `event`. <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html>
///
/// Another id than it was given means that an Update has replaced the resource, so one that failed answers what it was given;
/// and so does a Delete.
///
/// # Errors
/// The rule that the answer breaks.
pub(crate) fn read(event: &Event, body: &str) -> Result<Answer, String> {
    if body.len() > LONGEST.0 {
        return Err(format!("an answer of {} bytes, and {} are taken at most", body.len(), LONGEST.0));
    }
    let members: Map<String, Value> = serde_json::from_str(body).map_err(|error| format!("{error}: {body}"))?;
    if let Some(unknown) = members.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
        return Err(format!("{unknown} is no member of an answer: {body}"));
    }
    let is_kind = |name: &str, is: fn(&Value) -> bool| members.get(name).is_none_or(is);
    if !is_kind("Data", Value::is_object) {
        return Err(format!("Data is no object: {body}"));
    }
    if !is_kind("NoEcho", Value::is_boolean) {
        return Err(format!("NoEcho is no boolean: {body}"));
    }
    let answer = Answer(Value::Object(members));
    for echoed in ECHOED {
        if answer.0[echoed] != event.0[echoed] {
            return Err(format!("{echoed} is not echoed: {body}"));
        }
    }
    let id = answer.0["PhysicalResourceId"].as_str().unwrap_or_default();
    if id.is_empty() || id.len() > LONGEST.1 {
        return Err(format!("PhysicalResourceId is no id that is taken: {body}"));
    }
    let failed = !answer.is_success();
    if failed && (answer.0["Status"] != "FAILED" || answer.reason().is_empty()) {
        return Err(format!("Status is neither SUCCESS nor FAILED with a Reason: {body}"));
    }
    let (request, given) = (event.text("RequestType"), event.text("PhysicalResourceId"));
    let keeps_its_id = request == "Delete" || request == "Update" && failed;
    if keeps_its_id && !given.is_empty() && id != given {
        return Err(format!("{} {request} was given the id {given} and answers {id}: {body}", answer.0["Status"]));
    }
    Ok(answer)
}

/// The rollback of `event`, which answered `id`, or failed: a Delete after a Create, the Update back after an Update.
/// Nothing after a Delete, and nobody rolls a rollback back: then a person tries again.
///
/// The same follows a success, where another resource of the stack fails later. A replacement gets its Update back under
/// the new id, before it is deleted (measured in aws-cdk's pull request 29581).
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes-update.html>
pub(crate) fn rolled_back(event: &Event, id: &str) -> Option<Event> {
    let next = tried_again(event).with("PhysicalResourceId", id);
    match event.text("RequestType") {
        "Create" => Some(next.with("RequestType", "Delete")),
        "Update" => {
            let (new, old) = (event.0["ResourceProperties"].clone(), event.0["OldResourceProperties"].clone());
            Some(next.with("ResourceProperties", old).with("OldResourceProperties", new))
        }
        _ => None,
    }
}

/// Once the whole stack has been updated: an Update that answered another id is followed by the Delete of the id it was given.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes-update.html>
pub(crate) fn cleaned_up(update: &Event, id: &str) -> Option<Event> {
    let given = update.text("PhysicalResourceId");
    (given != id).then(|| deleted(update, given, &update.0["OldResourceProperties"]))
}

/// Once the whole stack has been rolled back: a replacement that was made is deleted.
pub(crate) fn cleaned_up_after_rollback(update: &Event, id: &str) -> Option<Event> {
    (update.text("PhysicalResourceId") != id).then(|| deleted(update, id, &update.0["ResourceProperties"]))
}

/// A Create is cancelled before its answer is taken: its Delete has an id that nobody gave.
pub(crate) fn cancelled(create: &Event) -> Event {
    deleted(create, MADE_UP, &create.0["ResourceProperties"])
}

/// The Deletes with which the resource ends once `event` is over, whose answer counts in the end: of what a replacement left,
/// then of the resource itself. A Create that failed has had its Delete.
pub(crate) fn ended(event: &Event, succeeded: bool, id: &str) -> Vec<Event> {
    let given = event.text("PhysicalResourceId");
    let wanted = &event.0["ResourceProperties"];
    if !succeeded {
        let old = event.0.get("OldResourceProperties").unwrap_or(wanted);
        return if given.is_empty() { Vec::new() } else { vec![deleted(event, given, old)] };
    }
    let replaced = if event.text("RequestType") == "Update" { cleaned_up(event, id) } else { None };
    replaced.into_iter().chain([deleted(event, id, wanted)]).collect()
}

/// The same once more, as a new request: by a person who retries a failed deletion, or continues a failed rollback.
pub(crate) fn tried_again(event: &Event) -> Event {
    event.clone().without(CONTINUATION).again()
}

fn deleted(event: &Event, id: &str, properties: &Value) -> Event {
    tried_again(event)
        .without("OldResourceProperties")
        .with("RequestType", "Delete")
        .with("PhysicalResourceId", id)
        .with("ResourceProperties", properties.clone())
}
