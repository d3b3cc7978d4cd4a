//! Trying again while troubles pass: how often, and with which pauses between.

use std::time::Duration;

use tokio::time::Instant;

/// What an attempt met.
pub(super) enum Trouble<E> {
    /// Trying again would not help.
    Final(E),
    /// It may, for what is said here in words.
    Passing(String),
}

/// Why there is no other attempt.
pub(super) enum End {
    /// It was the last one.
    Exhausted,
    /// The time would be up before the next.
    OutOfTime,
}

/// The attempts at one thing, with pauses between them that double and are jittered.
pub(super) struct Attempts {
    /// The one that is being made, from 1.
    pub(super) number: u32,
    most: u32,
    pause: Duration,
    until: Instant,
}

impl Attempts {
    /// Begins the first of `most` attempts, all before `until`.
    pub(super) fn new(most: u32, first_pause: Duration, until: Instant) -> Self {
        Self { number: 1, most, pause: first_pause, until }
    }

    /// Waits until it is time for the next attempt.
    pub(super) async fn pause(&mut self) -> Result<(), End> {
        if self.number == self.most {
            return Err(End::Exhausted);
        }
        let jittered = self.pause.mul_f64(0.5 + fastrand::f64() / 2.0);
        if Instant::now() + jittered >= self.until {
            return Err(End::OutOfTime);
        }
        tokio::time::sleep(jittered).await;
        self.number += 1;
        self.pause *= 2;
        Ok(())
    }
}
