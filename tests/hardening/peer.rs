//! A real provider process with everything around it.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_stand_in::{Outcome, Script};
use serde_json::Value;

use crate::situations::Situation;
use crate::support::cloudformation;
use crate::support::event::Event;
use crate::support::http::{HttpPeer, Reply};
use crate::support::lambda::{Lambda, Returned};
use crate::support::scenario::{Answer, Scenario};

/// Names of what belongs to others; nothing of ours has one of them.
const THEIRS: &str = "theirs";
/// How long a run lives that is killed: its lease ends with it, and the next one waits for that.
const LIFE: Duration = Duration::from_secs(6);
/// How long any other run lives.
const UNHURRIED: Duration = Duration::from_mins(5);
/// How long a run lives that ends before its endpoint has changed.
const SHORT_LIFE: Duration = Duration::from_millis(2500);
/// The same, where that was too short for what comes before.
const LONGER_LIFE: Duration = Duration::from_secs(12);
/// How long such a change takes, on the stand-in's clock.
const AN_HOUR: Duration = Duration::from_hours(1);
/// A model that somebody made, for whoever wants to serve it. A config of ours names it, so its name isn't one of theirs.
pub(crate) const MODEL: &str = "published-model";

/// What was there before anything of ours, to be compared with what is there once ours has been removed.
pub(crate) struct Others {
    names: BTreeSet<String>,
    theirs: Vec<Value>,
}

/// Provider process, stand-in and answer receiver.
pub(crate) struct Peer {
    /// Its stand-in and receiver are used, its provider only to prepare.
    pub(crate) scenario: Scenario,
    process: Lambda,
    handed_over: Arc<Mutex<VecDeque<String>>>,
    lambda: HttpPeer,
}

impl Peer {
    pub(crate) fn start() -> Self {
        let scenario = Scenario::new();
        let handed_over = Arc::<Mutex<VecDeque<String>>>::default();
        let queue = Arc::clone(&handed_over);
        let lambda = HttpPeer::start(move |request| {
            queue.lock().unwrap().push_back(request.body);
            Reply::status(202)
        });
        let process = process(&scenario, &lambda);
        Self { scenario, process, handed_over, lambda }
    }

    /// Everything forgotten but what belongs to others.
    pub(crate) fn start_over(&self) {
        self.scenario.start_over();
        self.scenario.foreign_endpoint(THEIRS, Some(60));
        self.scenario.foreign_dashboard(&format!("{THEIRS}-monitoring"));
        self.scenario.foreign_alarm(&format!("{THEIRS}-unused-gpu"));
        self.scenario.foreign_model(MODEL);
        self.scenario.stand_in.clear_calls();
        self.scenario.receiver.take();
    }

    /// The event that is put to the test, which is the first of its request or what an earlier run handed over; and the state
    /// before the request.
    pub(crate) fn prepare(&mut self, situation: &Situation) -> Result<(Event, Value), String> {
        let prepared = self.prepare_in_lives_of(situation, SHORT_LIFE);
        if prepared.is_ok() {
            return prepared;
        }
        // On a busy machine a short life may end before the endpoint is waited for.
        self.start_over();
        self.prepare_in_lives_of(situation, LONGER_LIFE)
    }

    fn prepare_in_lives_of(&mut self, situation: &Situation, life: Duration) -> Result<(Event, Value), String> {
        let mut event = (situation.prepare)(self);
        let before = self.scenario.state();
        if situation.runs_before > 0 {
            let changing = event.0["ResourceProperties"]["EndpointName"].as_str().unwrap_or_default();
            let after_ms = u64::try_from(AN_HOUR.as_millis()).ok();
            self.scenario.stand_in.script(changing, Script { outcome: Outcome::Succeed, reason: None, after_ms });
        }
        for _ in 0..situation.runs_before {
            event = self.hand_over(&event, life)?;
        }
        self.scenario.stand_in.advance(AN_HOUR);
        Ok((event, before))
    }

