//! What a fleet publishes, counted.

use std::collections::BTreeSet;

use super::*;
use crate::telemetry::{HOUR, MINUTE, Metric, Statistic, Window, scenario};

const GPU_SET: [&str; 6] =
    ["ContainerId", "EndpointName", "GpuId", "InferenceComponentName", "InstanceId", "VariantName"];

fn published(fleet: &Fleet, until: Timestamp) -> MetricStore {
    let mut store = MetricStore::default();
    fleet.publish(&mut store, 0, 0..until).unwrap();
    store
}

fn of_variant(name: &str) -> Metric {
    let dimensions = [("EndpointName", scenario::ENDPOINT), ("VariantName", scenario::VARIANT)];
    Metric::new("/aws/sagemaker/Endpoints", name, &dimensions)
}

fn sets(store: &MetricStore, namespace: &str, name: &str) -> BTreeSet<Vec<String>> {
    let named = store.metrics().filter(|metric| metric.namespace == namespace && metric.name == name);
    named.map(|metric| metric.dimensions.keys().cloned().collect()).collect()
}

fn samples(store: &MetricStore, namespace: &str, set: &[&str]) -> usize {
    let same = |metric: &&Metric| metric.namespace == namespace && metric.dimensions.keys().eq(set.iter().copied());
    let named = store.metrics().filter(same).filter(|metric| metric.name == "GPUUtilizationNormalized");
    named.map(|metric| store.samples(metric, 0, Timestamp::MAX).len()).sum()
}

#[test]
fn each_instance_and_each_held_gpu_publishes_once_per_interval() {
    for frequency in [10, 30, 60, 120, 180, 240, 300] {
        let store = published(&scenario::steady(frequency), HOUR);
        let intervals = f64::from(3600 / frequency);
        let window = Window::aligned(0, HOUR, 3600, HOUR);
        let count = |name| store.read(&of_variant(name), Statistic::SampleCount, window).get(&0).copied();
        assert_eq!(count("CPUUtilization"), Some(2.0 * intervals), "F = {frequency}");
        assert_eq!(count("GPUReservation"), Some(2.0 * intervals));
        let held = samples(&store, "/aws/sagemaker/InferenceComponents", &GPU_SET);
        assert_eq!(held, 5 * 3600 / frequency as usize);
    }
}

#[test]
fn reservation_is_of_each_instance_and_vanishes_with_the_last_copy() {
    let store = published(&scenario::scale_to_zero(60), 2 * HOUR);
    let read = |name, statistic| store.read(&of_variant(name), statistic, Window::aligned(0, 2 * HOUR, 60, 2 * HOUR));
    let reservation = read("GPUReservation", Statistic::Average);
    assert_eq!(reservation.len(), 30, "while copies are there");
    assert!(reservation.values().all(|percent| (percent - 100.0).abs() < 1e-9));
    assert_eq!(read("CPUUtilization", Statistic::SampleCount).len(), 60, "while instances are there");
    assert_eq!(read("CPUUtilizationNormalized", Statistic::SampleCount).len(), 30);
}

#[test]
fn dimension_sets_are_exactly_the_published_ones() {
    let set = |names: &[&str]| {
        let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        names.sort();
        names
    };
    let of_variant = set(&["EndpointName", "VariantName"]);
    let of_instance = set(&["EndpointName", "VariantName", "InstanceId"]);
    let plain = published(&Fleet { enhanced_metrics: false, ..scenario::steady(60) }, 10 * MINUTE);
    assert_eq!(sets(&plain, "/aws/sagemaker/Endpoints", "GPUUtilization"), [of_variant.clone()].into());
    let of_component = set(&["InferenceComponentName"]);
    let normalized = "GPUUtilizationNormalized";
    assert_eq!(sets(&plain, "/aws/sagemaker/InferenceComponents", normalized), [of_component.clone()].into());
    for dimension in [GpuDimension::GpuId, GpuDimension::AcceleratorId] {
        let enhanced = published(&Fleet { gpu_dimension: dimension, ..scenario::steady(60) }, 10 * MINUTE);
        let gpu = set(&["EndpointName", "VariantName", "InstanceId", dimension.name()]);
        let found = sets(&enhanced, "/aws/sagemaker/Endpoints", "GPUUtilization");
        assert_eq!(found, [of_variant.clone(), of_instance.clone(), gpu].into());
        let copy = set(&[
            "EndpointName",
            "VariantName",
            "InstanceId",
            "ContainerId",
            "InferenceComponentName",
            dimension.name(),
        ]);
        let found = sets(&enhanced, "/aws/sagemaker/InferenceComponents", normalized);
        assert_eq!(found, [of_component.clone(), copy].into());
    }
    let enhanced = published(&scenario::steady(60), 10 * MINUTE);
    let with_zone = set(&["InferenceComponentName", "Region", "AvailabilityZone", "InstanceType"]);
    let container = set(&["EndpointName", "VariantName", "InferenceComponentName", "InstanceId", "ContainerId"]);
    let found = sets(&enhanced, "AWS/SageMaker", "Invocations");
    assert_eq!(found, [of_component.clone(), with_zone.clone(), container].into());
    assert_eq!(sets(&plain, "AWS/SageMaker", "Invocations"), [of_component, with_zone].into());
    let assumed = published(&scenario::steady(60).reading(PublishedReading::ComponentsByVariant), 10 * MINUTE);
    assert!(sets(&assumed, "AWS/SageMaker", "Invocations").contains(&of_variant));
}

