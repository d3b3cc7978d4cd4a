//! Templates that nobody should write: sound ones with something wrong in them, in their text or in what it says.
//!
//! Whatever is in a file, reading and validating it ends, and nothing panics. Templates are made from sound ones by
//! changes that a number decides, so that a failure names the number that makes it again. `cargo test` tries a few thousand,
//! `make hardening` (`HARDENING=full`) a hundred thousand of each.

#[path = "../../tests/bad_input/mutation.rs"]
mod mutation;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::{env, fs};

use cloudformation_template::{Stack, read};
use fastrand::Rng;
use serde_json::Value;

use super::{SourcePlace, declarations};
use crate::spec::GpuDimension;
use crate::validation::{Assumed, validate};

fn count() -> u64 {
    if env::var("HARDENING").is_ok_and(|how| how == "full") { 100_000 } else { 2_000 }
}

/// The texts of the example templates, of cases from the field and of public ones.
fn sound() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["examples", "cli/tests/files/cases", "cli/tests/files/public"];
    let files = folders.iter().flat_map(|folder| fs::read_dir(root.join(folder)).unwrap());
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect()
}

fn stack() -> Stack {
    Stack {
        region: "us-east-1".to_owned(),
        account: "123456789012".to_owned(),
        name: "inference".to_owned(),
        parameters: BTreeMap::new(),
        values: BTreeMap::new(),
    }
}

/// Everything between a template's values and its plan. Whether anything in it was planned.
fn validate_all(template: &Value) -> bool {
    let (stack, known) = (stack(), Assumed { gpu_dimensions: GpuDimension::ALL.to_vec(), ..Assumed::default() });
    let declared = declarations(template, &stack, true, &SourcePlace::default());
    for problem in declared.resources.iter().flat_map(|declared| &declared.problems) {
        assert!(problem.to_string().len() > 10, "{problem}");
    }
    let all = declared.resources.iter().chain(declared.suggested.iter().map(|(_, one)| one));
    let validated = all.map(|declared| validate(declared, &stack, &known).unwrap());
    validated.filter(|validation| validation.valid.is_some()).count() > 0
}

/// One to a few of a text's pieces left out, doubled, moved or replaced.
fn garbled(texts: &[String], seed: u64) -> String {
    const PIECES: [&str; 14] =
        ["!Sub ", "!Ref ", "!GetAtt a.b", "&a ", "*a", "{", "}", "[", "- ", ": ", "\t", "\n", "|\n", "Fn::Transform"];
    let mut rng = Rng::with_seed(seed);
    let mut text: Vec<char> = texts[rng.usize(..texts.len())].chars().collect();
    for _ in 0..=rng.usize(0..4) {
        let start = rng.usize(..text.len());
        let end = (start + rng.usize(0..40)).min(text.len());
        let piece = match rng.u8(0..4) {
            0 => Vec::new(),
            1 => text[start..end].repeat(2),
            2 => PIECES[rng.usize(..PIECES.len())].chars().collect(),
            _ => vec![rng.char(..)],
        };
        text.splice(start..end, piece);
        if text.is_empty() {
            break;
        }
    }
    text.into_iter().collect()
}

/// Tries each number; the first that goes wrong is named.
fn try_each(one: impl Fn(u64) -> bool) -> u64 {
    let tried = (0..count()).map(|seed| {
        let outcome = catch_unwind(AssertUnwindSafe(|| one(seed)));
        u64::from(outcome.unwrap_or_else(|_| panic!("number {seed} goes wrong")))
    });
    tried.sum()
}

#[test]
fn any_template_is_validated_to_an_end() {
    let sound: Vec<Value> = sound().iter().map(|text| read(text).unwrap().value).collect();
    let planned = try_each(|seed| validate_all(&mutation::of(&sound, &["/Resources", "/Resources", ""], seed)));
    println!("\nBad input: {} templates validated, {planned} with something to plan", count());
    assert!((count() / 20..count() * 19 / 20).contains(&planned), "{planned}");
}

#[test]
fn any_text_is_read_to_an_end() {
    let sound = sound();
    let planned = try_each(|seed| {
        let text = garbled(&sound, seed);
        read(&text).is_ok_and(|template| validate_all(&template.value))
    });
    println!("\nBad input: {} texts read, {planned} with something to plan", count());
    assert!((count() / 50..count() * 19 / 20).contains(&planned), "{planned}");
}
