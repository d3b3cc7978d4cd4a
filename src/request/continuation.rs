//! What one run of the provider leaves to the next, when an endpoint takes longer than a Lambda lives.
//!
//! The next run gets the same event, and how often it has been handed over. Everything else that it must know is in the
//! request ledger; where that is in memory only, the record goes with the event.

use std::time::{Duration, SystemTime};

use crate::ledger::Record;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

/// The member of an event that carries it.
const MEMBER: &str = "MonitoredEndpointContinuation";

/// Lambda stops a chain of one function's invocations of itself after about 16, without a word to anybody
/// (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html>). Five of 14 minutes fill CloudFormation's
/// hour.
pub const MAX_HOPS: u32 = 14;

/// What goes with the event.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub struct Continuation {
    /// When the first run started, in milliseconds since 1970.
    pub started_at_ms: u64,
    /// How often the request has been handed over.
    pub hop: u32,
    /// The resource's record, where no table holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) record: Option<Record>,
    /// The last resource that a wake has put right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) after: Option<String>,
}

impl Continuation {
    /// A first run, starting now.
    #[must_use]
    pub fn begin() -> Self {
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let started_at_ms = u64::try_from(since_1970.as_millis()).unwrap_or_default();
        Self { started_at_ms, hop: 0, record: None, after: None }
    }

    /// Reads what the run before left in `event`. Where there is nothing, this is the first run.
    #[must_use]
    pub fn of(event: &RawValue) -> Self {
        #[derive(Deserialize)]
        struct Carrier {
            #[serde(rename = "MonitoredEndpointContinuation")]
            continuation: Option<Continuation>,
        }
        let carried = serde_json::from_str::<Carrier>(event.get()).ok().and_then(|carrier| carrier.continuation);
        carried.unwrap_or_else(Self::begin)
    }

    /// When the first run started.
    #[must_use]
    pub fn started_at(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(self.started_at_ms)
    }

    /// What a run leaves while it still has the lease: to the next one it is free.
    #[must_use]
    pub(crate) fn without_lease(mut self) -> Self {
        if let Some(record) = &mut self.record {
            record.lease = None;
        }
        self
    }

    /// `event` for the next run.
    ///
    /// # Errors
    /// Where the event isn't a JSON object.
    pub fn hand_over(&self, event: &RawValue) -> serde_json::Result<Box<RawValue>> {
        let next = Self { hop: self.hop + 1, ..self.clone() };
        let mut event: Map<String, Value> = serde_json::from_str(event.get())?;
        event.insert(MEMBER.to_owned(), serde_json::to_value(next)?);
        to_raw_value(&event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    #[test]
    fn the_next_run_reads_what_the_last_one_left_and_the_event_is_the_same() {
        let event = raw(r#"{"RequestType":"Create","ResponseURL":"https://x","Other":[1]}"#);
        let mut continuation = Continuation::of(&event);
        assert_eq!(continuation.hop, 0);
        continuation.record = Some(Record::default());
        let next = continuation.hand_over(&event).unwrap();
        let read = Continuation::of(&next);
        assert_eq!(read, Continuation { hop: 1, ..continuation.clone() });
        let again = read.hand_over(&next).unwrap();
        assert_eq!(Continuation::of(&again).hop, 2);
        let value: Value = serde_json::from_str(again.get()).unwrap();
        assert_eq!(value["Other"], serde_json::json!([1]));
        assert_eq!(value["ResponseURL"], "https://x");
    }

    #[test]
    fn a_first_run_starts_now_and_later_ones_remember_when() {
        let before = SystemTime::now();
        let begun = Continuation::begin().started_at();
        assert!(begun <= SystemTime::now() && before <= begun + Duration::from_millis(1));
        let resumed = Continuation { started_at_ms: 1_500, hop: 1, ..Continuation::begin() };
        assert_eq!(resumed.started_at(), SystemTime::UNIX_EPOCH + Duration::from_millis(1_500));
    }

    #[test]
    fn a_continuation_that_makes_no_sense_counts_as_none() {
        let event = raw(r#"{"MonitoredEndpointContinuation":{"Hop":"many"}}"#);
        assert_eq!(Continuation::of(&event).hop, 0);
    }
}
