//! From a declaration to its plan, without any I/O: and what is planned as JSON, to be looked at.

use monitored_endpoint::envelope::ResourceType;
use monitored_endpoint::plan::{Owner, Plan, PlanError, Surroundings, plan};
use monitored_endpoint::properties::{Declaration, Problems};
use monitored_endpoint::spec::{GpuDimension, Judged, Spec};
use serde_json::Value;

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

/// The requests of the alarms, in the words of the API.
pub(crate) fn alarms(plan: &Plan) -> Vec<Value> {
    plan.alarms.iter().map(|alarm| alarm.request.to_json()).collect()
}
