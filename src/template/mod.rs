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

use cloudformation_template::{Document, Stack, refused};
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

/// Works out what a document declares. `name` is the file's, for places within it; properties alone are of the type `alone`.
///
/// # Errors
/// The document is neither a template nor properties, or its parameters refuse the values that `stack` gives them.
pub fn of_document(
    document: Document,
    name: &str,
    stack: &Stack,
    alone: ResourceType,
) -> Result<Declarations, ShapeError> {
    let Document { value: content, lines, remarks } = document.of_template();
    let mut place = SourcePlace { file: name.to_owned(), lines: Rc::new(lines), ..SourcePlace::default() };
    let whole = content.get("Resources").is_some();
    let template = if whole {
        let refused = refused(&content, stack);
        if !refused.is_empty() {
            return Err(ShapeError::Parameters(refused));
        }
        content
    } else {
        if !content.is_object() {
            return Err(ShapeError::NoTemplate);
        }
        alone_in_a_template(content, stack, alone, &mut place)
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

/// One resource, or its properties, in a template of its own.
fn alone_in_a_template(content: Value, stack: &Stack, alone: ResourceType, place: &mut SourcePlace) -> Value {
    // One resource, as it stands in a template, is understood too.
    let resource = if content.get("Type").is_some() && content.get("Properties").is_some() {
        content
    } else {
        place.not_there = "Properties";
        json!({ "Type": alone.to_string(), "Properties": content })
    };
    let logical_id = stack.logical_id.as_deref().unwrap_or(ALONE);
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
            logical_id: None,
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
