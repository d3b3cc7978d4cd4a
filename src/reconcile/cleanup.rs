//! Delete: removes what a physical id made, and what no answer ever reported.
//!
//! A Delete may name an id that was replaced long ago: then the dashboard and the alarms already belong to a newer id,
//! which their tags say, and stay.

use futures_util::future::join_all;
use tokio::time::Instant;

use super::endpoint_config::Removed;
use super::error::ReconcileError;
use super::existing::{Existing, Sought};
use super::ownership::is_owned;
use super::undo::with_real_name;
use super::{Cleanup, Reconciler};
use crate::ledger::{Item, Kind, Note, Thing};
use crate::spec::{AlarmName, DashboardName, EndpointConfigName, EndpointName};

/// What is to go.
#[derive(Debug, Default)]
struct Leaving {
    endpoints: Vec<EndpointName>,
    endpoint_configs: Vec<EndpointConfigName>,
    dashboards: Vec<DashboardName>,
    alarms: Vec<AlarmName>,
    /// What was somebody else's, and was taken over by requests that never succeeded.
    given_back: Vec<Thing>,
}

impl Reconciler {
    /// Removes what the physical id made. What has gone already is as good as removed.
    ///
    /// Returns what was left on purpose, in words, where anything was.
    ///
    /// # Errors
    /// Where AWS refuses a description or a removal, a newer request has come in, or the time is up.
    pub(crate) async fn cleanup(&self, cleanup: &Cleanup<'_>) -> Result<Option<String>, ReconcileError> {
        let run = cleanup.run;
        let sought = cleanup.sought().and_recorded(&run.record());
        let mut existing = self.describe(&sought).await?;
        existing.note_in(run, &sought, cleanup.owner);
        for (name, _) in existing.endpoints.iter().filter(|(_, found)| !is_owned(&found.tags, cleanup.owner)) {
            tracing::info!(endpoint = %name, "endpoint left: it is not this id's");
        }
        let (mut leaving, mut remarks) = cleanup.leaving();
        // The endpoint goes first: while it serves, its config can't, and while models are on it, nothing should.
        for name in &leaving.endpoints {
            let Some(found) = existing.endpoint(name).cloned() else { continue };
            let served = self.retire(run, name, found, existing.described.unwrap_or_else(Instant::now)).await?;
            leaving.endpoint_configs.extend(EndpointConfigName::parse(&served).ok());
        }
        leaving.endpoint_configs.sort();
        leaving.endpoint_configs.dedup();
        if !existing.is_fresh() || leaving.endpoint_configs.iter().any(|name| !sought.endpoint_configs.contains(name)) {
            let mut again = sought.clone();
            again.endpoint_configs.extend(leaving.endpoint_configs.iter().cloned());
            let again = again.and_recorded(&run.record());
            existing = self.describe(&again).await?;
            existing.note_in(run, &again, cleanup.owner);
            let Leaving { endpoint_configs, endpoints, .. } = leaving;
            (leaving, _) = cleanup.leaving();
            leaving.endpoints = endpoints;
            leaving.endpoint_configs.extend(endpoint_configs.into_iter().filter(|name| {
                // The config that the endpoint served on, whatever this version would call it.
                existing.endpoint_config(name.as_str()).is_some_and(|found| is_owned(&found.tags, cleanup.owner))
            }));
            leaving.endpoint_configs.sort();
            leaving.endpoint_configs.dedup();
        }
        if leaving.has_anything_but_endpoints() {
            run.intend(&[]).await?;
        }
        remarks.extend(self.remove(cleanup, &existing, &leaving).await?);
        Ok((!remarks.is_empty()).then(|| remarks.join(" ")))
    }

