//! Windows of the clock: where they end, in the alarm's time zone.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation-window.html>. Assumed: a week begins on Monday,
//! and the periods before the newest one are each as long as the period says, also across a change of the clocks.

use jiff::{
    Timestamp as Instant, Unit, ZonedRound, civil,
    tz::{Offset, TimeZone},
};

use crate::telemetry::{DAY, SECOND, Timestamp};

/// The periods that a window of the clock may have, in seconds.
pub const PERIODS: [u32; 5] = [60, 300, 3600, 86_400, 604_800];

/// An IANA name, an offset such as `+05:30`, or one behind `UTC` or `GMT`
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_WallClockWindow.html>). None where it is neither.
#[must_use]
pub fn time_zone(text: &str) -> Option<TimeZone> {
    let offset = ["UTC", "GMT", ""].into_iter().find_map(|prefix| fixed(text.strip_prefix(prefix)?));
    offset.map(TimeZone::fixed).or_else(|| TimeZone::get(text).ok())
}

/// `+05:30`, in multiples of five minutes.
fn fixed(text: &str) -> Option<Offset> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let number = |digits: &str| (digits.len() == 2).then(|| digits.parse::<i32>().ok()).flatten();
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let fits = minutes < 60 && minutes % 5 == 0;
    fits.then(|| Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()).flatten()
}

/// The newest boundary of the period at or before `at`.
pub(super) fn boundary(at: Timestamp, period: u32, zone: &TimeZone) -> Option<Timestamp> {
    let now = Instant::from_millisecond(at).ok()?.to_zoned(zone.clone());
    let step = Timestamp::from(period) * SECOND;
    if step < DAY {
        // Parts of the wall clock's hour, also where the zone is half an hour off. None is longer than that.
        let hour = now.round(ZonedRound::new().smallest(Unit::Hour).mode(jiff::RoundMode::Trunc)).ok()?;
        let begun = hour.timestamp().as_millisecond();
        return Some(begun + (at - begun).div_euclid(step) * step);
    }
    let days = if step == DAY { 0 } else { i64::from(now.weekday().to_monday_zero_offset()) };
    let day = now.date().checked_sub(jiff::Span::new().days(days)).ok()?;
    let start = day.to_datetime(civil::Time::midnight()).to_zoned(zone.clone()).ok()?;
    Some(start.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse::<Instant>().unwrap().as_millisecond()
    }

    fn newest(time: &str, period: u32, zone: &str) -> String {
        let zone = time_zone(zone).unwrap_or_else(|| panic!("{zone}"));
        Instant::from_millisecond(boundary(at(time), period, &zone).unwrap()).unwrap().to_string()
    }

    #[test]
    fn a_day_is_one_of_the_zone() {
        for (time, zone, midnight) in [
            ("2026-11-27T10:00:00Z", "UTC", "2026-11-27T00:00:00Z"),
            ("2026-11-27T10:00:00Z", "Europe/Berlin", "2026-11-26T23:00:00Z"),
            ("2026-11-26T22:59:59Z", "Europe/Berlin", "2026-11-25T23:00:00Z"),
            ("2026-07-01T10:00:00Z", "Europe/Berlin", "2026-06-30T22:00:00Z"),
            ("2026-11-27T10:00:00Z", "+05:30", "2026-11-26T18:30:00Z"),
            ("2026-11-27T10:00:00Z", "UTC-05:00", "2026-11-27T05:00:00Z"),
            ("2026-11-27T10:00:00Z", "America/New_York", "2026-11-27T05:00:00Z"),
        ] {
            assert_eq!(newest(time, 86_400, zone), midnight, "{time} in {zone}");
        }
    }

    #[test]
    fn shorter_and_longer_periods_are_of_the_zone_too() {
        assert_eq!(newest("2026-11-27T10:44:10Z", 3600, "Asia/Kolkata"), "2026-11-27T10:30:00Z");
        assert_eq!(newest("2026-11-27T10:44:10Z", 300, "UTC"), "2026-11-27T10:40:00Z");
        assert_eq!(newest("2026-11-27T10:44:10Z", 604_800, "Europe/Berlin"), "2026-11-22T23:00:00Z", "Monday");
    }

    #[test]
    fn what_is_no_zone_is_none() {
        for text in ["", "Europe/Berln", "+5:30", "+05:33", "05:30", "+05:60", "+99:00"] {
            assert!(time_zone(text).is_none(), "{text}");
        }
    }
}
