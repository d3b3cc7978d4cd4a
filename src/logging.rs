//! What the function's log may say.
//!
//! `RUST_LOG` sets how much this crate says. Dependencies only warn, whatever it asks for: at finer levels they write
//! whole requests, and those hold the `ResponseURL` and values that a declaration may want kept out of sight.

use std::io::{self, Stdout, Write};
use std::str::FromStr;
use std::{env, panic};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::{Targets, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use crate::callback::printable;

const CRATE: &str = env!("CARGO_CRATE_NAME");

/// Starts logging to standard output, where Lambda collects it, and has panics logged without their message.
pub fn start() {
    let directives = env::var("RUST_LOG").unwrap_or_default();
    let (wanted, refused) = filter(&directives);
    let ours = filter_fn(|metadata| metadata.target().starts_with(CRATE) || *metadata.level() <= tracing::Level::WARN);
    let lines = fmt::layer()
        .with_ansi(false)
        .without_time()
        .with_writer(|| Lines(io::stdout()))
        .with_filter(ours)
        .with_filter(wanted);
    // A second start (in a test) keeps the first.
    drop(tracing_subscriber::registry().with(lines).try_init());
    for directive in refused {
        tracing::warn!(directive, "RUST_LOG: neither a level nor a module with its level");
    }
    // A panic's message may quote anything; its place is enough to find it.
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panic");
    }));
}

/// Writes each event as one line that any terminal can show: an event may quote what AWS or a template says, and a line
/// break in it could pretend to be another event.
struct Lines<W = Stdout>(W);

impl<W: Write> Write for Lines<W> {
    /// Takes all of `event`, which the layer hands over whole.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let line = format!("{}\n", printable(text.trim_end_matches('\n')));
        // At once, so that nobody else's line comes between.
        self.0.write_all(line.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// What `directives` want logged, and those of them that mean nothing. Without one that means something, `info`.
fn filter(directives: &str) -> (Targets, Vec<&str>) {
    let means_something = |directive: &&str| {
        // A word alone would be taken for a module of that name, and a misspelt level would silence everything.
        let is_clear =
            directive.contains('=') || directive.starts_with(CRATE) || LevelFilter::from_str(directive).is_ok();
        is_clear && Targets::from_str(directive).is_ok()
    };
    let given = directives.split(',').map(str::trim).filter(|directive| !directive.is_empty());
    let (good, refused): (Vec<&str>, Vec<&str>) = given.partition(means_something);
    let wanted = Targets::from_str(&good.join(",")).ok().filter(|_| !good.is_empty());
    (wanted.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO)), refused)
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    /// How much of what this crate logs is wanted.
    fn most(directives: &str) -> (Option<Level>, Vec<&str>) {
        let (wanted, refused) = filter(directives);
        let levels = [Level::TRACE, Level::DEBUG, Level::INFO, Level::WARN, Level::ERROR];
        (levels.into_iter().find(|level| wanted.would_enable(CRATE, level)), refused)
    }

    #[test]
    fn a16_whatever_an_event_quotes_is_one_line_without_control_characters() {
        let mut written = Vec::new();
        let event = "INFO answer reason=\u{1b}[31mred\u{1b}[0m\u{7}\nERROR forged \u{202e}\n";
        Lines(&mut written).write_all(event.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), "INFO answer reason=red ERROR forged \n");
    }

    #[test]
    fn one_bad_directive_leaves_the_others_in_force() {
        assert_eq!(most("warn,monitored_endpoint=loud"), (Some(Level::WARN), vec!["monitored_endpoint=loud"]));
        assert_eq!(most("inof"), (Some(Level::INFO), vec!["inof"]));
        assert_eq!(most("hyper=loud, debug"), (Some(Level::DEBUG), vec!["hyper=loud"]));
    }

    #[test]
    fn levels_and_modules_are_understood() {
        assert_eq!(most(""), (Some(Level::INFO), Vec::new()));
        assert_eq!(most("error"), (Some(Level::ERROR), Vec::new()));
        assert_eq!(most("info,monitored_endpoint=debug"), (Some(Level::DEBUG), Vec::new()));
        assert_eq!(most("monitored_endpoint"), (Some(Level::TRACE), Vec::new()));
        assert_eq!(most("off"), (None, Vec::new()));
    }
}
