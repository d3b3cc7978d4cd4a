//! Looks at what exists under a spec's names, plans, and writes what differs.

use std::collections::BTreeSet;
use std::pin::pin;
use std::time::Duration;

use aws_sdk_sagemaker::operation::create_endpoint_config::CreateEndpointConfigInput;
use aws_sdk_sagemaker::operation::describe_endpoint_config::DescribeEndpointConfigOutput;
use futures_util::future::{Either, select};
use serde_json::Value;

use super::alarms;
use super::claim::{is_owned, owner_in_words, tag_changes};
use super::endpoint::{Deployment, InService};
use super::error::ProvisionError;
use super::look::{Found, Reality, Sought};
use super::outputs::{self, Made};
use super::undo::{Journal, Step, TagService};
use super::{Apply, Provisioner};
use crate::callback::Data;
use crate::plan::{Owner, Plan, PlanError, PlannedDashboard};
use crate::shape_json;
use crate::spec::{EndpointName, Tag};

/// How often what was just written is looked for. CloudWatch doesn't promise to show a write at once.
const LOOKS: u32 = 6;

impl Provisioner {
    /// Moves reality to what `apply` plans for. Notes in `journal` how to take each write back.
    ///
    /// # Errors
    /// Before the first write for everything that can be seen by looking; later only where AWS refuses a write.
    pub async fn apply(&self, apply: &Apply<'_>, journal: &Journal) -> Result<Data, ProvisionError> {
        let identity = apply.identity;
        journal.note_planned_id(&identity.physical_id);
        let new_config = identity.endpoint_config.as_ref().and_then(|config| config.endpoint_config_name());
        let sought = Sought {
            endpoint: identity.endpoint.as_ref().map(|endpoint| &endpoint.name),
            endpoint_configs: new_config.into_iter().chain(apply.earlier_config).collect(),
            names: apply.names,
        };
        // A plan depends on some of what is asked, the looks on none of it.
        let models = async { Ok(self.judge_models(apply).await) };
        let (surroundings, reality, models) =
            tokio::try_join!(self.surroundings(apply.spec), self.look(&sought), models)?;
        if !apply.made_what_exists() && reality.holds_anything_of(apply.owner, &identity.physical_id) {
            journal.note_earlier_try();
        }
        let plan = &identity.clone().plan(apply.spec, apply.owner, &surroundings)?;
        Self::judge(apply, plan, &reality)?;
        if new_config.is_some_and(|name| reality.endpoint_config(name).is_none()) {
            models?;
        }

        let mut made = Made::default();
        if let Some(request) = &plan.endpoint_config {
            made.endpoint_config = Some(self.make_endpoint_config(apply, plan, request, &reality, journal).await?);
        }
        let monitoring = async {
            // Both are waited for, also when one fails: what was written must not go on being written behind our back.
            let (dashboard, alarms) = tokio::join!(
                self.make_dashboard(apply, plan, &reality, journal),
                self.make_alarms(apply, plan, &reality, journal),
            );
            Ok::<_, ProvisionError>((dashboard?, alarms?))
        };
        // One may fail while the other is being written: that write is waited for, or it would come after it was taken back.
        // A deployment could take an hour, so of it only the call under way is waited for.
        let deployment = self.make_endpoint(apply, plan, &reality, journal);
        let ((dashboard, alarms), endpoint) = match select(pin!(monitoring), pin!(deployment)).await {
            Either::Left((Ok(monitoring), deployment)) => (monitoring, deployment.await?),
            Either::Left((Err(failure), deployment)) => {
                apply.progress.fail();
                drop(deployment.await);
                return Err(failure);
            }
            Either::Right((deployment, monitoring)) => {
                let monitoring = monitoring.await;
                let endpoint = deployment?;
                (monitoring?, endpoint)
            }
        };
        made.endpoint_arn = endpoint;
        made.dashboard = dashboard;
        made.alarms = alarms;
        self.remove_obsolete(apply, plan, &reality, journal).await?;
        Ok(outputs::data(&made, &apply.spec.monitoring.endpoint_name, &self.region, &apply.owner.stack_id))
    }

    /// Refuses what can't be had, while nothing has been written.
    fn judge(apply: &Apply<'_>, plan: &Plan, reality: &Reality) -> Result<(), ProvisionError> {
        if let (Some(found), Some(endpoint)) = (&reality.endpoint, &plan.endpoint) {
            judge_endpoint(apply.owner, &endpoint.name, &found.tags)?;
        }
        if let Some(request) = &plan.endpoint_config
            && let Some(found) = reality.endpoint_config(request.endpoint_config_name().unwrap_or_default())
        {
            judge_endpoint_config(apply, request, found)?;
        }
        let may_have = |tags: &[Tag]| is_owned(tags, apply.owner) || apply.spec.adopt_existing;
        if let Some(dashboard) = &plan.dashboard
            && let Some(found) = reality.dashboard(&dashboard.name).filter(|found| !may_have(&found.tags))
        {
            let name = dashboard.name.to_string();
            return Err(ProvisionError::DashboardTaken { name, owner: owner_in_words(&found.tags) });
        }
        alarms::judge(apply, plan, reality)?;
        Ok(())
    }

