use aws_sdk_cloudwatch::{
    operation::put_metric_alarm::builders::PutMetricAlarmFluentBuilder,
    types::{
        AlarmPromQlCriteria, AlarmType, ComparisonOperator, DimensionFilter, EvaluationCriteria, Metric, MetricAlarm,
        MetricDataQuery, MetricStat, StateValue, Statistic, Tag,
    },
};

use crate::setup::{Setup, dimension, refusal, start};

fn single(setup: &Setup, name: &str) -> PutMetricAlarmFluentBuilder {
    setup
        .cloudwatch
        .put_metric_alarm()
        .alarm_name(name)
        .namespace("AWS/SageMaker")
        .metric_name("Invocations")
        .dimensions(dimension("EndpointName", "e"))
        .statistic(Statistic::Sum)
        .period(60)
        .evaluation_periods(5)
        .threshold(1.0)
        .comparison_operator(ComparisonOperator::LessThanThreshold)
}

fn stat(id: &str, name: &str) -> MetricDataQuery {
    let metric = Metric::builder().namespace("N").metric_name(name).dimensions(dimension("EndpointName", "e")).build();
    let stat = MetricStat::builder().metric(metric).period(60).stat("Average").build();
    MetricDataQuery::builder().id(id).metric_stat(stat).return_data(false).build()
}

fn math(setup: &Setup, expression: &str) -> PutMetricAlarmFluentBuilder {
    setup
        .cloudwatch
        .put_metric_alarm()
        .alarm_name("math")
        .evaluation_periods(30)
        .threshold(1.0)
        .comparison_operator(ComparisonOperator::GreaterThanOrEqualToThreshold)
        .metrics(stat("m1", "GPUReservation"))
        .metrics(MetricDataQuery::builder().id("e1").expression(expression).label("Unused GPUs").build())
}

async fn alarms(setup: &Setup) -> Vec<MetricAlarm> {
    setup.cloudwatch.describe_alarms().send().await.unwrap().metric_alarms().to_vec()
}

#[tokio::test]
async fn an_alarm_comes_back_whole() {
    let setup = start();
    single(&setup, "a").alarm_actions("arn:aws:sns:us-east-1:123456789012:topic").send().await.unwrap();
    math(&setup, "(100 - m1) * 4 / 100").send().await.unwrap();
    let found = alarms(&setup).await;
    let [plain, math] = &found[..] else { panic!("{found:?}") };
    assert_eq!(plain.alarm_arn(), Some("arn:aws:cloudwatch:us-east-1:123456789012:alarm:a"));
    assert_eq!(plain.dimensions(), [dimension("EndpointName", "e")]);
    assert_eq!((plain.threshold(), plain.period(), plain.actions_enabled()), (Some(1.0), Some(60), Some(true)));
    assert_eq!(plain.state_value(), Some(&StateValue::InsufficientData));
    assert_eq!(plain.alarm_actions(), ["arn:aws:sns:us-east-1:123456789012:topic"]);
    assert!(plain.state_updated_timestamp().is_some());
    assert_eq!(math.metrics()[0], stat("m1", "GPUReservation"));
    assert_eq!(math.metrics()[1].expression(), Some("(100 - m1) * 4 / 100"));
    assert_eq!(math.metrics()[1].label(), Some("Unused GPUs"));
}

#[tokio::test]
async fn a_put_replaces_everything_but_the_tags() {
    let setup = start();
    let tag = |value: &str| Tag::builder().key("k").value(value).build();
    single(&setup, "a").alarm_description("old").tags(tag("first")).send().await.unwrap();
    single(&setup, "a").threshold(2.0).tags(tag("second")).send().await.unwrap();
    let found = alarms(&setup).await;
    assert_eq!((found[0].threshold(), found[0].alarm_description()), (Some(2.0), None));
    let tags =
        setup.cloudwatch.list_tags_for_resource().resource_arn(found[0].alarm_arn().unwrap()).send().await.unwrap();
    assert_eq!(tags.tags(), [tag("first")]);
}

