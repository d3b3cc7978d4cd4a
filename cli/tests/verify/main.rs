//! `verify` on endpoints that the stand-in plays: those that publish what the table lists, and those with a deviation.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say so what they expect")]

mod deviations;
mod document;
mod good;
#[path = "../support/mod.rs"]
mod support;
mod world;
