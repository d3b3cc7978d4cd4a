//! How long there is, divided so that the last part always belongs to the answer.
//!
//! A Lambda is killed without a word at its deadline, and a killed provider leaves its stack hanging for up to an
//! hour. So work ends early enough to take back what it made, and taking back early enough to answer.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// The most that is kept for the answer: several attempts at delivering it.
const ANSWER_RESERVE: Duration = Duration::from_secs(15);
/// The most that is kept for taking back what a failed request made.
const UNDO_RESERVE: Duration = Duration::from_secs(30);
/// Kept for the runtime itself: the process must have returned when the deadline comes.
const MARGIN: Duration = Duration::from_millis(200);

/// The longest that a Lambda lives. Counted from now where the deadline given is no deadline: cargo-lambda's emulator
/// sends a number of milliseconds in place of a point in time, which reads as a moment in 1970.
const LONGEST_LIFE: Duration = Duration::from_mins(15);

/// Three points in time: work stops, taking back stops, the answer must be out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// When work on the declaration stops.
    pub work: Instant,
    /// When taking back what a failed request made stops.
    pub undo: Instant,
    /// When the answer must have been delivered.
    pub answer: Instant,
}

impl Deadline {
    /// Divides the time until the Lambda's deadline (`ends`), or until `service_timeout` where that comes first.
    /// Short times are divided in proportion: half for work, a quarter each for taking back and for the answer.
    #[must_use]
    pub fn divide(ends: SystemTime, service_timeout: Option<Duration>) -> Self {
        let is_real = ends > SystemTime::UNIX_EPOCH + LONGEST_LIFE * 4;
        let left = ends.duration_since(SystemTime::now()).unwrap_or_default();
        let left = if is_real { left } else { LONGEST_LIFE };
        let left = left.saturating_sub(MARGIN);
        let left = service_timeout.map_or(left, |timeout| left.min(timeout.saturating_sub(MARGIN)));
        let answer = Instant::now() + left;
        let undo = answer - ANSWER_RESERVE.min(left / 4);
        let work = undo - UNDO_RESERVE.min(left / 4);
        Self { work, undo, answer }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole_seconds(duration: Duration) -> u64 {
        (duration + Duration::from_millis(500)).as_secs()
    }

    fn seconds_of(total: u64, service_timeout: Option<u64>) -> (u64, u64, u64) {
        let start = Instant::now();
        let ends = SystemTime::now() + Duration::from_secs(total);
        let deadline = Deadline::divide(ends, service_timeout.map(Duration::from_secs));
        let from_start = |instant: Instant| whole_seconds(instant - start);
        (from_start(deadline.work), from_start(deadline.undo), from_start(deadline.answer))
    }

    #[test]
    fn a_long_time_keeps_full_reserves() {
        assert_eq!(seconds_of(900, None), (855, 885, 900));
    }

    #[test]
    fn a_short_time_is_divided_in_proportion() {
        assert_eq!(seconds_of(8, None), (4, 6, 8));
    }

    #[test]
    fn a_shorter_service_timeout_wins() {
        assert_eq!(seconds_of(900, Some(120)), (75, 105, 120));
    }

    #[test]
    fn a_duration_in_place_of_a_deadline_counts_as_none() {
        let start = Instant::now();
        let deadline = Deadline::divide(SystemTime::UNIX_EPOCH + Duration::from_mins(10), None);
        assert_eq!(whole_seconds(deadline.answer - start), 900);
    }

    #[test]
    fn a_deadline_in_the_past_leaves_no_time_and_does_not_panic() {
        let deadline = Deadline::divide(SystemTime::now() - Duration::from_secs(5), None);
        assert!(deadline.work <= Instant::now() && deadline.answer <= Instant::now());
    }
}
