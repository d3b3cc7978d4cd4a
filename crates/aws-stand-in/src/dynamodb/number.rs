//! `DynamoDB`'s numbers: up to 38 significant digits, compared as numbers and kept without superfluous zeros.
//! See <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>, "Number".

use std::{cmp::Ordering, fmt};

const LARGEST_PRECISION: usize = 38;
/// Powers of ten of the first digit, for the smallest and the largest number.
const MAGNITUDES: std::ops::RangeInclusive<i64> = -130..=125;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Number {
    negative: bool,
    /// The significant digits, with no zero at either end; none for zero.
    digits: Vec<u8>,
    /// The power of ten of the first digit.
    magnitude: i64,
}

impl Number {
    /// Reads a number. The error is the message that `DynamoDB` answers.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let unreadable = || format!("The parameter cannot be converted to a numeric value: {text}");
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| unreadable())?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(unreadable());
        }
        let significant = all.trim_start_matches('0');
        let leading_zeros = all.len() - significant.len();
        let digits = significant.trim_end_matches('0').as_bytes().to_vec();
        if digits.is_empty() {
            return Ok(Self { negative: false, digits, magnitude: 0 });
        }
        let position = |length: usize| i64::try_from(length).unwrap_or(i64::MAX / 2);
        let magnitude = position(whole.len()) - position(leading_zeros) - 1 + i64::from(exponent);
        if digits.len() > LARGEST_PRECISION {
            return Err("Attempting to store more than 38 significant digits in a Number".into());
        }
        if !MAGNITUDES.contains(&magnitude) {
            let (how, what) = if magnitude > 0 { ("overflow", "larger") } else { ("underflow", "smaller") };
            return Err(format!(
                "Number {how}. Attempting to store a number with magnitude {what} than supported range"
            ));
        }
        Ok(Self { negative, digits, magnitude })
    }

    pub(super) fn significant_digits(&self) -> usize {
        self.digits.len()
    }

    fn compare_size(&self, other: &Self) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            // No digits end in zero, so the order of texts is the order of fractions.
            (false, false) => self.magnitude.cmp(&other.magnitude).then_with(|| self.digits.cmp(&other.digits)),
        }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.compare_size(other),
            (true, true) => other.compare_size(self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digit = |power: i64| {
            let at = usize::try_from(self.magnitude - power).ok();
            char::from(at.and_then(|at| self.digits.get(at)).copied().unwrap_or(b'0'))
        };
        let last = self.magnitude + 1 - i64::try_from(self.digits.len().max(1)).unwrap_or_default();
        let whole: String = (0..=self.magnitude.max(0)).rev().map(digit).collect();
        let fraction: String = (last.min(0)..0).rev().map(digit).collect();
        let sign = if self.negative { "-" } else { "" };
        if fraction.is_empty() {
            write!(formatter, "{sign}{whole}")
        } else {
            write!(formatter, "{sign}{whole}.{fraction}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    #[test]
    fn numbers_lose_their_superfluous_zeros() {
        for (given, kept) in [
            ("0", "0"),
            ("-0.0", "0"),
            ("007", "7"),
            ("1.50", "1.5"),
            ("-0.0250", "-0.025"),
            ("1200", "1200"),
            ("1.2e3", "1200"),
            ("12E-4", "0.0012"),
            ("+.5", "0.5"),
        ] {
            assert_eq!(number(given).to_string(), kept, "{given}");
        }
    }

    #[test]
    fn numbers_are_ordered_as_numbers() {
        let ordered = ["-100", "-9", "-0.5", "0", "0.001", "0.01", "2", "10", "10.5", "1e30"];
        for pair in ordered.windows(2) {
            assert!(number(pair[0]) < number(pair[1]), "{pair:?}");
        }
        assert_eq!(number("1.0").cmp(&number("1")), Ordering::Equal);
    }

    #[test]
    fn what_is_no_number_or_too_long_is_refused() {
        for wrong in ["", "-", "x", "1x", "1e", "1.2.3", "0x1", "NaN", "1e126", "1e-131"] {
            assert!(Number::parse(wrong).is_err(), "{wrong}");
        }
        assert!(Number::parse(&"9".repeat(38)).is_ok());
        assert!(Number::parse(&"9".repeat(39)).is_err());
    }
}
