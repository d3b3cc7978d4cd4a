//! The store: samples by metric, read as one value per period.
//!
//! A metric is a namespace, a name and an exact set of dimensions; nothing is added up across dimensions
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html>, "Dimension combinations").

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{DAY, SECOND, Statistic, Timestamp, retention};

/// Values by the time at which their period starts.
pub type Points = BTreeMap<Timestamp, f64>;

/// `SEARCH` and `ListMetrics` find what reported data within two weeks
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-search-expressions.html>).
const FOUND_FOR: Timestamp = 14 * DAY;

/// One metric: a namespace, a name and an exact set of dimensions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// Such as `/aws/sagemaker/InferenceComponents`.
    pub namespace: String,
    /// Such as `GPUUtilizationNormalized`.
    pub name: String,
    /// Dimension values by name.
    #[serde(default)]
    pub dimensions: BTreeMap<String, String>,
}

impl Metric {
    /// A metric from its parts.
    #[must_use]
    pub fn new(namespace: &str, name: &str, dimensions: &[(&str, &str)]) -> Self {
        Self {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            dimensions: dimensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        }
    }
}

/// One value that was published.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// When.
    pub at: Timestamp,
    /// In the metric's unit.
    pub value: f64,
}

/// What is read: a range, cut into periods that begin at `start`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Start of the first period.
    pub start: Timestamp,
    /// End of the range; a period that begins before it is read whole.
    pub end: Timestamp,
    /// Length of a period, in seconds.
    pub period: u32,
    /// The present: what is older than its resolution is kept can't be read.
    pub now: Timestamp,
}

impl Window {
    /// A range whose periods are aligned to the epoch, as graphs and `GetMetricData` have them: the start is rounded
    /// down to whole periods (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html>,
    /// `StartTime`).
    #[must_use]
    pub fn aligned(start: Timestamp, end: Timestamp, period: u32, now: Timestamp) -> Self {
        let step = Timestamp::from(period.max(1)) * SECOND;
        Self { start: start.div_euclid(step) * step, end, period: period.max(1), now }
    }

    /// The same range at another period.
    pub(crate) fn at_period(self, period: u32) -> Self {
        Self::aligned(self.start, self.end, period, self.now)
    }

    /// Milliseconds of one period.
    #[must_use]
    pub fn step(self) -> Timestamp {
        Timestamp::from(self.period.max(1)) * SECOND
    }

    /// Starts of all periods, with data or without.
    pub fn starts(self) -> impl Iterator<Item = Timestamp> {
        let step = self.step();
        (0..).map(move |number| self.start + number * step).take_while(move |start| *start < self.end)
    }
}

/// Samples of any number of metrics.
#[derive(Clone, Debug, Default)]
pub struct MetricStore {
    /// In order of time.
    samples: BTreeMap<Metric, Vec<Sample>>,
}

impl MetricStore {
    /// Adds a sample.
    pub fn put(&mut self, metric: &Metric, at: Timestamp, value: f64) {
        let sample = Sample { at, value };
        match self.samples.get_mut(metric) {
            Some(samples) => {
                // Nearly always the newest.
                let place = samples.iter().rposition(|earlier| earlier.at <= at).map_or(0, |before| before + 1);
                samples.insert(place, sample);
            }
            None => {
                self.samples.insert(metric.clone(), vec![sample]);
            }
        }
    }

    /// Adds the same value at several times.
    pub fn put_at(&mut self, metric: &Metric, times: &[Timestamp], value: f64) {
        if times.is_empty() {
            return;
        }
        if !self.samples.contains_key(metric) {
            self.samples.insert(metric.clone(), Vec::with_capacity(times.len()));
        }
        if let Some(samples) = self.samples.get_mut(metric) {
            samples.extend(times.iter().map(|at| Sample { at: *at, value }));
            // Quick where they are in order already, as they mostly are.
            samples.sort_by_key(|sample| sample.at);
        }
    }

    /// Makes a metric known without data, as a test that only looks names up wants it.
    pub fn declare(&mut self, metric: Metric) {
        self.samples.entry(metric).or_default();
    }

    /// Every metric there is, in order.
    pub fn metrics(&self) -> impl Iterator<Item = &Metric> {
        self.samples.keys()
    }

    /// Metrics that reported data within the two weeks before `now`, and those declared without any.
    pub fn recent(&self, now: Timestamp) -> impl Iterator<Item = &Metric> {
        self.samples
            .iter()
            .filter(move |(_, samples)| {
                samples.is_empty() || samples.iter().any(|sample| sample.at <= now && sample.at > now - FOUND_FOR)
            })
            .map(|(metric, _)| metric)
    }

