//! Intrinsic functions, worked out as far as a template alone allows.
//!
//! What depends on a deployment (another stack's export, an attribute that AWS gives out) becomes a placeholder, and so does
//! everything made from it. Nothing is looked up anywhere.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html>.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use thiserror::Error;

use super::placeholder::Placeholders;
use super::surroundings::Stack;

/// What CloudFormation wouldn't accept of a template either.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{path}: {message}")]
pub(crate) struct TemplateError {
    pub(crate) path: String,
    pub(crate) message: String,
}

/// Works out the values of one template.
pub(crate) struct Resolver<'t> {
    template: &'t Value,
    stack: &'t Stack,
    /// Whether this is a template. Properties alone may refer to what isn't there.
    whole: bool,
    pub(crate) placeholders: Placeholders,
    /// Names that were taken as true because nobody can know.
    assumed: RefCell<BTreeSet<String>>,
    /// Conditions and resources that are being worked out, against circles.
    pending: RefCell<Vec<String>>,
}

/// A value, or none where the template says that there is to be none (`AWS::NoValue`).
type Resolved = Result<Option<Value>, TemplateError>;

impl<'t> Resolver<'t> {
    pub(crate) fn new(template: &'t Value, stack: &'t Stack, whole: bool) -> Self {
        Self {
            template,
            stack,
            whole,
            placeholders: Placeholders::default(),
            assumed: RefCell::default(),
            pending: RefCell::default(),
        }
    }

    /// Conditions that nobody can decide before the deployment, and that were taken as true.
    pub(crate) fn assumed_true(&self) -> BTreeSet<String> {
        self.assumed.borrow().clone()
    }

