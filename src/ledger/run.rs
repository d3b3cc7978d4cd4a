//! A run at work on a request: it holds the lease, writes down what it is about to make, and learns when it has to stop.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::inventory::{Item, State, Thing};
use super::note::{Effect, Intent, LONGEST_PENDING, Note, Stop, learnt, name};
use super::record::{DeploymentFacts, Lease, Record, RecordedAnswer};
use super::store::Versioned;
use super::upkeep::Monitored;
use super::{Ledger, RunFacts, millis, millis_of};
use crate::aws::CallError;
use crate::envelope::RequestType;

/// A newer request waits for this run to stop, so it checks at least this often whether there is one.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);

/// An endpoint that is known to be changing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changing {
    /// The endpoint's name.
    pub(crate) endpoint: String,
    pub(crate) status: String,
}

/// A call that hasn't ended.
#[derive(Debug)]
struct InFlight {
    thing: Thing,
    task: JoinHandle<()>,
}

/// One run, with the lease.
#[derive(Debug)]
pub(crate) struct Run {
    ledger: Arc<Ledger>,
    facts: RunFacts,
    lease: Lease,
    stored: tokio::sync::Mutex<Versioned>,
    /// The record as this run wrote it last.
    known: Mutex<Record>,
    notes: Arc<Mutex<Vec<Note>>>,
    in_flight: Mutex<Vec<InFlight>>,
    /// What calls have been sent to make.
    called: Mutex<BTreeSet<Thing>>,
    /// Everything that the request wants, for when it succeeds.
    wanted: Mutex<Vec<Thing>>,
    /// What is to be kept right once the request has succeeded.
    monitored: Mutex<Option<Box<Monitored>>>,
    ends: Mutex<Instant>,
    changing: Mutex<Option<Changing>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic elsewhere doesn't make what is noted wrong, and it is needed most then.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Run {
    pub(super) fn new(ledger: Arc<Ledger>, facts: RunFacts, lease: Lease, stored: Versioned) -> Self {
        let known = Mutex::new(stored.record.clone());
        let ends = Mutex::new(facts.wait_until);
        let stored = tokio::sync::Mutex::new(stored);
        Self {
            ledger,
            facts,
            lease,
            stored,
            known,
            notes: Arc::default(),
            in_flight: Mutex::default(),
            called: Mutex::default(),
            wanted: Mutex::default(),
            monitored: Mutex::default(),
            ends,
            changing: Mutex::default(),
        }
    }

    pub(super) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    pub(super) fn facts(&self) -> &RunFacts {
        &self.facts
    }

    /// The partition key.
    pub(crate) fn resource(&self) -> &str {
        &self.facts.resource
    }

    pub(crate) fn request_id(&self) -> &str {
        &self.facts.arrival.id
    }

    /// What is known of the resource, this run's notes included.
    pub(crate) fn record(&self) -> Record {
        let mut record = lock(&self.known).clone();
        for note in lock(&self.notes).iter() {
            note.apply(&mut record, self.request_id(), self.facts.hides_names);
        }
        record
    }

    pub(crate) fn deployment(&self) -> DeploymentFacts {
        self.record().request(self.request_id()).map(|request| request.deployment.clone()).unwrap_or_default()
    }

    /// Notes what has been learnt.
    pub(crate) fn note(&self, note: Note) {
        lock(&self.notes).push(note);
    }

    /// It was described and isn't there. A call to make it, whose answer never came, may still do so.
    pub(crate) fn note_absent(&self, thing: Thing) {
        let was_called = lock(&self.called).contains(&thing);
        let may_appear = was_called
            && self.record().item(&thing).is_some_and(
                |item| matches!(item.state, State::Intended { until } if until > millis(SystemTime::now())),
            );
        if !may_appear {
            self.note(Note::Gone(thing));
        }
    }

