//! What a template demands of its parameters' values
//! (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>).

use regex_lite::Regex;
use serde_json::{Map, Value};
use thiserror::Error;

use crate::similar::nearest;
use crate::stack::Stack;

/// A parameter's value that CloudFormation would refuse.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RefusedParameter {
    /// The template has no such parameter.
    #[error("there is no parameter {name}{}", .similar.as_ref().map(|name| format!("; did you mean {name}?")).unwrap_or_default())]
    Undeclared {
        /// The name that was given.
        name: String,
        /// The name that was probably meant.
        similar: Option<String>,
    },
    /// A bound of the parameter's, in words.
    #[error("{0}")]
    Bound(String),
}

/// What CloudFormation would refuse of the stack's values for parameters.
#[must_use]
pub fn refused(template: &Value, stack: &Stack) -> Vec<RefusedParameter> {
    let declared = declared(template);
    let each = stack.parameters.iter().filter_map(|(name, value)| {
        if let Some(parameter) = declared.and_then(|all| all.get(name)) {
            return violation(name, parameter, value).map(RefusedParameter::Bound);
        }
        let similar = nearest(name, declared.into_iter().flatten().map(|(name, _)| name.as_str()));
        Some(RefusedParameter::Undeclared { name: name.clone(), similar: similar.map(str::to_owned) })
    });
    each.collect()
}

/// The defaults that break their own parameter's bounds, by parameter.
#[must_use]
pub fn bad_defaults(template: &Value, stack: &Stack) -> Vec<(String, String)> {
    let untouched = declared(template).into_iter().flatten().filter(|(name, _)| !stack.parameters.contains_key(*name));
    let each = untouched.filter_map(|(name, parameter)| {
        let default = parameter.get("Default")?.as_str()?;
        violation(name, parameter, default).map(|message| (name.clone(), format!("the Default is refused: {message}")))
    });
    each.collect()
}

fn declared(template: &Value) -> Option<&Map<String, Value>> {
    template.get("Parameters")?.as_object()
}

/// Which bound a value breaks, in words.
fn violation(name: &str, parameter: &Value, value: &str) -> Option<String> {
    let kind = parameter.get("Type").and_then(Value::as_str).unwrap_or_default();
    if kind.starts_with("AWS::SSM::Parameter::") {
        // Bounds are about the name of what is looked up, and what is given here is its value.
        return None;
    }
    let is_list = kind == "CommaDelimitedList" || kind.starts_with("List<");
    let items: Vec<&str> = if is_list { value.split(',').map(str::trim).collect() } else { vec![value] };
    let broken = items.into_iter().find_map(|item| broken(parameter, kind, item))?;
    let own_words = parameter.get("ConstraintDescription").and_then(Value::as_str);
    let own_words = own_words.map(|words| format!(" ({words})")).unwrap_or_default();
    Some(format!("{value:?} is not allowed for parameter {name}; {broken}{own_words}"))
}

fn broken(parameter: &Value, kind: &str, value: &str) -> Option<String> {
    let text = |bound: &str| parameter.get(bound).and_then(Value::as_str);
    let number = |bound: &str| text(bound)?.parse::<f64>().ok();
    if let Some(allowed) = parameter.get("AllowedValues").and_then(Value::as_array) {
        let allowed: Vec<&str> = allowed.iter().filter_map(Value::as_str).collect();
        if !allowed.contains(&value) {
            return Some(format!("use one of {}", allowed.join(", ")));
        }
    }
    if matches!(kind, "Number" | "List<Number>") {
        let given = value.trim().parse::<f64>().ok().filter(|given| given.is_finite());
        let Some(given) = given else { return Some("use a number".to_owned()) };
        return match (number("MinValue"), number("MaxValue")) {
            (Some(least), _) if given < least => Some(format!("use {least} or more")),
            (_, Some(most)) if given > most => Some(format!("use {most} or less")),
            _ => None,
        };
    }
    #[expect(clippy::cast_precision_loss, reason = "a parameter has at most 4,096 characters")]
    let length = value.chars().count() as f64;
    match (number("MinLength"), number("MaxLength")) {
        (Some(least), _) if length < least => return Some(format!("use at least {least} characters")),
        (_, Some(most)) if length > most => return Some(format!("use at most {most} characters")),
        _ => {}
    }
    let pattern = text("AllowedPattern")?;
    // Java's expressions know more (look-ahead): what can't be read here can't be validated here.
    let expression = Regex::new(&format!("^(?:{pattern})$")).ok()?;
    (!expression.is_match(value)).then(|| format!("it has to match {pattern}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_bound_is_kept() {
        for (parameter, good, bad) in [
            (json!({"Type": "String", "AllowedValues": ["a", "b"]}), "a", "c"),
            (json!({"Type": "Number", "MinValue": "1", "MaxValue": "5"}), "5", "6"),
            (json!({"Type": "Number", "MinValue": "1"}), "1.5", "0"),
            (json!({"Type": "Number"}), "-1", "x"),
            (json!({"Type": "Number"}), "1e3", "NaN"),
            (json!({"Type": "Number", "MinValue": "1"}), "2", "inf"),
            (json!({"Type": "String", "MinLength": "2", "MaxLength": "3"}), "äö", "a"),
            (json!({"Type": "String", "MaxLength": "3"}), "", "abcd"),
            (json!({"Type": "String", "AllowedPattern": "[a-z]+|x1"}), "abc", "abc1"),
            (json!({"Type": "CommaDelimitedList", "AllowedPattern": "[a-z]+"}), "a, b", "a,1"),
            (json!({"Type": "List<Number>"}), "1,2", "1,b"),
        ] {
            assert_eq!(violation("P", &parameter, good), None, "{parameter}");
            assert!(violation("P", &parameter, bad).is_some(), "{parameter}");
        }
        let java = json!({"Type": "String", "AllowedPattern": "(?=.*[A-Z]).+"});
        assert_eq!(violation("P", &java, "a"), None, "an expression that can't be read here refuses nothing");
    }
}
