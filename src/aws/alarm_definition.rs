//! An alarm that exists, as the request that would make it: to see whether it differs, and to put it back.

use aws_sdk_cloudwatch::operation::put_composite_alarm::builders::PutCompositeAlarmInputBuilder;
use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmInputBuilder;
use aws_sdk_cloudwatch::types::{
    ActionConfiguration, AlarmTagsPropagation, CompositeAlarm, MetricAlarm, MetricDataQuery,
};

use crate::plan::AlarmRequest;

/// The request that makes `alarm` again exactly as it is, without tags.
pub(crate) fn metric_definition(alarm: MetricAlarm) -> AlarmRequest {
    let request = PutMetricAlarmInputBuilder::default()
        .set_alarm_name(alarm.alarm_name)
        .set_alarm_description(alarm.alarm_description)
        .set_actions_enabled(alarm.actions_enabled)
        .set_ok_actions(alarm.ok_actions)
        .set_alarm_actions(alarm.alarm_actions)
        .set_insufficient_data_actions(alarm.insufficient_data_actions)
        .set_metric_name(alarm.metric_name)
        .set_namespace(alarm.namespace)
        .set_statistic(alarm.statistic)
        .set_extended_statistic(alarm.extended_statistic)
        .set_dimensions(alarm.dimensions)
        .set_period(alarm.period)
        .set_unit(alarm.unit)
        .set_evaluation_periods(alarm.evaluation_periods)
        .set_datapoints_to_alarm(alarm.datapoints_to_alarm)
        .set_threshold(alarm.threshold)
        .set_comparison_operator(alarm.comparison_operator)
        .set_treat_missing_data(alarm.treat_missing_data)
        .set_evaluate_low_sample_count_percentile(alarm.evaluate_low_sample_count_percentile)
        .set_metrics(alarm.metrics)
        .set_threshold_metric_id(alarm.threshold_metric_id)
        .set_evaluation_window(alarm.evaluation_window)
        .set_warm_up_configuration(alarm.warm_up_configuration)
        .set_evaluation_criteria(alarm.evaluation_criteria)
        .set_evaluation_interval(alarm.evaluation_interval)
        .set_action_configuration(alarm.action_configuration);
    AlarmRequest::Metric(Box::new(request))
}

/// The same of a composite alarm.
pub(crate) fn composite_definition(alarm: CompositeAlarm) -> AlarmRequest {
    let request = PutCompositeAlarmInputBuilder::default()
        .set_alarm_name(alarm.alarm_name)
        .set_alarm_description(alarm.alarm_description)
        .set_alarm_rule(alarm.alarm_rule)
        .set_actions_enabled(alarm.actions_enabled)
        .set_ok_actions(alarm.ok_actions)
        .set_alarm_actions(alarm.alarm_actions)
        .set_insufficient_data_actions(alarm.insufficient_data_actions)
        .set_actions_suppressor(alarm.actions_suppressor)
        .set_actions_suppressor_wait_period(alarm.actions_suppressor_wait_period)
        .set_actions_suppressor_extension_period(alarm.actions_suppressor_extension_period)
        .set_action_configuration(alarm.action_configuration);
    AlarmRequest::Composite(Box::new(request))
}

/// Whether the alarm that exists is the one that is wanted.
pub(crate) fn same(existing: &AlarmRequest, wanted: &AlarmRequest) -> bool {
    in_one_spelling(existing) == in_one_spelling(wanted)
}

/// The alarm in one spelling for each meaning.
pub(super) fn in_one_spelling(request: &AlarmRequest) -> AlarmRequest {
    match request {
        AlarmRequest::Metric(request) => AlarmRequest::Metric(Box::new(normal(request.as_ref().clone()))),
        AlarmRequest::Composite(request) => {
            AlarmRequest::Composite(Box::new(normal_composite(request.as_ref().clone())))
        }
    }
}

fn present(list: Option<&Vec<String>>) -> Option<Vec<String>> {
    list.filter(|list| !list.is_empty()).cloned()
}

/// Which tags go with notifications, where any does: empty lists are none.
fn propagated(configuration: Option<&ActionConfiguration>) -> Option<ActionConfiguration> {
    let tags = configuration?.alarm_tags_propagation().filter(|tags| tags.enabled() == Some(true))?;
    let tags = AlarmTagsPropagation::builder()
        .enabled(true)
        .set_included_tag_keys(present(tags.included_tag_keys.as_ref()))
        .set_excluded_tag_keys(present(tags.excluded_tag_keys.as_ref()));
    Some(ActionConfiguration::builder().alarm_tags_propagation(tags.build()).build())
}

/// One spelling for each meaning: CloudWatch describes an empty list where none was given, and names no default.
fn normal_composite(request: PutCompositeAlarmInputBuilder) -> PutCompositeAlarmInputBuilder {
    let (ok, alarm, insufficient) = (
        present(request.get_ok_actions().as_ref()),
        present(request.get_alarm_actions().as_ref()),
        present(request.get_insufficient_data_actions().as_ref()),
    );
    let actions_enabled = request.get_actions_enabled().unwrap_or(true);
    let tags = propagated(request.get_action_configuration().as_ref());
    request
        .set_ok_actions(ok)
        .set_alarm_actions(alarm)
        .set_insufficient_data_actions(insufficient)
        .actions_enabled(actions_enabled)
        .set_action_configuration(tags)
        .set_tags(None)
}

/// The same of a metric alarm.
fn normal(request: PutMetricAlarmInputBuilder) -> PutMetricAlarmInputBuilder {
    let (ok, alarm, insufficient) = (
        present(request.get_ok_actions().as_ref()),
        present(request.get_alarm_actions().as_ref()),
        present(request.get_insufficient_data_actions().as_ref()),
    );
    let dimensions = request.get_dimensions().clone().filter(|list| !list.is_empty());
    let mut metrics = request.get_metrics().clone().filter(|list| !list.is_empty());
    for query in metrics.iter_mut().flatten() {
        query.return_data = Some(query.return_data.unwrap_or(true));
    }
    if let Some(metrics) = &mut metrics {
        metrics.sort_by(|a: &MetricDataQuery, b| a.id.cmp(&b.id));
    }
    let actions_enabled = request.get_actions_enabled().unwrap_or(true);
    let tags = propagated(request.get_action_configuration().as_ref());
    request
        .set_ok_actions(ok)
        .set_alarm_actions(alarm)
        .set_insufficient_data_actions(insufficient)
        .set_dimensions(dimensions)
        .set_metrics(metrics)
        .actions_enabled(actions_enabled)
        .set_action_configuration(tags)
        .set_tags(None)
}
