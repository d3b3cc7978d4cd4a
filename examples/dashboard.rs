//! Prints the dashboard and the alarms that a declaration gets, without an AWS account or a network.
//!
//! ```text
//! cargo run --workspace --example dashboard -- docs/pictures/article.json
//! ```
//!
//! The file holds the properties of a `Custom::MonitoredEndpointConfig` as a template has them. What is printed is JSON with the members
//! `DashboardName`, `DashboardBody` and `MetricAlarms` (requests of `PutMetricAlarm`): what `stand-in render --body` draws.

use std::error::Error;
use std::{env, fs};

use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmInputBuilder;
use aws_sdk_cloudwatch::types::{ComparisonOperator, MetricDataQuery};
use monitored_endpoint::envelope::ResourceType;
use monitored_endpoint::plan::{Owner, Surroundings, plan};
use monitored_endpoint::properties::{Declaration, Problems};
use monitored_endpoint::spec::{GpuDimension, Judged, Spec};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args().nth(1).ok_or("name a file with the properties of a Custom::MonitoredEndpointConfig")?;
    let properties: Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
    let problems = Problems::default();
    let kind = ResourceType::MonitoredEndpointConfig;
    let declaration = Declaration::read(kind, &as_sent(properties), &problems);
    let judged = declaration.map(|declaration| Spec::judge(kind, &declaration, None, &problems));
    let Some(Judged::Valid(spec)) = judged else {
        return Err(format!("{path} is not valid: {problems}").into());
    };
    let owner = Owner {
        stack_id: "arn:aws:cloudformation:us-east-1:123456789012:stack/inference/1d2f6b40-0000-4000-8000-000000000000"
            .to_owned(),
        logical_id: "Config".to_owned(),
    };
    let surroundings = Surroundings {
        region: "us-east-1".to_owned(),
        gpu_dimensions: vec![GpuDimension::GpuId],
        ..Surroundings::default()
    };
    let plan = plan(&spec, &owner, &surroundings)?;
    let dashboard = plan.dashboard.ok_or("the declaration wants no dashboard")?;
    let printed = json!({
        "DashboardName": dashboard.name.to_string(),
        "DashboardBody": dashboard.body,
        "MetricAlarms": plan.alarms.iter().map(alarm).collect::<Vec<_>>(),
    });
    println!("{printed}");
    Ok(())
}

/// As CloudFormation sends properties: every scalar a string, and the service token beside them.
fn as_sent(mut properties: Value) -> Value {
    fn stringify(value: &mut Value) {
        match value {
            Value::Bool(_) | Value::Number(_) => *value = value.to_string().into(),
            Value::Array(items) => items.iter_mut().for_each(stringify),
            Value::Object(members) => members.values_mut().for_each(stringify),
            Value::Null | Value::String(_) => {}
        }
    }
    stringify(&mut properties);
    properties["ServiceToken"] = "arn:aws:lambda:us-east-1:123456789012:function:provider".into();
    properties
}

/// An alarm's request in the words of the API, as far as it bears on the alarm's state.
fn alarm(request: &PutMetricAlarmInputBuilder) -> Value {
    let mut alarm = json!({
        "AlarmName": request.get_alarm_name(),
        "AlarmDescription": request.get_alarm_description(),
        "EvaluationPeriods": request.get_evaluation_periods(),
        "DatapointsToAlarm": request.get_datapoints_to_alarm(),
        "Threshold": request.get_threshold(),
        "ComparisonOperator": request.get_comparison_operator().as_ref().map(ComparisonOperator::as_str),
        "TreatMissingData": request.get_treat_missing_data(),
        "Metrics": request.get_metrics().iter().flatten().map(query).collect::<Vec<_>>(),
    });
    if request.get_evaluation_criteria().is_some() {
        // Nothing here evaluates PromQL; that it is there is all a reader needs.
        alarm["EvaluationCriteria"] = json!({});
    }
    alarm
}

fn query(query: &MetricDataQuery) -> Value {
    let mut row = json!({ "Id": query.id(), "ReturnData": query.return_data() });
    if let Some(expression) = query.expression() {
        row["Expression"] = expression.into();
    }
    if let Some(period) = query.period() {
        row["Period"] = period.into();
    }
    if let Some((stat, metric)) = query.metric_stat().and_then(|stat| Some((stat, stat.metric()?))) {
        let dimensions = metric.dimensions().iter();
        row["MetricStat"] = json!({
            "Metric": {
                "Namespace": metric.namespace(),
                "MetricName": metric.metric_name(),
                "Dimensions": dimensions.map(|one| json!({ "Name": one.name(), "Value": one.value() })).collect::<Vec<_>>(),
            },
            "Stat": stat.stat(),
            "Period": stat.period(),
        });
    }
    row
}
