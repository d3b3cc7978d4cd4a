//! How a measured value is compared with an alarm's threshold.

use aws_sdk_cloudwatch::types::ComparisonOperator;

use crate::scalar::words;

words! {
    /// How a measured value is compared with a threshold. Greater first: the last two count for less.
    pub enum Comparison {
        /// The threshold itself breaches.
        AtLeast = "GreaterThanOrEqualToThreshold",
        /// Only what is above the threshold breaches.
        MoreThan = "GreaterThanThreshold",
        /// Only what is below the threshold breaches.
        LessThan = "LessThanThreshold",
        /// The threshold itself breaches.
        AtMost = "LessThanOrEqualToThreshold",
    }
}

impl Comparison {
    /// Whether `value` breaches `threshold`.
    pub(crate) fn breached_by(self, value: f64, threshold: f64) -> bool {
        match self {
            Self::AtLeast => value >= threshold,
            Self::MoreThan => value > threshold,
            Self::LessThan => value < threshold,
            Self::AtMost => value <= threshold,
        }
    }

    /// Whether higher values breach.
    pub(crate) fn fires_above(self) -> bool {
        matches!(self, Self::AtLeast | Self::MoreThan)
    }

    /// As a sentence has it, in front of the threshold.
    pub(crate) fn in_words(self) -> &'static str {
        match self {
            Self::AtLeast => "at least",
            Self::MoreThan => "more than",
            Self::LessThan => "less than",
            Self::AtMost => "at most",
        }
    }
}

impl From<Comparison> for ComparisonOperator {
    fn from(comparison: Comparison) -> Self {
        match comparison {
            Comparison::AtLeast => Self::GreaterThanOrEqualToThreshold,
            Comparison::MoreThan => Self::GreaterThanThreshold,
            Comparison::LessThan => Self::LessThanThreshold,
            Comparison::AtMost => Self::LessThanOrEqualToThreshold,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::Word;

    #[test]
    fn a_comparison_has_the_name_that_cloudwatch_gives_it() {
        for name in Comparison::NAMES {
            let comparison = Comparison::named(name).unwrap();
            assert_eq!(ComparisonOperator::from(comparison).as_str(), *name);
        }
    }
}
