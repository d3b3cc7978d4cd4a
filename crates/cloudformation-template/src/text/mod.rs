//! A template's text, YAML or JSON, as values: short tags in their long form, every scalar the text that CloudFormation would
//! send to a provider. With them come the line of each value, and what CloudFormation reads otherwise than its author may think.

use std::collections::BTreeMap;

use saphyr::{MarkedYamlOwned, ScalarOwned, ScalarStyle, ScanError, YamlDataOwned, YamlLoader};
use saphyr_parser::{Parser, Tag};
use serde_json::{Map, Value, json};
use thiserror::Error;

use crate::lines::Lines;
use crate::repeated::Keys;
use crate::scalar::{plain, surprise};

/// A text that isn't a template's.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TextError {
    /// It isn't YAML: why, and where.
    #[error("not YAML: {0}")]
    Yaml(String),
    /// There is nothing in it.
    #[error("empty: there is no template in it")]
    Empty,
    /// There are several documents.
    #[error("{0} YAML documents: a template is one")]
    Documents(usize),
    /// Something that YAML has and CloudFormation hasn't.
    #[error("{0}")]
    Strange(String),
}

impl TextError {
    /// The same with its line.
    fn on(self, node: &MarkedYamlOwned) -> Self {
        match self {
            Self::Strange(what) if !what.starts_with("line ") => {
                Self::Strange(format!("line {}: {what}", node.span.start.line()))
            }
            other => other,
        }
    }
}

/// What a text says.
#[derive(Debug, Default)]
pub struct Document {
    /// Its values, in the long form of every function.
    pub value: Value,
    /// Where each of them stands.
    pub lines: Lines,
    /// What is read in a way that its author may not think of.
    pub remarks: Vec<Remark>,
}

impl Document {
    /// What `aws cloudformation get-template` prints is a template within an answer: that template, or this document.
    #[must_use]
    pub fn of_template(mut self) -> Self {
        const MEMBER: &str = "TemplateBody";
        if self.value.get("Resources").is_some() {
            return self;
        }
        match self.value.get_mut(MEMBER).map(Value::take) {
            Some(Value::String(text)) => match read(&text) {
                // Its lines are none of the file's.
                Ok(inner) => Self { value: inner.value, ..Self::default() },
                Err(_) => self,
            },
            Some(body @ Value::Object(_)) => {
                let lines = self.lines.0.into_iter();
                let within = lines
                    .filter_map(|(path, line)| Some((path.strip_prefix(MEMBER)?.strip_prefix('.')?.to_owned(), line)));
                Self { value: body, lines: Lines(within.collect()), remarks: Vec::new() }
            }
            _ => self,
        }
    }
}

/// Something to say of a place in the text.
#[derive(Debug, PartialEq, Eq)]
pub struct Remark {
    /// Its line, from 1.
    pub line: usize,
    /// Where it stands, if it is of interest there alone.
    pub path: Option<String>,
    /// In words.
    pub message: String,
}

/// Reads a template, or properties, from text.
pub fn read(text: &str) -> Result<Document, TextError> {
    let text = content(text)?;
    match json(text) {
        // Only YAML's reader knows lines, and JSON is YAML but for odd corners.
        Some(value) => Ok(Document { value, ..yaml(&as_yaml(text)).unwrap_or_default() }),
        None => yaml(text),
    }
}

/// The values that [`read`] gives, for whoever asks for no lines and no remarks: for these alone, JSON is read twice.
pub fn read_value(text: &str) -> Result<Value, TextError> {
    let text = content(text)?;
    json(text).map_or_else(|| Ok(yaml(text)?.value), Ok)
}

/// A text without its byte order mark.
fn content(text: &str) -> Result<&str, TextError> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() { Err(TextError::Empty) } else { Ok(text) }
}

/// The values of a text that is JSON. Flow YAML starts like it too, so YAML's reader has the second try and the last word.
fn json(text: &str) -> Option<Value> {
    text.trim_start().starts_with('{').then(|| serde_json::from_str(text).ok().map(as_sent)).flatten()
}

/// JSON on the same lines without what YAML doesn't take: tabs between its values, and halves of a character in an escape.
fn as_yaml(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find(['\t', '\\']) {
        let (before, found) = rest.split_at(at);
        out.push_str(before);
        let escape = found.get(..6).filter(|escape| {
            let half = escape.strip_prefix("\\u").and_then(|digits| u32::from_str_radix(digits, 16).ok());
            half.is_some_and(|half| (0xd800..0xe000).contains(&half))
        });
        rest = match (escape, found.strip_prefix('\t')) {
            (Some(escape), _) => {
                out.push('?');
                &found[escape.len()..]
            }
            (None, Some(rest)) => {
                out.push(' ');
                rest
            }
            // A backslash belongs with what follows it.
            (None, None) => {
                let end = found.char_indices().nth(2).map_or(found.len(), |(end, _)| end);
                out.push_str(&found[..end]);
                &found[end..]
            }
        };
    }
    out + rest
}

fn not_yaml(error: &ScanError) -> TextError {
    TextError::Yaml(error.to_string())
}

