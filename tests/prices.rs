//! `CostPerHour: Auto`: prices that are looked up, and look-ups that give none. A price is good to have and no more: no
//! trouble with it fails a stack, and nothing is ever shown to cost nothing.

use std::time::{Duration, Instant};

use aws_stand_in::{Config, Fault, HostingPrice};
use serde_json::{Value, json};

use crate::support::declaration::{Declared, monitoring, shared_gpus};
use crate::support::event::{CONFIG, Event};
use crate::support::harness::{Aws, Scenario};

const NONE: [&str; 0] = [];

fn auto() -> Declared {
    shared_gpus("chat").with("CostPerHour", "Auto").with("InferenceComponents", json!([{"Name": "llama"}]))
}

fn price(instance_type: &str, per_hour: &str, effective: &str) -> HostingPrice {
    HostingPrice {
        region: "us-east-1".to_owned(),
        instance_type: instance_type.to_owned(),
        per_hour: per_hour.to_owned(),
        effective: effective.to_owned(),
    }
}

/// A stand-in whose list price of the declared instances is $5.752.
fn scenario() -> Scenario {
    let scenario = Scenario::new();
    scenario.stand_in.set_prices([price("ml.g6.12xlarge", "5.7520000000", "2026-11-01")]);
    scenario
}

fn body_of(dashboard: &Value) -> Value {
    serde_json::from_str(dashboard["DashboardBody"].as_str().unwrap()).unwrap()
}

/// The dashboard's text, which says what is shown and what isn't.
fn header(scenario: &Scenario) -> String {
    let body = body_of(&scenario.dashboard("chat-monitoring"));
    let widgets = body["widgets"].as_array().unwrap();
    widgets.iter().filter_map(|widget| widget["properties"]["markdown"].as_str()).collect()
}

fn shows_costs(scenario: &Scenario) -> bool {
    let body = body_of(&scenario.dashboard("chat-monitoring"));
    body["widgets"]
        .as_array()
        .unwrap()
        .iter()
        .any(|widget| widget["properties"]["title"].as_str().is_some_and(|title| title.starts_with("$ per hour")))
}

#[track_caller]
fn assert_no_costs_because(scenario: &Scenario, why: &str) {
    let header = header(scenario);
    assert!(header.contains("No costs are shown") && header.contains(why), "{header}");
    assert!(!shows_costs(scenario) && !header.contains("$0"), "{header}");
}

fn look_ups(scenario: &Scenario) -> usize {
    scenario.calls().iter().filter(|call| *call == "GetProducts").count()
}

#[test]
fn the_list_price_of_hosting_gives_costs_and_its_day_is_said() {
    let scenario = scenario();
    scenario.create(&auto()).succeeded();
    let header = header(&scenario);
    assert!(header.contains("$5.752 per instance-hour") && header.contains("2026-11-01"), "{header}");
    assert!(shows_costs(&scenario));
    let body = scenario.dashboard("chat-monitoring")["DashboardBody"].as_str().unwrap().to_owned();
    assert!(body.contains(" * 5.752 ") && !body.contains("* 99"), "the price for training was taken: {body}");
    assert_eq!(look_ups(&scenario), 1);
}

#[test]
fn where_every_price_is_declared_nothing_is_looked_up() {
    let scenario = scenario();
    for declared in
        [shared_gpus("a"), shared_gpus("b").with("CostPerHour", 5.752), auto().with("Dashboard/Enabled", false)]
    {
        scenario.create(&declared).succeeded();
        assert_eq!(look_ups(&scenario), 0, "{:?}", declared.0);
    }
}