#[tokio::test]
async fn what_cloudwatch_refuses_is_refused() {
    let setup = start();
    let topic = "arn:aws:sns:us-east-1:123456789012:topic";
    let cases = vec![
        (math(&setup, "SUM(SEARCH('{N} M', 'Sum', 60))"), "SEARCH is not supported on Metric Alarms"),
        (math(&setup, "m1 + m2"), "undefined Id 'm2'"),
        (math(&setup, "m1 +"), "Error in expression 'e1'"),
        (math(&setup, &format!("m1 + {}", "1 + ".repeat(600))), "Member must have length less than or equal to 2048"),
        (math(&setup, "m1").metrics(stat("m1", "M")), "The Id 'm1' is used more than once"),
        (
            math(&setup, "m1").metrics(MetricDataQuery::builder().id("e2").expression("m1").build()),
            "Exactly one element of the metrics list should return data.",
        ),
        (math(&setup, "m1").metric_name("M"), "MetricName should not be set if list of Metrics is set."),
        (math(&setup, "m1").evaluation_periods(1441), "Metrics cannot be checked across more than a day"),
        (
            math(&setup, "m1").datapoints_to_alarm(31),
            "DatapointsToAlarm must be less than or equal to EvaluationPeriods",
        ),
        (math(&setup, "m1").set_threshold(None), "valid Threshold"),
        (math(&setup, "m1").treat_missing_data("never"), "Supported values for TreatMissingData"),
        (
            math(&setup, "m1").set_alarm_actions(Some(vec![topic.to_owned(); 6])),
            "at 'alarmActions' failed to satisfy constraint: Member must have length less than or equal to 5",
        ),
        (math(&setup, "m1").alarm_actions("topic"), "Invalid arn syntax"),
        (
            math(&setup, "m1").comparison_operator(ComparisonOperator::from("More")),
            "Member must satisfy enum value set",
        ),
        (single(&setup, "a").period(45), "Period must be 10, 20, 30 or a multiple of 60"),
        (single(&setup, "a").set_metric_name(None), "MetricName must not be null"),
        (single(&setup, "a").set_alarm_name(None), "Value null at 'alarmName'"),
        (single(&setup, &"x".repeat(256)), "less than or equal to 255"),
        (single(&setup, "a").evaluation_criteria(promql("up < 1")), "must not be set if EvaluationCriteria is set."),
        (single(&setup, "a").tags(Tag::builder().key("aws:k").value("").build()), "aws: prefixed tag key names"),
    ];
    for (request, expected) in cases {
        let (code, message) = refusal(request.send().await);
        assert_eq!(code, "ValidationError", "{message}");
        assert!(message.contains(expected), "{message} lacks {expected}");
    }
    assert_eq!(alarms(&setup).await, []);
}

fn promql(query: &str) -> EvaluationCriteria {
    EvaluationCriteria::PromQlCriteria(AlarmPromQlCriteria::builder().query(query).build())
}

#[tokio::test]
async fn one_series_of_a_query_that_groups_is_enough_for_an_alarm() {
    let setup = start();
    let mut fleet = metric_math::telemetry::scenario::steady(60);
    fleet.components[0].load = metric_math::telemetry::Load::IDLE;
    setup.stand_in.simulate(fleet, std::time::Duration::from_hours(1)).unwrap();
    let query = "SELECT AVG(GPUUtilizationNormalized) FROM SCHEMA(\"/aws/sagemaker/InferenceComponents\", InferenceComponentName) \
                 GROUP BY InferenceComponentName ORDER BY AVG() ASC";
    let grouped = setup
        .cloudwatch
        .put_metric_alarm()
        .alarm_name("idle")
        .evaluation_periods(3)
        .threshold(5.0)
        .comparison_operator(ComparisonOperator::LessThanThreshold)
        .metrics(MetricDataQuery::builder().id("q0").expression(query).period(60).return_data(true).build());
    grouped.send().await.unwrap();
    setup.stand_in.advance(std::time::Duration::from_mins(5));
    assert_eq!(alarms(&setup).await[0].state_value(), Some(&StateValue::Alarm));
}

#[tokio::test]
async fn a_window_of_the_clock_takes_five_periods_and_a_time_zone() {
    use aws_sdk_cloudwatch::types::{EvaluationWindow, WallClockWindow};
    let setup = start();
    let put = |period: i32, zone: &str| {
        let window = EvaluationWindow::WallClockWindow(WallClockWindow::builder().timezone(zone).build());
        single(&setup, "a").period(period).evaluation_periods(1).evaluation_window(window).send()
    };
    put(86_400, "Europe/Berlin").await.unwrap();
    put(3600, "UTC+05:30").await.unwrap();
    assert!(refusal(put(120, "UTC").await).1.contains("Period 120"));
    assert!(refusal(put(86_400, "Europe/Berln").await).1.contains("Timezone Europe/Berln"));
}

#[tokio::test]
async fn promql_alarms_start_in_ok() {
    let setup = start();
    let put = || setup.cloudwatch.put_metric_alarm().alarm_name("p").evaluation_criteria(promql("up < 1"));
    assert!(refusal(put().send().await).1.starts_with("EvaluationInterval must not be null"));
    put().evaluation_interval(60).send().await.unwrap();
    let found = alarms(&setup).await;
    assert_eq!(found[0].state_value(), Some(&StateValue::Ok));
    assert_eq!(found[0].evaluation_criteria(), Some(&promql("up < 1")));
}

