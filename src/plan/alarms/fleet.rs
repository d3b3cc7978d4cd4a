//! The alarm over a fleet, as a request: its number comes from the panels' function.

use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmInputBuilder;
use aws_sdk_cloudwatch::types::MetricDataQuery;

use super::description::{joined, runbook};
use super::request::propagated;
use super::{AlarmRequest, PlannedAlarm};
use crate::alarm::{FleetAlarm, Watched};
use crate::metrics::DataSource;
use crate::panel_params::FleetParams;
use crate::plan::Environment;
use crate::spec::Fleet;

/// The alarm, asking the function of this ARN.
pub(in crate::plan) fn planned(
    alarm: &FleetAlarm,
    fleet: &Fleet,
    function_arn: &str,
    environment: &Environment,
    dashboard_url: Option<&str>,
) -> PlannedAlarm {
    let (id, label) = FleetAlarm::SERIES;
    let params = FleetParams::of(fleet, &environment.region);
    let watched = MetricDataQuery::builder()
        .id(id)
        .expression(DataSource::of(function_arn, params.to_arguments()).to_string())
        .label(label)
        .period(FleetAlarm::PERIOD)
        .return_data(true)
        .build();
    let request = PutMetricAlarmInputBuilder::default()
        .alarm_name(alarm.name.as_str())
        .alarm_description(description(alarm, environment, dashboard_url))
        .actions_enabled(alarm.actions_enabled)
        .set_alarm_actions(Some(alarm.alarm_actions.clone()))
        .set_ok_actions(Some(alarm.ok_actions.clone()))
        .set_insufficient_data_actions(Some(alarm.insufficient_data_actions.clone()))
        .set_action_configuration(fleet.alarm_tags.as_ref().map(propagated))
        .metrics(watched)
        .evaluation_periods(alarm.evaluation_periods)
        .datapoints_to_alarm(alarm.evaluation_periods)
        .threshold(alarm.threshold)
        .comparison_operator(FleetAlarm::COMPARISON.into())
        .treat_missing_data(alarm.treat_missing_data.name());
    PlannedAlarm { watched: Watched::Fleet, name: alarm.name.clone(), request: AlarmRequest::Metric(Box::new(request)) }
}

fn description(alarm: &FleetAlarm, environment: &Environment, dashboard_url: Option<&str>) -> String {
    let [first, then] = FleetAlarm::STEPS;
    joined([
        alarm.description.clone(),
        Some(alarm.what_is_wrong(&environment.region)),
        Some(format!("First {first}. Then {then}.")),
        runbook(Watched::Fleet, environment),
        dashboard_url.map(|url| format!("Dashboard: {url}")),
    ])
}
