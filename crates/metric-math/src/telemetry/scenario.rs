//! Ready-made fleets: the situations that panels and alarms have to be right in.
//!
//! All of them are one endpoint, `chat`, with one variant, `AllTraffic`, of four GPUs an instance unless said otherwise.

use super::{Component, Fleet, Load, Serving, Steps, Variant};

/// Name of the endpoint of every scenario.
pub const ENDPOINT: &str = "chat";
/// Name of its variant.
pub const VARIANT: &str = "AllTraffic";

/// A variant of `gpus_per_instance` GPUs.
#[must_use]
pub fn variant(gpus_per_instance: u32, instances: Steps) -> Variant {
    Variant::new(VARIANT, "ml.g6.12xlarge", gpus_per_instance, instances)
}

/// A model on the scenarios' variant.
#[must_use]
pub fn model(name: &str, gpus_per_copy: u32, copies: Steps) -> Component {
    Component { name: name.to_owned(), variant: VARIANT.to_owned(), gpus_per_copy, copies, load: Load::default() }
}

/// Two instances, two models, three GPUs unused, all the time.
#[must_use]
pub fn steady(publish_frequency: u32) -> Fleet {
    Fleet::new(ENDPOINT, publish_frequency, variant(4, Steps::always(2)))
        .with(model("llama", 2, Steps::always(2)))
        .with(model("mistral", 1, Steps::always(1)))
}

/// From one full instance to three after half an hour, the copies following ten minutes later.
#[must_use]
pub fn scale_out(publish_frequency: u32) -> Fleet {
    Fleet::new(ENDPOINT, publish_frequency, variant(4, Steps(vec![(0, 1), (1800, 3)]))).with(model(
        "llama",
        2,
        Steps(vec![(0, 2), (2400, 6)]),
    ))
}

/// Models are placed on every GPU, and nobody calls them.
#[must_use]
pub fn idle(publish_frequency: u32) -> Fleet {
    let idle = |name| Component { load: Load::IDLE, ..model(name, 2, Steps::always(1)) };
    Fleet::new(ENDPOINT, publish_frequency, variant(4, Steps::always(1))).with(idle("llama")).with(idle("mistral"))
}

/// The copies go after half an hour, the instances half an hour later.
#[must_use]
pub fn scale_to_zero(publish_frequency: u32) -> Fleet {
    Fleet::new(ENDPOINT, publish_frequency, variant(4, Steps(vec![(0, 2), (3600, 0)]))).with(model(
        "llama",
        2,
        Steps(vec![(0, 4), (1800, 0)]),
    ))
}

/// Three models of which one does all the work.
#[must_use]
pub fn one_hot_model(publish_frequency: u32) -> Fleet {
    let hot = Load { gpu_percent: 97.0, invocations_per_minute: 600.0, ..Load::default() };
    Fleet::new(ENDPOINT, publish_frequency, variant(4, Steps::always(1)))
        .with(Component { load: hot, ..model("llama", 2, Steps::always(1)) })
        .with(Component { load: Load::IDLE, ..model("mistral", 1, Steps::always(1)) })
        .with(Component { load: Load::IDLE, ..model("qwen", 1, Steps::always(1)) })
}

/// Two instances that serve without inference components, in one of the ways to do so. A queue has something in it, and one
/// request of three is for a stream where that can be.
#[must_use]
pub fn serving(publish_frequency: u32, serving: Serving) -> Fleet {
    let queue = serving == Serving::Asynchronous;
    let load = Load { streaming_share: 1.0 / 3.0, backlog: if queue { 12.0 } else { 0.0 }, ..Load::default() };
    let variant = Variant { serving: Some(serving), load, ..variant(4, Steps::always(2)) };
    Fleet::new(ENDPOINT, publish_frequency, variant)
}
