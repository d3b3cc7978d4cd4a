//! Endpoints that publish exactly what the table lists: nothing is different, and nothing that was given a name gets out.

use std::time::Duration;

use monitored_endpoint::spec::Serving;
use serde_json::{Value, json};

use super::world::{COMPONENTS, ENDPOINT, Kind, VARIANT, World, good};
use crate::support::run;

/// A dashboard whose panels ask for what the table lists.
pub(crate) fn dashboard() -> Value {
    let widget = |title: &str, metrics: Value| {
        json!({"type": "metric", "x": 0, "y": 0, "width": 6, "height": 6, "properties": {
            "title": title, "region": "us-east-1", "period": 60, "stat": "SampleCount", "metrics": metrics,
        }})
    };
    let endpoints = "/aws/sagemaker/Endpoints";
    let held = "SEARCH('{/aws/sagemaker/InferenceComponents,EndpointName,VariantName,InstanceId,ContainerId,\
                InferenceComponentName,GpuId} MetricName=\"GPUUtilizationNormalized\"', 'SampleCount')";
    json!({
        "periodOverride": "inherit",
        "variables": [{"type": "pattern", "pattern": "SELECTED", "inputType": "select", "id": "model", "label": "Model",
            "defaultValue": "__FIRST", "visible": true, "populateFrom": "InferenceComponentName",
            "search": "{AWS/SageMaker,InferenceComponentName} MetricName=\"Invocations\""}],
        "widgets": [
            widget("Instances", json!([
                [endpoints, "CPUUtilization", "EndpointName", ENDPOINT, "VariantName", VARIANT, {"id": "m1", "visible": false}],
                [{"expression": "m1 * 60 / PERIOD(m1)", "label": "Instances", "id": "e1"}],
            ])),
            widget("Used GPUs of secret-llama", json!([[{"expression": format!("SUM({held})"), "id": "e1"}]])),
            widget("Requests", json!([["AWS/SageMaker", "Invocations", "InferenceComponentName", "SELECTED", {"stat": "Sum"}]])),
        ],
    })
}

#[test]
fn an_endpoint_that_publishes_what_the_table_lists_is_as_assumed() {
    let own = |serving| Kind { serving, enhanced: true, frequency: 60 };
    for kind in [
        COMPONENTS,
        Kind { frequency: 10, ..COMPONENTS },
        Kind { frequency: 300, ..COMPONENTS },
        Kind { enhanced: false, ..COMPONENTS },
        own(Serving::OwnModel),
        Kind { enhanced: false, frequency: 30, ..own(Serving::OwnModel) },
        own(Serving::Asynchronous),
        own(Serving::MultiModel),
        own(Serving::Containers),
        Kind { enhanced: false, ..own(Serving::Serverless { provisioned: false }) },
    ] {
        let world = World::new(kind, &good(kind));
        let different = world.different();
        assert_eq!(different, Vec::<String>::new(), "{kind:?}: {}", world.verify(&[]).out);
        assert!(world.stand_in.calls().iter().all(|call| !call.write), "it only reads");
    }
}

#[test]
fn most_facts_of_a_component_endpoint_can_be_told() {
    let world = World::new(COMPONENTS, &good(COMPONENTS));
    world.put_dashboard(&dashboard());
    world.stand_in.set_enrichment(true);
    let ran = world.verify(&["--format", "json"]);
    assert_eq!(ran.code, 0, "{}", world.verify(&[]).out);
    let said = ran.json();
    let verdicts = said["Facts"].as_array().unwrap().clone();
    let open: Vec<&str> = verdicts
        .iter()
        .filter(|fact| fact["Verdict"] == "can't tell")
        .map(|fact| fact["Fact"].as_str().unwrap())
        .collect();
    assert_eq!(open, ["idle-latency", "components-stream"], "{}", world.verify(&[]).out);
    let fact = |name: &str| verdicts.iter().find(|fact| fact["Fact"] == name).unwrap().clone();
    assert_eq!(fact("gpu-dimension")["Seen"], "GpuId");
    assert_eq!(fact("idle-reservation")["Measured"]["Idle"], "zero");
    assert_eq!(fact("idle-requests")["Measured"]["Idle"], "zeros");
    assert_eq!(fact("panels")["Measured"]["All"], 3);
    assert_eq!(fact("otel-enrichment")["Measured"]["Status"], "Running");
}

