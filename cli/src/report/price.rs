//! What an instance-hour costs: as it is given, as the Price List has it, or as the endpoint's dashboard was made with.

use std::collections::{BTreeMap, BTreeSet};

use aws_config::SdkConfig;
use monitored_endpoint::aws::{Fault, Pricing};
use monitored_endpoint::panel_params::PanelParams;
use monitored_endpoint::pricing::Price;
use monitored_endpoint::spec::EndpointName;
use monitored_endpoint::usage::{InstanceTerms, Terms, Usage};

use crate::arguments::{dollars, pair};

/// A `--price`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PriceArgument {
    /// What the Price List says.
    Auto,
    /// Dollars per instance-hour, of one variant or of all that have none of their own.
    Dollars(Option<String>, f64),
}

/// Terms, and where their prices come from in words.
#[derive(Debug, Default)]
pub(crate) struct Priced {
    pub(crate) terms: Terms,
    /// One sentence each.
    pub(crate) basis: Vec<String>,
}

pub(crate) fn price(text: &str) -> Result<PriceArgument, String> {
    if text == "auto" {
        return Ok(PriceArgument::Auto);
    }
    match pair(text) {
        Ok((variant, price)) => Ok(PriceArgument::Dollars(Some(variant), dollars(&price)?)),
        Err(_) => dollars(text).map(|dollars| PriceArgument::Dollars(None, dollars)),
    }
}

/// What was given, completed by the Price List where that is asked for, and by the dashboard where no price was given at all.
/// `usage` says which variants there are.
pub(crate) async fn priced(
    given: &[PriceArgument],
    terms: Terms,
    usage: &Usage,
    config: &SdkConfig,
    dashboard: &str,
) -> Priced {
    let mut priced = Priced { terms, basis: Vec::new() };
    if given.is_empty() {
        priced.as_on_dashboard(usage, config, dashboard).await;
    } else {
        if given.iter().any(|price| matches!(price, PriceArgument::Dollars(..))) {
            priced.basis.push("Prices as given by --price.".to_owned());
        }
        if given.contains(&PriceArgument::Auto) {
            priced.as_listed(usage, config).await;
        }
    }
    priced
}

impl Priced {
    async fn as_listed(&mut self, usage: &Usage, config: &SdkConfig) {
        let unpriced = usage.variants.iter().filter(|variant| self.terms.of(&variant.name).price_per_hour.is_none());
        let wanted: Vec<(String, Vec<String>)> = unpriced
            .map(|variant| (variant.name.clone(), variant.instance_type.split(", ").map(str::to_owned).collect()))
            .collect();
        let types: BTreeSet<&str> = wanted.iter().flat_map(|(_, types)| types).map(String::as_str).collect();
        let listed = Pricing::new(config).of(&types).await;
        for (variant, types) in &wanted {
            let sentence = match listed.listed(types) {
                Price::Listed(price) => {
                    self.terms_of(variant).price_per_hour = Some(price.per_hour);
                    format!(
                        "{variant}: the on-demand list price, ${} per instance-hour since {}; discounts are not in it.",
                        price.per_hour.0, price.effective
                    )
                }
                Price::Unknown(Some(why)) => format!("{variant}: {why}."),
                Price::Declared(_) | Price::Unknown(None) => continue,
            };
            self.basis.push(sentence);
        }
    }

    async fn as_on_dashboard(&mut self, usage: &Usage, config: &SdkConfig, dashboard: &str) {
        let client = aws_sdk_cloudwatch::Client::new(config);
        let params = match client.get_dashboard().dashboard_name(dashboard).send().await.map_err(Fault::from) {
            Ok(found) => {
                let endpoint = EndpointName::parse(&usage.endpoint).ok();
                let region = config.region().map(ToString::to_string).unwrap_or_default();
                endpoint.and_then(|endpoint| PanelParams::on_dashboard(found.dashboard_body()?, &endpoint, &region))
            }
            Err(fault) if fault.is_denied() => {
                let missing = "The permission cloudwatch:GetDashboard is needed to read the price of";
                self.basis.push(format!("{missing} the dashboard {dashboard}."));
                return;
            }
            // Nothing depends on it, and whatever is in the way of everything is said elsewhere.
            Err(_) => None,
        };
        let Some(params) = params else { return };
        let mut found = false;
        for (name, InstanceTerms { price_per_hour, .. }) in &params.variants {
            found |= price_per_hour.is_some();
            let terms = self.terms_of(name);
            terms.price_per_hour = terms.price_per_hour.or(*price_per_hour);
        }
        if found {
            let basis = params.price_basis.as_deref().unwrap_or("a price");
            self.basis.push(format!("Prices as the dashboard {dashboard} has them: {basis}."));
        }
    }

    fn terms_of(&mut self, variant: &str) -> &mut InstanceTerms {
        let by_variant: &mut BTreeMap<String, InstanceTerms> = &mut self.terms.by_variant;
        by_variant.entry(variant.to_owned()).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_a_number_for_all_or_one_variant_or_auto() {
        assert_eq!(price("auto"), Ok(PriceArgument::Auto));
        assert_eq!(price("5.752"), Ok(PriceArgument::Dollars(None, 5.752)));
        assert_eq!(price("Big=98.32"), Ok(PriceArgument::Dollars(Some("Big".to_owned()), 98.32)));
        assert!(price("Auto").unwrap_err().contains("not a price"));
        assert!(price("Big=auto").is_err());
    }
}
