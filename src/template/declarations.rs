//! The resources of ours that a template declares, worked out as CloudFormation would send them.
use std::collections::BTreeMap;

use cloudformation_template::{Open, Resolver, Stack, TemplateError};
use serde_json::{Map, Value, json};

use super::natives::{NativeConfig, NativeEndpoint, Natives, RelatedResources};
use super::place::SourcePlace;
use super::refusals;
use super::remarks;
use crate::envelope::ResourceType;
use crate::properties::Problem;

/// What stands for the provider where nothing names it.
const PROVIDER: &str = "arn:aws:lambda:us-east-1:123456789012:function:monitored-endpoint-provider";

/// A resource of ours, as its template declares it.
#[derive(Clone, Debug)]
pub struct DeclaredResource {
    /// Its name in the template.
    pub logical_id: String,
    /// Which of this provider's types it is.
    pub resource_type: ResourceType,
    /// As CloudFormation would send them, with placeholders for what only a deployment knows.
    pub properties: Value,
    /// Where the placeholders stand.
    pub open: Vec<Open>,
    /// What the same template says about the endpoint.
    pub related: RelatedResources,
    /// What CloudFormation refuses.
    pub problems: Vec<Problem>,
    /// What becomes of it when it is removed or replaced.
    pub policies: Policies,
    /// Whether something in it can't be worked out, so that validating the rest would mislead.
    pub unreadable: bool,
    /// Where it stands.
    pub place: SourcePlace,
}

/// Whether CloudFormation leaves a resource where it is no longer declared, or another takes its place
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html>).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policies {
    /// `DeletionPolicy` keeps it.
    pub keeps_deleted: bool,
    /// `UpdateReplacePolicy` keeps it.
    pub keeps_replaced: bool,
}

impl Policies {
    fn of(resource: &Value) -> Self {
        // RetainExceptOnCreate differs only while the resource is created.
        let retains = |attribute: &str| {
            let policy = resource.get(attribute).and_then(Value::as_str);
            policy.is_some_and(|policy| ["Retain", "RetainExceptOnCreate"].contains(&policy))
        };
        Self { keeps_deleted: retains("DeletionPolicy"), keeps_replaced: retains("UpdateReplacePolicy") }
    }
}

/// The declarations of a file.
#[derive(Clone, Debug, Default)]
pub struct Declarations {
    /// The resources of ours that a deployment makes, or may make.
    pub resources: Vec<DeclaredResource>,
    /// Whether the file is a template, and not the properties of one resource.
    pub whole: bool,
    /// The type of every resource, by logical id.
    pub types: BTreeMap<String, String>,
    /// Endpoints of SageMaker's own resource type.
    pub native_endpoints: Vec<NativeEndpoint>,
    /// Endpoint configs of SageMaker's own resource type.
    pub native_configs: Vec<NativeConfig>,
    /// For each native endpoint that isn't on a config of ours, by its logical id: what `Custom::EndpointMonitoring` would be sent.
    pub suggested: Vec<(String, DeclaredResource)>,
    /// What CloudFormation refuses elsewhere in the file, by path within it.
    pub problems: Vec<Problem>,
    /// Custom resources whose type is none of ours though it is meant to be, by logical id, with what is wrong. CloudFormation takes
    /// such a type, and the provider can't. They are among the problems, too.
    pub wrong_types: Vec<(String, String)>,
    /// Loops, includes and macros, which may add to what is declared or change it; each in words. They are among the notes, too.
    pub unseen: Vec<String>,
    /// What was assumed, and what isn't read.
    pub notes: Vec<String>,
    /// Where paths within the file stand.
    pub place: SourcePlace,
}

impl Declarations {
    /// Adds a problem to the resource that its path is in, or to the file.
    pub(super) fn add(&mut self, mut problem: Problem) {
        for declared in &mut self.resources {
            let within = problem.path.strip_prefix(&format!("Resources.{}.", declared.logical_id)).map(str::to_owned);
            if let Some(path) = within {
                problem.path = path;
                declared.problems.push(problem);
                return;
            }
        }
        self.problems.push(problem);
    }
}

