//! Which instances ran at the end, and what each of their GPUs did.

use std::collections::BTreeMap;

use super::{Count, Mean, Publishing};
use crate::usage::described::DescribedVariant;
use crate::usage::series::UsageSeries;
use crate::usage::{GpuUsage, InstanceUsage};

impl Count<'_> {
    /// The instances that ran at the end, with what their GPUs did.
    pub(super) fn instances(
        &self,
        variant: &DescribedVariant,
        gpus: Option<u32>,
        publishing: &[Publishing<'_>],
    ) -> Vec<InstanceUsage> {
        let mut by_instance: BTreeMap<&str, Vec<&Publishing<'_>>> = BTreeMap::new();
        for (series, reading) in self.readings {
            if let UsageSeries::Instance { variant: name, instance } = series
                && *name == variant.name
                && self.at_end(reading) > 0.0
            {
                by_instance.entry(instance).or_default();
            }
        }
        for one in publishing.iter().filter(|one| self.at_end(one.reading) > 0.0) {
            by_instance.entry(one.instance).or_default().push(one);
        }
        let shared = variant.model.is_none();
        by_instance
            .into_iter()
            .map(|(id, held)| InstanceUsage { id: id.to_owned(), gpus: self.gpus(&held, gpus, shared) })
            .collect()
    }

    /// An instance's GPUs: each in its place where ids say which it is, unused ones between and after them.
    fn gpus(&self, held: &[&Publishing<'_>], many: Option<u32>, shared: bool) -> Vec<GpuUsage> {
        // A GPU that passed from one copy to another within the period belongs to who held it longer.
        let mut by_id: BTreeMap<(usize, &str), &Publishing<'_>> = BTreeMap::new();
        for one in held {
            let number = one.gpu.parse::<usize>().unwrap_or(usize::MAX);
            let holder = by_id.entry((number, one.gpu)).or_insert(one);
            if self.at_end(one.reading) > self.at_end(holder.reading) {
                *holder = one;
            }
        }
        let many = many.and_then(|gpus| usize::try_from(gpus).ok()).filter(|_| shared).unwrap_or(0);
        let numbered = by_id.keys().all(|(number, _)| *number < many);
        let mut slots: Vec<GpuUsage> = Vec::new();
        for ((number, _), one) in by_id {
            while numbered && slots.len() < number {
                slots.push(GpuUsage::UNUSED);
            }
            slots.push(self.gpu(one));
        }
        slots.resize(slots.len().max(many), GpuUsage::UNUSED);
        slots
    }

    fn gpu(&self, one: &Publishing<'_>) -> GpuUsage {
        let mut over_range = Mean::default();
        over_range.add_all(one.reading);
        GpuUsage {
            id: Some(one.gpu.to_owned()),
            model: Some(one.model.to_owned()),
            copy: one.copy.map(str::to_owned),
            utilization: one.reading.mean.get(&self.end).copied(),
            mean_utilization: over_range.value(),
        }
    }
}

impl GpuUsage {
    const UNUSED: Self = Self { id: None, model: None, copy: None, utilization: None, mean_utilization: None };
}
