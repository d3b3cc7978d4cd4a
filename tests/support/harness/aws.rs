//! AWS as the provider meets it: the stand-in, the place where answers arrive, and Lambda's Invoke; and what others have
//! there.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_cloudwatch::types::{ComparisonOperator, Statistic};
use aws_sdk_sagemaker::config::Credentials;
use aws_sdk_sagemaker::types::{EndpointStatus, MetricsConfig, ProductionVariant, ProductionVariantInstanceType};
use aws_stand_in::{Config, Fault, FaultRule, StandIn};
use metric_math::telemetry::Metric;
use monitored_endpoint::plan::AlarmRequest;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::next_runs::NextRuns;
use super::provider::Urls;
use crate::support::declaration::ROLE;
use crate::support::lambda::Lambda;
use crate::support::receiver::AnswerReceiver;

/// The table of the providers that run as processes of their own.
pub(crate) const REQUEST_TABLE: &str = "requests";
/// A model that somebody made, for whoever wants to serve it.
pub(crate) const MODEL: &str = "published-model";
/// Ends whatever is under way, on the stand-in's clock.
const LONG_ENOUGH: Duration = Duration::from_hours(3);
/// Statuses in which an endpoint serves nothing, now or ever.
const DEAD: [&str; 2] = ["Deleting", "Failed"];
/// What the stand-in's state holds, and the member that names each.
const KINDS: [(&str, &str); 4] = [
    ("endpoint_configs", "EndpointConfigName"),
    ("endpoints", "EndpointName"),
    ("dashboards", "DashboardName"),
    ("alarms", "AlarmName"),
];

/// An account and Region, with somebody who waits for answers.
pub(crate) struct Aws {
    pub(crate) stand_in: StandIn,
    pub(crate) receiver: AnswerReceiver,
    pub(crate) next_runs: NextRuns,
    pub(crate) sagemaker: aws_sdk_sagemaker::Client,
    pub(crate) cloudwatch: aws_sdk_cloudwatch::Client,
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    runtime: Runtime,
}

impl Aws {
    /// With an empty request table.
    pub(crate) fn start(config: Config) -> Self {
        let stand_in = StandIn::start(Config { tables: vec![REQUEST_TABLE.to_owned()], ..config }).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let config = runtime.block_on(sdk_config(stand_in.url()));
        Self {
            sagemaker: aws_sdk_sagemaker::Client::new(&config),
            cloudwatch: aws_sdk_cloudwatch::Client::new(&config),
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            stand_in,
            receiver: AnswerReceiver::start(),
            next_runs: NextRuns::start(),
            runtime,
        }
    }

    /// Where a provider finds it.
    pub(crate) fn urls(&self) -> Urls {
        Urls { aws: self.stand_in.url().to_owned(), lambda: self.next_runs.url() }
    }

    /// The real provider as a process of its own, with these variables beside the usual ones.
    pub(crate) fn process(&self, variables: &[(&str, &str)]) -> Lambda {
        self.urls().process(variables)
    }

    /// Everything forgotten, as if new.
    pub(crate) fn start_over(&self) {
        self.stand_in.clear_faults();
        self.stand_in.reset();
        self.next_runs.take();
    }

    pub(crate) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// From its next call on, `times` calls of `operation` in a row go wrong.
    pub(crate) fn let_fail(&self, operation: &str, times: Option<u32>, fault: Fault) {
        self.let_fail_from(1, operation, times, fault);
    }

    /// As [`Self::let_fail`], from the `call`th call on, counted from 1.
    pub(crate) fn let_fail_from(&self, call: u32, operation: &str, times: Option<u32>, fault: Fault) {
        let rule = FaultRule { operation: operation.to_owned(), on_call: Some(call), times, fault };
        self.stand_in.add_fault(rule).unwrap();
    }

    /// All that is under way comes to its end.
    pub(crate) fn wind(&self) {
        self.stand_in.advance(LONG_ENOUGH);
    }
}

/// What exists.
impl Aws {
    /// Everything that exists, without the times at which it came to be.
    pub(crate) fn state(&self) -> Value {
        let mut state = self.stand_in.state();
        without_times(&mut state);
        state
    }

