//! The arithmetic behind the panels, the same at every publish frequency, period and number of GPUs.
//!
//! With F the publish frequency and P a datapoint's period in seconds, each instance and each GPU that a model copy
//! holds publishes P ÷ F samples in one period. So
//!
//! - instances = samples × F ÷ P,
//! - used GPUs = samples of GPUs × F ÷ P,
//! - unused GPUs = (samples of instances × GPUs per instance − samples of GPUs) × F ÷ P.
//!
//! What they cost is in [`super::dollars`].
//!
//! A search that finds nothing is no series, and arithmetic with it is none either. Where nothing found means nothing
//! used, `SUM([SEARCH(…), i0 * 0])` counts it as 0 wherever instances are. While nobody knows which of two dimensions
//! tells GPUs apart, both are searched: only one of them has data, so their sum is right, too.

use crate::metrics::{
    Expr, Graph, IdLetter, MetricId, MetricStat, SHORTEST_INSIGHTS_PERIOD, SampleCountQuery, Search, Stat,
    endpoint_metric, gpu_sample_count, held_gpus,
};
use crate::place::Place;
use crate::plan::{Owner, Surroundings};
use crate::spec::{Capacity, GpuDimension, Monitoring, Variant, VariantName};

use super::widget::Line;

/// What the panels are about.
pub(super) struct Context<'p> {
    pub(super) monitoring: &'p Monitoring,
    pub(super) surroundings: &'p Surroundings,
    pub(super) owner: &'p Owner,
    pub(super) place: Place<'p>,
    /// Whether there is room for a line of each listed model in every panel that compares models.
    pub(super) line_each: bool,
}

/// A variant and its number, which its ids carry.
#[derive(Clone, Copy)]
pub(super) struct Numbered<'p> {
    pub(super) number: usize,
    pub(super) variant: &'p Variant,
}

impl Numbered<'_> {
    /// Id of the samples of its instances.
    pub(super) fn instances_id(self) -> MetricId {
        MetricId::numbered(IdLetter::INSTANCES, self.number)
    }

    /// Id of the samples that its GPUs in use published, or would have.
    fn used_id(self) -> MetricId {
        MetricId::numbered(IdLetter::USED, self.number)
    }

    /// GPUs of one instance; 0 without GPUs or without instances.
    pub(super) fn gpus(self) -> u32 {
        match self.variant.capacity {
            Capacity::Instances { gpus, .. } => gpus,
            Capacity::Serverless => 0,
        }
    }

    pub(super) fn has_instances(self) -> bool {
        self.variant.capacity != Capacity::Serverless
    }

    /// Whether models are placed on it as inference components.
    pub(super) fn hosts_components(self) -> bool {
        self.variant.hosts_components()
    }

    /// Samples that its instances published.
    pub(super) fn samples(self) -> Expr<Graph> {
        Expr::series(&self.instances_id())
    }

    /// 0 wherever instances are.
    fn zero(self) -> Expr<Graph> {
        self.samples() * 0.0
    }
}

impl<'p> Context<'p> {
    pub(super) fn variants(&self) -> impl Iterator<Item = Numbered<'p>> + use<'p> {
        self.monitoring.variants.iter().enumerate().map(|(number, variant)| Numbered { number, variant })
    }

    /// Variants whose GPUs models share, with the number of GPUs of one instance.
    pub(super) fn shared(&self) -> impl Iterator<Item = (Numbered<'p>, u32)> + use<'p> {
        self.variants().filter_map(|of| Some((of, of.variant.shared_gpus()?)))
    }

    /// The first of [`Self::shared`], whose datapoints say how long a period is.
    pub(super) fn first_shared(&self) -> Option<Numbered<'p>> {
        self.shared().next().map(|(of, _)| of)
    }

    pub(super) fn hosts_components(&self) -> bool {
        self.variants().any(Numbered::hosts_components)
    }

    /// Whether metrics tell models' GPUs apart.
    pub(super) fn sees_held_gpus(&self) -> bool {
        self.monitoring.enhanced_metrics && self.first_shared().is_some()
    }

    /// The label, with the variant's name where there are several.
    pub(super) fn label(&self, label: &str, of: Numbered<'_>) -> String {
        match self.monitoring.variants.len() {
            1 => label.to_owned(),
            _ => format!("{label} ({})", of.variant.name),
        }
    }

    pub(super) fn frequency_s(&self) -> f64 {
        f64::from(self.monitoring.frequency.seconds())
    }

