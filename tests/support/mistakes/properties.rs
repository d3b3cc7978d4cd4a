//! Names that can't be, values of the wrong kind, and properties that there are not.

use serde_json::json;

use super::{Mistake, bad, bad_config, bad_monitoring, chat};
use crate::support::declaration::monitoring;

/// All of them.
pub(super) fn all() -> Vec<Mistake> {
    [names(), kinds_and_unknowns()].into_iter().flatten().collect()
}

fn names() -> Vec<Mistake> {
    vec![
        bad_config(chat().without("EndpointName"), &["Properties.EndpointName: give the name of the endpoint"]),
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
        bad(chat().with("CostPerHour", "cheap"), &["Properties.CostPerHour: expected a number or Auto, got \"cheap\""]),
        bad(chat().with("CostPerHour", "5,752"), &["Properties.CostPerHour: expected a number or Auto, got \"5,752\""]),
        bad(
            chat().with("CostPerHour", "auto"),
            &["Properties.CostPerHour: expected a number or Auto, got \"auto\"; did you mean Auto?"],
        ),
        bad(
            chat().with("GpuDimension", "Accelerators"),
            &[
                "Properties.GpuDimension: \"Accelerators\" is not a GPU dimension; use GpuId, AcceleratorId or Auto; did you mean AcceleratorId?",
            ],
        ),
        bad(
            chat().with("UnusedGpuAlarm/Source", "reservation"),
            &[
                "Properties.UnusedGpuAlarm.Source: \"reservation\" is not a source; use Reservation or SampleCount; did you mean Reservation?",
            ],
        ),
        bad(
            chat().with("ProductionVariants/0/RoutingConfig", json!({ "RoutingStrategy": "RANDON" })),
            &["RoutingConfig.RoutingStrategy: \"RANDON\" is not allowed; did you mean RANDOM?"],
        ),
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
            chat().with("MetricConfig", json!({})),
            &["Properties.MetricConfig: unknown property; did you mean MetricsConfig?"],
        ),
        bad(
            chat().with("GpuBuferAlarm", json!({})),
            &["Properties.GpuBuferAlarm: unknown property; did you mean GpuBufferAlarm?"],
        ),
        bad_config(
            chat().with("DeploymentConfig", json!({})),
            &["Properties.DeploymentConfig: belongs to Custom::MonitoredEndpoint"],
        ),
        bad(
            chat().with("EnableEnhancedMetrics", true),
            &["Properties.EnableEnhancedMetrics: unknown property here; it belongs in MetricsConfig"],
        ),
        bad(
            chat().with("Specification", json!({})),
            &["Properties.Specification: unknown property here; it belongs to AWS::SageMaker::InferenceComponent"],
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
