//! Intrinsic functions, worked out as far as a template alone allows.
//!
//! What depends on a deployment (another stack's export, an attribute that AWS gives out) becomes a placeholder, and so does
//! everything made from it. Nothing is looked up anywhere.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html>.

mod condition;
mod reference;

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use thiserror::Error;

use crate::placeholder::{Placeholders, Unknown};
use crate::similar::did_you_mean;
use crate::stack::Stack;

/// What CloudFormation wouldn't accept of a template either.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{path}: {message}")]
pub struct TemplateError {
    /// Where: `Properties.AlarmActions[0]`.
    pub path: String,
    /// What is wrong and, where it is known, what to write instead.
    pub message: String,
}

/// Works out the values of one template.
pub struct Resolver<'t> {
    template: &'t Value,
    /// What the template is resolved in.
    pub stack: &'t Stack,
    /// Whether this is a template. Properties alone may refer to what isn't there.
    pub whole: bool,
    /// Whether a transform, a macro, a loop or a module adds to what the template shows.
    extended: bool,
    /// The placeholders that were made so far.
    pub placeholders: Placeholders,
    /// Names that were taken as true because nobody can know.
    assumed: RefCell<BTreeSet<String>>,
    /// Conditions and resources that are being worked out, against circles.
    pending: RefCell<Vec<String>>,
}

/// A value, or none where the template says that there is to be none (`AWS::NoValue`).
pub type Resolved = Result<Option<Value>, TemplateError>;

impl<'t> Resolver<'t> {
    /// A resolver of a template as `stack` would deploy it.
    #[must_use]
    pub fn of_template(template: &'t Value, stack: &'t Stack) -> Self {
        Self::new(template, stack, true)
    }

    /// A resolver of properties that stand alone, in a template of their own: names that it doesn't have may be anywhere.
    #[must_use]
    pub fn of_properties(template: &'t Value, stack: &'t Stack) -> Self {
        Self::new(template, stack, false)
    }

    fn new(template: &'t Value, stack: &'t Stack, whole: bool) -> Self {
        Self {
            template,
            stack,
            whole,
            extended: is_extended(template),
            placeholders: Placeholders::default(),
            assumed: RefCell::default(),
            pending: RefCell::default(),
        }
    }

