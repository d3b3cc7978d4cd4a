//! The functions of metric math.
//!
//! Arguments, results and missing values as in
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html>, "Functions supported for
//! metric math". Not evaluated: anomaly detection, Contributor Insights rules, service quotas, Lambda and database
//! sources.

use std::collections::BTreeMap;

use crate::telemetry::{Points, SECOND, Statistic, Timestamp};

use super::{
    Node, calendar,
    query::{EvaluationError, Queries, Source},
    reading::{FillOfEmpty, MissingOperand},
    search::{self, Search},
    value::{Series, Value},
};

impl Queries<'_> {
    pub(super) fn call(&self, function: &str, arguments: &[Node]) -> Result<Value, EvaluationError> {
        let refuse = |takes| EvaluationError::Argument { function: function.to_owned(), takes };
        match (function, arguments) {
            ("PERIOD", [Node::Id(id)]) => match &self.all[self.number_of(id)?] {
                query if matches!(query.source, Source::Metric(..)) => {
                    Ok(Value::Scalar(f64::from(self.window_at(query.period).period)))
                }
                _ => Err(refuse("the id of a metric, not of an expression")),
            },
            ("PERIOD", _) => Err(refuse("the id of a metric, not of an expression")),
            ("METRICS", []) => self.metrics(""),
            ("METRICS", [Node::Text(part)]) => self.metrics(part),
            ("METRICS", _) => Err(refuse("nothing, or a part of ids in quotes")),
            ("SEARCH", _) => self.search(arguments),
            ("IF", [condition, then]) => self.choose(condition, then, None),
            ("IF", [condition, then, otherwise]) => self.choose(condition, then, Some(otherwise)),
            ("IF", _) => Err(refuse("a condition, a value and, if need be, another")),
            ("FILL", [sparse, filler]) => {
                let sparse = self.value(sparse)?;
                self.fill(&sparse, filler)
            }
            ("FILL", _) => Err(refuse("a series and a number, REPEAT, LINEAR or a series to fill it with")),
            ("TIME_SERIES", [node]) => match self.value(node)? {
                Value::Scalar(number) => {
                    let period = self.own_period.get().unwrap_or(self.window.period);
                    let points = self.times(period).into_iter().map(|at| (at, number)).collect();
                    Ok(Value::Series(Series::unnamed(points, period)))
                }
                nothing if nothing.is_nothing() => Ok(Value::NOTHING),
                _ => Err(refuse("a number")),
            },
            ("SORT", [array, Node::Word(by), Node::Word(order)]) => self.sort(array, by, order, None),
            ("SORT", [array, Node::Word(by), Node::Word(order), limit]) => self.sort(array, by, order, Some(limit)),
            ("SORT", _) => Err(refuse("an array, AVG, MIN, MAX or SUM, ASC or DESC, and, if need be, a limit")),
            ("SLICE", [array, from]) => self.slice(array, from, None),
            ("SLICE", [array, from, to]) => self.slice(array, from, Some(to)),
            ("SLICE", _) => Err(refuse("an array, a start and, if need be, an end")),
            (_, [argument]) => {
                let value = self.value(argument)?;
                self.of_one(function, value).unwrap_or_else(|| Err(refuse("other arguments than these")))
            }
            _ => Err(refuse("one argument")),
        }
    }

    /// Functions of one value; none where the value is of the wrong type.
    fn of_one(&self, function: &str, value: Value) -> Option<Result<Value, EvaluationError>> {
        let each = |value: Value, act: &dyn Fn(&Series) -> Series| value.each(act).map(Ok);
        match function {
            "ABS" => each(value, &|series| series.map(f64::abs)),
            "CEIL" => each(value, &|series| series.map(f64::ceil)),
            "FLOOR" => each(value, &|series| series.map(f64::floor)),
            "LOG" => each(value, &|series| series.map(f64::ln)),
            "LOG10" => each(value, &|series| series.map(f64::log10)),
            "DIFF" => each(value, &|series| steps(series, |_, (before, after)| after - before)),
            "DIFF_TIME" => each(value, &|series| steps(series, |seconds, _| seconds)),
            "RATE" => each(value, &|series| steps(series, |seconds, (before, after)| (after - before) / seconds)),
            "RUNNING_SUM" => each(value, &running_sum),
            "AVG" | "DATAPOINT_COUNT" | "MAX" | "MIN" | "STDDEV" | "SUM" => match value {
                Value::Scalar(_) => None,
                Value::Series(series) => {
                    let values: Vec<f64> = series.points.into_values().collect();
                    Some(Ok(Value::scalar(reduced(function, &values))))
                }
                nothing if nothing.is_nothing() => Some(Ok(nothing)),
                Value::Many(all) => Some(Ok(Value::Series(self.reduced(function, &all)))),
            },
            "METRIC_COUNT" => match value {
                #[allow(clippy::cast_precision_loss)] // hundreds at most
                Value::Many(all) => Some(Ok(Value::Scalar(all.len() as f64))),
                _ => None,
            },
            "FIRST" | "LAST" => match value {
                Value::Many(mut all) => {
                    let one = if function == "FIRST" { all.drain(..).next() } else { all.pop() };
                    Some(Ok(one.map_or(Value::NOTHING, Value::Series)))
                }
                _ => None,
            },
            "REMOVE_EMPTY" => match value {
                Value::Many(mut all) => {
                    all.retain(|series| !series.points.is_empty());
                    Some(Ok(Value::Many(all)))
                }
                _ => None,
            },
            "MINUTE" | "HOUR" | "DAY" | "DATE" | "MONTH" | "YEAR" | "EPOCH" => match value {
                Value::Series(series) => {
                    let times = self.times(series.period);
                    Some(Ok(Value::Series(
                        series.with(times.into_iter().filter_map(|at| Some((at, calendar::part(function, at)?)))),
                    )))
                }
                nothing if nothing.is_nothing() => Some(Ok(nothing)),
                _ => None,
            },
            _ => Some(Err(EvaluationError::NotEvaluated(function.to_owned()))),
        }
    }

    /// All metrics of the request, or those whose id contains `part`.
    fn metrics(&self, part: &str) -> Result<Value, EvaluationError> {
        let mut all = Vec::new();
        for (number, query) in self.all.iter().enumerate() {
            if matches!(query.source, Source::Metric(..))
                && query.id.contains(part)
                && let Value::Series(series) = self.query(number)?
            {
                all.push(series);
            }
        }
        Ok(Value::Many(all))
    }

    fn search(&self, arguments: &[Node]) -> Result<Value, EvaluationError> {
        if self.in_alarm {
            return Err(EvaluationError::SearchInAlarm);
        }
        let takes = "a search and a statistic in quotes and, if need be, a period";
        let refuse = || EvaluationError::Argument { function: "SEARCH".to_owned(), takes };
        let (text, statistic, period) = match arguments {
            [Node::Text(text), Node::Text(statistic)] => (text, statistic, self.own_period.get().map(f64::from)),
            [Node::Text(text), Node::Text(statistic), Node::Number(period)] => (text, statistic, Some(*period)),
            _ => return Err(refuse()),
        };
        let statistic: Statistic = statistic.parse()?;
        let period = match period {
            None => None,
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // whole, and in range
            Some(period) if period.fract() == 0.0 && (1.0..=86_400.0).contains(&period) => Some(period as u32),
            Some(_) => return Err(refuse()),
        };
        let window = self.window_at(period);
        let search = Search::read(text)?;
        let found = search.find(self.store, window.now);
        let labels = search::labels(&found);
        let series = found.into_iter().zip(labels).map(|(metric, label)| Series {
            label,
            points: self.store.read(metric, statistic, window),
            period: window.period,
            metric: Some(metric.clone()),
        });
        Ok(Value::Many(series.collect()))
    }

    /// The starts of all periods, for results that aren't sparse.
    fn times(&self, period: u32) -> Vec<Timestamp> {
        let window = self.window_at(Some(period));
        window.starts().take_while(|start| *start <= window.now).collect()
    }

    /// Fills each missing value: with a number, the series' own last value, a line between its neighbours, or another
    /// series' value.
    fn fill(&self, sparse: &Value, with: &Node) -> Result<Value, EvaluationError> {
        let refuse = |takes| EvaluationError::Argument { function: "FILL".to_owned(), takes };
        if sparse.is_nothing() {
            return Ok(Value::NOTHING);
        }
        let filler = match with {
            Node::Word(word) if word == "REPEAT" => Filler::Repeat,
            Node::Word(word) if word == "LINEAR" => Filler::Linear,
            node => match self.value(node)? {
                Value::Scalar(number) => Filler::Number(number),
                Value::Series(series) => Filler::Series(series.points),
                nothing if nothing.is_nothing() => return Ok(sparse.clone()),
                Value::Many(_) => return Err(refuse("a number or one series to fill with, not an array")),
            },
        };
        let dense = sparse.clone().each(|series| {
            if series.points.is_empty() && self.reading.fill_of_empty == FillOfEmpty::Empty {
                return series.clone();
            }
            let missing = self.times(series.period).into_iter().filter(|at| !series.points.contains_key(at));
            let added: Vec<_> = missing.filter_map(|at| Some((at, filler.at(series, at)?))).collect();
            series.with(series.points.clone().into_iter().chain(added))
        });
        dense.ok_or_else(|| refuse("a series or an array"))
    }

    /// Of several series, at each time the function of those that have a value. AVG counts the others as 0, as the
    /// documentation says; under the reading that drops missing operands it leaves them out.
    fn reduced(&self, function: &str, all: &[Series]) -> Series {
        let mut at_time: BTreeMap<Timestamp, Vec<f64>> = BTreeMap::new();
        for (at, value) in all.iter().flat_map(|series| &series.points) {
            at_time.entry(*at).or_default().push(*value);
        }
        let zeros = function == "AVG" && self.reading.missing_operand == MissingOperand::Zero;
        let points = at_time.into_iter().filter_map(|(at, mut values)| {
            if zeros {
                values.resize(all.len(), 0.0);
            }
            Some((at, reduced(function, &values)?))
        });
        let period = all.iter().map(|series| series.period).max().unwrap_or(self.window.period);
        Series::unnamed(Points::new(), period).with(points)
    }

    /// `IF`: chosen anew at every time of a condition that is a series. A missing value is 0 where the condition is true,
    /// and no data point where it is false (the documentation's tables).
    fn choose(&self, condition: &Node, then: &Node, otherwise: Option<&Node>) -> Result<Value, EvaluationError> {
        let refuse = || EvaluationError::Argument {
            function: "IF".to_owned(),
            takes: "single series and numbers, at least one of them a series",
        };
        let condition = self.value(condition)?;
        let then = self.value(then)?;
        let otherwise = otherwise.map(|node| self.value(node)).transpose()?;
        let values = [Some(&condition), Some(&then), otherwise.as_ref()];
        if values.into_iter().flatten().any(Value::is_nothing) {
            return Ok(Value::NOTHING);
        }
        let value_at = |value: &Value, at| match value {
            Value::Scalar(number) => Some(*number),
            Value::Series(series) => series.points.get(&at).copied(),
            Value::Many(_) => None,
        };
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

    fn sort(&self, array: &Node, by: &str, order: &str, limit: Option<&Node>) -> Result<Value, EvaluationError> {
        let refuse = |takes| EvaluationError::Argument { function: "SORT".to_owned(), takes };
        let Value::Many(mut all) = self.value(array)? else { return Err(refuse("an array of series")) };
        if !matches!(by, "AVG" | "MIN" | "MAX" | "SUM") || !matches!(order, "ASC" | "DESC") {
            return Err(refuse("AVG, MIN, MAX or SUM, then ASC or DESC"));
        }
        let key = |series: &Series| {
            let values: Vec<f64> = series.points.values().copied().collect();
            // Series without data go last in either order.
            reduced(by, &values).unwrap_or(if order == "ASC" { f64::INFINITY } else { f64::NEG_INFINITY })
        };
        all.sort_by(|one, other| {
            let order_up = key(one).total_cmp(&key(other));
            if order == "ASC" { order_up } else { order_up.reverse() }
        });
        if let Some(limit) = limit {
            all.truncate(self.count("SORT", limit)?);
        }
        Ok(Value::Many(all))
    }

    fn slice(&self, array: &Node, from: &Node, to: Option<&Node>) -> Result<Value, EvaluationError> {
        let Value::Many(all) = self.value(array)? else {
            return Err(EvaluationError::Argument { function: "SLICE".to_owned(), takes: "an array of series" });
        };
        let from = self.count("SLICE", from)?;
        let to = to.map(|to| self.count("SLICE", to)).transpose()?.unwrap_or(all.len());
        Ok(Value::Many(all.into_iter().take(to).skip(from).collect()))
    }

    fn count(&self, function: &str, node: &Node) -> Result<usize, EvaluationError> {
        match self.value(node)? {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // whole, and not negative
            Value::Scalar(number) if number >= 0.0 && number.fract() == 0.0 => Ok(number as usize),
            _ => Err(EvaluationError::Argument { function: function.to_owned(), takes: "whole numbers from 0" }),
        }
    }
}

