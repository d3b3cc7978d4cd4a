//! The states of an endpoint and how it passes from one to the next.
//! Time moves it on, a script may decide what it comes to, and nothing here reads a request or writes an answer.
//! See <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html>, `EndpointStatus`.

use aws_sdk_sagemaker::types::EndpointStatus;
use serde::{Deserialize, Serialize};

use crate::clock::Millis;

/// What a scripted transition comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// What was asked for; of use together with `after_ms`.
    Succeed,
    /// A creation ends in `Failed`; an update ends in `InService` on the old config, with a `FailureReason`.
    Fail,
    /// As `Fail`, but an update shows `RollingBack` for as long again before it is back in service.
    Rollback,
    /// An update ends in `UpdateRollbackFailed`; a creation ends in `Failed`.
    RollbackFailed,
}

/// What the next creation, update or deletion of an endpoint comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// How it ends. Deletions always succeed; of a script for one, only the time counts.
    pub outcome: Outcome,
    /// The `FailureReason` to show.
    #[serde(default)]
    pub reason: Option<String>,
    /// How long it takes, in milliseconds; none is the stand-in's ordinary time.
    #[serde(default)]
    pub after_ms: Option<u64>,
}

/// What is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    Creation,
    Update { to_config: String },
    RollBack { failure: String },
    Deletion,
}

#[derive(Debug, Clone)]
pub(super) struct Transition {
    pub(super) change: Change,
    pub(super) began: Millis,
    pub(super) ends: Millis,
    pub(super) outcome: Outcome,
    pub(super) reason: String,
}

impl Transition {
    pub(super) fn new(change: Change, now: Millis, usual_ms: u64, script: Option<Script>) -> Self {
        let script = script.unwrap_or(Script { outcome: Outcome::Succeed, reason: None, after_ms: None });
        Self {
            change,
            began: now,
            ends: now.saturating_add(script.after_ms.unwrap_or(usual_ms)),
            outcome: script.outcome,
            reason: script.reason.unwrap_or_else(|| "The stand-in was told to let this fail.".into()),
        }
    }

    /// The status an endpoint shows meanwhile.
    pub(super) fn status(&self) -> EndpointStatus {
        match self.change {
            Change::Creation => EndpointStatus::Creating,
            Change::Update { .. } => EndpointStatus::Updating,
            Change::RollBack { .. } => EndpointStatus::RollingBack,
            Change::Deletion => EndpointStatus::Deleting,
        }
    }

    pub(super) fn end(self) -> End {
        let length = self.ends - self.began;
        match (self.change, self.outcome) {
            (Change::Deletion, _) => End::Gone,
            (Change::Creation, Outcome::Succeed) => End::InService { new_config: None, failure: None },
            (Change::Creation, _) => End::Stuck { status: EndpointStatus::Failed, failure: self.reason },
            (Change::Update { to_config }, Outcome::Succeed) => {
                End::InService { new_config: Some(to_config), failure: None }
            }
            (Change::Update { .. }, Outcome::Fail) => End::InService { new_config: None, failure: Some(self.reason) },
            (Change::Update { .. }, Outcome::Rollback) => End::Next(Self {
                change: Change::RollBack { failure: self.reason.clone() },
                began: self.ends,
                ends: self.ends.saturating_add(length),
                outcome: Outcome::Succeed,
                reason: self.reason,
            }),
            (Change::Update { .. }, Outcome::RollbackFailed) => {
                End::Stuck { status: EndpointStatus::UpdateRollbackFailed, failure: self.reason }
            }
            (Change::RollBack { failure }, _) => End::InService { new_config: None, failure: Some(failure) },
        }
    }
}

/// What a transition has come to.
#[derive(Debug, Clone)]
pub(super) enum End {
    InService { new_config: Option<String>, failure: Option<String> },
    Stuck { status: EndpointStatus, failure: String },
    Next(Transition),
    Gone,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(outcome: Outcome) -> Transition {
        let script = Script { outcome, reason: Some("no capacity".into()), after_ms: Some(10) };
        Transition::new(Change::Update { to_config: "new".into() }, 100, 50, Some(script))
    }

    #[test]
    fn an_update_ends_as_its_script_says() {
        assert_eq!(update(Outcome::Succeed).ends, 110);
        let End::InService { new_config, failure } = update(Outcome::Succeed).end() else { panic!("not in service") };
        assert_eq!((new_config.as_deref(), failure), (Some("new"), None));
        let End::InService { new_config, failure } = update(Outcome::Fail).end() else { panic!("not in service") };
        assert_eq!((new_config, failure.as_deref()), (None, Some("no capacity")));
        let End::Next(rolling_back) = update(Outcome::Rollback).end() else { panic!("not rolling back") };
        assert_eq!((rolling_back.status(), rolling_back.ends), (EndpointStatus::RollingBack, 120));
        let End::InService { failure, .. } = rolling_back.end() else { panic!("not in service") };
        assert_eq!(failure.as_deref(), Some("no capacity"));
        let End::Stuck { status, .. } = update(Outcome::RollbackFailed).end() else { panic!("not stuck") };
        assert_eq!(status, EndpointStatus::UpdateRollbackFailed);
    }
}
