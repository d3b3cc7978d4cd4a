//! A plan's requests as JSON are what the provider really sends.

use aws_stand_in::Config;
use monitored_endpoint::plan::{Environment, Owner, plan};
use monitored_endpoint::properties::{Declaration, Problems};
use monitored_endpoint::spec::{GpuDimension, Spec, Validated};
use monitored_endpoint::{envelope::ResourceType, plan::Plan};
use serde_json::{Value, json};

use crate::support::harness::Aws;

/// A plan with every alarm and many settings, of so many variants.
fn planned(variants: usize, source: &str) -> Plan {
    let several = variants > 1;
    let variants = (0..variants).map(|number| {
        let name = format!("V{number}");
        let mut variant = json!({ "VariantName": name, "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": "1" });
        if several {
            variant["ModelName"] = json!("m");
        }
        variant
    });
    let mut properties = json!({
        "EndpointName": "chat",
        "ExecutionRoleArn": "arn:aws:iam::123456789012:role/r",
        "ProductionVariants": variants.collect::<Value>(),
        "MetricsConfig": { "EnableEnhancedMetrics": "true", "EnableDetailedObservability": "true" },
        "UnusedGpuAlarm": { "AlarmDescription": "d", "Threshold": "2", "ActionsEnabled": "false" },
        "GpuBufferAlarm": { "TreatMissingData": "ignore" },
        "IdleGpuAlarm": { "Source": source },
        "NoTrafficAlarm": { "OKActions": ["arn:aws:sns:us-east-1:123456789012:t"] },
        "AlarmActions": ["arn:aws:sns:us-east-1:123456789012:t"],
        "AlarmTagsPropagation": { "IncludedTagKeys": ["team"] },
        "Tags": [{ "Key": "team", "Value": "ml" }],
    });
    if several {
        // Only models that are placed on one variant share GPUs.
        properties["UnusedGpuAlarm"] = Value::Null;
        properties["GpuBufferAlarm"] = Value::Null;
        properties["CostPerHour"] = json!("5.752");
        properties["BudgetAlarm"] = json!({ "Threshold": "100", "TimeZone": "Europe/Berlin" });
    }
    let (problems, kind) = (Problems::default(), ResourceType::MonitoredEndpoint);
    let declaration = Declaration::read(kind, &properties, &problems).unwrap();
    let Validated::Valid(spec) = Spec::validate(kind, &declaration, None, &problems) else { panic!("{problems}") };
    let owner = Owner { stack_id: crate::support::event::stack_id("s"), logical_id: "L".to_owned() };
    let environment = Environment {
        region: "us-east-1".to_owned(),
        gpu_dimensions: vec![GpuDimension::GpuId],
        ..Environment::default()
    };
    plan(&spec, &owner, &environment).unwrap()
}

/// The requests for a plan's alarms as the stand-in read them off the wire.
fn sent(plan: &Plan) -> Vec<Value> {
    let aws = Aws::start(Config::default());
    for alarm in plan.alarms.clone() {
        aws.put(alarm.request);
    }
    aws.stand_in.calls().into_iter().map(|call| call.request).collect()
}

#[test]
fn an_alarm_s_json_has_every_member_that_the_sdk_sends() {
    let kinds = [planned(1, "PromQL"), planned(6, "PromQL")];
    let mut operations = Vec::new();
    for plan in &kinds {
        let shown: Vec<Value> = plan.alarms.iter().map(|alarm| alarm.request.to_json()).collect();
        assert_eq!(shown, sent(plan));
        operations.extend(plan.requests().unwrap().into_iter().map(|request| request.operation.name()));
    }
    for operation in ["CreateEndpointConfig", "CreateEndpoint", "PutDashboard", "PutMetricAlarm", "PutCompositeAlarm"] {
        assert!(operations.contains(&operation), "{operation}");
    }
}

#[test]
fn every_request_of_a_create_carries_all_tags() {
    let plan = planned(1, "PromQL");
    for request in plan.requests().unwrap() {
        let tags = request.input["Tags"].as_array().unwrap();
        assert_eq!(tags.len(), 4, "{}: the author's tag, and whose it is", request.operation);
    }
    let update = plan.update_endpoint().unwrap().unwrap();
    assert_eq!(update.operation.name(), "UpdateEndpoint");
    assert_eq!(update.input["RetainAllVariantProperties"], true);
    assert!(update.input.get("Tags").is_none(), "UpdateEndpoint takes none");
}
