//! The reference for editors: `docs/properties.schema.json`.
//!
//! Whatever a template may give in place of a value, an intrinsic function or a string, is allowed for it.

use std::collections::BTreeSet;

use monitored_endpoint::envelope::ResourceType;
use monitored_endpoint::properties::fleet::{MEMBERS_OF_FLEETS, OF_FLEETS, SHARED_WITH_FLEETS};
use monitored_endpoint::properties::reference::{
    ALARM, Absent, COMMON, MOST_DOLLARS, OF_CONFIGS, OF_DEPLOYMENTS, OF_MONITORING, Property, PropertyKind,
};
use serde_json::{Map, Value, json};

use super::shapes::Shape;

/// The whole schema.
pub(crate) fn schema(config: &[(String, Shape)], deployment: &[(String, Shape)]) -> Value {
    let mut definitions = Definitions::default();
    let mut resources = Vec::new();
    for (resource_type, kind) in ResourceType::ALL {
        let makes_config = kind.owns_config();
        let of_fleet = kind.watches_fleet();
        let mut properties = Map::new();
        let common = COMMON.iter().filter(|property| !of_fleet || SHARED_WITH_FLEETS.contains(&property.name));
        let own = common.chain(OF_CONFIGS.iter().filter(|_| makes_config));
        let own = own.chain(OF_FLEETS.iter().filter(|_| of_fleet));
        properties.extend(own.map(|property| (property.name.to_owned(), definitions.property(property))));
        let members = config.iter().filter(|(name, _)| {
            let shared = if of_fleet { MEMBERS_OF_FLEETS } else { OF_MONITORING };
            makes_config || shared.contains(&name.as_str())
        });
        let deploys = kind.owns_endpoint();
        let deployment = deployment.iter().filter(|(name, _)| deploys && OF_DEPLOYMENTS.contains(&name.as_str()));
        for (name, shape) in members.chain(deployment) {
            properties.insert(name.clone(), definitions.shape(shape));
        }
        let required = match kind {
            ResourceType::MonitoredEndpoint => json!(["ServiceToken", "ProductionVariants"]),
            ResourceType::MonitoredEndpointConfig => json!(["ServiceToken", "EndpointName", "ProductionVariants"]),
            ResourceType::EndpointMonitoring => json!(["ServiceToken", "EndpointName"]),
            ResourceType::EndpointFleet => json!(["ServiceToken"]),
        };
        resources.push(json!({
            "if": { "properties": { "Type": { "const": resource_type } }, "required": ["Type"] },
            "then": {
                "properties": { "Properties": object(properties, &required) },
                "required": ["Properties"],
            },
        }));
    }
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$comment": "Written by `make reference`. Don't edit it here.",
        "title": "CloudFormation templates with resources of monitored-endpoint",
        "type": "object",
        "properties": { "Resources": { "type": "object", "additionalProperties": { "allOf": resources } } },
        "definitions": definitions.finish(),
    })
}

/// Of the provider's own tables and of the API's shapes, which may bear the same name: `Alarm` is both.
#[derive(Default)]
struct Definitions {
    all: Map<String, Value>,
    /// Names of the API's shapes among them.
    shapes: BTreeSet<String>,
}