    /// Everything that exists once all that is under way has ended, without what differs between two accounts in which the
    /// same was done: two equal pictures are the same account.
    pub(crate) fn picture(&self) -> Value {
        self.wind();
        let state = self.state();
        let endpoints = state["endpoints"].as_array().cloned().unwrap_or_default();
        let endpoints: Vec<Value> = endpoints
            .iter()
            .map(|endpoint| {
                let members = ["EndpointName", "EndpointConfigName", "EndpointStatus", "Tags"];
                members.iter().map(|name| ((*name).to_owned(), endpoint[*name].clone())).collect()
            })
            .collect();
        let mut alarms = state["alarms"].as_array().cloned().unwrap_or_default();
        for metrics in alarms.iter_mut().filter_map(|alarm| alarm["Metrics"].as_array_mut()) {
            metrics.sort_by_key(|metric| metric["Id"].to_string());
        }
        json!({
            "endpoint_configs": state["endpoint_configs"],
            "endpoints": endpoints,
            "dashboards": state["dashboards"],
            "alarms": alarms,
        })
    }

    /// An endpoint whose config is gone, where there is one.
    pub(crate) fn endpoint_without_config(&self) -> Option<Value> {
        let state = self.stand_in.state();
        let named = |kind: &str| state[kind].as_array().cloned().unwrap_or_default();
        let configs = named("endpoint_configs");
        let is_live = |endpoint: &Value| !DEAD.iter().any(|dead| endpoint["EndpointStatus"] == *dead);
        let has_config = |endpoint: &Value| {
            configs.iter().any(|config| config["EndpointConfigName"] == endpoint["EndpointConfigName"])
        };
        named("endpoints").into_iter().find(|endpoint| is_live(endpoint) && !has_config(endpoint))
    }

    /// Everything of a kind, each with its name.
    fn named(&self, kind: &str) -> Vec<(String, Value)> {
        let field = KINDS.into_iter().find(|(known, _)| *known == kind).unwrap().1;
        let of_kind = self.state()[kind].as_array().cloned().unwrap_or_default();
        of_kind.into_iter().map(|one| (one[field].as_str().unwrap().to_owned(), one)).collect()
    }

    fn names(&self, kind: &str) -> Vec<String> {
        self.named(kind).into_iter().map(|(name, _)| name).collect()
    }

    /// Kind and name of everything.
    pub(crate) fn all_names(&self) -> impl Iterator<Item = String> {
        let names =
            |(kind, _): (&'static str, _)| self.names(kind).into_iter().map(move |name| format!("{kind}/{name}"));
        KINDS.into_iter().flat_map(names)
    }

    /// Whether nothing at all exists.
    pub(crate) fn is_empty(&self) -> bool {
        self.all_names().next().is_none()
    }

    pub(crate) fn config_names(&self) -> Vec<String> {
        self.names("endpoint_configs")
    }

    pub(crate) fn endpoint_names(&self) -> Vec<String> {
        self.names("endpoints")
    }

    pub(crate) fn dashboard_names(&self) -> Vec<String> {
        self.names("dashboards")
    }

    pub(crate) fn alarm_names(&self) -> Vec<String> {
        self.names("alarms")
    }

    fn one(&self, kind: &str, name: &str) -> Value {
        let found = self.named(kind).into_iter().find(|(known, _)| known == name);
        found.unwrap_or_else(|| panic!("there is no {name} among the {kind}")).1
    }

    pub(crate) fn config(&self, name: &str) -> Value {
        self.one("endpoint_configs", name)
    }

    pub(crate) fn endpoint(&self, name: &str) -> Value {
        self.one("endpoints", name)
    }

    pub(crate) fn dashboard(&self, name: &str) -> Value {
        self.one("dashboards", name)
    }

    pub(crate) fn alarm(&self, name: &str) -> Value {
        self.one("alarms", name)
    }
}

/// What others do: the stack's other resources, and people.
impl Aws {
    /// What the stack's own `AWS::SageMaker::Endpoint` does: the endpoint serves on the config, or it doesn't.
    pub(crate) fn deploy(&self, endpoint: &str, config: &str) -> bool {
        let create = self.sagemaker.create_endpoint().endpoint_name(endpoint).endpoint_config_name(config);
        if self.block_on(create.send()).is_err() {
            self.move_endpoint(endpoint, config);
        }
        self.wind();
        let describe = self.sagemaker.describe_endpoint().endpoint_name(endpoint);
        let described = self.block_on(describe.send()).unwrap();
        let status = described.endpoint_status().map(EndpointStatus::as_str);
        status == Some("InService") && described.endpoint_config_name() == Some(config)
    }

