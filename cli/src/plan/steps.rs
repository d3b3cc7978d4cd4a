//! What becomes of each resource between two files, paired by logical id as CloudFormation pairs them.
use cloudformation_template::Stack;
use monitored_endpoint::plan::Plan;
use monitored_endpoint::reconcile::reason;
use monitored_endpoint::spec::EndpointName;
use monitored_endpoint::template::NativeEndpoint;
use monitored_endpoint::validation::{Valid, Validation, owner};
use serde::Serialize;

use super::changes::{Change, ChangesError, Deployed, Effect, changes, removals};
use crate::subject::{Subject, undecided};

/// What becomes of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Action {
    Create,
    /// It is changed, and keeps its `Ref`.
    Update,
    /// It gets another `Ref`, and what had the old one goes.
    Replace,
    /// Nothing differs.
    Nothing,
    Delete,
    /// It is no longer declared, and its `DeletionPolicy` keeps what it made.
    Keep,
    /// The stack's update fails.
    Refuse,
    /// It has problems, or can't be validated.
    Unknown,
}

/// One resource's step.
#[derive(Debug)]
pub(crate) struct Step<'s> {
    pub(crate) action: Action,
    pub(crate) before: Option<&'s Validation>,
    pub(crate) after: Option<&'s Validation>,
    pub(crate) changes: Vec<Change>,
    /// Why the update fails.
    pub(crate) refused: Option<String>,
    /// What else to know.
    pub(crate) remarks: Vec<String>,
}

impl<'s> Step<'s> {
    fn new(action: Action, before: Option<&'s Validation>, after: Option<&'s Validation>) -> Self {
        Self { action, before, after, changes: Vec::new(), refused: None, remarks: Vec::new() }
    }

    fn refused(self, why: String) -> Self {
        Self { action: Action::Refuse, refused: Some(why), changes: Vec::new(), ..self }
    }

    /// The resource, as it is declared last.
    pub(crate) fn resource(&self) -> Option<&'s Validation> {
        self.after.or(self.before)
    }
}

/// The steps from `old`, where there is any, to `new`.
///
/// # Errors
/// Where a request can't be written as JSON.
pub(crate) fn steps<'s>(
    old: Option<&'s Subject>,
    new: &'s Subject,
    stack: &Stack,
) -> Result<Vec<Step<'s>>, ChangesError> {
    let valid = |validation: &'s Validation| validation.valid.as_deref();
    let plans: Vec<&Plan> =
        old.iter().flat_map(|old| &old.validations).filter_map(valid).map(|valid| &valid.plan).collect();
    let names = old.iter().flat_map(|old| &old.native_endpoints).filter_map(NativeEndpoint::name);
    let names: Vec<EndpointName> = names.filter_map(|name| EndpointName::parse(name).ok()).collect();
    let deployed = Deployed { plans: &plans, native_endpoints: &names };
    let mut steps = Vec::new();
    for after in &new.validations {
        let before = old.and_then(|old| old.validations.iter().find(|before| before.logical_id == after.logical_id));
        let mut step = step(deployed, old, before, after, stack)?;
        step.remarks.extend(old.and_then(|old| moving_over(old, new, after)));
        steps.push(step);
    }
    for before in old.iter().flat_map(|old| &old.validations) {
        if new.validations.iter().any(|after| after.logical_id == before.logical_id) {
            continue;
        }
        steps.push(gone(before, new));
    }
    renamed(&mut steps);
    Ok(steps)
}

fn step<'s>(
    deployed: Deployed<'_>,
    old: Option<&'s Subject>,
    before: Option<&'s Validation>,
    after: &'s Validation,
    stack: &Stack,
) -> Result<Step<'s>, ChangesError> {
    let id = &after.logical_id;
    let new_type = after.resource_type.to_string();
    let old_type = old.and_then(|old| old.types.get(id)).filter(|old_type| **old_type != new_type);
    if let Some(old_type) = old_type {
        let why = format!(
            "{id} was a resource of type {old_type}, and CloudFormation refuses another Type under the same logical id; give this \
             one a logical id of its own (docs/moving-over.md)"
        );
        return Ok(Step::new(Action::Refuse, before, Some(after)).refused(why));
    }
    let Some(valid) = after.valid.as_deref() else { return Ok(Step::new(Action::Unknown, before, Some(after))) };
    let earlier = before.and_then(|before| before.valid.as_deref());
    if let (Some(before), None) = (before, earlier) {
        let why = format!(
            "the old declaration of {id} can't be planned: {}{}",
            before.reason(),
            undecided(before).join(". ")
        );
        return Ok(Step { remarks: vec![why], ..Step::new(Action::Unknown, Some(before), Some(after)) });
    }
    let owner = owner(stack, id);
    let step = Step::new(Action::Create, before, Some(after));
    let keeps_replaced = before.is_some_and(|before| before.policies.keeps_replaced);
    let changes = match changes(deployed, earlier, valid, &owner, keeps_replaced) {
        Ok(changes) => changes,
        Err(ChangesError::Refused(error)) => return Ok(step.refused(reason(&error))),
        Err(error) => return Err(error),
    };
    let action = match earlier {
        None => Action::Create,
        Some(earlier) if earlier.plan.physical_id != valid.plan.physical_id => Action::Replace,
        Some(_) if changes.iter().all(|change| change.effect == Effect::Leave) => Action::Nothing,
        Some(_) => Action::Update,
    };
    let remarks = earlier.and_then(|earlier| another_endpoint(earlier, valid)).into_iter().collect();
    Ok(Step { action, changes, remarks, ..step })
}

