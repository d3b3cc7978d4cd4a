//! Gates: each stops calls right before they are carried out, until whoever holds it lets them go on, one by one.
//! A gate blocks the thread that asks it, never the server, and decides nothing about what a call does.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::{body::Body, http::Response};
use serde_json::Value;
use tokio::sync::oneshot;

/// Where a call's answer goes; none closes the connection instead.
pub(crate) type Reply = oneshot::Sender<Option<Response<Body>>>;

/// A call that a [`Gate`] holds.
#[derive(Debug, Clone)]
pub struct Held {
    /// Names the call to the gate; the `id` of its [`CallRecord`](crate::CallRecord).
    pub id: u64,
    /// `sagemaker`, `cloudwatch`, `pricing` or `dynamodb`.
    pub service: &'static str,
    /// The operation's name, such as `PutDashboard`.
    pub operation: String,
    /// Whether the operation may change something.
    pub write: bool,
    /// The request, read from whichever protocol it came in.
    pub request: Value,
    /// Who called, as its `User-Agent` says.
    pub user_agent: String,
    /// The application's name that the caller's SDK was given (`app/NAME` in its user agent).
    pub caller: Option<String>,
    /// Whether the caller waits no more: it hung up, or [`Gate::carry_out_late`] did for it.
    pub caller_gone: bool,
}

/// Stops calls before they are carried out. When it is dropped, all that it holds go on.
pub struct Gate {
    room: Arc<Room>,
    gates: Arc<Gates>,
}

#[allow(clippy::must_use_candidate)] // a test that knows its calls needn't look at what a release returns
impl Gate {
    /// The calls that are held at this moment, in order of arrival.
    #[must_use]
    pub fn waiting(&self) -> Vec<Held> {
        self.room.state().held()
    }

    /// Blocks until `enough` is true of the calls that are held, and gives them; none if that takes longer than `limit`.
    /// It is asked again whenever a call comes, goes or loses its caller, and after each [`Self::wake`].
    #[must_use]
    pub fn wait_until(&self, limit: Duration, mut enough: impl FnMut(&[Held]) -> bool) -> Option<Vec<Held>> {
        let deadline = Instant::now() + limit;
        loop {
            let (held, seen) = {
                let state = self.room.state();
                (state.held(), state.changes)
            };
            // Without the lock, so that `enough` may use the gate itself.
            if enough(&held) {
                return Some(held);
            }
            let mut state = self.room.state();
            while state.changes == seen {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return None;
                }
                state = self.room.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
            }
        }
    }

    /// Has [`Self::wait_until`] ask again, for what it depends on beyond the gate: a caller that has ended, for one.
    pub fn wake(&self) {
        self.room.stir();
    }

    /// Lets one call go on; returns once it is carried out and in the journal. False if no such call is held.
    pub fn release(&self, id: u64) -> bool {
        self.room.release(id, false)
    }

    /// Lets all calls go on, one after the other in order of arrival; returns how many. Calls that come later are held.
    pub fn release_all(&self) -> usize {
        self.waiting().into_iter().filter(|held| self.release(held.id)).count()
    }

    /// Closes the caller's connection and forgets its call, which is never carried out. False if no such call is held.
    pub fn drop_caller(&self, id: u64) -> bool {
        self.room.release(id, true)
    }

    /// Closes the caller's connection, while its call stays held: [`Self::release`] carries it out when the caller has long
    /// gone on. False if no such call is held.
    pub fn carry_out_late(&self, id: u64) -> bool {
        let mut state = self.room.state();
        let Some(entry) = state.entries.get_mut(&id) else {
            return false;
        };
        entry.late = true;
        if let Some(reply) = entry.reply.take() {
            // It may have hung up by itself.
            let _ = reply.send(None);
        }
        drop(state);
        self.room.stir();
        true
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Gate").field("waiting", &self.waiting()).finish_non_exhaustive()
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.gates.rooms().retain(|room| !Arc::ptr_eq(room, &self.room));
        let mut state = self.room.state();
        state.open = true;
        for (_, entry) in mem::take(&mut state.entries) {
            // Whose task has ended needs no word.
            let _ = entry.go.send(Way { reply: entry.reply, dropped: false, late: entry.late });
        }
    }
}

/// All gates there are; a call is stopped by the oldest that wants it.
#[derive(Default)]
pub(crate) struct Gates(Mutex<Vec<Arc<Room>>>);

