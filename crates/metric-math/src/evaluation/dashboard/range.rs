//! Ranges of time, and the period that suits one.

use serde_json::Value;

use crate::telemetry::{DAY, HOUR, MINUTE, SECOND, Timestamp, shortest_readable_period};

/// A range of time, in milliseconds since the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeSpan {
    /// Its start.
    pub start: Timestamp,
    /// Its end, which isn't in it.
    pub end: Timestamp,
}

/// A time that can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no time: give one such as -PT3H or 2026-11-24T12:00:00Z")]
pub struct RangeError(pub String);

impl TimeSpan {
    /// The last three hours, what a dashboard shows unless it says otherwise.
    fn last_three_hours(now: Timestamp) -> Self {
        Self { start: now - 3 * HOUR, end: now }
    }

    /// The range that a dashboard's body names by `start` and `end`.
    ///
    /// # Errors
    /// One of them can't be read.
    pub fn of_body(body: &Value, now: Timestamp) -> Result<Self, RangeError> {
        let time = |name: &str| body.get(name).and_then(Value::as_str).map(|text| read(text, now)).transpose();
        let default = Self::last_three_hours(now);
        Ok(Self { start: time("start")?.unwrap_or(default.start), end: time("end")?.unwrap_or(default.end) })
    }
}

/// The range that a dashboard shows when the period that is under way is left out: until it is over, it is a dip in every
/// sum and count. Times relative to the present count from there.
///
/// # Errors
/// Its `start` or `end` can't be read.
pub fn complete_range(body: &Value, now: Timestamp) -> Result<TimeSpan, RangeError> {
    let over = over(now, TimeSpan::of_body(body, now)?, body, now);
    let range = TimeSpan::of_body(body, over)?;
    Ok(TimeSpan { end: range.end.min(over), ..range })
}

/// The last moment up to `at` at which all periods of the body's graphs end, those of an hour and more aside: a day's would
/// leave nothing to see.
fn over(at: Timestamp, range: TimeSpan, body: &Value, now: Timestamp) -> Timestamp {
    let step = Timestamp::from(graph_period(body, range, now)) * SECOND;
    at.div_euclid(step) * step
}

/// The longest period under an hour, in seconds, that a graph of the body is drawn at.
#[must_use]
pub fn graph_period(body: &Value, range: TimeSpan, now: Timestamp) -> u32 {
    const HOUR: u32 = 3600;
    if body.get("periodOverride").and_then(Value::as_str) != Some("inherit") {
        return auto_period(range, now);
    }
    let widgets = body.get("widgets").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let metric = widgets.iter().filter(|widget| widget.get("type").and_then(Value::as_str) == Some("metric"));
    metric.map(super::own_period).filter(|period| *period < HOUR).max().unwrap_or(60).max(1)
}

/// The period in seconds that `periodOverride: auto` is taken to choose for a range.
///
/// AWS says that periods adapt to the range and not how. Here: the shortest of 1, 5 and 15 minutes, 1 and 6 hours and a day
/// that data at the range's start can still be read at and that gives at most 300 points.
#[must_use]
pub fn auto_period(range: TimeSpan, now: Timestamp) -> u32 {
    const PERIODS: [u32; 6] = [60, 300, 900, 3600, 21_600, 86_400];
    const MOST_POINTS: Timestamp = 300;
    let readable = shortest_readable_period(now - range.start).unwrap_or(3600);
    let suits = |period: &&u32| {
        let points = (range.end - range.start) / (Timestamp::from(**period) * SECOND);
        period.is_multiple_of(readable) && points <= MOST_POINTS
    };
    PERIODS.iter().find(suits).copied().unwrap_or(PERIODS[PERIODS.len() - 1])
}

fn read(text: &str, now: Timestamp) -> Result<Timestamp, RangeError> {
    let error = || RangeError(text.to_owned());
    if let Some(duration) = text.strip_prefix("-P") {
        return Ok(now - read_duration(duration).ok_or_else(error)?);
    }
    let at: jiff::Timestamp = text.parse().map_err(|_| error())?;
    Ok(at.as_millisecond())
}

/// Reads `3D`, `T3H`, `1DT12H` and so on. Months are taken as 30 days.
fn read_duration(text: &str) -> Option<Timestamp> {
    let (date, time) = text.split_once('T').unwrap_or((text, ""));
    let part = |text: &str, units: &[(char, Timestamp)]| {
        let mut sum = 0;
        let mut digits = String::new();
        for character in text.chars() {
            if character.is_ascii_digit() {
                digits.push(character);
                continue;
            }
            let unit = units.iter().find(|(name, _)| *name == character)?.1;
            sum += digits.parse::<Timestamp>().ok()?.checked_mul(unit)?;
            digits.clear();
        }
        digits.is_empty().then_some(sum)
    };
    let whole = part(date, &[('M', 30 * DAY), ('W', 7 * DAY), ('D', DAY)])?
        + part(time, &[('H', HOUR), ('M', MINUTE), ('S', SECOND)])?;
    (whole > 0).then_some(whole)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_body_names_its_range() {
        let now = 40 * DAY;
        let range = |body: Value| TimeSpan::of_body(&body, now).map(|range| (now - range.start, now - range.end));
        assert_eq!(range(json!({})), Ok((3 * HOUR, 0)));
        assert_eq!(range(json!({"start": "-P1DT12H"})), Ok((36 * HOUR, 0)));
        assert_eq!(range(json!({"start": "-P1M"})), Ok((30 * DAY, 0)));
        let absolute = json!({"start": "1970-02-01T00:00:00Z", "end": "1970-02-02T00:00:00.000Z"});
        assert_eq!(range(absolute), Ok((9 * DAY, 8 * DAY)));
        for wrong in ["-P", "-PT", "-P3H", "3H", "-PT5", "yesterday"] {
            assert_eq!(range(json!({"start": wrong})), Err(RangeError(wrong.to_owned())));
        }
    }

    #[test]
    fn the_period_under_way_is_left_out_and_the_range_keeps_its_length() {
        let now = 40 * DAY + 47 * SECOND;
        let range = |body: Value| complete_range(&body, now).map(|range| (now - range.start, now - range.end));
        assert_eq!(range(json!({})), Ok((3 * HOUR + 47 * SECOND, 47 * SECOND)));
        let graph = json!({"type": "metric", "properties": {"period": 300}});
        let now = 40 * DAY + 287 * SECOND;
        let inherits = json!({"periodOverride": "inherit", "widgets": [graph], "end": "2999-01-01T00:00:00Z"});
        assert_eq!(complete_range(&inherits, now).map(|range| range.end), Ok(40 * DAY));
    }

    #[test]
    fn longer_ranges_have_longer_periods_and_old_ones_readable_ones() {
        let now = 500 * DAY;
        for (length, period) in
            [(HOUR, 60), (3 * HOUR, 60), (DAY, 300), (3 * DAY, 900), (7 * DAY, 3600), (60 * DAY, 21_600)]
        {
            assert_eq!(auto_period(TimeSpan { start: now - length, end: now }, now), period, "{length} ms");
        }
        let old = TimeSpan { start: now - 20 * DAY, end: now - 20 * DAY + HOUR };
        assert_eq!(auto_period(old, now), 300, "one-minute data is gone after 15 days");
        let older = TimeSpan { start: now - 70 * DAY, end: now - 70 * DAY + HOUR };
        assert_eq!(auto_period(older, now), 3600);
    }
}
