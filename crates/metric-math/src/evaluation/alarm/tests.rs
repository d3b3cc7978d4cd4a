//! Alarms over time: what `PutMetricAlarm` takes, evaluated.

use serde_json::{Value, json};

use super::*;
use crate::telemetry::{Metric, MetricStore};

/// One value a minute; `-` for none.
fn store(values: &str) -> MetricStore {
    let mut store = MetricStore::default();
    for (minute, value) in (0..).zip(values.chars()) {
        if let Some(value) = value.to_digit(10) {
            store.put(&Metric::new("NS", "M", &[("A", "1")]), minute * MINUTE, f64::from(value));
        }
    }
    store
}

fn alarm() -> Value {
    json!({
        "AlarmName": "a", "Namespace": "NS", "MetricName": "M", "Dimensions": [{"Name": "A", "Value": "1"}],
        "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 3, "Threshold": 5.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    })
}

/// Changes of state as `minute:state`.
fn history(alarm: &Value, values: &str) -> String {
    let minutes = Timestamp::try_from(values.len()).unwrap();
    let alarm = MetricAlarm::read(alarm).unwrap();
    let changes = alarm.history(Data::of(&store(values)), 0, minutes * MINUTE).unwrap();
    let shown: Vec<String> = changes.iter().map(|(at, state)| format!("{}:{}", at / MINUTE, state.name())).collect();
    shown.join(" ")
}

#[test]
fn an_alarm_needs_as_many_breaching_periods_as_it_says() {
    assert_eq!(history(&alarm(), "00559990"), "0:INSUFFICIENT_DATA 1:OK 5:ALARM 8:OK");
    let mut two_of_three = alarm();
    two_of_three["DatapointsToAlarm"] = json!(2);
    assert_eq!(history(&two_of_three, "00505000"), "0:INSUFFICIENT_DATA 1:OK 5:ALARM 6:OK");
}

#[test]
fn missing_data_counts_as_declared() {
    let mut alarm = alarm();
    assert_eq!(history(&alarm, "000------"), "0:INSUFFICIENT_DATA 1:OK 8:INSUFFICIENT_DATA");
    alarm["TreatMissingData"] = json!("breaching");
    assert_eq!(history(&alarm, "000------"), "0:INSUFFICIENT_DATA 1:OK 8:ALARM");
    alarm["TreatMissingData"] = json!("notBreaching");
    assert_eq!(history(&alarm, "999------"), "0:INSUFFICIENT_DATA 1:OK 3:ALARM 6:OK");
    alarm["TreatMissingData"] = json!("ignore");
    assert_eq!(history(&alarm, "999------"), "0:INSUFFICIENT_DATA 3:ALARM");
}

#[test]
fn metric_math_is_watched_by_what_returns_data() {
    let metric = json!({"Metric": {"Namespace": "NS", "MetricName": "M", "Dimensions": [{"Name": "A", "Value": "1"}]}, "Period": 60, "Stat": "Sum"});
    let mut alarm = json!({
        "Metrics": [
            {"Id": "e1", "Expression": "FILL(m1, 0) * 2", "ReturnData": true},
            {"Id": "m1", "MetricStat": metric, "ReturnData": false},
        ],
        "EvaluationPeriods": 1, "Threshold": 10.0, "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    });
    assert_eq!(history(&alarm, "0-599-0"), "0:INSUFFICIENT_DATA 1:OK 3:ALARM 6:OK");
    alarm["Metrics"][0]["Expression"] = json!("SUM(SEARCH('M', 'Sum'))");
    let refused = MetricAlarm::read(&alarm).unwrap().values(Data::of(&store("0")), MINUTE);
    assert_eq!(refused, Err(EvaluationError::SearchInAlarm));
}

#[test]
fn periods_end_at_the_evaluation_or_at_the_clock() {
    let mut alarm = alarm();
    alarm["Period"] = json!(300);
    alarm["EvaluationPeriods"] = json!(1);
    let sums = |alarm: &Value, minute| {
        let values = MetricAlarm::read(alarm).unwrap().values(Data::of(&store("1111122222")), minute * MINUTE);
        values.unwrap().last().copied().flatten()
    };
    assert_eq!((sums(&alarm, 5), sums(&alarm, 6), sums(&alarm, 10)), (Some(5.0), Some(6.0), Some(10.0)));
    alarm["EvaluationWindow"] = json!({"WallClockWindow": {}});
    assert_eq!((sums(&alarm, 5), sums(&alarm, 6), sums(&alarm, 10)), (Some(5.0), Some(5.0), Some(10.0)));
}

#[test]
fn a_day_of_the_clock_is_one_of_its_time_zone() {
    let day = |zone: &str| {
        json!({
            "Namespace": "N", "MetricName": "M", "Statistic": "SampleCount", "Period": 86_400, "EvaluationPeriods": 1,
            "Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold",
            "EvaluationWindow": {"WallClockWindow": {"Timezone": zone}},
        })
    };
    let mut store = MetricStore::default();
    let metric = Metric::new("N", "M", &[]);
    // A sample an hour for four days.
    (0..96).for_each(|hour| store.put(&metric, hour * HOUR, 1.0));
    store.put(&metric, 47 * HOUR + HOUR / 2, 1.0);
    let counted = |zone: &str, hour: i64| {
        let values = MetricAlarm::read(&day(zone)).unwrap().values(Data::of(&store), hour * HOUR).unwrap();
        values.last().copied().flatten()
    };
    // The sample at half past 23 UTC of the second day is one of the third day an hour further east.
    assert_eq!((counted("UTC", 50), counted("UTC", 73)), (Some(25.0), Some(24.0)));
    assert_eq!((counted("+01:00", 50), counted("+01:00", 73)), (Some(24.0), Some(25.0)));
    let unknown = MetricAlarm::read(&day("Europe/Berln"));
    assert!(matches!(unknown, Err(EvaluationError::Structure(_))), "{unknown:?}");
}

#[test]
fn each_series_of_a_query_that_groups_is_a_contributor() {
    let mut store = MetricStore::default();
    for (model, value, last) in [("idle", 5.0, 60), ("busy", 90.0, 60), ("gone", 5.0, 20)] {
        let metric = Metric::new("N", "M", &[("Model", model)]);
        (0..last).for_each(|minute| store.put(&metric, minute * MINUTE, value));
    }
    let alarm = json!({
        "Metrics": [{
            "Id": "q0", "Period": 60, "ReturnData": true,
            "Expression": "SELECT AVG(M) FROM SCHEMA(N, Model) GROUP BY Model ORDER BY AVG() ASC",
        }],
        "EvaluationPeriods": 3, "Threshold": 30.0, "ComparisonOperator": "LessThanThreshold", "TreatMissingData": "notBreaching",
    });
    let alarm = MetricAlarm::read(&alarm).unwrap();
    let names = |minute: i64| {
        let mut names: Vec<String> = alarm
            .contributors(Data::of(&store), minute * MINUTE)
            .unwrap()
            .into_iter()
            .filter(|one| alarm.state_of(one, AlarmState::InsufficientData) == AlarmState::Alarm)
            .map(|one| one.attributes["Model"].clone())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names(15), ["gone", "idle"]);
    assert_eq!(names(55), ["idle"], "one without data is gone");
    let state = alarm.evaluate(Data::of(&store), 55 * MINUTE, AlarmState::Ok);
    assert_eq!(state, Ok(AlarmState::Alarm), "one is enough");
    assert!(matches!(alarm.values(Data::of(&store), 55 * MINUTE), Err(EvaluationError::NotEvaluated(_))));
}

#[test]
fn a_warm_up_keeps_a_new_alarm_quiet() {
    let mut alarm = alarm();
    alarm["TreatMissingData"] = json!("breaching");
    let cold = "------000";
    assert_eq!(history(&alarm, cold), "0:INSUFFICIENT_DATA 1:ALARM 7:OK");
    alarm["WarmUpConfiguration"] = json!({"WarmUpPeriodDurationInMinutes": 60});
    assert_eq!(history(&alarm, cold), "0:INSUFFICIENT_DATA 9:OK", "ends early, with data for the window");
    alarm["WarmUpConfiguration"]["OnlyStartEvaluatingAfterWarmUpPeriodEnds"] = json!(true);
    assert_eq!(history(&alarm, cold), "0:INSUFFICIENT_DATA");
}

#[test]
fn what_is_not_evaluated_is_refused() {
    let mut promql = alarm();
    promql["EvaluationCriteria"] = json!({"PromQLCriteria": {"Query": "up"}});
    assert!(matches!(MetricAlarm::read(&promql), Err(EvaluationError::NotEvaluated(_))));
    let mut band = alarm();
    band["ComparisonOperator"] = json!("GreaterThanUpperThreshold");
    assert!(matches!(MetricAlarm::read(&band), Err(EvaluationError::NotEvaluated(_))));
    for member in ["Threshold", "Period", "EvaluationPeriods", "Namespace", "ComparisonOperator"] {
        let mut incomplete = alarm();
        incomplete[member] = Value::Null;
        assert!(matches!(MetricAlarm::read(&incomplete), Err(EvaluationError::Structure(_))), "{member}");
    }
}
