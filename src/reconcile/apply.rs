//! Create and Update: describes what exists, plans, decides, and carries the changes out in their order.

use std::collections::BTreeMap;

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use futures_util::future::join_all;
use tokio::time::Instant;

use super::adoption::given_back;
use super::change::{Change, Stage};
use super::decide::{Desired, decide};
use super::endpoint::{DeclaredCapacity, Rollout};
use super::environment::Surroundings;
use super::error::ReconcileError;
use super::existing::{Existing, FRESH, Sought};
use super::outputs::{self, Made, Named};
use super::ownership::is_owned;
use super::undo::with_real_name;
use super::{Apply, Reconciler};
use crate::alarm::Watched;
use crate::callback::Data;
use crate::ledger::{Effect, Intent, Item, Kind, Learned, Note, Thing};
use crate::plan::{Identity, Owner, Plan};
use crate::spec::{AlarmName, EndpointConfigName, EndpointName, NamesInUse, Spec, Tag};

/// The way from what exists to what `apply` asks for.
#[derive(Clone, Copy)]
pub(super) struct Transition<'t> {
    pub(super) apply: &'t Apply<'t>,
    pub(super) plan: &'t Plan,
    pub(super) existing: &'t Existing,
}

/// What the changes made that was not there before.
#[derive(Debug, Default)]
pub(super) struct New {
    config_arn: Option<String>,
    /// The endpoint as it serves now, and when that was seen.
    endpoint: Option<(DescribeEndpointOutput, Instant)>,
}

impl Reconciler {
    /// Moves what exists to what `apply` plans for.
    ///
    /// # Errors
    /// Before the first write for everything that can be seen by describing; later only where AWS refuses a write, a newer
    /// request has come in, or the time is up.
    pub(crate) async fn apply(&self, apply: &Apply<'_>) -> Result<Data, ReconcileError> {
        let (plan, existing, surroundings) = self.plan(apply).await?;
        let given_back = given_back(apply.run, &apply.known_names());
        let changes = decide(&apply.desired(&plan, &apply.dropped_tags()), &given_back, &existing)?;
        self.refuse_silent_queries(changes.iter().map(|(_, change)| change), &plan.alarms).await?;
        let transition = Transition { apply, plan: &plan, existing: &existing };
        let mut new = New::default();
        for stage in changes.chunk_by(|(one, _), (other, _)| one == other) {
            self.carry_out(transition, stage, &mut new).await?;
        }
        let serving = new.endpoint.clone().filter(|(_, seen)| seen.elapsed() <= FRESH).map(|(serving, _)| serving);
        let (made, ()) = tokio::try_join!(
            self.made(apply.spec, &plan, &existing, new),
            self.remove_leftovers(transition, serving.as_ref()),
        )?;
        apply.run.want(planned(&plan));
        if let Some(monitored) = apply.monitored(&plan, surroundings) {
            apply.run.keep_right(monitored);
        }
        Ok(outputs::data(&made, &apply.spec.subject, &self.region, &apply.owner.stack_id))
    }

    /// The attributes of what stands as planned already, for an answer that is given again. Writes nothing.
    ///
    /// # Errors
    /// Where something can't be described.
    pub(crate) async fn attributes(
        &self,
        spec: &Spec,
        identity: &Identity,
        owner: &Owner,
        names: &NamesInUse,
    ) -> Result<Data, ReconcileError> {
        let config = identity.endpoint_config.as_ref().and_then(|config| config.endpoint_config_name());
        let sought = Sought {
            endpoints: identity.endpoint.iter().map(|endpoint| endpoint.name.clone()).collect(),
            endpoint_configs: config.and_then(|name| EndpointConfigName::parse(name).ok()).into_iter().collect(),
            names: names.clone(),
        };
        let learned = Learned::default();
        let (surroundings, existing) = tokio::try_join!(self.surroundings(spec, &learned), self.describe(&sought))?;
        let plan = identity.clone().plan(spec, owner, &surroundings.environment)?;
        let made = self.made(spec, &plan, &existing, New::default()).await?;
        Ok(outputs::data(&made, &spec.subject, &self.region, &owner.stack_id))
    }

