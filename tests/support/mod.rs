//! What the tests of the provider share: declarations, the events CloudFormation sends, the place where answers
//! arrive, and the harness that has the provider, in this process or as one of its own, carry requests out.
//!
//! Nothing here talks to AWS, and nothing outlives its test: servers stop and processes end when they are dropped.
#![allow(dead_code, unused_imports, reason = "each test file uses its own part of this")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say so what they expect")]

pub(crate) mod cloudformation;
pub(crate) mod declaration;
pub(crate) mod evaluated;
pub(crate) mod event;
pub(crate) mod fleet;
pub(crate) mod golden;
pub(crate) mod harness;
pub(crate) mod http;
pub(crate) mod lambda;
pub(crate) mod mistakes;
pub(crate) mod panel;
pub(crate) mod planning;
pub(crate) mod properties;
pub(crate) mod receiver;
pub(crate) mod side_by_side;
pub(crate) mod spread;
