//! What can go wrong while a plan is carried out: one text for the stack's author, and one for the log.

use std::error::Error;

use thiserror::Error;

use crate::alarm::Watched;
use crate::aws::CallError;
use crate::ledger::{LedgerError, Stop};
use crate::plan::{DashboardTooLarge, FixedMember, PlanError};

/// Why a request could not be carried out. `Display` doesn't repeat the source; [`reason`] walks the chain.
#[derive(Debug, Error)]
pub enum ReconcileError {
    /// A call to AWS failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The request ledger could not be used.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A newer request of the same resource rules from now on.
    #[error("superseded: a newer request for this resource has arrived, and takes over what this one made")]
    Superseded,
    /// The time of this run is up.
    #[error("the time ran out while working on it. Try again, or raise ServiceTimeout")]
    OutOfTime,
    /// A dashboard of that name belongs to somebody else.
    #[error(
        "Properties.Dashboard.DashboardName: a dashboard named {name:?} exists and {owner}; choose another name, or set AdoptExisting to \
         true to take it over"
    )]
    DashboardTaken {
        /// The dashboard.
        name: String,
        /// Whose it is, in words.
        owner: String,
    },
    /// An alarm of that name belongs to somebody else.
    #[error(
        "Properties.{watched}.AlarmName: an alarm named {name:?} exists and {owner}; choose another name, or set AdoptExisting to \
         true to take it over"
    )]
    AlarmTaken {
        /// What the alarm was to watch.
        watched: Watched,
        /// The alarm.
        name: String,
        /// Whose it is, in words.
        owner: String,
    },
    /// Somebody else's alarm of another type has that name.
    #[error(
        "Properties.{watched}.AlarmName: a {existing} alarm named {name:?} exists, and can't become a {wanted} alarm; choose another name"
    )]
    AlarmOfAnotherType {
        /// What the alarm was to watch.
        watched: Watched,
        /// The alarm.
        name: String,
        /// Its type.
        existing: &'static str,
        /// The type that is wanted.
        wanted: &'static str,
    },
    /// An endpoint config of that name belongs to somebody else.
    #[error(
        "an endpoint config named {name:?} exists and {owner}; choose another EndpointConfigName or EndpointConfigNamePrefix"
    )]
    EndpointConfigTaken {
        /// The endpoint config.
        name: String,
        /// Whose it is, in words.
        owner: String,
    },
    /// An endpoint config can't be changed, and the declaration fixes its name.
    #[error(
        "the endpoint config {name:?} exists with another content, and endpoint configs can't be changed; give EndpointConfigNamePrefix instead \
         of EndpointConfigName, so that a changed config gets a name of its own"
    )]
    EndpointConfigDiffers {
        /// The endpoint config.
        name: String,
    },
    /// An endpoint of that name belongs to somebody else.
    #[error(
        "Properties.EndpointName: an endpoint named {name:?} exists and {owner}; choose another EndpointName, or watch that one with Custom::EndpointMonitoring"
    )]
    EndpointTaken {
        /// The endpoint.
        name: String,
        /// Whose it is, in words.
        owner: String,
    },
    /// An endpoint has that name but for the case of its letters, which SageMaker ignores.
    #[error(
        "Properties.EndpointName: the name {name:?} is taken by an endpoint whose name differs in the case of its letters only, which SageMaker \
         counts as the same name; choose another EndpointName"
    )]
    EndpointNameDiffersInCase {
        /// The name that is wanted.
        name: String,
    },
    /// SageMaker takes no update for this change.
    #[error(transparent)]
    FixedMember(#[from] FixedMember),
    /// A model that a variant names doesn't exist.
    #[error("{path}: there is no model named {name:?}; create it first, or correct ModelName")]
    ModelMissing {
        /// The variant's `ModelName`.
        path: String,
        /// The model.
        name: String,
    },
    /// The endpoint did not get to where it was to be.
    #[error("endpoint {name:?} could not be deployed: {why}")]
    Deployment {
        /// The endpoint.
        name: String,
        /// What SageMaker says.
        why: String,
    },
    /// The endpoint still has inference components, with which it can't be deleted.
    #[error(
        "endpoint {name:?} still has the inference components {components}; delete them first, then delete the stack again"
    )]
    InferenceComponentsLeft {
        /// The endpoint.
        name: String,
        /// Their names.
        components: String,
    },
    /// The endpoint is still changing, and the time of this run is up.
    #[error("still waiting for endpoint {name:?}, which is {status}")]
    StillWaiting {
        /// The endpoint.
        name: String,
        /// Its status.
        status: String,
    },
    /// The declaration leaves out what only the endpoint could have said.
    #[error("there is no endpoint named {name:?} to read it from; give {supply}, or create the endpoint first")]
    EndpointMissing {
        /// The endpoint.
        name: String,
        /// The property to give.
        supply: &'static str,
    },
    /// The endpoint serves on a config that has been deleted.
    #[error(
        "endpoint {name:?} serves on the endpoint config {config:?}, which has been deleted, so that it can't be read from there; give {supply}"
    )]
    ConfigMissing {
        /// The endpoint.
        name: String,
        /// Its config.
        config: String,
        /// The property to give.
        supply: &'static str,
    },
    /// Interactive panels are declared, and nothing would draw them.
    #[error(
        "Properties.Dashboard.Interactive: true asks for interactive panels, and this provider has no function that draws them; deploy the \
         provider's stack with InteractivePanels set to true, or leave Interactive out"
    )]
    NoWidgetsFunction,
    /// The interactive panel over all endpoints is declared, and the function that would draw it may not read them.
    #[error(
        "Properties.Dashboard.Interactive: true asks for the interactive panel over all endpoints, which this provider's function may not read; \
         deploy the provider's stack with InteractivePanels and FleetReads set to true, or leave Interactive out"
    )]
    NoFleetFunction,
    /// A PromQL alarm would find nothing.
    #[error(
        "Properties.{watched}.Source: PromQL finds nothing while OTel enrichment is stopped in this account and Region, and the alarm would stay \
         silent; start it (aws observabilityadmin start-telemetry-enrichment, then aws cloudwatch start-otel-enrichment), or use another Source"
    )]
    EnrichmentStopped {
        /// What the alarm was to watch.
        watched: Watched,
    },
    /// What was just made can't be seen.
    #[error("{what} was written and can't be found; try again")]
    Vanished {
        /// What was written.
        what: String,
    },
    /// CloudWatch has limits, and the declaration asks for more.
    #[error("Properties.Dashboard: {0}")]
    DashboardTooLarge(DashboardTooLarge),
    /// The spec could not be planned.
    #[error("the declaration could not be planned")]
    Plan(#[source] PlanError),
}