#[tokio::test]
async fn alarms_are_found_by_name_prefix_type_and_page() {
    let setup = start();
    for name in ["a-1", "a-2", "a-3", "b-1"] {
        single(&setup, name).send().await.unwrap();
    }
    setup
        .cloudwatch
        .put_composite_alarm()
        .alarm_name("a-all")
        .alarm_rule("ALARM(\"a-1\") OR ALARM(a-2)")
        .send()
        .await
        .unwrap();
    let describe = || setup.cloudwatch.describe_alarms();
    let names = |found: &[MetricAlarm]| -> Vec<_> {
        found.iter().map(|alarm| alarm.alarm_name().unwrap().to_owned()).collect()
    };
    let found = describe().alarm_name_prefix("a-").send().await.unwrap();
    assert_eq!(names(found.metric_alarms()), ["a-1", "a-2", "a-3"]);
    assert!(found.composite_alarms().is_empty(), "only metric alarms unless types are given");
    let found = describe().alarm_names("b-1").alarm_names("nope").send().await.unwrap();
    assert_eq!(names(found.metric_alarms()), ["b-1"]);
    let found = describe().alarm_types(AlarmType::CompositeAlarm).send().await.unwrap();
    assert_eq!(found.composite_alarms()[0].alarm_rule(), Some("ALARM(\"a-1\") OR ALARM(a-2)"));
    let first = describe().max_records(3).send().await.unwrap();
    let second = describe().max_records(3).set_next_token(first.next_token).send().await.unwrap();
    assert_eq!((names(second.metric_alarms()), second.next_token()), (vec!["b-1".to_owned()], None));
    assert_eq!(refusal(describe().next_token("zz").send().await).0, "InvalidNextToken");
    let both = describe().alarm_names("a-1").alarm_name_prefix("a").send().await;
    assert_eq!(refusal(both).0, "ValidationError");
}

#[tokio::test]
async fn deleting_passes_over_names_that_do_not_exist() {
    let setup = start();
    single(&setup, "a").send().await.unwrap();
    setup.cloudwatch.put_composite_alarm().alarm_name("c").alarm_rule("ALARM(a)").send().await.unwrap();
    assert!(refusal(setup.cloudwatch.delete_alarms().alarm_names("a").send().await).1.contains("composite alarm"));
    let deleted = setup.cloudwatch.delete_alarms().alarm_names("nope").alarm_names("a").alarm_names("c").send().await;
    deleted.unwrap();
    assert_eq!(alarms(&setup).await, []);
    let missing = setup.cloudwatch.put_composite_alarm().alarm_name("c").alarm_rule("ALARM(a)").send().await;
    assert!(refusal(missing).1.contains("alarms [a] in the alarm rule do not exist"));
}

#[tokio::test]
async fn metrics_are_found_by_their_dimensions() {
    let setup = start();
    let stream = |name: &str, dimensions: &[(&str, &str)]| metric_math::telemetry::Metric {
        namespace: "NS".into(),
        name: name.into(),
        dimensions: dimensions.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
    };
    setup.stand_in.publish([
        stream("A", &[("EndpointName", "e"), ("GpuId", "0")]),
        stream("A", &[("EndpointName", "e")]),
        stream("B", &[("EndpointName", "f"), ("GpuId", "1")]),
    ]);
    let list = || setup.cloudwatch.list_metrics().namespace("NS");
    let by_name = DimensionFilter::builder().name("GpuId").build();
    let found = list().dimensions(by_name.clone()).send().await.unwrap();
    assert_eq!(found.metrics().len(), 2);
    let by_value = DimensionFilter::builder().name("EndpointName").value("e").build();
    let found = list().dimensions(by_name).dimensions(by_value).send().await.unwrap();
    assert_eq!(found.metrics()[0].dimensions(), [dimension("EndpointName", "e"), dimension("GpuId", "0")]);
    assert_eq!(list().metric_name("B").send().await.unwrap().metrics().len(), 1);
    assert_eq!(setup.cloudwatch.list_metrics().namespace("other").send().await.unwrap().metrics().len(), 0);

    setup.stand_in.publish((0..600).map(|n| stream("C", &[("InstanceId", &n.to_string())])));
    let first = list().metric_name("C").send().await.unwrap();
    assert_eq!(first.metrics().len(), 500);
    let second = list().metric_name("C").set_next_token(first.next_token).send().await.unwrap();
    assert_eq!(second.metrics().len(), 100);
}
