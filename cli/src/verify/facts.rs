//! What a check comes to: one assumption, and whether it holds.

use serde_json::{Map, Value, json};

use super::sources::pages;

/// One assumption that numbers rest on, held against an endpoint.
///
/// All of it but [`Fact::about`] can be shown to strangers: nothing in it is a name that somebody gave.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    /// What it is called, for programs and in issues.
    pub(crate) name: String,
    /// What is assumed.
    pub(crate) assumed: String,
    pub(crate) verdict: Verdict,
    /// What was seen, or why nothing can be said.
    pub(crate) seen: String,
    /// Numbers and words behind it, for programs.
    pub(crate) measured: Map<String, Value>,
    /// What is wrong where it differs.
    pub(crate) affects: Vec<&'static str>,
    /// Where the assumption comes from, as `data/published.csv` says.
    pub(crate) source: &'static str,
    /// Models, variants, panels and messages that it is about, by their names.
    pub(crate) about: Vec<String>,
}

/// Whether an assumption holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    Different,
    CantTell,
    AsAssumed,
}

impl Verdict {
    pub(crate) const ALL: [Self; 3] = [Self::Different, Self::CantTell, Self::AsAssumed];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Different => "different",
            Self::CantTell => "can't tell",
            Self::AsAssumed => "as assumed",
        }
    }
}

impl Fact {
    /// An assumption of which nothing is known yet.
    pub(crate) fn new(name: impl Into<String>, assumed: impl Into<String>, source: &'static str) -> Self {
        Self {
            name: name.into(),
            assumed: assumed.into(),
            verdict: Verdict::CantTell,
            seen: String::new(),
            measured: Map::new(),
            affects: Vec::new(),
            source,
            about: Vec::new(),
        }
    }

    pub(crate) fn assumed_right(mut self, seen: impl Into<String>) -> Self {
        (self.verdict, self.seen) = (Verdict::AsAssumed, seen.into());
        self
    }

    pub(crate) fn different(mut self, seen: impl Into<String>, affects: &[&'static str]) -> Self {
        (self.verdict, self.seen, self.affects) = (Verdict::Different, seen.into(), affects.to_vec());
        self
    }

    pub(crate) fn cant_tell(mut self, why: impl Into<String>) -> Self {
        (self.verdict, self.seen) = (Verdict::CantTell, why.into());
        self
    }

    /// As assumed where it holds, else different.
    pub(crate) fn holds(self, holds: bool, seen: impl Into<String>, affects: &[&'static str]) -> Self {
        if holds { self.assumed_right(seen) } else { self.different(seen, affects) }
    }

    pub(crate) fn measured(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.measured.insert(key.to_owned(), value.into());
        self
    }

    pub(crate) fn about(mut self, about: impl IntoIterator<Item = String>) -> Self {
        self.about.extend(about);
        self
    }

    /// Without names.
    pub(crate) fn nameless(&self) -> Value {
        json!({
            "Fact": self.name, "Assumed": self.assumed, "Verdict": self.verdict.name(), "Seen": self.seen,
            "Measured": self.measured, "Affects": self.affects, "Source": self.source, "Pages": self.pages(),
        })
    }

    /// The addresses of the pages that its source names, by their keys.
    fn pages(&self) -> Map<String, Value> {
        pages(self.source).map(|(key, page)| (key.to_owned(), page.into())).collect()
    }

    /// With names.
    pub(crate) fn json(&self) -> Value {
        let mut json = self.nameless();
        json["About"] = json!(self.about);
        json
    }
}

/// A name that AWS gave to a metric or a dimension, where it looks like one. Anybody can publish, so anything else might
/// be a name that should stay where it is.
pub(crate) fn of_aws<'n>(name: &'n str, kept: &[&str]) -> &'n str {
    let plain = name.len() <= 64
        && name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let own = kept.iter().any(|own| !own.is_empty() && name.to_lowercase().contains(&own.to_lowercase()));
    if plain && !own { name } else { "(a name left out)" }
}
