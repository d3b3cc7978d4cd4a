//! `Custom::MonitoredEndpoint`: the endpoint itself, however long it takes and however it fails.

mod runs;

use std::thread;
use std::time::Duration;

use aws_sdk_cloudwatch::types::Tag;
use aws_stand_in::{Fault, Outcome, Script};
use serde_json::json;

use crate::support::declaration::{Declared, one_model, shared_gpus};
use crate::support::event::{ENDPOINT, Event, stack_id};
use crate::support::harness::{Aws, Scenario, ownership};

/// A transition that is over at the next look.
const QUICK: Duration = Duration::from_millis(20);
/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_mins(1);
const NONE: [&str; 0] = [];

fn create(declared: &Declared) -> Event {
    Event::create(ENDPOINT, declared)
}

fn update(id: &str, old: &Declared, new: &Declared) -> Event {
    Event::update(ENDPOINT, id, old, new)
}

fn delete(id: &str, declared: &Declared) -> Event {
    Event::delete(ENDPOINT, id, declared)
}

/// A chain in which `chat` has been made, with its config's name.
fn made() -> (Scenario, Declared, String) {
    let chain = Scenario::with_transitions(QUICK);
    let declared = shared_gpus("chat");
    chain.send(create(&declared)).succeeded();
    let config = chain.config_names()[0].clone();
    (chain, declared, config)
}

impl Scenario {
    /// The next transition of `chat` comes to this.
    fn next(&self, outcome: Outcome, reason: &str) {
        self.stand_in.script("chat", Script { outcome, reason: Some(reason.to_owned()), after_ms: None });
    }

    /// The next transition of `chat` takes so long, and comes to this.
    fn next_after(&self, after: Duration, outcome: Outcome, reason: &str) {
        let after_ms = Some(u64::try_from(after.as_millis()).unwrap());
        self.stand_in.script("chat", Script { outcome, reason: Some(reason.to_owned()), after_ms });
    }
}

#[test]
fn a_create_gives_the_whole_thing_in_service() {
    let (chain, _, config) = made();
    let endpoint = chain.endpoint("chat");
    assert_eq!(
        (endpoint["EndpointStatus"].as_str(), endpoint["EndpointConfigName"].as_str()),
        (Some("InService"), Some(config.as_str()))
    );
    assert_eq!(ownership(&endpoint, "physical-id"), "chat");
    let state = chain.state();
    assert_eq!(state["dashboards"][0]["DashboardName"], "chat-monitoring");
    assert_eq!(state["alarms"][0]["AlarmName"], "chat-unused-gpu");
}

#[test]
fn the_attributes_name_the_endpoint_and_the_id_is_its_name() {
    let chain = Scenario::with_transitions(QUICK);
    let answer = chain.send(create(&shared_gpus("chat"))).succeeded();
    assert_eq!(answer.id(), "chat");
    assert_eq!(answer.data("EndpointArn"), chain.endpoint("chat")["EndpointArn"]);
    assert_eq!(answer.data("EndpointConfigName"), chain.config_names()[0]);
}

#[test]
fn an_endpoint_without_a_name_gets_one_that_stays() {
    let chain = Scenario::with_transitions(QUICK);
    let declared = shared_gpus("unused").without("EndpointName");
    let answer = chain.send(create(&declared)).succeeded();
    assert!(answer.id().starts_with("inference-Config-"), "{}", answer.id());
    let again = chain.send(update(&answer.id(), &declared, &declared)).succeeded();
    assert_eq!(again.id(), answer.id());
    assert_eq!(chain.writes(), NONE);
    chain.send(delete(&answer.id(), &declared)).succeeded();
    assert!(chain.is_empty());
}

#[test]
fn the_same_create_twice_and_an_unchanged_update_write_nothing() {
    let (chain, declared, _) = made();
    chain.send(create(&declared)).succeeded();
    assert_eq!(chain.writes(), NONE);
    chain.send(update("chat", &declared, &declared)).succeeded();
    assert_eq!(chain.writes(), NONE);
}

/// Each call that waits for another makes a stack wait: docs/contributors/performance.md has the chains.
#[test]
fn nothing_is_looked_at_twice() {
    let requests = ["create", "unchanged update", "update", "delete"];
    // A description is good for a second, so a run that other work on the machine holds up describes things once more.
    let plays: Vec<_> = (0..3).map(|_| looks_of_a_life()).collect();
    for (at, (request, expected)) in requests.into_iter().zip([(2, 1), (1, 1), (2, 2), (2, 1)]).enumerate() {
        let looks = plays.iter().map(|play| play[at]);
        let fewest = (looks.clone().map(|look| look.0).min().unwrap(), looks.map(|look| look.1).min().unwrap());
        assert_eq!(fewest, expected, "{request}: looks at the endpoint and at its config");
    }
}

