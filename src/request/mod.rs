//! Leads a request from its event to one answer, or to one hand-over to the next run.

mod conductor;
mod continuation;
mod failure;
mod hand_over;
mod subject;
mod work;

pub use conductor::{Invocation, Provider, Reply, Undelivered};
pub use continuation::{Continuation, MAX_HOPS};
pub use subject::read;
