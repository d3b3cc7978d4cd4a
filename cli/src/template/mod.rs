//! A file with declarations: a CloudFormation template, or the properties of one resource alone.
//!
//! Reads it and works out what its custom resources declare. Judging that is none of this module's business.

#[cfg(test)]
mod bad_input;
mod placeholder;
mod resolve;
mod surroundings;
mod text;

use std::path::Path;
use std::{fs, io};

use monitored_endpoint::envelope::ResourceType;
use serde_json::{Map, Value, json};
use thiserror::Error;

pub(crate) use placeholder::Open;
use resolve::Resolver;
pub(crate) use resolve::TemplateError;
pub(crate) use surroundings::Stack;
use text::TextError;

/// What properties alone belong to.
const ALONE: &str = "Config";

/// Why a file gives no declarations.
#[derive(Debug, Error)]
pub(crate) enum ReadError {
    /// It can't be read.
    #[error("{path}: {error}")]
    File { path: String, error: io::Error },
    /// It is neither YAML nor JSON.
    #[error("{path}: {error}")]
    Text { path: String, error: TextError },
    /// It isn't a template.
    #[error("{path}: {message}")]
    Shape { path: String, message: String },
    /// CloudFormation would refuse it.
    #[error("{path}: {error}")]
    Template { path: String, error: TemplateError },
}

/// A resource of ours, as its template declares it.
#[derive(Clone, Debug)]
pub(crate) struct Declared {
    /// Its name in the template.
    pub(crate) logical_id: String,
    pub(crate) resource_type: ResourceType,
    /// As CloudFormation would send them, with placeholders for what only a deployment knows.
    pub(crate) properties: Value,
    /// Where the placeholders stand.
    pub(crate) open: Vec<Open>,
    /// What the same template says of the endpoint beside it.
    pub(crate) beside: Beside,
}

/// What a template says of an endpoint in other resources.
#[derive(Clone, Debug, Default)]
pub(crate) struct Beside {
    /// The members of a native `AWS::SageMaker::EndpointConfig` that the endpoint is on.
    pub(crate) endpoint_config: Option<Value>,
    /// The inference components that are placed on the endpoint.
    pub(crate) components: Vec<Value>,
}

/// The declarations of a file.
#[derive(Clone, Debug)]
pub(crate) struct Declarations {
    pub(crate) resources: Vec<Declared>,
    /// What was taken for granted, and what isn't read.
    pub(crate) notes: Vec<String>,
}

/// Reads JSON or YAML without working anything out.
pub(crate) fn read_values(path: &Path) -> Result<Value, ReadError> {
    let name = || path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| ReadError::File { path: name(), error })?;
    text::read(&text).map_err(|error| ReadError::Text { path: name(), error })
}

/// Where declarations come from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source<'s> {
    File(&'s Path),
    /// Properties that the program brings along.
    Sample(&'s str),
}

impl Source<'_> {
    pub(crate) fn name(self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Sample(_) => "the sample".to_owned(),
        }
    }

    fn values(self) -> Result<Value, ReadError> {
        match self {
            Self::File(path) => read_values(path),
            Self::Sample(text) => text::read(text).map_err(|error| ReadError::Text { path: self.name(), error }),
        }
    }
}

/// Reads declarations. Properties alone are of the type `alone`.
pub(crate) fn read(source: Source<'_>, stack: &Stack, alone: ResourceType) -> Result<Declarations, ReadError> {
    let name = source.name();
    let content = source.values()?;
    let shape = |message: &str| ReadError::Shape { path: name.clone(), message: message.to_owned() };
    let whole = content.get("Resources").is_some();
    let template = if whole {
        if let Some(message) = refused_parameter(&content, stack) {
            return Err(shape(&message));
        }
        content
    } else {
        if !content.is_object() {
            return Err(shape("neither a template (an object with Resources) nor the properties of a resource"));
        }
        let kind = alone.to_string();
        // One resource, as it stands in a template, is understood too.
        let resource = match (content.get("Type"), content.get("Properties")) {
            (Some(_), Some(_)) => content,
            _ => json!({ "Type": kind, "Properties": content }),
        };
        json!({ "Resources": { ALONE: resource } })
    };
    declarations(&template, stack, whole).map_err(|error| ReadError::Template { path: name, error })
}

fn declarations(template: &Value, stack: &Stack, whole: bool) -> Result<Declarations, TemplateError> {
    let resolver = Resolver::new(template, stack, whole);
    let empty = Map::new();
    let resources = template.get("Resources").and_then(Value::as_object).unwrap_or(&empty);
    let mut found = Vec::new();
    for (logical_id, resource) in resources {
        let Some(resource_type) = resource.get("Type").and_then(Value::as_str).and_then(ours) else { continue };
        if !is_made(&resolver, logical_id, resource)? {
            continue;
        }
        // As the provider names them, so that its problems can be found again.
        let path = format!("Resources.{logical_id}.Properties");
        let properties =
            resource.get("Properties").map_or(Ok(None), |properties| resolver.resolve(properties, &path))?;
        let mut properties = properties.unwrap_or_else(|| json!({}));
        if let Some(members) = properties.as_object_mut() {
            members.entry("ServiceToken").or_insert_with(|| "the provider's ARN".into());
        }
        let open = resolver.placeholders.all_in(&properties, "Properties");
        let beside = beside(&resolver, resources, properties.get("EndpointName"));
        found.push(Declared { logical_id: logical_id.clone(), resource_type, properties, open, beside });
    }
    let assumed = resolver.assumed_true();
    let notes = assumed.iter().map(|condition| {
        format!("condition {condition} depends on what only a deployment knows, and is taken to hold")
    });
    let loops = resources.keys().filter(|name| name.starts_with("Fn::"));
    let notes =
        notes.chain(loops.map(|name| format!("{name} isn't expanded: resources that it makes aren't looked at")));
    Ok(Declarations { resources: found, notes: notes.collect() })
}

