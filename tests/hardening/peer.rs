//! A real provider process with everything around it.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::time::Duration;

use aws_stand_in::{CallRecord, Fault, Outcome as Comes, Script};
use serde_json::Value;

use crate::situations::Situation;
use crate::support::cloudformation;
use crate::support::event::Event;
use crate::support::harness::{Answer, MODEL, Outcome, Scenario};

/// Names of what belongs to others; nothing of ours has one of them.
const THEIRS: &str = "theirs";
/// Holds the call at which a process is killed: it has not been carried out then, and never will be.
const HELD: Fault = Fault::DelayMs(600_000);
/// How long any other run lives.
const UNHURRIED: Duration = Duration::from_mins(5);
/// How long a run lives that ends before its endpoint has changed, or that is killed: the next one waits for the end of its lease.
const SHORT_LIFE: Duration = Duration::from_millis(2500);
/// The same, where that was too short for what comes before.
const LONGER_LIFE: Duration = Duration::from_secs(12);
/// How long such a change takes, on the stand-in's clock.
const AN_HOUR: Duration = Duration::from_hours(1);

/// What was there before anything of ours, to be compared with what is there once ours has been removed.
pub(crate) struct Others {
    names: BTreeSet<String>,
    theirs: Vec<Value>,
}

/// The provider as a process, and AWS with something of others in it.
pub(crate) struct Peer(Scenario);

impl Deref for Peer {
    type Target = Scenario;

    fn deref(&self) -> &Scenario {
        &self.0
    }
}

impl Peer {
    pub(crate) fn start() -> Self {
        Self(Scenario::as_process())
    }

    /// Everything forgotten but what belongs to others.
    pub(crate) fn start_over(&self) {
        self.0.start_over();
        self.foreign_endpoint(THEIRS, Some(60));
        self.foreign_dashboard(&format!("{THEIRS}-monitoring"));
        self.foreign_alarm(&format!("{THEIRS}-unused-gpu"));
        self.foreign_model(MODEL);
        self.stand_in.clear_calls();
        self.receiver.take();
    }

    /// The event that is put to the test, which is the first of its request or what an earlier run handed over; and the state
    /// before the request.
    pub(crate) fn prepare(&self, situation: &Situation) -> Result<(Event, Value), String> {
        let prepared = self.prepare_in_lives_of(situation, SHORT_LIFE);
        if prepared.is_ok() {
            return prepared;
        }
        // On a busy machine a short life may end before the endpoint is waited for.
        self.start_over();
        self.prepare_in_lives_of(situation, LONGER_LIFE)
    }

    fn prepare_in_lives_of(&self, situation: &Situation, life: Duration) -> Result<(Event, Value), String> {
        let mut event = (situation.prepare)(self);
        let before = self.state();
        if situation.runs_before > 0 {
            let changing = event.0["ResourceProperties"]["EndpointName"].as_str().unwrap_or_default();
            let after_ms = u64::try_from(AN_HOUR.as_millis()).ok();
            self.stand_in.script(changing, Script { outcome: Comes::Succeed, reason: None, after_ms });
        }
        for _ in 0..situation.runs_before {
            event = self.hand_over(&event, life)?;
        }
        self.stand_in.advance(AN_HOUR);
        Ok((event, before))
    }

    /// Has the process work on an event whose endpoint takes longer than the run, and gives the next run's.
    fn hand_over(&self, event: &Event, life: Duration) -> Result<Event, String> {
        match self.run(event, &[self.addressed(event)], life, None)? {
            Outcome::HandedOver(next) => Ok(Event(serde_json::from_str(&next[0]).map_err(|error| error.to_string())?)),
            other => Err(format!("no next run, but {other:?}")),
        }
    }

    /// Plays a situation where nothing goes wrong, and gives the calls that it took and the state that it ends in.
    pub(crate) fn undisturbed(&self, situation: &Situation) -> Result<(Vec<CallRecord>, Value), String> {
        self.start_over();
        let (event, _) = self.prepare(situation)?;
        self.send(&event)?.succeeded();
        Ok((self.stand_in.calls(), self.state()))
    }

    /// Has the process work on an event, and gives its one answer.
    pub(crate) fn send(&self, event: &Event) -> Result<Answer, String> {
        self.send_in_a_life_of(event, UNHURRIED)
    }

