//! Configs that SageMaker would refuse, and costs, models and dashboards that can't be.

use serde_json::{Value, json};

use super::{Mistake, bad, chat, frequency};

/// All of them.
pub(super) fn all() -> Vec<Mistake> {
    [configs(), costs_and_models()].into_iter().flatten().collect()
}

fn configs() -> Vec<Mistake> {
    let variant = json!({
        "VariantName": "AllTraffic", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 1, "ModelName": "m",
    });
    vec![
        bad(
            chat().with(
                "ProductionVariants",
                json!([
                    {"VariantName": "AllTraffic", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 1},
                    {"VariantName": "B", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 1},
                ]),
            ),
            &["Properties.ProductionVariants: variant \"AllTraffic\" has no ModelName", "keep one variant"],
        ),
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
            &["Properties.GpusPerInstance: 0 is not a number of GPUs; use 1 to 64, or leave it out"],
        ),
        bad(
            chat().with("CostPerHour", -1),
            &["Properties.CostPerHour: -1 is not a price; use dollars per instance-hour"],
        ),
        bad(chat().with("CostPerHour", 0), &["Properties.CostPerHour: 0 is not a price"]),
        bad(chat().with("CostPerHour", -5.752), &["Properties.CostPerHour: -5.752 is not a price"]),
        bad(
            variants(json!({"VariantName": "Other"})),
            &["Properties.Variants[0].VariantName: \"Other\" names no variant; there is AllTraffic"],
        ),
        bad(
            variants(json!({"VariantName": "Blue", "CostPerHour": 1})),
            &["Properties.Variants[0].VariantName: \"Blue\" names no variant; there is AllTraffic"],
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
            &[
                "Properties.GpuDimension: \"Gpu\" is not a GPU dimension; use GpuId, AcceleratorId or Auto; did you mean GpuId?",
            ],
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
