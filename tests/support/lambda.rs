//! The real provider binary behind a Lambda Runtime API of ours.
//!
//! `PROVIDER_BIN` names another binary to test, such as the `bootstrap` of the release package. The process is killed
//! when its [`Lambda`] is dropped.

use std::collections::{HashMap, VecDeque};
use std::env;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;

use super::event::Event;
use super::http::{HttpPeer, Reply, Request};

/// The life of an invocation that is not about time.
const LIFE: Duration = Duration::from_mins(5);
/// How long an invocation may take before the test gives up on it: longer than it lives.
const PATIENCE: Duration = Duration::from_secs(LIFE.as_secs() + 10);

/// The function that runs, with its alias.
pub(crate) const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:provider:live";

/// When a run is to be killed.
pub(crate) type Condition<'c> = dyn Fn() -> bool + 'c;

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Returned {
    /// The function's return value.
    Value(Value),
    /// The error it reported.
    Error(Value),
    /// The process ended in the middle.
    Exited,
}

impl Returned {
    /// Whether a next run will answer.
    pub(crate) fn is_hand_over(&self) -> bool {
        matches!(self, Self::Value(value) if value.get("HandedOver").is_some())
    }

    /// What a run that woke says it has put right.
    pub(crate) fn kept_right(&self) -> Option<&Value> {
        match self {
            Self::Value(value) => value.get("KeptRight").filter(|kept| kept.is_object()),
            _ => None,
        }
    }

    /// Whether a next run goes on, with a request or with what a wake had no time for.
    pub(crate) fn goes_on(&self) -> bool {
        self.is_hand_over() || self.kept_right().is_some_and(|kept| kept["HandedOver"] == true)
    }
}

#[derive(Default)]
struct State {
    waiting: VecDeque<(String, String, String)>,
    ended: HashMap<String, Returned>,
    number: usize,
    stopping: bool,
}

type Shared = Arc<(Mutex<State>, Condvar)>;

/// A running provider.
pub(crate) struct Lambda {
    child: Child,
    shared: Shared,
    output: Arc<Mutex<Vec<u8>>>,
    readers: Vec<JoinHandle<()>>,
    _runtime_api: HttpPeer,
}

