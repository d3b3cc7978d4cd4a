//! The envelope of a request: who asks, for what, and where the answer goes.
//!
//! Read before anything else and from any JSON at all, so that even a request whose properties make no sense is
//! answered. What the properties say is none of this module's business: they stay raw.
//!
//! Request object: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html>.

mod identity;
mod no_echo;
mod properties;
mod resource_type;
mod spellings;

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, SystemTime};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub use self::properties::Properties;
pub(crate) use self::properties::{service_timeout, withholds};
pub use self::resource_type::{Identified, ResourceType};
use crate::callback::{Answer, ExtraHosts, Outcome, ResponseUrl, ResponseUrlError};

/// The oldest request that anybody may still work on. Its URL lives two hours; Lambda delivers an event again for six
/// (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>).
const OLDEST: Duration = Duration::from_hours(24);

/// What CloudFormation asks for.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub enum RequestType {
    /// Make what is declared.
    Create,
    /// Move what an earlier request made to what is declared now.
    Update,
    /// Remove what the physical id made.
    Delete,
}

impl fmt::Display for RequestType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// Where the answer can go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Callback {
    /// CloudFormation waits there.
    At(ResponseUrl),
    /// The event names a URL that this provider does not contact.
    Refused(ResponseUrlError),
    /// The event names no URL, as one that CloudFormation did not send.
    Absent,
}

impl Callback {
    /// When the request was issued, where the URL says so.
    #[must_use]
    pub fn issued_at(&self) -> Option<SystemTime> {
        match self {
            Self::At(url) => url.issued_at(),
            Self::Refused(_) | Self::Absent => None,
        }
    }
}

/// The outside of a request. Everything in it may be missing or strange: the event may come from anywhere.
#[derive(Debug)]
pub struct Envelope {
    /// Where the answer goes.
    pub callback: Callback,
    /// `RequestType`, where it is one of the three.
    pub request_type: Option<RequestType>,
    /// `ResourceType` as sent.
    pub resource_type: String,
    /// The stack's ARN, as sent.
    pub stack_id: String,
    /// Unique for the request, as sent.
    pub request_id: String,
    /// The resource's name in its template, as sent.
    pub logical_resource_id: String,
    /// The id an earlier answer gave; absent in a Create.
    pub physical_resource_id: Option<String>,
    /// What is declared now, still in CloudFormation's spelling.
    pub properties: Properties,
    /// What was declared before (Update only).
    pub old_properties: Properties,
}

impl Envelope {
    /// Salvages the envelope from an event, whatever it looks like.
    #[must_use]
    pub fn salvage(event: &RawValue, extra_hosts: &ExtraHosts) -> Self {
        let fields: BTreeMap<String, Box<RawValue>> = serde_json::from_str(event.get()).unwrap_or_default();
        let text = |name: &str| read::<String>(&fields, name);
        let callback = match text("ResponseURL") {
            Some(url) => ResponseUrl::accept(&url, extra_hosts).map_or_else(Callback::Refused, Callback::At),
            None => Callback::Absent,
        };
        Self {
            callback,
            request_type: text("RequestType").and_then(|word| serde_json::from_value(word.into()).ok()),
            resource_type: text("ResourceType").unwrap_or_default(),
            stack_id: text("StackId").unwrap_or_default(),
            request_id: text("RequestId").unwrap_or_default(),
            logical_resource_id: text("LogicalResourceId").unwrap_or_default(),
            physical_resource_id: text("PhysicalResourceId").filter(|id| !id.is_empty()),
            properties: Properties::from(read(&fields, "ResourceProperties")),
            old_properties: Properties::from(read(&fields, "OldResourceProperties")),
        }
    }

    /// The resource type, where it is one of ours.
    #[must_use]
    pub fn known_type(&self) -> Option<ResourceType> {
        ResourceType::named(&self.resource_type)
    }

    /// Whether the declaration, or the one before it, asks for its values to be kept out of sight.
    #[must_use]
    pub fn no_echo(&self) -> bool {
        self.properties.no_echo() || self.old_properties.no_echo()
    }