    /// The value at `path` of the template, worked out.
    pub(crate) fn resolve(&self, value: &Value, path: &str) -> Resolved {
        match value {
            Value::Object(members) => match members.iter().next() {
                Some((name, argument)) if members.len() == 1 && is_function(name) => {
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

    /// Whether a condition of the template holds; none where only a deployment knows.
    pub(crate) fn holds(&self, name: &str, path: &str) -> Result<Option<bool>, TemplateError> {
        let Some(condition) = self.section("Conditions", name) else {
            if self.whole {
                return Err(error(path, &format!("the template has no condition {name}")));
            }
            return Ok(None);
        };
        self.once(&format!("Conditions.{name}"), || self.decide(condition, &format!("Conditions.{name}")))
    }

    /// As [`Self::holds`], with what nobody knows taken as true.
    pub(crate) fn holds_or_may(&self, name: &str, path: &str) -> Result<bool, TemplateError> {
        Ok(self.holds(name, path)?.unwrap_or_else(|| {
            self.assumed.borrow_mut().insert(name.to_owned());
            true
        }))
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
                Ok(Some(source.split(text(delimiter, name, path)?).collect()))
            }
            "Fn::Select" => {
                let [index, items] = parts(argument, name, path)?;
                let index = self.text_of(index, name, path)?;
                let items = self.list(items, name, path)?;
                self.select(&index, &items, path).map(Some)
            }
            "Fn::FindInMap" => self.find_in_map(argument, path),
            "Fn::GetAtt" => self.attribute(argument, path).map(Some),
            "Fn::Length" => Ok(Some(self.list(argument, name, path)?.len().to_string().into())),
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
        self.placeholders.text(name, stands_for).into()
    }

    fn reference(&self, name: &str, path: &str) -> Resolved {
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
        if self.whole {
            return Err(error(path, &format!("the template has no parameter or resource {name}")));
        }
        Ok(Some(self.stand_in(name, format!("Ref {name}"))))
    }

    fn parameter(&self, name: &str, parameter: &Value) -> Value {
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
                let stands_for = format!("parameter {name}");
                let text = self.placeholders.text(name, stands_for);
                let text = if name.ends_with("Arn") { self.arn("unknown", &text) } else { text };
                if is_list { json!([text]) } else { text.into() }
            }
        }
    }

    /// What a resource's own declaration says of itself; otherwise a placeholder, of an ARN's form where it is one.
    fn of_resource(&self, name: &str, resource: &Value, attribute: Option<&str>) -> Value {
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
        let text = self.placeholders.text(name, stands_for);
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

    fn arn(&self, service: &str, name: &str) -> String {
        let Stack { region, account, .. } = self.stack;
        let partition = self.stack.partition();
        match service {
            "iam" => format!("arn:{partition}:iam::{account}:role/{name}"),
            _ => format!("arn:{partition}:{service}:{region}:{account}:{name}"),
        }
    }

    fn attribute(&self, argument: &Value, path: &str) -> Result<Value, TemplateError> {
        let (resource, attribute) = if let Value::String(text) = argument {
            text.split_once('.').unwrap_or((text, ""))
        } else {
            let [resource, attribute] = parts(argument, "Fn::GetAtt", path)?;
            (text(resource, "Fn::GetAtt", path)?, text(attribute, "Fn::GetAtt", path)?)
        };
        match self.section("Resources", resource) {
            Some(found) => Ok(self.of_resource(resource, found, Some(attribute))),
            None if self.whole => Err(error(path, &format!("the template has no resource {resource}"))),
            None => Ok(self.stand_in(resource, format!("Fn::GetAtt {resource}.{attribute}"))),
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

    fn find_in_map(&self, argument: &Value, path: &str) -> Resolved {
        let name = "Fn::FindInMap";
        let all = argument.as_array().filter(|all| (3..=4).contains(&all.len()));
        let all = all.ok_or_else(|| error(path, "Fn::FindInMap takes a map, a key and a second key"))?;
        let keys = all[..3].iter().map(|key| self.text_of(key, name, path)).collect::<Result<Vec<_>, _>>()?;
        let found = self.section("Mappings", &keys[0]).and_then(|map| map.get(&keys[1])?.get(&keys[2]));
        match (found, all.get(3).and_then(|options| options.get("DefaultValue"))) {
            (Some(found), _) => self.resolve(found, path),
            (None, Some(default)) => self.resolve(default, path),
            (None, None) if keys.iter().any(|key| self.placeholders.open_in(key).is_some()) || !self.whole => {
                Ok(Some(self.stand_in(&keys.concat(), format!("{name} {}", keys.join(".")))))
            }
            (None, None) => {
                Err(error(path, &format!("Fn::FindInMap: the template maps nothing at {}", keys.join("."))))
            }
        }
    }

    fn decide(&self, condition: &Value, path: &str) -> Result<Option<bool>, TemplateError> {
        let wrong = || error(path, "not a condition; use Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition");
        let (name, argument) = condition.as_object().and_then(|only| only.iter().next()).ok_or_else(wrong)?;
        let each = || -> Result<Vec<Option<bool>>, TemplateError> {
            argument.as_array().ok_or_else(wrong)?.iter().map(|one| self.decide(one, path)).collect()
        };
        match name.as_str() {
            "Condition" => self.holds(text(argument, name, path)?, path),
            "Fn::Equals" => {
                let [one, other] = parts(argument, name, path)?;
                let (one, other) = (self.resolve(one, path)?, self.resolve(other, path)?);
                let open = |value: &Option<Value>| value.as_ref().is_some_and(|value| self.placeholders.is_open(value));
                Ok(if open(&one) || open(&other) { None } else { Some(one == other) })
            }
            "Fn::Not" => Ok(each()?.first().copied().ok_or_else(wrong)?.map(|holds| !holds)),
            "Fn::And" => Ok(all(&each()?)),
            "Fn::Or" => {
                let negated: Vec<_> = each()?.into_iter().map(|holds| holds.map(|holds| !holds)).collect();
                Ok(all(&negated).map(|none| !none))
            }
            _ => Err(wrong()),
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

/// All of them, as far as it is known.
fn all(conditions: &[Option<bool>]) -> Option<bool> {
    if conditions.contains(&Some(false)) {
        return Some(false);
    }
    conditions.iter().all(Option::is_some).then_some(true)
}

fn is_function(name: &str) -> bool {
    name == "Ref" || name == "Condition" || name.starts_with("Fn::")
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
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::template::text;

    const TEMPLATE: &str = r#"
Parameters:
  Name: { Type: String, Default: chat }
  Topic: { Type: String, Default: "" }
  Subnets: { Type: CommaDelimitedList, Default: "a, b" }
  Token: { Type: "AWS::SSM::Parameter::Value<String>", Default: /x/y }
  Price: { Type: Number }
Mappings:
  Prices: { us-east-1: { g6: 5.752 } }
Conditions:
  HasTopic: !Not [!Equals [!Ref Topic, ""]]
  Priced: !Not [!Equals [!Ref Price, ""]]
  Both: !And [!Condition HasTopic, !Condition Priced]
  Circle: !Condition Circle
Resources:
  Alarms: { Type: AWS::SNS::Topic }
  Role: { Type: AWS::IAM::Role }
  Endpoint: { Type: AWS::SageMaker::Endpoint, Properties: { EndpointName: !Sub "${Name}-prod" } }
"#;

    fn stack(parameters: &[(&str, &str)]) -> Stack {
        Stack {
            region: "us-east-1".to_owned(),
            account: "123456789012".to_owned(),
            name: "s".to_owned(),
            parameters: parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        }
    }

    fn resolved(value: &str, parameters: &[(&str, &str)]) -> Resolved {
        let (template, stack) = (text::read(TEMPLATE).unwrap(), stack(parameters));
        let resolver = Resolver::new(&template, &stack, true);
        resolver.resolve(&text::read(value).unwrap(), "P")
    }

    #[test]
    fn what_a_template_says_is_worked_out() {
        for (value, expected) in [
            ("!Ref Name", json!("chat")),
            ("!Ref Subnets", json!(["a", "b"])),
            ("!Sub '${Name}-${AWS::Region}-${!Literal}'", json!("chat-us-east-1-${Literal}")),
            ("!Sub ['${a}-${Name}', {a: !Ref AWS::AccountId}]", json!("123456789012-chat")),
            ("!Join ['-', [a, !Ref Name]]", json!("a-chat")),
            ("!Select [1, !Split ['/', a/b]]", json!("b")),
            ("!FindInMap [Prices, !Ref AWS::Region, g6]", json!("5.752")),
            ("!If [HasTopic, yes, [no, !Ref AWS::NoValue]]", json!(["no"])),
            ("!GetAtt Endpoint.EndpointName", json!("chat-prod")),
            ("!Sub '${Endpoint.EndpointName}/x'", json!("chat-prod/x")),
            ("Fn::Length: !Ref Subnets", json!("2")),
        ] {
            assert_eq!(resolved(value, &[]).unwrap(), Some(expected), "{value}");
        }
        assert_eq!(resolved("!Ref AWS::NoValue", &[]).unwrap(), None);
        assert_eq!(resolved("!If [HasTopic, yes, no]", &[("Topic", "arn:x")]).unwrap(), Some(json!("yes")));
    }

    #[test]
    fn what_only_a_deployment_knows_is_a_visible_placeholder_of_the_right_form() {
        for (value, expected) in [
            ("!Ref Token", "UNRESOLVED-Token"),
            ("!Ref Alarms", "arn:aws:sns:us-east-1:123456789012:UNRESOLVED-Alarms"),
            ("!GetAtt Role.Arn", "arn:aws:iam::123456789012:role/UNRESOLVED-Role"),
            ("!ImportValue net-Topic", "UNRESOLVED-net-Topic"),
            ("!Join ['-', [a, !Ref Price]]", "a-UNRESOLVED-Price"),
            ("!Select [3, !Split [',', !Ref Price]]", "UNRESOLVED-Price"),
        ] {
            assert_eq!(resolved(value, &[]).unwrap(), Some(json!(expected)), "{value}");
        }
    }

    #[test]
    fn a_condition_that_nobody_knows_is_taken_as_true_and_said_so() {
        let (template, stack) = (text::read(TEMPLATE).unwrap(), stack(&[]));
        let resolver = Resolver::new(&template, &stack, true);
        assert_eq!(resolver.holds("Priced", "P"), Ok(None));
        assert_eq!(resolver.holds("Both", "P"), Ok(Some(false)), "one of them is known to be false");
        assert_eq!(resolver.holds_or_may("Priced", "P"), Ok(true));
        assert_eq!(resolver.assumed_true().into_iter().collect::<Vec<_>>(), ["Priced"]);
    }

    #[test]
    fn what_cloudformation_would_refuse_is_refused_with_its_place() {
        for (value, expected) in [
            ("a: [!Ref Nme]", "P.a[0]: the template has no parameter or resource Nme"),
            ("!GetAtt Nobody.Arn", "P: the template has no resource Nobody"),
            ("!If [Nothing, a, b]", "P: the template has no condition Nothing"),
            ("!If [Circle, a, b]", "Conditions.Circle: depends on itself"),
            ("!Join [a]", "P: Fn::Join takes a list of 2"),
            (
                "!FindInMap [Prices, us-east-1, g7]",
                "P: Fn::FindInMap: the template maps nothing at Prices.us-east-1.g7",
            ),
            ("!Sub '${Name'", "P: Fn::Sub: a ${ has no }"),
            ("a: ~", "P.a: null is no value in a template; leave it out, or use AWS::NoValue"),
        ] {
            assert_eq!(resolved(value, &[]).unwrap_err().to_string(), expected, "{value}");
        }
    }

    /// Values with functions in them that nobody checked.
    fn wild() -> impl Strategy<Value = Value> {
        let name = prop::sample::select(vec![
            "Ref",
            "Fn::If",
            "Fn::Sub",
            "Fn::Join",
            "Fn::Split",
            "Fn::Select",
            "Fn::FindInMap",
            "Fn::GetAtt",
            "Fn::Not",
            "Fn::And",
            "Fn::Equals",
            "Condition",
            "Fn::Length",
            "Fn::Anything",
            "Plain",
        ]);
        let words =
            vec!["Name", "Topic", "HasTopic", "Circle", "${Name}", "${", "Endpoint.EndpointName", "-1", "0", ""];
        let leaf = prop_oneof![prop::sample::select(words).prop_map(Value::from), Just(Value::Null)];
        leaf.prop_recursive(4, 24, 3, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                (name.clone(), inner).prop_map(|(name, value)| json!({ name: value })),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_a_template_says_is_worked_out_or_refused(value in wild()) {
            let (template, stack) = (text::read(TEMPLATE).unwrap(), stack(&[]));
            for whole in [true, false] {
                drop(Resolver::new(&template, &stack, whole).resolve(&value, "P"));
            }
        }
    }
}