    /// An endpoint fails minutes later for want of a model; a look now says so at once. Made beside the other looks, and
    /// of no account where the config exists already.
    async fn judge_models(&self, apply: &Apply<'_>) -> Result<(), ProvisionError> {
        if apply.identity.endpoint.is_none() {
            return Ok(());
        }
        let variants = apply.spec.endpoint_config.iter().flat_map(|config| config.request.production_variants());
        let models: BTreeSet<&str> = variants.filter_map(|variant| variant.model_name()).collect();
        let exist = models.iter().map(|name| self.sagemaker.model_exists(name));
        let exist = futures_util::future::try_join_all(exist).await?;
        match models.iter().zip(exist).find(|(_, exists)| !exists) {
            Some((name, _)) => Err(ProvisionError::ModelMissing { name: (*name).to_owned() }),
            None => Ok(()),
        }
    }

    async fn make_endpoint_config(
        &self,
        apply: &Apply<'_>,
        plan: &Plan,
        request: &CreateEndpointConfigInput,
        reality: &Reality,
        journal: &Journal,
    ) -> Result<(String, String), ProvisionError> {
        let name = request.endpoint_config_name().unwrap_or_default();
        let made_by_this_request = apply.progress.facts().made_config.as_deref() == Some(name);
        if let Some(found) = reality.endpoint_config(name) {
            if apply.made_the_endpoint() || made_by_this_request {
                let endpoint = apply.spec.monitoring.endpoint_name.clone();
                journal.note(Step::DeleteEndpointConfig { name: name.to_owned(), endpoint });
            }
            self.adjust_tags(TagService::SageMaker, apply, plan, found, journal).await?;
            return Ok((name.to_owned(), found.arn.clone()));
        }
        let endpoint: EndpointName = apply.spec.monitoring.endpoint_name.clone();
        journal.note(Step::DeleteEndpointConfig { name: name.to_owned(), endpoint });
        let arn = if let Some(arn) = self.sagemaker.create_endpoint_config(request, &plan.tags).await? {
            arn
        } else {
            // Somebody was faster: an earlier try of ours whose answer was lost, or a stranger.
            let found = self.look_again("the endpoint config", || self.look_at_endpoint_config(name)).await?;
            judge_endpoint_config(apply, request, &found)?;
            found.arn
        };
        tracing::info!(endpoint_config = name, "endpoint config made");
        apply.progress.facts().made_config = Some(name.to_owned());
        Ok((name.to_owned(), arn))
    }

    /// Deploys the endpoint, then removes the configs that it served on before. Gives its ARN.
    async fn make_endpoint(
        &self,
        apply: &Apply<'_>,
        plan: &Plan,
        reality: &Reality,
        journal: &Journal,
    ) -> Result<Option<String>, ProvisionError> {
        let Some(planned) = &plan.endpoint else { return Ok(None) };
        if let Some(found) = &reality.endpoint {
            if apply.made_the_endpoint() {
                journal.note(Step::DeleteEndpoint { name: planned.name.clone() });
            }
            self.adjust_tags(TagService::SageMaker, apply, plan, found, journal).await?;
        }
        let (endpoint, owner, tags, progress) = (planned, apply.owner, plan.tags.as_slice(), apply.progress);
        let seen = reality.endpoint.as_ref().map(|found| found.content.clone());
        let InService { arn, just_seen } =
            self.deploy(&Deployment { endpoint, owner, tags, journal, progress }, seen).await?;
        let before = progress.facts().served_before.clone();
        let mut before: BTreeSet<&str> = before.as_deref().into_iter().chain(apply.earlier_config).collect();
        before.remove(planned.config.as_str());
        if before.is_empty() || progress.has_failed() {
            return Ok(Some(arn));
        }
        let user = if just_seen { None } else { self.sagemaker.endpoint(planned.name.as_str()).await? };
        for name in before {
            let looked_at;
            let found = if let Some(found) = reality.endpoint_config(name) {
                found
            } else if let Some(found) = self.look_at_endpoint_config(name).await? {
                looked_at = found;
                &looked_at
            } else {
                continue;
            };
            self.remove_endpoint_config(name, found, owner, &plan.physical_id, user.as_ref()).await?;
        }
        Ok(Some(arn))
    }

