//! What SageMaker publishes: a table with a row for each metric, exact dimension set and condition.
//!
//! The table is `data/published.csv`, with the source of every row. Dashboards, alarms, panels and the local stand-in
//! keep to it. Where sources contradict each other, rows belong to a [`Reading`], and what is built must be right in every
//! one of them.

use std::sync::LazyLock;

use crate::endpoint::{GpuDimension, Serving};

const TABLE: &str = include_str!("../../data/published.csv");

/// One metric with one exact dimension set, under one condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedRow {
    /// CloudWatch namespace.
    pub namespace: &'static str,
    /// Metric name.
    pub metric: &'static str,
    /// The exact dimension set, in the table's order, which has no meaning.
    pub dimensions: Vec<&'static str>,
    /// All of these hold where it is published.
    pub published_when: Vec<Condition>,
    /// The reading of contradicting sources that it belongs to; `None` where it is published under each.
    pub reading: Option<Reading>,
    /// What comes while instances run and nobody calls.
    pub idle: Idle,
    /// CloudWatch's unit; `unknown` where no source says.
    pub unit: &'static str,
    /// How well it is known.
    pub evidence: Evidence,
    /// Where it is known from, in the words of the table's head.
    pub source: &'static str,
}

/// Something that an endpoint has or does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// It has instances.
    Always,
    /// Its instances have GPUs.
    GpuInstance,
    /// Models are placed on it as inference components.
    InferenceComponents,
    /// A variant has a model of its own and answers at once.
    OwnModel,
    /// `EnableEnhancedMetrics`.
    EnhancedMetrics,
    /// It has no instances of its own.
    Serverless,
    /// It is serverless, and concurrency is kept ready.
    ProvisionedConcurrency,
    /// It has an `AsyncInferenceConfig`.
    Asynchronous,
    /// Its model's container loads models when they are asked for.
    MultiModel,
    /// Its model has several containers.
    MultiContainer,
    /// Requests say which of the containers they are for.
    DirectInvocation,
    /// Somebody calls it for a stream of answers.
    Streaming,
    /// An inference component is called while it has no copy.
    CalledWithoutCopy,
    /// Documented or believed somewhere, and absent from real endpoints.
    NeverSeen,
}

impl Condition {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "always" => Self::Always,
            "GPU instance" => Self::GpuInstance,
            "inference components" => Self::InferenceComponents,
            "endpoint with its own model" => Self::OwnModel,
            "enhanced metrics" => Self::EnhancedMetrics,
            "serverless" => Self::Serverless,
            "provisioned concurrency" => Self::ProvisionedConcurrency,
            "asynchronous" => Self::Asynchronous,
            "multi-model endpoint" => Self::MultiModel,
            "multi-container endpoint" => Self::MultiContainer,
            "direct invocation" => Self::DirectInvocation,
            "streaming" => Self::Streaming,
            "called without a copy" => Self::CalledWithoutCopy,
            "never seen" => Self::NeverSeen,
            _ => return None,
        })
    }
}

/// One way to read sources that contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// This dimension tells GPUs apart.
    GpuDimension(GpuDimension),
    /// An inference component that nobody calls publishes no `Invocations`, rather than zeros.
    SilentWhileIdle,
    /// Endpoints whose variants have models of their own publish `…Normalized` metrics too.
    NormalizedOnOwnModels,
    /// Endpoints with inference components publish requests by variant too, as the launch article had it.
    ComponentsByVariant,
    /// They publish requests by instance too.
    ComponentsByInstance,
    /// Inference components that stream publish what variants do.
    ComponentsStream,
    /// Utilization comes by availability zone and instance type too.
    ZonesOfInstances,
}

impl Reading {
    fn named(name: &str) -> Option<Self> {
        if let Some(dimension) = GpuDimension::named(name) {
            return Some(Self::GpuDimension(dimension));
        }
        Some(match name {
            "silent while idle" => Self::SilentWhileIdle,
            "normalized on own models" => Self::NormalizedOnOwnModels,
            "components by variant" => Self::ComponentsByVariant,
            "components by instance" => Self::ComponentsByInstance,
            "components stream" => Self::ComponentsStream,
            "zones of instances" => Self::ZonesOfInstances,
            _ => return None,
        })
    }
}

/// What comes while instances run and nobody calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// Values, whatever the traffic.
    Values,
    /// A 0 each interval.
    Zeros,
    /// Nothing.
    Nothing,
    /// No source says: zeros or nothing.
    Unknown,
}

