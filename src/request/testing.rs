//! Events as CloudFormation sends them, for the tests of what is read from one.

use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::callback::ExtraHosts;
use crate::envelope::Envelope;

/// The envelope of an event.
pub(super) fn envelope(event: &Value) -> Envelope {
    let raw = RawValue::from_string(event.to_string()).unwrap();
    Envelope::salvage(&raw, &ExtraHosts::default())
}

/// A request for the resource `Config` of the stack `chat`.
pub(super) fn event(request_type: &str, resource_type: &str, properties: &Value) -> Value {
    json!({
        "RequestType": request_type,
        "ResourceType": resource_type,
        "StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/chat/5d7cf2b0-c8a1-11f0-9d1e-0e6f6a1c2b3d",
        "RequestId": "5d11603d-0d23-5474-8874-3e5e22ecd0a2",
        "LogicalResourceId": "Config",
        "ResourceProperties": properties,
    })
}

/// Properties of an endpoint `chat` that is valid.
pub(super) fn declaration() -> Value {
    json!({
        "EndpointName": "chat",
        "ExecutionRoleArn": "arn:aws:iam::123456789012:role/endpoint",
        "ProductionVariants": [
            {"VariantName": "AllTraffic", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": "1"},
        ],
        "MetricsConfig": {"EnableEnhancedMetrics": "true", "MetricPublishFrequencyInSeconds": "60"},
    })
}
