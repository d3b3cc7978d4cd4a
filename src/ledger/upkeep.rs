//! Monitoring that is kept right between requests: what is remembered of a declaration, and the lease of a run that no request
//! asked for.
//!
//! Such a run takes the same lease as a request's. It is no request: it supersedes none, and the next one supersedes it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::Instant;

use super::inventory::{Item, Kind, Thing};
use super::record::{Arrival, KnownRequest, Lease, Record, RecordedAnswer};
use super::run::Run;
use super::store::{LedgerError, Versioned};
use super::{Begun, Ledger, RunFacts, Stop, millis};
use crate::digest::sha256;
use crate::envelope::RequestType;

/// The largest declaration that is kept, in bytes of JSON. An item of `DynamoDB` may take 400 KiB
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>), of which the last answers may need half.
const LARGEST: usize = 96 * 1024;

/// The longest that a run without a request holds the lease of one resource: so long a stack's request waits after a crash.
pub(crate) const LONGEST_UPKEEP: Duration = Duration::from_mins(2);

/// What is remembered of a resource's declaration, so that its monitoring can be planned again without a request. Nothing under
/// `NoEcho`.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
pub(crate) struct Monitored {
    /// The request that declared it.
    pub(crate) request: String,
    pub(crate) physical_id: String,
    /// The endpoint that is monitored.
    pub(crate) endpoint: String,
    /// The declaration's monitoring part, as CloudFormation sent it.
    pub(crate) properties: Value,
    pub(crate) learned: Learned,
    /// Whether nothing has been published yet that the plan depends on.
    pub(crate) waits_for_metrics: bool,
    pub(crate) written: Vec<Written>,
}

/// What AWS has said about the endpoint, for when it no longer says it: a price can't be had, or a series has ended.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
pub(crate) struct Learned {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) gpu_dimension: Option<String>,
    /// By instance type.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) prices: BTreeMap<String, LearnedPrice>,
}

/// A list price.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
pub(crate) struct LearnedPrice {
    /// Dollars for one instance for one hour, as text: JSON numbers aren't read back to the last bit.
    pub(crate) per_hour: String,
    /// The day since when it has been valid.
    pub(crate) effective: String,
}

/// What was written last to a dashboard or an alarm.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub(crate) struct Written {
    #[serde(flatten)]
    pub(crate) thing: Thing,
    /// Digests of the content; two while a write is under way.
    pub(crate) digests: Vec<String>,
}

/// A resource of which something may have to be put right.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// The partition key.
    pub(crate) resource: String,
    pub(crate) record: Record,
}

/// How a run without a request begins.
#[derive(Debug)]
pub(crate) enum BegunUpkeep {
    /// It has the lease.
    Leased(Box<Run>),
    /// It may do nothing, and why.
    Left(&'static str),
}

impl Written {
    /// `content` has been written, and nothing else.
    pub(crate) fn of(thing: Thing, content: &str) -> Self {
        Self { thing, digests: vec![sha256(content)] }
    }

    /// Whether `content` is what was written last.
    pub(crate) fn is(&self, content: &str) -> bool {
        self.digests.contains(&sha256(content))
    }

    /// The same, while `next` is being written.
    pub(crate) fn or(mut self, next: &Self) -> Self {
        for digest in &next.digests {
            if !self.digests.contains(digest) {
                self.digests.push(digest.clone());
            }
        }
        self
    }
}

impl Monitored {
    /// Whether it is small enough to be kept.
    pub(crate) fn fits(&self) -> bool {
        serde_json::to_string(&self.properties).is_ok_and(|text| text.len() <= LARGEST)
    }

    pub(crate) fn written(&self, thing: &Thing) -> Option<&Written> {
        self.written.iter().find(|written| written.thing == *thing)
    }
}

impl Candidate {
    /// Whether the endpoint is one that the resource monitors, or that may serve on a config of it. SageMaker takes names that
    /// differ in case alone for the same, and its ARNs may show them in lower case.
    pub(crate) fn is_about_endpoint(&self, name: &str) -> bool {
        let record = &self.record;
        let known = record.endpoints.iter().filter_map(|known| known.text());
        let monitored = record.monitored.as_ref().map(|monitored| monitored.endpoint.as_str());
        known.chain(monitored).any(|known| known.eq_ignore_ascii_case(name))
    }

    pub(crate) fn has_config(&self, name: &str) -> bool {
        let configs = self.record.inventory.iter().filter(|item| item.kind == Kind::EndpointConfig);
        configs.filter_map(|item| item.name.text()).any(|known| known.eq_ignore_ascii_case(name))
    }

