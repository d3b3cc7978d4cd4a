//! What was assumed of a template, and what of it isn't read.
use cloudformation_template::Resolver;
use serde_json::{Map, Value};

use super::declarations::ours;
use crate::envelope::ResourceType;

const PROCESSED: &str = "`aws cloudformation get-template --template-stage Processed` prints a deployed stack's template as it \
                         is afterwards, which can be read here";

/// The notes on a template, of which this is `unseen`.
pub(super) fn notes(resources: &Map<String, Value>, resolver: &Resolver<'_>, unseen: &[String]) -> Vec<String> {
    let assumed = resolver.assumed_true();
    let assumed = assumed.iter().map(|condition| {
        format!("condition {condition} depends on what only a deployment knows, and is taken to hold")
    });
    let mut notes: Vec<String> = assumed.collect();
    notes.extend(unseen.iter().map(|what| format!("{what}; {PROCESSED}")));
    notes.extend(nested_stacks(resources));
    notes
}

/// What adds to a template or changes it before it is deployed, and isn't run here.
pub(super) fn unseen(template: &Value, resources: &Map<String, Value>) -> Vec<String> {
    let mut unseen: Vec<String> = loops(resources).collect();
    unseen.extend(within_ours(resources));
    unseen.extend(macros(template));
    unseen
}

/// Loops and transforms among the resources.
fn loops(resources: &Map<String, Value>) -> impl Iterator<Item = String> {
    resources.iter().filter(|(name, _)| name.starts_with("Fn::")).map(|(name, content)| {
        let text = content.to_string();
        let types =
            ResourceType::ALL.iter().map(|(name, _)| *name).filter(|name| text.contains(&format!("\"{name}\"")));
        let types = types.collect::<Vec<_>>().join(" and ");
        let what = if types.is_empty() { "resources".to_owned() } else { format!("{types} resources") };
        format!("{name} isn't expanded, so the {what} that it makes aren't looked at")
    })
}

/// Loops and transforms within the properties of ours.
fn within_ours(resources: &Map<String, Value>) -> Vec<String> {
    let mut unseen = Vec::new();
    for (name, resource) in resources.iter().filter(|(_, resource)| ours(resource).is_some()) {
        let text = resource.get("Properties").map(Value::to_string).unwrap_or_default();
        for function in ["Fn::ForEach::", "Fn::Transform"] {
            if text.contains(&format!("\"{function}")) {
                let function = function.trim_end_matches("::");
                unseen.push(format!("{function} in {name} isn't expanded: what it adds isn't looked at"));
            }
        }
    }
    unseen
}

/// Macros of the account's own, which may change anything. AWS's own transforms leave custom resources as they are.
fn macros(template: &Value) -> Vec<String> {
    let declared = template.get("Transform").map(|one| one.as_array().cloned().unwrap_or_else(|| vec![one.clone()]));
    let names = declared.into_iter().flatten().filter_map(|one| {
        let name = one.as_str().or_else(|| one.get("Name")?.as_str())?;
        (!name.starts_with("AWS::")).then(|| name.to_owned())
    });
    names.map(|name| format!("macro {name} isn't run, and may change what is declared")).collect()
}

/// Stacks within the stack.
fn nested_stacks(resources: &Map<String, Value>) -> impl Iterator<Item = String> {
    resources.iter().filter_map(|(name, resource)| {
        let (property, what) = match resource.get("Type")?.as_str()? {
            "AWS::CloudFormation::Stack" => ("TemplateURL", "nested stack"),
            "AWS::Serverless::Application" => ("Location", "nested application"),
            _ => return None,
        };
        let location = resource.get("Properties")?.get(property).and_then(Value::as_str);
        let local = location.filter(|location| !location.contains("://"));
        let hint = local.map(|path| format!("; give {path} as a file of its own")).unwrap_or_default();
        Some(format!("{what} {name} isn't looked at{hint}"))
    })
}
