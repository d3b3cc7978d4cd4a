//! What takes longer than a run lives.

use std::time::Duration;

use aws_stand_in::Outcome;
use serde_json::json;

use super::{QUICK, create, delete, made, update};
use crate::support::declaration::shared_gpus;
use crate::support::event::Event;
use crate::support::harness::{Answer, Delivery, Scenario};

/// A transition that takes as long as the stand-in's clock is not wound.
const FOREVER: Duration = Duration::from_hours(1000);
/// How long a run lives that finds the end of what was waited for.
const LAST_LIFE: Duration = Duration::from_mins(1);

/// How long runs live.
#[derive(Clone, Copy)]
struct Lives {
    /// The first one, half of which is for work: enough for every call.
    first: Duration,
    /// A later one that only waits, and makes few calls.
    later: Duration,
}

/// Lives that tests can afford to wait for.
const SHORT: Lives = Lives { first: Duration::from_secs(3), later: Duration::from_secs(1) };
/// Where other work on the machine leaves these no time for their calls.
const LONGER: Lives = Lives { first: Duration::from_secs(12), later: Duration::from_secs(5) };

/// What comes of a request in short lives, and in longer ones where a run had no time for its calls.
fn in_time<T>(play: impl Fn(Lives) -> (Answer, T)) -> (Answer, T) {
    let (answer, seen) = play(SHORT);
    if answer.reason().contains("the time ran out") { play(LONGER) } else { (answer, seen) }
}

impl Scenario {
    /// As [`Self::send`], over several runs. `between` is called before each further one, with the number of hand-overs so far, and
    /// says how long it lives.
    fn send_over_several_runs(&self, lives: Lives, event: Event, mut between: impl FnMut(usize) -> Duration) -> Answer {
        let delivery = Delivery { life: lives.first, times: 1, killed_when: None };
        self.deliver(event, delivery, |_, hops| between(hops)).unwrap()
    }
}

#[test]
fn fifty_minutes_pass_over_several_runs() {
    let (answer, chain) = in_time(|lives| {
        let chain = Scenario::with_transitions(Duration::from_mins(50));
        let answer = chain.send_over_several_runs(lives, create(&shared_gpus("chat")), |hops| {
            chain.stand_in.advance(Duration::from_mins(14));
            if hops < 4 { lives.later } else { LAST_LIFE }
        });
        (answer, chain)
    });
    answer.succeeded();
    assert_eq!(chain.hops(), 4);
    assert_eq!(chain.endpoint("chat")["EndpointStatus"], "InService");
}

#[test]
fn an_endpoint_that_never_gets_there_is_given_up_within_service_timeout() {
    let (answer, (chain, declared)) = in_time(|lives| {
        let chain = Scenario::with_transitions(FOREVER);
        let declared = shared_gpus("chat").with("ServiceTimeout", 2 * lives.first.as_secs());
        let answer = chain.send_over_several_runs(lives, create(&declared), |_| lives.later);
        (answer, (chain, declared))
    });
    let reason = answer.failed();
    assert!(reason.contains("gave up") && reason.contains("Creating"), "{reason}");
    assert!(chain.hops() > 0, "the first run has time for every call");
    // The endpoint can't be deleted while it is created: the id lets the Delete that follows find it.
    assert_eq!(answer.id(), "chat");
    chain.stand_in.advance(FOREVER);
    chain.next_after(QUICK, Outcome::Succeed, "");
    chain.send(delete("chat", &declared)).succeeded();
    assert!(chain.is_empty());
}

#[test]
fn a_chain_of_runs_ends_before_lambda_cuts_it_off() {
    let (answer, hops) = in_time(|lives| {
        let chain = Scenario::with_transitions(FOREVER);
        let answer = chain.send_over_several_runs(lives, create(&shared_gpus("chat")), |_| lives.later);
        (answer, chain.hops())
    });
    assert!(answer.failed().contains("Timeout of 900 seconds"), "{}", answer.reason());
    assert_eq!(hops, 14);
}

#[test]
fn without_the_right_to_invoke_itself_it_says_what_to_grant() {
    let (answer, ()) = in_time(|lives| {
        let chain = Scenario::with_transitions(FOREVER);
        chain.next_runs.deny();
        (chain.send_over_several_runs(lives, create(&shared_gpus("chat")), |_| lives.later), ())
    });
    let reason = answer.failed();
    assert!(reason.contains("lambda:InvokeFunction"), "{reason}");
    assert!(reason.contains("Creating"), "{reason}");
}