#[test]
fn invocations_keep_to_a_minute_without_enhanced_metrics() {
    let count = |enhanced_metrics| {
        let store = published(&Fleet { enhanced_metrics, ..scenario::one_hot_model(10) }, 10 * MINUTE);
        let metric = Metric::new("AWS/SageMaker", "Invocations", &[("InferenceComponentName", "llama")]);
        let samples = store.samples(&metric, 0, HOUR);
        (samples.len(), samples.iter().map(|sample| sample.value).sum::<f64>())
    };
    assert_eq!(count(true), (60, 6000.0));
    assert_eq!(count(false), (10, 6000.0));
}

fn values(fleet: &Fleet, name: &str, dimensions: &[(&str, &str)]) -> Vec<f64> {
    let store = published(fleet, 10 * MINUTE);
    let metric = Metric::new("AWS/SageMaker", name, dimensions);
    store.samples(&metric, 0, HOUR).iter().map(|sample| sample.value).collect()
}

#[test]
fn what_nobody_calls_publishes_zeros_or_nothing_and_no_latency() {
    let of_component = [("InferenceComponentName", "llama")];
    let read = |fleet: &Fleet, name| values(fleet, name, &of_component);
    let (idle, silent) = (scenario::idle(60), scenario::idle(60).reading(PublishedReading::SilentWhileIdle));
    assert_eq!(read(&idle, "Invocations"), vec![0.0; 10]);
    assert_eq!(read(&idle, "Invocation5XXErrors"), vec![0.0; 10]);
    for (fleet, name) in [(&idle, "ModelLatency"), (&silent, "Invocations"), (&silent, "Invocation5XXErrors")] {
        assert_eq!(read(fleet, name), vec![0.0; 0], "{name}");
    }
}

#[test]
fn at_zero_copies_zeros_come_under_one_reading_and_calls_are_told_of() {
    let of_component = [("InferenceComponentName", "llama")];
    let calls = Load { calls_without_copy_per_minute: 6.0, ..Load::default() };
    let model = Component { load: calls, ..scenario::model("llama", 1, Steps::always(0)) };
    let fleet = Fleet::new(scenario::ENDPOINT, 60, scenario::variant(4, Steps::always(1))).with(model);
    assert_eq!(values(&fleet, "Invocations", &of_component), vec![0.0; 0]);
    assert_eq!(values(&fleet, "NoCapacityInvocationFailures", &of_component), vec![6.0; 10]);
    let fleet = fleet.reading(PublishedReading::ZerosAtZeroCopies);
    assert_eq!(values(&fleet, "Invocations", &of_component), vec![0.0; 10]);
    assert_eq!(values(&fleet, "ModelLatency", &of_component), vec![0.0; 0]);
}

#[test]
fn each_request_counts_as_the_part_that_falls_to_an_instance() {
    let of_variant = [("EndpointName", scenario::ENDPOINT), ("VariantName", scenario::VARIANT)];
    let sum = |name| values(&scenario::serving(60, Serving::OwnModel), name, &of_variant).iter().sum::<f64>();
    assert!((sum("Invocations") - 1200.0).abs() < 1e-9, "two instances, 60 a minute each");
    assert!((sum("InvocationsPerInstance") - 600.0).abs() < 1e-9);
    let copies = values(&scenario::steady(60), "InvocationsPerCopy", &[("InferenceComponentName", "llama")]);
    assert_eq!(copies, vec![30.0; 20], "two copies");
}

#[test]
fn a_queue_without_an_instance_says_so() {
    let of_endpoint = [("EndpointName", scenario::ENDPOINT)];
    let mut fleet = scenario::serving(60, Serving::Asynchronous);
    assert_eq!(values(&fleet, "ApproximateBacklogSizePerInstance", &of_endpoint), vec![6.0; 10]);
    assert_eq!(values(&fleet, "HasBacklogWithoutCapacity", &of_endpoint), vec![0.0; 10]);
    fleet.variants[0].instances = Steps::always(0);
    assert_eq!(values(&fleet, "ApproximateBacklogSize", &of_endpoint), vec![12.0; 10]);
    assert_eq!(values(&fleet, "ApproximateBacklogSizePerInstance", &of_endpoint), vec![0.0; 0]);
    assert_eq!(values(&fleet, "HasBacklogWithoutCapacity", &of_endpoint), vec![1.0; 10]);
}

