//! The provider in one of two forms: in this process, or as a process of its own.

use std::time::{Duration, SystemTime};

use aws_config::{AppName, SdkConfig};
use aws_smithy_http_client::Connector;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use futures_util::future::join_all;
use monitored_endpoint::aws::{Handover, RequestTable};
use monitored_endpoint::callback::{Delivery, ExtraHosts};
use monitored_endpoint::ledger::Ledger;
use monitored_endpoint::plan::RunbooksUrl;
use monitored_endpoint::reconcile::Reconciler;
use monitored_endpoint::request::{Invocation, Provider as Handler};
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::runtime::Runtime;

use super::aws::{REQUEST_TABLE, sdk_config};
use crate::support::lambda::{Condition, FUNCTION, Lambda, Returned};

/// Between two looks whether a run is to be killed.
const LOOK: Duration = Duration::from_millis(1);
/// What has a process keep monitoring right between requests.
const KEEPS_MONITORING: &[(&str, &str)] = &[("KEEP_MONITORING", "true")];

/// Where the provider finds AWS, and Lambda to hand over to.
#[derive(Clone, Debug)]
pub(crate) struct Urls {
    pub(crate) aws: String,
    pub(crate) lambda: String,
}

/// The provider, wherever it runs.
pub(crate) enum Provider {
    InProcess(Box<InProcess>),
    /// The real one, which works on one event at a time, and keeps monitoring right between requests.
    Process(Urls, Lambda),
}

impl Provider {
    pub(crate) fn process(urls: Urls) -> Self {
        let process = urls.process(KEEPS_MONITORING);
        Self::Process(urls, process)
    }

    /// Whether it keeps monitoring right between requests.
    pub(crate) fn keeps_monitoring(&self) -> bool {
        match self {
            Self::InProcess(provider) => provider.setup.keeps_monitoring,
            Self::Process(..) => true,
        }
    }

    /// Runs each of `events` in a life of its own, all at the same time, and says how each ended. Where there is a condition,
    /// whatever still runs when it holds is killed.
    pub(crate) fn run(
        &mut self,
        events: &[String],
        life: Duration,
        killed_when: Option<&Condition<'_>>,
    ) -> Vec<Returned> {
        match self {
            Self::InProcess(provider) => {
                let killed = async {
                    match killed_when {
                        Some(condition) => {
                            while !condition() {
                                tokio::time::sleep(LOOK).await;
                            }
                        }
                        None => std::future::pending().await,
                    }
                };
                provider.run(events, SystemTime::now() + life, killed)
            }
            Self::Process(urls, process) => {
                let [event] = events else { panic!("a process works on one event at a time") };
                let returned = process.run(event, life, killed_when);
                if returned == Returned::Exited {
                    *process = urls.process(KEEPS_MONITORING);
                }
                vec![returned]
            }
        }
    }

    /// As a new process has it: it remembers nothing. A process keeps nothing but what is in the request table.
    pub(crate) fn start_over(&mut self) {
        if let Self::InProcess(provider) = self {
            provider.start_over();
        }
    }

    /// From now on it is another one, whose descriptions of alarms link to this page of runbooks.
    pub(crate) fn link_runbooks(&mut self, url: &str) {
        let Self::InProcess(provider) = self else { panic!("a process is set up once") };
        provider.setup.runbooks = Some(RunbooksUrl::parse(url).unwrap());
        provider.start_over();
    }
}

/// How the provider in this process is set up.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    /// The longest between two looks.
    pub(crate) pause: Duration,
    /// The function that draws interactive panels, and counts what the whole fleet leaves unallocated.
    pub(crate) widgets: Option<String>,
    /// The page of runbooks that descriptions of alarms link to.
    pub(crate) runbooks: Option<RunbooksUrl>,
    /// Whether it may leave work to a next run.
    pub(crate) hands_over: bool,
    /// Whether it keeps monitoring right between requests.
    pub(crate) keeps_monitoring: bool,
    /// Whether its ledger is in the request table, which it shares with others, or in its memory.
    pub(crate) has_table: bool,
    /// By which its calls are known among those of others.
    pub(crate) name: Option<String>,
}

impl Setup {
    /// On its own: no table, no widgets function, no next run, and nothing between requests.
    pub(crate) const fn new(pause: Duration) -> Self {
        Self {
            pause,
            widgets: None,
            runbooks: None,
            hands_over: false,
            keeps_monitoring: false,
            has_table: false,
            name: None,
        }
    }
}

/// The library's provider, with a runtime and clients of its own.
pub(crate) struct InProcess {
    handler: Handler,
    config: SdkConfig,
    lambda: String,
    setup: Setup,
    runtime: Runtime,
}

impl InProcess {
    pub(crate) fn start(urls: &Urls, setup: Setup) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut config = runtime.block_on(sdk_config(&urls.aws)).to_builder();
        config.set_app_name(setup.name.clone().map(|name| AppName::new(name).unwrap()));
        let config = config.build();
        Self { handler: handler(&config, &urls.lambda, &setup), config, lambda: urls.lambda.clone(), setup, runtime }
    }

    fn start_over(&mut self) {
        self.handler = handler(&self.config, &self.lambda, &self.setup);
    }

    /// Runs each of `events` until `ends`, all at the same time. Whatever still runs when `killed` is ready is killed; what it
    /// has left at work goes with the provider.
    pub(crate) fn run(&self, events: &[String], ends: SystemTime, killed: impl Future<Output = ()>) -> Vec<Returned> {
        let function_arn = self.setup.hands_over.then(|| FUNCTION.to_owned());
        let invocation = Invocation { ends, function_arn };
        let runs = events.iter().map(|event| async {
            let event = RawValue::from_string(event.clone()).unwrap();
            match self.handler.handle(&event, invocation.clone()).await {
                Ok(reply) => Returned::Value(serde_json::to_value(reply).unwrap()),
                Err(undelivered) => Returned::Error(Value::String(undelivered.to_string())),
            }
        });
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                () = killed => vec![Returned::Exited; events.len()],
                returned = join_all(runs) => returned,
            }
        })
    }
}

fn handler(config: &SdkConfig, lambda: &str, setup: &Setup) -> Handler {
    let ledger = if setup.has_table {
        Ledger::in_table(RequestTable::new(config, REQUEST_TABLE), setup.pause)
    } else {
        Ledger::in_memory(setup.pause)
    };
    let delivery = Delivery::through(SharedHttpConnector::new(Connector::builder().build_http()));
    let reconciler = Reconciler::new(config, setup.pause)
        .with_widgets(setup.widgets.clone())
        .with_fleet_reads(setup.widgets.is_some())
        .with_runbooks(setup.runbooks.clone());
    let handler =
        Handler::new(reconciler, ledger, delivery, ExtraHosts::parse("127.0.0.1")).with_upkeep(setup.keeps_monitoring);
    if setup.hands_over {
        let to_lambda = config.to_builder().endpoint_url(lambda).build();
        return handler.with_handover(Handover::new(&to_lambda));
    }
    handler
}

impl Urls {
    pub(crate) fn process(&self, variables: &[(&str, &str)]) -> Lambda {
        let lambda = ("AWS_ENDPOINT_URL_LAMBDA", self.lambda.as_str());
        Lambda::start(&self.aws, &[&[lambda], variables].concat())
    }
}