    /// `text` as it may be shown: under `NoEcho` no value of the declarations is left in it, whoever quoted it and however
    /// it was escaped. To be asked for before a text is cut: of a value that was cut nothing would be recognized.
    #[must_use]
    pub fn shown(&self, text: String) -> String {
        if self.no_echo() { self.masked(text) } else { text }
    }

    /// `text` without any value of the declarations, whether or not they ask for that: for what is kept.
    #[must_use]
    pub fn masked(&self, text: String) -> String {
        let declared = [&self.properties, &self.old_properties].into_iter().filter_map(Properties::value);
        no_echo::Secrets::of(declared).masked_in(text)
    }

    /// When the request was issued, where its URL says so.
    #[must_use]
    pub fn issued_at(&self) -> Option<SystemTime> {
        self.callback.issued_at()
    }

    /// When CloudFormation began to wait: the earliest plausible of when the URL was signed and when the request's first run
    /// started (`started_at`, as a continuation says it). A first run that is delivered again knows the hour's beginning
    /// from the URL alone.
    ///
    /// Never after `now`: clocks differ a little, and an event may claim anything. Never more than a day before, as in an
    /// event that is kept for local runs.
    #[must_use]
    pub fn began(&self, now: SystemTime, started_at: SystemTime) -> SystemTime {
        let is_plausible = |at: &SystemTime| now.duration_since(*at).is_ok_and(|age| age <= OLDEST);
        [self.issued_at(), Some(started_at)].into_iter().flatten().filter(is_plausible).min().unwrap_or(now)
    }

    /// The id to answer with when nothing was made: the one that was given, else the marker.
    #[must_use]
    pub fn id_when_nothing_is_made(&self) -> String {
        self.physical_resource_id.clone().unwrap_or_else(|| self.marker_id())
    }

    /// The id of a Create that made nothing. No endpoint config, dashboard or endpoint can be called that (their
    /// names have no dots), so the Delete that follows cannot mean anything that exists.
    #[must_use]
    pub fn marker_id(&self) -> String {
        format!("create-failed.{}.{}", self.logical_resource_id, self.request_id)
    }

    /// Whether an id is such a marker.
    #[must_use]
    pub fn is_marker(&self, id: &str) -> bool {
        id.starts_with("create-failed.")
    }

    /// An answer to this request.
    #[must_use]
    pub fn answer(&self, physical_resource_id: String, outcome: Outcome, no_echo: bool) -> Answer {
        Answer {
            outcome,
            physical_resource_id,
            stack_id: self.stack_id.clone(),
            request_id: self.request_id.clone(),
            logical_resource_id: self.logical_resource_id.clone(),
            no_echo,
        }
    }
}

