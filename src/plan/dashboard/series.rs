//! The arithmetic behind the panels, the same at every publish frequency, period and number of GPUs.
//!
//! With F the publish frequency and P a datapoint's period in seconds, each instance and each GPU that a model copy
//! holds publishes P ÷ F samples in one period. So
//!
//! - instances = samples × F ÷ P,
//! - used GPUs = samples of GPUs × F ÷ P,
//! - unused GPUs = (samples of instances × GPUs per instance − samples of GPUs) × F ÷ P.
//!
//! Where GPUs are partitioned, all of it is counted in partitions: a copy holds one, so the samples of copies take the
//! place of those of GPUs. What they cost is in [`super::dollars`].
//!
//! A search that finds nothing is no series, and arithmetic with it is none either. Where nothing found means nothing
//! used, `SUM([SEARCH(…), i0 * 0])` counts it as 0 wherever instances are. While nobody knows which of two dimensions
//! tells GPUs apart, both are searched: only one of them has data, so their sum is right, too.

use std::ops::Deref;

use crate::metrics::{
    ComponentMetric, Expr, Graph, IdLetter, InsightsQuery, MetricId, MetricStat, Order, SHORTEST_INSIGHTS_PERIOD,
    Search, Stat, copy_metric, copy_sample_count, endpoint_metric, gpu_sample_count, held_gpus,
};
use crate::place::Place;
use crate::plan::{Environment, Owner};
use crate::spec::{Capacity, DashboardSpec, GpuDimension, InferenceComponent, Monitoring, Variant};

use super::widget::Line;

/// Listed models that have a line each in panels that compare models. Of more, the biggest are shown.
pub(super) const MOST_LINES_OF_MODELS: u16 = 10;

/// What the panels are about.
pub(in crate::plan) struct PanelContext<'p> {
    pub(super) monitoring: &'p Monitoring,
    pub(super) settings: &'p DashboardSpec,
    pub(super) environment: &'p Environment,
    pub(super) owner: &'p Owner,
    pub(super) place: Place<'p>,
}

/// A variant as panels show it: with its number, which the ids of its series carry.
#[derive(Clone, Copy)]
pub(super) struct PanelVariant<'p> {
    pub(super) number: usize,
    variant: &'p Variant,
}

impl Deref for PanelVariant<'_> {
    type Target = Variant;

    fn deref(&self) -> &Variant {
        self.variant
    }
}

/// A variant that models share, and what one of its instances has of what they hold.
#[derive(Clone, Copy)]
pub(super) struct Shared<'p> {
    pub(super) variant: PanelVariant<'p>,
    /// GPUs of one instance, or their partitions.
    pub(super) units: u32,
}

impl PanelVariant<'_> {
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
        self.variant.has_instances()
    }

    /// Samples that its instances published.
    pub(super) fn samples(self) -> Expr<Graph> {
        Expr::series(&self.instances_id())
    }

    /// 0 wherever instances are.
    pub(super) fn zero(self) -> Expr<Graph> {
        self.samples() * 0.0
    }
}

impl Shared<'_> {
    /// What is counted, in the plural.
    pub(super) fn unit(self) -> &'static str {
        if self.variant.partitions.is_some() { "GPU partitions" } else { "GPUs" }
    }

    /// Samples that its GPUs in use published.
    pub(super) fn used_samples(self) -> Expr<Graph> {
        Expr::series(&self.variant.used_id())
    }

    /// Samples that all its GPUs would have published.
    pub(super) fn total_samples(self) -> Expr<Graph> {
        self.variant.samples() * f64::from(self.units)
    }

    /// Samples that its unused GPUs would have published.
    pub(super) fn unused_samples(self) -> Expr<Graph> {
        self.total_samples() - self.used_samples()
    }
}

impl<'p> PanelContext<'p> {
    pub(super) fn variants(&self) -> impl Iterator<Item = PanelVariant<'p>> + use<'p> {
        self.monitoring.variants.iter().enumerate().map(|(number, variant)| PanelVariant { number, variant })
    }

    pub(super) fn with_instances(&self) -> impl Iterator<Item = PanelVariant<'p>> + use<'p> {
        self.variants().filter(|variant| variant.has_instances())
    }

