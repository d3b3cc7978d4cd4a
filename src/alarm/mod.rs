//! The alarms: a file for each kind, with everything about it.
//!
//! What a kind is on, what it is by default, what it measures, and what is said about it: in its description, on panels,
//! by `explain`. A new kind is a file here, a line in `kinds!` below and a section of `docs/runbooks.md`.

mod backlog;
mod budget;
mod comparison;
mod definition;
mod error_rate;
mod first_chunk_latency;
mod fleet;
mod gpu_buffer;
mod idle_gpu;
mod latency;
mod measure;
mod no_capacity;
mod no_traffic;
mod outlook;
pub(crate) mod reach;
mod scope;
mod spec;
mod unused_gpu;
mod unused_gpu_outlook;
mod words;

use std::fmt;

pub use comparison::Comparison;
pub use definition::Words;
pub(crate) use definition::{ANY_NUMBER, Counted, Definition, Fit, PERCENT, PeriodRule, Situation, ThresholdRule};
pub use fleet::FleetAlarm;
pub(crate) use measure::{MOST_METRICS, Measure};
pub(crate) use outlook::Outlook;
pub use outlook::PlacedModel;
pub(crate) use scope::Scope;
pub use spec::{AlarmActions, AlarmSource, AlarmSpec, MissingData, Part, PartAlarm};

/// Seconds.
pub(crate) const MINUTE: i32 = 60;
pub(crate) const HOUR: i32 = 60 * MINUTE;
pub(crate) const DAY: i32 = 24 * HOUR;

const HOURS_A_DAY: f64 = 24.0;

macro_rules! kinds {
    ($($(#[$doc:meta])+ $kind:ident => $file:ident,)+) => {
        /// What an alarm watches. The order is the one in which alarms are shown.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum AlarmKind {
            $($(#[$doc])+ $kind,)+
        }

        impl AlarmKind {
            /// Every kind.
            pub const ALL: [Self; [$(stringify!($kind)),+].len()] = [$(Self::$kind),+];

            /// The property that declares it, which is also what its attributes start with.
            #[must_use]
            pub const fn property(self) -> &'static str {
                match self { $(Self::$kind => concat!(stringify!($kind), "Alarm"),)+ }
            }

            /// The attribute that holds its name.
            #[must_use]
            pub const fn name_attribute(self) -> &'static str {
                match self { $(Self::$kind => concat!(stringify!($kind), "AlarmName"),)+ }
            }

            /// The attribute that holds its ARN.
            #[must_use]
            pub const fn arn_attribute(self) -> &'static str {
                match self { $(Self::$kind => concat!(stringify!($kind), "AlarmArn"),)+ }
            }

            pub(crate) const fn definition(self) -> &'static Definition {
                match self { $(Self::$kind => &$file::DEFINITION,)+ }
            }
        }
    };
}

kinds! {
    /// Too many GPUs that no model holds.
    UnusedGpu => unused_gpu,
    /// Too few GPUs left to scale or to place a model.
    GpuBuffer => gpu_buffer,
    /// GPUs that models hold and hardly use.
    IdleGpu => idle_gpu,
    /// No request while money runs.
    NoTraffic => no_traffic,
    /// Too many requests that fail.
    ErrorRate => error_rate,
    /// Requests that take too long.
    Latency => latency,
    /// Streams that begin too late.
    FirstChunkLatency => first_chunk_latency,
    /// Requests that met no copy of their model.
    NoCapacity => no_capacity,
    /// Requests that wait too long in an asynchronous endpoint's queue.
    Backlog => backlog,
    /// Too many dollars a day.
    Budget => budget,
}

impl AlarmKind {
    /// What its default name ends with, after the endpoint's name and a hyphen.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        self.definition().suffix
    }

    /// What is said of it in general.
    #[must_use]
    pub const fn words(self) -> &'static Words {
        &self.definition().words
    }

    /// Whether it needs a `Threshold`, as none is right for every endpoint.
    #[must_use]
    pub fn needs_threshold(self) -> bool {
        let Definition { threshold, sources, .. } = self.definition();
        sources.first().is_none_or(|source| (threshold.by_default)(*source).is_none())
    }
}

/// What an alarm is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    /// Something of one endpoint.
    Endpoint(AlarmKind),
    /// All endpoints of an account and Region together.
    Fleet,
}

impl Watched {
    /// The property that declares the alarm.
    #[must_use]
    pub const fn property(self) -> &'static str {
        match self {
            Self::Endpoint(kind) => kind.property(),
            Self::Fleet => FleetAlarm::PROPERTY,
        }
    }

    /// What is said of it in general.
    #[must_use]
    pub const fn words(self) -> &'static Words {
        match self {
            Self::Endpoint(kind) => kind.words(),
            Self::Fleet => &FleetAlarm::WORDS,
        }
    }

    /// The anchor of its section on the page of runbooks: its suffix without hyphens.
    pub(crate) fn runbook_anchor(self) -> String {
        let suffix = match self {
            Self::Endpoint(kind) => kind.suffix(),
            Self::Fleet => FleetAlarm::SUFFIX,
        };
        suffix.replace('-', "")
    }
}

impl fmt::Display for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.property())
    }
}

impl fmt::Display for AlarmKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.property())
    }
}
