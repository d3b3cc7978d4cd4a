//! What a plan depends on apart from the spec: the dimension that identifies a GPU, and what instances cost. Asked of AWS.

use std::collections::BTreeSet;

use super::Reconciler;
use super::error::ReconcileError;
use crate::plan::Environment;
use crate::spec::{GpuDimension, Monitoring, Spec};

impl Reconciler {
    /// Asks CloudWatch and, for prices, the Price List. A price that can't be looked up is no error.
    pub(super) async fn environment(&self, spec: &Spec) -> Result<Environment, ReconcileError> {
        let monitoring = &spec.monitoring;
        let wants_widgets = monitoring.dashboard.as_ref().is_some_and(|dashboard| dashboard.interactive == Some(true));
        if wants_widgets && self.widgets_function.is_none() {
            return Err(ReconcileError::NoWidgetsFunction);
        }
        let prices = async { Ok(self.pricing.list_prices(monitoring).await) };
        let (gpu_dimensions, prices) = tokio::try_join!(self.gpu_dimensions(monitoring), prices)?;
        let (region, widgets_function) = (self.region.clone(), self.widgets_function.clone());
        Ok(Environment { region, gpu_dimensions, prices, widgets_function, runbooks_url: self.runbooks_url.clone() })
    }

    /// The dimension that identifies a GPU: as declared, as published, or both names while nothing is published.
    async fn gpu_dimensions(&self, monitoring: &Monitoring) -> Result<Vec<GpuDimension>, ReconcileError> {
        if let Some(declared) = monitoring.gpu_dimension {
            return Ok(vec![declared]);
        }
        let drawn = monitoring.dashboard.is_some() && monitoring.enhanced_metrics;
        let asked = drawn && monitoring.variants.iter().any(|variant| variant.shared_gpus().is_some());
        let published =
            if asked { self.cloudwatch.gpu_dimensions(&monitoring.endpoint_name).await? } else { BTreeSet::new() };
        Ok(published.into_iter().next().map_or(GpuDimension::ALL.to_vec(), |dimension| vec![dimension]))
    }
}
