//! Functions that bring something into an expression: series that are found or listed, a period, a constant.

use crate::telemetry::Statistic;

use super::{Call, Function, Implementation, METRIC_MATH, ResultKind};
use crate::evaluation::{
    query::{EvaluationError, QuerySource},
    search::{self, Search},
    syntax::Node,
    value::{Series, Value},
};

const SEARCHES: &str = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-search-expressions.html";

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "METRICS",
        page: METRIC_MATH,
        arguments: 0..=1,
        takes: "nothing, or a part of ids in quotes",
        words: &[],
        result: ResultKind::ManySeries,
        implementation: Implementation::Call(metrics),
    },
    Function {
        name: "PERIOD",
        page: METRIC_MATH,
        arguments: 1..=1,
        takes: "the id of a metric, not of an expression",
        words: &[],
        result: ResultKind::Scalar,
        implementation: Implementation::Call(period),
    },
    Function {
        name: "SEARCH",
        page: SEARCHES,
        // In an alarm it is refused whatever its arguments are.
        arguments: 0..=usize::MAX,
        takes: "a search and a statistic in quotes and, if need be, a period",
        words: &[],
        result: ResultKind::ManySeries,
        implementation: Implementation::Call(search),
    },
    Function {
        name: "TIME_SERIES",
        page: METRIC_MATH,
        arguments: 1..=1,
        takes: "one argument",
        words: &[],
        result: ResultKind::Series,
        implementation: Implementation::Call(time_series),
    },
];

/// All metrics of the request, or those whose id contains a text.
fn metrics(call: &Call<'_, '_>) -> Result<Value, EvaluationError> {
    let part = match call.arguments {
        [] => "",
        [Node::Text(part)] => part,
        _ => return Err(call.refuse(call.function.takes)),
    };
    let mut all = Vec::new();
    for (number, query) in call.queries.all.iter().enumerate() {
        if matches!(query.source, QuerySource::Metric(..))
            && query.id.contains(part)
            && let Value::Series(series) = call.queries.query(number)?
        {
            all.push(series);
        }
    }
    Ok(Value::Many(all))
}

fn period(call: &Call<'_, '_>) -> Result<Value, EvaluationError> {
    let [Node::Id(id)] = call.arguments else { return Err(call.refuse(call.function.takes)) };
    match &call.queries.all[call.queries.number_of(id)?] {
        query if matches!(query.source, QuerySource::Metric(..)) => {
            Ok(Value::Scalar(f64::from(call.queries.window_at(query.period).period)))
        }
        _ => Err(call.refuse(call.function.takes)),
    }
}

fn search(call: &Call<'_, '_>) -> Result<Value, EvaluationError> {
    let queries = call.queries;
    if queries.in_alarm {
        return Err(EvaluationError::SearchInAlarm);
    }
    let (text, statistic, period) = match call.arguments {
        [Node::Text(text), Node::Text(statistic)] => (text, statistic, queries.own_period.get().map(f64::from)),
        [Node::Text(text), Node::Text(statistic), Node::Number(period)] => (text, statistic, Some(*period)),
        _ => return Err(call.refuse(call.function.takes)),
    };
    let statistic: Statistic = statistic.parse()?;
    let period = match period {
        None => None,
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // whole, and in range
        Some(period) if period.fract() == 0.0 && (1.0..=86_400.0).contains(&period) => Some(period as u32),
        Some(_) => return Err(call.refuse(call.function.takes)),
    };
    let window = queries.window_at(period);
    let search = Search::read(text)?;
    let found = search.find(queries.store, window.now);
    let labels = search::labels(&found);
    let series = found.into_iter().zip(labels).map(|(metric, label)| Series {
        label,
        points: queries.store.read(metric, statistic, window),
        period: window.period,
        metric: Some(metric.clone()),
    });
    Ok(Value::Many(series.collect()))
}

fn time_series(call: &Call<'_, '_>) -> Result<Value, EvaluationError> {
    match call.value(0)? {
        Value::Scalar(number) => {
            let period = call.queries.own_period.get().unwrap_or(call.queries.window.period);
            let points = call.queries.times(period).into_iter().map(|at| (at, number)).collect();
            Ok(Value::Series(Series::unnamed(points, period)))
        }
        nothing if nothing.is_nothing() => Ok(Value::NOTHING),
        _ => Err(call.refuse("a number")),
    }
}
