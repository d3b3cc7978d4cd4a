//! CloudWatch metric data in memory, and everything that is computed from it.
//!
//! [`telemetry`] holds samples as CloudWatch does, with its statistics and retention, and simulates a `SageMaker` endpoint
//! that publishes them. [`evaluation`] evaluates metric math, searches, Metrics Insights queries, dashboards and alarms over them.
//!
//! Nothing here does I/O, reads a clock or is random: the same data, expression and window give the same series.
//!
//! ```
//! use metric_math::evaluation::{Queries, Reading};
//! use metric_math::telemetry::{HOUR, MetricStore, Window, scenario};
//! # fn main() {}
//! ```

pub mod evaluation;
pub mod telemetry;
