//! Times as a person reads them, in UTC.

use metric_math::telemetry::{DAY, HOUR, MINUTE, Timestamp};

/// `2026-11-24 12:30`.
pub(crate) fn minute_of(at: Timestamp) -> String {
    written(at, "%Y-%m-%d %H:%M")
}

/// `12:30`, or `24 Nov` at midnight.
pub(crate) fn tick(at: Timestamp) -> String {
    written(at, if at.rem_euclid(DAY) == 0 { "%-d %b" } else { "%H:%M" })
}

/// Empty where no calendar reaches.
fn written(at: Timestamp, format: &str) -> String {
    jiff::Timestamp::from_millisecond(at).map_or_else(|_| String::new(), |at| at.strftime(format).to_string())
}

/// Times at which a time axis is labelled: round ones, at most one more than `most`. Over a range of more than `most` times 30 days
/// there are as many as it has.
pub(crate) fn ticks(start: Timestamp, end: Timestamp, most: i64) -> Vec<Timestamp> {
    const STEPS: [Timestamp; 13] = [
        MINUTE,
        5 * MINUTE,
        10 * MINUTE,
        15 * MINUTE,
        30 * MINUTE,
        HOUR,
        2 * HOUR,
        3 * HOUR,
        6 * HOUR,
        12 * HOUR,
        DAY,
        7 * DAY,
        30 * DAY,
    ];
    let step = STEPS.iter().find(|step| (end - start) / **step <= most).unwrap_or(&STEPS[STEPS.len() - 1]);
    let (first, after) = ((start + step - 1).div_euclid(*step), (end + step - 1).div_euclid(*step));
    (first..after).map(|number| number * step).collect()
}

/// `10 s`, `1 min`, `1 h`.
pub(crate) fn period(seconds: u32) -> String {
    match seconds {
        whole if whole.is_multiple_of(3600) => format!("{} h", whole / 3600),
        whole if whole.is_multiple_of(60) => format!("{} min", whole / 60),
        seconds => format!("{seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Tuesday, 24 November 2026, 00:00 UTC.
    const MIDNIGHT: Timestamp = 1_795_478_400_000;

    #[test]
    fn times_are_read_by_people() {
        assert_eq!(minute_of(MIDNIGHT + 12 * HOUR + 5 * MINUTE), "2026-11-24 12:05");
        assert_eq!((tick(MIDNIGHT), tick(MIDNIGHT + HOUR)), ("24 Nov".to_owned(), "01:00".to_owned()));
        assert_eq!(
            [period(10), period(60), period(90), period(300), period(7200)],
            ["10 s", "1 min", "90 s", "5 min", "2 h"]
        );
    }

    #[test]
    fn an_axis_has_few_and_round_times() {
        let start = MIDNIGHT + 7 * MINUTE;
        assert_eq!(ticks(start, start + HOUR, 6)[..2], [MIDNIGHT + 10 * MINUTE, MIDNIGHT + 20 * MINUTE]);
        for hours in [1, 3, 24, 72, 24 * 40] {
            assert!((3..=8).contains(&ticks(start, start + hours * HOUR, 7).len()), "{hours} h");
        }
    }
}
