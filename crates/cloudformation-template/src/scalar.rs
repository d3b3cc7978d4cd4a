//! Plain scalars as YAML 1.1 has them, which is what CloudFormation reads
//! (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html>).
//!
//! CloudFormation sends every scalar as text, so a boolean is "true" or "false" and a number is written in decimal.
//! The forms are those of <https://yaml.org/type/bool.html> and <https://yaml.org/type/int.html>.

use serde_json::Value;

/// What a plain scalar arrives as.
pub(crate) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        _ => match boolean(text) {
            Some(flag) => flag.to_string().into(),
            None => integer(text).map_or_else(|| text.into(), |number| number.to_string().into()),
        },
    }
}

/// The boolean that YAML 1.1 takes a plain scalar for. `yEs` is none: only these three spellings of each word are.
fn boolean(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

/// What a plain scalar is taken for that hardly anybody means: a letter for a boolean, digits for a number in base 8 or 60.
pub(crate) fn surprise(text: &str) -> Option<&'static str> {
    let digits = text.trim_start_matches(['-', '+']);
    match text {
        "y" | "Y" | "n" | "N" => Some("a boolean"),
        _ if integer(text).is_none() => None,
        _ if digits.contains(':') => Some("a number in base 60"),
        _ if digits.starts_with('0') && digits.bytes().all(|digit| digit.is_ascii_digit()) => {
            Some("a number in base 8")
        }
        _ => None,
    }
}

/// An integer in one of YAML 1.1's other forms: binary, octal, hexadecimal, base 60, or with underscores. Plain decimals and
/// fractions stay as they are written: `5.70` is a price, and `089` no octal number.
fn integer(text: &str) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if !digits.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    if digits.contains(':') {
        return base_60(digits).map(|number| sign * number);
    }
    let plain: String = digits.chars().filter(|letter| *letter != '_').collect();
    let number = match (plain.strip_prefix("0b"), plain.strip_prefix("0x"), plain.strip_prefix('0')) {
        (Some(binary), ..) => i128::from_str_radix(binary, 2),
        (_, Some(hexadecimal), _) => i128::from_str_radix(hexadecimal, 16),
        (.., Some(octal)) if !octal.is_empty() => i128::from_str_radix(octal, 8),
        _ if plain.len() < text.len() => plain.parse(),
        _ => return None,
    };
    number.ok().map(|number| sign * number)
}

/// `1:30:00` is 5400.
fn base_60(text: &str) -> Option<i128> {
    let mut parts = text.split(':');
    let first = parts.next().filter(|first| !first.starts_with('0') || first.len() == 1)?;
    parts.try_fold(first.parse::<i128>().ok()?, |number, part| {
        let digits = (1..=2).contains(&part.len()) && part.bytes().all(|digit| digit.is_ascii_digit());
        let part = part.parse::<i128>().ok().filter(|part| digits && *part < 60)?;
        number.checked_mul(60)?.checked_add(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_are_yaml_1_1_s() {
        for (written, arrives) in [
            ("yes", "true"),
            ("Y", "true"),
            ("On", "true"),
            ("TRUE", "true"),
            ("no", "false"),
            ("n", "false"),
            ("OFF", "false"),
            ("yEs", "yEs"),
            ("010", "8"),
            ("0x1F", "31"),
            ("0b101", "5"),
            ("1_000", "1000"),
            ("-0x10", "-16"),
            ("+5", "5"),
            ("1:30", "90"),
            ("190:20:30", "685230"),
            ("5.70", "5.70"),
            ("012345678901", "012345678901"),
            ("2012-10-17", "2012-10-17"),
            ("arn:aws:sns", "arn:aws:sns"),
            ("12:99", "12:99"),
            ("10", "10"),
            ("0", "0"),
        ] {
            assert_eq!(plain(written), Value::from(arrives), "{written}");
        }
        assert_eq!(plain("~"), Value::Null);
    }

    #[test]
    fn only_what_hardly_anybody_means_is_a_surprise() {
        assert_eq!(surprise("N"), Some("a boolean"));
        assert_eq!(surprise("012345670123"), Some("a number in base 8"));
        assert_eq!(surprise("22:22"), Some("a number in base 60"));
        for meant in ["no", "0", "10", "089", "0x10", "1_000", "5.70", "2012-10-17", "arn:aws:x"] {
            assert_eq!(surprise(meant), None, "{meant}");
        }
    }
}
