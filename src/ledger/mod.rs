//! The request ledger: one durable record for each resource, which says what its requests did.
//!
//! A run takes the resource's lease before it describes anything, so that one works at a time; a newer request puts itself in
//! charge and waits until the older one's run has stopped. Everything that is about to be made is written down first.

mod inventory;
mod kept;
mod note;
mod record;
mod run;
mod store;
mod upkeep;
mod watchers;

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

pub use inventory::Kind;
pub(crate) use inventory::{Item, Thing};
pub(crate) use kept::BeforeAdoption;
pub(crate) use note::{Effect, Intent, Note, Stop};
pub(crate) use record::{Arrival, Millis, Record, RecordedAnswer};
pub(crate) use run::{Changing, Run};
pub use store::{LedgerError, NoRecord};
pub(crate) use upkeep::{BegunUpkeep, Candidate, LONGEST_UPKEEP, Learned, LearnedPrice, Monitored, Written};
pub use watchers::{Watcher, Watchers};

use self::record::{Lease, RequestStanding};
use self::store::{Store, Versioned};
use crate::aws::RequestTable;

/// The longest pause before the record is read again, to see whether another run has stopped.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How long a call may take effect after its caller has gone: it had been sent, and the service was at it.
const LONGEST_SETTLING: Duration = Duration::from_secs(5);

/// The records of all resources. Made once per process.
#[derive(Debug)]
pub struct Ledger {
    store: Store,
    longest_pause: Duration,
}

/// What one run is about.
#[derive(Clone, Debug)]
pub(crate) struct RunFacts {
    /// The partition key.
    pub(crate) resource: String,
    pub(crate) arrival: Arrival,
    /// The request that has to be in charge while the run writes: its own, where it is a request's.
    pub(crate) rules_while: String,
    /// When Lambda kills the run.
    pub(crate) ends: SystemTime,
    /// When its work has to end.
    pub(crate) wait_until: Instant,
    /// Whether names are kept out of the ledger.
    pub(crate) hides_names: bool,
}

/// How a run begins.
#[derive(Debug)]
pub(crate) enum Begun {
    /// It has the lease.
    Leased(Box<Run>),
    /// The request has been answered.
    Answered(RecordedAnswer),
    /// A newer request is in charge.
    Superseded,
    /// Another run is still at work, and the time of this one is up.
    Busy,
}

impl Ledger {
    /// Records in a `DynamoDB` table. `longest_pause` is the longest pause while something is changing.
    #[must_use]
    pub fn in_table(table: RequestTable, longest_pause: Duration) -> Self {
        Self { store: Store::Table(table), longest_pause }
    }

    /// Records in this process's memory, gone with it.
    #[must_use]
    pub fn in_memory(longest_pause: Duration) -> Self {
        Self { store: Store::Memory(std::sync::Mutex::default()), longest_pause }
    }

    /// The record that the next run can't find by itself, where there is no table.
    pub(crate) async fn to_carry(&self, resource: &str) -> Option<Record> {
        match &self.store {
            Store::Table(_) => None,
            Store::Memory(_) => self.store.read(resource).await.ok().map(|found| found.record),
        }
    }

    /// Takes over what the run before carried, where this process has never heard of the resource.
    pub(crate) async fn receive(&self, resource: &str, carried: Record) {
        if matches!(self.store, Store::Memory(_)) {
            drop(self.store.write(resource, None, carried, millis(SystemTime::now())).await);
        }
    }

    /// Puts the request in charge and takes the lease, waiting for whoever has it.
    ///
    /// # Errors
    /// Where the record can't be read or written.
    pub(crate) async fn begin(self: &std::sync::Arc<Self>, facts: RunFacts) -> Result<Begun, LedgerError> {
        let run = format!("{}/{:016x}", facts.arrival.id, fastrand::u64(..));
        let lease = Lease { run, ends: millis(facts.ends) };
        loop {
            let Versioned { version, mut record } = self.store.read(&facts.resource).await?;
            let now = millis(SystemTime::now());
            // A write whose answer was lost took it.
            let is_ours = record.lease.as_ref().is_some_and(|held| held.run == lease.run);
            let known = match record.standing(&facts.arrival, now) {
                RequestStanding::Answered(answer) => return Ok(Begun::Answered(answer)),
                RequestStanding::Superseded if is_ours => {
                    record.lease = None;
                    if self.store.write(&facts.resource, version, record, now).await?.is_none() {
                        continue;
                    }
                    return Ok(Begun::Superseded);
                }
                RequestStanding::Superseded => return Ok(Begun::Superseded),
                RequestStanding::Waits => {
                    // Should it wait in vain, a later request knows what is to go.
                    let news = facts.arrival.physical_id.as_deref().is_some_and(|id| record.note_deleted(id));
                    if news && self.store.write(&facts.resource, version, record, now).await?.is_none() {
                        continue;
                    }
                    if !self.pause(&facts).await {
                        return Ok(Begun::Busy);
                    }
                    continue;
                }
                RequestStanding::Newest { known } => known,
            };
            let is_free = is_ours || self.is_free(&record, now);
            if !known {
                record.put_in_charge(&facts.arrival, now);
            }
            if is_free {
                record.lease = Some(lease.clone());
            }
            if is_free || !known {
                let Some(written) = self.store.write(&facts.resource, version, record, now).await? else { continue };
                if is_free {
                    return self.settled(facts, lease, written).await;
                }
            }
            if !self.pause(&facts).await {
                return Ok(Begun::Busy);
            }
        }
    }

    /// Waits until every call of earlier runs whose answer never came has taken effect or never will.
    async fn settled(
        self: &std::sync::Arc<Self>,
        facts: RunFacts,
        lease: Lease,
        written: Versioned,
    ) -> Result<Begun, LedgerError> {
        let settled_at = written.record.settled_at();
        let run = Run::new(std::sync::Arc::clone(self), facts, lease, written);
        while settled_at > millis(SystemTime::now()) {
            if !self.pause(run.facts()).await {
                drop(run.release().await);
                return Ok(Begun::Busy);
            }
        }
        Ok(Begun::Leased(Box::new(run)))
    }

    /// Whether nobody holds the lease, or a run that is dead by now.
    fn is_free(&self, record: &Record, now: Millis) -> bool {
        let settling = millis_of(self.settling());
        record.lease.as_ref().is_none_or(|held| held.ends.saturating_add(settling) <= now)
    }

    async fn pause(&self, facts: &RunFacts) -> bool {
        let pause = LONGEST_PAUSE.min(self.longest_pause);
        let in_time = Instant::now() + pause < facts.wait_until;
        if in_time {
            tokio::time::sleep(pause).await;
        }
        in_time
    }

    pub(super) fn settling(&self) -> Duration {
        LONGEST_SETTLING.min(self.longest_pause)
    }
}

/// Milliseconds since 1970.
pub(crate) fn millis(at: SystemTime) -> Millis {
    millis_of(at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default())
}

fn millis_of(duration: Duration) -> Millis {
    Millis::try_from(duration.as_millis()).unwrap_or(Millis::MAX)
}
