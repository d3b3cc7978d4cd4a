//! The requests that are put to the test: each with what has to be there before it comes.

use serde_json::json;

use crate::peer::Peer;
use crate::support::declaration::{Declared, monitoring, one_model, shared_gpus};
use crate::support::event::{CONFIG, ENDPOINT, Event, MONITORING};
use crate::support::harness::MODEL;

/// A request, and what has to be there before it comes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Situation {
    pub(crate) name: &'static str,
    /// Whether it is itself the way back from a failure.
    pub(crate) is_rollback: bool,
    /// How many runs of it have ended, each while the endpoint was changing.
    pub(crate) runs_before: u32,
    pub(crate) prepare: fn(&Peer) -> Event,
}

pub(crate) const ALL: [Situation; 20] = [
    Situation {
        name: "create a config",
        is_rollback: false,
        runs_before: 0,
        prepare: |_| Event::create(CONFIG, &before()),
    },
    Situation {
        name: "create an endpoint",
        is_rollback: false,
        runs_before: 0,
        prepare: |_| Event::create(ENDPOINT, &before()),
    },
    Situation {
        name: "create monitoring",
        is_rollback: false,
        runs_before: 0,
        prepare: |_| {
            Event::create(
                MONITORING,
                &monitoring("theirs").with("Dashboard/DashboardName", "d1").with("UnusedGpuAlarm/AlarmName", "a1"),
            )
        },
    },
    Situation {
        name: "update in place",
        is_rollback: false,
        runs_before: 0,
        prepare: |peer| update(peer, CONFIG, &in_place()),
    },
    Situation {
        name: "update by replacement",
        is_rollback: false,
        runs_before: 0,
        prepare: |peer| update(peer, CONFIG, &another_config()),
    },
    Situation {
        name: "update an endpoint",
        is_rollback: false,
        runs_before: 0,
        prepare: |peer| update(peer, ENDPOINT, &another_config()),
    },
    Situation {
        name: "roll a replacement back",
        is_rollback: true,
        runs_before: 0,
        prepare: |peer| rollback(peer, CONFIG),
    },
    Situation {
        name: "roll an endpoint back",
        is_rollback: true,
        runs_before: 0,
        prepare: |peer| rollback(peer, ENDPOINT),
    },
    Situation { name: "delete a config", is_rollback: false, runs_before: 0, prepare: |peer| delete(peer, CONFIG) },
    Situation {
        name: "delete an endpoint",
        is_rollback: false,
        runs_before: 0,
        prepare: |peer| delete(peer, ENDPOINT),
    },
    Situation {
        name: "create six models",
        is_rollback: false,
        runs_before: 0,
        prepare: |_| Event::create(ENDPOINT, &six_models()),
    },
    Situation {
        name: "update six models to two",
        is_rollback: false,
        runs_before: 0,
        prepare: |peer| {
            let id = made(peer, ENDPOINT, &six_models());
            Event::update(ENDPOINT, &id, &six_models(), &models(2))
        },
    },
    Situation {
        name: "delete six models",
        is_rollback: false,
        runs_before: 0,
        prepare: |peer| {
            let id = made(peer, ENDPOINT, &six_models());
            Event::delete(ENDPOINT, &id, &six_models())
        },
    },
    in_a_later_run("create an endpoint, run 2", 1, |_| Event::create(ENDPOINT, &before())),
    in_a_later_run("create an endpoint, run 3", 2, |_| Event::create(ENDPOINT, &before())),
    in_a_later_run("update an endpoint, run 2", 1, |peer| update(peer, ENDPOINT, &another_config())),
    in_a_later_run("rename an endpoint, run 2", 1, |peer| update(peer, ENDPOINT, &renamed())),
    in_a_later_run("rename an endpoint, run 3", 2, |peer| update(peer, ENDPOINT, &renamed())),
    Situation {
        is_rollback: true,
        ..in_a_later_run("roll an endpoint back, run 2", 1, |peer| rollback(peer, ENDPOINT))
    },
    in_a_later_run("delete an endpoint, run 2", 1, |peer| delete(peer, ENDPOINT)),
];

const fn in_a_later_run(name: &'static str, runs_before: u32, prepare: fn(&Peer) -> Event) -> Situation {
    Situation { name, is_rollback: false, runs_before, prepare }
}

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

pub(crate) fn six_models() -> Declared {
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

fn renamed() -> Declared {
    another_config().with("EndpointName", "talk")
}

fn update(peer: &Peer, kind: &str, new: &Declared) -> Event {
    let id = created(peer, kind);
    Event::update(kind, &id, &before(), new)
}

/// The Update back that follows when another resource of the stack has failed.
fn rollback(peer: &Peer, kind: &str) -> Event {
    let event = update(peer, kind, &another_config());
    let updated = peer.send(&event).unwrap().succeeded();
    Event::update(kind, &updated.id(), &another_config(), &before())
}

fn delete(peer: &Peer, kind: &str) -> Event {
    let id = created(peer, kind);
    Event::delete(kind, &id, &before())
}

fn created(peer: &Peer, kind: &str) -> String {
    made(peer, kind, &before())
}

fn made(peer: &Peer, kind: &str, declared: &Declared) -> String {
    peer.send(&Event::create(kind, declared)).unwrap().succeeded().id()
}
