//! What the guardrail finds, with the fix as a snippet in the template's own notation.

use std::fmt::Write;

use serde_json::{Value, json};

use super::ServiceToken;
use crate::envelope::ResourceType;
use crate::template::{ENDPOINT, ENDPOINT_CONFIG};

/// Which rule isn't kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rule {
    /// A declaration of this provider's that the provider or CloudFormation will refuse.
    Accepted,
    /// Enhanced metrics are on in every endpoint config whose endpoint has instances.
    EnhancedMetrics,
    /// Every endpoint is monitored.
    Monitored,
}

impl Rule {
    /// Its name in annotations.
    #[must_use]
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "declaration-accepted",
            Self::EnhancedMetrics => "enhanced-metrics",
            Self::Monitored => "endpoint-monitored",
        }
    }

    /// How much it matters, in the words of annotations: what is refused is a deployment that fails, the others are blind spots.
    #[must_use]
    pub(super) const fn severity(self) -> &'static str {
        match self {
            Self::Accepted => "HIGH",
            Self::EnhancedMetrics | Self::Monitored => "MEDIUM",
        }
    }
}

/// One rule that one resource doesn't keep.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Finding {
    /// The resource's name in the template.
    pub logical_id: String,
    /// The rule.
    pub rule: Rule,
    /// What is wrong, in a sentence or two.
    pub message: String,
    /// What to write, where that follows from the rule alone.
    pub fix: Option<Fix>,
}

/// What to write into a template.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fix {
    /// What it does: `Add`.
    pub advice: &'static str,
    /// Resources, or parts of them, each by its logical id.
    pub resources: Value,
}

impl Finding {
    /// Enhanced metrics switched on.
    pub(super) fn enhanced_metrics(logical_id: &str, is_off: bool) -> Self {
        let state = if is_off { "are switched off" } else { "are off by default" };
        let message = format!(
            "{ENDPOINT_CONFIG} without enhanced metrics: they {state}, so nothing says which GPUs a model holds or what it \
             costs"
        );
        let metrics = json!({ "EnableEnhancedMetrics": true, "MetricPublishFrequencyInSeconds": 60 });
        let resources = json!({ logical_id: { "Properties": { "MetricsConfig": metrics } } });
        let fix = Fix { advice: "Switch them on", resources };
        Self { logical_id: logical_id.to_owned(), rule: Rule::EnhancedMetrics, message, fix: Some(fix) }
    }

    /// Monitoring of the endpoint in its template, made under the same `condition`.
    pub(super) fn monitored(logical_id: &str, condition: Option<&Value>, token: &ServiceToken) -> Self {
        let (monitors, owns_config) = (ResourceType::EndpointMonitoring, ResourceType::MonitoredEndpointConfig);
        let message = format!(
            "{ENDPOINT} without monitoring: no {monitors} of this template names it, and its config is no {owns_config}"
        );
        let mut monitoring = json!({
            "Type": monitors.name(),
            "Properties": {
                "ServiceToken": { "Fn::ImportValue": token.0 },
                "EndpointName": { "Fn::GetAtt": [logical_id, "EndpointName"] },
            },
        });
        if let Some(condition) = condition {
            monitoring["Condition"] = condition.clone();
        }
        let resources = json!({ format!("{logical_id}Monitoring"): monitoring });
        let fix = Fix { advice: "Add", resources };
        Self { logical_id: logical_id.to_owned(), rule: Rule::Monitored, message, fix: Some(fix) }
    }

    /// A declaration that will be refused, with all that is wrong with it.
    pub(super) fn refused(logical_id: &str, what: &str, reason: &str) -> Self {
        let message = format!("{what} that will be refused. {reason}");
        Self { logical_id: logical_id.to_owned(), rule: Rule::Accepted, message, fix: None }
    }

    /// The fix as text.
    #[must_use]
    pub(super) fn snippet(&self, as_json: bool) -> Option<String> {
        let fix = &self.fix.as_ref()?.resources;
        let json = || serde_json::to_string_pretty(fix).unwrap_or_default();
        Some(if as_json { json() } else { yaml(fix) })
    }
}

/// A snippet in YAML: objects in blocks, everything else in its JSON form, which is YAML too.
fn yaml(value: &Value) -> String {
    let mut text = String::new();
    block(value, 0, &mut text);
    text.trim_end().to_owned()
}

fn block(value: &Value, depth: usize, text: &mut String) {
    let mut members: Vec<(&String, &Value)> = value.as_object().into_iter().flatten().collect();
    // As templates are written: what it is first.
    members.sort_by_key(|(name, _)| *name != "Type");
    for (name, member) in members {
        let indent = "  ".repeat(depth);
        // Writing to a String can't fail.
        let _ = match (member, short(member)) {
            (_, Some(short)) => writeln!(text, "{indent}{name}: {short}"),
            (Value::Object(_), None) => writeln!(text, "{indent}{name}:"),
            (Value::String(plain), None) => writeln!(text, "{indent}{name}: {plain}"),
            (other, None) => writeln!(text, "{indent}{name}: {other}"),
        };
        if member.is_object() && short(member).is_none() {
            block(member, depth + 1, text);
        }
    }
}

/// The short form of a function: `!GetAtt Endpoint.EndpointName`.
fn short(value: &Value) -> Option<String> {
    let (name, argument) = value.as_object().filter(|members| members.len() == 1)?.iter().next()?;
    let function = name.strip_prefix("Fn::")?;
    match argument {
        Value::String(text) => Some(format!("!{function} {text}")),
        Value::Array(parts) => {
            let parts: Option<Vec<&str>> = parts.iter().map(Value::as_str).collect();
            Some(format!("!{function} {}", parts?.join(".")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use cloudformation_template::read;

    use super::*;

    #[test]
    fn a_snippet_reads_back_as_what_it_says_in_both_notations() {
        let token = ServiceToken::default();
        for finding in [Finding::monitored("Chat", None, &token), Finding::enhanced_metrics("Config", true)] {
            let [yaml, json] = [false, true].map(|as_json| read(&finding.snippet(as_json).unwrap()).unwrap().value);
            assert_eq!(yaml, json);
        }
        let snippet = Finding::monitored("Chat", None, &token).snippet(false).unwrap();
        assert_eq!(
            snippet,
            "ChatMonitoring:\n  Type: Custom::EndpointMonitoring\n  Properties:\n    EndpointName: !GetAtt Chat.EndpointName\n    \
             ServiceToken: !ImportValue monitored-endpoint-ServiceToken"
        );
    }
}