fn read<T: DeserializeOwned>(fields: &BTreeMap<String, Box<RawValue>>, name: &str) -> Option<T> {
    serde_json::from_str(fields.get(name)?.get()).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use tokio::time::Instant;

    use super::*;
    use crate::deadline::Deadline;

    const URL: &str = "https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/k?X-Amz-Signature=tell";

    fn salvage(event: &Value) -> Envelope {
        let raw = RawValue::from_string(event.to_string()).unwrap();
        Envelope::salvage(&raw, &ExtraHosts::default())
    }

    #[test]
    fn the_callback_survives_every_other_field_being_wrong() {
        let envelope = salvage(&json!({
            "RequestType": 7, "ResponseURL": URL, "StackId": ["x"], "RequestId": null,
            "LogicalResourceId": {}, "ResourceType": false, "ResourceProperties": "none",
        }));
        assert!(matches!(envelope.callback, Callback::At(_)));
        assert_eq!(envelope.request_type, None);
        assert_eq!(envelope.stack_id, "");
    }

    #[test]
    fn the_callback_survives_properties_nested_deeper_than_the_parser_goes() {
        let deep = format!("{}1{}", "[".repeat(500), "]".repeat(500));
        let event = format!(r#"{{"ResponseURL":"{URL}","RequestType":"Create","ResourceProperties":{deep}}}"#);
        let envelope = Envelope::salvage(&RawValue::from_string(event).unwrap(), &ExtraHosts::default());
        assert!(matches!(envelope.callback, Callback::At(_)));
        assert_eq!(envelope.properties.value(), None);
    }

    #[test]
    fn debug_output_shows_neither_the_url_nor_a_property() {
        let envelope = salvage(&json!({"ResponseURL": URL, "ResourceProperties": {"KmsKeyId": "hush"}}));
        let debug = format!("{envelope:?}");
        assert!(!debug.contains("tell") && !debug.contains("hush"), "{debug}");
    }

    #[test]
    fn under_no_echo_no_value_is_left_in_a_text() {
        let event = |now: &str, before: &str| {
            salvage(&json!({
                "ResourceProperties": {"NoEcho": now, "A": [{"B": "hush-hush"}]},
                "OldResourceProperties": {"NoEcho": before, "C": "hush-hush-2"},
            }))
        };
        let text = || "Value 'hush-hush-2' and hush-hush".to_owned();
        for (now, before) in [("true", "false"), ("false", "true"), ("True", "true")] {
            assert_eq!(event(now, before).shown(text()), "Value '***' and ***");
        }
        assert_eq!(event("false", "false").shown(text()), text());
    }

    #[test]
    fn the_marker_id_can_name_nothing_that_exists() {
        let envelope = salvage(&json!({"LogicalResourceId": "Config", "RequestId": "r-1"}));
        assert_eq!(envelope.id_when_nothing_is_made(), "create-failed.Config.r-1");
    }

    /// An envelope whose URL was signed at `date`.
    fn signed(date: &str) -> Envelope {
        salvage(&json!({"ResponseURL": format!("{URL}&X-Amz-Date={date}")}))
    }

    /// 2026-11-27 09:30.
    fn half_past_nine() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_mins(29_929_530)
    }

    #[test]
    fn review_12_a_request_began_when_its_url_was_signed_or_its_first_run_started() {
        let issued = half_past_nine();
        let after = |minutes| issued + Duration::from_mins(minutes);
        let envelope = signed("20261127T093000Z");
        assert_eq!(envelope.issued_at(), Some(issued));
        assert_eq!(envelope.began(after(40), after(40)), issued, "delivered again after 40 minutes");
        assert_eq!(envelope.began(after(40), after(1)), issued);
        assert_eq!(signed("20261127T094000Z").began(after(40), after(1)), after(1));
        let without = salvage(&json!({"ResponseURL": URL}));
        assert_eq!((without.issued_at(), without.began(after(40), after(20))), (None, after(20)));
    }

    #[test]
    fn review_12_a_beginning_is_never_in_the_future_and_never_days_ago() {
        let now = half_past_nine();
        let hours = |hours| Duration::from_hours(hours);
        assert_eq!(signed("20261127T093001Z").began(now, now + hours(1)), now);
        assert_eq!(signed("20261125T093000Z").began(now, now), now);
        assert_eq!(signed("20261127T093001Z").began(now, SystemTime::UNIX_EPOCH), now);
        assert_eq!(signed("20261126T093000Z").began(now, now), now - hours(24));
        assert_eq!(signed("soon").began(now, now - hours(1)), now - hours(1));
    }

    #[test]
    fn review_12_a_first_run_that_is_delivered_again_does_not_start_its_hour_anew() {
        let now = half_past_nine() + Duration::from_mins(58);
        let began = signed("20261127T093000Z").began(now, now);
        // The same distances, from the clock that `divide` reads.
        let (ends, began) =
            (SystemTime::now() + Duration::from_mins(15), SystemTime::now() - now.duration_since(began).unwrap());
        let deadline = Deadline::divide(ends, began, None);
        assert!(deadline.is_last && deadline.answer <= Instant::now() + Duration::from_mins(2), "{deadline:?}");
    }

    proptest! {
        #[test]
        fn any_text_is_salvaged_without_panic(text in any::<String>()) {
            let raw = RawValue::from_string(Value::String(text).to_string()).unwrap();
            let envelope = Envelope::salvage(&raw, &ExtraHosts::default());
            prop_assert_eq!(envelope.callback, Callback::Absent);
        }
    }
}
