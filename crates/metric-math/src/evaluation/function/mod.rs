//! The functions of metric math, each defined in one place: an entry of its group's table holds its name, arguments, kind of
//! result, page and implementation.
//!
//! Arguments, results and missing values are as in
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html>, "Functions supported for metric
//! math". The parser, the kinds of results and the evaluation look functions up here, so a new one is a new entry and nothing
//! else.

mod aggregate;
mod array;
mod calendar;
mod each;
mod external;
mod fill;
mod input;
mod select;

use std::fmt;
use std::ops::RangeInclusive;

use crate::telemetry::Timestamp;

use super::{
    query::{EvaluationError, Queries},
    syntax::Node,
    value::{Series, Value, ValueKind},
};

use aggregate::Aggregate;

/// The page of most functions.
const METRIC_MATH: &str = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html";

/// Every group.
const GROUPS: [&[Function]; 8] = [
    each::FUNCTIONS,
    aggregate::FUNCTIONS,
    array::FUNCTIONS,
    calendar::FUNCTIONS,
    fill::FUNCTIONS,
    select::FUNCTIONS,
    input::FUNCTIONS,
    external::FUNCTIONS,
];

/// A function of metric math.
#[derive(Clone)]
#[non_exhaustive]
pub struct Function {
    /// As expressions write it: in capitals.
    pub name: &'static str,
    /// The AWS page that defines it.
    pub page: &'static str,
    /// How many arguments it takes.
    arguments: RangeInclusive<usize>,
    /// Those arguments in words, as the end of a sentence that begins with its name and "takes".
    takes: &'static str,
    /// Words that it takes without quotes.
    words: &'static [&'static str],
    result: ResultKind,
    implementation: Implementation,
}

/// The kind of a function's result.
#[derive(Clone, Copy, Debug)]
enum ResultKind {
    Scalar,
    Series,
    ManySeries,
    /// That of the first argument.
    Argument,
    /// A number of one series, one series of several.
    Reduced,
}

/// How a function comes to its result.
#[derive(Clone, Copy)]
enum Implementation {
    /// The same done to each series of the argument.
    Each(fn(&Series) -> Series),
    /// One number of a series' values; of several series, one at each time.
    Aggregate(Aggregate),
    /// Of an array, whichever series are in it.
    Array(fn(Vec<Series>) -> Value),
    /// A value for each period, of the time at which it starts.
    Calendar(fn(Timestamp) -> Timestamp),
    /// What reads its arguments itself.
    Call(fn(&Call<'_, '_>) -> Result<Value, EvaluationError>),
    /// CloudWatch has it, and what it gives can't be worked out from metric data.
    External,
}

/// A call that is being evaluated.
struct Call<'c, 's> {
    function: &'static Function,
    arguments: &'c [Node],
    queries: &'c Queries<'s>,
}

/// Every function there is, also those that are not evaluated.
///
/// ```
/// let missing = metric_math::evaluation::functions().filter(|function| !function.is_evaluated());
/// let names: Vec<&str> = missing.map(|function| function.name).collect();
/// assert_eq!(names, ["ANOMALY_DETECTION_BAND", "DB_PERF_INSIGHTS", "INSIGHT_RULE_METRIC", "LAMBDA", "SERVICE_QUOTA"]);
/// ```
pub fn functions() -> impl Iterator<Item = &'static Function> {
    GROUPS.into_iter().flatten()
}

/// The function of a name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    functions().find(|function| function.name == name)
}

/// Whether some function takes this word without quotes.
pub(super) fn takes_word(word: &str) -> bool {
    functions().any(|function| function.words.contains(&word))
}

impl Function {
    /// Whether it is evaluated. The others are anomaly detection and what asks other services.
    #[must_use]
    pub fn is_evaluated(&self) -> bool {
        !matches!(self.implementation, Implementation::External)
    }

    /// A function of one value.
    const fn of_one(name: &'static str, result: ResultKind, implementation: Implementation) -> Self {
        Self { name, page: METRIC_MATH, arguments: 1..=1, takes: "one argument", words: &[], result, implementation }
    }

    /// The kind of its result where the first argument is of this kind.
    pub(super) fn kind(&self, argument: ValueKind) -> ValueKind {
        match self.result {
            ResultKind::Series => ValueKind::Series,
            ResultKind::ManySeries => ValueKind::ManySeries,
            ResultKind::Argument => argument,
            ResultKind::Reduced if argument == ValueKind::ManySeries => ValueKind::Series,
            ResultKind::Scalar | ResultKind::Reduced => ValueKind::Scalar,
        }
    }

    fn refuse(&self, takes: &'static str) -> EvaluationError {
        EvaluationError::Argument { function: self.name.to_owned(), takes }
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Queries<'_> {
    /// Calls a function.
    pub(super) fn call(&self, name: &str, arguments: &[Node]) -> Result<Value, EvaluationError> {
        let not_evaluated = || EvaluationError::NotEvaluated(name.to_owned());
        let function = find(name).filter(|function| function.is_evaluated()).ok_or_else(not_evaluated)?;
        if !function.arguments.contains(&arguments.len()) {
            return Err(function.refuse(function.takes));
        }
        let call = Call { function, arguments, queries: self };
        let wrong = || function.refuse("other arguments than these");
        match function.implementation {
            Implementation::Each(change) => call.value(0)?.each(change).ok_or_else(wrong),
            Implementation::Aggregate(aggregate) => aggregate.of(call.value(0)?, self).ok_or_else(wrong),
            Implementation::Array(combine) => match call.value(0)? {
                Value::Many(all) => Ok(combine(all)),
                Value::Scalar(_) | Value::Series(_) => Err(wrong()),
            },
            Implementation::Calendar(part) => match call.value(0)? {
                Value::Series(series) => Ok(Value::Series(calendar::parts(&series, part, self))),
                nothing if nothing.is_nothing() => Ok(nothing),
                Value::Scalar(_) | Value::Many(_) => Err(wrong()),
            },
            Implementation::Call(evaluate) => evaluate(&call),
            Implementation::External => Err(not_evaluated()),
        }
    }

    /// The starts of all periods, for results that aren't sparse.
    fn times(&self, period: u32) -> Vec<Timestamp> {
        let window = self.window_at(Some(period));
        window.starts().take_while(|start| *start <= window.now).collect()
    }
}

impl Call<'_, '_> {
    /// The value of an argument that is there.
    fn value(&self, number: usize) -> Result<Value, EvaluationError> {
        self.arguments.get(number).map_or(Ok(Value::NOTHING), |node| self.queries.value(node))
    }

    /// A whole number from 0, where the argument is there.
    fn count(&self, number: usize) -> Result<Option<usize>, EvaluationError> {
        let Some(node) = self.arguments.get(number) else { return Ok(None) };
        match self.queries.value(node)? {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // whole, and not negative
            Value::Scalar(number) if number >= 0.0 && number.fract() == 0.0 => Ok(Some(number as usize)),
            _ => Err(self.refuse("whole numbers from 0")),
        }
    }

    fn refuse(&self, takes: &'static str) -> EvaluationError {
        self.function.refuse(takes)
    }
}

#[cfg(test)]
mod tests;
