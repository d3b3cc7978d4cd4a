//! What authors get wrong, and what each of them must then read: the property, the value, the fix.

use serde_json::{Value, json};

use super::declaration::{Declared, monitoring, one_model, shared_gpus};
use super::event::{CONFIG, MONITORING};

/// A bad declaration, and what its author must read.
pub(crate) struct Mistake {
    pub(crate) declared: Declared,
    pub(crate) resource_type: &'static str,
    pub(crate) says: Vec<&'static str>,
}

fn bad(declared: Declared, says: &[&'static str]) -> Mistake {
    Mistake { declared, resource_type: CONFIG, says: says.to_vec() }
}

fn bad_monitoring(declared: Declared, says: &[&'static str]) -> Mistake {
    Mistake { declared, resource_type: MONITORING, says: says.to_vec() }
}

fn chat() -> Declared {
    shared_gpus("chat")
}

fn frequency(seconds: impl Into<Value>) -> Declared {
    chat().with("MetricsConfig/MetricPublishFrequencyInSeconds", seconds)
}

fn names() -> Vec<Mistake> {
    vec![
        bad(chat().without("EndpointName"), &["Properties.EndpointName: give the name of the endpoint"]),
        bad(
            chat().with("EndpointName", "my_chat"),
            &["Properties.EndpointName: \"my_chat\" is not an endpoint name", "use 1 to 63 letters"],
        ),
        bad(
            chat().with("EndpointName", "-chat"),
            &["\"-chat\" is not an endpoint name", "with a letter or digit at both ends"],
        ),
        bad(chat().with("EndpointName", "c".repeat(64)), &["Properties.EndpointName:", "use 1 to 63"]),
        bad(
            chat().with("EndpointConfigNamePrefix", "a b"),
            &["Properties.EndpointConfigNamePrefix: \"a b\" is not the start of a name"],
        ),
        bad(
            chat().with("EndpointConfigNamePrefix", "a").with("EndpointConfigName", "b"),
            &["Properties.EndpointConfigName: contradicts EndpointConfigNamePrefix", "keep the prefix"],
        ),
        bad(
            chat().with("EndpointConfigName", "a.b"),
            &["Properties.EndpointConfigName: \"a.b\" is not an endpoint config name"],
        ),
        bad(
            chat().with("Dashboard/DashboardName", "gpu board"),
            &["Properties.Dashboard.DashboardName: \"gpu board\" is not a dashboard name", "hyphens and underscores"],
        ),
        bad(
            chat().with("UnusedGpuAlarm/AlarmName", " "),
            &["Properties.UnusedGpuAlarm.AlarmName: \" \" is not an alarm name"],
        ),
    ]
}

fn kinds_and_unknowns() -> Vec<Mistake> {
    vec![
        bad(
            chat().with("ProductionVariants/0/InitialInstanceCount", "two"),
            &["Properties.ProductionVariants[0].InitialInstanceCount: expected an integer, got \"two\""],
        ),
        bad(
            chat().with("MetricsConfig/EnableEnhancedMetrics", "yes"),
            &["Properties.MetricsConfig.EnableEnhancedMetrics: expected true or false, got \"yes\""],
        ),
        bad(chat().with("CostPerHour", "cheap"), &["Properties.CostPerHour: expected a number, got \"cheap\""]),
        bad(
            chat().with("ProductionVariants", "AllTraffic"),
            &["Properties.ProductionVariants: expected a list, got \"AllTraffic\""],
        ),
        bad(chat().with("MetricsConfig", json!([])), &["Properties.MetricsConfig: expected an object, got a list"]),
        bad(chat().with("EndpointName", json!(["chat"])), &["Properties.EndpointName: expected a string, got a list"]),
        bad(
            chat().with("ProductionVariants/0/InitialInstanceCount", "3000000000"),
            &["InitialInstanceCount: \"3000000000\" is out of range"],
        ),
        bad(
            chat().with("Endpointname", "x"),
            &["Properties.Endpointname: unknown property; did you mean EndpointName?"],
        ),
        bad(
            chat().with("ProductionVariants/0/InstanceTyp", "x"),
            &["Properties.ProductionVariants[0].InstanceTyp: unknown property; did you mean InstanceType?"],
        ),
        bad(chat().with("Colour", "red"), &["Properties.Colour: unknown property; known here: ", "ProductionVariants"]),
        bad(
            chat().with("UnusedGpuAlarm/Treshold", 1),
            &["Properties.UnusedGpuAlarm.Treshold: unknown property; did you mean Threshold?"],
        ),
        bad(
            chat().with("InferenceComponents", json!([{"Name": "a", "Gpus": 1}])),
            &["Properties.InferenceComponents[0].Gpus: unknown property; did you mean GpusPerCopy?"],
        ),
        bad(
            chat().with("GpuBuferAlarm", json!({})),
            &["Properties.GpuBuferAlarm: unknown property; did you mean GpuBufferAlarm?"],
        ),
        bad(
            chat().with("DeploymentConfig", json!({})),
            &["Properties.DeploymentConfig: belongs to Custom::MonitoredEndpoint"],
        ),
        bad(
            chat().with("ServiceTimeout", 4000),
            &["Properties.ServiceTimeout: \"4000\" is not a ServiceTimeout; use 1 to 3600"],
        ),
        bad_monitoring(
            monitoring("chat").with("KmsKeyId", "k"),
            &[
                "Properties.KmsKeyId: Custom::EndpointMonitoring makes no endpoint config",
                "Custom::MonitoredEndpointConfig",
            ],
        ),
        bad_monitoring(
            monitoring("chat").with("EndpointConfigNamePrefix", "k"),
            &["Properties.EndpointConfigNamePrefix: Custom::EndpointMonitoring makes no"],
        ),
        bad_monitoring(monitoring("chat").without("EndpointName"), &["Properties.EndpointName: give the name"]),
    ]
}

fn configs() -> Vec<Mistake> {
    let variant = json!({"VariantName": "AllTraffic", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 1});
    vec![
        bad(
            chat().without("ProductionVariants"),
            &["Properties.ProductionVariants: give at least one production variant"],
        ),
        bad(
            chat().with("ProductionVariants", json!([])),
            &["Properties.ProductionVariants: give at least one production variant"],
        ),
        bad(
            chat().with("ProductionVariants", json!([variant, variant])),
            &["Properties.ProductionVariants[1].VariantName: \"AllTraffic\" is given twice"],
        ),
        bad(
            chat().with(
                "ProductionVariants",
                (0..11)
                    .map(
                        |n| json!({"VariantName": format!("v{n}"), "ModelName": "m", "InstanceType": "ml.g6.12xlarge"}),
                    )
                    .collect::<Value>(),
            ),
            &["Properties.ProductionVariants: 11 are more than SageMaker takes; use at most 10"],
        ),
        bad(
            chat().without("ProductionVariants/0/InstanceType"),
            &[
                "Properties.ProductionVariants[0].InstanceType: give an InstanceType such as ml.g6.12xlarge, or a ServerlessConfig",
            ],
        ),
        bad(
            chat().without("ProductionVariants/0/VariantName"),
            &["Properties.ProductionVariants[0].VariantName: every variant needs a name"],
        ),
        bad(
            chat().with("ProductionVariants/0/VariantName", "all traffic"),
            &["Properties.ProductionVariants[0].VariantName: \"all traffic\" is not a variant name"],
        ),
        bad(
            chat().with("ProductionVariants/0/InitialInstanceCount", 0),
            &["Properties.ProductionVariants[0].InitialInstanceCount: 0 is less than 1; use 1 or more"],
        ),
        bad(
            chat().without("ExecutionRoleArn"),
            &["Properties.ExecutionRoleArn: ProductionVariants[0] has no ModelName", "give ExecutionRoleArn"],
        ),
        bad(
            chat().with("ProductionVariants/0/InstanceType", "ml.g99.2xlarge"),
            &[
                "Properties.ProductionVariants[0].InstanceType: \"ml.g99.2xlarge\" is newer than this provider's catalogue",
                "GpusPerInstance",
            ],
        ),
        bad(
            frequency(15),
            &[
                "Properties.MetricsConfig.MetricPublishFrequencyInSeconds: 15 is not a publish frequency; use 10, 30, 60, 120, 180, 240 or 300 seconds",
            ],
        ),
        bad(frequency("often"), &["MetricPublishFrequencyInSeconds: expected an integer, got \"often\""]),
        bad(
            frequency(10).with("MetricsConfig/MetricsPublishFrequencyInSeconds", 60),
            &[
                "Properties.MetricsConfig.MetricsPublishFrequencyInSeconds: \"60\" contradicts MetricPublishFrequencyInSeconds, which is \"10\"",
                "keep MetricPublishFrequencyInSeconds",
            ],
        ),
        bad(
            chat().with("Tags", json!([{"Key": "aws:x", "Value": "1"}])),
            &["Properties.Tags[0].Key: \"aws:x\" is reserved"],
        ),
        bad(
            chat().with("Tags", json!([{"Key": "monitored-endpoint:stack-id", "Value": "1"}])),
            &["Properties.Tags[0].Key:", "is reserved"],
        ),
        bad(
            chat().with("Tags", json!([{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}])),
            &["Properties.Tags[1].Key: \"a\" is given twice"],
        ),
        bad(chat().with("Tags", json!([{"Value": "1"}])), &["Properties.Tags[0].Key: every tag needs a key"]),
        bad(
            chat().with("Tags", (0..48).map(|n| json!({"Key": format!("k{n}"), "Value": ""})).collect::<Value>()),
            &["Properties.Tags: 48 tags are too many; use at most 47"],
        ),
    ]
}

fn costs_and_models() -> Vec<Mistake> {
    let variants = |entry: Value| chat().with("Variants", json!([entry]));
    vec![
        bad(
            chat().with("GpusPerInstance", 0),
            &["Properties.GpusPerInstance: 0 is not a number of GPUs; use 1 or more"],
        ),
        bad(
            chat().with("CostPerHour", -1),
            &["Properties.CostPerHour: -1 is not a price; use dollars per instance-hour"],
        ),
        bad(chat().with("CostPerHour", 0), &["Properties.CostPerHour: 0 is not a price"]),
        bad(
            variants(json!({"VariantName": "Other"})),
            &["Properties.Variants[0].VariantName: \"Other\" names no variant; there is AllTraffic"],
        ),
        bad(
            variants(json!({"CostPerHour": 1})),
            &["Properties.Variants[0].VariantName: say which variant this is about"],
        ),
        bad(
            variants(json!({"VariantName": "AllTraffic", "CostPerHour": -2})),
            &["Properties.Variants[0].CostPerHour: -2 is not a price"],
        ),
        bad(
            chat().with("InferenceComponents", json!([{"Label": "Llama"}])),
            &["Properties.InferenceComponents[0].Name: give the name of the inference component"],
        ),
        bad(
            chat().with("InferenceComponents", json!([{"Name": "a/b"}])),
            &["Properties.InferenceComponents[0].Name: \"a/b\" is not an inference component name"],
        ),
        bad(
            chat().with("InferenceComponents", json!([{"Name": "a"}, {"Name": "a"}])),
            &["Properties.InferenceComponents[1].Name: \"a\" is given twice"],
        ),
        bad(
            chat().with("InferenceComponents", json!([{"Name": "a", "GpusPerCopy": 0}])),
            &["Properties.InferenceComponents[0].GpusPerCopy: 0 is not a number of GPUs"],
        ),
        bad(
            chat().with("GpuDimension", "Gpu"),
            &["Properties.GpuDimension: \"Gpu\" is not a GPU dimension; use GpuId, AcceleratorId or Auto"],
        ),
        bad(
            chat().with("Dashboard/Start", "3 hours"),
            &["Properties.Dashboard.Start: \"3 hours\" is not a start; use a duration such as -PT3H"],
        ),
        bad(
            chat().with("Dashboard/PeriodOverride", "always"),
            &["Properties.Dashboard.PeriodOverride: \"always\" is not allowed; use auto or inherit"],
        ),
        bad(
            chat()
                .with("MetricsConfig", json!({"EnableEnhancedMetrics": true, "MetricPublishFrequencyInSeconds": 300}))
                .with("Dashboard/PeriodOverride", "auto"),
            &["Properties.Dashboard.PeriodOverride: auto may draw graphs by the minute, and metrics come every 300 s"],
        ),
    ]
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
            chat().with("OKActions", json!(["arn:a", "arn:b", "arn:c", "arn:d", "arn:e", "arn:f"])),
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
                "Properties.GpuBufferAlarm.Source: PromQL tells nothing that a GpuBufferAlarm is about; use Reservation or SampleCount",
            ],
        ),
        bad(
            source("IdleGpuAlarm", "SampleCount"),
            &["Properties.IdleGpuAlarm.Source: SampleCount tells nothing", "use Reservation or PromQL"],
        ),
        bad(
            source("NoTrafficAlarm", "Reservation"),
            &["Properties.NoTrafficAlarm.Source: Reservation tells nothing", "use Invocations"],
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
            &["Properties.GpuBufferAlarm.Source: SampleCount has to name the dimension", "give GpuDimension"],
        ),
        bad(
            counting("UnusedGpuAlarm").with("GpuDimension", "Auto"),
            &["Properties.UnusedGpuAlarm.Source:", "give GpuDimension (GpuId or AcceleratorId), or use Reservation"],
        ),
        bad(
            counting("GpuBufferAlarm")
                .with("MetricsConfig", json!({"EnableEnhancedMetrics": true, "MetricPublishFrequencyInSeconds": 10}))
                .with("GpuBufferAlarm/Period", 30),
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
        (0..names).map(|at| json!({"VariantName": format!("v{at}"), "InstanceType": "ml.g6.12xlarge"})).collect()
    };
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
                "use 480",
            ],
        ),
        bad(
            chat().with("NoTrafficAlarm/EvaluationPeriods", 169),
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
            chat().with("ProductionVariants", variants(6)).with("GpuBufferAlarm/AlarmName", "chat-unused-gpu-v3"),
            &[
                "Properties.GpuBufferAlarm.AlarmName: \"chat-unused-gpu-v3\" is the name of an alarm of UnusedGpuAlarm too",
            ],
        ),
        bad(
            chat().with("ProductionVariants", variants(6)).with("UnusedGpuAlarm/AlarmName", "a".repeat(254)),
            &["Properties.UnusedGpuAlarm.AlarmName:", "would be the name of the alarm on that variant alone"],
        ),
        bad(
            chat().with("ProductionVariants", variants(6)).with("UnusedGpuAlarm/AlarmName", "a \"b\""),
            &["Properties.UnusedGpuAlarm.AlarmName:", "has a quotation mark"],
        ),
    ]
}

/// Every mistake there is a sentence for. Each is one alone.
pub(crate) fn every_mistake() -> Vec<Mistake> {
    [names(), kinds_and_unknowns(), configs(), costs_and_models(), alarms(), sources(), other_alarms()]
        .into_iter()
        .flatten()
        .collect()
}
