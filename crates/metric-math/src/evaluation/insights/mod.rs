//! Metrics Insights: `SELECT … FROM … WHERE … GROUP BY … ORDER BY … LIMIT …`.
//!
//! Syntax: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-querylanguage.html>;
//! quotas: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-limits.html>. Tags are
//! not known here.

mod parser;

use std::collections::BTreeMap;

use crate::telemetry::{DAY, HOUR, Metric, MetricStore, Statistic, Timestamp, Window};

use super::{
    reading::InsightsReach,
    value::{Series, Value},
};

/// Whatever period is asked for, data is added up over whole minutes at least.
const SHORTEST_PERIOD: u32 = 60;
/// More metrics than these aren't looked at.
const MOST_METRICS: usize = 10_000;
/// More series than these aren't returned.
const MOST_SERIES: usize = 500;

/// A query, read.
#[derive(Clone, Debug, PartialEq)]
pub struct InsightsQuery {
    statistic: Statistic,
    metric_name: String,
    namespace: String,
    /// The exact dimension names, with `SCHEMA`.
    schema: Option<Vec<String>>,
    conditions: Vec<Condition>,
    group_by: Vec<String>,
    /// By which function of each series' values, and whether descending.
    order_by: Option<(Statistic, bool)>,
    limit: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Condition {
    label: String,
    equal: bool,
    value: String,
}

/// Why a query can't be read, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the query can't be read at position {position}: expected {expected}")]
pub struct InsightsError {
    /// Characters before the place, from 1.
    pub position: usize,
    /// What could have stood there.
    pub expected: &'static str,
}

/// How far back a query sees, in milliseconds.
pub(super) fn reach(reading: InsightsReach, in_alarm: bool) -> Timestamp {
    match reading {
        InsightsReach::TwoWeeks if !in_alarm => 14 * DAY,
        _ => 3 * HOUR,
    }
}

impl InsightsQuery {
    /// Reads a query.
    ///
    /// # Errors
    /// The first place where it can't be read on.
    pub fn read(text: &str) -> Result<Self, InsightsError> {
        parser::read(text)
    }

    pub(super) fn evaluate(&self, store: &MetricStore, window: Window, reach: Timestamp) -> Value {
        let window = if window.period < SHORTEST_PERIOD { window.at_period(SHORTEST_PERIOD) } else { window };
        let mut groups: BTreeMap<Vec<String>, Vec<&Metric>> = BTreeMap::new();
        for metric in store.recent(window.now).filter(|metric| self.matches(metric)).take(MOST_METRICS) {
            groups.entry(self.group_of(metric)).or_default().push(metric);
        }
        let oldest = window.now - reach;
        let mut found: Vec<Series> = groups
            .into_iter()
            .map(|(group, metrics)| {
                let mut points = store.read_all(metrics, self.statistic, window);
                points.retain(|at, _| *at >= oldest);
                let label = if group.is_empty() { self.metric_name.clone() } else { group.join(" ") };
                Series { label, points, period: window.period, metric: self.stands_for(&group) }
            })
            .filter(|series| !series.points.is_empty())
            .collect();
        if let Some((statistic, descending)) = self.order_by {
            let key = |series: &Series| {
                let values: Vec<f64> = series.points.values().copied().collect();
                // Counted are samples, not the datapoints that say how many there were.
                let counts = statistic == Statistic::SampleCount && self.statistic == Statistic::SampleCount;
                let statistic = if counts { Statistic::Sum } else { statistic };
                statistic.of(&values).unwrap_or(f64::NEG_INFINITY)
            };
            found.sort_by(|one, other| {
                let up = key(one).total_cmp(&key(other));
                if descending { up.reverse() } else { up }
            });
        }
        found.truncate(self.limit);
        if self.group_by.is_empty() { found.pop().map_or(Value::NOTHING, Value::Series) } else { Value::Many(found) }
    }

    /// Whether the query reads this metric: its namespace, its name, its exact dimension names where there is a `SCHEMA`, and its
    /// conditions.
    #[must_use]
    pub fn matches(&self, metric: &Metric) -> bool {
        metric.namespace == self.namespace
            && metric.name == self.metric_name
            && self.schema.as_ref().is_none_or(|names| {
                names.len() == metric.dimensions.len() && names.iter().all(|name| metric.dimensions.contains_key(name))
            })
            && self.conditions.iter().all(|condition| {
                let equal = metric.dimensions.get(&condition.label) == Some(&condition.value);
                equal == condition.equal
            })
    }

