//! Processes of the provider, as Lambda has them: each works on one event at a time, and one that dies takes its calls along.

use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, SystemTime};

use aws_config::AppName;
use aws_stand_in::Gate;
use monitored_endpoint::aws::{Handover, RequestTable};
use monitored_endpoint::callback::ExtraHosts;
use monitored_endpoint::ledger::Ledger;
use monitored_endpoint::reconcile::Reconciler;
use monitored_endpoint::request::{Invocation, Provider, Reply};
use serde_json::value::RawValue;
use tokio::sync::oneshot;

use super::support::scenario::{REQUEST_TABLE, delivery, sdk_config};

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:provider:live";
/// The longest between two looks.
pub(crate) const PAUSE: Duration = Duration::from_millis(2);

/// How a run ended.
#[derive(Clone, Debug)]
pub(crate) enum End {
    Replied(Reply),
    Died,
}

/// A run's end, as soon as there is one.
pub(crate) type Ended = Arc<Mutex<Option<End>>>;

/// One run of an event.
pub(crate) struct Job {
    pub(crate) event: Box<RawValue>,
    pub(crate) ends: SystemTime,
    /// Kills the process, with everything that it is at.
    pub(crate) dies: oneshot::Receiver<()>,
    pub(crate) ended: Ended,
    /// Told of the end.
    pub(crate) gate: Arc<Gate>,
}

/// A process. It ends when it is dropped and has nothing to do.
pub(crate) struct Process {
    /// By which its calls are known.
    pub(crate) name: String,
    /// Whether it keeps monitoring right between requests.
    pub(crate) keeps: bool,
    jobs: Sender<Job>,
}

impl Process {
    /// Starts a process that talks to AWS and to Lambda at these URLs, and `keeps` monitoring right between requests or doesn't.
    pub(crate) fn start(name: &str, aws: &str, lambda: &str, keeps: bool) -> Self {
        let (jobs, waiting) = mpsc::channel();
        let (own, aws, lambda) = (name.to_owned(), aws.to_owned(), lambda.to_owned());
        thread::spawn(move || work(&own, &aws, &lambda, keeps, &waiting));
        Self { name: name.to_owned(), keeps, jobs }
    }

    pub(crate) fn run(&self, job: Job) {
        self.jobs.send(job).unwrap();
    }
}

fn work(name: &str, aws: &str, lambda: &str, keeps: bool, jobs: &Receiver<Job>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let provider = runtime.block_on(provider(name, aws, lambda)).with_upkeep(keeps);
    while let Ok(Job { event, ends, dies, ended, gate }) = jobs.recv() {
        let invocation = Invocation { ends, function_arn: Some(FUNCTION.to_owned()) };
        let end = runtime.block_on(async {
            tokio::select! {
                biased;
                _ = dies => End::Died,
                replied = provider.handle(&event, invocation) => End::Replied(replied.unwrap()),
            }
        });
        if matches!(end, End::Died) {
            // With it goes what the run has left at work.
            drop(runtime);
            tell(&ended, end, &gate);
            return;
        }
        tell(&ended, end, &gate);
    }
}

fn tell(ended: &Ended, end: End, gate: &Gate) {
    *ended.lock().unwrap() = Some(end);
    gate.wake();
}

async fn provider(name: &str, aws: &str, lambda: &str) -> Provider {
    let config = sdk_config(aws).await.to_builder().app_name(AppName::new(name.to_owned()).unwrap()).build();
    let to_lambda = config.to_builder().endpoint_url(lambda).build();
    let ledger = Ledger::in_table(RequestTable::new(&config, REQUEST_TABLE), PAUSE);
    Provider::new(Reconciler::new(&config, PAUSE), ledger, delivery(), ExtraHosts::parse("127.0.0.1"))
        .with_handover(Handover::new(&to_lambda))
}
