//! The product's plan for a fleet: the body of its dashboard and the requests for its alarms, as CloudWatch gets them.

use monitored_endpoint::{
    envelope::ResourceType,
    plan::{Owner, Surroundings, plan},
    properties::{Declaration, Problems},
    spec::{GpuDimension, Judged, Spec},
};
use serde_json::{Value, json};
use stand_in::telemetry::Fleet;

/// Dollars per instance-hour, as in the launch article.
pub(crate) const PRICE: f64 = 5.752;

/// What is planned.
pub(crate) struct Planned {
    /// The dashboard's body.
    pub(crate) body: Value,
    /// Requests of `PutMetricAlarm`.
    pub(crate) alarms: Vec<Value>,
}

/// What somebody would declare who has this fleet in mind, every model listed.
pub(crate) fn declaration(fleet: &Fleet) -> Value {
    let hosts = !fleet.components.is_empty();
    let variants: Vec<Value> = fleet
        .variants
        .iter()
        .map(|variant| {
            let mut declared = json!({
                "VariantName": variant.name, "InstanceType": variant.instance_type, "InitialInstanceCount": 1,
            });
            if !hosts {
                declared["ModelName"] = json!("m");
            }
            declared
        })
        .collect();
    let gpus: Vec<Value> = fleet
        .variants
        .iter()
        .map(|variant| json!({"VariantName": variant.name, "GpusPerInstance": variant.gpus_per_instance}))
        .collect();
    let models: Vec<Value> = fleet.components.iter().map(|component| json!({"Name": component.name})).collect();
    json!({
        "EndpointName": fleet.endpoint,
        "ExecutionRoleArn": "arn:aws:iam::123456789012:role/inference-role",
        "ProductionVariants": variants,
        "MetricsConfig": {
            "EnableEnhancedMetrics": fleet.enhanced_metrics,
            "MetricPublishFrequencyInSeconds": fleet.publish_frequency,
        },
        "Variants": gpus,
        "CostPerHour": PRICE,
        "InferenceComponents": models,
    })
}

/// The plan for a declaration, with the per-GPU dimensions that are known.
pub(crate) fn planned(declaration: &Value, gpu_dimensions: &[GpuDimension]) -> Planned {
    let problems = Problems::default();
    let variants = declaration["ProductionVariants"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut declaration = declaration.clone();
    // Models share one variant only, so no config with more is made: what was made elsewhere is watched all the same.
    let resource_type = if variants.len() > 1 && variants.iter().any(|variant| variant.get("ModelName").is_none()) {
        declaration.as_object_mut().unwrap().remove("ExecutionRoleArn");
        ResourceType::EndpointMonitoring
    } else {
        ResourceType::MonitoredEndpointConfig
    };
    let declared = Declaration::read(resource_type, &declaration, &problems);
    let judged = declared.map(|declared| Spec::judge(resource_type, &declared, None, &problems));
    let Some(Judged::Valid(spec)) = judged else {
        panic!("{declaration:#}: {:?}", problems.sorted());
    };
    let owner =
        Owner { stack_id: "arn:aws:cloudformation:us-east-1:123456789012:stack/s/1".into(), logical_id: "L".into() };
    let surroundings =
        Surroundings { region: "us-east-1".into(), gpu_dimensions: gpu_dimensions.to_vec(), ..Surroundings::default() };
    let plan = plan(&spec, &owner, &surroundings).unwrap();
    let body = serde_json::from_str(&plan.dashboard.unwrap().body).unwrap();
    let alarms = plan.alarms.iter().map(|alarm| alarm.request.to_json()).collect();
    Planned { body, alarms }
}

/// The plan for a fleet whose per-GPU dimension is known.
pub(crate) fn planned_for(fleet: &Fleet) -> Planned {
    let dimension = match fleet.gpu_dimension {
        stand_in::telemetry::GpuDimension::GpuId => GpuDimension::GpuId,
        stand_in::telemetry::GpuDimension::AcceleratorId => GpuDimension::AcceleratorId,
    };
    planned(&declaration(fleet), &[dimension])
}
