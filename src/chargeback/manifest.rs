//! The manifest of an exported day: what the data are, what they add up to, and what must be known to read them.

use serde_json::{Value, json};

use super::{Day, Statement};
use crate::digest::sha256;
use crate::place::Arn;

/// What was read of a day.
pub(super) struct Contents {
    pub(super) day: Day,
    pub(super) account: String,
    region: String,
    pub(super) statements: Vec<Statement>,
    /// Endpoints that were deleted before they could be read.
    pub(super) gone: Vec<String>,
    /// What could not be counted or priced, in sentences.
    pub(super) missing: Vec<String>,
}

impl Contents {
    /// Nothing yet, of the account and Region that the function is in.
    pub(super) fn new(day: Day, function_arn: &str) -> Self {
        let Arn { region, account, .. } = Arn::parse(function_arn).unwrap_or_default();
        let (region, account) = (region.to_owned(), account.to_owned());
        Self { day, account, region, statements: Vec::new(), gone: Vec::new(), missing: Vec::new() }
    }

    /// Takes an endpoint in. What it lacks prices for is missing.
    pub(super) fn add(&mut self, statement: Statement) {
        self.missing.extend(statement.unpriced());
        self.statements.push(statement);
    }

    /// Where the day's objects are, as Athena reads partitions:
    /// <https://docs.aws.amazon.com/athena/latest/ug/partitions.html>.
    pub(super) fn partition(&self) -> String {
        format!("account={}/region={}/day={}", self.account, self.region, self.day)
    }
}

/// The manifest of the data at `key`, as JSON.
pub(super) fn manifest(contents: &Contents, key: &str, data: &str) -> String {
    let endpoints = contents.statements.iter().map(|statement| {
        let (hours, dollars) = statement.total();
        json!({
            "EndpointName": statement.endpoint,
            "InstanceHours": hours.to_string(),
            "Dollars": dollars.map(|dollars| dollars.to_string()),
            "Notes": statement.notes,
        })
    });
    let endpoints: Vec<Value> = endpoints.collect();
    let manifest = json!({
        "Day": contents.day.to_string(),
        "Account": contents.account,
        "Region": contents.region,
        "FocusVersion": super::focus::VERSION,
        "Estimate": "Computed from CloudWatch metrics and prices per instance-hour; not a bill.",
        "Data": { "Key": key, "Bytes": data.len(), "Sha256": sha256(data), "Rows": data.lines().count().saturating_sub(1) },
        "Complete": contents.missing.is_empty(),
        "Missing": contents.missing,
        "DeletedBeforeTheyWereRead": contents.gone,
        "Endpoints": endpoints,
    });
    serde_json::to_string_pretty(&manifest).unwrap_or_default() + "\n"
}