#[test]
fn each_instance_type_is_looked_up_once_and_a_declared_price_is_kept() {
    let scenario = scenario();
    scenario.stand_in.set_prices([price("ml.g5.48xlarge", "20.36", "2026-11-02")]);
    let variant = |name: &str, instance_type: &str| json!({"VariantName": name, "InstanceType": instance_type, "InitialInstanceCount": 1, "ModelName": "m"});
    let variants = json!([
        variant("A", "ml.g6.12xlarge"),
        variant("B", "ml.g6.12xlarge"),
        variant("C", "ml.g5.48xlarge"),
        variant("D", "ml.p4d.24xlarge"),
    ]);
    let declared = auto()
        .with("ProductionVariants", variants)
        .with("Variants", json!([{"VariantName": "D", "CostPerHour": 1.25}]));
    scenario.create(&declared).succeeded();
    assert_eq!(look_ups(&scenario), 2);
    let header = header(&scenario);
    for said in ["$5.752 per instance-hour", "$20.36 per instance-hour", "$1.25 per instance-hour"] {
        assert!(header.contains(said), "{header}");
    }
}

#[test]
fn the_price_of_another_region_does_not_count() {
    let scenario = scenario();
    let abroad = HostingPrice { region: "eu-west-1".to_owned(), ..price("ml.g6.12xlarge", "7.77", "2026-11-03") };
    scenario.stand_in.set_prices([abroad]);
    scenario.create(&auto()).succeeded();
    assert!(header(&scenario).contains("$5.752 per instance-hour"), "{}", header(&scenario));
}

#[test]
fn the_same_event_again_writes_nothing_while_the_price_is_the_same() {
    let scenario = scenario();
    let create = Event::create(CONFIG, &auto());
    let made = scenario.send(create.clone()).succeeded();
    assert_eq!(scenario.send(create).succeeded(), made);
    assert_eq!(scenario.writes(), NONE);
    scenario.update(&made.id(), &auto(), &auto()).succeeded();
    assert_eq!(scenario.writes(), NONE);
    scenario.stand_in.set_prices([price("ml.g6.12xlarge", "5.5", "2026-12-01")]);
    scenario.update(&made.id(), &auto(), &auto()).succeeded();
    assert_eq!(scenario.writes(), ["PutDashboard", "PutMetricAlarm"]);
    assert!(header(&scenario).contains("$5.5 per instance-hour"), "{}", header(&scenario));
}

/// Both are asked at once: whichever were first, the other would come after its answer.
#[test]
fn prices_and_gpu_dimensions_are_looked_up_at_the_same_time() {
    const ANSWER: u64 = 1_000;
    let scenario = scenario();
    for operation in ["GetProducts", "ListMetrics"] {
        scenario.let_fail(operation, None, Fault::DelayMs(ANSWER));
    }
    scenario.create(&auto()).succeeded();
    let arrived =
        |operation: &str| scenario.last_calls().iter().find(|call| call.operation == operation).unwrap().at_ms;
    assert!(arrived("GetProducts").abs_diff(arrived("ListMetrics")) < ANSWER);
    assert!(shows_costs(&scenario));
}

#[test]
fn a_delete_looks_nothing_up() {
    let scenario = scenario();
    let made = scenario.create(&auto()).succeeded();
    scenario.delete(&made.id(), &auto()).succeeded();
    assert_eq!(look_ups(&scenario), 0);
    assert!(scenario.is_empty());
}

#[test]
fn a_refused_permission_is_named_and_fails_nothing() {
    let scenario = scenario();
    scenario.let_fail("GetProducts", None, Fault::AccessDenied {});
    scenario.create(&auto()).succeeded();
    assert_no_costs_because(&scenario, "the provider's role needs the permission pricing:GetProducts");
    assert!(!header(&scenario).contains("arn:"), "{}", header(&scenario));
    assert_eq!(look_ups(&scenario), 1);
}

#[test]
fn throttling_is_tried_twice_and_fails_nothing() {
    let scenario = scenario();
    scenario.let_fail("GetProducts", Some(1), Fault::Throttle {});
    scenario.create(&auto()).succeeded();
    assert!(shows_costs(&scenario));
    scenario.start_over();
    scenario.let_fail("GetProducts", None, Fault::Throttle {});
    scenario.create(&auto()).succeeded();
    assert_no_costs_because(&scenario, "pricing:GetProducts was refused with ThrottlingException");
    assert_eq!(look_ups(&scenario), 2);
}