    /// Each removal is waited for, also when another fails: what was asked for must not go on behind our back.
    async fn remove(
        &self,
        cleanup: &Cleanup<'_>,
        existing: &Existing,
        leaving: &Leaving,
    ) -> Result<Vec<String>, ReconcileError> {
        let run = cleanup.run;
        let dashboards = leaving.dashboards.iter().filter(|name| existing.dashboard(name).is_some());
        let configs = leaving.endpoint_configs.iter().filter(|name| existing.endpoint_config(name.as_str()).is_some());
        // What has just been removed uses nothing.
        let users: Vec<EndpointName> =
            cleanup.endpoint.into_iter().filter(|name| !leaving.endpoints.contains(name)).cloned().collect();
        let users = users.as_slice();
        let (alarms, dashboards, configs) = tokio::join!(
            self.remove_alarms(cleanup, existing, leaving),
            join_all(dashboards.map(|name| self.remove_dashboard(run, name))),
            join_all(configs.map(|name| async move {
                let removed = self.remove_endpoint_config(run, name, users, &leaving.endpoints, &[]).await?;
                if matches!(removed, Removed::InUse(_)) {
                    run.note(Note::Left(Thing::from(name)));
                }
                Ok::<_, ReconcileError>(removed)
            })),
        );
        for thing in &leaving.given_back {
            self.give_back(run, cleanup.owner, thing).await?;
        }
        alarms?;
        dashboards.into_iter().collect::<Result<(), _>>()?;
        let removed: Vec<Removed> = configs.into_iter().collect::<Result<_, _>>()?;
        Ok(removed.into_iter().filter_map(Removed::remark).collect())
    }

    /// Composites go before the others: an alarm that a composite's rule names can't be deleted.
    async fn remove_alarms(
        &self,
        cleanup: &Cleanup<'_>,
        existing: &Existing,
        leaving: &Leaving,
    ) -> Result<(), ReconcileError> {
        let there = existing.alarms.iter().filter(|(name, _)| leaving.alarms.contains(name));
        let (composites, metric): (Vec<_>, Vec<_>) = there.partition(|(_, found)| found.content.is_composite());
        for alarms in [composites, metric] {
            let removed = join_all(alarms.into_iter().map(|(name, _)| self.remove_alarm(cleanup.run, name)));
            removed.await.into_iter().collect::<Result<(), _>>()?;
        }
        Ok(())
    }
}

impl Leaving {
    fn has_anything_but_endpoints(&self) -> bool {
        !(self.endpoint_configs.is_empty()
            && self.dashboards.is_empty()
            && self.alarms.is_empty()
            && self.given_back.is_empty())
    }
}

impl Cleanup<'_> {
    fn sought(&self) -> Sought {
        let endpoint = self.endpoint.filter(|_| self.owns_endpoint).cloned();
        let by_id = || EndpointName::parse(self.physical_id).ok().filter(|_| self.owns_endpoint);
        Sought {
            endpoints: endpoint.into_iter().chain(by_id()).collect(),
            endpoint_configs: self.endpoint_configs.to_vec(),
            names: self.names.clone(),
        }
    }

    /// What of the inventory goes with the id, and in words what can't be named.
    fn leaving(&self) -> (Leaving, Vec<String>) {
        let record = self.run.record();
        let made_up = record.is_made_up(self.physical_id, self.looks_made_up);
        let (mut leaving, mut remarks) = (Leaving::default(), Vec::new());
        let names = self.known_names();
        let goes = |item: &&Item| record.is_removed_with(item, self.physical_id, made_up);
        for item in record.inventory.iter().filter(goes) {
            let Some(thing) = with_real_name(item, &names) else {
                remarks.push("Something was left whose name only an earlier declaration gave.".to_owned());
                continue;
            };
            let name = thing.name.as_str();
            match thing.kind {
                // With a made-up id goes what was never reported to CloudFormation.
                _ if item.adopted && (made_up || !record.is_relied_on(item)) => leaving.given_back.push(thing),
                Kind::Endpoint => leaving.endpoints.extend(EndpointName::parse(name).ok()),
                Kind::EndpointConfig => leaving.endpoint_configs.extend(EndpointConfigName::parse(name).ok()),
                Kind::Dashboard => leaving.dashboards.extend(DashboardName::parse(name).ok()),
                Kind::Alarm => leaving.alarms.extend(AlarmName::parse(name).ok()),
            }
        }
        (leaving, remarks)
    }

    fn known_names(&self) -> Vec<Thing> {
        let configs = self.endpoint_configs.iter().map(Thing::from);
        let endpoint = self.endpoint.map(Thing::from);
        let dashboards = self.names.dashboards.iter().map(Thing::from);
        let alarms = self.names.alarms.iter().map(Thing::from);
        configs.chain(endpoint).chain(dashboards).chain(alarms).collect()
    }
}

impl Removed {
    fn remark(self) -> Option<String> {
        match self {
            Self::Gone => None,
            Self::InUse(remark) => Some(remark),
        }
    }
}
