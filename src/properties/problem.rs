//! What is wrong with a declaration, said so that its author can mend it: the property, the value, the fix.

use std::cell::{Cell, RefCell};
use std::fmt;

pub use cloudformation_template::nearest;

/// How much a problem stands in the way, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Something without which nothing can be made is not there.
    Missing,
    /// A value is of another kind than its property takes.
    WrongType,
    /// A value is of the right kind, and not allowed.
    Invalid,
    /// Values that are each fine and don't go together.
    Conflict,
    /// A property that doesn't exist: most often a spelling mistake.
    Unknown,
}

/// One thing wrong with a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where: `Properties.ProductionVariants[0].InstanceType`.
    pub path: String,
    /// How much it stands in the way.
    pub severity: Severity,
    /// The value and the fix, in words.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// Collects problems while a declaration is read and validated.
#[derive(Debug, Default)]
pub struct Problems {
    found: RefCell<Vec<Problem>>,
    /// Unknown properties, each with the path that was probably meant, or the end of it.
    meant: RefCell<Vec<(String, String)>>,
    secret: Cell<bool>,
    open: Vec<String>,
}

impl Problems {
    /// For a declaration of which the values at these paths are known to a deployment only: their form isn't validated.
    #[must_use]
    pub fn with_open<'p>(paths: impl Iterator<Item = &'p str>) -> Self {
        Self { open: paths.map(str::to_owned).collect(), ..Self::default() }
    }

    /// Whether only a deployment knows the value at `path`.
    pub(crate) fn is_open(&self, path: &str) -> bool {
        self.open.iter().any(|open| open == path)
    }

    /// Adds a problem.
    pub fn add(&self, path: &str, severity: Severity, message: impl Into<String>) {
        let problem = Problem { path: path.to_owned(), severity, message: message.into() };
        let mut found = self.found.borrow_mut();
        if !found.contains(&problem) {
            found.push(problem);
        }
    }

    /// Adds a [`Severity::Missing`] problem.
    pub fn missing(&self, path: &str, message: impl Into<String>) {
        self.add(path, Severity::Missing, message);
    }

    /// Adds a [`Severity::Invalid`] problem.
    pub fn invalid(&self, path: &str, message: impl Into<String>) {
        self.add(path, Severity::Invalid, message);
    }

    /// Adds a [`Severity::Conflict`] problem.
    pub fn conflict(&self, path: &str, message: impl Into<String>) {
        self.add(path, Severity::Conflict, message);
    }

    /// Notes that the unknown property at `path` probably stands for one whose path ends with `meant`.
    pub(super) fn note_meant(&self, path: &str, meant: String) {
        self.meant.borrow_mut().push((path.to_owned(), meant));
    }

    /// From now on no value is quoted: the resource declares `NoEcho`.
    pub fn withhold_values(&self) {
        self.secret.set(true);
    }

    /// Whether values may be quoted.
    #[must_use]
    pub fn may_quote(&self) -> bool {
        !self.secret.get()
    }

    /// Whether nothing at or below `path` has a problem yet: only then is it worth validating.
    #[must_use]
    pub fn clean(&self, path: &str) -> bool {
        !self.found.borrow().iter().any(|problem| is_within(&problem.path, path))
    }

    /// Whether there is no problem at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.borrow().is_empty()
    }

    /// The problems, worst first; among equals in the order they were found. A name that is misspelt or misplaced comes before
    /// what is therefore missing.
    #[must_use]
    pub fn sorted(&self) -> Vec<Problem> {
        let mut sorted = self.found.borrow().clone();
        sorted.sort_by_key(|problem| problem.severity);
        for (path, meant) in self.meant.borrow().iter() {
            let cause = sorted.iter().position(|problem| problem.path == *path);
            let is_missing =
                |problem: &Problem| problem.severity == Severity::Missing && ends_with(&problem.path, meant);
            let consequence = sorted.iter().position(is_missing);
            if let (Some(cause), Some(consequence)) = (cause, consequence)
                && consequence < cause
            {
                let cause = sorted.remove(cause);
                sorted.insert(consequence, cause);
            }
        }
        sorted
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sorted().as_slice() {
            [] => f.write_str("no problems"),
            [only] => write!(f, "{only}"),
            many => {
                write!(f, "{} problems.", many.len())?;
                for (at, problem) in many.iter().enumerate() {
                    write!(f, " ({}) {problem}.", at + 1)?;
                }
                Ok(())
            }
        }
    }
}

