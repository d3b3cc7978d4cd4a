//! What CloudFormation refuses before a provider hears of it, as far as it concerns resources of ours, and what it takes that
//! this provider can only refuse.

use cloudformation_template::{
    Branches, Circle, Reference, Resolver, bad_defaults, circles, depends_on, did_you_mean, references,
};
use serde_json::{Map, Value};

use super::declarations::{Declarations, ours};
use super::natives::ENDPOINT;
use crate::envelope::ResourceType;
use crate::place::Arn;
use crate::properties::{Problem, Severity, named, nearest};
use crate::reconcile::attributes_of;

const CUSTOM_RESOURCE: &str = "AWS::CloudFormation::CustomResource";
/// As many letters as a misspelt type may differ in.
const A_TYPO: usize = 3;

/// A problem of a value that isn't allowed.
pub(super) fn problem(path: &str, message: String) -> Problem {
    Problem { path: path.to_owned(), severity: Severity::Invalid, message }
}

/// Adds what is refused of a template.
pub(super) fn add(found: &mut Declarations, template: &Value, resolver: &Resolver<'_>) {
    let empty = Map::new();
    let resources = resolver.resources().unwrap_or(&empty);
    let wrong_types =
        resources.iter().filter_map(|(id, resource)| Some((id.clone(), wrong_type(resource, resources)?)));
    found.wrong_types = wrong_types.collect();
    let types = found.wrong_types.iter().map(|(id, what)| problem(&format!("Resources.{id}.Type"), what.clone()));
    let circles = circles(resources, resolver).into_iter().map(|circle| circular(circle, resources));
    let bounds = bad_defaults(template, resolver.stack).into_iter();
    let bounds = bounds.map(|(name, message)| problem(&format!("Parameters.{name}.Default"), message));
    let mut all: Vec<Problem> = types.chain(circles).chain(bounds).collect();
    all.extend(nulls(template, resources));
    if resolver.is_complete() {
        all.extend(resources.iter().flat_map(|(id, resource)| unknown_names(id, resource, template, resolver)));
    }
    for (path, value) in places(template, resources) {
        let references = references(value, &path, Branches::All);
        all.extend(references.iter().filter_map(|reference| attribute(reference, resources)));
        // What is wrong within our own properties has been said already.
        if !path.starts_with("Resources.") || !is_ours_at(&path, resources) {
            all.extend(references.iter().filter_map(|reference| unknown(reference, resolver)));
        }
    }
    for problem in all {
        found.add(problem);
    }
}

/// The places of a template that refer to resources.
fn places<'t>(template: &'t Value, resources: &'t Map<String, Value>) -> impl Iterator<Item = (String, &'t Value)> {
    let properties = |(id, resource): (&String, &'t Value)| {
        resource.get("Properties").map(|properties| (format!("Resources.{id}.Properties"), properties))
    };
    let outputs = template.get("Outputs").map(|outputs| ("Outputs".to_owned(), outputs));
    resources.iter().filter_map(properties).chain(outputs)
}

fn is_ours_at(path: &str, resources: &Map<String, Value>) -> bool {
    let id = path.trim_start_matches("Resources.").trim_end_matches(".Properties");
    resources.get(id).is_some_and(|resource| ours(resource).is_some())
}

/// What CloudFormation has to say about a custom resource's `ServiceToken`
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html>).
pub(super) fn service_token(properties: &Value, resolver: &Resolver<'_>) -> Option<Problem> {
    const MISSING: &str = "CloudFormation refuses a custom resource without one; give the ARN of the provider's function, which \
                           the provider's stack exports";
    let path = named::SERVICE_TOKEN.path();
    match properties.get(named::SERVICE_TOKEN.name) {
        None => Some(Problem { path, severity: Severity::Missing, message: MISSING.to_owned() }),
        Some(token) if resolver.placeholders.is_open(token) => None,
        Some(Value::String(token)) => {
            let service = Arn::parse(token).map(|arn| arn.service);
            let message = || format!("{token:?} is not the ARN of a Lambda function or an SNS topic");
            (!matches!(service, Some("lambda" | "sns"))).then(|| problem(&path, message()))
        }
        Some(_) => Some(problem(&path, "give one string: the ARN of the provider's function".to_owned())),
    }
}

/// `Ref` of an `AWS::SageMaker::Endpoint` where a name is wanted: it is the endpoint's ARN
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-endpoint.html>).
pub(super) fn endpoint_arn(raw: &Value, resolver: &Resolver<'_>) -> Option<Problem> {
    let id = raw.pointer("/EndpointName/Ref")?.as_str()?;
    let resource = resolver.resources()?.get(id)?;
    let message = || {
        format!("Ref of {id}, an AWS::SageMaker::Endpoint, is its ARN and not its name; use !GetAtt {id}.EndpointName")
    };
    let is_endpoint = resource.get("Type").and_then(Value::as_str) == Some(ENDPOINT);
    is_endpoint.then(|| problem(&named::ENDPOINT_NAME.path(), message()))
}

/// What is wrong with a custom type that is nearly one of ours, or is sent to the same provider.
fn wrong_type(resource: &Value, resources: &Map<String, Value>) -> Option<String> {
    let name = resource.get("Type")?.as_str()?;
    let is_custom =
        name == CUSTOM_RESOURCE || name.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("custom::"));
    if !is_custom || ours(resource).is_some() {
        return None;
    }
    let known = || ResourceType::ALL.iter().map(|(name, _)| *name);
    let fix = match known().min_by_key(|known| distance(name, known)).filter(|known| distance(name, known) <= A_TYPO) {
        Some(near) => format!("did you mean {near}?"),
        None if shares_provider(resource, resources) => format!("use {}", known().collect::<Vec<_>>().join(", ")),
        None => return None,
    };
    Some(format!("{name} is not a type of this provider; {fix}"))
}

