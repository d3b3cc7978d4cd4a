//! Values that the API takes no such of, and members that don't go together.

use serde_json::{Value, json};

use super::{Mistake, bad, chat};
use crate::support::declaration::{Declared, one_model};
use crate::support::event::ENDPOINT;

/// All of them.
pub(super) fn all() -> Vec<Mistake> {
    [of_strings(), of_numbers(), of_lists(), tags_and_types(), combinations(), deployments()]
        .into_iter()
        .flatten()
        .collect()
}

fn variant(member: &str, value: impl Into<Value>) -> Declared {
    chat().with(&format!("ProductionVariants/0/{member}"), value)
}

fn of_strings() -> Vec<Mistake> {
    let capture = |uri: &str| {
        chat().with(
            "DataCaptureConfig",
            json!({"InitialSamplingPercentage": 10, "DestinationS3Uri": uri, "CaptureOptions": [{"CaptureMode": "Input"}]}),
        )
    };
    let asynchronous = |output: Value| one_model("chat").with("AsyncInferenceConfig", json!({"OutputConfig": output}));
    vec![
        bad(
            one_model("chat").with("ProductionVariants/0/ModelName", "my_model"),
            &[
                "Properties.ProductionVariants[0].ModelName: \"my_model\" is not the name of a model; use letters, digits and hyphens",
            ],
        ),
        bad(
            one_model("chat").with("ProductionVariants/0/ModelName", "m".repeat(64)),
            &["Properties.ProductionVariants[0].ModelName:", "has 64 characters; use at most 63"],
        ),
        bad(
            chat().with("KmsKeyId", "my key"),
            &["Properties.KmsKeyId: \"my key\" is not a KMS key; use a key's id, its ARN, alias/NAME"],
        ),
        bad(
            capture("captures/chat"),
            &[
                "Properties.DataCaptureConfig.DestinationS3Uri: \"captures/chat\" is not a place in Amazon S3; use a URI such as s3://",
            ],
        ),
        bad(
            asynchronous(json!({"S3OutputPath": "results"})),
            &["Properties.AsyncInferenceConfig.OutputConfig.S3OutputPath: \"results\" is not a place in Amazon S3"],
        ),
        bad(
            asynchronous(json!({"S3OutputPath": "s3://b/o", "NotificationConfig": {"SuccessTopic": "done"}})),
            &["OutputConfig.NotificationConfig.SuccessTopic: \"done\" is not the ARN of an SNS topic; use !Ref Topic"],
        ),
        bad(
            variant("RoutingConfig", json!({"RoutingStrategy": "least-outstanding-requests"})),
            &[
                "RoutingStrategy: \"least-outstanding-requests\" is not allowed; did you mean LEAST_OUTSTANDING_REQUESTS?",
            ],
        ),
        bad(
            variant("RoutingConfig", json!({})),
            &["Properties.ProductionVariants[0].RoutingConfig.RoutingStrategy: SageMaker requires it here", "RANDOM"],
        ),
    ]
}

fn of_numbers() -> Vec<Mistake> {
    let at = "Properties.ProductionVariants[0]";
    let said: [(&str, i64, &str); 5] = [
        ("VolumeSizeInGB", 513, "513 is not allowed; use 1 to 512"),
        ("ModelDataDownloadTimeoutInSeconds", 59, "59 is not allowed; use 60 to 3600"),
        ("ContainerStartupHealthCheckTimeoutInSeconds", 7200, "7200 is not allowed; use 60 to 3600"),
        ("InitialVariantWeight", -1, "-1 is less than 0; use 0 or more"),
        ("VariantInstanceProvisionTimeoutInSeconds", 60, "60 is not allowed; use 300 to 3600"),
    ];
    let of_variant = said.into_iter().map(|(member, value, says)| Mistake {
        says: vec![format!("{at}.{member}: {says}").leak()],
        ..bad(variant(member, value), &[])
    });
    let others = [
        bad(
            chat().with("GpusPerInstance", 65),
            &["Properties.GpusPerInstance: 65 is not a number of GPUs; use 1 to 64"],
        ),
        bad(
            chat().with("Variants", json!([{"VariantName": "AllTraffic", "GpusPerInstance": i64::MAX}])),
            &["Properties.Variants[0].GpusPerInstance: 9223372036854775807 is not a number of GPUs"],
        ),
        bad(
            chat().with("CostPerHour", 1e300),
            &["Properties.CostPerHour: ", "is not a price; use dollars per instance-hour"],
        ),
    ];
    of_variant.chain(others).collect()
}

fn of_lists() -> Vec<Mistake> {
    let vpc = |groups: Value, subnets: Value| {
        chat().with("VpcConfig", json!({"SecurityGroupIds": groups, "Subnets": subnets}))
    };
    vec![
        bad(
            vpc((0..6).map(|n| format!("sg-{n}")).collect(), json!(["subnet-1"])),
            &["Properties.VpcConfig.SecurityGroupIds: 6 are more than SageMaker takes; use at most 5"],
        ),
        bad(vpc(json!(["sg-1"]), json!([])), &["Properties.VpcConfig.Subnets: 0 are too few; give at least 1"]),
        bad(
            vpc(json!(["sg 1"]), json!(["subnet-1"])),
            &["Properties.VpcConfig.SecurityGroupIds[0]: \"sg 1\" is not an id"],
        ),
        bad(
            chat().with("VpcConfig", json!({"Subnets": ["subnet-1"]})),
            &["Properties.VpcConfig.SecurityGroupIds: SageMaker requires it here; give it"],
        ),
    ]
}

