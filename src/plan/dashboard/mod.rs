//! The dashboard: which panels an endpoint gets, top to bottom.
//!
//! Each section has a module of functions that give typed panels; [`series`] and [`dollars`] hold the arithmetic,
//! [`widget`] knows how CloudWatch writes panels down, and [`grid`] where they stand and how many there may be. Nothing
//! is dropped silently: what can't be shown is said in the header.

mod alarms;
mod cluster;
mod cost;
mod dollars;
mod grid;
mod header;
mod interactive;
mod models;
mod selected;
mod series;
mod traffic;
mod utilization;
mod widget;

pub use grid::DashboardTooLarge;

use super::{Owner, Surroundings};
use crate::place::Place;
use crate::spec::{DashboardSpec, Monitoring};
use grid::Grid;
use series::Context;

/// The body of the dashboard, as JSON text:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html>.
///
/// # Errors
/// More panels or lines than CloudWatch takes.
pub(super) fn body(
    monitoring: &Monitoring,
    settings: &DashboardSpec,
    owner: &Owner,
    surroundings: &Surroundings,
) -> Result<String, DashboardTooLarge> {
    let place = Place::of(&owner.stack_id, &surroundings.region);
    let mut context = Context { monitoring, surroundings, owner, place, line_each: true };
    context.line_each = context.has_room_for_lines();
    let mut grid = Grid::new(&surroundings.region, monitoring.frequency.graph_period());
    header::header(&mut grid, &context);
    cluster::now(&mut grid, &context);
    interactive::interactive(&mut grid, &context, settings);
    cluster::cluster(&mut grid, &context);
    cluster::gpus_by_model(&mut grid, &context);
    cost::cost(&mut grid, &context);
    utilization::utilization(&mut grid, &context);
    traffic::traffic(&mut grid, &context);
    cluster::copies(&mut grid, &context);
    selected::selected(&mut grid, &context);
    alarms::states(&mut grid, &context);
    let mut body = serde_json::json!({
        "start": settings.start,
        "periodOverride": settings.period_override,
        "widgets": grid.into_widgets()?,
    });
    if let Some(variable) = selected::variable(&context) {
        body["variables"] = serde_json::json!([variable]);
    }
    Ok(body.to_string())
}
