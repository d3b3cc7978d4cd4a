//! Variants and components from what SageMaker says of them.

use std::collections::BTreeMap;

use aws_sdk_sagemaker::operation::describe_inference_component::DescribeInferenceComponentOutput;
use aws_sdk_sagemaker::types::{InferenceComponentSummary, ProductionVariant, ProductionVariantInstanceType};
use monitored_endpoint::catalogue::{Accelerators, accelerators};
use monitored_endpoint::spec::Serving;

use super::seen::{Component, Variant};

pub(super) fn variant(one: &ProductionVariant, asynchronous: bool, running: &BTreeMap<&str, u32>) -> Option<Variant> {
    let name = one.variant_name()?;
    let servings = match (one.serverless_config(), one.model_name()) {
        (Some(serverless), _) => {
            vec![Serving::Serverless { provisioned: serverless.provisioned_concurrency().is_some() }]
        }
        (None, None) => vec![Serving::Components],
        (None, Some(_)) if asynchronous => vec![Serving::Asynchronous],
        (None, Some(_)) => vec![Serving::OwnModel, Serving::MultiModel, Serving::Containers],
    };
    Some(Variant { name: name.to_owned(), servings, gpus: gpus(one), running: running.get(name).copied() })
}

/// GPUs of one instance, where all of its types have as many.
fn gpus(one: &ProductionVariant) -> Option<u32> {
    let pools = one.instance_pools().iter().filter_map(|pool| pool.instance_type.as_ref());
    let types = one.instance_type.iter().chain(pools).map(ProductionVariantInstanceType::as_str);
    let mut counts: Vec<Option<u32>> = types
        .map(|instance_type| match accelerators(instance_type) {
            Accelerators::Gpus(gpus) => Some(gpus),
            Accelerators::Others(_) | Accelerators::None => Some(0),
            Accelerators::Unknown => None,
        })
        .collect();
    counts.dedup();
    match counts[..] {
        [] => Some(0),
        [one] => one,
        _ => None,
    }
}

impl Component {
    pub(super) fn declared(
        listed: &InferenceComponentSummary,
        described: Option<&DescribeInferenceComponentOutput>,
    ) -> Self {
        let copies = described.and_then(|described| described.runtime_config()?.current_copy_count());
        let specifications =
            described.into_iter().flat_map(|one| one.specification().into_iter().chain(one.specifications()));
        let mut gpus: Vec<Option<u32>> = specifications
            .map(|one| one.compute_resource_requirements()?.number_of_accelerator_devices_required().and_then(whole))
            .collect();
        gpus.dedup();
        Self {
            name: listed.inference_component_name().unwrap_or_default().to_owned(),
            variant: listed.variant_name().map(str::to_owned),
            copies: copies.and_then(|copies| u32::try_from(copies).ok()),
            gpus_per_copy: if let [one] = gpus[..] { one } else { None },
        }
    }
}

/// Part of a GPU isn't counted by samples of whole ones.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small whole number of devices")]
fn whole(devices: f32) -> Option<u32> {
    (devices >= 0.0 && devices.fract() == 0.0).then_some(devices as u32)
}