    /// The same, in a run that lives so long: where the ledger can't be reached at its end, the next run waits for that.
    pub(crate) fn send_in_a_life_of(&self, event: &Event, life: Duration) -> Result<Answer, String> {
        self.stand_in.clear_calls();
        match self.run(event, &[self.addressed(event)], life, None)? {
            Outcome::Answered(answer) => Ok(answer),
            other => Err(format!("no answer, but {other:?}")),
        }
    }

    /// Wakes the process with an event that is no request, and gives what it returns.
    pub(crate) fn wake(&self, event: &Event) -> Result<Value, String> {
        self.wake_in_a_life_of(event, UNHURRIED)
    }

    /// The same, in a run that lives so long.
    pub(crate) fn wake_in_a_life_of(&self, event: &Event, life: Duration) -> Result<Value, String> {
        self.stand_in.clear_calls();
        match self.run(event, &[self.addressed(event)], life, None)? {
            Outcome::Woken(kept, None) if kept.is_object() => Ok(kept),
            other => Err(format!("a wake ended with {other:?}")),
        }
    }

    /// Has `prepare` bring the account to where an event comes. Has the process work on that event until `calls` calls have arrived,
    /// then kills it. Gives the event, and what `prepare` gave with it.
    pub(crate) fn kill_at_call<T>(
        &self,
        calls: usize,
        prepare: impl Fn() -> Result<(Event, T), String>,
    ) -> Result<(Event, T), String> {
        let have_arrived = || self.stand_in.calls().len() >= calls;
        let mut ended = None;
        // On a busy machine a short life may end before that call.
        for life in [SHORT_LIFE, LONGER_LIFE] {
            let (event, prepared) = prepare()?;
            self.let_fail_from(u32::try_from(calls).unwrap(), "*", None, HELD);
            self.stand_in.clear_calls();
            let outcome = self.run(&event, &[self.addressed(&event)], life, Some(&have_arrived))?;
            self.stand_in.clear_faults();
            if matches!(outcome, Outcome::Died) {
                return Ok((event, prepared));
            }
            ended = Some(outcome);
        }
        Err(format!("it ended before call {calls}: {ended:?}"))
    }

    /// Sends what CloudFormation sends after a failed `answer`: a Delete after a Create, the Update back after an Update,
    /// the same again (when a person says so) after a Delete and after a failed rollback. Without faults it must succeed.
    /// Gives the answer that counts in the end.
    pub(crate) fn settle(&self, situation: &Situation, event: &Event, answer: Answer) -> Result<Answer, String> {
        self.stand_in.clear_faults();
        if answer.is_success() {
            return Ok(answer);
        }
        let rolled_back = cloudformation::rolled_back(event, &answer.id()).filter(|_| !situation.is_rollback);
        let next = rolled_back.unwrap_or_else(|| cloudformation::tried_again(event));
        let is_again = next.text("RequestType") == event.text("RequestType")
            && next.0["ResourceProperties"] == event.0["ResourceProperties"];
        let settled = self.send(&next)?;
        if !settled.is_success() {
            return Err(format!("the {} that follows failed: {}", next.text("RequestType"), settled.reason()));
        }
        Ok(if is_again { settled } else { answer })
    }

    /// Sends the Deletes that end the resource once `event` has been answered and [`Self::settle`]d: of what a replacement
    /// left behind, then of the resource itself.
    pub(crate) fn remove(&self, event: &Event, answer: &Answer) -> Result<(), String> {
        for delete in cloudformation::ended(event, answer.is_success(), &answer.id()) {
            let answer = self.send(&delete)?;
            if !answer.is_success() {
                return Err(format!("the last Delete failed: {}", answer.reason()));
            }
        }
        Ok(())
    }

    /// What there is before anything of ours.
    pub(crate) fn others(&self) -> Others {
        Others { names: self.all_names().collect(), theirs: self.theirs() }
    }

    /// Once ours has been removed: at most `may_be_left` things are left of it, and those of others are as they were.
    pub(crate) fn only_others(&self, before: &Others, may_be_left: usize) -> Result<(), String> {
        let left: Vec<String> = self.all_names().filter(|name| !before.names.contains(name)).collect();
        if left.len() > may_be_left {
            return Err(format!("{left:?} is left"));
        }
        if self.theirs() != before.theirs {
            return Err("something of others was touched".to_owned());
        }
        Ok(())
    }

    /// Everything that belongs to others, as it is.
    fn theirs(&self) -> Vec<Value> {
        let state = self.state();
        let all = state.as_object().into_iter().flat_map(|kinds| kinds.values()).filter_map(Value::as_array).flatten();
        all.filter(|one| one.to_string().contains(&format!("\"{THEIRS}"))).cloned().collect()
    }
}