    /// Describes what exists under all names that matter, and plans.
    pub(super) async fn plan(&self, apply: &Apply<'_>) -> Result<(Plan, Existing, Surroundings), ReconcileError> {
        let (identity, run) = (apply.identity, apply.run);
        let new_config = identity.endpoint_config.as_ref().and_then(|config| config.endpoint_config_name());
        let new_config = new_config.and_then(|name| EndpointConfigName::parse(name).ok());
        let endpoint = identity.endpoint.as_ref().map(|endpoint| &endpoint.name);
        let sought = Sought {
            endpoints: endpoint.into_iter().chain(apply.abandoned_endpoint()).cloned().collect(),
            endpoint_configs: new_config.iter().chain(apply.earlier_config).cloned().collect(),
            names: apply.names.clone(),
        };
        let record = run.record();
        let sought = sought.and_recorded(&record);
        // A plan depends on some of what is asked, the descriptions on none of it.
        let models = async { Ok(self.refuse_missing_models(apply).await) };
        let learned = apply.learned(&record);
        let (surroundings, mut existing, models) =
            tokio::try_join!(self.surroundings(apply.spec, &learned), self.describe(&sought), models)?;
        existing.note_in(run, &sought, apply.owner);
        if let Some(endpoint) = endpoint {
            self.describe_serving_config(endpoint, &mut existing).await?;
        }
        let before = apply.earlier.and_then(|earlier| earlier.endpoint_name.value.clone());
        let now = apply.spec.monitoring().map(|monitoring| monitoring.endpoint_name.to_string());
        for name in before.into_iter().chain(now) {
            if !run.record().endpoints.iter().any(|known| known.is(&name)) {
                run.note(Note::Endpoint { name });
            }
        }
        let plan = identity.clone().plan(apply.spec, apply.owner, &surroundings.environment)?;
        if new_config.is_some_and(|name| existing.endpoint_config(name.as_str()).is_none()) {
            models?;
        }
        Ok((plan, existing, surroundings))
    }

    /// Carries out the changes of one stage: those of one thing in turn, different things concurrently.
    pub(super) async fn carry_out(
        &self,
        transition: Transition<'_>,
        stage: &[(Stage, Change)],
        new: &mut New,
    ) -> Result<(), ReconcileError> {
        let Transition { apply, plan, existing } = transition;
        let intents: Vec<Intent> = stage.iter().filter_map(|(_, change)| change.intent(&plan.physical_id)).collect();
        let writes_at_once = stage.iter().any(|(_, change)| !matches!(change, Change::Deploy(_)));
        if writes_at_once {
            self.keep_adopted(apply.run, existing, stage.iter().map(|(_, change)| change)).await?;
            apply.run.intend(&intents).await?;
        }
        if stage
            .first()
            .is_some_and(|(stage, _)| matches!(stage, Stage::EndpointConfig | Stage::Guards | Stage::Endpoint))
        {
            for (_, change) in stage {
                self.make_change(transition, change, new).await?;
            }
            return Ok(());
        }
        let mut by_thing: BTreeMap<Thing, Vec<&Change>> = BTreeMap::new();
        for (_, change) in stage {
            by_thing.entry(change.thing()).or_default().push(change);
        }
        // Each is waited for, also when one fails: what was written must not go on being written behind our back.
        let done = join_all(by_thing.into_values().map(|changes| async move {
            for change in changes {
                self.make_change(transition, change, &mut New::default()).await?;
            }
            Ok(())
        }));
        done.await.into_iter().collect()
    }

    async fn make_change(
        &self,
        transition: Transition<'_>,
        change: &Change,
        new: &mut New,
    ) -> Result<(), ReconcileError> {
        let Transition { apply, plan, existing } = transition;
        if let Some(undo) = change.undo() {
            apply.undo.note(undo);
        }
        let run = apply.run;
        let effect = |is_new: bool| if is_new { Effect::Makes } else { Effect::Changes };
        match change {
            Change::CreateEndpointConfig(request) => {
                new.config_arn = Some(self.create_endpoint_config(apply, request, &plan.tags).await?);
            }
            Change::Deploy(endpoint) => {
                let seen = existing.endpoint(&endpoint.name).map(|found| found.content.clone());
                let seen_at = existing.described.unwrap_or_else(Instant::now);
                let (owner, tags, capacity) = (apply.owner, plan.tags.as_slice(), &apply.capacity());
                let rollout = Rollout { endpoint, owner, tags, capacity, run };
                new.endpoint = self.deploy(&rollout, seen, seen_at).await?.map(|serving| (serving, Instant::now()));
            }
            Change::PutDashboard { wanted, before } => {
                self.put_dashboard(run, wanted, &plan.tags, effect(before.is_none())).await?;
                tracing::info!(dashboard = %wanted.name, is_new = before.is_none(), "dashboard put");
            }
            Change::PutAlarm { name, wanted, before } => {
                self.put_alarm(run, name, wanted, &plan.tags, effect(before.is_none())).await?;
                tracing::info!(alarm = %name, is_new = before.is_none(), "alarm put");
            }
            Change::Retag { retag, .. } => {
                self.retag(run, retag).await?;
                let (thing, physical_id) = (retag.thing.clone(), plan.physical_id.clone());
                run.note(Note::Found { thing, identity: None, physical_id });
            }
            Change::RemoveDashboard { before, .. } => self.remove_dashboard(run, &before.name).await?,
            Change::RemoveAlarm { name, .. } => self.remove_alarm(run, name).await?,
            Change::GiveBack(thing) => self.give_back(run, apply.owner, thing).await?,
        }
        Ok(())
    }

