//! From a declaration to its plan, without any I/O: and the planned requests as JSON, to be looked at.

use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmInputBuilder;
use aws_sdk_cloudwatch::types::{ComparisonOperator, MetricDataQuery};
use monitored_endpoint::envelope::ResourceType;
use monitored_endpoint::plan::{Owner, Plan, PlanError, Surroundings, plan};
use monitored_endpoint::properties::{Declaration, Problems};
use monitored_endpoint::spec::{GpuDimension, Judged, Spec};
use serde_json::{Value, json};

use super::declaration::Declared;
use super::event::stack_id;

/// What is planned where `dimensions` may tell GPUs apart.
pub(crate) fn planned(declared: &Declared, dimensions: &[GpuDimension]) -> Plan {
    try_planned(declared, dimensions).unwrap()
}

/// The same of a declaration that may be more than CloudWatch takes.
pub(crate) fn try_planned(declared: &Declared, dimensions: &[GpuDimension]) -> Result<Plan, PlanError> {
    let problems = Problems::default();
    let kind = ResourceType::MonitoredEndpointConfig;
    let declaration = Declaration::read(kind, &declared.as_sent(), &problems).unwrap();
    let Judged::Valid(spec) = Spec::judge(kind, &declaration, None, &problems) else {
        panic!("{declared:?} is not valid: {problems}")
    };
    let owner = Owner { stack_id: stack_id("inference"), logical_id: "Config".to_owned() };
    let surroundings =
        Surroundings { region: "us-east-1".to_owned(), gpu_dimensions: dimensions.to_vec(), ..Surroundings::default() };
    plan(&spec, &owner, &surroundings)
}

/// The dashboard's body.
pub(crate) fn dashboard(plan: &Plan) -> Value {
    serde_json::from_str(&plan.dashboard.as_ref().unwrap().body).unwrap()
}

/// An alarm's request, in the words of the API.
pub(crate) fn alarm(request: &PutMetricAlarmInputBuilder) -> Value {
    json!({
        "AlarmName": request.get_alarm_name(),
        "AlarmDescription": request.get_alarm_description(),
        "ActionsEnabled": request.get_actions_enabled(),
        "AlarmActions": request.get_alarm_actions(),
        "OKActions": request.get_ok_actions(),
        "InsufficientDataActions": request.get_insufficient_data_actions(),
        "Metrics": request.get_metrics().iter().flatten().map(query).collect::<Vec<_>>(),
        "EvaluationPeriods": request.get_evaluation_periods(),
        "DatapointsToAlarm": request.get_datapoints_to_alarm(),
        "Threshold": request.get_threshold(),
        "ComparisonOperator": request.get_comparison_operator().as_ref().map(ComparisonOperator::as_str),
        "TreatMissingData": request.get_treat_missing_data(),
    })
}

fn query(query: &MetricDataQuery) -> Value {
    match (query.expression(), query.metric_stat()) {
        (Some(expression), None) => json!({
            "Id": query.id(), "Expression": expression, "Label": query.label(), "ReturnData": query.return_data(),
        }),
        (None, Some(stat)) => {
            let metric = stat.metric().unwrap();
            let dimensions = metric.dimensions().iter();
            json!({
                "Id": query.id(),
                "Metric": format!("{} {}", metric.namespace().unwrap(), metric.metric_name().unwrap()),
                "Dimensions": dimensions.map(|one| (one.name().unwrap(), one.value().unwrap())).collect::<Value>(),
                "Stat": stat.stat(), "Period": stat.period(), "ReturnData": query.return_data(),
            })
        }
        other => panic!("neither an expression nor a metric: {other:?}"),
    }
}
