//! What it costs to look at the interactive panels: their function asks CloudWatch for metrics, and each one that `GetMetricData` is
//! asked for has a price (<https://aws.amazon.com/cloudwatch/pricing/>). The graphs that the console draws by itself have none.
use dashboard_picture::simulated::Simulation;
use metric_math::telemetry::MetricStore;
use monitored_endpoint::figure::dollars;
use monitored_endpoint::panel_params::PanelParams;
use monitored_endpoint::plan::PlannedWidget;
use monitored_endpoint::spec::Dollars;
use monitored_endpoint::validation::Valid;
use serde::Serialize;

use crate::output::rounded;
use crate::panels::{PanelsError, metrics_asked};

/// Decimals of dollars that programs get: a ten-thousandth of a cent.
const DECIMALS: i32 = 6;
/// Views a month of who watches for eight hours a day, while the dashboard refreshes every minute.
const WATCHED: f64 = 30.0 * 8.0 * 60.0;

/// One look at all interactive panels of a dashboard.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PanelsView {
    /// Metrics that `GetMetricData` is asked for.
    pub(crate) metrics: usize,
    pub(crate) dollars_each_view: f64,
    /// Where somebody watches for eight hours a day, with a refresh every minute.
    pub(crate) dollars_per_month_watched: f64,
}

impl PanelsView {
    /// A look at the panels that `valid` plans, at the end of `simulation`, which published `store`, at `per_metric` dollars; `None`
    /// where it plans none.
    ///
    /// # Errors
    /// Where the panels can't be drawn on this machine.
    pub(crate) fn of(
        valid: &Valid,
        simulation: &Simulation<'_>,
        store: &MetricStore,
        per_metric: f64,
    ) -> Result<Option<Self>, PanelsError> {
        let panels: Vec<&PanelParams> = valid.widgets.iter().filter_map(PlannedWidget::params).collect();
        if panels.is_empty() {
            return Ok(None);
        }
        let metrics = metrics_asked(simulation, store, &panels)?;
        let each_view = u32::try_from(metrics).map_or(f64::MAX, f64::from) * per_metric;
        let [dollars_each_view, dollars_per_month_watched] =
            [each_view, each_view * WATCHED].map(|dollars| rounded(dollars, DECIMALS));
        Ok(Some(Self { metrics, dollars_each_view, dollars_per_month_watched }))
    }

    /// What to know about it.
    pub(crate) fn note(&self) -> String {
        format!(
            "each refresh of the interactive panels requests {} metrics ({}), not in the total; watched for eight hours a day with a \
             refresh every minute, that is {} a month; Dashboard.Interactive: false leaves them out",
            self.metrics,
            dollars(Dollars(self.dollars_each_view)),
            dollars(Dollars(self.dollars_per_month_watched)),
        )
    }
}
