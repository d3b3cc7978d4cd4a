//! Statements in the columns of FOCUS, the `FinOps` Open Cost and Usage Specification: <https://focus.finops.org/focus-specification/v1-2/>.
//!
//! All columns of version 1.2, which are those of 1.0 and more, in the order of the alphabet; then this product's own, whose names begin
//! with `x_`. A cell without a value is empty. docs/chargeback.md says what each column holds, and where the specification asks for
//! more than can be known here.

use serde_json::{Map, Value};

use super::period::Month;
use super::{Allocation, HourlyPrice, Row, Statement, VariantStatement, csv, in_order, tags};
use crate::place::region_name;
use crate::pricing::Sku;
use crate::usage::Moment;

/// The version whose columns are written.
pub(super) const VERSION: &str = "1.2";

/// One row, with all that its cells are made from.
struct Line<'a> {
    statement: &'a Statement,
    variant: &'a VariantStatement,
    price: &'a HourlyPrice,
    row: &'a Row,
    /// The account that is billed; the endpoint's own where none was given.
    billing_account: Option<&'a str>,
}

/// A column: its id, and what its cells hold.
type Column = (&'static str, fn(&Line<'_>) -> String);

/// Who provides, publishes and invoices. Which company of AWS's invoices an account isn't known here.
const AWS: &str = "AWS";
const HOURS: &str = "Hours";

const COLUMNS: [Column; 57] = [
    ("AvailabilityZone", none),
    ("BilledCost", cost),
    ("BillingAccountId", |line| account_arn(line, line.billing_account.unwrap_or(line.statement.place().account))),
    ("BillingAccountName", none),
    ("BillingAccountType", account_type),
    ("BillingCurrency", dollars),
    ("BillingPeriodEnd", |line| Month::of(line.row.hour).end().to_string()),
    ("BillingPeriodStart", |line| Month::of(line.row.hour).start().to_string()),
    ("CapacityReservationId", none),
    ("CapacityReservationStatus", none),
    ("ChargeCategory", |_| "Usage".to_owned()),
    ("ChargeClass", none),
    ("ChargeDescription", description),
    ("ChargeFrequency", |_| "Usage-Based".to_owned()),
    ("ChargePeriodEnd", |line| Moment(line.row.hour.0 + 3600).to_string()),
    ("ChargePeriodStart", |line| line.row.hour.to_string()),
    ("CommitmentDiscountCategory", none),
    ("CommitmentDiscountId", none),
    ("CommitmentDiscountName", none),
    ("CommitmentDiscountQuantity", none),
    ("CommitmentDiscountStatus", none),
    ("CommitmentDiscountType", none),
    ("CommitmentDiscountUnit", none),
    ("ConsumedQuantity", quantity),
    ("ConsumedUnit", |_| HOURS.to_owned()),
    ("ContractedCost", cost),
    ("ContractedUnitPrice", unit_price),
    ("EffectiveCost", cost),
    ("InvoiceId", none),
    ("InvoiceIssuerName", |_| AWS.to_owned()),
    ("ListCost", |line| line.price.list.unwrap_or(line.price.unit).cost(line.row.quantity).to_string()),
    ("ListUnitPrice", list_unit_price),
    ("PricingCategory", |_| "Standard".to_owned()),
    ("PricingCurrency", dollars),
    ("PricingCurrencyContractedUnitPrice", unit_price),
    ("PricingCurrencyEffectiveCost", cost),
    ("PricingCurrencyListUnitPrice", list_unit_price),
    ("PricingQuantity", quantity),
    ("PricingUnit", |_| HOURS.to_owned()),
    ("ProviderName", |_| AWS.to_owned()),
    ("PublisherName", |_| AWS.to_owned()),
    ("RegionId", |line| line.statement.place().region.to_owned()),
    ("RegionName", |line| region_name(line.statement.place().region).unwrap_or_default().to_owned()),
    ("ResourceId", resource_id),
    ("ResourceName", |line| line.statement.endpoint.clone()),
    ("ResourceType", |_| "Endpoint".to_owned()),
    ("ServiceCategory", |_| "AI and Machine Learning".to_owned()),
    ("ServiceName", |_| "Amazon SageMaker".to_owned()),
    ("ServiceSubcategory", |_| "Machine Learning".to_owned()),
    ("SkuId", |line| sku(line, |sku| &sku.id)),
    ("SkuMeter", |line| sku(line, |_| "Hosting instance hours")),
    ("SkuPriceDetails", sku_price_details),
    ("SkuPriceId", |line| sku(line, |sku| &sku.price_id)),
    ("SubAccountId", |line| account_arn(line, line.statement.place().account)),
    ("SubAccountName", none),
    ("SubAccountType", account_type),
    ("Tags", |line| tags(line.statement, line.row)),
];

