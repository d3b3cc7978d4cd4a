//! What `Ref` and `Fn::GetAtt` give: parameters, and what other resources say of themselves.

use serde_json::{Value, json};

use super::{Resolved, Resolver, Stack, TemplateError, Unknown, did_you_mean, error, parts, text};

impl Resolver<'_> {
    pub(super) fn reference(&self, name: &str, path: &str) -> Resolved {
        if name == "AWS::NoValue" {
            return Ok(None);
        }
        if let Some(value) = self.stack.pseudo_parameter(name) {
            return Ok(Some(value));
        }
        if let Some(parameter) = self.section("Parameters", name) {
            return Ok(Some(self.parameter(name, parameter)));
        }
        if let Some(resource) = self.section("Resources", name) {
            return Ok(Some(self.of_resource(name, resource, None)));
        }
        if let Some(given) = self.stack.parameters.get(name) {
            return Ok(Some(given.as_str().into()));
        }
        if self.is_complete() {
            let similar = did_you_mean(name, self.names());
            return Err(error(path, &format!("the template has no parameter or resource {name}{similar}")));
        }
        Ok(Some(self.stand_in(name, format!("Ref {name}"))))
    }

    pub(super) fn parameter(&self, name: &str, parameter: &Value) -> Value {
        let kind = parameter.get("Type").and_then(Value::as_str).unwrap_or_default();
        let given = self.stack.parameters.get(name).map(String::as_str);
        // The default of such a parameter is the name of what Systems Manager is to be asked for.
        let looked_up = kind.starts_with("AWS::SSM::Parameter::Value");
        let value = given.or_else(|| if looked_up { None } else { parameter.get("Default")?.as_str() });
        let is_list = kind.starts_with("List<") || kind == "CommaDelimitedList" || kind.contains("Value<List<");
        match value {
            Some(value) if is_list => value.split(',').map(str::trim).collect(),
            Some(value) => value.into(),
            None => {
                let text = self.placeholders.text(name, Unknown::Parameter(name.to_owned()));
                let text = if name.ends_with("Arn") { self.arn("unknown", &text) } else { text };
                if is_list { json!([text]) } else { text.into() }
            }
        }
    }

    /// What a resource's own declaration says of itself; otherwise a placeholder, of an ARN's form where it is one.
    pub(super) fn of_resource(&self, name: &str, resource: &Value, attribute: Option<&str>) -> Value {
        let kind = resource.get("Type").and_then(Value::as_str).unwrap_or_default();
        let property = match (attribute, kind) {
            (Some(attribute), _) => Some(attribute),
            (None, "AWS::SageMaker::Model") => Some("ModelName"),
            (None, _) => None,
        };
        let declared = property.and_then(|property| resource.get("Properties")?.get(property));
        if let Some(declared) = declared {
            let resolved = self
                .once(&format!("Resources.{name}"), || self.resolve(declared, &format!("Resources.{name}.Properties")));
            if let Ok(Some(value)) = resolved {
                return value;
            }
        }
        let stands_for =
            attribute.map_or_else(|| format!("Ref {name}"), |attribute| format!("Fn::GetAtt {name}.{attribute}"));
        if let Some(given) = self.stack.values.get(&stands_for) {
            return given.as_str().into();
        }
        let text = self.placeholders.text(name, Unknown::Value(stands_for));
        let is_arn = match attribute {
            Some(attribute) => attribute.ends_with("Arn"),
            // Ref of these is an ARN, and they are what alarms and endpoints are given.
            None => matches!(
                kind,
                "AWS::SNS::Topic"
                    | "AWS::SageMaker::Endpoint"
                    | "AWS::SageMaker::EndpointConfig"
                    | "AWS::Lambda::Alias"
            ),
        };
        let service = kind.split("::").nth(1).unwrap_or("unknown").to_ascii_lowercase();
        if is_arn { self.arn(&service, &text) } else { text }.into()
    }

    pub(super) fn arn(&self, service: &str, name: &str) -> String {
        let Stack { region, account, .. } = self.stack;
        let partition = self.stack.partition();
        match service {
            "iam" => format!("arn:{partition}:iam::{account}:role/{name}"),
            _ => format!("arn:{partition}:{service}:{region}:{account}:{name}"),
        }
    }

    pub(super) fn attribute(&self, argument: &Value, path: &str) -> Result<Value, TemplateError> {
        let (resource, attribute) = if let Value::String(text) = argument {
            text.split_once('.').unwrap_or((text, ""))
        } else {
            let [resource, attribute] = parts(argument, "Fn::GetAtt", path)?;
            (text(resource, "Fn::GetAtt", path)?, text(attribute, "Fn::GetAtt", path)?)
        };
        match self.section("Resources", resource) {
            Some(found) => Ok(self.of_resource(resource, found, Some(attribute))),
            None if self.is_complete() => {
                let similar = did_you_mean(resource, self.names());
                Err(error(path, &format!("the template has no resource {resource}{similar}")))
            }
            None => Ok(self.stand_in(resource, format!("Fn::GetAtt {resource}.{attribute}"))),
        }
    }
}
