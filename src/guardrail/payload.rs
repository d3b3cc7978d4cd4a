//! The template that a stack's or a change set's event points to, and in a change set what becomes of its resources.
//!
//! A stack's payload is the template as it was given: no parameter's value comes with it. A change set's payload also has the
//! properties that its changed resources will have, with parameters and conditions worked out; what only the deployment knows is a mark in
//! them. So a change set is read as its template with every value put in that depends on no other resource.
//!
//! <https://docs.aws.amazon.com/cloudformation-cli/latest/hooks-userguide/lambda-hooks-create-lambda-function.html>, "Evaluating stack
//! operations" and "Evaluating change set operations".

use std::collections::BTreeSet;

use cloudformation_template::{Branches, Document, TextError, as_sent, read_value, references};
use serde_json::{Map, Value, json};
use thiserror::Error;

use super::event::member;
use crate::envelope::ResourceType;
use crate::template::ENDPOINT;

/// How a change set writes what only the deployment knows
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html>).
const UNKNOWN: &str = "{{changeSet:";

/// A template, as far as its payload says it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Template {
    /// In the long form of every function.
    pub value: Value,
    /// Whether it was written as JSON, as what is suggested for it then is.
    pub is_json: bool,
}

/// Why a payload gives no template.
#[derive(Debug, Error)]
pub(super) enum PayloadError {
    /// It isn't what the hooks' guide shows.
    #[error("the payload is not JSON with a template")]
    Shape,
    /// The template can't be read.
    #[error("the template can't be read: {0}")]
    Template(#[from] TextError),
}

/// Whether a template's text can be about endpoints at all. An escape may hide a name, so a text with one may be.
#[must_use]
pub(super) fn concerns_endpoints(text: &str) -> bool {
    [ENDPOINT, "Custom::", "custom::", "\\u", "\\x"].iter().any(|mark| text.contains(mark))
}

/// Whether a text certainly is about them. Of one that only might be, a reader that fails stops nobody's stack.
fn names_endpoints(text: &str) -> bool {
    text.contains(ENDPOINT) || ResourceType::ALL.iter().any(|(name, _)| text.contains(name))
}

/// Reads a payload; nothing where its template is empty, or isn't about endpoints.
///
/// # Errors
/// Where there is no template in it that can be read.
pub(super) fn template(payload: &Value) -> Result<Option<Template>, PayloadError> {
    if !payload.is_object() {
        return Err(PayloadError::Shape);
    }
    let text = match member(payload, "template") {
        Some(Value::String(text)) => text.as_str(),
        None | Some(Value::Null) => "",
        Some(_) => return Err(PayloadError::Shape),
    };
    let changes: Vec<&Value> =
        member(payload, "changedResources").and_then(Value::as_array).into_iter().flatten().collect();
    // What a macro or a loop makes stands among the changes only.
    let of_interest =
        |change: &&Value| member(change, "resourceType").and_then(Value::as_str).is_some_and(concerns_endpoints);
    if text.trim().is_empty() || !concerns_endpoints(text) && !changes.iter().any(of_interest) {
        return Ok(None);
    }
    let mut value = match read_value(text) {
        Ok(value) => Document { value, ..Document::default() }.of_template().value,
        Err(_) if !names_endpoints(text) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut kept = kept(&value);
    for change in changes {
        apply(&mut value, change, &mut kept);
    }
    Ok(Some(Template { value, is_json: text.trim_start().starts_with('{') }))
}

/// Puts the properties that a change leads to into the template, and its name among the `kept` where the template doesn't have it.
fn apply(template: &mut Value, change: &Value, kept: &mut BTreeSet<String>) {
    let text = |name: &str| member(change, name).and_then(Value::as_str);
    let Some((id, context)) = text("logicalResourceId").zip(text("afterContext")) else { return };
    let context = serde_json::from_str::<Value>(context).map(as_sent).unwrap_or_default();
    let Some(after) = context.get("Properties") else { return };
    let Some(resources) = template.get_mut("Resources").and_then(Value::as_object_mut) else { return };
    if let Some(resource) = resources.get_mut(id) {
        let declared = resource.get("Properties").cloned().unwrap_or_else(|| json!({}));
        resource["Properties"] = merged(&declared, after, kept);
        // It changes, so it is there.
        resource.as_object_mut().map(|members| members.remove("Condition"));
    } else {
        kept.insert(id.to_owned());
        resources.insert(id.to_owned(), json!({ "Type": text("resourceType"), "Properties": after }));
    }
}

/// The names whose references stay references: of resources, since a value in their place would hide which belong together, and of
/// parameters under `NoEcho`, whose values have to stay out of every answer.
fn kept(template: &Value) -> BTreeSet<String> {
    let section = |name: &str| template.get(name).and_then(Value::as_object).into_iter().flatten();
    let is_secret = |parameter: &Value| parameter.get("NoEcho").and_then(Value::as_str) != Some("false");
    let secret = section("Parameters").filter(|(_, one)| one.get("NoEcho").is_some() && is_secret(one));
    section("Resources").chain(secret).map(|(name, _)| name.clone()).collect()
}

/// `declared` with the values of `after`, but for what is unknown there and for what refers to a name that is kept.
fn merged(declared: &Value, after: &Value, kept: &BTreeSet<String>) -> Value {
    match (declared, after) {
        (_, Value::String(text)) if text.contains(UNKNOWN) => declared.clone(),
        (declared, _) if is_function(declared) => {
            let refers = references(declared, "", Branches::All).iter().any(|one| kept.contains(&one.name));
            if refers { declared.clone() } else { after.clone() }
        }
        (Value::Object(declared), Value::Object(after)) => {
            let mut members: Map<String, Value> = after.clone();
            for (name, value) in declared {
                let merged = after.get(name).map_or_else(|| value.clone(), |after| merged(value, after, kept));
                members.insert(name.clone(), merged);
            }
            Value::Object(members)
        }
        (Value::Array(declared), Value::Array(after)) if declared.len() == after.len() => {
            declared.iter().zip(after).map(|(declared, after)| merged(declared, after, kept)).collect()
        }
        (_, after) => after.clone(),
    }
}

fn is_function(value: &Value) -> bool {
    let only = value.as_object().filter(|members| members.len() == 1).and_then(|members| members.keys().next());
    only.is_some_and(|name| name == "Ref" || name.starts_with("Fn::"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "
Parameters: { Every: { Type: Number } }
Resources:
  Config:
    Type: AWS::SageMaker::EndpointConfig
    Properties: { MetricsConfig: { EnableEnhancedMetrics: true, MetricPublishFrequencyInSeconds: !Ref Every } }
  Endpoint:
    Type: AWS::SageMaker::Endpoint
    Properties: { EndpointConfigName: !GetAtt Config.EndpointConfigName }
";

    fn change(id: &str, kind: &str, properties: &Value) -> Value {
        let context = json!({ "Properties": properties }).to_string();
        json!({"logicalResourceId": id, "resourceType": kind, "action": "CREATE", "afterContext": context})
    }

    fn read_with(changes: &[Value]) -> Value {
        let payload = json!({"template": TEMPLATE, "changedResources": changes});
        template(&payload).unwrap().unwrap().value
    }

    #[test]
    fn a_change_set_s_values_take_the_place_of_parameters_and_not_of_references() {
        let config = json!({"MetricsConfig": {"EnableEnhancedMetrics": "true", "MetricPublishFrequencyInSeconds": 10}});
        let endpoint = json!({"EndpointConfigName": "config-1a2b"});
        let read = read_with(&[
            change("Config", "AWS::SageMaker::EndpointConfig", &config),
            change("Endpoint", "AWS::SageMaker::Endpoint", &endpoint),
        ]);
        let every = read.pointer("/Resources/Config/Properties/MetricsConfig/MetricPublishFrequencyInSeconds");
        assert_eq!(every, Some(&json!("10")));
        let of = read.pointer("/Resources/Endpoint/Properties/EndpointConfigName");
        assert_eq!(of, Some(&json!({"Fn::GetAtt": ["Config", "EndpointConfigName"]})));
    }

    #[test]
    fn what_is_known_after_the_deployment_stays_an_expression() {
        let unknown = json!({"MetricsConfig": {"MetricPublishFrequencyInSeconds": "{{changeSet:KNOWN_AFTER_APPLY}}"}});
        let read = read_with(&[change("Config", "AWS::SageMaker::EndpointConfig", &unknown)]);
        let every = read.pointer("/Resources/Config/Properties/MetricsConfig/MetricPublishFrequencyInSeconds");
        assert_eq!(every, Some(&json!({"Ref": "Every"})));
    }

    #[test]
    fn a_value_under_no_echo_never_takes_its_parameter_s_place() {
        let text = TEMPLATE.replace("{ Type: Number }", "{ Type: Number, NoEcho: true }");
        let secret = json!({"MetricsConfig": {"MetricPublishFrequencyInSeconds": "8472"}});
        let changes = [change("Config", "AWS::SageMaker::EndpointConfig", &secret)];
        let read = template(&json!({"template": text, "changedResources": changes})).unwrap().unwrap().value;
        assert!(!read.to_string().contains("8472"), "{read}");
    }

    #[test]
    fn what_a_macro_made_stands_among_the_changes() {
        let read = read_with(&[change("Made", "AWS::SageMaker::EndpointConfig", &json!({"A": "b"}))]);
        assert_eq!(
            read["Resources"]["Made"],
            json!({"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"A": "b"}})
        );
    }

    #[test]
    fn a_template_about_something_else_isn_t_read_and_an_empty_one_is_a_deletion_s() {
        let of_others = "Resources: { A: { Type: Custom::SetKey } } ]";
        for text in ["Resources: { Topic: { Type: AWS::SNS::Topic } } ]", of_others, "", " "] {
            assert_eq!(template(&json!({ "template": text })).unwrap(), None, "{text}");
        }
        assert!(template(&json!({"template": "Resources: { A: { Type: AWS::SageMaker::Endpoint } ]"})).is_err());
        assert!(template(&json!("text")).is_err() && template(&json!({"template": 5})).is_err());
    }
}
