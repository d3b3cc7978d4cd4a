//! Circular dependencies among a template's resources, through references and `DependsOn`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::references::{Branches, references};
use crate::resolve::Resolver;

/// Resources that depend on each other, each on the next one and the last one on the first.
#[derive(Debug, PartialEq, Eq)]
pub struct Circle {
    /// Each with the path of its reference to the next one.
    pub members: Vec<(String, String)>,
}

impl Circle {
    /// The same circle, beginning at the first member for which `is_first` holds.
    #[must_use]
    pub fn from(mut self, is_first: impl Fn(&str) -> bool) -> Self {
        let start = self.members.iter().position(|(name, _)| is_first(name)).unwrap_or_default();
        self.members.rotate_left(start);
        self
    }
}

/// What a resource depends on, with the path of the first reference to each.
type Needs = BTreeMap<String, String>;

/// The circles among a template's resources.
pub fn circles(resources: &Map<String, Value>, resolver: &Resolver<'_>) -> Vec<Circle> {
    let mut needs: BTreeMap<&str, Needs> = BTreeMap::new();
    for (name, resource) in resources {
        let condition = resource.get("Condition").and_then(Value::as_str);
        // What may not be made at all is no proof of a circle, nor is what a transform takes apart.
        let is_made = condition.is_none_or(|condition| resolver.holds(condition, "") == Ok(Some(true)));
        if is_made && !is_transformed(resource) {
            needs.insert(name, needs_of(resource, resolver));
        }
    }
    let mut circles = Vec::new();
    while let Some(circle) = circle(&mut needs) {
        for (member, _) in &circle.members {
            needs.remove(member.as_str());
        }
        circles.push(circle);
    }
    circles
}

/// Whether the resource becomes several others, among which its references are spread.
fn is_transformed(resource: &Value) -> bool {
    resource.get("Type").and_then(Value::as_str).is_some_and(|name| name.starts_with("AWS::Serverless::"))
}

fn needs_of(resource: &Value, resolver: &Resolver<'_>) -> Needs {
    let properties = resource.get("Properties").unwrap_or(&Value::Null);
    let mut needs = Needs::new();
    for reference in references(properties, "Properties", Branches::Chosen(resolver)) {
        needs.entry(reference.name).or_insert(reference.path);
    }
    for name in depends_on(resource) {
        needs.entry(name.to_owned()).or_insert_with(|| "DependsOn".to_owned());
    }
    needs
}

/// The resources that `DependsOn` names.
pub fn depends_on(resource: &Value) -> Vec<&str> {
    match resource.get("DependsOn") {
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        other => other.and_then(Value::as_str).into_iter().collect(),
    }
}

/// Takes out what can be made, until only circles and what waits for them are left; then follows one.
fn circle(needs: &mut BTreeMap<&str, Needs>) -> Option<Circle> {
    loop {
        let left: BTreeSet<String> = needs.keys().map(|name| (*name).to_owned()).collect();
        needs.retain(|_, all| all.keys().any(|name| left.contains(name)));
        if needs.len() == left.len() {
            break;
        }
    }
    let mut way: Vec<(&str, String)> = Vec::new();
    let mut current: &str = needs.keys().next()?;
    loop {
        if let Some(start) = way.iter().position(|(passed, _)| *passed == current) {
            let members = way.split_off(start);
            return Some(Circle { members: members.into_iter().map(|(name, path)| (name.to_owned(), path)).collect() });
        }
        let (next, path) = needs.get(current)?.iter().find(|(name, _)| needs.contains_key(name.as_str()))?;
        way.push((current, path.clone()));
        current = needs.get_key_value(next.as_str())?.0;
    }
}
