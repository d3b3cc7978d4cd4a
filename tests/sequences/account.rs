//! An account with the provider in it: requests go in, with trouble, and one answer comes out.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_stand_in::{Config, Fault, FaultRule, Outcome, Script, StandIn};
use futures_util::future::try_join_all;
use monitored_endpoint::aws::Handover;
use monitored_endpoint::callback::ExtraHosts;
use monitored_endpoint::ledger::Ledger;
use monitored_endpoint::reconcile::Reconciler;
use monitored_endpoint::request::{Invocation, Provider, Reply};
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::runtime::Runtime;

use super::life::Trouble;

use crate::support::account;
use crate::support::event::Event;
use crate::support::http::{HttpPeer, Reply as HttpReply};
use crate::support::receiver::AnswerReceiver;
use crate::support::scenario::{Answer, delivery, sdk_config};

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:provider";
/// The function that a fleet's alarm asks.
const PANELS: &str = "arn:aws:lambda:us-east-1:123456789012:function:panels";
/// A run that is not about time.
const LONG_LIFE: Duration = Duration::from_secs(20);
/// A run that ends before a long transition does. Half of it is for work: enough for all calls, also on a busy machine.
const SHORT_LIFE: Duration = Duration::from_millis(1600);
const LONG_TRANSITION: Duration = Duration::from_mins(40);
/// An update that is rolled back takes twice as long.
const WOUND_AT_EACH_HOP: Duration = Duration::from_mins(90);
/// Ends whatever is under way.
const LONG_ENOUGH: Duration = Duration::from_hours(3);
/// The longest between two looks.
const PAUSE: Duration = Duration::from_millis(3);
const QUICK: Duration = Duration::from_millis(4);

/// How a run ended.
enum Ended {
    Replied(Vec<Reply>),
    Died,
}

pub(crate) struct Account {
    pub(crate) stand_in: StandIn,
    sagemaker: aws_sdk_sagemaker::Client,
    provider: Provider,
    receiver: AnswerReceiver,
    handed_over: Arc<Mutex<VecDeque<String>>>,
    /// Whether the next hand-over arrives and its sender doesn't hear of it.
    loses_an_answer: Arc<AtomicBool>,
    runtime: Runtime,
    _lambda: HttpPeer,
}

