//! Deviations, planted one by one in what a good endpoint publishes: each is found, and none is invented.

use metric_math::telemetry::Metric;
use monitored_endpoint::spec::Serving;
use serde_json::json;

use super::good::dashboard;
use super::world::{COMPONENTS, ENDPOINT, Kind, Published, VARIANT, World, good};

const ENDPOINTS: &str = "/aws/sagemaker/Endpoints";
const MODELS: &str = "/aws/sagemaker/InferenceComponents";
const REQUESTS: &str = "AWS/SageMaker";
const GPU_SET: &str = "EndpointName VariantName InstanceId ContainerId InferenceComponentName GpuId";
const COPY_SET: &str = "EndpointName VariantName InferenceComponentName InstanceId ContainerId";
const VARIANT_SET: &str = "EndpointName VariantName";
const INSTANCE_SET: &str = "EndpointName VariantName InstanceId";

type Plant = fn(&mut Vec<Published>);

#[track_caller]
fn found(kind: Kind, plant: Plant, expected: &[&str]) {
    let mut published = good(kind);
    plant(&mut published);
    let world = World::new(kind, &published);
    let mut different = world.different();
    different.sort_unstable();
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(different, expected, "{}", world.verify(&[]).out);
}

/// The same series with other dimensions.
fn moved(one: &Published, change: impl Fn(&mut std::collections::BTreeMap<String, String>)) -> Published {
    let mut one = one.clone();
    change(&mut one.metric.dimensions);
    one
}

fn renamed(one: &Published, name: &str) -> Published {
    moved(one, |dimensions| {
        if let Some(gpu) = dimensions.remove("GpuId") {
            dimensions.insert(name.to_owned(), gpu);
        }
    })
}

fn of_variant(namespace: &str, metric: &str) -> Published {
    let dimensions = [("EndpointName", ENDPOINT), ("VariantName", VARIANT)];
    Published { metric: Metric::new(namespace, metric, &dimensions), values: vec![3.0], every: 60 }
}

#[test]
fn gpus_are_told_apart_by_an_unknown_dimension() {
    let plant: Plant = |all| all.iter_mut().for_each(|one| *one = renamed(one, "DeviceId"));
    found(
        COMPONENTS,
        plant,
        &[
            "gpu-dimension",
            "set /aws/sagemaker/Endpoints {DeviceId, EndpointName, InstanceId, VariantName}",
            "set /aws/sagemaker/InferenceComponents {ContainerId, DeviceId, EndpointName, InferenceComponentName, InstanceId, VariantName}",
        ],
    );
}

#[test]
fn accelerator_id_is_as_good_as_gpu_id() {
    found(COMPONENTS, |all| all.iter_mut().for_each(|one| *one = renamed(one, "AcceleratorId")), &[]);
}

#[test]
fn gpus_come_under_both_dimensions() {
    let plant: Plant = |all| {
        let again: Vec<Published> = all
            .iter()
            .filter(|one| one.metric.dimensions.contains_key("GpuId"))
            .map(|one| renamed(one, "AcceleratorId"))
            .collect();
        all.extend(again);
    };
    found(COMPONENTS, plant, &["gpu-dimension", "gpu-held-once", "gpus-of-copies", "reservation-value"]);
}

#[test]
fn no_gpu_has_a_series_of_its_own() {
    let plant: Plant = |all| all.retain(|one| !one.metric.dimensions.contains_key("GpuId"));
    found(COMPONENTS, plant, &["gpu-dimension"]);
}

#[test]
fn held_gpus_have_no_series() {
    let plant: Plant = |all| all.retain(|one| !one.is(MODELS, "GPUUtilizationNormalized", GPU_SET));
    found(
        COMPONENTS,
        plant,
        &[
            "set /aws/sagemaker/InferenceComponents {EndpointName, VariantName, InstanceId, ContainerId, InferenceComponentName, GpuId}",
        ],
    );
}

#[test]
fn requests_to_components_come_by_variant() {
    found(
        COMPONENTS,
        |all| all.push(of_variant(REQUESTS, "Invocations")),
        &["set AWS/SageMaker {EndpointName, VariantName}"],
    );
}

#[test]
fn requests_come_under_the_article_s_short_set() {
    let plant: Plant = |all| {
        let short = all.iter().filter(|one| one.is(REQUESTS, "Invocations", COPY_SET));
        let short: Vec<Published> =
            short.map(|one| moved(one, |dimensions| drop(dimensions.remove("InferenceComponentName")))).collect();
        all.extend(short);
    };
    found(COMPONENTS, plant, &["set AWS/SageMaker {EndpointName, VariantName, InstanceId, ContainerId}"]);
}

