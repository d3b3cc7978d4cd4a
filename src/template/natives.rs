//! SageMaker's own resource types in a template: endpoints, the configs that they are on, and their inference components.
//!
//! They are SageMaker's to validate, so what can't be read is passed over.
use std::collections::BTreeSet;

use cloudformation_template::{Branches, Open, Resolver, references};
use serde_json::Value;

/// The type of an endpoint.
pub(crate) const ENDPOINT: &str = "AWS::SageMaker::Endpoint";
/// The type of an endpoint config.
pub(crate) const ENDPOINT_CONFIG: &str = "AWS::SageMaker::EndpointConfig";
const INFERENCE_COMPONENT: &str = "AWS::SageMaker::InferenceComponent";

/// What a template says about an endpoint in its other resources.
#[derive(Clone, Debug, Default)]
pub struct RelatedResources {
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
    /// Whether a loop or an include adds properties that aren't seen here.
    pub extended: bool,
}

/// An `AWS::SageMaker::Endpoint` of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NativeEndpoint {
    /// Its name in the template.
    pub logical_id: String,
    /// Logical id of the resource that makes the config it is on: a native one, or one of ours.
    pub config: Option<String>,
    /// As CloudFormation would send them.
    pub properties: Value,
    /// Where the placeholders stand.
    pub open: Vec<Open>,
}

impl NativeEndpoint {
    /// Its declared name. Without one CloudFormation makes it up.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.properties.get("EndpointName")?.as_str()
    }
}

/// A resource that a deployment makes, as far as the template says.
struct Native<'t> {
    id: &'t str,
    resolved: Value,
    /// Where the placeholders stand.
    open: Vec<Open>,
    /// The names that its `EndpointConfigName` refers to, and those of its `EndpointName` and `EndpointArn`.
    configs: Vec<String>,
    endpoints: Vec<String>,
    /// Whether a loop or an include adds to its properties.
    extended: bool,
}

/// A template's resources of SageMaker's own types that endpoints consist of.
pub(super) struct Natives<'t> {
    configs: Vec<Native<'t>>,
    endpoints: Vec<Native<'t>>,
    components: Vec<Native<'t>>,
}

impl<'t> Native<'t> {
    fn new(resolver: &Resolver<'t>, id: &'t str, resource: &'t Value) -> Option<Self> {
        let condition = resource.get("Condition").and_then(Value::as_str);
        if condition.is_some_and(|condition| resolver.holds(condition, "") == Ok(Some(false))) {
            return None;
        }
        let raw = resource.get("Properties")?;
        let sent = resolver.resolve_all(raw, "Properties", &mut Vec::new())?;
        let mut endpoints = referred(resolver, raw, "EndpointName");
        endpoints.extend(referred(resolver, raw, "EndpointArn"));
        let text = raw.to_string();
        Some(Self {
            id,
            open: resolver.placeholders.all_in(&sent, "Properties"),
            resolved: sent,
            configs: referred(resolver, raw, "EndpointConfigName"),
            endpoints,
            extended: ["\"Fn::Transform\"", "\"Fn::ForEach::"].iter().any(|adds| text.contains(adds)),
        })
    }

    /// Whether a property of the same name and value stands in both. Names that AWS makes up are never equal.
    fn has(&self, property: &str, value: Option<&Value>) -> bool {
        value.is_some() && self.resolved.get(property) == value
    }

    /// This, as a config.
    fn config(&self) -> NativeConfig {
        NativeConfig {
            logical_id: self.id.to_owned(),
            properties: self.resolved.clone(),
            open: self.open.clone(),
            extended: self.extended,
        }
    }

    /// Whether this endpoint is on that config: by reference, or by its name.
    fn is_on(&self, config: &Self) -> bool {
        let refers = self.configs.iter().any(|name| name == config.id);
        refers || self.has("EndpointConfigName", config.resolved.get("EndpointConfigName"))
    }
}

/// The names that a property refers to.
fn referred(resolver: &Resolver<'_>, raw: &Value, property: &str) -> Vec<String> {
    let Some(raw) = raw.get(property) else { return Vec::new() };
    let chosen = references(raw, "", Branches::Chosen(resolver));
    // Where nobody knows which branch is taken, either may be.
    let names = if chosen.is_empty() { references(raw, "", Branches::All) } else { chosen };
    names.into_iter().map(|reference| reference.name).collect()
}

impl<'t> Natives<'t> {
    pub(super) fn of(resolver: &Resolver<'t>) -> Self {
        let of_type = |resource_type: &str| {
            let all = resolver.resources().into_iter().flatten();
            let of_type = all.filter(|(_, one)| one.get("Type").and_then(Value::as_str) == Some(resource_type));
            of_type.filter_map(|(id, one)| Native::new(resolver, id, one)).collect()
        };
        Self {
            configs: of_type(ENDPOINT_CONFIG),
            endpoints: of_type(ENDPOINT),
            components: of_type(INFERENCE_COMPONENT),
        }
    }

    /// The endpoints.
    pub(super) fn endpoints(&self) -> Vec<NativeEndpoint> {
        let endpoint = |endpoint: &Native<'_>| NativeEndpoint {
            logical_id: endpoint.id.to_owned(),
            config: self
                .configs
                .iter()
                .find(|config| endpoint.is_on(config))
                .map(|config| config.id.to_owned())
                .or_else(|| endpoint.configs.first().cloned()),
            properties: endpoint.resolved.clone(),
            open: endpoint.open.clone(),
        };
        self.endpoints.iter().map(endpoint).collect()
    }

    /// The endpoint configs.
    pub(super) fn configs(&self) -> Vec<NativeConfig> {
        self.configs.iter().map(Native::config).collect()
    }

    /// What the template says about the endpoint of a resource of ours. `raw` are that resource's properties as written, and
    /// `properties` as they are sent.
    pub(super) fn related(&self, logical_id: &str, raw: &Value, properties: &Value) -> RelatedResources {
        let name = properties.get("EndpointName");
        let named = references(raw.get("EndpointName").unwrap_or(&Value::Null), "", Branches::All);
        // The endpoint of the declared name, the one that is referred to, and the one on our config whatever it is called.
        let is_meant = |endpoint: &&Native<'_>| {
            endpoint.has("EndpointName", name)
                || named.iter().any(|reference| reference.name == endpoint.id)
                || endpoint.configs.iter().any(|config| config == logical_id)
        };
        let endpoint = self.endpoints.iter().find(is_meant);
        let hosts: BTreeSet<&str> = std::iter::once(logical_id)
            .chain(self.endpoints.iter().filter(is_meant).map(|endpoint| endpoint.id))
            .collect();
        let placed = self.components.iter().filter(|component| {
            let on_one = component.endpoints.iter().any(|endpoint| hosts.contains(endpoint.as_str()));
            on_one || component.has("EndpointName", name)
        });
        let placed = placed.map(|component| {
            let mut members = component.resolved.clone();
            if let Some(members) = members.as_object_mut() {
                // The name that CloudFormation makes up contains the logical id.
                members.entry("InferenceComponentName").or_insert_with(|| component.id.into());
            }
            members
        });
        let config = endpoint.and_then(|endpoint| self.configs.iter().find(|config| endpoint.is_on(config)));
        RelatedResources { components: placed.collect(), endpoint_config: config.map(Native::config) }
    }
}
