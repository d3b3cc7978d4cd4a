//! Reads what statements are made of: usage from SageMaker and CloudWatch, prices from dashboards and the Price List, tags. Reads only.

use std::collections::{BTreeMap, BTreeSet};

use aws_config::SdkConfig;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use thiserror::Error;

use super::{Basis, HourlyPrice, Statement, hourly_price};
use crate::aws::{CallError, CloudWatch, Pricing, SageMaker};
use crate::panel_params::{InstanceTerms, PanelParams, Terms};
use crate::pricing::{ListPrices, Price};
use crate::spec::{DashboardName, EndpointName, Tag, default_dashboard_name};
use crate::usage::{HourlyUsage, Moment, Question, Reader, TimeRange, UsageError, VariantHours, View};

/// Endpoints, or tags of one endpoint's models, that are read at the same time: their calls share an account's quotas with stacks that
/// are deployed meanwhile.
const AT_ONCE: usize = 4;

/// What is asked of one endpoint.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The endpoint.
    pub endpoint: EndpointName,
    /// The time range.
    pub range: TimeRange,
    /// The present.
    pub now: Moment,
    /// What is known beforehand: it goes before everything else.
    pub terms: Terms,
    /// Where to look for prices that aren't known.
    pub prices: PriceSource,
}

/// Where prices are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PriceSource {
    /// What the endpoint's dashboard was made with, else the list price. The dashboard is `<endpoint>-monitoring` where no name is given.
    Dashboard(Option<String>),
    /// The list price.
    PriceList,
}

/// Why there is no statement. `Display` doesn't repeat the source; `reconcile::reason` walks the chain.
#[derive(Debug, Error)]
pub enum StatementError {
    /// The usage can't be read.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// AWS refused for want of a permission.
    #[error("access denied: the permission {0} is needed")]
    Denied(String),
    /// Endpoints, a dashboard or tags can't be read.
    #[error(transparent)]
    Call(CallError),
}

impl From<CallError> for StatementError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Denied { action, .. } => Self::Denied(action),
            error @ CallError::Failed { .. } => Self::Call(error),
        }
    }
}

impl StatementError {
    /// Whether the endpoint isn't there: it may have been deleted since it was listed.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self, Self::Usage(UsageError::NoEndpoint(_)))
    }
}

/// The services, read only. Made once per process.
#[derive(Clone, Debug)]
pub struct Collector {
    reader: Reader,
    sagemaker: SageMaker,
    cloudwatch: CloudWatch,
    pricing: Pricing,
    region: String,
}

/// What was read of one endpoint.
struct Found {
    usage: HourlyUsage,
    terms: Terms,
    on_dashboard: Terms,
}

