//! From a declaration to its plan, without any I/O: and what is planned as JSON, to be looked at.

use monitored_endpoint::envelope::ResourceType;
use monitored_endpoint::plan::{Environment, Owner, Plan, PlanError, plan};
use monitored_endpoint::properties::{Declaration, Problems};
use monitored_endpoint::spec::{GpuDimension, Spec, Validated};
use serde_json::Value;

use super::declaration::Declared;
use super::event::stack_id;

/// What is planned where `dimensions` may tell GPUs apart.
pub(crate) fn planned(declared: &Declared, dimensions: &[GpuDimension]) -> Plan {
    try_planned(declared, dimensions).unwrap()
}

/// The same of a declaration that may be more than CloudWatch takes.
///
/// SageMaker hosts inference components on one variant only, and so no config with more is made. What is planned for them
/// is still looked at, as for an endpoint that was made elsewhere: its arithmetic has to hold for any number.
pub(crate) fn try_planned(declared: &Declared, dimensions: &[GpuDimension]) -> Result<Plan, PlanError> {
    let spec = validated(declared).unwrap_or_else(|problems| panic!("{declared:?} is not valid: {problems}"));
    plan_of(&spec, dimensions)
}

/// The same where the declaration is valid. More than CloudWatch takes fails.
pub(crate) fn planned_if_valid(declared: &Declared, dimensions: &[GpuDimension]) -> Result<Plan, Problems> {
    Ok(plan_of(&validated(declared)?, dimensions).unwrap())
}

fn validated(declared: &Declared) -> Result<Spec, Problems> {
    let problems = Problems::default();
    let (declared, kind) = &if has_several_that_share(declared) {
        (made_elsewhere(declared), ResourceType::EndpointMonitoring)
    } else {
        (declared.clone(), ResourceType::MonitoredEndpointConfig)
    };
    let kind = *kind;
    let declaration = Declaration::read(kind, &declared.as_sent(), &problems);
    let validated = declaration.map(|declaration| Spec::validate(kind, &declaration, None, &problems));
    if let Some(Validated::Valid(spec)) = validated { Ok(*spec) } else { Err(problems) }
}

fn plan_of(spec: &Spec, dimensions: &[GpuDimension]) -> Result<Plan, PlanError> {
    let owner = Owner { stack_id: stack_id("inference"), logical_id: "Config".to_owned() };
    let environment =
        Environment { region: "us-east-1".to_owned(), gpu_dimensions: dimensions.to_vec(), ..Environment::default() };
    plan(spec, &owner, &environment)
}

/// The dashboard's body.
pub(crate) fn dashboard(plan: &Plan) -> Value {
    serde_json::from_str(&plan.dashboard.as_ref().unwrap().body).unwrap()
}

/// The requests of the alarms, in the words of the API.
pub(crate) fn alarms(plan: &Plan) -> Vec<Value> {
    plan.alarms.iter().map(|alarm| alarm.request.to_json()).collect()
}

fn has_several_that_share(declared: &Declared) -> bool {
    let variants = declared.0["ProductionVariants"].as_array().map(Vec::as_slice).unwrap_or_default();
    let shares = |variant: &Value| variant.get("ModelName").is_none() && variant.get("ServerlessConfig").is_none();
    variants.len() > 1 && variants.iter().any(shares)
}

/// The same declaration for the type that makes no config, with the config's defaults written out.
fn made_elsewhere(declared: &Declared) -> Declared {
    let declared = match declared.0.get("ExecutionRoleArn") {
        Some(_) => declared.clone().without("ExecutionRoleArn"),
        None => declared.clone(),
    };
    let defaults = [
        ("EnableEnhancedMetrics", Value::from(declared.0.get("MetricsConfig").is_none())),
        ("EnableDetailedObservability", Value::from(true)),
        ("MetricPublishFrequencyInSeconds", Value::from(60)),
    ];
    defaults.into_iter().fold(declared, |declared, (name, value)| {
        let given = declared.0.pointer(&format!("/MetricsConfig/{name}")).is_some();
        if given { declared } else { declared.with(&format!("MetricsConfig/{name}"), value) }
    })
}
