//! Scales: which values an axis reaches, where it is labelled, and how numbers are written.

use metric_math::evaluation::dashboard::Line;

/// Parts that every axis has, so that the lines of the left one serve the right one too.
const PARTS: u8 = 4;

/// One axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
}

/// The ends that a body fixes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bounds {
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
}

impl Scale {
    /// A scale that reaches all values. Ends that aren't fixed fall on round numbers.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>, bounds: Bounds) -> Self {
        let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.into_iter().filter(|value| value.is_finite()) {
            least = least.min(value);
            most = most.max(value);
        }
        if least > most {
            (least, most) = (0.0, 1.0);
        }
        let low = bounds.min.unwrap_or(least);
        let high = bounds.max.unwrap_or(most);
        if let (Some(low), Some(high)) = (bounds.min, bounds.max)
            && high > low
        {
            return Self { low, high };
        }
        // All values are the same: then the scale begins at zero, or ends there.
        let (low, high) = if high > low { (low, high) } else { (low.min(0.0), high.max(low + 1.0).max(0.0)) };
        let parts = f64::from(PARTS);
        let mut step = round_up((high - low) / parts);
        loop {
            let begin = bounds.min.unwrap_or_else(|| (low / step).floor() * step);
            if let Some(max) = bounds.max {
                return Self { low: begin.min(max - step), high: max };
            }
            // What rounding takes away mustn't cost a whole step.
            if begin + parts * step >= high - step * 1e-9 {
                return Self { low: begin, high: begin + parts * step };
            }
            step = round_up(step * 1.01);
        }
    }

    /// Where a value is: 0 at the low end, 1 at the high one. Values beyond an end stay at it.
    pub(crate) fn share(self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// Whether a value is between the ends.
    pub(crate) fn has(self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// The values that are labelled, with what they are labelled with.
    pub(crate) fn ticks(self) -> Vec<(f64, String)> {
        let step = (self.high - self.low) / f64::from(PARTS);
        (0..=PARTS)
            .map(|number| {
                let value = self.low + f64::from(number) * step;
                // Zero may come out as a tiny number.
                let value = if value.abs() < step * 1e-6 { 0.0 } else { value };
                (value, written(value, decimals(step)))
            })
            .collect()
    }
}

/// The smallest round number that isn't below `value`.
fn round_up(value: f64) -> f64 {
    const ROUND: [f64; 10] = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    if value <= 0.0 || !value.is_finite() {
        return 1.0;
    }
    let power = 10_f64.powf(value.log10().floor());
    // A count would be labelled 1.5 or 2.5.
    let halves = |step: f64| (1.0..10.0).contains(&step) && step.fract() != 0.0;
    let suits = |round: &&f64| **round * power >= value * (1.0 - 1e-9) && !halves(**round * power);
    ROUND.iter().find(suits).copied().unwrap_or(10.0) * power
}

/// Decimals that tell neighbouring values of this distance apart.
fn decimals(step: f64) -> usize {
    (0..8)
        .find(|count| {
            let shifted = step * 10_f64.powi(i32::try_from(*count).unwrap_or(0));
            (shifted - shifted.round()).abs() < 1e-6 * shifted.max(1.0)
        })
        .unwrap_or(8)
}

fn written(value: f64, decimals: usize) -> String {
    for (size, suffix) in [(1e9, "G"), (1e6, "M"), (1e4, "k")] {
        if value.abs() >= size {
            let unit = if suffix == "k" { 1e3 } else { size };
            return trimmed(format!("{:.3}", value / unit)) + suffix;
        }
    }
    format!("{value:.decimals$}")
}

/// The newest value of a line.
pub(crate) fn newest(line: &Line) -> String {
    line.series.last().map_or_else(|| "–".to_owned(), compact)
}

/// A number in at most four significant digits, such as `12.3k` or `0.016`.
fn compact(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if size < 1e-4 {
        return format!("{value:.1e}");
    }
    for (unit, suffix) in [(1e9, "G"), (1e6, "M"), (1e4, "k")] {
        if size >= unit {
            let unit = if suffix == "k" { 1e3 } else { unit };
            return trimmed(significant(value / unit)) + suffix;
        }
    }
    trimmed(significant(value))
}

fn significant(value: f64) -> String {
    let decimals = match value.abs() {
        size if size >= 1000.0 => 0,
        size if size >= 100.0 => 1,
        size if size >= 1.0 => 2,
        size if size >= 0.1 => 3,
        size if size >= 0.01 => 4,
        size if size >= 0.001 => 5,
        _ => 6,
    };
    format!("{value:.decimals$}")
}

fn trimmed(text: String) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(values: &[f64], bounds: Bounds) -> Vec<String> {
        Scale::of(values.iter().copied(), bounds).ticks().into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn axes_are_labelled_with_round_numbers() {
        let from_zero = Bounds { min: Some(0.0), max: None };
        for (values, bounds, expected) in [
            (&[3.0, 4.0][..], from_zero, ["0", "1", "2", "3", "4"]),
            (&[97.0], from_zero, ["0", "25", "50", "75", "100"]),
            (&[9.0], from_zero, ["0", "3", "6", "9", "12"]),
            (&[96.0], from_zero, ["0", "25", "50", "75", "100"]),
            (&[0.0958], from_zero, ["0.000", "0.025", "0.050", "0.075", "0.100"]),
            (&[412_000.0], from_zero, ["0", "150k", "300k", "450k", "600k"]),
            (&[], from_zero, ["0.00", "0.25", "0.50", "0.75", "1.00"]),
            (&[-3.0, 4.0], Bounds::default(), ["-4", "-2", "0", "2", "4"]),
            (&[50.0], Bounds { min: Some(0.0), max: Some(100.0) }, ["0", "25", "50", "75", "100"]),
        ] {
            assert_eq!(labels(values, bounds), expected, "{values:?}");
        }
    }

    #[test]
    fn every_value_is_on_its_scale() {
        for values in [[0.0, 0.0], [7.0, 7.0], [-5.0, -5.0], [1e-7, 3e-7], [99.9, 100.1], [-1e9, 1.0]] {
            let scale = Scale::of(values, Bounds::default());
            for value in values {
                assert!(scale.has(value), "{value} on {scale:?}");
            }
        }
    }

    #[test]
    fn numbers_are_short() {
        for (value, expected) in [
            (0.0, "0"),
            (5.752, "5.75"),
            (0.015_978, "0.016"),
            (138.05, "138.1"),
            (2345.6, "2346"),
            (412_000.0, "412k"),
            (3_100_000.0, "3.1M"),
            (-0.000_01, "-1.0e-5"),
        ] {
            assert_eq!(compact(value), expected);
        }
    }
}
