//! Alarms: their state at a time, and over time.
//!
//! How often and over which data: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html>; what
//! counts when data is missing:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html>. Not evaluated: anomaly
//! bands, `PromQL`, and low-sample percentiles.

mod composite;
mod contributor;
mod datapoints;
mod wall_clock;

use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::Value;

use crate::telemetry::{HOUR, MINUTE, Metric, SECOND, Timestamp, Window};

use super::{
    metric_data::{DimensionShape, MetricDataQuery, shape},
    query::{Data, EvaluationError, Queries, Query, QuerySource},
};

pub use composite::{AlarmRule, RuleError};
pub use contributor::Contributor;
pub use datapoints::{Datapoints, MissingData};
pub use wall_clock::{PERIODS as WALL_CLOCK_PERIODS, time_zone};

/// Periods beyond the alarm's own that are looked at for data. AWS says that it looks at more and, in its example of three
/// evaluation periods, at five in all.
const LOOKED_AT_BEYOND: u32 = 2;

/// The state of an alarm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AlarmState {
    /// Within the threshold.
    Ok,
    /// Outside of it.
    Alarm,
    /// Nothing to tell by.
    #[default]
    InsufficientData,
}

impl AlarmState {
    /// As `StateValue` has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Alarm => "ALARM",
            Self::InsufficientData => "INSUFFICIENT_DATA",
        }
    }
}

/// A metric alarm with a static threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricAlarm {
    queries: Vec<Query>,
    watched: usize,
    /// In seconds.
    period: u32,
    datapoints: Datapoints,
    threshold: f64,
    comparison: Comparison,
    warm_up: WarmUp,
    /// The time zone whose clock periods are aligned to, instead of to the evaluation.
    wall_clock: Option<TimeZone>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[allow(clippy::enum_variant_names)] // the API's own names
enum Comparison {
    GreaterThanOrEqualToThreshold,
    GreaterThanThreshold,
    LessThanThreshold,
    LessThanOrEqualToThreshold,
}

/// What `PutMetricAlarm` is given, as far as it bears on the state.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    metric_name: Option<String>,
    namespace: Option<String>,
    statistic: Option<String>,
    extended_statistic: Option<String>,
    #[serde(default)]
    dimensions: Vec<DimensionShape>,
    period: Option<u32>,
    evaluation_periods: Option<u32>,
    datapoints_to_alarm: Option<u32>,
    threshold: Option<f64>,
    comparison_operator: Option<String>,
    treat_missing_data: Option<String>,
    #[serde(default)]
    metrics: Vec<Value>,
    #[serde(default)]
    warm_up_configuration: WarmUp,
    #[serde(default)]
    evaluation_window: Value,
}

impl MetricAlarm {
    /// Reads the request of `PutMetricAlarm`, or what `DescribeAlarms` says of an alarm.
    ///
    /// # Errors
    /// It has a part that isn't evaluated here, or that has no meaning.
    pub fn read(request: &Value) -> Result<Self, EvaluationError> {
        let unsupported = |what: &str| EvaluationError::NotEvaluated(what.to_owned());
        if request.get("EvaluationCriteria").is_some_and(|criteria| !criteria.is_null()) {
            return Err(unsupported("An alarm with EvaluationCriteria"));
        }
        let read: Request = shape(request)?;
        let period = read.period;
        let missing = |what: &str| EvaluationError::Structure(format!("the alarm has no {what}"));
        let comparison = Value::String(read.comparison_operator.ok_or_else(|| missing("ComparisonOperator"))?);
        let comparison = shape(&comparison).map_err(|_| unsupported("An alarm that compares with a band"))?;
        let evaluation_periods = read.evaluation_periods.ok_or_else(|| missing("EvaluationPeriods"))?.max(1);
        let (queries, watched) = if read.metrics.is_empty() {
            let metric = Metric {
                namespace: read.namespace.ok_or_else(|| missing("Namespace"))?,
                name: read.metric_name.ok_or_else(|| missing("MetricName"))?,
                dimensions: read.dimensions.into_iter().map(DimensionShape::pair).collect(),
            };
            let statistic = read.statistic.or(read.extended_statistic).ok_or_else(|| missing("Statistic"))?.parse()?;
            (
                vec![Query { id: String::new(), source: QuerySource::Metric(metric, statistic), label: None, period }],
                Some(0),
            )
        } else {
            let shapes = read.metrics.iter().map(shape::<MetricDataQuery>).collect::<Result<Vec<_>, _>>()?;
            let watched = shapes.iter().position(|query| query.return_data.unwrap_or(true));
            (shapes.into_iter().map(MetricDataQuery::query).collect::<Result<_, _>>()?, watched)
        };
        let period = period.or_else(|| queries.iter().find_map(|query: &Query| query.period));
        Ok(Self {
            watched: watched.ok_or_else(|| missing("element of Metrics that returns data"))?,
            queries,
            period: period.ok_or_else(|| missing("Period"))?.max(1),
            datapoints: Datapoints {
                evaluation_periods,
                datapoints_to_alarm: read.datapoints_to_alarm.unwrap_or(evaluation_periods),
                missing_data: read.treat_missing_data.as_deref().map(str::parse).transpose()?.unwrap_or_default(),
            },
            threshold: read.threshold.ok_or_else(|| missing("Threshold"))?,
            comparison,
            warm_up: read.warm_up_configuration,
            wall_clock: clock_of(&read.evaluation_window)?,
        })
    }

