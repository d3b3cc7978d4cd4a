//! Which metric series tell what, whatever their per-GPU dimension is called.
//!
//! Series are found by listing, never by a fixed dimension set: what is published for each GPU carries one dimension
//! beside the known ones, and that one is the GPU's id (`GpuId` in the launch article, `AcceleratorId` in the developer
//! guide). Nothing is read here.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat};

use super::declared::Declared;
use super::window::{Moment, Window};
use crate::metrics::{ENDPOINTS, INFERENCE_COMPONENTS, INVOCATIONS, Stat};
use crate::spec::EndpointName;

/// Most queries of one `GetMetricData` call
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html>).
const MOST_QUERIES: usize = 500;

const ENDPOINT: &str = "EndpointName";
const VARIANT: &str = "VariantName";
const INSTANCE: &str = "InstanceId";
const CONTAINER: &str = "ContainerId";
const COMPONENT: &str = "InferenceComponentName";

/// What a series is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    /// All instances of a variant.
    Instances { variant: String },
    /// One of them.
    Instance { variant: String, instance: String },
    /// A GPU that a copy of a model holds.
    HeldGpu { variant: String, instance: String, gpu: String, model: String, copy: Option<String> },
    /// A GPU of a variant that has a model of its own.
    OwnGpu { variant: String, instance: String, gpu: String },
    /// Requests to an inference component.
    ComponentInvocations { model: String },
    /// Requests to a variant.
    VariantInvocations { variant: String },
}

impl Subject {
    fn statistics(&self) -> &'static [Statistic] {
        match self {
            Self::Instances { .. } | Self::Instance { .. } => &[Statistic::Samples],
            Self::HeldGpu { .. } | Self::OwnGpu { .. } => &[Statistic::Samples, Statistic::Mean],
            Self::ComponentInvocations { .. } | Self::VariantInvocations { .. } => &[Statistic::Sum],
        }
    }
}

/// What is read of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Statistic {
    Samples,
    Mean,
    Sum,
}

impl Statistic {
    fn stat(self) -> Stat {
        match self {
            Self::Samples => Stat::SampleCount,
            Self::Mean => Stat::Average,
            Self::Sum => Stat::Sum,
        }
    }
}

/// Values by the start of their period.
pub(super) type Points = BTreeMap<Moment, f64>;

/// What was read of one series; a statistic that wasn't asked for has no values.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Reading {
    pub(super) samples: Points,
    pub(super) mean: Points,
    pub(super) sum: Points,
}

/// What was read of all series.
pub(super) type Readings = BTreeMap<Subject, Reading>;

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
    /// What has to be listed for an endpoint like this.
    pub(super) fn needed(declared: &Declared) -> Vec<Self> {
        if !declared.enhanced_metrics {
            return Vec::new();
        }
        let mut needed = vec![INSTANCES];
        if declared.variants.iter().any(|variant| variant.model.is_none()) {
            needed.push(HELD_GPUS);
        }
        if declared.variants.iter().any(|variant| variant.model.is_some()) {
            needed.push(OWN_GPUS);
        }
        needed
    }
}

/// Everything that is to be read: each subject once.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted(BTreeMap<Subject, Metric>);

impl Wanted {
    /// From what the endpoint has and what listings found.
    pub(super) fn new(endpoint: &EndpointName, declared: &Declared, listed: Vec<Metric>) -> Self {
        let mut wanted = BTreeMap::new();
        for variant in &declared.variants {
            let dimensions = [(ENDPOINT, endpoint.as_str()), (VARIANT, variant.name.as_str())];
            let name = || variant.name.clone();
            let counted = metric(ENDPOINTS, "CPUUtilization", &dimensions);
            wanted.insert(Subject::Instances { variant: name() }, counted);
            let requests = metric(INVOCATIONS, "Invocations", &dimensions);
            wanted.insert(Subject::VariantInvocations { variant: name() }, requests);
        }
        let own: BTreeSet<&str> =
            declared.variants.iter().filter(|variant| variant.model.is_some()).map(|one| one.name.as_str()).collect();
        let found: Vec<(Subject, Metric)> =
            listed.into_iter().filter_map(|metric| Some((subject(&metric, &own)?, metric))).collect();
        // A sum over containers beside the containers themselves would count every GPU twice.
        let most = found.iter().filter(|(subject, _)| is_held(subject)).map(|(_, metric)| metric.dimensions().len());
        let most = most.max();
        let whole =
            |(subject, metric): &(Subject, Metric)| !is_held(subject) || Some(metric.dimensions().len()) == most;
        wanted.extend(found.into_iter().filter(whole));
        let held = wanted.keys().filter_map(|subject| match subject {
            Subject::HeldGpu { model, .. } => Some(model.clone()),
            _ => None,
        });
        let models: BTreeSet<String> =
            held.chain(declared.components.iter().map(|component| component.name.clone())).collect();
        for model in models {
            let requests = metric(INVOCATIONS, "Invocations", &[(COMPONENT, &model)]);
            wanted.insert(Subject::ComponentInvocations { model }, requests);
        }
        Self(wanted)
    }

