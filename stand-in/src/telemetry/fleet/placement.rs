//! Where model copies are: each on one instance of its variant, on GPUs, or partitions of them, that no other copy holds.
//!
//! First fit, in the order of declaration. `SageMaker`'s own choice isn't documented; what is counted doesn't depend on
//! it as long as every copy finds its place.

use std::ops::Range;

use super::{Fleet, Timestamp};

/// A copy in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Copy {
    /// Number of its component in the fleet.
    pub(super) component: usize,
    /// Its number among the component's copies.
    pub(super) number: u32,
    /// Number of its variant in the fleet.
    pub(super) variant: usize,
    /// Number of its instance in the variant.
    pub(super) instance: usize,
    /// The instance's GPUs that it holds, or their partitions, counted through.
    pub(super) gpus: Range<u32>,
}

/// The copies that are placed at a time after the fleet's start.
pub(super) fn place(fleet: &Fleet, since_start: Timestamp) -> Vec<Copy> {
    let mut placed = Vec::new();
    for (number, variant) in fleet.variants.iter().enumerate() {
        let mut taken = vec![0_u32; variant.instances.at(since_start) as usize];
        for (component, declared) in fleet.components.iter().enumerate() {
            if declared.variant != variant.name {
                continue;
            }
            for copy in 0..declared.copies.at(since_start) {
                let fits = |taken: &u32| taken + declared.gpus_per_copy <= variant.places();
                let Some(instance) = taken.iter().position(fits) else { break };
                let first = taken[instance];
                taken[instance] += declared.gpus_per_copy;
                placed.push(Copy { component, number: copy, variant: number, instance, gpus: first..taken[instance] });
            }
        }
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::{Component, Load, Steps, Variant};

    #[test]
    fn copies_share_instances_without_sharing_gpus_and_never_span_two() {
        let variant = Variant::new("v", "ml.g6.12xlarge", 4, Steps::always(2));
        let component = |name: &str, gpus_per_copy, copies| Component {
            name: name.into(),
            variant: "v".into(),
            gpus_per_copy,
            copies: Steps::always(copies),
            load: Load::default(),
        };
        let fleet = Fleet::new("e", 60, variant).with(component("big", 3, 3)).with(component("small", 1, 9));
        let places: Vec<_> =
            place(&fleet, 0).into_iter().map(|copy| (copy.component, copy.instance, copy.gpus)).collect();
        assert_eq!(places, [(0, 0, 0..3), (0, 1, 0..3), (1, 0, 3..4), (1, 1, 3..4)]);
        assert_eq!(fleet.gpus_held(0, None), 8);
        assert_eq!(fleet.gpus_held(0, Some("small")), 2);
    }

    #[test]
    fn copies_hold_partitions_where_gpus_are_divided() {
        let variant = Variant { partitions_per_gpu: 7, ..Variant::new("v", "ml.p5.48xlarge", 2, Steps::always(1)) };
        let component = Component {
            name: "c".into(),
            variant: "v".into(),
            gpus_per_copy: 1,
            copies: Steps::always(20),
            load: Load::default(),
        };
        assert_eq!(Fleet::new("e", 60, variant).with(component).gpus_held(0, None), 14);
    }
}
