//! Where records are kept: in the request table, or in this process where there is none.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use thiserror::Error;

use super::record::{Millis, Record};
use crate::aws::{CallError, IncompleteItem, ReadError, RequestTable, Stored};

/// How long an item is kept that nothing depends on any longer, or that is kept for a rollback: a record without anything in it,
/// and what a thing was before it was taken over. Lambda delivers an event six hours late at most
/// (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html>); a rollback that has failed is continued by somebody,
/// days later.
const KEPT_SECONDS: u64 = 14 * 24 * 3600;

/// Records by resource.
#[derive(Debug)]
pub(super) enum Store {
    Table(RequestTable),
    /// Versions and texts, as the table has them.
    Memory(Mutex<HashMap<String, Stored>>),
}

/// The request ledger could not be read or written.
#[derive(Debug, Error)]
pub enum LedgerError {
    /// The table refused, or could not be reached.
    #[error("the request table {table:?} could not be used, and nothing is changed without it")]
    Table {
        /// Its name.
        table: String,
        /// What went wrong.
        source: CallError,
    },
    /// What stands in the table is no record of ours.
    #[error(
        "the record of {resource:?} in the request table can't be read; it was written by another version of the provider, or by hand"
    )]
    Unreadable {
        /// The partition key.
        resource: String,
        /// What is wrong with it.
        source: NoRecord,
    },
}

/// What is wrong with an item of the request table.
#[derive(Debug, Error)]
#[error(transparent)]
pub enum NoRecord {
    /// Its record.
    Json(#[from] serde_json::Error),
    /// Its attributes.
    Item(#[from] IncompleteItem),
}

/// A record and its version; no version where it isn't stored yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Versioned {
    pub(super) version: Option<u64>,
    pub(super) record: Record,
}

impl Store {
    pub(super) async fn read(&self, resource: &str) -> Result<Versioned, LedgerError> {
        let Some(Stored { version, record }) = self.read_text(resource).await? else { return Ok(Versioned::default()) };
        let record = serde_json::from_str(&record).map_err(|source| unreadable(resource, source))?;
        Ok(Versioned { version: Some(version), record })
    }

    /// Writes `record` in the place of `before`. `None` where somebody has written meanwhile.
    pub(super) async fn write(
        &self,
        resource: &str,
        before: Option<u64>,
        record: Record,
        now: Millis,
    ) -> Result<Option<Versioned>, LedgerError> {
        let text = serde_json::to_string(&record).map_err(|source| unreadable(resource, source))?;
        let last_used = record.is_over().then_some(now);
        let written = self.write_text(resource, before, text, last_used).await?;
        Ok(written.map(|version| Versioned { version: Some(version), record }))
    }

    pub(super) async fn read_text(&self, key: &str) -> Result<Option<Stored>, LedgerError> {
        Ok(match self {
            Self::Table(table) => table.read(key).await.map_err(|error| read_error(table, key, error))?,
            Self::Memory(items) => items.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned(),
        })
    }

    /// Some of all items, from the one after `after` on, and after which of them the next page begins.
    pub(super) async fn page(
        &self,
        after: Option<&str>,
    ) -> Result<(Vec<(String, Stored)>, Option<String>), LedgerError> {
        match self {
            Self::Table(table) => table.page(after).await.map_err(|source| table_error(table, source)),
            Self::Memory(items) => {
                let items = items.lock().unwrap_or_else(PoisonError::into_inner);
                let mut page: Vec<(String, Stored)> = items
                    .iter()
                    .filter(|(key, _)| after.is_none_or(|after| key.as_str() > after))
                    .map(|(key, stored)| (key.clone(), stored.clone()))
                    .collect();
                page.sort_by(|(one, _), (other, _)| one.cmp(other));
                Ok((page, None))
            }
        }
    }

    /// Writes a text in the place of `before`, to be forgotten two weeks after `last_used`, and gives its version. `None` where
    /// somebody has written meanwhile.
    pub(super) async fn write_text(
        &self,
        key: &str,
        before: Option<u64>,
        text: String,
        last_used: Option<Millis>,
    ) -> Result<Option<u64>, LedgerError> {
        let version = before.unwrap_or_default() + 1;
        let stored = Stored { version, record: text };
        let expires_at = last_used.map(|last_used| last_used / 1000 + KEPT_SECONDS);
        let written = match self {
            Self::Table(table) => {
                let written = table.write(key, before, stored.clone(), expires_at).await;
                let is_first = written.map_err(|source| table_error(table, source))?;
                // An answer that was lost is asked for again by the SDK, and then it was this very write that came first.
                is_first || table.read(key).await.map_err(|error| read_error(table, key, error))? == Some(stored)
            }
            Self::Memory(items) => {
                let mut items = items.lock().unwrap_or_else(PoisonError::into_inner);
                let is_unchanged = items.get(key).map(|stored| stored.version) == before;
                if is_unchanged {
                    items.insert(key.to_owned(), stored);
                }
                is_unchanged
            }
        };
        Ok(written.then_some(version))
    }
}

fn table_error(table: &RequestTable, source: CallError) -> LedgerError {
    LedgerError::Table { table: table.name().to_owned(), source }
}

fn read_error(table: &RequestTable, resource: &str, error: ReadError) -> LedgerError {
    match error {
        ReadError::Call(source) => table_error(table, source),
        ReadError::Item(source) => unreadable(resource, source),
    }
}

fn unreadable(resource: &str, source: impl Into<NoRecord>) -> LedgerError {
    LedgerError::Unreadable { resource: resource.to_owned(), source: source.into() }
}
