//! The events that CloudFormation sends for a custom resource, and those by which `EventBridge` wakes the provider.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html>

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use super::declaration::Declared;

pub(crate) const CONFIG: &str = "Custom::MonitoredEndpointConfig";
pub(crate) const ENDPOINT: &str = "Custom::MonitoredEndpoint";
pub(crate) const MONITORING: &str = "Custom::EndpointMonitoring";
pub(crate) const FLEET: &str = "Custom::EndpointFleet";

/// One event. Sent twice, it is the same event: the same request id.
#[derive(Clone, Debug)]
pub(crate) struct Event(pub(crate) Value);

impl Event {
    fn new(request_type: &str, resource_type: &str) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Self(json!({
            "RequestType": request_type,
            "ServiceToken": "arn:aws:lambda:us-east-1:123456789012:function:provider",
            "StackId": stack_id("inference"),
            "RequestId": format!("00000000-0000-4000-8000-{number:012}"),
            "LogicalResourceId": "Config",
            "ResourceType": resource_type,
        }))
    }

    pub(crate) fn create(resource_type: &str, properties: &Declared) -> Self {
        Self::new("Create", resource_type).with("ResourceProperties", properties.as_sent())
    }

    /// An Update of what `id` is, from `old` to `new`.
    pub(crate) fn update(resource_type: &str, id: &str, old: &Declared, new: &Declared) -> Self {
        Self::new("Update", resource_type)
            .with("PhysicalResourceId", id)
            .with("ResourceProperties", new.as_sent())
            .with("OldResourceProperties", old.as_sent())
    }

    pub(crate) fn delete(resource_type: &str, id: &str, properties: &Declared) -> Self {
        Self::new("Delete", resource_type)
            .with("PhysicalResourceId", id)
            .with("ResourceProperties", properties.as_sent())
    }

    /// What `EventBridge` delivers: no request.
    fn woken(source: &str, detail_type: &str, detail: &Value) -> Self {
        Self(json!({
            "version": "0",
            "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
            "detail-type": detail_type,
            "source": source,
            "account": "123456789012",
            "time": "2026-11-24T06:00:00Z",
            "region": "us-east-1",
            "resources": [],
            "detail": detail,
        }))
    }

    /// An endpoint has come to another status, in the words of the developer guide.
    pub(crate) fn endpoint_changed(endpoint: &str) -> Self {
        let detail = json!({"EndpointName": endpoint, "EndpointStatus": "IN_SERVICE"});
        Self::woken("aws.sagemaker", "SageMaker Endpoint State Change", &detail)
    }

    /// An endpoint config has been made or deleted.
    pub(crate) fn endpoint_config_changed(config: &str) -> Self {
        let detail = json!({"EndpointConfigName": config});
        Self::woken("aws.sagemaker", "SageMaker Endpoint Config State Change", &detail)
    }

    /// The provider stack's daily schedule.
    pub(crate) fn day_gone_by() -> Self {
        Self::woken("aws.events", "Scheduled Event", &json!({}))
    }

    /// The provider stack's hourly schedule.
    pub(crate) fn hour_gone_by() -> Self {
        Self::woken("monitored-endpoint", "Settle Monitoring", &json!({}))
    }

    /// Whether somebody waits for an answer to it.
    pub(crate) fn is_request(&self) -> bool {
        !self.0["detail-type"].is_string()
    }

    /// The same event with a field of its own.
    pub(crate) fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.0[field] = value.into();
        self
    }

    /// The same event without a field.
    pub(crate) fn without(mut self, field: &str) -> Self {
        if let Some(fields) = self.0.as_object_mut() {
            fields.remove(field);
        }
        self
    }

    /// The same asked for once more, as somebody does who tries again: another request.
    pub(crate) fn again(self) -> Self {
        let id = Self::new("", "").0["RequestId"].clone();
        self.with("RequestId", id)
    }

    pub(crate) fn of_stack(self, name: &str) -> Self {
        self.with("StackId", stack_id(name))
    }

    pub(crate) fn of_resource(self, logical_id: &str) -> Self {
        self.with("LogicalResourceId", logical_id)
    }

    /// The same event, to be answered there.
    pub(crate) fn answered_at(self, url: &str) -> Self {
        self.with("ResponseURL", url)
    }

    pub(crate) fn text(&self, field: &str) -> &str {
        self.0[field].as_str().unwrap_or_default()
    }
}

pub(crate) fn stack_id(name: &str) -> String {
    format!("arn:aws:cloudformation:us-east-1:123456789012:stack/{name}/5d7cf2b0-c8a1-11f0-9d1e-0e6f6a1c2b3d")
}
