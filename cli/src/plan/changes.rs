//! What becomes of each thing that a resource makes: the provider's own decision, together with the requests and the differences.
//!
//! What has been changed by hand since isn't known here.
use std::collections::BTreeMap;

use monitored_endpoint::ledger::Kind;
use monitored_endpoint::plan::{FixedMember, Operation, Owner, Plan, PlannedWidget, Request, RequestError};
use monitored_endpoint::reconcile::{Before, Desired, Fate, Forecast, ReconcileError, forecast};
use monitored_endpoint::spec::EndpointName;
use monitored_endpoint::validation::Valid;
use serde::Serialize;
use thiserror::Error;

use super::difference::{Member, Panels, members, panels};
use super::instances::{Instances, instances};
use crate::explain::measure;

/// What happens to one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Effect {
    /// It is created.
    Create,
    /// It is changed in place.
    Change,
    /// It stays as it is.
    Leave,
    /// It is deleted.
    Remove,
    /// It is no longer declared, and stays all the same.
    Keep,
}

/// One thing, and what happens to it.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) effect: Effect,
    pub(crate) kind: Kind,
    pub(crate) name: String,
    /// What it is, why it changes, and when.
    pub(crate) detail: String,
    /// What differs, where it is changed or takes the place of another.
    pub(crate) members: Vec<Member>,
    pub(crate) panels: Option<Panels>,
    /// What is sent.
    pub(crate) request: Option<Request>,
}

/// Why the changes can't be determined.
#[derive(Debug, Error)]
pub(crate) enum ChangesError {
    /// The provider refuses the request before it changes anything.
    #[error(transparent)]
    Refused(#[from] ReconcileError),
    /// A request can't be written as JSON.
    #[error(transparent)]
    Request(#[from] RequestError),
}

/// The stack as the old file left it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deployed<'s> {
    /// The plans of all resources of ours.
    pub(crate) plans: &'s [&'s Plan],
    /// Endpoints of SageMaker's own resource type.
    pub(crate) native_endpoints: &'s [EndpointName],
}

/// What a Create or an Update of one resource does. `old` is what the same resource declared before.
///
/// # Errors
/// What the provider refuses.
pub(crate) fn changes(
    deployed: Deployed<'_>,
    old: Option<&Valid>,
    new: &Valid,
    owner: &Owner,
    keeps_replaced: bool,
) -> Result<Vec<Change>, ChangesError> {
    let before = Before { plans: deployed.plans, endpoints_of_others: deployed.native_endpoints };
    let dropped: Vec<String> = old.iter().flat_map(|old| &old.spec.tags).map(|tag| tag.key.clone()).collect();
    let desired = Desired { plan: &new.plan, owner, adopts: new.spec.adopt_existing, dropped_tags: &dropped };
    let decided = forecast(before, &desired)?;
    if let Some(fixed) = old.and_then(|old| fixed(old, new)) {
        return Err(ReconcileError::from(fixed).into());
    }
    let mut changes = Vec::new();
    for step in &decided {
        changes.push(decided_change(step, old, new)?);
    }
    changes.extend(old.map(|old| cleared(old, new, keeps_replaced)).unwrap_or_default());
    let is_told = |request: &&Request| changes.iter().any(|change| change.is(kind_of(request), &request.name));
    let left: Vec<&Request> = new.requests.iter().filter(|request| !is_told(request)).collect();
    changes.extend(left.into_iter().map(|request| plain(Effect::Leave, request, String::new())));
    Ok(changes)
}

/// What keeps the stack's own endpoint from moving to the new config: SageMaker refuses it, after the config has been made. (Of an
/// endpoint that is the resource's own, `forecast` has said so.)
fn fixed(old: &Valid, new: &Valid) -> Option<FixedMember> {
    let (was, is) = (&old.spec.monitoring()?.endpoint_name, &new.spec.monitoring()?.endpoint_name);
    let (Some(_), Some(config)) = (&old.plan.endpoint_config, &new.plan.endpoint_config) else { return None };
    FixedMember::between(is.as_str(), &old.variants, config).filter(|_| was == is)
}

