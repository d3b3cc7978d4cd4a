//! Alarms that CloudWatch would refuse, or that could never tell anything.

use serde_json::{Value, json};

use super::{Mistake, bad, bad_monitoring, chat, frequency};
use crate::support::declaration::{TOPIC, monitoring, one_model};

/// All of them.
pub(super) fn all() -> Vec<Mistake> {
    [alarms(), sources(), other_alarms(), alarms_of_requests_and_dollars(), thresholds(), partitions()]
        .into_iter()
        .flatten()
        .collect()
}

fn alarms() -> Vec<Mistake> {
    let alarm = |setting: &str, value: Value| chat().with(&format!("UnusedGpuAlarm/{setting}"), value);
    vec![
        bad(
            alarm("Period", json!(45)),
            &["Properties.UnusedGpuAlarm.Period: 45 is not a period; use 10, 20, 30 or a multiple of 60 seconds"],
        ),
        bad(
            alarm("Period", json!(30)),
            &[
                "Properties.UnusedGpuAlarm.Period: 30 s is shorter than MetricsConfig.MetricPublishFrequencyInSeconds, which is 60 s",
                "use 60 or more",
            ],
        ),
        bad(alarm("EvaluationPeriods", json!(0)), &["Properties.UnusedGpuAlarm.EvaluationPeriods: 0 is less than 1"]),
        bad(
            alarm("EvaluationPeriods", json!(2000)),
            &["EvaluationPeriods: Period 60 s × EvaluationPeriods 2000 is longer than 1 day"],
        ),
        bad(
            alarm("DatapointsToAlarm", json!(31)),
            &[
                "Properties.UnusedGpuAlarm.DatapointsToAlarm: 31 is out of range; use 1 to EvaluationPeriods, which is 30",
            ],
        ),
        bad(
            alarm("EvaluationPeriods", json!(1441)),
            &["EvaluationPeriods: Period 60 s × EvaluationPeriods 1441 is longer than 1 day"],
        ),
        bad(
            chat().with("UnusedGpuAlarm", json!({"EvaluationPeriods": 3, "DatapointsToAlarm": 5})),
            &["Properties.UnusedGpuAlarm.DatapointsToAlarm: 5 is out of range; use 1 to EvaluationPeriods, which is 3"],
        ),
        bad(
            alarm("Period", json!(10)),
            &["Properties.UnusedGpuAlarm.Period: 10 s is shorter than", "which is 60 s", "use 60 or more"],
        ),
        bad(
            alarm("ComparisonOperator", json!("GreaterThan")),
            &["Properties.UnusedGpuAlarm.ComparisonOperator: \"GreaterThan\" is not allowed", "GreaterThanThreshold"],
        ),
        bad(
            alarm("TreatMissingData", json!("ignored")),
            &["Properties.UnusedGpuAlarm.TreatMissingData: \"ignored\" is not allowed", "notBreaching"],
        ),
        bad(
            chat().with("AlarmActions", vec![TOPIC; 6]),
            &["Properties.AlarmActions: 6 actions are more than CloudWatch takes; use at most 5"],
        ),
        bad(alarm("Threshold", json!(-1)), &["Properties.UnusedGpuAlarm.Threshold: -1 is negative"]),
        bad(
            alarm("ComparisonOperator", json!(">=")),
            &["Properties.UnusedGpuAlarm.ComparisonOperator: \">=\" is not allowed; use GreaterThanOrEqualToThreshold"],
        ),
        bad(
            alarm("TreatMissingData", json!("ok")),
            &[
                "Properties.UnusedGpuAlarm.TreatMissingData: \"ok\" is not allowed; use breaching, notBreaching, ignore or missing",
            ],
        ),
        bad(
            alarm("AlarmDescription", json!("é".repeat(1025))),
            &["Properties.UnusedGpuAlarm.AlarmDescription: 1025 characters are too long; use at most 1024"],
        ),
        bad(
            alarm("AlarmActions", json!(["topic"])),
            &["Properties.UnusedGpuAlarm.AlarmActions[0]: \"topic\" is not an ARN"],
        ),
        bad(
            alarm("AlarmActions", json!(["arn:aws:sqs:us-east-1:123456789012:queue"])),
            &["Properties.UnusedGpuAlarm.AlarmActions[0]:", "belongs to a service that alarms can't call"],
        ),
        bad(
            chat().with("AlarmActions", json!(["arn:aws:sns:eu-west-1:123456789012:on-call"])),
            &["Properties.AlarmActions[0]:", "is in eu-west-1, and an alarm calls only what is in its own Region"],
        ),
        bad(
            frequency(240).with("UnusedGpuAlarm", json!({"Period": 300, "DatapointsToAlarm": 1})),
            &["Properties.UnusedGpuAlarm.Period: 300 s is no multiple of", "use 240 or 480"],
        ),
        bad(
            chat().with("OKActions", json!(vec!["arn:aws:sns:us-east-1:123456789012:on-call"; 6])),
            &["Properties.OKActions: 6 actions are more than CloudWatch takes; use at most 5"],
        ),
        bad(
            one_model("chat").with("UnusedGpuAlarm/Threshold", 1),
            &["Properties.UnusedGpuAlarm: no variant hosts inference components on GPUs", "set Enabled to false"],
        ),
    ]
}

