//! Alarms: put whole, removed by name. A composite alarm is made after its parts and goes before them.

use super::Reconciler;
use super::change::Change;
use super::decide::Desired;
use super::error::ReconcileError;
use super::existing::{Existing, Found};
use super::ownership::{is_owned, owner_in_words};
use crate::aws::same_alarm;
use crate::ledger::{Effect, Run};
use crate::plan::{AlarmRequest, PlannedAlarm};
use crate::spec::{AlarmName, Tag};

/// What leads to one alarm of the plan.
///
/// # Errors
/// Where it is somebody else's and may not be taken over, or couldn't be given back.
pub(super) fn changes(
    planned: &PlannedAlarm,
    existing: &Existing,
    desired: &Desired<'_>,
) -> Result<Vec<Change>, ReconcileError> {
    let PlannedAlarm { watched, name, request } = planned;
    let put = |before: Option<&Found<AlarmRequest>>| Change::PutAlarm {
        name: name.clone(),
        wanted: Box::new(request.clone()),
        before: before.map(|found| Box::new(found.content.clone())),
    };
    let Some(found) = existing.alarm(name) else { return Ok(vec![put(None)]) };
    let (watched, ours) = (*watched, is_owned(&found.tags, desired.owner));
    if found.content.is_composite() != request.is_composite() {
        // One of ours makes way for the other type; what was somebody else's could not be given back.
        if ours {
            return Ok(vec![remove(name, found), put(None)]);
        }
        let (existing, wanted) = (type_in_words(&found.content), type_in_words(request));
        return Err(ReconcileError::AlarmOfAnotherType { watched, name: name.to_string(), existing, wanted });
    }
    if !ours && !desired.adopts {
        return Err(ReconcileError::AlarmTaken { watched, name: name.to_string(), owner: owner_in_words(&found.tags) });
    }
    let mut changes = Vec::new();
    let retag = desired.retag(name.into(), found);
    changes.extend(retag.map(|retag| Change::retag(retag, &found.tags).taking_over(!ours)));
    if !same_alarm(&found.content, request) {
        changes.push(put(Some(found)));
    }
    // What is taken over gets its tags first: what carries ours is given back, what doesn't is somebody else's.
    if ours {
        changes.reverse();
    }
    Ok(changes)
}

impl Reconciler {
    /// Refuses an alarm that becomes a PromQL query where such a query finds nothing: sources disagree on whether detailed
    /// observability's own metrics can be found without `OTel` enrichment, and an alarm that finds nothing never fires
    /// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-OTelEnrichment.html>). One that asks by PromQL
    /// already may be changed, so that a rollback passes.
    pub(super) async fn refuse_silent_queries<'c>(
        &self,
        changes: impl Iterator<Item = &'c Change>,
        planned: &[PlannedAlarm],
    ) -> Result<(), ReconcileError> {
        let asks = |request: &AlarmRequest| match request {
            AlarmRequest::Metric(request) => request.get_evaluation_criteria().is_some(),
            AlarmRequest::Composite(_) => false,
        };
        let mut new = changes.filter_map(|change| match change {
            Change::PutAlarm { name, wanted, before } => {
                (asks(wanted) && !before.as_ref().is_some_and(|before| asks(before))).then_some(name)
            }
            _ => None,
        });
        let found = new.next().and_then(|name| planned.iter().find(|planned| planned.name == *name));
        match found {
            Some(planned) if !self.cloudwatch.enrichment_runs().await? => {
                Err(ReconcileError::EnrichmentStopped { watched: planned.watched })
            }
            _ => Ok(()),
        }
    }
}

pub(super) fn remove(name: &AlarmName, found: &Found<AlarmRequest>) -> Change {
    Change::RemoveAlarm { name: name.clone(), before: Box::new(found.content.clone()), tags: found.tags.clone() }
}

fn type_in_words(request: &AlarmRequest) -> &'static str {
    if request.is_composite() { "composite" } else { "metric" }
}

impl Reconciler {
    /// The alarms of these names that exist, composites first.
    pub(super) async fn describe_alarms(
        &self,
        names: &[&AlarmName],
    ) -> Result<Vec<(AlarmName, Found<AlarmRequest>)>, ReconcileError> {
        let mut existing = self.cloudwatch.alarms(names).await?;
        existing.sort_by_key(|alarm| !alarm.definition.is_composite());
        let found = existing.into_iter().map(|alarm| async {
            let tags = self.cloudwatch.tags(&alarm.arn).await?;
            Ok::<_, ReconcileError>((alarm.name, Found { arn: alarm.arn, tags, content: alarm.definition }))
        });
        futures_util::future::try_join_all(found).await
    }

    pub(super) async fn describe_alarm(&self, name: &AlarmName) -> Result<Option<Found<AlarmRequest>>, ReconcileError> {
        Ok(self.describe_alarms(&[name]).await?.pop().map(|(_, found)| found))
    }

    pub(super) async fn put_alarm(
        &self,
        run: &Run,
        name: &AlarmName,
        alarm: &AlarmRequest,
        tags: &[Tag],
        effect: Effect,
    ) -> Result<(), ReconcileError> {
        let (client, sent, tags) = (self.cloudwatch.clone(), alarm.clone(), tags.to_vec());
        let put = async move { client.put_alarm(&sent, &tags).await };
        Ok(run.call(name.into(), effect, put).await?)
    }

    pub(super) async fn remove_alarm(&self, run: &Run, name: &AlarmName) -> Result<(), ReconcileError> {
        let (client, gone) = (self.cloudwatch.clone(), name.clone());
        let delete = async move { client.delete_alarm(&gone).await };
        run.call(name.into(), Effect::Removes, delete).await?;
        tracing::info!(alarm = %name, "alarm removed");
        Ok(())
    }
}
