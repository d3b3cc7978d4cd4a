//! The constraints of a request's members, violated ones reported in the words that AWS uses for every service.
//! It assumes that types are right already, and passes over members that the model doesn't know.

use serde_json::Value;

use super::{Kind, Model, Shape};

impl Model {
    /// The message for a request that violates constraints, all of them together; none for one that violates none.
    pub(crate) fn violations(&self, shape: &str, request: &Value) -> Option<String> {
        let mut found = Vec::new();
        self.check(shape, request, "", &mut found);
        match found.len() {
            0 => None,
            1 => Some(format!("1 validation error detected: {}", found[0])),
            count => Some(format!("{count} validation errors detected: {}", found.join("; "))),
        }
    }

    fn check(&self, shape: &str, value: &Value, path: &str, found: &mut Vec<String>) {
        let Some(shape) = self.shapes.get(shape) else {
            return;
        };
        found.extend(broken(shape, value).into_iter().map(|constraint| violation(value, path, &constraint)));
        match (shape.kind, value) {
            (Kind::Structure, Value::Object(members)) => {
                for (name, part) in &shape.members {
                    let path = join(path, &lower_first(name));
                    match members.get(name) {
                        None | Some(Value::Null) => {
                            if shape.required.contains(name) {
                                found.push(violation(&Value::Null, &path, "Member must not be null"));
                            }
                        }
                        Some(value) => self.check(part, value, &path, found),
                    }
                }
            }
            (Kind::List, Value::Array(elements)) => {
                let Some(part) = &shape.member else { return };
                for (index, element) in elements.iter().enumerate() {
                    self.check(part, element, &join(path, &format!("{}.member", index + 1)), found);
                }
            }
            (Kind::Map, Value::Object(entries)) => {
                for (name, value) in entries {
                    if let Some(part) = &shape.key {
                        self.check(part, &Value::from(name.as_str()), &join(path, "key"), found);
                    }
                    if let Some(part) = &shape.value {
                        self.check(part, value, &join(path, &format!("{name}.member")), found);
                    }
                }
            }
            _ => {}
        }
    }
}

/// The constraints of one shape that one value breaks.
fn broken(shape: &Shape, value: &Value) -> Vec<String> {
    let mut broken = Vec::new();
    match value {
        Value::String(text) => {
            within(shape, text.chars().count(), "length", &mut broken);
            if let Some(pattern) = shape.pattern.as_ref().filter(|pattern| !pattern.matches(text)) {
                broken.push(format!("Member must satisfy regular expression pattern: {}", pattern.source()));
            }
            if !shape.values.is_empty() && !shape.values.contains(text) {
                broken.push(format!("Member must satisfy enum value set: [{}]", shape.values.join(", ")));
            }
        }
        Value::Array(elements) => within(shape, elements.len(), "length", &mut broken),
        Value::Object(entries) if shape.kind == Kind::Map => {
            within(shape, entries.len(), "length", &mut broken);
        }
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or_default();
            if let Some(min) = shape.min.filter(|min| number < *min) {
                broken.push(format!("Member must have value greater than or equal to {min}"));
            }
            if let Some(max) = shape.max.filter(|max| number > *max) {
                broken.push(format!("Member must have value less than or equal to {max}"));
            }
        }
        _ => {}
    }
    broken
}

#[allow(clippy::cast_precision_loss)] // lengths here are far below 2^52
fn within(shape: &Shape, length: usize, what: &str, broken: &mut Vec<String>) {
    if let Some(min) = shape.min.filter(|min| (length as f64) < *min) {
        broken.push(format!("Member must have {what} greater than or equal to {min}"));
    }
    if let Some(max) = shape.max.filter(|max| (length as f64) > *max) {
        broken.push(format!("Member must have {what} less than or equal to {max}"));
    }
}

fn violation(value: &Value, path: &str, constraint: &str) -> String {
    let shown = match value {
        Value::Null => "null".to_owned(),
        Value::String(text) => format!("'{text}'"),
        other => format!("'{other}'"),
    };
    format!("Value {shown} at '{path}' failed to satisfy constraint: {constraint}")
}

fn join(path: &str, step: &str) -> String {
    if path.is_empty() { step.to_owned() } else { format!("{path}.{step}") }
}

/// `ProductionVariants` as AWS's messages write it: `productionVariants`.
pub(super) fn lower_first(name: &str) -> String {
    let mut characters = name.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::model::{cloudwatch, sagemaker};

    #[test]
    fn a_good_request_has_no_violations() {
        let request = json!({
            "EndpointConfigName": "c",
            "ProductionVariants": [{"VariantName": "v", "InstanceType": "ml.launched-tomorrow.xlarge"}],
            "NotInThisModel": 1,
        });
        assert_eq!(sagemaker().violations("CreateEndpointConfigInput", &request), None);
    }

    #[test]
    fn violations_are_told_as_aws_tells_them() {
        let request = json!({
            "EndpointConfigName": "no_underscores",
            "ProductionVariants": [{"InitialInstanceCount": 0}],
        });
        let message = sagemaker().violations("CreateEndpointConfigInput", &request).unwrap();
        assert!(message.starts_with("3 validation errors detected: "), "{message}");
        for part in [
            "Value 'no_underscores' at 'endpointConfigName' failed to satisfy constraint: \
             Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}",
            "Value '0' at 'productionVariants.1.member.initialInstanceCount' failed to satisfy constraint: \
             Member must have value greater than or equal to 1",
            "Value null at 'productionVariants.1.member.variantName' failed to satisfy constraint: \
             Member must not be null",
        ] {
            assert!(message.contains(part), "{message} lacks {part}");
        }
    }

    #[test]
    fn lengths_and_enums_count() {
        let actions: Vec<_> = (0..6).map(|n| format!("arn:aws:sns:us-east-1:123456789012:{n}")).collect();
        let request = json!({"AlarmName": "a", "AlarmActions": actions, "ComparisonOperator": "More"});
        let message = cloudwatch().violations("PutMetricAlarmInput", &request).unwrap();
        assert!(message.contains(
            "at 'alarmActions' failed to satisfy constraint: Member must have length less than or equal to 5"
        ));
        assert!(message.contains(
            "Value 'More' at 'comparisonOperator' failed to satisfy constraint: Member must satisfy enum value set: ["
        ));
    }
}
