//! Plays a schedule: lets the calls of all runs go on, one at a time, until every event is answered.

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime};

use aws_stand_in::{Fault, Held};
use serde_json::Value;

use super::process::Ended;
use super::schedule::{Action, Decider, Fate, Live, Schedule, Weather};
use super::situation::{Arrival, Situation};
use super::support::cloudformation;
use super::support::event::Event;
use super::support::harness::{Answer, REQUEST_TABLE};
use super::support::http::Request;
use super::support::lambda::Returned;
use super::world::{LONG_LIFE, PATIENCE, Running, World};

/// A run that dies: its lease is waited for so long.
const DYING_LIFE: Duration = Duration::from_millis(1500);
/// A run that ends before its endpoint does, with time for all its calls before.
pub(crate) const SHORT_LIFE: Duration = Duration::from_millis(1300);
/// Looks in a row after which a run waits for something.
const LOOKS: u32 = 5;
/// Winding the clock so often in a row doesn't help whoever still waits.
const MOST_WINDS: u32 = 12;
/// More than any schedule takes.
const MOST_STEPS: usize = 20_000;

/// An event on its way to the provider.
struct Delivery {
    order: usize,
    event: String,
    life: Duration,
}

/// A run, live or not.
struct Run {
    order: usize,
    name: String,
    running: Option<Running>,
    ended: Ended,
    steps: u32,
    looks: u32,
}

/// A call whose caller believes it lost.
struct Late {
    id: u64,
    run: usize,
    steps: u32,
}

/// What has come of it.
pub(crate) struct Played {
    pub(crate) events: Vec<Event>,
    /// The id of the resource before.
    pub(crate) id: String,
    /// What each run that wasn't killed returned, and which event it had.
    pub(crate) returned: Vec<(usize, Returned)>,
    /// Steps of each run.
    pub(crate) steps: Vec<u32>,
    /// What happened, a line for each step.
    pub(crate) trace: Vec<String>,
}

struct Player<'w> {
    world: &'w mut World,
    decider: Decider,
    waiting: VecDeque<Delivery>,
    runs: Vec<Run>,
    late: Vec<Late>,
    /// When the lease of a process that died ends, and its name.
    dead: Option<(SystemTime, String)>,
    /// How often the clock was wound since something changed.
    wound: u32,
    arrival: Arrival,
    played: Played,
}

/// Plays a schedule. Lives are `patience` times as long as usual.
///
/// # Errors
/// What was wrong on the way, in words, and what had happened until then.
pub(crate) fn play(
    world: &mut World,
    situation: &Situation,
    schedule: Schedule,
    patience: u32,
) -> Result<Played, (String, Vec<String>)> {
    play_with(world, situation, schedule, patience, |_| {})
}

/// As [`play`], after something has been done to the account.
///
/// # Errors
/// As [`play`].
pub(crate) fn play_with(
    world: &mut World,
    situation: &Situation,
    schedule: Schedule,
    patience: u32,
    prepare: impl FnOnce(&World),
) -> Result<Played, (String, Vec<String>)> {
    let id = world.prepare(situation);
    prepare(world);
    let events: Vec<Event> = (situation.events)(situation, &id);
    // The same event twice has been sent once.
    let place = |event: &Event| events.iter().position(|one| one.text("RequestId") == event.text("RequestId"));
    let events: Vec<Event> =
        events.iter().map(|event| world.addressed(event.clone(), 1 + place(event).unwrap_or_default())).collect();
    let decider = schedule.decider();
    let waiting = deliveries(&events, &decider, patience);
    let played = Played { events, id, returned: Vec::new(), steps: Vec::new(), trace: Vec::new() };
    let arrival = situation.arrival;
    let mut on_stage =
        Player { world, decider, waiting, runs: Vec::new(), late: Vec::new(), dead: None, wound: 0, arrival, played };
    let result = on_stage.play();
    on_stage.played.steps = on_stage.runs.iter().map(|run| run.steps).collect();
    match result {
        Ok(()) => Ok(on_stage.played),
        Err(wrong) => Err((wrong, on_stage.played.trace)),
    }
}

fn deliveries(events: &[Event], decider: &Decider, patience: u32) -> VecDeque<Delivery> {
    let traits = decider.traits();
    let delivery = |order: usize| Delivery { order, event: events[order].0.to_string(), life: LONG_LIFE };
    let mut waiting: VecDeque<Delivery> = (0..events.len()).map(delivery).collect();
    if let Some((order, late)) = traits.twice {
        let at = if late { waiting.len() } else { order + 1 };
        waiting.insert(at, delivery(order));
    }
    if traits.reordered {
        waiting.swap(0, 1);
    }
    if let Some(run) = traits.dies {
        waiting[run].life = DYING_LIFE * patience;
    } else if let Some(run) = traits.hands_over {
        waiting[run].life = SHORT_LIFE * patience;
    }
    waiting
}