    /// The template's resources.
    pub fn resources(&self) -> Option<&'t Map<String, Value>> {
        self.template.get("Resources")?.as_object()
    }

    /// Whether a name that the template doesn't have can't be anywhere else.
    pub fn is_complete(&self) -> bool {
        self.whole && !self.extended
    }

    /// Whether there is a parameter or a resource of this name.
    pub fn has(&self, name: &str) -> bool {
        self.section("Parameters", name).is_some() || self.section("Resources", name).is_some()
    }

    /// The names of all parameters and resources.
    pub fn names(&self) -> impl Iterator<Item = &'t str> {
        let sections = ["Parameters", "Resources"].into_iter().filter_map(|section| self.template.get(section));
        sections.filter_map(Value::as_object).flat_map(Map::keys).map(String::as_str)
    }

    /// Conditions that nobody can decide before the deployment, and that were taken as true.
    pub fn assumed_true(&self) -> BTreeSet<String> {
        self.assumed.borrow().clone()
    }

    /// The value at `path` of the template, worked out.
    ///
    /// # Errors
    /// The first thing that CloudFormation would refuse.
    pub fn resolve(&self, value: &Value, path: &str) -> Resolved {
        match value {
            Value::Object(members) => match members.iter().next() {
                Some((name, argument)) if members.len() == 1 && is_function(name, argument) => {
                    self.function(name, argument, path)
                }
                _ => self.members(members, path).map(|members| Some(Value::Object(members))),
            },
            Value::Array(items) => {
                let mut resolved = Vec::new();
                for (at, item) in items.iter().enumerate() {
                    resolved.extend(self.resolve(item, &format!("{path}[{at}]"))?);
                }
                Ok(Some(Value::Array(resolved)))
            }
            Value::Null => Err(error(path, "null is no value in a template; leave it out, or use AWS::NoValue")),
            scalar => Ok(Some(scalar.clone())),
        }
    }

    fn members(&self, members: &Map<String, Value>, path: &str) -> Result<Map<String, Value>, TemplateError> {
        let mut resolved = Map::new();
        for (name, member) in members {
            if let Some(value) = self.resolve(member, &format!("{path}.{name}"))? {
                resolved.insert(name.clone(), value);
            }
        }
        Ok(resolved)
    }

    fn function(&self, name: &str, argument: &Value, path: &str) -> Resolved {
        match name {
            // With AWS::LanguageExtensions a name may be worked out.
            "Ref" if argument.is_object() => {
                let name = self.text_of(argument, name, path)?;
                let is_known = self.placeholders.open_in(&name).is_empty();
                if is_known { self.reference(&name, path) } else { Ok(Some(name.into())) }
            }
            "Ref" => self.reference(text(argument, name, path)?, path),
            "Fn::If" => {
                let [condition, then, otherwise] = parts(argument, name, path)?;
                let chosen = if self.holds_or_may(text(condition, name, path)?, path)? { then } else { otherwise };
                self.resolve(chosen, path)
            }
            "Fn::Sub" => self.substitute(argument, path).map(Some),
            "Fn::Join" => {
                let [delimiter, items] = parts(argument, name, path)?;
                let items = self.list(items, name, path)?;
                let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
                if texts.len() < items.len() {
                    return Err(error(path, "Fn::Join takes texts"));
                }
                Ok(Some(texts.join(text(delimiter, name, path)?).into()))
            }
            "Fn::Split" => {
                let [delimiter, source] = parts(argument, name, path)?;
                let source = self.text_of(source, name, path)?;
                Ok(Some(self.placeholders.split(&source, text(delimiter, name, path)?).into_iter().collect()))
            }
            "Fn::Select" => {
                let [index, items] = parts(argument, name, path)?;
                let index = self.text_of(index, name, path)?;
                let items = self.list(items, name, path)?;
                self.select(&index, &items, path).map(Some)
            }
            "Fn::FindInMap" => self.find_in_map(argument, path),
            "Fn::GetAtt" => self.attribute(argument, path).map(Some),
            "Fn::Length" => self.length(argument, path).map(Some),
            "Fn::ToJsonString" => Ok(self.resolve(argument, path)?.map(|value| value.to_string().into())),
            "Fn::And" | "Fn::Or" | "Fn::Not" | "Fn::Equals" | "Condition" => {
                let holds = self.decide(&json!({ name: argument }), path)?;
                Ok(Some(holds.map_or_else(|| self.stand_in(name, name.to_owned()), |holds| holds.to_string().into())))
            }
            _ => {
                let argument = self.resolve(argument, path)?.unwrap_or_default();
                let argument = argument.as_str().map_or_else(|| argument.to_string(), str::to_owned);
                Ok(Some(self.stand_in(&argument, format!("{name} {argument}"))))
            }
        }
    }

    fn stand_in(&self, name: &str, stands_for: String) -> Value {
        match self.stack.values.get(&stands_for) {
            Some(given) => given.as_str().into(),
            None => self.placeholders.text(name, Unknown::Value(stands_for)).into(),
        }
    }

    /// As [`Self::resolve`], going on after an error, so that everything that is wrong is said at once. Dynamic references are
    /// replaced too: CloudFormation looks them up last of all.
    pub fn resolve_all(&self, value: &Value, path: &str, errors: &mut Vec<TemplateError>) -> Option<Value> {
        match value {
            Value::Object(members)
                if !(members.len() == 1 && members.iter().all(|(name, argument)| is_function(name, argument))) =>
            {
                let mut resolved = Map::new();
                for (name, member) in members {
                    // What a loop or a macro makes isn't known, and said elsewhere.
                    if name.starts_with("Fn::ForEach::") || name == "Fn::Transform" {
                        continue;
                    }
                    if let Some(value) = self.resolve_all(member, &format!("{path}.{name}"), errors) {
                        resolved.insert(name.clone(), value);
                    }
                }
                Some(Value::Object(resolved))
            }
            Value::Array(items) => {
                let each = items.iter().enumerate();
                Some(each.filter_map(|(at, item)| self.resolve_all(item, &format!("{path}[{at}]"), errors)).collect())
            }
            other => match self.resolve(other, path) {
                Ok(value) => value.map(|value| self.looked_up(value)),
                Err(error) => {
                    errors.push(error);
                    None
                }
            },
        }
    }

    /// Placeholders for `{{resolve:…}}`
    /// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html>).
    fn looked_up(&self, value: Value) -> Value {
        const START: &str = "{{resolve:";
        match value {
            Value::String(text) => {
                let mut out = String::new();
                let mut rest = text.as_str();
                while let Some((before, after)) = rest.split_once(START) {
                    let Some((reference, after)) = after.split_once("}}") else { break };
                    out.push_str(before);
                    let stand_in = self.stand_in(reference, format!("{START}{reference}}}}}"));
                    out.push_str(stand_in.as_str().unwrap_or_default());
                    rest = after;
                }
                (out + rest).into()
            }
            Value::Array(items) => items.into_iter().map(|item| self.looked_up(item)).collect(),
            Value::Object(members) => {
                members.into_iter().map(|(name, member)| (name, self.looked_up(member))).collect()
            }
            other => other,
        }
    }

    fn substitute(&self, argument: &Value, path: &str) -> Result<Value, TemplateError> {
        let (source, own) = match argument {
            Value::Array(_) => {
                let [source, own] = parts(argument, "Fn::Sub", path)?;
                (text(source, "Fn::Sub", path)?, self.resolve(own, path)?.unwrap_or_default())
            }
            other => (text(other, "Fn::Sub", path)?, Value::Null),
        };
        let mut out = String::new();
        let mut rest = source;
        while let Some(at) = rest.find("${") {
            let (before, after) = rest.split_at(at);
            out.push_str(before);
            let end = after.find('}').ok_or_else(|| error(path, "Fn::Sub: a ${ has no }"))?;
            let name = after[2..end].trim();
            if let Some(literal) = name.strip_prefix('!') {
                out.extend(["${", literal, "}"]);
            } else {
                let value = match own.get(name) {
                    Some(value) => value.clone(),
                    None if name.contains('.') => self.attribute(&name.into(), path)?,
                    None => self.reference(name, path)?.unwrap_or_default(),
                };
                let value = value.as_str().ok_or_else(|| error(path, &format!("Fn::Sub: {name} is not a text")))?;
                out.push_str(value);
            }
            rest = &after[end + 1..];
        }
        out.push_str(rest);
        Ok(out.into())
    }

    fn select(&self, index: &str, items: &[Value], path: &str) -> Result<Value, TemplateError> {
        let open = |value: &Value| self.placeholders.is_open(value);
        match index.parse::<usize>().ok().and_then(|index| items.get(index)) {
            Some(item) => Ok(item.clone()),
            // A list that is one placeholder may turn out to have so many items.
            None => match items.iter().find(|item| open(item)) {
                Some(item) => Ok(item.clone()),
                None => Err(error(path, &format!("Fn::Select: there is no item {index} among {}", items.len()))),
            },
        }
    }

    /// How many items a list has. One that isn't written out may turn out to have any number where an item of it is open.
    fn length(&self, argument: &Value, path: &str) -> Result<Value, TemplateError> {
        let items = self.list(argument, "Fn::Length", path)?;
        let open = items.iter().find(|item| !argument.is_array() && self.placeholders.is_open(item));
        Ok(open.cloned().unwrap_or_else(|| items.len().to_string().into()))
    }

    fn find_in_map(&self, argument: &Value, path: &str) -> Resolved {
        let name = "Fn::FindInMap";
        let all = argument.as_array().filter(|all| (3..=4).contains(&all.len()));
        let all = all.ok_or_else(|| error(path, "Fn::FindInMap takes a map, a key and a second key"))?;
        let keys = all[..3].iter().map(|key| self.text_of(key, name, path)).collect::<Result<Vec<_>, _>>()?;
        let found = self.section("Mappings", &keys[0]).and_then(|map| map.get(&keys[1])?.get(&keys[2]));
        match (found, all.get(3).and_then(|options| options.get("DefaultValue"))) {
            (Some(found), _) => self.resolve(found, path),
            (None, Some(default)) => self.resolve(default, path),
            (None, None)
                if keys.iter().any(|key| !self.placeholders.open_in(key).is_empty()) || !self.is_complete() =>
            {
                Ok(Some(self.stand_in(&keys.concat(), format!("{name} {}", keys.join(".")))))
            }
            (None, None) => {
                Err(error(path, &format!("Fn::FindInMap: the template maps nothing at {}", keys.join("."))))
            }
        }
    }

    fn section(&self, section: &str, name: &str) -> Option<&'t Value> {
        self.template.get(section)?.get(name)
    }

    fn list(&self, value: &Value, function: &str, path: &str) -> Result<Vec<Value>, TemplateError> {
        match self.resolve(value, path)? {
            Some(Value::Array(items)) => Ok(items),
            // A placeholder for a list is one item.
            Some(one) if self.placeholders.is_open(&one) => Ok(vec![one]),
            _ => Err(error(path, &format!("{function} takes a list"))),
        }
    }

    fn text_of(&self, value: &Value, function: &str, path: &str) -> Result<String, TemplateError> {
        match self.resolve(value, path)? {
            Some(Value::String(text)) => Ok(text),
            _ => Err(error(path, &format!("{function} takes a text"))),
        }
    }

    fn once<T>(&self, what: &str, work: impl FnOnce() -> Result<T, TemplateError>) -> Result<T, TemplateError> {
        if self.pending.borrow().iter().any(|pending| pending == what) {
            return Err(error(what, "depends on itself"));
        }
        self.pending.borrow_mut().push(what.to_owned());
        let done = work();
        self.pending.borrow_mut().pop();
        done
    }
}