    /// Names and ARNs of everything that stands as planned now: as it was found, or as it is described now.
    async fn made(&self, spec: &Spec, plan: &Plan, existing: &Existing, new: New) -> Result<Made, ReconcileError> {
        let serving = new.endpoint.and_then(|(serving, _)| serving.endpoint_arn);
        let mut made = Made { endpoint_arn: serving, ..Made::default() };
        if let Some(name) = plan.endpoint_config.as_ref().and_then(|config| config.endpoint_config_name()) {
            let found = existing.endpoint_config(name).map(|found| found.arn.clone());
            let arn = new.config_arn.or(found).unwrap_or_default();
            made.endpoint_config = Some(Named { name: name.to_owned(), arn });
        }
        if made.endpoint_arn.is_none()
            && let Some(endpoint) = &plan.endpoint
        {
            made.endpoint_arn = existing.endpoint(&endpoint.name).map(|found| found.arn.clone());
        }
        let (dashboard, alarms) =
            tokio::try_join!(self.dashboard_arn(plan, existing), self.alarm_arns(spec, plan, existing))?;
        Ok(Made { dashboard, alarms, ..made })
    }

    async fn dashboard_arn(&self, plan: &Plan, existing: &Existing) -> Result<Option<Named>, ReconcileError> {
        let Some(dashboard) = &plan.dashboard else { return Ok(None) };
        let name = dashboard.name.to_string();
        if let Some(found) = existing.dashboard(&dashboard.name) {
            return Ok(Some(Named { name, arn: found.arn.clone() }));
        }
        let describe = || async { Ok(self.cloudwatch.dashboard(&dashboard.name).await?) };
        let found = self.describe_until_found("the dashboard", describe).await?;
        Ok(Some(Named { name, arn: found.dashboard_arn.unwrap_or_default() }))
    }

    /// The alarms that the spec names, each with its ARN.
    async fn alarm_arns(
        &self,
        spec: &Spec,
        plan: &Plan,
        existing: &Existing,
    ) -> Result<Vec<(Watched, Named)>, ReconcileError> {
        let named = spec.subject.alarms();
        let mut arns: BTreeMap<&AlarmName, String> = BTreeMap::new();
        for (_, name) in &named {
            let planned = plan.alarms.iter().find(|planned| planned.name == **name);
            let found = existing.alarm(name).filter(|found| {
                planned.is_some_and(|planned| planned.request.is_composite() == found.content.is_composite())
            });
            arns.extend(found.map(|found| (*name, found.arn.clone())));
        }
        let new: Vec<&AlarmName> =
            named.iter().map(|(_, name)| *name).filter(|name| !arns.contains_key(name)).collect();
        if !new.is_empty() {
            let all = || async {
                let existing = self.cloudwatch.alarms(&new).await?;
                Ok((existing.len() == new.len()).then_some(existing))
            };
            for alarm in self.describe_until_found("the alarms", all).await? {
                arns.extend(new.iter().find(|name| ***name == alarm.name).map(|name| (*name, alarm.arn)));
            }
        }
        let made = named.into_iter().map(|(watched, name)| {
            let arn = arns.remove(name).unwrap_or_default();
            (watched, Named { name: name.to_string(), arn })
        });
        Ok(made.collect())
    }

    /// Removes endpoints and configs that nothing needs any longer: the config that the endpoint served on before, what a
    /// request left that never succeeded, and what an earlier Delete had to leave.
    async fn remove_leftovers(
        &self,
        transition: Transition<'_>,
        serving: Option<&DescribeEndpointOutput>,
    ) -> Result<(), ReconcileError> {
        let Transition { apply, plan, existing } = transition;
        let (run, record) = (apply.run, apply.run.record());
        let planned_config = plan.endpoint_config.as_ref().and_then(|config| config.endpoint_config_name());
        let planned_endpoint = plan.endpoint.as_ref().map(|endpoint| endpoint.name.as_str());
        let abandoned =
            |item: &Item| apply.abandoned.is_some_and(|abandoned| item.physical_id == abandoned.physical_id);
        let left = |item: &Item| abandoned(item) || record.is_left_over(item);
        let known_names = apply.known_names();
        for item in record.inventory.iter().filter(|item| item.kind == Kind::Endpoint && left(item)) {
            let name = with_real_name(item, &known_names).and_then(|endpoint| EndpointName::parse(&endpoint.name).ok());
            let Some(name) = name.filter(|name| Some(name.as_str()) != planned_endpoint) else { continue };
            match self.describe_endpoint(&name).await? {
                Some(found) if is_owned(&found.tags, apply.owner) => {
                    tracing::info!(endpoint = %name, "removing an endpoint that a failed request left");
                    self.retire(run, &name, found, Instant::now()).await?;
                }
                _ => run.note(Note::Gone(Thing::from(&name))),
            }
        }
        let own = |item: &Item| plan.endpoint.is_some() && item.physical_id == plan.physical_id;
        let configs = record.inventory.iter().filter(|item| item.kind == Kind::EndpointConfig);
        let configs = configs.filter(|item| left(item) || own(item));
        let configs = configs.filter_map(|item| with_real_name(item, &known_names)).map(|config| config.name);
        // An endpoint may have been moved by hand, or named its config by another version's rules.
        let served = plan.endpoint.as_ref().and_then(|endpoint| existing.endpoint(&endpoint.name));
        let served = served.and_then(|found| found.content.endpoint_config_name.clone());
        let mut configs: Vec<String> = configs.chain(served).collect();
        configs.sort();
        configs.dedup();
        for name in configs.iter().filter(|name| Some(name.as_str()) != planned_config) {
            let Ok(name) = EndpointConfigName::parse(name) else { continue };
            let found = match existing.endpoint_config(name.as_str()).filter(|_| existing.is_fresh()) {
                Some(found) => Some(found.tags.clone()),
                None => self.describe_endpoint_config(&name).await?.map(|found| found.tags),
            };
            self.remove_leftover_config(apply, &name, found.as_deref(), serving).await?;
        }
        Ok(())
    }

