//! How long to wait before something that is changing is described again.

use std::time::Duration;

/// Pauses that grow: an endpoint that fails does so in seconds, one that succeeds takes minutes.
#[derive(Debug)]
pub(in crate::reconcile) struct Pauses {
    next: Duration,
    longest: Duration,
}

impl Pauses {
    const FIRST: Duration = Duration::from_secs(2);

    pub(in crate::reconcile) fn up_to(longest: Duration) -> Self {
        Self { next: Self::FIRST.min(longest), longest }
    }

    pub(in crate::reconcile) fn next(&mut self) -> Duration {
        let pause = self.next;
        self.next = pause.mul_f64(1.5).min(self.longest);
        // A little apart, so that many stacks that started together don't ask together.
        pause.mul_f64(0.9 + fastrand::f64() / 5.0)
    }
}
