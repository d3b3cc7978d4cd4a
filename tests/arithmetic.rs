//! The numbers behind the alarm: right at every publish frequency, period and number of GPUs.
//!
//! Fleets are made up, the samples that they would publish are counted, and the planned expressions are evaluated
//! over them.

use monitored_endpoint::spec::GpuDimension;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::declaration::shared_gpus;
use crate::support::evaluated::{Datapoints, evaluate};
use crate::support::fleet::FREQUENCIES;
use crate::support::planning::{alarms, planned};
use crate::support::properties::cases;

const GPUS: [u32; 5] = [1, 2, 4, 8, 16];

/// One variant's instances: how many GPUs each has, and how many of them models hold.
#[derive(Clone, Debug)]
struct Fleet {
    gpus: u32,
    held: Vec<u32>,
}

impl Fleet {
    fn instances(&self) -> f64 {
        f64::from(u32::try_from(self.held.len()).unwrap())
    }

    fn held(&self) -> u32 {
        self.held.iter().sum()
    }

    fn unused(&self) -> u32 {
        self.held.iter().map(|held| self.gpus - held).sum()
    }

    /// What CloudWatch has of `CPUUtilization` and `GPUReservation` after one period, under these ids.
    fn publish(&self, number: usize, samples_each: u32, into: &mut Datapoints) {
        if self.held.is_empty() {
            return;
        }
        let samples = self.instances() * f64::from(samples_each);
        into.by_id.insert(format!("i{number}"), samples);
        if self.held() == 0 {
            // The metric exists only while something is placed.
            return;
        }
        // Percentages are added up sample by sample: an exact sum is not to be expected.
        let percents = (0..samples_each).flat_map(|_| self.held.iter());
        let total: f64 = percents.map(|held| f64::from(*held) / f64::from(self.gpus) * 100.0).sum();
        into.by_id.insert(format!("r{number}"), total);
    }
}

fn any_fleet(most: usize) -> impl Strategy<Value = Fleet> {
    prop::sample::select(GPUS.to_vec()).prop_flat_map(move |gpus| {
        let full_or_not = prop_oneof![3 => Just(gpus), 1 => 0..=gpus];
        prop::collection::vec(full_or_not, 1..=most).prop_map(move |held| Fleet { gpus, held })
    })
}

/// A frequency, and an alarm period that CloudWatch takes and that is a multiple of it.
fn any_times() -> impl Strategy<Value = (u32, u32)> {
    prop::sample::select(FREQUENCIES.to_vec()).prop_flat_map(|frequency| {
        let periods: Vec<u32> = [10, 20, 30, 60, 120, 180, 240, 300, 600, 900, 1800, 3600]
            .into_iter()
            .filter(|period| *period >= frequency && period % frequency == 0)
            .collect();
        (Just(frequency), prop::sample::select(periods))
    })
}

/// The planned expression of an alarm on these variants.
fn alarm_expression(fleets: &[Fleet], frequency: u32, period: u32, comparison: &str) -> String {
    let variant = |at: usize| json!({"VariantName": format!("v{at}"), "InstanceType": "ml.g6.12xlarge"});
    let gpus = |(at, fleet): (usize, &Fleet)| json!({"VariantName": format!("v{at}"), "GpusPerInstance": fleet.gpus});
    let declared = shared_gpus("chat")
        .with("ProductionVariants", (0..fleets.len()).map(variant).collect::<Value>())
        .with("Variants", fleets.iter().enumerate().map(gpus).collect::<Value>())
        .with("MetricsConfig", json!({"EnableEnhancedMetrics": true, "MetricPublishFrequencyInSeconds": frequency}))
        .with("UnusedGpuAlarm", json!({"Period": period, "EvaluationPeriods": 1, "ComparisonOperator": comparison}));
    let requests = alarms(&planned(&declared, &[GpuDimension::GpuId]));
    requests[0]["Metrics"][0]["Expression"].as_str().unwrap().to_owned()
}

