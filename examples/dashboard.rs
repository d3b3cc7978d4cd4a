//! Prints the dashboard and the alarms that a declaration gets, without an AWS account or a network.
//!
//! ```text
//! cargo run --workspace --example dashboard -- docs/pictures/article.json
//! ```
//!
//! The file holds the properties of a `Custom::MonitoredEndpointConfig` as a template has them. What is printed is JSON with the members
//! `DashboardName`, `DashboardBody` and `MetricAlarms` (requests of `PutMetricAlarm`): what `stand-in render --body` draws.

use std::error::Error;
use std::{env, fs};

use monitored_endpoint::envelope::ResourceType;
use monitored_endpoint::plan::{Owner, Surroundings, plan};
use monitored_endpoint::properties::{Declaration, Problems};
use monitored_endpoint::spec::{GpuDimension, Judged, Spec};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args().nth(1).ok_or("name a file with the properties of a Custom::MonitoredEndpointConfig")?;
    let properties: Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
    let problems = Problems::default();
    let kind = ResourceType::MonitoredEndpointConfig;
    let declaration = Declaration::read(kind, &as_sent(properties), &problems);
    let judged = declaration.map(|declaration| Spec::judge(kind, &declaration, None, &problems));
    let Some(Judged::Valid(spec)) = judged else {
        return Err(format!("{path} is not valid: {problems}").into());
    };
    let owner = Owner {
        stack_id: "arn:aws:cloudformation:us-east-1:123456789012:stack/inference/1d2f6b40-0000-4000-8000-000000000000"
            .to_owned(),
        logical_id: "Config".to_owned(),
    };
    let surroundings = Surroundings {
        region: "us-east-1".to_owned(),
        gpu_dimensions: vec![GpuDimension::GpuId],
        ..Surroundings::default()
    };
    let plan = plan(&spec, &owner, &surroundings)?;
    let dashboard = plan.dashboard.ok_or("the declaration wants no dashboard")?;
    let printed = json!({
        "DashboardName": dashboard.name.to_string(),
        "DashboardBody": dashboard.body,
        "MetricAlarms": plan.alarms.iter().map(|alarm| alarm.request.to_json()).collect::<Vec<_>>(),
    });
    println!("{printed}");
    Ok(())
}

/// As CloudFormation sends properties: every scalar a string, and the service token beside them.
fn as_sent(mut properties: Value) -> Value {
    fn stringify(value: &mut Value) {
        match value {
            Value::Bool(_) | Value::Number(_) => *value = value.to_string().into(),
            Value::Array(items) => items.iter_mut().for_each(stringify),
            Value::Object(members) => members.values_mut().for_each(stringify),
            Value::Null | Value::String(_) => {}
        }
    }
    stringify(&mut properties);
    properties["ServiceToken"] = "arn:aws:lambda:us-east-1:123456789012:function:provider".into();
    properties
}
