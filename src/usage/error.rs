//! Why there is no answer. `Display` doesn't repeat the source; `reconcile::reason` walks the chain.

use thiserror::Error;

use super::BadRange;
use crate::aws::Fault;

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum UsageError {
    /// AWS refused for want of a permission.
    #[error("access denied: the permission {action} is needed")]
    Denied {
        /// The IAM action.
        action: &'static str,
        /// What AWS said.
        source: Fault,
    },
    /// AWS refused, or could not be reached in any attempt.
    #[error("{action} failed")]
    Call {
        /// The operation, as IAM names it.
        action: &'static str,
        /// What AWS said.
        source: Fault,
    },
    /// There is no such endpoint.
    #[error("there is no endpoint named {0:?} in this account and Region")]
    NoEndpoint(String),
    /// The endpoint's config has been deleted under it.
    #[error(
        "endpoint {endpoint:?} serves on the config {config:?}, which has been deleted, so its variants aren't known"
    )]
    NoConfig {
        /// The endpoint.
        endpoint: String,
        /// The config.
        config: String,
    },
    /// The time range can't be read.
    #[error(transparent)]
    Range(#[from] BadRange),
}

impl UsageError {
    /// Names the action in what a call met.
    pub(crate) fn of_call(action: &'static str) -> impl Fn(Fault) -> Self {
        failed(action)
    }
}

/// Names the action in what a call met.
pub(super) fn failed(action: &'static str) -> impl Fn(Fault) -> UsageError {
    move |source| {
        if source.is_denied() { UsageError::Denied { action, source } } else { UsageError::Call { action, source } }
    }
}
