//! `CloudWatch`'s dashboards, alarms, tags, and the listing and reading of metrics.
//! Requests and answers are JSON values here; which protocol they travel in is `wire`'s business.

mod alarm;
mod alarm_rules;
mod composite_alarm;
mod dashboard;
mod dashboard_body;
mod metric;
mod metric_data;
mod simulation;
mod tagging;

use std::collections::BTreeMap;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use self::{alarm::Alarm, dashboard::Dashboard, simulation::Simulation};
use crate::{
    clock::Millis,
    config::Config,
    error::ServiceError,
    model::Model,
    tag::{self, TagError, Tags},
    wire::{self, Protocol},
};
use metric_math::telemetry::{Fleet, FleetError, Metric, MetricStore};

/// What exists.
#[derive(Debug, Default)]
pub(crate) struct State {
    dashboards: BTreeMap<String, Dashboard>,
    alarms: BTreeMap<String, Alarm>,
    store: MetricStore,
    /// What linked accounts have published, where this is the monitoring account of `CloudWatch`'s cross-account observability.
    linked: BTreeMap<String, MetricStore>,
    simulation: Simulation,
    enrichment_runs: bool,
}

impl State {
    /// Makes metrics known without data.
    pub(crate) fn declare(&mut self, metrics: impl IntoIterator<Item = Metric>) {
        for metric in metrics {
            self.store.declare(metric);
        }
    }

    /// Everything that was published.
    pub(crate) fn store(&self) -> &MetricStore {
        &self.store
    }

    /// For whoever tests, to change.
    pub(crate) fn store_mut(&mut self) -> &mut MetricStore {
        &mut self.store
    }

    /// Links an account, which has published this and nothing since.
    pub(crate) fn link(&mut self, account: &str, published: MetricStore) {
        self.linked.insert(account.to_owned(), published);
    }

    pub(crate) fn set_enrichment(&mut self, running: bool) {
        self.enrichment_runs = running;
    }

    /// Simulates a fleet that started so many milliseconds ago, and from now on.
    pub(crate) fn simulate(&mut self, fleet: Fleet, started_ago: Millis, now: Millis) -> Result<(), FleetError> {
        self.simulation.begin(&mut self.store, fleet, started_ago, now)
    }

    /// Brings data and alarms up to the present: fleets publish what is due, and alarms look at it. Without a simulated
    /// fleet alarms keep the state of a new one.
    pub(crate) fn settle(&mut self, config: &Config, now: Millis) {
        if self.simulation.is_running() {
            self.simulation.advance(&mut self.store, now);
            alarm::evaluate(&mut self.alarms, &self.store, config, now);
        }
    }

    pub(crate) fn describe(&self, config: &Config) -> Value {
        let dashboards: Vec<_> = self.dashboards.iter().map(|(name, one)| one.describe(config, name)).collect();
        let alarms: Vec<_> = self
            .alarms
            .values()
            .map(|alarm| {
                let mut described = alarm.describe(config);
                described["Tags"] = json!(alarm.tags());
                described
            })
            .collect();
        let metrics: Vec<_> = self.store.metrics().collect();
        json!({ "dashboards": dashboards, "alarms": alarms, "metrics": metrics })
    }
}

/// What an operation of this service works with.
type Context<'c> = crate::context::Context<'c, State>;

/// Carries out one operation on a request that is a JSON object.
pub(crate) fn call(
    context: &mut Context<'_>,
    model: &Model,
    operation: &str,
    protocol: Protocol,
    request: &Value,
) -> Result<Vec<u8>, ServiceError> {
    model.check_request(operation, request, invalid)?;
    if matches!(operation, "DescribeAlarms" | "GetMetricData" | "ListMetrics") {
        let now = context.clock.now();
        context.state.settle(context.config, now);
    }
    let output = match operation {
        "PutDashboard" => dashboard::put(context, request),
        "GetDashboard" => dashboard::get(context, request),
        "ListDashboards" => dashboard::list(context, request),
        "DeleteDashboards" => dashboard::delete(context, request),
        "PutMetricAlarm" => alarm::put(context, request),
        "PutCompositeAlarm" => composite_alarm::put(context, request),
        "DescribeAlarms" => alarm::list(context, request),
        "DeleteAlarms" => alarm::delete(context, request),
        "ListMetrics" => metric::list(context, request),
        "GetMetricData" => metric_data::get(context, request),
        "GetOTelEnrichment" => {
            let status = if context.state.enrichment_runs { "Running" } else { "Stopped" };
            Ok(json!({ "Status": status }))
        }
        "TagResource" => tagging::tag(context, request),
        "UntagResource" => tagging::untag(context, request),
        "ListTagsForResource" => tagging::list(context, request),
        _ => Err(ServiceError::unknown_operation(operation)),
    }?;
    wire::write(protocol, model, model.output(operation), &output)
}

/// A tag as requests carry it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct TagPair {
    key: String,
    value: String,
}

/// Adds tags to those there are.
fn merge_tags(existing: &Tags, added: Vec<TagPair>) -> Result<Tags, TagError> {
    tag::merge(existing, added.into_iter().map(|pair| (pair.key, pair.value)))
}

/// Reads a request that has the shape of its input already.
fn read<T: DeserializeOwned>(request: &Value) -> Result<T, ServiceError> {
    serde_json::from_value(request.clone()).map_err(|error| ServiceError::internal(error.to_string()))
}

/// What `PutMetricAlarm` and the checks before every operation answer.
fn invalid(message: impl Into<String>) -> ServiceError {
    ServiceError::new(400, "ValidationError", message).shaped("ValidationException")
}

/// What most other operations answer to a bad value.
fn invalid_value(message: impl Into<String>) -> ServiceError {
    ServiceError::new(400, "InvalidParameterValue", message).shaped("InvalidParameterValueException")
}

fn invalid_token() -> ServiceError {
    ServiceError::new(400, "InvalidNextToken", "The next token specified is invalid.")
}

fn alarm_arn(config: &Config, name: &str) -> String {
    format!("arn:{}:cloudwatch:{}:{}:alarm:{name}", config.partition(), config.region, config.account)
}

fn dashboard_arn(config: &Config, name: &str) -> String {
    format!("arn:{}:cloudwatch::{}:dashboard/{name}", config.partition(), config.account)
}
