//! What stands in for a value that only a deployment knows: visible in everything that is shown, and valid where names and
//! ARNs are asked for, so that the rest can be judged.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::Value;

const MARK: &str = "UNRESOLVED-";

/// The placeholders that were made, by their text, with what each stands for.
#[derive(Debug, Default)]
pub(crate) struct Placeholders {
    made: RefCell<BTreeMap<String, String>>,
}

/// A value that couldn't be resolved, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Open {
    /// Where: `Properties.AlarmActions[0]`.
    pub(crate) path: String,
    /// What it would be, in the template's words: `Ref AlarmTopic`.
    pub(crate) stands_for: String,
}

impl Placeholders {
    /// The text that stands for `stands_for`, made from `name`.
    pub(crate) fn text(&self, name: &str, stands_for: String) -> String {
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
        self.made.borrow_mut().insert(text.clone(), stands_for);
        text
    }

    /// What `text` leaves open, where it does.
    pub(crate) fn open_in(&self, text: &str) -> Option<String> {
        if !text.contains(MARK) {
            return None;
        }
        let made = self.made.borrow();
        let found = made.iter().filter(|(placeholder, _)| text.contains(placeholder.as_str()));
        found.max_by_key(|(placeholder, _)| placeholder.len()).map(|(_, stands_for)| stands_for.clone())
    }

    /// Whether anything within the value is open.
    pub(crate) fn is_open(&self, value: &Value) -> bool {
        !self.all_in(value, "").is_empty()
    }

    /// Everything that is open within a value that stands at `path`.
    pub(crate) fn all_in(&self, value: &Value, path: &str) -> Vec<Open> {
        match value {
            Value::String(text) => {
                self.open_in(text).map(|stands_for| Open { path: path.to_owned(), stands_for }).into_iter().collect()
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
        let text = placeholders.text("prod/vpc::-endpoint.", "Fn::ImportValue prod/vpc".to_owned());
        assert_eq!(text, "UNRESOLVED-prod-vpc-endpoint");
        let value = json!({"a": [{"b": format!("x-{text}-y")}], "c": "plain"});
        let open = placeholders.all_in(&value, "Properties");
        assert_eq!(
            open,
            [Open { path: "Properties.a[0].b".to_owned(), stands_for: "Fn::ImportValue prod/vpc".to_owned() }]
        );
    }
}
