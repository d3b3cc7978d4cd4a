//! A strict local stand-in for the `SageMaker`, `CloudWatch`, Price List and `DynamoDB` operations this product calls.
//!
//! It speaks the wire protocols of the AWS SDKs, refuses what AWS refuses with the same codes, plays endpoints that
//! take their time, and injects faults by rule. It exists for development only: it never talks to AWS, listens on
//! loopback unless another address is given, and is no part of the Lambda package.
//!
//! ```no_run
//! use aws_stand_in::{Config, StandIn};
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
//! things cost, `dynamodb` tables of items; each of them works on a `context`: its own state, the `config` and the `clock`. `world` holds
//! all states behind one lock. `fault`, `gate` and `journal` belong to whoever tests, and `control` offers all of that over HTTP under
//! `/_stand-in/`.
//! `served` draws a dashboard that exists. Metric data, simulated fleets and metric math are `metric_math`'s, the drawing is
//! `dashboard_picture`'s.

mod clock;
mod cloudwatch;
mod config;
mod context;
mod control;
mod dynamodb;
mod error;
mod fault;
mod gate;
mod journal;
mod model;
mod page;
mod pricing;
mod sagemaker;
mod served;
mod server;
mod shared;
mod tag;
mod wire;
mod world;

pub use config::Config;
pub use error::ControlError;
pub use fault::{Fault, FaultRule};
pub use gate::{Gate, Held};
pub use journal::CallRecord;
pub use pricing::HostingPrice;
pub use sagemaker::{
    HostError,
    transition::{Outcome, Script},
};
pub use server::StandIn;
