//! `plan`: the requests of a Create, what an Update does, and what the monitoring costs.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say so what they expect")]

mod support;

use std::fs;

use serde_json::{Value, json};
use support::{Ran, examples, file, run};

fn plan(arguments: &[&str]) -> Ran {
    run(["plan"].iter().chain(arguments).chain(&["--format", "json"]))
}

/// Effects by what they are on, and its name.
fn changes(said: &Value) -> Vec<String> {
    let changes = said["Resources"][0]["Changes"].as_array().unwrap();
    let text = |change: &Value, name: &str| change[name].as_str().unwrap().to_owned();
    changes
        .iter()
        .map(|change| format!("{} {} {}", text(change, "Effect"), text(change, "What"), text(change, "Name")))
        .collect()
}

/// Everything of the plan but the dashboard's body, which has goldens of its own.
fn without_bodies(mut said: Value) -> Value {
    for request in said["Resources"][0]["Requests"].as_array_mut().unwrap() {
        if let Some(body) = request["Input"].get_mut("DashboardBody") {
            assert!(serde_json::from_str::<Value>(body.as_str().unwrap()).unwrap()["widgets"].is_array());
            *body = json!("…");
        }
    }
    said
}

#[test]
fn every_example_s_requests_and_costs_are_shown() {
    for name in examples() {
        let ran = plan(&[&format!("examples/{name}.yaml")]);
        assert_eq!(ran.code, 0, "{name}: {}{}", ran.out, ran.err);
        insta::assert_json_snapshot!(format!("plan_{name}"), without_bodies(ran.json()));
    }
}

#[test]
fn in_text_the_dashboard_s_body_is_readable_and_the_prices_have_a_date() {
    let ran = run(["plan", "examples/monitored-endpoint.yaml"]);
    assert_eq!(ran.code, 0);
    for expected in
        ["CreateEndpointConfig {", "CreateEndpoint {", "PutDashboard {", "PutMetricAlarm {", "\"widgets\": ["]
    {
        assert!(ran.out.contains(expected), "{expected} in {}", ran.out);
    }
    assert!(ran.out.contains("as of 20"), "{}", ran.out);
}

#[test]
fn the_same_declaration_changes_nothing() {
    for name in examples() {
        let path = format!("examples/{name}.yaml");
        let said = plan(&[&path, "--old", &path]).json();
        assert!(changes(&said).iter().all(|change| change.starts_with("leave ")), "{name}: {:?}", changes(&said));
        assert_eq!(said["Resources"][0]["PhysicalId"]["Old"], said["Resources"][0]["PhysicalId"]["New"]);
    }
}

