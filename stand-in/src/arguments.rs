//! Values on command lines, read the same way by every program that asks for them.

use std::path::Path;

use crate::telemetry::Facts;

/// Two halves of a `NAME=VALUE`; the value may have more of the signs.
///
/// # Errors
/// There is no such sign.
pub fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("{text:?} has no =: give NAME=VALUE"))?;
    Ok((name.to_owned(), value.to_owned()))
}

/// The id of an AWS account.
///
/// # Errors
/// It hasn't twelve digits.
pub fn account(text: &str) -> Result<String, String> {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("an account has twelve digits".to_owned())
    }
}

/// A file of facts.
///
/// # Errors
/// It is none.
pub fn facts(path: &str) -> Result<Facts, String> {
    Facts::read(Path::new(path)).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sign_parts_a_pair() {
        assert_eq!(pair("model=a=b"), Ok(("model".to_owned(), "a=b".to_owned())));
        assert!(pair("model").is_err());
    }

    #[test]
    fn an_account_has_twelve_digits() {
        assert_eq!(account("123456789012").as_deref(), Ok("123456789012"));
        for bad in ["12345678901", "1234567890123", "12345678901x", ""] {
            assert!(account(bad).is_err(), "{bad:?}");
        }
    }
}
