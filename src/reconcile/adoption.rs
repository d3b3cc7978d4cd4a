//! What was somebody else's and is taken over: what it was like is kept first, so that whichever run or request finds that it
//! isn't wanted after all can give it back whole.

use std::collections::BTreeSet;

use super::Reconciler;
use super::change::Change;
use super::dashboard::same_json;
use super::error::ReconcileError;
use super::existing::Existing;
use super::ownership::is_owned;
use super::tags::Retag;
use super::undo::with_real_name;
use crate::aws::{read_alarm, same_alarm, write_alarm};
use crate::ledger::{BeforeAdoption, Effect, Kind, Note, Run, Thing};
use crate::plan::{Owner, PlannedDashboard};
use crate::spec::{AlarmName, DashboardName, OWNERSHIP_PREFIX, Tag};

/// Something of ours that was another's, as it is now.
struct Adopted {
    arn: String,
    tags: Vec<Tag>,
}

/// What isn't removed but given back, of all that `run`'s record holds.
pub(super) fn given_back(run: &Run, names: &[Thing]) -> BTreeSet<Thing> {
    let record = run.record();
    let items = record.inventory.iter().filter(|item| record.is_given_back(item));
    items.filter_map(|item| with_real_name(item, names)).collect()
}

impl Reconciler {
    /// Keeps what the changes are about to take over.
    pub(super) async fn keep_adopted<'c>(
        &self,
        run: &Run,
        existing: &Existing,
        changes: impl Iterator<Item = &'c Change>,
    ) -> Result<(), ReconcileError> {
        for change in changes.filter(|change| matches!(change, Change::Retag { takes_over: true, .. })) {
            let thing = change.thing();
            let name = thing.name.as_str();
            let found = if thing.kind == Kind::Dashboard {
                let found = existing.dashboards.iter().find(|(found, _)| found.as_str() == name);
                found.map(|(_, found)| (Some(found.content.clone()), &found.tags))
            } else {
                let found = existing.alarms.iter().find(|(found, _)| found.as_str() == name);
                found.map(|(_, found)| (write_alarm(&found.content), &found.tags))
            };
            let Some((Some(content), tags)) = found else {
                tracing::warn!(name, "what it was before can't be kept: only this run can give it back whole");
                continue;
            };
            let tags = tags.iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect();
            run.keep(&thing, &BeforeAdoption { content, tags }).await?;
        }
        Ok(())
    }

    /// Gives back what was somebody else's: as it was, where that has been kept, and without our tags in any case.
    pub(super) async fn give_back(&self, run: &Run, owner: &Owner, thing: &Thing) -> Result<(), ReconcileError> {
        let name = thing.name.as_str();
        let kept = run.kept(thing).await?;
        let content = kept.as_ref().map(|kept| kept.content.as_str());
        let adopted = match thing.kind {
            Kind::Dashboard => self.dashboard_back(run, owner, name, content).await?,
            _ => self.alarm_back(run, owner, name, content).await?,
        };
        if let Some(Adopted { arn, tags }) = adopted {
            let had = kept.map(|kept| kept.tags);
            let had: Option<Vec<Tag>> =
                had.map(|tags| tags.into_iter().map(|(key, value)| Tag { key, value }).collect());
            let is_ours = |key: &str| match &had {
                Some(had) => !had.iter().any(|tag| tag.key == key),
                None => key.starts_with(OWNERSHIP_PREFIX),
            };
            let ours: Vec<String> = tags.iter().map(|tag| tag.key.clone()).filter(|key| is_ours(key)).collect();
            if let Some(retag) = Retag::needed(thing.clone(), &arn, &tags, had.as_deref().unwrap_or_default(), &ours) {
                self.retag(run, &retag).await?;
            }
            tracing::info!(name, "given back: it was somebody else's before");
        }
        run.note(Note::Gone(thing.clone()));
        Ok(())
    }

    async fn dashboard_back(
        &self,
        run: &Run,
        owner: &Owner,
        name: &str,
        content: Option<&str>,
    ) -> Result<Option<Adopted>, ReconcileError> {
        let Ok(name) = DashboardName::parse(name) else { return Ok(None) };
        let found = self.describe_dashboard(&name).await?.filter(|found| is_owned(&found.tags, owner));
        let Some(found) = found else { return Ok(None) };
        if let Some(before) = content.filter(|before| !same_json(before, &found.content)) {
            let before = PlannedDashboard { name, body: before.to_owned() };
            self.put_dashboard(run, &before, &[], Effect::Changes).await?;
        }
        Ok(Some(Adopted { arn: found.arn, tags: found.tags }))
    }

    async fn alarm_back(
        &self,
        run: &Run,
        owner: &Owner,
        name: &str,
        content: Option<&str>,
    ) -> Result<Option<Adopted>, ReconcileError> {
        let Ok(name) = AlarmName::parse(name) else { return Ok(None) };
        let found = self.describe_alarm(&name).await?.filter(|found| is_owned(&found.tags, owner));
        let Some(found) = found else { return Ok(None) };
        if let Some(before) = content.and_then(read_alarm).filter(|before| !same_alarm(before, &found.content)) {
            self.put_alarm(run, &name, &before, &[], Effect::Changes).await?;
        }
        Ok(Some(Adopted { arn: found.arn, tags: found.tags }))
    }
}
