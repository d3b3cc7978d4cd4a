//! The table of what SageMaker publishes, as far as a fleet needs it, and which of its rows a variant publishes.
//!
//! `data/published.csv` says where each row is known from. The product reads the same file on its own, so that neither takes
//! over the other's mistakes.

use std::sync::LazyLock;

use super::{Fleet, GpuDimension, PublishedReading, Serving, Variant};

const TABLE: &str = include_str!("../../../data/published.csv");
// A checkout that makes no symbolic links has the path in its place.
const _: () = assert!(TABLE.len() > 1000, "data/published.csv is the text of a symbolic link, not the table");

/// One metric with one exact dimension set.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) namespace: &'static str,
    pub(super) metric: &'static str,
    pub(super) dimensions: Vec<&'static str>,
    pub(super) conditions: Vec<&'static str>,
    /// The only reading under which it is published, if there is one.
    reading: &'static str,
    pub(super) idle: &'static str,
    pub(super) unit: &'static str,
}

impl Row {
    fn read(line: &'static str) -> Option<Self> {
        let cells: Vec<&str> = line.split(',').collect();
        let [namespace, metric, dimensions, conditions, reading, idle, unit, _evidence, _source] = cells[..] else {
            return None;
        };
        let dimensions = dimensions.split(' ').collect();
        let conditions = conditions.split("; ").collect();
        Some(Self { namespace, metric, dimensions, conditions, reading, idle, unit })
    }

    pub(super) fn has(&self, dimension: &str) -> bool {
        self.dimensions.contains(&dimension)
    }

    /// Whether it tells one GPU from another.
    pub(super) fn is_per_gpu(&self) -> bool {
        GpuDimension::ALL.iter().any(|dimension| self.has(dimension.name()))
    }

    fn is_published(&self, fleet: &Fleet, variant: &Variant) -> bool {
        let read = self.reading.is_empty()
            || self.reading == fleet.gpu_dimension.name()
            || fleet.readings.iter().any(|reading| reading.name() == self.reading);
        // The table names a GPU instance in some rows of GPU metrics and takes it for granted in others.
        let gpus = !self.metric.starts_with("GPU") || variant.gpus_per_instance > 0;
        // Nothing is documented of the samples of a divided GPU.
        let whole = !self.is_per_gpu() || variant.partitions_per_gpu <= 1;
        read && gpus && whole && self.conditions.iter().all(|condition| holds(condition, fleet, variant) == Some(true))
    }

    fn is_same_metric(&self, other: &Self) -> bool {
        (self.namespace, self.metric, &self.dimensions) == (other.namespace, other.metric, &other.dimensions)
    }
}

/// Whether a condition of the table holds for a variant, or may: whether anybody streams or calls is its load's matter.
fn holds(condition: &str, fleet: &Fleet, variant: &Variant) -> Option<bool> {
    let serving = fleet.serving(variant);
    Some(match condition {
        "always" => !serving.is_serverless(),
        "GPU instance" => variant.gpus_per_instance > 0 && !serving.is_serverless(),
        "inference components" | "called without a copy" => serving == Serving::Components,
        "endpoint with its own model" => {
            matches!(serving, Serving::OwnModel | Serving::MultiModel | Serving::Containers)
        }
        "enhanced metrics" => fleet.enhanced_metrics,
        "serverless" => serving.is_serverless(),
        "provisioned concurrency" => serving == Serving::Serverless { provisioned: true },
        "asynchronous" => serving == Serving::Asynchronous,
        "multi-model endpoint" => serving == Serving::MultiModel,
        "multi-container endpoint" | "direct invocation" => serving == Serving::Containers,
        "streaming" => !serving.is_serverless() && serving != Serving::Asynchronous,
        "never seen" => false,
        _ => return None,
    })
}

fn rows() -> &'static [Row] {
    static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| lines().filter_map(Row::read).collect());
    &ROWS
}

fn lines() -> impl Iterator<Item = &'static str> {
    TABLE.lines().filter(|line| !line.starts_with('#')).skip(1)
}

/// The rows that a variant publishes or would if it were called, each metric once.
pub(super) fn published_by(fleet: &Fleet, variant: &Variant) -> Vec<&'static Row> {
    let published: Vec<&Row> = rows().iter().filter(|row| row.is_published(fleet, variant)).collect();
    // A row that is there for this reading contradicts the one for all of them.
    let contradicted = |row: &Row| {
        row.reading.is_empty()
            && published
                .iter()
                .any(|other| other.reading == PublishedReading::SilentWhileIdle.name() && other.is_same_metric(row))
    };
    published.iter().copied().filter(|row| !contradicted(row)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::scenario;

    #[test]
    fn every_row_is_readable_and_every_word_of_it_known() {
        let fleet = scenario::steady(60);
        assert_eq!(rows().len(), lines().count());
        let named = |name: &str| {
            GpuDimension::named(name).is_some()
                || name.is_empty()
                || PublishedReading::ALL.iter().any(|reading| reading.name() == name)
        };
        for row in rows() {
            for condition in &row.conditions {
                assert!(holds(condition, &fleet, &fleet.variants[0]).is_some(), "{row:?}");
            }
            assert!(named(row.reading), "{row:?}");
            assert!(["values", "zeros", "nothing", "unknown"].contains(&row.idle), "{row:?}");
        }
    }

    #[test]
    fn a_metric_is_published_once_under_either_reading_of_silence() {
        for fleet in [scenario::steady(60), scenario::steady(60).reading(PublishedReading::SilentWhileIdle)] {
            let silent = !fleet.readings.is_empty();
            let rows = published_by(&fleet, &fleet.variants[0]);
            let of_component =
                |row: &&&Row| row.metric == "Invocations" && row.dimensions == ["InferenceComponentName"];
            let idle: Vec<&str> = rows.iter().filter(of_component).map(|row| row.idle).collect();
            assert_eq!(idle, [if silent { "nothing" } else { "zeros" }]);
        }
    }
}
