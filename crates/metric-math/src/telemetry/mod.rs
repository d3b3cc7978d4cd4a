//! Metric data: a store of samples with CloudWatch's statistics and retention, and a simulated fleet that fills it.
//!
//! The store knows periods, statistics and what is too old to be read, the fleet what SageMaker publishes and with which
//! dimensions. Neither knows metric math: that is `evaluation`'s.

mod facts;
mod fleet;
mod retention;
pub mod scenario;
mod statistic;
mod store;

pub use facts::{Facts, FactsError};
pub use fleet::{
    Component, Fleet, FleetError, GpuDimension, IdleReservation, Load, Phases, PublishedReading, Serving, Steps,
    Variant,
};
pub(crate) use retention::shortest_readable_period;
pub use statistic::{Statistic, UnknownStatistic};
pub use store::{Metric, MetricStore, Points, Sample, Window};

/// Milliseconds since the Unix epoch.
pub type Timestamp = i64;

/// Milliseconds in one second.
pub const SECOND: Timestamp = 1000;
/// Milliseconds in one minute.
pub const MINUTE: Timestamp = 60 * SECOND;
/// Milliseconds in one hour.
pub const HOUR: Timestamp = 60 * MINUTE;
/// Milliseconds in one day.
pub const DAY: Timestamp = 24 * HOUR;
