//! What CloudFormation may ask for while it is still waiting for an answer.

use aws_stand_in::{Outcome, Script};
use serde_json::json;

use super::situation::{Arrival, Situation, USUAL, Wants};
use super::support::declaration::{Declared, TOPIC, monitoring, one_model, shared_gpus};
use super::support::event::{CONFIG, Event, MONITORING};
use super::support::harness::MODEL;
use super::world::World;

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

fn first_config() -> Declared {
    chat().with("EndpointConfigName", "first")
}

fn second_config() -> Declared {
    finer().with("EndpointConfigName", "second")
}

fn talk() -> Declared {
    chat().with("EndpointName", "talk")
}

fn theirs() -> Declared {
    monitoring("theirs").with("CostPerHour", "5.7523")
}

fn hidden() -> Declared {
    chat().with("NoEcho", true)
}

/// A dashboard and an alarm that somebody made by hand.
fn adopting() -> Declared {
    let by_hand = chat().with("AdoptExisting", true).with("Dashboard", json!({"DashboardName": "by-hand"}));
    by_hand.with("UnusedGpuAlarm", json!({"AlarmName": "by-hand"}))
}

/// A model for each variant; more than five make the alarm a composite.
fn models(count: usize) -> Declared {
    let variant = |at| json!({"VariantName": format!("v{at}"), "ModelName": MODEL, "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 1});
    one_model("chat")
        .with("ProductionVariants", (0..count).map(variant).collect::<Vec<_>>())
        .with("NoTrafficAlarm", json!({"Enabled": true}))
}

fn six_models() -> Declared {
    models(6)
}

/// The next change of this endpoint fails.
fn fails_once(world: &World, endpoint: &str) {
    world
        .stand_in
        .script(endpoint, Script { outcome: Outcome::Fail, reason: Some("no capacity".to_owned()), after_ms: None });
}

/// The stack's own endpoint has come to serve on this config.
fn moved(world: &World, config: &str) {
    world.move_endpoint("chat", config);
    world.wind();
}

/// The endpoint's first metrics come, after which its dashboard is planned otherwise.
fn first_metrics(world: &World, _: &str) {
    world.publish_gpu("GpuId");
}

fn changed() -> Declared {
    chat().with("CostPerHour", 3).with("UnusedGpuAlarm", json!({"AlarmName": "waste"}))
}

/// A wake, and something else at the same time.
const WOKEN: Situation = Situation {
    resource_type: CONFIG,
    before: Some(chat),
    meanwhile: first_metrics,
    wants: Wants::OneAfterAnother,
    keeps: true,
    ..USUAL
};

/// Cases that have a name in the field keep it.
pub(crate) const ALL: [Situation; 32] = [
    Situation { name: "a1-endpoint", events: |it, _| it.made_and_cancelled(&chat()), wants: Wants::Nothing, ..USUAL },
    Situation {
        name: "a1-config",
        resource_type: CONFIG,
        events: |it, _| it.made_and_cancelled(&chat()),
        wants: Wants::Nothing,
        ..USUAL
    },
    Situation {
        name: "a1-monitoring",
        resource_type: MONITORING,
        events: |it, _| it.made_and_cancelled(&theirs()),
        wants: Wants::Nothing,
        ..USUAL
    },
    Situation { name: "b4-endpoint", before: Some(chat), events: |it, id| it.there_and_back(id, &finer()), ..USUAL },
    Situation {
        name: "b4-watched-otherwise",
        before: Some(chat),
        events: |it, id| it.there_and_back(id, &watched_otherwise()),
        ..USUAL
    },
    Situation {
        name: "b5-rename",
        before: Some(chat),
        events: |it, id| it.there_and_back(id, &chat().with("EndpointName", "talk")),
        ..USUAL
    },
    Situation {
        name: "b5-rename-on-one-config",
        before: Some(named_config),
        events: |it, id| it.there_and_back(id, &named_config().with("EndpointName", "talk")),
        ..USUAL
    },
    Situation {
        name: "replaced-config",
        resource_type: CONFIG,
        before: Some(chat),
        events: |it, id| it.there_and_back(id, &finer()),
        own_endpoint: Some("chat"),
        ..USUAL
    },
    Situation {
        name: "config-watched-otherwise",
        resource_type: CONFIG,
        before: Some(chat),
        events: |it, id| it.there_and_back(id, &watched_otherwise()),
        own_endpoint: Some("chat"),
        ..USUAL
    },
    Situation {
        name: "monitoring-changed",
        resource_type: MONITORING,
        before: Some(theirs),
        events: |it, id| it.there_and_back(id, &theirs().with("UnusedGpuAlarm", json!({"AlarmName": "waste"}))),
        ..USUAL
    },
    Situation {
        name: "twins-create",
        events: |it, _| Situation::twice(&Event::create(it.resource_type, &chat())),
        wants: Wants::First,
        ..USUAL
    },
    Situation {
        name: "twins-create-config",
        resource_type: CONFIG,
        events: |it, _| Situation::twice(&Event::create(it.resource_type, &chat())),
        wants: Wants::First,
        ..USUAL
    },
    Situation {
        name: "twins-delete",
        before: Some(chat),
        events: |it, id| Situation::twice(&Event::delete(it.resource_type, id, &chat())),
        wants: Wants::Nothing,
        ..USUAL
    },
    Situation {
        name: "update-that-fails",
        before: Some(chat),
        events: |it, id| it.there_and_back(id, &watched_otherwise()),
        meanwhile: |world, _| fails_once(world, "chat"),
        may_fail: true,
        ..USUAL
    },
    Situation {
        name: "create-that-fails",
        events: |it, _| it.made_and_cancelled(&chat()),
        wants: Wants::Nothing,
        meanwhile: |world, _| fails_once(world, "chat"),
        may_fail: true,
        ..USUAL
    },
    Situation {
        name: "rename-that-fails",
        before: Some(named_config),
        events: |it, id| it.there_and_back(id, &named_config().with("EndpointName", "talk")),
        meanwhile: |world, _| fails_once(world, "talk"),
        may_fail: true,
        ..USUAL
    },
    Situation {
        name: "composite-divided-and-not",
        before: Some(six_models),
        events: |it, id| it.there_and_back(id, &models(2)),
        ..USUAL
    },
    Situation {
        name: "composite-made-and-cancelled",
        events: |it, _| it.made_and_cancelled(&six_models()),
        wants: Wants::Nothing,
        ..USUAL
    },
    Situation {
        name: "hidden-names",
        before: Some(hidden),
        events: |it, id| it.there_and_back(id, &hidden().with("EndpointName", "talk").with("CostPerHour", 3)),
        secrets: &["chat-monitoring", "chat-unused-gpu", "talk-monitoring"],
        ..USUAL
    },
    Situation {
        name: "hidden-config",
        resource_type: CONFIG,
        events: |it, _| it.made_and_cancelled(&hidden()),
        wants: Wants::Nothing,
        secrets: &["chat-monitoring", "chat-unused-gpu"],
        ..USUAL
    },
    Situation {
        name: "adopting-create",
        resource_type: CONFIG,
        events: |it, _| it.made_and_cancelled(&adopting()),
        wants: Wants::Nothing,
        ..USUAL
    },
    Situation {
        name: "adopting-update",
        before: Some(chat),
        events: |it, id| it.there_and_back(id, &adopting()),
        ..USUAL
    },
    Situation {
        name: "three-renamed-and-deleted",
        before: Some(chat),
        events: |it, id| {
            let mut events = it.there_and_back(id, &chat().with("EndpointName", "talk"));
            events.push(Event::delete(it.resource_type, id, &chat()));
            events
        },
        wants: Wants::Nothing,
        arrival: Arrival::LastWaits,
        ..USUAL
    },
    Situation {
        name: "three-updates",
        before: Some(chat),
        events: |it, id| {
            let mut events = it.there_and_back(id, &finer());
            events.extend(it.there_and_back(id, &watched_otherwise()));
            events
        },
        ..USUAL
    },
    Situation {
        name: "twins-delete-under-a-live-endpoint",
        resource_type: CONFIG,
        before: Some(chat),
        events: |it, id| Situation::twice(&Event::delete(it.resource_type, id, &chat())),
        wants: Wants::OneAfterAnother,
        own_endpoint: Some("chat"),
        ..USUAL
    },
    Situation {
        name: "cleanup-and-update",
        resource_type: CONFIG,
        before: Some(first_config),
        updated: Some(second_config),
        meanwhile: |world, _| moved(world, "second"),
        events: |it, id| it.first_deleted_and_changed(id, "first"),
        wants: Wants::OneAfterAnother,
        own_endpoint: Some("chat"),
        ..USUAL
    },
    Situation {
        name: "cleanup-under-a-live-endpoint",
        resource_type: CONFIG,
        before: Some(first_config),
        updated: Some(second_config),
        events: |it, id| it.first_deleted_and_changed(id, "first"),
        wants: Wants::OneAfterAnother,
        own_endpoint: Some("chat"),
        ..USUAL
    },
    Situation {
        name: "cleanup-of-a-renamed-endpoint",
        before: Some(chat),
        updated: Some(talk),
        events: |it, id| it.first_deleted_and_changed(id, "chat"),
        wants: Wants::OneAfterAnother,
        ..USUAL
    },
    Situation {
        name: "wake-and-update",
        events: |_, id| vec![Event::endpoint_changed("chat"), Event::update(CONFIG, id, &chat(), &changed())],
        ..WOKEN
    },
    Situation {
        name: "update-and-wake",
        events: |_, id| vec![Event::update(CONFIG, id, &chat(), &changed()), Event::day_gone_by()],
        ..WOKEN
    },
    Situation {
        name: "wake-and-delete",
        events: |_, id| vec![Event::hour_gone_by(), Event::delete(CONFIG, id, &chat())],
        wants: Wants::Nothing,
        ..WOKEN
    },
    Situation {
        name: "wake-twice",
        events: |_, _| vec![Event::endpoint_changed("chat"), Event::day_gone_by()],
        ..WOKEN
    },
];
