//! What is asked of CloudWatch: as little as a view needs, because each metric that is asked for costs money.
//!
//! `GetMetricData` is charged by the metric, a cent for a thousand (<https://aws.amazon.com/cloudwatch/pricing/>), and
//! each statistic is taken for one here. Nothing is read here.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudwatch::types::{Metric, MetricDataQuery, MetricStat};

use super::View;
use super::count::end;
use super::described::DescribedEndpoint;
use super::series::{Figure, Readings, SeriesReading, Served, Statistic, UsageSeries, found, is_held, of_variant};
use super::window::{Moment, Window};
use crate::spec::EndpointName;

/// Most queries of one `GetMetricData` call
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html>).
const MOST_QUERIES: usize = 500;
/// A panel asks for each GPU and instance of a fleet with up to so many GPUs. In a larger one a copy's first GPU stands
/// for all its GPUs, which are its own as long as it runs and publish at the same time.
const MOST_SINGLE_GPUS: usize = 160;
/// A panel asks for the requests of so many models, those that cost most.
pub(super) const MOST_MODELS_WITH_REQUESTS: usize = 100;

/// Everything that is to be read, each series once.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    asked: BTreeMap<UsageSeries, Metric>,
    /// Subjects that others stand for, by those.
    alike: BTreeMap<UsageSeries, Vec<UsageSeries>>,
    /// What may be asked when the first answers are there.
    later: BTreeMap<UsageSeries, Metric>,
    view: View,
}

impl Wanted {
    /// From what the endpoint has and what listings found.
    pub(super) fn new(endpoint: &EndpointName, declared: &DescribedEndpoint, listed: Vec<Metric>, view: View) -> Self {
        let endpoint = endpoint.as_str();
        let mut wanted = Self { view, ..Self::default() };
        for variant in &declared.variants {
            let named = |name| of_variant(endpoint, &variant.name, name);
            let name = || variant.name.clone();
            wanted.asked.insert(UsageSeries::Instances { variant: name() }, named("CPUUtilization"));
            if variant.model.is_none() && declared.enhanced_metrics && variant.gpus != Some(0) {
                wanted.asked.insert(UsageSeries::Reserved { variant: name() }, named("GPUReservation"));
            }
            if variant.model.is_some() {
                wanted.traffic(endpoint, &Served::variant(variant), false);
            }
        }
        let found = found(listed, declared);
        let held = found.keys().filter_map(|series| match series {
            UsageSeries::HeldGpu { model, .. } => Some(model.clone()),
            _ => None,
        });
        let models: BTreeSet<String> =
            held.chain(declared.components.iter().map(|component| component.name.clone())).collect();
        let later = view == View::Costs && models.len() > MOST_MODELS_WITH_REQUESTS;
        for model in models {
            wanted.traffic(endpoint, &Served::Component(model), later);
        }
        wanted.found(found);
        wanted
    }

    fn traffic(&mut self, endpoint: &str, to: &Served, later: bool) {
        let figures: &[Figure] = match self.view {
            View::Everything => &Figure::ALL,
            View::Costs => &[Figure::Requests],
            View::Cluster | View::Hours => &[],
        };
        let into = if later { &mut self.later } else { &mut self.asked };
        for figure in figures {
            into.insert(UsageSeries::Traffic { to: to.clone(), figure: *figure }, to.metric(endpoint, *figure));
        }
    }

    fn found(&mut self, found: BTreeMap<UsageSeries, Metric>) {
        let gpus = found.keys().filter(|series| !matches!(series, UsageSeries::Instance { .. })).count();
        let single = match self.view {
            // A statement of costs counts each GPU: its metrics are paid for once a day.
            View::Everything | View::Hours => true,
            View::Cluster => gpus <= MOST_SINGLE_GPUS,
            View::Costs => false,
        };
        let mut first: BTreeMap<(String, String, String), UsageSeries> = BTreeMap::new();
        let busy: BTreeSet<String> = found.keys().filter_map(|one| one.instance().map(str::to_owned)).collect();
        for (series, metric) in found {
            match &series {
                UsageSeries::Instance { instance, .. } if !single && busy.contains(instance) => {
                    self.later.insert(series, metric);
                }
                UsageSeries::HeldGpu { instance, model, copy: Some(copy), .. } if !single => {
                    let of_copy = (instance.clone(), model.clone(), copy.clone());
                    if let Some(first) = first.get(&of_copy) {
                        self.alike.entry(first.clone()).or_default().push(series);
                    } else {
                        first.insert(of_copy, series.clone());
                        self.asked.insert(series, metric);
                    }
                }
                _ => {
                    self.asked.insert(series, metric);
                }
            }
        }
    }

