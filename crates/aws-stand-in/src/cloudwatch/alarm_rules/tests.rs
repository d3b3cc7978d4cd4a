//! Each refusal, from a request that is fine but for one thing.

use serde_json::{Value, json};

use super::{MetricAlarmRequest, check, is_stat};

fn single() -> Value {
    json!({
        "AlarmName": "a", "Namespace": "AWS/SageMaker", "MetricName": "Invocations", "Statistic": "Sum",
        "Period": 60, "EvaluationPeriods": 2, "Threshold": 1.0, "ComparisonOperator": "LessThanThreshold",
    })
}

fn math() -> Value {
    json!({
        "AlarmName": "a", "EvaluationPeriods": 30, "Threshold": 1.0, "DatapointsToAlarm": 30,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold", "TreatMissingData": "notBreaching",
        "Metrics": [
            stat("m1", 60),
            {"Id": "e1", "Expression": "100 - m1 * PERIOD(m1) / 60"},
        ],
    })
}

fn stat(id: &str, period: i64) -> Value {
    json!({
        "Id": id, "ReturnData": false,
        "MetricStat": {"Metric": {"Namespace": "N", "MetricName": "M"}, "Period": period, "Stat": "Average"},
    })
}

fn promql() -> Value {
    json!({
        "AlarmName": "a", "EvaluationInterval": 60,
        "EvaluationCriteria": {"PromQLCriteria": {"Query": "DCGM_FI_DEV_GPU_UTIL < 5"}},
    })
}

fn refusal(request: &Value) -> String {
    check(&serde_json::from_value::<MetricAlarmRequest>(request.clone()).unwrap()).err().unwrap_or_default()
}

/// The refusal of a request with members changed; null takes one away.
fn changed(mut request: Value, changes: Value) -> String {
    let Value::Object(changes) = changes else { panic!("changes are an object") };
    for (name, value) in changes {
        request[name] = value;
    }
    refusal(&request)
}

#[test]
fn good_requests_pass() {
    for request in [single(), math(), promql()] {
        assert_eq!(refusal(&request), "");
    }
    let insights = json!([{"Id": "q1", "Expression": "SELECT COUNT(X) FROM Y", "Period": 60}]);
    assert_eq!(changed(math(), json!({"Metrics": insights})), "");
    assert_eq!(changed(single(), json!({"Period": 3600, "EvaluationPeriods": 168})), "");
}

#[test]
fn single_metrics_need_all_their_members() {
    for (member, message) in [
        ("MetricName", "MetricName must not be null"),
        ("Namespace", "Namespace must not be null"),
        ("Period", "Period must not be null"),
        ("Statistic", "PutMetricAlarm request should have a Statistic parameter"),
        ("EvaluationPeriods", "PutMetricAlarm request should have an EvaluationPeriods parameter"),
        ("Threshold", "PutMetricAlarm request should have valid Threshold parameter"),
        ("ComparisonOperator", "PutMetricAlarm request should have a valid ComparisonOperator parameter"),
    ] {
        assert_eq!(changed(single(), json!({member: null})), message);
    }
}

#[test]
fn periods_and_windows_have_bounds() {
    for period in [5, 15, 45, 90] {
        assert_eq!(changed(single(), json!({"Period": period})), "Period must be 10, 20, 30 or a multiple of 60");
    }
    assert!(
        changed(single(), json!({"EvaluationPeriods": 1441}))
            .starts_with("Metrics cannot be checked across more than a day")
    );
    assert!(
        changed(single(), json!({"Period": 3600, "EvaluationPeriods": 169}))
            .starts_with("Metrics cannot be checked across more than a week")
    );
    assert_eq!(
        changed(single(), json!({"DatapointsToAlarm": 3})),
        "DatapointsToAlarm must be less than or equal to EvaluationPeriods"
    );
}

#[test]
fn expressions_are_checked() {
    let with = |expression: &str| {
        let metrics = json!([stat("m1", 60), {"Id": "e1", "Expression": expression}]);
        changed(math(), json!({"Metrics": metrics}))
    };
    assert_eq!(with("SUM(SEARCH('x', 'Sum', 60))"), "SEARCH is not supported on Metric Alarms");
    assert_eq!(with("m1 + m2"), "Error in expression 'e1': undefined Id 'm2'");
    assert_eq!(with("m1 +"), "Error in expression 'e1': the expression ends too early at position 5");
    assert_eq!(with("e1 + 1"), "Error in expression 'e1': it refers to itself");
    assert_eq!(with("m1 * PERIOD(e1)"), "Error in expression 'e1': PERIOD takes the Id of a metric");
    assert_eq!(with("PERIOD(m1)"), "Error in expression 'e1': its result is a number, not a time series");
    assert_eq!(with("[m1, m1]"), "Error in expression 'e1': an alarm watches one time series only");
    assert_eq!(with("m1 * PERIOD(m1 + 1)"), "Error in expression 'e1': PERIOD takes the Id of a metric");
    assert_eq!(with("TOTAL(m1)"), "Error in expression 'e1': unknown function TOTAL at position 1");
}

