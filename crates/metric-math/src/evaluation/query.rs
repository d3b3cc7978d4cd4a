//! The metrics and expressions of one graph, alarm or `GetMetricData` call, which refer to each other by id.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html>.

use std::cell::{Cell, RefCell};

use crate::telemetry::{Metric, MetricStore, Statistic, Timestamp, UnknownStatistic, Window};

use super::{
    Expression, InsightsError, Node, Reading, SearchError, SyntaxError, arithmetic,
    dashboard::TimeSpan,
    insights::{self, InsightsQuery},
    label,
    value::{Series, Value},
};

/// The period of a `GetMetricData` request that names none, in seconds.
const DEFAULT_PERIOD: u32 = 300;

/// A metric or an expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// What others refer to it by; may be empty where nobody does.
    pub id: String,
    /// What gives its values.
    pub source: QuerySource,
    /// What a legend calls it; by default a metric's name, or the id.
    pub label: Option<String>,
    /// A period of its own, in seconds; else the window's.
    pub period: Option<u32>,
}

/// What gives a query its values.
#[derive(Clone, Debug, PartialEq)]
pub enum QuerySource {
    /// A statistic of one metric.
    Metric(Metric, Statistic),
    /// Metric math, or a Metrics Insights query.
    Expression(Expression),
}

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluationError {
    /// It can't be read.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// A search in it can't be read.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// The Metrics Insights query can't be read.
    #[error(transparent)]
    Insights(#[from] InsightsError),
    /// A statistic that isn't computed.
    #[error(transparent)]
    Statistic(#[from] UnknownStatistic),
    /// An id that nothing has.
    #[error("no metric or expression has the id {0:?}")]
    UnknownId(String),
    /// An expression that needs its own value.
    #[error("the expression {0:?} refers to itself")]
    Circular(String),
    /// An operator between values it isn't for.
    #[error("{operator} can't stand between these: see the arguments it takes")]
    Operand {
        /// The operator.
        operator: &'static str,
    },
    /// A function with arguments it isn't for.
    #[error("{function} takes {takes}")]
    Argument {
        /// The function.
        function: String,
        /// What it takes, in words.
        takes: &'static str,
    },
    /// A function that can't be evaluated here.
    #[error("{0} is not evaluated here")]
    NotEvaluated(String),
    /// The result is a number, and it has to be a series or several.
    #[error("the result is a number, not a time series")]
    Scalar,
    /// `SEARCH` in an alarm.
    #[error("SEARCH is not supported on Metric Alarms")]
    SearchInAlarm,
    /// A second Metrics Insights query (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html>).
    #[error("a request takes one Metrics Insights query only")]
    SecondInsightsQuery,
    /// A dashboard or request that doesn't have the documented structure.
    #[error("{0}")]
    Structure(String),
}

/// What queries and alarms are evaluated over.
#[derive(Clone, Copy)]
pub struct Data<'s> {
    /// The samples.
    pub store: &'s MetricStore,
    /// How the documentation is read.
    pub reading: Reading,
}

impl<'s> Data<'s> {
    /// Samples under the likeliest reading.
    #[must_use]
    pub fn of(store: &'s MetricStore) -> Self {
        Self { store, reading: Reading::default() }
    }
}

/// Queries with what they are evaluated over.
pub struct Queries<'s> {
    pub(super) store: &'s MetricStore,
    pub(super) reading: Reading,
    pub(super) window: Window,
    pub(super) all: Vec<Query>,
    pub(super) in_alarm: bool,
    /// Queries whose value is being worked out.
    open: RefCell<Vec<usize>>,
    /// Period of the expression that is being worked out, where it has one: its searches follow it.
    pub(super) own_period: Cell<Option<u32>>,
}

impl<'s> Queries<'s> {
    /// Queries of a graph or a request.
    ///
    /// # Errors
    /// More than one of them is a Metrics Insights query.
    pub fn new(data: Data<'s>, window: Window, queries: Vec<Query>) -> Result<Self, EvaluationError> {
        let insights = |query: &&Query| matches!(query.source, QuerySource::Expression(Expression::Insights(_)));
        if queries.iter().filter(insights).count() > 1 {
            return Err(EvaluationError::SecondInsightsQuery);
        }
        Ok(Self {
            store: data.store,
            reading: data.reading,
            window,
            all: queries,
            in_alarm: false,
            open: RefCell::default(),
            own_period: Cell::default(),
        })
    }

