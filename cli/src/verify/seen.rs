//! What was seen of a live endpoint: what is declared, what is published, and what its dashboard shows. No I/O.

use std::collections::{BTreeMap, BTreeSet};

use monitored_endpoint::metrics::published::Traits;
use monitored_endpoint::spec::Serving;

/// Values by the start of their period, in seconds since 1970.
pub(super) type Points = BTreeMap<i64, f64>;

/// Everything that facts are checked by.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) endpoint: Endpoint,
    pub(super) span: Span,
    pub(super) series: Vec<Series>,
    pub(super) enrichment: Result<Enrichment, String>,
    pub(super) dashboard: Result<Dashboard, String>,
}

/// The stretch that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: i64,
    pub(super) until: i64,
    /// Length of a period.
    pub(super) step: i64,
}

/// The endpoint as SageMaker describes it.
#[derive(Clone, Debug)]
pub(super) struct Endpoint {
    pub(super) name: String,
    pub(super) status: String,
    /// Seconds between two samples.
    pub(super) frequency: i64,
    pub(super) enhanced: bool,
    pub(super) variants: Vec<Variant>,
    pub(super) components: Vec<Component>,
}

/// A production or shadow variant.
#[derive(Clone, Debug)]
pub(super) struct Variant {
    pub(super) name: String,
    /// How it may serve: its config doesn't tell containers that load several models from others.
    pub(super) servings: Vec<Serving>,
    /// GPUs of one instance; none where the instance type isn't in the catalogue, or several types differ.
    pub(super) gpus: Option<u32>,
    /// Instances that run now.
    pub(super) running: Option<u32>,
}

/// An inference component.
#[derive(Clone, Debug)]
pub(super) struct Component {
    pub(super) name: String,
    pub(super) variant: Option<String>,
    /// Copies that run now.
    pub(super) copies: Option<u32>,
    pub(super) gpus_per_copy: Option<u32>,
}

/// A series that `ListMetrics` named, with what it published.
#[derive(Clone, Debug, Default)]
pub(super) struct Series {
    pub(super) namespace: String,
    pub(super) metric: String,
    pub(super) dimensions: BTreeMap<String, String>,
    pub(super) samples: Points,
    pub(super) sum: Points,
    pub(super) most: Points,
}

/// Whether classic metrics can be queried by PromQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Enrichment {
    Running,
    Stopped,
}

/// A dashboard's panels and searches, evaluated.
#[derive(Clone, Debug, Default)]
pub(super) struct Dashboard {
    pub(super) panels: Vec<Panel>,
    pub(super) searches: Vec<Panel>,
}

/// A panel, or one search, with what `GetMetricData` answered.
#[derive(Clone, Debug)]
pub(super) struct Panel {
    pub(super) title: String,
    /// Metrics of the table that it names.
    pub(super) asks: BTreeSet<&'static str>,
    /// Lines with data and all lines, or why there is no answer.
    pub(super) lines: Result<(usize, usize), String>,
}

/// Dimension names that are known, but for the one that identifies a GPU.
pub(super) const KNOWN: [&str; 9] = [
    "EndpointName",
    "VariantName",
    "InstanceId",
    "ContainerId",
    "InferenceComponentName",
    "ContainerName",
    "Region",
    "AvailabilityZone",
    "InstanceType",
];

impl Series {
    /// Whether its dimension names are these, in any order.
    pub(super) fn has_set(&self, names: &[&str]) -> bool {
        self.dimensions.len() == names.len() && names.iter().all(|name| self.dimensions.contains_key(*name))
    }

    pub(super) fn value(&self, dimension: &str) -> Option<&str> {
        self.dimensions.get(dimension).map(String::as_str)
    }

    /// The one dimension that is not known; none where there is none, or several.
    pub(super) fn gpu(&self) -> Option<(&str, &str)> {
        let mut others = self.dimensions.iter().filter(|(name, _)| !KNOWN.contains(&name.as_str()));
        let found = others.next()?;
        others.next().is_none().then_some((found.0.as_str(), found.1.as_str()))
    }

    pub(super) fn is_published(&self) -> bool {
        !self.samples.is_empty()
    }