    /// The endpoint begins to move to the config.
    pub(crate) fn move_endpoint(&self, endpoint: &str, config: &str) {
        let update = self.sagemaker.update_endpoint().endpoint_name(endpoint).endpoint_config_name(config);
        self.block_on(update.send()).unwrap();
    }

    /// What the stack's own `AWS::SageMaker::Endpoint` does when it goes.
    pub(crate) fn retire(&self, endpoint: &str) {
        self.block_on(self.sagemaker.delete_endpoint().endpoint_name(endpoint).send()).unwrap();
        self.wind();
    }

    /// The stack's own endpoint, in service on `config`.
    pub(crate) fn endpoint_serves(&self, endpoint: &str, config: &str) {
        assert!(self.deploy(endpoint, config), "{endpoint} serves on {config}");
    }

    /// An endpoint made elsewhere, in service on a config of one GPU variant without a model.
    pub(crate) fn foreign_endpoint(&self, endpoint: &str, frequency: Option<i32>) {
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
        let body = json!({"widgets": []}).to_string();
        self.block_on(self.cloudwatch.put_dashboard().dashboard_name(name).dashboard_body(body).send()).unwrap();
    }

    /// An alarm that somebody made by hand.
    pub(crate) fn foreign_alarm(&self, name: &str) {
        let request = self
            .cloudwatch
            .put_metric_alarm()
            .alarm_name(name)
            .namespace("AWS/SageMaker")
            .metric_name("Invocations")
            .statistic(Statistic::Sum)
            .period(60)
            .evaluation_periods(1)
            .threshold(1.0)
            .comparison_operator(ComparisonOperator::GreaterThanThreshold);
        self.block_on(request.send()).unwrap();
    }

    /// The first GPU metric of an inference component on the endpoint `chat` comes, with a GPU identified by `dimension`.
    pub(crate) fn publish_gpu(&self, dimension: &str) {
        let of = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        self.stand_in.publish([Metric {
            namespace: "/aws/sagemaker/InferenceComponents".to_owned(),
            name: "GPUUtilizationNormalized".to_owned(),
            dimensions: [of("EndpointName", "chat"), of("InferenceComponentName", "llama"), of(dimension, "0")].into(),
        }]);
    }

    pub(crate) fn is_composite(&self, alarm: &str) -> bool {
        self.alarm(alarm)["AlarmRule"].is_string()
    }

    /// Somebody deletes dashboards and alarms by hand. CloudWatch deletes no alarm that a composite one names.
    pub(crate) fn delete_by_hand(&self, is_meant: impl Fn(&str) -> bool) {
        for name in self.dashboard_names().into_iter().filter(|name| is_meant(name)) {
            self.block_on(self.cloudwatch.delete_dashboards().dashboard_names(name).send()).unwrap();
        }
        let alarms = self.alarm_names().into_iter().filter(|name| is_meant(name));
        let (composites, parts): (Vec<String>, Vec<String>) = alarms.partition(|name| self.is_composite(name));
        for names in [composites, parts].into_iter().filter(|names| !names.is_empty()) {
            self.block_on(self.cloudwatch.delete_alarms().set_alarm_names(Some(names)).send()).unwrap();
        }
    }

    /// Puts a planned alarm. A refusal fails.
    pub(crate) fn put(&self, request: AlarmRequest) {
        match request {
            AlarmRequest::Metric(request) => drop(self.block_on(request.send_with(&self.cloudwatch)).unwrap()),
            AlarmRequest::Composite(request) => drop(self.block_on(request.send_with(&self.cloudwatch)).unwrap()),
        }
    }
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

fn without_times(value: &mut Value) {
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