    async fn remove_leftover_config(
        &self,
        apply: &Apply<'_>,
        name: &EndpointConfigName,
        tags: Option<&[Tag]>,
        serving: Option<&DescribeEndpointOutput>,
    ) -> Result<(), ReconcileError> {
        let run = apply.run;
        if tags.is_some_and(|tags| is_owned(tags, apply.owner)) {
            run.intend(&[]).await?;
            let users: Vec<EndpointName> =
                apply.spec.monitoring().map(|monitoring| monitoring.endpoint_name.clone()).into_iter().collect();
            let seen: Vec<&DescribeEndpointOutput> = serving.into_iter().collect();
            self.remove_endpoint_config(run, name, &users, &[], &seen).await?;
        } else {
            run.note(Note::Gone(Thing::from(name)));
        }
        Ok(())
    }
}

/// Everything that the plan has.
fn planned(plan: &Plan) -> Vec<Thing> {
    let config = plan.endpoint_config.iter().filter_map(|config| config.endpoint_config_name());
    let config = config.map(|name| Thing::new(Kind::EndpointConfig, name));
    let endpoint = plan.endpoint.iter().map(|endpoint| Thing::from(&endpoint.name));
    let dashboard = plan.dashboard.iter().map(|dashboard| Thing::from(&dashboard.name));
    let alarms = plan.alarms.iter().map(|alarm| Thing::from(&alarm.name));
    config.chain(endpoint).chain(dashboard).chain(alarms).collect()
}

impl Apply<'_> {
    pub(super) fn desired<'w>(&'w self, plan: &'w Plan, dropped_tags: &'w [String]) -> Desired<'w> {
        Desired { plan, owner: self.owner, adopts: self.spec.adopt_existing, dropped_tags }
    }

    /// Tag keys that the earlier declaration set.
    fn dropped_tags(&self) -> Vec<String> {
        let earlier = self.earlier.iter().flat_map(|earlier| earlier.config.tags());
        earlier.filter_map(|tag| tag.key.clone()).collect()
    }

    /// Which declared weights and counts are new in this request.
    fn capacity(&self) -> DeclaredCapacity {
        let retains = self.spec.deployment.as_ref().is_some_and(|it| it.retain_all_variant_properties == Some(true));
        let (Some(earlier), Some(config)) = (self.earlier, &self.spec.endpoint_config) else {
            return DeclaredCapacity::default();
        };
        let before = earlier.deployment.as_ref().and_then(|it| it.retain_all_variant_properties);
        let stops_retaining = before != Some(false) && !retains;
        DeclaredCapacity::between(&earlier.config, &config.request, stops_retaining)
    }

    /// Names that the declarations give, by which hidden ones are known again.
    pub(crate) fn known_names(&self) -> Vec<Thing> {
        let identity = self.identity;
        let config = identity.endpoint_config.iter().filter_map(|config| config.endpoint_config_name());
        let config = config.chain(self.earlier_config.map(EndpointConfigName::as_str));
        let endpoint = identity.endpoint.iter().map(|endpoint| &endpoint.name).chain(self.abandoned_endpoint());
        let mut names: Vec<Thing> = config.map(|name| Thing::new(Kind::EndpointConfig, name)).collect();
        names.extend(endpoint.map(Thing::from));
        names.extend(self.names.dashboards.iter().map(Thing::from));
        names.extend(self.names.alarms.iter().map(Thing::from));
        names
    }
}