impl Gates {
    pub(crate) fn add(self: &Arc<Self>, wanted: impl Fn(&Held) -> bool + Send + Sync + 'static) -> Gate {
        let room = Arc::new(Room { wanted: Box::new(wanted), state: Mutex::default(), changed: Condvar::new() });
        self.rooms().push(Arc::clone(&room));
        Gate { room, gates: Arc::clone(self) }
    }

    fn rooms(&self) -> MutexGuard<'_, Vec<Arc<Room>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has every waiting gate look again.
    pub(crate) fn stir(&self) {
        for room in self.rooms().iter() {
            room.stir();
        }
    }

    /// Waits for the gate that wants the call, if any does.
    pub(crate) async fn pass(&self, held: impl FnOnce() -> Held, reply: Reply) -> Passed {
        let found = {
            let rooms = self.rooms();
            if rooms.is_empty() {
                None
            } else {
                let held = held();
                rooms.iter().find(|room| (room.wanted)(&held)).map(|room| (Arc::clone(room), held))
            }
        };
        match found {
            Some((room, held)) => room.hold(held, reply).await,
            None => Passed { way: Way { reply: Some(reply), dropped: false, late: false }, passing: None },
        }
    }
}

/// What became of a call at the gates. As long as this lives, whoever released the call waits.
pub(crate) struct Passed {
    pub(crate) way: Way,
    pub(crate) passing: Option<Passing>,
}

/// How a call goes on.
pub(crate) struct Way {
    /// None once the caller's connection is closed.
    pub(crate) reply: Option<Reply>,
    /// Whether the call is forgotten.
    pub(crate) dropped: bool,
    /// Whether it goes on after its caller was sent away.
    pub(crate) late: bool,
}

struct Entry {
    held: Held,
    reply: Option<Reply>,
    late: bool,
    go: oneshot::Sender<Way>,
}

#[derive(Default)]
struct RoomState {
    /// Whether the gate was dropped.
    open: bool,
    entries: BTreeMap<u64, Entry>,
    /// Calls that were released and aren't carried out yet.
    passing: BTreeSet<u64>,
    /// Counts what happens, so that nobody sleeps through it.
    changes: u64,
}

impl RoomState {
    fn held(&self) -> Vec<Held> {
        let is_gone = |entry: &Entry| entry.reply.as_ref().is_none_or(oneshot::Sender::is_closed);
        self.entries.values().map(|entry| Held { caller_gone: is_gone(entry), ..entry.held.clone() }).collect()
    }
}

/// What a gate and the calls before it share.
pub(crate) struct Room {
    wanted: Box<dyn Fn(&Held) -> bool + Send + Sync>,
    state: Mutex<RoomState>,
    changed: Condvar,
}

impl Room {
    fn state(&self) -> MutexGuard<'_, RoomState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stir(&self) {
        self.state().changes += 1;
        self.changed.notify_all();
    }

    async fn hold(self: Arc<Self>, held: Held, reply: Reply) -> Passed {
        let id = held.id;
        // Made first: should the server end meanwhile, nobody waits for this call for ever.
        let passing = Some(Passing { room: Arc::clone(&self), id });
        let gone = {
            let mut state = self.state();
            if state.open {
                return Passed { way: Way { reply: Some(reply), dropped: false, late: false }, passing };
            }
            let (go, gone) = oneshot::channel();
            state.entries.insert(id, Entry { held, reply: Some(reply), late: false, go });
            gone
        };
        self.stir();
        let way = gone.await.unwrap_or(Way { reply: None, dropped: true, late: false });
        Passed { way, passing }
    }

    /// Lets a call go on, or forgets it, and waits until that is done.
    fn release(&self, id: u64, dropped: bool) -> bool {
        let mut state = self.state();
        let Some(entry) = state.entries.remove(&id) else {
            return false;
        };
        state.passing.insert(id);
        if entry.go.send(Way { reply: entry.reply, dropped, late: entry.late }).is_err() {
            state.passing.remove(&id);
            return false;
        }
        while state.passing.contains(&id) {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        true
    }
}

/// A call on its way through a gate, until it is carried out or its task ends.
pub(crate) struct Passing {
    room: Arc<Room>,
    id: u64,
}

impl Drop for Passing {
    fn drop(&mut self) {
        let mut state = self.room.state();
        state.passing.remove(&self.id);
        // The reply in it may wake a task, which has no need of this lock.
        let entry = state.entries.remove(&self.id);
        drop(state);
        drop(entry);
        self.room.stir();
    }
}
