//! What the command-line program prints and writes, tried on the program itself: one test program, since each takes time to link.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say so what they expect")]

mod deploy_assets;
mod explain;
mod plan;
mod preview;
mod report;
mod statement;
mod support;
mod templates;
mod verify;
