//! What is asked of CloudWatch: a few series of each variant and each inference component, in calls of 500.
//!
//! Every metric has its whole dimension set from `data/published.csv`.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricDataResult, MetricStat};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::source::FleetSource;
use crate::aws::Fault;
use crate::metrics::Stat;
use crate::usage::Moment;

/// Most queries of one call (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html>).
const MOST_QUERIES: usize = 500;
/// Calls under way at the same time.
const AT_ONCE: usize = 4;

/// Values by the start of their period.
pub(super) type FleetPoints = BTreeMap<Moment, f64>;

/// Whose metric it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Asker {
    /// A variant of an endpoint, in another account where one is named.
    Variant { account: Option<String>, endpoint: String, variant: String },
    /// An inference component.
    Component(String),
}

/// One statistic of one metric.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct AskedMetric {
    pub(super) subject: Asker,
    pub(super) namespace: &'static str,
    pub(super) name: &'static str,
    /// Whether samples are counted, in place of being added up.
    pub(super) counts: bool,
}

impl AskedMetric {
    fn query(&self, id: String, period: i64) -> MetricDataQuery {
        let dimension = |name: &str, value: &str| Dimension::builder().name(name).value(value).build();
        let (account, dimensions) = match &self.subject {
            Asker::Variant { account, endpoint, variant } => {
                (account.clone(), vec![dimension("EndpointName", endpoint), dimension("VariantName", variant)])
            }
            Asker::Component(name) => (None, vec![dimension("InferenceComponentName", name)]),
        };
        let metric = Metric::builder().namespace(self.namespace).metric_name(self.name);
        let stat = if self.counts { Stat::SampleCount } else { Stat::Sum };
        let stat = MetricStat::builder()
            .metric(metric.set_dimensions(Some(dimensions)).build())
            .period(i32::try_from(period).unwrap_or(i32::MAX))
            .stat(stat.name());
        MetricDataQuery::builder().id(id).set_account_id(account).metric_stat(stat.build()).build()
    }
}

/// What was read.
#[derive(Clone, Debug, Default)]
pub(super) struct FleetReadings(BTreeMap<AskedMetric, FleetPoints>);

impl FleetReadings {
    /// The values of a series; none where nothing was published.
    pub(super) fn points(&self, asked: &AskedMetric) -> Option<&FleetPoints> {
        self.0.get(asked)
    }

    /// Their sum; none where nothing was published.
    pub(super) fn sum(&self, asked: &AskedMetric) -> Option<f64> {
        self.points(asked).map(|points| points.values().sum())
    }
}

/// Reads all that is asked, from one moment until another.
pub(super) async fn read(
    source: &dyn FleetSource,
    asked: &[AskedMetric],
    period: i64,
    (from, until): (Moment, Moment),
) -> Result<FleetReadings, Fault> {
    let calls = asked.chunks(MOST_QUERIES).map(|chunk| async move {
        let queries: Vec<MetricDataQuery> =
            chunk.iter().enumerate().map(|(number, asked)| asked.query(format!("q{number}"), period)).collect();
        let results = source.metric_data(&queries, from, until).await?;
        Ok::<_, Fault>(results.into_iter().filter_map(|result| named(chunk, &result)).collect::<Vec<_>>())
    });
    let read: Vec<Vec<(AskedMetric, FleetPoints)>> = stream::iter(calls).buffered(AT_ONCE).try_collect().await?;
    let mut readings = FleetReadings::default();
    for (asked, points) in read.into_iter().flatten().filter(|(_, points)| !points.is_empty()) {
        // A series may come in several parts.
        readings.0.entry(asked).or_default().extend(points);
    }
    Ok(readings)
}

/// A result with what it is of.
fn named(asked: &[AskedMetric], result: &MetricDataResult) -> Option<(AskedMetric, FleetPoints)> {
    let number: usize = result.id()?.strip_prefix('q')?.parse().ok()?;
    let times = result.timestamps().iter().map(|at| Moment(at.secs()));
    Some((asked.get(number)?.clone(), times.zip(result.values().iter().copied()).collect()))
}
