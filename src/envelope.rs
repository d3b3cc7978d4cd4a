//! The request's outside: who asks, for what, and where the answer goes.
//!
//! Read before anything else and from any JSON at all, so that even a request whose properties make no sense is
//! answered. What the properties say is none of this module's business: they stay raw.
//!
//! Request object: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html>.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::callback::{Answer, ExtraHosts, Outcome, ResponseUrl, ResponseUrlError};

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
        f.write_str(match self {
            Self::Create => "Create",
            Self::Update => "Update",
            Self::Delete => "Delete",
        })
    }
}

/// The resource types this provider answers for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceType {
    /// Owns an endpoint config and its monitoring; the stack's own endpoint uses it.
    MonitoredEndpointConfig,
    /// Owns the monitoring of an endpoint made elsewhere.
    EndpointMonitoring,
    /// Owns config, endpoint and monitoring.
    MonitoredEndpoint,
}

impl ResourceType {
    /// Every type, as templates spell it.
    pub const ALL: [(&'static str, Self); 3] = [
        ("Custom::MonitoredEndpointConfig", Self::MonitoredEndpointConfig),
        ("Custom::EndpointMonitoring", Self::EndpointMonitoring),
        ("Custom::MonitoredEndpoint", Self::MonitoredEndpoint),
    ];

    fn named(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, kind)| *kind)
    }
}

impl fmt::Display for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|(_, kind)| kind == self).map_or("", |(name, _)| name);
        f.write_str(name)
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

/// `ResourceProperties` or `OldResourceProperties`. Their values may be secret: `Debug` shows none of them.
#[derive(Clone, Default, PartialEq)]
pub struct Properties(Option<Value>);

impl Properties {
    /// The properties as JSON, where the event has any.
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        self.0.as_ref()
    }

    /// How long CloudFormation waits for the answer, where the declaration says so.
    #[must_use]
    pub fn service_timeout(&self) -> Option<Duration> {
        let seconds = match self.value()?.get("ServiceTimeout")? {
            Value::String(text) => text.parse().ok()?,
            number => number.as_u64()?,
        };
        (1..=3600).contains(&seconds).then(|| Duration::from_secs(seconds))
    }

    fn no_echo(&self) -> bool {
        match self.value().and_then(|properties| properties.get("NoEcho")) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
            _ => false,
        }
    }
}

impl From<Value> for Properties {
    fn from(value: Value) -> Self {
        Self(Some(value))
    }
}

impl fmt::Debug for Properties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Properties(withheld)" } else { "Properties(absent)" })
    }
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
            request_type: text("RequestType").and_then(|text| match text.as_str() {
                "Create" => Some(RequestType::Create),
                "Update" => Some(RequestType::Update),
                "Delete" => Some(RequestType::Delete),
                _ => None,
            }),
            resource_type: text("ResourceType").unwrap_or_default(),
            stack_id: text("StackId").unwrap_or_default(),
            request_id: text("RequestId").unwrap_or_default(),
            logical_resource_id: text("LogicalResourceId").unwrap_or_default(),
            physical_resource_id: text("PhysicalResourceId").filter(|id| !id.is_empty()),
            properties: Properties(read(&fields, "ResourceProperties")),
            old_properties: Properties(read(&fields, "OldResourceProperties")),
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

    /// `text` as it may be shown: under `NoEcho` no value of the declarations is left in it, whoever quoted it.
    #[must_use]
    pub fn shown(&self, text: String) -> String {
        if !self.no_echo() {
            return text;
        }
        let mut values = Vec::new();
        collect_texts(self.properties.value(), &mut values);
        collect_texts(self.old_properties.value(), &mut values);
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        values.into_iter().fold(text, |text, value| text.replace(value, "***"))
    }

    /// Whether the request says which resource of which stack it is about.
    #[must_use]
    pub fn says_whose_it_is(&self) -> bool {
        !self.stack_id.is_empty() && !self.logical_resource_id.is_empty()
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

/// Texts long enough to be a secret. Shorter ones (`true`, `10`) would make every sentence unreadable.
fn collect_texts<'v>(value: Option<&'v Value>, texts: &mut Vec<&'v str>) {
    const SHORTEST: usize = 6;
    match value {
        Some(Value::String(text)) if text.len() >= SHORTEST => texts.push(text),
        Some(Value::Array(items)) => items.iter().for_each(|item| collect_texts(Some(item), texts)),
        Some(Value::Object(members)) => members.values().for_each(|member| collect_texts(Some(member), texts)),
        _ => {}
    }
}

fn read<T: DeserializeOwned>(fields: &BTreeMap<String, Box<RawValue>>, name: &str) -> Option<T> {
    serde_json::from_str(fields.get(name)?.get()).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

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

    proptest! {
        #[test]
        fn any_text_is_salvaged_without_panic(text in any::<String>()) {
            let raw = RawValue::from_string(Value::String(text).to_string()).unwrap();
            let envelope = Envelope::salvage(&raw, &ExtraHosts::default());
            prop_assert_eq!(envelope.callback, Callback::Absent);
        }
    }
}
