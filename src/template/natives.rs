//! SageMaker's own resource types in a template: endpoints, the configs that they are on, and their inference components.
//!
//! They are SageMaker's to validate, so what can't be read is passed over.
use std::collections::BTreeSet;

use cloudformation_template::{Branches, Open, Resolver, references};
use serde_json::Value;

const ENDPOINT: &str = "AWS::SageMaker::Endpoint";
const ENDPOINT_CONFIG: &str = "AWS::SageMaker::EndpointConfig";
const INFERENCE_COMPONENT: &str = "AWS::SageMaker::InferenceComponent";

/// What a template says about an endpoint in its other resources.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// The native endpoint config that the endpoint is on.
    pub endpoint_config: Option<NativeConfig>,
    /// The inference components that are placed on the endpoint.
    pub components: Vec<Value>,
}

/// An `AWS::SageMaker::EndpointConfig` of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NativeConfig {
    /// Its name in the template.
    pub logical_id: String,
    /// As CloudFormation would send them.
    pub properties: Value,
    /// Where the placeholders stand.
    pub open: Vec<Open>,
}

/// An `AWS::SageMaker::Endpoint` of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NativeEndpoint {
    /// Its name in the template.
    pub logical_id: String,
    /// Its declared name. Without one CloudFormation makes it up.
    pub name: Option<String>,
    /// Logical id of the resource that makes the config it is on: a native one, or one of ours.
    pub config: Option<String>,
}

/// A resource that a deployment makes, as far as the template tells.
struct Native<'r, 't> {
    resolver: &'r Resolver<'t>,
    id: &'t str,
    raw: &'t Value,
    resolved: Value,
}

impl Native<'_, '_> {
    /// The names that one of its properties refers to.
    fn referred(&self, property: &str) -> Vec<String> {
        let raw = self.raw.get(property).unwrap_or(&Value::Null);
        let chosen = references(raw, "", Branches::Chosen(self.resolver));
        // Where nobody knows which branch is taken, either may be.
        let names = if chosen.is_empty() { references(raw, "", Branches::All) } else { chosen };
        names.into_iter().map(|reference| reference.name).collect()
    }

    /// Whether one of its properties refers to one of these resources.
    fn refers(&self, property: &str, to: &BTreeSet<&str>) -> bool {
        self.referred(property).iter().any(|name| to.contains(name.as_str()))
    }

    /// Whether a property of the same name and value stands in both. Names that AWS makes up are never equal.
    fn has(&self, property: &str, value: Option<&Value>) -> bool {
        value.is_some() && self.resolved.get(property) == value
    }

    /// Whether this endpoint is on that config: by reference, or by its name.
    fn is_on(&self, config: &Native<'_, '_>) -> bool {
        let name = config.resolved.get("EndpointConfigName");
        self.refers("EndpointConfigName", &BTreeSet::from([config.id])) || self.has("EndpointConfigName", name)
    }
}

/// The native endpoints of a template.
pub(super) fn endpoints(resolver: &Resolver<'_>) -> Vec<NativeEndpoint> {
    let configs = natives(resolver, ENDPOINT_CONFIG);
    let endpoint = |endpoint: Native<'_, '_>| NativeEndpoint {
        logical_id: endpoint.id.to_owned(),
        name: endpoint.resolved.get("EndpointName").and_then(Value::as_str).map(str::to_owned),
        config: configs
            .iter()
            .find(|config| endpoint.is_on(config))
            .map(|config| config.id.to_owned())
            .or_else(|| endpoint.referred("EndpointConfigName").into_iter().next()),
    };
    natives(resolver, ENDPOINT).into_iter().map(endpoint).collect()
}

/// What the template says about the endpoint of a resource of ours. `raw` are that resource's properties as written, and
/// `properties` as they are sent.
pub(super) fn beside(resolver: &Resolver<'_>, logical_id: &str, raw: &Value, properties: &Value) -> Beside {
    let (configs, endpoints, components) =
        (natives(resolver, ENDPOINT_CONFIG), natives(resolver, ENDPOINT), natives(resolver, INFERENCE_COMPONENT));
    let own = BTreeSet::from([logical_id]);
    let name = properties.get("EndpointName");
    let named = references(raw.get("EndpointName").unwrap_or(&Value::Null), "", Branches::All);
    // The endpoint of the declared name, the one that is referred to, and the one on our config whatever it is called.
    let is_meant = |endpoint: &&Native<'_, '_>| {
        endpoint.has("EndpointName", name)
            || named.iter().any(|reference| reference.name == endpoint.id)
            || endpoint.refers("EndpointConfigName", &own)
    };
    let endpoint = endpoints.iter().find(is_meant);
    let hosts: BTreeSet<&str> =
        own.iter().copied().chain(endpoints.iter().filter(is_meant).map(|endpoint| endpoint.id)).collect();
    let placed = components.iter().filter(|component| {
        let on = |property| component.refers(property, &hosts);
        component.has("EndpointName", name) || on("EndpointName") || on("EndpointArn")
    });
    let placed = placed.map(|component| {
        let mut members = component.resolved.clone();
        if let Some(members) = members.as_object_mut() {
            // The name that CloudFormation makes up contains the logical id.
            members.entry("InferenceComponentName").or_insert_with(|| component.id.into());
        }
        members
    });
    let config = endpoint.and_then(|endpoint| configs.iter().find(|config| endpoint.is_on(config)));
    let config = config.map(|config| NativeConfig {
        logical_id: config.id.to_owned(),
        properties: config.resolved.clone(),
        open: resolver.placeholders.all_in(&config.resolved, "Properties"),
    });
    Beside { components: placed.collect(), endpoint_config: config }
}

fn natives<'r, 't>(resolver: &'r Resolver<'t>, resource_type: &str) -> Vec<Native<'r, 't>> {
    let all = resolver.resources().into_iter().flatten();
    let of_type = all.filter(|(_, one)| one.get("Type").and_then(Value::as_str) == Some(resource_type));
    let native = |(id, one): (&'t String, &'t Value)| {
        let condition = one.get("Condition").and_then(Value::as_str);
        if condition.is_some_and(|condition| resolver.holds(condition, "") == Ok(Some(false))) {
            return None;
        }
        let raw = one.get("Properties")?;
        let sent = resolver.resolve_all(raw, "Properties", &mut Vec::new())?;
        Some(Native { resolver, id, raw, resolved: sent })
    };
    of_type.filter_map(native).collect()
}
