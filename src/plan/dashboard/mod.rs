//! The dashboard: which panels an endpoint gets, top to bottom.
//!
//! The first screen is for whoever is on call: alarms, the newest values, the interactive panels. Each section below has a
//! module of functions that give typed panels; [`series`], [`requests`] and [`dollars`] hold the arithmetic, [`widget`]
//! knows how CloudWatch writes panels down, and [`grid`] where they stand and how many there may be. A panel asks for
//! nothing that this kind of endpoint doesn't publish, and what can't be shown is said at the end, in [`about`].

mod about;
mod alarms;
mod dollars;
mod fleet;
mod gpus;
mod grid;
mod header;
mod interactive;
mod money;
mod requests;
mod routing;
mod selected;
mod series;
mod tiles;
mod traffic;
mod utilization;
mod widget;

pub use grid::{DashboardTooLarge, PlannedWidget};

use serde::Serialize;

use super::{Environment, Owner, PlanError};
use crate::place::Place;
use crate::spec::{Spec, Subject};
use fleet::FleetContext;
use grid::Grid;
use selected::Variable;
use series::PanelContext;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'p> {
    period_override: &'p str,
    start: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    variables: Option<[Variable<'p>; 1]>,
    widgets: Vec<PlannedWidget>,
}

/// One line of a graph, or a series that only feeds others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedLine {
    /// What expressions call it.
    pub id: Option<String>,
    /// What the graph calls it; `None` where it isn't drawn.
    pub label: Option<String>,
    /// The expression, or the metric with its statistic.
    pub measure: String,
}

/// A dashboard to plan.
pub(super) enum Dashboard<'p> {
    /// Of one endpoint.
    Endpoint(PanelContext<'p>),
    /// Of all endpoints of an account and Region together.
    Fleet(FleetContext<'p>),
}

impl<'p> Dashboard<'p> {
    /// The dashboard of `spec`, unless it is switched off.
    pub(super) fn of(spec: &'p Spec, owner: &'p Owner, environment: &'p Environment) -> Option<Self> {
        let settings = spec.dashboard()?;
        let place = Place::of(&owner.stack_id, &environment.region);
        Some(match &spec.subject {
            Subject::Endpoint(monitoring) => {
                Self::Endpoint(PanelContext { monitoring, settings, environment, owner, place })
            }
            Subject::Fleet(fleet) => Self::Fleet(FleetContext { fleet, settings, environment, owner, place }),
        })
    }

    /// Its widgets, top to bottom.
    ///
    /// # Errors
    /// More panels or lines than CloudWatch takes.
    pub(super) fn widgets(&self) -> Result<Vec<PlannedWidget>, DashboardTooLarge> {
        match self {
            Self::Endpoint(context) => composed(context),
            Self::Fleet(context) => fleet::composed(context),
        }
    }

    /// Its body, as JSON text:
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html>.
    ///
    /// # Errors
    /// More panels or lines than CloudWatch takes.
    pub(super) fn body(&self) -> Result<String, PlanError> {
        let (settings, variable) = match self {
            Self::Endpoint(context) => (context.settings, selected::variable(context)),
            Self::Fleet(context) => (context.settings, None),
        };
        let body = Body {
            period_override: settings.period_override.name(),
            start: &settings.start,
            variables: variable.map(|variable| [variable]),
            widgets: self.widgets()?,
        };
        Ok(serde_json::to_string(&body)?)
    }
}

/// All widgets, top to bottom.
fn composed(context: &PanelContext<'_>) -> Result<Vec<PlannedWidget>, DashboardTooLarge> {
    let (monitoring, environment) = (context.monitoring, context.environment);
    let mut grid = Grid::new(&environment.region, monitoring.frequency.graph_period());
    header::header(&mut grid, context);
    alarms::states(&mut grid, context);
    tiles::now(&mut grid, context);
    interactive::interactive(&mut grid, context);
    traffic::traffic(&mut grid, context);
    gpus::gpus(&mut grid, context);
    money::money(&mut grid, context);
    utilization::utilization(&mut grid, context);
    routing::routing(&mut grid, context);
    selected::selected(&mut grid, context);
    about::about(&mut grid, context);
    grid.into_widgets()
}
