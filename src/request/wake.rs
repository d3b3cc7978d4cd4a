//! What wakes the provider without a request: events of SageMaker and schedules, as `EventBridge` delivers them.
//!
//! Pure. Read once; whoever carries a wake out never asks the event again. An event says that something has happened and where,
//! never what is true now: that is described. So its status isn't even read, which AWS's page shows as `IN_SERVICE` and templates
//! in the field as `InService`. Events may come twice, late, and several for one change
//! (<https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html>).

use serde::Deserialize;
use serde_json::value::RawValue;

/// The events of SageMaker that wake, of all that it sends
/// (<https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-sagemaker.html>).
const ENDPOINT_CHANGE: &str = "SageMaker Endpoint State Change";
const CONFIG_CHANGE: &str = "SageMaker Endpoint Config State Change";
/// What every schedule of `EventBridge`'s rules sends
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html>).
const SCHEDULE: &str = "Scheduled Event";
/// What the provider stack's hourly schedule sends in the place of that.
const SETTLE: &str = "Settle Monitoring";
const OUR_SOURCE: &str = "monitored-endpoint";

/// What may have to be put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wake {
    /// What belongs to an endpoint that has changed.
    Endpoint(String),
    /// What belongs to an endpoint config that was made or deleted.
    EndpointConfig(String),
    /// Everything: a day has gone by.
    Everything,
    /// What still waits for its endpoint's first metrics.
    Unsettled,
}

/// A wake, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Woken {
    pub(super) wake: Wake,
    pub(super) account: String,
    pub(super) region: String,
}

/// An event of `EventBridge`
/// (<https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html>).
#[derive(Deserialize)]
struct Event {
    source: String,
    #[serde(rename = "detail-type")]
    detail_type: String,
    account: String,
    region: String,
    #[serde(default)]
    resources: Vec<String>,
    #[serde(default)]
    detail: Detail,
    /// Whatever has one of these is a request of CloudFormation's, to be answered.
    #[serde(rename = "RequestType")]
    request_type: Option<serde::de::IgnoredAny>,
    #[serde(rename = "ResponseURL")]
    response_url: Option<serde::de::IgnoredAny>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Detail {
    endpoint_name: Option<String>,
    endpoint_config_name: Option<String>,
}

impl Woken {
    /// Reads a wake; `None` where the event is anything else.
    pub(super) fn read(event: &RawValue) -> Option<Self> {
        let event: Event = serde_json::from_str(event.get()).ok()?;
        if event.request_type.is_some() || event.response_url.is_some() {
            return None;
        }
        // An ARN ends in the name, which SageMaker may write in lower case there.
        let in_arn = || Some(event.resources.first()?.rsplit_once('/')?.1.to_owned());
        let wake = match (event.source.as_str(), event.detail_type.as_str()) {
            ("aws.sagemaker", ENDPOINT_CHANGE) => Wake::Endpoint(event.detail.endpoint_name.or_else(in_arn)?),
            ("aws.sagemaker", CONFIG_CHANGE) => {
                Wake::EndpointConfig(event.detail.endpoint_config_name.or_else(in_arn)?)
            }
            ("aws.events" | "aws.scheduler", SCHEDULE) => Wake::Everything,
            (OUR_SOURCE, SETTLE) => Wake::Unsettled,
            _ => return None,
        };
        Some(Self { wake, account: event.account, region: event.region })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn event(source: &str, detail_type: &str, detail: &Value) -> Value {
        json!({
            "version": "0", "id": "53dc4d37", "detail-type": detail_type, "source": source,
            "account": "123456789012", "time": "2026-11-24T06:00:00Z", "region": "us-east-1",
            "resources": ["arn:aws:sagemaker:us-east-1:123456789012:endpoint/chat-in-arn"], "detail": detail,
        })
    }

    fn read(event: &Value) -> Option<Wake> {
        let woken = Woken::read(&RawValue::from_string(event.to_string()).unwrap())?;
        assert_eq!((woken.account.as_str(), woken.region.as_str()), ("123456789012", "us-east-1"));
        Some(woken.wake)
    }

    #[test]
    fn events_wake_by_what_they_are_about() {
        let detail = json!({"EndpointName": "Chat", "EndpointConfigName": "Chat-1", "EndpointStatus": "IN_SERVICE"});
        let endpoint = event("aws.sagemaker", ENDPOINT_CHANGE, &detail);
        assert_eq!(read(&endpoint), Some(Wake::Endpoint("Chat".to_owned())));
        let config = event("aws.sagemaker", CONFIG_CHANGE, &detail);
        assert_eq!(read(&config), Some(Wake::EndpointConfig("Chat-1".to_owned())));
        assert_eq!(read(&event("aws.events", SCHEDULE, &json!({}))), Some(Wake::Everything));
        assert_eq!(read(&event(OUR_SOURCE, SETTLE, &json!({}))), Some(Wake::Unsettled));
    }

    #[test]
    fn without_detail_the_arn_says_it() {
        let endpoint = event("aws.sagemaker", ENDPOINT_CHANGE, &json!({}));
        assert_eq!(read(&endpoint), Some(Wake::Endpoint("chat-in-arn".to_owned())));
        let mut nothing = endpoint;
        nothing["resources"] = json!([]);
        assert_eq!(read(&nothing), None);
    }

    #[test]
    fn a_request_and_other_events_wake_nobody() {
        let scheduled = event("aws.events", SCHEDULE, &json!({}));
        for field in ["RequestType", "ResponseURL"] {
            let mut request = scheduled.clone();
            request[field] = json!("Delete");
            assert_eq!(read(&request), None, "{field}");
        }
        for (source, detail_type) in [
            ("aws.s3", ENDPOINT_CHANGE),
            ("aws.sagemaker", "SageMaker Model State Change"),
            ("aws.sagemaker", SCHEDULE),
            (OUR_SOURCE, SCHEDULE),
        ] {
            assert_eq!(read(&event(source, detail_type, &json!({"EndpointName": "chat"}))), None, "{source}");
        }
        assert_eq!(read(&json!({})), None);
        assert_eq!(read(&json!([1])), None);
    }
}
