//! How work ends, and how the run ends that did it.

use std::fmt;

use super::failure::Failure;
use crate::aws::HandoverError;
use crate::callback::Outcome;
use crate::ledger::{Changing, RecordedAnswer, Run};
use crate::reconcile::{ReconcileError, attribute};

/// The answer to a request: the id to answer with, and what to say.
pub(super) struct Ending {
    pub(super) physical_id: String,
    pub(super) outcome: Outcome,
}

/// How a run ends.
pub(super) enum RunEnd {
    /// It answers the request.
    Answered(Ending),
    /// The next run will.
    HandedOver(HandedOver),
}

/// A request that has been left to the next run.
pub(super) struct HandedOver {
    pub(super) waiting_for: String,
}

/// How the work on a request ends.
pub(super) enum WorkEnd {
    /// The request can be answered.
    Done(Ending),
    /// The time of the run is up, and something is still to be waited for.
    Waiting(Waiting),
    /// The request can't be carried out.
    Failed(Failure),
}

/// What a request still waits for when the time of its run is up.
#[derive(Debug)]
pub(super) enum Waiting {
    /// Its endpoint is changing, as this says.
    Endpoint(ReconcileError),
    /// Another run of the same resource's requests is at work.
    OtherRun,
}

impl Ending {
    /// The answer that the ledger recorded.
    pub(super) fn recorded(answer: RecordedAnswer) -> Self {
        let RecordedAnswer { success, physical_id, reason, data, .. } = answer;
        let outcome = if success {
            let known = data.into_iter().flatten();
            let data = known.filter_map(|(name, value)| Some((attribute(&name)?, value))).collect();
            Outcome::Success { data, remark: reason }
        } else {
            Outcome::Failed { reason: reason.unwrap_or_default() }
        };
        Self { physical_id, outcome }
    }
}

impl WorkEnd {
    /// Tells work that only needs more time from work that failed.
    pub(super) fn of(done: Result<Ending, Failure>, run: &Run) -> Self {
        match (done, run.changing()) {
            (Ok(ending), _) => Self::Done(ending),
            (Err(Failure::Reconcile(waiting @ ReconcileError::StillWaiting { .. })), _) => {
                Self::Waiting(Waiting::Endpoint(waiting))
            }
            // The time ran out while the endpoint was described, or right before.
            (Err(Failure::Reconcile(ReconcileError::OutOfTime)), Some(Changing { endpoint: name, status })) => {
                Self::Waiting(Waiting::Endpoint(ReconcileError::StillWaiting { name, status }))
            }
            (Err(failure), _) => Self::Failed(failure),
        }
    }
}

impl Waiting {
    /// Nobody waits for a later run.
    pub(super) fn gave_up(self, minutes: u64) -> Failure {
        match self {
            Self::Endpoint(waiting) => Failure::GaveUp { minutes, waiting },
            Self::OtherRun => Failure::Busy,
        }
    }

    /// Lambda would stop the chain of runs ([`super::continuation::MAX_HOPS`]).
    pub(super) fn after_too_many_hops(self) -> Failure {
        match self {
            Self::Endpoint(waiting) => Failure::TooManyHops(waiting),
            Self::OtherRun => Failure::Busy,
        }
    }

    /// The next run could not be invoked.
    pub(super) fn without_handover(self, error: HandoverError) -> Failure {
        Failure::NoHandover { waiting: self, error }
    }
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Endpoint(waiting) => waiting.fmt(f),
            Self::OtherRun => f.write_str("another run of this resource's requests is still at work"),
        }
    }
}
