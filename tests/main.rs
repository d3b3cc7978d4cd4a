//! The integration tests: one program, since each that is linked takes 80 MB and some seconds.
//!
//! `cargo test --workspace --locked --test integration lifecycle::` runs one file. They run side by side, so a test changes
//! nothing that others see: no environment variable, no folder, no port but one that the system gave it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say so what they expect")]

mod alarm_states;
mod alarms;
mod answers;
mod arithmetic;
mod bad_input;
mod cases;
mod chargeback;
mod declarations;
mod endpoint;
mod failures;
mod fleet;
mod goldens;
mod guardrail;
mod interactive;
mod layers;
mod lifecycle;
mod monitoring;
mod numbers;
mod ownership;
mod plans;
mod prices;
mod reference;
mod regression;
mod requests;
mod sequences;
mod shapes;
mod support;
mod throttling;
mod upkeep;
mod usage;
mod widget_states;
mod widgets;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// Cargo finds test files by itself only where each is a program of its own. Here a file that nobody names is never run.
#[test]
fn every_file_of_tests_is_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let crates = fs::read_dir(root.join("crates")).unwrap().map(|entry| entry.unwrap().path());
    let packages = [root.to_owned(), root.join("cli")].into_iter().chain(crates);
    let mut files = 0;
    for package in packages.filter(|package| package.join("tests").is_dir()) {
        let manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap();
        for file in code_below(&package.join("tests")) {
            files += 1;
            let name = file.strip_prefix(&package).unwrap().display().to_string();
            // Found by Cargo, which then compiles each file of the folder by itself.
            let is_found = !manifest.contains("autotests = false") && is_found(&package, &file);
            let is_program = is_found || manifest.contains(&format!("path = \"{name}\""));
            assert!(is_program || is_named(&file), "nothing names {}", file.display());
        }
    }
    assert!(files > 120, "{files} files");
}

/// Every file of Rust code in a folder and those in it.
fn code_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(code_below(&path));
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
    found
}

/// Whether Cargo takes a file for a program of its own.
fn is_found(package: &Path, file: &Path) -> bool {
    let (tests, folder) = (package.join("tests"), file.parent().unwrap());
    folder == tests || file.file_name() == Some(OsStr::new("main.rs")) && folder.parent() == Some(&tests)
}

/// Whether the module that a file is in, or has a folder for, names it.
fn is_named(file: &Path) -> bool {
    let folder = file.parent().unwrap();
    // `folder/mod.rs` is the folder's module.
    let (name, folder) = match file.file_stem() {
        Some(stem) if stem == "mod" => (folder.file_name().unwrap(), folder.parent().unwrap()),
        stem => (stem.unwrap(), folder),
    };
    let name = name.to_str().unwrap();
    let parents = [folder.join("mod.rs"), folder.join("main.rs"), folder.with_extension("rs")];
    parents
        .iter()
        .filter_map(|parent| fs::read_to_string(parent).ok())
        .any(|parent| parent.lines().any(|line| line.trim_start_matches("pub(crate) ") == format!("mod {name};")))
}
