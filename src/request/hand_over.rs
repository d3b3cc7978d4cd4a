//! Leaving a request to the next run, where it waits for longer than this one lives.

use std::time::SystemTime;

use serde_json::value::RawValue;

use super::conductor::{Invoked, Provider};
use super::continuation::{Continuation, MAX_HOPS};
use super::failure::Failure;
use super::outcome::{Ending, HandedOver, RunEnd, Waiting, WorkEnd};
use crate::aws::{Handover, HandoverError};
use crate::ledger::Run;
use crate::reconcile::ReconcileError;

/// Invokes `function` with the event and all that the next run has to know.
pub(super) async fn invoke_next(
    handover: &Handover,
    function: &str,
    next: &Continuation,
    event: &RawValue,
) -> Result<(), HandoverError> {
    handover.invoke(function, &next.hand_over(event)?).await
}

impl Provider {
    /// Ends a run whose work is done or has to go on in the next run.
    ///
    /// # Errors
    /// Where the work failed, or can't be left to a next run.
    pub(super) async fn end(
        &self,
        invoked: &Invoked<'_>,
        run: &Run,
        done: Result<Ending, Failure>,
    ) -> Result<RunEnd, Failure> {
        match WorkEnd::of(done, run) {
            WorkEnd::Done(ending) => Ok(RunEnd::Answered(ending)),
            WorkEnd::Waiting(waiting) => {
                run.settle(invoked.deadline.undo).await;
                self.hand_over(invoked, run.resource(), Some(run), waiting).await.map(RunEnd::HandedOver)
            }
            WorkEnd::Failed(failure) => Err(failure),
        }
    }

    /// Invokes the next run, and gives the lease back to it.
    ///
    /// # Errors
    /// Where there can't be a next run: what the request fails with.
    pub(super) async fn hand_over(
        &self,
        invoked: &Invoked<'_>,
        resource: &str,
        run: Option<&Run>,
        waiting: Waiting,
    ) -> Result<HandedOver, Failure> {
        let continuation = &invoked.continuation;
        let waited = SystemTime::now().duration_since(continuation.started_at()).unwrap_or_default();
        let waiting_for = waiting.to_string();
        if invoked.deadline.is_last {
            return Err(waiting.gave_up(waited.as_secs().div_ceil(60)));
        }
        if continuation.hop >= MAX_HOPS {
            return Err(waiting.after_too_many_hops());
        }
        let (Some(handover), Some(function)) = (&self.handover, invoked.function_arn) else {
            return Err(waiting.without_handover(HandoverError::NoFunction));
        };
        if let Some(run) = run
            && let Err(stop) = run.intend(&[]).await
            && matches!(ReconcileError::from(stop), ReconcileError::Superseded)
        {
            return Err(ReconcileError::Superseded.into());
        }
        let continuation =
            Continuation { record: self.ledger.to_carry(resource).await, ..continuation.clone() }.without_lease();
        if let Err(error) = invoke_next(handover, function, &continuation, invoked.event).await {
            return Err(waiting.without_handover(error));
        }
        if let Some(run) = run
            && let Err(stop) = run.release().await
        {
            // The next run waits until Lambda has ended this one.
            tracing::warn!(%stop, "the lease could not be given back");
        }
        tracing::info!(waiting_for, waited_s = waited.as_secs(), hop = continuation.hop, "handed over to the next run");
        Ok(HandedOver { waiting_for })
    }
}
