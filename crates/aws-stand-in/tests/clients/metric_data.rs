//! Data and alarm states of a simulated fleet, as the SDK's client sees them.

use std::time::{Duration, SystemTime};

use aws_sdk_cloudwatch::{
    primitives::DateTime,
    types::{AlarmType, ComparisonOperator, Metric, MetricDataQuery, MetricDataResult, MetricStat, ScanBy, StateValue},
};
use metric_math::telemetry::{Fleet, Steps, scenario};

use crate::setup::{Setup, control, dimension, refusal, start};

const ENDPOINTS: &str = "/aws/sagemaker/Endpoints";

fn metric(id: &str, name: &str, stat: &str, period: i32) -> MetricDataQuery {
    let metric = Metric::builder()
        .namespace(ENDPOINTS)
        .metric_name(name)
        .dimensions(dimension("EndpointName", scenario::ENDPOINT))
        .dimensions(dimension("VariantName", scenario::VARIANT))
        .build();
    let stat = MetricStat::builder().metric(metric).period(period).stat(stat).build();
    MetricDataQuery::builder().id(id).metric_stat(stat).return_data(false).build()
}

fn expression(id: &str, text: &str) -> MetricDataQuery {
    MetricDataQuery::builder().id(id).expression(text).label("Answer").build()
}

/// Data of the last hour on the stand-in's clock, which tests have wound so far forward.
async fn get(setup: &Setup, queries: Vec<MetricDataQuery>, wound: Duration) -> Vec<MetricDataResult> {
    let now = SystemTime::now() + wound;
    let answer = setup
        .cloudwatch
        .get_metric_data()
        .set_metric_data_queries(Some(queries))
        .start_time(DateTime::from(now - Duration::from_hours(1)))
        .end_time(DateTime::from(now))
        .scan_by(ScanBy::TimestampAscending)
        .send()
        .await;
    answer.unwrap().metric_data_results().to_vec()
}

#[tokio::test]
async fn metric_math_is_evaluated_over_a_simulated_fleet() {
    let setup = start();
    setup.stand_in.simulate(scenario::steady(10), Duration::from_hours(2)).unwrap();
    let search = "SUM(SEARCH('{/aws/sagemaker/InferenceComponents,EndpointName,VariantName,InstanceId,ContainerId,\
                  InferenceComponentName,GpuId} MetricName=\"GPUUtilizationNormalized\"', 'SampleCount', 60)) * 10 / 60";
    let queries = vec![
        metric("i", "CPUUtilization", "SampleCount", 60),
        expression("e1", "i * 10 / PERIOD(i)"),
        expression("e2", search),
    ];
    let results = get(&setup, queries, Duration::ZERO).await;
    let ids: Vec<_> = results.iter().filter_map(MetricDataResult::id).collect();
    assert_eq!(ids, ["e1", "e2"], "what returns no data isn't there");
    for (result, expected) in results.iter().zip([2.0, 5.0]) {
        assert_eq!((result.label(), result.timestamps().len()), (Some("Answer"), result.values().len()));
        assert!(result.values().len() > 55);
        // The first and the last minute may have been cut.
        let whole = &result.values()[1..result.values().len() - 1];
        assert!(whole.iter().all(|value| (value - expected).abs() < 1e-9), "{whole:?}");
        assert!(result.timestamps().is_sorted());
    }
    let found = setup.cloudwatch.list_metrics().namespace("AWS/SageMaker").metric_name("Invocations").send().await;
    assert!(!found.unwrap().metrics().is_empty());
}

#[tokio::test]
async fn a_request_that_has_no_answer_is_refused() {
    let setup = start();
    let now = SystemTime::now();
    let get = |text: &str, start: SystemTime| {
        let request = setup.cloudwatch.get_metric_data().metric_data_queries(expression("e1", text));
        request.start_time(DateTime::from(start)).end_time(DateTime::from(now)).send()
    };
    let hour_ago = now - Duration::from_hours(1);
    for (text, start, message) in [
        ("e2 + 1", hour_ago, "no metric or expression has the id \"e2\""),
        ("e1 +", hour_ago, "the expression ends too early at position 5"),
        ("TIME_SERIES(1)", now, "StartTime must be less than"),
    ] {
        let (code, refused) = refusal(get(text, start).await);
        assert!(code == "ValidationError" && refused.contains(message), "{code}: {refused}");
    }
}