impl Collector {
    /// With the Region, credentials and endpoint URLs of `config`.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        Self {
            reader: Reader::new(config),
            sagemaker: SageMaker::new(aws_sdk_sagemaker::Client::new(config)),
            cloudwatch: CloudWatch::new(aws_sdk_cloudwatch::Client::new(config)),
            pricing: Pricing::new(config),
            region: config.region().map(ToString::to_string).unwrap_or_default(),
        }
    }

    /// The endpoints of the account and Region, by name.
    ///
    /// IAM action: `sagemaker:ListEndpoints`.
    pub async fn endpoints(&self) -> Result<Vec<EndpointName>, StatementError> {
        let mut names = self.sagemaker.endpoint_names().await?;
        names.sort();
        Ok(names.iter().filter_map(|name| EndpointName::parse(name).ok()).collect())
    }

    /// A statement for each of the endpoints, in their order, or why there is none.
    ///
    /// IAM actions: those of [`Reader::hours`]; `sagemaker:ListTags`, `ListInferenceComponents`; `cloudwatch:GetDashboard` where dashboards are asked for prices;
    /// `pricing:GetProducts`, without which no list price is known.
    pub async fn statements(&self, asked: &[Asked]) -> Vec<Result<Statement, StatementError>> {
        let found: Vec<Result<Found, StatementError>> =
            stream::iter(asked).map(|asked| self.find(asked)).buffered(AT_ONCE).collect().await;
        let types: BTreeSet<&str> = found.iter().flatten().flat_map(|found| found.usage.instance_types()).collect();
        let list = &self.pricing.of(&types).await;
        let statement = async |found: Result<Found, StatementError>| {
            let found = found?;
            self.with_tags(found.statement(list)).await
        };
        stream::iter(found).map(statement).buffered(AT_ONCE).collect().await
    }

    async fn find(&self, asked: &Asked) -> Result<Found, StatementError> {
        let on_dashboard = match &asked.prices {
            PriceSource::Dashboard(name) => self.on_dashboard(&asked.endpoint, name.as_deref()).await?,
            PriceSource::PriceList => Terms::default(),
        };
        let question = Question {
            endpoint: asked.endpoint.clone(),
            range: asked.range,
            now: asked.now,
            terms: asked.terms.clone().or(&on_dashboard),
            view: View::Hours,
        };
        let usage = self.reader.hours(&question).await?;
        Ok(Found { usage, terms: asked.terms.clone(), on_dashboard })
    }

    /// What the endpoint's dashboard was made with; nothing where there is no such dashboard.
    async fn on_dashboard(&self, endpoint: &EndpointName, name: Option<&str>) -> Result<Terms, StatementError> {
        let default = default_dashboard_name(endpoint.as_str());
        let Ok(name) = DashboardName::parse(name.unwrap_or(&default)) else { return Ok(Terms::default()) };
        let dashboard = self.cloudwatch.dashboard(&name).await?;
        let params =
            dashboard.and_then(|found| PanelParams::on_dashboard(found.dashboard_body()?, endpoint, &self.region));
        Ok(params.map(|params| params.terms()).unwrap_or_default())
    }

    async fn with_tags(&self, mut statement: Statement) -> Result<Statement, StatementError> {
        statement.tags = self.tags(&statement.arn).await?;
        // A variant's own model has the endpoint's tags: a model resource may serve many endpoints.
        let components: BTreeSet<String> = statement.components().map(str::to_owned).collect();
        if components.is_empty() {
            return Ok(statement);
        }
        let arns = self.sagemaker.inference_component_arns(&statement.endpoint).await?;
        let mut tagged = Vec::new();
        for name in components {
            match arns.get(&name) {
                Some(arn) => tagged.push((name, arn.clone())),
                None => statement.notes.push(format!(
                    "The inference component {name} has been deleted: its rows carry the tags of the endpoint alone."
                )),
            }
        }
        statement.tags_of_models = stream::iter(tagged)
            .map(async |(name, arn)| Ok::<_, StatementError>((name, self.tags(&arn).await?)))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(statement)
    }

    /// Tags by key; none of what is gone.
    async fn tags(&self, arn: &str) -> Result<BTreeMap<String, String>, StatementError> {
        let tags = self.sagemaker.tags(arn).await?;
        Ok(tags.into_iter().map(|Tag { key, value }| (key, value)).collect())
    }
}

impl Found {
    fn statement(self, list: &ListPrices) -> Statement {
        let Self { usage, terms, on_dashboard } = self;
        Statement::new(usage, |variant| price(variant, &terms, &on_dashboard, list))
    }
}

/// What is given goes before the dashboard, and that before the Price List.
fn price(
    variant: &VariantHours,
    given: &Terms,
    on_dashboard: &Terms,
    list: &ListPrices,
) -> Result<HourlyPrice, String> {
    let given = given.of(&variant.name).price_per_hour.map(|price| (price, Basis::Given));
    let on_dashboard = on_dashboard.of(&variant.name).price_per_hour;
    let list = match list.listed(&variant.instance_types) {
        Price::Listed(price) => Ok((price.per_hour, price.sku)),
        Price::Declared(price) => Ok((price, None)),
        Price::Unknown(why) => Err(why.unwrap_or_else(|| "no price is known".to_owned())),
    };
    hourly_price(given.or(on_dashboard.map(|price| (price, Basis::Dashboard))), list)
}

