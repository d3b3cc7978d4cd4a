//! What was made for a resource and hasn't gone: the things themselves are in AWS, this is the list of them. Pure.

use serde::{Deserialize, Serialize};

use super::record::{Millis, Record, ThingName};
use crate::spec::{AlarmName, DashboardName, EndpointConfigName, EndpointName};

/// What something is that a resource owns.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An endpoint config.
    EndpointConfig,
    /// An endpoint.
    Endpoint,
    /// A dashboard.
    Dashboard,
    /// An alarm.
    Alarm,
}

/// Something that a resource owns, or may own.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Thing {
    pub(crate) kind: Kind,
    pub(crate) name: String,
}

/// What the record holds of one thing.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) kind: Kind,
    pub(crate) name: ThingName,
    /// What distinguishes it from another of the same name: the creation time of an endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) identity: Option<String>,
    /// The id under which it was made, as its tags say.
    pub(crate) physical_id: String,
    /// The request that made it; empty where that was before the ledger existed.
    pub(crate) request: String,
    /// Requests answered with SUCCESS that wanted it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) wanted_by: Vec<String>,
    pub(crate) state: State,
    /// Whether its id was deleted, and it had to be left: it goes with a later request.
    #[serde(default)]
    pub(crate) left: bool,
    /// Whether it was somebody else's and has been taken over: then it is given back, not removed.
    #[serde(default)]
    pub(crate) adopted: bool,
}

/// Whether it is there.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub(crate) enum State {
    /// A call that makes it was about to be sent, or its answer never came. Until this moment it may still appear, so only
    /// describing it later shows that it isn't there.
    Intended { until: Millis },
    /// It was made.
    Done,
}

/// The most requests that are remembered to have wanted something.
const MOST_WANTED_BY: usize = 6;

impl Thing {
    pub(crate) fn new(kind: Kind, name: &str) -> Self {
        Self { kind, name: name.to_owned() }
    }
}

impl From<&EndpointConfigName> for Thing {
    fn from(name: &EndpointConfigName) -> Self {
        Self::new(Kind::EndpointConfig, name.as_str())
    }
}

impl From<&EndpointName> for Thing {
    fn from(name: &EndpointName) -> Self {
        Self::new(Kind::Endpoint, name.as_str())
    }
}

impl From<&DashboardName> for Thing {
    fn from(name: &DashboardName) -> Self {
        Self::new(Kind::Dashboard, name.as_str())
    }
}

impl From<&AlarmName> for Thing {
    fn from(name: &AlarmName) -> Self {
        Self::new(Kind::Alarm, name.as_str())
    }
}

impl Item {
    pub(crate) fn is(&self, thing: &Thing) -> bool {
        self.kind == thing.kind && self.name.is(&thing.name)
    }

    /// Whether `request` made it, alone, so that it goes when that request fails.
    pub(crate) fn is_undone_with(&self, request: &str) -> bool {
        self.request == request && self.wanted_by.is_empty() && !self.adopted
    }
}

impl Record {
    pub(crate) fn item(&self, thing: &Thing) -> Option<&Item> {
        self.inventory.iter().find(|item| item.is(thing))
    }

    fn item_mut(&mut self, thing: &Thing) -> Option<&mut Item> {
        self.inventory.iter_mut().find(|item| item.is(thing))
    }

    /// `item` is about to be made. What was known of another of its name is over.
    pub(crate) fn intend(&mut self, item: Item) {
        self.inventory.retain(|known| !(known.kind == item.kind && known.name == item.name));
        self.inventory.push(item);
    }

    pub(crate) fn note_done(&mut self, thing: &Thing) {
        if let Some(item) = self.item_mut(thing) {
            item.state = State::Done;
        }
    }

    pub(crate) fn note_unknown(&mut self, thing: &Thing, until: Millis) {
        if let Some(item) = self.item_mut(thing) {
            item.state = State::Intended { until };
        }
    }

    pub(crate) fn note_identity(&mut self, thing: &Thing, identity: &str) {
        if let Some(item) = self.item_mut(thing) {
            item.state = State::Done;
            item.identity.get_or_insert_with(|| identity.to_owned());
        }
    }

    pub(crate) fn note_gone(&mut self, thing: &Thing) {
        self.inventory.retain(|item| !item.is(thing));
    }

    /// Its tags say that it is `physical_id`'s.
    pub(crate) fn note_physical_id(&mut self, thing: &Thing, physical_id: &str) {
        if let Some(item) = self.item_mut(thing) {
            physical_id.clone_into(&mut item.physical_id);
        }
    }

    pub(crate) fn note_left(&mut self, thing: &Thing) {
        if let Some(item) = self.item_mut(thing) {
            item.left = true;
        }
    }

    /// `request` is answered with SUCCESS, and wants it.
    pub(crate) fn note_wanted(&mut self, thing: &Thing, request: &str) {
        if let Some(item) = self.item_mut(thing) {
            item.left = false;
            item.wanted_by.retain(|known| known != request);
            item.wanted_by.push(request.to_owned());
            let surplus = item.wanted_by.len().saturating_sub(MOST_WANTED_BY);
            item.wanted_by.drain(..surplus);
        }
    }

    /// When the last call whose answer never came can have taken effect.
    pub(crate) fn settled_at(&self) -> Millis {
        let until = self.inventory.iter().map(|item| match item.state {
            State::Intended { until } => until,
            State::Done => 0,
        });
        until.max().unwrap_or_default()
    }
}
