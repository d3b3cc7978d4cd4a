//! Calendar parts of a time, in UTC, as `HOUR`, `DAY` and their like give them
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html>: days of the week are 1 to 7
//! from Monday to Sunday).

use crate::telemetry::{DAY, HOUR, MINUTE, SECOND, Timestamp};

/// The part of `at` that a function of this name gives; none where no function of the calendar has it.
#[allow(clippy::cast_precision_loss)] // calendar parts are small, and seconds since the epoch far below 2^52
pub(super) fn part(function: &str, at: Timestamp) -> Option<f64> {
    let days = at.div_euclid(DAY);
    let (year, month, date) = civil(days);
    let part = match function {
        "MINUTE" => at.rem_euclid(HOUR) / MINUTE,
        "HOUR" => at.rem_euclid(DAY) / HOUR,
        // The epoch began on a Thursday, the fourth day.
        "DAY" => (days + 3).rem_euclid(7) + 1,
        "DATE" => date,
        "MONTH" => month,
        "YEAR" => year,
        "EPOCH" => at.div_euclid(SECOND),
        _ => return None,
    };
    Some(part as f64)
}

/// Year, month and day of the month, from days since the epoch. Years are counted from March, so that the leap day comes
/// last, in cycles of 400 years.
fn civil(days: i64) -> (i64, i64, i64) {
    const CYCLE: i64 = 146_097;
    let since_march = days + 719_468;
    let cycle = since_march.div_euclid(CYCLE);
    let day_of_cycle = since_march.rem_euclid(CYCLE);
    let year_of_cycle = (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
    let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let date = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (cycle * 400 + year_of_cycle + i64::from(month <= 2), month, date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leap_day_has_its_parts() {
        // Thursday, 29 February 2024, 13:37:05 UTC.
        let at = 1_709_213_825 * SECOND;
        for (function, expected) in [
            ("MINUTE", 37.0),
            ("HOUR", 13.0),
            ("DAY", 4.0),
            ("DATE", 29.0),
            ("MONTH", 2.0),
            ("YEAR", 2024.0),
            ("EPOCH", 1_709_213_825.0),
        ] {
            assert_eq!(part(function, at), Some(expected), "{function}");
        }
        assert_eq!(part("SUM", at), None);
        assert_eq!(part("DAY", 3 * DAY), Some(7.0), "4 January 1970 was a Sunday");
        assert_eq!(part("DATE", -DAY), Some(31.0));
    }
}
