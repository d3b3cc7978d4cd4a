//! An alarm's settings in words, for its description.

use super::spec::{AlarmSource, AlarmSpec};

/// The threshold and how it is compared: `at least 1`.
pub(crate) fn compared(alarm: &AlarmSpec) -> String {
    format!("{} {}", alarm.comparison.in_words(), alarm.threshold)
}

/// `for 30 minutes`, or `for 8 of 10 minutes`.
pub(super) fn for_how_long(alarm: &AlarmSpec) -> String {
    let all = alarm.period * alarm.evaluation_periods;
    let breaching = match alarm.source {
        AlarmSource::PromQl => all,
        _ => alarm.period * alarm.datapoints_to_alarm,
    };
    let (seconds, unit) = [(3600, "hours"), (60, "minutes"), (1, "seconds")]
        .into_iter()
        .find(|(seconds, _)| all % seconds == 0 && breaching % seconds == 0)
        .unwrap_or((1, "seconds"));
    let unit = if all == seconds { unit.trim_end_matches('s') } else { unit };
    match (breaching / seconds, all / seconds) {
        (breaching, all) if breaching == all => format!("for {all} {unit}"),
        (breaching, all) => format!("for {breaching} of {all} {unit}"),
    }
}

/// `$4.31`, or `$4.31 to $8.02`.
pub(super) fn dollars((least, most): (f64, f64)) -> String {
    let (least, most) = (format!("${least:.2}"), format!("${most:.2}"));
    if least == most { least } else { format!("{least} to {most}") }
}
