//! Functions of arrays: which series are in them, and in which order.

use super::{Aggregate, Call, Function, Implementation, METRIC_MATH, ResultKind};
use crate::evaluation::{
    query::EvaluationError,
    syntax::Node,
    value::{Series, Value},
};

const fn array(name: &'static str, result: ResultKind, combine: fn(Vec<Series>) -> Value) -> Function {
    Function::of_one(name, result, Implementation::Array(combine))
}

pub(super) const FUNCTIONS: &[Function] = &[
    #[allow(clippy::cast_precision_loss)] // hundreds at most
    array("METRIC_COUNT", ResultKind::Scalar, |all| Value::Scalar(all.len() as f64)),
    array("FIRST", ResultKind::Series, |all| all.into_iter().next().map_or(Value::NOTHING, Value::Series)),
    array("LAST", ResultKind::Series, |mut all| all.pop().map_or(Value::NOTHING, Value::Series)),
    array("REMOVE_EMPTY", ResultKind::ManySeries, |mut all| {
        all.retain(|series| !series.points.is_empty());
        Value::Many(all)
    }),
    Function {
        name: "SORT",
        page: METRIC_MATH,
        arguments: 3..=4,
        takes: "an array, AVG, MIN, MAX or SUM, ASC or DESC, and, if need be, a limit",
        words: &["AVG", "MIN", "MAX", "SUM", "ASC", "DESC"],
        result: ResultKind::ManySeries,
        implementation: Implementation::Call(sort),
    },
    Function {
        name: "SLICE",
        page: METRIC_MATH,
        arguments: 2..=3,
        takes: "an array, a start and, if need be, an end",
        words: &[],
        result: ResultKind::ManySeries,
        implementation: Implementation::Call(slice),
    },
];

fn sort(call: &Call<'_, '_>) -> Result<Value, EvaluationError> {
    let [_, Node::Word(by), Node::Word(order), ..] = call.arguments else {
        return Err(call.refuse(call.function.takes));
    };
    let Value::Many(mut all) = call.value(0)? else { return Err(call.refuse("an array of series")) };
    let by = Some(by.as_str()).filter(|by| ["AVG", "MIN", "MAX", "SUM"].contains(by)).and_then(Aggregate::named);
    let (Some(by), true) = (by, matches!(order.as_str(), "ASC" | "DESC")) else {
        return Err(call.refuse("AVG, MIN, MAX or SUM, then ASC or DESC"));
    };
    let ascending = order == "ASC";
    let key = |series: &Series| {
        let values: Vec<f64> = series.points.values().copied().collect();
        // A series without data has no average and no extreme, and goes last in either order; its sum is 0.
        (by.values)(&values).unwrap_or(if ascending { f64::INFINITY } else { f64::NEG_INFINITY })
    };
    all.sort_by(|one, other| {
        let upwards = key(one).total_cmp(&key(other));
        if ascending { upwards } else { upwards.reverse() }
    });
    if let Some(limit) = call.count(3)? {
        all.truncate(limit);
    }
    Ok(Value::Many(all))
}

fn slice(call: &Call<'_, '_>) -> Result<Value, EvaluationError> {
    let Value::Many(all) = call.value(0)? else { return Err(call.refuse("an array of series")) };
    let from = call.count(1)?.unwrap_or(0);
    let to = call.count(2)?.unwrap_or(all.len());
    Ok(Value::Many(all.into_iter().take(to).skip(from).collect()))
}