/// What a Delete removes, or leaves.
pub(crate) fn removals(old: &Valid, keeps: bool) -> Vec<Change> {
    let effect = if keeps { Effect::Keep } else { Effect::Remove };
    let gone = |request: &Request| {
        let detail = match (keeps, request.operation) {
            (true, _) => "DeletionPolicy is Retain",
            (false, Operation::CreateEndpoint) => "with its instances: requests to it fail from then on",
            (false, _) => "",
        };
        Change { request: None, ..plain(effect, request, detail.to_owned()) }
    };
    // The endpoint first, as the provider does it.
    let (endpoint, others): (Vec<&Request>, Vec<&Request>) =
        old.requests.iter().partition(|request| request.operation == Operation::CreateEndpoint);
    endpoint.into_iter().chain(others).map(gone).collect()
}

fn decided_change(step: &Forecast, old: Option<&Valid>, new: &Valid) -> Result<Change, ChangesError> {
    let request = |valid: &Valid| -> Option<Request> {
        let mut all = valid.requests.iter();
        all.find(|request| kind_of(request) == step.kind && request.name == step.name).cloned()
    };
    let (before, after) = (old.and_then(request), request(new));
    let effect = match step.fate {
        Fate::Created => Effect::Create,
        Fate::Changed | Fate::Retagged => Effect::Change,
        Fate::Removed => Effect::Remove,
    };
    let mut change = Change {
        effect,
        kind: step.kind,
        name: step.name.clone(),
        detail: String::new(),
        members: Vec::new(),
        panels: None,
        request: after.clone().filter(|_| effect != Effect::Remove),
    };
    match (step.kind, step.fate) {
        (_, Fate::Removed) => "last of all".clone_into(&mut change.detail),
        (_, Fate::Retagged) => {
            "its tags".clone_into(&mut change.detail);
            change.members = between(before.as_ref(), after.as_ref(), |_| true);
            change.request = None;
        }
        (Kind::EndpointConfig, _) => of_config(&mut change, after.as_ref(), old, new),
        (Kind::Endpoint, fate) => of_endpoint(&mut change, fate, old, new)?,
        (Kind::Dashboard, Fate::Changed) => {
            change.panels = Some(panels(widgets(old, &step.name), widgets(Some(new), &step.name)));
        }
        (Kind::Dashboard, _) => change.detail = format!("{} panels", widgets(Some(new), &step.name).len()),
        (Kind::Alarm, Fate::Changed) => change.members = between(before.as_ref(), after.as_ref(), |_| true),
        (Kind::Alarm, _) => {
            let planned = new.plan.alarms.iter().find(|alarm| alarm.name.as_str() == step.name);
            change.detail = planned.map(|alarm| measure::condition(&alarm.request).planned()).unwrap_or_default();
        }
    }
    Ok(change)
}

/// A new config: what it serves with, or how it differs from the one whose place it takes.
fn of_config(change: &mut Change, after: Option<&Request>, old: Option<&Valid>, new: &Valid) {
    let Some(replaced) = old.and_then(|old| find(old, Operation::CreateEndpointConfig)) else {
        change.detail = serving(new);
        return;
    };
    change.detail = format!("takes the place of {}", replaced.name);
    change.members = between(Some(replaced), after, |name| name != "Tags" && name != "EndpointConfigName");
}

/// An endpoint that is created, or moves to another config.
fn of_endpoint(change: &mut Change, fate: Fate, old: Option<&Valid>, new: &Valid) -> Result<(), RequestError> {
    if fate == Fate::Created {
        "the stack waits until it is InService".clone_into(&mut change.detail);
        return Ok(());
    }
    let config = |valid: &Valid| valid.plan.endpoint.as_ref().map(|endpoint| endpoint.config.clone());
    let from = old.and_then(config).unwrap_or_else(|| "another config".to_owned());
    let to = config(new).unwrap_or_default();
    change.detail = format!("moves from {from} to {to}, and the stack waits until it serves");
    change.request = new.plan.update_endpoint()?;
    Ok(())
}

