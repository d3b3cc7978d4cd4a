//! Panels: counts and costs that are true and that add up.

use metric_math::{
    evaluation::{Reading, Series, dashboard::Line},
    telemetry::{Fleet, HOUR, MetricStore, Phases, SECOND, Steps, Timestamp, scenario},
};
use proptest::{prelude::*, sample::Index};

use super::{
    fleets::{
        FREQUENCIES, LENGTH, START, any_fleet, gpu_seconds, instance_seconds, labelled, lines, periods, published,
        the_one,
    },
    kinds::partitioned,
    planned::{PRICE, Planned, planned_for},
};

use crate::support::properties::cases;

const CENT: f64 = 0.01;

fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-6 * expected.abs().max(1.0)
}

/// No line has a value that is no number, or less than nothing.
fn assert_sound(lines: &[Line]) -> Result<(), TestCaseError> {
    for line in lines {
        for (at, value) in &line.series.points {
            prop_assert!(value.is_finite() && *value >= -1e-9, "{} is {value} at {at}", line.series.label);
        }
    }
    Ok(())
}

/// Where instances are, used and unused GPUs are there too and add up to their GPUs.
fn assert_gpus_add_up(lines: &[Line], gpus: u32) -> Result<(), TestCaseError> {
    let instances = the_one(lines, "Instances");
    let (used, unused) = (labelled(lines, "Used GPUs"), labelled(lines, "Unused GPUs"));
    prop_assert_eq!(unused.len(), 1, "lines of unused GPUs with data");
    prop_assert!(used.len() <= 1, "{} lines of used GPUs with data", used.len());
    for (at, count) in &instances.points {
        let used = used.first().and_then(|used| used.points.get(at)).copied().unwrap_or(0.0);
        let Some(unused) = unused[0].points.get(at) else {
            return Err(TestCaseError::fail(format!("no unused GPUs at {at}, with {count} instances")));
        };
        prop_assert!(close(used + unused, count * f64::from(gpus)), "{used} + {unused} of {count} × {gpus} at {at}");
    }
    Ok(())
}

/// The dollars of all models and of unallocated GPUs are those of the instances, in sum and at the end of every running
/// sum.
fn assert_dollars_add_up(lines: &[Line], fleet: &Fleet) -> Result<(), TestCaseError> {
    let gpus = f64::from(fleet.variants[0].gpus_per_instance);
    let mut sum = 0.0;
    let mut dollars = |label: &str, gpu_seconds: f64| {
        let expected = gpu_seconds * PRICE / gpus / 3600.0;
        let cumulative = labelled(lines, &format!("{label} $ cumulative"));
        prop_assert!(cumulative.len() <= 1, "{label}");
        let total = cumulative.first().and_then(|series| series.last()).unwrap_or_default();
        prop_assert!(close(total, expected), "{label}: ${total} and not ${expected}");
        sum += total;
        Ok(())
    };
    let mut held = 0.0;
    for component in &fleet.components {
        let of_model = gpu_seconds(fleet, Some(&component.name));
        dollars(&component.name, of_model)?;
        held += of_model;
    }
    dollars("Unallocated", instance_seconds(fleet) * gpus - held)?;
    let bill = instance_seconds(fleet) * PRICE / 3600.0;
    prop_assert!(close(sum, bill), "{sum}");
    let instances = labelled(lines, "Instances $ cumulative");
    prop_assert!(close(instances[0].last().unwrap_or_default(), bill), "instances: {sum}");
    let others = labelled(lines, "Other models $ cumulative");
    let others = others.first().and_then(|series| series.last()).unwrap_or_default();
    prop_assert!(others.abs() < 1e-6, "all models are listed, and others cost {others}");
    Ok(())
}

