//! The product's plan for a fleet: the body of its dashboard and the requests for its alarms, as CloudWatch gets them.

use metric_math::telemetry::{Fleet, Serving, Variant};
use monitored_endpoint::{properties::Problems, spec::GpuDimension};
use serde_json::{Value, json};

pub(crate) use crate::support::fleet::PRICE;
use crate::support::{
    declaration::Declared,
    planning::{alarms, dashboard, planned_if_valid},
};

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
    let plan = planned_if_valid(&Declared(declaration.clone()), gpu_dimensions)?;
    Ok(Planned { body: dashboard(&plan), alarms: alarms(&plan) })
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
