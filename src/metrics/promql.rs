//! PromQL over the OpenTelemetry metrics of detailed observability.
//!
//! Metrics and labels: <https://docs.aws.amazon.com/sagemaker/latest/dg/inference-monitoring.html>; labels with dots stand in
//! quotes: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-PromQL-Querying.html>. In an alarm,
//! each series that a query returns breaches.

use std::fmt;

use crate::endpoint::EndpointName;

const GPU_UTILIZATION: &str = "DCGM_FI_DEV_GPU_UTIL";
const ENDPOINT: &str = "aws.sagemaker.endpoint.name";
const VARIANT: &str = "aws.sagemaker.variant.name";
const COMPONENT: &str = "aws.sagemaker.inference_component.name";

/// A query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromQl(String);

impl PromQl {
    /// One series for each model of `endpoint` whose GPUs did less than `percent` of what they can, on average over the
    /// last `seconds`; its labels name the model. A GPU that no inference component holds is no model's, and not in it.
    #[must_use]
    pub fn idle_models(endpoint: &EndpointName, percent: f64, seconds: i32) -> Self {
        Self::idle(&format!("\"{ENDPOINT}\"=\"{endpoint}\", \"{COMPONENT}\"!=\"\""), COMPONENT, percent, seconds)
    }

    /// The same for variants that have a model of their own.
    #[must_use]
    pub fn idle_variants(endpoint: &EndpointName, percent: f64, seconds: i32) -> Self {
        Self::idle(&format!("\"{ENDPOINT}\"=\"{endpoint}\""), VARIANT, percent, seconds)
    }

    fn idle(series: &str, label: &str, percent: f64, seconds: i32) -> Self {
        let utilization = format!("avg_over_time({{\"{GPU_UTILIZATION}\", {series}}}[{seconds}s])");
        Self(format!("avg by (\"{label}\") ({utilization}) < {percent}"))
    }
}

impl fmt::Display for PromQl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
