//! Which names a template's values refer to: by `Ref`, `Fn::GetAtt` and `Fn::Sub`.

use serde_json::Value;

use crate::resolve::Resolver;

/// A reference to a parameter or a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// What is referred to.
    pub name: String,
    /// The attribute that `Fn::GetAtt` or `${Name.Attribute}` asks for.
    pub attribute: Option<String>,
    /// Where it stands: `Resources.Chat.Properties.EndpointName`.
    pub path: String,
}

/// Which branches of an `Fn::If` are followed.
#[derive(Clone, Copy)]
pub enum Branches<'r, 't> {
    /// Both.
    All,
    /// The one that its condition chooses; neither where only a deployment knows.
    Chosen(&'r Resolver<'t>),
}

/// Every reference within a value that stands at `path`.
#[must_use]
pub fn references(value: &Value, path: &str, branches: Branches<'_, '_>) -> Vec<Reference> {
    let mut found = Vec::new();
    collect(value, path, branches, &mut found);
    found
}

fn collect(value: &Value, path: &str, branches: Branches<'_, '_>, found: &mut Vec<Reference>) {
    match value {
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                collect(item, &format!("{path}[{at}]"), branches, found);
            }
        }
        Value::Object(members) => {
            let only = members.iter().next().filter(|_| members.len() == 1);
            let Some((name, argument)) = only else {
                for (name, member) in members {
                    collect(member, &format!("{path}.{name}"), branches, found);
                }
                return;
            };
            match (name.as_str(), argument) {
                ("Ref", Value::String(name)) => found.push(reference(name, None, path)),
                ("Fn::GetAtt", Value::String(text)) => found.push(dotted(text, path)),
                ("Fn::GetAtt", Value::Array(parts)) => found.extend(attribute(parts, path)),
                ("Fn::Sub", _) => substituted(argument, path, branches, found),
                ("Fn::If", Value::Array(parts)) => in_branches(parts, path, branches, found),
                (name, _) if name.starts_with("Fn::") => collect(argument, path, branches, found),
                _ => collect(argument, &format!("{path}.{name}"), branches, found),
            }
        }
        _ => {}
    }
}

fn reference(name: &str, attribute: Option<&str>, path: &str) -> Reference {
    Reference { name: name.to_owned(), attribute: attribute.map(str::to_owned), path: path.to_owned() }
}

fn dotted(text: &str, path: &str) -> Reference {
    match text.split_once('.') {
        Some((name, attribute)) => reference(name, Some(attribute), path),
        None => reference(text, None, path),
    }
}

fn attribute(parts: &[Value], path: &str) -> Option<Reference> {
    let name = parts.first()?.as_str()?;
    Some(reference(name, parts.get(1).and_then(Value::as_str), path))
}

fn substituted(argument: &Value, path: &str, branches: Branches<'_, '_>, found: &mut Vec<Reference>) {
    let (text, own) = match argument {
        Value::Array(parts) => (parts.first().and_then(Value::as_str), parts.get(1)),
        other => (other.as_str(), None),
    };
    let is_own = |name: &str| own.is_some_and(|own| own.get(name).is_some());
    let names = variables(text.unwrap_or_default()).filter(|name| !is_own(name));
    found.extend(names.map(|name| dotted(name, path)));
    if let Some(own) = own {
        collect(own, path, branches, found);
    }
}

/// The names in a text's `${…}`, but for literal ones (`${!…}`).
fn variables(text: &str) -> impl Iterator<Item = &str> {
    let pieces = text.split("${").skip(1).filter_map(|piece| piece.split_once('}'));
    pieces.map(|(name, _)| name.trim()).filter(|name| !name.starts_with('!'))
}

fn in_branches(parts: &[Value], path: &str, branches: Branches<'_, '_>, found: &mut Vec<Reference>) {
    let chosen = match branches {
        Branches::All => parts.get(1..).unwrap_or_default(),
        Branches::Chosen(resolver) => {
            let condition = parts.first().and_then(Value::as_str).unwrap_or_default();
            match resolver.holds(condition, path) {
                Ok(Some(true)) => parts.get(1..2).unwrap_or_default(),
                Ok(Some(false)) => parts.get(2..3).unwrap_or_default(),
                _ => &[],
            }
        }
    };
    for branch in chosen {
        collect(branch, path, branches, found);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_form_of_a_reference_is_found_with_its_place() {
        let value = json!({
            "A": {"Ref": "X"},
            "B": [{"Fn::GetAtt": ["R", "Outputs.Y"]}, {"Fn::GetAtt": "S.Arn"}],
            "C": {"Fn::Sub": ["${T}-${own}-${U.Name}-${!Not}", {"own": {"Ref": "V"}}]},
            "D": {"Fn::If": ["Anything", {"Ref": "W"}, {"Ref": "Z"}]},
        });
        let found = references(&value, "P", Branches::All);
        let found: Vec<(&str, Option<&str>, &str)> =
            found.iter().map(|one| (one.name.as_str(), one.attribute.as_deref(), one.path.as_str())).collect();
        assert_eq!(
            found,
            [
                ("X", None, "P.A"),
                ("R", Some("Outputs.Y"), "P.B[0]"),
                ("S", Some("Arn"), "P.B[1]"),
                ("T", None, "P.C"),
                ("U", Some("Name"), "P.C"),
                ("V", None, "P.C.own"),
                ("W", None, "P.D"),
                ("Z", None, "P.D"),
            ]
        );
    }
}
