//! The Price List's one operation, over on-demand prices for hosting on `SageMaker`'s instances.
//! It starts with those of `data/price-list.csv`; whoever tests adds others. Prices are the world's, not an account's:
//! the state that is shown doesn't hold them.

mod filter;
mod product;

use serde::Deserialize;
use serde_json::{Value, json};

use self::{filter::Filter, product::products};
use crate::{
    context::Context,
    error::ServiceError,
    model::Model,
    page,
    wire::{self, Protocol},
};

const PRICE_LIST: &str = include_str!("../../data/price-list.csv");
const FORMAT: &str = "aws_v1";
/// The only service whose products are known.
const SERVICE_CODE: &str = "AmazonSageMaker";
const LARGEST_PAGE: usize = 100;

/// The on-demand price for hosting on instances of one type in one Region.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostingPrice {
    /// Such as `us-east-1`.
    pub region: String,
    /// Such as `ml.g6.12xlarge`.
    pub instance_type: String,
    /// US dollars, as the Price List writes them: `5.7520000000`.
    pub per_hour: String,
    /// The day since when it has been valid: `2026-11-01`.
    pub effective: String,
}

/// What is on the list.
#[derive(Debug)]
pub(crate) struct State(Vec<HostingPrice>);

impl Default for State {
    fn default() -> Self {
        Self(rows().collect())
    }
}

impl State {
    /// Puts prices on the list, in the place of those for the same Region and type.
    pub(crate) fn set(&mut self, prices: impl IntoIterator<Item = HostingPrice>) {
        for price in prices {
            self.0.retain(|known| (&known.region, &known.instance_type) != (&price.region, &price.instance_type));
            self.0.push(price);
        }
    }
}

fn rows() -> impl Iterator<Item = HostingPrice> {
    let lines = PRICE_LIST.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines.filter_map(|line| {
        let mut cells = line.split(',').map(str::to_owned);
        Some(HostingPrice {
            region: cells.next()?,
            instance_type: cells.next()?,
            per_hour: cells.next()?,
            effective: cells.next()?,
        })
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GetProducts {
    service_code: String,
    #[serde(default)]
    filters: Vec<Filter>,
    format_version: Option<String>,
    next_token: Option<String>,
    max_results: Option<usize>,
}

/// Carries out one operation on a request that is a JSON object.
pub(crate) fn call(
    context: &Context<'_, State>,
    model: &Model,
    operation: &str,
    protocol: Protocol,
    request: &Value,
) -> Result<Vec<u8>, ServiceError> {
    model.check_request(operation, request, invalid)?;
    let wanted: GetProducts =
        serde_json::from_value(request.clone()).map_err(|error| ServiceError::internal(error.to_string()))?;
    let output = get_products(context.state, &wanted)?;
    wire::write(protocol, model, model.output(operation), &output)
}

fn get_products(list: &State, wanted: &GetProducts) -> Result<Value, ServiceError> {
    if wanted.service_code != SERVICE_CODE {
        return Err(invalid(format!(
            "Invalid service code {}; this stand-in has {SERVICE_CODE}.",
            wanted.service_code
        )));
    }
    if wanted.format_version.as_deref().is_some_and(|version| version != FORMAT) {
        return Err(invalid(format!("Invalid format version; the valid one is {FORMAT}.")));
    }
    // AWS finds nothing by an attribute that no product has. Here that is refused: it is always a mistake.
    if let Some(unknown) = wanted.filters.iter().find(|filter| !product::has(&filter.field)) {
        return Err(invalid(format!("No product of {SERVICE_CODE} has the attribute {}.", unknown.field)));
    }
    let found: Vec<String> = list
        .0
        .iter()
        .flat_map(products)
        .filter(|product| wanted.filters.iter().all(|filter| filter.keeps(product::attribute(product, &filter.field))))
        .map(|product| product.to_string())
        .collect();
    let size = wanted.max_results.unwrap_or(LARGEST_PAGE);
    let page = page::cut("products", found, wanted.next_token.as_deref(), size)
        .map_err(|_| ServiceError::new(400, "InvalidNextTokenException", "The pagination token is invalid."))?;
    Ok(page::answer(json!({ "FormatVersion": FORMAT, "PriceList": page.items }), page.next))
}

fn invalid(message: impl Into<String>) -> ServiceError {
    ServiceError::new(400, "InvalidParameterException", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_file_is_a_price() {
        let lines = PRICE_LIST.lines().filter(|line| !line.starts_with('#')).count() - 1;
        assert_eq!(rows().count(), lines);
        for row in rows() {
            assert!(row.per_hour.parse::<f64>().is_ok_and(|dollars| dollars > 0.0), "{row:?}");
            assert!(row.instance_type.starts_with("ml.") && row.effective.len() == 10, "{row:?}");
        }
    }

    #[test]
    fn a_price_takes_the_place_of_the_one_before() {
        let mut list = State::default();
        let price = |dollars: &str| HostingPrice {
            region: "eu-west-1".into(),
            instance_type: "ml.g6.12xlarge".into(),
            per_hour: dollars.into(),
            effective: "2026-11-02".into(),
        };
        let before = list.0.len();
        list.set([price("6.1")]);
        list.set([price("6.2")]);
        assert_eq!(list.0.len(), before + 1);
        assert_eq!(list.0.last(), Some(&price("6.2")));
    }
}
