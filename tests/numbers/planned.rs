//! The product's plan for a fleet: the body of its dashboard and the requests for its alarms, as CloudWatch gets them.

use aws_sdk_cloudwatch::{operation::put_metric_alarm::PutMetricAlarmInput, types::ComparisonOperator};
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
    let resource_type = ResourceType::MonitoredEndpointConfig;
    let declared = Declaration::read(resource_type, declaration, &problems);
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
    let alarms = plan.alarms.into_iter().map(|alarm| request(&alarm.build().unwrap())).collect();
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

/// An alarm's request as JSON, as far as its state depends on it. The CloudWatch crate has no schemas to write it with.
fn request(alarm: &PutMetricAlarmInput) -> Value {
    let queries: Vec<Value> = alarm
        .metrics()
        .iter()
        .map(|query| {
            let stat = query.metric_stat().map(|stat| {
                let metric = stat.metric().unwrap();
                let dimensions: Vec<Value> = metric
                    .dimensions()
                    .iter()
                    .map(|dimension| json!({"Name": dimension.name(), "Value": dimension.value()}))
                    .collect();
                json!({
                    "Metric": {
                        "Namespace": metric.namespace(), "MetricName": metric.metric_name(), "Dimensions": dimensions,
                    },
                    "Period": stat.period(),
                    "Stat": stat.stat(),
                })
            });
            json!({
                "Id": query.id(), "MetricStat": stat, "Expression": query.expression(), "Label": query.label(),
                "ReturnData": query.return_data(), "Period": query.period(),
            })
        })
        .collect();
    assert!(alarm.evaluation_criteria().is_none() && alarm.metric_name().is_none(), "not written out here");
    json!({
        "AlarmName": alarm.alarm_name(),
        "Metrics": queries,
        "EvaluationPeriods": alarm.evaluation_periods(),
        "DatapointsToAlarm": alarm.datapoints_to_alarm(),
        "Threshold": alarm.threshold(),
        "ComparisonOperator": alarm.comparison_operator().map(ComparisonOperator::as_str),
        "TreatMissingData": alarm.treat_missing_data(),
    })
}
