//! Leaving a request to the next run, where it waits for longer than this one lives.

use std::time::SystemTime;

use super::conductor::{HandedOver, Invoked, Provider};
use super::continuation::{Continuation, MAX_HOPS};
use super::failure::Failure;
use crate::aws::HandoverError;
use crate::ledger::Run;
use crate::reconcile::ReconcileError;

impl Provider {
    /// Leaves a request that is still waiting to the next run. Any other failure comes back, and so does one that can't
    /// be left.
    pub(super) async fn unless_handed_over(
        &self,
        invoked: &Invoked<'_>,
        run: &Run,
        failure: Failure,
    ) -> Result<Failure, HandedOver> {
        let waiting = match (failure, run.changing()) {
            (Failure::Reconcile(waiting @ ReconcileError::StillWaiting { .. }), _) => waiting,
            // The time ran out while it was described, or right before.
            (Failure::Reconcile(ReconcileError::OutOfTime), Some((name, status))) => {
                ReconcileError::StillWaiting { name, status }
            }
            (other, _) => return Ok(other),
        };
        run.settle(invoked.deadline.undo).await;
        self.hand_over(invoked, run.resource(), Some(run), waiting.into()).await
    }

    /// Invokes the next run, and gives the lease back to it.
    pub(super) async fn hand_over(
        &self,
        invoked: &Invoked<'_>,
        resource: &str,
        run: Option<&Run>,
        waiting: Failure,
    ) -> Result<Failure, HandedOver> {
        let continuation = &invoked.continuation;
        let waited = SystemTime::now().duration_since(continuation.started_at()).unwrap_or_default();
        let waiting_for = waiting.to_string();
        let waiting = match waiting {
            Failure::Reconcile(waiting) => waiting,
            other if invoked.deadline.is_last || continuation.hop >= MAX_HOPS => return Ok(other),
            _ => ReconcileError::OutOfTime,
        };
        if invoked.deadline.is_last {
            return Ok(Failure::GaveUp { minutes: waited.as_secs().div_ceil(60), waiting });
        }
        if continuation.hop >= MAX_HOPS {
            return Ok(Failure::TooManyHops(waiting));
        }
        let (Some(handover), Some(function)) = (&self.handover, invoked.function_arn) else {
            return Ok(Failure::NoHandover { waiting, error: HandoverError::NoFunction });
        };
        if let Some(run) = run
            && let Err(stop) = run.intend(&[]).await
            && matches!(ReconcileError::from(stop), ReconcileError::Superseded)
        {
            return Ok(ReconcileError::Superseded.into());
        }
        let continuation =
            Continuation { record: self.ledger.to_carry(resource).await, ..continuation.clone() }.without_lease();
        let invoked_again = match continuation.hand_over(invoked.event) {
            Ok(event) => handover.invoke(function, &event).await,
            Err(error) => Err(error.into()),
        };
        match invoked_again {
            Ok(()) => {
                if let Some(run) = run
                    && let Err(stop) = run.release().await
                {
                    // The next run waits until Lambda has ended this one.
                    tracing::warn!(%stop, "the lease could not be given back");
                }
                tracing::info!(
                    waiting_for,
                    waited_s = waited.as_secs(),
                    hop = continuation.hop,
                    "handed over to the next run"
                );
                Err(HandedOver { waiting_for })
            }
            Err(error) => Ok(Failure::NoHandover { waiting, error }),
        }
    }
}
