//! Whose something is: three tags on everything made. What doesn't carry them is never changed or deleted.

use crate::spec::{OWNERSHIP_PREFIX, Tag};

const STACK_ID: &str = "stack-id";
const LOGICAL_ID: &str = "logical-id";
const PHYSICAL_ID: &str = "physical-id";

/// The resource of a stack that owns things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The stack's ARN.
    pub stack_id: String,
    /// The resource's name in its template.
    pub logical_id: String,
}

impl Owner {
    /// What the request ledger keeps the resource under.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}|{}", self.stack_id, self.logical_id)
    }

    /// The resource that is kept under `key`.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        let (stack_id, logical_id) = key.rsplit_once('|')?;
        Some(Self { stack_id: stack_id.to_owned(), logical_id: logical_id.to_owned() })
    }

    /// The stack's name, from an ARN that ends in `stack/NAME/UUID`.
    #[must_use]
    pub fn stack_name(&self) -> &str {
        self.stack_id.split('/').nth(1).unwrap_or_default()
    }
}

/// An owner, and the physical id under which it made something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ownership {
    /// The owner.
    pub owner: Owner,
    /// The physical id.
    pub physical_id: String,
}

impl Ownership {
    /// What `owner` makes under `physical_id`.
    #[must_use]
    pub fn of(owner: &Owner, physical_id: &str) -> Self {
        Self { owner: owner.clone(), physical_id: physical_id.to_owned() }
    }

    /// Reads who owns what carries `tags`, where anyone of ours does.
    #[must_use]
    pub fn from_tags(tags: &[Tag]) -> Option<Self> {
        let value = |name: &str| {
            let is_it = |tag: &&Tag| tag.key.strip_prefix(OWNERSHIP_PREFIX) == Some(name);
            tags.iter().find(is_it).map(|tag| tag.value.clone())
        };
        Some(Self {
            owner: Owner { stack_id: value(STACK_ID)?, logical_id: value(LOGICAL_ID)? },
            physical_id: value(PHYSICAL_ID)?,
        })
    }

    /// The tags that say so.
    #[must_use]
    pub fn tags(&self) -> [Tag; 3] {
        let tag = |name: &str, value: &str| Tag { key: format!("{OWNERSHIP_PREFIX}{name}"), value: value.to_owned() };
        [
            tag(STACK_ID, &self.owner.stack_id),
            tag(LOGICAL_ID, &self.owner.logical_id),
            tag(PHYSICAL_ID, &self.physical_id),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_the_resource_that_it_was_made_of() {
        let owner = Owner::of_key("arn:aws:cloudformation:us-east-1:123456789012:stack/s/1|Config").unwrap();
        assert_eq!((owner.stack_name(), owner.logical_id.as_str()), ("s", "Config"));
        assert_eq!(Owner::of_key(&owner.key()), Some(owner));
    }

    #[test]
    fn ownership_reads_back_from_its_tags_among_others() {
        let owner = Owner { stack_id: "arn:stack".to_owned(), logical_id: "Config".to_owned() };
        let ownership = Ownership::of(&owner, "chat-1");
        let mut tags = vec![Tag { key: "team".to_owned(), value: "ml".to_owned() }];
        tags.extend(ownership.tags());
        assert_eq!(Ownership::from_tags(&tags), Some(ownership));
        assert_eq!(Ownership::from_tags(&tags[..2]), None);
    }
}
