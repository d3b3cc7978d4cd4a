//! Cases from the field and from reviews, each at the moments that made it what it is.

use std::time::Duration;

use aws_stand_in::{Fault, Outcome, Script};
use serde_json::Value;

use super::oracle::check;
use super::play::{SHORT_LIFE, answers, play, play_with};
use super::schedule::Schedule;
use super::situation;
use super::situation::Situation;
use super::support::event::Event;
use super::support::harness::Answer;
use super::world::{LONG_LIFE, PATIENCE, Running, World};

const ALL_OF_IT: usize = usize::MAX;
/// A run that is killed: the next one waits for the end of it.
const CUT_SHORT: Duration = Duration::from_secs(2);
pub(crate) const INSTANTLY: Script = Script { outcome: Outcome::Succeed, reason: None, after_ms: Some(0) };

/// The second event comes in when the first has made so many calls, and goes on whenever it can.
fn after(calls: usize) -> Schedule {
    Schedule::Switches { first: calls, second: ALL_OF_IT }
}

/// How many calls the first run makes before each of those that change something, and before it begins to wait for the endpoint.
fn moments(world: &mut World, situation: &Situation) -> Vec<(String, usize)> {
    let played = play(world, situation, after(ALL_OF_IT), 1).map_err(|(wrong, _)| wrong).unwrap();
    let mut calls = 0;
    let mut moments = Vec::new();
    for line in &played.trace {
        if line == "hours pass" {
            moments.push(("its endpoint is changing".to_owned(), calls));
        } else if let Some(call) = line.strip_prefix("run 0 ").filter(|call| !call.starts_with(['(', 'e'])) {
            let is_look = ["Get", "Describe", "List", "PutItem"].iter().any(|look| call.starts_with(look));
            moments.extend((!is_look).then(|| (format!("it is about to call {call}"), calls)));
            calls += 1;
        }
    }
    moments.push(("it has ended".to_owned(), ALL_OF_IT));
    moments
}

/// The second request comes in at each moment that matters of the first.
fn at_every_moment(name: &str) {
    let (mut world, situation) = (World::new(), situation(name));
    let moments = moments(&mut world, &situation);
    assert!(moments.len() > 2, "{moments:?}");
    for (moment, calls) in moments {
        let played = play(&mut world, &situation, after(calls), 1);
        let played = played.unwrap_or_else(|(wrong, trace)| panic!("when {moment}: {wrong}\n{}", trace.join("\n")));
        let checked = check(&mut world, &situation, &played, true);
        checked.unwrap_or_else(|wrong| panic!("when {moment}: {wrong}\n{}", played.trace.join("\n")));
    }
}

#[test]
fn a1_delete_with_a_made_up_id_removes_an_endpoint_that_is_being_made_or_has_been() {
    at_every_moment("a1-endpoint");
}

#[test]
fn a1_delete_with_a_made_up_id_removes_a_config_that_is_being_made_or_has_been() {
    at_every_moment("a1-config");
}

#[test]
fn a1_delete_with_a_made_up_id_removes_monitoring_that_is_being_made_or_has_been() {
    at_every_moment("a1-monitoring");
}

#[test]
fn b4_a_rollback_ends_on_the_old_config_while_the_update_runs_or_after_it() {
    at_every_moment("b4-endpoint");
    at_every_moment("b4-watched-otherwise");
}

#[test]
fn b5_a_cancelled_rename_leaves_the_old_endpoint_with_its_monitoring_and_nothing_of_the_new() {
    at_every_moment("b5-rename");
}

/// A first run that leaves the event to a next one, as its endpoint takes longer. Also on a busy machine it gets that far.
fn hand_over(world: &mut World, event: &Event) -> String {
    let returned = world.run_alone(event.0.to_string(), 4 * SHORT_LIFE);
    assert!(returned.is_hand_over(), "{returned:?}");
    world.next_runs.take().0.pop().unwrap()
}

/// The answer to an event, which failed.
fn failed(world: &World, event: &Event) -> Answer {
    let answer = answers(world, std::slice::from_ref(event)).unwrap().pop().unwrap();
    answer.failed();
    answer
}

