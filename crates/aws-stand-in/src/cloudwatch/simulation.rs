//! Simulated fleets that run: each publishes what is due whenever somebody looks.

use crate::clock::{Millis, timestamp};
use metric_math::telemetry::{Fleet, FleetError, MetricStore, Timestamp};

#[derive(Debug, Default)]
pub(super) struct Simulation {
    running: Vec<Running>,
}

#[derive(Debug)]
struct Running {
    fleet: Fleet,
    start: Timestamp,
    published_until: Timestamp,
}

impl Simulation {
    pub(super) fn is_running(&self) -> bool {
        !self.running.is_empty()
    }

    /// Starts a fleet in the past and publishes up to now. One of the same endpoint that runs already ends here; what it
    /// published stays.
    pub(super) fn begin(
        &mut self,
        store: &mut MetricStore,
        fleet: Fleet,
        started_ago: Millis,
        now: Millis,
    ) -> Result<(), FleetError> {
        let start = timestamp(now.saturating_sub(started_ago));
        fleet.check()?;
        self.advance(store, now);
        self.running.retain(|other| other.fleet.endpoint != fleet.endpoint);
        self.running.push(Running { fleet, start, published_until: start });
        self.advance(store, now);
        Ok(())
    }

    pub(super) fn advance(&mut self, store: &mut MetricStore, now: Millis) {
        let until = timestamp(now);
        for running in &mut self.running {
            // The fleet was checked when it began.
            let published = running.fleet.publish(store, running.start, running.published_until..until);
            if published.is_ok() {
                running.published_until = running.published_until.max(until);
            }
        }
    }
}
