//! What detailed observability costs in a month: its OpenTelemetry metrics are charged by the gigabyte that is ingested.
//!
//! No page says how many series an endpoint publishes or how long they are, so the estimate is a range: least is what AWS's
//! reference lists, most is everything that the exporters which it names publish by default. Each data point counts with its name,
//! labels, resource attributes, time and value (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/metrics-otel-pricing.html>).

use metric_math::telemetry::{Fleet, Serving};
use monitored_endpoint::figure::Column;
use monitored_endpoint::spec::Dollars;
use serde::Serialize;

use super::instances::HOURS;

const SECONDS_A_MONTH: f64 = HOURS * 3600.0;
const BYTES_A_GIGABYTE: f64 = 1e9;

/// What is assumed of one side of the range.
#[derive(Clone, Copy, Debug)]
struct Assumed {
    /// Series of one GPU: utilization and memory, or the default counters of NVIDIA's DCGM exporter.
    per_gpu: f64,
    /// Series of one instance: one for each metric that the reference lists, or the node exporter's, which has eight for each
    /// processor.
    per_instance: f64,
    /// Series of one container: none where it serves no `/metrics`, or vLLM's, whose histograms have some twenty each.
    per_container: f64,
    /// Bytes of one data point, of which the seven labels in the reference take most.
    bytes: f64,
}

/// <https://docs.aws.amazon.com/sagemaker/latest/dg/inference-monitoring.html> lists metrics and labels.
const LEAST: Assumed = Assumed { per_gpu: 2.0, per_instance: 5.0, per_container: 0.0, bytes: 300.0 };
const MOST: Assumed = Assumed { per_gpu: 30.0, per_instance: 600.0, per_container: 600.0, bytes: 700.0 };

/// Who is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Measured {
    gpus: f64,
    instances: f64,
    containers: f64,
}

/// A range of what is ingested in a month, and what that costs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Ingestion {
    pub(crate) least_gigabytes: f64,
    pub(crate) most_gigabytes: f64,
    pub(crate) dollars_each: f64,
    pub(crate) least_dollars_per_month: f64,
    pub(crate) most_dollars_per_month: f64,
    /// What the range stands on.
    pub(crate) assumptions: String,
    /// How to pay nothing of it.
    pub(crate) to_switch_off: String,
}

impl Ingestion {
    /// What `fleet` ingests as it begins, at `dollars_each` a gigabyte; `None` where nothing has instances.
    pub(crate) fn of(fleet: &Fleet, dollars_each: f64) -> Option<Self> {
        let measured = measured(fleet);
        if measured == Measured::default() {
            return None;
        }
        let gigabytes = |assumed: &Assumed| measured.bytes_a_month(assumed, fleet.publish_frequency) / BYTES_A_GIGABYTE;
        let (least, most) = (gigabytes(&LEAST), gigabytes(&MOST));
        Some(Self {
            least_gigabytes: least,
            most_gigabytes: most,
            dollars_each,
            least_dollars_per_month: least * dollars_each,
            most_dollars_per_month: most * dollars_each,
            assumptions: format!(
                "a data point every {} s from {} to {} series of each GPU, {} to {} of each instance and {} to {} of each container, {} to \
                 {} bytes long; AWS says neither, so see \"Usage Metrics\" in the CloudWatch console for what is really ingested",
                fleet.publish_frequency,
                LEAST.per_gpu,
                MOST.per_gpu,
                LEAST.per_instance,
                MOST.per_instance,
                LEAST.per_container,
                MOST.per_container,
                LEAST.bytes,
                MOST.bytes,
            ),
            to_switch_off: "set MetricsConfig.EnableDetailedObservability to false: it is on unless a config says otherwise, and no panel or \
                            alarm needs it but an IdleGpuAlarm with Source PromQL"
                .to_owned(),
        })
    }

    /// `$0.12 to $28.40`.
    pub(crate) fn dollars(&self) -> String {
        let show = |amount: f64| Column::CENTS.show(Dollars(amount));
        format!("{} to {}", show(self.least_dollars_per_month), show(self.most_dollars_per_month))
    }

    /// A row of the table of costs.
    pub(crate) fn row(&self) -> [String; 4] {
        [
            "Detailed observability, gigabytes ingested".to_owned(),
            format!("{:.2} to {:.2}", self.least_gigabytes, self.most_gigabytes),
            Column::CENTS.show(Dollars(self.dollars_each)),
            self.dollars(),
        ]
    }

    /// What stands below the table.
    pub(crate) fn notes(&self) -> [String; 2] {
        [
            format!("detailed observability is counted as {}", self.assumptions),
            format!("to pay nothing for detailed observability, {}", self.to_switch_off),
        ]
    }
}

impl Measured {
    fn bytes_a_month(self, assumed: &Assumed, publish_frequency: u32) -> f64 {
        let series = self.gpus * assumed.per_gpu
            + self.instances * assumed.per_instance
            + self.containers * assumed.per_container;
        series * assumed.bytes * SECONDS_A_MONTH / f64::from(publish_frequency.max(1))
    }
}

/// The fleet's GPUs, instances and containers when it begins. A model of its own has a container on each instance.
fn measured(fleet: &Fleet) -> Measured {
    let mut measured = Measured::default();
    for variant in &fleet.variants {
        let serving = fleet.serving(variant);
        if matches!(serving, Serving::Serverless { .. }) {
            continue;
        }
        let instances = f64::from(variant.instances.at(0));
        measured.instances += instances;
        measured.gpus += instances * f64::from(variant.gpus_per_instance);
        measured.containers += if serving == Serving::Components { 0.0 } else { instances };
    }
    measured.containers += fleet.components.iter().map(|component| f64::from(component.copies.at(0))).sum::<f64>();
    measured
}

#[cfg(test)]
mod tests {
    use metric_math::telemetry::scenario::steady;

    use super::*;

    #[test]
    fn six_times_the_frequency_is_six_times_the_cost() {
        let at = |seconds: u32| Ingestion::of(&steady(seconds), 0.5).unwrap();
        let (slow, fast) = (at(60), at(10));
        assert!(0.0 < slow.least_dollars_per_month && slow.least_dollars_per_month < slow.most_dollars_per_month);
        for (slow, fast) in [
            (slow.least_dollars_per_month, fast.least_dollars_per_month),
            (slow.most_dollars_per_month, fast.most_dollars_per_month),
        ] {
            assert!((slow * 6.0 - fast).abs() < 1e-9, "{slow} and {fast}");
        }
    }

    #[test]
    fn one_instance_s_points_are_counted_by_hand() {
        let measured = Measured { gpus: 4.0, instances: 1.0, containers: 2.0 };
        // 2 × 4 + 5 series × 300 bytes × 43,800 minutes of a month.
        assert!((measured.bytes_a_month(&LEAST, 60) - 13.0 * 300.0 * 43_800.0).abs() < 1e-3);
        assert!((measured.bytes_a_month(&MOST, 60) - 1920.0 * 700.0 * 43_800.0).abs() < 1e-3);
    }

    #[test]
    fn what_is_serverless_has_nobody_to_measure() {
        let mut fleet = steady(60);
        fleet.components.clear();
        fleet.variants[0].serving = Some(Serving::Serverless { provisioned: false });
        assert_eq!(Ingestion::of(&fleet, 0.5), None);
    }
}
