//! An account with others in it, processes of the provider, and everything that tells how they fare.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use aws_stand_in::{Config, Gate};
use serde_json::Value;
use tokio::sync::oneshot;

use super::process::{Ended, Job, SimulatedProcess};
use super::situation::{Situation, Wants};
use super::situations::ALL;
use super::support::cloudformation;
use super::support::declaration::Declared;
use super::support::event::Event;
use super::support::harness::{Answer, Aws, MODEL};
use super::support::lambda::Returned;

/// So long that an endpoint changes only where the clock is wound.
const TRANSITION: Duration = Duration::from_hours(1);
/// A run that is not about time.
pub(crate) const LONG_LIFE: Duration = Duration::from_mins(2);
/// Longer than anything here takes: a test that waits so long has failed.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// Real time after which hours pass for a run that nobody disturbs: it may wait for an endpoint by then, and winding too early harms
/// nothing.
const UNTIL_HOURS_PASS: Duration = Duration::from_millis(20);
/// How often they do at most: for a minute.
const MOST_WINDS: usize = 3000;
/// The place of a request that comes after all others.
const LAST: usize = 30;

pub(crate) struct World {
    aws: Aws,
    pub(crate) gate: Arc<Gate>,
    /// Whether calls of the provider are stopped.
    holds: Arc<AtomicBool>,
    idle: Vec<SimulatedProcess>,
    started: usize,
    pictures: HashMap<&'static str, Value>,
    /// Whether the processes of the situation keep monitoring right between requests.
    keeps: bool,
}

impl Deref for World {
    type Target = Aws;

    fn deref(&self) -> &Aws {
        &self.aws
    }
}

/// A run under way.
pub(crate) struct Running {
    pub(crate) process: SimulatedProcess,
    pub(crate) ended: Ended,
    pub(crate) dies: oneshot::Sender<()>,
    pub(crate) ends: SystemTime,
}

impl World {
    pub(crate) fn new() -> Self {
        let aws = Aws::start(Config { transition: TRANSITION, ..Config::default() });
        let holds = Arc::<AtomicBool>::default();
        let is_on = Arc::clone(&holds);
        let gate = aws.stand_in.hold_only(move |held| held.caller.is_some() && is_on.load(Ordering::SeqCst));
        let (idle, started, pictures, keeps) = (Vec::new(), 0, HashMap::new(), false);
        Self { aws, gate: Arc::new(gate), holds, idle, started, pictures, keeps }
    }

    /// An account in which the situation's events may come in, and the id of the resource in it.
    pub(crate) fn prepare(&mut self, situation: &Situation) -> String {
        self.start_over();
        self.keeps = situation.keeps;
        let id = self.make_before(situation);
        self.stand_in.clear_calls();
        self.holds.store(true, Ordering::SeqCst);
        id
    }

    /// What the account looks like where nothing was done but what the newest request wants.
    pub(crate) fn picture_wanted(&mut self, situation: &Situation) -> Value {
        if let Some(known) = self.pictures.get(situation.name) {
            return known.clone();
        }
        self.start_over();
        self.keeps = situation.keeps;
        match situation.wants {
            Wants::Before => drop(self.make_before(situation)),
            Wants::First => {
                let first = (situation.events)(situation, "").into_iter().next();
                drop(first.map(|event| self.make(situation, event)));
            }
            Wants::Nothing => {}
            Wants::OneAfterAnother => {
                let id = self.make_before(situation);
                for (at, event) in (situation.events)(situation, &id).into_iter().enumerate() {
                    self.one_after_another(event, 1 + at);
                }
            }
        }
        let picture = self.picture();
        self.pictures.insert(situation.name, picture.clone());
        picture
    }

    fn one_after_another(&mut self, event: Event, order: usize) {
        if event.is_request() {
            drop(self.carry_out_as(event, order));
        } else {
            let returned = self.run_alone(event.0.to_string(), LONG_LIFE);
            let is_kept = returned.kept_right().is_some_and(|kept| kept["Failed"] == 0);
            assert!(is_kept && !returned.goes_on(), "undisturbed: {returned:?}");
        }
    }

    /// Everything that is there before the events, and the id that the resource has by then.
    fn make_before(&mut self, situation: &Situation) -> String {
        let mut id = situation.creation().map(|event| self.make(situation, event)).unwrap_or_default();
        if let Some(event) = situation.earlier_update(&id) {
            id = self.carry_out_as(event, 0).id();
        }
        (situation.meanwhile)(self, &id);
        id
    }

    /// Makes the resource, and what the stack has beside it. Gives its id.
    fn make(&mut self, situation: &Situation, event: Event) -> String {
        let id = self.carry_out(event).id();
        if let Some(endpoint) = situation.own_endpoint {
            self.endpoint_serves(endpoint, &id);
        }
        id
    }

    /// Removes the resource as CloudFormation does in the end, undisturbed.
    pub(crate) fn remove(&mut self, situation: &Situation, id: &str, declared: &Value) {
        self.open();
        // What no call of a run has met must not meet the ones that follow.
        self.stand_in.clear_faults();
        if let Some(endpoint) = situation.own_endpoint {
            self.retire(endpoint);
        }
        let delete = Event::delete(situation.resource_type, id, &Declared(declared.clone()));
        self.carry_out(delete);
    }

