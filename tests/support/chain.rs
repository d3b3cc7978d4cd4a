//! The provider in this process, in a Lambda that it can invoke itself through: each run leaves the next one's event to
//! the chain, which hands it over, until one answers.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_stand_in::{CallRecord, Config, StandIn};
use monitored_endpoint::aws::Handover;
use monitored_endpoint::callback::ExtraHosts;
use monitored_endpoint::ledger::Ledger;
use monitored_endpoint::reconcile::Reconciler;
use monitored_endpoint::request::{Invocation, Provider, Reply};
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::runtime::Runtime;

use super::event::Event;
use super::http::{HttpPeer, Reply as HttpReply};
use super::receiver::AnswerReceiver;
use super::scenario::{Answer, delivery, sdk_config, without_times};

/// The longest between two looks.
const PAUSE: Duration = Duration::from_millis(5);
const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:provider:live";

/// Lambda's Invoke, which keeps what it is given for [`Chain`].
#[derive(Debug)]
struct Lambda {
    peer: HttpPeer,
    state: Arc<Mutex<LambdaState>>,
}

#[derive(Debug, Default)]
struct LambdaState {
    events: VecDeque<String>,
    functions: Vec<String>,
    denied: bool,
}

impl Lambda {
    fn start() -> Self {
        let state = Arc::<Mutex<LambdaState>>::default();
        let shared = Arc::clone(&state);
        let peer = HttpPeer::start(move |request| {
            let mut state = shared.lock().unwrap();
            if state.denied {
                return HttpReply::status(403)
                    .header("x-amzn-errortype", "AccessDeniedException")
                    .body(r#"{"Message":"not authorized to perform: lambda:InvokeFunction"}"#);
            }
            assert_eq!(request.header("x-amz-invocation-type"), Some("Event"));
            state.functions.push(request.path.clone());
            state.events.push_back(request.body);
            HttpReply::status(202)
        });
        Self { peer, state }
    }
}

/// Provider, stand-in, answer receiver and Lambda.
pub(crate) struct Chain {
    pub(crate) stand_in: StandIn,
    pub(crate) receiver: AnswerReceiver,
    pub(crate) sagemaker: aws_sdk_sagemaker::Client,
    lambda: Lambda,
    provider: Provider,
    runtime: Runtime,
    pub(crate) hops: Mutex<usize>,
    calls: Mutex<Vec<CallRecord>>,
}

impl Chain {
    /// Every transition of an endpoint takes `transition` of the stand-in's time.
    pub(crate) fn new(transition: Duration) -> Self {
        let stand_in = StandIn::start(Config { transition, ..Config::default() }).unwrap();
        let receiver = AnswerReceiver::start();
        let lambda = Lambda::start();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let config = runtime.block_on(sdk_config(stand_in.url()));
        let to_lambda = config.to_builder().endpoint_url(format!("http://{}", lambda.peer.authority())).build();
        let provisioner = Reconciler::new(&config, PAUSE);
        Self {
            provider: Provider::new(provisioner, Ledger::in_memory(PAUSE), delivery(), ExtraHosts::parse("127.0.0.1"))
                .with_handover(Handover::new(&to_lambda))
                .with_upkeep(true),
            sagemaker: aws_sdk_sagemaker::Client::new(&config),
            stand_in,
            receiver,
            lambda,
            runtime,
            hops: Mutex::default(),
            calls: Mutex::default(),
        }
    }

    pub(crate) fn deny_self_invocation(&self) {
        self.lambda.state.lock().unwrap().denied = true;
    }

