//! What is known of one resource: its requests, who works on it, and what was made for it. Pure.
//!
//! It holds names, ids and times. No `ResponseURL`, no property value beyond the names of what exists, and of a declaration
//! under `NoEcho` not even these: see [`ThingName`]. Only where monitoring is kept right between requests, the monitoring part
//! of a declaration is in it too: see [`Monitored`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::inventory::Item;
use super::upkeep::Monitored;
use crate::digest::sha256;
use crate::envelope::RequestType;

/// Requests that are remembered. CloudFormation sends a resource one at a time, and repeats one for hours at most.
const MOST_REQUESTS: usize = 40;
/// How long after the Delete that cancels it a Create may come, where nothing says when either was sent: while Lambda starts
/// another process for it.
const LONGEST_OVERTAKEN: Millis = 5 * 60 * 1000;
/// Physical ids that are remembered.
const MOST_IDS: usize = 60;

/// Milliseconds since 1970.
pub(crate) type Millis = u64;

/// One resource of one stack.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
pub(crate) struct Record {
    /// Every request so far, oldest first. The last one is in charge.
    pub(crate) requests: Vec<KnownRequest>,
    /// Who is at work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lease: Option<Lease>,
    /// Everything that was made and hasn't gone.
    pub(crate) inventory: Vec<Item>,
    /// Physical ids that an answer or a request has named.
    pub(crate) known_ids: Vec<String>,
    /// Endpoints that may serve on a config of this resource, whoever made them.
    pub(crate) endpoints: Vec<ThingName>,
    /// The declaration's monitoring part, where it is kept right between requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) monitored: Option<Box<Monitored>>,
}

/// A run at work. Past its end the process is dead: Lambda has killed it.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub(crate) struct Lease {
    pub(crate) run: String,
    pub(crate) ends: Millis,
}

/// A request that has come in.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
pub(crate) struct KnownRequest {
    pub(crate) id: String,
    pub(crate) request_type: RequestType,
    /// When CloudFormation sent it, where its `ResponseURL` said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) issued: Option<Millis>,
    /// When it came in.
    #[serde(default)]
    pub(crate) seen: Millis,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) answer: Option<RecordedAnswer>,
    /// A Delete with a made-up id that came before the Create it cancels.
    #[serde(default)]
    pub(crate) overtook: bool,
    pub(crate) deployment: DeploymentFacts,
}

/// How far a request has come with its endpoint, which describing it doesn't show.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
pub(crate) struct DeploymentFacts {
    /// The config that the endpoint has been asked to serve on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) submitted: Option<ThingName>,
    /// Variants whose declared weight or instance count has been asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) adjusted: Vec<ThingName>,
}

/// An answer, to be given again to the same request.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub(crate) struct RecordedAnswer {
    pub(crate) success: bool,
    pub(crate) physical_id: String,
    /// The reason of a failure, or a remark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// The attributes; none under `NoEcho`, where they are described again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<BTreeMap<String, String>>,
    /// Whether CloudFormation has shown that it never took this answer: it went on from another id.
    #[serde(default)]
    pub(crate) never_taken: bool,
}

impl RecordedAnswer {
    /// Whether CloudFormation goes on from it: a success that it has taken, as far as is known.
    pub(super) fn is_relied_on(&self) -> bool {
        self.success && !self.never_taken
    }
}

/// A request as it comes in.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    pub(crate) id: String,
    pub(crate) request_type: RequestType,
    pub(crate) issued: Option<Millis>,
    /// The physical id that it names.
    pub(crate) physical_id: Option<String>,
    /// Whether that looks like one that CloudFormation made up.
    pub(crate) looks_made_up: bool,
}

/// Where a request stands among those that are known.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum RequestStanding {
    /// It has been answered.
    Answered(RecordedAnswer),
    /// A newer one is in charge.
    Superseded,
    /// It asks for a replaced id to be deleted, and comes after a newer request, which is still at work.
    Waits,
    /// It is the newest: known already, or not yet.
    Newest { known: bool },
}

impl Record {
    pub(crate) fn standing(&self, arrival: &Arrival, now: Millis) -> RequestStanding {
        let known = self.requests.iter().position(|request| request.id == arrival.id);
        match known {
            Some(at) => match &self.requests[at].answer {
                Some(answer) => RequestStanding::Answered(answer.clone()),
                None if at + 1 < self.requests.len() => RequestStanding::Superseded,
                None => RequestStanding::Newest { known: true },
            },
            // It was sent before the one in charge, and comes after it: an event that Lambda held back.
            None if self.was_overtaken(arrival, now) && !self.deletes_what_was_replaced(arrival) => {
                RequestStanding::Superseded
            }
            None if self.was_overtaken(arrival, now) && self.is_at_work() => RequestStanding::Waits,
            None => RequestStanding::Newest { known: false },
        }
    }

