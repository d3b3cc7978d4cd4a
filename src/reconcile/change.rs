//! One change: what it does, when its turn comes, what it makes, and how it is undone. Pure.

use aws_sdk_sagemaker::operation::create_endpoint_config::CreateEndpointConfigInput;

use super::tags::Retag;
use crate::ledger::{Intent, Kind, Thing};
use crate::plan::{AlarmRequest, PlannedDashboard, PlannedEndpoint};
use crate::spec::{AlarmName, Tag};

/// A step from what exists to what is planned.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Change {
    CreateEndpointConfig(Box<CreateEndpointConfigInput>),
    /// Brings the endpoint to serve on its config, however long that takes.
    Deploy(PlannedEndpoint),
    PutDashboard {
        wanted: PlannedDashboard,
        before: Option<PlannedDashboard>,
    },
    PutAlarm {
        name: AlarmName,
        wanted: Box<AlarmRequest>,
        before: Option<Box<AlarmRequest>>,
    },
    Retag {
        retag: Retag,
        undo: Retag,
        takes_over: bool,
    },
    RemoveDashboard {
        before: PlannedDashboard,
        tags: Vec<Tag>,
    },
    RemoveAlarm {
        name: AlarmName,
        before: Box<AlarmRequest>,
        tags: Vec<Tag>,
    },
    /// What was somebody else's is given back as it was.
    GiveBack(Thing),
}

/// When a change's turn comes. Monitoring waits until the endpoint has settled, so that no run hands over with half of it
/// changed, and what is no longer declared goes last, as it can only be created again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    EndpointConfig,
    /// Alarms that roll the endpoint's deployment back: `UpdateEndpoint` wants them to exist.
    Guards,
    Endpoint,
    /// An alarm that becomes one of another type goes first.
    MakeWay,
    Monitoring,
    /// Their parts have to exist.
    CompositeAlarms,
    Obsolete,
    /// No part of a composite alarm can go before it.
    ObsoleteParts,
}

/// How to undo a change of something that is there already. What was made is undone by its item in the ledger.
#[derive(Clone, Debug)]
pub(super) enum Undo {
    PutDashboard { before: PlannedDashboard },
    PutAlarm { name: AlarmName, before: Box<AlarmRequest> },
    MakeDashboardAgain { before: PlannedDashboard, tags: Vec<Tag> },
    MakeAlarmAgain { name: AlarmName, before: Box<AlarmRequest>, tags: Vec<Tag> },
    Retag(Retag),
}

impl Change {
    pub(super) fn retag(retag: Retag, current: &[Tag]) -> Self {
        let undo = retag.undo(current);
        Self::Retag { retag, undo, takes_over: false }
    }

    /// Of something that was somebody else's.
    pub(super) fn taking_over(self, takes_over: bool) -> Self {
        match self {
            Self::Retag { retag, undo, .. } => Self::Retag { retag, undo, takes_over },
            other => other,
        }
    }

    /// What is changed.
    pub(super) fn thing(&self) -> Thing {
        match self {
            Self::CreateEndpointConfig(request) => {
                Thing::new(Kind::EndpointConfig, request.endpoint_config_name().unwrap_or_default())
            }
            Self::Deploy(endpoint) => Thing::from(&endpoint.name),
            Self::PutDashboard { wanted: dashboard, .. } | Self::RemoveDashboard { before: dashboard, .. } => {
                Thing::from(&dashboard.name)
            }
            Self::PutAlarm { name, .. } | Self::RemoveAlarm { name, .. } => Thing::from(name),
            Self::Retag { retag, .. } => retag.thing.clone(),
            Self::GiveBack(thing) => thing.clone(),
        }
    }

    /// Whether it makes what isn't there, or takes over what is somebody else's: what the ledger has to know before. (The
    /// endpoint's own steps see to that by themselves.)
    pub(super) fn intent(&self, physical_id: &str) -> Option<Intent> {
        let adopted = match self {
            Self::CreateEndpointConfig(_)
            | Self::PutDashboard { before: None, .. }
            | Self::PutAlarm { before: None, .. } => false,
            Self::Retag { takes_over: true, .. } => true,
            _ => return None,
        };
        Some(Intent { thing: self.thing(), physical_id: physical_id.to_owned(), adopted })
    }

    pub(super) fn undo(&self) -> Option<Undo> {
        match self {
            Self::PutDashboard { before, .. } => Some(Undo::PutDashboard { before: before.clone()? }),
            Self::PutAlarm { name, before, .. } => Some(Undo::PutAlarm { name: name.clone(), before: before.clone()? }),
            Self::Retag { undo, .. } => Some(Undo::Retag(undo.clone())),
            Self::RemoveDashboard { before, tags } => {
                Some(Undo::MakeDashboardAgain { before: before.clone(), tags: tags.clone() })
            }
            Self::RemoveAlarm { name, before, tags } => {
                Some(Undo::MakeAlarmAgain { name: name.clone(), before: before.clone(), tags: tags.clone() })
            }
            // What is given back isn't ours, and stays with whom it belongs to.
            Self::GiveBack(_) | Self::CreateEndpointConfig(_) | Self::Deploy(_) => None,
        }
    }
}
