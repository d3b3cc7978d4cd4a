//! Monitoring that is kept right between requests: the same plan and the same decisions as in a request, of which only those are
//! carried out that put nothing back which somebody changed by hand.
//!
//! It makes, changes and removes dashboards and alarms of the resource, and removes endpoint configs that nobody serves on and
//! CloudFormation has done with. Endpoints are only described. Nothing is adopted and nothing is given back. What was written
//! isn't undone when the run ends early: every write leads to the plan, and the next run goes on.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::adoption::given_back;
use super::apply::Transition;
use super::change::Change;
use super::decide::decide;
use super::endpoint_config::Removed;
use super::environment::Surroundings;
use super::error::ReconcileError;
use super::existing::Existing;
use super::ownership::is_owned;
use super::{Apply, Reconciler, dashboard};
use crate::aws::alarm_in_one_spelling;
use crate::ledger::{Learned, Monitored, Note, Record, Run, Thing, Written};
use crate::plan::{Owner, Plan};
use crate::spec::{EndpointConfigName, Tag};

/// Endpoints that are described at the same time, of those that may serve on a config.
const DESCRIBED_AT_ONCE: usize = 16;

/// What is to be kept right.
#[derive(Debug)]
pub(crate) struct Upkeep<'a> {
    /// What is wanted, as a request would want it.
    pub(crate) apply: &'a Apply<'a>,
    /// What is known of it.
    pub(crate) monitored: &'a Monitored,
    /// Whether what somebody changed by hand is put right too.
    pub(crate) corrects_drift: bool,
}

/// What happened to a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    /// Dashboards and alarms that were written or removed.
    pub(crate) changed: Vec<String>,
    /// Those that somebody changed or deleted by hand, and that were left so.
    pub(crate) left_by_hand: Vec<String>,
    /// Endpoint configs that were removed.
    pub(crate) removed_configs: Vec<String>,
}

/// Content of dashboards and alarms, in one spelling for each meaning.
type Contents = BTreeMap<Thing, String>;

impl Reconciler {
    /// Puts the monitoring of a resource right.
    ///
    /// # Errors
    /// Where AWS refuses a description or a write, a request has come in, or the time is up.
    pub(crate) async fn keep_right(&self, upkeep: &Upkeep<'_>) -> Result<Kept, ReconcileError> {
        let Upkeep { apply, monitored, corrects_drift } = *upkeep;
        let (mut plan, existing, surroundings) = self.plan(apply).await?;
        let wanted = contents_of_plan(&plan);
        let theirs = leave_others(&mut plan, &existing, apply.owner);
        let changes = decide(&apply.desired(&plan, &[]), &given_back(apply.run, &[]), &existing)?;
        let found = contents_of(&existing);
        let by_hand = |thing: &Thing| is_by_hand(monitored, thing, found.get(thing));
        let mut kept = Kept::default();
        let mut allowed = Vec::new();
        for (stage, change) in changes {
            let thing = change.thing();
            let is_drift = matches!(change, Change::Retag { .. }) || by_hand(&thing);
            match &change {
                Change::GiveBack(_) => {}
                _ if is_drift && !corrects_drift => push_once(&mut kept.left_by_hand, &thing.name),
                _ => {
                    push_once(&mut kept.changed, &thing.name);
                    allowed.push((stage, change));
                }
            }
        }
        self.refuse_silent_queries(allowed.iter().map(|(_, change)| change), &plan.alarms).await?;
        let known = known(monitored, &surroundings, &wanted, |thing| {
            let stands = corrects_drift || !by_hand(thing) || found.get(thing) == wanted.get(thing);
            stands && !theirs.contains(thing)
        });
        if !allowed.is_empty() {
            apply.run.note(Note::Monitored(Box::new(while_writing(monitored, &known))));
        }
        let transition = Transition { apply, plan: &plan, existing: &existing };
        for stage in allowed.chunk_by(|(one, _), (other, _)| one == other) {
            self.carry_out(transition, stage, &mut super::apply::New::default()).await?;
        }
        if known != *monitored {
            apply.run.note(Note::Monitored(Box::new(known)));
        }
        apply.run.want(existing_of(&wanted, &found, &kept));
        kept.removed_configs = self.remove_left_configs(apply.run, apply.owner).await?;
        Ok(kept)
    }

    /// Removes configs that CloudFormation has done with and that no endpoint of the account serves on: those that a Delete had
    /// to leave, and those of requests that never succeeded. One that a request answered with SUCCESS wanted stays: its stack may
    /// still go back to it.
    pub(crate) async fn remove_left_configs(&self, run: &Run, owner: &Owner) -> Result<Vec<String>, ReconcileError> {
        let record = run.record();
        let left = record.left_configs().filter_map(|item| EndpointConfigName::parse(item.name.text()?).ok());
        let mut ours = Vec::new();
        for name in left {
            match self.describe_endpoint_config(&name).await? {
                Some(found) if is_owned(&found.tags, owner) => ours.push(name),
                _ => run.note(Note::Gone(Thing::from(&name))),
            }
        }
        if ours.is_empty() {
            return Ok(Vec::new());
        }
        let (endpoints, mut removed) = (self.all_endpoints().await?, Vec::new());
        let seen: Vec<&DescribeEndpointOutput> = endpoints.iter().collect();
        for name in ours {
            run.intend(&[]).await?;
            if self.remove_endpoint_config(run, &name, &[], &[], &seen).await? == Removed::Gone {
                removed.push(name.to_string());
            }
        }
        Ok(removed)
    }

