//! Statistics: what the samples of one period come to.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html>.

use std::{fmt, str::FromStr};

/// A statistic that is computed here.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Statistic {
    /// Number of samples.
    SampleCount,
    /// Sum of the samples.
    Sum,
    /// `Sum` ÷ `SampleCount`.
    Average,
    /// The lowest sample.
    Minimum,
    /// The highest sample.
    Maximum,
    /// The value that so many percent of the samples don't exceed, such as `p99.9`.
    Percentile(f64),
}

/// The statistic is none, or one that isn't computed here (trimmed means, percentile ranks and the like).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the statistic {0:?} is not computed here; there are SampleCount, Sum, Average, Minimum, Maximum and pNN")]
pub struct UnknownStatistic(pub String);

impl FromStr for Statistic {
    type Err = UnknownStatistic;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let unknown = || UnknownStatistic(name.to_owned());
        Ok(match name {
            "SampleCount" => Self::SampleCount,
            "Sum" => Self::Sum,
            "Average" => Self::Average,
            "Minimum" => Self::Minimum,
            "Maximum" => Self::Maximum,
            _ => {
                let percent = name.strip_prefix('p').ok_or_else(unknown)?.parse().map_err(|_| unknown())?;
                if !(0.0..=100.0).contains(&percent) {
                    return Err(unknown());
                }
                Self::Percentile(percent)
            }
        })
    }
}

impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SampleCount => f.write_str("SampleCount"),
            Self::Sum => f.write_str("Sum"),
            Self::Average => f.write_str("Average"),
            Self::Minimum => f.write_str("Minimum"),
            Self::Maximum => f.write_str("Maximum"),
            Self::Percentile(percent) => write!(f, "p{percent}"),
        }
    }
}

impl Statistic {
    /// The statistic of some samples; none of no samples.
    #[must_use]
    pub fn of(self, values: &[f64]) -> Option<f64> {
        if values.is_empty() {
            return None;
        }
        #[allow(clippy::cast_precision_loss)] // nobody publishes 2^52 samples in one period
        let count = values.len() as f64;
        Some(match self {
            Self::SampleCount => count,
            Self::Sum => values.iter().sum(),
            Self::Average => values.iter().sum::<f64>() / count,
            Self::Minimum => values.iter().copied().fold(f64::INFINITY, f64::min),
            Self::Maximum => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            Self::Percentile(percent) => percentile(values, percent),
        })
    }
}

/// By linear interpolation between the nearest ranks. CloudWatch doesn't document how it interpolates.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // ranks are small and not negative
fn percentile(values: &[f64], percent: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = percent / 100.0 * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[rank.floor() as usize], sorted[rank.ceil() as usize]);
    below + (above - below) * rank.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_come_to_what_the_statistic_says() {
        let values = [4.0, 1.0, 3.0, 2.0];
        for (name, expected) in [
            ("SampleCount", 4.0),
            ("Sum", 10.0),
            ("Average", 2.5),
            ("Minimum", 1.0),
            ("Maximum", 4.0),
            ("p50", 2.5),
            ("p100", 4.0),
            ("p0", 1.0),
        ] {
            let statistic: Statistic = name.parse().unwrap();
            assert_eq!(statistic.of(&values), Some(expected), "{name}");
            assert_eq!(statistic.of(&[]), None, "{name} of nothing");
            assert_eq!(statistic.to_string(), name);
        }
        for name in ["sum", "p101", "tm99", "p"] {
            assert!(name.parse::<Statistic>().is_err(), "{name}");
        }
    }
}
