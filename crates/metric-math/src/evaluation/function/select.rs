//! `IF`: one value or another. A condition that is a series chooses anew at each time.

use crate::telemetry::Timestamp;

use super::{Call, Function, Implementation, METRIC_MATH, ResultKind};
use crate::evaluation::{
    query::EvaluationError,
    value::{Series, Value},
};

pub(super) const FUNCTIONS: &[Function] = &[Function {
    name: "IF",
    page: METRIC_MATH,
    arguments: 2..=3,
    takes: "a condition, a value and, if need be, another",
    words: &[],
    result: ResultKind::Series,
    implementation: Implementation::Call(select),
}];

/// A missing value is 0 where the condition is true, and no data point where it is false (the documentation's tables).
fn select(call: &Call<'_, '_>) -> Result<Value, EvaluationError> {
    let refuse = || call.refuse("single series and numbers, at least one of them a series");
    let (condition, then) = (call.value(0)?, call.value(1)?);
    let otherwise = (call.arguments.len() > 2).then(|| call.value(2)).transpose()?;
    let values = [Some(&condition), Some(&then), otherwise.as_ref()];
    if values.into_iter().flatten().any(Value::is_nothing) {
        return Ok(Value::NOTHING);
    }
    if values.into_iter().flatten().any(|value| matches!(value, Value::Many(_))) {
        return Err(refuse());
    }
    match (condition, then, otherwise) {
        (Value::Series(condition), then, otherwise) => {
            let points = condition.points.iter().filter_map(|(at, holds)| {
                if *holds == 0.0 {
                    Some((*at, value_at(otherwise.as_ref()?, *at)?))
                } else {
                    Some((*at, value_at(&then, *at).unwrap_or(0.0)))
                }
            });
            Ok(Value::Series(Series { metric: None, ..condition.with(points.collect::<Vec<_>>()) }))
        }
        (Value::Scalar(condition), Value::Series(then), otherwise) => match (condition != 0.0, otherwise) {
            (true, _) => Ok(Value::Series(then)),
            (false, Some(Value::Series(otherwise))) => Ok(Value::Series(otherwise)),
            (false, None) => Ok(Value::Series(then.with([]))),
            (false, Some(_)) => Err(refuse()),
        },
        _ => Err(refuse()),
    }
}

fn value_at(value: &Value, at: Timestamp) -> Option<f64> {
    match value {
        Value::Scalar(number) => Some(*number),
        Value::Series(series) => series.points.get(&at).copied(),
        Value::Many(_) => None,
    }
}
