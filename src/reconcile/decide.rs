//! Which changes lead from what exists to what is planned, in which order. Pure: no call is made, and nothing that was decided
//! here is decided again while it is carried out.

use std::collections::BTreeSet;

use aws_sdk_sagemaker::types::AutoRollbackConfig;

use super::change::{Change, Stage};
use super::error::ReconcileError;
use super::existing::{Existing, Found};
use super::ownership::is_owned;
use super::tags::Retag;
use super::{alarm, dashboard, endpoint, endpoint_config};
use crate::ledger::Thing;
use crate::plan::{Owner, Plan, PlannedDashboard};

/// A plan, and how far a request may go to carry it out.
#[derive(Clone, Copy, Debug)]
pub struct Desired<'a> {
    /// What is wanted.
    pub plan: &'a Plan,
    /// Whose it is.
    pub owner: &'a Owner,
    /// Whether somebody else's dashboard or alarm may be taken over.
    pub adopts: bool,
    /// Tag keys that an earlier declaration set, and that this one may not.
    pub dropped_tags: &'a [String],
}

impl Desired<'_> {
    /// What gives `found` the plan's tags, and takes those that are declared no longer; `None` where it has them already.
    pub(super) fn retag<T>(&self, thing: Thing, found: &Found<T>) -> Option<Retag> {
        Retag::needed(thing, &found.arn, &found.tags, &self.plan.tags, self.dropped_tags)
    }
}

/// The changes, each with its turn. `given_back` is what was somebody else's, and is given back where the plan doesn't have it.
///
/// # Errors
/// Everything that can't be had, while nothing has been written.
pub(super) fn decide(
    desired: &Desired<'_>,
    given_back: &BTreeSet<Thing>,
    existing: &Existing,
) -> Result<Vec<(Stage, Change)>, ReconcileError> {
    let Desired { plan, owner, .. } = *desired;
    let mut changes = Vec::new();
    let mut at = |stage: Stage, some: Vec<Change>| changes.extend(some.into_iter().map(|change| (stage, change)));
    if let Some(planned) = &plan.endpoint {
        let found = existing.endpoint(&planned.name);
        if let Some(found) = found {
            endpoint::refuse(owner, &planned.name, &found.tags)?;
            endpoint::refuse_fixed(planned, plan.endpoint_config.as_ref(), &found.content, existing)?;
            let retag = desired.retag((&planned.name).into(), found);
            at(Stage::Endpoint, retag.into_iter().map(|retag| Change::retag(retag, &found.tags)).collect());
        }
        at(Stage::Endpoint, vec![Change::Deploy(planned.clone())]);
    }
    if let Some(request) = &plan.endpoint_config {
        let found = existing.endpoint_config(request.endpoint_config_name().unwrap_or_default());
        at(Stage::EndpointConfig, endpoint_config::changes(request, found, desired)?);
    }
    if let Some(wanted) = &plan.dashboard {
        let found = existing.dashboard(&wanted.name);
        at(Stage::Monitoring, dashboard::changes(wanted, found, desired)?);
    }
    let guards = guards(plan);
    for planned in &plan.alarms {
        let some = alarm::changes(planned, existing, desired)?;
        let guards = guards.contains(planned.name.as_str());
        for change in some {
            let stage = match &change {
                _ if guards => Stage::Guards,
                Change::RemoveAlarm { .. } => Stage::MakeWay,
                _ if planned.request.is_composite() => Stage::CompositeAlarms,
                _ => Stage::Monitoring,
            };
            at(stage, vec![change]);
        }
    }
    changes.extend(obsolete(desired, given_back, existing));
    changes.sort_by_key(|(stage, _)| *stage);
    Ok(changes)
}

/// Names of alarms that the endpoint's deployment is rolled back by.
fn guards(plan: &Plan) -> BTreeSet<&str> {
    let deployment = plan.endpoint.iter().filter_map(|endpoint| endpoint.deployment.deployment_config.as_ref());
    let rollback = deployment.filter_map(|deployment| deployment.auto_rollback_configuration.as_ref());
    rollback.flat_map(AutoRollbackConfig::alarms).filter_map(|alarm| alarm.alarm_name()).collect()
}

/// Dashboards and alarms of the owner's that the plan doesn't have.
fn obsolete(desired: &Desired<'_>, given_back: &BTreeSet<Thing>, existing: &Existing) -> Vec<(Stage, Change)> {
    let (plan, owner) = (desired.plan, desired.owner);
    let dashboards = existing.dashboards.iter().filter(|(name, found)| {
        is_owned(&found.tags, owner) && plan.dashboard.as_ref().is_none_or(|wanted| wanted.name != *name)
    });
    let returned = |thing: Thing| given_back.contains(&thing).then_some(Change::GiveBack(thing));
    let dashboards = dashboards.map(|(name, found)| {
        let before = PlannedDashboard { name: name.clone(), body: found.content.clone() };
        let removed = || Change::RemoveDashboard { before, tags: found.tags.clone() };
        (Stage::ObsoleteParts, returned(name.into()).unwrap_or_else(removed))
    });
    let alarms = existing
        .alarms
        .iter()
        .filter(|(name, found)| is_owned(&found.tags, owner) && !plan.alarms.iter().any(|wanted| wanted.name == *name));
    let alarms = alarms.map(|(name, found)| {
        let stage = if found.content.is_composite() { Stage::Obsolete } else { Stage::ObsoleteParts };
        (stage, returned(name.into()).unwrap_or_else(|| alarm::remove(name, found)))
    });
    dashboards.chain(alarms).collect()
}

#[cfg(test)]
mod tests;
