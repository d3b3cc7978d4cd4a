//! Light or dark.

use std::str::FromStr;

/// Whether a page follows its reader's choice of light or dark, or makes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// The reader's.
    #[default]
    Readers,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The page's `data-theme`, where it makes the choice.
    pub(crate) fn fixed(self) -> Option<&'static str> {
        match self {
            Self::Readers => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }
}

impl FromStr for Theme {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Readers),
            "light" => Ok(Self::Light),
            "dark" => Ok(Self::Dark),
            other => Err(format!("{other:?} is no theme; it is auto, light or dark")),
        }
    }
}
