//! Leads a request from its event to one answer, or to one hand-over to the next run.

mod command;
mod conductor;
mod continuation;
mod declared;
mod failure;
mod hand_over;
mod monitoring_part;
mod outcome;
mod removal;
#[cfg(test)]
mod testing;
mod upkeep;
mod wake;
mod work;

pub use conductor::{Invocation, Provider, Reply, Undelivered};
pub use continuation::{Continuation, MAX_HOPS};
pub use declared::read;
pub use upkeep::UpkeepSummary;