/// How often each request of an endpoint's life looks at it, and at its config.
fn looks_of_a_life() -> Vec<(usize, usize)> {
    let chain = Scenario::with_transitions(Duration::ZERO);
    let declared = shared_gpus("chat");
    let faster = declared.clone().faster();
    let events = [
        create(&declared),
        update("chat", &declared, &declared),
        update("chat", &declared, &faster),
        delete("chat", &faster),
    ];
    let times = |operation: &str| chain.calls().iter().filter(|call| *call == operation).count();
    let looks = events.into_iter().map(|event| {
        chain.send(event).succeeded();
        (times("DescribeEndpoint"), times("DescribeEndpointConfig"))
    });
    looks.collect()
}

#[test]
fn a_failed_creation_answers_with_its_reason_and_leaves_nothing() {
    let chain = Scenario::with_transitions(QUICK);
    chain.next(Outcome::Fail, "no ml.g6.12xlarge to be had");
    let answer = chain.send(create(&shared_gpus("chat")));
    assert!(answer.failed().contains("no ml.g6.12xlarge to be had"), "{}", answer.reason());
    assert!(answer.id().starts_with("create-failed."), "{}", answer.id());
    assert!(chain.is_empty(), "{}", chain.state());
}

#[test]
fn a_model_that_does_not_exist_is_told_before_anything_is_made() {
    let chain = Scenario::with_transitions(QUICK);
    let answer = chain.send(create(&one_model("forecast")));
    assert!(answer.failed().contains("Variants[0].ModelName: there is no model named \"m\""), "{}", answer.reason());
    assert_eq!(chain.writes(), NONE);
}

#[test]
fn another_config_moves_the_endpoint_and_the_old_config_goes() {
    let (chain, declared, old) = made();
    let answer = chain.send(update("chat", &declared, &declared.clone().faster())).succeeded();
    assert_eq!(answer.id(), "chat");
    let configs = chain.config_names();
    assert_eq!(configs.len(), 1);
    assert_ne!(configs[0], old);
    assert_eq!(chain.endpoint("chat")["EndpointConfigName"], configs[0]);
}

#[test]
fn monitoring_alone_leaves_the_endpoint_alone() {
    let (chain, declared, config) = made();
    let new = declared.clone().with("Dashboard", json!({"Start": "-PT1H"}));
    chain.send(update("chat", &declared, &new)).succeeded();
    assert_eq!(chain.writes(), ["PutDashboard"]);
    assert_eq!(chain.config_names(), [config]);
}

#[test]
fn autoscaled_instance_counts_survive_an_update() {
    let (chain, declared, _) = made();
    chain.stand_in.scale("chat", "AllTraffic", 4).unwrap();
    chain.send(update("chat", &declared, &declared.clone().faster())).succeeded();
    let variant = &chain.endpoint("chat")["ProductionVariants"][0];
    assert_eq!(variant["CurrentInstanceCount"], 4, "{variant}");
}

#[test]
fn an_update_that_is_rolled_back_is_a_failure_and_the_rollback_finds_its_way_back() {
    for (outcome, reason) in [
        (Outcome::Fail, "capacity"),
        (Outcome::Rollback, "the alarm chat-unused-gpu fired"),
        (Outcome::RollbackFailed, "both failed"),
    ] {
        let (chain, declared, old) = made();
        let new = declared.clone().faster();
        chain.next(outcome, reason);
        let answer = chain.send(update("chat", &declared, &new));
        assert!(answer.failed().contains(reason), "{outcome:?}: {}", answer.reason());
        assert_eq!(answer.id(), "chat");
        let serving = chain.endpoint("chat")["EndpointConfigName"].clone();
        assert!(chain.config_names().iter().any(|config| serving == **config), "it serves on a config that exists");

        // CloudFormation goes back to the old properties, under the same id.
        chain.send(update("chat", &new, &declared)).succeeded();
        let endpoint = chain.endpoint("chat");
        assert_eq!(endpoint["EndpointStatus"], "InService", "{outcome:?}");
        assert_eq!(endpoint["EndpointConfigName"], *old, "{outcome:?}");
        assert_eq!(chain.config_names(), [old], "{outcome:?}");
    }
}

#[test]
fn an_endpoint_that_is_busy_is_waited_for() {
    let (chain, declared, _) = made();
    let own = chain
        .sagemaker
        .create_endpoint_config()
        .endpoint_config_name("by-hand")
        .execution_role_arn(crate::support::declaration::ROLE);
    let variant = aws_sdk_sagemaker::types::ProductionVariant::builder()
        .variant_name("AllTraffic")
        .instance_type(aws_sdk_sagemaker::types::ProductionVariantInstanceType::from("ml.g6.12xlarge"))
        .initial_instance_count(1)
        .build();
    chain.block_on(own.production_variants(variant).send()).unwrap();
    chain.next_after(Duration::from_millis(100), Outcome::Succeed, "");
    chain.move_endpoint("chat", "by-hand");
    chain.send(update("chat", &declared, &declared.clone().faster())).succeeded();
    let serving = chain.endpoint("chat")["EndpointConfigName"].clone();
    assert_ne!(serving, "by-hand");
    // What was made by hand is left, and everything of ours but the config that serves is gone.
    assert!(chain.config_names().contains(&"by-hand".to_owned()));
}

