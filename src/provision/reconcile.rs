//! Looks at what exists under a plan's names, then writes what differs.

use std::time::Duration;

use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmInputBuilder;
use aws_sdk_sagemaker::operation::create_endpoint_config::CreateEndpointConfigInput;
use aws_sdk_sagemaker::operation::describe_endpoint_config::DescribeEndpointConfigOutput;
use serde_json::Value;

use super::alarm_definition::{definition, same};
use super::claim::{is_owned, is_owned_as, owner_in_words, tag_changes};
use super::cloudwatch::NamedAlarm;
use super::error::ProvisionError;
use super::outputs::{self, Made};
use super::undo::{Journal, Step, TagService};
use super::{Apply, Provisioner};
use crate::callback::Data;
use crate::plan::{Plan, PlanError, PlannedDashboard};
use crate::shape_json;
use crate::spec::{AlarmName, DashboardName, EndpointName, Tag};

/// How often what was just written is looked for. CloudWatch doesn't promise to show a write at once.
const LOOKS: u32 = 6;

/// Something that exists, with its tags.
#[derive(Debug)]
struct Found<T> {
    arn: String,
    tags: Vec<Tag>,
    content: T,
}

/// What exists under the names that are wanted, and under earlier names.
#[derive(Debug, Default)]
struct Reality {
    endpoint_config: Option<Found<DescribeEndpointConfigOutput>>,
    dashboards: Vec<(DashboardName, Found<String>)>,
    alarms: Vec<(AlarmName, Found<Option<PutMetricAlarmInputBuilder>>)>,
}

impl Provisioner {
    /// Moves reality to `plan`, which is `apply`'s. Notes in `journal` how to take each write back.
    ///
    /// # Errors
    /// Before the first write for everything that can be seen by looking; later only where AWS refuses a write.
    pub async fn apply(&self, apply: &Apply<'_>, plan: &Plan, journal: &Journal) -> Result<Data, ProvisionError> {
        let reality = self.look(apply, plan).await?;
        if reality.holds_anything_of(apply, plan) {
            journal.note_earlier_try();
        }
        Self::judge(apply, plan, &reality)?;

        let mut made = Made::default();
        if let Some(request) = &plan.endpoint_config {
            made.endpoint_config = Some(self.make_endpoint_config(apply, plan, request, &reality, journal).await?);
        }
        // Both are waited for, also when one fails: what was written must not go on being written behind our back.
        let (dashboard, alarms) = tokio::join!(
            self.make_dashboard(apply, plan, &reality, journal),
            self.make_alarms(apply, plan, &reality, journal),
        );
        made.dashboard = dashboard?;
        made.unused_gpu_alarm = alarms?.into_iter().next();
        self.remove_obsolete(apply, plan, &reality, journal).await?;
        Ok(outputs::data(&made, &apply.spec.monitoring.endpoint_name, &self.region, &apply.owner.stack_id))
    }

    async fn look(&self, apply: &Apply<'_>, plan: &Plan) -> Result<Reality, ProvisionError> {
        let mut dashboards: Vec<&DashboardName> = plan.dashboard.iter().map(|dashboard| &dashboard.name).collect();
        dashboards.extend(&apply.earlier.dashboards);
        dashboards.sort();
        dashboards.dedup();
        let wanted: Vec<AlarmName> = plan.alarms.iter().filter_map(alarm_name).collect();
        let mut alarms: Vec<&AlarmName> = wanted.iter().chain(&apply.earlier.alarms).collect();
        alarms.sort();
        alarms.dedup();

        let config_name = plan.endpoint_config.as_ref().and_then(|config| config.endpoint_config_name());
        let (endpoint_config, dashboards, alarms) = tokio::try_join!(
            async {
                match config_name {
                    Some(name) => self.look_at_endpoint_config(name).await,
                    None => Ok(None),
                }
            },
            futures_util::future::try_join_all(dashboards.into_iter().map(|name| self.look_at_dashboard(name))),
            futures_util::future::try_join_all(alarms.into_iter().map(|name| self.look_at_alarm(name))),
        )?;
        Ok(Reality {
            endpoint_config,
            dashboards: dashboards.into_iter().flatten().collect(),
            alarms: alarms.into_iter().flatten().collect(),
        })
    }

