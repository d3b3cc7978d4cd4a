//! How long data can be read at which resolution.
//!
//! CloudWatch keeps data points of less than 60 seconds for 3 hours, of 60 seconds for 15 days, of 300 seconds for 63
//! days and of 3600 seconds for 455 days; finer data is added up into the coarser kind
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html>, "Metrics retention").
//! What is asked for at too fine a period gives no data points, not an error
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStat.html>, `Period`).

use super::{DAY, HOUR, Timestamp};

/// Ages up to which data is kept, in milliseconds, with the resolution that is kept so long, in seconds.
const KEPT: [(Timestamp, u32); 4] = [(3 * HOUR, 1), (15 * DAY, 60), (63 * DAY, 300), (455 * DAY, 3600)];

/// Whether a data point that starts `age` milliseconds ago can be read at a period of `period` seconds.
pub(super) fn is_readable(age: Timestamp, period: u32) -> bool {
    resolution_at(age).is_some_and(|resolution| period.is_multiple_of(resolution))
}

/// The resolution in seconds at which data of this age is kept; none for data that is gone.
fn resolution_at(age: Timestamp) -> Option<u32> {
    KEPT.iter().find(|(longest, _)| age <= *longest).map(|(_, resolution)| *resolution)
}

/// The shortest period in seconds at which a range that begins `age` milliseconds ago can be read from its start, or
/// none where the start is older than anything kept. 1 while high-resolution data is there.
pub(crate) fn shortest_readable_period(age: Timestamp) -> Option<u32> {
    resolution_at(age)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_resolution_ends_at_its_age() {
        for (age, readable) in [
            (3 * HOUR, [10, 60, 300, 3600].as_slice()),
            (3 * HOUR + 1, &[60, 300, 3600]),
            (15 * DAY + 1, &[300, 3600]),
            (63 * DAY + 1, &[3600]),
            (455 * DAY + 1, &[]),
        ] {
            let found: Vec<u32> = [10, 60, 300, 3600].into_iter().filter(|period| is_readable(age, *period)).collect();
            assert_eq!(found, readable, "{age} ms ago");
        }
        assert!(!is_readable(16 * DAY, 420), "seven minutes are no multiple of five");
    }
}
