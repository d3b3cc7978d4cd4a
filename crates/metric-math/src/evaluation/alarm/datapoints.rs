//! M out of N, and what a missing data point counts as.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html>, whose tables are the tests.

use std::str::FromStr;

use crate::evaluation::EvaluationError;

use super::AlarmState;

/// `TreatMissingData`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingData {
    /// Counts as outside of the threshold.
    Breaching,
    /// Counts as within the threshold.
    NotBreaching,
    /// Keeps the state.
    Ignore,
    /// Counts as nothing; with nothing else there is insufficient data.
    #[default]
    Missing,
}

impl FromStr for MissingData {
    type Err = EvaluationError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "breaching" => Ok(Self::Breaching),
            "notBreaching" => Ok(Self::NotBreaching),
            "ignore" => Ok(Self::Ignore),
            "missing" => Ok(Self::Missing),
            other => Err(EvaluationError::Structure(format!("TreatMissingData can't be {other:?}"))),
        }
    }
}

/// How many data points are looked at and how many of them must breach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datapoints {
    /// N.
    pub evaluation_periods: u32,
    /// M.
    pub datapoints_to_alarm: u32,
    /// What one that isn't there counts as.
    pub missing_data: MissingData,
}

impl Datapoints {
    /// The state that data points lead to, oldest first: whether each breaches, or none where it is missing. More than N
    /// are given; those beyond N count where newer ones are missing.
    #[must_use]
    pub fn state(&self, points: &[Option<bool>], before: AlarmState) -> AlarmState {
        let (n, m) = (self.evaluation_periods as usize, self.datapoints_to_alarm as usize);
        let decided = |alarm: bool| if alarm { AlarmState::Alarm } else { AlarmState::Ok };
        let real: Vec<bool> = points.iter().rev().filter_map(|point| *point).take(n).collect();
        let breaching = real.iter().filter(|breaches| **breaches).count();
        let filled = n - real.len();
        // Enough real ones, the newest of them decide, and missing ones don't matter.
        if filled == 0 {
            return decided(breaching >= m);
        }
        match self.missing_data {
            MissingData::Breaching => decided(breaching + filled >= m),
            MissingData::NotBreaching => decided(breaching >= m),
            MissingData::Missing if real.is_empty() => AlarmState::InsufficientData,
            MissingData::Ignore if real.is_empty() => before,
            MissingData::Missing | MissingData::Ignore => {
                if breaching >= m {
                    AlarmState::Alarm
                } else if breaching < real.len() {
                    AlarmState::Ok
                } else if self.missing_data == MissingData::Missing && self.is_premature(points) {
                    AlarmState::Alarm
                } else {
                    // Too few and too new to tell: the next one may be within the threshold.
                    before
                }
            }
        }
    }

    /// "Premature alarm state": the oldest breaching one is at least M periods old, and nothing newer is within the
    /// threshold.
    fn is_premature(&self, points: &[Option<bool>]) -> bool {
        let oldest = points.iter().rev().rposition(|point| *point == Some(true));
        oldest.is_some_and(|age| age + 1 >= self.datapoints_to_alarm as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use AlarmState::{Alarm, InsufficientData, Ok};

    fn state(points: &str, m: u32, missing_data: MissingData, before: AlarmState) -> AlarmState {
        let points: Vec<Option<bool>> = points
            .chars()
            .map(|point| match point {
                'X' => Some(true),
                '0' => Some(false),
                _ => None,
            })
            .collect();
        Datapoints { evaluation_periods: 3, datapoints_to_alarm: m, missing_data }.state(&points, before)
    }

    /// The documentation's two tables. `None` stands for keeping the state.
    #[test]
    fn the_documented_cases() {
        let all = |state| [Some(state); 4];
        let table = [
            ("0-X-X", 3, all(Ok)),
            ("0----", 3, all(Ok)),
            ("-----", 3, [Some(InsufficientData), None, Some(Alarm), Some(Ok)]),
            ("0XX-X", 3, all(Alarm)),
            ("--X--", 3, [Some(Alarm), None, Some(Alarm), Some(Ok)]),
            ("0-X-X", 2, all(Alarm)),
            ("00X0X", 2, all(Alarm)),
            ("0-X--", 2, [Some(Ok), Some(Ok), Some(Alarm), Some(Ok)]),
            ("----0", 2, [Some(Ok), Some(Ok), Some(Alarm), Some(Ok)]),
            ("---X-", 2, [Some(Alarm), None, Some(Alarm), Some(Ok)]),
        ];
        let treatments = [MissingData::Missing, MissingData::Ignore, MissingData::Breaching, MissingData::NotBreaching];
        for (points, m, expected) in table {
            for (treatment, expected) in treatments.into_iter().zip(expected) {
                for before in [Ok, Alarm, InsufficientData] {
                    let state = state(points, m, treatment, before);
                    assert_eq!(state, expected.unwrap_or(before), "{points} {m} of 3, {treatment:?}, from {before:?}");
                }
            }
        }
    }

    /// The documentation's words about new breaching points after a gap.
    #[test]
    fn a_new_breach_after_a_gap_does_not_alarm_at_once() {
        for points in ["----X", "---X-"] {
            assert_eq!(state(points, 3, MissingData::Missing, Ok), Ok, "{points}");
        }
        assert_eq!(state("--X-0", 3, MissingData::Missing, Alarm), Ok);
    }
}
