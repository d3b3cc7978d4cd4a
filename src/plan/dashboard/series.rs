//! The arithmetic behind the panels, the same at every publish frequency, period and number of GPUs.
//!
//! With F the publish frequency and P a datapoint's period in seconds, each instance and each GPU that a model copy
//! holds publishes P ÷ F samples in one period. So
//!
//! - instances = samples × F ÷ P,
//! - used GPUs = samples of GPUs × F ÷ P,
//! - unused GPUs = (samples of instances × GPUs per instance − samples of GPUs) × F ÷ P,
//! - a model's dollars in one period = samples of its GPUs × F × price ÷ GPUs per instance ÷ 3600: the period cancels,
//!   and a running sum is right at any zoom.
//!
//! The dollars of all models and the unallocated dollars add up to instances × price × P ÷ 3600, always.

use crate::metrics::{Expr, Graph, IdLetter, MetricId, MetricStat, Stat, endpoint_metric, gpu_samples};
use crate::pricing::ListPrices;
use crate::spec::{Dollars, GpuDimension, InferenceComponentName, Monitoring, Variant};

const SECONDS_PER_HOUR: f64 = 3600.0;

/// What the panels are about.
pub(super) struct Context<'m> {
    pub(super) monitoring: &'m Monitoring,
    pub(super) gpu_dimensions: &'m [GpuDimension],
    pub(super) prices: &'m ListPrices,
}

/// A variant and its number, which its ids carry.
#[derive(Clone, Copy)]
pub(super) struct Numbered<'m> {
    pub(super) number: usize,
    pub(super) variant: &'m Variant,
}

impl<'m> Context<'m> {
    pub(super) fn variants(&self) -> impl Iterator<Item = Numbered<'m>> + use<'m> {
        self.monitoring.variants.iter().enumerate().map(|(number, variant)| Numbered { number, variant })
    }

    /// Dollars for one of the variant's instances for one hour, where known.
    pub(super) fn price(&self, variant: &Variant) -> Option<Dollars> {
        self.prices.of(variant).per_hour()
    }

    /// The label, with the variant's name where there are several.
    pub(super) fn label(&self, label: &str, variant: &Variant) -> String {
        match self.monitoring.variants.len() {
            1 => label.to_owned(),
            _ => format!("{label} ({})", variant.name),
        }
    }

    fn seconds(&self) -> f64 {
        f64::from(self.monitoring.frequency.seconds())
    }

    /// Samples that the variant's instances published: one each per publish interval, with or without models on them.
    pub(super) fn instance_samples(&self, variant: &Variant) -> MetricStat {
        endpoint_metric("CPUUtilization", Stat::SampleCount, &self.monitoring.endpoint_name, &variant.name)
    }

    /// Percentage of GPUs that inference components have reserved.
    pub(super) fn reservation(&self, variant: &Variant) -> MetricStat {
        endpoint_metric("GPUReservation", Stat::Average, &self.monitoring.endpoint_name, &variant.name)
    }

    /// A count, from the samples that it published in one period.
    fn count(&self, samples: Expr<Graph>, of: Numbered<'_>) -> Expr<Graph> {
        samples * self.seconds() / Expr::period_of(&instances_id(of))
    }

    pub(super) fn instances(&self, of: Numbered<'_>) -> Expr<Graph> {
        self.count(Expr::series(&instances_id(of)), of)
    }

    pub(super) fn total_gpus(&self, of: Numbered<'_>, gpus: u32) -> Expr<Graph> {
        self.count(Expr::series(&instances_id(of)) * f64::from(gpus), of)
    }

    /// Used GPUs by the samples they publish, once for each dimension that may tell them apart: a search that finds
    /// nothing draws nothing.
    pub(super) fn used_gpus(&self, of: Numbered<'_>) -> Vec<Expr<Graph>> {
        self.each_dimension(|dimension| self.count(self.held(dimension, of.variant, None), of))
    }

    pub(super) fn unused_gpus(&self, of: Numbered<'_>, gpus: u32) -> Vec<Expr<Graph>> {
        self.each_dimension(|dimension| self.count(self.unused_samples(dimension, of, gpus), of))
    }

    /// Used GPUs by what is reserved, for endpoints that publish nothing per GPU.
    pub(super) fn reserved_gpus(&self, of: Numbered<'_>, gpus: u32) -> Expr<Graph> {
        self.total_gpus(of, gpus) * Expr::series(&reserved_id(of)).filled_with(0.0) / 100.0
    }

    pub(super) fn unreserved_gpus(&self, of: Numbered<'_>, gpus: u32) -> Expr<Graph> {
        let unreserved = Expr::number(100.0) - Expr::series(&reserved_id(of)).filled_with(0.0);
        self.total_gpus(of, gpus) * unreserved / 100.0
    }

    /// Dollars of a model in each period.
    pub(super) fn model_cost(
        &self,
        of: Numbered<'_>,
        gpus: u32,
        price: Dollars,
        component: &InferenceComponentName,
    ) -> Vec<Expr<Graph>> {
        self.each_dimension(|dimension| {
            self.dollars(self.held(dimension, of.variant, Some(component)), price) / f64::from(gpus)
        })
    }

    /// Dollars for GPUs that no model holds, in each period.
    pub(super) fn unallocated_cost(&self, of: Numbered<'_>, gpus: u32, price: Dollars) -> Vec<Expr<Graph>> {
        self.each_dimension(|dimension| self.dollars(self.unused_samples(dimension, of, gpus), price) / f64::from(gpus))
    }

    /// Dollars for the variant's instances in each period.
    pub(super) fn instance_cost(&self, of: Numbered<'_>, price: Dollars) -> Expr<Graph> {
        self.dollars(Expr::series(&instances_id(of)), price)
    }

    fn dollars(&self, samples: Expr<Graph>, price: Dollars) -> Expr<Graph> {
        samples * self.seconds() * price.0 / SECONDS_PER_HOUR
    }

    fn held(
        &self,
        dimension: GpuDimension,
        variant: &Variant,
        component: Option<&InferenceComponentName>,
    ) -> Expr<Graph> {
        Expr::sum_of_search(gpu_samples(dimension, &self.monitoring.endpoint_name, &variant.name, component))
    }

    /// Samples that unused GPUs would have published.
    ///
    /// While nobody knows which dimension is published, a GPU series that is missing may be one that has another name,
    /// so it must not count as nothing used: the line stays away. Once it is known, missing means nothing used.
    fn unused_samples(&self, dimension: GpuDimension, of: Numbered<'_>, gpus: u32) -> Expr<Graph> {
        let held = self.held(dimension, of.variant, None);
        let held = if self.gpu_dimensions.len() == 1 { held.filled_with(0.0) } else { held };
        Expr::series(&instances_id(of)) * f64::from(gpus) - held
    }

    fn each_dimension(&self, expression: impl Fn(GpuDimension) -> Expr<Graph>) -> Vec<Expr<Graph>> {
        self.gpu_dimensions.iter().map(|dimension| expression(*dimension)).collect()
    }
}

/// Id of the variant's [`Context::instance_samples`].
pub(super) fn instances_id(of: Numbered<'_>) -> MetricId {
    MetricId::numbered(IdLetter::INSTANCES, of.number)
}

/// Id of the variant's [`Context::reservation`].
pub(super) fn reserved_id(of: Numbered<'_>) -> MetricId {
    MetricId::numbered(IdLetter::RESERVED, of.number)
}
