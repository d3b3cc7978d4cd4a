//! The provider in this process, between a stand-in for AWS and a receiver for its answers.

use std::cell::RefCell;
use std::time::{Duration, SystemTime};

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sagemaker::config::Credentials;
use aws_smithy_http_client::Connector;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use aws_stand_in::{CallRecord, Config, Fault, FaultRule, StandIn};
use monitored_endpoint::aws::RequestTable;
use monitored_endpoint::callback::{Delivery, ExtraHosts};
use monitored_endpoint::ledger::Ledger;
use monitored_endpoint::plan::{AlarmRequest, RunbooksUrl};
use monitored_endpoint::reconcile::Reconciler;
use monitored_endpoint::request::Provider;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::account::{make_their_alarm, make_their_dashboard};
use super::declaration::{Declared, ROLE};
use super::event::{CONFIG, Event, MONITORING};
use super::receiver::AnswerReceiver;

/// The table of the providers that run as processes of their own.
pub(crate) const REQUEST_TABLE: &str = "requests";
/// Time for work that is not about time.
const PLENTY: Duration = Duration::from_mins(1);
/// The longest between two looks.
const PAUSE: Duration = Duration::from_millis(1);

/// The provider and everything around it.
pub(crate) struct Scenario {
    pub(crate) stand_in: StandIn,
    pub(crate) receiver: AnswerReceiver,
    pub(crate) sagemaker: aws_sdk_sagemaker::Client,
    pub(crate) cloudwatch: aws_sdk_cloudwatch::Client,
    provider: RefCell<Provider>,
    config: SdkConfig,
    widgets_function: Option<String>,
    /// Whether monitoring is kept right between requests; the ledger is in a table then.
    keeps_monitoring: bool,
    runtime: Runtime,
    last_calls: RefCell<Vec<CallRecord>>,
}

/// An answer as CloudFormation read it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer(pub(crate) Value);

impl Scenario {
    pub(crate) fn new() -> Self {
        Self::of(None, false)
    }

    /// With a provider that keeps monitoring right between requests.
    pub(crate) fn kept_right() -> Self {
        Self::of(None, true)
    }

    /// With the function of this ARN to draw interactive panels.
    pub(crate) fn with_widgets(function_arn: &str) -> Self {
        Self::of(Some(function_arn.to_owned()), false)
    }

    fn of(widgets_function: Option<String>, keeps_monitoring: bool) -> Self {
        let tables = vec![REQUEST_TABLE.to_owned()];
        let stand_in = StandIn::start(Config { transition: Duration::ZERO, tables, ..Config::default() }).unwrap();
        let receiver = AnswerReceiver::start();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let config = runtime.block_on(sdk_config(stand_in.url()));
        Self {
            provider: RefCell::new(provider(&config, widgets_function.clone(), keeps_monitoring)),
            widgets_function,
            keeps_monitoring,
            sagemaker: aws_sdk_sagemaker::Client::new(&config),
            cloudwatch: aws_sdk_cloudwatch::Client::new(&config),
            stand_in,
            receiver,
            config,
            runtime,
            last_calls: RefCell::default(),
        }
    }

    /// Everything forgotten, as if new.
    pub(crate) fn start_over(&self) {
        self.stand_in.clear_faults();
        self.stand_in.reset();
        *self.provider.borrow_mut() = provider(&self.config, self.widgets_function.clone(), self.keeps_monitoring);
    }

    /// Hands an event to the provider and gives the one answer that arrived.
    pub(crate) fn send(&self, event: Event) -> Answer {
        self.send_within(event, PLENTY)
    }

    /// As [`Self::send`], in a Lambda that is killed after `life`.
    pub(crate) fn send_within(&self, event: Event, life: Duration) -> Answer {
        self.stand_in.clear_calls();
        let event = event.answered_at(&self.receiver.url());
        let handled = self.runtime.block_on(self.provider.borrow().handle(&event.raw(), SystemTime::now() + life));
        let answer = self.receiver.take_one();
        *self.last_calls.borrow_mut() = self.stand_in.calls();
        let returned = serde_json::to_value(handled.unwrap()).unwrap();
        assert_eq!(returned, answer, "what is returned is what was sent");
        for echoed in ["StackId", "RequestId", "LogicalResourceId"] {
            assert_eq!(answer[echoed], event.0[echoed], "{echoed}");
        }
        Answer(answer)
    }

    /// From now on the provider is another one, whose descriptions of alarms link to this page of runbooks.
    pub(crate) fn link_runbooks(&self, url: &str) {
        let reconciler = Reconciler::new(&self.config, PAUSE).with_runbooks(RunbooksUrl::parse(url).ok());
        *self.provider.borrow_mut() = provider_of(reconciler, &self.config, self.keeps_monitoring);
    }

