//! Statements of costs, to charge back what models cost: rows by hour, endpoint and model, in FOCUS columns or as a plain table.
//!
//! The quantities of an hour add up to the instances' hours, and its dollars to those hours at the price, exactly: they are whole
//! multiples of a small unit ([`Quantity`], [`Amount`]), never rounded products. Everything here is an estimate from metrics, and says so;
//! the bill is AWS's. What can't be known is absent: an hour without data has no row, and what has no price has no dollars.
//!
//! Reading is `collect`'s and writing to Amazon S3 is `export`'s; the rest does no I/O, and the same usage gives the same bytes.

mod collect;
mod csv;
mod divide;
mod exact;
mod export;
mod focus;
mod manifest;
mod period;
mod table;

use std::collections::{BTreeMap, BTreeSet};

pub use collect::{Asked, Collector, PriceSource, StatementError};
pub use exact::{Amount, Quantity, UnitPrice};
pub use export::{Export, ExportError, ExportRequest, Settings};
pub use focus::focus;
pub use period::{Day, Month, NotInCalendar};
pub use table::table;

use crate::endpoint::Dollars;
use crate::place::Arn;
use crate::pricing::Sku;
use crate::usage::{HourlyUsage, Moment, VariantHours, Window};

/// What an endpoint cost, hour by hour.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The endpoint's name.
    pub endpoint: String,
    /// Its ARN.
    pub arn: String,
    /// The hours that were read.
    pub window: Window,
    /// The endpoint's tags.
    pub tags: BTreeMap<String, String>,
    /// The tags of inference components, by their names.
    pub tags_of_models: BTreeMap<String, BTreeMap<String, String>>,
    /// The variants with instances, in the order of the endpoint config.
    pub variants: Vec<VariantStatement>,
    /// What must be known to read the rows, in sentences.
    pub notes: Vec<String>,
}

/// What a variant cost.
#[derive(Clone, Debug, PartialEq)]
pub struct VariantStatement {
    /// Its name.
    pub name: String,
    /// Its instance types.
    pub instance_types: Vec<String>,
    /// GPUs of one instance, where known.
    pub gpus_per_instance: Option<u32>,
    /// Its model; none where models are placed on it as inference components.
    pub own_model: Option<String>,
    /// What an instance-hour costs; where that isn't known, why.
    pub price: Result<HourlyPrice, String>,
    /// The rows, by hour.
    pub rows: Vec<Row>,
}

/// What an instance-hour costs.
#[derive(Clone, Debug, PartialEq)]
pub struct HourlyPrice {
    /// The price that costs are computed with.
    pub unit: UnitPrice,
    /// Where it comes from.
    pub basis: Basis,
    /// The on-demand list price, where the Price List has one.
    pub list: Option<UnitPrice>,
    /// What the Price List calls it.
    pub sku: Option<Sku>,
}

/// Where a price comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Whoever asked gave it.
    Given,
    /// The endpoint's dashboard was made with it.
    Dashboard,
    /// It is the on-demand list price.
    PriceList,
}

/// A part of an hour of a variant's instances.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Start of the hour.
    pub hour: Moment,
    /// Who pays for it.
    pub allocation: Allocation,
    /// Instance-hours.
    pub quantity: Quantity,
}

/// Who pays for a part of an instance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Allocation {
    /// A model that held GPUs, or that had the variant to itself.
    Model(String),
    /// Nobody: no model held these GPUs.
    Unallocated,
    /// Nobody knows: a model may have held these GPUs, and which one isn't known.
    Unattributed,
}

impl Allocation {
    /// Its kind, as rows say it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Model(_) => "Model",
            Self::Unallocated => "Unallocated",
            Self::Unattributed => "Unattributed",
        }
    }

    /// The model, where there is one.
    #[must_use]
    pub fn model(&self) -> Option<&str> {
        match self {
            Self::Model(model) => Some(model),
            Self::Unallocated | Self::Unattributed => None,
        }
    }
}

impl Basis {
    /// The basis, as rows say it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Given => "Given",
            Self::Dashboard => "Dashboard",
            Self::PriceList => "PriceList",
        }
    }
}

impl Statement {
    /// From what was used, with a price for each variant.
    pub(crate) fn new(usage: HourlyUsage, price: impl Fn(&VariantHours) -> Result<HourlyPrice, String>) -> Self {
        let notes = notes(&usage);
        let variant = |variant: VariantHours| VariantStatement {
            price: price(&variant),
            rows: divide::rows(&variant),
            name: variant.name,
            instance_types: variant.instance_types,
            gpus_per_instance: variant.gpus_per_instance,
            own_model: variant.model,
        };
        Self {
            endpoint: usage.endpoint,
            arn: usage.arn,
            window: usage.window,
            tags: BTreeMap::new(),
            tags_of_models: BTreeMap::new(),
            variants: usage.variants.into_iter().map(variant).collect(),
            notes,
        }
    }

