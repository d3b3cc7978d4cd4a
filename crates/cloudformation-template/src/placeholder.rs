//! What stands in for a value that only a deployment knows: visible in everything that is shown, and valid where names and
//! ARNs are asked for, so that the rest can be validated.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde_json::Value;

/// What every placeholder begins with.
pub const MARK: &str = "UNRESOLVED-";

/// The placeholders that were made, by their text, with what each stands for.
#[derive(Debug, Default)]
pub struct Placeholders {
    made: RefCell<BTreeMap<String, Unknown>>,
}

/// Something that only a deployment knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// A parameter without a value, by its name.
    Parameter(String),
    /// Anything else, as [`Stack::values`](crate::Stack::values) calls it: `Ref AlarmTopic`, `Fn::ImportValue role`.
    Value(String),
}

impl fmt::Display for Unknown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parameter(name) => write!(formatter, "parameter {name}"),
            Self::Value(what) => formatter.write_str(what),
        }
    }
}

/// A value that couldn't be resolved, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// Where: `Properties.AlarmActions[0]`.
    pub path: String,
    /// What it depends on.
    pub depends_on: Vec<Unknown>,
}

impl Open {
    /// What it depends on, as one phrase.
    #[must_use]
    pub fn words(&self) -> String {
        self.depends_on.iter().map(Unknown::to_string).collect::<Vec<_>>().join(" and ")
    }
}

impl Placeholders {
    /// The text that stands for `stands_for`, made from `name`.
    pub(crate) fn text(&self, name: &str, stands_for: Unknown) -> String {
        const LONGEST: usize = 40;
        let mut text = MARK.to_owned();
        for letter in name.chars().take(LONGEST) {
            // Names of endpoints take letters, digits and single hyphens.
            let letter = if letter.is_ascii_alphanumeric() { letter } else { '-' };
            if letter != '-' || !text.ends_with('-') {
                text.push(letter);
            }
        }
        let text = text.trim_end_matches('-').to_owned();
        let mut made = self.made.borrow_mut();
        // Two things whose names look alike are still two.
        let taken = |text: &String| made.get(text).is_some_and(|other| *other != stands_for);
        let numbered = (2..).map(|number| format!("{text}-{number}"));
        let text = std::iter::once(text.clone()).chain(numbered).find(|text| !taken(text)).unwrap_or(text);
        made.insert(text.clone(), stands_for);
        text
    }

    /// What `text` depends on, in its order.
    pub(crate) fn open_in(&self, text: &str) -> Vec<Unknown> {
        let mut found = Vec::new();
        for (_, stands_for) in self.ranges_in(text) {
            if !found.contains(&stands_for) {
                found.push(stands_for);
            }
        }
        found
    }

    /// Where placeholders stand in `text`, in bytes, with what each stands for.
    fn ranges_in(&self, text: &str) -> Vec<(Range<usize>, Unknown)> {
        let made = self.made.borrow();
        let mut found = Vec::new();
        let mut start = 0;
        while let Some(at) = text[start..].find(MARK) {
            start += at;
            let rest = &text[start..];
            // One placeholder may begin like another.
            let longest = made.iter().filter(|(one, _)| rest.starts_with(*one)).max_by_key(|(one, _)| one.len());
            let end = start + longest.map_or(MARK.len(), |(one, _)| one.len());
            found.extend(longest.map(|(_, stands_for)| (start..end, stands_for.clone())));
            start = end;
        }
        found
    }

    /// `text` cut at each `delimiter` that isn't within a placeholder: nobody knows yet where its value will be cut.
    pub(crate) fn split<'t>(&self, text: &'t str, delimiter: &str) -> Vec<&'t str> {
        let placeholders = self.ranges_in(text);
        let is_within = |cut: &Range<usize>| {
            placeholders.iter().any(|(placeholder, _)| cut.start < placeholder.end && placeholder.start < cut.end)
        };
        let mut parts = Vec::new();
        let mut start = 0;
        for (at, found) in text.match_indices(delimiter) {
            let cut = at..at + found.len();
            if !is_within(&cut) {
                parts.push(&text[start..cut.start]);
                start = cut.end;
            }
        }
        parts.push(&text[start..]);
        parts
    }

    /// Whether anything within the value is open.
    pub fn is_open(&self, value: &Value) -> bool {
        !self.all_in(value, "").is_empty()
    }

    /// Everything that is open within a value that stands at `path`.
    pub fn all_in(&self, value: &Value, path: &str) -> Vec<Open> {
        match value {
            Value::String(text) => {
                let depends_on = self.open_in(text);
                if depends_on.is_empty() { Vec::new() } else { vec![Open { path: path.to_owned(), depends_on }] }
            }
            Value::Array(items) => {
                let each = items.iter().enumerate();
                each.flat_map(|(at, item)| self.all_in(item, &format!("{path}[{at}]"))).collect()
            }
            Value::Object(members) => {
                members.iter().flat_map(|(name, member)| self.all_in(member, &format!("{path}.{name}"))).collect()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_placeholder_is_a_valid_name_and_is_found_again() {
        let placeholders = Placeholders::default();
        let import = Unknown::Value("Fn::ImportValue prod/vpc".to_owned());
        let parameter = Unknown::Parameter("Name".to_owned());
        let text = placeholders.text("prod/vpc::-endpoint.", import.clone());
        assert_eq!(text, "UNRESOLVED-prod-vpc-endpoint");
        let name = placeholders.text("Name", parameter.clone());
        let value = json!({"a": [{"b": format!("x-{text}-{name}")}], "c": "plain"});
        let open = Open { path: "Properties.a[0].b".to_owned(), depends_on: vec![import, parameter] };
        assert_eq!(open.words(), "Fn::ImportValue prod/vpc and parameter Name");
        assert_eq!(placeholders.all_in(&value, "Properties"), [open]);
    }
}