/// What a new endpoint under another name means for whoever calls the old one.
fn another_endpoint(old: &Valid, new: &Valid) -> Option<String> {
    let (before, after) = (old.plan.endpoint.as_ref()?, new.plan.endpoint.as_ref()?);
    let (before, after) = (&before.name, &after.name);
    (before != after).then(|| {
        format!(
            "both endpoints run until the update has succeeded; callers have to change from {before} to {after} by then"
        )
    })
}

fn gone<'s>(before: &'s Validation, new: &Subject) -> Step<'s> {
    let keeps = before.policies.keeps_deleted;
    let action = if keeps { Action::Keep } else { Action::Delete };
    let mut step = Step::new(action, Some(before), None);
    if let Some(valid) = before.valid.as_deref() {
        step.changes = removals(valid, keeps);
    }
    // The type has changed to one that isn't ours.
    if let Some(new_type) = new.types.get(&before.logical_id) {
        let why = format!(
            "{} was a {} and is to be a {new_type}: CloudFormation refuses another Type under the same logical id; give the new \
             resource a logical id of its own",
            before.logical_id, before.resource_type
        );
        return step.refused(why);
    }
    step
}

/// The native endpoint that goes over to a config of ours, with the config that it leaves.
fn moving_over(old: &Subject, new: &Subject, after: &Validation) -> Option<String> {
    let endpoint = new.native_endpoints.iter().find(|endpoint| endpoint.config.as_ref() == Some(&after.logical_id))?;
    let before = old.native_endpoints.iter().find(|before| before.logical_id == endpoint.logical_id)?;
    let config = before.config.as_ref().filter(|config| **config != after.logical_id)?;
    let id = &endpoint.logical_id;
    if endpoint.name() != before.name() {
        return Some(format!(
            "{id} gets another EndpointName, so that CloudFormation replaces the endpoint instead of moving it"
        ));
    }
    let leaves =
        if new.types.contains_key(config) { "stays declared" } else { "is deleted once the update has succeeded" };
    Some(format!(
        "moving over: {id} is updated from {config} to {} and keeps its name and ARN; {config} {leaves}",
        after.logical_id
    ))
}

/// Says of a resource that is made under another logical id what CloudFormation makes of it.
fn renamed(steps: &mut [Step<'_>]) {
    let ids = |step: &Step<'_>| -> Option<(String, Vec<String>)> {
        let resource = step.resource()?;
        Some((resource.logical_id.clone(), names(resource.valid.as_deref()?)))
    };
    let gone: Vec<(String, Vec<String>)> = steps.iter().filter(|step| step.after.is_none()).filter_map(ids).collect();
    for step in steps.iter_mut().filter(|step| step.before.is_none()) {
        let Some((new_id, names)) = ids(step) else { continue };
        let Some((old_id, _)) = gone.iter().find(|(_, theirs)| theirs.iter().any(|name| names.contains(name))) else {
            continue;
        };
        step.remarks.push(format!(
            "{new_id} has names that {old_id} has now. CloudFormation doesn't rename: it creates {new_id} while everything of {old_id} still \
             exists, and deletes {old_id} afterwards. Keep the logical id {old_id}, or give {new_id} other names"
        ));
    }
}

/// The names that a declaration makes, but for the config's, which follows from the logical id.
fn names(valid: &Valid) -> Vec<String> {
    let endpoint = valid.plan.endpoint.iter().map(|endpoint| endpoint.name.to_string());
    let dashboard = valid.plan.dashboard.iter().map(|dashboard| dashboard.name.to_string());
    endpoint.chain(dashboard).chain(valid.plan.alarms.iter().map(|alarm| alarm.name.to_string())).collect()
}
