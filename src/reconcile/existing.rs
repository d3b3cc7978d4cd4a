//! What exists under the names that a request is about: described all at once, before the first write.

use std::time::Duration;

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::operation::describe_endpoint_config::DescribeEndpointConfigOutput;
use futures_util::future::try_join_all;
use tokio::time::Instant;

use super::Reconciler;
use super::endpoint::identity;
use super::error::ReconcileError;
use super::ownership::is_owned;
use crate::ledger::{Kind, Note, Record, Run, Thing};
use crate::plan::{AlarmRequest, Owner, Ownership};
use crate::spec::{AlarmName, DashboardName, EndpointConfigName, EndpointName, NamesInUse, Tag};

/// How long a description is good for.
pub(super) const FRESH: Duration = Duration::from_secs(1);

/// Names to describe.
#[derive(Clone, Debug, Default)]
pub(super) struct Sought {
    pub(super) endpoints: Vec<EndpointName>,
    pub(super) endpoint_configs: Vec<EndpointConfigName>,
    pub(super) names: NamesInUse,
}

/// Something that exists, with its tags.
#[derive(Clone, Debug)]
pub(super) struct Found<T> {
    pub(super) arn: String,
    pub(super) tags: Vec<Tag>,
    pub(super) content: T,
}

/// What exists under the names that were sought.
#[derive(Debug, Default)]
pub(super) struct Existing {
    /// When that was, where anything was described.
    pub(super) described: Option<Instant>,
    pub(super) endpoints: Vec<(EndpointName, Found<DescribeEndpointOutput>)>,
    pub(super) endpoint_configs: Vec<(EndpointConfigName, Found<DescribeEndpointConfigOutput>)>,
    pub(super) dashboards: Vec<(DashboardName, Found<String>)>,
    /// Composites first, so that whoever removes alarms in this order removes no part of one that is left.
    pub(super) alarms: Vec<(AlarmName, Found<AlarmRequest>)>,
}

impl Sought {
    /// Everything that `record` holds, where its names aren't hidden, in addition to what is sought already.
    pub(super) fn and_recorded(mut self, record: &Record) -> Self {
        for item in &record.inventory {
            let Some(name) = item.name.text() else { continue };
            match item.kind {
                Kind::Endpoint => self.endpoints.extend(EndpointName::parse(name).ok()),
                Kind::EndpointConfig => self.endpoint_configs.extend(EndpointConfigName::parse(name).ok()),
                Kind::Dashboard => self.names.dashboards.extend(DashboardName::parse(name).ok()),
                Kind::Alarm => self.names.alarms.extend(AlarmName::parse(name).ok()),
            }
        }
        once_each(&mut self.endpoints);
        once_each(&mut self.endpoint_configs);
        once_each(&mut self.names.dashboards);
        once_each(&mut self.names.alarms);
        self
    }
}

impl Reconciler {
    pub(super) async fn describe(&self, sought: &Sought) -> Result<Existing, ReconcileError> {
        let described = Instant::now();
        let endpoints = sought.endpoints.iter().map(|name| async move {
            Ok::<_, ReconcileError>(self.describe_endpoint(name).await?.map(|found| (name.clone(), found)))
        });
        let endpoint_configs = sought.endpoint_configs.iter().map(|name| async move {
            Ok::<_, ReconcileError>(self.describe_endpoint_config(name).await?.map(|found| (name.clone(), found)))
        });
        let dashboards = sought.names.dashboards.iter().map(|name| async move {
            Ok::<_, ReconcileError>(self.describe_dashboard(name).await?.map(|found| (name.clone(), found)))
        });
        let alarms: Vec<&AlarmName> = sought.names.alarms.iter().collect();
        let (endpoints, endpoint_configs, dashboards, alarms) = tokio::try_join!(
            try_join_all(endpoints),
            try_join_all(endpoint_configs),
            try_join_all(dashboards),
            self.describe_alarms(&alarms),
        )?;
        Ok(Existing {
            described: Some(described),
            endpoints: endpoints.into_iter().flatten().collect(),
            endpoint_configs: endpoint_configs.into_iter().flatten().collect(),
            dashboards: dashboards.into_iter().flatten().collect(),
            alarms,
        })
    }
}

impl Reconciler {
    /// Describes the config that the planned endpoint serves on, where that wasn't sought: it was moved by hand, or the record
    /// of what was made is lost.
    pub(super) async fn describe_serving_config(
        &self,
        endpoint: &EndpointName,
        existing: &mut Existing,
    ) -> Result<(), ReconcileError> {
        let serving = existing.endpoint(endpoint).and_then(|found| found.content.endpoint_config_name.clone());
        let serving = serving.filter(|name| existing.endpoint_config(name).is_none());
        let Some(name) = serving.and_then(|name| EndpointConfigName::parse(&name).ok()) else { return Ok(()) };
        let found = self.describe_endpoint_config(&name).await?;
        existing.endpoint_configs.extend(found.map(|found| (name, found)));
        Ok(())
    }
}

impl Existing {
    /// Whether what was seen can be relied on: an endpoint takes minutes, and meanwhile something may have been taken over.
    pub(super) fn is_fresh(&self) -> bool {
        self.described.is_some_and(|described| described.elapsed() <= FRESH)
    }

    pub(super) fn endpoint(&self, name: &EndpointName) -> Option<&Found<DescribeEndpointOutput>> {
        self.endpoints.iter().find(|(found, _)| found == name).map(|(_, found)| found)
    }

    pub(super) fn endpoint_config(&self, name: &str) -> Option<&Found<DescribeEndpointConfigOutput>> {
        self.endpoint_configs.iter().find(|(found, _)| found.as_str() == name).map(|(_, found)| found)
    }

    pub(super) fn dashboard(&self, name: &DashboardName) -> Option<&Found<String>> {
        self.dashboards.iter().find(|(found, _)| found == name).map(|(_, found)| found)
    }

    pub(super) fn alarm(&self, name: &AlarmName) -> Option<&Found<AlarmRequest>> {
        self.alarms.iter().find(|(found, _)| found == name).map(|(_, found)| found)
    }

    /// Notes in the record of `run` what `owner` still has of what was sought, and what is gone or somebody else's by now.
    pub(super) fn note_in(&self, run: &Run, sought: &Sought, owner: &Owner) {
        let seen = |thing: Thing, tags: Option<&[Tag]>, identity: Option<String>| {
            let ours = tags.filter(|tags| is_owned(tags, owner)).and_then(Ownership::from_tags);
            run.note(match ours {
                Some(Ownership { physical_id, .. }) => Note::Found { thing, identity, physical_id },
                None => Note::Gone(thing),
            });
        };
        for name in &sought.endpoints {
            let found = self.endpoint(name);
            let tags = found.map(|found| found.tags.as_slice());
            seen(name.into(), tags, found.and_then(|found| identity(&found.content)));
        }
        for name in &sought.endpoint_configs {
            let tags = self.endpoint_config(name.as_str()).map(|found| found.tags.as_slice());
            seen(name.into(), tags, None);
        }
        for name in &sought.names.dashboards {
            seen(name.into(), self.dashboard(name).map(|found| found.tags.as_slice()), None);
        }
        for name in &sought.names.alarms {
            seen(name.into(), self.alarm(name).map(|found| found.tags.as_slice()), None);
        }
    }
}

fn once_each<T: Ord>(names: &mut Vec<T>) {
    names.sort();
    names.dedup();
}
