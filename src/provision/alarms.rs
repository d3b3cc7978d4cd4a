//! Moves the alarms to what is planned.
//!
//! All that are metric alarms are put at once, then the composites, whose parts have to exist; ARNs are asked for once,
//! at the end. A composite goes before its parts. What isn't ours was refused before the first write.

use std::collections::BTreeMap;

use futures_util::future::join_all;

use super::alarm_definition::same;
use super::claim::{is_owned, owner_in_words};
use super::error::ProvisionError;
use super::look::{Found, Reality};
use super::undo::{Journal, Step, TagService};
use super::{Apply, Provisioner};
use crate::plan::{AlarmRequest, Plan, PlannedAlarm};
use crate::spec::{AlarmKind, AlarmName};

/// Names and ARNs of the alarms that attributes name.
pub(super) type MadeAlarms = BTreeMap<AlarmKind, (String, String)>;

/// Refuses alarms that can't be had, while nothing has been written.
pub(super) fn judge(apply: &Apply<'_>, plan: &Plan, reality: &Reality) -> Result<(), ProvisionError> {
    for PlannedAlarm { kind, name, request } in &plan.alarms {
        let Some(found) = reality.alarm(name) else { continue };
        let (kind, ours) = (*kind, is_owned(&found.tags, apply.owner));
        // One of ours makes way for the other type; what was somebody else's could not be given back.
        if found.content.is_composite() != request.is_composite() && !ours {
            let (existing, wanted) = (type_in_words(&found.content), type_in_words(request));
            return Err(ProvisionError::AlarmOfAnotherType { kind, name: name.to_string(), existing, wanted });
        }
        if !ours && !apply.spec.adopt_existing {
            let owner = owner_in_words(&found.tags);
            return Err(ProvisionError::AlarmTaken { kind, name: name.to_string(), owner });
        }
    }
    Ok(())
}

fn type_in_words(request: &AlarmRequest) -> &'static str {
    if request.is_composite() { "composite" } else { "metric" }
}

impl Provisioner {
    pub(super) async fn make_alarms(
        &self,
        apply: &Apply<'_>,
        plan: &Plan,
        reality: &Reality,
        journal: &Journal,
    ) -> Result<MadeAlarms, ProvisionError> {
        let (composites, metric): (Vec<_>, Vec<_>) = plan.alarms.iter().partition(|alarm| alarm.request.is_composite());
        for alarms in [metric, composites] {
            // Each is waited for, also when one fails: what was written must not go on being written behind our back.
            let made = join_all(alarms.into_iter().map(|alarm| self.make_alarm(apply, plan, alarm, reality, journal)));
            made.await.into_iter().collect::<Result<Vec<()>, _>>()?;
        }
        self.arns(apply, plan, reality).await
    }

    async fn make_alarm(
        &self,
        apply: &Apply<'_>,
        plan: &Plan,
        PlannedAlarm { name, request, .. }: &PlannedAlarm,
        reality: &Reality,
        journal: &Journal,
    ) -> Result<(), ProvisionError> {
        let found = reality.alarm(name);
        if let Some(found) = found.filter(|found| found.content.is_composite() == request.is_composite()) {
            if apply.made_what_exists() {
                journal.note(Step::DeleteAlarm { name: name.clone() });
            }
            if !same(&found.content, request) {
                journal.note(Step::RestoreAlarm { name: name.clone(), alarm: found.content.clone() });
                self.cloudwatch.put_alarm(request, &plan.tags).await?;
                tracing::info!(alarm = %name, "alarm changed");
            }
            return self.adjust_tags(TagService::CloudWatch, apply, plan, found, journal).await;
        }
        if let Some(found) = found {
            self.remove_alarm(name, found, journal).await?;
            tracing::info!(alarm = %name, "alarm removed: it becomes one of another type");
        }
        journal.note(Step::DeleteAlarm { name: name.clone() });
        self.cloudwatch.put_alarm(request, &plan.tags).await?;
        tracing::info!(alarm = %name, "alarm made");
        Ok(())
    }

    /// The alarms that the spec names, each with its ARN: as it was found, or as it is looked up now.
    async fn arns(&self, apply: &Apply<'_>, plan: &Plan, reality: &Reality) -> Result<MadeAlarms, ProvisionError> {
        let named: Vec<(AlarmKind, &AlarmName)> =
            apply.spec.monitoring.alarms.iter().map(|alarm| (alarm.kind, &alarm.name)).collect();
        let mut arns: BTreeMap<&AlarmName, String> = BTreeMap::new();
        for (_, name) in &named {
            let planned = plan.alarms.iter().find(|planned| planned.name == **name);
            let found = reality.alarm(name).filter(|found| {
                planned.is_some_and(|planned| planned.request.is_composite() == found.content.is_composite())
            });
            arns.extend(found.map(|found| (*name, found.arn.clone())));
        }
        let new: Vec<&AlarmName> =
            named.iter().map(|(_, name)| *name).filter(|name| !arns.contains_key(name)).collect();
        if !new.is_empty() {
            let all = || async {
                let existing = self.cloudwatch.alarms(&new).await?;
                Ok((existing.len() == new.len()).then_some(existing))
            };
            for alarm in self.look_again("the alarms", all).await? {
                arns.extend(new.iter().find(|name| ***name == alarm.name).map(|name| (*name, alarm.arn)));
            }
        }
        let made = named.into_iter().map(|(kind, name)| {
            let arn = arns.remove(name).unwrap_or_default();
            (kind, (name.to_string(), arn))
        });
        Ok(made.collect())
    }

    /// Removes what is ours under earlier names, composites first.
    pub(super) async fn remove_obsolete_alarms(
        &self,
        apply: &Apply<'_>,
        plan: &Plan,
        reality: &Reality,
        journal: &Journal,
    ) -> Result<(), ProvisionError> {
        for (name, found) in &reality.alarms {
            let wanted = plan.alarms.iter().any(|wanted| wanted.name == *name);
            if !wanted && is_owned(&found.tags, apply.owner) {
                self.remove_alarm(name, found, journal).await?;
                tracing::info!(alarm = %name, "alarm removed: no longer declared");
            }
        }
        Ok(())
    }

    async fn remove_alarm(
        &self,
        name: &AlarmName,
        found: &Found<AlarmRequest>,
        journal: &Journal,
    ) -> Result<(), ProvisionError> {
        let (alarm, tags) = (found.content.clone(), found.tags.clone());
        journal.note(Step::RecreateAlarm { name: name.clone(), alarm, tags });
        self.cloudwatch.delete_alarm(name).await
    }
}
