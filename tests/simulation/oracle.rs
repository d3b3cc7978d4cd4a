//! What has to hold once every event is answered.

use serde_json::Value;

use super::play::{Played, answers};
use super::situation::{Situation, VALUES, Wants};
use super::support::event::Event;
use super::support::harness::{Answer, REQUEST_TABLE};
use super::support::lambda::Returned;
use super::support::receiver::SIGNATURE;
use super::world::World;

/// Checks what has come of a schedule.
///
/// # Errors
/// What is wrong, in words.
pub(crate) fn check(world: &mut World, situation: &Situation, played: &Played, to_the_end: bool) -> Result<(), String> {
    world.open();
    let answers = answers(world, &played.events)?;
    each_is_answered_once(played, &answers)?;
    no_wake_is_taken_for_a_request(played)?;
    the_newest_has_its_way(situation, played, &answers)?;
    let wanted = world.picture_wanted(situation);
    same(&world.picture(), &wanted)?;
    if let Some(endpoint) = world.endpoint_without_config() {
        return Err(format!("an endpoint has no config: {endpoint:#}"));
    }
    the_table_tells_nothing(world, situation)?;
    if to_the_end { nothing_is_left(world, situation, played, &answers) } else { Ok(()) }
}

fn of<'a>(answers: &'a [Answer], request: &'a str) -> impl Iterator<Item = &'a Answer> {
    answers.iter().filter(move |answer| answer.0["RequestId"] == request)
}

/// Every run that lived to its end has answered once, or been handed over.
fn each_is_answered_once(played: &Played, answers: &[Answer]) -> Result<(), String> {
    for event in played.events.iter().filter(|event| event.is_request()) {
        let request = event.text("RequestId");
        let is_its = |order: &usize| played.events[*order].text("RequestId") == request;
        let replies = played.returned.iter().filter(|(order, end)| is_its(order) && !end.is_hand_over()).count();
        let arrived = of(answers, request).count();
        if replies == 0 || replies != arrived {
            return Err(format!("{replies} runs of {request} answered, and {arrived} answers came"));
        }
        let statuses: Vec<&Value> = of(answers, request).map(|answer| &answer.0["Status"]).collect();
        if statuses.iter().any(|status| *status != statuses[0]) {
            return Err(format!("one request, answered differently: {answers:?}"));
        }
    }
    Ok(())
}

/// Every run that something else woke says what it has put right, and every other one doesn't.
fn no_wake_is_taken_for_a_request(played: &Played) -> Result<(), String> {
    let is_right = |(order, end): &&(usize, Returned)| end.kept_right().is_some() != played.events[*order].is_request();
    match played.returned.iter().find(|run| !is_right(run)) {
        Some((order, end)) => Err(format!("event {order} ended in {end:?}")),
        None => Ok(()),
    }
}

/// The newest request; whatever wakes the provider beside it is none.
fn newest(played: &Played) -> Option<&Event> {
    played.events.iter().rev().find(|event| event.is_request())
}

/// The newest request succeeds, and an older one does or says that it was superseded.
fn the_newest_has_its_way(situation: &Situation, played: &Played, answers: &[Answer]) -> Result<(), String> {
    let newest = newest(played).map(|event| event.text("RequestId")).unwrap_or_default();
    for answer in answers.iter().filter(|answer| !answer.is_success()) {
        let reason = answer.reason();
        if answer.0["RequestId"] == newest {
            return Err(format!("the newest request failed: {reason}"));
        }
        if !(reason.contains("superseded") || situation.may_fail) {
            return Err(format!("an older request failed, and doesn't say that it was superseded: {reason}"));
        }
    }
    Ok(())
}

fn same(is: &Value, ought: &Value) -> Result<(), String> {
    for kind in ["endpoints", "endpoint_configs", "dashboards", "alarms"] {
        if is[kind] != ought[kind] {
            return Err(format!("{kind}: there is {:#}\nand there ought to be {:#}", is[kind], ought[kind]));
        }
    }
    Ok(())
}

/// Neither where answers go nor what is declared stands in the request table.
fn the_table_tells_nothing(world: &World, situation: &Situation) -> Result<(), String> {
    let items = Value::Array(world.stand_in.table(REQUEST_TABLE)).to_string();
    let own = situation.secrets.iter().copied();
    let values = VALUES.into_iter().filter(|_| !situation.keeps);
    let secrets = [SIGNATURE, "http://", "X-Amz"].into_iter().chain(values).chain(own);
    match secrets.into_iter().find(|secret| items.contains(*secret)) {
        Some(secret) => Err(format!("the request table holds {secret:?}: {items}")),
        None => Ok(()),
    }
}

/// The stack goes, and nothing of ours is left.
fn nothing_is_left(
    world: &mut World,
    situation: &Situation,
    played: &Played,
    answers: &[Answer],
) -> Result<(), String> {
    if situation.wants == Wants::Nothing {
        return Ok(());
    }
    let Some(newest) = newest(played) else {
        let declared = situation.before.map(|declared| declared().as_sent()).unwrap_or_default();
        world.remove(situation, &played.id, &declared);
        let nothing = world.nothing();
        return same(&world.picture(), &nothing).map_err(|wrong| format!("after the Delete: {wrong}"));
    };
    let id = of(answers, newest.text("RequestId")).map(Answer::id).next();
    let id = id.ok_or("the newest request was answered")?;
    if newest.text("RequestType") == "Delete" && situation.own_endpoint.is_none() {
        return Ok(());
    }
    if situation.wants == Wants::Before && id != played.id {
        return Err(format!("the way back ended at {id}, and began at {}", played.id));
    }
    world.remove(situation, &id, &newest.0["ResourceProperties"]);
    let nothing = world.nothing();
    same(&world.picture(), &nothing).map_err(|wrong| format!("after the Delete: {wrong}"))
}