    /// Has the process work on an event whose endpoint takes longer than the run, and gives the next run's.
    fn hand_over(&mut self, event: &Event, life: Duration) -> Result<Event, String> {
        let event = event.clone().answered_at(&self.scenario.receiver.url());
        let returned = self.process.invoke_in_a_life_of(&event, life);
        let next: Vec<String> = self.handed_over.lock().unwrap().drain(..).collect();
        match next.as_slice() {
            [next] => Ok(Event(serde_json::from_str(next).map_err(|error| error.to_string())?)),
            _ => Err(format!("{} next runs of a run that ended with {returned:?}", next.len())),
        }
    }

    /// Plays a situation where nothing goes wrong, and gives the state that it ends in.
    pub(crate) fn undisturbed(&mut self, situation: &Situation) -> Result<Value, String> {
        self.start_over();
        let (event, _) = self.prepare(situation)?;
        self.send(&event)?.succeeded();
        Ok(self.scenario.state())
    }

    /// Has the process work on an event, and gives its one answer.
    pub(crate) fn send(&mut self, event: &Event) -> Result<Answer, String> {
        self.send_in_a_life_of(event, UNHURRIED)
    }

    /// The same, in a run that lives so long: where the ledger can't be reached at its end, the next run waits for that.
    pub(crate) fn send_in_a_life_of(&mut self, event: &Event, life: Duration) -> Result<Answer, String> {
        self.scenario.stand_in.clear_calls();
        let event_here = event.clone().answered_at(&self.scenario.receiver.url());
        let returned = self.process.invoke_in_a_life_of(&event_here, life);
        self.answer(event, &returned)
    }

    /// Wakes the process with an event that is no request, and gives what it returns.
    pub(crate) fn wake(&mut self, event: &Event) -> Result<Value, String> {
        self.wake_in_a_life_of(event, UNHURRIED)
    }

    /// The same, in a run that lives so long.
    pub(crate) fn wake_in_a_life_of(&mut self, event: &Event, life: Duration) -> Result<Value, String> {
        self.scenario.stand_in.clear_calls();
        let returned = self.process.invoke_in_a_life_of(event, life);
        if !self.scenario.receiver.take().is_empty() {
            return Err("a wake was answered".to_owned());
        }
        match returned {
            Returned::Value(value) if value["KeptRight"].is_object() => Ok(value["KeptRight"].clone()),
            other => Err(format!("a wake ended with {other:?}")),
        }
    }

    fn answer(&self, event: &Event, returned: &Returned) -> Result<Answer, String> {
        let received = self.scenario.receiver.take();
        let [put] = received.as_slice() else { return Err(format!("{} answers", received.len())) };
        if put.body.len() > 4096 {
            return Err(format!("an answer of {} bytes", put.body.len()));
        }
        let answer: Value = serde_json::from_str(&put.body).map_err(|error| error.to_string())?;
        if *returned != Returned::Value(answer.clone()) {
            return Err(format!("returned {returned:?} and answered {answer}"));
        }
        for echoed in ["StackId", "RequestId", "LogicalResourceId"] {
            if answer[echoed] != event.0[echoed] {
                return Err(format!("{echoed} is not echoed"));
            }
        }
        Ok(Answer(answer))
    }

    /// Has the process work on an event until `calls` calls have arrived, then kills it and starts another.
    pub(crate) fn kill_at_call(&mut self, event: &Event, calls: usize) -> Result<(), String> {
        let stand_in = &self.scenario.stand_in;
        stand_in.clear_calls();
        let url = self.scenario.receiver.url();
        let event = if event.is_request() { event.clone().answered_at(&url) } else { event.clone() };
        let survived = self.process.invoke_until_true(&event, LIFE, || stand_in.calls().len() >= calls);
        self.process = process(&self.scenario, &self.lambda);
        match survived {
            Some(returned) => Err(format!("it ended before call {calls}: {returned:?}")),
            None if self.scenario.receiver.take().is_empty() => Ok(()),
            None => Err(format!("it answered before call {calls}")),
        }
    }