#[test]
fn another_name_is_another_endpoint_and_the_old_one_goes_in_cleanup() {
    let (chain, declared, _) = made();
    let new = declared.clone().with("EndpointName", "talk");
    let answer = chain.send(update("chat", &declared, &new)).succeeded();
    assert_eq!(answer.id(), "talk");
    assert_eq!(chain.endpoint_names(), ["chat", "talk"]);
    chain.send(delete("chat", &declared)).succeeded();
    assert_eq!(chain.endpoint_names(), ["talk"]);
    assert_eq!(chain.config_names().len(), 1);
    assert_eq!(chain.state()["dashboards"][0]["DashboardName"], "talk-monitoring");
}

#[test]
fn a_replacement_that_is_rolled_back_leaves_the_old_endpoint_whole() {
    let (chain, declared, _) = made();
    let before = chain.state();
    let new = declared.clone().with("EndpointName", "talk");
    chain.send(update("chat", &declared, &new)).succeeded();
    let back = chain.send(update("talk", &new, &declared)).succeeded();
    assert_eq!(back.id(), "chat");
    chain.send(delete("talk", &new)).succeeded();
    assert_eq!(chain.state(), before);
}

#[test]
fn a_delete_removes_everything_and_succeeds_again_when_all_has_gone() {
    let (chain, declared, _) = made();
    chain.send(delete("chat", &declared)).succeeded();
    assert!(chain.is_empty());
    chain.send(delete("chat", &declared)).succeeded();
}

#[test]
fn inference_components_that_are_left_refuse_a_delete_by_name() {
    use aws_sdk_sagemaker::types::{InferenceComponentRuntimeConfig, InferenceComponentSpecification};
    let (chain, declared, _) = made();
    let specification = InferenceComponentSpecification::builder().model_name("llama").build();
    let component = chain
        .sagemaker
        .create_inference_component()
        .inference_component_name("llama-3")
        .endpoint_name("chat")
        .variant_name("AllTraffic")
        .specification(specification)
        .runtime_config(InferenceComponentRuntimeConfig::builder().copy_count(1).build());
    chain.block_on(component.send()).unwrap();
    chain.stand_in.advance(Duration::from_secs(1));
    let before = chain.state();
    let answer = chain.send(delete("chat", &declared));
    assert!(answer.failed().contains("llama-3"), "{}", answer.reason());
    assert_eq!(chain.state(), before);
}

/// `CreateEndpoint` had been sent and was dropped: nobody would have known of the endpoint that it may still make.
#[test]
fn review_5_an_endpoint_that_is_being_asked_for_when_the_dashboard_is_refused_is_taken_back() {
    let chain = Scenario::with_transitions(QUICK);
    chain.let_fail("CreateEndpoint", Some(1), Fault::DelayMs(500));
    chain.let_fail("PutDashboard", Some(1), Fault::AccessDenied {});
    let answer = chain.send(create(&shared_gpus("chat")));
    assert!(answer.failed().contains("cloudwatch:PutDashboard"), "{}", answer.reason());
    assert!(chain.writes().contains(&"DeleteEndpoint".to_owned()), "{:?}", chain.writes());
    assert!(chain.is_empty(), "{}", chain.state());
}

/// It was removed by the tags that it had had when the Delete began.
#[test]
fn review_7_what_is_taken_over_while_an_endpoint_goes_is_left() {
    let (chain, declared, _) = made();
    let gate = chain.stand_in.hold_only(|held| held.operation == "DeleteEndpoint");
    let dashboard = "arn:aws:cloudwatch::123456789012:dashboard/chat-monitoring";
    thread::scope(|scope| {
        let aws: &Aws = &chain;
        scope.spawn(move || {
            gate.wait_until(PATIENCE, |held| !held.is_empty()).expect("the endpoint is deleted");
            let theirs = Tag::builder().key("monitored-endpoint:stack-id").value(stack_id("other")).build();
            let request = aws.cloudwatch.tag_resource().resource_arn(dashboard).tags(theirs);
            aws.block_on(request.send()).unwrap();
            // What was described before is good for a second.
            thread::sleep(Duration::from_millis(1500));
            drop(gate);
        });
        chain.send(delete("chat", &declared)).succeeded();
    });
    let state = chain.state();
    assert_eq!(state["dashboards"][0]["DashboardName"], "chat-monitoring", "{state}");
    assert_eq!(state["alarms"], json!([]), "{state}");
}

#[test]
fn an_endpoint_of_somebody_else_is_neither_taken_nor_deleted() {
    let (chain, declared, _) = made();
    let before = chain.state();
    let answer = chain.send(create(&declared).of_stack("other"));
    assert!(answer.failed().contains("belongs to Config of stack"), "{}", answer.reason());
    assert_eq!(chain.writes(), NONE);
    chain.send(delete("chat", &declared).of_stack("other")).succeeded();
    assert_eq!(chain.state(), before);
}