#[test]
fn the_file_of_facts_has_no_names() {
    let mut published = good(COMPONENTS);
    // Anybody can publish, and may name a dimension after an endpoint.
    let mut foreign = published[0].clone();
    foreign.metric.dimensions.insert("secret-dimension".to_owned(), "secret-value".to_owned());
    foreign.metric.name = format!("Of{ENDPOINT}");
    published.push(foreign);
    let world = World::new(COMPONENTS, &published);
    let mut body = dashboard();
    body["widgets"][1]["properties"]["metrics"][0][0]["expression"] =
        json!("SEARCH('{AWS/SageMaker,EndpointName,Nobody} secret-llama', 'Sum')");
    world.put_dashboard(&body);
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("facts.json");
    let ran = world.verify(&["--facts", file.to_str().unwrap()]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    let text = std::fs::read_to_string(&file).unwrap();
    for name in ["secret", "i-1", "copy-", "123456789012", "use1-az1", "arn:", "us-east-1"] {
        assert!(!text.contains(name), "{name} in {text}");
    }
    let facts: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&facts["Format"], &facts["Endpoint"]["Kind"]), (&json!(1), &json!("inference components")));
    assert_eq!(facts["Different"], 3, "{}", ran.out);
    assert!(ran.out.contains("about: Used GPUs of secret-llama"), "people are told: {}", ran.out);
}

#[test]
fn what_is_in_the_way_ends_in_2_or_cant_be_told() {
    use aws_stand_in::{Fault, FaultRule};
    let world = World::new(COMPONENTS, &good(COMPONENTS));
    let deny = |operation: &str| {
        let rule =
            FaultRule { operation: operation.to_owned(), on_call: None, times: None, fault: Fault::AccessDenied {} };
        world.stand_in.add_fault(rule).unwrap();
    };
    assert_eq!(world.verify(&["--last", "5m"]).code, 2);
    deny("GetOTelEnrichment");
    deny("GetDashboard");
    deny("DescribeInferenceComponent");
    let ran = world.verify(&[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("otel-enrichment: GetOTelEnrichment gave no answer"), "{}", ran.out);
    deny("ListMetrics");
    let ran = world.verify(&[]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("cloudwatch:ListMetrics"), "{}", ran.err);
}

#[test]
fn an_endpoint_that_was_just_changed_is_not_validated_by_what_is_missing() {
    let mut published = good(COMPONENTS);
    published.retain(|one| one.metric.name != "GPUReservation");
    assert!(!World::new(COMPONENTS, &published).different().is_empty());
    let young = World::aged(COMPONENTS, &published, Duration::from_mins(8));
    assert_eq!(young.different(), Vec::<String>::new(), "{}", young.verify(&[]).out);
}

#[test]
fn preview_plays_a_file_of_facts() {
    let mut published = good(COMPONENTS);
    for one in &mut published {
        if let Some(gpu) = one.metric.dimensions.remove("GpuId") {
            one.metric.dimensions.insert("AcceleratorId".to_owned(), gpu);
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let world = World::new(COMPONENTS, &published);
    assert_eq!(world.verify(&["--facts", &path("facts.json")]).code, 0);
    let preview = |facts: &str| {
        run(["preview", "examples/monitored-endpoint.yaml", "--facts", facts, "--out", &path("page.html")])
    };
    let ran = preview(&path("facts.json"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let facts = std::fs::read_to_string(path("facts.json")).unwrap().parse::<metric_math::telemetry::Facts>().unwrap();
    assert_eq!(facts.gpu_dimension(), Some(metric_math::telemetry::GpuDimension::AcceleratorId));
    std::fs::write(path("other.json"), "{}").unwrap();
    let ran = preview(&path("other.json"));
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(ran.err.contains("not a file of facts"), "{}", ran.err);
}