/// Whether `path` is `outer`, or a place within it.
#[must_use]
pub fn is_within(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Whether `path` is `end`, or a longer path to it.
fn ends_with(path: &str, end: &str) -> bool {
    path.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// A value as a problem quotes it, or words that stand for it where values are withheld.
pub(crate) fn quote(text: &str, problems: &Problems) -> String {
    if !problems.may_quote() {
        return NOT_SHOWN.to_owned();
    }
    let shown = shortened(text);
    let more = if shown.len() < text.len() { "…" } else { "" };
    format!("{shown:?}{more}")
}

/// Stands for a value that is withheld.
pub(super) const NOT_SHOWN: &str = "a value that is not shown";

/// As much of a value as a problem quotes.
pub(super) fn shortened(text: &str) -> &str {
    const QUOTED: usize = 60;
    text.char_indices().nth(QUOTED).map_or(text, |(cut, _)| &text[..cut])
}

/// What to use instead of `given`, where one of a few words is to be given.
pub(crate) fn choice(given: &str, words: &[&str]) -> String {
    let all = format!("use {}", one_of(words));
    match nearest(given, words.iter().copied()) {
        Some(near) => format!("{all}; did you mean {near}?"),
        None => all,
    }
}

/// `a, b or c`.
pub(crate) fn one_of(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [all @ .., last] => format!("{} or {last}", all.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_comes_first_and_order_is_kept_among_equals() {
        let problems = Problems::default();
        problems.add("Properties.B", Severity::Unknown, "u");
        problems.invalid("Properties.C", "first");
        problems.missing("Properties.A", "m");
        problems.invalid("Properties.C", "second");
        let text = problems.to_string();
        assert_eq!(
            text,
            "4 problems. (1) Properties.A: m. (2) Properties.C: first. (3) Properties.C: second. (4) Properties.B: u."
        );
    }

    #[test]
    fn a_misspelt_name_comes_before_what_is_therefore_missing() {
        let problems = Problems::default();
        problems.missing("Properties.ProductionVariants", "give one");
        problems.invalid("Properties.EndpointName", "bad");
        problems.add("Properties.ProductionVariant", Severity::Unknown, "did you mean ProductionVariants?");
        problems.note_meant("Properties.ProductionVariant", "Properties.ProductionVariants".to_owned());
        let paths: Vec<String> = problems.sorted().into_iter().map(|problem| problem.path).collect();
        assert_eq!(paths, ["Properties.ProductionVariant", "Properties.ProductionVariants", "Properties.EndpointName"]);
    }

    #[test]
    fn all_words_are_offered_and_one_by_itself_where_it_is_near() {
        let words = ["GpuId", "AcceleratorId", "Auto"];
        assert_eq!(choice("auto", &words), "use GpuId, AcceleratorId or Auto; did you mean Auto?");
        assert_eq!(choice("GpuID", &words), "use GpuId, AcceleratorId or Auto; did you mean GpuId?");
        assert_eq!(choice("Everything", &words), "use GpuId, AcceleratorId or Auto");
    }

    #[test]
    fn a_path_is_clean_until_something_at_or_below_it_is_wrong() {
        let problems = Problems::default();
        problems.invalid("Properties.ProductionVariants[1].InstanceType", "x");
        assert!(!problems.clean("Properties.ProductionVariants"));
        assert!(!problems.clean("Properties.ProductionVariants[1]"));
        assert!(problems.clean("Properties.ProductionVariants[0]"));
        assert!(problems.clean("Properties.ProductionVariant"));
    }

    #[test]
    fn the_nearest_name_is_offered_only_when_it_is_near() {
        let known = ["EndpointName", "ProductionVariants", "MetricsConfig"];
        assert_eq!(nearest("endpointname", known.into_iter()), Some("EndpointName"));
        assert_eq!(nearest("ProductionVariant", known.into_iter()), Some("ProductionVariants"));
        let variant = ["InstanceType", "InitialInstanceCount", "VariantName"];
        assert_eq!(nearest("InstanceCount", variant.into_iter()), Some("InitialInstanceCount"));
        assert_eq!(nearest("Colour", known.into_iter()), None);
    }
}
