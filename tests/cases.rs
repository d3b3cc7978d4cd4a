//! Requests from the field that once went wrong, each a test named after its case; the events stand in `cases/`.
//!
//! Cases of two requests at once are in `simulation/`, those of bad declarations in `declarations.rs`.

use std::time::Duration;

use aws_stand_in::{Fault, Outcome as Comes, Script};
use serde_json::{Value, json};

use crate::support::declaration::{Declared, one_model, shared_gpus};
use crate::support::event::{ENDPOINT, Event};
use crate::support::harness::{Answer, Delivery, Outcome, Scenario};

const QUICK: Duration = Duration::from_millis(20);
const NONE: [&str; 0] = [];

/// The event of a case.
fn event(case: &str) -> Event {
    let case: Value = serde_json::from_str(case).unwrap();
    Event(case["event"].clone())
}

/// What was there before the event: a Create from its old properties.
fn create_before(event: &Event, properties: &str) -> Event {
    let mut create = event.0.clone();
    create["RequestType"] = json!("Create");
    create["ResourceProperties"] = event.0[properties].clone();
    create["RequestId"] = json!("before");
    for member in ["PhysicalResourceId", "OldResourceProperties"] {
        create.as_object_mut().unwrap().remove(member);
    }
    Event(create)
}

/// What the variants of an endpoint run with.
fn variants(chain: &Scenario, endpoint: &str, what: &str) -> Vec<Value> {
    let endpoint = chain.endpoint(endpoint);
    endpoint["ProductionVariants"].as_array().unwrap().iter().map(|variant| variant[what].clone()).collect()
}

fn with_models(chain: &Scenario) {
    for model in ["model-a", "model-b", "m"] {
        chain.foreign_model(model);
    }
}

#[test]
fn a2_a_permission_that_a_deletion_needs_behind_it_is_named() {
    let chain = Scenario::with_transitions(QUICK);
    let delete = event(include_str!("cases/a2-delete-with-scalable-target.json"));
    chain.send(create_before(&delete, "ResourceProperties")).succeeded();
    let missing = "application-autoscaling:DeregisterScalableTarget";
    chain.let_fail("DeleteEndpoint", None, Fault::AccessDeniedFor(missing.to_owned()));
    let reason = chain.send(delete).failed();
    assert!(reason.contains(&format!("needs the permission {missing}")), "{reason}");
}

#[test]
fn a4_declared_weights_are_in_force_after_success() {
    let chain = Scenario::with_transitions(QUICK);
    with_models(&chain);
    let update = event(include_str!("cases/a4-weights-only.json"));
    chain.send(create_before(&update, "OldResourceProperties")).succeeded();
    chain.send(update).succeeded();
    assert_eq!(variants(&chain, "ab", "DesiredWeight"), [json!(0.5), json!(0.5)]);
}

#[test]
fn a4_a_declared_instance_count_is_in_force_after_success() {
    let chain = Scenario::with_transitions(QUICK);
    with_models(&chain);
    let update = event(include_str!("cases/a4-count-only.json"));
    chain.send(create_before(&update, "OldResourceProperties")).succeeded();
    chain.send(update).succeeded();
    assert_eq!(variants(&chain, "ab", "DesiredInstanceCount"), [json!(3), json!(1)]);
}

/// Only the variant whose declaration changed gets another count.
#[test]
fn a4_a_count_that_an_autoscaler_has_moved_is_kept_where_it_was_not_declared_anew() {
    let chain = Scenario::with_transitions(QUICK);
    with_models(&chain);
    let update = event(include_str!("cases/a4-count-only.json"));
    chain.send(create_before(&update, "OldResourceProperties")).succeeded();
    chain.stand_in.scale("ab", "green", 5).unwrap();
    chain.send(update).succeeded();
    assert_eq!(variants(&chain, "ab", "DesiredInstanceCount"), [json!(3), json!(5)]);
    assert!(chain.writes().contains(&"UpdateEndpointWeightsAndCapacities".to_owned()), "{:?}", chain.writes());
}

