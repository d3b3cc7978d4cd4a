//! What an alarm watches, as `PutMetricAlarm` takes it.

use aws_sdk_cloudwatch::types::{Dimension, Metric as MetricShape, MetricDataQuery, MetricStat as StatShape};

use super::Scope;
use super::spec::AlarmSpec;
use crate::metrics::{Alarm, Expr, IdLetter, InsightsQuery, MetricId, MetricStat, PromQl, Stat, invocation_metric};

const MICROSECONDS_A_MILLISECOND: f64 = 1000.0;

/// The most metrics of one alarm: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html>.
pub(crate) const MOST_METRICS: usize = 10;

/// What an alarm watches.
pub(crate) enum Measure {
    /// An expression over metrics, compared with the threshold.
    Math { queries: Vec<MetricDataQuery>, id: &'static str, label: &'static str, expression: Expr<Alarm> },
    /// A query that groups: each of its series is compared with the threshold, and a contributor of its own.
    Grouped { query: InsightsQuery, label: &'static str },
    /// A query that compares by itself: each of its series breaches.
    PromQl(PromQl),
}

/// The series that an expression is made of, each with an id.
pub(super) struct Series {
    queries: Vec<MetricDataQuery>,
    period: i32,
}

impl Series {
    pub(super) fn every(period: i32) -> Self {
        Self { queries: Vec::new(), period }
    }

    /// Another series. Its id is the letter and a number.
    pub(super) fn add(&mut self, letter: IdLetter, number: usize, stat: &MetricStat) -> Expr<Alarm> {
        let id = MetricId::numbered(letter, number);
        let dimensions = stat.metric.dimensions.iter();
        let metric = MetricShape::builder()
            .namespace(stat.metric.namespace)
            .metric_name(stat.metric.name)
            .set_dimensions(Some(
                dimensions.map(|(name, value)| Dimension::builder().name(*name).value(value).build()).collect(),
            ))
            .build();
        let stat = StatShape::builder().metric(metric).period(self.period).stat(stat.stat.name()).build();
        self.queries.push(MetricDataQuery::builder().id(id.as_str()).metric_stat(stat).return_data(false).build());
        Expr::series(&id)
    }

    /// What a query finds, as one series.
    pub(super) fn query(&mut self, query: &InsightsQuery) -> Expr<Alarm> {
        let id = MetricId::numbered(IdLetter::QUERY, 0);
        let shape = MetricDataQuery::builder().id(id.as_str()).expression(query.to_string()).period(self.period);
        self.queries.push(shape.return_data(false).build());
        Expr::series(&id)
    }

    pub(super) fn measure(self, id: &'static str, label: &'static str, expression: Expr<Alarm>) -> Measure {
        Measure::Math { queries: self.queries, id, label, expression }
    }
}

/// What 99 of 100 requests don't exceed, of the slowest model or variant: percentiles of several can't be merged. `metric` is a
/// time in microseconds, the result is in milliseconds.
pub(super) fn slowest(metric: &'static str, label: &'static str, alarm: &AlarmSpec, scope: &Scope<'_>) -> Measure {
    let mut series = Series::every(alarm.period);
    let own_models = scope.own_models();
    let of_variants = own_models.map(|variant| invocation_metric(metric, Stat::P99, scope.endpoint, &variant.name));
    let all = of_variants.chain(scope.of_models(metric, Stat::P99)).enumerate();
    let all: Vec<_> = all.map(|(number, stat)| series.add(IdLetter::LATENCY, number, &stat)).collect();
    series.measure("latency", label, Expr::highest(all) / MICROSECONDS_A_MILLISECOND)
}
