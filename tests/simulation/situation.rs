//! What CloudFormation may ask for while it is still waiting for an answer.

use serde_json::json;

use super::support::declaration::{Declared, TOPIC, monitoring, shared_gpus};
use super::support::event::{CONFIG, ENDPOINT, Event, MONITORING};

/// An id of the kind that CloudFormation makes up where it never took a Create's answer.
const MADE_UP: &str = "inference-Config-1NR6ZQ4Y8KX2B";
/// Values of properties, none of which the request table may hold.
pub(crate) const VALUES: [&str; 6] =
    ["ml.g6", "role/inference-role", "sns:us-east-1", "5.7523", "a-tag-s-value", "AllTraffic"];

/// What is to be there in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wants {
    /// What there was before.
    Before,
    /// What the first event declares.
    First,
    /// Nothing of ours.
    Nothing,
}

/// Requests that may be under way at the same time.
#[derive(Clone, Copy)]
pub(crate) struct Situation {
    pub(crate) name: &'static str,
    pub(crate) resource_type: &'static str,
    /// What was declared, and made, before.
    pub(crate) before: Option<fn() -> Declared>,
    /// The events, in the order in which they are sent, for a resource of this id.
    pub(crate) events: fn(&Situation, &str) -> Vec<Event>,
    pub(crate) wants: Wants,
    /// The stack's own endpoint on our config.
    pub(crate) own_endpoint: Option<&'static str>,
}

impl Situation {
    /// The Create that makes what was there before.
    pub(crate) fn creation(&self) -> Option<Event> {
        self.before.map(|declared| Event::create(self.resource_type, &declared()))
    }

    fn there_and_back(&self, id: &str, other: &Declared) -> Vec<Event> {
        let before = self.before.expect("an update has something before")();
        let there = Event::update(self.resource_type, id, &before, other);
        vec![there, Event::update(self.resource_type, id, other, &before)]
    }

    fn twice(event: &Event) -> Vec<Event> {
        vec![event.clone(), event.clone()]
    }

    fn made_and_cancelled(&self, declared: &Declared) -> Vec<Event> {
        let create = Event::create(self.resource_type, declared);
        vec![create, Event::delete(self.resource_type, MADE_UP, declared)]
    }
}

fn chat() -> Declared {
    shared_gpus("chat")
        .with("MetricsConfig", json!({"EnableEnhancedMetrics": true, "MetricPublishFrequencyInSeconds": 60}))
        .with("CostPerHour", "5.7523")
        .with("AlarmActions", json!([TOPIC]))
        .with("Tags", json!([{"Key": "team", "Value": "a-tag-s-value"}]))
}

fn finer() -> Declared {
    chat().with("MetricsConfig/MetricPublishFrequencyInSeconds", 10)
}

/// Another config, another alarm, and no dashboard.
fn watched_otherwise() -> Declared {
    finer().with("UnusedGpuAlarm", json!({"AlarmName": "waste"})).with("Dashboard", json!({"Enabled": false}))
}

fn named_config() -> Declared {
    chat().with("EndpointConfigName", "gpus")
}

fn theirs() -> Declared {
    monitoring("theirs").with("CostPerHour", "5.7523")
}

/// Cases that have a name in the field keep it.
pub(crate) const ALL: [Situation; 13] = [
    Situation {
        name: "a1-endpoint",
        resource_type: ENDPOINT,
        before: None,
        events: |it, _| it.made_and_cancelled(&chat()),
        wants: Wants::Nothing,
        own_endpoint: None,
    },
    Situation {
        name: "a1-config",
        resource_type: CONFIG,
        before: None,
        events: |it, _| it.made_and_cancelled(&chat()),
        wants: Wants::Nothing,
        own_endpoint: None,
    },
    Situation {
        name: "a1-monitoring",
        resource_type: MONITORING,
        before: None,
        events: |it, _| it.made_and_cancelled(&theirs()),
        wants: Wants::Nothing,
        own_endpoint: None,
    },
    Situation {
        name: "b4-endpoint",
        resource_type: ENDPOINT,
        before: Some(chat),
        events: |it, id| it.there_and_back(id, &finer()),
        wants: Wants::Before,
        own_endpoint: None,
    },
    Situation {
        name: "b4-watched-otherwise",
        resource_type: ENDPOINT,
        before: Some(chat),
        events: |it, id| it.there_and_back(id, &watched_otherwise()),
        wants: Wants::Before,
        own_endpoint: None,
    },
    Situation {
        name: "b5-rename",
        resource_type: ENDPOINT,
        before: Some(chat),
        events: |it, id| it.there_and_back(id, &chat().with("EndpointName", "talk")),
        wants: Wants::Before,
        own_endpoint: None,
    },
    Situation {
        name: "b5-rename-on-one-config",
        resource_type: ENDPOINT,
        before: Some(named_config),
        events: |it, id| it.there_and_back(id, &named_config().with("EndpointName", "talk")),
        wants: Wants::Before,
        own_endpoint: None,
    },
    Situation {
        name: "replaced-config",
        resource_type: CONFIG,
        before: Some(chat),
        events: |it, id| it.there_and_back(id, &finer()),
        wants: Wants::Before,
        own_endpoint: Some("chat"),
    },
    Situation {
        name: "config-watched-otherwise",
        resource_type: CONFIG,
        before: Some(chat),
        events: |it, id| it.there_and_back(id, &watched_otherwise()),
        wants: Wants::Before,
        own_endpoint: Some("chat"),
    },
    Situation {
        name: "monitoring-changed",
        resource_type: MONITORING,
        before: Some(theirs),
        events: |it, id| it.there_and_back(id, &theirs().with("UnusedGpuAlarm", json!({"AlarmName": "waste"}))),
        wants: Wants::Before,
        own_endpoint: None,
    },
    Situation {
        name: "twins-create",
        resource_type: ENDPOINT,
        before: None,
        events: |it, _| Situation::twice(&Event::create(it.resource_type, &chat())),
        wants: Wants::First,
        own_endpoint: None,
    },
    Situation {
        name: "twins-create-config",
        resource_type: CONFIG,
        before: None,
        events: |it, _| Situation::twice(&Event::create(it.resource_type, &chat())),
        wants: Wants::First,
        own_endpoint: None,
    },
    Situation {
        name: "twins-delete",
        resource_type: ENDPOINT,
        before: Some(chat),
        events: |it, id| Situation::twice(&Event::delete(it.resource_type, id, &chat())),
        wants: Wants::Nothing,
        own_endpoint: None,
    },
];