/// A parameter's value that CloudFormation would refuse, in words.
fn refused_parameter(template: &Value, stack: &Stack) -> Option<String> {
    stack.parameters.iter().find_map(|(name, value)| {
        let Some(parameter) = template.get("Parameters").and_then(|all| all.get(name)) else {
            return Some(format!("it has no parameter {name}, which --parameter gives"));
        };
        let allowed = parameter.get("AllowedValues")?.as_array()?;
        let allowed: Vec<&str> = allowed.iter().filter_map(Value::as_str).collect();
        let refusal = || format!("{value:?} is not allowed for parameter {name}; use one of {}", allowed.join(", "));
        (!allowed.contains(&value.as_str())).then(refusal)
    })
}

fn ours(name: &str) -> Option<ResourceType> {
    ResourceType::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, kind)| kind)
}

fn is_made(resolver: &Resolver<'_>, logical_id: &str, resource: &Value) -> Result<bool, TemplateError> {
    match resource.get("Condition").and_then(Value::as_str) {
        Some(condition) => resolver.holds_or_may(condition, &format!("Resources.{logical_id}.Condition")),
        None => Ok(true),
    }
}

/// What other resources say of the endpoint. They are SageMaker's to judge, so what can't be read is passed over.
fn beside(resolver: &Resolver<'_>, resources: &Map<String, Value>, endpoint: Option<&Value>) -> Beside {
    let Some(endpoint) = endpoint else { return Beside::default() };
    let of_type = |kind: &'static str| {
        resources.iter().filter(move |(_, resource)| resource.get("Type").and_then(Value::as_str) == Some(kind))
    };
    let properties = |logical_id: &str, resource: &Value| {
        let path = format!("Resources.{logical_id}.Properties");
        resolver.resolve(resource.get("Properties")?, &path).ok().flatten()
    };
    let refers_to_ours = |reference: Option<&Value>| {
        let text = reference.map(Value::to_string).unwrap_or_default();
        let ours = resources.iter().filter(|(_, one)| one.get("Type").and_then(Value::as_str).and_then(ours).is_some());
        ours.map(|(name, _)| name).any(|name| text.contains(name.as_str()))
    };
    let components = of_type("AWS::SageMaker::InferenceComponent").filter_map(|(id, resource)| {
        let raw = resource.get("Properties")?.get("EndpointName");
        let component = properties(id, resource)?;
        // Beside one endpoint a reference to a resource of ours can only mean this one.
        (component.get("EndpointName") == Some(endpoint) || refers_to_ours(raw)).then_some(component)
    });
    let components = components.collect();
    let on_endpoint = of_type("AWS::SageMaker::Endpoint").find_map(|(id, resource)| {
        (properties(id, resource)?.get("EndpointName") == Some(endpoint)).then_some(resource)
    });
    let endpoint_config = on_endpoint.and_then(|resource| {
        let reference = resource.get("Properties")?.get("EndpointConfigName")?.to_string();
        let native = of_type("AWS::SageMaker::EndpointConfig").find(|(id, _)| reference.contains(&format!("\"{id}\"")));
        native.and_then(|(id, resource)| properties(id, resource))
    });
    Beside { endpoint_config, components }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack() -> Stack {
        Stack {
            region: "us-east-1".to_owned(),
            account: "123456789012".to_owned(),
            name: "s".to_owned(),
            parameters: [].into(),
        }
    }

    fn of(template: &str) -> Declarations {
        declarations(&text::read(template).unwrap(), &stack(), true).unwrap()
    }

    #[test]
    fn only_our_resources_are_found_and_only_those_that_are_made() {
        let found = of(r"
Parameters: { Env: { Type: String, Default: test } }
Conditions: { Prod: !Equals [!Ref Env, prod] }
Resources:
  A: { Type: Custom::EndpointMonitoring, Properties: { EndpointName: a } }
  B: { Type: Custom::EndpointMonitoring, Condition: Prod, Properties: { EndpointName: b } }
  C: { Type: AWS::SNS::Topic }
");
        let names: Vec<&str> = found.resources.iter().map(|declared| declared.logical_id.as_str()).collect();
        assert_eq!(names, ["A"]);
    }

    #[test]
    fn what_other_resources_say_of_the_endpoint_is_known() {
        let found = of(r"
Resources:
  Native: { Type: AWS::SageMaker::EndpointConfig, Properties: { ProductionVariants: [{ VariantName: v }] } }
  Endpoint: { Type: AWS::SageMaker::Endpoint, Properties: { EndpointName: e, EndpointConfigName: !GetAtt Native.EndpointConfigName } }
  Llama: { Type: AWS::SageMaker::InferenceComponent, Properties: { EndpointName: !GetAtt Endpoint.EndpointName, InferenceComponentName: llama } }
  Other: { Type: AWS::SageMaker::InferenceComponent, Properties: { EndpointName: f, InferenceComponentName: other } }
  Watch: { Type: Custom::EndpointMonitoring, Properties: { EndpointName: !GetAtt Endpoint.EndpointName } }
");
        let beside = &found.resources[0].beside;
        assert_eq!(beside.endpoint_config, Some(json!({"ProductionVariants": [{"VariantName": "v"}]})));
        assert_eq!(beside.components, [json!({"EndpointName": "e", "InferenceComponentName": "llama"})]);
    }
}
