//! A file with declarations: a CloudFormation template, or the properties of one resource alone.
//!
//! Reads it and works out what its custom resources declare. Whether that is right is the provider's library to say, but for what
//! CloudFormation itself refuses before a provider hears of it.
use std::io::Read;
use std::path::Path;
use std::sync::OnceLock;
use std::{fs, io};

use cloudformation_template::{Document, Stack, TextError, read as read_text};
use monitored_endpoint::template::{Alone, Declarations, ShapeError, of_document};
use serde_json::Value;
use thiserror::Error;

/// Why a file gives no declarations.
#[derive(Debug, Error)]
pub(crate) enum ReadError {
    /// It can't be read.
    #[error("{path}")]
    File { path: String, source: io::Error },
    /// It is neither YAML nor JSON.
    #[error("{path}")]
    Text { path: String, source: TextError },
    /// It isn't a template.
    #[error("{path}: {message}")]
    Shape { path: String, message: String },
}

/// Where declarations come from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Input<'s> {
    File(&'s Path),
    Stdin,
    /// Properties that the program brings along.
    Sample(&'s str),
}

impl<'s> Input<'s> {
    /// What a command line means: `-` is standard input.
    pub(crate) fn named(path: &'s Path) -> Self {
        if path == Path::new("-") { Self::Stdin } else { Self::File(path) }
    }

    pub(crate) fn name(self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Stdin => "stdin".to_owned(),
            Self::Sample(_) => "the sample".to_owned(),
        }
    }

    fn document(self) -> Result<Document, ReadError> {
        let text = match self {
            Self::File(path) => fs::read_to_string(path),
            Self::Stdin => stdin(),
            Self::Sample(text) => Ok(text.to_owned()),
        };
        let text = text.map_err(|source| ReadError::File { path: self.name(), source })?;
        read_text(&text).map_err(|source| ReadError::Text { path: self.name(), source })
    }
}

/// Standard input gives its text once, and a command may name it twice (`plan - --old -`).
fn stdin() -> io::Result<String> {
    static TEXT: OnceLock<String> = OnceLock::new();
    if let Some(text) = TEXT.get() {
        return Ok(text.clone());
    }
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    Ok(TEXT.get_or_init(|| text).clone())
}

/// Reads JSON or YAML without working anything out.
pub(crate) fn read_values(path: &Path) -> Result<Value, ReadError> {
    Input::named(path).document().map(|document| document.value)
}

/// Reads declarations.
pub(crate) fn read(source: Input<'_>, stack: &Stack, alone: Alone<'_>) -> Result<Declarations, ReadError> {
    let name = source.name();
    of_document(source.document()?, &name, stack, alone).map_err(|error| {
        let message = match error {
            ShapeError::Parameters(refused) => refused.join(&format!("\n{name}: ")),
            ShapeError::NoTemplate => error.to_string(),
        };
        ReadError::Shape { path: name, message }
    })
}
