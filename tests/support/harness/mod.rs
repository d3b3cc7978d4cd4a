//! The harness of every test that has the provider carry out requests: AWS, the provider in this process or as one of its own,
//! and CloudFormation between them.
//!
//! [`Aws`] is what the provider talks to. `provider.rs` runs it, in either form, and says how each run ended. [`Scenario`] sends
//! events, follows hand-overs, and reads each answer by the rules in `cloudformation.rs`. It also wakes the provider as
//! `EventBridge` does, which nobody may be answered for.

mod answer;
mod aws;
mod next_runs;
mod provider;
mod raw_process;
mod scenario;

pub(crate) use answer::{Answer, ownership, tag};
pub(crate) use aws::{Aws, MODEL, REQUEST_TABLE, sdk_config};
pub(crate) use provider::{InProcess, Setup};
pub(crate) use raw_process::RawProcess;
pub(crate) use scenario::{Delivery, Outcome, Scenario};