    /// Every endpoint of the account in its Region: which config one serves on only its description says.
    async fn all_endpoints(&self) -> Result<Vec<DescribeEndpointOutput>, ReconcileError> {
        let names = self.sagemaker.endpoint_names().await?;
        let described = stream::iter(&names).map(|name| self.sagemaker.endpoint(name)).buffered(DESCRIBED_AT_ONCE);
        let found: Vec<Option<DescribeEndpointOutput>> = described.try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }
}

impl Apply<'_> {
    /// What is known of the same endpoint from before.
    pub(super) fn learned(&self, record: &Record) -> Learned {
        let endpoint = self.spec.monitoring().map(|monitoring| monitoring.endpoint_name.as_str());
        let before = record.monitored.as_ref().filter(|before| Some(before.endpoint.as_str()) == endpoint);
        before.map(|before| before.learned.clone()).unwrap_or_default()
    }

    /// What is remembered once the plan stands, where the monitoring of an endpoint is kept right between requests.
    pub(super) fn monitored(&self, plan: &Plan, surroundings: Surroundings) -> Option<Monitored> {
        let monitored = Monitored {
            request: self.run.request_id().to_owned(),
            physical_id: plan.physical_id.clone(),
            endpoint: self.spec.monitoring()?.endpoint_name.to_string(),
            properties: self.monitoring_part?.clone(),
            learned: surroundings.learned,
            waits_for_metrics: surroundings.waits_for_metrics,
            written: written(plan),
        };
        if !monitored.fits() {
            tracing::warn!("the declaration is too large to be kept, so its monitoring is as right as its last update");
            return None;
        }
        Some(monitored)
    }
}

/// Takes from the plan what is somebody else's by now, so that it is left alone and everything else isn't; and says what that is.
fn leave_others(plan: &mut Plan, existing: &Existing, owner: &Owner) -> BTreeSet<Thing> {
    let mut theirs = BTreeSet::new();
    let mut is_theirs = |thing: Thing, tags: Option<&[Tag]>| {
        let is_theirs = tags.is_some_and(|tags| !is_owned(tags, owner));
        if is_theirs {
            let Thing { kind, name } = &thing;
            tracing::warn!(?kind, name, "it is somebody else's by now, and is left alone");
            theirs.insert(thing);
        }
        is_theirs
    };
    plan.dashboard = plan.dashboard.take().filter(|planned| {
        let found = existing.dashboard(&planned.name).map(|found| found.tags.as_slice());
        !is_theirs((&planned.name).into(), found)
    });
    plan.alarms.retain(|planned| {
        let found = existing.alarm(&planned.name).map(|found| found.tags.as_slice());
        !is_theirs((&planned.name).into(), found)
    });
    theirs
}

/// Whether somebody has changed or deleted it by hand since it was written last.
fn is_by_hand(monitored: &Monitored, thing: &Thing, found: Option<&String>) -> bool {
    match (monitored.written(thing), found) {
        (None, found) => found.is_some(),
        (Some(_), None) => true,
        (Some(written), Some(found)) => !written.is(found),
    }
}

/// What is known of the resource once everything stands as planned that `is_written` says.
fn known(
    monitored: &Monitored,
    surroundings: &Surroundings,
    wanted: &Contents,
    is_written: impl Fn(&Thing) -> bool,
) -> Monitored {
    let written = wanted.iter().filter_map(|(thing, content)| {
        if is_written(thing) { Some(Written::of(thing.clone(), content)) } else { monitored.written(thing).cloned() }
    });
    Monitored {
        learned: surroundings.learned.clone(),
        waits_for_metrics: surroundings.waits_for_metrics,
        written: written.collect(),
        ..monitored.clone()
    }
}

/// The same while the writes are under way: until they have been answered, either content may be there.
fn while_writing(before: &Monitored, after: &Monitored) -> Monitored {
    let either = after.written.iter().map(|next| match before.written(&next.thing) {
        Some(written) => written.clone().or(next),
        None => next.clone(),
    });
    let gone = before.written.iter().filter(|written| after.written(&written.thing).is_none());
    Monitored { written: either.chain(gone.cloned()).collect(), ..before.clone() }
}

/// What of the plan is there now: it was found, or it has been written.
fn existing_of(wanted: &Contents, found: &Contents, kept: &Kept) -> Vec<Thing> {
    let is_there = |thing: &&Thing| found.contains_key(*thing) || kept.changed.contains(&thing.name);
    wanted.keys().filter(is_there).cloned().collect()
}

/// What a plan's dashboard and alarms are written as.
fn written(plan: &Plan) -> Vec<Written> {
    contents_of_plan(plan).into_iter().map(|(thing, content)| Written::of(thing, &content)).collect()
}

fn contents_of_plan(plan: &Plan) -> Contents {
    let dashboard = plan.dashboard.iter();
    let dashboard = dashboard.map(|one| (Thing::from(&one.name), dashboard::in_one_spelling(&one.body)));
    let alarms = plan.alarms.iter().map(|one| (Thing::from(&one.name), alarm_in_one_spelling(&one.request)));
    dashboard.chain(alarms).collect()
}

fn contents_of(existing: &Existing) -> Contents {
    let dashboards = existing.dashboards.iter();
    let dashboards = dashboards.map(|(name, found)| (Thing::from(name), dashboard::in_one_spelling(&found.content)));
    let alarms = existing.alarms.iter();
    let alarms = alarms.map(|(name, found)| (Thing::from(name), alarm_in_one_spelling(&found.content)));
    dashboards.chain(alarms).collect()
}

fn push_once(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

#[cfg(test)]
mod tests;
