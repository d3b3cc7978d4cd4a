//! An alarm's request as JSON, in the words of the API: to be printed, compared and kept.
//!
//! The CloudWatch crate has no schemas to write it with; once it has, this and `from_json` go.

use aws_sdk_cloudwatch::operation::put_composite_alarm::builders::PutCompositeAlarmInputBuilder;
use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmInputBuilder;
use aws_sdk_cloudwatch::types::{
    ActionConfiguration, ComparisonOperator, Dimension, EvaluationCriteria, MetricDataQuery, StandardUnit, Statistic,
};
use serde_json::{Value, json};

use super::AlarmRequest;

impl AlarmRequest {
    /// The request as JSON, without what it leaves out.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut json = match self {
            Self::Metric(request) => metric(request),
            Self::Composite(request) => composite(request),
        };
        drop_absent(&mut json);
        json
    }
}

fn metric(request: &PutMetricAlarmInputBuilder) -> Value {
    let metrics = request.get_metrics().as_ref().map(|queries| queries.iter().map(query).collect::<Vec<_>>());
    let criteria = request.get_evaluation_criteria().as_ref().and_then(|criteria| match criteria {
        EvaluationCriteria::PromQlCriteria(criteria) => Some(json!({"PromQLCriteria": {
            "Query": criteria.query(),
            "PendingPeriod": criteria.pending_period(),
            "RecoveryPeriod": criteria.recovery_period(),
        }})),
        _ => None,
    });
    let warm_up = request.get_warm_up_configuration().as_ref().map(|warm_up| {
        json!({
            "WarmUpPeriodDurationInMinutes": warm_up.warm_up_period_duration_in_minutes(),
            "OnlyStartEvaluatingAfterWarmUpPeriodEnds": warm_up.only_start_evaluating_after_warm_up_period_ends(),
        })
    });
    let window = request.get_evaluation_window().as_ref().and_then(|window| window.as_wall_clock_window().ok());
    let window = window.map(|window| json!({"WallClockWindow": {"Timezone": window.timezone()}}));
    json!({
        "AlarmName": request.get_alarm_name(),
        "AlarmDescription": request.get_alarm_description(),
        "ActionsEnabled": request.get_actions_enabled(),
        "AlarmActions": request.get_alarm_actions(),
        "OKActions": request.get_ok_actions(),
        "InsufficientDataActions": request.get_insufficient_data_actions(),
        "ActionConfiguration": request.get_action_configuration().as_ref().map(tags),
        "Namespace": request.get_namespace(),
        "MetricName": request.get_metric_name(),
        "Dimensions": request.get_dimensions().as_deref().map(dimensions),
        "Statistic": request.get_statistic().as_ref().map(Statistic::as_str),
        "ExtendedStatistic": request.get_extended_statistic(),
        "Unit": request.get_unit().as_ref().map(StandardUnit::as_str),
        "Period": request.get_period(),
        "Metrics": metrics,
        "EvaluationPeriods": request.get_evaluation_periods(),
        "DatapointsToAlarm": request.get_datapoints_to_alarm(),
        "Threshold": request.get_threshold(),
        "ComparisonOperator": request.get_comparison_operator().as_ref().map(ComparisonOperator::as_str),
        "ThresholdMetricId": request.get_threshold_metric_id(),
        "TreatMissingData": request.get_treat_missing_data(),
        "EvaluateLowSampleCountPercentile": request.get_evaluate_low_sample_count_percentile(),
        "WarmUpConfiguration": warm_up,
        "EvaluationCriteria": criteria,
        "EvaluationInterval": request.get_evaluation_interval(),
        "EvaluationWindow": window,
    })
}

fn composite(request: &PutCompositeAlarmInputBuilder) -> Value {
    json!({
        "AlarmName": request.get_alarm_name(),
        "AlarmDescription": request.get_alarm_description(),
        "AlarmRule": request.get_alarm_rule(),
        "ActionsEnabled": request.get_actions_enabled(),
        "AlarmActions": request.get_alarm_actions(),
        "OKActions": request.get_ok_actions(),
        "InsufficientDataActions": request.get_insufficient_data_actions(),
        "ActionsSuppressor": request.get_actions_suppressor(),
        "ActionsSuppressorWaitPeriod": request.get_actions_suppressor_wait_period(),
        "ActionsSuppressorExtensionPeriod": request.get_actions_suppressor_extension_period(),
        "ActionConfiguration": request.get_action_configuration().as_ref().map(tags),
    })
}

/// What goes with notifications.
fn tags(configuration: &ActionConfiguration) -> Value {
    let propagation = configuration.alarm_tags_propagation().map(|tags| {
        json!({
            "Enabled": tags.enabled(),
            "IncludedTagKeys": tags.included_tag_keys,
            "ExcludedTagKeys": tags.excluded_tag_keys,
        })
    });
    json!({ "AlarmTagsPropagation": propagation })
}

fn query(query: &MetricDataQuery) -> Value {
    let stat = query.metric_stat().map(|stat| {
        let metric = stat.metric();
        json!({
            "Metric": {
                "Namespace": metric.and_then(|metric| metric.namespace()),
                "MetricName": metric.and_then(|metric| metric.metric_name()),
                "Dimensions": metric.and_then(|metric| metric.dimensions.as_deref()).map(dimensions),
            },
            "Period": stat.period(),
            "Stat": stat.stat(),
            "Unit": stat.unit().map(StandardUnit::as_str),
        })
    });
    json!({
        "Id": query.id(),
        "Expression": query.expression(),
        "MetricStat": stat,
        "Label": query.label(),
        "Period": query.period(),
        "ReturnData": query.return_data(),
        "AccountId": query.account_id(),
    })
}

fn dimensions(dimensions: &[Dimension]) -> Vec<Value> {
    dimensions.iter().map(|one| json!({"Name": one.name(), "Value": one.value()})).collect()
}

fn drop_absent(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_absent);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_absent),
        _ => {}
    }
}
