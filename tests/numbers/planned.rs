//! The product's plan for a fleet: the body of its dashboard and the requests for its alarms, as CloudWatch gets them.

use metric_math::telemetry::{Fleet, Serving, Variant};
use monitored_endpoint::{
    envelope::ResourceType,
    plan::{Environment, Owner, plan},
    properties::{Declaration, Problems},
    spec::{GpuDimension, Spec, Validated},
};
use serde_json::{Value, json};

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
    let some = |shadow: bool| -> Vec<Value> {
        fleet.variants.iter().filter(|variant| variant.shadow == shadow).map(|one| variant(fleet, one)).collect()
    };
    let settings: Vec<Value> = fleet
        .variants
        .iter()
        .filter_map(|variant| {
            let mut settings = json!({"VariantName": variant.name});
            if variant.gpus_per_instance > 0 {
                settings["GpusPerInstance"] = json!(variant.gpus_per_instance);
            }
            match fleet.serving(variant) {
                Serving::Serverless { .. } => return None,
                Serving::MultiModel => settings["ModelMode"] = json!("MultiModel"),
                Serving::Containers => settings["ModelMode"] = json!("Direct"),
                _ => {}
            }
            Some(settings)
        })
        .collect();
    let models: Vec<Value> = fleet.components.iter().map(|component| json!({"Name": component.name})).collect();
    let mut declared = json!({
        "EndpointName": fleet.endpoint,
        "ExecutionRoleArn": "arn:aws:iam::123456789012:role/inference-role",
        "ProductionVariants": some(false),
        "MetricsConfig": {
            "EnableEnhancedMetrics": fleet.enhanced_metrics,
            "MetricPublishFrequencyInSeconds": fleet.publish_frequency,
        },
        "InferenceComponents": models,
    });
    if !settings.is_empty() {
        declared["Variants"] = json!(settings);
        declared["CostPerHour"] = json!(PRICE);
    }
    if !some(true).is_empty() {
        declared["ShadowProductionVariants"] = json!(some(true));
    }
    if fleet.variants.iter().any(|variant| fleet.serving(variant) == Serving::Asynchronous) {
        declared["AsyncInferenceConfig"] = json!({"OutputConfig": {"S3OutputPath": "s3://answers/chat"}});
    }
    declared
}

fn variant(fleet: &Fleet, variant: &Variant) -> Value {
    let serving = fleet.serving(variant);
    let mut declared = json!({"VariantName": variant.name});
    if let Serving::Serverless { provisioned } = serving {
        declared["ServerlessConfig"] = json!({"MaxConcurrency": 20, "MemorySizeInMB": 2048});
        if provisioned {
            declared["ServerlessConfig"]["ProvisionedConcurrency"] = json!(4);
        }
    } else {
        declared["InstanceType"] = json!(variant.instance_type);
        declared["InitialInstanceCount"] = json!(1);
    }
    if variant.partitions_per_gpu > 1 {
        let profiles = vec!["mig-1g.5gb"; variant.partitions_per_gpu as usize];
        declared["AcceleratorPartitionLayouts"] = json!([{"AcceleratorPartitionTypes": profiles}]);
    }
    if serving != Serving::Components {
        declared["ModelName"] = json!("m");
    }
    declared
}

/// The plan for a declaration, with the per-GPU dimensions that are known.
pub(crate) fn planned(declaration: &Value, gpu_dimensions: &[GpuDimension]) -> Planned {
    validated(declaration, gpu_dimensions).unwrap_or_else(|problems| panic!("{declaration:#}: {problems}"))
}

/// The same where the declaration is valid.
pub(crate) fn try_planned(declaration: &Value, gpu_dimensions: &[GpuDimension]) -> Option<Planned> {
    validated(declaration, gpu_dimensions).ok()
}

fn validated(declaration: &Value, gpu_dimensions: &[GpuDimension]) -> Result<Planned, Problems> {
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
    let validated = declared.map(|declared| Spec::validate(resource_type, &declared, None, &problems));
    let Some(Validated::Valid(spec)) = validated else { return Err(problems) };
    let owner =
        Owner { stack_id: "arn:aws:cloudformation:us-east-1:123456789012:stack/s/1".into(), logical_id: "L".into() };
    let environment =
        Environment { region: "us-east-1".into(), gpu_dimensions: gpu_dimensions.to_vec(), ..Environment::default() };
    let plan = plan(&spec, &owner, &environment).unwrap();
    let body = serde_json::from_str(&plan.dashboard.unwrap().body).unwrap();
    let alarms = plan.alarms.iter().map(|alarm| alarm.request.to_json()).collect();
    Ok(Planned { body, alarms })
}

/// The plan for a fleet whose per-GPU dimension is known.
pub(crate) fn planned_for(fleet: &Fleet) -> Planned {
    planned(&declaration(fleet), &[dimension(fleet)])
}

/// The dimension that tells a fleet's GPUs apart.
pub(crate) fn dimension(fleet: &Fleet) -> GpuDimension {
    match fleet.gpu_dimension {
        metric_math::telemetry::GpuDimension::GpuId => GpuDimension::GpuId,
        metric_math::telemetry::GpuDimension::AcceleratorId => GpuDimension::AcceleratorId,
    }
}