    /// The variant whose GPUs models share: SageMaker takes inference components on a single variant. `None` where what
    /// they hold can't be counted.
    pub(super) fn shared(&self) -> Option<Shared<'p>> {
        // Without enhanced metrics only reserved GPUs can be counted, and what a reservation of partitions is isn't said.
        let counted = |variant: &PanelVariant<'_>| self.monitoring.enhanced_metrics || variant.partitions.is_none();
        let mut all = self.variants().filter(counted);
        all.find_map(|variant| Some(Shared { variant, units: variant.shared_units()? }))
    }

    /// The variant on which models are placed.
    pub(super) fn host(&self) -> Option<PanelVariant<'p>> {
        self.variants().find(|variant| variant.hosts_components())
    }

    /// [`Self::shared`], where metrics show the GPUs of each model.
    pub(super) fn shared_by_model(&self) -> Option<Shared<'p>> {
        self.shared().filter(|_| self.monitoring.enhanced_metrics)
    }

    /// The listed models.
    pub(super) fn models(&self) -> &'p [InferenceComponent] {
        &self.monitoring.components
    }

    /// The listed models, where they are few enough for a line each.
    pub(super) fn few_models(&self) -> Option<&'p [InferenceComponent]> {
        let models = self.models();
        let few = !models.is_empty() && models.len() <= usize::from(MOST_LINES_OF_MODELS);
        few.then_some(models)
    }

    /// A metric of the listed models that have the most: in as few expressions as there can be.
    pub(super) fn biggest_of(&self, metric: ComponentMetric, stat: Stat) -> Vec<Expr<Graph>> {
        let names = self.models().iter().map(|model| model.name.as_str());
        let found = metric.search(stat).with_each("InferenceComponentName", names).into_iter();
        found.map(|search| Expr::search(search).sorted_by_mean(Order::HighestFirst, MOST_LINES_OF_MODELS)).collect()
    }

    /// The label, with the variant's name where there are several.
    pub(super) fn label(&self, label: &str, variant: PanelVariant<'_>) -> String {
        match self.monitoring.variants.len() {
            1 => label.to_owned(),
            _ => format!("{label} ({})", variant.name),
        }
    }

    pub(super) fn frequency_s(&self) -> f64 {
        f64::from(self.monitoring.frequency.seconds())
    }

    /// A metric of the variant's instances.
    pub(super) fn instance_metric(&self, name: &'static str, stat: Stat, variant: PanelVariant<'_>) -> MetricStat {
        endpoint_metric(name, stat, &self.monitoring.endpoint_name, &variant.name)
    }

    /// Samples that the variant's instances published, for expressions to refer to: one each per publish interval, with
    /// or without models on them. (`CPUUtilizationNormalized` ends with the last model.)
    pub(super) fn instance_samples(&self, variant: PanelVariant<'_>) -> Line {
        Line::hidden_metric(variant.instances_id(), self.instance_metric("CPUUtilization", Stat::SampleCount, variant))
    }

    /// What [`Shared::used_samples`] refers to as well as to [`Self::instance_samples`]: samples of the GPUs that models hold, or
    /// the samples that GPUs would have published which models have reserved.
    pub(super) fn used_lines(&self, shared: Shared<'_>) -> Vec<Line> {
        let variant = shared.variant;
        if self.monitoring.enhanced_metrics {
            let held = self.held_samples(shared, |search| search).into_iter().chain([variant.zero()]);
            return vec![Line::hidden_expression(variant.used_id(), Expr::sum_of(held))];
        }
        // The sum of percentages, one for each instance and interval: an instance that publishes none adds none.
        let reserved = MetricId::numbered(IdLetter::RESERVED, variant.number);
        let percent = Expr::series(&reserved).or_zero_where(&variant.instances_id());
        vec![
            Line::hidden_metric(reserved, self.instance_metric("GPUReservation", Stat::Sum, variant)),
            Line::hidden_expression(variant.used_id(), percent * f64::from(shared.units) / 100.0),
        ]
    }

    /// A count, from the samples that it published in one period.
    pub(super) fn count(&self, samples: Expr<Graph>, variant: PanelVariant<'_>) -> Expr<Graph> {
        samples * self.frequency_s() / Expr::period_of(&variant.instances_id())
    }

    /// The same of a Metrics Insights query, whose periods are whole minutes at least.
    pub(super) fn count_of_query(&self, samples: Expr<Graph>, variant: PanelVariant<'_>) -> Expr<Graph> {
        samples * self.frequency_s() / self.period_of_query(variant)
    }

    /// Seconds of a period of a query's datapoints.
    pub(super) fn period_of_query(&self, variant: PanelVariant<'_>) -> Expr<Graph> {
        let shortest = SHORTEST_INSIGHTS_PERIOD;
        if self.monitoring.frequency.seconds() >= shortest {
            Expr::period_of(&variant.instances_id())
        } else {
            Expr::period_of_at_least(&variant.instances_id(), f64::from(shortest))
        }
    }

    pub(super) fn instances(&self, variant: PanelVariant<'_>) -> Expr<Graph> {
        self.count(variant.samples(), variant)
    }

    /// Samples of every GPU that a model holds on the variant, or of every copy where GPUs are partitioned; narrowed.
    pub(super) fn held_samples(&self, shared: Shared<'_>, narrowed: impl Fn(Search) -> Search) -> Vec<Expr<Graph>> {
        let endpoint = &self.monitoring.endpoint_name;
        if shared.variant.partitions.is_some() {
            let copies = copy_metric("CPUUtilizationNormalized", Stat::SampleCount, endpoint);
            return vec![Expr::search(narrowed(copies))];
        }
        self.each_dimension(|dimension| {
            let gpus = held_gpus("GPUUtilizationNormalized", Stat::SampleCount, dimension, endpoint);
            Expr::search(narrowed(gpus))
        })
    }

    /// The same of one model.
    pub(super) fn samples_of_model(&self, shared: Shared<'_>, model: &str) -> Expr<Graph> {
        let found = self.held_samples(shared, |search| search.with("InferenceComponentName", model));
        Expr::list(found).summed()
    }

    /// The same by a query, by model: of those that hold the most. `None` while nobody knows which dimension tells GPUs
    /// apart: a query names its whole set, and a widget takes one query.
    pub(super) fn query_by_model(&self, shared: Shared<'_>) -> Option<InsightsQuery> {
        let endpoint = &self.monitoring.endpoint_name;
        let query = match (shared.variant.partitions, self.environment.gpu_dimensions.as_slice()) {
            (Some(_), _) => copy_sample_count(endpoint),
            (None, [known]) => gpu_sample_count(*known, endpoint, None),
            (None, _) => return None,
        };
        Some(query.by("InferenceComponentName").biggest(MOST_LINES_OF_MODELS))
    }

    /// One for each dimension that may tell GPUs apart.
    pub(super) fn each_dimension<T>(&self, one: impl Fn(GpuDimension) -> T) -> Vec<T> {
        self.environment.gpu_dimensions.iter().map(|dimension| one(*dimension)).collect()
    }
}

/// Id of a panel's query.
pub(super) fn query_id() -> MetricId {
    MetricId::numbered(IdLetter::QUERY, 0)
}