#[test]
fn a_service_that_breaks_off_fails_nothing() {
    let internal = Fault::Error { status: 500, code: "InternalErrorException".to_owned(), message: "no".to_owned() };
    for (fault, why) in [(Fault::Drop {}, "pricing:GetProducts failed"), (internal, "InternalErrorException")] {
        let scenario = scenario();
        scenario.let_fail("GetProducts", None, fault);
        scenario.create(&auto()).succeeded();
        assert_no_costs_because(&scenario, why);
    }
}

/// Slow is as good as none: the stack doesn't wait for it.
#[test]
fn a_slow_answer_is_waited_for_a_few_seconds_only() {
    let scenario = scenario();
    scenario.let_fail("GetProducts", None, Fault::DelayMs(30_000));
    let started = Instant::now();
    scenario.create(&auto()).succeeded();
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
    assert_no_costs_because(&scenario, "did not answer in time");
}

#[test]
fn an_instance_type_that_is_not_listed_has_no_price() {
    let scenario = scenario();
    let declared = auto().with("ProductionVariants/0/InstanceType", "ml.p4d.24xlarge");
    scenario.create(&declared).succeeded();
    assert_no_costs_because(
        &scenario,
        "the price of ml.p4d.24xlarge in us-east-1 is not known, because the Price List has no on-demand price",
    );
}

#[test]
fn a_price_of_zero_is_no_price() {
    let scenario = scenario();
    scenario.stand_in.set_prices([price("ml.g6.12xlarge", "0.0000000000", "2026-11-01")]);
    scenario.create(&auto()).succeeded();
    assert_no_costs_because(&scenario, "no price above zero");
}

#[test]
fn one_variant_without_a_price_leaves_the_others_theirs() {
    let scenario = scenario();
    let variants = json!([
        {"VariantName": "A", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 1, "ModelName": "m"},
        {"VariantName": "B", "InstanceType": "ml.p4d.24xlarge", "InitialInstanceCount": 1, "ModelName": "m"},
    ]);
    scenario.create(&auto().with("ProductionVariants", variants)).succeeded();
    let header = header(&scenario);
    assert!(header.contains("$5.752 per instance-hour") && header.contains("the price of ml.p4d.24xlarge"), "{header}");
    assert!(shows_costs(&scenario));
}

#[test]
fn an_endpoint_made_elsewhere_is_priced_by_what_it_runs_on() {
    let scenario = scenario();
    scenario.foreign_endpoint("chat", Some(60));
    scenario.create_monitoring(&monitoring("chat").with("CostPerHour", "Auto")).succeeded();
    assert!(header(&scenario).contains("$20.36 per instance-hour"), "{}", header(&scenario));
}

/// A failed look-up on an Update takes the costs off the dashboard, and the next one that works brings them back.
#[test]
fn an_update_without_a_price_leaves_costs_out_until_the_next() {
    let scenario = scenario();
    let made = scenario.create(&auto()).succeeded();
    scenario.let_fail("GetProducts", None, Fault::AccessDenied {});
    scenario.update(&made.id(), &auto(), &auto()).succeeded();
    assert_no_costs_because(&scenario, "pricing:GetProducts");
    scenario.stand_in.clear_faults();
    scenario.update(&made.id(), &auto(), &auto()).succeeded();
    assert!(shows_costs(&scenario));
}

/// The real provider, in a Region whose nearest Price List is in another.
#[test]
fn the_real_provider_asks_the_nearest_price_list_for_its_own_region() {
    let aws = Aws::start(Config { region: "eu-west-1".to_owned(), ..Config::default() });
    let dublin = HostingPrice { region: "eu-west-1".to_owned(), ..price("ml.g6.12xlarge", "6.42", "2026-11-04") };
    aws.stand_in.set_prices([dublin]);
    let mut lambda = aws.process(&[("AWS_REGION", "eu-west-1")]);
    lambda.invoke(&Event::create(CONFIG, &auto()).answered_at(&aws.receiver.url()));
    assert_eq!(aws.receiver.take_one()["Status"], "SUCCESS");
    let dashboard = aws.dashboard("chat-monitoring");
    let body = dashboard["DashboardBody"].as_str().unwrap();
    assert!(body.contains("$6.42 per instance-hour") && body.contains("2026-11-04"), "{body}");
}
