//! The products that the Price List's `GetProducts` gives, and the one price among them that hosting on an instance has.
//!
//! Pure, and it guesses nothing: what isn't one positive price in US dollars per hour is no price.

use std::collections::BTreeMap;

use serde::Deserialize;
use thiserror::Error;

use super::{ListPrice, Sku};
use crate::endpoint::Dollars;

/// What SageMaker's price list calls instances that serve endpoints. The same instances are listed for training,
/// notebooks and more, at other prices.
const HOSTING: &str = "Hosting";
const DOLLARS: &str = "USD";

/// Why products give no price. `Display` is part of a sentence about an instance type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoPrice {
    /// A product isn't written as the Price List's format has it.
    #[error("the Price List's answer could not be read")]
    Unreadable,
    /// There is no on-demand offer for hosting: the type isn't sold in the Region, or its name is misspelt.
    #[error("the Price List has no on-demand price for hosting on it")]
    NotListed,
    /// The offer is in another currency or unit.
    #[error("the Price List does not give its price in US dollars per hour")]
    NotInDollarsPerHour,
    /// Every offer is free of charge, as capacity is that was paid for beforehand.
    #[error("the Price List has no price above zero for hosting on it")]
    Zero,
    /// Offers contradict each other.
    #[error("the Price List has several prices for hosting on it")]
    Several,
}

#[derive(Deserialize)]
struct Listing {
    product: Product,
    #[serde(default)]
    terms: Terms,
}

#[derive(Deserialize)]
struct Product {
    #[serde(default)]
    attributes: Attributes,
    sku: Option<String>,
}

/// What tells hosting apart. Products have one of the two attributes, or both.
#[derive(Default, Deserialize)]
struct Attributes {
    component: Option<String>,
    platoinstancetype: Option<String>,
}