    /// Wakes the provider with an event that is no request, which nobody is answered, and gives what it returns.
    pub(crate) fn wake(&self, event: &Event) -> Value {
        self.stand_in.clear_calls();
        let handled = self.runtime.block_on(self.provider.borrow().handle(&event.raw(), SystemTime::now() + PLENTY));
        assert!(self.receiver.take().is_empty(), "nobody waits for an answer");
        *self.last_calls.borrow_mut() = self.stand_in.calls();
        serde_json::to_value(handled.unwrap()).unwrap()["KeptRight"].clone()
    }

    /// Calls of the last event that changed something other than the ledger, by name and in the order of names.
    pub(crate) fn writes_beside_the_ledger(&self) -> Vec<String> {
        let mut writes = self.writes();
        writes.retain(|operation| operation != "PutItem");
        writes
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

    /// Calls that the last event made, by name.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.last_calls.borrow().iter().map(|call| call.operation.clone()).collect()
    }

    /// Calls of the last event that may change something, by name and in the order of names: some of them are made at
    /// the same time.
    pub(crate) fn writes(&self) -> Vec<String> {
        let mut writes = self.writes_in_order();
        writes.sort();
        writes
    }

    /// Calls of the last event that may change something, as they came in.
    pub(crate) fn writes_in_order(&self) -> Vec<String> {
        self.last_calls.borrow().iter().filter(|call| call.write).map(|call| call.operation.clone()).collect()
    }

    pub(crate) fn last_calls(&self) -> Vec<CallRecord> {
        self.last_calls.borrow().clone()
    }

    /// From its next call on, `times` calls of `operation` in a row go wrong.
    pub(crate) fn let_fail(&self, operation: &str, times: Option<u32>, fault: Fault) {
        let_fail(&self.stand_in, operation, times, fault);
    }

    /// Everything that exists, without the times at which it came to be.
    pub(crate) fn state(&self) -> Value {
        let mut state = self.stand_in.state();
        without_times(&mut state);
        state
    }

    fn named(&self, kind: &str, field: &str) -> Vec<(String, Value)> {
        let of_kind = self.state()[kind].as_array().cloned().unwrap_or_default();
        of_kind.into_iter().map(|one| (one[field].as_str().unwrap().to_owned(), one)).collect()
    }

    pub(crate) fn config_names(&self) -> Vec<String> {
        self.named("endpoint_configs", "EndpointConfigName").into_iter().map(|(name, _)| name).collect()
    }

    pub(crate) fn dashboard_names(&self) -> Vec<String> {
        self.named("dashboards", "DashboardName").into_iter().map(|(name, _)| name).collect()
    }

    pub(crate) fn alarm_names(&self) -> Vec<String> {
        self.named("alarms", "AlarmName").into_iter().map(|(name, _)| name).collect()
    }

    fn one(&self, kind: &str, field: &str, name: &str) -> Value {
        let found = self.named(kind, field).into_iter().find(|(known, _)| known == name);
        found.unwrap_or_else(|| panic!("there is no {name} among the {kind}")).1
    }

    pub(crate) fn config(&self, name: &str) -> Value {
        self.one("endpoint_configs", "EndpointConfigName", name)
    }

    pub(crate) fn dashboard(&self, name: &str) -> Value {
        self.one("dashboards", "DashboardName", name)
    }

    pub(crate) fn alarm(&self, name: &str) -> Value {
        self.one("alarms", "AlarmName", name)
    }

    /// Whether nothing at all exists.
    pub(crate) fn is_empty(&self) -> bool {
        self.config_names().is_empty() && self.dashboard_names().is_empty() && self.alarm_names().is_empty()
    }

    pub(crate) fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.config)
    }

    pub(crate) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// The stack's own endpoint, in service on `config`.
    pub(crate) fn endpoint_serves(&self, endpoint: &str, config: &str) {
        let request = self.sagemaker.create_endpoint().endpoint_name(endpoint).endpoint_config_name(config);
        self.block_on(request.send()).unwrap();
        self.stand_in.advance(Duration::from_secs(1));
    }

    /// An endpoint made elsewhere, in service on a config of one GPU variant without a model.
    pub(crate) fn foreign_endpoint(&self, endpoint: &str, frequency: Option<i32>) {
        use aws_sdk_sagemaker::types::{MetricsConfig, ProductionVariant, ProductionVariantInstanceType};
        let variant = ProductionVariant::builder()
            .variant_name("Theirs")
            .instance_type(ProductionVariantInstanceType::from("ml.g5.48xlarge"))
            .initial_instance_count(1)
            .build();
        let metrics = frequency.map(|seconds| {
            MetricsConfig::builder().enable_enhanced_metrics(true).metric_publish_frequency_in_seconds(seconds).build()
        });
        let config = format!("{endpoint}-config");
        let request = self
            .sagemaker
            .create_endpoint_config()
            .endpoint_config_name(&config)
            .execution_role_arn(ROLE)
            .production_variants(variant)
            .set_metrics_config(metrics);
        self.block_on(request.send()).unwrap();
        self.endpoint_serves(endpoint, &config);
    }

    /// A model made elsewhere.
    pub(crate) fn foreign_model(&self, name: &str) {
        let request = self.sagemaker.create_model().model_name(name).execution_role_arn(ROLE);
        self.block_on(request.send()).unwrap();
    }

    /// A dashboard that somebody made by hand.
    pub(crate) fn foreign_dashboard(&self, name: &str) {
        self.block_on(make_their_dashboard(&self.cloudwatch, name));
    }

    /// Puts a planned alarm. A refusal fails.
    pub(crate) fn put(&self, request: AlarmRequest) {
        match request {
            AlarmRequest::Metric(request) => drop(self.block_on(request.send_with(&self.cloudwatch)).unwrap()),
            AlarmRequest::Composite(request) => drop(self.block_on(request.send_with(&self.cloudwatch)).unwrap()),
        }
    }

    /// An alarm that somebody made by hand.
    pub(crate) fn foreign_alarm(&self, name: &str) {
        self.block_on(make_their_alarm(&self.cloudwatch, name));
    }
}

