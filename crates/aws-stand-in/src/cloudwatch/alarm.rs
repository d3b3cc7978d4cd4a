//! Alarms and their operations. What `PutMetricAlarm` refuses is in `alarm_rules`.
//! Once a fleet is simulated they are evaluated whenever somebody looks, for every minute that has passed; until then
//! they keep the state CloudWatch gives a new one.
//! See <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html>.

use crate::cloudwatch::Context;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{TagPair, alarm_arn, alarm_rules, invalid, invalid_token, merge_tags, read};
use crate::{
    clock::{Millis, epoch_seconds, timestamp},
    config::Config,
    error::ServiceError,
    page,
    tag::Tags,
};
use metric_math::{
    evaluation::{
        Data,
        alarm::{AlarmRule, AlarmState, MetricAlarm},
    },
    telemetry::MetricStore,
};

const DEFAULT_PAGE: usize = 50;
const MOST_DELETED: usize = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Metric,
    Composite,
}

impl Kind {
    /// The name in `AlarmTypes`.
    fn name(self) -> &'static str {
        match self {
            Self::Metric => "MetricAlarm",
            Self::Composite => "CompositeAlarm",
        }
    }
}

#[derive(Debug)]
pub(super) struct Alarm {
    kind: Kind,
    name: String,
    /// The request that made it, without its tags and with the defaults filled in.
    declared: Map<String, Value>,
    state: &'static str,
    reason: &'static str,
    updated: Millis,
    /// When the state changed.
    changed: Millis,
    evaluated: Millis,
    tags: Tags,
}

impl Alarm {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn tags(&self) -> &Tags {
        &self.tags
    }

    pub(super) fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }

    /// The request that made it.
    pub(super) fn declared(&self) -> Value {
        Value::Object(self.declared.clone())
    }

    pub(super) fn describe(&self, config: &Config) -> Value {
        let (updated, changed) = (epoch_seconds(self.updated), epoch_seconds(self.changed));
        let mut described = self.declared.clone();
        described.extend([
            ("AlarmArn".to_owned(), alarm_arn(config, &self.name).into()),
            ("AlarmConfigurationUpdatedTimestamp".to_owned(), updated.into()),
            ("StateValue".to_owned(), self.state.into()),
            ("StateReason".to_owned(), self.reason.into()),
            ("StateUpdatedTimestamp".to_owned(), changed.into()),
            ("StateTransitionedTimestamp".to_owned(), changed.into()),
        ]);
        Value::Object(described)
    }

    fn text(&self, member: &str) -> &str {
        self.declared.get(member).and_then(Value::as_str).unwrap_or_default()
    }

    fn has_action(&self, prefix: &str) -> bool {
        ["AlarmActions", "OKActions", "InsufficientDataActions"]
            .iter()
            .filter_map(|list| self.declared.get(*list)?.as_array())
            .flatten()
            .any(|action| action.as_str().is_some_and(|action| action.starts_with(prefix)))
    }
}

pub(super) fn put(context: &mut Context<'_>, request: &Value) -> Result<Value, ServiceError> {
    let checked: alarm_rules::MetricAlarmRequest = read(request)?;
    alarm_rules::check(&checked).map_err(invalid)?;
    let state = if checked.is_promql() { "OK" } else { "INSUFFICIENT_DATA" };
    store(context, Kind::Metric, request, state)
}

/// Keeps a request as an alarm. It replaces everything about one of that name but its tags and state.
pub(super) fn store(
    context: &mut Context<'_>,
    kind: Kind,
    request: &Value,
    state: &'static str,
) -> Result<Value, ServiceError> {
    let mut declared = request.as_object().cloned().unwrap_or_default();
    declared.retain(|_, value| !value.is_null());
    let tags_sent = |keys: &str| request.pointer(&format!("/ActionConfiguration/AlarmTagsPropagation/{keys}"));
    if ["IncludedTagKeys", "ExcludedTagKeys"].iter().all(|keys| tags_sent(keys).is_some_and(|keys| !keys.is_null())) {
        return Err(invalid("IncludedTagKeys and ExcludedTagKeys cannot both be specified."));
    }
    let tags: Vec<TagPair> = declared.remove("Tags").map_or(Ok(Vec::new()), |tags| read(&tags))?;
    let name = declared.get("AlarmName").and_then(Value::as_str).unwrap_or_default().to_owned();
    declared.entry("ActionsEnabled").or_insert(true.into());
    for list in ["OKActions", "AlarmActions", "InsufficientDataActions"] {
        declared.entry(list).or_insert(json!([]));
    }
    let updated = context.clock.now();
    let (state, reason, changed, tags) = match context.state.alarms.get(&name) {
        Some(existing) if existing.kind != kind => {
            return Err(invalid(format!("An alarm of another type has the name {name}.")));
        }
        // Tags of a request count only when it makes the alarm.
        Some(existing) => (existing.state, existing.reason, existing.changed, existing.tags.clone()),
        None => {
            let tags = merge_tags(&Tags::new(), tags).map_err(|error| invalid(error.to_string()))?;
            (state, "Unchecked: Initial alarm creation", updated, tags)
        }
    };
    let alarm = Alarm { kind, name: name.clone(), declared, state, reason, updated, changed, evaluated: updated, tags };
    context.state.alarms.insert(name, alarm);
    Ok(json!({}))
}