fn sources() -> Vec<Mistake> {
    let source = |alarm: &str, source: &str| chat().with(&format!("{alarm}/Source"), source);
    let counting = |alarm: &str| source(alarm, "SampleCount").with("GpuDimension", "GpuId");
    let asking = || source("IdleGpuAlarm", "PromQL");
    vec![
        bad(
            source("UnusedGpuAlarm", "Guess"),
            &["Properties.UnusedGpuAlarm.Source: \"Guess\" is not a source; use Reservation or SampleCount"],
        ),
        bad(
            source("GpuBufferAlarm", "PromQL"),
            &[
                "Properties.GpuBufferAlarm.Source: PromQL is no source for GpuBufferAlarm; use Reservation or SampleCount",
            ],
        ),
        bad(
            source("IdleGpuAlarm", "SampleCount"),
            &[
                "Properties.IdleGpuAlarm.Source: SampleCount is no source for IdleGpuAlarm",
                "use Reservation, Insights or PromQL",
            ],
        ),
        bad(
            source("NoTrafficAlarm", "Reservation"),
            &[
                "Properties.NoTrafficAlarm.Source: Reservation is no source for NoTrafficAlarm",
                "use Invocations or Insights",
            ],
        ),
        bad(
            counting("UnusedGpuAlarm").with("MetricsConfig/EnableEnhancedMetrics", false),
            &[
                "Properties.UnusedGpuAlarm.Source: SampleCount counts the samples of single GPUs",
                "EnableEnhancedMetrics to true",
            ],
        ),
        bad(
            source("GpuBufferAlarm", "SampleCount"),
            &["Properties.GpuBufferAlarm.Source: SampleCount needs the dimension", "give GpuDimension"],
        ),
        bad(
            counting("UnusedGpuAlarm").with("GpuDimension", "Auto"),
            &["Properties.UnusedGpuAlarm.Source:", "give GpuDimension (GpuId or AcceleratorId), or use Reservation"],
        ),
        bad(
            counting("GpuBufferAlarm").faster().with("GpuBufferAlarm/Period", 30),
            &["Properties.GpuBufferAlarm.Period: 30 s is shorter than a minute, the least that Metrics Insights takes"],
        ),
        bad(
            counting("UnusedGpuAlarm").with("UnusedGpuAlarm/EvaluationPeriods", 200),
            &["UnusedGpuAlarm.EvaluationPeriods: Period 60 s × EvaluationPeriods 200 is longer than 3 hours"],
        ),
        bad(
            asking().with("MetricsConfig/EnableDetailedObservability", false),
            &[
                "Properties.IdleGpuAlarm.Source: PromQL looks at the metrics of detailed observability, which is off",
                "use Reservation",
            ],
        ),
        bad(
            asking().with("IdleGpuAlarm/ComparisonOperator", "LessThanThreshold"),
            &["Properties.IdleGpuAlarm.ComparisonOperator: an alarm with Source PromQL has none", "leave it out"],
        ),
        bad(
            asking().with("IdleGpuAlarm/TreatMissingData", "missing"),
            &["Properties.IdleGpuAlarm.TreatMissingData: an alarm with Source PromQL has none"],
        ),
        bad(
            asking().with("IdleGpuAlarm/DatapointsToAlarm", 3),
            &["Properties.IdleGpuAlarm.DatapointsToAlarm: an alarm with Source PromQL has none"],
        ),
        bad(
            asking().with("IdleGpuAlarm/Period", 7200),
            &["Properties.IdleGpuAlarm.Period: 7200 s is longer than an hour"],
        ),
        bad_monitoring(
            monitoring("chat")
                .with("ProductionVariants", chat().0["ProductionVariants"].clone())
                .with("MetricsConfig", json!({"EnableEnhancedMetrics": true}))
                .with("IdleGpuAlarm/Source", "PromQL"),
            &["Properties.IdleGpuAlarm.Source: PromQL looks at", "EnableDetailedObservability to true"],
        ),
    ]
}

