//! What parts of an expression come to: a number, a series, or several.

use crate::telemetry::{Metric, Points};

/// The kinds of the documentation. Ordered: an operation on two kinds gives the greater one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValueKind {
    /// S: a number.
    Scalar,
    /// TS: one series.
    Series,
    /// TS[]: an array of series.
    ManySeries,
}

/// A series: one value per period, where there is one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// What a legend calls it.
    pub label: String,
    /// Values by the time at which their period starts, in milliseconds since the epoch. Always finite.
    pub points: Points,
    /// Length of a period, in seconds.
    pub period: u32,
    /// The metric that it is of, where it is of one.
    pub metric: Option<Metric>,
}

impl Series {
    pub(super) fn unnamed(points: Points, period: u32) -> Self {
        Self { label: String::new(), points, period, metric: None }
    }

    /// The same series with other values. Values that are no finite numbers are dropped, as CloudWatch drops data points
    /// with an arithmetic error.
    pub(super) fn with(&self, points: impl IntoIterator<Item = (i64, f64)>) -> Self {
        Self { points: points.into_iter().filter(|(_, value)| value.is_finite()).collect(), ..self.clone() }
    }

    pub(super) fn map(&self, value: impl Fn(f64) -> f64) -> Self {
        self.with(self.points.iter().map(|(at, one)| (*at, value(*one))))
    }

    /// The sum of all values.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.points.values().sum()
    }

    /// The newest value.
    #[must_use]
    pub fn last(&self) -> Option<f64> {
        self.points.last_key_value().map(|(_, value)| *value)
    }
}

/// The value of a part. An array without series is what a search that finds nothing gives, and what everything made of
/// it comes to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Scalar(f64),
    Series(Series),
    Many(Vec<Series>),
}

impl Value {
    /// No series at all.
    pub(super) const NOTHING: Self = Self::Many(Vec::new());

    pub(super) fn is_nothing(&self) -> bool {
        matches!(self, Self::Many(series) if series.is_empty())
    }

    /// A scalar that may not be one: then there is nothing.
    pub(super) fn scalar(value: Option<f64>) -> Self {
        value.filter(|value| value.is_finite()).map_or(Self::NOTHING, Self::Scalar)
    }

    /// The same done to each series; none for a number.
    pub(super) fn each(self, act: impl Fn(&Series) -> Series) -> Option<Self> {
        match self {
            Self::Scalar(_) => None,
            Self::Series(series) => Some(Self::Series(act(&series))),
            Self::Many(all) => Some(Self::Many(all.iter().map(act).collect())),
        }
    }
}
