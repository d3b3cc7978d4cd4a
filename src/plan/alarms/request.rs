//! Requests of `PutMetricAlarm` and `PutCompositeAlarm`, from an alarm's settings and what it measures.

use aws_sdk_cloudwatch::operation::put_composite_alarm::builders::PutCompositeAlarmInputBuilder;
use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmInputBuilder;
use aws_sdk_cloudwatch::types::{
    ActionConfiguration, AlarmPromQlCriteria, AlarmTagsPropagation, EvaluationCriteria, EvaluationWindow,
    MetricDataQuery, WallClockWindow, WarmUpConfiguration,
};

use super::AlarmRequest;
use crate::alarm::{AlarmActions, FleetAlarm, Measure, PeriodRule};
use crate::spec::{AlarmSpec, AlarmTags};

/// Seconds that a model must not have been idle before it counts as busy again: longer than a gap between two samples.
const RECOVERY: i32 = 600;
/// The longest warm-up (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_WarmUpConfiguration.html>).
const LONGEST_WARM_UP_MINUTES: i32 = 2880;

/// An alarm's request with its actions, and the tags that go with their notifications. Both kinds of request have the same members
/// for them, and nothing else in common.
macro_rules! with_actions {
    ($request:expr, $actions:expr, $tags:expr) => {{
        let (actions, tags): (&AlarmActions, Option<&AlarmTags>) = ($actions, $tags);
        $request
            .actions_enabled(actions.enabled)
            .set_alarm_actions(Some(actions.alarm.clone()))
            .set_ok_actions(Some(actions.ok.clone()))
            .set_insufficient_data_actions(Some(actions.insufficient_data.clone()))
            .set_action_configuration(tags.map(propagated))
    }};
}

pub(super) fn metric(
    alarm: &AlarmSpec,
    tags: Option<&AlarmTags>,
    measure: Measure,
    description: String,
) -> AlarmRequest {
    let request = PutMetricAlarmInputBuilder::default().alarm_name(alarm.name.as_str()).alarm_description(description);
    let request = with_actions!(request, &alarm.actions, tags);
    let request = match measure {
        Measure::Math { queries, id, label, expression } => {
            let watched = MetricDataQuery::builder().id(id).expression(expression.to_string()).label(label);
            let mut metrics = vec![watched.return_data(true).build()];
            metrics.extend(queries);
            compared(request.set_metrics(Some(metrics)), alarm)
        }
        Measure::Grouped { query, label } => {
            let watched = MetricDataQuery::builder().id("q0").expression(query.to_string()).period(alarm.period);
            compared(request.metrics(watched.label(label).return_data(true).build()), alarm)
        }
        Measure::PromQl(query) => {
            let criteria = AlarmPromQlCriteria::builder()
                .query(query.to_string())
                .pending_period(alarm.period * alarm.evaluation_periods)
                .recovery_period(RECOVERY)
                .build();
            request.evaluation_criteria(EvaluationCriteria::PromQlCriteria(criteria)).evaluation_interval(alarm.period)
        }
    };
    AlarmRequest::Metric(Box::new(request))
}

/// The fleet's alarm, apart from what it compares.
pub(super) fn of_fleet(
    alarm: &FleetAlarm,
    tags: Option<&AlarmTags>,
    description: String,
) -> PutMetricAlarmInputBuilder {
    let request = PutMetricAlarmInputBuilder::default().alarm_name(alarm.name.as_str()).alarm_description(description);
    with_actions!(request, &alarm.actions, tags)
}

/// The tags that go with notifications.
fn propagated(tags: &AlarmTags) -> ActionConfiguration {
    let propagation = AlarmTagsPropagation::builder().enabled(true);
    let propagation = match tags {
        AlarmTags::All => propagation,
        AlarmTags::Only(keys) => propagation.set_included_tag_keys(Some(keys.clone())),
        AlarmTags::AllBut(keys) => propagation.set_excluded_tag_keys(Some(keys.clone())),
    };
    ActionConfiguration::builder().alarm_tags_propagation(propagation.build()).build()
}

/// What is compared with the threshold, over which time.
fn compared(request: PutMetricAlarmInputBuilder, alarm: &AlarmSpec) -> PutMetricAlarmInputBuilder {
    request
        .evaluation_periods(alarm.evaluation_periods)
        .datapoints_to_alarm(alarm.datapoints_to_alarm)
        .threshold(alarm.threshold)
        .comparison_operator(alarm.comparison.into())
        .treat_missing_data(alarm.treat_missing_data.name())
        .set_warm_up_configuration(warm_up(alarm))
        .set_evaluation_window(of_the_clock(alarm))
}

/// A day of the clock, where that is what the alarm is about.
fn of_the_clock(alarm: &AlarmSpec) -> Option<EvaluationWindow> {
    let window = WallClockWindow::builder().set_timezone(alarm.time_zone.clone()).build();
    matches!(alarm.kind.definition().period, PeriodRule::Always(_)).then(|| EvaluationWindow::WallClockWindow(window))
}

/// A new endpoint hasn't been called yet. The other kinds' windows are filled with data before they can fire.
fn warm_up(alarm: &AlarmSpec) -> Option<WarmUpConfiguration> {
    let seconds = alarm.period * alarm.evaluation_periods;
    let minutes = ((seconds - 1) / 60 + 1).min(LONGEST_WARM_UP_MINUTES);
    let configuration = WarmUpConfiguration::builder()
        .warm_up_period_duration_in_minutes(minutes)
        .only_start_evaluating_after_warm_up_period_ends(true);
    alarm.kind.definition().warms_up.then(|| configuration.build())
}

/// The alarm that fires while one of its parts does.
pub(super) fn composite(alarm: &AlarmSpec, tags: Option<&AlarmTags>, description: String) -> AlarmRequest {
    let rule: Vec<String> = alarm.parts.iter().map(|part| format!("ALARM(\"{}\")", part.name)).collect();
    let request = PutCompositeAlarmInputBuilder::default()
        .alarm_name(alarm.name.as_str())
        .alarm_description(description)
        .alarm_rule(rule.join(" OR "));
    let request = with_actions!(request, &alarm.actions, tags);
    AlarmRequest::Composite(Box::new(request))
}
