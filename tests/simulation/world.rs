//! An account with others in it, processes of the provider, and everything that tells how they fare.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use aws_stand_in::{Config, Gate, StandIn};
use monitored_endpoint::request::Reply;
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use super::process::{End, Ended, Job, Process};
use super::situation::{ALL, Situation, Wants};
use super::support::account::{
    self, MODEL, make_their_alarm, make_their_config, make_their_dashboard, make_their_model,
};
use super::support::declaration::Declared;
use super::support::event::Event;
use super::support::http::{HttpPeer, Reply as HttpReply};
use super::support::receiver::AnswerReceiver;
use super::support::scenario::{REQUEST_TABLE, sdk_config};

/// So long that an endpoint changes only where the clock is wound.
const TRANSITION: Duration = Duration::from_hours(1);
/// Ends whatever is under way.
const LONG_ENOUGH: Duration = Duration::from_hours(3);
/// A run that is not about time.
pub(crate) const LONG_LIFE: Duration = Duration::from_mins(2);
/// Longer than anything here takes: a test that waits so long has failed.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// What a run that nobody disturbs takes at most before it waits for an endpoint; winding too early harms nothing.
const AN_HOUR: Duration = Duration::from_millis(150);
const MOST_HOURS: usize = 400;
/// The place of a request that comes after all others.
const LAST: usize = 30;

pub(crate) struct World {
    pub(crate) stand_in: StandIn,
    pub(crate) receiver: AnswerReceiver,
    pub(crate) gate: Arc<Gate>,
    /// Whether calls of the provider are stopped.
    holds: Arc<AtomicBool>,
    handed_over: Arc<Mutex<VecDeque<String>>>,
    lambda: HttpPeer,
    sagemaker: aws_sdk_sagemaker::Client,
    cloudwatch: aws_sdk_cloudwatch::Client,
    runtime: Runtime,
    idle: Vec<Process>,
    started: usize,
    pictures: HashMap<&'static str, Value>,
    /// Whether the processes of the situation keep monitoring right between requests.
    keeps: bool,
}

/// A run under way.
pub(crate) struct Running {
    pub(crate) process: Process,
    pub(crate) ended: Ended,
    pub(crate) dies: oneshot::Sender<()>,
    pub(crate) ends: SystemTime,
}

