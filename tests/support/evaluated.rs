//! An expression's value where each series has one datapoint or none, worked out by the stand-in's metric math.

use std::collections::BTreeMap;

use metric_math::evaluation::{Data, Queries, Query, QuerySource, Reading, read};
use metric_math::telemetry::{Metric, MetricStore, Statistic, Window};

/// What each series has in one period, by id. Of others that an expression names, there is no datapoint.
#[derive(Clone, Debug, Default)]
pub(crate) struct Datapoints {
    pub(crate) by_id: BTreeMap<String, f64>,
    /// Seconds.
    pub(crate) period: u32,
}

/// The value, which has to be the same under every reading of the documentation; `None` where there is no datapoint.
pub(crate) fn evaluate(expression: &str, datapoints: &Datapoints) -> Option<f64> {
    let expression = read(expression).unwrap();
    let metric = |id: &str| Metric::new("NS", id, &[]);
    let mut store = MetricStore::default();
    for (id, value) in &datapoints.by_id {
        store.put(&metric(id), 0, *value);
    }
    let query = |id: &str, source| Query { id: id.to_owned(), source, label: None, period: None };
    let ids = expression.ids();
    let mut queries: Vec<Query> =
        ids.iter().map(|id| query(id, QuerySource::Metric(metric(id), Statistic::Sum))).collect();
    queries.push(query("result", QuerySource::Expression(expression.clone())));
    let window = Window::aligned(0, 1000 * i64::from(datapoints.period), datapoints.period, 0);
    let values = Reading::ALL.map(|reading| {
        let evaluated = Queries::new(Data { store: &store, reading }, window, queries.clone()).unwrap();
        evaluated.series(ids.len()).unwrap().iter().find_map(|series| series.points.get(&0).copied())
    });
    assert!(values.iter().all(|value| *value == values[0]), "{values:?}");
    values[0]
}