fn other_alarms() -> Vec<Mistake> {
    let variants = |names: usize| -> Value {
        let own = |at| json!({"VariantName": format!("v{at}"), "InstanceType": "ml.g6.12xlarge", "ModelName": "m"});
        (0..names).map(own).collect()
    };
    let divided = || one_model("chat").with("ProductionVariants", variants(6));
    vec![
        bad(
            chat().with("GpuBufferAlarm/Threshold", -1),
            &["Properties.GpuBufferAlarm.Threshold: -1 is negative; a number of GPUs is 0 or more"],
        ),
        bad(
            chat().with("IdleGpuAlarm/Threshold", 130),
            &["Properties.IdleGpuAlarm.Threshold: 130 is out of range; use a percentage"],
        ),
        bad(
            frequency(240).with("GpuBufferAlarm/Period", 300),
            &[
                "Properties.GpuBufferAlarm.Period: 300 s is no multiple of MetricsConfig.MetricPublishFrequencyInSeconds",
                "use 240 or 480",
            ],
        ),
        bad(
            one_model("chat").with("NoTrafficAlarm/EvaluationPeriods", 169),
            &[
                "Properties.NoTrafficAlarm.EvaluationPeriods: Period 3600 s × EvaluationPeriods 169 is longer than 7 days",
            ],
        ),
        bad(
            one_model("chat").with("GpuBufferAlarm/Enabled", true),
            &["Properties.GpuBufferAlarm: no variant hosts inference components on GPUs"],
        ),
        bad(one_model("chat").with("IdleGpuAlarm/Enabled", true), &["Properties.IdleGpuAlarm: no variant has GPUs"]),
        bad(
            one_model("chat")
                .without("ProductionVariants/0/InstanceType")
                .without("ProductionVariants/0/InitialInstanceCount")
                .with("ProductionVariants/0/ServerlessConfig", json!({"MemorySizeInMB": 2048, "MaxConcurrency": 5}))
                .with("NoTrafficAlarm/Enabled", true),
            &["Properties.NoTrafficAlarm: no variant has instances", "leave the alarm out"],
        ),
        bad(
            chat().with("GpuBufferAlarm/AlarmName", "chat-unused-gpu"),
            &["Properties.GpuBufferAlarm.AlarmName: \"chat-unused-gpu\" is the name of an alarm of UnusedGpuAlarm too"],
        ),
        bad(
            divided().with("IdleGpuAlarm/Enabled", true).with("NoTrafficAlarm/AlarmName", "chat-idle-gpu-v3"),
            &["Properties.NoTrafficAlarm.AlarmName: \"chat-idle-gpu-v3\" is the name of an alarm of IdleGpuAlarm too"],
        ),
        bad(
            divided().with("IdleGpuAlarm/AlarmName", "a".repeat(254)),
            &["Properties.IdleGpuAlarm.AlarmName:", "would be the name of the alarm on that variant or model alone"],
        ),
        bad(
            divided().with("IdleGpuAlarm/AlarmName", "a \"b\""),
            &["Properties.IdleGpuAlarm.AlarmName:", "has a quotation mark"],
        ),
    ]
}

/// Thresholds that everything breaches, or nothing.
fn thresholds() -> Vec<Mistake> {
    let alarm = |kind: &str, settings: Value| one_model("chat").with(kind, settings);
    vec![
        bad(
            chat().with("UnusedGpuAlarm/Threshold", 0),
            &[
                "Properties.UnusedGpuAlarm.Threshold: 0 with GreaterThanOrEqualToThreshold: whatever is measured (0 or more) breaches it",
                "use more than 0, or GreaterThanThreshold",
            ],
        ),
        bad(
            chat().with("GpuBufferAlarm/Threshold", 0),
            &[
                "Properties.GpuBufferAlarm.Threshold: 0 with LessThanThreshold: nothing that can be measured (0 or more) breaches it",
                "use more than 0, or LessThanOrEqualToThreshold",
            ],
        ),
        bad(
            chat().with("IdleGpuAlarm", json!({"Threshold": 100, "ComparisonOperator": "LessThanOrEqualToThreshold"})),
            &[
                "Properties.IdleGpuAlarm.Threshold: 100 with",
                "would stay in ALARM",
                "use less than 100, or LessThanThreshold",
            ],
        ),
        bad(
            alarm("ErrorRateAlarm", json!({"Threshold": 0})),
            &["Properties.ErrorRateAlarm.Threshold: 0 with", "whatever is measured (0 to 100) breaches it"],
        ),
        bad(
            alarm("ErrorRateAlarm", json!({"Threshold": 100, "ComparisonOperator": "GreaterThanThreshold"})),
            &["Properties.ErrorRateAlarm.Threshold: 100 with", "could never fire", "use less than 100"],
        ),
        bad(
            alarm("NoTrafficAlarm", json!({"ComparisonOperator": "LessThanThreshold"})),
            &["Properties.NoTrafficAlarm.Threshold: 0 with LessThanThreshold", "could never fire"],
        ),
    ]
}

