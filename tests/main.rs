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

use std::fs;
use std::path::Path;

/// Cargo finds test files by itself only where each is a program of its own. Here a file that nobody names is never run.
#[test]
fn every_file_of_tests_is_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (named, manifest) = (include_str!("main.rs"), fs::read_to_string(root.join("Cargo.toml")).unwrap());
    for entry in fs::read_dir(root.join("tests")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let is_code = path.extension().is_some_and(|kind| kind == "rs") || path.join("mod.rs").exists();
        if name != "main" && is_code {
            assert!(named.contains(&format!("\nmod {name};\n")), "tests/main.rs does not name {}", path.display());
        }
        if path.join("main.rs").exists() {
            let program = format!("path = \"tests/{name}/main.rs\"");
            assert!(manifest.contains(&program), "Cargo.toml does not name {}", path.display());
        }
    }
}
