//! Taking back what a failed request made.
//!
//! Each write notes how to take it back *before* it is made: a write whose answer never came may have taken effect all
//! the same. Taking back goes in reverse order, looks before it writes (the noted write may have been refused), and again
//! touches only what is ours.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::Provisioner;
use super::alarm_definition::same;
use super::claim::{is_owned, tag_changes};
use super::endpoint::Progress;
use super::error::ProvisionError;
use super::reconcile::same_json;
use super::sagemaker::serves_on;
use crate::plan::{AlarmRequest, Owner, PlannedDashboard};
use crate::spec::{AlarmName, DashboardName, EndpointName, Tag};

/// How to take one write back.
#[derive(Clone, Debug)]
pub(super) enum Step {
    DeleteEndpointConfig { name: String, endpoint: EndpointName },
    DeleteEndpoint { name: EndpointName },
    DeleteDashboard { name: DashboardName },
    RestoreDashboard { dashboard: PlannedDashboard },
    DeleteAlarm { name: AlarmName },
    RestoreAlarm { name: AlarmName, alarm: AlarmRequest },
    RecreateDashboard { dashboard: PlannedDashboard, tags: Vec<Tag> },
    RecreateAlarm { name: AlarmName, alarm: AlarmRequest, tags: Vec<Tag> },
    Retag { service: TagService, arn: String, put_back: Vec<Tag>, remove: Vec<String> },
}

/// Which service's tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TagService {
    SageMaker,
    CloudWatch,
}

/// What has been written so far, newest last.
#[derive(Debug, Default)]
pub struct Journal {
    steps: Mutex<Vec<Step>>,
    earlier_try: AtomicBool,
    planned_id: OnceLock<String>,
}

impl Journal {
    /// The request is about this id.
    pub(super) fn note_planned_id(&self, physical_id: &str) {
        drop(self.planned_id.set(physical_id.to_owned()));
    }

    /// The id that the request is about, where it came as far as a plan.
    #[must_use]
    pub fn planned_id(&self) -> Option<&str> {
        self.planned_id.get().map(String::as_str)
    }

    /// Something was there already under the id that the request is about.
    pub(super) fn note_earlier_try(&self) {
        self.earlier_try.store(true, Ordering::Relaxed);
    }

    /// Whether an earlier try of the same request had made something. It is not taken back here: that try may have
    /// been answered with success.
    #[must_use]
    pub fn found_earlier_try(&self) -> bool {
        self.earlier_try.load(Ordering::Relaxed)
    }

    pub(super) fn note(&self, step: Step) {
        // A panic elsewhere doesn't make the notes wrong, and they are needed most then.
        self.steps.lock().unwrap_or_else(PoisonError::into_inner).push(step);
    }

    fn newest_first(&self) -> Vec<Step> {
        let mut steps = std::mem::take(&mut *self.steps.lock().unwrap_or_else(PoisonError::into_inner));
        steps.reverse();
        steps
    }
}

impl Provisioner {
    /// Takes back everything that `journal` notes. `false` where something had to be left.
    pub async fn take_back(&self, owner: &Owner, journal: &Journal) -> bool {
        let mut clean = true;
        for step in journal.newest_first() {
            if let Err(error) = self.take_back_step(owner, &step).await {
                // Without AWS's own words: they may quote a value that the declaration wants kept out of sight.
                tracing::error!(step = step.in_words(), error = %error, code = error.code(), "could not be taken back");
                clean = false;
            }
        }
        clean
    }