    /// The request wants these things: once it has succeeded, they stay when another one fails.
    pub(crate) fn want(&self, things: Vec<Thing>) {
        *lock(&self.wanted) = things;
    }

    pub(super) fn wanted(&self) -> Vec<Thing> {
        lock(&self.wanted).clone()
    }

    /// Once the request has succeeded, this is kept right between requests.
    pub(crate) fn keep_right(&self, monitored: Monitored) {
        *lock(&self.monitored) = Some(Box::new(monitored));
    }

    /// An endpoint is changing, or has settled.
    pub(crate) fn note_changing(&self, changing: Option<Changing>) {
        *lock(&self.changing) = changing;
    }

    /// The endpoint that is known to be changing.
    pub(crate) fn changing(&self) -> Option<Changing> {
        lock(&self.changing).clone()
    }

    /// From now on until `ends`, what failed is undone.
    pub(crate) fn extend(&self, ends: Instant) {
        *lock(&self.ends) = ends;
    }

    fn ends(&self) -> Instant {
        *lock(&self.ends)
    }

    /// Right before a write: whether this run may still go on. Writes down what has been learnt, and what is about to be made.
    ///
    /// # Errors
    /// [`Stop`], and then nothing may be written.
    pub(crate) async fn intend(&self, intents: &[Intent]) -> Result<(), Stop> {
        if Instant::now() >= self.ends() {
            return Err(Stop::TimeUp);
        }
        if intents.is_empty() && lock(&self.notes).is_empty() {
            return self.check().await;
        }
        let until = self.lease.ends.saturating_add(millis_of(self.ledger.settling()));
        let (hides, request) = (self.facts.hides_names, self.request_id());
        let change = |record: &mut Record| {
            for intent in intents {
                record.intend(Item {
                    kind: intent.thing.kind,
                    name: name(hides, &intent.thing.name, &intent.physical_id),
                    identity: None,
                    physical_id: intent.physical_id.clone(),
                    request: request.to_owned(),
                    wanted_by: Vec::new(),
                    state: State::Intended { until },
                    left: false,
                    adopted: intent.adopted,
                });
            }
        };
        self.commit(true, change).await
    }

    /// Whether this run still has the lease, and its request is in charge.
    async fn check(&self) -> Result<(), Stop> {
        let found = self.ledger.store.read(&self.facts.resource).await?;
        if self.rules(&found.record) { Ok(()) } else { Err(Stop::Superseded) }
    }

    fn rules(&self, record: &Record) -> bool {
        self.has_lease(record) && record.is_in_charge(&self.facts.rules_while)
    }

    fn has_lease(&self, record: &Record) -> bool {
        record.lease.as_ref().is_some_and(|lease| lease.run == self.lease.run)
    }

    /// Writes the record with all notes and `change`. Where `as_ruler`, only while the request is in charge.
    pub(super) async fn commit(&self, as_ruler: bool, change: impl Fn(&mut Record)) -> Result<(), Stop> {
        let mut stored = self.stored.lock().await;
        let notes = lock(&self.notes).clone();
        loop {
            let may = if as_ruler { self.rules(&stored.record) } else { self.has_lease(&stored.record) };
            if !may {
                return Err(Stop::Superseded);
            }
            let mut record = stored.record.clone();
            for note in &notes {
                note.apply(&mut record, self.request_id(), self.facts.hides_names);
            }
            change(&mut record);
            let now = millis(SystemTime::now());
            match self.ledger.store.write(&self.facts.resource, stored.version, record, now).await? {
                Some(written) => {
                    lock(&self.known).clone_from(&written.record);
                    lock(&self.notes).drain(..notes.len());
                    *stored = written;
                    return Ok(());
                }
                None => *stored = self.ledger.store.read(&self.facts.resource).await?,
            }
        }
    }

