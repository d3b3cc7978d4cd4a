//! Functions of time: the calendar's parts in UTC at the start of each period. Days of the week are 1 to 7 from Monday to
//! Sunday.

use jiff::{civil::Date, tz::TimeZone};

use crate::telemetry::{DAY, HOUR, MINUTE, SECOND, Timestamp};

use super::{Function, Implementation, ResultKind};
use crate::evaluation::{query::Queries, value::Series};

const fn calendar(name: &'static str, part: fn(Timestamp) -> Timestamp) -> Function {
    Function::of_one(name, ResultKind::Series, Implementation::Calendar(part))
}

pub(super) const FUNCTIONS: &[Function] = &[
    calendar("MINUTE", |at| at.rem_euclid(HOUR) / MINUTE),
    calendar("HOUR", |at| at.rem_euclid(DAY) / HOUR),
    // The epoch began on a Thursday, the fourth day.
    calendar("DAY", |at| (at.div_euclid(DAY) + 3).rem_euclid(7) + 1),
    calendar("DATE", |at| civil(at).day().into()),
    calendar("MONTH", |at| civil(at).month().into()),
    calendar("YEAR", |at| civil(at).year().into()),
    calendar("EPOCH", |at| at.div_euclid(SECOND)),
];

/// A part of the calendar at each period of a series, whether it has a value there or not.
pub(super) fn parts(series: &Series, part: fn(Timestamp) -> Timestamp, queries: &Queries<'_>) -> Series {
    #[allow(clippy::cast_precision_loss)] // calendar parts are small, and seconds since the epoch far below 2^52
    let points = queries.times(series.period).into_iter().map(|at| (at, part(at) as f64));
    series.with(points)
}

/// The date in UTC. What no calendar reaches, thousands of years away, has that of the epoch.
fn civil(at: Timestamp) -> Date {
    jiff::Timestamp::from_millisecond(at).unwrap_or_default().to_zoned(TimeZone::UTC).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(function: &str, at: Timestamp) -> Timestamp {
        let function = FUNCTIONS.iter().find(|one| one.name == function).unwrap();
        let Implementation::Calendar(part) = function.implementation else { panic!("{function:?}") };
        part(at)
    }

    #[test]
    fn a_leap_day_has_its_parts() {
        // Thursday, 29 February 2024, 13:37:05 UTC.
        let at = 1_709_213_825 * SECOND;
        for (function, expected) in [
            ("MINUTE", 37),
            ("HOUR", 13),
            ("DAY", 4),
            ("DATE", 29),
            ("MONTH", 2),
            ("YEAR", 2024),
            ("EPOCH", 1_709_213_825),
        ] {
            assert_eq!(part(function, at), expected, "{function}");
        }
        assert_eq!(part("DAY", 3 * DAY), 7, "4 January 1970 was a Sunday");
        assert_eq!(part("DATE", -DAY), 31);
    }
}
