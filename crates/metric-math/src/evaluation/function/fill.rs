//! `FILL`: a value for each period that has none.

use crate::telemetry::{Points, Timestamp};

use super::{Call, Function, Implementation, METRIC_MATH, ResultKind};
use crate::evaluation::{
    query::EvaluationError,
    reading::FillOfEmpty,
    syntax::Node,
    value::{Series, Value},
};

pub(super) const FUNCTIONS: &[Function] = &[Function {
    name: "FILL",
    page: METRIC_MATH,
    arguments: 2..=2,
    takes: "a series and a number, REPEAT, LINEAR or a series to fill it with",
    words: &["REPEAT", "LINEAR"],
    result: ResultKind::Argument,
    implementation: Implementation::Call(fill),
}];

/// What missing values are filled with: a number, the series' own last value, a line between its neighbours, or another series'
/// value.
enum Filler {
    Number(f64),
    Repeat,
    Linear,
    Series(Points),
}

fn fill(call: &Call<'_, '_>) -> Result<Value, EvaluationError> {
    let sparse = call.value(0)?;
    if sparse.is_nothing() {
        return Ok(Value::NOTHING);
    }
    let filler = match call.arguments.get(1) {
        Some(Node::Word(word)) if word == "REPEAT" => Filler::Repeat,
        Some(Node::Word(word)) if word == "LINEAR" => Filler::Linear,
        _ => match call.value(1)? {
            Value::Scalar(number) => Filler::Number(number),
            Value::Series(series) => Filler::Series(series.points),
            nothing if nothing.is_nothing() => return Ok(sparse),
            Value::Many(_) => return Err(call.refuse("a number or one series to fill with, not an array")),
        },
    };
    let stays_empty = call.queries.reading.fill_of_empty == FillOfEmpty::Empty;
    let dense = sparse.each(|series| {
        if series.points.is_empty() && stays_empty {
            return series.clone();
        }
        let missing = call.queries.times(series.period).into_iter().filter(|at| !series.points.contains_key(at));
        let added: Vec<_> = missing.filter_map(|at| Some((at, filler.at(series, at)?))).collect();
        series.with(series.points.clone().into_iter().chain(added))
    });
    dense.ok_or_else(|| call.refuse("a series or an array"))
}

impl Filler {
    fn at(&self, series: &Series, at: Timestamp) -> Option<f64> {
        let before = || series.points.range(..at).next_back();
        match self {
            Self::Number(number) => Some(*number),
            Self::Series(points) => points.get(&at).copied(),
            Self::Repeat => before().map(|(_, value)| *value),
            Self::Linear => {
                let ((from, first), (to, last)) = (before()?, series.points.range(at..).next()?);
                #[allow(clippy::cast_precision_loss)] // a range of weeks
                let share = (at - from) as f64 / (to - from) as f64;
                Some(first + (last - first) * share)
            }
        }
    }
}