    /// What is asked once the first answers are there: instances of which no copy publishes any more, and the requests of
    /// those models that cost most.
    pub(super) fn later(&self, readings: &Readings, window: Window) -> Self {
        let end = end(readings, window);
        let mut running = BTreeSet::new();
        let mut samples: BTreeMap<&str, f64> = BTreeMap::new();
        for (series, reading) in readings {
            let UsageSeries::HeldGpu { instance, model, .. } = series else { continue };
            if reading.samples.contains_key(&end) || reading.mean.contains_key(&end) {
                running.insert(instance.as_str());
            }
            *samples.entry(model).or_default() += reading.samples.values().fold(0.0, |sum, one| sum + one);
        }
        let mut ranked: Vec<(&str, f64)> = samples.into_iter().collect();
        ranked.sort_by(|one, other| other.1.total_cmp(&one.1));
        let most: BTreeSet<&str> = ranked.iter().take(MOST_MODELS_WITH_REQUESTS).map(|(model, _)| *model).collect();
        let asked = self.later.iter().filter(|(series, _)| match series {
            UsageSeries::Instance { instance, .. } => !running.contains(instance.as_str()),
            UsageSeries::Traffic { to: Served::Component(model), .. } => most.contains(model.as_str()),
            _ => true,
        });
        let asked = asked.map(|(series, metric)| (series.clone(), metric.clone())).collect();
        Self { asked, view: self.view, ..Self::default() }
    }

    /// Has what was read stand for what wasn't asked.
    pub(super) fn spread(&self, readings: &mut Readings, window: Window, declared: &DescribedEndpoint) {
        for (series, reading) in readings.iter_mut() {
            if is_held(series) && !self.statistics(series, window, declared).contains(&Statistic::Samples) {
                reading.samples = reading.mean.keys().map(|at| (*at, 1.0)).collect();
            }
        }
        for (first, others) in &self.alike {
            let Some(reading) = readings.get(first).cloned() else { continue };
            readings.extend(others.iter().map(|other| (other.clone(), reading.clone())));
        }
    }

    /// Whether some of a copy's GPUs are shown by another.
    pub(super) fn is_by_copy(&self) -> bool {
        !self.alike.is_empty()
    }

    /// What is read of a series. A period of one publish interval has one sample of a GPU, or none: its mean says which.
    fn statistics(&self, series: &UsageSeries, window: Window, declared: &DescribedEndpoint) -> &'static [Statistic] {
        match self.view {
            View::Costs | View::Hours if is_held(series) => &[Statistic::Samples],
            View::Cluster if is_held(series) && window.period == i64::from(declared.frequency.seconds()) => {
                &[Statistic::Mean]
            }
            _ => series.statistics(),
        }
    }

    /// Whether requests of single models are among it.
    pub(super) fn has_requests(&self) -> bool {
        self.asked.keys().any(|series| matches!(series, UsageSeries::Traffic { .. }))
    }

    /// The queries, in as few calls as there can be, each query with what it is about. `is_unknown` says which of what is
    /// wanted has to be asked.
    pub(super) fn calls(
        &self,
        window: Window,
        declared: &DescribedEndpoint,
        is_unknown: impl FnOnce(&[(UsageSeries, Statistic)]) -> Vec<bool>,
    ) -> Vec<Call> {
        let statistics = |series: &UsageSeries| self.statistics(series, window, declared);
        let wanted = self.asked.iter().flat_map(|(series, metric)| {
            statistics(series).iter().map(move |statistic| ((series.clone(), *statistic), metric))
        });
        let (asked_series, metrics): (Vec<(UsageSeries, Statistic)>, Vec<&Metric>) = wanted.unzip();
        let unknown = is_unknown(&asked_series);
        let asked: Vec<((UsageSeries, Statistic), &Metric)> = asked_series
            .into_iter()
            .zip(metrics)
            .zip(unknown)
            .filter(|(_, unknown)| *unknown)
            .map(|(one, _)| one)
            .collect();
        let call = |asked: &[((UsageSeries, Statistic), &Metric)]| Call {
            asked_series: asked.iter().map(|(about, _)| about.clone()).collect(),
            queries: asked
                .iter()
                .enumerate()
                .map(|(at, ((_, statistic), metric))| query(at, *statistic, metric, window))
                .collect(),
        };
        asked.chunks(MOST_QUERIES).map(call).collect()
    }
}

impl UsageSeries {
    /// The instance whose GPU a copy holds.
    fn instance(&self) -> Option<&str> {
        match self {
            Self::HeldGpu { instance, .. } => Some(instance),
            _ => None,
        }
    }
}

/// One `GetMetricData` call.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) asked_series: Vec<(UsageSeries, Statistic)>,
    pub(super) queries: Vec<MetricDataQuery>,
}

impl Call {
    /// What is read where there are no values: what was asked and has none is nothing, not unknown.
    pub(super) fn nothing(&self) -> Readings {
        self.asked_series.iter().map(|(series, _)| (series.clone(), SeriesReading::default())).collect()
    }

    /// Adds the values of one result to what was read. One result may come in several parts.
    pub(super) fn read(&self, id: &str, values: impl Iterator<Item = (Moment, f64)>, into: &mut Readings) {
        let number = id.strip_prefix('q').and_then(|number| number.parse::<usize>().ok());
        let Some((series, statistic)) = number.and_then(|number| self.asked_series.get(number)) else { return };
        into.entry(series.clone()).or_default().points(*statistic).extend(values);
    }
}

fn query(number: usize, statistic: Statistic, metric: &Metric, window: Window) -> MetricDataQuery {
    let period = i32::try_from(window.period).unwrap_or(i32::MAX);
    let stat = MetricStat::builder().metric(metric.clone()).period(period).stat(statistic.stat().name()).build();
    MetricDataQuery::builder().id(format!("q{number}")).metric_stat(stat).build()
}

#[cfg(test)]
mod tests;