/// "`RetainAllVariantProperties` false alone afterwards does nothing either."
#[test]
fn a4_no_longer_retaining_alone_applies_what_is_declared() {
    let chain = Scenario::with_transitions(QUICK);
    with_models(&chain);
    let old = one_model("ab");
    chain.send(Event::create(ENDPOINT, &old)).succeeded();
    chain.stand_in.scale("ab", "AllTraffic", 4).unwrap();
    let new = old.clone().with("RetainAllVariantProperties", false);
    chain.send(Event::update(ENDPOINT, "ab", &old, &new)).succeeded();
    assert_eq!(variants(&chain, "ab", "DesiredInstanceCount"), [json!(1)]);
    chain.stand_in.scale("ab", "AllTraffic", 4).unwrap();
    chain.send(Event::update(ENDPOINT, "ab", &new, &new)).succeeded();
    assert_eq!(variants(&chain, "ab", "DesiredInstanceCount"), [json!(4)], "nothing was declared anew");
}

#[test]
fn a12b_a_name_that_differs_in_case_only_is_said_to_be_taken() {
    let chain = Scenario::with_transitions(QUICK);
    let theirs = Event::create(ENDPOINT, &shared_gpus("chat")).of_resource("Other");
    chain.send(theirs).succeeded();
    let before = chain.state();
    let reason = chain.send(event(include_str!("cases/a12b-name-differs-in-case.json"))).failed();
    assert!(reason.contains("differs in the case of its letters only"), "{reason}");
    assert_eq!(chain.state(), before);
}

#[test]
fn a15_a_grant_that_kms_refuses_is_named() {
    let chain = Scenario::with_transitions(QUICK);
    chain.let_fail("CreateEndpoint", None, Fault::AccessDeniedFor("kms:CreateGrant".to_owned()));
    let answer = chain.send(event(include_str!("cases/a15-kms.json")));
    assert!(answer.failed().contains("needs the permission kms:CreateGrant"), "{}", answer.reason());
    assert!(answer.id().starts_with("create-failed."), "{}", answer.id());
    assert!(chain.is_empty());
}

#[test]
fn a16_no_control_character_of_a_failure_reason_reaches_the_answer() {
    let chain = Scenario::with_transitions(QUICK);
    let reason = Some("no \u{1b}[31mcapacity\u{7}\0".to_owned());
    chain.stand_in.script("chat", Script { outcome: Comes::Fail, reason, after_ms: None });
    let reason = chain.send(event(include_str!("cases/a16-control-characters.json"))).failed();
    assert!(reason.contains("capacity") && !reason.chars().any(char::is_control), "{reason:?}");
    assert!(chain.is_empty());
}

#[test]
fn d1_a_config_that_was_deleted_under_its_endpoint_is_said_to_be_missing() {
    let scenario = Scenario::new();
    scenario.foreign_endpoint("chat", None);
    let config = scenario.sagemaker.delete_endpoint_config().endpoint_config_name("chat-config");
    scenario.block_on(config.send()).unwrap();
    let answer = scenario.send(event(include_str!("cases/d1-monitoring-of-endpoint-without-config.json")));
    let reason = answer.failed();
    assert!(reason.contains("has been deleted") && reason.contains("\"chat-config\""), "{reason}");
    assert!(reason.contains("give ProductionVariants and MetricsConfig"), "{reason}");
}

fn settled_in_failed(chain: &Scenario, declared: &Declared) {
    chain.send(Event::create(ENDPOINT, declared)).succeeded();
    let script = Script { outcome: Comes::RollbackFailed, reason: Some("no capacity".to_owned()), after_ms: None };
    chain.stand_in.script("chat", script);
}

/// The endpoint runs on a mixture of both configs.
#[test]
fn review_8_no_config_goes_while_an_update_s_rollback_has_failed() {
    let chain = Scenario::with_transitions(QUICK);
    let old = shared_gpus("chat");
    settled_in_failed(&chain, &old);
    let new = old.clone().faster();
    let reason = chain.send(Event::update(ENDPOINT, "chat", &old, &new)).failed();
    assert!(reason.contains("UpdateRollbackFailed"), "{reason}");
    assert_eq!(chain.config_names().len(), 2, "{:?}", chain.config_names());
    chain.send(Event::update(ENDPOINT, "chat", &new, &old)).succeeded();
    assert_eq!(chain.config_names().len(), 1, "once it serves on the old one again, the new one goes");
}

