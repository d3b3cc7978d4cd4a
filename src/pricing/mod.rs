//! What an instance costs: as declared, or as the Price List says. Looking prices up is `provision`'s; this module does
//! no I/O.
//!
//! A price that isn't known is never a price of 0: whoever asks gets the reason in its place.

use std::collections::BTreeMap;

use crate::spec::{Capacity, Dollars, PriceBasis, Variant};

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

    fn listed(&self, instance_types: &[String]) -> Price {
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