    async fn look_at_endpoint_config(
        &self,
        name: &str,
    ) -> Result<Option<Found<DescribeEndpointConfigOutput>>, ProvisionError> {
        let Some(content) = self.sagemaker.endpoint_config(name).await? else { return Ok(None) };
        let arn = content.endpoint_config_arn.clone().unwrap_or_default();
        let tags = self.sagemaker.tags(&arn).await?;
        Ok(Some(Found { arn, tags, content }))
    }

    async fn look_at_dashboard(
        &self,
        name: &DashboardName,
    ) -> Result<Option<(DashboardName, Found<String>)>, ProvisionError> {
        let Some(dashboard) = self.cloudwatch.dashboard(name).await? else { return Ok(None) };
        let arn = dashboard.dashboard_arn.unwrap_or_default();
        let tags = self.cloudwatch.tags(&arn).await?;
        Ok(Some((name.clone(), Found { arn, tags, content: dashboard.dashboard_body.unwrap_or_default() })))
    }

    async fn look_at_alarm(
        &self,
        name: &AlarmName,
    ) -> Result<Option<(AlarmName, Found<Option<PutMetricAlarmInputBuilder>>)>, ProvisionError> {
        let (arn, content) = match self.cloudwatch.alarm(name).await? {
            None => return Ok(None),
            Some(NamedAlarm::Composite { arn }) => (arn, None),
            Some(NamedAlarm::Metric(alarm)) => (alarm.alarm_arn.clone().unwrap_or_default(), Some(definition(*alarm))),
        };
        let tags = self.cloudwatch.tags(&arn).await?;
        Ok(Some((name.clone(), Found { arn, tags, content })))
    }

    /// Refuses what can't be had, while nothing has been written.
    fn judge(apply: &Apply<'_>, plan: &Plan, reality: &Reality) -> Result<(), ProvisionError> {
        if let (Some(found), Some(request)) = (&reality.endpoint_config, &plan.endpoint_config) {
            judge_endpoint_config(apply, request, found)?;
        }
        let may_have = |tags: &[Tag]| is_owned(tags, apply.owner) || apply.spec.adopt_existing;
        if let Some(dashboard) = &plan.dashboard
            && let Some(found) = reality.dashboard(&dashboard.name).filter(|found| !may_have(&found.tags))
        {
            let name = dashboard.name.to_string();
            return Err(ProvisionError::DashboardTaken { name, owner: owner_in_words(&found.tags) });
        }
        for name in plan.alarms.iter().filter_map(alarm_name) {
            let taken = |found: &&Found<Option<_>>| found.content.is_none() || !may_have(&found.tags);
            if let Some(found) = reality.alarm(&name).filter(taken) {
                let name = name.to_string();
                return Err(ProvisionError::AlarmTaken { name, owner: owner_in_words(&found.tags) });
            }
        }
        Ok(())
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
        if let Some(found) = &reality.endpoint_config {
            self.adjust_tags(TagService::SageMaker, apply, plan, found, journal).await?;
            return Ok((name.to_owned(), found.arn.clone()));
        }
        let endpoint: EndpointName = apply.spec.monitoring.endpoint_name.clone();
        journal.note(Step::DeleteEndpointConfig { name: name.to_owned(), endpoint });
        let created = self.sagemaker.create_endpoint_config(request, &plan.tags).await?;
        tracing::info!(endpoint_config = name, new = created, "endpoint config made");
        let found = self.look_again("the endpoint config", || self.look_at_endpoint_config(name)).await?;
        if !created {
            // Somebody was faster: an earlier try of ours whose answer was lost, or a stranger.
            judge_endpoint_config(apply, request, &found)?;
        }
        Ok((name.to_owned(), found.arn))
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
        let (_, found) = self.look_again("the dashboard", || self.look_at_dashboard(&wanted.name)).await?;
        Ok(Some((name, found.arn)))
    }