/// Each look after the first is throttled until the run's time is up. By the next run all is well, and the endpoint in service.
fn throttled_until_time_is_up(chain: &Scenario, event: Event) {
    chain.let_fail_from(2, "DescribeEndpoint", None, Fault::Throttle {});
    let delivery = Delivery { life: Duration::from_secs(4), times: 1, killed_when: None };
    let answer = chain.deliver(event, delivery, |outcome, _| {
        assert!(matches!(outcome, Outcome::HandedOver(_)), "{outcome:?}");
        let calls = chain.stand_in.calls();
        assert!(calls.iter().any(|call| call.fault == Some("throttle")), "no look was throttled: {calls:?}");
        chain.stand_in.clear_faults();
        chain.stand_in.advance(Duration::from_mins(51));
        Duration::from_mins(1)
    });
    answer.unwrap().succeeded();
    assert_eq!(chain.hops(), 1);
    assert_eq!(chain.endpoint("chat")["EndpointStatus"], "InService");
}

/// It was FAILED, as if the endpoint that had just been asked for had disappeared.
#[test]
fn review_9_a_look_that_is_throttled_when_time_is_up_is_handed_over() {
    let chain = Scenario::with_transitions(Duration::from_mins(50));
    throttled_until_time_is_up(&chain, Event::create(ENDPOINT, &shared_gpus("chat")));
}

/// It was FAILED, as if the deployment that had just been asked for had been rolled back.
#[test]
fn review_9_so_is_one_after_an_update() {
    let chain = Scenario::with_transitions(QUICK);
    let (old, new) = (shared_gpus("chat"), shared_gpus("chat").faster());
    chain.send(Event::create(ENDPOINT, &old)).succeeded();
    let slowly = Script { outcome: Comes::Succeed, reason: None, after_ms: Some(50 * 60_000) };
    chain.stand_in.script("chat", slowly);
    throttled_until_time_is_up(&chain, Event::update(ENDPOINT, "chat", &old, &new));
    assert_eq!(chain.config_names().len(), 1);
}

/// "The same tags twice, one renamed": 47 tags of the author's and our three are all that there is room for.
#[test]
fn review_10_a_tag_is_renamed_where_there_are_fifty() {
    let scenario = Scenario::new();
    let tags = |last: &str| -> Value {
        let mut tags: Vec<Value> = (0..46).map(|at| json!({"Key": format!("k{at}"), "Value": "v"})).collect();
        tags.push(json!({"Key": last, "Value": "v"}));
        Value::Array(tags)
    };
    let (old, new) = (shared_gpus("chat").with("Tags", tags("a")), shared_gpus("chat").with("Tags", tags("b")));
    let made = scenario.create(&old).succeeded();
    scenario.update(&made.id(), &old, &new).succeeded();
    let config = &scenario.config(&made.id())["Tags"].to_string();
    assert!(config.contains("\"b\"") && !config.contains("\"a\""), "{config}");
}

/// An endpoint of ours that has failed can't be updated, and made every Update and every rollback fail.
#[test]
fn review_13_an_own_endpoint_that_has_failed_is_made_anew() {
    let chain = Scenario::with_transitions(QUICK);
    let old = shared_gpus("chat");
    chain.send(Event::create(ENDPOINT, &old)).succeeded();
    chain.retire("chat");
    // By hand, so that it fails on a config of ours and under our tags.
    let tags = [("stack-id", crate::support::event::stack_id("inference")), ("logical-id", "Config".to_owned())];
    let tags = tags.into_iter().chain([("physical-id", "chat".to_owned())]).map(|(key, value)| {
        aws_sdk_sagemaker::types::Tag::builder().key(format!("monitored-endpoint:{key}")).value(value).build()
    });
    chain
        .stand_in
        .script("chat", Script { outcome: Comes::Fail, reason: Some("no capacity".to_owned()), after_ms: None });
    let config = chain.config_names().remove(0);
    let create = chain.sagemaker.create_endpoint().endpoint_name("chat").endpoint_config_name(config);
    chain.block_on(create.set_tags(Some(tags.collect())).send()).unwrap();
    chain.stand_in.advance(QUICK);
    assert_eq!(chain.endpoint("chat")["EndpointStatus"], "Failed");
    let new = old.clone().with("CostPerHour", 5.752);
    chain.send(Event::update(ENDPOINT, "chat", &old, &new)).succeeded();
    assert_eq!(chain.endpoint("chat")["EndpointStatus"], "InService");
}

