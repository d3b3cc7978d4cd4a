//! New weights and instance counts for the variants of an endpoint, which keeps its config.
//! See <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpointWeightsAndCapacities.html>.

use crate::sagemaker::Context;
use aws_sdk_sagemaker::{
    operation::update_endpoint_weights_and_capacities::{
        UpdateEndpointWeightsAndCapacitiesInput, UpdateEndpointWeightsAndCapacitiesOutput,
    },
    types::{DesiredWeightAndCapacity, EndpointStatus},
};

use super::{Change, Endpoint, RunningVariant, Transition, check_at_rest, check_not_failed, refuse};
use crate::error::ServiceError;

pub(in crate::sagemaker) fn update(
    context: &mut Context<'_>,
    input: &UpdateEndpointWeightsAndCapacitiesInput,
) -> Result<UpdateEndpointWeightsAndCapacitiesOutput, ServiceError> {
    let name = input.endpoint_name().unwrap_or_default();
    let now = context.clock.now();
    let usual = context.config.transition_ms();
    let endpoint = context.state.endpoint(context.config, name)?;
    check_at_rest(endpoint)?;
    check_not_failed(endpoint)?;
    if endpoint.resting == EndpointStatus::UpdateRollbackFailed {
        // Its instances run on two configs, and no page says whose variants the request would mean.
        return Err(refuse(format!("Cannot update endpoint \"{}\" in status UpdateRollbackFailed.", endpoint.arn)));
    }
    context.state.config(context.config, &endpoint.config_name)?;
    let variants = changed(endpoint, input.desired_weights_and_capacities())?;
    let script = context.state.next_script(name);
    let endpoint = context.state.endpoint_mut(context.config, name)?;
    endpoint.pending = Some((endpoint.config.clone(), variants));
    endpoint.failure = None;
    endpoint.modified = now;
    let change = Change::Update { to_config: endpoint.config_name.clone() };
    endpoint.transition = Some(Transition::new(change, now, usual, script));
    Ok(UpdateEndpointWeightsAndCapacitiesOutput::builder().endpoint_arn(&endpoint.arn).build())
}

/// The endpoint's variants as they are asked to become.
fn changed(endpoint: &Endpoint, wanted: &[DesiredWeightAndCapacity]) -> Result<Vec<RunningVariant>, ServiceError> {
    let name = |one: &DesiredWeightAndCapacity| one.variant_name().unwrap_or_default().to_owned();
    let unknown: Vec<_> = wanted.iter().map(name).filter(|name| !endpoint.has_variant(name)).collect();
    if !unknown.is_empty() {
        return Err(refuse(format!(
            "The variant name(s) \"{}\" is/are not present within endpoint configuration \"{}\".",
            unknown.join(", "),
            endpoint.config_name
        )));
    }
    // "weight of one or more variants [...], or capacity of one variant" is all that the page promises.
    if wanted.iter().filter(|one| one.desired_instance_count().is_some()).count() > 1 {
        return Err(refuse("DesiredInstanceCount can be given for one variant at a time."));
    }
    let mut variants = endpoint.variants.clone();
    for one in wanted {
        for variant in variants.iter_mut().filter(|variant| one.variant_name() == Some(variant.name.as_str())) {
            let changed = variant.change(one);
            changed.map_err(|why| refuse(format!("Production variant \"{}\" {why}.", variant.name)))?;
        }
    }
    Ok(variants)
}
