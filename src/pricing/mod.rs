//! What an instance costs: as declared, or as the Price List says. Looking prices up is `aws`'s; this module does
//! no I/O.
//!
//! A price that isn't known is never a price of 0: whoever asks gets the reason in its place.

mod price_list;

use std::collections::BTreeMap;

pub use price_list::{NoPrice, hosting_price};

use crate::endpoint::{Capacity, Dollars, PriceBasis, Variant};

/// On-demand prices that were looked up, by instance type; for those that couldn't be, the reason in words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListPrices(pub BTreeMap<String, Result<ListPrice, String>>);

/// An on-demand price of the Price List.
#[derive(Clone, Debug, PartialEq)]
pub struct ListPrice {
    /// For one instance for one hour.
    pub per_hour: Dollars,
    /// The day since when it has been valid, such as `2026-11-01`.
    pub effective: String,
    /// What the Price List calls it, where it was looked up.
    pub sku: Option<Sku>,
}

/// The Price List's names of a product and of its price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sku {
    /// The product.
    pub id: String,
    /// The price: the Price List's rate code.
    pub price_id: String,
}

/// What is known of a variant's price.
#[derive(Clone, Debug, PartialEq)]
pub enum Price {
    /// As declared: dollars per instance-hour.
    Declared(Dollars),
    /// The Region's on-demand list price.
    Listed(ListPrice),
    /// Not known; where one was asked for, why.
    Unknown(Option<String>),
}

/// The Region whose Price List endpoint to ask, from a stack in `region`: the nearest of the three there are, which all
/// know the prices of every Region:
/// <https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-the-aws-price-list-bulk-api.html>.
///
/// None outside the partition `aws`: credentials of the US government's Regions aren't valid at these endpoints, and
/// China's prices are in yuan.
#[must_use]
pub fn price_list_region(region: &str) -> Option<&'static str> {
    let continent = region.split('-').next().unwrap_or_default();
    match continent {
        "us" if region.starts_with("us-gov-") || region.starts_with("us-iso") => None,
        "us" | "ca" | "mx" | "sa" => Some("us-east-1"),
        "eu" | "af" | "il" | "me" if !region.starts_with("eu-isoe-") => Some("eu-central-1"),
        "ap" => Some("ap-south-1"),
        _ => None,
    }
}

impl Price {
    /// Dollars for one instance for one hour, where known.
    #[must_use]
    pub fn per_hour(&self) -> Option<Dollars> {
        match self {
            Self::Declared(dollars) | Self::Listed(ListPrice { per_hour: dollars, .. }) => Some(*dollars),
            Self::Unknown(_) => None,
        }
    }
}

impl ListPrices {
    /// The price of the variant's instances. Pools of several types have one only where it is the same for all.
    #[must_use]
    pub fn of(&self, variant: &Variant) -> Price {
        let Capacity::Instances { instance_types, price, .. } = &variant.capacity else { return Price::Unknown(None) };
        match price {
            PriceBasis::None => Price::Unknown(None),
            PriceBasis::Declared(dollars) => Price::Declared(*dollars),
            PriceBasis::ListPrice => self.listed(instance_types),
        }
    }

    /// The price of instances of these types: of several only where it is the same for all.
    #[must_use]
    pub fn listed(&self, instance_types: &[String]) -> Price {
        let mut price: Option<&ListPrice> = None;
        for instance_type in instance_types {
            match self.0.get(instance_type) {
                None => return Price::Unknown(Some(format!("the price of {instance_type} was not looked up"))),
                Some(Err(reason)) => return Price::Unknown(Some(reason.clone())),
                Some(Ok(found)) if price.is_some_and(|price| price.per_hour != found.per_hour) => {
                    return Price::Unknown(Some("the instance types of its pools have different prices".to_owned()));
                }
                Some(Ok(found)) => price = Some(found),
            }
        }
        price.map_or(Price::Unknown(None), |price| Price::Listed(price.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_price_list_is_asked_nearby_and_in_its_own_partition_only() {
        for (region, asked) in [
            ("us-east-1", Some("us-east-1")),
            ("us-west-2", Some("us-east-1")),
            ("ca-central-1", Some("us-east-1")),
            ("mx-central-1", Some("us-east-1")),
            ("sa-east-1", Some("us-east-1")),
            ("eu-west-1", Some("eu-central-1")),
            ("af-south-1", Some("eu-central-1")),
            ("il-central-1", Some("eu-central-1")),
            ("me-central-1", Some("eu-central-1")),
            ("ap-northeast-1", Some("ap-south-1")),
            ("cn-northwest-1", None),
            ("us-gov-west-1", None),
            ("us-iso-east-1", None),
            ("us-isob-east-1", None),
            ("eu-isoe-west-1", None),
            ("eusc-de-east-1", None),
            ("", None),
        ] {
            assert_eq!(price_list_region(region), asked, "{region}");
        }
    }

    fn listed(dollars: f64) -> ListPrice {
        ListPrice { per_hour: Dollars(dollars), effective: "2026-11-01".to_owned(), sku: None }
    }

    fn pools(prices: &[(&str, Result<ListPrice, String>)]) -> Price {
        let instance_types: Vec<String> = ["ml.a", "ml.b"].map(str::to_owned).to_vec();
        let prices = prices.iter().map(|(name, price)| ((*name).to_owned(), price.clone())).collect();
        ListPrices(prices).listed(&instance_types)
    }

    #[test]
    fn pools_have_a_price_only_where_all_their_types_have_the_same() {
        assert_eq!(pools(&[("ml.a", Ok(listed(2.0))), ("ml.b", Ok(listed(2.0)))]).per_hour(), Some(Dollars(2.0)));
        let unknown = |price: Price| match price {
            Price::Unknown(Some(reason)) => reason,
            known => panic!("{known:?}"),
        };
        assert!(unknown(pools(&[("ml.a", Ok(listed(2.0))), ("ml.b", Ok(listed(3.0)))])).contains("different prices"));
        assert_eq!(unknown(pools(&[("ml.a", Ok(listed(2.0))), ("ml.b", Err("denied".to_owned()))])), "denied");
        assert_eq!(unknown(pools(&[("ml.a", Ok(listed(2.0)))])), "the price of ml.b was not looked up");
    }
}