    /// Queries of a `GetMetricData` request over `range`, at the shortest period that one of them names.
    ///
    /// # Errors
    /// More than one of them is a Metrics Insights query.
    pub fn of_request(
        data: Data<'s>,
        range: TimeSpan,
        now: Timestamp,
        queries: Vec<Query>,
    ) -> Result<Self, EvaluationError> {
        let period = queries.iter().filter_map(|query| query.period).min().unwrap_or(DEFAULT_PERIOD);
        Self::new(data, Window::aligned(range.start, range.end, period, now), queries)
    }

    /// Queries of an alarm: no search, and Metrics Insights reaches back three hours.
    pub(super) fn of_alarm(data: Data<'s>, window: Window, queries: Vec<Query>) -> Result<Self, EvaluationError> {
        Ok(Self { in_alarm: true, ..Self::new(data, window, queries)? })
    }

    /// The series that a query comes to, with the labels a legend shows. A metric gives one series, also without data.
    ///
    /// # Errors
    /// The expression, or one that it refers to, has no value, or its value is a number.
    pub fn series(&self, number: usize) -> Result<Vec<Series>, EvaluationError> {
        let Some(query) = self.all.get(number) else { return Ok(Vec::new()) };
        let (value, many) = match self.query(number)? {
            Value::Scalar(_) => return Err(EvaluationError::Scalar),
            Value::Series(series) => (vec![series], false),
            Value::Many(series) => (series, true),
        };
        Ok(value.into_iter().map(|series| label::labelled(query, series, many)).collect())
    }

    pub(super) fn query(&self, number: usize) -> Result<Value, EvaluationError> {
        let query = &self.all[number];
        if self.open.borrow().contains(&number) {
            return Err(EvaluationError::Circular(query.id.clone()));
        }
        let window = self.window_at(query.period);
        match &query.source {
            QuerySource::Metric(metric, statistic) => {
                let points = self.store.read(metric, *statistic, window);
                let label = query.label.clone().unwrap_or_else(|| metric.name.clone());
                Ok(Value::Series(Series { label, points, period: window.period, metric: Some(metric.clone()) }))
            }
            QuerySource::Expression(Expression::Insights(text)) => {
                let insights = InsightsQuery::read(text)?;
                let reach = insights::reach(self.reading.insights_reach, self.in_alarm);
                Ok(insights.evaluate(self.store, window, reach))
            }
            QuerySource::Expression(Expression::Math(node)) => {
                self.open.borrow_mut().push(number);
                let outer = self.own_period.replace(query.period);
                let value = self.value(node);
                self.own_period.set(outer);
                self.open.borrow_mut().pop();
                value
            }
        }
    }

    /// The window at another period, where that is asked for. The window itself stays as it is cut: an alarm's is not
    /// aligned to the epoch.
    pub(super) fn window_at(&self, period: Option<u32>) -> Window {
        match period {
            Some(period) if period != self.window.period => self.window.at_period(period),
            _ => self.window,
        }
    }

    pub(super) fn value(&self, node: &Node) -> Result<Value, EvaluationError> {
        match node {
            Node::Number(number) => Ok(Value::Scalar(*number)),
            Node::Id(id) => {
                let number = self.number_of(id)?;
                self.query(number)
            }
            Node::Negative(inner) => {
                let value = self.value(inner)?;
                Ok(match value {
                    Value::Scalar(number) => Value::Scalar(-number),
                    series => series.each(|series| series.map(|value| -value)).unwrap_or(Value::NOTHING),
                })
            }
            Node::Binary(operator, left, right) => {
                arithmetic::binary(operator, self.value(left)?, self.value(right)?, self.reading.missing_operand)
            }
            Node::List(parts) => self.list(parts),
            Node::Call(function, arguments) => self.call(function, arguments),
            Node::Text(text) | Node::Word(text) => {
                Err(EvaluationError::Argument { function: format!("{text:?}"), takes: "no place of its own" })
            }
        }
    }

    /// Arrays in an array are laid out flat, as in the documentation's `SUM([METRICS("4xx"), METRICS("5xx")])`.
    fn list(&self, parts: &[Node]) -> Result<Value, EvaluationError> {
        let mut all = Vec::new();
        for part in parts {
            match self.value(part)? {
                Value::Series(series) => all.push(series),
                Value::Many(series) => all.extend(series),
                Value::Scalar(_) => {
                    return Err(EvaluationError::Argument { function: "An array".into(), takes: "time series" });
                }
            }
        }
        Ok(Value::Many(all))
    }

    pub(super) fn number_of(&self, id: &str) -> Result<usize, EvaluationError> {
        let found = self.all.iter().position(|query| query.id == id);
        found.ok_or_else(|| EvaluationError::UnknownId(id.to_owned()))
    }
}
