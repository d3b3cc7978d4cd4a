//! The dashboard: which panels an endpoint gets, top to bottom.
//!
//! Each panel is a function in [`panels`] that gives typed widgets; [`widget`] knows how CloudWatch writes them down and
//! lays them out. Nothing here is dropped silently: what can't be shown is said in the header.

mod panels;
mod series;
mod widget;

use crate::spec::{DashboardSpec, Monitoring};

use super::Surroundings;
use widget::Grid;

/// The body of the dashboard, as JSON text:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html>.
pub(super) fn body(monitoring: &Monitoring, settings: &DashboardSpec, surroundings: &Surroundings) -> String {
    let context =
        series::Context { monitoring, gpu_dimensions: &surroundings.gpu_dimensions, prices: &surroundings.prices };
    let mut grid = Grid::new(&surroundings.region, monitoring.frequency.graph_period());
    panels::header(&mut grid, &context);
    panels::cluster(&mut grid, &context);
    panels::costs(&mut grid, &context);
    panels::traffic(&mut grid, &context);
    serde_json::json!({
        "start": settings.start,
        "periodOverride": settings.period_override,
        "widgets": grid.into_widgets(),
    })
    .to_string()
}
