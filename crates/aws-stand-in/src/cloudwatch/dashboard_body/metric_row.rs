//! One row of a metric widget's `metrics`: a metric spelt out or abbreviated, or an expression.
//! `"."` repeats the value at the same place of the row before, `"..."` all values up to the ones that follow.

use serde_json::{Map, Value};

use super::{
    Findings,
    field::{self, Field, Place},
};
use crate::cloudwatch::alarm_rules::is_id;
use metric_math::evaluation;

const MOST_DIMENSIONS: usize = 30;

const RENDERING: &[(&str, Field)] = &[
    ("accountId", Field::Text),
    ("color", Field::Color),
    ("expression", Field::Text),
    ("id", Field::Text),
    ("label", Field::Text),
    ("period", Field::Period),
    ("region", Field::Text),
    ("stat", Field::Statistic),
    ("visible", Field::Flag),
    ("yAxis", Field::OneOf(&["left", "right"])),
];

/// A row as it reads once its abbreviations are written out.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// Namespace, name, then dimension names and values; empty for an expression.
    pub(super) words: Vec<String>,
    pub(super) id: Option<String>,
    pub(super) expression: Option<evaluation::Expression>,
}

/// Reads a row; `before` are the words of the metric before it.
pub(super) fn read(row: &Value, before: &[String], path: &str, findings: &mut Findings) -> Row {
    let Some(row) = row.as_array() else {
        findings.error(path, "Should be array");
        findings.error(
            path,
            "Field \"metrics\" has to be an array of array of strings, with an optional metricRenderer object as last element",
        );
        return Row::default();
    };
    let (words, rendering) = match row.split_last() {
        Some((Value::Object(rendering), words)) => (words, Some(rendering)),
        _ => (&row[..], None),
    };
    for (index, _) in words.iter().enumerate().filter(|(_, word)| !word.is_string()) {
        findings.error(&format!("{path}/{index}"), "Invalid metric field type, only \"String\" type is allowed");
    }
    let words: Vec<_> = words.iter().filter_map(Value::as_str).collect();
    let at = words.len();
    let mut read = Row::default();
    if let Some(rendering) = rendering {
        read_rendering(rendering, &format!("{path}/{at}"), &mut read, findings);
    }
    match (words.is_empty(), rendering.is_some_and(|rendering| rendering.contains_key("expression"))) {
        (true, true) => {}
        (true, false) => findings.error(path, "Should NOT have fewer than 2 items"),
        (false, true) => findings.error(path, "An expression takes no namespace, name or dimensions beside it"),
        (false, false) => match written_out(&words, before) {
            Ok(words) => read.words = words,
            Err(message) => findings.error(path, message),
        },
    }
    read
}

fn read_rendering(rendering: &Map<String, Value>, path: &str, read: &mut Row, findings: &mut Findings) {
    for name in rendering.keys().filter(|name| !RENDERING.iter().any(|(known, _)| known == name)) {
        findings.error(path, format!("Should NOT have additional properties: \"{name}\" is no rendering property"));
    }
    let known: Map<_, _> = rendering
        .iter()
        .filter(|(name, _)| RENDERING.iter().any(|(known, _)| known == name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    field::check(&known, RENDERING, &Place { path, unknown: "" }, findings);
    if let Some(id) = rendering.get("id").and_then(Value::as_str) {
        if is_id(id) {
            read.id = Some(id.to_owned());
        } else {
            findings.error(&format!("{path}/id"), "Should match pattern \"^[a-z][a-zA-Z0-9_]*$\"");
        }
    }
    if let Some(text) = rendering.get("expression").and_then(Value::as_str) {
        match evaluation::read(text) {
            Ok(expression) => read.expression = Some(expression),
            Err(error) => {
                findings.warn(&format!("{path}/expression"), format!("The expression can't be read: {error}"));
            }
        }
    }
}

/// Writes abbreviations out, from the row before.
fn written_out(words: &[&str], before: &[String]) -> Result<Vec<String>, String> {
    let mut full: Vec<String> = Vec::new();
    for (index, word) in words.iter().enumerate() {
        match *word {
            "..." if index != 0 => return Err("\"...\" can only come first".into()),
            "..." => {
                let kept = before
                    .len()
                    .checked_sub(words.len() - 1)
                    .filter(|_| !before.is_empty())
                    .ok_or("\"...\" needs a metric before it with as many values")?;
                full.extend_from_slice(&before[..kept]);
            }
            "." => {
                let repeated = before.get(full.len()).ok_or("\".\" needs a metric before it with a value there")?;
                full.push(repeated.clone());
            }
            word => full.push(word.to_owned()),
        }
    }
    if full.len() < 2 {
        return Err("Should NOT have fewer than 2 items".into());
    }
    if !full.len().is_multiple_of(2) {
        return Err("Dimensions have to come in pairs of name and value".into());
    }
    if full.len() > 2 + 2 * MOST_DIMENSIONS {
        return Err(format!("Should NOT have more than {MOST_DIMENSIONS} dimensions"));
    }
    Ok(full)
}

#[cfg(test)]
mod tests {
    use super::written_out;

    #[test]
    fn abbreviations_are_written_out() {
        let before: Vec<_> = ["NS", "M", "A", "1", "B", "2"].map(String::from).into();
        let out = |words: &[&str]| written_out(words, &before).map(|words| words.join(" "));
        assert_eq!(out(&[".", "N", ".", ".", ".", "3"]).unwrap(), "NS N A 1 B 3");
        assert_eq!(out(&["...", "3"]).unwrap(), "NS M A 1 B 3");
        assert_eq!(out(&["...", "9", ".", "3"]).unwrap(), "NS M A 9 B 3");
        assert_eq!(out(&["..."]).unwrap(), "NS M A 1 B 2");
        assert!(out(&["NS", "M", "A"]).is_err());
        assert!(out(&["NS", "..."]).is_err());
        assert!(written_out(&["."], &[]).is_err());
        assert!(written_out(&["...", "x"], &[]).is_err());
    }
}
