//! Removes an endpoint, and waits until it has gone.

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use tokio::time::Instant;

use super::identity;
use super::next::{self, Observed, Retire};
use super::pauses::Pauses;
use crate::aws::CallError;
use crate::ledger::{Changing, Effect, Note, Run, Thing};
use crate::reconcile::Reconciler;
use crate::reconcile::error::ReconcileError;
use crate::reconcile::existing::{FRESH, Found};
use crate::spec::EndpointName;

impl Reconciler {
    /// Removes the endpoint as it was `found` at `seen_at`, with our tags on it, and no other of its name. Gives the config that it served
    /// on.
    pub(in crate::reconcile) async fn retire(
        &self,
        run: &Run,
        name: &EndpointName,
        found: Found<DescribeEndpointOutput>,
        seen_at: Instant,
    ) -> Result<String, ReconcileError> {
        let born = identity(&found.content);
        let served = found.content.endpoint_config_name.clone().unwrap_or_default();
        let mut found = Some(found.content);
        let mut pauses = Pauses::up_to(self.longest_pause);
        let started = Instant::now();
        let mut seen_at = seen_at;
        loop {
            let observed = found.as_ref().map(Observed::from);
            let step = next::retire(observed.as_ref());
            tracing::info!(
                endpoint = %name,
                status = observed.as_ref().map(|endpoint| endpoint.status.as_str()),
                waited_s = started.elapsed().as_secs(),
                next = ?step,
                "removal"
            );
            run.note_changing(None);
            match step {
                Retire::Gone => {
                    run.note(Note::Gone(Thing::from(name)));
                    return Ok(served);
                }
                Retire::Delete => {
                    run.intend(&[]).await?;
                    let known = (born.as_deref(), seen_at);
                    self.delete_endpoint(run, name, known).await?;
                }
                Retire::Wait => {}
            }
            let status = observed.map_or_else(String::new, |endpoint| endpoint.status.to_string());
            run.note_changing(Some(Changing { endpoint: name.to_string(), status: status.clone() }));
            if !run.pause(pauses.next()).await? {
                return Err(ReconcileError::StillWaiting { name: name.to_string(), status });
            }
            match self.sagemaker.endpoint(name.as_str()).await {
                // Another one of its name is somebody else's, or a later one of ours.
                Ok(now) => (found, seen_at) = (now.filter(|now| identity(now) == born), Instant::now()),
                // Too busy to say: it is described again later.
                Err(CallError::Failed { source, .. }) if source.is_passing() => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Deletes the endpoint, refusing with their names while inference components are on it: SageMaker would refuse too,
    /// and say less. Right before, it has to be the one that was `born` when it was seen.
    pub(in crate::reconcile) async fn delete_endpoint(
        &self,
        run: &Run,
        name: &EndpointName,
        (born, seen_at): (Option<&str>, Instant),
    ) -> Result<(), ReconcileError> {
        let components = self.sagemaker.inference_components_on(name).await?;
        if !components.is_empty() {
            let components = components.join(", ");
            return Err(ReconcileError::InferenceComponentsLeft { name: name.to_string(), components });
        }
        if let Some(born) = born.filter(|_| seen_at.elapsed() > FRESH) {
            let now = self.sagemaker.endpoint(name.as_str()).await?;
            if now.as_ref().and_then(identity).as_deref() != Some(born) {
                return Ok(());
            }
        }
        let (client, gone) = (self.sagemaker.clone(), name.clone());
        let delete = async move { client.delete_endpoint(&gone).await };
        run.call(name.into(), Effect::Removes, delete).await?;
        tracing::info!(endpoint = %name, "endpoint deletion asked for");
        Ok(())
    }
}
