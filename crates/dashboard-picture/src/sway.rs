//! Loads that rise and fall, so that a picture looks like a working day and not like a ruler.
//!
//! The same fleet always sways the same. How many instances and copies there are, and where, isn't touched: counts and costs
//! are those of the fleet at rest.

use std::f64::consts::TAU;

use metric_math::telemetry::{Fleet, FleetError, Load, MINUTE, MetricStore, Timestamp};

/// Minutes of the shortest wave; every further load has one that is a little longer.
const SHORTEST_WAVE: f64 = 34.0;

/// What a fleet publishes from its `start` until `now`, minute by minute with other loads.
pub(crate) fn publish(
    fleet: &Fleet,
    part: f64,
    (start, now): (Timestamp, Timestamp),
    store: &mut MetricStore,
) -> Result<(), FleetError> {
    if part == 0.0 {
        return fleet.publish(store, start, start..now);
    }
    let mut swaying = fleet.clone();
    let (mut from, mut minute) = (start, 0.0);
    while from < now {
        let until = (from + MINUTE).min(now);
        let mut number = 0.0;
        let mut swayed = |load: Load| {
            number += 1.0;
            // Two waves, so that none repeats itself too plainly.
            let length = SHORTEST_WAVE + 7.0 * number;
            let wave = (TAU * (minute / length + 0.37 * number)).sin() * 0.7
                + (TAU * (minute / (length / 3.7) + 0.61 * number)).sin() * 0.3;
            scaled(load, 1.0 + part * wave)
        };
        for (variant, resting) in swaying.variants.iter_mut().zip(&fleet.variants) {
            variant.load = swayed(resting.load);
        }
        for (component, resting) in swaying.components.iter_mut().zip(&fleet.components) {
            component.load = swayed(resting.load);
        }
        swaying.publish(store, start, from..until)?;
        from = until;
        minute += 1.0;
    }
    Ok(())
}

/// A load under `factor` times as many requests: memory follows only a little.
fn scaled(load: Load, factor: f64) -> Load {
    let percent = |value: f64, factor: f64| (value * factor).clamp(0.0, 100.0);
    let gently = 1.0 + (factor - 1.0) / 8.0;
    Load {
        gpu_percent: percent(load.gpu_percent, factor),
        gpu_memory_percent: percent(load.gpu_memory_percent, gently),
        cpu_percent: percent(load.cpu_percent, factor),
        memory_percent: percent(load.memory_percent, gently),
        invocations_per_minute: (load.invocations_per_minute * factor).round().max(0.0),
        backlog: (load.backlog * factor).round().max(0.0),
        model_latency_ms: load.model_latency_ms * gently,
        ..load
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use metric_math::telemetry::{HOUR, Metric, Statistic, Window, scenario};

    fn published(fleet: &Fleet, part: f64, life: (Timestamp, Timestamp)) -> MetricStore {
        let mut store = MetricStore::default();
        publish(fleet, part, life, &mut store).unwrap();
        store
    }

    #[test]
    fn counts_are_those_of_the_fleet_at_rest_and_loads_are_not() {
        let fleet = scenario::scale_out(10);
        let (still, swaying) = (published(&fleet, 0.0, (0, HOUR)), published(&fleet, 0.5, (0, HOUR)));
        assert!(still.metrics().eq(swaying.metrics()));
        let window = Window::aligned(0, HOUR, 60, HOUR);
        for metric in still.metrics().filter(|metric| metric.namespace.starts_with("/aws/sagemaker")) {
            let count = |store: &MetricStore| store.read(metric, Statistic::SampleCount, window);
            assert_eq!(count(&still), count(&swaying), "{metric:?}");
        }
        let gpu = Metric::new(
            "/aws/sagemaker/InferenceComponents",
            "GPUUtilizationNormalized",
            &[("InferenceComponentName", "llama")],
        );
        let spread = |store: &MetricStore| {
            let values: Vec<f64> = store.read(&gpu, Statistic::Average, window).into_values().collect();
            values.iter().copied().fold(0.0, f64::max) - values.iter().copied().fold(100.0, f64::min)
        };
        assert!(spread(&still) < 1e-9 && spread(&swaying) > 10.0);
    }
}