/// What the specification has no column for.
const OWN: [Column; 9] = [
    ("x_AccountId", |line| line.statement.place().account.to_owned()),
    ("x_Allocation", |line| line.row.allocation.name().to_owned()),
    ("x_GpuHours", gpu_hours),
    ("x_InstanceType", |line| line.variant.instance_types.join(" ")),
    ("x_IsEstimate", |_| "true".to_owned()),
    ("x_ModelName", |line| line.row.allocation.model().unwrap_or_default().to_owned()),
    ("x_PriceBasis", |line| line.price.basis.name().to_owned()),
    ("x_ServiceCode", |_| "AmazonSageMaker".to_owned()),
    ("x_VariantName", |line| line.variant.name.clone()),
];

/// What focus-validator 1.0.0 asks for by names that columns had before version 1.0 of the specification: without them it fails
/// every file. <https://pypi.org/project/focus-validator/1.0.0/>
const FORMER_NAMES: [Column; 5] = [
    ("ChargeType", none),
    ("InvoiceIssuer", |_| AWS.to_owned()),
    ("Provider", |_| AWS.to_owned()),
    ("Publisher", |_| AWS.to_owned()),
    ("ResourceID", resource_id),
];

/// A row for each hour, variant and model that has a price, as comma-separated values with a header. `billing_account` is the account
/// that is billed, where it isn't the endpoint's own.
#[must_use]
pub fn focus(statements: &[Statement], billing_account: Option<&str>) -> String {
    let columns = || COLUMNS.iter().chain(&OWN).chain(&FORMER_NAMES);
    let mut text = csv::line(columns().map(|(name, _)| (*name).to_owned()));
    for (statement, variant, row) in in_order(statements) {
        let Ok(price) = &variant.price else { continue };
        let line = Line { statement, variant, price, row, billing_account };
        text += &csv::line(columns().map(|(_, cell)| cell(&line)));
    }
    text
}

fn none(_: &Line<'_>) -> String {
    String::new()
}

fn cost(line: &Line<'_>) -> String {
    line.price.unit.cost(line.row.quantity).to_string()
}

fn quantity(line: &Line<'_>) -> String {
    line.row.quantity.to_string()
}

fn unit_price(line: &Line<'_>) -> String {
    line.price.unit.to_string()
}

fn list_unit_price(line: &Line<'_>) -> String {
    line.price.list.map(|price| price.to_string()).unwrap_or_default()
}

fn dollars(_: &Line<'_>) -> String {
    "USD".to_owned()
}

fn account_type(_: &Line<'_>) -> String {
    "Account".to_owned()
}

/// An account as the ARN that stands for all of it: programs that guess types would take its digits for a number, and drop zeros in front.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
fn account_arn(line: &Line<'_>, account: &str) -> String {
    format!("arn:{}:iam::{account}:root", line.statement.place().partition)
}

fn resource_id(line: &Line<'_>) -> String {
    line.statement.arn.clone()
}

fn gpu_hours(line: &Line<'_>) -> String {
    line.variant.gpus_per_instance.map(|gpus| line.row.quantity.times(gpus).to_string()).unwrap_or_default()
}

/// Without a comma, for whoever splits lines by hand.
fn description(line: &Line<'_>) -> String {
    let Line { statement, variant, row, .. } = line;
    let part = match &row.allocation {
        Allocation::Model(model) => format!("model {model}"),
        Allocation::Unallocated => "GPUs that no model held".to_owned(),
        Allocation::Unattributed => "what no model is known to have held".to_owned(),
    };
    let instance = variant.instance_types.join(" or ");
    format!("Estimate from metrics (not a bill): {part} on {instance} of {}/{}", statement.endpoint, variant.name)
}

fn sku(line: &Line<'_>, part: fn(&Sku) -> &str) -> String {
    line.price.sku.as_ref().map(part).unwrap_or_default().to_owned()
}

/// What the specification has a name for, of a price that the Price List has.
fn sku_price_details(line: &Line<'_>) -> String {
    let (Some(_), [instance_type]) = (&line.price.sku, &line.variant.instance_types[..]) else { return String::new() };
    let mut details = Map::new();
    details.insert("InstanceType".to_owned(), instance_type.as_str().into());
    details.extend(
        line.variant.gpus_per_instance.filter(|gpus| *gpus > 0).map(|gpus| ("GpuCount".to_owned(), gpus.into())),
    );
    Value::Object(details).to_string()
}