    /// `event` as the `order`th of its resource: where it is a request, its answer is waited for at a URL that says when it was sent.
    pub(crate) fn addressed(&self, event: Event, order: usize) -> Event {
        let sent = SystemTime::now() - Duration::from_mins(1) + Duration::from_secs(order as u64);
        let sent = DateTime::from(sent).fmt(Format::DateTime).unwrap();
        let sent: String = sent.chars().take(19).filter(|c| *c != '-' && *c != ':').collect();
        if event.is_request() {
            event.answered_at(&format!("{}&X-Amz-Date={sent}Z", self.receiver.url()))
        } else {
            event
        }
    }

    /// What the account looks like without anything of ours.
    pub(crate) fn nothing(&mut self) -> Value {
        self.picture_wanted(&Situation { name: "nothing", wants: Wants::Nothing, ..ALL[0] })
    }

    fn start_over(&mut self) {
        self.open();
        self.aws.start_over();
        self.receiver.take();
        self.foreign_model(MODEL);
        self.foreign_endpoint("theirs", None);
        self.foreign_dashboard("by-hand");
        self.foreign_alarm("by-hand");
    }

    /// Lets all calls go on, now and from now on.
    pub(crate) fn open(&self) {
        self.holds.store(false, Ordering::SeqCst);
        self.gate.release_all();
    }

    /// Has one process carry an event out undisturbed, and gives its answer.
    pub(crate) fn carry_out(&mut self, event: Event) -> Answer {
        let order = if event.text("RequestType") == "Create" { 0 } else { LAST };
        self.carry_out_as(event, order)
    }

    /// The same, as the `order`th event of its resource. While it waits for an endpoint, hours pass.
    fn carry_out_as(&mut self, event: Event, order: usize) -> Answer {
        self.open();
        let event = self.addressed(event, order);
        let running = self.start(event.0.to_string(), LONG_LIFE);
        let is_over = || running.ended.lock().unwrap().is_some();
        let mut winds = 0;
        while self.gate.wait_until(UNTIL_HOURS_PASS, |_| is_over()).is_none() {
            winds += 1;
            assert!(winds < MOST_WINDS, "a run ends");
            self.wind();
        }
        let returned = self.finish(running);
        let [put] = self.receiver.take().try_into().expect("one answer");
        let answer = cloudformation::read(&event, &put.body).unwrap().succeeded();
        assert_eq!(returned, Returned::Value(answer.0.clone()), "undisturbed");
        answer
    }

    /// One run of an event, to its end.
    pub(crate) fn run_alone(&mut self, event: String, life: Duration) -> Returned {
        self.open();
        let running = self.start(event, life);
        let is_over = || running.ended.lock().unwrap().is_some();
        self.gate.wait_until(PATIENCE, |_| is_over()).expect("a run ends");
        let returned = self.finish(running);
        assert!(matches!(returned, Returned::Value(_)), "{returned:?}");
        returned
    }

    /// Somebody makes a config that serves with what the endpoint's own does.
    pub(crate) fn copy_config_by_hand(&self, endpoint: &str, name: &str) {
        self.block_on(async {
            let serving = self.sagemaker.describe_endpoint().endpoint_name(endpoint).send().await.unwrap();
            let config = serving.endpoint_config_name().unwrap();
            let config = self.sagemaker.describe_endpoint_config().endpoint_config_name(config).send().await.unwrap();
            let copy = self.sagemaker.create_endpoint_config().endpoint_config_name(name);
            let copy = copy
                .set_production_variants(config.production_variants)
                .set_execution_role_arn(config.execution_role_arn);
            copy.send().await.unwrap();
        });
    }

    /// Somebody deletes a config.
    pub(crate) fn delete_config_by_hand(&self, name: &str) {
        let delete = self.sagemaker.delete_endpoint_config().endpoint_config_name(name);
        self.block_on(delete.send()).unwrap();
    }

    /// Starts a run of an event, which lives so long.
    pub(crate) fn start(&mut self, event: String, life: Duration) -> Running {
        let idle = self.idle.iter().rposition(|process| process.keeps == self.keeps);
        let process = if let Some(at) = idle {
            self.idle.swap_remove(at)
        } else {
            self.started += 1;
            SimulatedProcess::start(format!("p{}", self.started), &self.aws, self.keeps)
        };
        let (dies, death) = oneshot::channel();
        let (ended, ends) = (Ended::default(), SystemTime::now() + life);
        let (told, gate) = (Arc::clone(&ended), Arc::clone(&self.gate));
        process.run(Job { event, ends, dies: death, ended: told, gate });
        Running { process, ended, dies, ends }
    }

    /// Takes a process back, unless it has died.
    pub(crate) fn finish(&mut self, running: Running) -> Returned {
        let returned = running.ended.lock().unwrap().take().expect("it has ended");
        if returned != Returned::Exited {
            self.idle.push(running.process);
        }
        returned
    }
}