#[test]
fn utilization_comes_by_instance_type() {
    let plant: Plant = |all| {
        let one = of_variant(ENDPOINTS, "CPUUtilization");
        all.push(moved(&one, |dimensions| {
            drop(dimensions.insert("InstanceType".to_owned(), "ml.g6.12xlarge".to_owned()));
        }));
    };
    found(COMPONENTS, plant, &["set /aws/sagemaker/Endpoints {EndpointName, VariantName, InstanceType}"]);
}

#[test]
fn the_variant_has_no_reservation() {
    let plant: Plant = |all| all.retain(|one| !one.is(ENDPOINTS, "GPUReservation", VARIANT_SET));
    found(COMPONENTS, plant, &["set /aws/sagemaker/Endpoints {EndpointName, VariantName}"]);
}

#[test]
fn requests_have_no_series_by_copy() {
    let plant: Plant = |all| all.retain(|one| !one.is(REQUESTS, "Invocations", COPY_SET));
    found(
        COMPONENTS,
        plant,
        &["set AWS/SageMaker {EndpointName, VariantName, InferenceComponentName, InstanceId, ContainerId}"],
    );
}

#[test]
fn utilization_of_a_model_is_missing() {
    let plant: Plant = |all| {
        all.retain(|one| {
            !(one.is(MODELS, "GPUUtilizationNormalized", "InferenceComponentName")
                && one.value("InferenceComponentName") == "secret-mistral")
        });
    };
    found(COMPONENTS, plant, &["set /aws/sagemaker/InferenceComponents {InferenceComponentName}"]);
}

#[test]
fn an_unknown_metric_comes() {
    found(
        COMPONENTS,
        |all| all.push(of_variant(ENDPOINTS, "NPUUtilization")),
        &["set /aws/sagemaker/Endpoints {EndpointName, VariantName}"],
    );
}

#[test]
fn instances_publish_twice_in_an_interval() {
    let plant: Plant = |all| {
        for one in all.iter_mut().filter(|one| one.metric.name == "CPUUtilization") {
            one.values = one.values.repeat(2);
        }
    };
    found(COMPONENTS, plant, &["instance-cadence", "instances-by-samples", "normalized-samples"]);
}

#[test]
fn everything_comes_half_as_often() {
    let plant: Plant = |all| all.iter_mut().for_each(|one| one.every *= 2);
    found(
        COMPONENTS,
        plant,
        &["gpu-samples", "gpus-of-copies", "instance-cadence", "instances-by-samples", "request-cadence"],
    );
}

#[test]
fn held_gpus_publish_twice_in_an_interval() {
    let plant: Plant = |all| {
        for one in all.iter_mut().filter(|one| one.is(MODELS, "GPUUtilizationNormalized", GPU_SET)) {
            one.values = one.values.repeat(2);
        }
    };
    found(COMPONENTS, plant, &["gpu-samples", "gpus-of-copies", "reservation-value"]);
}

#[test]
fn two_models_hold_one_gpu() {
    let plant: Plant = |all| {
        let one = all.iter().find(|one| {
            one.is(MODELS, "GPUUtilizationNormalized", GPU_SET)
                && one.value("InferenceComponentName") == "secret-mistral"
        });
        let shared =
            moved(one.unwrap(), |dimensions| drop(dimensions.insert("InstanceId".to_owned(), "i-1".to_owned())));
        all.push(shared);
    };
    found(COMPONENTS, plant, &["gpu-held-once", "gpus-of-copies", "reservation-value"]);
}

#[test]
fn models_hold_more_than_there_is() {
    let plant: Plant = |all| {
        let one = all.iter().find(|one| one.is(MODELS, "GPUUtilizationNormalized", GPU_SET)).unwrap().clone();
        let more = |number: u32| {
            moved(&one, |dimensions| {
                dimensions.insert("InstanceId".to_owned(), format!("i-{}", number + 10));
                dimensions.insert("InferenceComponentName".to_owned(), "secret-ghost".to_owned());
            })
        };
        all.extend((0..10).map(more));
    };
    found(COMPONENTS, plant, &["models-within-bill", "reservation-value"]);
}

#[test]
fn reservations_are_no_percentages() {
    let plant: Plant = |all| {
        for one in all.iter_mut().filter(|one| one.metric.name == "GPUReservation") {
            one.values.iter_mut().for_each(|value| *value /= 25.0);
        }
    };
    found(COMPONENTS, plant, &["reservation-value"]);
}

#[test]
fn reservations_come_more_often_than_instances() {
    let plant: Plant = |all| {
        let one = all.iter_mut().find(|one| one.is(ENDPOINTS, "GPUReservation", VARIANT_SET)).unwrap();
        one.values.extend([0.0, 0.0]);
    };
    found(COMPONENTS, plant, &["idle-reservation"]);
}

#[test]
fn reservations_of_instances_without_a_copy_may_be_missing() {
    let plant: Plant = |all| {
        for one in all.iter_mut().filter(|one| one.metric.name == "GPUReservation") {
            one.values.retain(|value| *value > 0.0);
        }
    };
    found(COMPONENTS, plant, &[]);
}