    /// The queries, in as many calls as they need, each query with what it is about.
    pub(super) fn calls(&self, window: Window) -> Vec<Call> {
        let asked: Vec<(&Subject, Statistic, &Metric)> = self
            .0
            .iter()
            .flat_map(|(subject, metric)| {
                subject.statistics().iter().map(move |statistic| (subject, *statistic, metric))
            })
            .collect();
        let call = |asked: &[(&Subject, Statistic, &Metric)]| Call {
            subjects: asked.iter().map(|(subject, statistic, _)| ((*subject).clone(), *statistic)).collect(),
            queries: asked
                .iter()
                .enumerate()
                .map(|(at, (_, statistic, metric))| query(at, *statistic, metric, window))
                .collect(),
        };
        asked.chunks(MOST_QUERIES).map(call).collect()
    }
}

/// One `GetMetricData` call.
#[derive(Clone, Debug)]
pub(super) struct Call {
    subjects: Vec<(Subject, Statistic)>,
    pub(super) queries: Vec<MetricDataQuery>,
}

impl Call {
    /// Adds the values of one result to what was read. One result may come in several parts.
    pub(super) fn read(&self, id: &str, values: impl Iterator<Item = (Moment, f64)>, into: &mut Readings) {
        let number = id.strip_prefix('q').and_then(|number| number.parse::<usize>().ok());
        let Some((subject, statistic)) = number.and_then(|number| self.subjects.get(number)) else { return };
        let reading = into.entry(subject.clone()).or_default();
        let points = match statistic {
            Statistic::Samples => &mut reading.samples,
            Statistic::Mean => &mut reading.mean,
            Statistic::Sum => &mut reading.sum,
        };
        points.extend(values);
    }
}

fn query(number: usize, statistic: Statistic, metric: &Metric, window: Window) -> MetricDataQuery {
    let period = i32::try_from(window.period).unwrap_or(i32::MAX);
    let stat = MetricStat::builder().metric(metric.clone()).period(period).stat(statistic.stat().name()).build();
    MetricDataQuery::builder().id(format!("q{number}")).metric_stat(stat).build()
}

fn metric(namespace: &str, name: &str, dimensions: &[(&str, &str)]) -> Metric {
    let dimension = |(name, value): &(&str, &str)| Dimension::builder().name(*name).value(*value).build();
    let dimensions = dimensions.iter().map(dimension).collect();
    Metric::builder().namespace(namespace).metric_name(name).set_dimensions(Some(dimensions)).build()
}

/// What a listed series is about; none where it isn't needed.
fn subject(metric: &Metric, own: &BTreeSet<&str>) -> Option<Subject> {
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
            Some(Subject::HeldGpu { variant, instance, gpu, model, copy: value(CONTAINER) })
        }
        (ENDPOINTS, None, Some(gpu)) if own.contains(variant.as_str()) => {
            Some(Subject::OwnGpu { variant, instance, gpu })
        }
        (ENDPOINTS, None, None) if metric.metric_name() == Some(INSTANCES.metric_name) && dimensions.len() == 3 => {
            Some(Subject::Instance { variant, instance })
        }
        _ => None,
    }
}

