//! Undoing what a failed request did.
//!
//! What this run changed is put back, newest first; what the request made, in whichever run, is in the ledger's inventory and
//! goes. Each step describes before it writes, since the write that it undoes may have been refused, and touches only what is ours.

use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

use super::Reconciler;
use super::change::Undo;
use super::dashboard::same_json;
use super::endpoint::identity;
use super::error::ReconcileError;
use super::ownership::is_owned;
use super::tags::Retag;
use crate::aws::same_alarm;
use crate::ledger::{Effect, Item, Kind, Note, Run, Thing};
use crate::plan::{Owner, Ownership};
use crate::spec::{AlarmName, DashboardName, EndpointConfigName, EndpointName, OWNERSHIP_PREFIX, Tag};

/// How to undo what this run has changed so far, newest last.
#[derive(Debug, Default)]
pub(crate) struct UndoLog(Mutex<Vec<Undo>>);

impl UndoLog {
    pub(super) fn note(&self, undo: Undo) {
        // A panic elsewhere doesn't make the notes wrong, and they are needed most then.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(undo);
    }

    fn newest_first(&self) -> Vec<Undo> {
        let mut steps = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        steps.reverse();
        steps
    }
}

/// Whose request is undone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Undoing<'a> {
    /// The run that undoes it.
    pub(crate) run: &'a Run,
    pub(crate) owner: &'a Owner,
    /// Names that the request's declarations give, for items whose names the ledger doesn't show.
    pub(crate) names: &'a [Thing],
}

impl Reconciler {
    /// Undoes what a request did, of which `log` holds what this run changed. `false` where something had to be left.
    pub(crate) async fn undo(&self, undoing: Undoing<'_>, log: &UndoLog) -> bool {
        let Undoing { run, owner, names } = undoing;
        let mut clean = true;
        for step in log.newest_first() {
            let undone = match run.intend(&[]).await {
                Ok(()) => self.undo_step(run, owner, &step).await,
                Err(stop) => Err(stop.into()),
            };
            clean &= succeeded(step.in_words(), &undone);
        }
        let before = run.record();
        let made = before.inventory.iter().filter(|item| item.is_undone_with(run.request_id()));
        let (made, all_named) = with_real_names(made, names);
        clean &= all_named;
        clean &= self.undo_alarms(undoing, &made).await;
        // What an earlier run of this request took over; of what this one did, nothing is left by now.
        let record = run.record();
        let taken = record.inventory.iter().filter(|item| item.adopted && item.request == run.request_id());
        let (taken, all_named) = with_real_names(taken, names);
        clean &= all_named;
        for (_, thing) in &taken {
            let given_back = match run.intend(&[]).await {
                Ok(()) => self.give_back(run, owner, thing).await,
                Err(stop) => Err(stop.into()),
            };
            clean &= succeeded("give back what was taken over", &given_back);
        }
        for kind in [Kind::Dashboard, Kind::Endpoint, Kind::EndpointConfig] {
            for (item, thing) in made.iter().filter(|(_, thing)| thing.kind == kind) {
                let removed = match run.intend(&[]).await {
                    Ok(()) => self.remove_made(undoing, item, thing).await,
                    Err(stop) => Err(stop.into()),
                };
                clean &= succeeded("remove what was made", &removed);
            }
        }
        clean
    }

    async fn undo_alarms(&self, undoing: Undoing<'_>, made: &[(&Item, Thing)]) -> bool {
        let Undoing { run, owner, .. } = undoing;
        let alarms = made.iter().filter(|(_, thing)| thing.kind == Kind::Alarm);
        let alarms: Vec<AlarmName> = alarms.filter_map(|(_, alarm)| AlarmName::parse(&alarm.name).ok()).collect();
        if alarms.is_empty() {
            return true;
        }
        let removed = async {
            let found = self.describe_alarms(&alarms.iter().collect::<Vec<_>>()).await?;
            for name in alarms.iter().filter(|name| !found.iter().any(|(known, _)| known == *name)) {
                run.note_absent(name.into());
            }
            run.intend(&[]).await?;
            for (name, found) in found {
                if is_owned(&found.tags, owner) {
                    self.remove_alarm(run, &name).await?;
                } else {
                    run.note(Note::Gone(Thing::from(&name)));
                }
            }
            Ok(())
        };
        succeeded("remove the new alarms", &removed.await)
    }

