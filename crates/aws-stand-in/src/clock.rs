//! The stand-in's clock: real time that tests can wind forward.
//! It never goes back, and nothing in the stand-in reads the time anywhere else.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use aws_smithy_types::DateTime;

use metric_math::telemetry::Timestamp;

/// Milliseconds since the Unix epoch, on the stand-in's clock.
pub(crate) type Millis = u64;

#[derive(Debug)]
pub(crate) struct Clock {
    started_at: Millis,
    started: Instant,
    wound: Duration,
}

impl Clock {
    pub(crate) fn new() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { started_at: whole_millis(since_epoch), started: Instant::now(), wound: Duration::ZERO }
    }

    pub(crate) fn now(&self) -> Millis {
        self.started_at + self.since_start()
    }

    /// Milliseconds since the stand-in started, wound time included.
    pub(crate) fn since_start(&self) -> u64 {
        whole_millis(self.started.elapsed() + self.wound)
    }

    pub(crate) fn wind(&mut self, forward: Duration) {
        self.wound += forward;
    }
}

/// The same time as metric data has it.
pub(crate) fn timestamp(at: Millis) -> Timestamp {
    Timestamp::try_from(at).unwrap_or(Timestamp::MAX)
}

fn whole_millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

pub(crate) fn date_time(at: Millis) -> DateTime {
    DateTime::from_millis(timestamp(at))
}

/// Seconds since the epoch as AWS's JSON protocols write a timestamp.
#[allow(clippy::cast_precision_loss)] // exact until the year 287396
pub(crate) fn epoch_seconds(at: Millis) -> f64 {
    at as f64 / 1000.0
}
