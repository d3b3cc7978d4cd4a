//! Whether a request has the shape of its operation's input: known members and values of the right type.
//! `SageMaker`'s requests are read by the SDK's schemas instead; this is for the other services, whose SDKs have none.

use serde_json::Value;

use super::{Kind, Model};

impl Model {
    /// Why a request cannot be read, naming the first place where it can't.
    ///
    /// AWS ignores members it doesn't know. The stand-in refuses them: they are always a mistake of whoever sent them.
    pub(crate) fn misfit(&self, shape: &str, value: &Value) -> Option<String> {
        self.first_misfit(shape, value, "")
    }

    fn first_misfit(&self, name: &str, value: &Value, path: &str) -> Option<String> {
        let shape = self.shapes.get(name)?;
        match (shape.kind, value) {
            (Kind::Structure, Value::Object(members)) => {
                if let Some(unknown) = members.keys().find(|member| !shape.members.contains_key(*member)) {
                    let known: Vec<_> = shape.members.keys().map(String::as_str).collect();
                    return Some(format!("unknown member {path}/{unknown}; {name} has {}", known.join(", ")));
                }
                if shape.union && members.len() != 1 {
                    return Some(format!("{path}: the union {name} takes exactly one member"));
                }
                members.iter().find_map(|(member, value)| {
                    self.first_misfit(&shape.members[member], value, &format!("{path}/{member}"))
                })
            }
            (Kind::List, Value::Array(elements)) => {
                let part = shape.member.as_ref()?;
                elements
                    .iter()
                    .enumerate()
                    .find_map(|(index, element)| self.first_misfit(part, element, &format!("{path}/{index}")))
            }
            (Kind::Map, Value::Object(entries)) => {
                let part = shape.value.as_ref()?;
                entries.iter().find_map(|(key, value)| self.first_misfit(part, value, &format!("{path}/{key}")))
            }
            // Null is the same as absent.
            (_, Value::Null)
            | (Kind::String | Kind::Blob, Value::String(_))
            | (Kind::Boolean, Value::Bool(_))
            | (Kind::Float | Kind::Double | Kind::Timestamp, Value::Number(_)) => None,
            (Kind::Integer | Kind::Long, Value::Number(number)) if number.is_i64() => None,
            (kind, value) => Some(format!("{path}: {} can not be converted to {kind:?}", token(value))),
        }
    }
}

/// A value's kind, as AWS's JSON reader calls it.
fn token(value: &Value) -> &'static str {
    match value {
        Value::Null => "VALUE_NULL",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Number(number) if number.is_f64() => "DECIMAL_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::String(_) => "STRING_VALUE",
        Value::Array(_) => "START_ARRAY",
        Value::Object(_) => "START_OBJECT",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::model::cloudwatch;

    #[test]
    fn unknown_members_and_wrong_types_are_named() {
        let model = cloudwatch();
        let misfit = |request| model.misfit("PutMetricAlarmInput", &request).unwrap_or_default();
        assert_eq!(misfit(json!({"AlarmName": "a", "Threshold": 1, "Metrics": [{"Id": "m", "ReturnData": true}]})), "");
        assert!(misfit(json!({"AlarmNme": "a"})).starts_with("unknown member /AlarmNme; PutMetricAlarmInput has "));
        assert_eq!(
            misfit(json!({"Metrics": [{"Id": 1}]})),
            "/Metrics/0/Id: NUMBER_VALUE can not be converted to String"
        );
        assert_eq!(misfit(json!({"Period": "60"})), "/Period: STRING_VALUE can not be converted to Integer");
        assert_eq!(misfit(json!({"Period": 60.5})), "/Period: DECIMAL_VALUE can not be converted to Integer");
        assert!(misfit(json!({"EvaluationWindow": {}})).contains("exactly one member"));
    }
}
