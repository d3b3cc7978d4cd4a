//! Whether a member's value keeps to what AWS's model says of it; where it doesn't, a problem with the fix.
//!
//! Each check is made where the value is read, so that a value of the wrong kind is one problem and not two.

use serde_json::{Map, Value};

use super::limits::{self, Limits};
use super::node::Node;
use super::problem::Severity;

/// Members that [`crate::spec`] validates in words of its own, as the table of limits has them.
pub(super) const VALIDATED_ELSEWHERE: [&str; 8] = [
    "EndpointConfigName",
    "ProductionVariants",
    "ProductionVariants[].VariantName",
    "ShadowProductionVariants[].VariantName",
    "Tags",
    "Tags[]",
    "Tags[].Key",
    "Tags[].Value",
];

/// The limits of a value, unless others validate it or only a deployment knows it.
fn limits_of(node: &Node<'_>) -> Option<Limits> {
    let member = limits::member(node.path());
    let elsewhere = VALIDATED_ELSEWHERE.contains(&member.as_str());
    (!elsewhere && !node.is_open()).then(|| limits::of_member(&member))
}

pub(super) fn text(node: &Node<'_>, text: &str) {
    let Some(limits) = limits_of(node) else { return };
    let length = text.chars().count();
    let is_known = limits.words().any(|word| word == text);
    let meant = limits.words().find(|word| same_but_for_case(word, text) || is_typo(word, text));
    if let Some(word) = meant.filter(|_| !is_known) {
        node.invalid(format!("{} is not allowed; did you mean {word}?", node.quoted()));
        return;
    }
    let model_arn = text.starts_with("arn:") && node.path().ends_with(".ModelName");
    if let Some((what, fix)) = limits.missed_form(text).map(limits::Form::in_words) {
        node.invalid(if model_arn {
            format!("{} is an ARN; use the model's name, !GetAtt Model.ModelName (!Ref gives the ARN)", node.quoted())
        } else {
            format!("{} is not {what}; {fix}", node.quoted())
        });
    } else if let Some(range) = outside(limits.min.filter(|min| *min > 0.0), limits.max, as_number(length)) {
        node.invalid(format!("{} has {length} characters; use {range}", node.quoted()));
    }
}

#[allow(clippy::cast_precision_loss, reason = "limits are far below 2⁵², beyond which alone a number is rounded")]
pub(super) fn integer(node: &Node<'_>, integer: i64) {
    number(node, integer as f64);
}

pub(super) fn number(node: &Node<'_>, number: f64) {
    let Some(limits) = limits_of(node) else { return };
    let Some(range) = outside(limits.min, limits.max, number) else { return };
    let shown = node.plain();
    node.invalid(match limits {
        Limits { min: Some(min), max: None, .. } => format!("{shown} is less than {min}; use {range}"),
        _ => format!("{shown} is not allowed; use {range}"),
    });
}

pub(super) fn list(node: &Node<'_>, length: usize) {
    let Some(limits) = limits_of(node) else { return };
    match (limits.min, limits.max) {
        (Some(min), _) if as_number(length) < min => {
            node.invalid(format!("{length} are too few; give at least {min}, or leave it out"));
        }
        (_, Some(max)) if as_number(length) > max => {
            node.invalid(format!("{length} are more than SageMaker takes; use at most {max}"));
        }
        _ => {}
    }
}

/// Members that an object can't do without.
pub(super) fn object(node: &Node<'_>, given: &Map<String, Value>) {
    if limits_of(node).is_none() {
        return;
    }
    let left_out = |name: &str| given.get(name).is_none_or(Value::is_null);
    // What a variant can't do without is its name, which is validated where variants are.
    for name in limits::required_in(node.path()).filter(|name| left_out(name) && *name != "VariantName") {
        let words: Vec<&str> = limits::of(&format!("{}.{name}", node.path())).words().collect();
        let fix = if words.is_empty() { String::new() } else { format!(", such as {}", words.join(" or ")) };
        node.note_member(name, Severity::Missing, format!("SageMaker requires it here; give it{fix}"));
    }
}

/// What to keep to, where `value` doesn't.
fn outside(min: Option<f64>, max: Option<f64>, value: f64) -> Option<String> {
    if min.is_none_or(|min| value >= min) && max.is_none_or(|max| value <= max) {
        return None;
    }
    match (min, max) {
        (Some(min), Some(max)) => Some(format!("{min} to {max}")),
        (Some(min), None) => Some(format!("{min} or more")),
        (None, max) => max.map(|max| format!("at most {max}")),
    }
}

/// `Canary` for `CANARY`, `prefix-aware` for `PREFIX_AWARE`. No two words of the API differ in that alone.
fn same_but_for_case(word: &str, text: &str) -> bool {
    let letters = |text: &str| text.replace(['-', '_', ' '], "").to_ascii_lowercase();
    letters(word) == letters(text)
}

/// `RANDOM` for `RANDON`. What the next launch brings may differ in a digit, and no two words differ in so few letters alone.
fn is_typo(word: &str, text: &str) -> bool {
    let has_digits = |text: &str| text.bytes().any(|byte| byte.is_ascii_digit());
    let most = match word.len() {
        0..5 => 0,
        5..9 => 1,
        _ => 2,
    };
    !has_digits(word)
        && !has_digits(text)
        && strsim::damerau_levenshtein(&word.to_ascii_lowercase(), &text.to_ascii_lowercase()) <= most
}

#[allow(clippy::cast_precision_loss, reason = "no declaration is as long as 2⁵²")]
fn as_number(length: usize) -> f64 {
    length as f64
}