/// Whether a call only looks whether something has changed.
fn is_look(held: &Held) -> bool {
    ["GetItem", "DescribeEndpoint"].contains(&held.operation.as_str())
}

impl Player<'_> {
    fn play(&mut self) -> Result<(), String> {
        for _ in 0..MOST_STEPS {
            self.harvest()?;
            let live = self.live();
            if live.is_empty() && self.waiting.is_empty() {
                return self.land_all();
            }
            match self.decider.next(&live, self.next_may_come()) {
                Action::Deliver => self.deliver(),
                Action::Step(run) => self.step(run)?,
                Action::Wind => self.wind()?,
            }
        }
        Err("it comes to no end".to_owned())
    }

    fn live(&self) -> Vec<Live> {
        let live = self.runs.iter().enumerate().filter(|(_, run)| run.running.is_some());
        live.map(|(at, run)| Live { run: at, waits: run.looks >= LOOKS }).collect()
    }

    /// Whether the next event may come in.
    fn next_may_come(&self) -> bool {
        let Some(next) = self.waiting.front() else { return false };
        if self.arrival == Arrival::InAnyOrder || next.order + 1 < self.played.events.len() {
            return true;
        }
        let before = next.order - 1;
        let request = self.played.events[before].text("RequestId");
        let has_begun = || Value::Array(self.world.stand_in.table(REQUEST_TABLE)).to_string().contains(request);
        !self.runs.iter().any(|run| run.order == before && run.running.is_some()) || has_begun()
    }

    fn tell(&mut self, what: String) {
        self.played.trace.push(what);
    }

    fn deliver(&mut self) {
        let Some(Delivery { order, event, life }) = self.waiting.pop_front() else { return };
        let running = self.world.start(event, life);
        let name = running.process.name.clone();
        self.tell(format!("run {} ({name}) begins with event {order}", self.runs.len()));
        let ended = Arc::clone(&running.ended);
        self.runs.push(Run { order, name, running: Some(running), ended, steps: 0, looks: 0 });
    }

    /// Takes note of the runs that have ended.
    fn harvest(&mut self) -> Result<(), String> {
        for at in 0..self.runs.len() {
            let has_ended = self.runs[at].running.is_some() && self.runs[at].ended.lock().unwrap().is_some();
            if !has_ended {
                continue;
            }
            let Some(running) = self.runs[at].running.take() else { continue };
            self.something_changed(None);
            let order = self.runs[at].order;
            let returned = self.world.finish(running);
            match &returned {
                Returned::Value(value) => self.tell(format!("run {at} ends: {value}")),
                Returned::Error(error) => return Err(format!("run {at} ends with an error: {error}")),
                Returned::Exited => continue,
            }
            let (next, _) = self.world.next_runs.take();
            if next.len() != usize::from(returned.goes_on()) {
                return Err(format!("run {at} ended in {returned:?}, and there are {} next runs", next.len()));
            }
            self.played.returned.push((order, returned));
            let times = if self.decider.traits().handed_over_twice { 2 } else { 1 };
            for event in next {
                let again = || Delivery { order, event: event.clone(), life: LONG_LIFE };
                self.waiting.extend(std::iter::repeat_with(again).take(times));
            }
        }
        Ok(())
    }

    /// Whoever waited for something looks again.
    fn something_changed(&mut self, by: Option<usize>) {
        self.wound = 0;
        let others = self.runs.iter_mut().enumerate().filter(|(at, _)| Some(*at) != by);
        others.for_each(|(_, run)| run.looks = 0);
    }

    fn step(&mut self, at: usize) -> Result<(), String> {
        if let Some(weather) = self.decider.weather() {
            self.tell(format!("{weather:?} from now on, once"));
            let fault = match weather {
                Weather::Throttled => Fault::Throttle {},
                Weather::AnswerLost => Fault::DropAnswer {},
                Weather::ServerError => {
                    let (code, message) = ("InternalFailure".to_owned(), "try again".to_owned());
                    Fault::Error { status: 500, code, message }
                }
            };
            self.world.let_fail("*", Some(1), fault);
        }
        let (name, ended) = (self.runs[at].name.clone(), Arc::clone(&self.runs[at].ended));
        let is_its = |held: &&Held| held.caller.as_ref() == Some(&name);
        let there = self.world.gate.wait_until(PATIENCE, |held| {
            held.iter().any(|held| is_its(&held) && !held.caller_gone) || ended.lock().unwrap().is_some()
        });
        let there = there.ok_or_else(|| format!("nothing more is heard of run {at}"))?;
        let mut its: Vec<&Held> = there.iter().filter(|held| is_its(held) && !held.caller_gone).collect();
        if its.is_empty() {
            return Ok(());
        }
        its.sort_by_cached_key(|held| (held.operation.clone(), held.request.to_string()));
        let call = its[self.decider.which(its.len())].clone();
        self.runs[at].steps += 1;
        match self.decider.fate(at, self.runs[at].steps) {
            Fate::CarriedOut => self.carry_out(at, &call),
            Fate::Lost => {
                self.tell(format!("run {at} loses {}", call.operation));
                self.world.gate.drop_caller(call.id);
                Ok(())
            }
            Fate::Late(steps) => {
                self.tell(format!("run {at} believes {} lost", call.operation));
                self.world.gate.carry_out_late(call.id);
                self.late.push(Late { id: call.id, run: at, steps });
                Ok(())
            }
            Fate::Dies => self.kill(at),
        }?;
        self.land_due()
    }

    fn carry_out(&mut self, at: usize, call: &Held) -> Result<(), String> {
        if call.operation == "PutItem" {
            // It may be the run's last, and nothing of it is under way any longer once it has ended.
            self.land(|late| late.run == at)?;
        }
        self.release(at, call.id, &call.operation, call.write)?;
        let run = &mut self.runs[at];
        run.looks = if is_look(call) { run.looks + 1 } else { 0 };
        if call.write {
            self.something_changed(Some(at));
        }
        Ok(())
    }

    fn release(&mut self, at: usize, id: u64, operation: &str, write: bool) -> Result<(), String> {
        self.tell(format!("run {at} {operation}"));
        self.world.gate.release(id);
        if !(write && operation.contains("Endpoint")) {
            return Ok(());
        }
        match self.world.endpoint_without_config() {
            Some(endpoint) => Err(format!("after {operation} an endpoint has lost its config: {endpoint:#}")),
            None => Ok(()),
        }
    }

    fn land_due(&mut self) -> Result<(), String> {
        self.late.iter_mut().for_each(|late| late.steps = late.steps.saturating_sub(1));
        self.land(|late| late.steps == 0)
    }

    fn land_all(&mut self) -> Result<(), String> {
        self.land(|_| true)
    }

    fn land(&mut self, is_due: impl Fn(&Late) -> bool) -> Result<(), String> {
        let (due, rest) = std::mem::take(&mut self.late).into_iter().partition(|late| is_due(late));
        self.late = rest;
        for Late { id, run, .. } in due {
            let held = self.world.gate.waiting().into_iter().find(|held| held.id == id);
            if let Some(held) = held {
                self.release(run, id, &format!("(too late) {}", held.operation), held.write)?;
                self.something_changed(None);
            }
        }
        Ok(())
    }

    /// Ends the process. What it had sent is carried out in the time that it would have lived, or never.
    fn kill(&mut self, at: usize) -> Result<(), String> {
        let Some(running) = self.runs[at].running.take() else { return Ok(()) };
        self.tell(format!("run {at} dies"));
        let Running { ended, dies, ends, process } = running;
        drop(dies);
        let has_died = || ended.lock().unwrap().is_some();
        self.world.gate.wait_until(PATIENCE, |_| has_died()).ok_or("a process won't die")?;
        for held in self.world.gate.waiting().iter().filter(|held| held.caller.as_ref() == Some(&process.name)) {
            if self.decider.lands() {
                let steps = 1 + u32::try_from(self.decider.which(9)).unwrap_or_default();
                self.late.push(Late { id: held.id, run: at, steps });
            } else {
                self.world.gate.drop_caller(held.id);
            }
        }
        self.dead = Some((ends, process.name));
        let order = self.runs[at].order;
        let event = self.played.events[order].0.to_string();
        self.waiting.push_front(Delivery { order, event, life: LONG_LIFE });
        Ok(())
    }

    /// Everybody waits: for the end of a process that died, or for an endpoint.
    fn wind(&mut self) -> Result<(), String> {
        self.runs.iter_mut().for_each(|run| run.looks = 0);
        let is_live = |run: &usize| self.runs.get(*run).is_some_and(|run| run.running.is_some());
        if let Some(run) = self.decider.traits().hands_over.filter(is_live) {
            // Its endpoint takes longer than it lives.
            return self.step(run);
        }
        if let Some((ends, name)) = self.dead.take() {
            self.land_all()?;
            let left = ends.duration_since(SystemTime::now()).unwrap_or_default();
            self.tell(format!("{name} would have been killed by now"));
            thread::sleep(left);
        }
        self.wound += 1;
        if self.wound > MOST_WINDS {
            return Err("everybody waits for ever".to_owned());
        }
        self.tell("hours pass".to_owned());
        self.world.wind();
        Ok(())
    }
}

/// The answers that have arrived to these events.
///
/// # Errors
/// The rule of CloudFormation that one of them breaks.
pub(crate) fn answers(world: &World, events: &[Event]) -> Result<Vec<Answer>, String> {
    let read = |put: Request| {
        let answer: Value = serde_json::from_str(&put.body).map_err(|error| error.to_string())?;
        let event = events.iter().find(|event| event.0["RequestId"] == answer["RequestId"]);
        cloudformation::read(event.ok_or_else(|| format!("an answer to nobody: {answer}"))?, &put.body)
    };
    world.receiver.take().into_iter().map(read).collect()
}
