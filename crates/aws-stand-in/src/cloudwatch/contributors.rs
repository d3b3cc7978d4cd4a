//! `DescribeAlarmContributors`: which series of an alarm are in ALARM now
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmContributors.html>). An alarm on one series
//! has none to name.

use crate::cloudwatch::Context;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Deserialize;
use serde_json::{Value, json};

use super::read;
use crate::{clock::timestamp, error::ServiceError, page};
use metric_math::evaluation::{
    Reading,
    alarm::{Contributor, MetricAlarm},
};

const PAGE: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DescribeAlarmContributors {
    alarm_name: String,
    next_token: Option<String>,
}

pub(super) fn list(context: &Context<'_>, request: &Value) -> Result<Value, ServiceError> {
    let wanted: DescribeAlarmContributors = read(request)?;
    let Some(alarm) = context.state.alarms.get(&wanted.alarm_name) else {
        let message = format!("Alarm {} does not exist", wanted.alarm_name);
        return Err(ServiceError::new(404, "ResourceNotFoundException", message));
    };
    let now = timestamp(context.clock.now());
    let read = MetricAlarm::read(&alarm.declared());
    let in_alarm = read.and_then(|alarm| alarm.in_alarm(&context.state.store, Reading::default(), now));
    let named: Vec<Contributor> =
        in_alarm.unwrap_or_default().into_iter().filter(|one| !one.attributes.is_empty()).collect();
    let page =
        page::cut("contributors", named, wanted.next_token.as_deref(), PAGE).map_err(|_| super::invalid_token())?;
    let shown: Vec<Value> = page.items.iter().map(shown).collect();
    Ok(page::answer(json!({ "AlarmContributors": shown }), page.next))
}

fn shown(contributor: &Contributor) -> Value {
    let mut hasher = DefaultHasher::new();
    contributor.attributes.hash(&mut hasher);
    json!({
        "ContributorId": format!("{:016x}", hasher.finish()),
        "ContributorAttributes": contributor.attributes,
        "StateReason": "Evaluated by the stand-in over its simulated fleet",
    })
}
