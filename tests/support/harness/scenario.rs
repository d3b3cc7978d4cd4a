//! CloudFormation, between the provider and AWS: sends events, follows hand-overs, and reads each answer by the rules.

use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::time::Duration;

use aws_stand_in::{CallRecord, Config};
use serde_json::Value;

use super::answer::Answer;
use super::aws::Aws;
use super::provider::{InProcess, Provider, Setup};
use crate::support::cloudformation;
use crate::support::declaration::Declared;
use crate::support::event::{CONFIG, Event, MONITORING};
use crate::support::lambda::{Condition, Returned};

/// Time for work that is not about time.
const PLENTY: Duration = Duration::from_mins(1);
/// The longest between two looks.
const PAUSE: Duration = Duration::from_millis(5);
/// More than any chain of runs has.
const MOST_RUNS: usize = 40;

/// The provider and everything around it.
pub(crate) struct Scenario {
    aws: Aws,
    provider: RefCell<Provider>,
    last_calls: RefCell<Vec<CallRecord>>,
    hops: Cell<usize>,
}

/// How an event comes to the provider.
#[derive(Clone, Copy)]
pub(crate) struct Delivery<'d> {
    /// How long its first run lives.
    pub(crate) life: Duration,
    /// How often it is delivered, at the same time.
    pub(crate) times: usize,
    /// When its run is killed, which happens once at most.
    pub(crate) killed_when: Option<&'d Condition<'d>>,
}

/// What came of a run, or of several at the same time.
#[derive(Debug)]
pub(crate) enum Outcome {
    Answered(Answer),
    /// The events of the next runs.
    HandedOver(Vec<String>),
    /// What a run that woke says it has put right, and the event of the next run, which does the rest. Null where nothing is
    /// kept right, or not for such an event: then it is refused as no request.
    Woken(Value, Option<String>),
    Died,
}

impl Deref for Scenario {
    type Target = Aws;

    fn deref(&self) -> &Aws {
        &self.aws
    }
}

/// Surroundings.
impl Scenario {
    /// Endpoints change at once, and no run leaves anything to a next one.
    pub(crate) fn new() -> Self {
        Self::in_process(Duration::ZERO, Setup::new(PAUSE))
    }

    /// With a provider that keeps monitoring right between requests; its ledger is in the request table.
    pub(crate) fn kept_right() -> Self {
        Self::in_process(Duration::ZERO, Setup { keeps_monitoring: true, has_table: true, ..Setup::new(PAUSE) })
    }

    /// With the function of this ARN to draw interactive panels.
    pub(crate) fn with_widgets(function_arn: &str) -> Self {
        Self::in_process(Duration::ZERO, Setup { widgets: Some(function_arn.to_owned()), ..Setup::new(PAUSE) })
    }

    /// Every change of an endpoint takes `transition` of the stand-in's time; what takes longer than a run is handed over.
    /// Monitoring is kept right between requests.
    pub(crate) fn with_transitions(transition: Duration) -> Self {
        Self::in_process(transition, Setup { hands_over: true, keeps_monitoring: true, ..Setup::new(PAUSE) })
    }

    /// The same, with the function of this ARN to draw interactive panels and to look at all endpoints.
    pub(crate) fn with_transitions_and_widgets(transition: Duration, function_arn: &str) -> Self {
        let widgets = Some(function_arn.to_owned());
        Self::in_process(transition, Setup { hands_over: true, keeps_monitoring: true, widgets, ..Setup::new(PAUSE) })
    }

    fn in_process(transition: Duration, setup: Setup) -> Self {
        Self::with(transition, |aws| Provider::InProcess(Box::new(InProcess::start(&aws.urls(), setup))))
    }

    /// With the real provider, as a process of its own. Endpoints change at once.
    pub(crate) fn as_process() -> Self {
        Self::with(Duration::ZERO, |aws| Provider::process(aws.urls()))
    }

    fn with(transition: Duration, provider: impl FnOnce(&Aws) -> Provider) -> Self {
        let aws = Aws::start(Config { transition, ..Config::default() });
        Self { provider: RefCell::new(provider(&aws)), aws, last_calls: RefCell::default(), hops: Cell::default() }
    }

    /// Everything forgotten, as if new.
    pub(crate) fn start_over(&self) {
        self.aws.start_over();
        self.provider.borrow_mut().start_over();
    }

    /// From now on the provider is another one, whose descriptions of alarms link to this page of runbooks.
    pub(crate) fn link_runbooks(&self, url: &str) {
        self.provider.borrow_mut().link_runbooks(url);
    }
}

