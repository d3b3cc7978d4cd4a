//! A fleet of each kind of endpoint, and of each way to read what sources leave open.

use metric_math::telemetry::{Component, Fleet, Load, PublishedReading, Serving, Steps, Variant, scenario};
use proptest::prelude::*;

use super::fleets::FREQUENCIES;

/// How a kind is told of, and a fleet of it that does everything that can be published.
pub(crate) type Kind = (&'static str, Fleet);

/// Everything that publishes something of its own: streams, errors, requests that wait.
fn busy() -> Load {
    Load {
        share_4xx: 0.02,
        share_5xx: 0.01,
        streaming_share: 0.5,
        mid_stream_error_share: 0.01,
        calls_without_copy_per_minute: 6.0,
        ..Load::default()
    }
}

fn serving(name: &str, instance_type: &str, gpus: u32, serving: Serving) -> Variant {
    let backlog = if serving == Serving::Asynchronous { 12.0 } else { 0.0 };
    let load = Load { backlog, ..busy() };
    Variant { serving: Some(serving), load, ..Variant::new(name, instance_type, gpus, Steps::always(2)) }
}

/// Two models that are placed, and one that is called before it has a copy.
fn components(instance_type: &str, gpus: u32) -> Fleet {
    let variant = serving(scenario::VARIANT, instance_type, gpus, Serving::Components);
    let model = |name: &str, gpus_per_copy: u32, copies: Steps| Component {
        load: busy(),
        ..scenario::model(name, gpus_per_copy.min(gpus), copies)
    };
    Fleet::new(scenario::ENDPOINT, 60, variant)
        .with(model("llama", 2, Steps::always(2)))
        .with(model("mistral", 1, Steps::always(1)))
        .with(model("qwen", 1, Steps(vec![(0, 0), (3600, 1)])))
}

/// Models that each hold partitions, of which a GPU has seven.
pub(crate) fn partitioned() -> Fleet {
    let mut fleet = components("ml.p4d.24xlarge", 8);
    fleet.variants[0].partitions_per_gpu = 7;
    fleet.components.iter_mut().for_each(|component| component.gpus_per_copy = 1);
    fleet
}

fn one(instance_type: &str, gpus: u32, how: Serving) -> Fleet {
    Fleet::new(scenario::ENDPOINT, 60, serving(scenario::VARIANT, instance_type, gpus, how))
}

/// One variant more, which may be a shadow of the first.
fn and(mut fleet: Fleet, variant: Variant) -> Fleet {
    fleet.variants.push(variant);
    fleet
}

/// Every kind, called.
pub(crate) fn kinds() -> Vec<Kind> {
    const GPUS: &str = "ml.g6.12xlarge";
    const NONE: &str = "ml.m5.xlarge";
    let own = || one(GPUS, 4, Serving::OwnModel);
    let second = serving("Canary", NONE, 0, Serving::OwnModel);
    vec![
        ("components", components(GPUS, 4)),
        ("components without GPUs", components(NONE, 0)),
        ("partitioned", partitioned()),
        ("own model", own()),
        ("own model without GPUs", one(NONE, 0, Serving::OwnModel)),
        ("several variants", and(own(), second.clone())),
        ("shadow variant", and(own(), Variant { shadow: true, ..second })),
        ("multi-model", one(GPUS, 4, Serving::MultiModel)),
        ("several containers", one(NONE, 0, Serving::Containers)),
        ("asynchronous", one(GPUS, 4, Serving::Asynchronous)),
        ("serverless", one("", 0, Serving::Serverless { provisioned: false })),
        ("serverless, provisioned", one("", 0, Serving::Serverless { provisioned: true })),
    ]
}

/// A fleet without and with enhanced metrics, under each reading alone, under none and under all.
pub(crate) fn under_each_reading(fleet: &Fleet) -> Vec<Fleet> {
    use metric_math::telemetry::GpuDimension::{AcceleratorId, GpuId};
    let mut readings = vec![Vec::new(), PublishedReading::ALL.to_vec()];
    readings.extend(PublishedReading::ALL.map(|reading| vec![reading]));
    let mut fleets = Vec::new();
    for readings in readings {
        for (enhanced_metrics, gpu_dimension) in [(false, GpuId), (true, GpuId), (true, AcceleratorId)] {
            let readings = readings.iter().copied().collect();
            fleets.push(Fleet { readings, enhanced_metrics, gpu_dimension, ..fleet.clone() });
        }
    }
    fleets
}

/// Any endpoint that can be declared: one variant with any number of models, or up to four that each serve in a way of their
/// own, or one with a queue.
pub(crate) fn any_declared() -> impl Strategy<Value = Fleet> {
    let gpus = || proptest::sample::select(&[0_u32, 1, 4, 8][..]);
    let shared = (gpus(), 0_usize..6).prop_map(|(gpus, models)| {
        let fleet = Fleet { components: Vec::new(), ..components(instance_type(gpus), gpus) };
        let model = |number| scenario::model(&format!("model-{number}"), gpus.min(1), Steps::always(1));
        (0..models).map(model).fold(fleet, Fleet::with)
    });
    let ways = [
        Serving::OwnModel,
        Serving::MultiModel,
        Serving::Containers,
        Serving::Serverless { provisioned: false },
        Serving::Serverless { provisioned: true },
    ];
    let own =
        proptest::collection::vec((proptest::sample::select(ways.to_vec()), gpus()), 1..=4).prop_map(|variants| {
            let variant = |(number, (how, gpus))| {
                let gpus = if matches!(how, Serving::Serverless { .. }) { 0 } else { gpus };
                serving(&format!("v{number}"), instance_type(gpus), gpus, how)
            };
            let mut variants = variants.into_iter().enumerate().map(variant);
            let first = variants.next().unwrap();
            variants.fold(Fleet::new(scenario::ENDPOINT, 60, first), and)
        });
    let queue = gpus().prop_map(|gpus| one(instance_type(gpus), gpus, Serving::Asynchronous));
    let frequency = proptest::sample::select(FREQUENCIES.as_slice());
    (prop_oneof![shared, own, queue], any::<bool>(), frequency)
        .prop_map(|(fleet, enhanced_metrics, publish_frequency)| Fleet { enhanced_metrics, publish_frequency, ..fleet })
}

fn instance_type(gpus: u32) -> &'static str {
    if gpus == 0 { "ml.m5.xlarge" } else { "ml.g6.12xlarge" }
}
