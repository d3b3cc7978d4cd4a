//! What is said about a declaration that can't work: where, which value, and the fix, before any call to AWS.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say so what they expect")]

mod support;

use serde_json::json;
use support::declaration::{Declared, one_model, shared_gpus};
use support::event::Event;
use support::mistakes::{Mistake, every_mistake};
use support::scenario::Scenario;

fn chat() -> Declared {
    shared_gpus("chat")
}

#[test]
fn every_bad_declaration_is_refused_with_its_fix_and_without_a_call() {
    let scenario = Scenario::new();
    let mistakes = every_mistake();
    assert!(mistakes.len() > 60, "{}", mistakes.len());
    let mut wrong = Vec::new();
    for Mistake { declared, resource_type, says } in mistakes {
        let answer = scenario.send(Event::create(resource_type, &declared));
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
    let proper =
        chat().with("MetricsConfig", json!({"EnableEnhancedMetrics": true, "MetricPublishFrequencyInSeconds": 10}));
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