/// How many letters differ. Types of other providers may share whole words with ours, so likeness won't do.
fn distance(name: &str, known: &str) -> usize {
    strsim::damerau_levenshtein(&name.to_ascii_lowercase(), &known.to_ascii_lowercase())
}

/// Whether the resource has the `ServiceToken` of one of ours.
fn shares_provider(resource: &Value, resources: &Map<String, Value>) -> bool {
    let token = |resource: &Value| resource.get("Properties")?.get("ServiceToken").cloned();
    let own = token(resource);
    own.is_some() && resources.values().any(|other| ours(other).is_some() && token(other) == own)
}

/// A circular dependency, beginning at one of ours where it has one.
fn circular(circle: Circle, resources: &Map<String, Value>) -> Problem {
    let is_ours = |name: &str| resources.get(name).is_some_and(|resource| ours(resource).is_some());
    let members = circle.from(is_ours).members;
    let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    let (first, path) = members.first().map(|(name, path)| (name.as_str(), path.as_str())).unwrap_or_default();
    let way = names.iter().chain(names.first()).copied().collect::<Vec<_>>().join(" needs ");
    let is_endpoint = |name: &&&str| resources.get(**name).and_then(|one| one.get("Type")?.as_str()) == Some(ENDPOINT);
    let way_out = match names.iter().find(is_endpoint) {
        Some(endpoint) if is_ours(first) => {
            format!("; give {endpoint} an EndpointName, and write that name in {first} instead of the reference")
        }
        _ => String::new(),
    };
    let message = format!("circular dependency, which CloudFormation refuses: {way}{way_out}");
    problem(&format!("Resources.{first}.{path}"), message)
}

/// An attribute that no resource of ours has.
fn attribute(reference: &Reference, resources: &Map<String, Value>) -> Option<Problem> {
    let resource_type = ours(resources.get(&reference.name)?)?;
    let wanted = reference.attribute.as_deref()?;
    if attributes_of(resource_type).any(|known| known == wanted) {
        return None;
    }
    let fix = match nearest(wanted, attributes_of(resource_type)) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("there are {}", attributes_of(resource_type).collect::<Vec<_>>().join(", ")),
    };
    let message = format!("{resource_type} has no attribute {wanted}; {fix}");
    Some(problem(&reference.path, message))
}

/// A name that the template doesn't have, where nothing but the template could have it.
fn unknown(reference: &Reference, resolver: &Resolver<'_>) -> Option<Problem> {
    let name = reference.name.as_str();
    if !resolver.is_complete() || name.starts_with("AWS::") || resolver.has(name) {
        return None;
    }
    let what = if reference.attribute.is_some() { "resource" } else { "parameter or resource" };
    let similar = did_you_mean(name, resolver.names());
    Some(problem(&reference.path, format!("the template has no {what} {name}{similar}")))
}

/// What `DependsOn` and `Condition` name and the template doesn't have.
fn unknown_names(id: &str, resource: &Value, template: &Value, resolver: &Resolver<'_>) -> Vec<Problem> {
    let is_resource = |name: &str| resolver.resources().is_some_and(|all| all.contains_key(name));
    let unknown = depends_on(resource).into_iter().filter(|name| !is_resource(name)).map(|name| {
        let similar = did_you_mean(name, resolver.resources().into_iter().flatten().map(|(name, _)| name.as_str()));
        problem(&format!("Resources.{id}.DependsOn"), format!("the template has no resource {name}{similar}"))
    });
    let mut problems: Vec<Problem> = unknown.collect();
    let conditions = template.get("Conditions").and_then(Value::as_object);
    let condition = resource.get("Condition").and_then(Value::as_str).filter(|_| ours(resource).is_none());
    if let Some(name) = condition.filter(|name| conditions.is_none_or(|all| !all.contains_key(*name))) {
        let similar = did_you_mean(name, conditions.into_iter().flatten().map(|(name, _)| name.as_str()));
        let message = format!("the template has no condition {name}{similar}");
        problems.push(problem(&format!("Resources.{id}.Condition"), message));
    }
    problems
}

/// Null values, which a template can't have: most often a key whose value was forgotten.
fn nulls(template: &Value, resources: &Map<String, Value>) -> Vec<Problem> {
    let mut found = Vec::new();
    for (section, content) in template.as_object().into_iter().flatten().filter(|(section, _)| *section != "Resources")
    {
        collect_nulls(content, section, &mut found);
    }
    for (id, resource) in resources {
        for (name, member) in resource.as_object().into_iter().flatten() {
            // Our own properties are worked out, and complain by themselves.
            if name != "Properties" || member.is_null() || ours(resource).is_none() {
                collect_nulls(member, &format!("Resources.{id}.{name}"), &mut found);
            }
        }
    }
    found
}

fn collect_nulls(value: &Value, path: &str, found: &mut Vec<Problem>) {
    match value {
        Value::Null => {
            let message = "has no value, and CloudFormation refuses null; give one, or leave the key out".to_owned();
            found.push(problem(path, message));
        }
        Value::Array(items) => {
            let each = items.iter().enumerate();
            each.for_each(|(at, item)| collect_nulls(item, &format!("{path}[{at}]"), found));
        }
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| collect_nulls(member, &format!("{path}.{name}"), found));
        }
        _ => {}
    }
}