#[tokio::test]
async fn results_come_in_pages() {
    let setup = start();
    setup.stand_in.simulate(scenario::steady(60), Duration::from_mins(10)).unwrap();
    let now = SystemTime::now();
    let request = || {
        setup
            .cloudwatch
            .get_metric_data()
            .metric_data_queries(expression(
                "e1",
                "SEARCH('{/aws/sagemaker/Endpoints,EndpointName,VariantName}', 'Average', 60)",
            ))
            .start_time(DateTime::from(now - Duration::from_mins(10)))
            .end_time(DateTime::from(now))
            .max_datapoints(33)
    };
    let (mut token, mut labels) = (None, Vec::new());
    loop {
        let page = request().set_next_token(token).send().await.unwrap();
        assert!(page.metric_data_results().len() <= 3);
        labels.extend(page.metric_data_results().iter().filter_map(MetricDataResult::label).map(str::to_owned));
        token = page.next_token;
        if token.is_none() {
            break;
        }
    }
    assert!(labels.len() > 3 && labels.iter().any(|label| label == "Answer GPUReservation"), "{labels:?}");
}

#[tokio::test]
async fn alarms_follow_the_fleet() {
    let setup = start();
    let full = Fleet::new(scenario::ENDPOINT, 60, scenario::variant(4, Steps::always(1))).with(scenario::model(
        "llama",
        4,
        Steps::always(1),
    ));
    let put = setup.cloudwatch.put_metric_alarm().alarm_name("waste");
    let put = put.metrics(expression("e1", "i * 400 - i * FILL(r, 0) * 4"));
    let put = put.metrics(metric("i", "CPUUtilization", "SampleCount", 60));
    let put = put.metrics(metric("r", "GPUReservation", "Average", 60));
    let put = put.evaluation_periods(5).threshold(100.0).treat_missing_data("notBreaching");
    put.comparison_operator(ComparisonOperator::GreaterThanOrEqualToThreshold).send().await.unwrap();
    setup.cloudwatch.put_composite_alarm().alarm_name("any").alarm_rule("ALARM(waste)").send().await.unwrap();
    let states = async || {
        let all = setup.cloudwatch.describe_alarms().alarm_types(AlarmType::MetricAlarm);
        let all = all.alarm_types(AlarmType::CompositeAlarm).send().await.unwrap();
        (all.metric_alarms()[0].state_value().cloned(), all.composite_alarms()[0].state_value().cloned())
    };
    assert_eq!(states().await.0, Some(StateValue::InsufficientData), "nothing to look at yet");
    setup.stand_in.simulate(full.clone(), Duration::from_hours(1)).unwrap();
    setup.stand_in.advance(Duration::from_mins(10));
    assert_eq!(states().await, (Some(StateValue::Ok), Some(StateValue::Ok)));
    let half = Fleet { components: vec![scenario::model("llama", 2, Steps::always(1))], ..full };
    setup.stand_in.simulate(half, Duration::ZERO).unwrap();
    setup.stand_in.advance(Duration::from_mins(10));
    assert_eq!(states().await, (Some(StateValue::Alarm), Some(StateValue::Alarm)));
}

#[test]
fn a_fleet_is_simulated_through_the_control_interface() {
    let setup = start();
    let fleet = serde_json::to_value(scenario::steady(60)).unwrap();
    let post = |body: &serde_json::Value| control(setup.stand_in.url(), "POST", "fleet", &body.to_string());
    assert_eq!(post(&serde_json::json!({"fleet": fleet, "started_ago_s": 3600})).0, 200);
    let metrics = setup.stand_in.state()["metrics"].as_array().map_or(0, Vec::len);
    assert!(metrics > 100, "{metrics} metrics");
    let mut wrong = fleet;
    wrong["publish_frequency"] = 15.into();
    let (status, answer) = post(&serde_json::json!({"fleet": wrong}));
    assert_eq!(
        (status, answer["error"].as_str()),
        (400, Some("15 s is no publish frequency; it is 10, 30, 60, 120, 180, 240 or 300"))
    );
}
