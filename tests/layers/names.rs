//! No two types of the provider that are visible outside of their modules have the same name, so that a name says which is meant.

use std::collections::BTreeMap;
use std::fs;

use super::{files, is_for_tests, root, without_tests};

/// Names that several types have, each with the reason.
const SHARED: [(&str, &str); 0] = [];

#[test]
fn no_two_visible_types_have_the_same_name() {
    let is_shared = |name: &str| SHARED.iter().any(|(shared, _)| *shared == name);
    let mut doubled = files_by_type();
    doubled.retain(|name, files| files.len() > 1 && !is_shared(name));
    assert!(doubled.is_empty(), "{doubled:#?}");
}

#[test]
fn every_shared_name_is_shared_for_a_reason() {
    let files = files_by_type();
    for (name, reason) in SHARED {
        assert!(files.get(name).is_some_and(|files| files.len() > 1), "{name} names one type by now");
        assert!(reason.contains(' '), "{name}: {reason}");
    }
}

#[test]
fn types_are_found_by_their_definitions() {
    let code = "pub struct A;\npub(crate) enum B {\n    C,\n}\npub(super) type D<T> = Vec<T>;\nstruct E;\nmod f {\n    pub struct G;\n}\n\
                pub fn h() {}\npub(in crate::i) trait J {}\n";
    assert_eq!(visible_types(code), ["A", "B", "D", "J"]);
}

/// The files that define visible types, by the types' names.
fn files_by_type() -> BTreeMap<String, Vec<String>> {
    let source = root().join("src");
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files(&source).into_iter().filter(|file| !is_for_tests(file)) {
        let relative = file.strip_prefix(&source).unwrap().display().to_string();
        for name in visible_types(&without_tests(&fs::read_to_string(&file).unwrap())) {
            found.entry(name).or_default().push(relative.clone());
        }
    }
    found
}

/// The names of types and traits that a file defines at its top, and shows beyond it.
fn visible_types(code: &str) -> Vec<String> {
    let name = |line: &str| {
        let line = line.strip_prefix("pub")?;
        let line = if line.starts_with('(') { line.split_once(") ")?.1 } else { line.trim_start() };
        let defined = ["struct ", "enum ", "type ", "trait "].iter().find_map(|kind| line.strip_prefix(kind))?;
        Some(defined.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
    };
    code.lines().filter_map(name).collect()
}
