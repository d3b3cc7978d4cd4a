//! What an update can't change about an endpoint that hosts inference components: its instance type (recorded from real
//! endpoints, <https://github.com/cloud-custodian/cloud-custodian/pull/11078>) and its partition layout, the order of profiles
//! included (<https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AcceleratorPartitionLayout.html>).
//! How `SageMaker` words the refusals isn't known.

use aws_sdk_sagemaker::operation::create_endpoint_config::CreateEndpointConfigInput;
use aws_sdk_sagemaker::types::{AcceleratorPartitionLayout, ProductionVariant};

use super::{Endpoint, refuse};
use crate::error::ServiceError;

/// Refuses a config that the endpoint can't be moved to.
pub(super) fn check(endpoint: &Endpoint, to: &CreateEndpointConfigInput) -> Result<(), ServiceError> {
    let (Some(before), Some(after)) = (shared(&endpoint.config), shared(to)) else { return Ok(()) };
    let arn = &endpoint.arn;
    if before.instance_type.is_some() && after.instance_type.is_some() && before.instance_type != after.instance_type {
        return Err(refuse(format!(
            "Cannot update endpoint \"{arn}\": InstanceType can't be changed for an endpoint with inference components."
        )));
    }
    if profiles(before) != profiles(after) {
        return Err(refuse(format!("Cannot update endpoint \"{arn}\": AcceleratorPartitionLayouts can't be changed.")));
    }
    Ok(())
}

/// The variant that models are placed on, where there is one.
fn shared(config: &CreateEndpointConfigInput) -> Option<&ProductionVariant> {
    let shares = |variant: &&ProductionVariant| variant.model_name.is_none() && variant.serverless_config.is_none();
    config.production_variants().iter().find(shares)
}

fn profiles(variant: &ProductionVariant) -> Vec<&String> {
    let layouts = variant.accelerator_partition_layouts().iter();
    layouts.flat_map(AcceleratorPartitionLayout::accelerator_partition_types).collect()
}
