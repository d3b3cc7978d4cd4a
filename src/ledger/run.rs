//! A run at work on a request: it holds the lease, writes down what it is about to make, and learns when it has to stop.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use thiserror::Error;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::inventory::{Item, Kind, State};
use super::record::{DeploymentFacts, Lease, Millis, Record, RecordedAnswer, ThingName};
use super::store::{LedgerError, Versioned};
use super::{Ledger, RunFacts, millis, millis_of};
use crate::aws::{Aftermath, CallError};
use crate::envelope::RequestType;

/// How long a service may be at a call that it didn't answer in time: as long as an attempt is waited for.
const LONGEST_PENDING: Duration = Duration::from_secs(15);
/// A newer request waits for this run to stop, so it checks at least this often whether there is one.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);

/// Why a run may go no further.
#[derive(Debug, Error)]
pub(crate) enum Stop {
    #[error("a newer request of this resource has come in, and rules from now on")]
    Superseded,
    #[error("the time of this run is up")]
    TimeUp,
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Something that is about to be made.
#[derive(Clone, Debug)]
pub(crate) struct Intent {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) physical_id: String,
    /// Whether it exists and is somebody else's, who allows it to be taken over.
    pub(crate) adopted: bool,
}

/// What has been learnt, to be written down with the next write.
#[derive(Clone, Debug)]
pub(crate) enum Note {
    /// It is there. An item from before the ledger existed, or one that was taken over, is added.
    Found {
        kind: Kind,
        name: String,
        identity: Option<String>,
        physical_id: String,
    },
    Done {
        kind: Kind,
        name: String,
    },
    Unknown {
        kind: Kind,
        name: String,
        until: Millis,
    },
    Gone {
        kind: Kind,
        name: String,
    },
    /// Its id was deleted, and it had to be left: it goes with a later request.
    Left {
        kind: Kind,
        name: String,
    },
    /// An endpoint that may serve on a config of this resource.
    Endpoint {
        name: String,
    },
    Submitted {
        config: String,
    },
    Adjusted {
        variant: String,
    },
}

/// What a call does to a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Makes,
    Changes,
    Removes,
}

#[derive(Debug)]
struct InFlight {
    kind: Kind,
    name: String,
    task: JoinHandle<()>,
}

