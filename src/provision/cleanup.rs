//! Removes what a physical id made, and nothing else.
//!
//! A Delete may name an id that was replaced long ago: then the dashboard and the alarms already belong to a newer id,
//! which their tags say, and stay.

use super::claim::is_owned_as;
use super::error::ProvisionError;
use super::{Cleanup, Provisioner};
use crate::plan::Owner;
use crate::spec::{AlarmName, EndpointName};

impl Provisioner {
    /// Removes what the physical id made. What has gone already is as good as removed.
    ///
    /// Returns what was left on purpose, in words, where anything was.
    ///
    /// # Errors
    /// Where AWS refuses a look or a removal.
    pub async fn cleanup(&self, cleanup: &Cleanup<'_>) -> Result<Option<String>, ProvisionError> {
        // The endpoint goes first: while it serves, its config can't, and while models are on it, nothing should.
        let mut endpoint_configs = cleanup.endpoint_configs.to_vec();
        if let Some(endpoint) = cleanup.endpoint.filter(|_| cleanup.made_endpoint) {
            endpoint_configs.extend(self.retire(endpoint, cleanup.owner, cleanup.progress).await?);
        }
        self.cleanup_alarms(cleanup).await?;
        self.cleanup_dashboards(cleanup).await?;
        endpoint_configs.sort();
        endpoint_configs.dedup();
        let mut remarks = Vec::new();
        for name in &endpoint_configs {
            remarks
                .extend(self.remove_endpoint_config(name, cleanup.owner, cleanup.physical_id, cleanup.endpoint).await?);
        }
        Ok((!remarks.is_empty()).then(|| remarks.join(" ")))
    }

    async fn cleanup_alarms(&self, cleanup: &Cleanup<'_>) -> Result<(), ProvisionError> {
        let names: Vec<&AlarmName> = cleanup.names.alarms.iter().collect();
        for (name, found) in self.look_at_alarms(&names).await? {
            if is_owned_as(&found.tags, cleanup.owner, cleanup.physical_id) {
                self.cloudwatch.delete_alarm(&name).await?;
                tracing::info!(alarm = %name, "alarm removed");
            } else {
                tracing::info!(alarm = %name, "alarm left: it is not this id's");
            }
        }
        Ok(())
    }

    async fn cleanup_dashboards(&self, cleanup: &Cleanup<'_>) -> Result<(), ProvisionError> {
        for name in &cleanup.names.dashboards {
            let Some(dashboard) = self.cloudwatch.dashboard(name).await? else { continue };
            let tags = self.cloudwatch.tags(dashboard.dashboard_arn().unwrap_or_default()).await?;
            if is_owned_as(&tags, cleanup.owner, cleanup.physical_id) {
                self.cloudwatch.delete_dashboard(name).await?;
                tracing::info!(dashboard = %name, "dashboard removed");
            } else {
                tracing::info!(dashboard = %name, "dashboard left: it is not this id's");
            }
        }
        Ok(())
    }

    /// Removes an endpoint config that `owner` made under `physical_id`, unless a live endpoint uses it. Says so where it
    /// is left for that.
    pub(super) async fn remove_endpoint_config(
        &self,
        name: &str,
        owner: &Owner,
        physical_id: &str,
        endpoint: Option<&EndpointName>,
    ) -> Result<Option<String>, ProvisionError> {
        let Some(config) = self.sagemaker.endpoint_config(name).await? else { return Ok(None) };
        let tags = self.sagemaker.tags(config.endpoint_config_arn().unwrap_or_default()).await?;
        if !is_owned_as(&tags, owner, physical_id) {
            tracing::info!(endpoint_config = name, "endpoint config left: it is not this id's");
            return Ok(None);
        }
        if let Some(endpoint) = endpoint
            && self.sagemaker.serves_on(endpoint, name).await?
        {
            let remark = format!(
                "Endpoint config {name} was left: endpoint {endpoint} still uses it, and would be crippled without it. Delete it \
                 when the endpoint is gone or uses another."
            );
            tracing::warn!(endpoint_config = name, endpoint = %endpoint, "endpoint config left: a live endpoint uses it");
            return Ok(Some(remark));
        }
        self.sagemaker.delete_endpoint_config(name).await?;
        tracing::info!(endpoint_config = name, "endpoint config removed");
        Ok(None)
    }
}
