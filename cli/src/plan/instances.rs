//! What an endpoint's instances cost in a month, at the prices that are declared or given.
use std::collections::BTreeMap;

use aws_sdk_sagemaker::types::ProductionVariant;
use monitored_endpoint::spec::{Capacity, PriceBasis};
use monitored_endpoint::validation::Valid;
use serde::Serialize;

/// Hours of a month, as AWS counts them.
pub(crate) const HOURS: f64 = 730.0;

/// One variant's instances, for the declared count and a whole month.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Instances {
    pub(crate) variant: String,
    /// How many of which type: `2 × ml.g6.12xlarge`.
    pub(crate) kind: String,
    pub(crate) count: u32,
    pub(crate) dollars_per_hour: Option<f64>,
    pub(crate) dollars_per_month: Option<f64>,
    /// What to know about it, or how to give its price.
    pub(crate) note: Option<String>,
}

impl Instances {
    /// `AllTraffic: 2 × ml.g6.12xlarge`.
    pub(crate) fn what(&self) -> String {
        format!("{}: {}", self.variant, self.kind)
    }
}

/// The instances of every variant. `prices` are dollars per instance-hour by type, where the declaration gives none.
pub(crate) fn instances(valid: &Valid, prices: &BTreeMap<String, f64>) -> Vec<Instances> {
    let variants = valid.spec.monitoring().map(|monitoring| monitoring.variants.as_slice()).unwrap_or_default();
    let each = variants.iter().map(|variant| {
        let name = variant.name.as_str();
        let Capacity::Instances { instance_types, price, .. } = &variant.capacity else {
            let note = Some("serverless: charged by request and duration, which isn't estimated".to_owned());
            return Instances {
                variant: name.to_owned(),
                kind: "serverless".to_owned(),
                count: 0,
                dollars_per_hour: None,
                dollars_per_month: None,
                note,
            };
        };
        let count = variant.instances.map_or(1, |instances| instances.initial);
        let types = instance_types.join(" or ");
        let given = || match instance_types.as_slice() {
            [only] => prices.get(only).copied(),
            _ => None,
        };
        let dollars_per_hour = match price {
            PriceBasis::Declared(dollars) => Some(dollars.0),
            PriceBasis::ListPrice | PriceBasis::None => given(),
        };
        let note = match dollars_per_hour {
            None => Some(format!(
                "no price is known: give --list-price {}=DOLLARS",
                instance_types.first().map_or("TYPE", String::as_str)
            )),
            Some(_) => valid.variants.iter().find(|declared| declared.variant_name() == Some(name)).and_then(scaling),
        };
        Instances {
            variant: name.to_owned(),
            kind: format!("{count} × {types}"),
            count,
            dollars_per_hour,
            dollars_per_month: dollars_per_hour.map(|dollars| dollars * f64::from(count) * HOURS),
            note,
        }
    });
    each.collect()
}

/// That the declared count is where scaling begins.
fn scaling(variant: &ProductionVariant) -> Option<String> {
    let scaling = variant.managed_instance_scaling()?;
    let bound = |count: Option<i32>| count.map_or_else(|| "?".to_owned(), |count| count.to_string());
    let (least, most) = (bound(scaling.min_instance_count()), bound(scaling.max_instance_count()));
    Some(format!("scales between {least} and {most} instances; this is for the declared count"))
}