impl World {
    pub(crate) fn new() -> Self {
        let tables = vec![REQUEST_TABLE.to_owned()];
        let stand_in = StandIn::start(Config { transition: TRANSITION, tables, ..Config::default() }).unwrap();
        let holds = Arc::<AtomicBool>::default();
        let is_on = Arc::clone(&holds);
        let gate = stand_in.hold_only(move |held| held.caller.is_some() && is_on.load(Ordering::SeqCst));
        let handed_over = Arc::<Mutex<VecDeque<String>>>::default();
        let queue = Arc::clone(&handed_over);
        let lambda = HttpPeer::start(move |request| {
            queue.lock().unwrap().push_back(request.body);
            HttpReply::status(202)
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let config = runtime.block_on(sdk_config(stand_in.url()));
        Self {
            sagemaker: aws_sdk_sagemaker::Client::new(&config),
            cloudwatch: aws_sdk_cloudwatch::Client::new(&config),
            stand_in,
            receiver: AnswerReceiver::start(),
            gate: Arc::new(gate),
            holds,
            handed_over,
            lambda,
            runtime,
            idle: Vec::new(),
            started: 0,
            pictures: HashMap::new(),
            keeps: false,
        }
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
            let reply = self.run_alone(event.raw(), LONG_LIFE);
            assert!(matches!(reply, Reply::KeptRight { summary } if summary.failed == 0), "undisturbed: {reply:?}");
        }
    }

    /// Everything that is there before the events, and the id that the resource has by then.
    fn make_before(&mut self, situation: &Situation) -> String {
        let mut id = situation.creation().map(|event| self.make(situation, event)).unwrap_or_default();
        if let Some(event) = situation.earlier_update(&id) {
            let answer = self.carry_out_as(event, 0);
            answer["PhysicalResourceId"].as_str().unwrap().clone_into(&mut id);
        }
        (situation.meanwhile)(self, &id);
        id
    }

    /// Makes the resource, and what the stack has beside it. Gives its id.
    fn make(&mut self, situation: &Situation, event: Event) -> String {
        let answer = self.carry_out(event);
        let id = answer["PhysicalResourceId"].as_str().unwrap().to_owned();
        if let Some(endpoint) = situation.own_endpoint {
            let create = self.sagemaker.create_endpoint().endpoint_name(endpoint).endpoint_config_name(&id);
            self.runtime.block_on(create.send()).unwrap();
            self.stand_in.advance(LONG_ENOUGH);
        }
        id
    }

    /// Removes the resource as CloudFormation does in the end, undisturbed.
    pub(crate) fn remove(&mut self, situation: &Situation, id: &str, declared: &Value) {
        self.open();
        // What no call of a run has met must not meet the ones that follow.
        self.stand_in.clear_faults();
        if let Some(endpoint) = situation.own_endpoint {
            let delete = self.sagemaker.delete_endpoint().endpoint_name(endpoint);
            self.runtime.block_on(delete.send()).unwrap();
            self.wind();
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
        self.stand_in.clear_faults();
        self.stand_in.reset();
        self.receiver.take();
        self.take_handed_over();
        self.runtime.block_on(async {
            make_their_model(&self.sagemaker, MODEL).await;
            make_their_config(&self.sagemaker, "theirs-by-hand").await;
            let theirs =
                self.sagemaker.create_endpoint().endpoint_name("theirs").endpoint_config_name("theirs-by-hand");
            theirs.send().await.unwrap();
            make_their_dashboard(&self.cloudwatch, "by-hand").await;
            make_their_alarm(&self.cloudwatch, "by-hand").await;
        });
        self.stand_in.advance(LONG_ENOUGH);
    }

    /// Lets all calls go on, now and from now on.
    pub(crate) fn open(&self) {
        self.holds.store(false, Ordering::SeqCst);
        self.gate.release_all();
    }

    /// Has one process carry an event out undisturbed, and gives its answer.
    pub(crate) fn carry_out(&mut self, event: Event) -> Value {
        let order = if event.text("RequestType") == "Create" { 0 } else { LAST };
        self.carry_out_as(event, order)
    }

    /// The same, as the `order`th event of its resource. While it waits for an endpoint, hours pass.
    fn carry_out_as(&mut self, event: Event, order: usize) -> Value {
        self.open();
        let event = self.addressed(event, order);
        let running = self.start(event.raw(), LONG_LIFE);
        let is_over = || running.ended.lock().unwrap().is_some();
        let mut hours = 0;
        while self.gate.wait_until(AN_HOUR, |_| is_over()).is_none() {
            hours += 1;
            assert!(hours < MOST_HOURS, "a run ends");
            self.wind();
        }
        let end = self.finish(running);
        assert!(matches!(end, End::Replied(Reply::Answered(_))), "undisturbed: {end:?}");
        let answer = self.receiver.take_one();
        assert_eq!(answer["Status"], "SUCCESS", "undisturbed: {answer:#}");
        answer
    }

    /// One run of an event, to its end.
    pub(crate) fn run_alone(&mut self, event: Box<RawValue>, life: Duration) -> Reply {
        self.open();
        let running = self.start(event, life);
        let is_over = || running.ended.lock().unwrap().is_some();
        self.gate.wait_until(PATIENCE, |_| is_over()).expect("a run ends");
        match self.finish(running) {
            End::Replied(reply) => reply,
            End::Died => panic!("nobody ended it"),
        }
    }

    /// Somebody moves an endpoint to another config, by hand.
    pub(crate) fn move_by_hand(&self, endpoint: &str, config: &str) {
        let update = self.sagemaker.update_endpoint().endpoint_name(endpoint).endpoint_config_name(config);
        self.runtime.block_on(update.send()).unwrap();
    }

    /// Somebody makes a config that serves with what the endpoint's own does.
    pub(crate) fn copy_config_by_hand(&self, endpoint: &str, name: &str) {
        self.runtime.block_on(async {
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
        self.runtime.block_on(delete.send()).unwrap();
    }

    /// Starts a run of an event, which lives so long.
    pub(crate) fn start(&mut self, event: Box<RawValue>, life: Duration) -> Running {
        let idle = self.idle.iter().rposition(|process| process.keeps == self.keeps);
        let process = if let Some(at) = idle {
            self.idle.swap_remove(at)
        } else {
            self.started += 1;
            let lambda = format!("http://{}", self.lambda.authority());
            Process::start(&format!("p{}", self.started), self.stand_in.url(), &lambda, self.keeps)
        };
        let (dies, death) = oneshot::channel();
        let (ended, ends) = (Ended::default(), SystemTime::now() + life);
        let (told, gate) = (Arc::clone(&ended), Arc::clone(&self.gate));
        process.run(Job { event, ends, dies: death, ended: told, gate });
        Running { process, ended, dies, ends }
    }

    /// Takes a process back, unless it has died.
    pub(crate) fn finish(&mut self, running: Running) -> End {
        let end = running.ended.lock().unwrap().take().expect("it has ended");
        if matches!(end, End::Replied(_)) {
            self.idle.push(running.process);
        }
        end
    }

    /// The events of hand-overs since the last time.
    pub(crate) fn take_handed_over(&self) -> Vec<Box<RawValue>> {
        let events = std::mem::take(&mut *self.handed_over.lock().unwrap());
        events.into_iter().map(|event| RawValue::from_string(event).unwrap()).collect()
    }

    pub(crate) fn wind(&self) {
        self.stand_in.advance(LONG_ENOUGH);
    }

    /// Everything that exists, once all that is under way has ended.
    pub(crate) fn picture(&self) -> Value {
        self.wind();
        account::picture(&self.stand_in)
    }
}