/// Evaluates every alarm at each time that was due since the last look. One that can't be evaluated, such as a `PromQL`
/// alarm, keeps its state.
pub(super) fn evaluate(alarms: &mut BTreeMap<String, Alarm>, store: &MetricStore, config: &Config, now: Millis) {
    for alarm in alarms.values_mut().filter(|alarm| alarm.kind == Kind::Metric) {
        alarm.catch_up(store, now);
    }
    let states: BTreeMap<String, AlarmState> = alarms
        .values()
        .flat_map(|alarm| [alarm.name.clone(), alarm_arn(config, &alarm.name)].map(|name| (name, alarm.state())))
        .collect();
    let state_of = |name: &str| states.get(name).copied().unwrap_or_default();
    for alarm in alarms.values_mut().filter(|alarm| alarm.kind == Kind::Composite) {
        if let Ok(rule) = AlarmRule::read(alarm.text("AlarmRule")) {
            let state = if rule.holds(&state_of) { AlarmState::Alarm } else { AlarmState::Ok };
            alarm.go_to(state, now);
        }
    }
}

impl Alarm {
    fn state(&self) -> AlarmState {
        let all = [AlarmState::Ok, AlarmState::Alarm, AlarmState::InsufficientData];
        all.into_iter().find(|state| state.name() == self.state).unwrap_or_default()
    }

    fn go_to(&mut self, state: AlarmState, at: Millis) {
        if state.name() != self.state {
            self.state = state.name();
            self.reason = "Evaluated by the stand-in over its simulated fleet";
            self.changed = at;
        }
    }

    fn catch_up(&mut self, store: &MetricStore, now: Millis) {
        let Ok(metric_alarm) = MetricAlarm::read(&self.declared()) else { return };
        let interval = u64::try_from(metric_alarm.interval()).unwrap_or(60_000);
        let mut at = (self.evaluated / interval + 1) * interval;
        while at <= now {
            let age = timestamp(at.saturating_sub(self.updated));
            let due = metric_alarm.is_warm(Data::of(store), timestamp(at), age);
            if due == Ok(true)
                && let Ok(state) = metric_alarm.evaluate(Data::of(store), timestamp(at), self.state())
            {
                self.go_to(state, at);
            }
            self.evaluated = at;
            at += interval;
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DescribeAlarms {
    alarm_names: Option<Vec<String>>,
    alarm_name_prefix: Option<String>,
    alarm_types: Option<Vec<String>>,
    children_of_alarm_name: Option<String>,
    parents_of_alarm_name: Option<String>,
    state_value: Option<String>,
    action_prefix: Option<String>,
    max_records: Option<usize>,
    next_token: Option<String>,
}

impl DescribeAlarms {
    fn finds(&self, alarm: &Alarm) -> bool {
        let of_type = match &self.alarm_types {
            // Without types, metric alarms alone are returned.
            None => alarm.kind == Kind::Metric,
            Some(types) => types.iter().any(|one| one == alarm.kind.name()),
        };
        of_type
            && self.alarm_names.as_ref().is_none_or(|names| names.contains(&alarm.name))
            && self.alarm_name_prefix.as_ref().is_none_or(|prefix| alarm.name.starts_with(prefix))
            && self.state_value.as_ref().is_none_or(|state| state == alarm.state)
            && self.action_prefix.as_ref().is_none_or(|prefix| alarm.has_action(prefix))
    }
}

pub(super) fn list(context: &Context<'_>, request: &Value) -> Result<Value, ServiceError> {
    let wanted: DescribeAlarms = read(request)?;
    if wanted.alarm_names.is_some() && wanted.alarm_name_prefix.is_some() {
        return Err(invalid("AlarmNamePrefix cannot be specified together with AlarmNames."));
    }
    if wanted.children_of_alarm_name.is_some() || wanted.parents_of_alarm_name.is_some() {
        return Err(invalid("ChildrenOfAlarmName and ParentsOfAlarmName are not served by this stand-in."));
    }
    let found: Vec<_> = context.state.alarms.values().filter(|alarm| wanted.finds(alarm)).collect();
    let size = wanted.max_records.unwrap_or(DEFAULT_PAGE);
    let page = page::cut("alarms", found, wanted.next_token.as_deref(), size).map_err(|_| invalid_token())?;
    let of_kind = |kind| -> Vec<_> {
        page.items.iter().filter(|alarm| alarm.kind == kind).map(|alarm| alarm.describe(context.config)).collect()
    };
    let output = json!({
        "MetricAlarms": of_kind(Kind::Metric),
        "CompositeAlarms": of_kind(Kind::Composite),
        "LogAlarms": [],
    });
    Ok(page::answer(output, page.next))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DeleteAlarms {
    alarm_names: Vec<String>,
}

/// Names of alarms that don't exist are passed over.
pub(super) fn delete(context: &mut Context<'_>, request: &Value) -> Result<Value, ServiceError> {
    let DeleteAlarms { alarm_names: names } = read(request)?;
    let alarms = &mut context.state.alarms;
    let composite = names.iter().filter(|name| alarms.get(*name).is_some_and(|one| one.kind == Kind::Composite));
    if composite.count() > 1 || names.len() > MOST_DELETED {
        return Err(invalid("At most 100 alarms can be deleted at once, among them at most one composite alarm."));
    }
    for name in &names {
        let arn = alarm_arn(context.config, name);
        let user = alarms.values().find(|alarm| {
            alarm.kind == Kind::Composite
                && !names.contains(&alarm.name)
                && super::composite_alarm::named(alarm.text("AlarmRule"))
                    .iter()
                    .any(|used| used == name || *used == arn)
        });
        if let Some(user) = user {
            return Err(invalid(format!(
                "Cannot delete {name} as there are composite alarm(s) depending on it: {}",
                user.name
            )));
        }
    }
    alarms.retain(|name, _| !names.contains(name));
    Ok(json!({}))
}