impl Answer {
    #[track_caller]
    pub(crate) fn succeeded(self) -> Self {
        assert_eq!(self.0["Status"], "SUCCESS", "{}", self.0["Reason"]);
        self
    }

    /// The reason of a failure.
    #[track_caller]
    pub(crate) fn failed(&self) -> String {
        assert_eq!(self.0["Status"], "FAILED", "{}", self.0);
        let reason = self.0["Reason"].as_str().unwrap().to_owned();
        assert!(!reason.is_empty());
        reason
    }

    pub(crate) fn id(&self) -> String {
        self.0["PhysicalResourceId"].as_str().unwrap().to_owned()
    }

    pub(crate) fn data(&self, name: &str) -> &str {
        self.0["Data"][name].as_str().unwrap_or_else(|| panic!("no attribute {name}: {}", self.0))
    }

    pub(crate) fn reason(&self) -> &str {
        self.0["Reason"].as_str().unwrap_or_default()
    }
}

/// The three tags that say whose something is, by their last word.
pub(crate) fn ownership(described: &Value, word: &str) -> String {
    tag(described, &format!("monitored-endpoint:{word}"))
}

/// The value of a tag, empty where there is none.
pub(crate) fn tag(described: &Value, key: &str) -> String {
    match &described["Tags"] {
        Value::Object(tags) => tags.get(key).and_then(Value::as_str).unwrap_or_default().to_owned(),
        Value::Array(tags) => {
            let found = tags.iter().find(|tag| tag["Key"] == key);
            found.and_then(|tag| tag["Value"].as_str()).unwrap_or_default().to_owned()
        }
        _ => String::new(),
    }
}

/// A provider as a new process has it: it remembers nothing.
fn provider(config: &SdkConfig, widgets_function: Option<String>, keeps_monitoring: bool) -> Provider {
    let reads_fleet = widgets_function.is_some();
    let reconciler = Reconciler::new(config, PAUSE).with_widgets(widgets_function).with_fleet_reads(reads_fleet);
    provider_of(reconciler, config, keeps_monitoring)
}

fn provider_of(reconciler: Reconciler, config: &SdkConfig, keeps_monitoring: bool) -> Provider {
    let ledger = if keeps_monitoring {
        Ledger::in_table(RequestTable::new(config, REQUEST_TABLE), PAUSE)
    } else {
        Ledger::in_memory(PAUSE)
    };
    Provider::new(reconciler, ledger, delivery(), ExtraHosts::parse("127.0.0.1")).with_upkeep(keeps_monitoring)
}

pub(crate) fn delivery() -> Delivery {
    Delivery::through(SharedHttpConnector::new(Connector::builder().build_http()))
}

/// Clients of the stand-in. They speak HTTP only: reading all root certificates, for each service anew, would be most of what a
/// test computes.
pub(crate) async fn sdk_config(url: &str) -> SdkConfig {
    let http = aws_smithy_http_client::Builder::new().build_http();
    let retries = RetryConfig::standard()
        .with_max_attempts(14)
        .with_initial_backoff(Duration::from_millis(1))
        .with_max_backoff(Duration::from_millis(5));
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(15)).build();
    aws_config::defaults(BehaviorVersion::v2026_01_12())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("AKID", "secret", None, None, "test"))
        .endpoint_url(url)
        .http_client(http)
        .retry_config(retries)
        .timeout_config(timeouts)
        .load()
        .await
}

pub(crate) fn without_times(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| {
                !(name.ends_with("Time")
                    || name.ends_with("Timestamp")
                    || name.ends_with("Modified")
                    || name == "now_ms")
            });
            members.values_mut().for_each(without_times);
        }
        Value::Array(items) => items.iter_mut().for_each(without_times),
        _ => {}
    }
}

/// From its next call on, `times` calls of `operation` in a row go wrong.
pub(crate) fn let_fail(stand_in: &StandIn, operation: &str, times: Option<u32>, fault: Fault) {
    stand_in.add_fault(FaultRule { operation: operation.to_owned(), on_call: Some(1), times, fault }).unwrap();
}