    /// Whether there may be anything to put right at all.
    pub(crate) fn has_anything(&self) -> bool {
        self.record.monitored.is_some() || self.record.left_configs().next().is_some()
    }
}

impl Record {
    /// The request in charge, where nothing suggests that a stack operation is under way: it has been answered, and so has the
    /// last declaration, with SUCCESS. After a failure comes a rollback, or whoever mends it; only without a replaced id does
    /// CloudFormation go on even where that couldn't be deleted.
    fn settled_request(&self) -> Option<&KnownRequest> {
        let succeeded = |request: &KnownRequest| request.answer.as_ref().is_some_and(RecordedAnswer::is_relied_on);
        let newest = self.requests.last().filter(|newest| newest.answer.is_some())?;
        let declaring = self.requests.iter().rev().find(|request| request.request_type != RequestType::Delete);
        // The Delete of the id that is monitored would have ended that.
        let of_replaced_id = newest.request_type == RequestType::Delete && self.monitored.is_some();
        let is_settled = declaring.is_none_or(succeeded) && (of_replaced_id || succeeded(newest));
        is_settled.then_some(newest)
    }

    /// The monitoring that is in force: the last declaration's, answered with SUCCESS, and nobody has asked for its id to be deleted.
    pub(crate) fn monitoring_in_force(&self) -> Option<&Monitored> {
        let declaring = self.requests.iter().rev().find(|request| request.request_type != RequestType::Delete)?;
        self.monitored.as_deref().filter(|monitored| monitored.request == declaring.id)
    }

    /// The configs that a Delete had to leave, or that a failed request left.
    pub(crate) fn left_configs(&self) -> impl Iterator<Item = &Item> {
        self.inventory.iter().filter(|item| item.kind == Kind::EndpointConfig && self.is_left_over(item))
    }

    /// A Delete for `id` has come: what it made isn't monitored any longer.
    pub(super) fn forget_monitoring_of(&mut self, id: &str, looks_made_up: bool) {
        let is_made_up = self.is_made_up(id, looks_made_up);
        if self.monitored.as_ref().is_some_and(|monitored| is_made_up || monitored.physical_id == id) {
            self.monitored = None;
        }
    }
}

impl Ledger {
    /// Some of the resources that may need something put right, from the one after `after` on, and where the next page begins.
    ///
    /// # Errors
    /// Where the table can't be read.
    pub(crate) async fn candidates(
        &self,
        after: Option<&str>,
    ) -> Result<(Vec<Candidate>, Option<String>), LedgerError> {
        let (page, next) = self.store.page(after).await?;
        // What things of others were like is kept in the same table, and is no record.
        let read = page.into_iter().filter_map(|(resource, stored)| {
            Some(Candidate { record: serde_json::from_str(&stored.record).ok()?, resource })
        });
        Ok((read.filter(Candidate::has_anything).collect(), next))
    }

    /// Takes the lease for a run that no request asked for, waiting for another such run. While a stack's request is at work, or
    /// after one that failed, there is nothing to do.
    ///
    /// # Errors
    /// Where the record can't be read or written.
    pub(crate) async fn begin_upkeep(
        self: &Arc<Self>,
        resource: &str,
        ends: SystemTime,
        wait_until: Instant,
    ) -> Result<BegunUpkeep, LedgerError> {
        let lease = Lease { run: format!("upkeep/{:016x}", fastrand::u64(..)), ends: millis(ends) };
        loop {
            let Versioned { version, mut record } = self.store.read(resource).await?;
            let now = millis(SystemTime::now());
            // A write whose answer was lost took it.
            let is_ours = record.lease.as_ref().is_some_and(|held| held.run == lease.run);
            let Some(newest) = record.settled_request().map(|request| request.id.clone()) else {
                if is_ours {
                    record.lease = None;
                    if self.store.write(resource, version, record, now).await?.is_none() {
                        continue;
                    }
                }
                return Ok(BegunUpkeep::Left("a request of its stack is under way, or has failed"));
            };
            let request = record.monitoring_in_force().map_or(&newest, |monitored| &monitored.request).clone();
            let facts = RunFacts {
                resource: resource.to_owned(),
                arrival: Arrival {
                    id: request,
                    request_type: RequestType::Update,
                    issued: None,
                    physical_id: None,
                    looks_made_up: false,
                },
                rules_while: newest,
                ends,
                wait_until,
                hides_names: false,
            };
            if is_ours || self.is_free(&record, now) {
                record.lease = Some(lease.clone());
                let Some(written) = self.store.write(resource, version, record, now).await? else { continue };
                return Ok(match self.settled(facts, lease, written).await? {
                    Begun::Leased(run) => BegunUpkeep::Leased(run),
                    _ => BegunUpkeep::Left("a call of an earlier run may still take effect"),
                });
            }
            if !self.pause(&facts).await {
                return Ok(BegunUpkeep::Left("another run is at work on it"));
            }
        }
    }
}

impl Run {
    /// Gives the lease back after what was planned has been put right, with what is known now.
    ///
    /// # Errors
    /// Where that could not be written. Nothing depends on it: the next run finds out for itself.
    pub(crate) async fn finish_upkeep(&self) -> Result<(), Stop> {
        let (request, wanted) = (self.request_id().to_owned(), self.wanted());
        let finished = |record: &mut Record| {
            record.lease = None;
            for thing in &wanted {
                record.note_wanted(thing, &request);
            }
        };
        match self.commit(true, finished).await {
            Err(Stop::Superseded) => self.release().await,
            done => done,
        }
    }
}

#[cfg(test)]
mod tests;
