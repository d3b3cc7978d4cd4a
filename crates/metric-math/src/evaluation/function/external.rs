//! Functions that CloudWatch has and that can't be evaluated from metric data alone: models that it trains, and other services.
//! They can be read, so that the error for them isn't the one for an expression that CloudWatch refuses.

use super::{Function, Implementation, METRIC_MATH, ResultKind};

const ANOMALY_DETECTION: &str =
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Anomaly_Detection.html";
const CONTRIBUTOR_INSIGHTS: &str =
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/ContributorInsights-GraphReportData.html";
const DATA_SOURCES: &str =
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_MultiDataSources-Custom-Use.html";
const QUOTAS: &str =
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Quotas-Visualize-Alarms.html";

const fn external(name: &'static str, page: &'static str, result: ResultKind) -> Function {
    let (takes, implementation) = ("arguments of its own", Implementation::External);
    Function { name, page, arguments: 0..=usize::MAX, takes, words: &[], result, implementation }
}

pub(super) const FUNCTIONS: &[Function] = &[
    external("ANOMALY_DETECTION_BAND", ANOMALY_DETECTION, ResultKind::ManySeries),
    external("DB_PERF_INSIGHTS", METRIC_MATH, ResultKind::Series),
    external("INSIGHT_RULE_METRIC", CONTRIBUTOR_INSIGHTS, ResultKind::Series),
    external("LAMBDA", DATA_SOURCES, ResultKind::Series),
    external("SERVICE_QUOTA", QUOTAS, ResultKind::Series),
];
