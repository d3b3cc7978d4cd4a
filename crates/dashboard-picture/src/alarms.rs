//! Alarm widgets: which alarms there are, and in which state.

use maud::{Markup, html};
use serde_json::Value;

use metric_math::{
    evaluation::{
        Data,
        alarm::{AlarmRule, AlarmState, MetricAlarm},
    },
    telemetry::{MetricStore, Timestamp},
};

/// An alarm as a dashboard shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmCondition {
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: AlarmState,
    /// What it watches for, as its author put it. May be empty.
    pub description: String,
}

impl AlarmCondition {
    /// What `DescribeAlarms` says of an alarm; none where it says no name.
    #[must_use]
    pub fn described(alarm: &Value) -> Option<Self> {
        let states = [AlarmState::Ok, AlarmState::Alarm, AlarmState::InsufficientData];
        let said = alarm.get("StateValue").and_then(Value::as_str);
        let state = states.into_iter().find(|state| Some(state.name()) == said).unwrap_or_default();
        Some(Self {
            name: text(alarm, "AlarmName")?,
            state,
            description: text(alarm, "AlarmDescription").unwrap_or_default(),
        })
    }

    /// An alarm by the request that makes it, with the state it comes to at `until` when it has been evaluated since
    /// `from`. One that isn't evaluated here keeps the state of a new alarm, since the request says no other: OK for a `PromQL`
    /// query, insufficient data for everything else.
    #[must_use]
    pub fn evaluated(request: &Value, store: &MetricStore, from: Timestamp, until: Timestamp) -> Option<Self> {
        let mut condition = Self::described(request)?;
        let Ok(alarm) = MetricAlarm::read(request) else {
            // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-promql.html
            let is_promql = request.get("EvaluationCriteria").is_some();
            condition.state = if is_promql { AlarmState::Ok } else { AlarmState::InsufficientData };
            return Some(condition);
        };
        let interval = alarm.interval();
        let mut at = from.div_euclid(interval) * interval;
        while at <= until {
            condition.state =
                alarm.evaluate(Data::of(store), at, condition.state).unwrap_or(AlarmState::InsufficientData);
            at += interval;
        }
        Some(condition)
    }
}

impl AlarmCondition {
    /// A composite alarm by the request that makes it, with the state that its rule comes to where the others are in theirs. One
    /// whose rule can't be read has nothing to tell by.
    #[must_use]
    pub fn combined(request: &Value, others: &[Self]) -> Option<Self> {
        let mut condition = Self::described(request)?;
        let rule = request.get("AlarmRule").and_then(Value::as_str).and_then(|rule| AlarmRule::read(rule).ok());
        let state_of = |alarm: &str| {
            let name = name_of(alarm);
            others.iter().find(|other| other.name == name).map(|other| other.state).unwrap_or_default()
        };
        condition.state = match rule.map(|rule| rule.holds(&state_of)) {
            Some(true) => AlarmState::Alarm,
            Some(false) => AlarmState::Ok,
            None => AlarmState::InsufficientData,
        };
        Some(condition)
    }
}

/// The alarms that a widget names by ARN. One that isn't there is said to be missing.
pub(crate) fn list(properties: &Value, conditions: &[AlarmCondition]) -> Markup {
    let arns = properties.get("alarms").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    html! {
        ul.alarms {
            @for arn in arns.iter().filter_map(Value::as_str) {
                @let name = name_of(arn);
                @let condition = conditions.iter().find(|condition| condition.name == name);
                @let (class, state) = shown(condition.map(|condition| condition.state));
                li.(class) title=(condition.map(|condition| condition.description.as_str()).unwrap_or_default()) {
                    b { (state) }
                    span { (name) }
                }
            }
        }
    }
}