fn tags_and_types() -> Vec<Mistake> {
    let tag = |key: &str, value: &str| chat().with("Tags", json!([{"Key": key, "Value": value}]));
    vec![
        bad(
            tag("a;b", "1"),
            &["Properties.Tags[0].Key: \"a;b\" has ';', which no tag takes; use letters, digits, spaces"],
        ),
        bad(tag(&"k".repeat(129), "1"), &["Properties.Tags[0].Key: ", "has 129 characters; use at most 128"]),
        bad(tag("k", &"v".repeat(257)), &["Properties.Tags[0].Value: ", "has 257 characters; use at most 256"]),
        bad(tag("k", "a\tb"), &["Properties.Tags[0].Value: ", "which no tag takes"]),
        bad(
            variant("InstanceType", "ml.g6.12xlage"),
            &[
                "Properties.ProductionVariants[0].InstanceType: \"ml.g6.12xlage\" is no instance type; use ml.g6.12xlarge",
            ],
        ),
        bad(
            variant("InstanceType", "ml.g6.13xlarge"),
            &[
                "\"ml.g6.13xlarge\" is newer than this provider's catalogue",
                "or use ml.g6.1",
                "xlarge, if that was meant",
            ],
        ),
    ]
}

fn combinations() -> Vec<Mistake> {
    let serverless = |config: Value| {
        one_model("chat")
            .with("ProductionVariants", json!([{"VariantName": "V", "ModelName": "m", "ServerlessConfig": config}]))
    };
    let layout = || json!({"AcceleratorPartitionTypes": ["mig-3g.40gb"]});
    vec![
        bad(
            variant("ManagedInstanceScaling", json!({"MinInstanceCount": 3, "MaxInstanceCount": 2})),
            &["[0].ManagedInstanceScaling.MinInstanceCount: 3 is more than MaxInstanceCount, which is 2; lower it"],
        ),
        bad(
            one_model("chat")
                .with("ProductionVariants/0/ServerlessConfig", json!({"MemorySizeInMB": 2048, "MaxConcurrency": 5})),
            &["Properties.ProductionVariants[0].ServerlessConfig: can't be combined with InstanceType"],
        ),
        bad(
            serverless(json!({"MemorySizeInMB": 1500, "MaxConcurrency": 5})),
            &["ServerlessConfig.MemorySizeInMB: 1500 is not allowed; use 1024, 2048, 3072, 4096, 5120 or 6144"],
        ),
        bad(
            serverless(json!({"MemorySizeInMB": 1024, "MaxConcurrency": 5, "ProvisionedConcurrency": 6})),
            &["ServerlessConfig.ProvisionedConcurrency: 6 is more than MaxConcurrency, which is 5; lower it"],
        ),
        bad(
            variant("AcceleratorPartitionLayouts", json!([layout(), layout()])),
            &["Properties.ProductionVariants[0].AcceleratorPartitionLayouts: 2 layouts are given; keep one"],
        ),
        bad(
            one_model("chat").with("ProductionVariants/0/AcceleratorPartitionLayouts", json!([layout()])),
            &["Properties.ProductionVariants[0].AcceleratorPartitionLayouts: can't be combined with ModelName"],
        ),
        bad(
            variant("AcceleratorPartitionLayouts", json!([{"AcceleratorPartitionTypes": ["3g.40gb"]}])),
            &[
                "AcceleratorPartitionTypes[0]: \"3g.40gb\" is not a partition profile; use a profile such as mig-3g.40gb",
            ],
        ),
        bad(
            one_model("chat").with(
                "ShadowProductionVariants",
                json!([
                    {"VariantName": "S", "ModelName": "s", "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 1},
                    {"VariantName": "T", "ModelName": "t", "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 1},
                ]),
            ),
            &[
                "Properties.ShadowProductionVariants: 2 can't be combined with 1 of ProductionVariants; a shadow test takes one of each",
            ],
        ),
    ]
}

fn deployments() -> Vec<Mistake> {
    let rolling = |member: &str, value: Value| {
        let policy =
            json!({"MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 20}, "WaitIntervalInSeconds": 60});
        let declared = chat().with("DeploymentConfig/RollingUpdatePolicy", policy);
        Mistake {
            resource_types: &[ENDPOINT],
            ..bad(declared.with(&format!("DeploymentConfig/RollingUpdatePolicy/{member}"), value), &[])
        }
    };
    let at = "Properties.DeploymentConfig.RollingUpdatePolicy";
    vec![
        Mistake {
            says: vec!["WaitIntervalInSeconds: a deployment waits 2 × 1800 s, 3600 s in all", "lower the waits"],
            ..rolling("WaitIntervalInSeconds", json!(1800))
        },
        Mistake {
            says: vec![format!("{at}.MaximumBatchSize.Value: 60 is not a share").leak(), "use 5 to 50 percent"],
            ..rolling("MaximumBatchSize/Value", json!(60))
        },
        Mistake {
            says: vec![format!("{at}.MaximumExecutionTimeoutInSeconds: 60 is not allowed; use 600 to 28800").leak()],
            ..rolling("MaximumExecutionTimeoutInSeconds", json!(60))
        },
    ]
}
