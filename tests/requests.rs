//! A plan's requests as JSON are what the provider really sends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say so what they expect")]

mod support;

use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmInputBuilder;
use aws_sdk_cloudwatch::types::{
    ActionConfiguration, AlarmPromQlCriteria, AlarmTagsPropagation, ComparisonOperator, Dimension, EvaluationCriteria,
    EvaluationWindow, Metric, MetricDataQuery, MetricStat, StandardUnit, Statistic, WallClockWindow,
    WarmUpConfiguration,
};
use monitored_endpoint::cloudwatch_json::put_metric_alarm;
use serde_json::{Value, json};
use stand_in::{Config, StandIn};
use support::scenario::sdk_config;

/// Every member that a request may have, though never all at once.
fn full() -> PutMetricAlarmInputBuilder {
    let dimension = || Dimension::builder().name("EndpointName").value("chat").build();
    let metric = Metric::builder().namespace("NS").metric_name("M").dimensions(dimension()).build();
    let stat = MetricStat::builder().metric(metric).period(60).stat("Sum").unit(StandardUnit::Percent).build();
    let propagation = AlarmTagsPropagation::builder()
        .enabled(true)
        .set_included_tag_keys(Some(vec!["team".to_owned()]))
        .set_excluded_tag_keys(Some(vec!["cost".to_owned()]))
        .build();
    PutMetricAlarmInputBuilder::default()
        .alarm_name("a")
        .alarm_description("d")
        .actions_enabled(true)
        .ok_actions("arn:ok")
        .alarm_actions("arn:alarm")
        .insufficient_data_actions("arn:insufficient")
        .metric_name("M")
        .namespace("NS")
        .statistic(Statistic::Sum)
        .extended_statistic("p90")
        .dimensions(dimension())
        .period(60)
        .unit(StandardUnit::Count)
        .evaluation_periods(3)
        .datapoints_to_alarm(2)
        .threshold(1.5)
        .comparison_operator(ComparisonOperator::GreaterThanThreshold)
        .treat_missing_data("ignore")
        .evaluate_low_sample_count_percentile("ignore")
        .metrics(MetricDataQuery::builder().id("m0").metric_stat(stat).return_data(false).account_id("1").build())
        .metrics(MetricDataQuery::builder().id("e0").expression("m0 * 2").label("Twice").period(60).build())
        .threshold_metric_id("e0")
        .evaluation_window(EvaluationWindow::WallClockWindow(WallClockWindow::builder().timezone("UTC").build()))
        .warm_up_configuration(
            WarmUpConfiguration::builder()
                .warm_up_period_duration_in_minutes(15)
                .only_start_evaluating_after_warm_up_period_ends(true)
                .build(),
        )
        .evaluation_criteria(EvaluationCriteria::PromQlCriteria(
            AlarmPromQlCriteria::builder().query("up").pending_period(60).recovery_period(120).build(),
        ))
        .evaluation_interval(60)
        .action_configuration(ActionConfiguration::builder().alarm_tags_propagation(propagation).build())
}

/// The request as the stand-in read it off the wire.
fn sent(request: &PutMetricAlarmInputBuilder) -> Value {
    let stand_in = StandIn::start(Config::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = aws_sdk_cloudwatch::Client::new(&sdk_config(stand_in.url()).await);
        // Refused, as nothing may be a metric, a query and an expression at once; it has been sent all the same.
        drop(request.clone().send_with(&client).await);
    });
    stand_in.calls().first().expect("a call").request.clone()
}

#[test]
fn an_alarm_s_json_has_every_member_that_the_sdk_sends() {
    let request = full();
    assert_eq!(put_metric_alarm(&request), sent(&request));
}

#[test]
fn what_isn_t_given_isn_t_written() {
    let request = PutMetricAlarmInputBuilder::default().alarm_name("a");
    assert_eq!(put_metric_alarm(&request), json!({ "AlarmName": "a" }));
    assert_eq!(put_metric_alarm(&request), sent(&request));
}
