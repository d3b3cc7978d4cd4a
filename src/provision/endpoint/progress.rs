//! How far a request has come with its endpoint: what the next run has to be told, and how long to wait between looks.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::continuation::Continuation;

/// Shared by everything that works on one request.
#[derive(Debug)]
pub struct Progress {
    continuation: Mutex<Continuation>,
    /// When waiting ends, and the rest is left to the next run or given up.
    wait_until: Instant,
    /// Whether the request has failed elsewhere.
    failed: watch::Sender<bool>,
}

impl Progress {
    /// Goes on from `continuation`, waiting until `wait_until` at the longest.
    #[must_use]
    pub fn new(continuation: Continuation, wait_until: Instant) -> Self {
        Self { continuation: Mutex::new(continuation), wait_until, failed: watch::Sender::new(false) }
    }

    /// Of something that has no next run, and whose caller watches the time.
    #[must_use]
    pub(in crate::provision) fn unbounded() -> Self {
        const LONGEST: Duration = Duration::from_hours(1);
        Self::new(Continuation::begin(), Instant::now() + LONGEST)
    }

    /// What the next run has to be told.
    #[must_use]
    pub fn continuation(&self) -> Continuation {
        self.facts().clone()
    }

    /// The facts, to read or to add to.
    pub(in crate::provision) fn facts(&self) -> MutexGuard<'_, Continuation> {
        // A panic elsewhere doesn't make the facts wrong.
        self.continuation.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The request has failed elsewhere: no wait goes on, and nothing new is begun.
    pub(in crate::provision) fn fail(&self) {
        self.failed.send_replace(true);
    }

    /// Whether [`Self::fail`] has been called.
    pub(in crate::provision) fn has_failed(&self) -> bool {
        *self.failed.borrow()
    }

    /// Sleeps until the next look. `false` when the time is up first, or the request fails elsewhere.
    pub(super) async fn pause(&self, pauses: &mut Pauses) -> bool {
        let pause = pauses.next();
        if Instant::now() + pause >= self.wait_until {
            return false;
        }
        let mut failed = self.failed.subscribe();
        let has_failed = tokio::time::timeout(pause, failed.wait_for(|failed| *failed)).await;
        has_failed.is_err()
    }
}

/// Pauses that grow: an endpoint that fails does so in seconds, one that succeeds takes minutes.
#[derive(Debug)]
pub(super) struct Pauses {
    next: Duration,
    longest: Duration,
}

impl Pauses {
    const FIRST: Duration = Duration::from_secs(2);

    pub(super) fn up_to(longest: Duration) -> Self {
        Self { next: Self::FIRST.min(longest), longest }
    }

    fn next(&mut self) -> Duration {
        let pause = self.next;
        self.next = pause.mul_f64(1.5).min(self.longest);
        // A little apart, so that many stacks that started together don't ask together.
        pause.mul_f64(0.9 + fastrand::f64() / 5.0)
    }
}
