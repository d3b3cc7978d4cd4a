//! What an Update does, from two plans of one resource: what it makes, changes, replaces, removes and leaves.
//!
//! Compared are the requests. What has changed by itself since (a dashboard edited by hand, tags) isn't known here.

use monitored_endpoint::envelope::ResourceType;
use monitored_endpoint::plan::{Request, RequestError};
use serde::Serialize;
use serde_json::Value;

use crate::judgement::Valid;

/// What happens to one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Effect {
    /// It is made.
    Create,
    /// It is changed in place.
    Change,
    /// It stays as it is.
    Leave,
    /// It goes.
    Remove,
    /// The Update fails with this.
    Refuse,
}

impl Effect {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Change => "change",
            Self::Leave => "leave",
            Self::Remove => "remove",
            Self::Refuse => "refuse",
        }
    }
}

/// One thing, and what happens to it.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) effect: Effect,
    /// `endpoint config`, `endpoint`, `dashboard` or `alarm`.
    pub(crate) what: &'static str,
    pub(crate) name: String,
    /// Why, and when.
    pub(crate) detail: String,
    /// What is sent.
    pub(crate) request: Option<Request>,
}

/// What an Update from one declaration to the other does.
///
/// # Errors
/// Where a request can't be written as JSON.
pub(crate) fn changes(resource_type: ResourceType, old: &Valid, new: &Valid) -> Result<Vec<Change>, RequestError> {
    let mut changes = Vec::new();
    changes.extend(endpoint_config(resource_type, old, new));
    changes.extend(endpoint(old, new)?);
    for (operation, what) in
        [("PutDashboard", "dashboard"), ("PutMetricAlarm", "alarm"), ("PutCompositeAlarm", "alarm")]
    {
        monitoring(operation, what, old, new, &mut changes);
    }
    Ok(changes)
}

fn endpoint_config(resource_type: ResourceType, old: &Valid, new: &Valid) -> Vec<Change> {
    const WHAT: &str = "endpoint config";
    const OPERATION: &str = "CreateEndpointConfig";
    let (Some(before), Some(after)) = (find(old, OPERATION), find(new, OPERATION)) else { return Vec::new() };
    if name(before) == name(after) {
        if content(before) != content(after) {
            let detail = "EndpointConfigName is fixed, and a config can't change under its name: give EndpointConfigNamePrefix \
                          instead, or another name";
            return vec![change(Effect::Refuse, WHAT, name(after), detail, None)];
        }
        return vec![left(WHAT, before, after)];
    }
    let gone = if resource_type == ResourceType::MonitoredEndpoint {
        "when the endpoint serves on the new one"
    } else {
        "in CloudFormation's cleanup, after the stack's own endpoint has moved"
    };
    let detail = format!("its content differs from {}'s", name(before));
    vec![
        change(Effect::Create, WHAT, name(after), &detail, Some(after)),
        change(Effect::Remove, WHAT, name(before), gone, None),
    ]
}

fn endpoint(old: &Valid, new: &Valid) -> Result<Vec<Change>, RequestError> {
    const WHAT: &str = "endpoint";
    let (Some(before), Some(after)) = (&old.plan.endpoint, &new.plan.endpoint) else { return Ok(Vec::new()) };
    let (was, is) = (before.name.to_string(), after.name.to_string());
    if was != is {
        let request = find(new, "CreateEndpoint");
        return Ok(vec![
            change(Effect::Create, WHAT, &is, "another name is another endpoint", request),
            change(Effect::Remove, WHAT, &was, "in CloudFormation's cleanup, after the stack update", None),
        ]);
    }
    if before.config == after.config {
        return Ok(vec![change(Effect::Leave, WHAT, &is, &tags_in_words(old, new), None)]);
    }
    let detail = format!("moves from {} to {}, and is waited for", before.config, after.config);
    let request = new.plan.update_endpoint()?;
    Ok(vec![change(Effect::Change, WHAT, &is, &detail, request.as_ref())])
}

fn monitoring(operation: &'static str, what: &'static str, old: &Valid, new: &Valid, changes: &mut Vec<Change>) {
    let all = |valid: &'_ Valid| -> Vec<Request> {
        valid.requests.iter().filter(|request| request.operation == operation).cloned().collect()
    };
    let (before, after) = (all(old), all(new));
    for wanted in &after {
        let Some(existing) = before.iter().find(|existing| name(existing) == name(wanted)) else {
            changes.push(change(Effect::Create, what, name(wanted), "", Some(wanted)));
            continue;
        };
        let differs = differing(existing, wanted);
        changes.push(if differs.is_empty() {
            left(what, existing, wanted)
        } else {
            change(Effect::Change, what, name(wanted), &format!("differs in {}", differs.join(", ")), Some(wanted))
        });
    }
    for existing in before.iter().filter(|existing| !after.iter().any(|wanted| name(wanted) == name(existing))) {
        changes.push(change(Effect::Remove, what, name(existing), "in the same update, last of all", None));
    }
}

/// The members in which two requests differ, tags apart.
fn differing(before: &Request, after: &Request) -> Vec<String> {
    let (before, after) = (content(before), content(after));
    let members = |value: &Value| value.as_object().map(|members| members.keys().cloned().collect::<Vec<_>>());
    let mut names: Vec<String> = [&before, &after]
        .into_iter()
        .filter_map(members)
        .flatten()
        .filter(|name| before[name] != after[name])
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn left(what: &'static str, before: &Request, after: &Request) -> Change {
    let tags = if before.input["Tags"] == after.input["Tags"] { "" } else { "its tags are set anew" };
    change(Effect::Leave, what, name(after), tags, None)
}

fn tags_in_words(old: &Valid, new: &Valid) -> String {
    if old.plan.tags == new.plan.tags { String::new() } else { "its tags are set anew".to_owned() }
}

fn find<'v>(valid: &'v Valid, operation: &str) -> Option<&'v Request> {
    valid.requests.iter().find(|request| request.operation == operation)
}

fn content(request: &Request) -> Value {
    let mut input = request.input.clone();
    if let Some(members) = input.as_object_mut() {
        members.remove("Tags");
    }
    input
}

fn name(request: &Request) -> &str {
    let member = match request.operation {
        "CreateEndpointConfig" => "EndpointConfigName",
        "PutDashboard" => "DashboardName",
        "PutMetricAlarm" | "PutCompositeAlarm" => "AlarmName",
        _ => "EndpointName",
    };
    request.input.get(member).and_then(Value::as_str).unwrap_or_default()
}

fn change(effect: Effect, what: &'static str, name: &str, detail: &str, request: Option<&Request>) -> Change {
    Change { effect, what, name: name.to_owned(), detail: detail.to_owned(), request: request.cloned() }
}
