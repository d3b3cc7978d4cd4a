//! One CloudFormation declaration yields a fully monitored SageMaker endpoint.
//!
//! The way of a request through this crate:
//!
//! ```text
//! event ─▶ envelope ─▶ properties ─▶ spec ─▶ plan ─▶ decide ─▶ carry out ─▶ answer
//! ```
pub mod alarm;
pub mod aws;
pub mod callback;
pub mod catalogue;
pub mod chargeback;
pub mod deadline;
mod digest;
pub mod endpoint;
pub mod envelope;
pub mod figure;
pub mod fleet;
pub mod guardrail;
pub mod ledger;
pub mod logging;
pub mod metrics;
pub mod panel_params;
pub mod place;
pub mod plan;
pub mod pricing;
pub mod properties;
pub mod reconcile;
pub mod request;
mod scalar;
pub mod shape_json;
pub mod spec;
pub mod start;
pub mod template;
pub mod usage;
pub mod validation;
pub mod widgets;
