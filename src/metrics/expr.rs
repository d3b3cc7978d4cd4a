//! Metric math, built from parts and written out in CloudWatch's syntax.
//!
//! Syntax and functions: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html>.

use std::fmt::{self, Display as _};
use std::marker::PhantomData;
use std::ops::{Add, Div, Mul, Sub};

use super::Search;

/// Marks expressions that alarms take. Graphs take them too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarm {}

/// Marks expressions that only graphs take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Graph {}

/// The id of a metric within one widget or alarm: a lower-case letter, then letters, digits and underscores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricId(String);

impl MetricId {
    /// An id from a lower-case letter and a number, such as `i0`.
    #[must_use]
    pub fn numbered(letter: IdLetter, number: usize) -> Self {
        Self(format!("{}{number}", letter.0))
    }

    /// The id of a part of what this id stands for, such as `d3_1`.
    #[must_use]
    pub fn part(&self, number: usize) -> Self {
        Self(format!("{}_{number}", self.0))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What an id starts with: says what its metric counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdLetter(char);

impl IdLetter {
    /// Samples of instances.
    pub const INSTANCES: Self = Self('i');
    /// Percentage of GPUs that are reserved.
    pub const RESERVED: Self = Self('r');
    /// Samples of GPUs in use.
    pub const USED: Self = Self('u');
    /// Percentages of all of an instance's GPUs together.
    pub const GPUS: Self = Self('g');
    /// Dollars.
    pub const DOLLARS: Self = Self('d');
    /// Utilization of GPUs, in percent.
    pub const UTILIZATION: Self = Self('u');
    /// Invocations.
    pub const INVOCATIONS: Self = Self('v');
    /// Samples that the GPUs of one model published.
    pub const HELD: Self = Self('h');
    /// Requests of a whole endpoint.
    pub const TOTAL: Self = Self('t');
    /// Requests that failed by a mistake of the caller.
    pub const CALLER_ERRORS: Self = Self('f');
    /// A second measure in a panel.
    pub const SECOND: Self = Self('b');
    /// A Metrics Insights query.
    pub const QUERY: Self = Self('q');
    /// Requests of a model.
    pub const MODEL: Self = Self('m');
    /// Requests that failed.
    pub const ERRORS: Self = Self('e');
    /// Time that requests took.
    pub const LATENCY: Self = Self('l');
    /// Requests that nothing answered.
    pub const FAILURES: Self = Self('f');
    /// Requests in a queue.
    pub const WAITING: Self = Self('w');
}

/// A metric-math expression that may stand where `K` says.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr<K> {
    node: Node,
    place: PhantomData<K>,
}

#[derive(Clone, Debug, PartialEq)]
enum Node {
    Number(f64),
    Id(String),
    Call(&'static str, Vec<Node>),
    Array(Vec<Node>),
    Word(&'static str),
    Binary(Operator, Box<Node>, Box<Node>),
    Search(Search),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    /// 1 where the left side is greater, else 0.
    Greater,
}

impl<K> Expr<K> {
    fn new(node: Node) -> Self {
        Self { node, place: PhantomData }
    }

    /// A constant.
    #[must_use]
    pub fn number(value: f64) -> Self {
        Self::new(Node::Number(value))
    }

    /// The series with this id.
    #[must_use]
    pub fn series(id: &MetricId) -> Self {
        Self::new(Node::Id(id.0.clone()))
    }

    /// `FILL(self, value)`: a datapoint of this value wherever the series has none.
    #[must_use]
    pub fn filled_with(self, value: f64) -> Self {
        Self::new(Node::Call("FILL", vec![self.node, Node::Number(value)]))
    }

    /// `SUM([self, present * 0])`: 0 wherever the series has no datapoint and `present` has one.
    ///
    /// Not `FILL`: whether a series that has no datapoint at all is filled isn't said, and it would be filled where
    /// `present` has none, too.
    #[must_use]
    pub fn or_zero_where(self, present: &MetricId) -> Self {
        Self::sum_of([self, Self::series(present) * 0.0])
    }

    /// `SUM([…])`: at each time the sum of the series that have a datapoint then. Unlike `+`, a series without one
    /// doesn't take the sum away.
    #[must_use]
    pub fn sum_of(series: impl IntoIterator<Item = Self>) -> Self {
        let array = series.into_iter().map(|expr| expr.node).collect();
        Self::new(Node::Call("SUM", vec![Node::Array(array)]))
    }

    /// The sum of all: the series itself where there is one alone, else [`Self::sum_of`] them.
    #[must_use]
    pub fn total(mut series: Vec<Self>) -> Self {
        match (series.pop(), series.is_empty()) {
            (Some(only), true) => only,
            (last, _) => Self::sum_of(series.into_iter().chain(last)),
        }
    }

    /// The highest of all at each time; the series itself where there is one alone.
    #[must_use]
    pub fn highest(mut series: Vec<Self>) -> Self {
        match (series.pop(), series.is_empty()) {
            (Some(only), true) => only,
            (last, _) => {
                let array = series.into_iter().chain(last).map(|expr| expr.node).collect();
                Self::new(Node::Call("MAX", vec![Node::Array(array)]))
            }
        }
    }

    /// `IF(condition > 0, self)`: no datapoint where the condition has none, or isn't positive
    /// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#using-IF-expressions>).
    #[must_use]
    pub fn where_positive(condition: Self, value: Self) -> Self {
        let positive = Self::binary(Operator::Greater, condition, Self::number(0.0));
        Self::new(Node::Call("IF", vec![positive.node, value.node]))
    }

    fn binary(operator: Operator, left: Self, right: Self) -> Self {
        Self::new(Node::Binary(operator, Box::new(left.node), Box::new(right.node)))
    }
}

impl Expr<Graph> {
    /// `SEARCH(…)`: every series found, which may be none. Within `SUM([…])` they are summands like any other, as in
    /// the documentation's `SUM([METRICS("4xx"), METRICS("5xx")])`.
    #[must_use]
    pub fn search(search: Search) -> Self {
        Self::new(Node::Search(search))
    }

    /// `SUM(self)`: at each time the sum of several series. No series where there is none.
    #[must_use]
    pub fn summed(self) -> Self {
        Self::new(Node::Call("SUM", vec![self.node]))
    }

    /// `MAX(self)`: at each time the highest of all series that were found.
    #[must_use]
    pub fn highest_found(self) -> Self {
        Self::new(Node::Call("MAX", vec![self.node]))
    }

    /// `SORT(self, AVG, …, count)`: of several series the `count` with the highest mean, or the lowest.
    #[must_use]
    pub fn sorted_by_mean(self, order: Order, count: u16) -> Self {
        let order = match order {
            Order::HighestFirst => "DESC",
            Order::LowestFirst => "ASC",
        };
        let count = Node::Number(f64::from(count));
        Self::new(Node::Call("SORT", vec![self.node, Node::Word("AVG"), Node::Word(order), count]))
    }

    /// Several series, or lists of series, side by side: `[…]`. One alone stays as it is.
    #[must_use]
    pub fn list(mut series: Vec<Self>) -> Self {
        match (series.len(), series.pop()) {
            (1, Some(only)) => only,
            (_, last) => Self::new(Node::Array(series.into_iter().chain(last).map(|expr| expr.node).collect())),
        }
    }

    /// [`Self::period_of`], or `least` seconds where that is more.
    #[must_use]
    pub fn period_of_at_least(id: &MetricId, least: f64) -> Self {
        let is_longer = Self::binary(Operator::Greater, Self::period_of(id), Self::number(least));
        is_longer * (Self::period_of(id) - least) + least
    }

    /// `PERIOD(id)`: seconds that one datapoint of the metric covers. It takes the id of a metric, never of an
    /// expression.
    #[must_use]
    pub fn period_of(id: &MetricId) -> Self {
        Self::new(Node::Call("PERIOD", vec![Node::Id(id.0.clone())]))
    }

    /// `RUNNING_SUM(self)`: at each time the sum of all datapoints up to it.
    #[must_use]
    pub fn running_sum(self) -> Self {
        Self::new(Node::Call("RUNNING_SUM", vec![self.node]))
    }
}

/// The order of [`Expr::sorted_by_mean`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// From the highest mean down.
    HighestFirst,
    /// From the lowest mean up.
    LowestFirst,
}

impl From<Expr<Alarm>> for Expr<Graph> {
    fn from(expr: Expr<Alarm>) -> Self {
        Self::new(expr.node)
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident, $operator:ident) => {
        impl<K> $trait for Expr<K> {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                Self::binary(Operator::$operator, self, other)
            }
        }
        impl<K> $trait<f64> for Expr<K> {
            type Output = Self;
            fn $method(self, other: f64) -> Self {
                Self::binary(Operator::$operator, self, Self::number(other))
            }
        }
    };
}
operator!(Add, add, Add);
operator!(Sub, sub, Subtract);
operator!(Mul, mul, Multiply);
operator!(Div, div, Divide);

impl<K> fmt::Display for Expr<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.node.fmt(f)
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Rust writes floats in full, without an exponent, which metric math does not know.
            Self::Number(value) => write!(f, "{value}"),
            Self::Id(id) => f.write_str(id),
            Self::Call(function, arguments) => {
                write!(f, "{function}(")?;
                separated(f, arguments)?;
                f.write_str(")")
            }
            Self::Array(items) => {
                f.write_str("[")?;
                separated(f, items)?;
                f.write_str("]")
            }
            Self::Binary(operator, left, right) => {
                let (sign, rank) = operator.sign_and_rank();
                parenthesized(f, left, left.rank() < rank)?;
                write!(f, " {sign} ")?;
                // Left-associative: a right operand of the same rank needs its parentheses.
                parenthesized(f, right, right.rank() <= rank)
            }
            Self::Word(word) => f.write_str(word),
            Self::Search(search) => search.fmt(f),
        }
    }
}

impl Node {
    /// How tightly it binds: comparisons 0, sums 1, products 2, everything else 3.
    fn rank(&self) -> u8 {
        match self {
            Self::Binary(operator, ..) => operator.sign_and_rank().1,
            Self::Number(value) if *value < 0.0 => 0,
            _ => 3,
        }
    }
}

impl Operator {
    fn sign_and_rank(self) -> (char, u8) {
        match self {
            Self::Add => ('+', 1),
            Self::Subtract => ('-', 1),
            Self::Multiply => ('*', 2),
            Self::Divide => ('/', 2),
            Self::Greater => ('>', 0),
        }
    }
}

fn separated(f: &mut fmt::Formatter<'_>, nodes: &[Node]) -> fmt::Result {
    for (at, node) in nodes.iter().enumerate() {
        if at > 0 {
            f.write_str(", ")?;
        }
        node.fmt(f)?;
    }
    Ok(())
}

fn parenthesized(f: &mut fmt::Formatter<'_>, node: &Node, wanted: bool) -> fmt::Result {
    if wanted { write!(f, "({node})") } else { node.fmt(f) }
}

#[cfg(test)]
mod tests;
