//! Whose something is, by its tags, and which tags to change.

use crate::plan::{Owner, Ownership};
use crate::spec::Tag;

/// What the tags of something say about `owner`.
pub(super) fn is_owned(tags: &[Tag], owner: &Owner) -> bool {
    Ownership::from_tags(tags).is_some_and(|ownership| ownership.owner == *owner)
}

/// Whose something is, for the author of a stack that can't have it.
pub(super) fn owner_in_words(tags: &[Tag]) -> String {
    match Ownership::from_tags(tags) {
        Some(Ownership { owner, .. }) => format!("belongs to {} of stack {}", owner.logical_id, owner.stack_id),
        None => "was not made by this resource".to_owned(),
    }
}

/// Tags to set and keys to remove, so that `current` holds `wanted` and nothing of `dropped`.
pub(super) fn tag_changes(current: &[Tag], wanted: &[Tag], dropped: &[String]) -> (Vec<Tag>, Vec<String>) {
    let set = wanted.iter().filter(|tag| !current.contains(tag)).cloned().collect();
    let is_set = |key: &str, tags: &[Tag]| tags.iter().any(|tag| tag.key == key);
    let remove = dropped.iter().filter(|key| is_set(key, current) && !is_set(key, wanted)).cloned().collect();
    (set, remove)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &str, value: &str) -> Tag {
        Tag { key: key.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn only_what_differs_is_changed_and_tags_of_others_stay() {
        let current = [tag("a", "1"), tag("b", "2"), tag("theirs", "x"), tag("gone", "y")];
        let wanted = [tag("a", "1"), tag("b", "3"), tag("c", "4")];
        let (set, remove) = tag_changes(&current, &wanted, &["gone".to_owned(), "a".to_owned()]);
        assert_eq!(set, [tag("b", "3"), tag("c", "4")]);
        assert_eq!(remove, ["gone"]);
    }

    #[test]
    fn another_stack_a_resource_of_the_same_stack_and_nobody_are_not_the_owner() {
        let owner = |stack: &str, logical: &str| Owner { stack_id: stack.to_owned(), logical_id: logical.to_owned() };
        let tags = Ownership::of(&owner("s1", "A"), "id").tags();
        assert!(is_owned(&tags, &owner("s1", "A")));
        assert!(!is_owned(&tags, &owner("s2", "A")));
        assert!(!is_owned(&tags, &owner("s1", "B")));
        assert!(!is_owned(&[], &owner("s1", "A")));
        assert_eq!(owner_in_words(&tags), "belongs to A of stack s1");
    }
}
