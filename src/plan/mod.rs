//! Turns a valid declaration into exact requests: the endpoint config, the dashboard body, the alarms.
//!
//! Pure: the same spec gives the same plan, byte by byte, so that a repeated request finds nothing to change.

mod alarms;
mod dashboard;
mod endpoint_config;
mod in_place;
mod ownership;
mod requests;
mod runbooks;

use aws_sdk_sagemaker::operation::create_endpoint_config::CreateEndpointConfigInput;

pub use alarms::{AlarmRequest, PlannedAlarm};
use dashboard::Dashboard;
pub use dashboard::{DashboardTooLarge, PlannedLine, PlannedWidget};
pub use endpoint_config::name as endpoint_config_name;
pub use in_place::FixedMember;
pub use ownership::{Owner, Ownership};
pub use requests::{Operation, Request, RequestError};
pub use runbooks::{RunbooksUrl, RunbooksUrlError};

use thiserror::Error;

use crate::alarm::FleetAlarm;
use crate::place::Place;
use crate::pricing::ListPrices;
use crate::properties::{Problem, ROOT, Severity, named};
use crate::shape_json::ShapeJsonError;
use crate::spec::{AlarmKind, DashboardName, Deployment, EndpointName, Fleet, GpuDimension, Spec, Subject, Tag};

/// The requests that make a spec real.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The id that CloudFormation will know the resource by.
    pub physical_id: String,
    /// The endpoint config, with its name. Tags are in [`Plan::tags`].
    pub endpoint_config: Option<CreateEndpointConfigInput>,
    /// The endpoint, with the config that it is to serve on.
    pub endpoint: Option<PlannedEndpoint>,
    /// The dashboard.
    pub dashboard: Option<PlannedDashboard>,
    /// The alarms, parts of a composite before it. Tags are in [`Plan::tags`].
    pub alarms: Vec<PlannedAlarm>,
    /// What everything made is tagged with: the author's tags, and whose it is.
    pub tags: Vec<Tag>,
}

/// What a spec makes in SageMaker, and the id that goes with it: all of a plan that is known before anything is described.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    /// The id that CloudFormation will know the resource by.
    pub physical_id: String,
    /// The endpoint config, with its name.
    pub endpoint_config: Option<CreateEndpointConfigInput>,
    /// The endpoint, with the config that it is to serve on.
    pub endpoint: Option<PlannedEndpoint>,
}

/// An endpoint to deploy.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedEndpoint {
    /// Its name.
    pub name: EndpointName,
    /// The config that it is to serve on.
    pub config: String,
    /// How it gets there.
    pub deployment: Deployment,
}

/// A dashboard to put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedDashboard {
    /// Its name.
    pub name: DashboardName,
    /// Its body, as JSON text.
    pub body: String,
}

/// What a plan depends on apart from the spec.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Environment {
    /// The Region whose metrics panels show.
    pub region: String,
    /// Dimensions that identify a GPU: the one that is known to be published, or both while nothing is.
    pub gpu_dimensions: Vec<GpuDimension>,
    /// List prices that were looked up.
    pub prices: ListPrices,
    /// ARN of the function that draws interactive panels, where there is one.
    pub widgets_function: Option<String>,
    /// Whether that function may read all endpoints of the account and Region.
    pub reads_fleet: bool,
    /// The page of runbooks that descriptions of alarms link to, where there is one.
    pub runbooks_url: Option<RunbooksUrl>,
}

impl Environment {
    /// ARN of the function that draws interactive panels, where it may read all endpoints.
    #[must_use]
    pub fn fleet_function(&self) -> Option<&str> {
        self.widgets_function.as_deref().filter(|_| self.reads_fleet)
    }
}

