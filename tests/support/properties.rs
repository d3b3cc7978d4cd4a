//! Which cases a test of a property draws.

use std::env;

use proptest::test_runner::{Config, RngSeed};

/// Any number, as long as it stays.
const SEED: u64 = 20_261_127;

/// So many cases, the same in each run: a test that fails for a change fails because of it. `PROPTEST_CASES` draws as many others,
/// which `make hardening` does.
pub(crate) fn cases(cases: u32) -> Config {
    let usual = Config { failure_persistence: None, ..Config::default() };
    if env::var_os("PROPTEST_CASES").is_some() {
        return usual;
    }
    Config { cases, rng_seed: RngSeed::Fixed(SEED), ..usual }
}
