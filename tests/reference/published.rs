//! The rows of `data/published.csv` for people: which sets there are, and how well each is known.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use monitored_endpoint::metrics::published::{Condition, rows};

pub(crate) const BEGIN: &str = "<!-- Written by `make reference` from data/published.csv. Don't edit it here. -->\n";
pub(crate) const END: &str = "<!-- End of what is written. -->\n";

/// A line for each namespace, exact dimension set and evidence. Rows that were looked for in vain come last.
pub(crate) fn table() -> String {
    let mut lines: BTreeMap<(bool, &str, String, &str), Vec<&str>> = BTreeMap::new();
    for row in rows() {
        let never = row.published_when.contains(&Condition::NeverSeen);
        let evidence = if never { "never seen, never published" } else { row.evidence.name() };
        let mut set = row.dimensions.clone();
        set.sort_unstable();
        let metrics = lines.entry((never, row.namespace, set.join(", "), evidence)).or_default();
        if !metrics.contains(&row.metric) {
            metrics.push(row.metric);
        }
    }
    let mut table = "\n| namespace | set | metrics | how well known |\n|---|---|---|---|\n".to_owned();
    for ((_, namespace, set, evidence), metrics) in lines {
        let _ = writeln!(table, "| `{namespace}` | {set} | {} | {evidence} |", metrics.join(", "));
    }
    table + "\n"
}
