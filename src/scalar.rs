//! Gives scalars their types back: CloudFormation sends each as a string.
//!
//! "false" must not read as true, "10" must read as 10, and "ten" must be refused rather than guessed at.

use serde_json::Value;

/// `true`, `false` or their strings, in any case.
pub(crate) fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A whole number or its string. A fraction of zero (`10.0`) is whole.
#[allow(clippy::cast_possible_truncation, reason = "whole and within ±2⁵³, which both types hold")]
pub(crate) fn integer(value: &Value) -> Option<i64> {
    let whole =
        |number: f64| (number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0).then_some(number as i64);
    match value {
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().and_then(whole)),
        Value::String(text) => text.parse().ok().or_else(|| decimal(text).and_then(whole)),
        _ => None,
    }
}

/// A finite number or its string.
pub(crate) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => decimal(text),
        _ => None,
    }
}

/// A string, or a scalar that a template author wrote without quotes.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// Rust reads "inf" and "NaN" as numbers too; a declaration never means them.
fn decimal(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// A value that is given as one of some words.
pub(crate) trait Word: Copy + 'static {
    /// The words, in their order.
    const NAMES: &'static [&'static str];

    /// The value that is written so.
    fn named(text: &str) -> Option<Self>;
}

/// Defines an enumeration by its words: `name()` and `Display` write one, [`Word`] reads it.
macro_rules! words {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$word_doc:meta])* $word:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$word_doc])* $word,)+
        }

        impl $name {
            /// Its word, as a declaration has it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$word => $text,)+ }
            }
        }

        impl $crate::scalar::Word for $name {
            const NAMES: &'static [&'static str] = &[$($text),+];

            fn named(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$word),)+
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}
pub(crate) use words;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn strings_read_as_what_they_say() {
        assert_eq!(boolean(&json!("false")), Some(false));
        assert_eq!(boolean(&json!("True")), Some(true));
        assert_eq!(boolean(&json!("yes")), None);
        assert_eq!(boolean(&json!(1)), None);
        assert_eq!(integer(&json!("10")), Some(10));
        assert_eq!(integer(&json!("10.0")), Some(10));
        assert_eq!(integer(&json!("10.5")), None);
        assert_eq!(integer(&json!("ten")), None);
        assert_eq!(integer(&json!("")), None);
        assert_eq!(number(&json!("5.752")), Some(5.752));
        assert_eq!(number(&json!("NaN")), None);
        assert_eq!(number(&json!("inf")), None);
        assert_eq!(text(&json!(7)), Some("7".to_owned()));
        assert_eq!(text(&json!([])), None);
    }

    proptest! {
        #[test]
        fn every_integer_survives_being_sent_as_a_string(n in any::<i64>()) {
            prop_assert_eq!(integer(&json!(n.to_string())), Some(n));
            prop_assert_eq!(integer(&json!(n)), Some(n));
        }

        #[test]
        fn every_number_survives_being_sent_as_a_string(n in proptest::num::f64::NORMAL) {
            prop_assert_eq!(number(&json!(n.to_string())), Some(n));
        }
    }
}
