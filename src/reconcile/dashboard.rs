//! Dashboards: put whole, removed by name.

use serde_json::Value;

use super::Reconciler;
use super::change::Change;
use super::decide::Desired;
use super::error::ReconcileError;
use super::existing::Found;
use super::ownership::{is_owned, owner_in_words};
use crate::ledger::{Effect, Run};
use crate::plan::PlannedDashboard;
use crate::spec::{DashboardName, Tag};

/// What leads to the dashboard of the plan.
///
/// # Errors
/// Where it is somebody else's and may not be taken over.
pub(super) fn changes(
    wanted: &PlannedDashboard,
    found: Option<&Found<String>>,
    desired: &Desired<'_>,
) -> Result<Vec<Change>, ReconcileError> {
    let Some(found) = found else { return Ok(vec![Change::PutDashboard { wanted: wanted.clone(), before: None }]) };
    let ours = is_owned(&found.tags, desired.owner);
    if !ours && !desired.adopts {
        let name = wanted.name.to_string();
        return Err(ReconcileError::DashboardTaken { name, owner: owner_in_words(&found.tags) });
    }
    let mut changes = Vec::new();
    let retag = desired.retag((&wanted.name).into(), found);
    changes.extend(retag.map(|retag| Change::retag(retag, &found.tags).taking_over(!ours)));
    if !same_json(&found.content, &wanted.body) {
        let before = Some(PlannedDashboard { name: wanted.name.clone(), body: found.content.clone() });
        changes.push(Change::PutDashboard { wanted: wanted.clone(), before });
    }
    // What is taken over gets its tags first: what carries ours is given back, what doesn't is somebody else's.
    if ours {
        changes.reverse();
    }
    Ok(changes)
}

impl Reconciler {
    pub(super) async fn describe_dashboard(
        &self,
        name: &DashboardName,
    ) -> Result<Option<Found<String>>, ReconcileError> {
        let Some(dashboard) = self.cloudwatch.dashboard(name).await? else { return Ok(None) };
        let arn = dashboard.dashboard_arn.unwrap_or_default();
        let tags = self.cloudwatch.tags(&arn).await?;
        Ok(Some(Found { arn, tags, content: dashboard.dashboard_body.unwrap_or_default() }))
    }

    pub(super) async fn put_dashboard(
        &self,
        run: &Run,
        dashboard: &PlannedDashboard,
        tags: &[Tag],
        effect: Effect,
    ) -> Result<(), ReconcileError> {
        let (client, sent, tags) = (self.cloudwatch.clone(), dashboard.clone(), tags.to_vec());
        let put = async move { client.put_dashboard(&sent, &tags).await };
        Ok(run.call((&dashboard.name).into(), effect, put).await?)
    }

    pub(super) async fn remove_dashboard(&self, run: &Run, name: &DashboardName) -> Result<(), ReconcileError> {
        let (client, gone) = (self.cloudwatch.clone(), name.clone());
        let delete = async move { client.delete_dashboard(&gone).await };
        run.call(name.into(), Effect::Removes, delete).await?;
        tracing::info!(dashboard = %name, "dashboard removed");
        Ok(())
    }
}

/// A body in one spelling, whatever its spaces and the order of its members: to see whether it is still what was written.
pub(super) fn in_one_spelling(body: &str) -> String {
    serde_json::from_str::<Value>(body).map_or_else(|_| body.to_owned(), |body| body.to_string())
}

/// CloudWatch may give a body back with other spaces or another order of members.
pub(super) fn same_json(a: &str, b: &str) -> bool {
    match (serde_json::from_str::<Value>(a), serde_json::from_str::<Value>(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    }
}
