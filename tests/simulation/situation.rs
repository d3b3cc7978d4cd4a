//! Requests that may be under way at the same time: what a situation consists of.

use serde_json::json;

use super::support::cloudformation;
use super::support::declaration::Declared;
use super::support::event::{ENDPOINT, Event};
use super::world::World;

/// Values of properties, none of which the request table may hold.
pub(crate) const VALUES: [&str; 6] =
    ["ml.g6", "role/inference-role", "sns:us-east-1", "5.7523", "a-tag-s-value", "AllTraffic"];

/// What is to be there in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wants {
    /// What there was before.
    Before,
    /// What the first event declares.
    First,
    /// Nothing of ours.
    Nothing,
    /// What there is where each event comes once the one before is answered.
    OneAfterAnother,
}

/// How events come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// As Lambda has it: the first two may change places.
    InAnyOrder,
    /// The last event comes only once the provider has begun with the one before. CloudFormation sends a Delete after a rollback's
    /// Update when that is answered or its time is up, and by then Lambda has begun with it or given it up
    /// (`MaximumEventAgeInSeconds`). Were the Delete first, it would look like the one that ends a replacement.
    LastWaits,
}

/// Requests that may be under way at the same time.
#[derive(Clone, Copy)]
pub(crate) struct Situation {
    pub(crate) name: &'static str,
    pub(crate) resource_type: &'static str,
    /// What was declared, and made, before.
    pub(crate) before: Option<fn() -> Declared>,
    /// The events, in the order in which they are sent, for a resource of this id.
    pub(crate) events: fn(&Situation, &str) -> Vec<Event>,
    pub(crate) wants: Wants,
    /// The stack's own endpoint on our config.
    pub(crate) own_endpoint: Option<&'static str>,
    /// What an Update made of it before.
    pub(crate) updated: Option<fn() -> Declared>,
    /// What else has happened by then, to a resource of this id.
    pub(crate) meanwhile: fn(&World, &str),
    /// Whether an older request may fail by itself.
    pub(crate) may_fail: bool,
    /// How events come in, beside one another.
    pub(crate) arrival: Arrival,
    /// Words that the request table may not hold, beside [`VALUES`].
    pub(crate) secrets: &'static [&'static str],
    /// Whether monitoring is kept right between requests. Then the request table holds [`VALUES`].
    pub(crate) keeps: bool,
}

/// What most situations have.
pub(super) const USUAL: Situation = Situation {
    name: "",
    resource_type: ENDPOINT,
    before: None,
    events: |_, _| Vec::new(),
    wants: Wants::Before,
    own_endpoint: None,
    updated: None,
    meanwhile: |_, _| (),
    may_fail: false,
    arrival: Arrival::InAnyOrder,
    secrets: &[],
    keeps: false,
};

impl Situation {
    /// The Create that makes what was there before.
    pub(crate) fn creation(&self) -> Option<Event> {
        self.before.map(|declared| Event::create(self.resource_type, &declared()))
    }

    /// The Update that came before the events.
    pub(crate) fn earlier_update(&self, id: &str) -> Option<Event> {
        let (before, updated) = self.before.zip(self.updated)?;
        Some(Event::update(self.resource_type, id, &before(), &updated()))
    }

    pub(super) fn there_and_back(&self, id: &str, other: &Declared) -> Vec<Event> {
        let before = self.before.expect("an update has something before")();
        let there = Event::update(self.resource_type, id, &before, other);
        let back = cloudformation::rolled_back(&there, id).expect("an Update has a way back");
        vec![there, back]
    }

    /// The Delete of the id before the Update that was, and another Update.
    pub(super) fn first_deleted_and_changed(&self, id: &str, first: &str) -> Vec<Event> {
        let (before, updated) = self.before.zip(self.updated).expect("two declarations came before");
        let changed = updated().with("CostPerHour", 3).with("UnusedGpuAlarm", json!({"AlarmName": "waste"}));
        let replacement = Event::update(self.resource_type, first, &before(), &updated());
        let delete = cloudformation::cleaned_up(&replacement, id).expect("the Update gave another id");
        vec![delete, Event::update(self.resource_type, id, &updated(), &changed)]
    }

    pub(super) fn twice(event: &Event) -> Vec<Event> {
        vec![event.clone(), event.clone()]
    }

    pub(super) fn made_and_cancelled(&self, declared: &Declared) -> Vec<Event> {
        let create = Event::create(self.resource_type, declared);
        let delete = cloudformation::cancelled(&create);
        vec![create, delete]
    }
}
