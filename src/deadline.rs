//! The time a run has, divided so that the last part always belongs to the answer.
//!
//! A Lambda is killed without a word at its deadline, and a killed provider leaves its stack hanging for up to an
//! hour. So work ends early enough to undo what it made, and undoing early enough to answer.

use std::ops::RangeInclusive;
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// The most that is kept for the answer: several attempts at delivering it.
const ANSWER_RESERVE: Duration = Duration::from_secs(15);
/// The most that is kept for undoing what a failed request made.
const UNDO_RESERVE: Duration = Duration::from_secs(30);
/// Kept for the runtime itself: the process must have returned when the deadline comes.
const MARGIN: Duration = Duration::from_millis(200);
/// The longest that a Lambda lives. Counted from now where the deadline given is no deadline: cargo-lambda's emulator
/// sends a number of milliseconds in place of a point in time, which reads as a moment in 1970.
const LONGEST_LIFE: Duration = Duration::from_mins(15);
/// How long CloudFormation can be asked to wait for an answer, in seconds: what `ServiceTimeout` takes. The longest is also its
/// default
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html>).
pub(crate) const SERVICE_TIMEOUT: RangeInclusive<u32> = 1..=3600;

/// Three points in time: work stops, undoing stops, the answer must be out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// When work on the declaration stops.
    pub work: Instant,
    /// When undoing what a failed request made stops.
    pub undo: Instant,
    /// When the answer must have been delivered.
    pub answer: Instant,
    /// Whether CloudFormation's patience ends with this run: then nothing can be left to a next one.
    pub is_last: bool,
}

impl Deadline {
    /// When work is cut off: a little after waiting has ended by itself, so that a last description still fits.
    #[must_use]
    pub fn work_ends(&self) -> Instant {
        self.work + (self.undo - self.work) / 4
    }

    /// When a Delete's work stops: it has most of the time for undoing, too, since nothing of it is ever undone.
    #[must_use]
    pub fn removal(&self) -> Instant {
        self.work + (self.undo - self.work) / 2
    }

    /// When a Delete's work is cut off, as [`Self::work_ends`] cuts off others'. What is left is for calls under way.
    #[must_use]
    pub fn removal_ends(&self) -> Instant {
        self.work + (self.undo - self.work) * 3 / 4
    }

    /// When Lambda kills the process: as it says, or, where what it says is no point in time, at the latest possible.
    #[must_use]
    pub fn process_ends(ends: SystemTime) -> SystemTime {
        if is_real(ends) { ends } else { SystemTime::now() + LONGEST_LIFE }
    }

    /// Divides the time until this Lambda's end (`ends`), or until CloudFormation stops waiting where that comes first:
    /// `service_timeout` after the request `began`, as [`crate::envelope::Envelope::began`] knows it. Short times are
    /// divided in proportion: half for work, a quarter each for undoing and for the answer. The answer gets its share
    /// of this Lambda's life also when nobody may be waiting for it any longer: whether CloudFormation still does is known
    /// to CloudFormation alone.
    #[must_use]
    pub fn divide(ends: SystemTime, began: SystemTime, service_timeout: Option<Duration>) -> Self {
        let now = SystemTime::now();
        let life = time_left(ends);
        let patience_ends = began + service_timeout.unwrap_or(Duration::from_secs((*SERVICE_TIMEOUT.end()).into()));
        let patience = patience_ends.duration_since(now).unwrap_or_default();
        let left = life.min(patience).saturating_sub(MARGIN);
        let now = Instant::now();
        let undo = now + left - ANSWER_RESERVE.min(left / 4);
        let work = undo - UNDO_RESERVE.min(left / 4);
        let answer = now + left.max(ANSWER_RESERVE.min(life.saturating_sub(MARGIN)));
        Self { work, undo, answer, is_last: patience <= life }
    }
}

/// How long this Lambda still lives: until `ends`, or, where that is no point in time, as long as any does.
#[must_use]
pub fn time_left(ends: SystemTime) -> Duration {
    if is_real(ends) { ends.duration_since(SystemTime::now()).unwrap_or_default() } else { LONGEST_LIFE }
}

fn is_real(ends: SystemTime) -> bool {
    ends > SystemTime::UNIX_EPOCH + LONGEST_LIFE * 4
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole_seconds(duration: Duration) -> u64 {
        (duration + Duration::from_millis(500)).as_secs()
    }

    fn divide(total: u64, begun_before: u64, service_timeout: Option<u64>) -> ((u64, u64, u64), bool) {
        let start = Instant::now();
        let now = SystemTime::now();
        let deadline = Deadline::divide(
            now + Duration::from_secs(total),
            now - Duration::from_secs(begun_before),
            service_timeout.map(Duration::from_secs),
        );
        let from_start = |instant: Instant| whole_seconds(instant - start);
        ((from_start(deadline.work), from_start(deadline.undo), from_start(deadline.answer)), deadline.is_last)
    }

    #[test]
    fn a_long_time_keeps_full_reserves() {
        assert_eq!(divide(900, 0, None), ((855, 885, 900), false));
    }

    #[test]
    fn work_is_cut_off_while_taking_back_still_has_most_of_its_time() {
        let now = SystemTime::now();
        let deadline = Deadline::divide(now + Duration::from_mins(15), now, None);
        assert_eq!(deadline.work_ends() - deadline.work, Duration::from_millis(7_500));
    }

    #[test]
    fn a_delete_works_on_while_others_undo() {
        let now = SystemTime::now();
        let deadline = Deadline::divide(now + Duration::from_mins(15), now, None);
        assert_eq!(deadline.removal() - deadline.work, Duration::from_secs(15));
        assert_eq!(deadline.undo - deadline.removal_ends(), Duration::from_millis(7_500));
    }

    #[test]
    fn a_short_time_is_divided_in_proportion() {
        assert_eq!(divide(8, 0, None), ((4, 6, 8), false));
    }

    #[test]
    fn a_shorter_service_timeout_wins_and_leaves_nothing_to_a_next_run() {
        assert_eq!(divide(900, 0, Some(120)), ((75, 105, 120), true));
    }

    #[test]
    fn the_hour_counts_from_the_first_run() {
        assert_eq!(divide(900, 3000, None), ((555, 585, 600), true));
        assert_eq!(divide(900, 2000, None), ((855, 885, 900), false));
    }

    #[test]
    fn a_duration_in_place_of_a_deadline_counts_as_none() {
        let start = Instant::now();
        let deadline = Deadline::divide(SystemTime::UNIX_EPOCH + Duration::from_mins(10), SystemTime::now(), None);
        assert_eq!(whole_seconds(deadline.answer - start), 900);
    }

    #[test]
    fn the_answer_has_its_time_when_the_hour_is_over() {
        assert_eq!(divide(900, 10_000, None), ((0, 0, 15), true));
        assert_eq!(divide(8, 10_000, None), ((0, 0, 8), true));
    }

    #[test]
    fn a_deadline_in_the_past_leaves_no_time_and_does_not_panic() {
        let now = SystemTime::now();
        let deadline = Deadline::divide(now - Duration::from_secs(5), now, None);
        assert!(deadline.work <= Instant::now() && deadline.answer <= Instant::now());
    }
}
