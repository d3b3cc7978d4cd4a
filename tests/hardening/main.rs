//! Every fault at every call, and a crash between any two.
//!
//! What happens to the real provider process when AWS, or the process itself, fails; and when a hundred stacks at once meet
//! CloudWatch's write quotas.
//!
//! Which calls there are is learnt from a run without faults. Whatever happens, the test goes on as CloudFormation would
//! (a Delete after a failed Create, an Update back after a failed Update) and then looks at the account: nothing of ours
//! may be orphaned, nothing of others touched.
//!
//! `cargo test` tries a part of each matrix, the same in every run. `make hardening` (`HARDENING=full`) tries all of it
//! and takes many minutes, since it waits for real timeouts. Both print a table.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say so what they expect")]

#[path = "../support/mod.rs"]
mod support;

mod crashes;
mod faults;
mod journals;
mod load;
mod matrix;
mod peer;
mod situations;
mod wakes;
