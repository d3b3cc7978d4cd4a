//! CloudWatch's alarm requests as JSON, in the words of the API.
//!
//! For showing a plan and for evaluating it. The SageMaker crate brings schemas that do this ([`crate::shape_json`]); the
//! CloudWatch crate has none yet, so each member is listed here, and a test holds the list to what the SDK sends.

use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmInputBuilder;
use aws_sdk_cloudwatch::types::{
    ActionConfiguration, AlarmTagsPropagation, ComparisonOperator, Dimension, EvaluationCriteria, EvaluationWindow,
    MetricDataQuery, MetricStat, StandardUnit, Statistic, WarmUpConfiguration,
};
use serde_json::{Value, json};

/// The request of `PutMetricAlarm`, without its tags
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html>).
#[must_use]
pub fn put_metric_alarm(request: &PutMetricAlarmInputBuilder) -> Value {
    let queries = request.get_metrics().as_deref().map(|queries| queries.iter().map(query).collect::<Vec<_>>());
    given(json!({
        "AlarmName": request.get_alarm_name(),
        "AlarmDescription": request.get_alarm_description(),
        "ActionsEnabled": request.get_actions_enabled(),
        "OKActions": request.get_ok_actions(),
        "AlarmActions": request.get_alarm_actions(),
        "InsufficientDataActions": request.get_insufficient_data_actions(),
        "MetricName": request.get_metric_name(),
        "Namespace": request.get_namespace(),
        "Statistic": request.get_statistic().as_ref().map(Statistic::as_str),
        "ExtendedStatistic": request.get_extended_statistic(),
        "Dimensions": request.get_dimensions().as_deref().map(dimensions),
        "Period": request.get_period(),
        "Unit": request.get_unit().as_ref().map(StandardUnit::as_str),
        "EvaluationPeriods": request.get_evaluation_periods(),
        "DatapointsToAlarm": request.get_datapoints_to_alarm(),
        "Threshold": request.get_threshold(),
        "ComparisonOperator": request.get_comparison_operator().as_ref().map(ComparisonOperator::as_str),
        "TreatMissingData": request.get_treat_missing_data(),
        "EvaluateLowSampleCountPercentile": request.get_evaluate_low_sample_count_percentile(),
        "Metrics": queries,
        "ThresholdMetricId": request.get_threshold_metric_id(),
        "EvaluationWindow": request.get_evaluation_window().as_ref().and_then(window),
        "WarmUpConfiguration": request.get_warm_up_configuration().as_ref().map(warm_up),
        "EvaluationCriteria": request.get_evaluation_criteria().as_ref().and_then(criteria),
        "EvaluationInterval": request.get_evaluation_interval(),
        "ActionConfiguration": request.get_action_configuration().as_ref().map(actions),
    }))
}

fn query(query: &MetricDataQuery) -> Value {
    given(json!({
        "Id": query.id(),
        "MetricStat": query.metric_stat().map(stat),
        "Expression": query.expression(),
        "Label": query.label(),
        "ReturnData": query.return_data(),
        "Period": query.period(),
        "AccountId": query.account_id(),
    }))
}

fn stat(stat: &MetricStat) -> Value {
    let metric = stat.metric().map(|metric| {
        given(json!({
            "Namespace": metric.namespace(),
            "MetricName": metric.metric_name(),
            "Dimensions": dimensions(metric.dimensions()),
        }))
    });
    given(json!({
        "Metric": metric,
        "Period": stat.period(),
        "Stat": stat.stat(),
        "Unit": stat.unit().map(StandardUnit::as_str),
    }))
}

fn dimensions(dimensions: &[Dimension]) -> Value {
    dimensions.iter().map(|dimension| json!({ "Name": dimension.name(), "Value": dimension.value() })).collect()
}

fn window(window: &EvaluationWindow) -> Option<Value> {
    match window {
        EvaluationWindow::SlidingWindow(_) => Some(json!({ "SlidingWindow": {} })),
        EvaluationWindow::WallClockWindow(window) => {
            Some(json!({ "WallClockWindow": given(json!({ "Timezone": window.timezone() })) }))
        }
        _ => None,
    }
}

fn warm_up(warm_up: &WarmUpConfiguration) -> Value {
    given(json!({
        "WarmUpPeriodDurationInMinutes": warm_up.warm_up_period_duration_in_minutes(),
        "OnlyStartEvaluatingAfterWarmUpPeriodEnds": warm_up.only_start_evaluating_after_warm_up_period_ends(),
    }))
}

fn criteria(criteria: &EvaluationCriteria) -> Option<Value> {
    match criteria {
        EvaluationCriteria::PromQlCriteria(criteria) => Some(json!({
            "PromQLCriteria": given(json!({
                "Query": criteria.query(),
                "PendingPeriod": criteria.pending_period(),
                "RecoveryPeriod": criteria.recovery_period(),
            })),
        })),
        _ => None,
    }
}

fn actions(actions: &ActionConfiguration) -> Value {
    given(json!({ "AlarmTagsPropagation": actions.alarm_tags_propagation().map(propagation) }))
}

fn propagation(propagation: &AlarmTagsPropagation) -> Value {
    given(json!({
        "Enabled": propagation.enabled(),
        "IncludedTagKeys": propagation.included_tag_keys,
        "ExcludedTagKeys": propagation.excluded_tag_keys,
    }))
}

/// What isn't given isn't sent.
fn given(mut members: Value) -> Value {
    if let Some(members) = members.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    members
}
