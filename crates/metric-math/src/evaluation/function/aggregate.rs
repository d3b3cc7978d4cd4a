//! Functions that make one value of several: of a series a number, of an array a series.

use std::collections::BTreeMap;

use crate::telemetry::{Points, Statistic, Timestamp};

use super::{Function, Implementation, ResultKind};
use crate::evaluation::{
    query::Queries,
    reading::MissingOperand,
    value::{Series, Value},
};

/// One number from several.
#[derive(Clone, Copy)]
pub(super) struct Aggregate {
    /// Nothing is no sum of 0 and no count of 0 values, but no average and no extreme.
    pub(super) values: fn(&[f64]) -> Option<f64>,
    /// Whether a series of an array counts as 0 at a time at which it has no value. The documentation says so of AVG; the
    /// reading that drops missing operands leaves them out.
    missing_is_zero: bool,
}

const fn aggregate(name: &'static str, values: fn(&[f64]) -> Option<f64>) -> Function {
    let aggregate = Aggregate { values, missing_is_zero: false };
    Function::of_one(name, ResultKind::Reduced, Implementation::Aggregate(aggregate))
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function::of_one(
        "AVG",
        ResultKind::Reduced,
        Implementation::Aggregate(Aggregate { values: |values| Statistic::Average.of(values), missing_is_zero: true }),
    ),
    #[allow(clippy::cast_precision_loss)] // far below 2^52
    aggregate("DATAPOINT_COUNT", |values| Some(values.len() as f64)),
    aggregate("MAX", |values| Statistic::Maximum.of(values)),
    aggregate("MIN", |values| Statistic::Minimum.of(values)),
    aggregate("STDDEV", standard_deviation),
    aggregate("SUM", |values| Some(values.iter().sum())),
];

fn standard_deviation(values: &[f64]) -> Option<f64> {
    let mean = Statistic::Average.of(values)?;
    let squares: Vec<f64> = values.iter().map(|value| (value - mean).powi(2)).collect();
    Statistic::Average.of(&squares).map(f64::sqrt)
}

impl Aggregate {
    /// The aggregate of a name, as `SORT` takes it.
    pub(super) fn named(name: &str) -> Option<Self> {
        FUNCTIONS.iter().find(|function| function.name == name).and_then(|function| match function.implementation {
            Implementation::Aggregate(aggregate) => Some(aggregate),
            _ => None,
        })
    }

    /// Of a value; none of a number.
    pub(super) fn of(self, value: Value, queries: &Queries<'_>) -> Option<Value> {
        match value {
            Value::Scalar(_) => None,
            Value::Series(series) => {
                let values: Vec<f64> = series.points.into_values().collect();
                Some(Value::scalar((self.values)(&values)))
            }
            nothing if nothing.is_nothing() => Some(nothing),
            Value::Many(all) => Some(Value::Series(self.of_many(&all, queries))),
        }
    }

    /// Of several series: at each time, of those that have a value.
    fn of_many(self, all: &[Series], queries: &Queries<'_>) -> Series {
        let mut at_time: BTreeMap<Timestamp, Vec<f64>> = BTreeMap::new();
        for (at, value) in all.iter().flat_map(|series| &series.points) {
            at_time.entry(*at).or_default().push(*value);
        }
        let zeros = self.missing_is_zero && queries.reading.missing_operand == MissingOperand::Zero;
        let points = at_time.into_iter().filter_map(|(at, mut values)| {
            if zeros {
                values.resize(all.len(), 0.0);
            }
            Some((at, (self.values)(&values)?))
        });
        let period = all.iter().map(|series| series.period).max().unwrap_or(queries.window.period);
        Series::unnamed(Points::new(), period).with(points)
    }
}
