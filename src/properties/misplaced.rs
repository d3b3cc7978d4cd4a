//! Properties that exist, somewhere else: where a name at the top of a declaration belongs.

use super::property::has;
use super::reference::{ALARM, DASHBOARD};

/// Members of nested objects and of CloudFormation's own types that are met at the top.
const ELSEWHERE: [(&str, &[&str]); 5] = [
    (
        "in an entry of ProductionVariants",
        &[
            "InitialInstanceCount",
            "InitialVariantWeight",
            "InstancePools",
            "InstanceType",
            "ManagedInstanceScaling",
            "ModelName",
            "RoutingConfig",
            "ServerlessConfig",
            "VariantName",
            "VolumeSizeInGB",
        ],
    ),
    (
        "in MetricsConfig",
        &[
            "EnableDetailedObservability",
            "EnableEnhancedMetrics",
            "MetricPublishFrequencyInSeconds",
            "MetricsPublishFrequencyInSeconds",
        ],
    ),
    ("in DeploymentConfig", &["AutoRollbackConfiguration", "BlueGreenUpdatePolicy", "RollingUpdatePolicy"]),
    ("to AWS::SageMaker::Model", &["Containers", "InferenceExecutionConfig", "PrimaryContainer"]),
    ("to AWS::SageMaker::InferenceComponent", &["InferenceComponentName", "RuntimeConfig", "Specification"]),
];

/// Where `name` belongs, for "it belongs …".
pub(super) fn home(name: &str) -> Option<&'static str> {
    let nested = ELSEWHERE.iter().find(|(_, names)| names.contains(&name)).map(|(home, _)| *home);
    nested
        .or_else(|| (has(DASHBOARD, name) && name != "Enabled").then_some("in Dashboard"))
        .or_else(|| has(ALARM, name).then_some("in an alarm such as UnusedGpuAlarm"))
}

#[cfg(test)]
mod tests {
    use super::home;

    #[test]
    fn a_name_from_elsewhere_has_a_home_and_others_have_none() {
        assert_eq!(home("InstanceType"), Some("in an entry of ProductionVariants"));
        assert_eq!(home("PrimaryContainer"), Some("to AWS::SageMaker::Model"));
        assert_eq!(home("Start"), Some("in Dashboard"));
        assert_eq!(home("Threshold"), Some("in an alarm such as UnusedGpuAlarm"));
        assert_eq!(home("Colour"), None);
    }
}