/// Whether somebody waits for an answer to what is delivered.
fn is_awaited(delivery: &str) -> bool {
    serde_json::from_str(delivery).is_ok_and(|event: Value| event["ResponseURL"].is_string())
}

/// Events and answers.
impl Scenario {
    /// One run of each of `deliveries`, which are of the request or the wake that `event` is, all at the same time.
    ///
    /// # Errors
    /// What is wrong with how it ended, in words.
    pub(crate) fn run(
        &self,
        event: &Event,
        deliveries: &[String],
        life: Duration,
        killed_when: Option<&Condition<'_>>,
    ) -> Result<Outcome, String> {
        let returned = self.provider.borrow_mut().run(deliveries, life, killed_when);
        let answers = self.receiver.take();
        if returned.iter().all(|returned| *returned == Returned::Exited) {
            return if answers.is_empty() { Ok(Outcome::Died) } else { Err("a run that died had answered".to_owned()) };
        }
        let (next, lost) = self.next_runs.take();
        if !deliveries.iter().any(|delivery| is_awaited(delivery)) {
            return self.woken(&returned, answers.len(), next);
        }
        if returned.iter().all(Returned::is_hand_over) {
            return match (answers.len(), next.len()) {
                (0, next_runs) if (1..=1 + lost).contains(&next_runs) => Ok(Outcome::HandedOver(next)),
                (0, next_runs) => Err(format!("{next_runs} next runs of a hand-over")),
                _ => Err("a hand-over, and an answer too".to_owned()),
            };
        }
        if !next.is_empty() {
            return Err("an answer, and a hand-over too".to_owned());
        }
        if answers.len() != returned.len() {
            return Err(format!("{} answers, and returned was {returned:?}", answers.len()));
        }
        let answers =
            answers.iter().map(|put| cloudformation::read(event, &put.body)).collect::<Result<Vec<_>, _>>()?;
        for answer in &answers {
            if !returned.contains(&Returned::Value(answer.0.clone())) {
                return Err(format!("returned {returned:?} and answered {}", answer.0));
            }
            if answer.0["Status"] != answers[0].0["Status"] {
                return Err(format!("deliveries at once that end differently: {answers:?}"));
            }
        }
        Ok(Outcome::Answered(answers[0].clone()))
    }

    /// How one run ended that woke: nobody is answered, and what it says of a next run is so.
    fn woken(&self, returned: &[Returned], answers: usize, mut next: Vec<String>) -> Result<Outcome, String> {
        let [returned] = returned else { return Err("a wake is delivered once at a time".to_owned()) };
        if answers > 0 {
            return Err(format!("a wake was answered, and returned {returned:?}"));
        }
        let kept = returned.kept_right();
        let is_right = match kept {
            Some(_) => self.provider.borrow().keeps_monitoring(),
            None => matches!(returned, Returned::Value(refusal) if refusal["Status"] == "FAILED"),
        };
        if !is_right {
            return Err(format!("a wake ended with {returned:?}"));
        }
        if next.len() != usize::from(returned.goes_on()) {
            return Err(format!("{} next runs of a wake that returned {returned:?}", next.len()));
        }
        Ok(Outcome::Woken(kept.cloned().unwrap_or_default(), next.pop()))
    }

