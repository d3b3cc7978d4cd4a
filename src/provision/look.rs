//! What exists under the names that a plan wants, and under earlier ones: looked at all at once, before the first write.

use aws_sdk_sagemaker::operation::describe_endpoint_config::DescribeEndpointConfigOutput;

use super::claim::is_owned_as;
use super::error::ProvisionError;
use super::{Apply, Provisioner};
use crate::plan::{AlarmRequest, Plan};
use crate::spec::{AlarmName, DashboardName, Tag};

/// Something that exists, with its tags.
#[derive(Debug)]
pub(super) struct Found<T> {
    pub(super) arn: String,
    pub(super) tags: Vec<Tag>,
    pub(super) content: T,
}

/// What exists under the names that are wanted, and under earlier names.
#[derive(Debug, Default)]
pub(super) struct Reality {
    pub(super) endpoint: Option<Found<()>>,
    pub(super) endpoint_config: Option<Found<DescribeEndpointConfigOutput>>,
    pub(super) dashboards: Vec<(DashboardName, Found<String>)>,
    pub(super) alarms: Vec<(AlarmName, Found<AlarmRequest>)>,
}

impl Provisioner {
    pub(super) async fn look(&self, apply: &Apply<'_>, plan: &Plan) -> Result<Reality, ProvisionError> {
        let mut dashboards: Vec<&DashboardName> = plan.dashboard.iter().map(|dashboard| &dashboard.name).collect();
        dashboards.extend(&apply.earlier.dashboards);
        dashboards.sort();
        dashboards.dedup();
        let wanted = plan.alarms.iter().map(|alarm| &alarm.name);
        let mut alarms: Vec<&AlarmName> = wanted.chain(&apply.earlier.alarms).collect();
        alarms.sort();
        alarms.dedup();

        let config_name = plan.endpoint_config.as_ref().and_then(|config| config.endpoint_config_name());
        let (endpoint, endpoint_config, dashboards, alarms) = tokio::try_join!(
            self.look_at_endpoint(apply, plan),
            async {
                match config_name {
                    Some(name) => self.look_at_endpoint_config(name).await,
                    None => Ok(None),
                }
            },
            futures_util::future::try_join_all(dashboards.into_iter().map(|name| self.look_at_dashboard(name))),
            self.look_at_alarms(&alarms),
        )?;
        Ok(Reality { endpoint, endpoint_config, dashboards: dashboards.into_iter().flatten().collect(), alarms })
    }

    pub(super) async fn look_at_endpoint(
        &self,
        apply: &Apply<'_>,
        plan: &Plan,
    ) -> Result<Option<Found<()>>, ProvisionError> {
        let Some(planned) = &plan.endpoint else { return Ok(None) };
        let found = self.claim_endpoint(&planned.name, apply.owner).await?;
        Ok(found.map(|(endpoint, tags)| Found { arn: endpoint.endpoint_arn.unwrap_or_default(), tags, content: () }))
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
    /// Whether something exists that was made under the plan's id: by an earlier try of the same request, if this is a
    /// Create.
    pub(super) fn holds_anything_of(&self, apply: &Apply<'_>, plan: &Plan) -> bool {
        let config = self.endpoint_config.iter().map(|found| &found.tags);
        let dashboards = self.dashboards.iter().map(|(_, found)| &found.tags);
        let alarms = self.alarms.iter().map(|(_, found)| &found.tags);
        let endpoint = self.endpoint.iter().map(|found| &found.tags);
        config
            .chain(endpoint)
            .chain(dashboards)
            .chain(alarms)
            .any(|tags| is_owned_as(tags, apply.owner, &plan.physical_id))
    }

    pub(super) fn dashboard(&self, name: &DashboardName) -> Option<&Found<String>> {
        self.dashboards.iter().find(|(found, _)| found == name).map(|(_, found)| found)
    }

    pub(super) fn alarm(&self, name: &AlarmName) -> Option<&Found<AlarmRequest>> {
        self.alarms.iter().find(|(found, _)| found == name).map(|(_, found)| found)
    }
}
