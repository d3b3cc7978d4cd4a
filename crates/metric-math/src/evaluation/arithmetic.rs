//! Operators: on numbers, on series, and between them.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html>, "Basic arithmetic functions"
//! and "Comparison and logical operators". Arithmetic takes S and S, S and TS, TS and TS, S and TS[], TS and TS[]; a
//! division by zero drops the data point. Comparisons and logic give 0 or 1 and count a value that only one of two series
//! has as 0 in the other, under every reading.

use std::collections::BTreeSet;

use crate::telemetry::Points;

use super::{
    query::EvaluationError,
    reading::MissingOperand,
    value::{Series, Value},
};

/// The value of an operator between two values.
pub(super) fn binary(
    operator: &'static str,
    left: Value,
    right: Value,
    missing: MissingOperand,
) -> Result<Value, EvaluationError> {
    if left.is_nothing() || right.is_nothing() {
        return Ok(Value::NOTHING);
    }
    let compares = !matches!(operator, "+" | "-" | "*" | "/" | "^");
    let missing = if compares { MissingOperand::Zero } else { missing };
    let act = |left: f64, right: f64| apply(operator, left, right);
    match (left, right) {
        (Value::Scalar(left), Value::Scalar(right)) => Ok(Value::scalar(Some(act(left, right)))),
        (Value::Series(left), Value::Series(right)) => Ok(Value::Series(both(&left, &right, missing, act))),
        (Value::Scalar(left), Value::Series(right)) => Ok(Value::Series(right.map(|right| act(left, right)))),
        (Value::Series(left), Value::Scalar(right)) => Ok(Value::Series(left.map(|left| act(left, right)))),
        (Value::Many(_), _) | (_, Value::Many(_)) if compares => Err(EvaluationError::Operand { operator }),
        (Value::Many(_), Value::Many(_)) => Err(EvaluationError::Operand { operator }),
        (Value::Scalar(left), Value::Many(right)) => {
            Ok(Value::Many(right.iter().map(|one| one.map(|right| act(left, right))).collect()))
        }
        (Value::Many(left), Value::Scalar(right)) => {
            Ok(Value::Many(left.iter().map(|one| one.map(|left| act(left, right))).collect()))
        }
        (Value::Series(left), Value::Many(right)) => {
            let labelled = |one: &Series| Series { label: one.label.clone(), ..both(&left, one, missing, act) };
            Ok(Value::Many(right.iter().map(labelled).collect()))
        }
        (Value::Many(left), Value::Series(right)) => {
            Ok(Value::Many(left.iter().map(|one| both(one, &right, missing, act)).collect()))
        }
    }
}

fn apply(operator: &str, left: f64, right: f64) -> f64 {
    let truth = |holds: bool| f64::from(u8::from(holds));
    match operator {
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        // Infinite or no number where right is 0; such data points are dropped.
        "/" => left / right,
        "^" => left.powf(right),
        #[allow(clippy::float_cmp)] // as CloudWatch compares: exactly
        "==" => truth(left == right),
        #[allow(clippy::float_cmp)]
        "!=" => truth(left != right),
        "<=" => truth(left <= right),
        ">=" => truth(left >= right),
        "<" => truth(left < right),
        ">" => truth(left > right),
        "AND" => truth(left != 0.0 && right != 0.0),
        "OR" => truth(left != 0.0 || right != 0.0),
        _ => f64::NAN,
    }
}

/// Of two series with different periods the coarser one says what the result's is.
fn both(left: &Series, right: &Series, missing: MissingOperand, act: impl Fn(f64, f64) -> f64) -> Series {
    let points: Points = match missing {
        MissingOperand::Dropped => {
            left.points.iter().filter_map(|(at, value)| Some((*at, act(*value, *right.points.get(at)?)))).collect()
        }
        MissingOperand::Zero => {
            let times: BTreeSet<_> = left.points.keys().chain(right.points.keys()).copied().collect();
            let value = |series: &Series, at| series.points.get(&at).copied().unwrap_or(0.0);
            times.into_iter().map(|at| (at, act(value(left, at), value(right, at)))).collect()
        }
    };
    Series { period: left.period.max(right.period), metric: None, ..left.with(points) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(values: &[Option<f64>]) -> Value {
        let points = (0..).zip(values).filter_map(|(at, value)| Some((at, (*value)?))).collect();
        Value::Series(Series::unnamed(points, 60))
    }

    fn values(value: Value) -> Vec<(i64, f64)> {
        match value {
            Value::Series(series) => series.points.into_iter().collect(),
            other => panic!("{other:?}"),
        }
    }

    /// The documentation's own table.
    #[test]
    fn comparisons_count_a_missing_value_as_0() {
        let one = || series(&[Some(30.0), Some(20.0), Some(0.0), Some(0.0)]);
        let two = || series(&[Some(20.0), None, Some(20.0), None]);
        let compared = |operator, left, right| binary(operator, left, right, MissingOperand::Dropped).unwrap();
        assert_eq!(values(compared("<", one(), two())), [(0, 0.0), (1, 0.0), (2, 1.0), (3, 0.0)]);
        assert_eq!(values(compared(">=", one(), Value::Scalar(30.0))), [(0, 1.0), (1, 0.0), (2, 0.0), (3, 0.0)]);
        let over = |value| compared(">", value, Value::Scalar(15.0));
        assert_eq!(values(compared("AND", over(one()), over(two()))), [(0, 1.0), (1, 0.0), (2, 0.0), (3, 0.0)]);
    }

    #[test]
    fn arithmetic_follows_the_reading_where_a_value_is_missing() {
        let sum = |missing| {
            values(binary("+", series(&[Some(1.0), None]), series(&[Some(2.0), Some(3.0)]), missing).unwrap())
        };
        assert_eq!(sum(MissingOperand::Dropped), [(0, 3.0)]);
        assert_eq!(sum(MissingOperand::Zero), [(0, 3.0), (1, 3.0)]);
    }

    #[test]
    fn a_division_by_zero_drops_the_data_point() {
        let quotient = binary("/", Value::Scalar(6.0), series(&[Some(0.0), Some(2.0)]), MissingOperand::Dropped);
        assert_eq!(values(quotient.unwrap()), [(1, 3.0)]);
        assert_eq!(binary("/", Value::Scalar(6.0), Value::Scalar(0.0), MissingOperand::Dropped), Ok(Value::NOTHING));
    }

    #[test]
    fn nothing_stays_nothing_and_two_arrays_do_not_mix() {
        assert_eq!(binary("-", series(&[Some(1.0)]), Value::NOTHING, MissingOperand::Zero), Ok(Value::NOTHING));
        let many = || Value::Many(vec![Series::default(), Series::default()]);
        assert!(binary("+", many(), many(), MissingOperand::Zero).is_err());
        assert!(binary(">", many(), Value::Scalar(0.0), MissingOperand::Zero).is_err());
        assert!(binary("*", many(), Value::Scalar(2.0), MissingOperand::Zero).is_ok());
    }
}