    async fn make_alarms(
        &self,
        apply: &Apply<'_>,
        plan: &Plan,
        reality: &Reality,
        journal: &Journal,
    ) -> Result<Vec<(String, String)>, ProvisionError> {
        let mut made = Vec::new();
        for wanted in &plan.alarms {
            let Some(name) = alarm_name(wanted) else { continue };
            if let Some(found) = reality.alarm(&name) {
                let before = found.content.as_ref().filter(|existing| !same(existing, wanted));
                if let Some(before) = before {
                    journal.note(Step::RestoreAlarm { name: name.clone(), alarm: Box::new(before.clone()) });
                    self.cloudwatch.put_alarm(wanted, &plan.tags).await?;
                    tracing::info!(alarm = %name, "alarm changed");
                }
                self.adjust_tags(TagService::CloudWatch, apply, plan, found, journal).await?;
                made.push((name.to_string(), found.arn.clone()));
                continue;
            }
            journal.note(Step::DeleteAlarm { name: name.clone() });
            self.cloudwatch.put_alarm(wanted, &plan.tags).await?;
            tracing::info!(alarm = %name, "alarm made");
            let (_, found) = self.look_again("the alarm", || self.look_at_alarm(&name)).await?;
            made.push((name.to_string(), found.arn));
        }
        Ok(made)
    }

    /// Tags in a Put count only on creation, so those of what existed are set here.
    async fn adjust_tags<T>(
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
        for (name, found) in &reality.alarms {
            let wanted = plan.alarms.iter().filter_map(alarm_name).any(|wanted| wanted == *name);
            if !wanted && is_owned(&found.tags, apply.owner) {
                if let Some(alarm) = found.content.clone() {
                    let (name, tags) = (name.clone(), found.tags.clone());
                    journal.note(Step::RecreateAlarm { name, alarm: Box::new(alarm), tags });
                }
                self.cloudwatch.delete_alarm(name).await?;
                tracing::info!(alarm = %name, "alarm removed: no longer declared");
            }
        }
        Ok(())
    }

    /// Looks until what was written shows.
    async fn look_again<T, F>(&self, what: &str, look: impl Fn() -> F) -> Result<T, ProvisionError>
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

impl Reality {
    /// Whether something exists that was made under the plan's id: by an earlier try of the same request, if this is a
    /// Create.
    fn holds_anything_of(&self, apply: &Apply<'_>, plan: &Plan) -> bool {
        let config = self.endpoint_config.iter().map(|found| &found.tags);
        let dashboards = self.dashboards.iter().map(|(_, found)| &found.tags);
        let alarms = self.alarms.iter().map(|(_, found)| &found.tags);
        config.chain(dashboards).chain(alarms).any(|tags| is_owned_as(tags, apply.owner, &plan.physical_id))
    }

    fn dashboard(&self, name: &DashboardName) -> Option<&Found<String>> {
        self.dashboards.iter().find(|(found, _)| found == name).map(|(_, found)| found)
    }

    fn alarm(&self, name: &AlarmName) -> Option<&Found<Option<PutMetricAlarmInputBuilder>>> {
        self.alarms.iter().find(|(found, _)| found == name).map(|(_, found)| found)
    }
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

fn alarm_name(request: &PutMetricAlarmInputBuilder) -> Option<AlarmName> {
    AlarmName::parse(request.get_alarm_name().as_deref()?).ok()
}

/// CloudWatch may give a body back with other spaces or another order of members.
pub(super) fn same_json(a: &str, b: &str) -> bool {
    match (serde_json::from_str::<Value>(a), serde_json::from_str::<Value>(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    }
}
