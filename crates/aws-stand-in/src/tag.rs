//! The rules AWS sets for tags, shared by both services.
//! See <https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html>.

use std::collections::BTreeMap;

/// A resource's tags by key.
pub(crate) type Tags = BTreeMap<String, String>;

/// The most tags a resource may carry.
pub(crate) const MOST: usize = 50;

/// Why a set of tags is refused. The text is what the service answers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TagError {
    #[error("aws: prefixed tag key names are not allowed for external use. (tag key {0:?})")]
    Reserved(String),
    #[error("Duplicate tag keys found. Please note that Tag keys are case insensitive. (tag key {0:?})")]
    Duplicate(String),
    #[error("Number of tags exceeds the limit of {MOST} tags.")]
    TooMany,
}

/// Adds tags to those a resource has; keys that it has already get the new value.
pub(crate) fn merge(existing: &Tags, added: impl IntoIterator<Item = (String, String)>) -> Result<Tags, TagError> {
    let mut seen = Vec::new();
    let mut merged = existing.clone();
    for (key, value) in added {
        if key.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:")) {
            return Err(TagError::Reserved(key));
        }
        if seen.contains(&key) {
            return Err(TagError::Duplicate(key));
        }
        seen.push(key.clone());
        merged.insert(key, value);
    }
    if merged.len() > MOST { Err(TagError::TooMany) } else { Ok(merged) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(key: &str, value: &str) -> (String, String) {
        (key.to_owned(), value.to_owned())
    }

    #[test]
    fn later_values_win_and_rules_hold() {
        let tags = merge(&Tags::new(), [pair("a", "1"), pair("b", "2")]).unwrap();
        let tags = merge(&tags, [pair("a", "3")]).unwrap();
        assert_eq!(tags, Tags::from([pair("a", "3"), pair("b", "2")]));
        assert_eq!(merge(&tags, [pair("AWS:x", "")]), Err(TagError::Reserved("AWS:x".into())));
        assert_eq!(merge(&tags, [pair("k", ""), pair("k", "")]), Err(TagError::Duplicate("k".into())));
        let many = (0..49).map(|n| pair(&n.to_string(), ""));
        assert_eq!(merge(&tags, many), Err(TagError::TooMany));
    }
}
