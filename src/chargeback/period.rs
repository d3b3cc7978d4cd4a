//! Calendar months and days, in UTC as bills are.

use std::fmt;
use std::str::FromStr;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use thiserror::Error;

use crate::usage::{Moment, TimeRange};

const SECONDS_A_DAY: i64 = 86_400;

/// A calendar month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Month {
    year: u16,
    month: u8,
}

/// A calendar day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day(Moment);

/// A text that is no month or day.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{text:?} is not a {what}: give one such as {example}")]
pub struct NotInCalendar {
    text: String,
    what: &'static str,
    example: &'static str,
}

impl Month {
    /// The month of a moment.
    #[must_use]
    pub fn of(moment: Moment) -> Self {
        // `Moment` writes what this reads: every moment has a month.
        moment.to_string().get(..7).and_then(|text| text.parse().ok()).unwrap_or(Self { year: 1970, month: 1 })
    }

    /// Its first moment.
    #[must_use]
    pub fn start(self) -> Moment {
        read(&format!("{self}-01")).unwrap_or(Moment(0))
    }

    /// The first moment after it.
    #[must_use]
    pub fn end(self) -> Moment {
        match self {
            Self { year, month: 12 } => Self { year: year + 1, month: 1 },
            Self { year, month } => Self { year, month: month + 1 },
        }
        .start()
    }

    /// All of it.
    #[must_use]
    pub fn range(self) -> TimeRange {
        TimeRange::Between { from: self.start(), until: self.end() }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Month {
    type Err = NotInCalendar;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = || {
            let (year, month) =
                text.split_once('-').filter(|_| text.len() == 7 && read(&format!("{text}-01")).is_some())?;
            Some(Self { year: year.parse().ok()?, month: month.parse().ok()? })
        };
        parsed().ok_or_else(|| NotInCalendar { text: text.to_owned(), what: "month", example: "2026-10" })
    }
}

impl Day {
    /// The day before the one that the moment is in.
    #[must_use]
    pub fn before(moment: Moment) -> Self {
        Self(Moment((moment.0.div_euclid(SECONDS_A_DAY) - 1) * SECONDS_A_DAY))
    }

    /// Its first moment.
    #[must_use]
    pub fn start(self) -> Moment {
        self.0
    }

    /// The first moment after it.
    #[must_use]
    pub fn end(self) -> Moment {
        Moment(self.0.0 + SECONDS_A_DAY)
    }

    /// All of it.
    #[must_use]
    pub fn range(self) -> TimeRange {
        TimeRange::Between { from: self.start(), until: self.end() }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        f.write_str(text.split('T').next().unwrap_or_default())
    }
}

impl FromStr for Day {
    type Err = NotInCalendar;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = read(text).filter(|_| text.len() == 10).map(Self);
        found.ok_or_else(|| NotInCalendar { text: text.to_owned(), what: "day", example: "2026-10-31" })
    }
}

/// The first moment of a day such as `2026-10-31`.
fn read(day: &str) -> Option<Moment> {
    let inside = day.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let moment = DateTime::from_str(&format!("{day}T00:00:00Z"), Format::DateTime).ok().filter(|_| inside)?;
    Some(Moment(moment.secs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_and_days_are_the_calendar_s() {
        let month: Month = "2026-12".parse().unwrap();
        assert_eq!(
            (month.start().to_string(), month.end().to_string()),
            ("2026-12-01T00:00:00Z".into(), "2027-01-01T00:00:00Z".into())
        );
        assert_eq!((month.to_string(), Month::of(Moment(month.end().0 - 1))), ("2026-12".into(), month));
        let day: Day = "2028-02-29".parse().unwrap();
        assert_eq!((day.to_string(), day.end().to_string()), ("2028-02-29".into(), "2028-03-01T00:00:00Z".into()));
        assert_eq!(Day::before(Moment(day.end().0 + 5)), day);
        assert_eq!(Day::before(day.end()), day, "midnight belongs to the day that begins");
    }

    #[test]
    fn what_the_calendar_lacks_is_refused_with_an_example() {
        for bad in ["2026-13", "2026-1", "2026", "", "2026-10-01", "+026-10", "2026/10"] {
            assert!(bad.parse::<Month>().is_err(), "{bad}");
        }
        for bad in ["2026-02-30", "2026-2-3", "2026-10", "2026-10-01T00", "", "2026-10-1 "] {
            assert!(bad.parse::<Day>().is_err(), "{bad}");
        }
        let said = "October".parse::<Month>().unwrap_err().to_string();
        assert_eq!(said, "\"October\" is not a month: give one such as 2026-10");
    }
}
