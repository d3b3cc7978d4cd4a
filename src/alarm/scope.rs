//! What one alarm is on: everything that its kind is about, or one variant or model of it.

use super::HOURS_A_DAY;
use super::spec::Part;
use crate::endpoint::{EndpointName, GpuDimension, InferenceComponent, PublishFrequency, Variant};
use crate::metrics::{ComponentMetric, MetricStat, Stat, endpoint_metric};
use crate::pricing::ListPrices;

/// What one alarm is on.
pub(crate) struct Scope<'m> {
    pub(crate) endpoint: &'m EndpointName,
    /// How often it publishes metrics.
    pub(crate) frequency: PublishFrequency,
    /// Where it is declared.
    pub(crate) gpu_dimension: Option<GpuDimension>,
    pub(crate) variants: Vec<&'m Variant>,
    /// The listed models, where a variant hosts any.
    pub(crate) models: Vec<&'m InferenceComponent>,
    /// Which of several it is, each with an alarm of its own.
    pub(crate) part: Option<&'m Part>,
    pub(crate) prices: &'m ListPrices,
}

impl<'m> Scope<'m> {
    /// What is watched, in words.
    pub(crate) fn in_words(&self) -> String {
        let endpoint = self.endpoint;
        match self.part {
            Some(Part::Variant(variant)) => format!("variant {variant} of endpoint {endpoint}"),
            Some(Part::Model(model)) => format!("model {model} on endpoint {endpoint}"),
            None => format!("endpoint {endpoint}"),
        }
    }

    /// Whether models are placed on any of its variants as inference components.
    pub(crate) fn hosts_components(&self) -> bool {
        self.variants.iter().any(|variant| variant.hosts_components())
    }

    /// Variants that have a model of their own.
    pub(crate) fn own_models(&self) -> impl Iterator<Item = &'m Variant> {
        self.variants.iter().copied().filter(|variant| !variant.hosts_components())
    }

    /// Variants that share their GPUs among models, with the number of GPUs of one instance.
    pub(crate) fn sharing(&self) -> impl Iterator<Item = (&'m Variant, u32)> {
        self.variants.iter().filter_map(|variant| Some((*variant, variant.shared_gpus()?)))
    }

    /// A metric of a variant's instances.
    pub(crate) fn of_instances(&self, name: &'static str, stat: Stat, variant: &Variant) -> MetricStat {
        endpoint_metric(name, stat, self.endpoint, &variant.name)
    }

    /// One sample for each instance and publish interval, with or without models on it.
    pub(crate) fn instance_samples(&self, variant: &Variant) -> MetricStat {
        self.of_instances("CPUUtilization", Stat::SampleCount, variant)
    }

    /// A metric of each model's requests, in the order of the models.
    pub(crate) fn of_models(&self, name: &'static str, stat: Stat) -> impl Iterator<Item = MetricStat> {
        self.models.iter().map(move |model| ComponentMetric::Invocation(name).of(model.name.as_str(), stat))
    }

    /// Dollars a day, least and most, that one instance or one of its GPUs costs: whatever `parts` divides it into.
    pub(crate) fn dollars_a_day(&self, parts: fn(&Variant) -> Option<u32>) -> Option<(f64, f64)> {
        let a_day = |variant: &&Variant| {
            let per_hour = self.prices.of(variant).per_hour()?.0;
            Some(per_hour * HOURS_A_DAY / f64::from(parts(variant)?))
        };
        let all: Vec<f64> = self.variants.iter().filter_map(a_day).collect();
        Some((all.iter().copied().reduce(f64::min)?, all.iter().copied().reduce(f64::max)?))
    }
}
