//! What a template's custom resources declare, as CloudFormation would send it.
//!
//! A text comes in, no file: who reads it is the command line, or the hook that CloudFormation calls. Whether a declaration is right is
//! said by [`crate::validation`], but for what CloudFormation itself refuses before a provider hears of it.

#[cfg(test)]
mod bad_input;
mod declarations;
mod natives;
mod place;
mod refusals;
mod remarks;

use std::rc::Rc;

use cloudformation_template::{Document, RefusedParameter, Stack, refused};
use serde_json::{Value, json};
use thiserror::Error;

use crate::envelope::ResourceType;
pub use declarations::{Declarations, DeclaredResource, Policies, declarations};
pub(crate) use natives::{ENDPOINT, ENDPOINT_CONFIG};
pub use natives::{NativeConfig, NativeEndpoint, RelatedResources};
pub use place::SourcePlace;

/// What properties alone belong to.
const ALONE: &str = "Config";

/// Why a text that can be read gives no declarations.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ShapeError {
    /// Values that its own parameters refuse, each in words.
    #[error("{}", .0.join("\n"))]
    Parameters(Vec<String>),
    /// It is no object.
    #[error("neither a template (an object with Resources) nor the properties of a resource")]
    NoTemplate,
}

/// What properties without a template around them are.
#[derive(Clone, Copy, Debug)]
pub struct Alone<'a> {
    /// Their type.
    pub resource_type: ResourceType,
    /// Their logical id, where it is known.
    pub logical_id: Option<&'a str>,
}

/// Works out what a document declares. `name` is the file's, for places within it.
///
/// # Errors
/// The document is neither a template nor properties, or its parameters refuse the values that `stack` gives them.
pub fn of_document(
    document: Document,
    name: &str,
    stack: &Stack,
    alone: Alone<'_>,
) -> Result<Declarations, ShapeError> {
    let Document { value: content, lines, remarks } = document.of_template();
    let mut place = SourcePlace { file: name.to_owned(), lines: Rc::new(lines), ..SourcePlace::default() };
    let whole = content.get("Resources").is_some();
    let template = if whole {
        let refused = refused(&content, stack);
        if !refused.is_empty() {
            return Err(ShapeError::Parameters(refused.into_iter().map(refusal).collect()));
        }
        content
    } else {
        if !content.is_object() {
            return Err(ShapeError::NoTemplate);
        }
        alone_in_a_template(content, alone, &mut place)
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

/// A refused value as the command line says it, whose `--parameter` gives it.
fn refusal(refused: RefusedParameter) -> String {
    match refused {
        RefusedParameter::Undeclared { name, similar } => {
            let similar = similar.map(|similar| format!("; did you mean {similar}?")).unwrap_or_default();
            format!("it has no parameter {name}, which --parameter gives{similar}")
        }
        other => other.to_string(),
    }
}

/// One resource, or its properties, in a template of its own.
fn alone_in_a_template(content: Value, alone: Alone<'_>, place: &mut SourcePlace) -> Value {
    // One resource, as it stands in a template, is understood too.
    let resource = if content.get("Type").is_some() && content.get("Properties").is_some() {
        content
    } else {
        place.not_there = "Properties";
        json!({ "Type": alone.resource_type.to_string(), "Properties": content })
    };
    let logical_id = alone.logical_id.unwrap_or(ALONE);
    json!({ "Resources": { logical_id: resource } })
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
        }
    }

    fn of(template: &str) -> Declarations {
        declarations(&cloudformation_template::read(template).unwrap().value, &stack(), true, &SourcePlace::default())
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
        let related = &found.resources[0].related;
        let config = related.endpoint_config.as_ref().map(|config| &config.properties);
        assert_eq!(config, Some(&json!({"ProductionVariants": [{"VariantName": "v"}]})));
        assert_eq!(related.components, [json!({"EndpointName": "e", "InferenceComponentName": "llama"})]);
    }
}