    /// A metric of the variant's instances.
    pub(super) fn instance_metric(&self, name: &'static str, stat: Stat, of: Numbered<'_>) -> MetricStat {
        endpoint_metric(name, stat, &self.monitoring.endpoint_name, &of.variant.name)
    }

    /// Samples that the variant's instances published, for expressions to refer to: one each per publish interval, with
    /// or without models on them. (`CPUUtilizationNormalized` ends with the last model.)
    pub(super) fn instance_samples(&self, of: Numbered<'_>) -> Line {
        Line::hidden_metric(of.instances_id(), self.instance_metric("CPUUtilization", Stat::SampleCount, of))
    }

    /// What [`Self::used_gpus`] and its like refer to beside [`Self::instance_samples`]: samples of the GPUs that models
    /// hold, or the samples that GPUs would have published which models have reserved.
    pub(super) fn used_samples(&self, of: Numbered<'_>, gpus: u32) -> Vec<Line> {
        if self.monitoring.enhanced_metrics {
            let searches = self.each_dimension(|dimension| {
                Expr::search(self.gpu_samples(dimension).with("VariantName", of.variant.name.as_str()))
            });
            let held = searches.into_iter().chain([of.zero()]);
            return vec![Line::hidden_expression(of.used_id(), Expr::sum_of(held))];
        }
        // The sum of percentages, one for each instance and interval: an instance that publishes none adds none.
        let reserved = MetricId::numbered(IdLetter::RESERVED, of.number);
        let percent = Expr::series(&reserved).or_zero_beside(&of.instances_id());
        vec![
            Line::hidden_metric(reserved, self.instance_metric("GPUReservation", Stat::Sum, of)),
            Line::hidden_expression(of.used_id(), percent * f64::from(gpus) / 100.0),
        ]
    }

    /// A count, from the samples that it published in one period.
    pub(super) fn count(&self, samples: Expr<Graph>, of: Numbered<'_>) -> Expr<Graph> {
        samples * self.frequency_s() / Expr::period_of(&of.instances_id())
    }

    /// The same of a Metrics Insights query, whose periods are whole minutes at least.
    pub(super) fn count_of_query(&self, samples: Expr<Graph>, of: Numbered<'_>) -> Expr<Graph> {
        let shortest = SHORTEST_INSIGHTS_PERIOD;
        if self.monitoring.frequency.seconds() >= shortest {
            return self.count(samples, of);
        }
        samples * self.frequency_s() / Expr::period_of_at_least(&of.instances_id(), f64::from(shortest))
    }

    pub(super) fn instances(&self, of: Numbered<'_>) -> Expr<Graph> {
        self.count(of.samples(), of)
    }

    pub(super) fn total_gpus(&self, of: Numbered<'_>, gpus: u32) -> Expr<Graph> {
        self.count(of.samples() * f64::from(gpus), of)
    }

    pub(super) fn used_gpus(&self, of: Numbered<'_>) -> Expr<Graph> {
        self.count(Expr::series(&of.used_id()), of)
    }

    pub(super) fn unused_gpus(&self, of: Numbered<'_>, gpus: u32) -> Expr<Graph> {
        self.count(unused_samples(of, gpus), of)
    }

    /// GPUs that the copies of a model hold.
    pub(super) fn gpus_of_model(&self, model: &str, of: Numbered<'_>) -> Expr<Graph> {
        let search = |dimension| self.gpu_samples(dimension).with("InferenceComponentName", model);
        self.count(Expr::list(self.each_dimension(|dimension| Expr::search(search(dimension)))).summed(), of)
    }

    /// Samples of every GPU that a model on the endpoint holds.
    pub(super) fn gpu_samples(&self, dimension: GpuDimension) -> Search {
        held_gpus("GPUUtilizationNormalized", Stat::SampleCount, dimension, &self.monitoring.endpoint_name)
    }

    /// Samples of the GPUs that models hold, by model: on the whole endpoint, or on one variant.
    pub(super) fn query_by_model(&self, dimension: GpuDimension, variant: Option<&VariantName>) -> SampleCountQuery {
        gpu_sample_count(dimension, &self.monitoring.endpoint_name, variant).by("InferenceComponentName")
    }

    /// One for each dimension that may tell GPUs apart.
    pub(super) fn each_dimension<T>(&self, one: impl Fn(GpuDimension) -> T) -> Vec<T> {
        self.surroundings.gpu_dimensions.iter().map(|dimension| one(*dimension)).collect()
    }
}

/// Samples that the variant's unused GPUs would have published.
pub(super) fn unused_samples(of: Numbered<'_>, gpus: u32) -> Expr<Graph> {
    of.samples() * f64::from(gpus) - Expr::series(&of.used_id())
}