fn assert_right(
    fleet: &Fleet,
    planned: &Planned,
    store: &MetricStore,
    reading: Reading,
    period: u32,
) -> Result<(), TestCaseError> {
    let lines = lines(planned, store, reading, period);
    assert_sound(&lines)?;
    if instance_seconds(fleet) > 0.0 {
        assert_gpus_add_up(&lines, fleet.variants[0].gpus_per_instance)?;
        assert_dollars_add_up(&lines, fleet)?;
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(128))]

    /// Samples of one instant, or of each instance's own: sums hold at every period, also at those that are no multiple
    /// of the publish frequency.
    #[test]
    fn gpus_and_dollars_add_up(
        fleet in any_fleet(),
        own_phases in any::<bool>(),
        reading in any::<Index>(),
        period in any::<Index>(),
    ) {
        let phases = if own_phases { Phases::PerInstance } else { Phases::Aligned };
        let fleet = Fleet { phases, ..fleet };
        let periods: Vec<u32> = periods(fleet.publish_frequency).collect();
                assert_right(&fleet, &planned_for(&fleet), &published(&fleet), *reading.get(&Reading::ALL), *period.get(&periods))?;
    }

    /// Counts are the true ones wherever a period is a multiple of the publish frequency and nothing changes within it.
    #[test]
    fn counts_are_true(fleet in any_fleet(), period in any::<Index>(), reading in any::<Index>()) {
        let (planned, store) = (planned_for(&fleet), published(&fleet));
                let multiple = |period: &u32| period.is_multiple_of(fleet.publish_frequency);
        let periods: Vec<u32> = periods(fleet.publish_frequency).filter(multiple).collect();
        {
            let period = *period.get(&periods);
            let lines = lines(&planned, &store, *reading.get(&Reading::ALL), period);
            let instances = |at| f64::from(fleet.variants[0].instances.at(at));
            assert_count(&lines, "Instances", period, &instances)?;
            #[allow(clippy::cast_precision_loss)] // hundreds of GPUs
            let used = |at| fleet.gpus_held(at, None) as f64;
            assert_count(&lines, "Used GPUs", period, &used)?;
            let gpus = f64::from(fleet.variants[0].gpus_per_instance);
            assert_count(&lines, "Unused GPUs", period, &|at| instances(at) * gpus - used(at))?;
        }
    }
}

/// A line says what is true at each period within which the truth doesn't change; no line counts as 0.
fn assert_count(
    lines: &[Line],
    label: &str,
    period: u32,
    truth: &dyn Fn(Timestamp) -> f64,
) -> Result<(), TestCaseError> {
    let line: Option<&Series> = labelled(lines, label).first().copied();
    let step = Timestamp::from(period) * SECOND;
    // Periods are whole ones of the clock, wherever the fleet starts.
    let first = (START + step - 1).div_euclid(step) * step - START;
    for at in (0..).map(|number| first + number * step).take_while(|at| at + step <= LENGTH) {
        let within: Vec<f64> = (0..step / SECOND).step_by(10).map(|second| truth(at + second * SECOND)).collect();
        if within.iter().any(|other| !close(*other, within[0])) {
            continue;
        }
        let found = line.and_then(|line| line.points.get(&(START + at))).copied().unwrap_or(0.0);
        prop_assert!(close(found, within[0]), "{label} {found} and not {} at {at}, period {period}", within[0]);
    }
    Ok(())
}

#[test]
fn every_scenario_is_right_at_every_frequency_and_period() {
    type Scenario = fn(u32) -> Fleet;
    let all: [Scenario; 5] =
        [scenario::steady, scenario::scale_out, scenario::idle, scenario::scale_to_zero, scenario::one_hot_model];
    for scenario in all {
        for frequency in FREQUENCIES {
            let fleet = scenario(frequency);
            let (planned, store) = (planned_for(&fleet), published(&fleet));
            for (period, reading) in periods(frequency).zip(Reading::ALL.into_iter().cycle()) {
                assert_right(&fleet, &planned, &store, reading, period)
                    .unwrap_or_else(|error| panic!("{error}: F = {frequency}, P = {period}, {fleet:#?}"));
            }
        }
    }
}

/// Where GPUs are partitioned alike, a copy holds one partition, and all of them together cost what the instances do.
#[test]
fn partitions_are_counted_and_their_dollars_add_up() {
    for frequency in FREQUENCIES {
        let fleet = Fleet { publish_frequency: frequency, ..partitioned() };
        let partitions = f64::from(fleet.variants[0].gpus_per_instance * fleet.variants[0].partitions_per_gpu);
        let (planned, store) = (planned_for(&fleet), published(&fleet));
        for period in periods(frequency) {
            let lines = lines(&planned, &store, Reading::default(), period);
            assert_sound(&lines).unwrap();
            let total = |label: &str| the_one(&lines, label).last().unwrap();
            let dollars = |seconds: f64| seconds * PRICE / partitions / 3600.0;
            let mut held = 0.0;
            for component in &fleet.components {
                let of_model = gpu_seconds(&fleet, Some(&component.name));
                let found = total(&format!("{} $ cumulative", component.name));
                assert!(close(found, dollars(of_model)), "{}: ${found} at F = {frequency}", component.name);
                held += of_model;
            }
            let unallocated = total("Unallocated $ cumulative");
            assert!(close(unallocated, dollars(instance_seconds(&fleet) * partitions - held)), "${unallocated}");
            let bill = instance_seconds(&fleet) * PRICE / 3600.0;
            assert!(close(dollars(held) + unallocated, bill), "F = {frequency}, P = {period}");
        }
    }
}