enum Filler {
    Number(f64),
    Repeat,
    Linear,
    Series(Points),
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

/// From each value and the one before it; the first one has none. The function is given the seconds between them.
fn steps(series: &Series, act: impl Fn(f64, (f64, f64)) -> f64) -> Series {
    let pairs = series.points.iter().zip(series.points.iter().skip(1));
    #[allow(clippy::cast_precision_loss)] // a range of weeks
    let stepped =
        pairs.map(|((from, before), (to, after))| (*to, act((to - from) as f64 / SECOND as f64, (*before, *after))));
    series.with(stepped.collect::<Vec<_>>())
}

fn running_sum(series: &Series) -> Series {
    let mut sum = 0.0;
    let summed = series.points.iter().map(|(at, value)| {
        sum += value;
        (*at, sum)
    });
    series.with(summed.collect::<Vec<_>>())
}

/// One number from several. Nothing is no sum of 0 and no count of 0 values, but no average and no extreme.
fn reduced(function: &str, values: &[f64]) -> Option<f64> {
    match function {
        "SUM" => Some(values.iter().sum()),
        #[allow(clippy::cast_precision_loss)] // far below 2^52
        "DATAPOINT_COUNT" => Some(values.len() as f64),
        "AVG" => Statistic::Average.of(values),
        "MAX" => Statistic::Maximum.of(values),
        "MIN" => Statistic::Minimum.of(values),
        "STDDEV" => {
            let mean = Statistic::Average.of(values)?;
            let squares: Vec<f64> = values.iter().map(|value| (value - mean).powi(2)).collect();
            Statistic::Average.of(&squares).map(f64::sqrt)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
