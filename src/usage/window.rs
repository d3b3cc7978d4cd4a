//! Time ranges, and the whole periods that are read of them.
//!
//! How long CloudWatch keeps data at which resolution, and which periods exist:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html>, "Metrics retention" and
//! "Periods". No clock is read here.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde::{Serialize, Serializer};
use thiserror::Error;

use crate::spec::PublishFrequency;

/// Most values that are read of one series: at 500 queries a call this stays within the 100,800 values of one answer of
/// `GetMetricData`.
const MOST_PERIODS: i64 = 200;
/// CloudWatch's longest period, a day.
const LONGEST_PERIOD: i64 = 86_400;
/// Ages in seconds up to which data is kept, with the resolution that is kept so long.
const KEPT: [(i64, i64); 4] = [(3 * 3600, 1), (15 * 86_400, 60), (63 * 86_400, 300), (455 * 86_400, 3600)];
/// Seconds that a sample has, at the least, to arrive before its period is read: a count that misses late samples
/// is a wrong number. How long metrics travel isn't documented.
const SETTLING: i64 = 30;
/// Seconds for which `ListMetrics` and `SEARCH` find what has ended
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html>).
const LISTED: i64 = 14 * 86_400;
/// Seconds of an hour.
const HOUR: i64 = 3600;
/// Up to now: seconds before the end in which the newest data may lie without counting as the end of everything.
const LATE: i64 = 300;

/// A point in time: whole seconds since 1970, UTC. Shown and serialized as `2026-11-24T08:00:00Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub i64);

impl Moment {
    /// The present.
    #[must_use]
    pub fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
    }

    pub(crate) fn date_time(self) -> DateTime {
        DateTime::from_secs(self.0)
    }

    fn down_to(self, period: i64) -> i64 {
        self.0.div_euclid(period) * period
    }

    fn up_to(self, period: i64) -> i64 {
        -(-self.0).div_euclid(period) * period
    }

    /// Whether what ended then is still listed.
    pub(crate) fn is_listed(self, now: Self) -> bool {
        now.0 - self.0 <= LISTED
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.date_time().fmt(Format::DateTime) {
            Ok(text) => f.write_str(&text),
            Err(_) => write!(f, "{} s since 1970", self.0),
        }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeRange {
    /// The last so many seconds.
    Last(u32),
    /// From one moment until another; what lies in the future isn't read.
    Between {
        /// Its start.
        from: Moment,
        /// Its end.
        until: Moment,
    },
}

/// A time range that can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BadRange {
    /// It ends where it begins, or before.
    #[error("the time range from {from} until {until} is empty; give a start that is before the end")]
    Empty {
        /// Its start.
        from: Moment,
        /// Its end.
        until: Moment,
    },
    /// It has not begun yet.
    #[error("the time range begins at {0}, which is in the future; give a start in the past")]
    Future(Moment),
    /// No whole hour of it is over, with its data arrived.
    #[error("no whole hour from {0} on is over yet; give an earlier start, or ask again later")]
    Running(Moment),
    /// CloudWatch has forgotten its start.
    #[error("the time range begins at {0}; CloudWatch keeps metrics for 455 days, give a later start")]
    Forgotten(Moment),
}

/// The whole periods that are read: aligned, at a period that CloudWatch still has data for, and a multiple of the
/// publish frequency, so that each holds the same number of samples of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Window {
    /// Start of the first period.
    pub from: Moment,
    /// End of the last period.
    pub until: Moment,
    /// Seconds of one period.
    pub period: i64,
    /// Whether it ends as late as data can be expected.
    #[serde(skip)]
    pub(super) reaches_now: bool,
    /// Whether it lies within the last three hours.
    #[serde(skip)]
    pub(super) is_recent: bool,
}