impl Account {
    pub(crate) fn new() -> Self {
        let stand_in = StandIn::start(Config { transition: QUICK, ..Config::default() }).unwrap();
        let handed_over = Arc::<Mutex<VecDeque<String>>>::default();
        let loses_an_answer = Arc::<AtomicBool>::default();
        let (queue, loses) = (Arc::clone(&handed_over), Arc::clone(&loses_an_answer));
        let lambda = HttpPeer::start(move |request| {
            queue.lock().unwrap().push_back(request.body);
            if loses.swap(false, Ordering::Relaxed) { HttpReply::Drop } else { HttpReply::status(202) }
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let config = runtime.block_on(sdk_config(stand_in.url()));
        let to_lambda = config.to_builder().endpoint_url(format!("http://{}", lambda.authority())).build();
        let provider = Provider::new(
            Reconciler::new(&config, PAUSE).with_widgets(Some(PANELS.to_owned())).with_fleet_reads(true),
            Ledger::in_memory(PAUSE),
            delivery(),
            ExtraHosts::parse("127.0.0.1"),
        )
        .with_handover(Handover::new(&to_lambda));
        let account = Self {
            sagemaker: aws_sdk_sagemaker::Client::new(&config),
            stand_in,
            provider,
            receiver: AnswerReceiver::start(),
            handed_over,
            loses_an_answer,
            runtime,
            _lambda: lambda,
        };
        account.make_theirs("theirs");
        account
    }

    /// Has the provider work on an event until it is answered, with `trouble` on the way.
    pub(crate) fn deliver(&self, event: &Event, endpoint: &str, trouble: &Trouble) -> Answer {
        self.stand_in.clear_calls();
        self.arm(endpoint, trouble);
        let mut life = match trouble {
            Trouble::Transition { long: true, .. } | Trouble::HandedOverTwice | Trouble::Hangs { .. } => SHORT_LIFE,
            _ => LONG_LIFE,
        };
        let first = event.clone().answered_at(&self.receiver.url()).raw();
        let mut next = vec![first; if matches!(trouble, Trouble::AtOnce) { 2 } else { 1 }];
        for _ in 0..12 {
            let ended = self.run(&next, life, trouble);
            self.assert_sound();
            match ended {
                Ended::Died => {
                    assert!(self.receiver.take().is_empty(), "a run that died had answered");
                    self.stand_in.clear_faults();
                }
                Ended::Replied(replies) if matches!(replies[0], Reply::HandedOver { .. }) => {
                    assert!(self.receiver.take().is_empty(), "an answer, and a hand-over too");
                    let events = std::mem::take(&mut *self.handed_over.lock().unwrap());
                    next = events.into_iter().map(|event| RawValue::from_string(event).unwrap()).collect();
                    let expected = if matches!(trouble, Trouble::HandedOverTwice) { 2 } else { 1 };
                    assert!((1..=expected).contains(&next.len()), "{} next runs", next.len());
                    self.stand_in.advance(WOUND_AT_EACH_HOP);
                    life = LONG_LIFE;
                }
                Ended::Replied(replies) => {
                    self.stand_in.clear_faults();
                    self.loses_an_answer.store(false, Ordering::Relaxed);
                    return self.take_answer(event, replies.len());
                }
            }
        }
        panic!("no answer: {}", event.0);
    }

    fn take_answer(&self, event: &Event, deliveries: usize) -> Answer {
        let answers = self.receiver.take();
        assert_eq!(answers.len(), deliveries, "one answer for each delivery: {answers:?}");
        let answers: Vec<Value> = answers.iter().map(|answer| serde_json::from_str(&answer.body).unwrap()).collect();
        for answer in &answers {
            assert_eq!(answer["Status"], answers[0]["Status"], "deliveries at once that end differently: {answers:?}");
            for echoed in ["StackId", "RequestId", "LogicalResourceId"] {
                assert_eq!(answer[echoed], event.0[echoed], "{echoed}");
            }
        }
        assert!(self.handed_over.lock().unwrap().is_empty(), "an answer, and a hand-over too");
        Answer(answers[0].clone())
    }

    /// Runs the provider on each of `events`, at the same time.
    fn run(&self, events: &[Box<RawValue>], life: Duration, trouble: &Trouble) -> Ended {
        let invocation = Invocation { ends: SystemTime::now() + life, function_arn: Some(FUNCTION.to_owned()) };
        let handle = || try_join_all(events.iter().map(|event| self.provider.handle(event, invocation.clone())));
        self.runtime.block_on(async {
            match trouble {
                Trouble::Dies { .. } => tokio::select! {
                    biased;
                    () = self.has_struck() => Ended::Died,
                    replies = handle() => Ended::Replied(replies.unwrap()),
                },
                _ => Ended::Replied(handle().await.unwrap()),
            }
        })
    }

    /// Returns when a fault has struck a call of this request.
    async fn has_struck(&self) {
        // After a death the rules are forgotten, but the journal still shows it.
        let before = self.struck();
        while self.struck() == before {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    fn struck(&self) -> usize {
        self.stand_in.calls().iter().filter(|call| call.fault.is_some()).count()
    }

    fn arm(&self, endpoint: &str, trouble: &Trouble) {
        let rule = |call: u32, times: Option<u32>, fault: Fault| {
            let rule = FaultRule { operation: "*".to_owned(), on_call: Some(call), times, fault };
            self.stand_in.add_fault(rule).unwrap();
        };
        match *trouble {
            Trouble::Nothing | Trouble::AtOnce => {}
            Trouble::HandedOverTwice => {
                self.loses_an_answer.store(true, Ordering::Relaxed);
                self.script(endpoint, &Trouble::Transition { outcome: Outcome::Succeed, long: true });
            }
            Trouble::Transition { .. } => self.script(endpoint, trouble),
            Trouble::Denied { call, times } => rule(call, Some(times), Fault::AccessDenied {}),
            Trouble::Invalid { call } => {
                let (code, message) = ("ValidationException".to_owned(), "as told".to_owned());
                rule(call, Some(1), Fault::Error { status: 400, code, message });
            }
            Trouble::Unreachable { call } | Trouble::Dies { call, carried_out: false } => {
                rule(call, None, Fault::Drop {});
            }
            Trouble::AnswerLost { call } => rule(call, Some(1), Fault::DropAnswer {}),
            Trouble::Throttled { call } => rule(call, Some(3), Fault::Throttle {}),
            Trouble::Hangs { call } => rule(call, Some(1), Fault::DelayMs(2000)),
            Trouble::Dies { call, carried_out: true } => {
                rule(call, Some(1), Fault::DropAnswer {});
                rule(call + 1, None, Fault::Drop {});
            }
        }
    }

    /// The endpoint's next transition comes to what `trouble` says, where it says so.
    pub(crate) fn script(&self, endpoint: &str, trouble: &Trouble) {
        if let Trouble::Transition { outcome, long } = *trouble {
            let after_ms = long.then(|| u64::try_from(LONG_TRANSITION.as_millis()).unwrap());
            self.stand_in.script(endpoint, Script { outcome, reason: Some("as told".to_owned()), after_ms });
        }
    }

    /// No endpoint is without the config that it serves on.
    fn assert_sound(&self) {
        if let Some(endpoint) = account::without_config(&self.stand_in) {
            panic!("{endpoint:#} has lost its config\n{}", self.calls());
        }
    }

    /// The calls of the last request, a line for each.
    pub(crate) fn calls(&self) -> String {
        let calls = self.stand_in.calls();
        let lines = calls.iter().enumerate().map(|(at, call)| {
            let outcome = call.error_code.as_deref().or(call.fault).unwrap_or_default();
            format!("{:3} {:8} {} {} {outcome}\n", at + 1, call.at_ms, call.operation, call.request)
        });
        lines.collect()
    }

    /// Calls of the last request that may have changed something.
    pub(crate) fn writes(&self) -> Vec<String> {
        let calls = self.stand_in.calls();
        calls.into_iter().filter(|call| call.write).map(|call| call.operation).collect()
    }

    /// Everything that exists, once all that is under way has ended: two equal pictures are the same account.
    pub(crate) fn picture(&self) -> Value {
        self.stand_in.advance(LONG_ENOUGH);
        account::picture(&self.stand_in)
    }

    /// An endpoint on a config of its own, made by hand.
    pub(crate) fn make_theirs(&self, endpoint: &str) {
        let config = format!("{endpoint}-by-hand");
        self.runtime.block_on(account::make_their_config(&self.sagemaker, &config));
        assert!(self.deploy(endpoint, &config), "{endpoint} serves on {config}");
    }

    /// What the stack's own `AWS::SageMaker::Endpoint` does: the endpoint serves on the config, or it doesn't.
    pub(crate) fn deploy(&self, endpoint: &str, config: &str) -> bool {
        let create = self.sagemaker.create_endpoint().endpoint_name(endpoint).endpoint_config_name(config);
        if self.runtime.block_on(create.send()).is_err() {
            let update = self.sagemaker.update_endpoint().endpoint_name(endpoint).endpoint_config_name(config);
            self.runtime.block_on(update.send()).unwrap();
        }
        self.stand_in.advance(LONG_ENOUGH);
        let describe = self.sagemaker.describe_endpoint().endpoint_name(endpoint);
        let described = self.runtime.block_on(describe.send()).unwrap();
        let status = described.endpoint_status().map(aws_sdk_sagemaker::types::EndpointStatus::as_str);
        status == Some("InService") && described.endpoint_config_name() == Some(config)
    }

    /// What the stack's own `AWS::SageMaker::Endpoint` does when it goes.
    pub(crate) fn retire(&self, endpoint: &str) {
        let delete = self.sagemaker.delete_endpoint().endpoint_name(endpoint);
        self.runtime.block_on(delete.send()).unwrap();
        self.stand_in.advance(LONG_ENOUGH);
    }
}