#[test]
fn expressions_may_build_on_each_other_but_not_in_a_circle() {
    let with = |first: &str, second: &str| {
        let metrics = json!([
            stat("m1", 60),
            {"Id": "e1", "Expression": first, "ReturnData": false},
            {"Id": "e2", "Expression": second},
        ]);
        changed(math(), json!({"Metrics": metrics}))
    };
    assert_eq!(with("m1 * 2", "e1 + 1"), "");
    assert_eq!(with("[m1, m1 * 2]", "SUM(e1)"), "");
    assert_eq!(with("[m1, m1 * 2]", "e1 + 1"), "Error in expression 'e2': an alarm watches one time series only");
    assert_eq!(with("e2 + 1", "e1 + m1"), "Error in expression 'e1': it refers to itself");
}

#[test]
fn a_band_returns_data_beside_what_it_is_compared_with() {
    let mut watched = stat("m1", 60);
    watched["ReturnData"] = true.into();
    let metrics = json!([watched, {"Id": "ad1", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)"}]);
    let band = json!({
        "Metrics": metrics, "Threshold": null, "ThresholdMetricId": "ad1",
        "ComparisonOperator": "GreaterThanUpperThreshold",
    });
    assert_eq!(changed(math(), band), "");
}

#[test]
fn lists_of_metrics_are_checked() {
    let with = |metrics: Value| changed(math(), json!({"Metrics": metrics}));
    let result = || json!({"Id": "e1", "Expression": "m1"});
    assert_eq!(with(json!([])), "Metrics must not be empty.");
    assert_eq!(with(json!([{"Id": "e1", "Expression": "TIME_SERIES(1)"}])), "Period must not be null");
    assert_eq!(
        with(json!([stat("m1", 60), stat("m2", 300), result()])),
        "All elements of the metrics list should have the same Period."
    );
    assert_eq!(with(json!([stat("m1", 60)])), "Exactly one element of the metrics list should return data.");
    assert_eq!(
        with(json!([stat("m1", 60), result(), {"Id": "e2", "Expression": "m1"}])),
        "Exactly one element of the metrics list should return data.",
        "ReturnData is true where it is left out"
    );
    assert_eq!(with(json!([stat("m1", 60), stat("m1", 60)])), "The Id 'm1' is used more than once in Metrics.");
    assert!(with(json!([stat("M1", 60)])).starts_with("Invalid Id 'M1'"));
    assert!(with(json!([{"Id": "x"}])).starts_with("Exactly one of MetricStat and Expression"));
    let many: Vec<_> = (0..11).map(|n| stat(&format!("m{n}"), 60)).collect();
    assert!(with(many.into()).starts_with("An alarm takes at most 10 metrics"));
    let many: Vec<_> = (0..11).map(|n| json!({"Id": format!("e{n}"), "Expression": "TIME_SERIES(1)"})).collect();
    assert!(with(many.into()).starts_with("An alarm takes at most 10 metrics and 10 expressions"));
    assert_eq!(changed(math(), json!({"MetricName": "M"})), "MetricName should not be set if list of Metrics is set.");
}

#[test]
fn promql_stands_alone() {
    for (member, value) in [
        ("Threshold", json!(1.0)),
        ("Period", json!(60)),
        ("TreatMissingData", json!("ignore")),
        ("ComparisonOperator", json!("LessThanThreshold")),
    ] {
        assert_eq!(
            changed(promql(), json!({member: value})),
            format!("{member} must not be set if EvaluationCriteria is set.")
        );
    }
    assert!(changed(promql(), json!({"EvaluationInterval": null})).starts_with("EvaluationInterval must not be null"));
    assert!(changed(promql(), json!({"EvaluationInterval": 45})).starts_with("EvaluationInterval must be 10"));
    assert!(changed(single(), json!({"EvaluationInterval": 60})).starts_with("EvaluationInterval can only be set"));
}

#[test]
fn other_values_are_checked() {
    assert!(
        changed(single(), json!({"TreatMissingData": "notbreaching"}))
            .starts_with("Supported values for TreatMissingData")
    );
    assert_eq!(changed(single(), json!({"AlarmActions": ["topic"]})), "Invalid arn syntax: topic");
    assert!(changed(single(), json!({"ThresholdMetricId": "x"})).starts_with("ThresholdMetricId can only"));
    assert!(changed(single(), json!({"ExtendedStatistic": "p99"})).contains("both Statistic and ExtendedStatistic"));
}

#[test]
fn statistics() {
    for good in ["Average", "SampleCount", "p99", "p99.9", "tm90", "TM(10%:90%)", "PR(:300)", "IQM"] {
        assert!(is_stat(good), "{good}");
    }
    for bad in ["average", "p101", "P99", "p", "TM(90)", ""] {
        assert!(!is_stat(bad), "{bad}");
    }
}
