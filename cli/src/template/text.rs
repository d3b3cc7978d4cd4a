//! A template's text, YAML or JSON, as values: short tags in their long form, every scalar the text that CloudFormation would
//! send to a provider.

use saphyr::{MappingOwned, ScalarOwned, ScalarStyle, YamlLoader, YamlOwned};
use saphyr_parser::Parser;
use serde_json::{Map, Value, json};
use thiserror::Error;

/// A text that isn't a template's.
#[derive(Debug, Error)]
pub(crate) enum TextError {
    /// It isn't YAML.
    #[error("not YAML: {0}")]
    Yaml(#[from] saphyr::ScanError),
    /// It isn't JSON.
    #[error("not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// There are several documents, or none.
    #[error("{0} YAML documents: a template is one")]
    Documents(usize),
    /// Something that YAML has and CloudFormation hasn't.
    #[error("{0}")]
    Strange(String),
}

/// Reads a template, or properties, from text.
pub(crate) fn read(text: &str) -> Result<Value, TextError> {
    if text.trim_start().starts_with('{') {
        // Flow YAML starts like that too, so its own reader has the second try and the last word.
        if let Ok(value) = serde_json::from_str(text) {
            return Ok(as_sent(value));
        }
    }
    let mut loader = YamlLoader::<YamlOwned>::default();
    // As written: `0123` is an account's start and no number, `5.70` a price.
    loader.early_parse(false);
    Parser::new_from_str(text).load(&mut loader, true)?;
    if let Some(error) = loader.error() {
        return Err(error.clone().into());
    }
    let documents = loader.into_documents();
    match documents.as_slice() {
        [document] => value(document),
        several => Err(TextError::Documents(several.len())),
    }
}

/// As CloudFormation sends properties: every scalar is text.
pub(crate) fn as_sent(value: Value) -> Value {
    match value {
        Value::Bool(_) | Value::Number(_) => value.to_string().into(),
        Value::Array(items) => items.into_iter().map(as_sent).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, as_sent(value))).collect(),
        Value::Null | Value::String(_) => value,
    }
}

fn value(node: &YamlOwned) -> Result<Value, TextError> {
    match node {
        YamlOwned::Representation(text, style, tag) => {
            let scalar = scalar(text, *style);
            match tag {
                Some(tag) if !tag.is_yaml_core_schema() => long_form(&tag.suffix, scalar),
                _ => Ok(scalar),
            }
        }
        YamlOwned::Value(ScalarOwned::Null) => Ok(Value::Null),
        YamlOwned::Value(ScalarOwned::Boolean(flag)) => Ok(flag.to_string().into()),
        YamlOwned::Value(ScalarOwned::Integer(number)) => Ok(number.to_string().into()),
        YamlOwned::Value(ScalarOwned::FloatingPoint(number)) => Ok(number.to_string().into()),
        YamlOwned::Value(ScalarOwned::String(text)) => Ok(text.as_str().into()),
        YamlOwned::Sequence(items) => items.iter().map(value).collect(),
        YamlOwned::Mapping(members) => mapping(members),
        YamlOwned::Tagged(tag, inner) => long_form(&tag.suffix, value(inner)?),
        YamlOwned::Alias(_) | YamlOwned::BadValue => {
            Err(TextError::Strange("an alias or a value that can't be read".to_owned()))
        }
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return text.into();
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => "true".into(),
        "false" | "False" | "FALSE" => "false".into(),
        other => other.into(),
    }
}

fn mapping(members: &MappingOwned) -> Result<Value, TextError> {
    let mut object = Map::new();
    for (key, member) in members {
        let key = match value(key)? {
            Value::String(key) => key,
            other => return Err(TextError::Strange(format!("the key {other} is not a text"))),
        };
        object.insert(key, value(member)?);
    }
    Ok(Value::Object(object))
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
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn short_tags_get_their_long_form_at_any_depth() {
        let text =
            "A: !Sub ${X}-y\nB: !If [C, [!Ref T], !Ref AWS::NoValue]\nD: !GetAtt R.Outputs.X\nE: !Not [!Condition C]\n";
        assert_eq!(
            read(text).unwrap(),
            json!({
                "A": {"Fn::Sub": "${X}-y"},
                "B": {"Fn::If": ["C", [{"Ref": "T"}], {"Ref": "AWS::NoValue"}]},
                "D": {"Fn::GetAtt": ["R", "Outputs.X"]},
                "E": {"Fn::Not": [{"Condition": "C"}]},
            })
        );
    }

    #[test]
    fn scalars_are_the_text_that_was_written() {
        let text = "{account: 012345678901, price: 5.70, on: True, text: 'true', none: , list: [1, 2]}";
        assert_eq!(
            read(text).unwrap(),
            json!({"account": "012345678901", "price": "5.70", "on": "true", "text": "true", "none": null, "list": ["1", "2"]})
        );
        assert_eq!(read(r#"{"on": true, "n": 5.5}"#).unwrap(), json!({"on": "true", "n": "5.5"}));
    }

    #[test]
    fn what_is_no_template_is_refused_with_its_place() {
        assert!(matches!(read("a: 1\na: 2\n"), Err(TextError::Yaml(_))));
        assert!(matches!(read("---\na: 1\n---\nb: 2\n"), Err(TextError::Documents(2))));
        let error = read("a: [1\n").unwrap_err().to_string();
        assert!(error.contains("line"), "{error}");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            drop(read(&text));
        }
    }
}
