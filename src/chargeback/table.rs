//! Statements as a plain table.

use super::{Statement, csv, in_order, tags};

/// The columns.
const HEAD: [&str; 13] = [
    "Hour",
    "Account",
    "Region",
    "Endpoint",
    "Variant",
    "Model",
    "Allocation",
    "InstanceType",
    "InstanceHours",
    "GpuHours",
    "DollarsPerInstanceHour",
    "Dollars",
    "Tags",
];

/// A row for each hour, variant and model, as comma-separated values with a header. Dollars are left out where no price is known.
#[must_use]
pub fn table(statements: &[Statement]) -> String {
    let mut text = csv::line(HEAD.map(str::to_owned));
    for (statement, variant, row) in in_order(statements) {
        let place = statement.place();
        let price = variant.price.as_ref().ok().map(|price| price.unit);
        text += &csv::line([
            row.hour.to_string(),
            place.account.to_owned(),
            place.region.to_owned(),
            statement.endpoint.clone(),
            variant.name.clone(),
            row.allocation.model().unwrap_or_default().to_owned(),
            row.allocation.name().to_owned(),
            variant.instance_types.join(" "),
            row.quantity.to_string(),
            variant.gpus_per_instance.map(|gpus| row.quantity.times(gpus).to_string()).unwrap_or_default(),
            price.map(|price| price.to_string()).unwrap_or_default(),
            price.map(|price| price.cost(row.quantity).to_string()).unwrap_or_default(),
            tags(statement, row),
        ]);
    }
    text
}