#[derive(Default, Deserialize)]
struct Terms {
    #[serde(default, rename = "OnDemand")]
    on_demand: BTreeMap<String, Offer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Offer {
    effective_date: String,
    price_dimensions: BTreeMap<String, Dimension>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dimension {
    unit: String,
    price_per_unit: BTreeMap<String, String>,
}

/// The on-demand price for hosting among `products`, each the JSON text of one product of one instance type:
/// <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_GetProducts.html>.
///
/// # Errors
/// [`NoPrice`] says why none is to be had.
pub fn hosting_price<T: AsRef<str>>(products: impl IntoIterator<Item = T>) -> Result<ListPrice, NoPrice> {
    let mut found: Result<ListPrice, NoPrice> = Err(NoPrice::NotListed);
    for product in products {
        let listing: Listing = serde_json::from_str(product.as_ref()).map_err(|_| NoPrice::Unreadable)?;
        if !listing.product.attributes.are_of_hosting() {
            continue;
        }
        for offer in listing.terms.on_demand.values() {
            for (rate_code, dimension) in &offer.price_dimensions {
                let per_hour = dimension.dollars_per_hour()?;
                // Beside the price there may be what costs nothing because it was paid for beforehand.
                if per_hour == Dollars(0.0) {
                    found = found.or(Err(NoPrice::Zero));
                    continue;
                }
                let sku = listing.product.sku.clone().map(|id| Sku { id, price_id: rate_code.clone() });
                let price = ListPrice { per_hour, effective: day(&offer.effective_date)?.to_owned(), sku };
                found = match found {
                    Ok(known) if known.per_hour != price.per_hour => return Err(NoPrice::Several),
                    Ok(known) if known.effective > price.effective => Ok(known),
                    _ => Ok(price),
                };
            }
        }
    }
    found
}

impl Attributes {
    fn are_of_hosting(&self) -> bool {
        [&self.component, &self.platoinstancetype].into_iter().flatten().any(|value| value == HOSTING)
    }
}

impl Dimension {
    /// Dollars for an hour, zero included.
    fn dollars_per_hour(&self) -> Result<Dollars, NoPrice> {
        let per_hour = ["hrs", "hours", "hour"].contains(&self.unit.to_ascii_lowercase().as_str());
        let dollars = self.price_per_unit.get(DOLLARS).filter(|_| per_hour).ok_or(NoPrice::NotInDollarsPerHour)?;
        let dollars: f64 = dollars.parse().map_err(|_| NoPrice::Unreadable)?;
        if dollars.is_finite() && dollars >= 0.0 { Ok(Dollars(dollars)) } else { Err(NoPrice::Unreadable) }
    }
}

/// The day of a moment such as `2026-11-01T00:00:00Z`.
fn day(moment: &str) -> Result<&str, NoPrice> {
    let (day, _) = moment.split_once('T').ok_or(NoPrice::Unreadable)?;
    let is_in_place = |(at, byte): (usize, u8)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    if day.len() == 10 && day.bytes().enumerate().all(is_in_place) { Ok(day) } else { Err(NoPrice::Unreadable) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    const DAY: &str = "2026-11-01";

    fn product(attributes: &Value, unit: &str, currency: &str, price: &str, effective: &str) -> String {
        let dimension = json!({"unit": unit, "pricePerUnit": {currency: price}, "beginRange": "0", "endRange": "Inf"});
        json!({
            "product": {"productFamily": "ML Instance", "attributes": attributes, "sku": "S"},
            "serviceCode": "AmazonSageMaker",
            "terms": {"OnDemand": {"S.T": {
                "effectiveDate": format!("{effective}T00:00:00Z"), "sku": "S", "priceDimensions": {"S.T.D": dimension},
            }}},
        })
        .to_string()
    }

    fn hosting(price: &str) -> String {
        product(&json!({"component": "Hosting"}), "Hrs", "USD", price, DAY)
    }

    fn priced(dollars: f64) -> ListPrice {
        let sku = Some(Sku { id: "S".to_owned(), price_id: "S.T.D".to_owned() });
        ListPrice { per_hour: Dollars(dollars), effective: DAY.to_owned(), sku }
    }

    #[test]
    fn hosting_is_told_from_everything_else_by_either_attribute() {
        let of = |name: &str, value: &str, price: &str| product(&json!({name: value}), "Hrs", "USD", price, DAY);
        for name in ["component", "platoinstancetype"] {
            let products = [of(name, "Training", "1"), of(name, "Hosting", "5.7520000000"), of(name, "Notebook", "2")];
            assert_eq!(hosting_price(&products), Ok(priced(5.752)), "{name}");
        }
        assert_eq!(hosting_price([of("component", "Training", "1")]), Err(NoPrice::NotListed));
        assert_eq!(hosting_price([of("component", "AsyncInf", "1")]), Err(NoPrice::NotListed));
        assert_eq!(hosting_price::<&str>([]), Err(NoPrice::NotListed));
    }

    #[test]
    fn what_is_no_single_price_in_dollars_per_hour_is_no_price() {
        let attributes = json!({"component": "Hosting"});
        let listed = |unit, currency, price| product(&attributes, unit, currency, price, DAY);
        let table = [
            (vec![listed("Hrs", "CNY", "38.1")], NoPrice::NotInDollarsPerHour),
            (vec![listed("Requests", "USD", "0.1")], NoPrice::NotInDollarsPerHour),
            (vec![hosting("0.0000000000")], NoPrice::Zero),
            (vec![hosting("5.752"), hosting("6")], NoPrice::Several),
            (vec![hosting("-1")], NoPrice::Unreadable),
            (vec![hosting("NaN")], NoPrice::Unreadable),
            (vec![hosting("inf")], NoPrice::Unreadable),
            (vec![hosting("")], NoPrice::Unreadable),
            (vec![product(&attributes, "Hrs", "USD", "1", "1 November")], NoPrice::Unreadable),
            (vec!["{}".to_owned()], NoPrice::Unreadable),
            (vec![json!({"product": {"attributes": attributes}}).to_string()], NoPrice::NotListed),
        ];
        for (products, wanted) in table {
            assert_eq!(hosting_price(&products), Err(wanted), "{products:?}");
        }
    }

    #[test]
    fn what_was_paid_for_beforehand_does_not_hide_the_price() {
        for products in [[hosting("0"), hosting("5.752")], [hosting("5.752"), hosting("0")]] {
            assert_eq!(hosting_price(&products), Ok(priced(5.752)));
        }
    }

    #[test]
    fn of_equal_offers_the_latest_gives_the_day() {
        let on = |day: &str| product(&json!({"component": "Hosting"}), "Hrs", "USD", "5.752", day);
        for products in [[on("2026-10-01"), on(DAY)], [on(DAY), on("2026-10-01")]] {
            assert_eq!(hosting_price(&products), Ok(priced(5.752)));
        }
    }

    proptest! {
        #[test]
        fn no_answer_makes_it_panic([text, unit, price, day] in any::<[String; 4]>()) {
            let _ = hosting_price([&text]);
            let listed = product(&json!({"component": "Hosting"}), &unit, "USD", &price, &day);
            let _ = hosting_price([&listed]);
            let cut: String = listed.chars().take(text.chars().count()).collect();
            prop_assert!(hosting_price([cut]).is_err());
        }

        #[test]
        fn whatever_is_listed_a_price_is_above_zero(
            prices in prop::collection::vec("-?[0-9]{1,3}(\\.[0-9]{1,10})?|NaN|inf", 0..4),
        ) {
            if let Ok(price) = hosting_price(prices.iter().map(|price| hosting(price))) {
                prop_assert!(price.per_hour > Dollars(0.0) && price.per_hour.0.is_finite());
            }
        }

        #[test]
        fn every_price_is_read_as_it_is_written(micros in 1_u32..1_000_000_000) {
            let dollars = f64::from(micros) / 1e6;
            prop_assert_eq!(hosting_price([hosting(&format!("{dollars:.10}"))]), Ok(priced(dollars)));
        }
    }
}
