//! Which metric series say what, whatever their per-GPU dimension is called.
//!
//! Series are found by listing, never by a fixed dimension set: what is published for each GPU carries one dimension
//! in addition to the known ones, and that one is the GPU's id (`GpuId` in the launch article, `AcceleratorId` in the developer
//! guide). Requests are asked for by name, with the sets of `data/published.csv`. Nothing is read here.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudwatch::types::{Dimension, Metric};

use super::described::{DescribedEndpoint, DescribedVariant};
use super::window::Moment;
use crate::metrics::{ENDPOINTS, INFERENCE_COMPONENTS, INVOCATIONS, Stat};

pub(super) const ENDPOINT: &str = "EndpointName";
pub(super) const VARIANT: &str = "VariantName";
const INSTANCE: &str = "InstanceId";
const CONTAINER: &str = "ContainerId";
const COMPONENT: &str = "InferenceComponentName";

/// What a series is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum UsageSeries {
    /// All instances of a variant.
    Instances { variant: String },
    /// The part of each of them that inference components have reserved, in percent of its GPUs.
    Reserved { variant: String },
    /// One of them.
    Instance { variant: String, instance: String },
    /// A GPU that a copy of a model holds.
    HeldGpu { variant: String, instance: String, gpu: String, model: String, copy: Option<String> },
    /// A GPU of a variant that has a model of its own.
    OwnGpu { variant: String, instance: String, gpu: String },
    /// What comes of requests.
    Traffic { to: Served, figure: Figure },
}

/// Who serves requests.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Served {
    /// The inference component of this name: its series have no other dimension.
    Component(String),
    /// The variant of this name, with its own model. Nothing is published so where inference components serve.
    Variant { name: String, asynchronous: bool },
}

/// What is counted of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Figure {
    Requests,
    ClientErrors,
    ServerErrors,
    Latency,
}

impl Figure {
    pub(super) const ALL: [Self; 4] = [Self::Requests, Self::ClientErrors, Self::ServerErrors, Self::Latency];
}

impl Served {
    pub(super) fn variant(variant: &DescribedVariant) -> Self {
        Self::Variant { name: variant.name.clone(), asynchronous: variant.asynchronous }
    }

    pub(super) fn metric(&self, endpoint: &str, figure: Figure) -> Metric {
        let name = match (figure, self) {
            // Asynchronous variants publish no Invocations (data/published.csv).
            (Figure::Requests, Self::Variant { asynchronous: true, .. }) => "InvocationsProcessed",
            (Figure::Requests, _) => "Invocations",
            (Figure::ClientErrors, _) => "Invocation4XXErrors",
            (Figure::ServerErrors, _) => "Invocation5XXErrors",
            (Figure::Latency, _) => "ModelLatency",
        };
        match self {
            Self::Component(component) => metric(INVOCATIONS, name, &[(COMPONENT, component)]),
            Self::Variant { name: variant, .. } => {
                metric(INVOCATIONS, name, &[(ENDPOINT, endpoint), (VARIANT, variant)])
            }
        }
    }
}

impl UsageSeries {
    pub(super) fn statistics(&self) -> &'static [Statistic] {
        match self {
            Self::Instances { .. } | Self::Instance { .. } => &[Statistic::Samples],
            Self::HeldGpu { .. } | Self::OwnGpu { .. } => &[Statistic::Samples, Statistic::Mean],
            Self::Traffic { figure: Figure::Latency, .. } => &[Statistic::P99],
            Self::Reserved { .. } | Self::Traffic { .. } => &[Statistic::Sum],
        }
    }
}

/// What is read of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Statistic {
    Samples,
    Mean,
    Sum,
    P99,
}

impl Statistic {
    pub(super) fn stat(self) -> Stat {
        match self {
            Self::Samples => Stat::SampleCount,
            Self::Mean => Stat::Average,
            Self::Sum => Stat::Sum,
            Self::P99 => Stat::P99,
        }
    }
}

/// Values by the start of their period.
pub(super) type Points = BTreeMap<Moment, f64>;

/// What was read of one series; a statistic that wasn't asked for has no values.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct SeriesReading {
    pub(super) samples: Points,
    pub(super) mean: Points,
    pub(super) sum: Points,
    pub(super) p99: Points,
}

impl SeriesReading {
    pub(super) fn add(&mut self, more: Self) {
        self.samples.extend(more.samples);
        self.mean.extend(more.mean);
        self.sum.extend(more.sum);
        self.p99.extend(more.p99);
    }