impl Definitions {
    fn property(&mut self, property: &Property) -> Value {
        let mut schema = match property.kind {
            PropertyKind::Text => reference("string"),
            PropertyKind::Boolean => reference("boolean"),
            PropertyKind::Integer(least, i64::MAX) => or_filled_in(&json!({ "type": "integer", "minimum": least })),
            PropertyKind::Integer(least, most) => {
                or_filled_in(&json!({ "type": "integer", "minimum": least, "maximum": most }))
            }
            PropertyKind::Number => reference("number"),
            PropertyKind::Price => {
                or_filled_in(&json!({ "type": "number", "exclusiveMinimum": 0, "maximum": MOST_DOLLARS }))
            }
            PropertyKind::Choice(words) => json!({ "anyOf": [{ "enum": words }, reference("intrinsic")] }),
            PropertyKind::Arns => json!({ "anyOf": [
                { "type": "array", "items": reference("string"), "maxItems": 5 }, reference("intrinsic"),
            ] }),
            PropertyKind::Texts => {
                json!({ "anyOf": [{ "type": "array", "items": reference("string") }, reference("intrinsic")] })
            }
            PropertyKind::List(members) => {
                let item = self.table(property.name, members);
                json!({ "anyOf": [{ "type": "array", "items": item }, reference("intrinsic")] })
            }
            // `allOf`, since nothing may stand beside a reference.
            PropertyKind::Object(members) if property.name.ends_with("Alarm") && members.len() == ALARM.len() => {
                json!({ "allOf": [self.table("MonitoringAlarm", members)] })
            }
            PropertyKind::Object(members) => json!({ "allOf": [self.table(property.name, members)] }),
        };
        if let Some(reference) = schema.get("$ref").cloned() {
            schema = json!({ "allOf": [{ "$ref": reference }] });
        }
        schema["description"] = property.meaning.into();
        if let Absent::Is(json) = property.default {
            schema["default"] = serde_json::from_str(json).unwrap();
        }
        schema
    }

    fn table(&mut self, name: &str, table: &[Property]) -> Value {
        assert!(!self.shapes.contains(name), "{name} is a shape of the API too");
        if !self.all.contains_key(name) {
            let properties = table.iter().map(|property| (property.name.to_owned(), self.property(property))).collect();
            let required = table.iter().filter(|property| matches!(property.default, Absent::Refused(_)));
            let required: Value = required.map(|property| property.name).collect();
            let either = json!({ "anyOf": [object(properties, &required), reference("intrinsic")] });
            self.all.insert(name.to_owned(), either);
        }
        reference(name)
    }

    fn shape(&mut self, shape: &Shape) -> Value {
        match shape {
            Shape::Text => reference("string"),
            Shape::Boolean => reference("boolean"),
            Shape::Integer => reference("integer"),
            Shape::Number => reference("number"),
            Shape::List(item) => {
                let item = self.shape(item);
                json!({ "anyOf": [{ "type": "array", "items": item }, reference("intrinsic")] })
            }
            Shape::Map(value) => json!({ "type": "object", "additionalProperties": self.shape(value) }),
            Shape::Structure(name, members) => {
                assert!(
                    self.shapes.contains(name) || !self.all.contains_key(name),
                    "{name} is a table of the provider's too"
                );
                if self.shapes.insert(name.clone()) {
                    let properties = members.iter().map(|(name, shape)| (name.clone(), self.shape(shape))).collect();
                    let either = json!({ "anyOf": [object(properties, &json!([])), reference("intrinsic")] });
                    self.all.insert(name.clone(), either);
                }
                reference(name)
            }
        }
    }

    fn finish(mut self) -> Value {
        let function = json!({ "^(Ref|Condition|Fn::[A-Za-z:]+)$": {} });
        let own = [
            (
                "intrinsic",
                json!({
                    "type": "object", "minProperties": 1, "maxProperties": 1,
                    "patternProperties": function, "additionalProperties": false,
                }),
            ),
            ("string", json!({ "anyOf": [{ "type": ["string", "number", "boolean"] }, reference("intrinsic")] })),
            ("boolean", or_filled_in(&json!({ "type": "boolean" }))),
            ("integer", or_filled_in(&json!({ "type": "integer" }))),
            ("number", or_filled_in(&json!({ "type": "number" }))),
        ];
        for (name, schema) in own {
            assert!(self.all.insert(name.to_owned(), schema).is_none(), "{name} is a shape of the API too");
        }
        Value::Object(self.all)
    }
}

/// A scalar as such, as a string (which may be a short form such as `!Ref`), or as an intrinsic function.
fn or_filled_in(scalar: &Value) -> Value {
    json!({ "anyOf": [scalar, { "type": "string" }, reference("intrinsic")] })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{name}") })
}

fn object(properties: Map<String, Value>, required: &Value) -> Value {
    let mut object = json!({ "type": "object", "additionalProperties": false });
    object["properties"] = Value::Object(properties);
    if required.as_array().is_some_and(|names| !names.is_empty()) {
        object["required"] = required.clone();
    }
    object
}
