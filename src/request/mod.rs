//! The way of a request, from event to answer.

mod conductor;
mod continuation;
mod failure;
pub(crate) mod ledger;
mod subject;

pub use conductor::{Invocation, Provider, Reply, Undelivered};
pub use continuation::{Continuation, MAX_HOPS, UnwritableEvent};
pub use ledger::{Ledger, LedgerError};
pub use subject::read;