fn yaml(text: &str) -> Result<Document, TextError> {
    let keys = Keys::of(text).map_err(|error| not_yaml(&error))?;
    if keys.too_deep {
        return Err(TextError::Strange("nested too deeply for a template".to_owned()));
    }
    let mut loader = YamlLoader::<MarkedYamlOwned>::default();
    // As written: what a scalar is, YAML 1.1 decides and not 1.2.
    loader.early_parse(false);
    loader.allow_duplicate_keys(true);
    Parser::new_from_str(text).load(&mut loader, true).map_err(|error| not_yaml(&error))?;
    if let Some(error) = loader.error() {
        return Err(not_yaml(error));
    }
    let documents = loader.into_documents();
    let [document] = documents.as_slice() else { return Err(TextError::Documents(documents.len())) };
    let mut reader = Reader::default();
    let value = reader.value(document, "")?;
    let repeated = keys.repeated.into_iter().map(|(line, message)| Remark { line, path: None, message });
    let mut remarks: Vec<Remark> = reader.remarks.into_iter().chain(repeated).collect();
    if let (Some(line), false) = (keys.aliases.first(), reader.merges) {
        remarks.push(Remark { line: *line, path: None, message: said_of("an alias (*name)") });
    }
    remarks.sort_by_key(|remark| remark.line);
    Ok(Document { value, lines: Lines(reader.lines), remarks })
}

fn said_of(what: &str) -> String {
    format!(
        "{what} is resolved here, but CloudFormation itself refuses it; `aws cloudformation package` and `sam package` write it out"
    )
}

/// As CloudFormation sends properties: every scalar is text.
pub fn as_sent(value: Value) -> Value {
    match value {
        Value::Bool(_) | Value::Number(_) => value.to_string().into(),
        Value::Array(items) => items.into_iter().map(as_sent).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, as_sent(value))).collect(),
        Value::Null | Value::String(_) => value,
    }
}

/// Builds values and notes where each stands.
#[derive(Default)]
struct Reader {
    lines: BTreeMap<String, usize>,
    remarks: Vec<Remark>,
    merges: bool,
}

impl Reader {
    fn value(&mut self, node: &MarkedYamlOwned, path: &str) -> Result<Value, TextError> {
        match &node.data {
            YamlDataOwned::Representation(text, style, tag) => {
                if let (ScalarStyle::Plain, None, Some(form)) = (style, tag, surprise(text)) {
                    let value = plain(text);
                    let message = format!(
                        "{path}: {text} is {form} in YAML 1.1 and arrives as {value}; put it in quotes to keep it as written"
                    );
                    self.remarks.push(Remark { line: node.span.start.line(), path: Some(path.to_owned()), message });
                }
                scalar(text, *style, tag.as_ref()).map_err(|error| error.on(node))
            }
            YamlDataOwned::Value(ScalarOwned::String(text)) => Ok(text.as_str().into()),
            YamlDataOwned::Sequence(items) => {
                let mut all = Vec::new();
                for (at, item) in items.iter().enumerate() {
                    let path = format!("{path}[{at}]");
                    self.lines.insert(path.clone(), item.span.start.line());
                    all.push(self.value(item, &path)?);
                }
                Ok(all.into())
            }
            YamlDataOwned::Mapping(members) => {
                let mut object = Map::new();
                let mut merged = Vec::new();
                for (key, member) in members {
                    let name = key_of(key)?;
                    let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    if name == "<<" {
                        self.merges = true;
                        let message = said_of("a merge key (<<)");
                        self.remarks.push(Remark { line: key.span.start.line(), path: None, message });
                        merged.push(self.value(member, &path)?);
                        continue;
                    }
                    self.lines.insert(path.clone(), key.span.start.line());
                    object.insert(name, self.value(member, &path)?);
                }
                merge(&mut object, merged);
                Ok(Value::Object(object))
            }
            YamlDataOwned::Tagged(tag, inner) => {
                long_form(&tag.suffix, self.value(inner, path)?).map_err(|error| error.on(node))
            }
            YamlDataOwned::Value(_) | YamlDataOwned::Alias(_) | YamlDataOwned::BadValue => {
                Err(TextError::Strange("an alias or a value that can't be read".to_owned()).on(node))
            }
        }
    }
}

/// Members that a mapping doesn't have itself, from the first that has them.
fn merge(object: &mut Map<String, Value>, merged: Vec<Value>) {
    for one in merged {
        let sources = if let Value::Array(several) = one { several } else { vec![one] };
        for (name, value) in sources.into_iter().filter_map(|source| source.as_object().cloned()).flatten() {
            object.entry(name).or_insert(value);
        }
    }
}

/// Keys are names, whatever they look like.
fn key_of(key: &MarkedYamlOwned) -> Result<String, TextError> {
    match &key.data {
        YamlDataOwned::Representation(text, ..) if !text.is_empty() => Ok(text.clone()),
        _ => Err(TextError::Strange("a key that is not a string".to_owned()).on(key)),
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, TextError> {
    let untagged = if style == ScalarStyle::Plain { plain(text) } else { text.into() };
    match tag {
        // `!!str yes` and `! yes` say that it is a text.
        Some(tag) if tag.suffix.is_empty() || tag.is_yaml_core_schema() && tag.suffix == "str" => Ok(text.into()),
        Some(tag) if tag.is_yaml_core_schema() => Ok(plain(text)),
        // What a function is given is a name or a text, but for a boolean's or a number's form.
        Some(tag) => long_form(&tag.suffix, text.into()),
        None => Ok(untagged),
    }
}

/// `!Sub x` is `{"Fn::Sub": x}`, `!Ref` and `!Condition` keep their names, and `!GetAtt a.b` is a pair.
fn long_form(tag: &str, value: Value) -> Result<Value, TextError> {
    match (tag, value) {
        ("Ref" | "Condition", value) => Ok(json!({ tag: value })),
        ("GetAtt", Value::String(text)) => {
            let (resource, attribute) = text.split_once('.').ok_or_else(|| {
                TextError::Strange(format!("!GetAtt {text}: write the resource, a dot and the attribute"))
            })?;
            Ok(json!({ "Fn::GetAtt": [resource, attribute] }))
        }
        (tag, value) => Ok(json!({ format!("Fn::{tag}"): value })),
    }
}

#[cfg(test)]
mod tests;