fn first_event(world: &mut World, situation: &Situation) -> (String, Event) {
    let id = world.prepare(situation);
    let event = (situation.events)(situation, &id).into_iter().next().unwrap();
    (id, world.addressed(event, 1))
}

#[test]
fn review_1_a_create_whose_second_run_can_t_look_answers_an_id_under_which_all_is_found() {
    let (mut world, situation) = (World::new(), situation("a1-endpoint"));
    let (_, create) = first_event(&mut world, &situation);
    let next = hand_over(&mut world, &create);
    a_refused_run_answers_an_id_under_which_all_is_found(&mut world, &situation, &create, next, "DescribeEndpoint");
}

/// `run`, of a Create, is refused a description and fails: a Delete under the id that it answers removes all that was made.
fn a_refused_run_answers_an_id_under_which_all_is_found(
    world: &mut World,
    situation: &Situation,
    create: &Event,
    run: String,
    denied: &str,
) {
    world.let_fail(denied, None, Fault::AccessDenied {});
    world.run_alone(run, LONG_LIFE);
    let answer = failed(world, create);
    world.wind();
    world.remove(situation, &answer.id(), &create.0["ResourceProperties"]);
    let nothing = world.nothing();
    assert_eq!(world.picture(), nothing, "{answer:?}");
}

#[test]
fn review_2_a_rollback_of_a_rename_that_fails_late_leaves_the_original_endpoint() {
    let (mut world, situation) = (World::new(), situation("b5-rename"));
    let id = world.prepare(&situation);
    let back = (situation.events)(&situation, &id).pop().unwrap();
    let back = world.addressed(back, 2);
    world.copy_config_by_hand("chat", "copied-by-hand");
    world.move_endpoint("chat", "copied-by-hand");
    let next = hand_over(&mut world, &back);
    world.let_fail("DescribeEndpoint", None, Fault::AccessDenied {});
    world.run_alone(next, LONG_LIFE);
    failed(&world, &back);
    world.stand_in.clear_faults();
    world.wind();
    assert!(world.picture()["endpoints"].to_string().contains("\"chat\""), "the original endpoint is there");
    assert_eq!(world.endpoint_without_config(), None);
    // Tried again, with nothing in the way.
    let again = world.addressed(back.again(), 3);
    world.stand_in.script("chat", INSTANTLY);
    world.run_alone(again.0.to_string(), LONG_LIFE);
    assert!(answers(&world, &[again]).unwrap()[0].is_success());
    world.delete_config_by_hand("copied-by-hand");
    let wanted = world_wanted(&situation);
    assert_eq!(world.picture(), wanted);
}

/// What the situation wants, in an account of its own.
fn world_wanted(situation: &Situation) -> Value {
    World::new().picture_wanted(situation)
}

#[test]
fn review_3_a_rename_on_one_config_that_fails_late_leaves_the_config_to_the_old_endpoint() {
    let (mut world, situation) = (World::new(), situation("b5-rename-on-one-config"));
    let (id, rename) = first_event(&mut world, &situation);
    let fails = Script { outcome: Outcome::Fail, reason: Some("no capacity".to_owned()), after_ms: None };
    world.stand_in.script("talk", fails);
    // Its deletion.
    world.stand_in.script("talk", INSTANTLY);
    let next = hand_over(&mut world, &rename);
    world.stand_in.advance(Duration::from_hours(2));
    let returned = world.run_alone(next, LONG_LIFE);
    let answer = failed(&world, &rename);
    assert_eq!(answer.id(), id, "{returned:?}");
    assert_eq!(world.endpoint_without_config(), None, "{answer:?}");
    let back = (situation.events)(&situation, &id).pop().unwrap();
    world.carry_out(back);
    let wanted = world_wanted(&situation);
    assert_eq!(world.picture(), wanted);
}