    pub(super) fn total(&self) -> f64 {
        self.samples.values().sum()
    }

    /// First and last time that it published.
    pub(super) fn life(&self) -> Option<(i64, i64)> {
        Some((*self.samples.keys().next()?, *self.samples.keys().next_back()?))
    }

    /// Samples in one interval of `frequency` seconds while it lived; none where it lived too short to say.
    pub(super) fn per_interval(&self, frequency: i64) -> Option<f64> {
        let (first, last) = self.life()?;
        let intervals = (last - first) / frequency + 1;
        (intervals >= ENOUGH).then(|| self.total() / real(intervals))
    }
}

/// Intervals below which a rate says nothing.
const ENOUGH: i64 = 5;

impl Seen {
    /// Published series of a metric with exactly these dimension names.
    pub(super) fn set<'s>(
        &'s self,
        namespace: &'s str,
        metric: &'s str,
        names: &'s [&str],
    ) -> impl Iterator<Item = &'s Series> {
        let published = self.series.iter().filter(|series| series.is_published());
        published.filter(move |one| one.namespace == namespace && one.metric == metric && one.has_set(names))
    }

    /// The series of a variant's own, `{EndpointName, VariantName}`.
    pub(super) fn of_variant(&self, namespace: &str, metric: &str, variant: &str) -> Option<&Series> {
        self.series.iter().filter(|series| series.is_published()).find(|one| {
            one.namespace == namespace
                && one.metric == metric
                && one.has_set(&["EndpointName", "VariantName"])
                && one.value("VariantName") == Some(variant)
        })
    }

    /// Whether the stretch is long enough to miss something in.
    pub(super) fn is_settled(&self) -> bool {
        self.span.until - self.span.from >= (10 * self.endpoint.frequency).max(600)
    }

    pub(super) fn minutes(&self) -> i64 {
        (self.span.until - self.span.from) / 60
    }

    /// Whether any model copy runs; where the counts aren't known, whether there is a component.
    pub(super) fn has_copies(&self) -> bool {
        self.endpoint.components.iter().any(|component| component.copies != Some(0))
    }

    /// Requests to the whole endpoint over the stretch, by whichever series counts them; none where none does.
    pub(super) fn requests(&self) -> Option<f64> {
        let whole: [&[&str]; 2] = [&["InferenceComponentName"], &["EndpointName", "VariantName"]];
        let counts = self.series.iter().filter(|one| {
            one.is_published()
                && one.namespace == "AWS/SageMaker"
                && ["Invocations", "InvocationsProcessed"].contains(&one.metric.as_str())
                && whole.iter().any(|set| one.has_set(set))
        });
        counts.map(|one| one.sum.values().sum::<f64>()).reduce(|one, other| one + other)
    }
}

impl Endpoint {
    pub(super) fn hosts_components(&self) -> bool {
        self.variants.iter().any(Variant::hosts_components)
    }

    /// In words, without a name.
    pub(super) fn kind(&self) -> &'static str {
        match self.variants.iter().find_map(|variant| variant.servings.first()) {
            Some(Serving::Components) => "inference components",
            Some(Serving::Asynchronous) => "asynchronous",
            Some(Serving::Serverless { .. }) => "serverless",
            Some(_) => "a model of its own",
            None => "no variant",
        }
    }
}

impl Variant {
    pub(super) fn hosts_components(&self) -> bool {
        self.servings == [Serving::Components]
    }

    /// Everything that it may be, as the table asks for it.
    pub(super) fn traits(&self, enhanced_metrics: bool) -> Vec<Traits> {
        let gpus: &[bool] = match self.gpus {
            Some(0) => &[false],
            Some(_) => &[true],
            None => &[true, false],
        };
        let traits = |serving: &Serving| {
            let serving = *serving;
            gpus.iter().map(move |gpus| Traits { serving, gpus: *gpus, enhanced_metrics })
        };
        self.servings.iter().flat_map(traits).collect()
    }
}

/// Counts and seconds as numbers to calculate with.
#[expect(clippy::cast_precision_loss, reason = "counts and seconds stay far below 2^52")]
pub(super) fn real(number: i64) -> f64 {
    number as f64
}
