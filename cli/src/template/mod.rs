//! A file with declarations: a CloudFormation template, or the properties of one resource alone.
//!
//! Reads it and works out what its custom resources declare. Whether that is right is the provider's library to say, but for what
//! CloudFormation itself refuses before a provider hears of it.

#[cfg(test)]
mod bad_input;
mod declarations;
mod dependencies;
mod natives;
mod parameters;
mod place;
mod placeholder;
mod references;
mod refusals;
mod remarks;
mod repeated;
mod resolve;
mod scalar;
mod stack;
mod text;

use std::io::Read;
use std::path::Path;
use std::rc::Rc;
use std::sync::OnceLock;
use std::{fs, io};

use monitored_endpoint::envelope::ResourceType;
use serde_json::{Value, json};
use thiserror::Error;

use declarations::declarations;
pub(crate) use declarations::{Declarations, Declared, Policies};
pub(crate) use natives::{Beside, NativeEndpoint};
pub(crate) use place::Place;
pub(crate) use placeholder::Open;
pub(crate) use stack::Stack;
use text::{Document, TextError};

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
}

/// Where declarations come from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source<'s> {
    File(&'s Path),
    Stdin,
    /// Properties that the program brings along.
    Sample(&'s str),
}

impl<'s> Source<'s> {
    /// What a command line means: `-` is standard input.
    pub(crate) fn named(path: &'s Path) -> Self {
        if path == Path::new("-") { Self::Stdin } else { Self::File(path) }
    }

    pub(crate) fn name(self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Stdin => "stdin".to_owned(),
            Self::Sample(_) => "the sample".to_owned(),
        }
    }

    fn document(self) -> Result<Document, ReadError> {
        let text = match self {
            Self::File(path) => fs::read_to_string(path),
            Self::Stdin => stdin(),
            Self::Sample(text) => Ok(text.to_owned()),
        };
        let text = text.map_err(|error| ReadError::File { path: self.name(), error })?;
        text::read(&text).map_err(|error| ReadError::Text { path: self.name(), error })
    }
}

/// Standard input gives its text once, and a command may name it twice (`plan - --old -`).
fn stdin() -> io::Result<String> {
    static TEXT: OnceLock<String> = OnceLock::new();
    if let Some(text) = TEXT.get() {
        return Ok(text.clone());
    }
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    Ok(TEXT.get_or_init(|| text).clone())
}

/// Reads JSON or YAML without working anything out.
pub(crate) fn read_values(path: &Path) -> Result<Value, ReadError> {
    Source::named(path).document().map(|document| document.value)
}

/// Reads declarations. Properties alone are of the type `alone`.
pub(crate) fn read(source: Source<'_>, stack: &Stack, alone: ResourceType) -> Result<Declarations, ReadError> {
    let name = source.name();
    let Document { value: content, lines, remarks } = source.document()?.of_template();
    let shape = |message: String| ReadError::Shape { path: name.clone(), message };
    let mut place = Place { file: name.clone(), lines: Rc::new(lines), ..Place::default() };
    let whole = content.get("Resources").is_some();
    let template = if whole {
        let refused = parameters::refused(&content, stack);
        if !refused.is_empty() {
            return Err(shape(refused.join(&format!("\n{name}: "))));
        }
        content
    } else {
        if !content.is_object() {
            return Err(shape(
                "neither a template (an object with Resources) nor the properties of a resource".to_owned(),
            ));
        }
        // One resource, as it stands in a template, is understood too.
        let resource = if content.get("Type").is_some() && content.get("Properties").is_some() {
            content
        } else {
            place.not_there = "Properties";
            json!({ "Type": alone.to_string(), "Properties": content })
        };
        let logical_id = stack.logical_id.as_deref().unwrap_or(ALONE);
        json!({ "Resources": { logical_id: resource } })
    };
    let mut declarations = declarations(&template, stack, whole, &place);
    let of_interest = |path: &Option<String>| match path {
        Some(path) => !whole || declarations.resources.iter().any(|one| path.starts_with(&one.place.before)),
        None => true,
    };
    let remarks = remarks.into_iter().filter(|remark| of_interest(&remark.path));
    let remarks: Vec<String> = remarks.map(|remark| format!("{name}:{}: {}", remark.line, remark.message)).collect();
    declarations.notes.splice(0..0, remarks);
    Ok(declarations)
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
            values: [].into(),
            logical_id: None,
        }
    }

    fn of(template: &str) -> Declarations {
        declarations(&text::read(template).unwrap().value, &stack(), true, &Place::default())
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
        let config = beside.endpoint_config.as_ref().map(|config| &config.properties);
        assert_eq!(config, Some(&json!({"ProductionVariants": [{"VariantName": "v"}]})));
        assert_eq!(beside.components, [json!({"EndpointName": "e", "InferenceComponentName": "llama"})]);
    }
}