/// Nobody says what a metric is for a partition of a GPU.
fn partitions() -> Vec<Mistake> {
    let partitioned = || {
        chat().with("ProductionVariants/0/InstanceType", "ml.p4d.24xlarge").with(
            "ProductionVariants/0/AcceleratorPartitionLayouts",
            json!([{"AcceleratorPartitionTypes": ["mig-3g.20gb"]}]),
        )
    };
    let refused = |kind: &str, settings: Value| {
        bad(
            partitioned().with(kind, settings),
            &["the GPUs of variant AllTraffic are partitioned (AcceleratorPartitionLayouts)", "leave it out"],
        )
    };
    vec![
        refused("UnusedGpuAlarm", json!({"Threshold": 1})),
        refused("GpuBufferAlarm", json!({"Threshold": 1})),
        refused("IdleGpuAlarm", json!({"Source": "PromQL"})),
    ]
}

fn alarms_of_requests_and_dollars() -> Vec<Mistake> {
    let models = |count: usize| -> Value { (0..count).map(|at| json!({"Name": format!("m{at}")})).collect() };
    vec![
        bad(
            chat().with("MetricsConfig/EnableEnhancedMetrics", false).with("NoTrafficAlarm/Enabled", true),
            &["Properties.NoTrafficAlarm: requests of inference components come under their names alone", "at most 9"],
        ),
        bad(
            chat().with("NoTrafficAlarm/Source", "Invocations").with("InferenceComponents", models(10)),
            &["Properties.NoTrafficAlarm.Source: Source Invocations adds up", "1 to 9", "use Source Insights"],
        ),
        bad(
            chat().with("NoTrafficAlarm/EvaluationPeriods", 4),
            &["Properties.NoTrafficAlarm.EvaluationPeriods:", "longer than 3 hours, the most that Metrics Insights"],
        ),
        bad(
            chat().with("ErrorRateAlarm/Enabled", true),
            &["Properties.ErrorRateAlarm:", "list the models in InferenceComponents"],
        ),
        bad(
            chat().with("ErrorRateAlarm/Enabled", true).with("InferenceComponents", models(101)),
            &["Properties.ErrorRateAlarm: 101 models are more than one alarm takes", "at most 100"],
        ),
        bad(
            one_model("chat").with("LatencyAlarm/Enabled", true),
            &["Properties.LatencyAlarm.Threshold:", "none is right for every endpoint", "use milliseconds"],
        ),
        bad(
            chat().with("FirstChunkLatencyAlarm/Threshold", 800),
            &["Properties.FirstChunkLatencyAlarm:", "list the models in InferenceComponents"],
        ),
        bad(
            one_model("chat").with("NoCapacityAlarm/Enabled", true),
            &["Properties.NoCapacityAlarm: no variant hosts inference components"],
        ),
        bad(
            one_model("chat").with("BacklogAlarm/Enabled", true),
            &["Properties.BacklogAlarm: the endpoint isn't asynchronous"],
        ),
        bad(
            one_model("chat").with("BudgetAlarm/Threshold", 100),
            &["Properties.BudgetAlarm: there is no price for variant AllTraffic", "give CostPerHour"],
        ),
        bad(
            one_model("chat").with("CostPerHour", 1).with("BudgetAlarm", json!({"Threshold": 100, "Period": 3600})),
            &["Properties.BudgetAlarm.Period: 3600 s can't be the period of a BudgetAlarm; use 86400"],
        ),
        bad(
            one_model("chat").with("NoTrafficAlarm/TimeZone", "UTC"),
            &["Properties.NoTrafficAlarm.TimeZone: only a BudgetAlarm has a window of the clock"],
        ),
    ]
}