    /// Whether a known request was sent after this one. The times are whole seconds, and not every URL has one. A Delete with
    /// a made-up id that knows of no Create has come before the Create that it cancels: that one is the next to come.
    fn was_overtaken(&self, arrival: &Arrival, now: Millis) -> bool {
        let Some(newest) = self.requests.last() else { return false };
        let is_cancelled = newest.overtook && arrival.request_type == RequestType::Create;
        // Not the last one's: the Delete of a replaced id may be older than the request before it.
        let latest = self.requests.iter().filter_map(|request| request.issued).max();
        match latest.zip(arrival.issued) {
            Some((latest, this)) => this < latest || is_cancelled && this == latest,
            None => is_cancelled && now.saturating_sub(newest.seen) <= LONGEST_OVERTAKEN,
        }
    }

    /// Whether a Delete is for an id that CloudFormation has gone on from. It is asked for once, and no newer request asks for it
    /// again, so it is carried out however late it comes.
    fn deletes_what_was_replaced(&self, arrival: &Arrival) -> bool {
        let id = arrival.physical_id.as_ref().filter(|_| arrival.request_type == RequestType::Delete);
        let id = id.filter(|id| self.known_ids.contains(id));
        id.is_some_and(|id| self.current_id().is_some_and(|current| current != id))
    }

    /// Whether the request in charge hasn't been answered.
    fn is_at_work(&self) -> bool {
        self.requests.last().is_some_and(|newest| newest.answer.is_none())
    }

    /// The id that CloudFormation knows the resource by: that of the last answer that it took.
    fn current_id(&self) -> Option<&str> {
        let moves = self.requests.iter().rev().filter(|request| request.request_type != RequestType::Delete);
        let mut answers = moves.filter_map(|request| request.answer.as_ref());
        answers.find(|answer| answer.is_relied_on()).map(|answer| answer.physical_id.as_str())
    }

    /// Puts a new request in charge. Whichever was, is superseded from now on.
    pub(crate) fn put_in_charge(&mut self, arrival: &Arrival, now: Millis) {
        if let Some(given) = arrival.physical_id.as_ref().filter(|_| arrival.request_type == RequestType::Update) {
            self.learn_what_was_taken(given);
            self.note_id(given);
        }
        if let Some(deleted) = arrival.physical_id.as_ref().filter(|_| arrival.request_type == RequestType::Delete) {
            self.note_deleted(deleted);
            self.forget_monitoring_of(deleted, arrival.looks_made_up);
        }
        let (id, request_type, issued) = (arrival.id.clone(), arrival.request_type, arrival.issued);
        let overtook = request_type == RequestType::Delete
            && arrival.looks_made_up
            && !self.requests.iter().any(|request| request.request_type == RequestType::Create);
        let deployment = DeploymentFacts::default();
        self.requests.push(KnownRequest { id, request_type, issued, seen: now, answer: None, overtook, deployment });
        let surplus = self.requests.len().saturating_sub(MOST_REQUESTS);
        self.requests.drain(..surplus);
    }

    /// CloudFormation goes on from the id of the last answer that it took. Where an Update names another than we answered
    /// last, it had stopped waiting for that answer.
    fn learn_what_was_taken(&mut self, given: &str) {
        let moves = self.requests.iter_mut().filter(|request| request.request_type != RequestType::Delete);
        let answers = moves.filter_map(|request| request.answer.as_mut());
        for answer in answers.rev().filter(|answer| answer.is_relied_on()) {
            if answer.physical_id == given {
                return;
            }
            answer.never_taken = true;
        }
    }

    /// CloudFormation asks for this id to be deleted once, and goes on without it even where that fails or a newer request comes
    /// in between. So what its Delete can't remove goes with a later request that doesn't want it. Says whether that is news.
    pub(crate) fn note_deleted(&mut self, id: &str) -> bool {
        let news = self.inventory.iter_mut().filter(|item| item.physical_id == id && !item.left);
        news.map(|item| item.left = true).count() > 0
    }

    pub(crate) fn note_id(&mut self, id: &str) {
        if !self.known_ids.iter().any(|known| known == id) {
            self.known_ids.push(id.to_owned());
            let surplus = self.known_ids.len().saturating_sub(MOST_IDS);
            self.known_ids.drain(..surplus);
        }
    }