    async fn take_back_step(&self, owner: &Owner, step: &Step) -> Result<(), ProvisionError> {
        match step {
            Step::DeleteEndpointConfig { name, endpoint } => {
                let config = self.look_at_endpoint_config(name).await?;
                if config.is_none_or(|config| !is_owned(&config.tags, owner)) {
                    return Ok(());
                }
                let user = self.sagemaker.endpoint(endpoint.as_str()).await?;
                let in_use = user.is_some_and(|endpoint| serves_on(&endpoint, name));
                if in_use { Ok(()) } else { self.sagemaker.delete_endpoint_config(name).await }
            }
            // However long it takes: the caller's time decides, and what is left then is left to a Delete.
            Step::DeleteEndpoint { name } => {
                let leaving = self.look_at_leaving_endpoint(name).await?;
                self.retire(name, leaving, owner, &Progress::unbounded()).await.map(drop)
            }
            Step::DeleteDashboard { name } => {
                let Some((_, dashboard)) = self.look_at_dashboard(name).await? else { return Ok(()) };
                if is_owned(&dashboard.tags, owner) { self.cloudwatch.delete_dashboard(name).await } else { Ok(()) }
            }
            Step::DeleteAlarm { name } => {
                let Some(alarm) = self.cloudwatch.alarm(name).await? else { return Ok(()) };
                let tags = self.cloudwatch.tags(&alarm.arn).await?;
                if is_owned(&tags, owner) { self.cloudwatch.delete_alarm(name).await } else { Ok(()) }
            }
            Step::RestoreDashboard { dashboard } => {
                let now = self.cloudwatch.dashboard(&dashboard.name).await?.and_then(|now| now.dashboard_body);
                let differs = now.is_some_and(|body| !same_json(&body, &dashboard.body));
                if differs { self.cloudwatch.put_dashboard(dashboard, &[]).await } else { Ok(()) }
            }
            Step::RestoreAlarm { name, alarm } => {
                let Some(now) = self.cloudwatch.alarm(name).await? else { return Ok(()) };
                if same(&now.definition, alarm) { Ok(()) } else { self.cloudwatch.put_alarm(alarm, &[]).await }
            }
            Step::RecreateDashboard { dashboard, tags } => match self.cloudwatch.dashboard(&dashboard.name).await? {
                None => self.cloudwatch.put_dashboard(dashboard, tags).await,
                Some(_) => Ok(()),
            },
            Step::RecreateAlarm { name, alarm, tags } => match self.cloudwatch.alarm(name).await? {
                None => self.cloudwatch.put_alarm(alarm, tags).await,
                Some(_) => Ok(()),
            },
            Step::Retag { service, arn, put_back, remove } => {
                let now = match service {
                    TagService::SageMaker => self.sagemaker.tags(arn).await?,
                    TagService::CloudWatch => self.cloudwatch.tags(arn).await?,
                };
                let (set, remove) = tag_changes(&now, put_back, remove);
                self.retag(*service, arn, &set, &remove).await
            }
        }
    }

    /// Sets tags and removes others.
    pub(super) async fn retag(
        &self,
        service: TagService,
        arn: &str,
        set: &[Tag],
        remove: &[String],
    ) -> Result<(), ProvisionError> {
        if !set.is_empty() {
            match service {
                TagService::SageMaker => self.sagemaker.tag(arn, set).await?,
                TagService::CloudWatch => self.cloudwatch.tag(arn, set).await?,
            }
        }
        if !remove.is_empty() {
            match service {
                TagService::SageMaker => self.sagemaker.untag(arn, remove).await?,
                TagService::CloudWatch => self.cloudwatch.untag(arn, remove).await?,
            }
        }
        Ok(())
    }
}

impl Step {
    fn in_words(&self) -> &'static str {
        match self {
            Self::DeleteEndpointConfig { .. } => "delete the new endpoint config",
            Self::DeleteEndpoint { .. } => "delete the new endpoint",
            Self::DeleteDashboard { .. } => "delete the new dashboard",
            Self::RestoreDashboard { .. } => "restore the dashboard",
            Self::DeleteAlarm { .. } => "delete the new alarm",
            Self::RestoreAlarm { .. } => "restore the alarm",
            Self::RecreateDashboard { .. } => "make the removed dashboard again",
            Self::RecreateAlarm { .. } => "make the removed alarm again",
            Self::Retag { .. } => "restore tags",
        }
    }
}