#[test]
fn a_creation_that_fails_in_a_later_run_leaves_nothing_either() {
    let (answer, chain) = in_time(|lives| {
        let chain = Scenario::with_transitions(QUICK);
        chain.next_after(Duration::from_mins(30), Outcome::Fail, "the container died");
        let answer = chain.send_over_several_runs(lives, create(&shared_gpus("chat")), |_| {
            chain.stand_in.advance(Duration::from_mins(31));
            LAST_LIFE
        });
        (answer, chain)
    });
    assert!(answer.failed().contains("the container died"), "{}", answer.reason());
    assert!(answer.id().starts_with("create-failed."), "{}", answer.id());
    assert!(chain.is_empty(), "{}", chain.state());
}

#[test]
fn an_update_that_is_rolled_back_in_a_later_run_is_not_tried_again() {
    let (answer, (chain, old)) = in_time(|lives| {
        let (chain, declared, old) = made();
        chain.next_after(Duration::from_mins(20), Outcome::Fail, "capacity");
        let answer =
            chain.send_over_several_runs(lives, update("chat", &declared, &declared.clone().faster()), |hops| {
                chain.stand_in.advance(Duration::from_mins(14));
                if hops < 2 { lives.later } else { LAST_LIFE }
            });
        (answer, (chain, old))
    });
    assert!(answer.failed().contains("capacity"), "{}", answer.reason());
    assert_eq!(chain.writes().iter().filter(|write| *write == "UpdateEndpoint").count(), 1);
    assert_eq!(chain.config_names(), [old]);
}

#[test]
fn a_deletion_is_waited_for_over_several_runs() {
    let (answer, chain) = in_time(|lives| {
        let (chain, declared, _) = made();
        chain.next_after(Duration::from_mins(20), Outcome::Succeed, "");
        let answer = chain.send_over_several_runs(lives, delete("chat", &declared), |hops| {
            chain.stand_in.advance(Duration::from_mins(14));
            if hops < 2 { lives.later } else { LAST_LIFE }
        });
        (answer, chain)
    });
    answer.succeeded();
    assert_eq!(chain.hops(), 2);
    assert!(chain.is_empty());
}

#[test]
fn a_run_that_died_is_finished_by_the_same_event_delivered_again() {
    let chain = Scenario::with_transitions(Duration::from_mins(10));
    let declared = shared_gpus("chat");
    let event = create(&declared);
    chain.run_once(&event, SHORT.first);
    chain.stand_in.advance(Duration::from_mins(11));
    chain.send(event).succeeded();
    assert_eq!(chain.endpoint("chat")["EndpointStatus"], "InService");
    assert_eq!(chain.config_names().len(), 1);
}

/// What its first run wrote stayed: the alarm, the dashboard, the tags, and a dashboard that was taken over was deleted.
#[test]
fn review_4_an_update_that_fails_in_a_later_run_leaves_nothing_that_its_first_run_wrote() {
    let (answer, (chain, before, declared, new)) = in_time(|lives| {
        let (chain, declared, _) = made();
        chain.foreign_dashboard("by-hand");
        let before = chain.picture();
        let new = declared.clone().faster().with("AdoptExisting", true);
        let new = new.with("Dashboard/DashboardName", "by-hand").with("UnusedGpuAlarm/Threshold", 2);
        let new = new.with("Tags", json!([{"Key": "team", "Value": "b"}]));
        chain.next_after(Duration::from_mins(20), Outcome::Fail, "capacity");
        let answer = chain.send_over_several_runs(lives, update("chat", &declared, &new), |_| {
            chain.stand_in.advance(Duration::from_mins(21));
            LAST_LIFE
        });
        (answer, (chain, before, declared, new))
    });
    assert!(answer.failed().contains("capacity"), "{}", answer.reason());
    assert_eq!((answer.id().as_str(), chain.hops()), ("chat", 1));
    let after = chain.picture();
    for kind in ["endpoint_configs", "dashboards", "alarms"] {
        assert_eq!(after[kind], before[kind], "{kind}");
    }
    // The author's own tags of the endpoint come back with the rollback.
    chain.send(update("chat", &new, &declared)).succeeded();
    assert_eq!(chain.picture(), before);
}