#[test]
fn normalized_metrics_are_summed_over_gpus() {
    let plant: Plant = |all| {
        for one in all.iter_mut().filter(|one| one.is(ENDPOINTS, "GPUUtilizationNormalized", VARIANT_SET)) {
            one.values.iter_mut().for_each(|value| *value *= 4.0);
        }
    };
    found(COMPONENTS, plant, &["normalized-range"]);
}

#[test]
fn only_instances_with_copies_are_normalized() {
    let plant: Plant = |all| {
        let one = all.iter_mut().find(|one| one.is(ENDPOINTS, "CPUUtilizationNormalized", VARIANT_SET)).unwrap();
        one.values.truncate(2);
    };
    found(COMPONENTS, plant, &["normalized-samples"]);
}

#[test]
fn an_instance_has_no_series_of_its_own() {
    let plant: Plant = |all| {
        all.retain(|one| !(one.is(ENDPOINTS, "CPUUtilization", INSTANCE_SET) && one.value("InstanceId") == "i-3"));
    };
    found(COMPONENTS, plant, &["instances-add-up"]);
}

#[test]
fn sagemaker_counts_other_instances() {
    let world = World::new(COMPONENTS, &good(COMPONENTS));
    world.stand_in.scale(ENDPOINT, VARIANT, 4).unwrap();
    assert_eq!(world.different(), ["instances-by-samples"], "{}", world.verify(&[]).out);
}

#[test]
fn latency_comes_while_nobody_calls() {
    let plant: Plant = |all| {
        for one in all.iter_mut().filter(|one| one.metric.name.starts_with("Invocations")) {
            one.values.iter_mut().for_each(|value| *value = 0.0);
        }
    };
    found(COMPONENTS, plant, &["idle-latency"]);
}

#[test]
fn requests_come_every_five_minutes() {
    let plant: Plant =
        |all| all.iter_mut().filter(|one| one.metric.namespace == REQUESTS).for_each(|one| one.every = 300);
    found(COMPONENTS, plant, &["request-cadence"]);
}

#[test]
fn requests_by_copy_are_more_than_those_of_the_models() {
    let plant: Plant = |all| {
        for one in all.iter_mut().filter(|one| one.is(REQUESTS, "Invocations", COPY_SET)) {
            one.values = one.values.repeat(2);
        }
    };
    found(COMPONENTS, plant, &["requests-add-up"]);
}

#[test]
fn idle_models_may_be_silent() {
    let plant: Plant = |all| {
        all.retain(|one| one.metric.namespace != REQUESTS || one.value("InferenceComponentName") != "secret-mistral");
    };
    // What else the table has as zeros would be missing.
    let mut published = good(COMPONENTS);
    plant(&mut published);
    let different = World::new(COMPONENTS, &published).different();
    assert!(!different.contains(&"idle-requests".to_owned()), "{different:?}");
}

#[test]
fn asynchronous_endpoints_publish_invocations() {
    let kind = Kind { serving: Serving::Asynchronous, ..COMPONENTS };
    found(
        kind,
        |all| all.push(of_variant(REQUESTS, "Invocations")),
        &["set AWS/SageMaker {EndpointName, VariantName}"],
    );
}

#[test]
fn an_own_model_lacks_requests_per_instance() {
    let kind = Kind { serving: Serving::OwnModel, ..COMPONENTS };
    let plant: Plant = |all| all.retain(|one| one.metric.name != "InvocationsPerInstance");
    found(kind, plant, &["set AWS/SageMaker {EndpointName, VariantName}"]);
}

#[test]
fn without_enhanced_metrics_single_instances_come() {
    let kind = Kind { enhanced: false, ..COMPONENTS };
    let plant: Plant = |all| {
        let one = of_variant(ENDPOINTS, "CPUUtilization");
        all.extend(["i-1", "i-2", "i-3"].map(|instance| {
            moved(&one, |dimensions| drop(dimensions.insert("InstanceId".to_owned(), instance.to_owned())))
        }));
    };
    found(kind, plant, &["set /aws/sagemaker/Endpoints {EndpointName, VariantName, InstanceId}"]);
}

#[test]
fn a_panel_and_a_search_are_empty() {
    let world = World::new(COMPONENTS, &good(COMPONENTS));
    let mut body = dashboard();
    body["widgets"][1]["properties"]["metrics"][0][0]["expression"] = json!(format!(
        "SUM(SEARCH('{{{MODELS},EndpointName,GpuId}} MetricName=\"GPUUtilizationNormalized\"', 'SampleCount'))"
    ));
    world.put_dashboard(&body);
    assert_eq!(world.different(), ["panels", "searches"], "{}", world.verify(&[]).out);
}