#[test]
fn a_divided_gpu_publishes_nothing_of_its_own_and_reserves_its_parts() {
    let mut fleet = scenario::steady(60);
    fleet.variants[0].partitions_per_gpu = 7;
    let store = published(&fleet, 10 * MINUTE);
    assert!(store.metrics().all(|metric| !metric.dimensions.contains_key("GpuId")));
    let window = Window::aligned(0, 10 * MINUTE, 600, 10 * MINUTE);
    let reserved = store.read(&of_variant("GPUReservation"), Statistic::Sum, window)[&0];
    assert!((reserved - 10.0 * 100.0 * 5.0 / 28.0).abs() < 1e-9, "five partitions of 28: {reserved}");
}

#[test]
fn phases_change_when_and_not_how_much() {
    let fleet = Fleet { phases: Phases::PerInstance, ..scenario::steady(60) };
    let store = published(&fleet, HOUR);
    let times: BTreeSet<Timestamp> =
        store.samples(&of_variant("CPUUtilization"), 0, HOUR).iter().map(|sample| sample.at % MINUTE).collect();
    assert_eq!(times.len(), 2, "each instance at a time of its own");
    assert_eq!(samples(&store, "/aws/sagemaker/InferenceComponents", &GPU_SET), 5 * 60);
}

#[test]
fn adjoining_ranges_publish_what_one_range_does() {
    for phases in [Phases::Aligned, Phases::PerInstance] {
        let fleet = Fleet { phases, ..scenario::scale_out(30) };
        let mut piecewise = MetricStore::default();
        let mut from = 0;
        for until in [95 * SECOND, 1801 * SECOND, HOUR] {
            fleet.publish(&mut piecewise, 0, from..until).unwrap();
            from = until;
        }
        let whole = published(&fleet, HOUR);
        assert!(whole.metrics().eq(piecewise.metrics()));
        for metric in whole.metrics() {
            assert_eq!(whole.samples(metric, 0, HOUR), piecewise.samples(metric, 0, HOUR), "{metric:?}");
        }
    }
}

#[test]
fn a_fleet_that_contradicts_itself_publishes_nothing() {
    let steady = scenario::steady(60);
    let wrong = [
        (Fleet { publish_frequency: 15, ..steady.clone() }, FleetError::Frequency(15)),
        (steady.clone().with(scenario::model("llama", 1, Steps::always(1))), FleetError::DoubledName("llama".into())),
        (
            steady.with(Component { variant: "gone".into(), ..scenario::model("qwen", 1, Steps::always(1)) }),
            FleetError::UnknownVariant { component: "qwen".into(), variant: "gone".into() },
        ),
        (
            scenario::serving(60, Serving::MultiModel).with(scenario::model("qwen", 1, Steps::always(1))),
            FleetError::NoComponents { component: "qwen".into(), variant: scenario::VARIANT.into() },
        ),
    ];
    for (fleet, error) in wrong {
        let mut store = MetricStore::default();
        assert_eq!(fleet.publish(&mut store, 0, 0..HOUR), Err(error));
        assert_eq!(store.metrics().count(), 0);
    }
}

#[test]
fn a_fleet_reads_from_json() {
    let fleet: Fleet = serde_json::from_value(serde_json::json!({
        "endpoint": "chat", "publish_frequency": 60, "enhanced_metrics": true, "gpu_dimension": "AcceleratorId",
        "variants": [{"name": "v", "instance_type": "ml.g6.12xlarge", "gpus_per_instance": 4, "instances": [[0, 2]]}],
        "components": [{"name": "llama", "variant": "v", "gpus_per_copy": 1, "copies": [[0, 1], [600, 3]], "load": {"gpu_percent": 90.0}}],
    }))
    .unwrap();
    assert_eq!((fleet.gpus_held(0, None), fleet.gpus_held(600 * SECOND, None)), (1, 3));
    assert_eq!(serde_json::from_value::<Fleet>(serde_json::to_value(&fleet).unwrap()).unwrap(), fleet);
}

#[test]
fn how_a_variant_serves_and_what_is_read_can_be_said_in_json() {
    let fleet: Fleet = serde_json::from_value(serde_json::json!({
        "endpoint": "chat", "publish_frequency": 60, "readings": ["silent_while_idle", "zones_of_instances"],
        "variants": [
            {"name": "a", "instance_type": "", "gpus_per_instance": 0, "instances": [], "serving": {"serverless": {"provisioned": true}}},
            {"name": "b", "instance_type": "ml.m5.xlarge", "gpus_per_instance": 0, "instances": [[0, 1]], "serving": "asynchronous"},
        ],
    }))
    .unwrap();
    assert_eq!(fleet.serving(&fleet.variants[0]), Serving::Serverless { provisioned: true });
    let store = published(&fleet, 10 * MINUTE);
    assert_eq!(sets(&store, "AWS/SageMaker", "ServerlessProvisionedConcurrencyUtilization").len(), 1);
    assert_eq!(sets(&store, "/aws/sagemaker/Endpoints", "CPUUtilization").len(), 2, "its own set, and the zone's");
}
