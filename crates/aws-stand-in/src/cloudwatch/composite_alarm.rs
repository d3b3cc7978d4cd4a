//! Composite alarms, as far as their rule names alarms that exist.
//! The rule's logic isn't read: nothing is evaluated here.

use crate::cloudwatch::Context;
use serde_json::Value;

use super::{alarm, alarm_arn, invalid};
use crate::error::ServiceError;

/// The alarms that a rule names, by name or ARN: what stands in parentheses after `ALARM`, `OK` or
/// `INSUFFICIENT_DATA`.
pub(super) fn named(rule: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = rule;
    while let Some(open) = rest.find('(') {
        let before = rest[..open].trim_end();
        rest = &rest[open + 1..];
        if !["ALARM", "OK", "INSUFFICIENT_DATA"].iter().any(|state| before.ends_with(state)) {
            continue;
        }
        let inner = rest.trim_start();
        let name = match inner.strip_prefix('"').and_then(|quoted| quoted.split_once('"')) {
            Some((name, _)) => name,
            None => inner.split(')').next().unwrap_or_default().trim(),
        };
        names.push(name.to_owned());
    }
    names
}

pub(super) fn put(context: &mut Context<'_>, request: &Value) -> Result<Value, ServiceError> {
    let rule = request["AlarmRule"].as_str().unwrap_or_default();
    let named = named(rule);
    if named.is_empty() && !["TRUE", "FALSE"].iter().any(|word| rule.to_uppercase().contains(word)) {
        return Err(invalid(format!("AlarmRule names no alarm: {rule}")));
    }
    let unknown: Vec<_> = named
        .into_iter()
        .filter(|name| {
            !context.state.alarms.values().any(|alarm| {
                let own = alarm.name();
                own == name || alarm_arn(context.config, own) == *name
            })
        })
        .collect();
    if !unknown.is_empty() {
        return Err(invalid(format!(
            "Could not save the composite alarm as alarms [{}] in the alarm rule do not exist",
            unknown.join(", ")
        )));
    }
    alarm::store(context, alarm::Kind::Composite, request, "INSUFFICIENT_DATA")
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn rules_name_alarms_in_every_spelling() {
        assert_eq!(named("ALARM(a) AND (NOT OK(\"b (1)\") OR INSUFFICIENT_DATA( c ))"), ["a", "b (1)", "c"]);
        assert!(named("TRUE").is_empty());
    }
}
