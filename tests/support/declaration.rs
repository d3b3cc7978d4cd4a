//! Declarations as their authors write them: complete and valid as they are, and changed in a word or two.

use serde_json::{Value, json};

pub(crate) const ROLE: &str = "arn:aws:iam::123456789012:role/inference-role";
pub(crate) const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:alarms";

/// The properties of a resource.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Declared(pub(crate) Value);

/// A config whose one GPU variant hosts inference components, with nothing said that has a default.
pub(crate) fn shared_gpus(endpoint: &str) -> Declared {
    Declared(json!({
        "EndpointName": endpoint,
        "ExecutionRoleArn": ROLE,
        "ProductionVariants": [
            {"VariantName": "AllTraffic", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 1}
        ],
    }))
}

/// A config whose one CPU variant serves one model.
pub(crate) fn one_model(endpoint: &str) -> Declared {
    Declared(json!({
        "EndpointName": endpoint,
        "ProductionVariants": [
            {"VariantName": "AllTraffic", "ModelName": "m", "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 1}
        ],
    }))
}

/// Monitoring of an endpoint that says everything about itself.
pub(crate) fn monitoring(endpoint: &str) -> Declared {
    Declared(json!({"EndpointName": endpoint}))
}

impl Declared {
    /// The same with a property set. `path` names members and indexes: `ProductionVariants/0/InstanceType`.
    pub(crate) fn with(mut self, path: &str, value: impl Into<Value>) -> Self {
        let mut place = &mut self.0;
        for step in path.split('/') {
            place = match step.parse::<usize>() {
                Ok(at) => &mut place[at],
                Err(_) => &mut place[step],
            };
        }
        *place = value.into();
        self
    }

    /// The same with metrics every ten seconds, which is another config.
    pub(crate) fn faster(self) -> Self {
        self.with("MetricsConfig", json!({"EnableEnhancedMetrics": true, "MetricPublishFrequencyInSeconds": 10}))
    }

    /// The same without a property.
    pub(crate) fn without(mut self, path: &str) -> Self {
        let (parent, name) = path.rsplit_once('/').map_or(("", path), |(parent, name)| (parent, name));
        let pointer = if parent.is_empty() { String::new() } else { format!("/{parent}") };
        let parent = self.0.pointer_mut(&pointer).and_then(Value::as_object_mut).unwrap();
        assert!(parent.remove(name).is_some(), "there is no {path} to leave out");
        self
    }

    /// As CloudFormation sends it: every scalar a string, and the service token beside it.
    pub(crate) fn as_sent(&self) -> Value {
        let mut sent = stringified(&self.0);
        if let Value::Object(members) = &mut sent {
            members.insert("ServiceToken".to_owned(), json!("arn:aws:lambda:us-east-1:123456789012:function:provider"));
        }
        sent
    }
}

/// Every scalar as the string that CloudFormation makes of it.
pub(crate) fn stringified(value: &Value) -> Value {
    match value {
        Value::Bool(flag) => json!(flag.to_string()),
        Value::Number(number) => json!(number.to_string()),
        Value::Array(items) => items.iter().map(stringified).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), stringified(value))).collect(),
        other => other.clone(),
    }
}
