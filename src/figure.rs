//! Numbers as people read them, the same in panels and reports.

use crate::endpoint::Dollars;

/// `$1,234.56`; small amounts with four decimals, as the cost of one publish interval needs them.
#[must_use]
pub fn dollars(amount: Dollars) -> String {
    let amount = at_least_0(amount.0);
    if amount == 0.0 {
        "$0".to_owned()
    } else if amount < 0.0001 {
        "<$0.0001".to_owned()
    } else if amount < 1.0 {
        format!("${amount:.4}")
    } else {
        Column::CENTS.show(Dollars(amount))
    }
}

/// Dollars of one column: all with as many decimals as its largest amount needs, so that their points are below each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    decimals: usize,
}

impl Column {
    /// Amounts of a month, where less than a cent is nothing to speak of.
    pub const CENTS: Self = Self { decimals: 2 };

    /// A column of these amounts.
    #[must_use]
    pub fn of(amounts: impl IntoIterator<Item = Dollars>) -> Self {
        let largest = amounts.into_iter().fold(0.0, |largest: f64, one| largest.max(one.0));
        Self { decimals: if largest > 0.0 && largest < 1.0 { 4 } else { 2 } }
    }

    /// `$1,234.56`, or `<$0.01` where there is something and too little to show.
    #[must_use]
    pub fn show(self, amount: Dollars) -> String {
        let Self { decimals } = self;
        let amount = at_least_0(amount.0);
        let text = format!("{amount:.decimals$}");
        if amount > 0.0 && !text.contains(|digit: char| ('1'..='9').contains(&digit)) {
            return format!("<$0.{:0>decimals$}", 1);
        }
        let (whole, cents) = text.split_once('.').unwrap_or((&text, ""));
        format!("${}.{cents}", grouped(whole))
    }

    /// The same of an amount that may be unknown.
    #[must_use]
    pub fn show_known(self, amount: Option<Dollars>) -> String {
        amount.map_or_else(unknown, |amount| self.show(amount))
    }
}

/// What stands where a number can't be known: it is absent, never 0.
#[must_use]
pub fn unknown() -> String {
    "–".to_owned()
}

/// A count at a moment, to the nearest whole thing.
#[must_use]
pub fn whole(number: f64) -> String {
    grouped(&format!("{:.0}", at_least_0(number).round()))
}

/// A count that is a mean over a period: whole where it is whole.
#[must_use]
pub fn count(number: f64) -> String {
    let text = format!("{:.1}", at_least_0(number));
    match text.split_once('.') {
        Some((whole, "0")) => grouped(whole),
        Some((whole, tenths)) => format!("{}.{tenths}", grouped(whole)),
        None => text,
    }
}

/// `97 %`, from a percentage.
#[must_use]
pub fn percent(percentage: f64) -> String {
    format!("{:.0} %", at_least_0(percentage))
}

/// A sum of nothing may be −0, and rounding may leave less than nothing: neither is shown. Of 0 and −0, `max` may take
/// either; adding 0 makes both 0.
fn at_least_0(number: f64) -> f64 {
    number.max(0.0) + 0.0
}

/// Digits in groups of three.
fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `30 min`, `2 h 5 min`.
#[must_use]
pub fn duration(seconds: i64) -> String {
    let (days, hours, minutes, rest) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let parts = [(days, "d"), (hours, "h"), (minutes, "min"), (rest, "s")];
    let parts: Vec<String> =
        parts.iter().filter(|(number, _)| *number > 0).map(|(number, unit)| format!("{number} {unit}")).collect();
    parts.join(" ")
}

/// `1 copy`, `3 copies`.
#[must_use]
pub fn plural(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_never_less_than_0() {
        assert_eq!((dollars(Dollars(-0.0)), dollars(Dollars(-1e-12))), ("$0".into(), "$0".into()));
        assert_eq!((count(-0.0), count(-0.04), percent(-0.0)), ("0".into(), "0".into(), "0 %".into()));
        assert_eq!(count(12_345.6), "12,345.6");
    }

    #[test]
    fn a_column_has_the_decimals_of_its_largest_amount() {
        let column = |amounts: &[f64]| {
            let column = Column::of(amounts.iter().map(|one| Dollars(*one)));
            amounts.iter().map(|one| column.show(Dollars(*one))).collect::<Vec<_>>()
        };
        assert_eq!(column(&[1234.5, 0.4, 0.001, 0.0]), ["$1,234.50", "$0.40", "<$0.01", "$0.00"]);
        assert_eq!(column(&[0.015_977, 0.000_01, -0.0]), ["$0.0160", "<$0.0001", "$0.0000"]);
        assert_eq!(column(&[0.0]), ["$0.00"]);
        assert_eq!((whole(0.8), whole(1499.6), whole(-0.2)), ("1".into(), "1,500".into(), "0".into()));
    }

    #[test]
    fn amounts_have_as_many_decimals_as_they_need() {
        for (amount, text) in [
            (0.0, "$0"),
            (0.000_01, "<$0.0001"),
            (0.015_977, "$0.0160"),
            (5.752, "$5.75"),
            (999.999, "$1,000.00"),
            (1_234_567.891, "$1,234,567.89"),
        ] {
            assert_eq!(dollars(Dollars(amount)), text);
        }
        assert_eq!((count(3.0), count(2.96), count(12_000.0)), ("3".into(), "3".into(), "12,000".into()));
        assert_eq!((count(2.5), percent(96.6)), ("2.5".into(), "97 %".into()));
        assert_eq!((duration(1800), duration(90_061)), ("30 min".into(), "1 d 1 h 1 min 1 s".into()));
    }
}
