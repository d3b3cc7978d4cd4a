//! A value with the path it was found at: asks for a type, and notes a problem where the value has another.

use serde_json::{Map, Value};

use super::problem::{NOT_SHOWN, Problems, Severity, nearest, shortened};
use super::property::{Property, has, names};
use crate::scalar;

/// What the path of every property begins with.
pub(crate) const ROOT: &str = "Properties";
/// The value of what isn't there.
static LEFT_OUT: Value = Value::Null;

/// One value of a declaration.
#[derive(Clone)]
pub(crate) struct Node<'v> {
    value: &'v Value,
    path: String,
    problems: &'v Problems,
    secret: bool,
}

impl<'v> Node<'v> {
    pub(super) fn root(value: &'v Value, problems: &'v Problems) -> Self {
        Self { value, path: ROOT.to_owned(), problems, secret: false }
    }

    /// A value of something else than a declaration: problems name it by its path in `value`.
    pub(crate) fn outside(value: &'v Value, path: &str, problems: &'v Problems) -> Self {
        Self { value, path: path.to_owned(), problems, secret: false }
    }

    pub(super) fn value(&self) -> &'v Value {
        self.value
    }

    /// Where it was found.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn problems(&self) -> &'v Problems {
        self.problems
    }

    /// Whether it only stands for a value that a deployment will know.
    pub(super) fn is_open(&self) -> bool {
        self.problems.is_open(&self.path)
    }

    pub(super) fn is_null(&self) -> bool {
        self.value.is_null()
    }

    /// Marks the value as one that must not be quoted.
    pub(super) fn secret(mut self, secret: bool) -> Self {
        self.secret |= secret;
        self
    }

    pub(super) fn boolean(&self) -> Option<bool> {
        scalar::boolean(self.value).or_else(|| self.mismatch("true or false"))
    }

    pub(super) fn integer(&self) -> Option<i64> {
        scalar::integer(self.value).or_else(|| self.mismatch("an integer"))
    }

    pub(super) fn number(&self) -> Option<f64> {
        scalar::number(self.value).or_else(|| self.mismatch("a number"))
    }

    pub(crate) fn text(&self) -> Option<String> {
        scalar::text(self.value).or_else(|| self.mismatch("a string"))
    }

    /// An integer that fits `T`.
    pub(crate) fn sized<T: TryFrom<i64>>(&self) -> Option<T> {
        let integer = self.integer()?;
        T::try_from(integer).ok().or_else(|| {
            self.invalid(format!("{} is out of range", self.quoted()));
            None
        })
    }

    pub(crate) fn items(&self) -> Option<Vec<Node<'v>>> {
        let Value::Array(items) = self.value else {
            return self.mismatch("a list");
        };
        let item = |(at, value)| Node { value, path: format!("{}[{at}]", self.path), ..self.clone() };
        Some(items.iter().enumerate().map(item).collect())
    }

    pub(super) fn texts(&self) -> Option<Vec<String>> {
        Some(self.items()?.iter().filter_map(Node::text).collect())
    }

    pub(super) fn object(&self) -> Option<&'v Map<String, Value>> {
        match self.value {
            Value::Object(map) => Some(map),
            _ => self.mismatch("an object"),
        }
    }

    pub(super) fn child(&self, name: &str, value: &'v Value) -> Node<'v> {
        Node { value, path: format!("{}.{name}", self.path), ..self.clone() }
    }

    /// The members of an object. One that isn't in `known` is a problem.
    pub(super) fn fields(&self, known: &'static [Property]) -> Fields<'v> {
        let map = self.object();
        for name in map.into_iter().flat_map(Map::keys).filter(|name| !has(known, name)) {
            self.unknown(name, names(known));
        }
        Fields { node: self.clone(), map }
    }

    /// The members of an object whose names have been validated elsewhere.
    pub(crate) fn members(&self) -> Fields<'v> {
        Fields { node: self.clone(), map: self.object() }
    }

    /// Notes that `name` is no member here, with the nearest that is.
    pub(super) fn unknown<'k>(&self, name: &str, known: impl Iterator<Item = &'k str> + Clone) {
        let path = format!("{}.{name}", self.path);
        let fix = match nearest(name, known.clone()) {
            Some(near) => {
                self.problems.note_meant(&path, format!("{}.{near}", self.path));
                format!("did you mean {near}?")
            }
            None => format!("known here: {}", known.collect::<Vec<_>>().join(", ")),
        };
        self.problems.add(&path, Severity::Unknown, format!("unknown property; {fix}"));
    }

    /// Notes that this belongs somewhere else.
    pub(super) fn misplaced(&self, home: &str) {
        let name = self.path.rsplit('.').next().unwrap_or_default();
        self.problems.note_meant(&self.path, name.to_owned());
        self.problems.add(&self.path, Severity::Unknown, format!("unknown property here; it belongs {home}"));
    }

    pub(crate) fn invalid(&self, message: String) {
        self.problems.invalid(&self.path, message);
    }

    /// The value as a problem shows it: quoted and short, or withheld.
    pub(crate) fn quoted(&self) -> String {
        match self.value {
            Value::Null => "null".to_owned(),
            Value::Array(_) => "a list".to_owned(),
            Value::Object(_) => "an object".to_owned(),
            _ if self.secret || !self.problems.may_quote() => NOT_SHOWN.to_owned(),
            scalar => {
                let text = scalar.to_string();
                let shown = shortened(&text);
                if shown.len() < text.len() { format!("{shown}…") } else { text }
            }
        }
    }

    /// As [`Self::quoted`], without the marks around a number that came as a string.
    pub(super) fn plain(&self) -> String {
        self.quoted().trim_matches('"').to_owned()
    }

    /// Notes a problem with a member that isn't there.
    pub(super) fn note_member(&self, name: &str, severity: Severity, message: String) {
        self.problems.add(&format!("{}.{name}", self.path), severity, message);
    }

    fn mismatch<T>(&self, expected: &str) -> Option<T> {
        self.mismatch_with(expected, "")
    }

    /// Notes a value of another kind, with the fix where there is one to guess.
    pub(super) fn mismatch_with<T>(&self, expected: &str, fix: &str) -> Option<T> {
        let message = format!("expected {expected}, got {}{fix}", self.quoted());
        self.problems.add(&self.path, Severity::WrongType, message);
        None
    }
}

