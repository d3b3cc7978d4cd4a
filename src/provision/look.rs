//! What exists under the names that a request is about: looked at all at once, before the first write.

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::operation::describe_endpoint_config::DescribeEndpointConfigOutput;
use futures_util::future::try_join_all;

use super::Provisioner;
use super::claim::is_owned_as;
use super::error::ProvisionError;
use crate::plan::{AlarmRequest, Owner};
use crate::spec::{AlarmName, DashboardName, EndpointName, NamesInUse, Tag};

/// Names to look under.
#[derive(Debug)]
pub(super) struct Sought<'a> {
    pub(super) endpoint: Option<&'a EndpointName>,
    pub(super) endpoint_configs: Vec<&'a str>,
    pub(super) names: &'a NamesInUse,
}

/// Something that exists, with its tags.
#[derive(Debug)]
pub(super) struct Found<T> {
    pub(super) arn: String,
    pub(super) tags: Vec<Tag>,
    pub(super) content: T,
}

/// What exists under the names that were sought.
#[derive(Debug, Default)]
pub(super) struct Reality {
    pub(super) endpoint: Option<Found<DescribeEndpointOutput>>,
    pub(super) endpoint_configs: Vec<(String, Found<DescribeEndpointConfigOutput>)>,
    pub(super) dashboards: Vec<(DashboardName, Found<String>)>,
    pub(super) alarms: Vec<(AlarmName, Found<AlarmRequest>)>,
}

impl Provisioner {
    pub(super) async fn look(&self, sought: &Sought<'_>) -> Result<Reality, ProvisionError> {
        let endpoint = async {
            match sought.endpoint {
                Some(name) => self.look_at_endpoint(name).await,
                None => Ok(None),
            }
        };
        let endpoint_configs = each_once(&sought.endpoint_configs).into_iter().map(|name| async move {
            let found = self.look_at_endpoint_config(name).await?;
            Ok::<_, ProvisionError>(found.map(|found| ((*name).to_owned(), found)))
        });
        let dashboards = each_once(&sought.names.dashboards).into_iter().map(|name| self.look_at_dashboard(name));
        let alarms = each_once(&sought.names.alarms);
        let (endpoint, endpoint_configs, dashboards, alarms) = tokio::try_join!(
            endpoint,
            try_join_all(endpoint_configs),
            try_join_all(dashboards),
            self.look_at_alarms(&alarms),
        )?;
        let endpoint_configs = endpoint_configs.into_iter().flatten().collect();
        Ok(Reality { endpoint, endpoint_configs, dashboards: dashboards.into_iter().flatten().collect(), alarms })
    }

    pub(super) async fn look_at_endpoint(
        &self,
        name: &EndpointName,
    ) -> Result<Option<Found<DescribeEndpointOutput>>, ProvisionError> {
        let Some(content) = self.sagemaker.endpoint(name.as_str()).await? else { return Ok(None) };
        let arn = content.endpoint_arn.clone().unwrap_or_default();
        let tags = self.sagemaker.tags(&arn).await?;
        Ok(Some(Found { arn, tags, content }))
    }

    pub(super) async fn look_at_endpoint_config(
        &self,
        name: &str,
    ) -> Result<Option<Found<DescribeEndpointConfigOutput>>, ProvisionError> {
        let Some(content) = self.sagemaker.endpoint_config(name).await? else { return Ok(None) };
        let arn = content.endpoint_config_arn.clone().unwrap_or_default();
        let tags = self.sagemaker.tags(&arn).await?;
        Ok(Some(Found { arn, tags, content }))
    }

    pub(super) async fn look_at_dashboard(
        &self,
        name: &DashboardName,
    ) -> Result<Option<(DashboardName, Found<String>)>, ProvisionError> {
        let Some(dashboard) = self.cloudwatch.dashboard(name).await? else { return Ok(None) };
        let arn = dashboard.dashboard_arn.unwrap_or_default();
        let tags = self.cloudwatch.tags(&arn).await?;
        Ok(Some((name.clone(), Found { arn, tags, content: dashboard.dashboard_body.unwrap_or_default() })))
    }

    /// Composites come first, so that whoever removes alarms in this order removes no part of one that is left.
    pub(super) async fn look_at_alarms(
        &self,
        names: &[&AlarmName],
    ) -> Result<Vec<(AlarmName, Found<AlarmRequest>)>, ProvisionError> {
        let mut existing = self.cloudwatch.alarms(names).await?;
        existing.sort_by_key(|alarm| !alarm.definition.is_composite());
        let found = existing.into_iter().map(|alarm| async {
            let tags = self.cloudwatch.tags(&alarm.arn).await?;
            Ok::<_, ProvisionError>((alarm.name, Found { arn: alarm.arn, tags, content: alarm.definition }))
        });
        futures_util::future::try_join_all(found).await
    }
}

impl Reality {
    /// Whether something exists that `owner` made under `physical_id`: by an earlier try of the same request, if this is a
    /// Create.
    pub(super) fn holds_anything_of(&self, owner: &Owner, physical_id: &str) -> bool {
        let endpoint = self.endpoint.iter().map(|found| &found.tags);
        let configs = self.endpoint_configs.iter().map(|(_, found)| &found.tags);
        let dashboards = self.dashboards.iter().map(|(_, found)| &found.tags);
        let alarms = self.alarms.iter().map(|(_, found)| &found.tags);
        endpoint.chain(configs).chain(dashboards).chain(alarms).any(|tags| is_owned_as(tags, owner, physical_id))
    }

    pub(super) fn endpoint_config(&self, name: &str) -> Option<&Found<DescribeEndpointConfigOutput>> {
        self.endpoint_configs.iter().find(|(found, _)| found == name).map(|(_, found)| found)
    }

    pub(super) fn dashboard(&self, name: &DashboardName) -> Option<&Found<String>> {
        self.dashboards.iter().find(|(found, _)| found == name).map(|(_, found)| found)
    }

    pub(super) fn alarm(&self, name: &AlarmName) -> Option<&Found<AlarmRequest>> {
        self.alarms.iter().find(|(found, _)| found == name).map(|(_, found)| found)
    }
}

fn each_once<T: Ord>(names: &[T]) -> Vec<&T> {
    let mut names: Vec<&T> = names.iter().collect();
    names.sort();
    names.dedup();
    names
}