    /// Sends what CloudFormation sends after a failed `answer`: a Delete after a Create, the Update back after an Update,
    /// the same again (when a person says so) after a Delete and after a failed rollback. Without faults it must succeed.
    /// Gives the answer that counts in the end.
    pub(crate) fn settle(&mut self, situation: &Situation, event: &Event, answer: Answer) -> Result<Answer, String> {
        self.scenario.stand_in.clear_faults();
        if answer.0["Status"] == "SUCCESS" {
            return Ok(answer);
        }
        if event.text("RequestType") == "Update" && answer.id() != event.text("PhysicalResourceId") {
            return Err(format!("a failed Update answers another id: {}", answer.id()));
        }
        let rolled_back = cloudformation::rolled_back(event, &answer.id()).filter(|_| !situation.is_rollback);
        let next = rolled_back.unwrap_or_else(|| cloudformation::tried_again(event));
        let is_again = next.text("RequestType") == event.text("RequestType")
            && next.0["ResourceProperties"] == event.0["ResourceProperties"];
        let settled = self.send(&next)?;
        if settled.0["Status"] != "SUCCESS" {
            return Err(format!("the {} that follows failed: {}", next.text("RequestType"), settled.reason()));
        }
        Ok(if is_again { settled } else { answer })
    }

    /// Sends the Deletes that end the resource once `event` has been answered and [`Self::settle`]d: of what a replacement
    /// left behind, then of the resource itself.
    pub(crate) fn remove(&mut self, event: &Event, answer: &Answer) -> Result<(), String> {
        let succeeded = answer.0["Status"] == "SUCCESS";
        for delete in cloudformation::ended(event, succeeded, &answer.id()) {
            let answer = self.send(&delete)?;
            if answer.0["Status"] != "SUCCESS" {
                return Err(format!("the last Delete failed: {}", answer.reason()));
            }
        }
        Ok(())
    }

    /// What there is before anything of ours.
    pub(crate) fn others(&self) -> Others {
        Others { names: self.names(), theirs: self.theirs() }
    }

    /// Once ours has been removed: at most `may_be_left` things are left of it, and those of others are as they were.
    pub(crate) fn only_others(&self, before: &Others, may_be_left: usize) -> Result<(), String> {
        let left: Vec<String> = self.names().difference(&before.names).cloned().collect();
        if left.len() > may_be_left {
            return Err(format!("{left:?} is left"));
        }
        if self.theirs() != before.theirs {
            return Err("something of others was touched".to_owned());
        }
        Ok(())
    }

    /// Names of everything that exists.
    fn names(&self) -> BTreeSet<String> {
        let state = self.scenario.state();
        let kinds = [
            ("endpoint_configs", "EndpointConfigName"),
            ("endpoints", "EndpointName"),
            ("dashboards", "DashboardName"),
            ("alarms", "AlarmName"),
        ];
        let named = |(kind, field): (&str, &str)| -> Vec<String> {
            let all = state[kind].as_array().cloned().unwrap_or_default();
            all.iter().filter_map(|one| Some(format!("{kind}/{}", one[field].as_str()?))).collect()
        };
        kinds.into_iter().flat_map(named).collect()
    }

    /// Everything that belongs to others, as it is.
    fn theirs(&self) -> Vec<Value> {
        let state = self.scenario.state();
        let all = state.as_object().into_iter().flat_map(|kinds| kinds.values()).filter_map(Value::as_array).flatten();
        all.filter(|one| one.to_string().contains(&format!("\"{THEIRS}"))).cloned().collect()
    }
}

fn process(scenario: &Scenario, lambda: &HttpPeer) -> Lambda {
    Lambda::start(
        scenario.stand_in.url(),
        &[("AWS_ENDPOINT_URL_LAMBDA", format!("http://{}", lambda.authority()).as_str()), ("KEEP_MONITORING", "true")],
    )
}