/// A duplicate that comes late, of a request that is over, changes nothing: it is answered as it was.
#[test]
fn a_late_duplicate_of_a_request_that_is_over_is_answered_as_it_was_and_changes_nothing() {
    let chain = Scenario::with_transitions(QUICK);
    let declared = shared_gpus("chat");
    let create = Event::create(ENDPOINT, &declared);
    let first: Answer = chain.send(create.clone()).succeeded();
    chain.send(Event::delete(ENDPOINT, "chat", &declared)).succeeded();
    let again = chain.send(create).succeeded();
    assert_eq!(again, first);
    assert_eq!(chain.writes(), NONE);
    assert!(chain.is_empty());
}

/// A config was left because an endpoint of somebody else's used it; the next request that may removes it.
#[test]
fn a_config_that_had_to_be_left_goes_once_nothing_uses_it() {
    let scenario = Scenario::new();
    let old = shared_gpus("chat");
    let made = scenario.create(&old).succeeded();
    scenario.endpoint_serves("chat", &made.id());
    let new = old.clone().faster();
    let replaced = scenario.update(&made.id(), &old, &new).succeeded();
    // Express mode: the old config's Delete comes while the endpoint still serves on it.
    let left = scenario.delete(&made.id(), &old).succeeded();
    assert!(left.reason().contains("was left"), "{}", left.reason());
    scenario.endpoint_serves("chat", &replaced.id());
    scenario.update(&replaced.id(), &new, &new.clone().with("CostPerHour", 5)).succeeded();
    assert_eq!(scenario.config_names(), [replaced.id()]);
}

/// SageMaker never lets an endpoint with inference components change these: each update would fail minutes later.
#[test]
fn an_instance_type_or_a_layout_that_can_not_change_in_place_is_refused_before_the_first_write() {
    let partitioned = |profiles: &[&str]| {
        shared_gpus("chat")
            .with("ProductionVariants/0/InstanceType", "ml.p4d.24xlarge")
            .with("ProductionVariants/0/AcceleratorPartitionLayouts", json!([{"AcceleratorPartitionTypes": profiles}]))
    };
    let two = partitioned(&["mig-3g.20gb", "mig-4g.20gb"]);
    let whole = two.clone().without("ProductionVariants/0/AcceleratorPartitionLayouts");
    for (old, new, path) in [
        (
            shared_gpus("chat"),
            shared_gpus("chat").with("ProductionVariants/0/InstanceType", "ml.g6.48xlarge"),
            "InstanceType",
        ),
        (two.clone(), partitioned(&["mig-4g.20gb", "mig-3g.20gb"]), "AcceleratorPartitionLayouts"),
        (two.clone(), whole.clone(), "AcceleratorPartitionLayouts"),
        (whole, two, "AcceleratorPartitionLayouts"),
    ] {
        let chain = Scenario::with_transitions(QUICK);
        chain.send(Event::create(ENDPOINT, &old)).succeeded();
        let before = chain.state();
        let answer = chain.send(Event::update(ENDPOINT, "chat", &old, &new));
        let reason = answer.failed();
        assert!(reason.contains(&format!("Properties.ProductionVariants[0].{path}: ")), "{reason}");
        assert!(reason.contains("give another EndpointName"), "{reason}");
        assert_eq!(answer.id(), "chat");
        assert_eq!((chain.writes(), chain.state()), (NONE.map(str::to_owned).to_vec(), before), "{reason}");
        // The rollback, and what it says to do instead.
        chain.send(Event::update(ENDPOINT, "chat", &new, &old)).succeeded();
        assert_eq!(chain.writes(), NONE);
        let elsewhere = new.with("EndpointName", "talk");
        chain.send(Event::update(ENDPOINT, "chat", &old, &elsewhere)).succeeded();
    }
}

