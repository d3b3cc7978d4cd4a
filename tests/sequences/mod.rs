//! Random lives of a resource of each type, with something going wrong at any step.
//!
//! It is created, changed, rolled back and deleted. Whatever happens, the account ends up holding exactly what the last
//! successful request declared, or nothing of ours; each request gets one answer; and no endpoint is ever left without the
//! config that it serves on.
//!
//! The lives are the same in every run. `SEQUENCES=500 cargo test --workspace --test integration sequences` tries so many others of
//! each type.

mod account;
mod life;
mod stack;

use std::{env, thread};

use proptest::collection::vec;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use stack::{Kind, Reference, Stack};

/// Lives of each type, and the changes that one has at most.
const LIVES: u32 = 20;
const LONGEST: usize = 5;
/// Threads that live them: most of a life is waiting.
const THREADS: u8 = 10;

fn every_life_ends_well(kind: Kind) {
    let explored = env::var("SEQUENCES").ok().and_then(|lives| lives.parse().ok());
    let config = Config {
        cases: explored.unwrap_or(LIVES).div_ceil(THREADS.into()),
        failure_persistence: None,
        // A shorter life that fails is worth a minute, not an hour.
        max_shrink_iters: 120,
        ..Config::default()
    };
    let reference = Reference::new(kind);
    thread::scope(|scope| {
        for number in 0..THREADS {
            let seeded = || TestRng::from_seed(RngAlgorithm::ChaCha, &[number; 32]);
            let runner = match explored {
                Some(_) => TestRunner::new(config.clone()),
                None => TestRunner::new_with_rng(config.clone(), seeded()),
            };
            scope.spawn(|| live(runner, kind, &reference));
        }
    });
}

fn live(mut runner: TestRunner, kind: Kind, reference: &Reference) {
    let lived = runner.run(&vec(life::change(), 1..=LONGEST), |changes| {
        let mut stack = Stack::new(kind, reference);
        for change in &changes {
            stack.make(change);
        }
        stack.remove();
        Ok(())
    });
    if let Err(failure) = lived {
        panic!("{failure}");
    }
}

#[test]
fn every_life_of_a_monitored_endpoint_ends_well() {
    every_life_ends_well(Kind::Endpoint);
}

#[test]
fn every_life_of_a_monitored_endpoint_config_ends_well() {
    every_life_ends_well(Kind::Config);
}

#[test]
fn every_life_of_endpoint_monitoring_ends_well() {
    every_life_ends_well(Kind::Monitoring);
}

#[test]
fn every_life_of_a_fleet_ends_well() {
    every_life_ends_well(Kind::Fleet);
}
