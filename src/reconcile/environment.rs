//! What a plan depends on apart from the spec: the dimension that identifies a GPU, and what instances cost. Asked of AWS.

use std::collections::BTreeMap;

use super::Reconciler;
use super::error::ReconcileError;
use crate::ledger::{Learned, LearnedPrice};
use crate::plan::Environment;
use crate::pricing::{ListPrice, ListPrices};
use crate::spec::{Dollars, GpuDimension, Monitoring, Spec};

/// What was asked, and what of it is still open.
#[derive(Debug)]
pub(super) struct Surroundings {
    pub(super) environment: Environment,
    /// What is known now, to be used when it can't be asked.
    pub(super) learned: Learned,
    /// Whether nothing has been published yet that the plan depends on.
    pub(super) waits_for_metrics: bool,
}

impl Reconciler {
    /// Asks CloudWatch and, for prices, the Price List. A price that can't be looked up is no error. What isn't answered is as
    /// `learned` before.
    pub(super) async fn surroundings(&self, spec: &Spec, learned: &Learned) -> Result<Surroundings, ReconcileError> {
        let wants_widgets = spec.dashboard().is_some_and(|dashboard| dashboard.interactive == Some(true));
        let has_function = self.widgets_function.is_some();
        let known = Environment {
            region: self.region.clone(),
            widgets_function: self.widgets_function.clone(),
            reads_fleet: self.reads_fleet,
            runbooks_url: self.runbooks_url.clone(),
            ..Environment::default()
        };
        // What a fleet has is counted whenever its panel is opened, not when it is declared.
        let Some(monitoring) = spec.monitoring() else {
            if wants_widgets && known.fleet_function().is_none() {
                return Err(ReconcileError::NoFleetFunction);
            }
            return Ok(Surroundings { environment: known, learned: Learned::default(), waits_for_metrics: false });
        };
        if wants_widgets && !has_function {
            return Err(ReconcileError::NoWidgetsFunction);
        }
        let prices = async { Ok(self.pricing.list_prices(monitoring).await) };
        let asks = depends_on_gpu_dimension(monitoring);
        let published = async { if asks { self.published_gpu_dimension(monitoring).await } else { Ok(None) } };
        let (published, prices) = tokio::try_join!(published, prices)?;
        let (prices, prices_learned) = with_learned(prices, learned);
        // CloudWatch lists no series that ended two weeks ago, so an endpoint that was idle for so long looks like a new one.
        let published =
            published.or_else(|| learned.gpu_dimension.as_deref().filter(|_| asks).and_then(GpuDimension::named));
        let waits_for_metrics = asks && published.is_none();
        let dimension = monitoring.gpu_dimension.or(published);
        let gpu_dimensions = dimension.map_or(GpuDimension::ALL.to_vec(), |dimension| vec![dimension]);
        let environment = Environment { gpu_dimensions, prices, ..known };
        let gpu_dimension = published.map(|dimension| dimension.name().to_owned());
        let learned = Learned { gpu_dimension, prices: prices_learned };
        Ok(Surroundings { environment, learned, waits_for_metrics })
    }

    /// The dimension that identifies a GPU, as CloudWatch lists it; none where nothing has been published.
    async fn published_gpu_dimension(&self, monitoring: &Monitoring) -> Result<Option<GpuDimension>, ReconcileError> {
        Ok(self.cloudwatch.gpu_dimensions(&monitoring.endpoint_name).await?.into_iter().next())
    }
}

/// Whether the plan depends on which dimension identifies a GPU, and the declaration doesn't say it.
fn depends_on_gpu_dimension(monitoring: &Monitoring) -> bool {
    let drawn = monitoring.dashboard.is_some() && monitoring.enhanced_metrics;
    monitoring.gpu_dimension.is_none()
        && drawn
        && monitoring.variants.iter().any(|variant| variant.shared_gpus().is_some())
}

/// `found` prices, those that weren't as they were learned before; and what is known of them now.
fn with_learned(found: ListPrices, learned: &Learned) -> (ListPrices, BTreeMap<String, LearnedPrice>) {
    let read = |price: &LearnedPrice| {
        let per_hour = Dollars(price.per_hour.parse().ok()?);
        Some(ListPrice { per_hour, effective: price.effective.clone(), sku: None })
    };
    let before = |instance_type: &str| learned.prices.get(instance_type).and_then(read);
    let prices = found.0.into_iter().map(|(instance_type, price)| {
        let price = price.or_else(|why| before(&instance_type).ok_or(why));
        (instance_type, price)
    });
    let prices = ListPrices(prices.collect());
    let known = prices.0.iter().filter_map(|(instance_type, price)| {
        let ListPrice { per_hour, effective, sku: _ } = price.as_ref().ok()?;
        let learned = LearnedPrice { per_hour: per_hour.0.to_string(), effective: effective.clone() };
        Some((instance_type.clone(), learned))
    });
    let known = known.collect();
    (prices, known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prices(price: Result<f64, &str>) -> ListPrices {
        let effective = || "2026-11-01".to_owned();
        let listed = |dollars: f64| ListPrice { per_hour: Dollars(dollars), effective: effective(), sku: None };
        let price = price.map(listed).map_err(str::to_owned);
        ListPrices([("ml.a".to_owned(), price)].into())
    }

    #[test]
    fn a_price_that_can_t_be_looked_up_is_as_it_was_before() {
        let (found, learned) = with_learned(prices(Ok(5.752)), &Learned::default());
        let learned = Learned { prices: learned, ..Learned::default() };
        let (again, still_learned) = with_learned(prices(Err("denied")), &learned);
        assert_eq!((again, &still_learned), (found, &learned.prices));
        let (newer, _) = with_learned(prices(Ok(6.0)), &learned);
        assert_eq!(newer, prices(Ok(6.0)), "what is found now wins");
        let (unknown, nothing) = with_learned(prices(Err("denied")), &Learned::default());
        assert_eq!(unknown, prices(Err("denied")));
        assert!(nothing.is_empty());
    }
}
