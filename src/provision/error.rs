//! What can go wrong while reality is moved, told once for the stack's author and once for the log.

use std::error::Error;
use std::fmt;

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use thiserror::Error;

use crate::plan::{DashboardTooLarge, PlanError};
use crate::spec::AlarmKind;

/// Why a request could not be carried out. `Display` doesn't repeat the source; [`reason`] walks the chain.
#[derive(Debug, Error)]
pub enum ProvisionError {
    /// AWS refused for want of a permission.
    #[error("access denied: the provider's role needs the permission {action}")]
    Denied {
        /// The IAM action.
        action: &'static str,
        /// What AWS said.
        source: Fault,
    },
    /// AWS refused, or could not be reached in any attempt.
    #[error("{action} failed")]
    Call {
        /// The operation, as IAM names it.
        action: &'static str,
        /// What AWS said.
        source: Fault,
    },
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
        "Properties.{kind}.AlarmName: an alarm named {name:?} exists and {owner}; choose another name, or set AdoptExisting to \
         true to take it over"
    )]
    AlarmTaken {
        /// What the alarm was to watch.
        kind: AlarmKind,
        /// The alarm.
        name: String,
        /// Whose it is, in words.
        owner: String,
    },
    /// Somebody else's alarm of another type has that name.
    #[error(
        "Properties.{kind}.AlarmName: a {existing} alarm named {name:?} exists, and can't become a {wanted} alarm; choose another name"
    )]
    AlarmOfAnotherType {
        /// What the alarm was to watch.
        kind: AlarmKind,
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
    /// A model that a variant names doesn't exist.
    #[error("Properties.ProductionVariants: there is no model named {name:?}; create it first, or correct ModelName")]
    ModelMissing {
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
    /// Interactive panels are declared, and nothing would draw them.
    #[error(
        "Properties.Dashboard.Interactive: true asks for interactive panels, and this provider has no function that draws them; deploy the \
         provider's stack with InteractivePanels set to true, or leave Interactive out"
    )]
    NoWidgetsFunction,
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

impl From<PlanError> for ProvisionError {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::Dashboard(too_large) => Self::DashboardTooLarge(too_large),
            other => Self::Plan(other),
        }
    }
}

impl ProvisionError {
    /// AWS's error code, where AWS refused.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Denied { source, .. } | Self::Call { source, .. } => source.code.as_deref(),
            _ => None,
        }
    }
}

/// What an AWS service said, or why it said nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The error code, where the service answered.
    pub code: Option<String>,
    /// In words.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) => write!(f, "{code}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl Error for Fault {}

impl Fault {
    /// Whether the service said that what was asked for isn't there. SageMaker has no code of its own for it.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        match self.code.as_deref() {
            Some("ValidationException") => {
                self.message.starts_with("Could not find") || self.message.contains("does not exist")
            }
            Some(code) => {
                let code = code.strip_suffix("Exception").or(code.strip_suffix("Error")).unwrap_or(code);
                matches!(code, "ResourceNotFound" | "DashboardNotFound")
            }
            None => false,
        }
    }

    /// Whether the service said that a name is taken.
    #[must_use]
    pub fn is_already_existing(&self) -> bool {
        self.message.starts_with("Cannot create already existing")
    }

    /// Whether the service said that the endpoint is changing already, so that it can't be changed now.
    #[must_use]
    pub fn is_in_progress(&self) -> bool {
        self.message.contains("in-progress") || self.code.as_deref() == Some("ConflictException")
    }

    /// Whether the service refused for want of a permission.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        matches!(
            self.code.as_deref(),
            Some("AccessDeniedException" | "AccessDenied" | "UnauthorizedOperation" | "NotAuthorized")
        )
    }
}

impl<E, R> From<SdkError<E, R>> for Fault
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    R: fmt::Debug + Send + Sync + 'static,
{
    fn from(error: SdkError<E, R>) -> Self {
        let silent = |message: &str| Self { code: None, message: message.to_owned() };
        match &error {
            SdkError::TimeoutError(_) => silent("the service did not answer in time"),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => silent("the service did not answer in time"),
            SdkError::DispatchFailure(failure) if failure.is_io() => silent("the connection to the service failed"),
            SdkError::DispatchFailure(_) => silent("the request could not be sent (credentials or network)"),
            SdkError::ConstructionFailure(_) => silent("the request could not be made"),
            SdkError::ResponseError(_) => silent("the service's answer could not be read"),
            _ => Self {
                code: error.code().map(str::to_owned),
                message: error.message().unwrap_or("the service gave no reason").to_owned(),
            },
        }
    }
}

/// Names the action in what a call met.
pub(super) fn failed(action: &'static str) -> impl Fn(Fault) -> ProvisionError {
    move |source| {
        if source.is_denied() {
            ProvisionError::Denied { action, source }
        } else {
            ProvisionError::Call { action, source }
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

    fn fault(code: &str, message: &str) -> Fault {
        Fault { code: Some(code.to_owned()), message: message.to_owned() }
    }

    #[test]
    fn not_found_is_told_apart_from_other_validation_errors() {
        assert!(fault("ValidationException", "Could not find endpoint configuration \"arn\".").is_not_found());
        assert!(fault("ValidationException", "Resource does not exist.").is_not_found());
        assert!(!fault("ValidationException", "1 validation error detected").is_not_found());
        assert!(fault("ResourceNotFound", "Dashboard chat does not exist").is_not_found());
        assert!(fault("ResourceNotFoundException", "no such alarm").is_not_found());
        assert!(!fault("AccessDeniedException", "Could not find").is_not_found());
    }

    #[test]
    fn a_denied_call_names_the_permission_and_repeats_what_aws_said() {
        let error = failed("cloudwatch:PutDashboard")(fault("AccessDenied", "User x is not authorized"));
        assert_eq!(
            reason(&error),
            "access denied: the provider's role needs the permission cloudwatch:PutDashboard: AccessDenied: User x is not authorized"
        );
    }
}
