//! Why a request ends in FAILED, beside what is wrong with its properties and what AWS says.

use thiserror::Error;

use crate::continuation::MAX_HOPS;
use crate::handover::HandoverError;
use crate::provision::ProvisionError;

/// Why a request ends in FAILED.
#[derive(Debug, Error)]
pub(super) enum Failure {
    #[error("{0}")]
    Declaration(String),
    #[error(transparent)]
    Provision(#[from] ProvisionError),
    #[error(
        "gave up after {minutes} minutes: {waiting}. CloudFormation's patience ends (ServiceTimeout, at most an hour)"
    )]
    GaveUp { minutes: u64, waiting: ProvisionError },
    #[error("gave up after {MAX_HOPS} runs: {0}. Give the provider's function a Timeout of 900 seconds")]
    TooManyHops(ProvisionError),
    #[error("{waiting}, and the time of this run is up")]
    NoHandover {
        waiting: ProvisionError,
        #[source]
        error: HandoverError,
    },
    #[error("the time ran out while working on it. Try again, or raise ServiceTimeout")]
    OutOfTime,
    #[error("the provider met an error of its own (a panic). The function's log says where")]
    Panic,
}
