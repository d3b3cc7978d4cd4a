//! A report as JSON: names in one case, as in AWS's APIs, and numbers without the noise of binary fractions.

use monitored_endpoint::usage::Usage;
use serde_json::{Number, Value, json};

use super::words::CopyUtilization;
use crate::output::{self, Status};

/// Decimals that are kept: a ten-thousandth of a cent.
const DECIMALS: i32 = 6;

pub(super) fn json(range: &Usage, now: &Usage, copies: &[CopyUtilization<'_>], basis: &[String]) -> Value {
    let mut json = json!({
        "Status": Status::Fine.name(),
        "PriceBasis": basis,
        "Now": now,
        "Range": range,
    });
    json["Copies"] = copies.iter().map(CopyUtilization::json).collect();
    rounded(json)
}

/// Every number to so many decimals, whole ones as whole numbers.
fn rounded(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => round(&number),
        Value::Array(items) => items.into_iter().map(rounded).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, rounded(value))).collect(),
        other => other,
    }
}

fn round(number: &Number) -> Value {
    let rounded = output::rounded(number.as_f64().unwrap_or(0.0), DECIMALS);
    #[expect(clippy::cast_possible_truncation, reason = "whole, and far from the largest")]
    if rounded.fract() == 0.0 && rounded.abs() < 1e15 { json!(rounded as i64) } else { json!(rounded) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_no_noise() {
        let noisy = json!({"A": [0.1 + 0.2, 2.0, -0.0, 11.504 * 3.0 / 3.0], "B": 7, "C": "0.30000000000000004"});
        let clean = json!({"A": [0.3, 2, 0, 11.504], "B": 7, "C": "0.30000000000000004"});
        assert_eq!(rounded(noisy).to_string(), clean.to_string());
    }
}
