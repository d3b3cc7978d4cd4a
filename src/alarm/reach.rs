//! Whether an alarm can fire, and can stop, among the values that its measure can have.

use std::ops::RangeInclusive;

use super::{AT_LEAST, AT_MOST, FEWER, MORE_THAN};

/// Which of the values breach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Every one: the alarm would stay in ALARM.
    Always,
    /// Some.
    Sometimes,
    /// None: the alarm could never fire.
    Never,
}

/// Which of `values` breach a threshold.
pub(crate) fn reach(comparison: &str, threshold: f64, values: &RangeInclusive<f64>) -> Reach {
    let breaches = |value: f64| match comparison {
        MORE_THAN => value > threshold,
        FEWER => value < threshold,
        AT_MOST => value <= threshold,
        _ => value >= threshold,
    };
    // Each comparison has one direction, so the ends say it of everything between them.
    match (breaches(*values.start()), breaches(*values.end())) {
        (true, true) => Reach::Always,
        (false, false) => Reach::Never,
        _ => Reach::Sometimes,
    }
}

/// What is wrong with a threshold where all of `values` breach it, or none does, and what to use.
pub(crate) fn mistake(comparison: &str, threshold: f64, values: &RangeInclusive<f64>) -> Option<String> {
    let (least, most) = (*values.start(), *values.end());
    let range = if most.is_finite() { format!("{least} to {most}") } else { format!("{least} or more") };
    let what_happens = match reach(comparison, threshold, values) {
        Reach::Sometimes => return None,
        Reach::Always => format!("whatever is measured ({range}) breaches it, so the alarm would stay in ALARM"),
        Reach::Never => format!("nothing that can be measured ({range}) breaches it, so the alarm could never fire"),
    };
    let fix = match comparison {
        AT_LEAST if threshold <= least => format!("more than {least}, or {MORE_THAN}"),
        MORE_THAN if threshold >= most => format!("less than {most}, or {AT_LEAST}"),
        FEWER if threshold <= least => format!("more than {least}, or {AT_MOST}"),
        AT_MOST if threshold >= most => format!("less than {most}, or {FEWER}"),
        _ => range,
    };
    Some(format!("{threshold} with {comparison}: {what_happens}; use {fix}"))
}

#[cfg(test)]
mod tests {
    use super::super::COMPARISONS;
    use super::*;

    #[test]
    fn the_ends_decide() {
        for (comparison, threshold, expected) in [
            (AT_LEAST, 0.0, Reach::Always),
            (AT_LEAST, 100.0, Reach::Sometimes),
            (AT_LEAST, 100.5, Reach::Never),
            (MORE_THAN, 0.0, Reach::Sometimes),
            (MORE_THAN, 100.0, Reach::Never),
            (FEWER, 0.0, Reach::Never),
            (FEWER, 100.0, Reach::Sometimes),
            (FEWER, 100.5, Reach::Always),
            (AT_MOST, 0.0, Reach::Sometimes),
            (AT_MOST, 100.0, Reach::Always),
        ] {
            assert_eq!(reach(comparison, threshold, &(0.0..=100.0)), expected, "{comparison} {threshold}");
        }
    }

    #[test]
    fn a_mistake_says_what_to_use() {
        for comparison in COMPARISONS {
            assert_eq!(mistake(comparison, 50.0, &(0.0..=100.0)), None, "{comparison}");
        }
        let said = mistake(AT_LEAST, 0.0, &(0.0..=f64::INFINITY)).unwrap();
        assert_eq!(
            said,
            "0 with GreaterThanOrEqualToThreshold: whatever is measured (0 or more) breaches it, so the alarm would stay in ALARM; use more \
             than 0, or GreaterThanThreshold"
        );
    }
}