/// The widgets of the dashboard that `valid` plans under this name; none where it plans none.
fn widgets<'v>(valid: Option<&'v Valid>, name: &str) -> &'v [PlannedWidget] {
    let is_named = |valid: &&Valid| valid.plan.dashboard.as_ref().is_some_and(|planned| planned.name.as_str() == name);
    valid.filter(is_named).map_or(&[], |valid| &valid.widgets)
}

/// What a new config serves with.
fn serving(new: &Valid) -> String {
    let Some(monitoring) = new.spec.monitoring() else { return String::new() };
    let mut parts: Vec<String> = instances(new, &BTreeMap::new()).iter().map(Instances::what).collect();
    let frequency = monitoring.frequency.seconds();
    parts.push(if monitoring.enhanced_metrics {
        format!("enhanced metrics every {frequency} s")
    } else {
        "no enhanced metrics".to_owned()
    });
    parts.join(", ")
}

/// What an earlier declaration made and CloudFormation or the provider clears away afterwards: configs and endpoints.
fn cleared(old: &Valid, new: &Valid, keeps_replaced: bool) -> Vec<Change> {
    let is_replaced = old.plan.physical_id != new.plan.physical_id;
    let mut gone = Vec::new();
    for operation in [Operation::CreateEndpointConfig, Operation::CreateEndpoint] {
        let Some(request) = find(old, operation) else { continue };
        if find(new, operation).is_some_and(|now| now.name == request.name) {
            continue;
        }
        let (effect, detail) = match (is_replaced, keeps_replaced, operation) {
            (true, true, _) => (Effect::Keep, "UpdateReplacePolicy is Retain"),
            (true, false, Operation::CreateEndpoint) => (
                Effect::Remove,
                "in CloudFormation's cleanup, once the stack's update has succeeded; its models go with it",
            ),
            (true, false, _) => (Effect::Remove, "in CloudFormation's cleanup, once the stack's update has succeeded"),
            (false, ..) => (Effect::Remove, "once the endpoint serves on the new one"),
        };
        gone.push(Change { request: None, ..plain(effect, request, detail.to_owned()) });
    }
    gone
}

impl Change {
    /// `endpoint config`, `endpoint`, `dashboard` or `alarm`.
    pub(crate) fn what(&self) -> &'static str {
        match self.kind {
            Kind::EndpointConfig => "endpoint config",
            Kind::Endpoint => "endpoint",
            Kind::Dashboard => "dashboard",
            Kind::Alarm => "alarm",
        }
    }

    fn is(&self, kind: Kind, name: &str) -> bool {
        self.kind == kind && self.name == name && !matches!(self.effect, Effect::Remove | Effect::Keep)
    }
}

fn plain(effect: Effect, request: &Request, detail: String) -> Change {
    Change {
        effect,
        kind: kind_of(request),
        name: request.name.clone(),
        detail,
        members: Vec::new(),
        panels: None,
        request: None,
    }
}

/// How two requests differ in the members that count.
fn between(before: Option<&Request>, after: Option<&Request>, counts: impl Fn(&str) -> bool) -> Vec<Member> {
    let content = |request: Option<&Request>| {
        let mut input = request.map(|request| request.input.clone()).unwrap_or_default();
        if let Some(members) = input.as_object_mut() {
            members.retain(|name, _| counts(name));
        }
        input
    };
    members(&content(before), &content(after))
}

fn find(valid: &Valid, operation: Operation) -> Option<&Request> {
    valid.requests.iter().find(|request| request.operation == operation)
}

fn kind_of(request: &Request) -> Kind {
    match request.operation {
        Operation::CreateEndpointConfig => Kind::EndpointConfig,
        Operation::CreateEndpoint | Operation::UpdateEndpoint => Kind::Endpoint,
        Operation::PutDashboard => Kind::Dashboard,
        Operation::PutMetricAlarm | Operation::PutCompositeAlarm => Kind::Alarm,
    }
}