    pub(super) fn points(&mut self, statistic: Statistic) -> &mut Points {
        match statistic {
            Statistic::Samples => &mut self.samples,
            Statistic::Mean => &mut self.mean,
            Statistic::Sum => &mut self.sum,
            Statistic::P99 => &mut self.p99,
        }
    }
}

/// What was read of all series.
pub(super) type Readings = BTreeMap<UsageSeries, SeriesReading>;

/// A listing that has to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Listing {
    pub(super) namespace: &'static str,
    pub(super) metric_name: &'static str,
}

/// Series of GPUs that model copies hold.
const HELD_GPUS: Listing = Listing { namespace: INFERENCE_COMPONENTS, metric_name: "GPUUtilizationNormalized" };
/// Series of single instances, among others.
const INSTANCES: Listing = Listing { namespace: ENDPOINTS, metric_name: "CPUUtilization" };
/// Series of single GPUs of an instance, among others.
const OWN_GPUS: Listing = Listing { namespace: ENDPOINTS, metric_name: "GPUUtilization" };

impl Listing {
    /// What has to be listed for an endpoint like this, `single` where instances and GPUs are shown one by one.
    pub(super) fn needed(declared: &DescribedEndpoint, single: bool) -> Vec<Self> {
        let has = |own: bool| declared.variants.iter().any(|variant| variant.model.is_some() == own);
        let all = [(INSTANCES, single), (HELD_GPUS, has(false)), (OWN_GPUS, single && has(true))];
        all.into_iter().filter(|(_, needed)| *needed && declared.enhanced_metrics).map(|(listing, _)| listing).collect()
    }
}

/// What listings found, each series once.
pub(super) fn found(listed: Vec<Metric>, declared: &DescribedEndpoint) -> BTreeMap<UsageSeries, Metric> {
    let own: BTreeSet<&str> =
        declared.variants.iter().filter(|variant| variant.model.is_some()).map(|one| one.name.as_str()).collect();
    let found: Vec<(UsageSeries, Metric)> =
        listed.into_iter().filter_map(|metric| Some((series_of(&metric, &own)?, metric))).collect();
    // A sum over containers, added to the containers themselves, would count every GPU twice.
    let most = found.iter().filter(|(series, _)| is_held(series)).map(|(_, metric)| metric.dimensions().len()).max();
    let whole = |(series, metric): &(UsageSeries, Metric)| !is_held(series) || Some(metric.dimensions().len()) == most;
    found.into_iter().filter(whole).collect()
}

/// What is known of a variant by its name alone.
pub(super) fn of_variant(endpoint: &str, variant: &str, name: &str) -> Metric {
    metric(ENDPOINTS, name, &[(ENDPOINT, endpoint), (VARIANT, variant)])
}

fn metric(namespace: &str, name: &str, dimensions: &[(&str, &str)]) -> Metric {
    let dimension = |(name, value): &(&str, &str)| Dimension::builder().name(*name).value(*value).build();
    let dimensions = dimensions.iter().map(dimension).collect();
    Metric::builder().namespace(namespace).metric_name(name).set_dimensions(Some(dimensions)).build()
}

/// What a listed series is about; none where it isn't needed.
fn series_of(metric: &Metric, own: &BTreeSet<&str>) -> Option<UsageSeries> {
    let dimensions: BTreeMap<&str, &str> =
        metric.dimensions().iter().filter_map(|dimension| Some((dimension.name()?, dimension.value()?))).collect();
    let value = |name: &str| dimensions.get(name).map(|value| (*value).to_owned());
    let (variant, instance) = (value(VARIANT)?, value(INSTANCE)?);
    let known = [ENDPOINT, VARIANT, INSTANCE, CONTAINER, COMPONENT];
    let mut others = dimensions.iter().filter(|(name, _)| !known.contains(name)).map(|(_, value)| (*value).to_owned());
    let gpu = others.next();
    if others.next().is_some() {
        return None;
    }
    match (metric.namespace()?, value(COMPONENT), gpu) {
        (INFERENCE_COMPONENTS, Some(model), Some(gpu)) => {
            Some(UsageSeries::HeldGpu { variant, instance, gpu, model, copy: value(CONTAINER) })
        }
        (ENDPOINTS, None, Some(gpu)) if own.contains(variant.as_str()) => {
            Some(UsageSeries::OwnGpu { variant, instance, gpu })
        }
        (ENDPOINTS, None, None) if metric.metric_name() == Some(INSTANCES.metric_name) && dimensions.len() == 3 => {
            Some(UsageSeries::Instance { variant, instance })
        }
        _ => None,
    }
}

pub(super) fn is_held(series: &UsageSeries) -> bool {
    matches!(series, UsageSeries::HeldGpu { .. })
}
