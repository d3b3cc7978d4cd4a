//! Which resources watch which endpoints, from the request ledger: for the panel over a fleet, which only reads.

use super::inventory::Kind;
use super::record::{Record, ThingName};
use crate::aws::{Fault, RequestTable};
use crate::plan::Owner;

/// A resource of a stack that has a dashboard or an alarm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watcher {
    /// The stack's name.
    pub stack: String,
    /// The resource's name in its template.
    pub logical_id: String,
}

impl From<Owner> for Watcher {
    fn from(owner: Owner) -> Self {
        let stack = if owner.stack_name().is_empty() { &owner.stack_id } else { owner.stack_name() };
        Self { stack: stack.to_owned(), logical_id: owner.logical_id }
    }
}

/// The resources of a request table that have a dashboard or an alarm, each with the endpoints that it may watch.
#[derive(Clone, Debug, Default)]
pub struct Watchers(Vec<(Watcher, Vec<ThingName>)>);

impl Watchers {
    /// Reads all records of a table. What is no record, or another version's, is skipped.
    ///
    /// IAM action: `dynamodb:Scan`.
    ///
    /// # Errors
    /// Where the table can't be read.
    pub async fn read(table: &RequestTable) -> Result<Self, Fault> {
        let all = table.all().await.map_err(|error| error.fault().clone())?;
        let watchers = all.into_iter().filter_map(|(resource, stored)| {
            let owner = Owner::of_key(&resource)?;
            let record: Record = serde_json::from_str(&stored.record).ok()?;
            let has_monitoring = record.inventory.iter().any(|item| matches!(item.kind, Kind::Dashboard | Kind::Alarm));
            has_monitoring.then(|| (Watcher::from(owner), record.watched()))
        });
        Ok(Self(watchers.collect()))
    }

    /// The resource that watches the endpoint of this name.
    #[must_use]
    pub fn of(&self, endpoint: &str) -> Option<&Watcher> {
        let watches = |names: &[ThingName]| names.iter().any(|name| name.is(endpoint));
        self.0.iter().find(|(_, names)| watches(names)).map(|(watcher, _)| watcher)
    }
}

/// Watchers with the endpoint that each watches, where that is known without a table.
impl FromIterator<(Watcher, String)> for Watchers {
    fn from_iter<I: IntoIterator<Item = (Watcher, String)>>(known: I) -> Self {
        Self(known.into_iter().map(|(watcher, endpoint)| (watcher, vec![ThingName::shown(&endpoint)])).collect())
    }
}

impl Record {
    /// The endpoint that the newest answer which counts was about. Where its attributes were kept out of sight, those that any
    /// request was about.
    fn watched(&self) -> Vec<ThingName> {
        let answers = self.requests.iter().rev().filter_map(|request| request.answer.as_ref());
        let newest = answers.filter(|answer| answer.is_relied_on()).find_map(|answer| answer.data.as_ref());
        match newest {
            Some(data) => data.get("EndpointName").map(|name| ThingName::shown(name)).into_iter().collect(),
            None => self.endpoints.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_newest_answer_says_which_endpoint_is_watched() {
        let answered = |id: &str, endpoint: &str| {
            json!({
                "id": id, "request_type": "Update", "deployment": {},
                "answer": {"success": true, "physical_id": "d", "data": {"EndpointName": endpoint}},
            })
        };
        let record = json!({
            "requests": [answered("1", "chat"), answered("2", "talk")],
            "inventory": [], "known_ids": [], "endpoints": ["chat", "talk"],
        });
        let record: Record = serde_json::from_value(record).unwrap();
        assert_eq!(record.watched(), [ThingName::shown("talk")]);
        let hidden = json!({"requests": [], "inventory": [], "known_ids": [], "endpoints": ["chat"]});
        let hidden: Record = serde_json::from_value(hidden).unwrap();
        assert_eq!(hidden.watched(), [ThingName::shown("chat")]);
    }
}