impl Window {
    /// The shortest periods at which the range can be read in a fair number of values. It is rounded outward to whole
    /// periods, as far as their data has arrived; where none of it has, the newest period whose data has stands for it.
    pub fn of(range: TimeRange, frequency: PublishFrequency, now: Moment) -> Result<Self, BadRange> {
        range.check(now)?;
        let settled = settled(frequency, now);
        let frequency = i64::from(frequency.seconds());
        let periods = (1..).map(|times| times * frequency).take_while(|period| *period <= LONGEST_PERIOD);
        periods
            .filter(|period| matches!(period, 10 | 20 | 30) || period % 60 == 0)
            .map(|period| Self::at(range, period, settled, now))
            .find(|window| {
                let age = now.0 - window.from.0;
                let few = window.periods() <= MOST_PERIODS || window.period == LONGEST_PERIOD;
                few && resolution_at(age).is_some_and(|resolution| window.period % resolution == 0)
            })
            .ok_or_else(|| BadRange::Forgotten(Self::at(range, LONGEST_PERIOD, settled, now).from))
    }

    /// The whole hours of the range, as far as their data has arrived. Every publish frequency divides an hour, and data by the hour is
    /// what CloudWatch keeps longest. A range that begins or ends within an hour is rounded outward. The last hours are the same at every
    /// frequency, since a statement adds endpoints up.
    pub(crate) fn hours(range: TimeRange, frequency: PublishFrequency, now: Moment) -> Result<Self, BadRange> {
        range.check(now)?;
        let waited_for = if matches!(range, TimeRange::Last(_)) { PublishFrequency::SLOWEST } else { frequency };
        let window = Self::at(range, HOUR, settled(waited_for, now), now);
        match range {
            TimeRange::Between { from, .. } if window.until <= from => Err(BadRange::Running(from)),
            _ if resolution_at(now.0 - window.from.0).is_none() => Err(BadRange::Forgotten(window.from)),
            _ => Ok(window),
        }
    }

    fn at(range: TimeRange, period: i64, settled: Moment, now: Moment) -> Self {
        let (from, until) = match range {
            TimeRange::Last(seconds) => {
                let until = settled.down_to(period);
                (until - (i64::from(seconds) + period - 1).div_euclid(period).max(1) * period, until)
            }
            TimeRange::Between { from, until } => {
                let until = until.up_to(period).min(settled.down_to(period));
                (from.down_to(period).min(until - period), until)
            }
        };
        Self {
            from: Moment(from),
            until: Moment(until),
            period,
            reaches_now: settled.0 - until < period,
            is_recent: now.0 - from <= KEPT[0].0,
        }
    }

    fn periods(self) -> i64 {
        (self.until.0 - self.from.0) / self.period
    }

    /// Start of the period that stands for the end of the range, `newest` being the start of the newest one with data.
    /// While data may still be on its way that is the end; otherwise what has no data at the end has stopped.
    pub(super) fn end(self, newest: Option<Moment>) -> Moment {
        let last = Moment(self.until.0 - self.period);
        match newest {
            Some(newest) if self.reaches_now && last.0 - newest.0 <= LATE => newest,
            _ => last,
        }
    }

    /// Whether the range's end is as new as data can be, so that it is "now".
    #[must_use]
    pub fn reaches_now(self) -> bool {
        self.reaches_now
    }

    /// Seconds of the whole range.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.until.0 - self.from.0
    }
}

impl TimeRange {
    fn check(self, now: Moment) -> Result<(), BadRange> {
        match self {
            Self::Between { from, until } if from >= until => Err(BadRange::Empty { from, until }),
            Self::Between { from, .. } if from > now => Err(BadRange::Future(from)),
            Self::Between { .. } | Self::Last(_) => Ok(()),
        }
    }
}

/// Until when samples have had time to arrive.
fn settled(frequency: PublishFrequency, now: Moment) -> Moment {
    Moment(now.0 - i64::from(frequency.seconds()).max(SETTLING))
}

