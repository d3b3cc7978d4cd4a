//! Removes what a physical id made, and nothing else.
//!
//! A Delete may name an id that was replaced long ago: then the dashboard and the alarms already belong to a newer id,
//! which their tags say, and stay.

use std::time::Duration;

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use futures_util::future::join_all;
use tokio::time::Instant;

use super::claim::is_owned_as;
use super::error::ProvisionError;
use super::look::{Found, Reality, Sought};
use super::sagemaker::serves_on;
use super::{Cleanup, Provisioner};
use crate::plan::{AlarmRequest, Owner};
use crate::spec::AlarmName;

/// How long a look is good for. An endpoint takes minutes to go, and meanwhile something may have been taken over.
const FRESH: Duration = Duration::from_secs(1);

impl Provisioner {
    /// Removes what the physical id made. What has gone already is as good as removed.
    ///
    /// Returns what was left on purpose, in words, where anything was.
    ///
    /// # Errors
    /// Where AWS refuses a look or a removal.
    pub async fn cleanup(&self, cleanup: &Cleanup<'_>) -> Result<Option<String>, ProvisionError> {
        let own_endpoint = cleanup.endpoint.filter(|_| cleanup.made_endpoint);
        let sought = Sought {
            endpoint: None,
            endpoint_configs: cleanup.endpoint_configs.iter().map(String::as_str).collect(),
            names: cleanup.names,
        };
        let looked = Instant::now();
        let (mut reality, leaving, user) = tokio::try_join!(
            self.look(&sought),
            async {
                match own_endpoint {
                    Some(name) => self.look_at_leaving_endpoint(name).await,
                    None => Ok(None),
                }
            },
            async {
                match cleanup.endpoint.filter(|_| !cleanup.made_endpoint) {
                    Some(name) => self.sagemaker.endpoint(name.as_str()).await,
                    None => Ok(None),
                }
            },
        )?;
        // The endpoint of that name may be somebody else's, and use a config of ours.
        let mut user = user.or_else(|| leaving.as_ref().map(|leaving| leaving.endpoint.clone()));
        let mut endpoint_configs = cleanup.endpoint_configs.to_vec();
        // The endpoint goes first: while it serves, its config can't, and while models are on it, nothing should.
        if let Some(name) = own_endpoint
            && let Some(served) = self.retire(name, leaving, cleanup.owner, cleanup.progress).await?
        {
            endpoint_configs.push(served);
            user = None;
        }
        if looked.elapsed() > FRESH {
            reality = self.look(&sought).await?;
        }
        endpoint_configs.sort();
        endpoint_configs.dedup();
        // Each is waited for, also when another fails: what was asked for must not go on behind our back.
        let (alarms, dashboards, remarks) = tokio::join!(
            self.cleanup_alarms(cleanup, &reality),
            self.cleanup_dashboards(cleanup, &reality),
            join_all(endpoint_configs.iter().map(|name| {
                self.remove_endpoint_config(name, &reality, cleanup.owner, cleanup.physical_id, user.as_ref())
            })),
        );
        alarms.and(dashboards)?;
        let remarks: Vec<String> = remarks.into_iter().filter_map(Result::transpose).collect::<Result<_, _>>()?;
        Ok((!remarks.is_empty()).then(|| remarks.join(" ")))
    }

    /// Composites go before the others: an alarm that a composite's rule names can't be deleted.
    async fn cleanup_alarms(&self, cleanup: &Cleanup<'_>, reality: &Reality) -> Result<(), ProvisionError> {
        let (composites, metric): (Vec<_>, Vec<_>) =
            reality.alarms.iter().partition(|(_, found)| found.content.is_composite());
        for alarms in [composites, metric] {
            let removed = join_all(alarms.into_iter().map(|(name, found)| self.cleanup_alarm(cleanup, name, found)));
            removed.await.into_iter().collect::<Result<(), _>>()?;
        }
        Ok(())
    }

    async fn cleanup_alarm(
        &self,
        cleanup: &Cleanup<'_>,
        name: &AlarmName,
        found: &Found<AlarmRequest>,
    ) -> Result<(), ProvisionError> {
        if is_owned_as(&found.tags, cleanup.owner, cleanup.physical_id) {
            self.cloudwatch.delete_alarm(name).await?;
            tracing::info!(alarm = %name, "alarm removed");
        } else {
            tracing::info!(alarm = %name, "alarm left: it is not this id's");
        }
        Ok(())
    }

    async fn cleanup_dashboards(&self, cleanup: &Cleanup<'_>, reality: &Reality) -> Result<(), ProvisionError> {
        for (name, found) in &reality.dashboards {
            if is_owned_as(&found.tags, cleanup.owner, cleanup.physical_id) {
                self.cloudwatch.delete_dashboard(name).await?;
                tracing::info!(dashboard = %name, "dashboard removed");
            } else {
                tracing::info!(dashboard = %name, "dashboard left: it is not this id's");
            }
        }
        Ok(())
    }

    /// Removes an endpoint config that `owner` made under `physical_id`, unless the endpoint `user` uses it. Says so where
    /// it is left for that.
    pub(super) async fn remove_endpoint_config(
        &self,
        name: &str,
        reality: &Reality,
        owner: &Owner,
        physical_id: &str,
        user: Option<&DescribeEndpointOutput>,
    ) -> Result<Option<String>, ProvisionError> {
        let looked_at;
        let found = if let Some(found) = reality.endpoint_config(name) {
            found
        } else if let Some(found) = self.look_at_endpoint_config(name).await? {
            looked_at = found;
            &looked_at
        } else {
            return Ok(None);
        };
        if !is_owned_as(&found.tags, owner, physical_id) {
            tracing::info!(endpoint_config = name, "endpoint config left: it is not this id's");
            return Ok(None);
        }
        if let Some(endpoint) = user.filter(|endpoint| serves_on(endpoint, name)) {
            let endpoint = endpoint.endpoint_name().unwrap_or_default();
            let remark = format!(
                "Endpoint config {name} was left: endpoint {endpoint} still uses it, and would be crippled without it. Delete it \
                 when the endpoint is gone or uses another."
            );
            tracing::warn!(endpoint_config = name, endpoint, "endpoint config left: a live endpoint uses it");
            return Ok(Some(remark));
        }
        self.sagemaker.delete_endpoint_config(name).await?;
        tracing::info!(endpoint_config = name, "endpoint config removed");
        Ok(None)
    }
}
