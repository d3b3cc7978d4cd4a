//! The patterns of AWS's models, which are written for Java's regular expressions.
//! Most compile as they are; those with look-around or Unicode classes are spelt out here, and one that is neither is
//! an error when the model is read, never a check left out in silence.

use regex_lite::Regex;
use serde::{Deserialize, Deserializer, de::Error as _};

/// A pattern that a whole value must match.
#[derive(Debug)]
pub(crate) struct Pattern {
    source: String,
    test: Test,
}

#[derive(Debug)]
enum Test {
    Regex(Regex),
    TagCharacters,
    NotBlank,
    ContainerPath,
    ModelPackage(Regex),
}

impl Pattern {
    fn new(source: String) -> Result<Self, regex_lite::Error> {
        let whole = |pattern: &str| Regex::new(&format!("^(?:{pattern})$"));
        let test = match source.as_str() {
            r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)" => Test::TagCharacters,
            r"(?!\s*$).+" => Test::NotBlank,
            r"/(?!.*\.\.)[a-zA-Z0-9/_.\-]+" => Test::ContainerPath,
            r"(arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]*:[0-9]{12}:[a-z\-]*\/)?([a-zA-Z0-9]([a-zA-Z0-9-]){0,62})(?<!-)(\/[0-9]{1,9})?" => {
                Test::ModelPackage(whole(
                    r"(arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]*:[0-9]{12}:[a-z\-]*/)?[a-zA-Z0-9][a-zA-Z0-9-]{0,62}(/[0-9]{1,9})?",
                )?)
            }
            pattern => Test::Regex(whole(pattern)?),
        };
        Ok(Self { source, test })
    }

    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    pub(crate) fn matches(&self, value: &str) -> bool {
        match &self.test {
            Test::Regex(regex) => regex.is_match(value),
            // Letters, numbers and spaces of any script, and a few signs.
            Test::TagCharacters => value
                .chars()
                .all(|c| c.is_alphanumeric() || (c.is_whitespace() && !c.is_control()) || "_.:/=+-@".contains(c)),
            Test::NotBlank => !value.trim().is_empty() && !value.contains('\n'),
            Test::ContainerPath => {
                value.len() > 1
                    && value.starts_with('/')
                    && !value.contains("..")
                    && value.chars().all(|c| c.is_ascii_alphanumeric() || "/_.-".contains(c))
            }
            Test::ModelPackage(regex) => {
                let name = value.rsplit_once('/').filter(|(_, version)| version.bytes().all(|b| b.is_ascii_digit()));
                regex.is_match(value) && !name.map_or(value, |(name, _)| name).ends_with('-')
            }
        }
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let source = String::deserialize(deserializer)?;
        Self::new(source.clone()).map_err(|error| D::Error::custom(format!("pattern {source}: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, good: &[&str], bad: &[&str]) {
        let pattern = Pattern::new(pattern.to_owned()).unwrap();
        for value in good {
            assert!(pattern.matches(value), "{value:?} should match {}", pattern.source());
        }
        for value in bad {
            assert!(!pattern.matches(value), "{value:?} should not match {}", pattern.source());
        }
    }

    #[test]
    fn spelt_out_patterns_do_what_they_say() {
        check(r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", &["", "a b:c/ü=1@x"], &["a;b", "a\tb", "{}"]);
        check(r"(?!\s*$).+", &["x", " x"], &["", "  "]);
        check(r"/(?!.*\.\.)[a-zA-Z0-9/_.\-]+", &["/opt/x.y"], &["opt", "/a/../b", "/"]);
        check(
            r"(arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]*:[0-9]{12}:[a-z\-]*\/)?([a-zA-Z0-9]([a-zA-Z0-9-]){0,62})(?<!-)(\/[0-9]{1,9})?",
            &["pkg", "arn:aws:sagemaker:us-east-1:123456789012:model-package/pkg/1"],
            &["pkg-", "pkg-/1", "-pkg"],
        );
    }

    #[test]
    fn a_pattern_covers_the_whole_value() {
        check("[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", &["a", "a--b"], &["", "a_b", "a-", "-a", "a\n"]);
    }
}