/// Works out what a template declares. `whole` is whether it is a template, or properties alone.
pub fn declarations(template: &Value, stack: &Stack, whole: bool, place: &SourcePlace) -> Declarations {
    let resolver =
        if whole { Resolver::of_template(template, stack) } else { Resolver::of_properties(template, stack) };
    let natives = Natives::of(&resolver);
    let empty = Map::new();
    let resources = template.get("Resources").and_then(Value::as_object).unwrap_or(&empty);
    let types =
        resources.iter().filter_map(|(id, resource)| Some((id.clone(), resource.get("Type")?.as_str()?.to_owned())));
    let mut found = Declarations { place: place.clone(), whole, types: types.collect(), ..Declarations::default() };
    for (logical_id, resource) in resources {
        let Some(resource_type) = ours(resource) else { continue };
        match is_made(&resolver, logical_id, resource) {
            Ok(true) => {
                found.resources.push(declared(&resolver, &natives, (logical_id, resource, resource_type), place));
            }
            Ok(false) => {}
            Err(error) => found.problems.push(refusals::problem(&error.path, error.message)),
        }
    }
    if whole {
        refusals::add(&mut found, template, &resolver);
        found.native_endpoints = natives.endpoints();
        found.native_configs = natives.configs();
        let is_ours = |id: &String| resources.get(id).and_then(ours).is_some();
        let others = found.native_endpoints.iter().filter(|endpoint| !endpoint.config.as_ref().is_some_and(is_ours));
        let suggested =
            others.map(|endpoint| (endpoint.logical_id.clone(), suggestion(&resolver, &natives, endpoint, place)));
        found.suggested = suggested.collect();
    }
    found.unseen = remarks::unseen(template, resources);
    found.notes = remarks::notes(resources, &resolver, &found.unseen);
    found
}

/// The type of a resource, where it is one of ours.
pub(super) fn ours(resource: &Value) -> Option<ResourceType> {
    ResourceType::named(resource.get("Type")?.as_str()?)
}

fn declared(
    resolver: &Resolver<'_>,
    natives: &Natives<'_>,
    (logical_id, resource, resource_type): (&str, &Value, ResourceType),
    place: &SourcePlace,
) -> DeclaredResource {
    let empty = json!({});
    let raw = resource.get("Properties").unwrap_or(&empty);
    let mut errors = Vec::new();
    // Paths are the provider's, so that its problems can be found again.
    let sent = resolver.resolve_all(raw, "Properties", &mut errors);
    let unreadable = !errors.is_empty();
    let mut problems: Vec<Problem> =
        errors.into_iter().map(|error| refusals::problem(&error.path, error.message)).collect();
    let mut properties = sent.unwrap_or_else(|| json!({}));
    if resolver.whole && !unreadable {
        // What an include brings along isn't missing.
        let includes = raw.get("Fn::Transform").is_some();
        problems.extend(refusals::service_token(&properties, resolver).filter(|_| !includes));
        problems.extend(refusals::endpoint_arn(raw, resolver));
    }
    if let Some(members) = properties.as_object_mut() {
        members.entry("ServiceToken").or_insert_with(|| PROVIDER.into());
    }
    let before = if resolver.whole { format!("Resources.{logical_id}.") } else { String::new() };
    let related = natives.related(logical_id, raw, &properties);
    let elsewhere = related.endpoint_config.as_ref().map(|config| of_config(config, &properties)).unwrap_or_default();
    DeclaredResource {
        open: resolver.placeholders.all_in(&properties, "Properties"),
        related,
        place: SourcePlace { before, elsewhere, ..place.clone() },
        logical_id: logical_id.to_owned(),
        policies: Policies::of(resource),
        resource_type,
        properties,
        problems,
        unreadable,
    }
}

/// The members that a native config declares for the endpoint, with what stands before their paths.
fn of_config(config: &NativeConfig, properties: &Value) -> Vec<(String, String)> {
    let members = config.properties.as_object().into_iter().flatten().map(|(name, _)| name);
    let members = members.filter(|name| properties.get(name.as_str()).is_none());
    members.map(|name| (format!("Properties.{name}"), format!("Resources.{}.", config.logical_id))).collect()
}

/// Monitoring for a native endpoint, as if the template declared it.
fn suggestion(
    resolver: &Resolver<'_>,
    natives: &Natives<'_>,
    endpoint: &NativeEndpoint,
    place: &SourcePlace,
) -> DeclaredResource {
    let id = endpoint.logical_id.as_str();
    let name = json!({ "Fn::GetAtt": [id, "EndpointName"] });
    let resource = json!({ "Properties": { "ServiceToken": PROVIDER, "EndpointName": name } });
    let named = format!("{id}Monitoring");
    let declared = declared(resolver, natives, (&named, &resource, ResourceType::EndpointMonitoring), place);
    let place = SourcePlace { before: format!("Resources.{id}."), ..declared.place.clone() };
    DeclaredResource { place, ..declared }
}

fn is_made(resolver: &Resolver<'_>, logical_id: &str, resource: &Value) -> Result<bool, TemplateError> {
    match resource.get("Condition").and_then(Value::as_str) {
        Some(condition) => resolver.holds_or_may(condition, &format!("Resources.{logical_id}.Condition")),
        None => Ok(true),
    }
}