#[test]
fn review_6_the_same_create_twice_at_once_and_one_refusal_end_the_same_for_both() {
    let (mut world, situation) = (World::new(), situation("twins-create-config"));
    for operation in ["CreateEndpointConfig", "PutDashboard", "PutMetricAlarm", "DescribeAlarms"] {
        for calls in [0, 3, 8, 14, ALL_OF_IT] {
            let refused = |world: &World| world.let_fail(operation, Some(1), Fault::AccessDenied {});
            let played = play_with(&mut world, &situation, after(calls), 1, refused);
            let played = played.unwrap_or_else(|(wrong, trace)| panic!("{wrong}\n{}", trace.join("\n")));
            let answers = answers(&world, &played.events).unwrap();
            assert_eq!(answers.len(), 2);
            assert_eq!(answers[0].is_success(), answers[1].is_success(), "{answers:?}");
            let wanted = if answers[0].is_success() { world_wanted(&situation) } else { world_nothing() };
            let trace = played.trace.join("\n");
            assert_eq!(world.picture(), wanted, "{operation} refused once, after {calls} calls\n{trace}");
        }
    }
}

fn world_nothing() -> Value {
    World::new().nothing()
}

/// A run of `event` that is killed after so many calls. What it had sent by then is lost.
fn killed_after(world: &mut World, event: &Event, calls: usize) {
    let Running { process, ended, dies, .. } = world.start(event.0.to_string(), CUT_SHORT);
    for _ in 0..calls {
        let is_its = |held: &aws_stand_in::Held| held.caller.as_ref() == Some(&process.name);
        let is_over = || ended.lock().unwrap().is_some();
        let held = world.gate.wait_until(PATIENCE, |held| held.iter().any(is_its) || is_over()).unwrap();
        // On a busy machine its short life may end before: a crash at another moment.
        let Some(next) = held.iter().find(|held| is_its(held)) else { break };
        world.gate.release(next.id);
    }
    drop(dies);
    world.gate.wait_until(PATIENCE, |_| ended.lock().unwrap().is_some()).unwrap();
    for held in world.gate.waiting().iter().filter(|held| held.caller.as_ref() == Some(&process.name)) {
        world.gate.drop_caller(held.id);
    }
    world.open();
}

/// A Create is killed at each moment that matters, and its event, delivered again, refused a description: what it answers then
/// finds all that was made.
fn a_crash_and_a_refusal_leave_nothing_behind(name: &str, denied: &str) {
    let (mut world, situation) = (World::new(), situation(name));
    for (moment, calls) in moments(&mut world, &situation).into_iter().filter(|(_, calls)| *calls != ALL_OF_IT) {
        let (_, create) = first_event(&mut world, &situation);
        killed_after(&mut world, &create, calls);
        println!("killed when {moment}");
        a_refused_run_answers_an_id_under_which_all_is_found(
            &mut world,
            &situation,
            &create,
            create.0.to_string(),
            denied,
        );
    }
}

#[test]
fn review_1_a_create_whose_first_run_crashed_answers_an_id_under_which_all_is_found() {
    a_crash_and_a_refusal_leave_nothing_behind("a1-endpoint", "DescribeEndpoint");
}

#[test]
fn what_a_run_took_over_before_it_crashed_is_given_back_whole() {
    a_crash_and_a_refusal_leave_nothing_behind("adopting-create", "DescribeEndpointConfig");
}

/// A Delete answers the id that it was given; that doesn't make a made-up one known.
#[test]
fn a_delete_with_a_made_up_id_that_failed_removes_everything_when_it_is_asked_for_again() {
    let (mut world, situation) = (World::new(), situation("a1-config"));
    world.prepare(&situation);
    let events = (situation.events)(&situation, "");
    world.carry_out(events[0].clone());
    world.let_fail("DeleteDashboards", None, Fault::AccessDenied {});
    let delete = world.addressed(events[1].clone(), 2);
    world.run_alone(delete.0.to_string(), LONG_LIFE);
    failed(&world, &delete);
    world.stand_in.clear_faults();
    world.carry_out(events[1].clone().again());
    let nothing = world.nothing();
    assert_eq!(world.picture(), nothing);
}

/// A lost answer that no call of a run has met would else be that of the stack's own deletion, which the SDK then asks for
/// again, of an endpoint that is being deleted.
#[test]
fn what_no_run_has_met_does_not_meet_the_removal() {
    let (mut world, situation) = (World::new(), situation("replaced-config"));
    let id = world.prepare(&situation);
    world.let_fail("*", Some(1), Fault::DropAnswer {});
    let declared = situation.before.unwrap()();
    world.remove(&situation, &id, &declared.0);
    let nothing = world.nothing();
    assert_eq!(world.picture(), nothing);
}
