//! What the function's log may say.
//!
//! `RUST_LOG` sets how much this crate says. Dependencies only warn, whatever it asks for: at finer levels they write
//! whole requests, and those hold the `ResponseURL` and values that a declaration may want kept out of sight.

use std::{env, panic};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::{Targets, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

/// Starts logging to standard output, where Lambda collects it, and has panics logged without their message.
pub fn start() {
    let wanted = env::var("RUST_LOG").ok().and_then(|wanted| wanted.parse::<Targets>().ok());
    let wanted = wanted.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let ours = filter_fn(|metadata| {
        metadata.target().starts_with(env!("CARGO_CRATE_NAME")) || *metadata.level() <= tracing::Level::WARN
    });
    let lines = fmt::layer().with_ansi(false).without_time().with_filter(ours).with_filter(wanted);
    // A second start (in a test) keeps the first.
    drop(tracing_subscriber::registry().with(lines).try_init());
    // A panic's message may quote anything; its place is enough to find it.
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panic");
    }));
}