impl Lambda {
    /// Starts the provider with the stand-in at `aws` and these variables beside Lambda's own.
    pub(crate) fn start(aws: &str, variables: &[(&str, &str)]) -> Self {
        let shared = Shared::default();
        let runtime_api = {
            let shared = Arc::clone(&shared);
            HttpPeer::start(move |request| respond(&shared, &request))
        };
        let mut command = Command::new(env::var_os("PROVIDER_BIN").unwrap_or(env!("CARGO_BIN_EXE_provider").into()));
        command
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", runtime_api.authority())
            .env("AWS_LAMBDA_FUNCTION_NAME", "provider")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/provider")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "1")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "AKID")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_ENDPOINT_URL_SAGEMAKER", aws)
            .env("AWS_ENDPOINT_URL_CLOUDWATCH", aws)
            .env("AWS_ENDPOINT_URL_PRICING", aws)
            .env("AWS_ENDPOINT_URL_DYNAMODB", aws)
            .env("REQUEST_TABLE", "requests")
            .env("EXTRA_RESPONSE_HOSTS", "127.0.0.1")
            .env("POLL_INTERVAL_MS", "5")
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let output = Arc::<Mutex<Vec<u8>>>::default();
        let readers =
            vec![collect(child.stdout.take().unwrap(), &output), collect(child.stderr.take().unwrap(), &output)];
        Self { child, shared, output, readers, _runtime_api: runtime_api }
    }

    /// Runs one event to its end.
    pub(crate) fn invoke(&mut self, event: &Event) -> Returned {
        self.invoke_text(&event.0.to_string())
    }

    /// Runs any payload to its end.
    pub(crate) fn invoke_text(&mut self, payload: &str) -> Returned {
        self.run(payload, LIFE, None)
    }

    /// Runs any payload to its end, with this deadline header.
    pub(crate) fn invoke_until(&mut self, payload: &str, deadline: &str) -> Returned {
        self.run_until(payload, deadline, None)
    }

    /// Runs any payload to its end, in a run that lives so long. Where there is a condition that holds before, the process is
    /// killed.
    pub(crate) fn run(&mut self, payload: &str, life: Duration, killed_when: Option<&Condition<'_>>) -> Returned {
        let ends = (SystemTime::now() + life).duration_since(SystemTime::UNIX_EPOCH).unwrap();
        self.run_until(payload, &ends.as_millis().to_string(), killed_when)
    }

    fn run_until(&mut self, payload: &str, deadline: &str, killed_when: Option<&Condition<'_>>) -> Returned {
        let id = self.deliver(payload, deadline);
        let look = Duration::from_millis(if killed_when.is_some() { 1 } else { 200 });
        let shared = Arc::clone(&self.shared);
        let mut state = shared.0.lock().unwrap();
        let started = Instant::now();
        loop {
            if let Some(returned) = state.ended.remove(&id) {
                return returned;
            }
            assert!(started.elapsed() < PATIENCE, "no end of an invocation: {}", self.output_so_far());
            (state, _) = shared.1.wait_timeout(state, look).unwrap();
            if killed_when.is_some_and(|holds| holds()) {
                drop(state);
                self.end();
                return Returned::Exited;
            }
            if !state.ended.contains_key(&id) && self.child.try_wait().unwrap().is_some() {
                return Returned::Exited;
            }
        }
    }

    /// Puts an invocation in line and gives its id.
    fn deliver(&mut self, payload: &str, deadline: &str) -> String {
        let (state, changed) = &*self.shared;
        let mut state = state.lock().unwrap();
        state.number += 1;
        let id = format!("invocation-{}", state.number);
        state.waiting.push_back((id.clone(), payload.to_owned(), deadline.to_owned()));
        changed.notify_all();
        id
    }

    fn output_so_far(&self) -> String {
        String::from_utf8_lossy(&self.output.lock().unwrap()).into_owned()
    }

    /// Ends the process and gives everything it wrote to stdout and stderr.
    pub(crate) fn stop(mut self) -> String {
        self.end();
        self.output_so_far()
    }

    fn end(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        let (state, changed) = &*self.shared;
        state.lock().unwrap().stopping = true;
        changed.notify_all();
        for reader in self.readers.drain(..) {
            drop(reader.join());
        }
    }
}

impl Drop for Lambda {
    fn drop(&mut self) {
        self.end();
    }
}

fn collect(mut stream: impl Read + Send + 'static, output: &Arc<Mutex<Vec<u8>>>) -> JoinHandle<()> {
    let output = Arc::clone(output);
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(read @ 1..) = stream.read(&mut bytes) {
            output.lock().unwrap().extend_from_slice(&bytes[..read]);
        }
    })
}

/// The Runtime API: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.
fn respond(shared: &Shared, request: &Request) -> Reply {
    let (state, changed) = &**shared;
    let steps: Vec<&str> = request.path.split('/').collect();
    match steps.as_slice() {
        [_, _, "runtime", "invocation", "next"] => {
            let ready = changed.wait_while(state.lock().unwrap(), |state| state.waiting.is_empty() && !state.stopping);
            let Some((id, payload, deadline)) = ready.unwrap().waiting.pop_front() else { return Reply::Drop };
            Reply::status(200)
                .header("content-type", "application/json")
                .header("lambda-runtime-aws-request-id", id)
                .header("lambda-runtime-deadline-ms", deadline)
                .header("lambda-runtime-invoked-function-arn", FUNCTION)
                .header("lambda-runtime-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0")
                .body(payload)
        }
        [_, _, "runtime", "invocation", id, kind @ ("response" | "error")] => {
            let value = serde_json::from_str(&request.body).unwrap_or(Value::String(request.body.clone()));
            let returned = if *kind == "response" { Returned::Value(value) } else { Returned::Error(value) };
            state.lock().unwrap().ended.insert((*id).to_owned(), returned);
            changed.notify_all();
            Reply::status(202)
        }
        _ => Reply::status(404),
    }
}