    /// Makes a call that changes something, to its end: also when whoever waits for it no longer does.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        thing: Thing,
        effect: Effect,
        call: impl Future<Output = Result<T, CallError>> + Send + 'static,
    ) -> Result<T, CallError> {
        let (send, receive) = tokio::sync::oneshot::channel();
        let (notes, called, settling) = (Arc::clone(&self.notes), thing.clone(), self.ledger.settling());
        let task = tokio::spawn(async move {
            let result = call.await;
            lock(&notes).extend(learnt(called, effect, result.as_ref().err(), settling));
            drop(send.send(result));
        });
        if effect == Effect::Makes {
            lock(&self.called).insert(thing.clone());
        }
        let in_flight = InFlight { thing, task };
        {
            let mut all = lock(&self.in_flight);
            all.retain(|one| !one.task.is_finished());
            all.push(in_flight);
        }
        match receive.await {
            Ok(result) => result,
            // The call panicked, inside the SDK: as good as an answer that never came.
            Err(_) => Err(CallError::lost()),
        }
    }

    /// Waits for the calls under way, until `until` at the longest, and gives up those that are left: none may be tried again
    /// once this run has ended. What they were to make counts as there until it can't appear any longer.
    pub(crate) async fn settle(&self, until: Instant) {
        let all = std::mem::take(&mut *lock(&self.in_flight));
        for InFlight { thing, task } in all {
            let stop = task.abort_handle();
            if tokio::time::timeout_at(until, task).await.is_err() {
                stop.abort();
                let until = self.lease.ends.saturating_add(millis_of(LONGEST_PENDING));
                self.note(Note::Unknown { thing, until });
            }
        }
    }

    /// Sleeps until it is time to describe again. `false` when the time is up first.
    ///
    /// # Errors
    /// [`Stop::Superseded`] as soon as there is a newer request.
    pub(crate) async fn pause(&self, pause: Duration) -> Result<bool, Stop> {
        let next = Instant::now() + pause;
        if next >= self.ends() {
            return Ok(false);
        }
        loop {
            let left = next.saturating_duration_since(Instant::now());
            tokio::time::sleep(left.min(LONGEST_SLEEP)).await;
            match self.check().await {
                // Nothing is written while waiting; the next write will find out.
                Ok(()) | Err(Stop::Ledger(_)) => {}
                Err(stop) => return Err(stop),
            }
            if Instant::now() >= next {
                return Ok(true);
            }
        }
    }

    /// Writes down how the request was answered, and gives the lease back.
    ///
    /// # Errors
    /// Where that could not be written: then the answer may not be a success.
    pub(crate) async fn finish(&self, answer: &RecordedAnswer) -> Result<(), Stop> {
        let request = self.request_id().to_owned();
        let declares = self.facts.arrival.request_type != RequestType::Delete;
        let finished = |record: &mut Record| {
            record.lease = None;
            // A Delete answers the id that it was given, which may be made up, and stays so when it is asked for again.
            if declares {
                record.note_id(&answer.physical_id);
            }
            if answer.success {
                for thing in lock(&self.wanted).iter() {
                    record.note_wanted(thing, &request);
                }
            }
            if declares && answer.success {
                record.monitored.clone_from(&lock(&self.monitored));
            }
            if let Some(known) = record.request_mut(&request) {
                known.answer = Some(answer.clone());
            }
        };
        // A success counts for the request in charge only: whatever a newer one finds, it deals with as it wants.
        let as_ruler = declares && answer.success;
        let committed = self.commit(as_ruler, finished).await;
        if matches!(committed, Err(Stop::Superseded)) {
            // It was written, the answer to that got lost, and a newer request has taken the lease since.
            let stored = self.stored.lock().await;
            let recorded = stored.record.request(&request).and_then(|known| known.answer.as_ref());
            if recorded == Some(answer) {
                return Ok(());
            }
        }
        committed
    }

    /// Gives the lease back: the request goes on in another run, or under a newer request.
    pub(crate) async fn release(&self) -> Result<(), Stop> {
        self.commit(false, |record| record.lease = None).await
    }
}