#[test]
fn another_frequency_moves_an_endpoint_of_ours_and_replaces_a_config() {
    let parameters = ["--old-parameter", "PublishFrequency=60", "-p", "PublishFrequency=10"];
    let run = |name: &str| {
        let path = format!("examples/{name}.yaml");
        let said = plan(&[[path.as_str(), "--old", path.as_str()].as_slice(), &parameters].concat()).json();
        let kinds: Vec<String> =
            changes(&said).iter().map(|change| change.rsplit_once(' ').unwrap().0.to_owned()).collect();
        (kinds, said)
    };
    let (kinds, said) = run("monitored-endpoint");
    assert_eq!(kinds[..3], ["create endpoint config", "remove endpoint config", "change endpoint"]);
    let requests: Vec<&Value> = said["Resources"][0]["Changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| &change["Request"]["Operation"])
        .filter(|operation| !operation.is_null())
        .collect();
    assert_eq!(requests[..2], [&json!("CreateEndpointConfig"), &json!("UpdateEndpoint")]);
    assert_eq!(said["Resources"][0]["PhysicalId"]["Old"], said["Resources"][0]["PhysicalId"]["New"]);
    let (kinds, said) = run("monitored-config");
    assert_eq!(kinds[..2], ["create endpoint config", "remove endpoint config"]);
    assert!(!kinds.iter().any(|kind| kind.ends_with(" endpoint")), "the endpoint is the stack's own: {kinds:?}");
    assert_ne!(said["Resources"][0]["PhysicalId"]["Old"], said["Resources"][0]["PhysicalId"]["New"]);
}

/// An Update from one variation of the two models to another.
fn update(change: impl FnOnce(&mut Value), extra: &[&str]) -> (Ran, Value) {
    let folder = tempfile::tempdir().unwrap();
    let old = support::root().join(file("two-models.json"));
    let mut new: Value = serde_json::from_str(&fs::read_to_string(&old).unwrap()).unwrap();
    change(&mut new);
    let path = folder.path().join("new.json");
    fs::write(&path, new.to_string()).unwrap();
    let ran = plan(&[&[path.to_str().unwrap(), "--old", old.to_str().unwrap()], extra].concat());
    let said = ran.json();
    (ran, said)
}

#[test]
fn another_threshold_changes_the_alarm_alone() {
    let (ran, said) = update(|new| new["UnusedGpuAlarm"]["Threshold"] = json!(2), &[]);
    assert_eq!(ran.code, 0);
    let changes = said["Resources"][0]["Changes"].as_array().unwrap().clone();
    let alarm = changes.iter().find(|change| change["What"] == "alarm").unwrap();
    assert_eq!(alarm["Effect"], "change");
    assert!(alarm["Detail"].as_str().unwrap().contains("Threshold"), "{alarm}");
    assert_eq!(alarm["Request"]["Input"]["Threshold"], 2.0);
    let config = changes.iter().find(|change| change["What"] == "endpoint config").unwrap();
    assert_eq!(config["Effect"], "leave");
}

#[test]
fn a_renamed_dashboard_is_another_and_a_switched_off_alarm_goes() {
    let (_, said) = update(
        |new| {
            new["Dashboard"] = json!({ "DashboardName": "renamed" });
            new["UnusedGpuAlarm"] = json!({ "Enabled": false });
        },
        &[],
    );
    let changes = changes(&said);
    for expected in ["create dashboard renamed", "remove dashboard chat-monitoring", "remove alarm chat-unused-gpu"] {
        assert!(changes.iter().any(|change| change == expected), "{expected} in {changes:?}");
    }
}

#[test]
fn another_endpoint_name_replaces_everything_of_an_endpoint() {
    let kind = ["--type", "monitored-endpoint"];
    let (_, said) = update(|new| new["EndpointName"] = json!("talk"), &kind);
    let changes = changes(&said);
    for expected in ["create endpoint talk", "remove endpoint chat", "create dashboard talk-monitoring"] {
        assert!(changes.iter().any(|change| change == expected), "{expected} in {changes:?}");
    }
    assert_eq!(said["Resources"][0]["PhysicalId"], json!({ "Old": "chat", "New": "talk" }));
}

#[test]
fn tags_are_set_in_place() {
    let (_, said) = update(|new| new["Tags"] = json!([{ "Key": "team", "Value": "ml" }]), &[]);
    let changes = said["Resources"][0]["Changes"].as_array().unwrap().clone();
    assert!(
        changes.iter().all(|change| change["Effect"] == "leave" && change["Detail"] == "its tags are set anew"),
        "{changes:?}"
    );
}

#[test]
fn a_config_with_a_fixed_name_can_t_change() {
    let folder = tempfile::tempdir().unwrap();
    let mut declared: Value =
        serde_json::from_str(&fs::read_to_string(support::root().join(file("two-models.json"))).unwrap()).unwrap();
    declared["EndpointConfigName"] = json!("fixed");
    let (old, new) = (folder.path().join("old.json"), folder.path().join("new.json"));
    fs::write(&old, declared.to_string()).unwrap();
    declared["ProductionVariants"][0]["InitialInstanceCount"] = json!(3);
    fs::write(&new, declared.to_string()).unwrap();
    let ran = plan(&[new.to_str().unwrap(), "--old", old.to_str().unwrap()]);
    assert_eq!(ran.code, 1);
    assert!(changes(&ran.json()).contains(&"refuse endpoint config fixed".to_owned()));
}

#[test]
fn another_type_under_the_same_name_is_refused() {
    let path = file("two-models.json");
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other.json");
    let content = fs::read_to_string(support::root().join(&path)).unwrap();
    let content: Value = serde_json::from_str(&content).unwrap();
    let resource = json!({ "Type": "Custom::MonitoredEndpoint", "Properties": content });
    fs::write(&other, resource.to_string()).unwrap();
    let ran = plan(&[other.to_str().unwrap(), "--old", &path]);
    assert_eq!(ran.code, 1);
    assert!(ran.json()["Resources"][0]["Refused"].as_str().unwrap().contains("another type"), "{}", ran.out);
}

#[test]
fn alarms_are_charged_by_metric_and_short_periods_more() {
    let cost = |change: fn(&mut Value)| {
        let (_, said) = update(change, &[]);
        let lines = said["Resources"][0]["MonthlyCost"]["Lines"].as_array().unwrap().clone();
        let line = lines.iter().find(|line| line["What"].as_str().unwrap().starts_with("Alarm")).unwrap().clone();
        (line["Count"].as_u64().unwrap(), line["DollarsEach"].as_f64().unwrap())
    };
    assert_eq!(cost(|_| ()), (2, 0.10));
    let short = cost(|new| {
        new["MetricsConfig"] = json!({ "EnableEnhancedMetrics": true, "MetricPublishFrequencyInSeconds": 10 });
        new["UnusedGpuAlarm"]["Period"] = json!(10);
    });
    assert_eq!(short, (2, 0.30));
}
