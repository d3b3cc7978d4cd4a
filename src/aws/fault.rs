//! What an AWS service said, or why it said nothing.

use std::error::Error;
use std::fmt;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use thiserror::Error;

#[cfg(feature = "local-runs")]
use super::network;

/// A call that failed. `Display` doesn't repeat the source; [`crate::reconcile::reason`] walks the chain.
#[derive(Debug, Error)]
pub enum CallError {
    /// AWS refused for want of a permission.
    #[error("access denied: the provider's role needs the permission {action}")]
    Denied {
        /// The IAM action that AWS's message names: not always the one that was called.
        action: String,
        /// What AWS said.
        source: Fault,
    },
    /// AWS refused, or could not be reached in any attempt.
    #[error("{action} failed")]
    Failed {
        /// The operation, as IAM names it.
        action: &'static str,
        /// What AWS said.
        source: Fault,
    },
}

impl CallError {
    /// A call of which nothing more will be heard.
    pub(crate) fn lost() -> Self {
        let message = "nothing more was heard of the call".to_owned();
        Self::Failed { action: "a call", source: Fault { code: None, message, aftermath: Aftermath::Pending } }
    }

    /// What AWS said.
    #[must_use]
    pub fn fault(&self) -> &Fault {
        match self {
            Self::Denied { source, .. } | Self::Failed { source, .. } => source,
        }
    }

    /// AWS's error code, where AWS refused.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.fault().code.as_deref()
    }
}

/// Whether a failed call may have been carried out all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aftermath {
    /// It was refused: nothing has changed.
    Refused,
    /// The connection broke, or the service failed: it has been carried out, or it hasn't.
    Unknown,
    /// The service didn't answer in time, and may still be at it.
    Pending,
}

/// What an AWS service said, or why it said nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The error code, where the service answered.
    pub code: Option<String>,
    /// In words.
    pub message: String,
    /// What is known of the call's effect.
    pub aftermath: Aftermath,
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
        let denied = ["AccessDeniedException", "AccessDenied", "UnauthorizedOperation", "NotAuthorized"];
        self.code.as_deref().is_some_and(|code| denied.contains(&code))
            || self.message.contains("is not authorized to perform")
    }

    /// Whether the same call may succeed later: throttling, a failure of the service, no answer.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        let throttled = ["ThrottlingException", "Throttling", "TooManyRequestsException", "LimitExceededException"];
        self.aftermath != Aftermath::Refused || self.code.as_deref().is_some_and(|code| throttled.contains(&code))
    }

    /// The IAM action that the message says is missing. It may be another than the one that was called: `CreateEndpoint`
    /// asks KMS for a grant, `DeleteEndpoint` has scalable targets deregistered, each with the caller's permissions.
    fn missing_permission(&self) -> Option<&str> {
        let mut words = self.message.split(|c: char| c.is_whitespace() || "\"'(),;".contains(c));
        words.find_map(|word| {
            let word = word.trim_end_matches(['.', ':']);
            let (service, operation) = word.split_once(':')?;
            let is_action = !service.is_empty()
                && service.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
                && operation.starts_with(|first: char| first.is_ascii_uppercase())
                && operation.bytes().all(|byte| byte.is_ascii_alphanumeric());
            is_action.then_some(word)
        })
    }
}

impl<E> From<SdkError<E, HttpResponse>> for Fault
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        let silent = |message: &str, aftermath| Self { code: None, message: message.to_owned(), aftermath };
        match &error {
            SdkError::TimeoutError(_) => silent("the service did not answer in time", Aftermath::Pending),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => {
                silent("the service did not answer in time", Aftermath::Pending)
            }
            SdkError::DispatchFailure(failure) if failure.is_io() => {
                silent("the connection to the service failed", Aftermath::Unknown)
            }
            #[cfg(feature = "local-runs")]
            SdkError::DispatchFailure(failure) if network::is_given_up(failure) => silent(
                "nothing answers at its address; start the stand-in, and have AWS_ENDPOINT_URL_… name it",
                Aftermath::Refused,
            ),
            SdkError::DispatchFailure(_) => {
                silent("the request could not be sent (credentials or network)", Aftermath::Unknown)
            }
            SdkError::ConstructionFailure(_) => silent("the request could not be made", Aftermath::Refused),
            SdkError::ResponseError(_) => silent("the service's answer could not be read", Aftermath::Unknown),
            _ => {
                let failed = error.raw_response().is_some_and(|response| response.status().is_server_error());
                Self {
                    code: error.code().map(str::to_owned),
                    message: error.message().unwrap_or("the service gave no reason").to_owned(),
                    aftermath: if failed { Aftermath::Unknown } else { Aftermath::Refused },
                }
            }
        }
    }
}

/// Names the action in what a call met.
pub(crate) fn failed(action: &'static str) -> impl Fn(Fault) -> CallError {
    move |source| {
        if source.is_denied() {
            let action = source.missing_permission().unwrap_or(action).to_owned();
            CallError::Denied { action, source }
        } else {
            CallError::Failed { action, source }
        }
    }
}

/// `None` when the service says that it isn't there.
pub(super) fn present<T>(answer: Result<T, Fault>, action: &'static str) -> Result<Option<T>, CallError> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(fault) if fault.is_not_found() => Ok(None),
        Err(fault) => Err(failed(action)(fault)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(code: &str, message: &str) -> Fault {
        Fault { code: Some(code.to_owned()), message: message.to_owned(), aftermath: Aftermath::Refused }
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
    fn a_denied_call_names_the_permission_that_aws_names() {
        let named = |message: &str| match failed("sagemaker:CreateEndpoint")(fault("AccessDeniedException", message)) {
            CallError::Denied { action, .. } => action,
            other @ CallError::Failed { .. } => panic!("{other:?}"),
        };
        let said = "User: arn:aws:sts::123456789012:assumed-role/r/s is not authorized to perform: kms:CreateGrant on \
                    resource: arn:aws:kms:us-east-1:123456789012:key/1 because no identity-based policy allows it";
        assert_eq!(named(said), "kms:CreateGrant");
        assert_eq!(
            named("Missing application-autoscaling:DeregisterScalableTarget."),
            "application-autoscaling:DeregisterScalableTarget"
        );
        assert_eq!(named("User x is not authorized to perform: iam:PassRole on y"), "iam:PassRole");
        assert_eq!(named("no"), "sagemaker:CreateEndpoint");
    }
}
