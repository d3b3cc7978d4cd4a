//! What the parts of an expression mean, in words. What a panel or an alarm is about stands with its definition in the library.

/// What the parts of an expression mean, for those that are in it.
const TERMS: [(&str, &str); 9] = [
    ("SEARCH(", "SEARCH finds all series of a kind, whoever publishes them; SUM over it adds them up"),
    ("SUM([", "SUM([a, b]) adds series up period by period; one without data there counts as nothing"),
    ("RUNNING_SUM(", "RUNNING_SUM adds up from the left edge of what is shown"),
    ("PERIOD(", "PERIOD is the seconds that one datapoint covers, which follows the time range"),
    ("FILL(", "FILL gives a value to periods in which nothing was published"),
    ("SORT(", "SORT keeps the highest or lowest series"),
    ("SELECT ", "SELECT is a Metrics Insights query: it reads whatever matches, at one minute at the finest"),
    ("IF(", "IF takes the first value where the condition isn't 0"),
    (
        "SampleCount",
        "SampleCount counts samples: each instance, and each GPU that a model holds, publishes one every publish interval",
    ),
];

/// The terms of an expression, in words.
pub(super) fn terms(expressions: &str) -> Vec<&'static str> {
    TERMS.iter().filter(|(term, _)| expressions.contains(term)).map(|(_, words)| *words).collect()
}
