//! A strict local stand-in for the `SageMaker`, `CloudWatch`, Price List and `DynamoDB` operations this product calls.
//!
//! It speaks the wire protocols of the AWS SDKs, refuses what AWS refuses with the same codes, plays endpoints that
//! take their time, and injects faults by rule. It exists for development only: it never talks to AWS, listens on
//! loopback unless another address is given, and is no part of the Lambda package.
//!
//! ```no_run
//! use stand_in::{Config, StandIn};
//!
//! # fn main() -> std::io::Result<()> {
//! let stand_in = StandIn::start(Config::default())?;
//! println!("point AWS_ENDPOINT_URL_SAGEMAKER, _CLOUDWATCH, _PRICING and _DYNAMODB at {}", stand_in.url());
//! # Ok(())
//! # }
//! ```
//!
//! # The map
//! `server` accepts connections, `wire` turns bytes into a call and an answer into bytes, `model` checks a request
//! against AWS's published model, `sagemaker` and `cloudwatch` hold what exists and what may be done to it, `pricing` what
//! things cost, `dynamodb` tables of items, `fault`, `gate` and `journal` belong to whoever tests, and `control` offers all of that over HTTP under `/_stand-in/`.
//! `telemetry` is metric data and the simulated fleet that publishes it, `evaluation` metric math, dashboards and alarms
//! over it; both are pure and can be used without a server. `render` draws dashboards from them. `arguments` reads what is
//! typed on command lines, this program's and others'.
#![forbid(unsafe_code)]
#![warn(clippy::pedantic)]

pub mod arguments;
mod clock;
mod cloudwatch;
mod control;
mod dynamodb;
mod error;
pub mod evaluation;
mod fault;
mod gate;
mod journal;
mod model;
mod page;
mod pricing;
pub mod render;
mod sagemaker;
mod server;
mod tag;
pub mod telemetry;
mod wire;
mod world;

pub use fault::{Fault, FaultRule};
pub use gate::{Gate, Held};
pub use journal::CallRecord;
pub use pricing::HostingPrice;
pub use sagemaker::{
    HostError,
    transition::{Outcome, Script},
};
pub use server::StandIn;
pub use telemetry::Metric as MetricStream;
pub use world::{Config, ControlError};
