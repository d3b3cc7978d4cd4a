//! The requests that are put to the test: each with what has to be there before it comes.

use serde_json::json;

use crate::peer::{MODEL, Peer};
use crate::support::declaration::{Declared, monitoring, one_model, shared_gpus};
use crate::support::event::{CONFIG, ENDPOINT, Event, MONITORING};

/// A request, and what has to be there before it comes.
#[derive(Clone, Copy)]
pub(crate) struct Situation {
    pub(crate) name: &'static str,
    /// Whether it is itself the way back from a failure.
    pub(crate) is_rollback: bool,
    pub(crate) prepare: fn(&mut Peer) -> Event,
}

pub(crate) const ALL: [Situation; 13] = [
    Situation { name: "create a config", is_rollback: false, prepare: |_| Event::create(CONFIG, &before()) },
    Situation { name: "create an endpoint", is_rollback: false, prepare: |_| Event::create(ENDPOINT, &before()) },
    Situation {
        name: "create monitoring",
        is_rollback: false,
        prepare: |_| {
            Event::create(
                MONITORING,
                &monitoring("theirs").with("Dashboard/DashboardName", "d1").with("UnusedGpuAlarm/AlarmName", "a1"),
            )
        },
    },
    Situation { name: "update in place", is_rollback: false, prepare: |peer| update(peer, CONFIG, &in_place()) },
    Situation {
        name: "update by replacement",
        is_rollback: false,
        prepare: |peer| update(peer, CONFIG, &another_config()),
    },
    Situation {
        name: "update an endpoint",
        is_rollback: false,
        prepare: |peer| update(peer, ENDPOINT, &another_config()),
    },
    Situation { name: "roll a replacement back", is_rollback: true, prepare: |peer| rollback(peer, CONFIG) },
    Situation { name: "roll an endpoint back", is_rollback: true, prepare: |peer| rollback(peer, ENDPOINT) },
    Situation { name: "delete a config", is_rollback: false, prepare: |peer| delete(peer, CONFIG) },
    Situation { name: "delete an endpoint", is_rollback: false, prepare: |peer| delete(peer, ENDPOINT) },
    Situation { name: "create six models", is_rollback: false, prepare: |_| Event::create(ENDPOINT, &six_models()) },
    Situation {
        name: "update six models to two",
        is_rollback: false,
        prepare: |peer| {
            let id = made(peer, ENDPOINT, &six_models());
            Event::update(ENDPOINT, &id, &six_models(), &models(2))
        },
    },
    Situation {
        name: "delete six models",
        is_rollback: false,
        prepare: |peer| {
            let id = made(peer, ENDPOINT, &six_models());
            Event::delete(ENDPOINT, &id, &six_models())
        },
    },
];

/// A model for each variant, prices from the Price List, and an alarm that more than five variants make a composite of.
fn models(count: usize) -> Declared {
    let variant = |at| {
        json!({
            "VariantName": format!("v{at}"), "ModelName": MODEL, "InstanceType": "ml.g5.xlarge",
            "InitialInstanceCount": 1,
        })
    };
    one_model("chat")
        .with("ProductionVariants", (0..count).map(variant).collect::<Vec<_>>())
        .with("CostPerHour", "Auto")
        .with("NoTrafficAlarm", json!({"Enabled": true}))
}

fn six_models() -> Declared {
    models(6)
}

/// What is there before an Update.
pub(crate) fn before() -> Declared {
    shared_gpus("chat").with("Tags", json!([{"Key": "team", "Value": "a"}])).with("CostPerHour", 5.752)
}

/// Another dashboard, alarm and tag; the same config.
fn in_place() -> Declared {
    let tags = json!([{"Key": "team", "Value": "b"}]);
    before().with("Tags", tags).with("CostPerHour", 1).with("UnusedGpuAlarm/AlarmName", "renamed")
}

/// Another config too.
fn another_config() -> Declared {
    in_place().with("MetricsConfig/MetricPublishFrequencyInSeconds", 10)
}

fn update(peer: &mut Peer, kind: &str, new: &Declared) -> Event {
    let id = created(peer, kind);
    Event::update(kind, &id, &before(), new)
}

/// The Update back that follows when another resource of the stack has failed.
fn rollback(peer: &mut Peer, kind: &str) -> Event {
    let event = update(peer, kind, &another_config());
    let updated = peer.send(&event).unwrap().succeeded();
    Event::update(kind, &updated.id(), &another_config(), &before())
}

fn delete(peer: &mut Peer, kind: &str) -> Event {
    let id = created(peer, kind);
    Event::delete(kind, &id, &before())
}

fn created(peer: &mut Peer, kind: &str) -> String {
    made(peer, kind, &before())
}

fn made(peer: &mut Peer, kind: &str, declared: &Declared) -> String {
    peer.send(&Event::create(kind, declared)).unwrap().succeeded().id()
}
