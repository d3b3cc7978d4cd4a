//! What a run learns of things, and how the record takes it up. Pure, but for the time at which a call ended.

use std::time::{Duration, SystemTime};

use thiserror::Error;

use super::inventory::{Item, Kind, State, Thing};
use super::record::{Millis, Record, ThingName};
use super::store::LedgerError;
use super::upkeep::Monitored;
use super::{millis, millis_of};
use crate::aws::{Aftermath, CallError};

/// How long a service may be at a call that it didn't answer in time: as long as an attempt is waited for.
pub(super) const LONGEST_PENDING: Duration = Duration::from_secs(15);

/// Why a run may go no further.
#[derive(Debug, Error)]
pub(crate) enum Stop {
    #[error("a newer request for this resource has arrived")]
    Superseded,
    #[error("the time of this run is up")]
    TimeUp,
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Something that is about to be made.
#[derive(Clone, Debug)]
pub(crate) struct Intent {
    pub(crate) thing: Thing,
    pub(crate) physical_id: String,
    /// Whether it exists and is somebody else's, who allows it to be taken over.
    pub(crate) adopted: bool,
}

/// What has been learnt, to be written down with the next write.
#[derive(Clone, Debug)]
pub(crate) enum Note {
    /// It is there. An item from before the ledger existed, or one that was taken over, is added.
    Found {
        thing: Thing,
        identity: Option<String>,
        physical_id: String,
    },
    Done(Thing),
    Unknown {
        thing: Thing,
        until: Millis,
    },
    Gone(Thing),
    /// Its id was deleted, and it had to be left: it goes with a later request.
    Left(Thing),
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
    /// What has been written to monitoring between requests. Of no use once a newer request rules.
    Monitored(Box<Monitored>),
}

/// What a call does to a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Makes,
    Changes,
    Removes,
}

impl Note {
    /// Takes the note up, for the request `request`; `hides` says whether names are kept out.
    pub(super) fn apply(&self, record: &mut Record, request: &str, hides: bool) {
        match self {
            Note::Found { thing, identity, physical_id } => {
                if record.item(thing).is_none() {
                    record.intend(Item {
                        kind: thing.kind,
                        name: name(hides, &thing.name, physical_id),
                        identity: None,
                        physical_id: physical_id.clone(),
                        request: String::new(),
                        wanted_by: Vec::new(),
                        state: State::Done,
                        left: false,
                        adopted: false,
                    });
                }
                record.note_done(thing);
                record.note_physical_id(thing, physical_id);
                if let Some(identity) = identity {
                    record.note_identity(thing, identity);
                }
            }
            Note::Done(thing) => record.note_done(thing),
            Note::Unknown { thing, until } => record.note_unknown(thing, *until),
            Note::Gone(thing) => record.note_gone(thing),
            Note::Left(thing) => record.note_left(thing),
            Note::Endpoint { name: endpoint } => record.note_endpoint(name(hides, endpoint, "")),
            Note::Submitted { config } => {
                if let Some(known) = record.request_mut(request) {
                    known.deployment.submitted = Some(name(hides, config, ""));
                }
            }
            Note::Monitored(now) => {
                if record.monitored.as_ref().is_some_and(|known| known.request == now.request) {
                    record.monitored = Some(now.clone());
                }
            }
            Note::Adjusted { variant } => {
                if let Some(known) = record.request_mut(request) {
                    known.deployment.adjusted.push(name(hides, variant, ""));
                }
            }
        }
    }
}

/// A name as the ledger may hold it. A physical id isn't hidden: CloudFormation shows it to everyone.
pub(super) fn name(hides: bool, name: &str, physical_id: &str) -> ThingName {
    if hides && name != physical_id { ThingName::hidden(name) } else { ThingName::shown(name) }
}

/// What a call's end says about the thing.
pub(super) fn learnt(thing: Thing, effect: Effect, error: Option<&CallError>, settling: Duration) -> Option<Note> {
    let later = |wait: Duration| millis(SystemTime::now()).saturating_add(millis_of(wait));
    match (error.map(|error| error.fault().aftermath), effect) {
        (None, Effect::Makes) => Some(Note::Done(thing)),
        (None, Effect::Removes) if thing.kind != Kind::Endpoint => Some(Note::Gone(thing)),
        (Some(Aftermath::Refused), Effect::Makes) => Some(Note::Gone(thing)),
        (Some(Aftermath::Unknown), _) => Some(Note::Unknown { thing, until: later(settling) }),
        (Some(Aftermath::Pending), _) => Some(Note::Unknown { thing, until: later(LONGEST_PENDING) }),
        (None | Some(Aftermath::Refused), _) => None,
    }
}