    async fn make_dashboard(
        &self,
        apply: &Apply<'_>,
        plan: &Plan,
        reality: &Reality,
        journal: &Journal,
    ) -> Result<Option<(String, String)>, ProvisionError> {
        let Some(wanted) = &plan.dashboard else { return Ok(None) };
        let name = wanted.name.to_string();
        if let Some(found) = reality.dashboard(&wanted.name) {
            if apply.made_what_exists() {
                journal.note(Step::DeleteDashboard { name: wanted.name.clone() });
            }
            if !same_json(&found.content, &wanted.body) {
                let before = PlannedDashboard { name: wanted.name.clone(), body: found.content.clone() };
                journal.note(Step::RestoreDashboard { dashboard: before });
                self.cloudwatch.put_dashboard(wanted, &plan.tags).await?;
                tracing::info!(dashboard = name, "dashboard changed");
            }
            self.adjust_tags(TagService::CloudWatch, apply, plan, found, journal).await?;
            return Ok(Some((name, found.arn.clone())));
        }
        journal.note(Step::DeleteDashboard { name: wanted.name.clone() });
        self.cloudwatch.put_dashboard(wanted, &plan.tags).await?;
        tracing::info!(dashboard = name, "dashboard made");
        let made = self.look_again("the dashboard", || self.cloudwatch.dashboard(&wanted.name)).await?;
        Ok(Some((name, made.dashboard_arn.unwrap_or_default())))
    }

    /// Tags in a Put count only on creation, so those of what existed are set here.
    pub(super) async fn adjust_tags<T>(
        &self,
        service: TagService,
        apply: &Apply<'_>,
        plan: &Plan,
        found: &Found<T>,
        journal: &Journal,
    ) -> Result<(), ProvisionError> {
        let (set, remove) = tag_changes(&found.tags, &plan.tags, apply.earlier_tag_keys);
        if set.is_empty() && remove.is_empty() {
            return Ok(());
        }
        let was_there = |key: &String| found.tags.iter().any(|tag| tag.key == *key);
        let added = set.iter().map(|tag| tag.key.clone()).filter(|key| !was_there(key)).collect();
        let changed = |tag: &&Tag| remove.contains(&tag.key) || set.iter().any(|set| set.key == tag.key);
        let put_back = found.tags.iter().filter(changed).cloned().collect();
        journal.note(Step::Retag { service, arn: found.arn.clone(), put_back, remove: added });
        self.retag(service, &found.arn, &set, &remove).await
    }

    /// Removes what is ours under earlier names, last of all: what has gone can only be made anew.
    async fn remove_obsolete(
        &self,
        apply: &Apply<'_>,
        plan: &Plan,
        reality: &Reality,
        journal: &Journal,
    ) -> Result<(), ProvisionError> {
        for (name, found) in &reality.dashboards {
            let wanted = plan.dashboard.as_ref().is_some_and(|dashboard| dashboard.name == *name);
            if !wanted && is_owned(&found.tags, apply.owner) {
                let dashboard = PlannedDashboard { name: name.clone(), body: found.content.clone() };
                journal.note(Step::RecreateDashboard { dashboard, tags: found.tags.clone() });
                self.cloudwatch.delete_dashboard(name).await?;
                tracing::info!(dashboard = %name, "dashboard removed: no longer declared");
            }
        }
        self.remove_obsolete_alarms(apply, plan, reality, journal).await
    }

    /// Looks until what was written shows.
    pub(super) async fn look_again<T, F>(&self, what: &str, look: impl Fn() -> F) -> Result<T, ProvisionError>
    where
        F: Future<Output = Result<Option<T>, ProvisionError>>,
    {
        let mut pause = Duration::from_millis(100).min(self.longest_pause);
        for _ in 1..LOOKS {
            if let Some(found) = look().await? {
                return Ok(found);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(self.longest_pause);
        }
        look().await?.ok_or_else(|| ProvisionError::Vanished { what: what.to_owned() })
    }
}

/// An endpoint of somebody else's is never taken over: it serves on a config that isn't ours.
pub(super) fn judge_endpoint(owner: &Owner, name: &EndpointName, tags: &[Tag]) -> Result<(), ProvisionError> {
    if is_owned(tags, owner) {
        return Ok(());
    }
    Err(ProvisionError::EndpointTaken { name: name.to_string(), owner: owner_in_words(tags) })
}

fn judge_endpoint_config(
    apply: &Apply<'_>,
    request: &CreateEndpointConfigInput,
    found: &Found<DescribeEndpointConfigOutput>,
) -> Result<(), ProvisionError> {
    let name = request.endpoint_config_name().unwrap_or_default().to_owned();
    if !is_owned(&found.tags, apply.owner) {
        return Err(ProvisionError::EndpointConfigTaken { name, owner: owner_in_words(&found.tags) });
    }
    let wanted = shape_json::to_json(CreateEndpointConfigInput::SCHEMA, request).map_err(PlanError::from)?;
    let exists = shape_json::to_json(DescribeEndpointConfigOutput::SCHEMA, &found.content).map_err(PlanError::from)?;
    if !shape_json::contains(&exists, &wanted) {
        return Err(ProvisionError::EndpointConfigDiffers { name });
    }
    Ok(())
}

/// CloudWatch may give a body back with other spaces or another order of members.
pub(super) fn same_json(a: &str, b: &str) -> bool {
    match (serde_json::from_str::<Value>(a), serde_json::from_str::<Value>(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    }
}