    /// Delivers an event, then what is handed over, and again what died, until there is an answer. `between` is called before
    /// each further run, with the number of hand-overs so far, and says how long it lives.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub(crate) fn deliver(
        &self,
        event: Event,
        delivery: Delivery<'_>,
        mut between: impl FnMut(&Outcome, usize) -> Duration,
    ) -> Result<Answer, String> {
        self.stand_in.clear_calls();
        let Delivery { mut life, times, mut killed_when } = delivery;
        let event = event.answered_at(&self.receiver.url());
        let mut deliveries = vec![event.0.to_string(); times];
        let mut hops = 0;
        for _ in 0..MOST_RUNS {
            let outcome = self.run(&event, &deliveries, life, killed_when)?;
            match &outcome {
                Outcome::Answered(answer) => {
                    self.hops.set(hops);
                    *self.last_calls.borrow_mut() = self.stand_in.calls();
                    return Ok(answer.clone());
                }
                Outcome::HandedOver(next) => {
                    deliveries.clone_from(next);
                    hops += 1;
                }
                Outcome::Woken(..) => return Err("a wake has no answer".to_owned()),
                Outcome::Died => killed_when = None,
            }
            life = between(&outcome, hops);
        }
        Err(format!("no answer after {MOST_RUNS} runs"))
    }

    /// The event as it is sent: a request is answered at the receiver, and a wake nowhere.
    pub(crate) fn addressed(&self, event: &Event) -> String {
        let event = event.clone();
        let event = if event.is_request() { event.answered_at(&self.receiver.url()) } else { event };
        event.0.to_string()
    }

    /// Hands an event to the provider and gives the one answer that arrived.
    pub(crate) fn send(&self, event: Event) -> Answer {
        self.send_within(event, PLENTY)
    }

    /// As [`Self::send`], in a Lambda that is killed after `life`.
    pub(crate) fn send_within(&self, event: Event, life: Duration) -> Answer {
        self.send_in_lives_of(life, event, |_| {})
    }

    /// As [`Self::send`], in runs that live for `life` each. `between` is called between two of them, with the number of
    /// hand-overs so far.
    pub(crate) fn send_in_lives_of(&self, life: Duration, event: Event, mut between: impl FnMut(usize)) -> Answer {
        let (delivery, what) = (Delivery { life, times: 1, killed_when: None }, event.0.to_string());
        let answer = self.deliver(event, delivery, |_, hops| {
            between(hops);
            life
        });
        answer.unwrap_or_else(|wrong| panic!("{wrong}: {what}"))
    }

    /// Wakes the provider with an event that is no request, and gives what it says it has put right: null where it is refused.
    pub(crate) fn wake(&self, event: &Event) -> Value {
        self.wake_in_lives_of([PLENTY], event).remove(0)
    }

    /// Wakes the provider, and whatever it hands over, with lives as `lives` says; gives what each run says. After the last
    /// one nothing may be left to do.
    pub(crate) fn wake_in_lives_of(&self, lives: impl IntoIterator<Item = Duration>, event: &Event) -> Vec<Value> {
        self.stand_in.clear_calls();
        let (mut next, mut said) = (Some(event.0.to_string()), Vec::new());
        for life in lives {
            let Some(delivery) = next.take() else { break };
            let outcome = self.run(event, &[delivery], life, None).unwrap_or_else(|wrong| panic!("{wrong}: {event:?}"));
            let Outcome::Woken(kept, goes_on) = outcome else { panic!("{outcome:?}: {event:?}") };
            said.push(kept);
            next = goes_on;
        }
        assert_eq!(next, None, "after {said:?}");
        *self.last_calls.borrow_mut() = self.stand_in.calls();
        said
    }

    /// Runs the provider once, and leaves to nobody what it would hand over.
    pub(crate) fn run_once(&self, event: &Event, life: Duration) {
        drop(self.run(event, &[self.addressed(event)], life, None).unwrap());
    }

    pub(crate) fn create(&self, declared: &Declared) -> Answer {
        self.send(Event::create(CONFIG, declared))
    }

    pub(crate) fn update(&self, id: &str, old: &Declared, new: &Declared) -> Answer {
        self.send(Event::update(CONFIG, id, old, new))
    }

    pub(crate) fn delete(&self, id: &str, declared: &Declared) -> Answer {
        self.send(Event::delete(CONFIG, id, declared))
    }

    pub(crate) fn create_monitoring(&self, declared: &Declared) -> Answer {
        self.send(Event::create(MONITORING, declared))
    }

    pub(crate) fn update_monitoring(&self, id: &str, old: &Declared, new: &Declared) -> Answer {
        self.send(Event::update(MONITORING, id, old, new))
    }

    pub(crate) fn delete_monitoring(&self, id: &str, declared: &Declared) -> Answer {
        self.send(Event::delete(MONITORING, id, declared))
    }
}

/// What the last request did.
impl Scenario {
    /// How often it was handed over.
    pub(crate) fn hops(&self) -> usize {
        self.hops.get()
    }

    /// Its calls, by name, as they came in.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.last_calls.borrow().iter().map(|call| call.operation.clone()).collect()
    }

    /// Calls that may change something, by name and in the order of names: some of them are made at the same time.
    pub(crate) fn writes(&self) -> Vec<String> {
        let mut writes = self.writes_in_order();
        writes.sort();
        writes
    }

    /// As [`Self::writes`], without those of the ledger.
    pub(crate) fn writes_beside_the_ledger(&self) -> Vec<String> {
        let mut writes = self.writes();
        writes.retain(|operation| operation != "PutItem");
        writes
    }

    /// Calls that may change something, as they came in.
    pub(crate) fn writes_in_order(&self) -> Vec<String> {
        self.last_calls.borrow().iter().filter(|call| call.write).map(|call| call.operation.clone()).collect()
    }

    pub(crate) fn last_calls(&self) -> Vec<CallRecord> {
        self.last_calls.borrow().clone()
    }
}