    pub(crate) fn note_endpoint(&mut self, name: ThingName) {
        if !self.endpoints.contains(&name) {
            self.endpoints.push(name);
        }
    }

    pub(crate) fn request(&self, id: &str) -> Option<&KnownRequest> {
        self.requests.iter().find(|request| request.id == id)
    }

    pub(crate) fn request_mut(&mut self, id: &str) -> Option<&mut KnownRequest> {
        self.requests.iter_mut().find(|request| request.id == id)
    }

    pub(crate) fn is_in_charge(&self, id: &str) -> bool {
        self.requests.last().is_some_and(|newest| newest.id == id)
    }

    /// Whether CloudFormation may rely on what this request made: it was answered with SUCCESS. A request from before the
    /// ledger existed, or one that is no longer remembered, counts as one that was.
    fn succeeded(&self, request: &str) -> bool {
        match self.request(request) {
            Some(request) => request.answer.as_ref().is_some_and(RecordedAnswer::is_relied_on),
            None => true,
        }
    }

    /// Whether a request that was answered with SUCCESS made the item or wanted it as it was.
    pub(crate) fn is_relied_on(&self, item: &Item) -> bool {
        self.succeeded(&item.request) || item.wanted_by.iter().any(|request| self.succeeded(request))
    }

    /// Whether nobody goes on from the item: a Delete had to leave it, or no request that made it or wanted it has succeeded.
    pub(crate) fn is_left_over(&self, item: &Item) -> bool {
        item.left || !self.is_relied_on(item)
    }

    /// Whether anything was asked for before the request in charge.
    fn has_history(&self) -> bool {
        self.requests.len() > 1
    }

    /// Whether `id` is one that CloudFormation made up, which it does where it never took a Create's answer: it looks like one,
    /// and nobody has ever used it.
    pub(crate) fn is_made_up(&self, id: &str, looks_made_up: bool) -> bool {
        looks_made_up && !self.known_ids.iter().any(|known| known == id)
    }

    /// The last Create, where CloudFormation has never shown that it took its answer.
    fn unconfirmed_create(&self) -> Option<&str> {
        let at = self.requests.iter().rposition(|request| request.request_type == RequestType::Create)?;
        let confirmed = self.requests[at..].iter().any(|request| request.request_type == RequestType::Update);
        (!confirmed).then_some(self.requests[at].id.as_str())
    }

    /// Whether a Delete for `id` removes the item: it was made under this id; or no answer ever reported it; or CloudFormation
    /// made the id up, and the Create that made the item was the last thing it asked for.
    pub(crate) fn is_removed_with(&self, item: &Item, id: &str, made_up: bool) -> bool {
        let only_by = |create: &str| item.request == create && item.wanted_by.iter().all(|request| request == create);
        let is_the_last_creates =
            || self.unconfirmed_create().is_some_and(only_by) || item.request.is_empty() && !self.has_history();
        item.physical_id == id || self.is_left_over(item) || made_up && is_the_last_creates()
    }

    /// Whether what was somebody else's is given back where it isn't wanted any longer, rather than removed: no answer ever
    /// reported that it was taken over, or the request that took it over came right before the one in charge, which goes back
    /// from it.
    pub(crate) fn is_given_back(&self, item: &Item) -> bool {
        let before = self.requests.len().checked_sub(2).and_then(|at| self.requests.get(at));
        item.adopted && (!self.is_relied_on(item) || before.is_some_and(|before| before.id == item.request))
    }

    /// Whether nothing is left to be remembered but the requests.
    pub(crate) fn is_over(&self) -> bool {
        self.inventory.is_empty() && self.lease.is_none()
    }
}

/// The name of something in AWS, or what stands for it where the declaration keeps its values out of sight: a digest, by
/// which the name is known again when a declaration gives it.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ThingName(String);

impl ThingName {
    const HIDDEN: &str = "sha256:";

    pub(crate) fn shown(name: &str) -> Self {
        Self(name.to_owned())
    }

    pub(crate) fn hidden(name: &str) -> Self {
        Self(format!("{}{}", Self::HIDDEN, sha256(name)))
    }

    /// Whether it is, or stands for, `name`.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.0 == name || self.0.starts_with(Self::HIDDEN) && *self == Self::hidden(name)
    }

    /// The name, where it isn't hidden.
    pub(crate) fn text(&self) -> Option<&str> {
        (!self.0.starts_with(Self::HIDDEN)).then_some(self.0.as_str())
    }
}

#[cfg(test)]
mod tests;