impl HourlyUsage {
    fn instance_types(&self) -> impl Iterator<Item = &str> {
        let ran = self.variants.iter().filter(|variant| !variant.hours.is_empty());
        ran.flat_map(|variant| &variant.instance_types).map(String::as_str)
    }
}

impl Terms {
    /// These, completed by others.
    fn or(mut self, other: &Self) -> Self {
        let names: BTreeSet<String> = self.by_variant.keys().chain(other.by_variant.keys()).cloned().collect();
        let completed = |own: InstanceTerms, other: InstanceTerms| InstanceTerms {
            gpus: own.gpus.or(other.gpus),
            price_per_hour: own.price_per_hour.or(other.price_per_hour),
        };
        self.by_variant =
            names.into_iter().map(|name| (name.clone(), completed(self.of(&name), other.of(&name)))).collect();
        self.default = completed(self.default, other.default);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pricing::{ListPrice, Sku};
    use crate::spec::Dollars;

    fn terms(default: Option<f64>, variant: Option<f64>) -> Terms {
        let terms = |price: Option<f64>| InstanceTerms { gpus: None, price_per_hour: price.map(Dollars) };
        let by_variant = variant.map(|price| ("v".to_owned(), terms(Some(price))));
        Terms { default: terms(default), by_variant: by_variant.into_iter().collect() }
    }

    #[test]
    fn a_given_price_goes_before_the_dashboard_s_and_that_before_the_list_s() {
        let variant = VariantHours {
            name: "v".to_owned(),
            instance_types: vec!["ml.a".to_owned()],
            gpus_per_instance: None,
            model: None,
            hours: BTreeMap::new(),
        };
        let sku = Some(Sku { id: "S".to_owned(), price_id: "S.T.D".to_owned() });
        let listed = ListPrice { per_hour: Dollars(3.0), effective: "2026-11-01".to_owned(), sku };
        let list = ListPrices([("ml.a".to_owned(), Ok(listed))].into());
        let unknown = ListPrices([("ml.a".to_owned(), Err("not sold".to_owned()))].into());
        let price = |given: &Terms, dashboard: &Terms, list| {
            let price = super::price(&variant, given, dashboard, list)?;
            Ok::<_, String>((price.unit.to_string(), price.basis, price.list.map(|list| list.to_string())))
        };
        let (nothing, dashboard) = (terms(None, None), terms(None, Some(2.0)));
        let known = |price: &str, basis| Ok((price.to_owned(), basis, Some("3.0".to_owned())));
        assert_eq!(price(&terms(Some(1.0), None), &dashboard, &list), known("1.0", Basis::Given));
        assert_eq!(price(&nothing, &dashboard, &list), known("2.0", Basis::Dashboard));
        assert_eq!(price(&nothing, &nothing, &list), known("3.0", Basis::PriceList));
        assert_eq!(price(&nothing, &dashboard, &unknown), Ok(("2.0".to_owned(), Basis::Dashboard, None)));
        assert_eq!(price(&nothing, &nothing, &unknown), Err("not sold".to_owned()));
    }

    #[test]
    fn terms_are_completed_variant_by_variant() {
        let completed = terms(Some(1.0), None).or(&terms(None, Some(2.0)));
        assert_eq!(completed.of("v").price_per_hour, Some(Dollars(1.0)), "what is given holds for all variants");
        let completed = terms(None, None).or(&terms(Some(4.0), Some(2.0)));
        assert_eq!(
            (completed.of("v").price_per_hour, completed.of("w").price_per_hour),
            (Some(Dollars(2.0)), Some(Dollars(4.0)))
        );
    }
}
