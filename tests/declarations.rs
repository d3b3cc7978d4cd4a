//! What is said about a declaration that can't work: where, which value, and the fix, before any call to AWS.

use serde_json::{Value, json};

use crate::support::declaration::{Declared, one_model, shared_gpus};
use crate::support::event::Event;
use crate::support::harness::Scenario;
use crate::support::mistakes::{Mistake, every_mistake};

fn chat() -> Declared {
    shared_gpus("chat")
}

#[test]
fn every_bad_declaration_is_refused_with_its_fix_and_without_a_call() {
    let scenario = Scenario::new();
    let mistakes = every_mistake();
    assert!(mistakes.len() > 150, "{}", mistakes.len());
    let mut wrong = Vec::new();
    let each = mistakes.into_iter().flat_map(|Mistake { declared, resource_types, says }| {
        resource_types.iter().map(move |resource_type| (Event::create(resource_type, &declared), says.clone()))
    });
    for (event, says) in each {
        let answer = scenario.send(event);
        let reason = answer.reason();
        for text in says {
            if answer.0["Status"] != "FAILED" || !reason.contains(text) {
                wrong.push(format!("wanted: {text}\n   got: {} {reason}", answer.0["Status"]));
            }
        }
        if reason.contains("problems.") {
            wrong.push(format!("one mistake is one problem: {reason}"));
        }
        if !scenario.calls().is_empty() {
            wrong.push(format!("called {:?} before saying {reason}", scenario.calls()));
            scenario.start_over();
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn all_problems_are_told_at_once_the_worst_first() {
    let scenario = Scenario::new();
    let declared = chat()
        .with("Colour", "red")
        .with("Dashboard/Start", "soon")
        .with("ProductionVariants/0/InitialInstanceCount", "two")
        .without("ProductionVariants/0/InstanceType");
    let reason = scenario.create(&declared).failed();
    let place = |text: &str| reason.find(text).unwrap_or_else(|| panic!("{text} is not in {reason}"));
    assert!(reason.starts_with("4 problems."), "{reason}");
    assert!(place("[0].InstanceType: give") < place("InitialInstanceCount"));
    assert!(place("InitialInstanceCount") < place("Dashboard.Start"));
    assert!(place("Dashboard.Start") < place("Colour"));
}

#[test]
fn a_bad_update_changes_nothing_and_answers_the_given_id() {
    let scenario = Scenario::new();
    let made = scenario.create(&chat()).succeeded();
    let before = scenario.state();
    let refused =
        scenario.update(&made.id(), &chat(), &chat().with("MetricsConfig/MetricPublishFrequencyInSeconds", 15));
    refused.failed();
    assert_eq!(refused.id(), made.id());
    assert!(scenario.calls().is_empty(), "{:?}", scenario.calls());
    assert_eq!(scenario.state(), before);
}

#[test]
fn the_articles_spelling_of_the_frequency_means_the_api_s() {
    let scenario = Scenario::new();
    let alias =
        chat().with("MetricsConfig", json!({"EnableEnhancedMetrics": true, "MetricsPublishFrequencyInSeconds": 10}));
    let proper = chat().faster();
    let both = alias.clone().with("MetricsConfig/MetricPublishFrequencyInSeconds", 10);
    let made = scenario.create(&alias).succeeded();
    assert_eq!(scenario.config(&made.id())["MetricsConfig"]["MetricPublishFrequencyInSeconds"], 10);
    for same in [proper, both] {
        assert_eq!(scenario.update(&made.id(), &alias, &same).succeeded().id(), made.id());
        assert_eq!(scenario.writes(), Vec::<String>::new());
    }
}

/// New instance types must work the day they launch: the SDK's list of values is not the service's.
#[test]
fn values_that_the_sdk_does_not_know_are_passed_through() {
    let scenario = Scenario::new();
    let newer = chat().with("ProductionVariants/0/InstanceType", "ml.g99.48xlarge").with("GpusPerInstance", 16);
    let made = scenario.create(&newer).succeeded();
    assert_eq!(scenario.config(&made.id())["ProductionVariants"][0]["InstanceType"], "ml.g99.48xlarge");
    // The stand-in's model lags behind the service's as well; what counts is that it was asked.
    scenario.create(&newer.with("ProductionVariants/0/RoutingConfig", json!({"RoutingStrategy": "TELEPATHY"})));
    let calls = scenario.last_calls();
    let create = calls.iter().find(|call| call.operation == "CreateEndpointConfig").unwrap();
    assert_eq!(create.request["ProductionVariants"][0]["RoutingConfig"]["RoutingStrategy"], "TELEPATHY");
}

#[test]
fn false_is_not_true_and_strings_are_numbers_again() {
    let scenario = Scenario::new();
    let declared = one_model("forecast")
        .with("EnableNetworkIsolation", false)
        .with("MetricsConfig", json!({"EnableEnhancedMetrics": false, "EnableDetailedObservability": false}))
        .with("ProductionVariants/0/InitialVariantWeight", 0.5);
    let made = scenario.create(&declared).succeeded();
    let config = scenario.config(&made.id());
    assert_eq!(config["EnableNetworkIsolation"], false);
    assert_eq!(config["MetricsConfig"]["EnableEnhancedMetrics"], false);
    assert_eq!(config["MetricsConfig"]["EnableDetailedObservability"], false);
    assert_eq!(config["ProductionVariants"][0]["InitialVariantWeight"], 0.5);
}

/// A request from the field, and what its author must read. Nothing is asked of AWS before that is said.
fn refused_at_once(event: &str, says: &[&str]) {
    let scenario = Scenario::new();
    let event: Value = serde_json::from_str(event).unwrap();
    let reason = scenario.send(Event(event)).failed();
    for text in says {
        assert!(reason.contains(text), "{text} is not in {reason}");
    }
    assert!(!reason.contains("problems."), "one mistake is one problem: {reason}");
    assert!(scenario.calls().is_empty(), "{:?}", scenario.calls());
    assert!(scenario.is_empty());
}

#[test]
fn a5_managed_instance_scaling_beside_a_model_name_is_refused() {
    refused_at_once(
        include_str!("cases/a5-managed-scaling-with-model.json"),
        &[
            "Properties.ProductionVariants[0].ManagedInstanceScaling: can't be combined with ModelName \"model-a\"",
            "leave ManagedInstanceScaling out and scale by Application Auto Scaling",
        ],
    );
}

#[test]
fn a18_a_tag_value_with_signs_that_no_tag_takes_is_refused() {
    refused_at_once(
        include_str!("cases/a18-tag-value-with-url.json"),
        &[
            "Properties.Tags[0].Value: \"https://test.com/l/c/19%3a256/not?gr=1234-56&test2=abcd-ef\" has '%'",
            "use letters, digits, spaces and the signs _ . : / = + - @",
        ],
    );
}

#[test]
fn c1_a_model_name_that_is_an_arn_is_refused_with_the_attribute_that_is_the_name() {
    refused_at_once(
        include_str!("cases/c1-modelname-arn.json"),
        &[
            "Properties.ProductionVariants[0].ModelName: \"arn:aws:sagemaker:us-east-1:123456789012:model/my-model\" is an ARN",
            "!GetAtt Model.ModelName",
        ],
    );
}

#[test]
fn c2_a_role_that_is_a_name_is_refused_with_the_attribute_that_is_the_arn() {
    refused_at_once(
        include_str!("cases/c2-role-name.json"),
        &["Properties.ExecutionRoleArn: \"inference-role\" is not the ARN of a role", "!GetAtt Role.Arn"],
    );
}

#[test]
fn c3_an_instance_type_without_ml_is_refused_with_the_one_that_was_meant() {
    let event = include_str!("cases/c3-no-ml.json");
    let says = ["Properties.ProductionVariants[0].InstanceType: \"g6.12xlarge\" lacks the ml.", "use ml.g6.12xlarge"];
    refused_at_once(event, &says);
    // Saying how many GPUs it has makes it no instance type.
    refused_at_once(&event.replace("\"CostPerHour\"", "\"GpusPerInstance\": \"4\", \"CostPerHour\""), &says);
}

#[test]
fn deployment_waits_that_outlast_the_time_for_an_answer_are_said_before_they_begin() {
    let scenario = Scenario::new();
    let waits = |seconds: u32| {
        json!({"BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {
                "Type": "CANARY",
                "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 30},
                "WaitIntervalInSeconds": seconds,
            },
            "TerminationWaitInSeconds": 300,
        }})
    };
    let declared = |seconds| chat().with("ServiceTimeout", 900).with("DeploymentConfig", waits(seconds));
    let reason = scenario.send(Event::create("Custom::MonitoredEndpoint", &declared(300))).failed();
    for text in [
        "Properties.DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration.WaitIntervalInSeconds: ",
        "2 × 300 s and 300 s of TerminationWaitInSeconds, 900 s in all",
        "lower the waits, or raise ServiceTimeout (up to 3600)",
    ] {
        assert!(reason.contains(text), "{text} is not in {reason}");
    }
    assert!(scenario.calls().is_empty(), "{:?}", scenario.calls());
    scenario.send(Event::create("Custom::MonitoredEndpoint", &declared(299))).succeeded();
}
