//! The author's tags, which go on everything made, as do the ones that say whose it is.

use std::collections::BTreeSet;

use aws_sdk_sagemaker::types::Tag as SdkTag;

use super::quote;
use crate::properties::{Member, Problems};

/// What the keys of ownership tags start with. Nobody else may use it.
pub const OWNERSHIP_PREFIX: &str = "monitored-endpoint:";

/// SageMaker and CloudWatch take 50 tags; three are ours.
const MAX_TAGS: usize = 47;

/// A key and a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag {
    /// 1 to 128 characters.
    pub key: String,
    /// 0 to 256 characters.
    pub value: String,
}

/// `[\p{L}\p{Z}\p{N}_.:/=+\-@]`, what keys and values are made of:
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Tag.html>.
fn is_tag_character(c: char) -> bool {
    c.is_alphanumeric() || c.is_whitespace() && !c.is_control() || "_.:/=+-@".contains(c)
}

/// Validates the author's tags by <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Tag.html>.
pub(super) fn validate(list: &Member<'_, Option<Vec<SdkTag>>>, problems: &Problems) -> Vec<Tag> {
    let mut seen = BTreeSet::new();
    let tags = list.items();
    if tags.len() > MAX_TAGS {
        let message = format!(
            "{} tags are too many; use at most {MAX_TAGS} (AWS takes 50, three say whose resource it is)",
            tags.len()
        );
        problems.invalid(&list.path, message);
    }
    let validated = tags.iter().filter_map(|tag| {
        if !problems.clean(&tag.path) {
            return None;
        }
        let (given_key, given_value) = (tag.key(), tag.value());
        let key_path = given_key.path;
        let Some(key) = given_key.value.as_deref().filter(|key| !key.is_empty()) else {
            problems.missing(&key_path, "every tag needs a key");
            return None;
        };
        let value = given_value.value.as_deref().unwrap_or_default();
        for (place, text, most) in [(&key_path, key, 128), (&given_value.path, value, 256)] {
            let length = text.chars().count();
            if length > most {
                let message = format!("{} has {length} characters; use at most {most}", quote(text, problems));
                problems.invalid(place, message);
            } else if let Some(other) = text.chars().find(|c| !is_tag_character(*c)) {
                let other = if problems.may_quote() { format!("{other:?}") } else { "a character".to_owned() };
                let message = format!(
                    "{} has {other}, which no tag takes; use letters, digits, spaces and the signs _ . : / = + - @",
                    quote(text, problems),
                );
                problems.invalid(place, message);
            }
        }
        if key.to_ascii_lowercase().starts_with("aws:") || key.starts_with(OWNERSHIP_PREFIX) {
            let message =
                format!("{} is reserved; keys can't start with aws: or {OWNERSHIP_PREFIX}", quote(key, problems));
            problems.invalid(&key_path, message);
        }
        if !seen.insert(key.to_owned()) {
            problems.conflict(&key_path, format!("{} is given twice; keep one", quote(key, problems)));
        }
        Some(Tag { key: key.to_owned(), value: value.to_owned() })
    });
    validated.collect()
}