/// What serves counts, not what was declared last; and an endpoint that is made anew isn't updated.
#[test]
fn what_serves_decides_on_what_can_not_change_in_place() {
    let (old, new) =
        (shared_gpus("chat"), shared_gpus("chat").with("ProductionVariants/0/InstanceType", "ml.g6.48xlarge"));
    let chain = Scenario::with_transitions(QUICK);
    chain.send(Event::create(ENDPOINT, &old)).succeeded();
    chain.retire("chat");
    chain.send(Event::update(ENDPOINT, "chat", &old, &new)).succeeded();
    // Now the new type serves, and a declaration that says the old one, twice, is refused all the same.
    let reason = chain.send(Event::update(ENDPOINT, "chat", &old, &old)).failed();
    assert!(reason.contains("ml.g6.48xlarge"), "{reason}");
    assert_eq!(chain.writes(), NONE);
}

/// An alarm whose query finds nothing never fires, and nobody hears of that.
#[test]
fn an_alarm_that_asks_by_promql_is_refused_where_nothing_would_be_found() {
    let scenario = Scenario::new();
    let plain = shared_gpus("chat").with("IdleGpuAlarm", json!({"Threshold": 20}));
    let asking = plain.clone().with("IdleGpuAlarm/Source", "PromQL");
    let reason = scenario.create(&asking).failed();
    assert!(
        reason.contains("Properties.IdleGpuAlarm.Source: ") && reason.contains("start-otel-enrichment"),
        "{reason}"
    );
    assert_eq!(scenario.writes(), NONE);
    scenario.stand_in.set_enrichment(true);
    let made = scenario.create(&asking).succeeded();
    let looks = || scenario.calls().iter().filter(|call| *call == "GetOTelEnrichment").count();
    assert_eq!(looks(), 1);
    // What asks already is left alone, so that a rollback to it passes.
    scenario.stand_in.set_enrichment(false);
    let lower = asking.clone().with("IdleGpuAlarm/Threshold", 10);
    scenario.update(&made.id(), &asking, &lower).succeeded();
    assert_eq!(looks(), 0);
    scenario.update(&made.id(), &lower, &plain).succeeded();
    assert!(scenario.update(&made.id(), &plain, &asking).failed().contains("start-otel-enrichment"));
}

#[test]
fn tags_travel_with_every_alarm_s_notifications_where_that_is_asked_for() {
    let scenario = Scenario::new();
    let plain = shared_gpus("chat").with("Tags", json!([{"Key": "team", "Value": "ml"}]));
    let tagged = plain.clone().with("AlarmTagsPropagation", json!({"IncludedTagKeys": ["team"]}));
    let made = scenario.create(&tagged).succeeded();
    let propagation = || scenario.alarm("chat-unused-gpu")["ActionConfiguration"]["AlarmTagsPropagation"].clone();
    assert_eq!(propagation(), json!({"Enabled": true, "IncludedTagKeys": ["team"]}));
    scenario.update(&made.id(), &tagged, &tagged).succeeded();
    assert_eq!(scenario.writes(), NONE);
    let all = plain.clone().with("AlarmTagsPropagation", json!({"Enabled": true}));
    scenario.update(&made.id(), &tagged, &all).succeeded();
    assert_eq!(propagation(), json!({"Enabled": true}));
    scenario.update(&made.id(), &all, &plain).succeeded();
    assert_eq!((propagation(), scenario.writes()), (Value::Null, vec!["PutMetricAlarm".to_owned()]));
    for (settings, expected) in [
        (
            json!({"IncludedTagKeys": ["a"], "ExcludedTagKeys": ["b"]}),
            "ExcludedTagKeys: can't be combined with IncludedTagKeys",
        ),
        (json!({"ExcludedTagKeys": []}), "ExcludedTagKeys: 0 keys are given; use 1 to 50"),
        (json!({"IncludedTagKeys": [""]}), "IncludedTagKeys[0]: \"\" is no key of a tag"),
    ] {
        let reason =
            scenario.update(&made.id(), &plain, &plain.clone().with("AlarmTagsPropagation", settings)).failed();
        assert!(reason.contains(expected), "{reason}");
    }
}
