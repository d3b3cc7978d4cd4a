//! What a thing of somebody else's was like before it was taken over, kept in an item of its own: the resource's record is read
//! at every check, and a dashboard may be a hundred times as large.

use serde::{Deserialize, Serialize};

use super::inventory::Thing;
use super::run::Run;
use super::store::LedgerError;
use super::{Ledger, millis};

/// An item may take 400 KiB (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>), keys and all.
const LARGEST: usize = 380 * 1024;

/// A thing as it was, with its tags.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub(crate) struct BeforeAdoption {
    pub(crate) content: String,
    /// Keys and values.
    pub(crate) tags: Vec<(String, String)>,
}

fn key(resource: &str, thing: &Thing) -> String {
    let Thing { kind, name } = thing;
    format!("{resource}|before|{kind:?}|{name}")
}

impl Run {
    /// Keeps what something was before it is taken over, for two weeks. Nothing is kept of it where names are hidden, or where it
    /// is too large: then only this run can give it back whole.
    ///
    /// # Errors
    /// Where the table can't be written.
    pub(crate) async fn keep(&self, thing: &Thing, kept: &BeforeAdoption) -> Result<(), LedgerError> {
        let text = serde_json::to_string(kept).unwrap_or_default();
        if self.facts().hides_names || text.len() > LARGEST {
            tracing::warn!(
                kind = ?thing.kind,
                "what it was before is known to this run alone: it is too large, or names are hidden"
            );
            return Ok(());
        }
        self.ledger().keep(&key(self.resource(), thing), text).await
    }

    /// What something was before it was taken over, where that was kept.
    ///
    /// # Errors
    /// Where the table can't be read.
    pub(crate) async fn kept(&self, thing: &Thing) -> Result<Option<BeforeAdoption>, LedgerError> {
        let found = self.ledger().store.read_text(&key(self.resource(), thing)).await?;
        Ok(found.and_then(|stored| serde_json::from_str(&stored.record).ok()))
    }
}

impl Ledger {
    async fn keep(&self, key: &str, text: String) -> Result<(), LedgerError> {
        loop {
            let before = self.store.read_text(key).await?;
            if before.as_ref().is_some_and(|stored| stored.record == text) {
                return Ok(());
            }
            let now = millis(std::time::SystemTime::now());
            // Only the run with the lease writes it, so a second turn is its own write whose answer was lost.
            let version = before.map(|stored| stored.version);
            if self.store.write_text(key, version, text.clone(), Some(now)).await?.is_some() {
                return Ok(());
            }
        }
    }
}
