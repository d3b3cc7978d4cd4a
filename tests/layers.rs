//! Modules import in one direction: no circle, and no module imports one that builds on it.
//!
//! Each crate's top-level modules are listed from the lowest up, and a module may import only from those before it. Test code is
//! left out: a test may use what stands above.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

mod names;

/// A crate whose imports are checked.
struct Crate {
    /// Its source folder.
    source: &'static str,
    /// Its top-level modules, the lowest first.
    modules: &'static [&'static str],
}

const CRATES: [Crate; 6] = [
    Crate {
        source: "src",
        modules: &[
            "scalar",
            "digest",
            "shape_json",
            "catalogue",
            "deadline",
            "start",
            "endpoint",
            "figure",
            "place",
            "metrics",
            "pricing",
            "alarm",
            "callback",
            "logging",
            "envelope",
            "properties",
            "spec",
            "panel_params",
            "plan",
            "aws",
            "ledger",
            "usage",
            "fleet",
            "reconcile",
            "chargeback",
            "widgets",
            "request",
            "template",
            "validation",
            "guardrail",
        ],
    },
    Crate {
        source: "cli/src",
        modules: &[
            "output",
            "account",
            "template",
            "simulation",
            "arguments",
            "deploy_assets",
            "picture",
            "subject",
            "panels",
            "explain",
            "verify",
            "report",
            "plan",
            "preview",
        ],
    },
    Crate {
        source: "crates/aws-stand-in/src",
        modules: &[
            "clock",
            "config",
            "context",
            "error",
            "tag",
            "page",
            "model",
            "journal",
            "gate",
            "wire",
            "fault",
            "pricing",
            "dynamodb",
            "sagemaker",
            "cloudwatch",
            "world",
            "shared",
            "served",
            "control",
            "server",
        ],
    },
    Crate {
        source: "crates/dashboard-picture/src",
        modules: &[
            "error",
            "note",
            "color",
            "theme",
            "frame",
            "moment",
            "sway",
            "markdown",
            "scale",
            "plot",
            "legend",
            "chart",
            "numbers",
            "alarms",
            "custom",
            "variable",
            "metric",
            "widget",
            "page",
            "simulated",
        ],
    },
    Crate {
        source: "crates/cloudformation-template/src",
        modules: &[
            "similar",
            "lines",
            "scalar",
            "repeated",
            "text",
            "stack",
            "placeholder",
            "parameters",
            "resolve",
            "references",
            "dependencies",
        ],
    },
    Crate { source: "crates/metric-math/src", modules: &["telemetry", "evaluation"] },
];

#[test]
fn no_module_imports_one_that_builds_on_it() {
    let mut wrong = Vec::new();
    for each in &CRATES {
        for (importer, imported, file) in imports(each.source) {
            let place = |module: &str| each.modules.iter().position(|known| *known == module);
            let (Some(own), Some(other)) = (place(&importer), place(&imported)) else { continue };
            if other > own {
                wrong.push(format!("{}: {importer} imports {imported}, which builds on it", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_has_its_place_in_the_order() {
    for each in &CRATES {
        let listed: BTreeSet<String> = each.modules.iter().map(ToString::to_string).collect();
        assert_eq!(listed, modules(each.source), "{}", each.source);
    }
}

#[test]
fn imports_are_found_in_code_alone() {
    let code = "//! See crate::above.\nuse crate::{a::B, c::{D, e}, f};\nuse crate::g::H;\nfn i() { crate::j::k() }\n\
                #[cfg(test)]\nmod tests {\n    use crate::l;\n}\n";
    assert_eq!(after(&without_tests(code), "crate::"), ["a", "c", "f", "g", "j"]);
}

/// Every import of a crate's own modules: who, what, and the file where it stands.
fn imports(source: &str) -> Vec<(String, String, PathBuf)> {
    let root = root().join(source);
    let mut found = Vec::new();
    for file in files(&root) {
        let relative = file.strip_prefix(&root).unwrap();
        let mut parts = relative.iter().map(|part| part.to_str().unwrap().trim_end_matches(".rs").to_owned());
        let (module, depth) = (parts.next().unwrap(), relative.iter().count());
        if ["lib", "main", "bin"].contains(&module.as_str()) || is_for_tests(relative) {
            continue;
        }
        let code = without_tests(&fs::read_to_string(&file).unwrap());
        // Right below the crate's root, both words mean the root.
        let is_at_top = depth == 1 || depth == 2 && relative.ends_with("mod.rs");
        let words = if is_at_top { vec!["crate::", "super::"] } else { vec!["crate::"] };
        let imported = words.into_iter().flat_map(|word| after(&code, word)).collect::<BTreeSet<String>>();
        let others = imported.into_iter().filter(|imported| *imported != module);
        found.extend(others.map(|imported| (module.clone(), imported, relative.to_owned())));
    }
    found
}

/// The first names that follow `word`, also in a group of imports.
fn after(code: &str, word: &str) -> Vec<String> {
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut names = Vec::new();
    for (at, _) in code.match_indices(word) {
        let rest = &code[at + word.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            names.push(name(rest));
            continue;
        };
        let mut depth = 0;
        names.push(name(group.trim_start()));
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => names.push(name(group[at + 1..].trim_start())),
                _ => {}
            }
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// The code before a file's tests, without comments.
fn without_tests(code: &str) -> String {
    let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap();
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .fold(String::new(), |code, line| code + line + "\n")
}

/// Files that are compiled for tests only.
fn is_for_tests(file: &Path) -> bool {
    ["tests.rs", "testing.rs", "bad_input.rs"].iter().any(|name| file.ends_with(name))
}

fn modules(source: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(root().join(source)).unwrap().map(|entry| entry.unwrap().path());
    let entries = entries.filter(|path| path.is_dir() || path.extension().is_some_and(|extension| extension == "rs"));
    let names = entries.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned());
    names.filter(|name| !["lib", "main", "bin"].contains(&name.as_str())).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
