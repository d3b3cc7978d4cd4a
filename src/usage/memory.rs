//! What a process remembers from one view to the next, so that it isn't asked again: a dashboard that refreshes every
//! minute would pay for it every minute.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_sagemaker::operation::describe_endpoint_config::DescribeEndpointConfigOutput;

use aws_sdk_sagemaker::types::InferenceComponentSummary;
use aws_smithy_types::DateTime;

use super::described::DescribedComponent;
use super::series::{Points, Readings, Statistic, UsageSeries};
use super::wanted::Call;
use super::{Moment, Window};

/// Seconds after which a component is described again, even where the listing shows no change: whether a new copy count
/// shows there isn't documented.
const DESCRIBED_FOR: i64 = 600;
/// Seconds for which values serve again: a reading by one panel serves the other, and everyone who looks.
const READ_FOR: i64 = 60;
/// Beyond so many of a kind it begins anew. A process that looks at many endpoints must not grow without end.
const MOST_CONFIGS: usize = 100;
const MOST_COMPONENTS: usize = 5000;
const MOST_READINGS: usize = 8;

/// Shared by all clones of a reader.
#[derive(Clone, Debug, Default)]
pub(super) struct UsageMemory(Arc<Mutex<Remembered>>);

#[derive(Debug, Default)]
struct Remembered {
    /// By name, and by when the endpoint changed last: configs don't change, but a deleted one's name may come back.
    configs: BTreeMap<(String, i64), Arc<DescribeEndpointConfigOutput>>,
    components: BTreeMap<String, Described>,
    /// By endpoint, start, end and period.
    readings: BTreeMap<(String, i64, i64, i64), Read>,
}

#[derive(Debug)]
struct Described {
    listed: Listed,
    at: Moment,
    component: DescribedComponent,
}

#[derive(Debug)]
struct Read {
    at: Moment,
    values: BTreeMap<(UsageSeries, Statistic), Points>,
}

/// A component as a listing shows it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Listed {
    pub(super) component: DescribedComponent,
    /// When it changed last, in seconds since 1970.
    pub(super) modified: Option<i64>,
}

impl Listed {
    pub(super) fn new(summary: InferenceComponentSummary) -> Option<Self> {
        let modified = summary.last_modified_time().map(DateTime::secs);
        Some(Self { component: DescribedComponent::listed(summary)?, modified })
    }
}

impl UsageMemory {
    fn all(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn config(&self, name: &str, modified: i64) -> Option<Arc<DescribeEndpointConfigOutput>> {
        self.all().configs.get(&(name.to_owned(), modified)).cloned()
    }

    pub(super) fn keep_config(&self, name: &str, modified: i64, config: &Arc<DescribeEndpointConfigOutput>) {
        let mut all = self.all();
        make_room(&mut all.configs, MOST_CONFIGS);
        all.configs.insert((name.to_owned(), modified), Arc::clone(config));
    }

    pub(super) fn component(&self, listed: &Listed, now: Moment) -> Option<DescribedComponent> {
        let all = self.all();
        let known = all.components.get(&listed.component.name)?;
        let fresh = known.listed == *listed && now.0 - known.at.0 < DESCRIBED_FOR;
        fresh.then(|| known.component.clone())
    }

    pub(super) fn keep_component(&self, listed: Listed, component: DescribedComponent, now: Moment) {
        let mut all = self.all();
        make_room(&mut all.components, MOST_COMPONENTS);
        all.components.insert(listed.component.name.clone(), Described { listed, at: now, component });
    }

    /// Gives what is known of these values, and says what isn't.
    pub(super) fn recall(
        &self,
        (endpoint, window): (&str, Window),
        asked: &[(UsageSeries, Statistic)],
        now: Moment,
        into: &mut Readings,
    ) -> Vec<bool> {
        let all = self.all();
        let read = all.readings.get(&key(endpoint, window));
        let read = read.filter(|read| now.0 - read.at.0 < READ_FOR);
        let recall = |one: &(UsageSeries, Statistic)| {
            let known = read.and_then(|read| read.values.get(one));
            if let Some(points) = known {
                into.entry(one.0.clone()).or_default().points(one.1).extend(points);
            }
            known.is_none()
        };
        asked.iter().map(recall).collect()
    }

    pub(super) fn keep_values(&self, (endpoint, window): (&str, Window), calls: &[Call], read: &Readings, now: Moment) {
        let mut all = self.all();
        make_room(&mut all.readings, MOST_READINGS);
        let known = all.readings.entry(key(endpoint, window));
        let known = known.or_insert_with(|| Read { at: now, values: BTreeMap::new() });
        if now.0 - known.at.0 >= READ_FOR {
            *known = Read { at: now, values: BTreeMap::new() };
        }
        for (series, statistic) in calls.iter().flat_map(|call| &call.asked_series) {
            let points = read.get(series).map(|reading| reading.clone().points(*statistic).clone());
            known.values.insert((series.clone(), *statistic), points.unwrap_or_default());
        }
    }
}

fn key(endpoint: &str, window: Window) -> (String, i64, i64, i64) {
    (endpoint.to_owned(), window.from.0, window.until.0, window.period)
}

fn make_room<K: Ord, V>(map: &mut BTreeMap<K, V>, most: usize) {
    if map.len() >= most {
        map.clear();
    }
}
