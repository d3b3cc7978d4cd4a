//! Where model copies are: each on one instance of its variant, on GPUs, or partitions of them, that no other copy holds.
//!
//! First fit, in the order of declaration, and a copy stays where it is for as long as it and its instance are there.
//! `SageMaker`'s own choice isn't documented; what is counted doesn't depend on it as long as every copy finds its place.

use std::collections::{BTreeMap, BTreeSet};

use super::{Fleet, SECOND, Timestamp};

/// A copy in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PlacedCopy {
    /// Number of its component in the fleet.
    pub(super) component: usize,
    /// Its number among the component's copies.
    pub(super) number: u32,
    /// How many earlier containers had the same number.
    pub(super) earlier: u32,
    /// Number of its variant in the fleet.
    pub(super) variant: usize,
    /// Number of its instance in the variant.
    pub(super) instance: usize,
    /// The instance's GPUs that it holds, or their partitions, counted through.
    pub(super) gpus: Vec<u32>,
}

/// The copies that are placed at a time after the fleet's start.
pub(super) fn place(fleet: &Fleet, since_start: Timestamp) -> Vec<PlacedCopy> {
    let instances = fleet.variants.iter().map(|variant| &variant.instances);
    let copies = fleet.components.iter().map(|component| &component.copies);
    let changes = instances.chain(copies).flat_map(|steps| &steps.0).map(|(at, _)| Timestamp::from(*at) * SECOND);
    let moments: BTreeSet<Timestamp> = changes.filter(|at| *at < since_start).chain([since_start]).collect();
    let mut placement = Placement { fleet, placed: BTreeMap::new(), containers: BTreeMap::new() };
    for moment in moments {
        placement.bring_to(moment);
    }
    let mut placed: Vec<PlacedCopy> = placement.placed.into_values().collect();
    placed.sort_by_key(|copy| (copy.variant, copy.component, copy.number));
    placed
}

/// A fleet's copies as time goes on, by component and number.
struct Placement<'f> {
    fleet: &'f Fleet,
    placed: BTreeMap<(usize, u32), PlacedCopy>,
    /// Containers that there have been of each.
    containers: BTreeMap<(usize, u32), u32>,
}

impl Placement<'_> {
    /// Ends what is no longer there, then places what is wanted and isn't placed.
    fn bring_to(&mut self, moment: Timestamp) {
        let fleet = self.fleet;
        let running = |variant: usize| fleet.variants[variant].instances.at(moment) as usize;
        self.placed.retain(|(component, number), copy| {
            copy.instance < running(copy.variant) && *number < fleet.components[*component].copies.at(moment)
        });
        for (number, variant) in fleet.variants.iter().enumerate() {
            let mut free = self.free(number, running(number));
            for (component, declared) in fleet.components.iter().enumerate() {
                if declared.variant != variant.name {
                    continue;
                }
                for copy in 0..declared.copies.at(moment) {
                    if !self.placed.contains_key(&(component, copy))
                        && !self.start((component, copy), number, declared.gpus_per_copy, &mut free)
                    {
                        break;
                    }
                }
            }
        }
    }

    /// The GPUs of each running instance that no copy holds.
    fn free(&self, variant: usize, instances: usize) -> Vec<BTreeSet<u32>> {
        let mut free = vec![(0..self.fleet.variants[variant].places()).collect::<BTreeSet<u32>>(); instances];
        for copy in self.placed.values().filter(|copy| copy.variant == variant) {
            for gpu in &copy.gpus {
                free[copy.instance].remove(gpu);
            }
        }
        free
    }

    /// Places a copy on the first instance with enough free GPUs; false where there is none.
    fn start(&mut self, copy: (usize, u32), variant: usize, gpus: u32, free: &mut [BTreeSet<u32>]) -> bool {
        let Some(instance) = free.iter().position(|free| free.len() >= gpus as usize) else { return false };
        let gpus: Vec<u32> = free[instance].iter().copied().take(gpus as usize).collect();
        free[instance].retain(|gpu| !gpus.contains(gpu));
        let containers = self.containers.entry(copy).or_default();
        let placed = PlacedCopy { component: copy.0, number: copy.1, earlier: *containers, variant, instance, gpus };
        *containers += 1;
        self.placed.insert(copy, placed);
        true
    }
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
        assert_eq!(places, [(0, 0, vec![0, 1, 2]), (0, 1, vec![0, 1, 2]), (1, 0, vec![3]), (1, 1, vec![3])]);
        assert_eq!(fleet.gpus_held(0, None), 8);
        assert_eq!(fleet.gpus_held(0, Some("small")), 2);
    }

    /// A panel that reads one GPU of a copy for all of them relies on it.
    #[test]
    fn a_copy_stays_where_it_is_and_what_comes_back_is_another_container() {
        let variant = Variant::new("v", "ml.g6.12xlarge", 4, Steps::always(1));
        let component = |name: &str, copies: &[(u32, u32)]| Component {
            name: name.into(),
            variant: "v".into(),
            gpus_per_copy: 1,
            copies: Steps(copies.to_vec()),
            load: Load::default(),
        };
        let first = component("first", &[(0, 1), (60, 2), (120, 1), (180, 3)]);
        let fleet = Fleet::new("e", 60, variant).with(first).with(component("second", &[(0, 1), (120, 2)]));
        let at = |seconds: Timestamp| -> Vec<_> {
            let placed = place(&fleet, seconds * SECOND).into_iter();
            placed.map(|copy| (copy.component, copy.number, copy.earlier, copy.gpus)).collect()
        };
        assert_eq!(at(0), [(0, 0, 0, vec![0]), (1, 0, 0, vec![1])]);
        assert_eq!(at(60), [(0, 0, 0, vec![0]), (0, 1, 0, vec![2]), (1, 0, 0, vec![1])]);
        assert_eq!(at(120), [(0, 0, 0, vec![0]), (1, 0, 0, vec![1]), (1, 1, 0, vec![2])]);
        assert_eq!(at(180), [(0, 0, 0, vec![0]), (0, 1, 1, vec![3]), (1, 0, 0, vec![1]), (1, 1, 0, vec![2])]);
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