/// One run, with the lease.
#[derive(Debug)]
pub(crate) struct Run {
    ledger: Arc<Ledger>,
    facts: RunFacts,
    lease: Lease,
    stored: tokio::sync::Mutex<Versioned>,
    /// The record with everything that has been noted, whether or not it has been written.
    known: Mutex<Record>,
    notes: Arc<Mutex<Vec<Note>>>,
    in_flight: Mutex<Vec<InFlight>>,
    /// What calls have been sent to make.
    called: Mutex<BTreeSet<(Kind, String)>>,
    /// Everything that the request wants, for when it succeeds.
    wanted: Mutex<Vec<(Kind, String)>>,
    ends: Mutex<Instant>,
    /// An endpoint that is known to be changing, and its status.
    changing: Mutex<Option<(String, String)>>,
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
            ends,
            changing: Mutex::default(),
        }
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
        let mut known = lock(&self.known);
        for note in lock(&self.notes).iter() {
            self.apply(&mut known, note);
        }
        known.clone()
    }

    pub(crate) fn deployment(&self) -> DeploymentFacts {
        self.record().request(self.request_id()).map(|request| request.deployment.clone()).unwrap_or_default()
    }

    /// Notes what has been learnt.
    pub(crate) fn note(&self, note: Note) {
        lock(&self.notes).push(note);
    }

    /// It was described and isn't there. A call to make it, whose answer never came, may still do so.
    pub(crate) fn note_absent(&self, kind: Kind, name: &str) {
        let was_called = lock(&self.called).contains(&(kind, name.to_owned()));
        let may_appear = was_called
            && self.record().item(kind, name).is_some_and(
                |item| matches!(item.state, State::Intended { until } if until > millis(SystemTime::now())),
            );
        if !may_appear {
            self.note(Note::Gone { kind, name: name.to_owned() });
        }
    }

    /// The request wants these things: once it has succeeded, they stay when another one fails.
    pub(crate) fn want(&self, things: Vec<(Kind, String)>) {
        *lock(&self.wanted) = things;
    }

    /// An endpoint is changing (its name and status), or has settled.
    pub(crate) fn note_changing(&self, changing: Option<(String, String)>) {
        *lock(&self.changing) = changing;
    }

    /// The endpoint that is known to be changing, with its status.
    pub(crate) fn changing(&self) -> Option<(String, String)> {
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
                    kind: intent.kind,
                    name: name(hides, &intent.name, &intent.physical_id),
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
        self.has_lease(record) && record.is_in_charge(self.request_id())
    }

    fn has_lease(&self, record: &Record) -> bool {
        record.lease.as_ref().is_some_and(|lease| lease.run == self.lease.run)
    }

    /// Writes the record with all notes and `change`. Where `as_ruler`, only while the request is in charge.
    async fn commit(&self, as_ruler: bool, change: impl Fn(&mut Record)) -> Result<(), Stop> {
        let mut stored = self.stored.lock().await;
        let notes = lock(&self.notes).clone();
        loop {
            let may = if as_ruler { self.rules(&stored.record) } else { self.has_lease(&stored.record) };
            if !may {
                return Err(Stop::Superseded);
            }
            let mut record = stored.record.clone();
            for note in &notes {
                self.apply(&mut record, note);
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

    fn apply(&self, record: &mut Record, note: &Note) {
        let (hides, request) = (self.facts.hides_names, self.request_id());
        match note {
            Note::Found { kind, name: found, identity, physical_id } => {
                if record.item(*kind, found).is_none() {
                    record.intend(Item {
                        kind: *kind,
                        name: name(hides, found, physical_id),
                        identity: None,
                        physical_id: physical_id.clone(),
                        request: String::new(),
                        wanted_by: Vec::new(),
                        state: State::Done,
                        left: false,
                        adopted: false,
                    });
                }
                record.note_done(*kind, found);
                record.note_physical_id(*kind, found, physical_id);
                if let Some(identity) = identity {
                    record.note_identity(*kind, found, identity);
                }
            }
            Note::Done { kind, name } => record.note_done(*kind, name),
            Note::Unknown { kind, name, until } => record.note_unknown(*kind, name, *until),
            Note::Gone { kind, name } => record.note_gone(*kind, name),
            Note::Left { kind, name } => record.note_left(*kind, name),
            Note::Endpoint { name: endpoint } => record.note_endpoint(name(hides, endpoint, "")),
            Note::Submitted { config } => {
                if let Some(known) = record.request_mut(request) {
                    known.deployment.submitted = Some(name(hides, config, ""));
                }
            }
            Note::Adjusted { variant } => {
                if let Some(known) = record.request_mut(request) {
                    known.deployment.adjusted.push(name(hides, variant, ""));
                }
            }
        }
    }

    /// Makes a call that changes something, to its end: also when whoever waits for it no longer does.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        kind: Kind,
        name: &str,
        effect: Effect,
        call: impl Future<Output = Result<T, CallError>> + Send + 'static,
    ) -> Result<T, CallError> {
        let (send, receive) = tokio::sync::oneshot::channel();
        let (notes, thing, settling) = (Arc::clone(&self.notes), name.to_owned(), self.ledger.settling());
        let task = tokio::spawn(async move {
            let result = call.await;
            lock(&notes).extend(learnt(kind, thing, effect, result.as_ref().err(), settling));
            drop(send.send(result));
        });
        let in_flight = InFlight { kind, name: name.to_owned(), task };
        if effect == Effect::Makes {
            lock(&self.called).insert((kind, name.to_owned()));
        }
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
        for InFlight { kind, name, task } in all {
            let stop = task.abort_handle();
            if tokio::time::timeout_at(until, task).await.is_err() {
                stop.abort();
                let until = self.lease.ends.saturating_add(millis_of(LONGEST_PENDING));
                self.note(Note::Unknown { kind, name, until });
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
    /// Where that could not be written: then nobody may be told of a success.
    pub(crate) async fn finish(&self, answer: &RecordedAnswer) -> Result<(), Stop> {
        let request = self.request_id().to_owned();
        let finished = |record: &mut Record| {
            record.lease = None;
            record.note_id(&answer.physical_id);
            if answer.success {
                for (kind, name) in lock(&self.wanted).iter() {
                    record.note_wanted(*kind, name, &request);
                }
            }
            if let Some(known) = record.request_mut(&request) {
                known.answer = Some(answer.clone());
            }
        };
        // A success counts for the request in charge only: whatever a newer one finds, it deals with as it wants.
        let as_ruler = answer.success && self.facts.arrival.request_type != RequestType::Delete;
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

/// A name as the ledger may hold it. A physical id isn't hidden: CloudFormation shows it to everyone.
fn name(hides: bool, name: &str, physical_id: &str) -> ThingName {
    if hides && name != physical_id { ThingName::hidden(name) } else { ThingName::shown(name) }
}

/// What a call's end says about the thing.
fn learnt(kind: Kind, name: String, effect: Effect, error: Option<&CallError>, settling: Duration) -> Option<Note> {
    let later = |wait: Duration| millis(SystemTime::now()).saturating_add(millis_of(wait));
    match (error.map(|error| error.fault().aftermath), effect) {
        (None, Effect::Makes) => Some(Note::Done { kind, name }),
        (None, Effect::Removes) if kind != Kind::Endpoint => Some(Note::Gone { kind, name }),
        (Some(Aftermath::Refused), Effect::Makes) => Some(Note::Gone { kind, name }),
        (Some(Aftermath::Unknown), _) => Some(Note::Unknown { kind, name, until: later(settling) }),
        (Some(Aftermath::Pending), _) => Some(Note::Unknown { kind, name, until: later(LONGEST_PENDING) }),
        (None | Some(Aftermath::Refused), _) => None,
    }
}