/// How well a row is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Somebody recorded it from real endpoints.
    Live,
    /// AWS documents it.
    AwsDocs,
    /// Code that AWS published relies on it.
    Sample,
    /// Nobody showed it.
    Assumed,
}

impl Evidence {
    /// As pages call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::AwsDocs => "docs",
            Self::Sample => "sample",
            Self::Assumed => "assumed",
        }
    }
}

/// What is known of a variant, for what it publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traits {
    /// How it serves.
    pub serving: Serving,
    /// Whether its instances have GPUs.
    pub gpus: bool,
    /// `EnableEnhancedMetrics`.
    pub enhanced_metrics: bool,
}

impl Traits {
    /// Whether the condition holds, or may: how it is called is not known before somebody calls.
    #[must_use]
    pub fn may(self, condition: Condition) -> bool {
        let serving = self.serving;
        match condition {
            Condition::Always => !serving.is_serverless(),
            Condition::GpuInstance => self.gpus,
            Condition::InferenceComponents | Condition::CalledWithoutCopy => serving == Serving::Components,
            Condition::OwnModel => serving.is_own_model(),
            Condition::EnhancedMetrics => self.enhanced_metrics,
            Condition::Serverless => serving.is_serverless(),
            Condition::ProvisionedConcurrency => serving == Serving::Serverless { provisioned: true },
            Condition::Asynchronous => serving == Serving::Asynchronous,
            Condition::MultiModel => serving == Serving::MultiModel,
            Condition::MultiContainer | Condition::DirectInvocation => serving == Serving::Containers,
            Condition::Streaming => serving.may_stream(),
            Condition::NeverSeen => false,
        }
    }
}

impl PublishedRow {
    /// Whether a variant with these traits publishes it, or may.
    #[must_use]
    pub fn may_be_published_by(&self, traits: Traits) -> bool {
        self.published_when.iter().all(|condition| traits.may(*condition))
    }

    fn read(line: &'static str) -> Option<Self> {
        let mut cells = line.split(',');
        let mut cell = || cells.next();
        let row = Self {
            namespace: cell()?,
            metric: cell()?,
            dimensions: cell()?.split(' ').collect(),
            published_when: cell()?.split("; ").map(Condition::named).collect::<Option<_>>()?,
            reading: match cell()? {
                "" => None,
                name => Some(Reading::named(name)?),
            },
            idle: match cell()? {
                "values" => Idle::Values,
                "zeros" => Idle::Zeros,
                "nothing" => Idle::Nothing,
                "unknown" => Idle::Unknown,
                _ => return None,
            },
            unit: cell()?,
            evidence: match cell()? {
                "live" => Evidence::Live,
                "aws-docs" => Evidence::AwsDocs,
                "sample" => Evidence::Sample,
                "assumed" => Evidence::Assumed,
                _ => return None,
            },
            source: cell()?,
        };
        cells.next().is_none().then_some(row)
    }
}

/// The whole table.
#[must_use]
pub fn rows() -> &'static [PublishedRow] {
    static ROWS: LazyLock<Vec<PublishedRow>> = LazyLock::new(|| lines().filter_map(PublishedRow::read).collect());
    &ROWS
}

fn lines() -> impl Iterator<Item = &'static str> {
    TABLE.lines().filter(|line| !line.starts_with('#')).skip(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_file_is_readable() {
        for line in lines() {
            assert!(PublishedRow::read(line).is_some(), "{line}");
        }
        assert_eq!(rows().len(), 171);
    }

    #[test]
    fn requests_of_components_come_under_their_names_alone() {
        let components = Traits { serving: Serving::Components, gpus: true, enhanced_metrics: false };
        let sets: Vec<&[&str]> = rows()
            .iter()
            .filter(|row| row.metric == "Invocations" && row.reading.is_none() && row.may_be_published_by(components))
            .map(|row| row.dimensions.as_slice())
            .collect();
        let with_zone = ["InferenceComponentName", "Region", "AvailabilityZone", "InstanceType"];
        assert_eq!(sets, [&["InferenceComponentName"][..], &with_zone]);
    }

    #[test]
    fn asynchronous_variants_publish_no_invocations() {
        let asynchronous = Traits { serving: Serving::Asynchronous, gpus: true, enhanced_metrics: true };
        let published =
            |metric: &str| rows().iter().any(|row| row.metric == metric && row.may_be_published_by(asynchronous));
        assert!(published("InvocationsProcessed") && published("CPUUtilization"));
        assert!(!published("Invocations") && !published("OverheadLatency") && !published("InvocationsPerInstance"));
    }
}