fn resolution_at(age: i64) -> Option<i64> {
    KEPT.iter().find(|(longest, _)| age <= *longest).map(|(_, resolution)| *resolution)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Moment = Moment(1_795_500_047);
    const HOUR: i64 = 3600;
    const DAY: i64 = 86_400;

    fn frequency(seconds: i32) -> PublishFrequency {
        PublishFrequency::from_seconds(seconds).unwrap()
    }

    fn ago(from: i64, until: i64) -> TimeRange {
        TimeRange::Between { from: Moment(NOW.0 - from), until: Moment(NOW.0 - until) }
    }

    #[test]
    fn the_period_is_the_shortest_that_is_readable_and_holds_whole_samples() {
        for (publish, range, period) in [
            (10, TimeRange::Last(300), 10),
            (10, TimeRange::Last(1800), 10),
            (10, TimeRange::Last(3600), 20),
            (10, ago(4 * HOUR, 4 * HOUR - 300), 60),
            (60, TimeRange::Last(300), 60),
            (60, ago(3 * HOUR, 0), 60),
            (60, ago(DAY, 0), 480),
            (180, TimeRange::Last(300), 180),
            (180, ago(16 * DAY, 15 * DAY), 900),
            (240, ago(16 * DAY, 16 * DAY - HOUR), 1200),
            (300, ago(64 * DAY, 64 * DAY - HOUR), 3600),
            (60, ago(453 * DAY, 0), DAY),
        ] {
            assert_eq!(Window::of(range, frequency(publish), NOW).map(|window| window.period), Ok(period), "{range:?}");
        }
    }

    #[test]
    fn a_period_is_read_when_its_samples_have_had_time_to_arrive() {
        let window = Window::of(TimeRange::Last(300), frequency(60), NOW).unwrap();
        assert_eq!((window.until.0, window.seconds()), (1_795_499_940, 300));
        assert!(NOW.0 - window.until.0 >= 60 && window.reaches_now && window.is_recent);
        let past = Window::of(ago(2 * HOUR, HOUR), frequency(60), NOW).unwrap();
        assert!(!past.reaches_now);
    }

    #[test]
    fn the_end_of_a_range_up_to_now_is_where_the_newest_data_is_unless_everything_stopped() {
        let window = Window::of(TimeRange::Last(3600), frequency(60), NOW).unwrap();
        let last = Moment(window.until.0 - 60);
        assert_eq!(window.end(Some(Moment(last.0 - 120))), Moment(last.0 - 120));
        assert_eq!(window.end(Some(Moment(last.0 - 1200))), last);
        assert_eq!(window.end(None), last);
        let past = Window::of(ago(2 * HOUR, HOUR), frequency(60), NOW).unwrap();
        assert_eq!(past.end(Some(past.from)), Moment(past.until.0 - 60));
    }

    /// A range within one past period is that period, and a past range loses nothing at either end.
    #[test]
    fn a_past_range_is_rounded_outward_to_whole_periods() {
        for (from, until) in [(7230, 7220), (7200, 3600), (7199, 3601), (86_000, 85_990)] {
            let (from, until) = (Moment(NOW.0 - from), Moment(NOW.0 - until));
            for publish in [10, 60, 300] {
                let window = Window::of(TimeRange::Between { from, until }, frequency(publish), NOW).unwrap();
                assert!(window.from <= from && until <= window.until, "{from} to {until}: {window:?}");
                assert!(from.0 - window.from.0 < window.period && window.until.0 - until.0 < window.period);
            }
        }
        let unsettled = Window::of(ago(20, 0), frequency(60), NOW).unwrap();
        assert_eq!((unsettled.seconds(), unsettled.reaches_now), (60, true));
    }

    #[test]
    fn hours_are_whole_and_over() {
        let hours = |range, publish| {
            Window::hours(range, frequency(publish), NOW).map(|window| (NOW.0 - window.from.0, window.seconds() / HOUR))
        };
        // 47 seconds into an hour: the samples of the hour before may still be on their way.
        let into_hour = NOW.0.rem_euclid(HOUR);
        assert_eq!(hours(ago(into_hour + 3 * HOUR, into_hour + HOUR), 60), Ok((into_hour + 3 * HOUR, 2)));
        assert_eq!(
            hours(ago(into_hour + HOUR + 30, into_hour + HOUR + 10), 60),
            Ok((into_hour + 2 * HOUR, 1)),
            "outward"
        );
        assert_eq!(
            hours(ago(into_hour + 2 * HOUR, -DAY), 60),
            Ok((into_hour + 2 * HOUR, 1)),
            "as far as data has arrived"
        );
        assert_eq!(hours(ago(into_hour + 2 * HOUR, 0), 10), Ok((into_hour + 2 * HOUR, 2)));
        let unsettled = Moment(NOW.0 - into_hour - HOUR);
        assert_eq!(hours(ago(into_hour + HOUR, 0), 60), Err(BadRange::Running(unsettled)));
        assert_eq!(hours(ago(into_hour, 0), 10), Err(BadRange::Running(Moment(NOW.0 - into_hour))));
        assert_eq!(hours(ago(-60, -120), 60), Err(BadRange::Future(Moment(NOW.0 + 60))));
        assert!(matches!(hours(ago(456 * DAY, 0), 60), Err(BadRange::Forgotten(_))));
        assert_eq!(hours(ago(into_hour + 400 * DAY, into_hour + DAY), 240).map(|(_, hours)| hours), Ok(399 * 24));
    }

    /// Three minutes into an hour, a fast endpoint's last hour was over, and a slow one's wasn't.
    #[test]
    fn the_last_hours_of_endpoints_in_one_statement_are_the_same() {
        for into_hour in [0, 130, 200, 299, 301, 1800] {
            let now = Moment(NOW.0.div_euclid(HOUR) * HOUR + into_hour);
            let hours = |publish| {
                let window = Window::hours(TimeRange::Last(7200), frequency(publish), now).unwrap();
                (window.from, window.until)
            };
            assert!(
                [10, 60, 180].into_iter().all(|publish| hours(publish) == hours(300)),
                "{into_hour} s into the hour"
            );
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_the_fix() {
        let refused = |range| Window::of(range, frequency(60), NOW).unwrap_err().to_string();
        assert_eq!(
            refused(ago(60, 60)),
            "the time range from 2026-11-24T05:59:47Z until 2026-11-24T05:59:47Z is empty; give a start that is before the end"
        );
        assert!(refused(ago(-60, -120)).contains("in the future"));
        assert!(refused(ago(500 * DAY, 0)).contains("for 455 days"));
        assert!(refused(TimeRange::Between { from: Moment(i64::MIN / 2), until: NOW }).contains("455 days"));
    }

    proptest! {
        #[test]
        fn every_range_is_read_in_whole_readable_periods(
            at in 0_usize..7, from in 1..450 * DAY, share in 0.0_f64..1.0, last in any::<bool>()
        ) {
            let publish = PublishFrequency::ALL[at];
            #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
            let until = (from as f64 * share) as i64;
            prop_assume!(until < from);
            let range = if last { TimeRange::Last(u32::try_from(from).unwrap()) } else { ago(from, until) };
            let window = Window::of(range, frequency(publish.into()), NOW).unwrap();
            prop_assert!(window.from < window.until && window.until <= NOW);
            prop_assert_eq!(window.period % i64::from(publish), 0);
            prop_assert_eq!(window.from.0 % window.period, 0);
            prop_assert_eq!(window.until.0 % window.period, 0);
            prop_assert!(window.periods() <= MOST_PERIODS || window.period == LONGEST_PERIOD);
            let resolution = resolution_at(NOW.0 - window.from.0).unwrap();
            prop_assert_eq!(window.period % resolution, 0);
        }
    }
}