    /// Samples of a metric within `from..until`.
    #[must_use]
    pub fn samples(&self, metric: &Metric, from: Timestamp, until: Timestamp) -> &[Sample] {
        let Some(samples) = self.samples.get(metric) else { return &[] };
        let first = samples.partition_point(|sample| sample.at < from);
        let end = samples.partition_point(|sample| sample.at < until);
        &samples[first..end.max(first)]
    }

    /// A statistic per period; a period without a readable sample has none. Stamped with the start of the period
    /// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html>, "Periods").
    #[must_use]
    pub fn read(&self, metric: &Metric, statistic: Statistic, window: Window) -> Points {
        self.read_all([metric], statistic, window)
    }

    /// A statistic per period over the samples of several metrics together, as Metrics Insights adds them up.
    pub(crate) fn read_all<'m>(
        &self,
        metrics: impl IntoIterator<Item = &'m Metric>,
        statistic: Statistic,
        window: Window,
    ) -> Points {
        let step = window.step();
        let mut values: BTreeMap<Timestamp, Vec<f64>> = BTreeMap::new();
        let periods = window.end.saturating_sub(window.start).div_euclid(step)
            + Timestamp::from((window.end - window.start).rem_euclid(step) > 0);
        let end = (window.start + periods.max(0) * step).min(window.now.saturating_add(1));
        for metric in metrics {
            let period_of = |sample: &Sample| (sample.at - window.start).div_euclid(step);
            for run in self.samples(metric, window.start, end).chunk_by(|one, next| period_of(one) == period_of(next)) {
                let start = window.start + period_of(&run[0]) * step;
                if retention::is_readable(window.now - start, window.period) {
                    values.entry(start).or_default().extend(run.iter().map(|sample| sample.value));
                }
            }
        }
        values.into_iter().filter_map(|(start, values)| Some((start, statistic.of(&values)?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::{HOUR, MINUTE};

    fn store() -> (MetricStore, Metric) {
        let metric = Metric::new("NS", "M", &[("A", "1")]);
        let mut store = MetricStore::default();
        for at in [61, 5, 30, 59, 60, 119] {
            store.put(&metric, at * SECOND, 1.0);
        }
        (store, metric)
    }

    #[test]
    fn samples_fall_into_periods_aligned_to_the_epoch() {
        let (store, metric) = store();
        let window = Window::aligned(59 * SECOND, 3 * MINUTE, 60, 3 * MINUTE);
        let points = store.read(&metric, Statistic::SampleCount, window);
        assert_eq!(points, Points::from([(0, 3.0), (MINUTE, 3.0)]));
        assert_eq!(window.starts().collect::<Vec<_>>(), [0, MINUTE, 2 * MINUTE]);
    }

    #[test]
    fn another_dimension_set_is_another_metric() {
        let (store, _) = store();
        let window = Window::aligned(0, HOUR, 60, HOUR);
        for other in [Metric::new("NS", "M", &[]), Metric::new("NS", "M", &[("A", "1"), ("B", "2")])] {
            assert!(store.read(&other, Statistic::Sum, window).is_empty());
        }
    }

    #[test]
    fn old_data_is_only_readable_at_long_periods() {
        let (store, metric) = store();
        for (now, period, found) in [
            (3 * HOUR, 10, true),
            (4 * HOUR, 10, false),
            (4 * HOUR, 60, true),
            (16 * DAY, 60, false),
            (16 * DAY, 300, true),
            (64 * DAY, 300, false),
            (64 * DAY, 3600, true),
            (456 * DAY, 3600, false),
        ] {
            let points = store.read(&metric, Statistic::Sum, Window::aligned(0, 2 * MINUTE, period, now));
            assert_eq!(!points.is_empty(), found, "{period} s, {now} ms later");
        }
    }

    #[test]
    fn the_future_is_not_read() {
        let (store, metric) = store();
        let points = store.read(&metric, Statistic::Sum, Window::aligned(0, HOUR, 60, 59 * SECOND));
        assert_eq!(points, Points::from([(0, 3.0)]));
    }

    #[test]
    fn what_has_been_silent_for_two_weeks_is_not_found() {
        let (store, _) = store();
        assert_eq!(store.recent(13 * DAY).count(), 1);
        assert_eq!(store.recent(15 * DAY).count(), 0);
        assert_eq!(store.metrics().count(), 1);
    }
}
