//! Numbers that add up: whole multiples of a small unit, written as decimals. A binary fraction can't hold a tenth of a dollar, and a sum
//! of rounded products isn't the rounded product of the sum.

use std::fmt;

use crate::endpoint::Dollars;

/// Decimals of a quantity: the shortest sample, ten seconds of one GPU in sixteen, is 174 of its units.
const QUANTITY_DECIMALS: usize = 6;
/// Decimals of a unit price, as the Price List writes them.
const PRICE_DECIMALS: usize = 10;

/// Instance-hours, or GPU-hours, in millionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity(pub(super) u64);

/// Dollars per instance-hour, in units of 10⁻¹⁰.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitPrice(u64);

/// Dollars, in units of 10⁻¹⁶: the product of a quantity and a unit price, and any sum of such.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(u128);

impl Quantity {
    /// To the nearest millionth.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates
    pub(super) fn of(hours: f64) -> Self {
        Self((hours * 1e6).round() as u64)
    }

    /// So many times as much.
    pub(super) fn times(self, times: u32) -> Self {
        Self(self.0.saturating_mul(times.into()))
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl UnitPrice {
    /// To the nearest unit. A price as people write it, with at most ten decimals, is met exactly.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates
    pub fn of(price: Dollars) -> Self {
        Self((price.0 * 1e10).round() as u64)
    }

    /// What so much costs.
    #[must_use]
    pub fn cost(self, quantity: Quantity) -> Amount {
        Amount(u128::from(self.0) * u128::from(quantity.0))
    }
}

impl Amount {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        decimal(f, self.0.into(), QUANTITY_DECIMALS)
    }
}

impl fmt::Display for UnitPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        decimal(f, self.0.into(), PRICE_DECIMALS)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        decimal(f, self.0, QUANTITY_DECIMALS + PRICE_DECIMALS)
    }
}

/// Without zeros at the end, but with one decimal at least: programs that guess a column's type from its values take `2` for an integer,
/// where FOCUS wants a decimal.
fn decimal(f: &mut fmt::Formatter<'_>, units: u128, decimals: usize) -> fmt::Result {
    let digits = format!("{units:0>width$}", width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let fraction = fraction.trim_end_matches('0');
    write!(f, "{whole}.{}", if fraction.is_empty() { "0" } else { fraction })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_short_decimals() {
        let shown = |hours: f64| Quantity::of(hours).to_string();
        assert_eq!([0.0, 2.0, 0.25, 1.0 / 3.0, 1234.5].map(shown), ["0.0", "2.0", "0.25", "0.333333", "1234.5"]);
        let price = |dollars: f64| UnitPrice::of(Dollars(dollars)).to_string();
        assert_eq!([5.752, 0.1 + 0.2, 98.32, 0.000_000_000_1].map(price), ["5.752", "0.3", "98.32", "0.0000000001"]);
        assert_eq!(UnitPrice::of(Dollars(5.752)).cost(Quantity::of(0.25)).to_string(), "1.438");
        assert_eq!(Amount::default().to_string(), "0.0");
    }
}