/// The worst waste: instances run and no model was ever placed, so that a search finds no metric at all.
#[test]
fn instances_without_any_model_are_all_unused() {
    for frequency in FREQUENCIES {
        let fleet = Fleet::new(scenario::ENDPOINT, frequency, scenario::variant(4, Steps::always(2)))
            .with(scenario::model("llama", 2, Steps::always(0)));
        let (planned, store) = (planned_for(&fleet), published(&fleet));
        for reading in Reading::ALL {
            let lines = lines(&planned, &store, reading, 3600);
            assert!(
                the_one(&lines, "Unused GPUs").points.values().all(|unused| close(*unused, 8.0)),
                "F = {frequency}"
            );
            let dollars = the_one(&lines, "Unallocated $ cumulative").last().unwrap();
            assert!((dollars - 2.0 * 2.0 * PRICE).abs() < CENT, "${dollars} at F = {frequency}, {reading:?}");
        }
    }
}

/// Nothing runs: nothing is drawn, or zero.
#[test]
fn an_endpoint_scaled_to_zero_shows_and_costs_nothing() {
    let fleet = Fleet::new(scenario::ENDPOINT, 60, scenario::variant(4, Steps::always(0))).with(scenario::model(
        "llama",
        2,
        Steps::always(1),
    ));
    let (planned, store) = (planned_for(&fleet), published(&fleet));
    for reading in Reading::ALL {
        for line in lines(&planned, &store, reading, 60) {
            assert!(line.series.points.values().all(|value| value.abs() < 1e-9), "{}", line.series.label);
        }
    }
}

/// Reserved GPUs are the used ones of endpoints that publish nothing per GPU.
#[test]
fn without_enhanced_metrics_reservations_count_gpus() {
    for frequency in FREQUENCIES {
        let fleet = Fleet { enhanced_metrics: false, ..scenario::steady(frequency) };
        let (planned, store) = (planned_for(&fleet), published(&fleet));
        for reading in Reading::ALL {
            let lines = lines(&planned, &store, reading, 3600);
            assert!(the_one(&lines, "Used GPUs").points.values().all(|used| close(*used, 5.0)), "F = {frequency}");
            assert!(the_one(&lines, "Unused GPUs").points.values().all(|unused| close(*unused, 3.0)));
            assert!(labelled(&lines, "llama $").is_empty(), "what a model costs can't be told");
        }
    }
}

/// Until a metric is published nobody knows the dimension: both are drawn, and only one of them has data.
#[test]
fn both_dimensions_together_draw_one_line_of_each_kind() {
    use metric_math::telemetry::GpuDimension;
    use monitored_endpoint::spec::GpuDimension as Planned;
    for gpu_dimension in [GpuDimension::GpuId, GpuDimension::AcceleratorId] {
        let fleet = Fleet { gpu_dimension, ..scenario::steady(10) };
        let planned = super::planned::planned(&super::planned::declaration(&fleet), &Planned::ALL);
        for reading in Reading::ALL {
            assert_right(&fleet, &planned, &published(&fleet), reading, 60).unwrap();
        }
    }
}

/// A running sum and a total don't depend on the zoom.
#[test]
fn cost_is_the_same_at_every_zoom() {
    let fleet = scenario::steady(10);
    let (planned, store) = (planned_for(&fleet), published(&fleet));
    for period in periods(10) {
        let lines = lines(&planned, &store, Reading::default(), period);
        let dollars = the_one(&lines, "llama $ cumulative").last().unwrap();
        #[allow(clippy::cast_precision_loss)] // two hours
        let hours = LENGTH as f64 / HOUR as f64;
        assert!((dollars - hours * PRICE).abs() < 1e-9, "four GPUs of four, for two hours: ${dollars} at {period} s");
    }
}
