//! The AWS SDK's own clients against the stand-in: every operation, each refusal as a client sees it, faults,
//! journal, control interface, and the program around it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod alarms;
mod capacities;
mod components;
mod control;
mod dashboards;
mod endpoint_configs;
mod endpoints;
mod faults;
mod gates;
mod metric_data;
mod pictures;
mod prices;
mod program;
mod setup;
mod signatures;
mod tables;