/// The style sheet's class for a state, and what the console calls it.
fn shown(state: Option<AlarmState>) -> (&'static str, &'static str) {
    match state {
        Some(AlarmState::Ok) => ("ok", "OK"),
        Some(AlarmState::Alarm) => ("alarm", "In alarm"),
        Some(AlarmState::InsufficientData) => ("unsure", "Insufficient data"),
        None => ("missing", "No such alarm here"),
    }
}

/// The name of an alarm that is given by its ARN or by its name.
fn name_of(alarm: &str) -> &str {
    alarm.split_once(":alarm:").map_or(alarm, |(_, name)| name)
}

fn text(alarm: &Value, member: &str) -> Option<String> {
    alarm.get(member).and_then(Value::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use metric_math::telemetry::{MINUTE, Metric};

    #[test]
    fn alarms_show_their_states_and_missing_ones_that_they_are() {
        let alarm = |name: &str, state: &str| json!({"AlarmName": name, "StateValue": state});
        let conditions: Vec<AlarmCondition> =
            [alarm("<a>", "ALARM"), alarm("b", "OK")].iter().filter_map(AlarmCondition::described).collect();
        let arn = |name: &str| format!("arn:aws:cloudwatch:us-east-1:123456789012:alarm:{name}");
        let list = list(&json!({"alarms": [arn("<a>"), arn("b"), arn("c")]}), &conditions).into_string();
        for expected in [
            "<b>In alarm</b><span>&lt;a&gt;</span>",
            "<b>OK</b><span>b</span>",
            "<b>No such alarm here</b><span>c</span>",
        ] {
            assert!(list.contains(expected), "{expected} in {list}");
        }
    }

    #[test]
    fn a_composite_follows_the_alarms_that_its_rule_names() {
        let condition = |name: &str, state| AlarmCondition { name: name.to_owned(), state, description: String::new() };
        let others = [condition("a", AlarmState::Alarm), condition("b", AlarmState::Ok)];
        let state = |rule: &str| {
            AlarmCondition::combined(&json!({"AlarmName": "c", "AlarmRule": rule}), &others).unwrap().state
        };
        assert_eq!(state("ALARM(\"a\") OR ALARM(\"b\")"), AlarmState::Alarm);
        assert_eq!(state("ALARM(\"arn:aws:cloudwatch:r:1:alarm:a\") AND ALARM(\"b\")"), AlarmState::Ok);
        assert_eq!(state("whatever"), AlarmState::InsufficientData);
    }

    #[test]
    fn only_a_promql_alarm_that_isn_t_evaluated_is_drawn_as_ok() {
        let state = |request: Value| {
            AlarmCondition::evaluated(&request, &MetricStore::default(), 0, 15 * MINUTE).unwrap().state
        };
        let criteria = json!({"PromQLCriteria": {"Query": "up"}});
        assert_eq!(state(json!({"AlarmName": "a", "EvaluationCriteria": criteria})), AlarmState::Ok);
        let bands = json!({"AlarmName": "a", "Metrics": [], "ThresholdMetricId": "ad1", "EvaluationPeriods": 1});
        assert_eq!(state(bands), AlarmState::InsufficientData);
        assert_eq!(state(json!({"AlarmName": "a"})), AlarmState::InsufficientData);
    }

    #[test]
    fn a_request_is_evaluated_over_the_data() {
        let mut store = MetricStore::default();
        for minute in 0..20 {
            store.put(&Metric::new("NS", "M", &[]), minute * MINUTE, 5.0);
        }
        let request = json!({
            "AlarmName": "a", "Namespace": "NS", "MetricName": "M", "Statistic": "Average", "Period": 60,
            "EvaluationPeriods": 3, "Threshold": 4, "ComparisonOperator": "GreaterThanThreshold",
        });
        let state = |until| AlarmCondition::evaluated(&request, &store, 0, until).unwrap().state;
        assert_eq!(state(0), AlarmState::InsufficientData);
        assert_eq!(state(15 * MINUTE), AlarmState::Alarm);
    }
}
