//! Why a request ends in FAILED: its declaration has problems, AWS refuses something, or there is no time or run left.

use thiserror::Error;

use super::continuation::MAX_HOPS;
use super::outcome::Waiting;
use crate::aws::HandoverError;
use crate::reconcile::ReconcileError;

/// Why a request ends in FAILED.
#[derive(Debug, Error)]
pub(super) enum Failure {
    #[error("{0}")]
    Declaration(String),
    #[error(transparent)]
    Reconcile(#[from] ReconcileError),
    #[error(
        "gave up after {minutes} minutes: {waiting}. CloudFormation waits no longer (ServiceTimeout, at most an hour)"
    )]
    GaveUp { minutes: u64, waiting: ReconcileError },
    #[error("gave up after {MAX_HOPS} runs: {0}. Give the provider's function a Timeout of 900 seconds")]
    TooManyHops(ReconcileError),
    #[error("{waiting}, and the time of this run is up")]
    NoHandover {
        waiting: Waiting,
        #[source]
        error: HandoverError,
    },
    #[error("another run of this resource's requests is still at work, and the time of this one is up; try again")]
    Busy,
    #[error("the provider has a bug: it panicked. The function's log says where")]
    Panic,
}