fn datapoints(fleets: &[Fleet], frequency: u32, period: u32) -> Datapoints {
    let mut datapoints = Datapoints { period, ..Datapoints::default() };
    for (number, fleet) in fleets.iter().enumerate() {
        fleet.publish(number, period / frequency, &mut datapoints);
    }
    datapoints
}

fn breaches(comparison: &str, value: f64, threshold: f64) -> bool {
    match comparison {
        "GreaterThanOrEqualToThreshold" => value >= threshold,
        "GreaterThanThreshold" => value > threshold,
        "LessThanThreshold" => value < threshold,
        "LessThanOrEqualToThreshold" => value <= threshold,
        other => panic!("{other}"),
    }
}

const COMPARISONS: [&str; 4] =
    ["GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"];

/// Checks that the alarm decides as somebody would who counts the GPUs.
fn decides_rightly(fleets: &[Fleet], frequency: u32, period: u32) -> Result<(), TestCaseError> {
    let unused: u32 = fleets.iter().map(Fleet::unused).sum();
    for comparison in COMPARISONS {
        let expression = alarm_expression(fleets, frequency, period, comparison);
        let value = evaluate(&expression, &datapoints(fleets, frequency, period)).unwrap();
        prop_assert!((value - f64::from(unused)).abs() < 1e-6, "{} of {} unused: {}", value, unused, expression);
        for threshold in (1..=4).chain([unused.max(1) - 1, unused, unused + 1]) {
            let (counted, threshold) = (f64::from(unused), f64::from(threshold));
            prop_assert_eq!(
                breaches(comparison, value, threshold),
                breaches(comparison, counted, threshold),
                "{} unused GPUs read as {} and compared with {} by {}",
                unused,
                value,
                threshold,
                comparison
            );
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn the_alarm_decides_as_if_gpus_were_counted(fleet in any_fleet(100), (frequency, period) in any_times()) {
        decides_rightly(&[fleet], frequency, period)?;
    }

    #[test]
    fn the_alarm_adds_variants_up(
        fleets in prop::collection::vec(any_fleet(30), 2..=5), (frequency, period) in any_times()
    ) {
        decides_rightly(&fleets, frequency, period)?;
    }
}

/// Every instance holds the same: whole numbers of GPUs at every size of fleet.
#[test]
fn one_gpu_free_of_any_number_is_one() {
    for gpus in GPUS {
        for instances in 1..=100 {
            let mut fleet = Fleet { gpus, held: vec![gpus; instances] };
            fleet.held[instances / 2] -= 1;
            decides_rightly(&[fleet], 60, 60).unwrap();
        }
    }
}

#[test]
fn with_nothing_placed_every_gpu_is_unused() {
    for gpus in GPUS {
        for (frequency, period) in [(10, 60), (60, 60), (300, 300)] {
            let idle = Fleet { gpus, held: vec![0; 3] };
            decides_rightly(std::slice::from_ref(&idle), frequency, period).unwrap();
            let busy = Fleet { gpus, held: vec![gpus; 2] };
            decides_rightly(&[busy, idle], frequency, period).unwrap();
        }
    }
}

#[test]
fn without_an_instance_there_is_no_datapoint() {
    let none = Fleet { gpus: 4, held: Vec::new() };
    for comparison in COMPARISONS {
        let one = alarm_expression(std::slice::from_ref(&none), 60, 60, comparison);
        assert_eq!(evaluate(&one, &datapoints(std::slice::from_ref(&none), 60, 60)), None);
        let two = [none.clone(), none.clone()];
        assert_eq!(evaluate(&alarm_expression(&two, 60, 60, comparison), &datapoints(&two, 60, 60)), None);
    }
}

/// One variant scaled to zero does not hide what is unused on another.
#[test]
fn a_variant_without_instances_does_not_take_the_others_along() {
    let fleets = [Fleet { gpus: 4, held: Vec::new() }, Fleet { gpus: 8, held: vec![6, 8] }];
    decides_rightly(&fleets, 60, 300).unwrap();
}
