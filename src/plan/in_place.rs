//! What no update in place can change about an endpoint that hosts inference components. Pure.
//!
//! The GPU partitions of a running endpoint never change, and a layout with the same profiles in another order counts as another
//! one (<https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AcceleratorPartitionLayout.html>). That another instance
//! type takes another endpoint was recorded from real endpoints
//! (<https://github.com/cloud-custodian/cloud-custodian/pull/11078>); no page of AWS's says so.

use aws_sdk_sagemaker::operation::create_endpoint_config::CreateEndpointConfigInput;
use aws_sdk_sagemaker::types::{ProductionVariant, ProductionVariantInstanceType};
use thiserror::Error;

use crate::properties::Member;
use crate::spec::hosts_components;

/// A change that SageMaker takes no update for, and what to do instead.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FixedMember {
    /// Another instance type.
    #[error(
        "{path}: endpoint {endpoint:?} hosts inference components on {before}, and SageMaker can't move \
         such an endpoint to {after}; keep {before}, or give another EndpointName, so that a new endpoint is made, and create the inference \
         components again there"
    )]
    InstanceType {
        /// The endpoint.
        endpoint: String,
        /// Where the new declaration gives it.
        path: String,
        /// The type that serves.
        before: String,
        /// The type that is declared.
        after: String,
    },
    /// Other partitions, or others first.
    #[error(
        "{path}: the GPUs of endpoint {endpoint:?} {before}, and SageMaker never changes the \
         layout of a running endpoint, not even the order of its profiles; keep the layout, or give another EndpointName, so that a new endpoint \
         is made, and create the inference components again there"
    )]
    PartitionLayout {
        /// The endpoint.
        endpoint: String,
        /// Where the new declaration gives it.
        path: String,
        /// How they are partitioned, in words.
        before: String,
    },
}

impl FixedMember {
    /// What keeps `endpoint`, which serves on the variants `before`, from being updated to the config `after`. Only where both host
    /// inference components, and each gives one instance type: what becomes of pools isn't documented.
    #[must_use]
    pub fn between(endpoint: &str, before: &[ProductionVariant], after: &CreateEndpointConfigInput) -> Option<Self> {
        // Such an endpoint has one variant, whatever its name.
        let before = before.iter().find(|variant| hosts_components(variant))?;
        let after = Member::root(after).production_variants().items();
        let after = after.into_iter().find(|variant| hosts_components(variant.value))?;
        let endpoint = endpoint.to_owned();
        if let (Some(was), Some(is)) = (instance_type(before), instance_type(after.value))
            && was != is
        {
            let path = after.instance_type().path;
            return Some(Self::InstanceType { endpoint, path, before: was.to_owned(), after: is.to_owned() });
        }
        let (was, is) = (layout(before), layout(after.value));
        let path = after.accelerator_partition_layouts().path;
        (was != is).then(|| Self::PartitionLayout { endpoint, path, before: in_words(&was) })
    }
}

fn instance_type(variant: &ProductionVariant) -> Option<&str> {
    variant.instance_type.as_ref().map(ProductionVariantInstanceType::as_str)
}

/// Profiles of one accelerator, in their order; none where it is whole.
fn layout(variant: &ProductionVariant) -> Vec<String> {
    let layouts = variant.accelerator_partition_layouts().iter();
    layouts.flat_map(|layout| layout.accelerator_partition_types().iter().cloned()).collect()
}

fn in_words(layout: &[String]) -> String {
    if layout.is_empty() {
        "are not partitioned".to_owned()
    } else {
        format!("are partitioned into {}", layout.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_sagemaker::types::AcceleratorPartitionLayout;
    use aws_sdk_sagemaker::types::builders::ProductionVariantBuilder;

    use super::*;

    fn variant(instance_type: &str, layout: &[&str]) -> ProductionVariant {
        builder(instance_type, layout).build()
    }

    fn builder(instance_type: &str, layout: &[&str]) -> ProductionVariantBuilder {
        let profiles = layout.iter().map(|profile| (*profile).to_owned()).collect();
        let layouts = (!layout.is_empty()).then(|| {
            vec![AcceleratorPartitionLayout::builder().set_accelerator_partition_types(Some(profiles)).build()]
        });
        ProductionVariant::builder()
            .variant_name("AllTraffic")
            .instance_type(ProductionVariantInstanceType::from(instance_type))
            .set_accelerator_partition_layouts(layouts)
    }

    fn between(before: ProductionVariant, after: ProductionVariant) -> Option<FixedMember> {
        let after = CreateEndpointConfigInput::builder().production_variants(after).build().unwrap();
        FixedMember::between("chat", &[before], &after)
    }

    #[test]
    fn another_instance_type_or_layout_takes_another_endpoint() {
        let another_type = between(variant("ml.g5.2xlarge", &[]), variant("ml.g6.2xlarge", &[]));
        assert!(matches!(another_type, Some(FixedMember::InstanceType { .. })), "{another_type:?}");
        let said = another_type.unwrap().to_string();
        assert!(said.starts_with("Properties.ProductionVariants[0].InstanceType: endpoint"), "{said}");
        for (before, after) in [
            (vec!["mig-3g.20gb", "mig-4g.20gb"], vec!["mig-4g.20gb", "mig-3g.20gb"]),
            (vec!["mig-1g.5gb"], vec!["mig-1g.5gb", "mig-1g.5gb"]),
            (vec![], vec!["mig-1g.5gb"]),
            (vec!["mig-1g.5gb"], vec![]),
        ] {
            let changed = between(variant("ml.p4d.24xlarge", &before), variant("ml.p4d.24xlarge", &after));
            assert!(matches!(changed, Some(FixedMember::PartitionLayout { .. })), "{before:?} to {after:?}");
            assert_eq!(between(variant("ml.p4d.24xlarge", &before), variant("ml.p4d.24xlarge", &before)), None);
        }
    }

    #[test]
    fn a_model_of_its_own_and_pools_are_not_concerned() {
        let own = builder("ml.g5.2xlarge", &[]).model_name("m").build();
        assert_eq!(between(own.clone(), variant("ml.g6.2xlarge", &[])), None);
        assert_eq!(between(variant("ml.g6.2xlarge", &[]), own), None);
        let pools = ProductionVariant::builder().variant_name("AllTraffic").build();
        assert_eq!(between(pools, variant("ml.g6.2xlarge", &[])), None);
    }
}
