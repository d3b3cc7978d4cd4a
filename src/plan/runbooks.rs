//! The page of runbooks that descriptions of alarms link to.

use std::fmt;

use thiserror::Error;
use url::Url;

/// A description has 1,024 characters, and other sentences want some of them.
const LONGEST: usize = 500;

/// An `https` address without a fragment, which each kind of alarm adds its own of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunbooksUrl(String);

/// Why a text is no such address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RunbooksUrlError {
    /// It can't be read.
    #[error("it is no URL")]
    NotAUrl,
    /// Whoever is on call would follow it without protection.
    #[error("it is not https")]
    NotHttps,
    /// Everybody who sees an alarm would see them.
    #[error("it has credentials in it")]
    Credentials,
    /// The place of the alarm on the page goes there.
    #[error("it has a fragment (#…), where the kind of alarm goes")]
    Fragment,
    /// It wouldn't fit in a description with the rest.
    #[error("it is longer than {LONGEST} characters")]
    TooLong,
}

impl RunbooksUrl {
    /// Reads an address.
    ///
    /// # Errors
    /// Says which rule it breaks, without repeating it.
    pub fn parse(text: &str) -> Result<Self, RunbooksUrlError> {
        let url = Url::parse(text).map_err(|_| RunbooksUrlError::NotAUrl)?;
        if url.scheme() != "https" {
            return Err(RunbooksUrlError::NotHttps);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(RunbooksUrlError::Credentials);
        }
        if url.fragment().is_some() {
            return Err(RunbooksUrlError::Fragment);
        }
        let text = String::from(url);
        if text.len() > LONGEST { Err(RunbooksUrlError::TooLong) } else { Ok(Self(text)) }
    }
}

impl fmt::Display for RunbooksUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_https_page_without_a_fragment_is_linked_to() {
        let page = "https://example.com/runbooks.md?team=ml";
        assert_eq!(RunbooksUrl::parse(page).unwrap().to_string(), page);
        for (text, error) in [
            ("runbooks", RunbooksUrlError::NotAUrl),
            ("http://example.com/", RunbooksUrlError::NotHttps),
            ("javascript:alert(1)", RunbooksUrlError::NotHttps),
            ("https://me:secret@example.com/", RunbooksUrlError::Credentials),
            ("https://example.com/#alarms", RunbooksUrlError::Fragment),
        ] {
            assert_eq!(RunbooksUrl::parse(text), Err(error), "{text}");
        }
        let long = format!("https://example.com/{}", "a".repeat(LONGEST));
        assert_eq!(RunbooksUrl::parse(&long), Err(RunbooksUrlError::TooLong));
    }
}
