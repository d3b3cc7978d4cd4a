//! An account as a whole: what is compared, what must never be seen in it, and what others have there.

use aws_sdk_cloudwatch::types::{ComparisonOperator, Statistic};
use aws_sdk_sagemaker::types::{ProductionVariant, ProductionVariantInstanceType};
use aws_stand_in::StandIn;
use serde_json::{Value, json};

use super::declaration::ROLE;
use super::scenario::without_times;

/// A model that somebody made.
pub(crate) const MODEL: &str = "published-model";
/// Statuses in which an endpoint serves nothing, now or ever.
const DEAD: [&str; 2] = ["Deleting", "Failed"];

/// Everything that exists, without what differs between two accounts in which the same was done: two equal pictures are the
/// same account.
pub(crate) fn picture(stand_in: &StandIn) -> Value {
    let mut state = stand_in.state();
    without_times(&mut state);
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
pub(crate) fn without_config(stand_in: &StandIn) -> Option<Value> {
    let state = stand_in.state();
    let named = |kind: &str| state[kind].as_array().cloned().unwrap_or_default();
    let configs = named("endpoint_configs");
    let is_live = |endpoint: &Value| !DEAD.iter().any(|dead| endpoint["EndpointStatus"] == *dead);
    let has_config =
        |endpoint: &Value| configs.iter().any(|config| config["EndpointConfigName"] == endpoint["EndpointConfigName"]);
    named("endpoints").into_iter().find(|endpoint| is_live(endpoint) && !has_config(endpoint))
}

/// A config that somebody makes by hand.
pub(crate) async fn make_their_config(sagemaker: &aws_sdk_sagemaker::Client, config: &str) {
    let variant = ProductionVariant::builder()
        .variant_name("Theirs")
        .instance_type(ProductionVariantInstanceType::from("ml.g5.48xlarge"))
        .initial_instance_count(1)
        .build();
    let request = sagemaker
        .create_endpoint_config()
        .endpoint_config_name(config)
        .execution_role_arn(ROLE)
        .production_variants(variant);
    request.send().await.unwrap();
}

/// A model that somebody makes.
pub(crate) async fn make_their_model(sagemaker: &aws_sdk_sagemaker::Client, model: &str) {
    sagemaker.create_model().model_name(model).execution_role_arn(ROLE).send().await.unwrap();
}

/// A dashboard that somebody made by hand.
pub(crate) async fn make_their_dashboard(cloudwatch: &aws_sdk_cloudwatch::Client, name: &str) {
    let body = json!({"widgets": []}).to_string();
    cloudwatch.put_dashboard().dashboard_name(name).dashboard_body(body).send().await.unwrap();
}

/// An alarm that somebody made by hand.
pub(crate) async fn make_their_alarm(cloudwatch: &aws_sdk_cloudwatch::Client, name: &str) {
    let request = cloudwatch
        .put_metric_alarm()
        .alarm_name(name)
        .namespace("AWS/SageMaker")
        .metric_name("Invocations")
        .statistic(Statistic::Sum)
        .period(60)
        .evaluation_periods(1)
        .threshold(1.0)
        .comparison_operator(ComparisonOperator::GreaterThanThreshold);
    request.send().await.unwrap();
}
