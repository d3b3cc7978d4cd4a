//! From a declaration to its plan, for the tests of what is decided.

use serde_json::Value;

use crate::envelope::ResourceType;
use crate::plan::{Environment, Owner, Plan, plan};
use crate::spec::{GpuDimension, valid};

/// The resource of this logical id in a stack.
pub(super) fn owner(logical_id: &str) -> Owner {
    let stack_id = "arn:aws:cloudformation:us-east-1:123456789012:stack/s/1".to_owned();
    Owner { stack_id, logical_id: logical_id.to_owned() }
}

/// What a `Custom::MonitoredEndpoint` with these properties plans.
pub(super) fn planned(declared: &Value, logical_id: &str) -> Plan {
    let spec = valid(ResourceType::MonitoredEndpoint, declared);
    let gpu_dimensions = vec![GpuDimension::GpuId];
    let environment = Environment { region: "us-east-1".to_owned(), gpu_dimensions, ..Environment::default() };
    plan(&spec, &owner(logical_id), &environment).unwrap()
}
