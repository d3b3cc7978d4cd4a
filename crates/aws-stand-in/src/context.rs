//! What an operation works with.

use crate::{clock::Clock, config::Config};

/// The state of the operation's service, and what all services share.
pub(crate) struct Context<'c, S> {
    pub(crate) state: &'c mut S,
    pub(crate) config: &'c Config,
    pub(crate) clock: &'c Clock,
}
