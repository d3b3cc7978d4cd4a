//! Whether a text can be an instance type of SageMaker hosting, and which one was meant where it can't.
//!
//! Types are `ml.FAMILY.SIZE`, such as `ml.g6.12xlarge`, as all are that
//! <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html> lists. A type that isn't listed and has
//! this form passes: it may have been launched since.

use aws_sdk_sagemaker::types::ProductionVariantInstanceType;

/// What there is to say about a text that is no instance type: what is wrong, and the fix.
pub(super) fn mistake(text: &str) -> Option<String> {
    if is_well_formed(text) {
        return None;
    }
    let lower = text.trim().to_ascii_lowercase();
    let with_prefix = format!("ml.{}", lower.trim_start_matches("ml").trim_start_matches(['.', '-', '_']));
    let meant = Some(with_prefix.as_str()).filter(|meant| is_well_formed(meant)).or_else(|| nearest(&with_prefix));
    let problem = if lower.starts_with("ml.") {
        "is no instance type"
    } else {
        "lacks the ml. that SageMaker's types begin with"
    };
    Some(match meant {
        Some(meant) => format!("{problem}; use {meant}"),
        None => format!("{problem}; use one such as ml.g6.12xlarge"),
    })
}

/// The known type that a text is nearest to, where it is near enough to be what was meant.
pub(super) fn nearest(text: &str) -> Option<&'static str> {
    let distance = |known: &&&str| strsim::damerau_levenshtein(text, known);
    let known = ProductionVariantInstanceType::values().iter().min_by_key(distance)?;
    (strsim::damerau_levenshtein(text, known) <= 2).then_some(*known)
}

/// `ml.`, a family and a size in small letters, digits and hyphens, the size of a kind that there is.
fn is_well_formed(text: &str) -> bool {
    let inside = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let Some((family, size)) = text.strip_prefix("ml.").and_then(|rest| rest.split_once('.')) else { return false };
    // A size in other words may come one day; one that is nearly a known type is a spelling mistake.
    inside(family) && inside(size) && (is_size(size) || nearest(text).is_none())
}

/// `large`, `12xlarge`, `metal-48xl` and the like.
fn is_size(size: &str) -> bool {
    let words = ["nano", "micro", "small", "medium", "large", "xlarge", "metal"];
    let times = size.trim_start_matches(|c: char| c.is_ascii_digit());
    words.contains(&size) || times == "xlarge" || size.starts_with("metal-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_of_the_sdk_passes_and_so_do_those_of_tomorrow() {
        for known in ProductionVariantInstanceType::values() {
            assert_eq!(mistake(known), None, "{known}");
        }
        for new in ["ml.g99.48xlarge", "ml.p9.2xlarge", "ml.u-6tb1.metal", "ml.p6e-gb300.36xlarge", "ml.g6.13xlarge"] {
            assert_eq!(mistake(new), None, "{new}");
        }
        assert_eq!(mistake("ml.q1.enormous"), None);
    }

    #[test]
    fn what_was_meant_is_said() {
        let meant = [
            ("g6.12xlarge", "use ml.g6.12xlarge"),
            ("g99.48xlarge", "use ml.g99.48xlarge"),
            ("ML.G6.12XLARGE", "use ml.g6.12xlarge"),
            ("ml-g6.12xlarge", "use ml.g6.12xlarge"),
            ("ml.g6.12xlage", "use ml.g6.12xlarge"),
            ("ml.g612xlarge", "use ml.g6.12xlarge"),
            ("ml.g6-12xlarge", "use ml.g6.12xlarge"),
            ("large", "use one such as ml.g6.12xlarge"),
            ("", "use one such as ml.g6.12xlarge"),
        ];
        for (given, fix) in meant {
            let said = mistake(given).unwrap();
            assert!(said.ends_with(fix), "{given}: {said}");
        }
    }
}