    /// Removes what the request made: the item, whose name `thing` shows.
    async fn remove_made(&self, undoing: Undoing<'_>, item: &Item, thing: &Thing) -> Result<(), ReconcileError> {
        let Undoing { run, owner, names } = undoing;
        let name = thing.name.as_str();
        let gone = || run.note_absent(thing.clone());
        match thing.kind {
            Kind::Dashboard => {
                let Ok(name) = DashboardName::parse(name) else { return Ok(()) };
                match self.describe_dashboard(&name).await? {
                    Some(found) if is_owned(&found.tags, owner) => self.remove_dashboard(run, &name).await?,
                    _ => gone(),
                }
            }
            Kind::Alarm => {}
            // However long it takes: the caller's time decides, and what is left then is left to a Delete.
            Kind::Endpoint => {
                let Ok(name) = EndpointName::parse(name) else { return Ok(()) };
                match self.describe_endpoint(&name).await? {
                    Some(found) if is_owned(&found.tags, owner) && is_the_same(item, &found.content) => {
                        self.retire(run, &name, found, Instant::now()).await?;
                    }
                    _ => gone(),
                }
            }
            Kind::EndpointConfig => {
                let Ok(name) = EndpointConfigName::parse(name) else { return Ok(()) };
                match self.describe_endpoint_config(&name).await? {
                    // One that is in use stays in the inventory, and goes with a later request.
                    Some(found) if is_owned(&found.tags, owner) => {
                        // The ledger may hide the names of those that use it.
                        let declared = names.iter().filter(|thing| thing.kind == Kind::Endpoint);
                        let users: Vec<EndpointName> =
                            declared.filter_map(|endpoint| EndpointName::parse(&endpoint.name).ok()).collect();
                        self.remove_endpoint_config(run, &name, &users, &[], &[]).await?;
                    }
                    _ => gone(),
                }
            }
        }
        Ok(())
    }

    async fn undo_step(&self, run: &Run, owner: &Owner, step: &Undo) -> Result<(), ReconcileError> {
        match step {
            Undo::PutDashboard { before } => {
                let now = self.describe_dashboard(&before.name).await?;
                if now.is_some_and(|now| is_owned(&now.tags, owner) && !same_json(&now.content, &before.body)) {
                    self.put_dashboard(run, before, &[], Effect::Changes).await?;
                }
            }
            Undo::PutAlarm { name, before } => {
                let now = self.describe_alarm(name).await?;
                if now.is_some_and(|now| is_owned(&now.tags, owner) && !same_alarm(&now.content, before)) {
                    self.put_alarm(run, name, before, &[], Effect::Changes).await?;
                }
            }
            Undo::MakeDashboardAgain { before, tags } => {
                if self.describe_dashboard(&before.name).await?.is_none() {
                    self.put_dashboard(run, before, tags, Effect::Changes).await?;
                    note_again(run, (&before.name).into(), tags);
                }
            }
            Undo::MakeAlarmAgain { name, before, tags } => {
                let now = self.describe_alarm(name).await?;
                // One of another type that took its place.
                let usurper = now.as_ref().filter(|now| now.content.is_composite() != before.is_composite());
                if usurper.is_some_and(|now| is_owned(&now.tags, owner)) {
                    self.remove_alarm(run, name).await?;
                }
                if now.is_none() || usurper.is_some() {
                    self.put_alarm(run, name, before, tags, Effect::Changes).await?;
                    note_again(run, name.into(), tags);
                }
            }
            Undo::Retag(undo) => {
                let now = self.tags_of(undo.thing.kind, &undo.arn).await?;
                if is_owned(&now, owner)
                    && let Some(retag) = Retag::needed(undo.thing.clone(), &undo.arn, &now, &undo.set, &undo.remove)
                {
                    self.retag(run, &retag).await?;
                    if retag.remove.iter().any(|key| key.starts_with(OWNERSHIP_PREFIX)) {
                        run.note(Note::Gone(undo.thing.clone()));
                    }
                }
            }
        }
        Ok(())
    }
}

fn note_again(run: &Run, thing: Thing, tags: &[Tag]) {
    if let Some(Ownership { physical_id, .. }) = Ownership::from_tags(tags) {
        // Not what this request made, whatever had its name meanwhile.
        run.note(Note::Gone(thing.clone()));
        run.note(Note::Found { thing, identity: None, physical_id });
    }
}

/// Whether it is the very endpoint that was made, and not a later one of its name.
fn is_the_same(item: &Item, found: &aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput) -> bool {
    item.identity.is_none() || item.identity == identity(found)
}

/// The thing that an item is about, with its name as the ledger has it, or as one of the declarations gives it.
pub(super) fn with_real_name(item: &Item, names: &[Thing]) -> Option<Thing> {
    let given = || names.iter().find(|thing| item.is(thing)).cloned();
    item.name.text().map(|name| Thing::new(item.kind, name)).or_else(given)
}

/// The items with the things that they are about, and whether the names of all of them are known.
fn with_real_names<'i>(items: impl Iterator<Item = &'i Item>, names: &[Thing]) -> (Vec<(&'i Item, Thing)>, bool) {
    let mut all_named = true;
    let things = items.filter_map(|item| {
        let thing = with_real_name(item, names);
        all_named &= thing.is_some();
        Some((item, thing?))
    });
    (things.collect(), all_named)
}

fn succeeded(step: &'static str, undone: &Result<(), ReconcileError>) -> bool {
    if let Err(error) = undone {
        // Without AWS's own words: they may quote a value that the declaration wants kept out of sight.
        tracing::error!(step, error = %error, code = error.code(), "could not be undone");
    }
    undone.is_ok()
}

impl Undo {
    fn in_words(&self) -> &'static str {
        match self {
            Self::PutDashboard { .. } => "restore the dashboard",
            Self::PutAlarm { .. } => "restore the alarm",
            Self::MakeDashboardAgain { .. } => "make the removed dashboard again",
            Self::MakeAlarmAgain { .. } => "make the removed alarm again",
            Self::Retag(_) => "restore tags",
        }
    }
}
