//! The Price List, asked what hosting on instances costs.
//!
//! A price is good to have and no more: looking it up never fails a request and takes a few seconds at most. Where there
//! is no price, the reason stands in its place, for the dashboard to say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{Region, SdkConfig};
use aws_sdk_pricing::Client;
use aws_sdk_pricing::config::Builder;
use aws_sdk_pricing::types::{Filter, FilterType};
use futures_util::future::join_all;
use thiserror::Error;

use super::fault::Fault;
use crate::pricing::{ListPrice, ListPrices, NoPrice, hosting_price, price_list_region};
use crate::spec::{Capacity, Monitoring, PriceBasis};

const SERVICE_CODE: &str = "AmazonSageMaker";
const PRODUCT_FAMILY: &str = "ML Instance";

/// Nothing here is worth the patience that the other services get: a stack waits for it.
const ATTEMPTS: u32 = 2;
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);
/// All attempts and pages of one instance type together. Types are asked for at the same time.
const LIMIT: Duration = Duration::from_secs(4);

/// The Price List.
#[derive(Clone, Debug)]
pub struct Pricing {
    /// None where the partition has no Price List that could be used.
    config: Option<aws_sdk_pricing::Config>,
    /// Made when it is needed first, which is never where all prices are declared.
    client: Arc<OnceLock<Client>>,
    /// The Region whose prices are wanted.
    region: String,
}

/// Why an instance type has no price. `Display` says it in the header of a dashboard, so it holds no words of AWS's own,
/// which may name accounts and roles.
#[derive(Debug, Error)]
enum LookUpError {
    #[error(
        "the Price List can be asked in the partition aws only, and {0} is in another; give CostPerHour in dollars"
    )]
    OtherPartition(String),
    #[error("the provider's role needs the permission pricing:GetProducts")]
    Denied,
    #[error("pricing:GetProducts was refused with {0}")]
    Refused(String),
    #[error("pricing:GetProducts failed, {0}")]
    Silent(String),
    #[error("pricing:GetProducts did not answer in time")]
    Late,
    #[error(transparent)]
    NoPrice(#[from] NoPrice),
}

impl From<Fault> for LookUpError {
    fn from(fault: Fault) -> Self {
        match fault {
            fault if fault.is_denied() => Self::Denied,
            Fault { code: Some(code), .. } => Self::Refused(code),
            Fault { code: None, message, .. } => Self::Silent(message),
        }
    }
}

impl Pricing {
    /// For the prices of the Region that `config` names, whichever Region's endpoint knows them.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        let region = config.region().map(ToString::to_string).unwrap_or_default();
        let config = price_list_region(&region).map(|endpoint| {
            let timeouts = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_TIMEOUT).build();
            let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(FIRST_PAUSE);
            let config = Builder::from(config)
                .region(Region::from_static(endpoint))
                .timeout_config(timeouts)
                .retry_config(retries);
            config.build()
        });
        Self { config, client: Arc::default(), region }
    }

    /// The list prices that a dashboard of `monitoring` needs: none, and no call, where every price was declared.
    pub(crate) async fn list_prices(&self, monitoring: &Monitoring) -> ListPrices {
        self.of(&wanted(monitoring)).await
    }

    /// The list prices of these instance types, each with the reason where there is none.
    ///
    /// IAM action: `pricing:GetProducts`.
    pub async fn of(&self, instance_types: &BTreeSet<&str>) -> ListPrices {
        let look_ups = instance_types.iter().copied().map(async |instance_type| {
            let price =
                tokio::time::timeout(LIMIT, self.look_up(instance_type)).await.unwrap_or(Err(LookUpError::Late));
            let price = price.map_err(|error| {
                tracing::warn!(reason = %error, "a price could not be looked up, so its costs are not shown");
                format!("the price of {instance_type} in {} is not known, because {error}", self.region)
            });
            (instance_type.to_owned(), price)
        });
        ListPrices(join_all(look_ups).await.into_iter().collect::<BTreeMap<_, _>>())
    }

    async fn look_up(&self, instance_type: &str) -> Result<ListPrice, LookUpError> {
        let config = self.config.as_ref().ok_or_else(|| LookUpError::OtherPartition(self.region.clone()))?;
        let client = self.client.get_or_init(|| Client::from_conf(config.clone()));
        let matching = |field: &str, value: &str| {
            let filter = Filter::builder().r#type(FilterType::TermMatch).field(field).value(value).build();
            filter.map_err(|_| LookUpError::Silent("the request could not be made".to_owned()))
        };
        let mut pages = client
            .get_products()
            .service_code(SERVICE_CODE)
            .filters(matching("productFamily", PRODUCT_FAMILY)?)
            .filters(matching("regionCode", &self.region)?)
            .filters(matching("instanceName", instance_type)?)
            .into_paginator()
            .items()
            .send();
        let mut products = Vec::new();
        while let Some(product) = pages.next().await {
            products.push(product.map_err(Fault::from)?);
        }
        Ok(hosting_price(products)?)
    }
}

/// The instance types whose list price is asked for.
fn wanted(monitoring: &Monitoring) -> BTreeSet<&str> {
    if monitoring.dashboard.is_none() {
        return BTreeSet::new();
    }
    let of_variants = monitoring.variants.iter().filter_map(|variant| match &variant.capacity {
        Capacity::Instances { instance_types, price: PriceBasis::ListPrice, .. } => Some(instance_types),
        _ => None,
    });
    of_variants.flatten().map(String::as_str).collect()
}
