//! What there is to say about one property, whatever its type: the row of a table.

use super::node::ROOT;

/// One property.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// As a template spells it.
    pub name: &'static str,
    /// What it takes.
    pub kind: PropertyKind,
    /// What it is where it is left out.
    pub default: Absent,
    /// What it is for, in a sentence or two without a full stop at the end; empty without the feature `documentation`.
    pub meaning: &'static str,
    /// How a value of its kind is refused that it doesn't take.
    pub refusal: Refusal,
}

/// What a property takes. Scalars may be strings, as CloudFormation sends them.
#[derive(Clone, Copy, Debug)]
pub enum PropertyKind {
    /// Any string, or one by a rule that the meaning names.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A whole number from the first to the second.
    Integer(i64, i64),
    /// A number.
    Number,
    /// Dollars, more than 0 and at most [`MOST_DOLLARS`](super::reference::MOST_DOLLARS), or `Auto`.
    Price,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// ARNs, at most five.
    Arns,
    /// Texts, one at least: keys of tags, or names.
    Texts,
    /// A list of objects with these members.
    List(&'static [Property]),
    /// An object with these members.
    Object(&'static [Property]),
}

/// What a property is where it is left out.
#[derive(Clone, Copy, Debug)]
pub enum Absent {
    /// It can't be left out; what to do instead, in words.
    Refused(&'static str),
    /// Nothing.
    Nothing,
    /// This value, as JSON.
    Is(&'static str),
    /// Something that depends on the rest, in words.
    Depends(&'static str),
}

impl Absent {
    /// The same, without words that are written nowhere but in the reference.
    pub(super) const fn undocumented(self) -> Self {
        match self {
            Self::Depends(_) => Self::Depends(""),
            other => other,
        }
    }
}

/// How a number outside of the range, or another word, is refused.
#[derive(Clone, Copy, Debug)]
pub enum Refusal {
    /// The value "is not" this: `a number of GPUs`, `allowed`. What is allowed follows from the kind.
    IsNot(&'static str),
    /// By a rule of [`crate::spec`], which knows the rest of the declaration and so can say more.
    ByRule,
}

impl Property {
    /// Where it stands as a property of its own: `Properties.EndpointName`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{ROOT}.{}", self.name)
    }

    /// Where it stands as a member of the property called `object`: `Properties.Dashboard.Start`.
    #[must_use]
    pub fn path_in(&self, object: &str) -> String {
        format!("{ROOT}.{object}.{}", self.name)
    }

    /// The members of the object, or of each object of the list, that it takes.
    pub(super) fn members(&self) -> &'static [Property] {
        match self.kind {
            PropertyKind::List(members) | PropertyKind::Object(members) => members,
            _ => &[],
        }
    }
}

/// The names in a table.
pub(super) fn names(table: &[Property]) -> impl Iterator<Item = &'static str> + Clone {
    table.iter().map(|property| property.name)
}

/// Whether a table has a property of that name.
pub(super) fn has(table: &[Property], name: &str) -> bool {
    names(table).any(|known| known == name)
}
