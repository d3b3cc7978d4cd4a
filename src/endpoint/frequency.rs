//! How often SageMaker publishes metrics, and which periods CloudWatch can add them up over.

use std::fmt;

use serde::Serialize;

/// Seconds between two samples of one metric series: 10, 30, 60, 120, 180, 240 or 300
/// (<https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_MetricsConfig.html>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PublishFrequency(u16);

impl PublishFrequency {
    /// Every frequency that the API takes, in seconds.
    pub const ALL: [u16; 7] = [10, 30, 60, 120, 180, 240, 300];
    /// What the API uses where a config says nothing, and what this product asks for by default.
    pub const DEFAULT: Self = Self(60);
    /// The slowest one.
    pub(crate) const SLOWEST: Self = Self(300);

    /// Accepts one of [`Self::ALL`].
    #[must_use]
    pub fn from_seconds(seconds: i32) -> Option<Self> {
        let known = Self::ALL.into_iter().find(|known| i32::from(*known) == seconds)?;
        Some(Self(known))
    }

    /// Seconds between two samples.
    #[must_use]
    pub fn seconds(self) -> u16 {
        self.0
    }

    /// The shortest period in whole minutes that holds at least one sample of each series.
    #[must_use]
    pub fn graph_period(self) -> u16 {
        self.0.max(60)
    }
}

impl fmt::Display for PublishFrequency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_seven_frequencies_exist() {
        let accepted: Vec<i32> = (-1..1000).filter(|s| PublishFrequency::from_seconds(*s).is_some()).collect();
        assert_eq!(accepted, [10, 30, 60, 120, 180, 240, 300]);
    }
}
