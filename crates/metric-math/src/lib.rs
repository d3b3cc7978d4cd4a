//! CloudWatch metric data in memory, and everything that is computed from it.
//!
//! [`telemetry`] holds samples as CloudWatch does, with its statistics and retention, and simulates a `SageMaker` endpoint
//! that publishes them. [`evaluation`] evaluates metric math, searches, Metrics Insights queries, dashboards and alarms over them.
//!
#![doc = include_str!("../README.md")]

pub mod evaluation;
pub mod telemetry;
