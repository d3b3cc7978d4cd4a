//! Which cells are tried, and the table that says how they went.

use std::collections::BTreeMap;
use std::env;

use crate::support::spread::spread;

/// Whether every cell is to be tried.
pub(crate) fn is_full() -> bool {
    env::var("HARDENING").is_ok_and(|how| how == "full")
}

/// The part of `cells` that is tried in a short run: so many of them, spread evenly.
pub(crate) fn part<T>(cells: Vec<T>, at_most: usize) -> Vec<T> {
    if is_full() { cells } else { spread(cells, at_most) }
}

/// One cell's row and column in the table, and what was wrong with it.
pub(crate) struct Outcome {
    pub(crate) row: String,
    pub(crate) column: String,
    pub(crate) result: Result<(), String>,
}

/// Prints how many cells of each row and column were tried, and fails if any went wrong.
pub(crate) fn report(title: &str, possible: usize, outcomes: &[Outcome]) {
    let mut table: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for outcome in outcomes {
        *table.entry(&outcome.row).or_default().entry(&outcome.column).or_default() += 1;
    }
    let wrong: Vec<String> = outcomes
        .iter()
        .filter_map(|outcome| Some(format!("{}, {}: {}", outcome.row, outcome.column, outcome.result.as_ref().err()?)))
        .collect();
    println!("\n{title}: {} of {possible} cells tried, {} wrong", outcomes.len(), wrong.len());
    for (row, columns) in table {
        let columns: Vec<String> = columns.iter().map(|(column, count)| format!("{column} {count}")).collect();
        println!("  {row:<28} {}", columns.join(", "));
    }
    assert!(!outcomes.is_empty(), "nothing was tried");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
