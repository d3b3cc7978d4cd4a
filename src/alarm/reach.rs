//! Whether an alarm can fire, and can stop, among the values that its measure can have.

use std::ops::RangeInclusive;

use super::Comparison;

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
pub(crate) fn reach(comparison: Comparison, threshold: f64, values: &RangeInclusive<f64>) -> Reach {
    // Each comparison has one direction, so the ends say it of everything between them.
    match [*values.start(), *values.end()].map(|value| comparison.breached_by(value, threshold)) {
        [true, true] => Reach::Always,
        [false, false] => Reach::Never,
        _ => Reach::Sometimes,
    }
}

/// What is wrong with a threshold where all of `values` breach it, or none does, and what to use.
pub(crate) fn mistake(comparison: Comparison, threshold: f64, values: &RangeInclusive<f64>) -> Option<String> {
    let (least, most) = (*values.start(), *values.end());
    let range = if most.is_finite() { format!("{least} to {most}") } else { format!("{least} or more") };
    let what_happens = match reach(comparison, threshold, values) {
        Reach::Sometimes => return None,
        Reach::Always => format!("whatever is measured ({range}) breaches it, so the alarm would stay in ALARM"),
        Reach::Never => format!("nothing that can be measured ({range}) breaches it, so the alarm could never fire"),
    };
    let fix = match comparison {
        Comparison::AtLeast if threshold <= least => format!("more than {least}, or {}", Comparison::MoreThan),
        Comparison::MoreThan if threshold >= most => format!("less than {most}, or {}", Comparison::AtLeast),
        Comparison::LessThan if threshold <= least => format!("more than {least}, or {}", Comparison::AtMost),
        Comparison::AtMost if threshold >= most => format!("less than {most}, or {}", Comparison::LessThan),
        _ => range,
    };
    Some(format!("{threshold} with {comparison}: {what_happens}; use {fix}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_decide() {
        for (comparison, threshold, expected) in [
            (Comparison::AtLeast, 0.0, Reach::Always),
            (Comparison::AtLeast, 100.0, Reach::Sometimes),
            (Comparison::AtLeast, 100.5, Reach::Never),
            (Comparison::MoreThan, 0.0, Reach::Sometimes),
            (Comparison::MoreThan, 100.0, Reach::Never),
            (Comparison::LessThan, 0.0, Reach::Never),
            (Comparison::LessThan, 100.0, Reach::Sometimes),
            (Comparison::LessThan, 100.5, Reach::Always),
            (Comparison::AtMost, 0.0, Reach::Sometimes),
            (Comparison::AtMost, 100.0, Reach::Always),
        ] {
            assert_eq!(reach(comparison, threshold, &(0.0..=100.0)), expected, "{comparison} {threshold}");
        }
    }

    #[test]
    fn a_mistake_says_what_to_use() {
        for comparison in [Comparison::AtLeast, Comparison::MoreThan, Comparison::LessThan, Comparison::AtMost] {
            assert_eq!(mistake(comparison, 50.0, &(0.0..=100.0)), None, "{comparison}");
        }
        let said = mistake(Comparison::AtLeast, 0.0, &(0.0..=f64::INFINITY)).unwrap();
        assert_eq!(
            said,
            "0 with GreaterThanOrEqualToThreshold: whatever is measured (0 or more) breaches it, so the alarm would stay in ALARM; use more \
             than 0, or GreaterThanThreshold"
        );
    }
}