/// A policy's `Condition` is an object, a template's names a condition.
fn is_function(name: &str, argument: &Value) -> bool {
    name == "Ref" || name == "Condition" && argument.is_string() || name.starts_with("Fn::")
}

/// Whether something adds resources, mappings or conditions that the template's text doesn't have
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/transform-reference.html>).
fn is_extended(template: &Value) -> bool {
    let adds_nothing = |name: &Value| name.as_str() == Some("AWS::LanguageExtensions");
    let transforms = match template.get("Transform") {
        Some(Value::Array(several)) => !several.iter().all(adds_nothing),
        Some(one) => !adds_nothing(one),
        None => false,
    };
    let of_module =
        |resource: &Value| resource.get("Type").and_then(Value::as_str).is_some_and(|name| name.ends_with("::MODULE"));
    let resources = template.get("Resources").and_then(Value::as_object);
    transforms || resources.is_some_and(|all| all.values().any(of_module)) || includes(template, 0)
}

/// Whether a loop or an include stands anywhere down to the resources' own level.
fn includes(value: &Value, depth: usize) -> bool {
    const RESOURCE: usize = 3;
    let Value::Object(members) = value else { return false };
    depth < RESOURCE
        && members.iter().any(|(name, member)| {
            name == "Fn::Transform" || name.starts_with("Fn::ForEach::") || includes(member, depth + 1)
        })
}

fn parts<'v, const N: usize>(argument: &'v Value, function: &str, path: &str) -> Result<&'v [Value; N], TemplateError> {
    let parts = argument.as_array().and_then(|all| all.as_slice().try_into().ok());
    parts.ok_or_else(|| error(path, &format!("{function} takes a list of {N}")))
}

fn text<'v>(value: &'v Value, function: &str, path: &str) -> Result<&'v str, TemplateError> {
    value.as_str().ok_or_else(|| error(path, &format!("{function} takes a text here")))
}

fn error(path: &str, message: &str) -> TemplateError {
    TemplateError { path: path.to_owned(), message: message.to_owned() }
}

#[cfg(test)]
mod tests;
