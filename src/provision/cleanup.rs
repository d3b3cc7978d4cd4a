//! Removes what a physical id made, and nothing else.
//!
//! A Delete may name an id that was replaced long ago: then the dashboard and the alarms already belong to a newer id,
//! which their tags say, and stay.

use std::time::Duration;

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::operation::describe_endpoint_config::DescribeEndpointConfigOutput;
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
        let mut endpoint_configs = cleanup.endpoint_configs.to_vec();
        let declared = sought(cleanup, &endpoint_configs);
        let (reality, leaving, user) = tokio::try_join!(
            self.look(&declared),
            async {
                match cleanup.endpoint {
                    Some(name) if cleanup.made_endpoint => self.look_at_leaving_endpoint(name).await,
                    _ => Ok(None),
                }
            },
            async {
                match cleanup.endpoint {
                    Some(name) if !cleanup.made_endpoint => self.sagemaker.endpoint(name.as_str()).await,
                    _ => Ok(None),
                }
            },
        )?;
        let looked = Instant::now();
        // The endpoint of that name may be somebody else's, and use a config of ours.
        let mut user = user.or_else(|| leaving.as_ref().map(|leaving| leaving.endpoint.clone()));
        let mut knows_all = true;
        // The endpoint goes first: while it serves, its config can't, and while models are on it, nothing should.
        if let Some(name) = cleanup.endpoint.filter(|_| cleanup.made_endpoint)
            && let Some(served) = self.retire(name, leaving, cleanup.owner, cleanup.progress).await?
        {
            knows_all = endpoint_configs.contains(&served);
            endpoint_configs.push(served);
            user = None;
        }
        let reality = if knows_all && looked.elapsed() <= FRESH {
            reality
        } else {
            self.look(&sought(cleanup, &endpoint_configs)).await?
        };
        // Each is waited for, also when another fails: what was asked for must not go on behind our back.
        let (alarms, dashboards, remarks) = tokio::join!(
            self.cleanup_alarms(cleanup, &reality),
            self.cleanup_dashboards(cleanup, &reality),
            join_all(reality.endpoint_configs.iter().map(|(name, found)| {
                self.remove_endpoint_config(name, found, cleanup.owner, cleanup.physical_id, user.as_ref())
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
        found: &Found<DescribeEndpointConfigOutput>,
        owner: &Owner,
        physical_id: &str,
        user: Option<&DescribeEndpointOutput>,
    ) -> Result<Option<String>, ProvisionError> {
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

/// All but the endpoint, which is looked at in more detail.
fn sought<'a>(cleanup: &Cleanup<'a>, endpoint_configs: &'a [String]) -> Sought<'a> {
    let endpoint_configs = endpoint_configs.iter().map(String::as_str).collect();
    Sought { endpoint: None, endpoint_configs, names: cleanup.names }
}
