//! An alarm that exists, as the request that would make it: to see whether it differs, to be kept, and to put it back.

use aws_sdk_cloudwatch::operation::put_composite_alarm::builders::PutCompositeAlarmInputBuilder;
use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmInputBuilder;
use aws_sdk_cloudwatch::types::{
    ActionConfiguration, AlarmTagsPropagation, CompositeAlarm, EvaluationWindow, MetricAlarm, MetricDataQuery,
    WallClockWindow,
};

use serde_json::Value;

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
    normalized(existing) == normalized(wanted)
}

/// The definition as text, to be kept until it may have to be put back; none where that would lose a part of it, such as a member
/// that a newer SDK knows.
pub(crate) fn write(request: &AlarmRequest) -> Option<String> {
    let json = request.to_json();
    same(&AlarmRequest::from_json(&json), request).then(|| json.to_string())
}

/// The definition that a text was written from; none where it is no such text.
pub(crate) fn read(text: &str) -> Option<AlarmRequest> {
    let json: Value = serde_json::from_str(text).ok()?;
    json.get("AlarmName").is_some().then(|| AlarmRequest::from_json(&json))
}

/// The definition as text in one spelling for each meaning: to see whether an alarm is still what was written.
pub(crate) fn in_one_spelling(request: &AlarmRequest) -> String {
    normalized(request).to_json().to_string()
}

/// The alarm in one spelling for each meaning.
fn normalized(request: &AlarmRequest) -> AlarmRequest {
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

/// One spelling for each meaning: CloudWatch describes an empty list where none was given.
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

/// The same of a metric alarm. Whether CloudWatch describes a default that a request left out isn't documented, so a default counts as
/// left out (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html>).
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
    let datapoints =
        request.get_datapoints_to_alarm().filter(|datapoints| request.get_evaluation_periods() != &Some(*datapoints));
    let missing_data = request.get_treat_missing_data().clone().filter(|word| word != "missing");
    let low_samples = request.get_evaluate_low_sample_count_percentile().clone().filter(|word| word != "evaluate");
    let window = request.get_evaluation_window().clone().and_then(evaluation_window);
    request
        .set_ok_actions(ok)
        .set_alarm_actions(alarm)
        .set_insufficient_data_actions(insufficient)
        .set_dimensions(dimensions)
        .set_metrics(metrics)
        .set_datapoints_to_alarm(datapoints)
        .set_treat_missing_data(missing_data)
        .set_evaluate_low_sample_count_percentile(low_samples)
        .set_evaluation_window(window)
        .actions_enabled(actions_enabled)
        .set_action_configuration(tags)
        .set_tags(None)
}