impl From<PlanError> for ReconcileError {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::Dashboard(too_large) => Self::DashboardTooLarge(too_large),
            other => Self::Plan(other),
        }
    }
}

impl From<Stop> for ReconcileError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Superseded => Self::Superseded,
            Stop::TimeUp => Self::OutOfTime,
            Stop::Ledger(error) => Self::Ledger(error),
        }
    }
}

impl ReconcileError {
    /// AWS's error code, where AWS refused.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Call(error) => error.code(),
            _ => None,
        }
    }
}

/// The error and its sources as one sentence, for the stack's author.
#[must_use]
pub fn reason(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::{Aftermath, Fault, failed};
    use crate::envelope::ResourceType;
    use crate::properties::named;

    #[test]
    fn paths_and_types_in_errors_are_spelt_as_in_their_tables() {
        let (name, owner) = (|| "chat".to_owned(), || "was not made by this resource".to_owned());
        let watched = Watched::Fleet;
        let [dashboard, interactive] =
            [named::DASHBOARD_NAME, named::INTERACTIVE].map(|property| property.path_in(named::DASHBOARD.name));
        let [alarm, source] =
            [named::ALARM_NAME, named::ALARM_SOURCE].map(|property| property.path_in(&watched.to_string()));
        let (existing, wanted) = ("metric", "composite");
        let taken = ReconcileError::EndpointTaken { name: name(), owner: owner() };
        assert!(taken.to_string().ends_with(ResourceType::EndpointMonitoring.name()), "{taken}");
        for (error, path) in [
            (ReconcileError::DashboardTaken { name: name(), owner: owner() }, dashboard),
            (ReconcileError::AlarmTaken { watched, name: name(), owner: owner() }, alarm.clone()),
            (ReconcileError::AlarmOfAnotherType { watched, name: name(), existing, wanted }, alarm),
            (taken, named::ENDPOINT_NAME.path()),
            (ReconcileError::EndpointNameDiffersInCase { name: name() }, named::ENDPOINT_NAME.path()),
            (ReconcileError::NoWidgetsFunction, interactive.clone()),
            (ReconcileError::NoFleetFunction, interactive),
            (ReconcileError::EnrichmentStopped { watched }, source),
        ] {
            assert!(error.to_string().starts_with(&format!("{path}: ")), "{error}");
        }
    }

    #[test]
    fn a_denied_call_names_the_permission_and_repeats_what_aws_said() {
        let (code, message) = (Some("AccessDenied".to_owned()), "User x is not authorized".to_owned());
        let error = failed("cloudwatch:PutDashboard")(Fault { code, message, aftermath: Aftermath::Refused });
        assert_eq!(
            reason(&ReconcileError::from(error)),
            "access denied: the provider's role needs the permission cloudwatch:PutDashboard: AccessDenied: User x is not authorized"
        );
    }
}