    /// Runs the provider on an event, and on what it hands over, until it answers. Each run lives for `life`.
    /// `between` is called between two runs, with the number of the hop.
    pub(crate) fn send_in_lives_of(&self, life: Duration, event: Event, mut between: impl FnMut(usize)) -> Answer {
        self.stand_in.clear_calls();
        let mut event = event.answered_at(&self.receiver.url()).raw();
        let mut hops = 0;
        loop {
            match self.run(&event, life) {
                Reply::Answered(body) => {
                    let answer = self.receiver.take_one();
                    assert_eq!(serde_json::to_value(body).unwrap(), answer);
                    assert!(self.lambda.state.lock().unwrap().events.is_empty(), "an answer, and a hand-over too");
                    *self.hops.lock().unwrap() = hops;
                    *self.calls.lock().unwrap() = self.stand_in.calls();
                    return Answer(answer);
                }
                Reply::HandedOver { .. } => {
                    assert!(self.receiver.take().is_empty(), "a hand-over, and an answer too");
                    let mut state = self.lambda.state.lock().unwrap();
                    assert_eq!(state.events.len(), 1, "one next run");
                    event = RawValue::from_string(state.events.pop_front().unwrap()).unwrap();
                    let path = state.functions.pop().unwrap();
                    assert!(path.contains("function%3Aprovider%3Alive"), "the very version that runs: {path}");
                }
                Reply::KeptRight { .. } => panic!("a request is no wake"),
            }
            hops += 1;
            assert!(hops < 40, "the chain does not end");
            between(hops);
        }
    }

    fn run(&self, event: &RawValue, life: Duration) -> Reply {
        let invocation = Invocation { ends: SystemTime::now() + life, function_arn: Some(FUNCTION.to_owned()) };
        self.runtime.block_on(self.provider.handle(event, invocation)).unwrap()
    }

    /// Runs the provider on an event in a life long enough for everything that is quick.
    pub(crate) fn send(&self, event: Event) -> Answer {
        self.send_in_lives_of(Duration::from_secs(20), event, |_| {})
    }

    /// Wakes the provider, and whatever it hands over, with lives as `lives` says; gives what each run returned.
    pub(crate) fn wake_in_lives_of(&self, lives: impl IntoIterator<Item = Duration>, event: &Event) -> Vec<Value> {
        let (mut next, mut kept) = (Some(event.raw()), Vec::new());
        for life in lives {
            let Some(event) = next.take() else { break };
            let Reply::KeptRight { summary } = self.run(&event, life) else { panic!("a wake is no request") };
            kept.push(serde_json::to_value(summary).unwrap());
            let handed_over = self.lambda.state.lock().unwrap().events.pop_front();
            next = handed_over.map(|event| RawValue::from_string(event).unwrap());
        }
        assert!(next.is_none() && self.receiver.take().is_empty(), "it goes on, or somebody was answered");
        kept
    }

    /// Runs the provider once, whatever comes of it, without looking at the answer.
    pub(crate) fn run_once(&self, event: &Event, life: Duration) {
        let event = event.clone().answered_at(&self.receiver.url()).raw();
        drop(self.run(&event, life));
        self.receiver.take();
        self.lambda.state.lock().unwrap().events.clear();
    }

    pub(crate) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    pub(crate) fn state(&self) -> Value {
        let mut state = self.stand_in.state();
        without_times(&mut state);
        state
    }

    fn names(&self, kind: &str, field: &str) -> Vec<String> {
        let state = self.state();
        let of_kind = state[kind].as_array().cloned().unwrap_or_default();
        of_kind.iter().map(|one| one[field].as_str().unwrap().to_owned()).collect()
    }

    pub(crate) fn configs(&self) -> Vec<String> {
        self.names("endpoint_configs", "EndpointConfigName")
    }

    pub(crate) fn endpoints(&self) -> Vec<String> {
        self.names("endpoints", "EndpointName")
    }

    pub(crate) fn endpoint(&self, name: &str) -> Value {
        let state = self.state();
        let endpoints = state["endpoints"].as_array().cloned().unwrap_or_default();
        endpoints.into_iter().find(|endpoint| endpoint["EndpointName"] == name).unwrap_or_default()
    }

    /// Whether nothing of ours exists.
    pub(crate) fn is_empty(&self) -> bool {
        let left = self.configs().len()
            + self.endpoints().len()
            + self.names("dashboards", "DashboardName").len()
            + self.names("alarms", "AlarmName").len();
        left == 0
    }

    /// Calls of the last request, by name, as they came in.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().iter().map(|call| call.operation.clone()).collect()
    }

    /// Calls of the last request that may change something, by name, in the order of names.
    pub(crate) fn writes(&self) -> Vec<String> {
        let calls = self.calls.lock().unwrap();
        let mut writes: Vec<String> =
            calls.iter().filter(|call| call.write).map(|call| call.operation.clone()).collect();
        writes.sort();
        writes
    }
}