/// The window, unless it is the default, a sliding one. The clock's default is that of UTC.
fn evaluation_window(window: EvaluationWindow) -> Option<EvaluationWindow> {
    match window {
        EvaluationWindow::SlidingWindow(_) => None,
        EvaluationWindow::WallClockWindow(clock) => {
            let zone = clock.timezone.filter(|zone| zone != "UTC");
            Some(EvaluationWindow::WallClockWindow(WallClockWindow::builder().set_timezone(zone).build()))
        }
        unknown => Some(unknown),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudwatch::types::{
        AlarmPromQlCriteria, ComparisonOperator, Dimension, EvaluationCriteria, Metric, MetricStat, SlidingWindow,
        StandardUnit, Statistic, WarmUpConfiguration,
    };

    use super::*;

    fn simple() -> PutMetricAlarmInputBuilder {
        PutMetricAlarmInputBuilder::default()
            .alarm_name("theirs")
            .namespace("AWS/SageMaker")
            .metric_name("Invocations")
            .dimensions(Dimension::builder().name("EndpointName").value("e").build())
            .statistic(Statistic::Sum)
            .unit(StandardUnit::Count)
            .period(60)
            .evaluation_periods(3)
            .threshold(0.1)
            .comparison_operator(ComparisonOperator::LessThanThreshold)
            .alarm_actions("arn:aws:sns:us-east-1:1:t")
    }

    #[test]
    fn what_was_written_is_read_again_whole() {
        let metric = Metric::builder().namespace("n").metric_name("m").build();
        let stat = MetricStat::builder().metric(metric).period(10).stat("p99").build();
        let math = simple()
            .set_metric_name(None)
            .metrics(MetricDataQuery::builder().id("a").metric_stat(stat).return_data(false).build())
            .metrics(MetricDataQuery::builder().id("b").expression("a * 2").label("twice").build());
        let warm_up = WarmUpConfiguration::builder().warm_up_period_duration_in_minutes(3).build();
        let clock = EvaluationWindow::WallClockWindow(WallClockWindow::builder().timezone("Europe/Berlin").build());
        let tags = AlarmTagsPropagation::builder().enabled(true).included_tag_keys("team").build();
        let by_the_clock = simple()
            .warm_up_configuration(warm_up)
            .evaluation_window(clock)
            .action_configuration(ActionConfiguration::builder().alarm_tags_propagation(tags).build());
        let criteria = AlarmPromQlCriteria::builder().query("up == 0").pending_period(60).build();
        let query = PutMetricAlarmInputBuilder::default()
            .alarm_name("q")
            .evaluation_criteria(EvaluationCriteria::PromQlCriteria(criteria))
            .evaluation_interval(60);
        let composite = PutCompositeAlarmInputBuilder::default().alarm_name("c").alarm_rule("ALARM(theirs)");
        let all = [
            AlarmRequest::Metric(Box::new(simple())),
            AlarmRequest::Metric(Box::new(math)),
            AlarmRequest::Metric(Box::new(by_the_clock)),
            AlarmRequest::Metric(Box::new(query)),
            AlarmRequest::Composite(Box::new(composite.actions_suppressor("s"))),
        ];
        for request in all {
            let again = read(&write(&request).unwrap()).unwrap();
            assert!(same(&again, &request), "{again:?}");
            assert_eq!(in_one_spelling(&again), in_one_spelling(&request));
        }
    }

    #[test]
    fn what_would_lose_something_is_not_written() {
        assert_eq!(
            write(&AlarmRequest::Metric(Box::new(simple().threshold(f64::INFINITY)))),
            None,
            "none of JSON's numbers"
        );
        assert!(read("{}").is_none());
    }

    /// An Update that changes nothing would else put the alarm again each time.
    #[test]
    fn a_default_that_is_described_and_was_not_given_is_no_difference() {
        let given = AlarmRequest::Metric(Box::new(simple()));
        let described = simple()
            .datapoints_to_alarm(3)
            .treat_missing_data("missing")
            .evaluate_low_sample_count_percentile("evaluate")
            .evaluation_window(EvaluationWindow::SlidingWindow(SlidingWindow::builder().build()));
        assert!(same(&AlarmRequest::Metric(Box::new(described)), &given));
        let clock = |zone: Option<&str>| {
            let window = WallClockWindow::builder().set_timezone(zone.map(str::to_owned)).build();
            AlarmRequest::Metric(Box::new(simple().evaluation_window(EvaluationWindow::WallClockWindow(window))))
        };
        assert!(same(&clock(Some("UTC")), &clock(None)));
        assert!(!same(&clock(Some("Europe/Berlin")), &clock(None)));
        assert!(!same(&clock(None), &given));
    }

    /// Digests of alarms are kept, and a provider with a newer SDK compares them: a member that it has added is none of them.
    #[test]
    fn a_definition_in_one_spelling_holds_members_of_the_api_alone() {
        let warm_up = WarmUpConfiguration::builder().warm_up_period_duration_in_minutes(3).build();
        let request = PutMetricAlarmInputBuilder::default().alarm_name("a").warm_up_configuration(warm_up);
        let spelt =
            r#"{"ActionsEnabled":true,"AlarmName":"a","WarmUpConfiguration":{"WarmUpPeriodDurationInMinutes":3}}"#;
        assert_eq!(in_one_spelling(&AlarmRequest::Metric(Box::new(request))), spelt);
    }
}