fn is_held(subject: &Subject) -> bool {
    matches!(subject, Subject::HeldGpu { .. })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::PublishFrequency;
    use crate::usage::declared::DeclaredVariant;
    use crate::usage::{TimeRange, Window};

    fn declared(model: Option<&str>) -> Declared {
        Declared {
            status: "InService".to_owned(),
            frequency: PublishFrequency::DEFAULT,
            enhanced_metrics: true,
            variants: vec![DeclaredVariant {
                name: "v".to_owned(),
                instance_type: "ml.g6.12xlarge".to_owned(),
                gpus: Some(4),
                model: model.map(str::to_owned),
            }],
            components: Vec::new(),
        }
    }

    fn wanted(model: Option<&str>, listed: Vec<Metric>) -> Vec<Subject> {
        let endpoint = EndpointName::parse("chat").unwrap();
        Wanted::new(&endpoint, &declared(model), listed).0.into_keys().collect()
    }

    fn gpu(dimensions: &[(&str, &str)]) -> Metric {
        let mut all = vec![(ENDPOINT, "chat"), (VARIANT, "v"), (INSTANCE, "i")];
        all.extend(dimensions);
        metric(INFERENCE_COMPONENTS, HELD_GPUS.metric_name, &all)
    }

    fn held(subjects: Vec<Subject>) -> Vec<Subject> {
        subjects.into_iter().filter(is_held).collect()
    }

    #[test]
    fn the_dimension_that_is_not_known_is_the_gpu_s_whatever_its_name() {
        for name in ["GpuId", "AcceleratorId", "DeviceId"] {
            let listed = vec![gpu(&[(COMPONENT, "llama"), (CONTAINER, "c"), (name, "3")])];
            let found = held(wanted(None, listed));
            let copy = Some("c".to_owned());
            let text = str::to_owned;
            let expected = Subject::HeldGpu {
                variant: text("v"),
                instance: text("i"),
                gpu: text("3"),
                model: text("llama"),
                copy,
            };
            assert_eq!(found, [expected], "{name}");
        }
    }

    #[test]
    fn a_gpu_is_counted_once_however_many_dimension_sets_it_publishes_under() {
        let container = [(COMPONENT, "llama"), (CONTAINER, "c")];
        let both_names = vec![
            gpu(&[container[0], container[1], ("GpuId", "0")]),
            gpu(&[container[0], container[1], ("AcceleratorId", "0")]),
        ];
        assert_eq!(held(wanted(None, both_names)).len(), 1);
        let with_a_sum = vec![gpu(&[container[0], ("GpuId", "0")]), gpu(&[container[0], container[1], ("GpuId", "0")])];
        assert_eq!(held(wanted(None, with_a_sum)).len(), 1);
        let without_gpu = vec![gpu(&container), metric(INFERENCE_COMPONENTS, "X", &[(COMPONENT, "llama")])];
        assert_eq!(held(wanted(None, without_gpu)), []);
    }

    #[test]
    fn gpus_of_an_instance_are_read_only_where_its_variant_has_a_model() {
        let of_instance = [(ENDPOINT, "chat"), (VARIANT, "v"), (INSTANCE, "i"), ("GpuId", "0")];
        let listed = || vec![metric(ENDPOINTS, OWN_GPUS.metric_name, &of_instance)];
        let own =
            |subjects: Vec<Subject>| subjects.into_iter().filter(|one| matches!(one, Subject::OwnGpu { .. })).count();
        assert_eq!((own(wanted(Some("m"), listed())), own(wanted(None, listed()))), (1, 0));
    }

    #[test]
    fn what_was_read_is_filed_under_what_was_asked() {
        let endpoint = EndpointName::parse("chat").unwrap();
        let window = Window::of(TimeRange::Last(300), PublishFrequency::DEFAULT, Moment(1_795_500_047)).unwrap();
        let calls =
            Wanted::new(&endpoint, &declared(None), vec![gpu(&[(COMPONENT, "llama"), ("GpuId", "0")])]).calls(window);
        let [call] = &calls[..] else { panic!("one call holds it all") };
        let mut readings = Readings::new();
        for query in &call.queries {
            call.read(query.id().unwrap(), [(Moment(0), 1.0)].into_iter(), &mut readings);
        }
        call.read("q99", [(Moment(0), 9.0)].into_iter(), &mut readings);
        call.read("x", [(Moment(0), 9.0)].into_iter(), &mut readings);
        let held = readings.iter().find(|(subject, _)| is_held(subject)).unwrap().1;
        let one = Points::from([(Moment(0), 1.0)]);
        assert_eq!(*held, Reading { samples: one.clone(), mean: one.clone(), sum: Points::new() });
        let instances = &readings[&Subject::Instances { variant: "v".to_owned() }];
        assert_eq!(*instances, Reading { samples: one, ..Reading::default() });
    }
}
