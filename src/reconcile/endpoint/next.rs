//! What to do next with an endpoint, given its description. Pure: every decision of a deployment is in this file.
//!
//! Statuses: <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html>. "`InService`" alone is no
//! success: an update that fails ends `InService` too, on the config from before.

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::types::EndpointStatus;

/// An endpoint as it was described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::reconcile) struct Observed {
    pub(in crate::reconcile) status: EndpointStatus,
    pub(in crate::reconcile) config: String,
    /// The config that a deployment under way is to end on.
    pub(in crate::reconcile) pending_config: Option<String>,
    pub(in crate::reconcile) failure_reason: Option<String>,
}

impl From<&DescribeEndpointOutput> for Observed {
    fn from(endpoint: &DescribeEndpointOutput) -> Self {
        let pending = endpoint.pending_deployment_summary.as_ref();
        Self {
            status: endpoint.endpoint_status.clone().unwrap_or(EndpointStatus::SystemUpdating),
            config: endpoint.endpoint_config_name.clone().unwrap_or_default(),
            pending_config: pending.and_then(|pending| pending.endpoint_config_name.clone()),
            failure_reason: endpoint.failure_reason.clone().filter(|reason| !reason.is_empty()),
        }
    }
}

/// The next step of a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::reconcile) enum Deploy {
    /// There is no endpoint: create it.
    Create,
    /// It serves on another config: update it.
    Update,
    /// It is changing: describe it again later.
    Wait,
    /// It serves on the wanted config.
    Done,
    /// It failed before this request, and can only be deleted: delete it, then create it.
    Remake,
    /// It can't get there.
    Fail(String),
}

/// The next step towards serving on `wanted`. `submitted` says whether this request has already asked for that.
pub(in crate::reconcile) fn deploy(observed: Option<&Observed>, wanted: &str, submitted: bool) -> Deploy {
    let Some(endpoint) = observed else {
        return if submitted {
            Deploy::Fail("it disappeared while it was being deployed".to_owned())
        } else {
            Deploy::Create
        };
    };
    let reason = || endpoint.failure_reason.clone().unwrap_or_else(|| "SageMaker gives no reason".to_owned());
    match endpoint.status {
        EndpointStatus::Failed if submitted => Deploy::Fail(format!("its status is Failed: {}", reason())),
        EndpointStatus::Failed => Deploy::Remake,
        EndpointStatus::InService if endpoint.config == wanted => Deploy::Done,
        EndpointStatus::InService if submitted => Deploy::Fail(format!(
            "the deployment of {wanted} was rolled back, and it serves on {} again: {}",
            endpoint.config,
            reason()
        )),
        EndpointStatus::UpdateRollbackFailed | EndpointStatus::OutOfService if submitted => {
            Deploy::Fail(format!("the deployment of {wanted} ended in {}: {}", endpoint.status, reason()))
        }
        EndpointStatus::InService | EndpointStatus::UpdateRollbackFailed | EndpointStatus::OutOfService => {
            Deploy::Update
        }
        // Creating, Updating, SystemUpdating, RollingBack, Deleting, and statuses that are yet to be invented.
        _ => Deploy::Wait,
    }
}

/// The next step of a removal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::reconcile) enum Retire {
    /// Delete it.
    Delete,
    /// It is changing, and can't be deleted until that has ended: describe it again later.
    Wait,
    /// There is none.
    Gone,
}

/// The next step towards there being no endpoint.
pub(in crate::reconcile) fn retire(observed: Option<&Observed>) -> Retire {
    match observed.map(|endpoint| &endpoint.status) {
        None => Retire::Gone,
        Some(
            EndpointStatus::InService
            | EndpointStatus::Failed
            | EndpointStatus::OutOfService
            | EndpointStatus::UpdateRollbackFailed,
        ) => Retire::Delete,
        Some(_) => Retire::Wait,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(status: &str, config: &str) -> Observed {
        Observed {
            status: EndpointStatus::from(status),
            config: config.to_owned(),
            pending_config: None,
            failure_reason: Some("no capacity".to_owned()),
        }
    }

    const ALL: [&str; 10] = [
        "Creating",
        "Updating",
        "SystemUpdating",
        "RollingBack",
        "InService",
        "OutOfService",
        "Deleting",
        "Failed",
        "UpdateRollbackFailed",
        "Invented",
    ];

    #[test]
    fn only_in_service_on_the_wanted_config_is_done() {
        for status in ALL {
            for (config, submitted) in [("old", false), ("old", true), ("new", false), ("new", true)] {
                let done = deploy(Some(&endpoint(status, config)), "new", submitted) == Deploy::Done;
                assert_eq!(done, status == "InService" && config == "new", "{status} on {config}");
            }
        }
    }

    #[test]
    fn a_deployment_is_asked_for_once_and_a_rollback_is_a_failure_with_its_reason() {
        assert_eq!(deploy(None, "new", false), Deploy::Create);
        assert_eq!(deploy(Some(&endpoint("InService", "old")), "new", false), Deploy::Update);
        for status in ["InService", "UpdateRollbackFailed", "OutOfService", "Failed"] {
            let next = deploy(Some(&endpoint(status, "old")), "new", true);
            assert!(matches!(&next, Deploy::Fail(reason) if reason.contains("no capacity")), "{status}: {next:?}");
        }
        assert!(matches!(deploy(None, "new", true), Deploy::Fail(_)));
    }

    #[test]
    fn a_changing_endpoint_is_waited_for_whoever_changes_it() {
        for status in ["Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting", "Invented"] {
            for submitted in [false, true] {
                assert_eq!(deploy(Some(&endpoint(status, "old")), "new", submitted), Deploy::Wait, "{status}");
            }
            assert_eq!(retire(Some(&endpoint(status, "old"))), Retire::Wait, "{status}");
        }
    }

    #[test]
    fn what_has_settled_can_be_deleted() {
        for status in ["InService", "Failed", "OutOfService", "UpdateRollbackFailed"] {
            assert_eq!(retire(Some(&endpoint(status, "old"))), Retire::Delete, "{status}");
        }
        assert_eq!(retire(None), Retire::Gone);
    }
}