    /// Instance-hours of all rows, and what they cost, where all have a price.
    #[must_use]
    pub fn total(&self) -> (Quantity, Option<Amount>) {
        let rows = self.variants.iter().flat_map(|variant| variant.rows.iter().map(move |row| (variant, row)));
        rows.fold((Quantity::default(), Some(Amount::default())), |(hours, dollars), (variant, row)| {
            let cost = variant.price.as_ref().ok().map(|price| price.unit.cost(row.quantity));
            (hours.plus(row.quantity), dollars.zip(cost).map(|(sum, cost)| sum.plus(cost)))
        })
    }

    /// Why variants that ran have no dollars, in sentences.
    pub fn unpriced(&self) -> impl Iterator<Item = String> {
        let ran = self.variants.iter().filter(|variant| !variant.rows.is_empty());
        ran.filter_map(|variant| {
            let why = variant.price.as_ref().err()?;
            Some(format!("{}/{}: {why}", self.endpoint, variant.name))
        })
    }

    /// The inference components that pay for something.
    fn components(&self) -> impl Iterator<Item = &str> {
        let shared = self.variants.iter().filter(|variant| variant.own_model.is_none());
        let models: BTreeSet<&str> =
            shared.flat_map(|variant| &variant.rows).filter_map(|row| row.allocation.model()).collect();
        models.into_iter()
    }
}

/// Rows of several statements in the order in which they are written: by hour, endpoint, variant and model.
fn in_order(statements: &[Statement]) -> Vec<(&Statement, &VariantStatement, &Row)> {
    let mut rows: Vec<_> = statements
        .iter()
        .flat_map(|statement| statement.variants.iter().map(move |variant| (statement, variant)))
        .flat_map(|(statement, variant)| variant.rows.iter().map(move |row| (statement, variant, row)))
        .collect();
    rows.sort_by_key(|(statement, variant, row)| (row.hour, &statement.endpoint, &variant.name, &row.allocation));
    rows
}

/// Tags of a row as one JSON object: the endpoint's, and over them those of the model that pays. Which of two wins follows the
/// specification's finalized tags: the closer one.
fn tags(statement: &Statement, row: &Row) -> String {
    let mut tags = statement.tags.clone();
    let of_model = row.allocation.model().and_then(|model| statement.tags_of_models.get(model));
    tags.extend(of_model.into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())));
    if tags.is_empty() { String::new() } else { serde_json::json!(tags).to_string() }
}

impl Statement {
    /// Where the endpoint is, as its ARN says.
    fn place(&self) -> Arn<'_> {
        Arn::parse(&self.arn).unwrap_or_default()
    }
}

fn notes(usage: &HourlyUsage) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(changed) = usage.changed.filter(|changed| *changed > usage.window.from) {
        notes.push(format!(
            "The endpoint was updated at {changed}: hours before are counted with its present variants, instance types and publish frequency."
        ));
    }
    if usage.variants.is_empty() {
        notes.push("Its variants are serverless: they have no instance-hours.".to_owned());
    }
    if !usage.enhanced_metrics && usage.variants.iter().any(|variant| variant.model.is_none()) {
        notes.push(
            "Enhanced metrics are off, so it isn't known which model held which GPU: all is unattributed.".to_owned(),
        );
    }
    notes.extend(usage.variants.iter().filter_map(|variant| without_data(variant, usage.window)));
    notes
}

/// Which hours have no row. They are absent and not 0: whether nothing ran or nothing was published can't be told apart.
fn without_data(variant: &VariantHours, window: Window) -> Option<String> {
    let mut gaps: Vec<(i64, i64)> = Vec::new();
    for at in (window.from.0..window.until.0).step_by(usize::try_from(window.period).unwrap_or(3600)) {
        if variant.hours.contains_key(&Moment(at)) {
            continue;
        }
        match gaps.last_mut() {
            Some((_, until)) if *until == at => *until += window.period,
            _ => gaps.push((at, at + window.period)),
        }
    }
    let hours: i64 = gaps.iter().map(|(from, until)| (until - from) / window.period).sum();
    let first: Vec<String> = gaps
        .iter()
        .take(MOST_GAPS_NAMED)
        .map(|(from, until)| format!("{} to {}", Moment(*from), Moment(*until)))
        .collect();
    let more = if gaps.len() > MOST_GAPS_NAMED { " and others" } else { "" };
    (hours > 0).then(|| {
        format!(
            "{} has no data, and so no row, for {hours} of {} hours ({}{more}): no instance ran, or its metrics are missing.",
            variant.name,
            window.seconds() / window.period,
            first.join(", ")
        )
    })
}

/// Gaps that a note names.
const MOST_GAPS_NAMED: usize = 3;

/// The price that costs are computed with, and beside it the list price.
fn hourly_price(
    used: Option<(Dollars, Basis)>,
    list: Result<(Dollars, Option<Sku>), String>,
) -> Result<HourlyPrice, String> {
    let (used, list) = match (used, list) {
        (Some(used), list) => (used, list.ok()),
        (None, Ok(list)) => ((list.0, Basis::PriceList), Some(list)),
        (None, Err(why)) => return Err(why),
    };
    let (list, sku) = list.unzip();
    Ok(HourlyPrice { unit: UnitPrice::of(used.0), basis: used.1, list: list.map(UnitPrice::of), sku: sku.flatten() })
}

#[cfg(test)]
mod tests;