    /// How often it is evaluated, in milliseconds: every 10 seconds where the period is less than a minute, every hour
    /// where its window is longer than a day, else every minute.
    #[must_use]
    pub fn interval(&self) -> Timestamp {
        let window = Timestamp::from(self.period) * Timestamp::from(self.datapoints.evaluation_periods) * SECOND;
        match self.period {
            0..60 => 10 * SECOND,
            _ if window > 24 * HOUR => HOUR,
            _ => MINUTE,
        }
    }

    /// What it looks at when it is evaluated at `at`: a contributor for each series of a query that groups, and else one.
    /// The newest period ends at the evaluation, so periods are aligned to it and not to the epoch, unless the alarm asks for
    /// a window of the clock.
    ///
    /// # Errors
    /// The watched expression has no value.
    pub fn contributors(&self, data: Data<'_>, at: Timestamp) -> Result<Vec<Contributor>, EvaluationError> {
        let sliding = at.div_euclid(self.interval()) * self.interval();
        let of_the_clock = self.wall_clock.as_ref().and_then(|zone| wall_clock::boundary(at, self.period, zone));
        let end = of_the_clock.unwrap_or(sliding);
        let periods = Timestamp::from(self.datapoints.evaluation_periods + LOOKED_AT_BEYOND);
        let start = end - periods * Timestamp::from(self.period) * SECOND;
        // What is stamped with the end is the next period's.
        let window = Window { start, end, period: self.period, now: end - 1 };
        let series = Queries::of_alarm(data, window, self.queries.clone())?.series(self.watched)?;
        if series.is_empty() {
            return Ok(vec![Contributor::silent(window)]);
        }
        Ok(series.iter().map(|series| Contributor::of(series, window)).collect())
    }

    /// The values of an alarm on one series, oldest first; none where a period has no value.
    ///
    /// # Errors
    /// The watched expression has no value, or several.
    pub fn values(&self, data: Data<'_>, at: Timestamp) -> Result<Vec<Option<f64>>, EvaluationError> {
        match self.contributors(data, at)?.as_mut_slice() {
            [one] => Ok(std::mem::take(&mut one.values)),
            _ => Err(EvaluationError::NotEvaluated("The value of an alarm on several series".to_owned())),
        }
    }

    /// The state after an evaluation at `at`, from the state before it: of several contributors, ALARM where one is.
    ///
    /// # Errors
    /// As [`Self::contributors`].
    pub fn evaluate(&self, data: Data<'_>, at: Timestamp, before: AlarmState) -> Result<AlarmState, EvaluationError> {
        let all = self.contributors(data, at)?;
        let states = || all.iter().map(|one| self.state_of(one, before));
        let worst =
            [AlarmState::Alarm, AlarmState::Ok].into_iter().find(|wanted| states().any(|state| state == *wanted));
        Ok(worst.unwrap_or_default())
    }

    fn state_of(&self, contributor: &Contributor, before: AlarmState) -> AlarmState {
        let breaches = |value: f64| match self.comparison {
            Comparison::GreaterThanOrEqualToThreshold => value >= self.threshold,
            Comparison::GreaterThanThreshold => value > self.threshold,
            Comparison::LessThanThreshold => value < self.threshold,
            Comparison::LessThanOrEqualToThreshold => value <= self.threshold,
        };
        let points: Vec<Option<bool>> = contributor.values.iter().map(|value| value.map(breaches)).collect();
        self.datapoints.state(&points, before)
    }

    /// Every change of state of an alarm made at `made`, until `until`. A new alarm has insufficient data, and keeps it
    /// through its warm-up.
    ///
    /// # Errors
    /// As [`Self::values`].
    pub fn history(
        &self,
        data: Data<'_>,
        made: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<(Timestamp, AlarmState)>, EvaluationError> {
        let mut state = AlarmState::InsufficientData;
        let mut changes = vec![(made, state)];
        let mut at = (made.div_euclid(self.interval()) + 1) * self.interval();
        while at <= until {
            if self.is_warm(data, at, at - made)? {
                let next = self.evaluate(data, at, state)?;
                if next != state {
                    state = next;
                    changes.push((at, state));
                }
            }
            at += self.interval();
        }
        Ok(changes)
    }

    /// Whether an alarm of this age in milliseconds is evaluated at `at`: not before its warm-up ends.
    ///
    /// # Errors
    /// As [`Self::values`].
    pub fn is_warm(&self, data: Data<'_>, at: Timestamp, age: Timestamp) -> Result<bool, EvaluationError> {
        if age >= self.warm_up.minutes * MINUTE {
            return Ok(true);
        }
        let wanted = self.datapoints.evaluation_periods as usize;
        let full = |one: &Contributor| one.values.iter().rev().take(wanted).all(Option::is_some);
        let enough = || Ok(self.contributors(data, at)?.iter().all(full));
        if self.warm_up.in_full { Ok(false) } else { enough() }
    }
}

/// The time zone of a window of the clock, where it is one.
fn clock_of(window: &Value) -> Result<Option<TimeZone>, EvaluationError> {
    let Some(of_the_clock) = window.get("WallClockWindow").filter(|window| !window.is_null()) else { return Ok(None) };
    let zone = of_the_clock.get("Timezone").and_then(Value::as_str).unwrap_or("UTC");
    let unknown = || EvaluationError::Structure(format!("{zone} is no time zone"));
    time_zone(zone).map(Some).ok_or_else(unknown)
}

/// When a new alarm begins to be evaluated
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_WarmUpConfiguration.html>).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct WarmUp {
    #[serde(rename = "WarmUpPeriodDurationInMinutes")]
    minutes: Timestamp,
    /// Otherwise it also begins as soon as there is data for the whole evaluation window.
    #[serde(rename = "OnlyStartEvaluatingAfterWarmUpPeriodEnds")]
    in_full: bool,
}

#[cfg(test)]
mod tests;