/// Why a spec can't be planned.
#[derive(Debug, Error)]
pub enum PlanError {
    /// The name's hash is made from the request's JSON, and there is none.
    #[error("the endpoint config could not be written as JSON")]
    HashEndpointConfig(#[from] ShapeJsonError),
    /// The dashboard's body is JSON.
    #[error("the dashboard could not be written as JSON")]
    WriteDashboard(#[from] serde_json::Error),
    /// An alarm on dollars needs a price.
    #[error("{}", no_price(*.0))]
    NoPrice(AlarmKind),
    /// A fleet's alarm asks the panels' function.
    #[error("{}", no_fleet_function())]
    NoFleetFunction,
    /// CloudWatch has limits, and the declaration asks for more.
    #[error("the dashboard does not fit")]
    Dashboard(#[from] DashboardTooLarge),
}

impl PlanError {
    /// What the declaration's author can mend, at the property to mend it in; `None` where the fault isn't the declaration's.
    #[must_use]
    pub fn problem(&self) -> Option<Problem> {
        match self {
            Self::NoPrice(kind) => Some(no_price(*kind)),
            Self::NoFleetFunction => Some(no_fleet_function()),
            Self::Dashboard(too_large) => Some(conflict(named::DASHBOARD.path(), too_large.to_string())),
            Self::HashEndpointConfig(_) | Self::WriteDashboard(_) => None,
        }
    }
}

fn no_price(kind: AlarmKind) -> Problem {
    let message = "no list price was found; give CostPerHour in dollars, or set Enabled to false";
    conflict(format!("{ROOT}.{kind}"), message.to_owned())
}

fn no_fleet_function() -> Problem {
    let message = "its number comes from the function that draws interactive panels, which may not read all endpoints; deploy the \
                   provider's stack with FleetReads set to true, or leave the alarm out";
    conflict(format!("{ROOT}.{}", FleetAlarm::PROPERTY), message.to_owned())
}

fn conflict(path: String, message: String) -> Problem {
    Problem { path, severity: Severity::Conflict, message }
}

impl Identity {
    /// What `spec` makes for `owner`.
    ///
    /// # Errors
    /// Where the endpoint config can't be written as JSON, which its name's hash is made from.
    pub fn of(spec: &Spec, owner: &Owner) -> Result<Self, PlanError> {
        let endpoint_config = match &spec.endpoint_config {
            Some(config) => Some(endpoint_config::request(config, owner)?),
            None => None,
        };
        let config_name = endpoint_config.as_ref().and_then(|config| config.endpoint_config_name());
        let deployed = spec.monitoring().zip(spec.deployment.as_ref()).zip(config_name);
        let endpoint = deployed.map(|((monitoring, deployment), config)| PlannedEndpoint {
            name: monitoring.endpoint_name.clone(),
            config: config.to_owned(),
            deployment: deployment.clone(),
        });
        let physical_id = match (&endpoint, config_name) {
            (Some(endpoint), _) => endpoint.name.to_string(),
            (None, Some(config)) => config.to_owned(),
            (None, None) => spec.dashboard_name().to_string(),
        };
        Ok(Self { physical_id, endpoint_config, endpoint })
    }

    /// Plans what makes `spec`, which this is of, real.
    ///
    /// # Errors
    /// Where a dashboard can't hold all that is to be shown.
    pub fn plan(self, spec: &Spec, owner: &Owner, environment: &Environment) -> Result<Plan, PlanError> {
        let Identity { physical_id, endpoint_config, endpoint } = self;
        let body = Dashboard::of(spec, owner, environment).map(|dashboard| dashboard.body());
        let name = spec.dashboard_name().clone();
        let dashboard = body.transpose()?.map(|body| PlannedDashboard { name, body });
        let place = Place::of(&owner.stack_id, &environment.region);
        let dashboard_url = dashboard.as_ref().map(|dashboard| place.dashboard_url(dashboard.name.as_str()));
        let alarms = match &spec.subject {
            Subject::Endpoint(monitoring) => {
                let context = alarms::AlarmContext { monitoring, environment, dashboard_url };
                let alarms = monitoring.alarms.iter().map(|alarm| alarms::planned(alarm, &context));
                alarms.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect()
            }
            Subject::Fleet(fleet) => fleet_alarm(fleet, environment, dashboard_url.as_deref())?.into_iter().collect(),
        };
        let mut tags = spec.tags.clone();
        tags.extend(Ownership::of(owner, &physical_id).tags());
        Ok(Plan { physical_id, endpoint_config, endpoint, dashboard, alarms, tags })
    }
}

/// The widgets of `spec`'s dashboard, top to bottom; none where it has no dashboard.
///
/// # Errors
/// Where a dashboard can't hold all that is to be shown.
pub fn widgets(spec: &Spec, owner: &Owner, environment: &Environment) -> Result<Vec<PlannedWidget>, PlanError> {
    let dashboard = Dashboard::of(spec, owner, environment);
    Ok(dashboard.map(|dashboard| dashboard.widgets()).transpose()?.unwrap_or_default())
}

/// The alarm over a fleet, where one is declared.
fn fleet_alarm(
    fleet: &Fleet,
    environment: &Environment,
    dashboard_url: Option<&str>,
) -> Result<Option<PlannedAlarm>, PlanError> {
    let Some(alarm) = &fleet.alarm else { return Ok(None) };
    let function_arn = environment.fleet_function().ok_or(PlanError::NoFleetFunction)?;
    Ok(Some(alarms::fleet::planned(alarm, fleet, function_arn, environment, dashboard_url)))
}

/// Plans what makes `spec` real.
///
/// # Errors
/// Where the endpoint config can't be written as JSON, which its name's hash is made from, or where a dashboard can't hold
/// all that is to be shown.
pub fn plan(spec: &Spec, owner: &Owner, environment: &Environment) -> Result<Plan, PlanError> {
    Identity::of(spec, owner)?.plan(spec, owner, environment)
}
