//! The properties of one object in a body: which there are, and what values they take.
//! A value of the wrong kind is an error, a property nobody knows a warning, as CloudWatch has it.

use serde_json::{Map, Value};

use super::Findings;

#[derive(Debug, Clone, Copy)]
pub(super) enum Field {
    Text,
    Flag,
    Number,
    /// From, to.
    Integer(i64, i64),
    OneOf(&'static [&'static str]),
    /// A hex colour such as `#1f77b4`; colour names are refused.
    Color,
    /// Seconds: 1, 5, 10, 20, 30 or a multiple of 60.
    Period,
    Statistic,
    List,
    Object,
    Any,
}

/// Where an object stands, and what to say of properties that it shouldn't have.
pub(super) struct Place<'a> {
    pub(super) path: &'a str,
    pub(super) unknown: &'a str,
}

pub(super) fn check(object: &Map<String, Value>, fields: &[(&str, Field)], place: &Place<'_>, findings: &mut Findings) {
    for (name, value) in object {
        match fields.iter().find(|(known, _)| known == name) {
            None => findings.warn(place.path, format!("The \"{name}\" property {}", place.unknown)),
            Some((_, field)) => {
                if let Some(message) = field.misfit(value) {
                    findings.error(&format!("{}/{name}", place.path), message);
                }
            }
        }
    }
}

pub(super) fn require(object: &Map<String, Value>, names: &[&str], path: &str, findings: &mut Findings) {
    for name in names {
        if object.get(*name).is_none_or(Value::is_null) {
            findings.error(path, format!("Should have required property '{name}'"));
        }
    }
}

impl Field {
    /// What is wrong with a value.
    pub(super) fn misfit(self, value: &Value) -> Option<String> {
        let unless = |fits: bool, message: &str| (!fits).then(|| message.to_owned());
        match self {
            Self::Any => None,
            Self::Text => unless(value.is_string(), "Should be string"),
            Self::Flag => unless(value.is_boolean(), "Should be boolean"),
            Self::Number => unless(value.is_number(), "Should be number"),
            Self::List => unless(value.is_array(), "Should be array"),
            Self::Object => unless(value.is_object(), "Should be object"),
            Self::Integer(least, most) => match value.as_i64() {
                None => Some("Should be integer".into()),
                Some(number) if number < least => Some(format!("Should be >= {least}")),
                Some(number) if number > most => Some(format!("Should be <= {most}")),
                Some(_) => None,
            },
            Self::OneOf(values) => match value.as_str() {
                Some(text) if values.contains(&text) => None,
                _ => Some(format!("Should be equal to one of the allowed values: {}", values.join(", "))),
            },
            Self::Color => {
                let fits = value
                    .as_str()
                    .and_then(|text| text.strip_prefix('#'))
                    .is_some_and(|hex| matches!(hex.len(), 3 | 6) && hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
                unless(fits, "Should match pattern \"^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$\"")
            }
            Self::Period => {
                let fits = value
                    .as_i64()
                    .is_some_and(|period| matches!(period, 1 | 5 | 10 | 20 | 30) || (period >= 60 && period % 60 == 0));
                unless(fits, "Should be 1, 5, 10, 20, 30 or a multiple of 60")
            }
            Self::Statistic => {
                unless(value.as_str().is_some_and(super::super::alarm_rules::is_stat), "Should be a statistic")
            }
        }
    }
}