    /// Values of the labels that are grouped by; a metric without one is in the group `Other`.
    fn group_of(&self, metric: &Metric) -> Vec<String> {
        let value = |label| metric.dimensions.get(label).cloned().unwrap_or_else(|| "Other".to_owned());
        self.group_by.iter().map(value).collect()
    }

    /// A metric with the group's labels, so that a dynamic label can name them.
    fn stands_for(&self, group: &[String]) -> Option<Metric> {
        let dimensions: Vec<(&str, &str)> =
            self.group_by.iter().map(String::as_str).zip(group.iter().map(String::as_str)).collect();
        (!group.is_empty()).then(|| Metric::new(&self.namespace, &self.metric_name, &dimensions))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::{MINUTE, SECOND};

    fn store() -> MetricStore {
        let mut store = MetricStore::default();
        for (model, gpu, value) in [("llama", "0", 10.0), ("llama", "1", 30.0), ("mistral", "0", 50.0)] {
            let metric = Metric::new("NS", "GPU", &[("Endpoint", "chat"), ("Model", model), ("Gpu", gpu)]);
            for at in 0..12 {
                store.put(&metric, at * 10 * SECOND, value);
            }
        }
        store.put(&Metric::new("NS", "GPU", &[("Endpoint", "chat")]), 0, 1000.0);
        store
    }

    fn run(text: &str, period: u32) -> Vec<(String, Vec<f64>)> {
        let window = Window::aligned(0, 2 * MINUTE, period, 2 * MINUTE);
        let all = match InsightsQuery::read(text).unwrap().evaluate(&store(), window, 3 * HOUR) {
            Value::Series(series) => vec![series],
            Value::Many(all) => all,
            Value::Scalar(_) => vec![],
        };
        all.into_iter().map(|series| (series.label, series.points.into_values().collect())).collect()
    }

    #[test]
    fn observations_are_added_up_over_metrics_of_the_exact_schema() {
        let exact = "SELECT COUNT(GPU) FROM SCHEMA(\"NS\", Model, Gpu, Endpoint)";
        assert_eq!(run(exact, 60), [("GPU".to_owned(), vec![18.0, 18.0])]);
        assert_eq!(run("select count(GPU) from NS", 60), [("GPU".to_owned(), vec![19.0, 18.0])]);
        assert_eq!(run("SELECT COUNT(GPU) FROM SCHEMA(NS, Model)", 60), []);
        assert_eq!(run("SELECT COUNT(GPU) FROM SCHEMA(NS)", 60), [], "metrics without dimensions");
        assert_eq!(run(exact, 10), [("GPU".to_owned(), vec![18.0, 18.0])], "a minute is the shortest period");
    }

    #[test]
    fn conditions_groups_order_and_limit() {
        let schema = "FROM SCHEMA(NS, Model, Gpu, Endpoint) WHERE Endpoint = 'chat'";
        let averages = |rest: &str| run(&format!("SELECT AVG(GPU) {schema} {rest}"), 60);
        let (llama, mistral) = (("llama".to_owned(), vec![20.0, 20.0]), ("mistral".to_owned(), vec![50.0, 50.0]));
        assert_eq!(averages("GROUP BY Model"), [llama.clone(), mistral.clone()], "in order of the alphabet");
        assert_eq!(averages("GROUP BY Model ORDER BY MAX() DESC"), [mistral.clone(), llama.clone()]);
        assert_eq!(averages("GROUP BY Model ORDER BY MAX() DESC LIMIT 1"), std::slice::from_ref(&mistral));
        assert_eq!(averages("AND Model != 'llama' GROUP BY Model"), [mistral]);
        assert_eq!(averages("AND Model = 'qwen'"), []);
        let other = run("SELECT SUM(GPU) FROM NS WHERE Endpoint = 'chat' AND Model != 'llama' GROUP BY Model", 60);
        assert_eq!(other[0], ("Other".to_owned(), vec![1000.0]));
    }

    #[test]
    fn what_cannot_be_read_is_refused_where_it_stands() {
        for (text, position) in [
            ("SELECT GPU FROM NS", 12),
            ("SELECT P99(GPU) FROM NS", 8),
            ("SELECT SUM(GPU)", 16),
            ("SELECT SUM(GPU) FROM AWS/SageMaker", 25),
            ("SELECT SUM(GPU) FROM NS WHERE A = \"x\"", 35),
            ("SELECT SUM(GPU) FROM NS LIMIT 501", 31),
            ("SELECT SUM(GPU) FROM NS ORDER BY MAX", 37),
            ("SELECT SUM(GPU) FROM NS WHERE A = 'x' OR B = 'y'", 39),
        ] {
            assert_eq!(InsightsQuery::read(text).map_err(|error| error.position), Err(position), "{text}");
        }
    }
}