/// The members of an object, by name. `null` counts as left out, as `AWS::NoValue` does.
pub(crate) struct Fields<'v> {
    node: Node<'v>,
    map: Option<&'v Map<String, Value>>,
}

impl<'v> Fields<'v> {
    /// Where the object stands, or would.
    pub(super) fn path(&self) -> &str {
        &self.node.path
    }

    /// Where a member stands, or would.
    pub(crate) fn path_of(&self, name: &str) -> String {
        format!("{}.{name}", self.node.path)
    }

    /// Whether there is anything, be it an object or not.
    pub(super) fn are_given(&self) -> bool {
        !self.node.is_null()
    }

    /// The members of a member that is left out: none.
    pub(super) fn of_left_out(&self, name: &str) -> Self {
        Fields { node: self.node.child(name, &LEFT_OUT), map: None }
    }

    /// Notes that a member must be there, unless the object has a problem already.
    pub(super) fn note_missing(&self, name: &str, fix: &str) {
        if self.map.is_some() && self.node.problems.clean(self.path()) {
            self.node.note_member(name, Severity::Missing, fix.to_owned());
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<Node<'v>> {
        let value = self.map?.get(name).filter(|value| !value.is_null())?;
        Some(self.node.child(name, value))
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.get(name)?.text()
    }

    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        self.get(name)?.number()
    }

    pub(crate) fn sized<T: TryFrom<i64>>(&self, name: &str) -> Option<T> {
        self.get(name)?.sized()
    }
}
