//! `plan`: the requests of a Create, what an Update does, and what the monitoring costs.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Ran, examples, file, run};

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

/// Everything of the plan but the dashboard's body, which has goldens of its own, and what is there twice.
fn without_bodies(mut said: Value) -> Value {
    for request in said["Resources"][0]["Requests"].as_array_mut().unwrap() {
        if let Some(body) = request["Input"].get_mut("DashboardBody") {
            assert!(serde_json::from_str::<Value>(body.as_str().unwrap()).unwrap()["widgets"].is_array());
            *body = json!("…");
        }
    }
    for change in said["Resources"][0]["Changes"].as_array_mut().unwrap() {
        change["Request"] = json!("…");
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
    assert!(ran.code == 0 && !ran.out.contains("CreateEndpointConfig {"), "{}", ran.out);
    let ran = run(["plan", "examples/monitored-endpoint.yaml", "--requests"]);
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
    assert_eq!(
        kinds,
        ["create endpoint config", "change endpoint", "change dashboard", "change alarm", "remove endpoint config"]
    );
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
    assert!(kinds.contains(&"create endpoint config".to_owned()), "{kinds:?}");
    assert!(kinds.contains(&"remove endpoint config".to_owned()), "{kinds:?}");
    assert!(!kinds.iter().any(|kind| kind.ends_with(" endpoint")), "the endpoint is the stack's own: {kinds:?}");
    assert_ne!(said["Resources"][0]["PhysicalId"]["Old"], said["Resources"][0]["PhysicalId"]["New"]);
}

/// An Update from one variation of the two models to another.
fn update(change: impl FnOnce(&mut Value), extra: &[&str]) -> (Ran, Value) {
    let folder = tempfile::tempdir().unwrap();
    let old = crate::support::root().join(file("two-models.json"));
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
    let threshold = json!({ "Path": "Threshold", "Old": 3.0, "New": 2.0 });
    assert!(alarm["Members"].as_array().unwrap().contains(&threshold), "{alarm}");
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
    let is_tag = |change: &Value| change["Effect"] == "change" && change["Detail"] == "its tags";
    assert!(changes.iter().all(is_tag), "{changes:?}");
    let added = json!({ "Path": "Tags[team]", "Old": null, "New": { "Key": "team", "Value": "ml" } });
    assert_eq!(changes[0]["Members"], json!([added]));
}

#[test]
fn a_config_with_a_fixed_name_can_t_change() {
    let folder = tempfile::tempdir().unwrap();
    let mut declared: Value =
        serde_json::from_str(&fs::read_to_string(crate::support::root().join(file("two-models.json"))).unwrap())
            .unwrap();
    declared["EndpointConfigName"] = json!("fixed");
    let (old, new) = (folder.path().join("old.json"), folder.path().join("new.json"));
    fs::write(&old, declared.to_string()).unwrap();
    declared["ProductionVariants"][0]["InitialInstanceCount"] = json!(3);
    fs::write(&new, declared.to_string()).unwrap();
    let ran = plan(&[new.to_str().unwrap(), "--old", old.to_str().unwrap()]);
    assert_eq!(ran.code, 1);
    let said = ran.json();
    assert_eq!(said["Resources"][0]["Action"], "refuse");
    let why = said["Resources"][0]["Refused"].as_str().unwrap();
    assert!(why.contains("endpoint configs can't be changed; give EndpointConfigNamePrefix"), "{why}");
}

#[test]
fn another_instance_type_under_inference_components_is_refused() {
    for kind in ["monitored-endpoint", "monitored-endpoint-config"] {
        let larger = |new: &mut Value| new["ProductionVariants"][0]["InstanceType"] = json!("ml.g6.48xlarge");
        let (ran, said) = update(larger, &["--type", kind]);
        assert_eq!(ran.code, 1, "{kind}");
        let why = said["Resources"][0]["Refused"].as_str().unwrap();
        assert!(why.contains("give another EndpointName"), "{kind}: {why}");
    }
}

#[test]
fn another_type_under_the_same_name_is_refused() {
    let path = file("two-models.json");
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other.json");
    let content = fs::read_to_string(crate::support::root().join(&path)).unwrap();
    let content: Value = serde_json::from_str(&content).unwrap();
    let resource = json!({ "Type": "Custom::MonitoredEndpoint", "Properties": content });
    fs::write(&other, resource.to_string()).unwrap();
    let ran = plan(&[other.to_str().unwrap(), "--old", &path]);
    assert_eq!(ran.code, 1);
    assert!(ran.json()["Resources"][0]["Refused"].as_str().unwrap().contains("another Type"), "{}", ran.out);
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

#[test]
fn detailed_observability_costs_a_range_until_it_is_switched_off() {
    let kind = ["--type", "monitored-endpoint-config"];
    let (_, said) = update(|_| (), &kind);
    let range = &said["Resources"][0]["MonthlyCost"]["DetailedObservability"];
    let dollars = |name: &str| range[name].as_f64().unwrap();
    assert!(dollars("LeastDollarsPerMonth") < dollars("MostDollarsPerMonth"), "{range}");
    assert!((dollars("LeastGigabytes") * 0.5 - dollars("LeastDollarsPerMonth")).abs() < 1e-9, "{range}");
    assert!(range["ToSwitchOff"].as_str().unwrap().contains("EnableDetailedObservability to false"), "{range}");
    let off = |new: &mut Value| new["MetricsConfig"]["EnableDetailedObservability"] = json!(false);
    let (_, said) = update(off, &kind);
    assert_eq!(said["Resources"][0]["MonthlyCost"]["DetailedObservability"], Value::Null);
    let text = run(["plan", "examples/monitored-endpoint.yaml"]).out;
    assert!(text.contains("Detailed observability, gigabytes ingested"), "{text}");
    assert!(text.contains("to pay nothing for detailed observability"), "{text}");
}

/// A template of these resources.
fn template(folder: &tempfile::TempDir, name: &str, resources: &str) -> String {
    let path = folder.path().join(name);
    fs::write(&path, format!("Resources:\n{resources}")).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A resource of ours for endpoint chat, on so many instances.
fn ours(id: &str, resource_type: &str, count: u32) -> String {
    format!(
        "  {id}:
    Type: {resource_type}
    Properties:
      ServiceToken: arn:aws:lambda:us-east-1:123456789012:function:provider
      EndpointName: chat
      CostPerHour: 2
      ProductionVariants: [{{ VariantName: Main, ModelName: m, InstanceType: ml.g5.xlarge, InitialInstanceCount: {count} }}]
"
    )
}

#[track_caller]
fn says(arguments: &[&str], code: i32, expected: &[&str]) {
    let ran = run(["plan"].iter().chain(arguments));
    assert_eq!(ran.code, code, "{}{}", ran.out, ran.err);
    for line in expected {
        assert!(ran.out.contains(line), "{line}\n{}{}", ran.out, ran.err);
    }
}

#[test]
fn what_changes_is_said_from_old_to_new_and_what_it_costs() {
    let folder = tempfile::tempdir().unwrap();
    let old = template(&folder, "old.yaml", &ours("Chat", "Custom::MonitoredEndpoint", 1));
    let new = template(&folder, "new.yaml", &ours("Chat", "Custom::MonitoredEndpoint", 3));
    let expected = [
        "Plan: 1 to update in place.",
        "~ Chat (Custom::MonitoredEndpoint) is updated in place; its Ref stays chat",
        "        ProductionVariants[Main].InitialInstanceCount: 1 → 3",
        ", and the stack waits until it serves",
        "    - endpoint config chat-",
        "(1 × ml.g5.xlarge → 3 × ml.g5.xlarge)",
        "+$2,920.00",
    ];
    says(&[&new, "--old", &old], 0, &expected);
    let said = plan(&[&new, "--old", &old]).json();
    assert_eq!(said["Costs"]["Difference"]["Endpoints"], 2920.0);
    assert_eq!(said["Resources"][0]["Action"], "update");
    assert_eq!(said["Costs"]["Endpoints"][0]["After"][0]["DollarsPerMonth"], 4380.0);
}

#[test]
fn an_unknown_price_is_said_and_may_be_given() {
    let folder = tempfile::tempdir().unwrap();
    let declared = ours("Chat", "Custom::MonitoredEndpoint", 1).replace("      CostPerHour: 2\n", "");
    let path = template(&folder, "new.yaml", &declared);
    says(&[&path], 0, &["unknown", "Total of what has a price", "give --list-price ml.g5.xlarge=DOLLARS"]);
    says(&[&path, "--list-price", "ml.g5.xlarge=1.5"], 0, &["$1,095.00", "| Total  "]);
}

#[test]
fn a_shadow_variant_costs_its_declared_instances() {
    let file = file("public/shadow.yaml");
    let said = plan(&[&file, "-p", "InstanceCount=3", "--list-price", "ml.m5.xlarge=1"]).json();
    let endpoints = said["Costs"]["Endpoints"][0]["After"].as_array().unwrap();
    let counts: Vec<(&str, u64, f64)> = endpoints
        .iter()
        .map(|one| {
            let (count, dollars) = (one["Count"].as_u64().unwrap(), one["DollarsPerMonth"].as_f64().unwrap());
            (one["Variant"].as_str().unwrap(), count, dollars)
        })
        .collect();
    assert_eq!(counts, [("Live", 3, 2190.0), ("Shadow", 3, 2190.0)]);
}

#[test]
fn another_logical_id_is_another_resource_and_its_names_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let old = template(&folder, "old.yaml", &ours("Chat", "Custom::MonitoredEndpoint", 1));
    let new = template(&folder, "new.yaml", &ours("Talk", "Custom::MonitoredEndpoint", 1));
    let expected = [
        "Plan: 1 to delete, 1 refused.",
        "! Talk (Custom::MonitoredEndpoint) can't be carried out",
        "refused: Properties.EndpointName: an endpoint named \"chat\" exists and belongs to Chat of stack",
        "Talk has names that Chat has now. CloudFormation doesn't rename",
        "- Chat (Custom::MonitoredEndpoint) is no longer declared",
        "    - endpoint chat: with its instances: requests to it fail from then on",
    ];
    says(&[&new, "--old", &old], 1, &expected);
}

#[test]
fn what_is_no_longer_declared_goes_unless_it_is_retained() {
    let folder = tempfile::tempdir().unwrap();
    let declared = ours("Chat", "Custom::MonitoredEndpointConfig", 1);
    let old = template(&folder, "old.yaml", &declared);
    let topic = template(&folder, "new.yaml", "  Topic: { Type: AWS::SNS::Topic }\n");
    says(&[&topic, "--old", &old], 0, &["Plan: 1 to delete.", "    - dashboard chat-monitoring", "−$"]);
    let kept = declared.replace("    Properties:", "    DeletionPolicy: Retain\n    Properties:");
    let old = template(&folder, "kept.yaml", &kept);
    says(
        &[&topic, "--old", &old],
        0,
        &["1 no longer declared and kept", "    = dashboard chat-monitoring: DeletionPolicy is Retain"],
    );
    says(&[&topic], 2, &[]);
}

#[test]
fn a_native_config_moves_over_under_another_logical_id() {
    let folder = tempfile::tempdir().unwrap();
    let native = "  Native: { Type: AWS::SageMaker::EndpointConfig, Properties: { ProductionVariants: [{ VariantName: Main, ModelName: m, \
                  InstanceType: ml.g5.xlarge, InitialInstanceCount: 1 }] } }\n";
    let endpoint = |config: &str| {
        format!(
            "  Endpoint: {{ Type: AWS::SageMaker::Endpoint, Properties: {{ EndpointName: chat, EndpointConfigName: !GetAtt {config}.EndpointConfigName }} }}\n"
        )
    };
    let old = template(&folder, "old.yaml", &format!("{native}{}", endpoint("Native")));
    let ours_config = ours("Config", "Custom::MonitoredEndpointConfig", 1);
    let new = template(&folder, "new.yaml", &format!("{ours_config}{}", endpoint("Config")));
    let expected = "moving over: Endpoint is updated from Native to Config and keeps its name and ARN; Native is deleted once the update \
                    has succeeded";
    says(&[&new, "--old", &old, "--list-price", "ml.g5.xlarge=2"], 0, &["Plan: 1 to create.", expected]);
    let said = plan(&[&new, "--old", &old, "--list-price", "ml.g5.xlarge=2"]).json();
    assert_eq!(said["Costs"]["Difference"]["Endpoints"], 0.0, "the endpoint stays: {}", said["Costs"]);
    let same_id = ours("Native", "Custom::MonitoredEndpointConfig", 1);
    let new = template(&folder, "same.yaml", &format!("{same_id}{}", endpoint("Native")));
    let expected =
        "Native was a resource of type AWS::SageMaker::EndpointConfig, and CloudFormation refuses another Type";
    says(&[&new, "--old", &old], 1, &[expected]);
    let whole = template(&folder, "whole.yaml", &ours("Chat", "Custom::MonitoredEndpoint", 1));
    says(&[&whole, "--old", &old], 1, &["an endpoint named \"chat\" exists and was not made by this resource"]);
}

#[test]
fn properties_alone_are_the_one_resource_of_the_other_file() {
    let folder = tempfile::tempdir().unwrap();
    let whole = template(&folder, "old.yaml", &ours("Chat", "Custom::MonitoredEndpointConfig", 1));
    let alone = folder.path().join("alone.yaml");
    let properties = ours("Chat", "", 1);
    let properties: Vec<&str> = properties.lines().skip(4).map(str::trim).collect();
    fs::write(&alone, properties.join("\n")).unwrap();
    let alone = alone.to_str().unwrap();
    says(&[alone, "--old", &whole], 0, &["Plan: 1 unchanged."]);
    says(&[&whole, "--old", alone], 0, &["Plan: 1 unchanged."]);
}

/// `GetMetricData` is charged by the metric: the panels of one endpoint with two GPUs ask for a few, and nothing is asked where
/// there are no panels.
#[test]
fn a_look_at_the_interactive_panels_has_a_price() {
    let folder = tempfile::tempdir().unwrap();
    let with = template(&folder, "with.yaml", &ours("Chat", "Custom::MonitoredEndpoint", 2));
    let said = plan(&[&with]).json();
    let view = &said["Resources"][0]["MonthlyCost"]["PanelsView"];
    let metrics = view["Metrics"].as_f64().unwrap();
    assert!((4.0..40.0).contains(&metrics), "{view}");
    let watched = view["DollarsPerMonthWatched"].as_f64().unwrap();
    assert!((watched - metrics * 0.144).abs() < 0.001, "14,400 looks at a thousandth of a cent each: {view}");
    says(&[&with], 0, &[&format!("each refresh of the interactive panels requests {metrics} metrics")]);
    let quiet = ours("Chat", "Custom::MonitoredEndpoint", 2) + "      Dashboard: { Interactive: false }\n";
    let without = plan(&[&template(&folder, "without.yaml", &quiet)]).json();
    assert!(without["Resources"][0]["MonthlyCost"]["PanelsView"].is_null(), "{without}");
}
