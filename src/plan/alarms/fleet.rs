//! The alarm over a fleet, as a request: its number comes from the panels' function.

use aws_sdk_cloudwatch::types::MetricDataQuery;

use super::description::{joined, runbook};
use super::{AlarmRequest, PlannedAlarm, request};
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
    let description = description(alarm, environment, dashboard_url);
    let request = request::of_fleet(alarm, fleet.alarm_tags.as_ref(), description)
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
