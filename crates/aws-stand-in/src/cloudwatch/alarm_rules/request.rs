//! `PutMetricAlarm`'s request, as far as its rules look at it.
//! The SDK has no schemas for `CloudWatch` yet; with them this would go.

use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(in crate::cloudwatch) struct MetricAlarmRequest {
    pub(super) alarm_name: String,
    #[serde(rename = "AlarmDescription")]
    _alarm_description: Option<String>,
    #[serde(rename = "ActionsEnabled")]
    _actions_enabled: Option<bool>,
    #[serde(default, rename = "OKActions")]
    pub(super) ok_actions: Vec<String>,
    #[serde(default)]
    pub(super) alarm_actions: Vec<String>,
    #[serde(default)]
    pub(super) insufficient_data_actions: Vec<String>,
    pub(super) metric_name: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) statistic: Option<String>,
    pub(super) extended_statistic: Option<String>,
    pub(super) dimensions: Option<Vec<Value>>,
    pub(super) period: Option<i64>,
    pub(super) unit: Option<String>,
    pub(super) evaluation_periods: Option<i64>,
    pub(super) datapoints_to_alarm: Option<i64>,
    pub(super) threshold: Option<f64>,
    pub(super) comparison_operator: Option<String>,
    pub(super) treat_missing_data: Option<String>,
    pub(super) evaluate_low_sample_count_percentile: Option<String>,
    pub(super) metrics: Option<Vec<MetricQuery>>,
    #[serde(rename = "Tags")]
    _tags: Option<Value>,
    pub(super) threshold_metric_id: Option<String>,
    pub(super) evaluation_window: Option<Value>,
    #[serde(rename = "WarmUpConfiguration")]
    _warm_up_configuration: Option<Value>,
    pub(super) evaluation_criteria: Option<Value>,
    pub(super) evaluation_interval: Option<i64>,
    #[serde(rename = "ActionConfiguration")]
    _action_configuration: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct MetricQuery {
    pub(super) id: String,
    pub(super) metric_stat: Option<MetricStat>,
    pub(super) expression: Option<String>,
    #[serde(rename = "Label")]
    _label: Option<String>,
    pub(super) return_data: Option<bool>,
    pub(super) period: Option<i64>,
    #[serde(rename = "AccountId")]
    _account_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct MetricStat {
    pub(super) metric: MetricName,
    pub(super) period: i64,
    pub(super) stat: String,
    #[serde(rename = "Unit")]
    _unit: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct MetricName {
    pub(super) namespace: Option<String>,
    #[serde(rename = "MetricName")]
    pub(super) name: Option<String>,
    #[serde(rename = "Dimensions")]
    _dimensions: Option<Vec<Value>>,
}

impl MetricAlarmRequest {
    pub(in crate::cloudwatch) fn is_promql(&self) -> bool {
        self.evaluation_criteria.is_some()
    }
}
