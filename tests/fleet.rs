//! All endpoints of an account and Region together: the resource's life, what is read, what it comes to, and how many calls that takes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_stand_in::Fault;
use metric_math::telemetry::{Component, Fleet, HOUR, Load, MetricStore, SECOND, Serving, Steps, Variant};
use monitored_endpoint::fleet::{EndpointStanding, FleetQuestion, FleetReader, FleetUsage, IdleDays, Known};
use monitored_endpoint::metrics::published::{Condition, PublishedRow, rows};
use monitored_endpoint::panel_params::FleetParams;
use monitored_endpoint::spec::Dollars;
use monitored_endpoint::usage::{Moment, Reader};
use monitored_endpoint::widgets::{PanelCall, Widgets};
use serde_json::{Value, json};

use crate::support::declaration::Declared;
use crate::support::event::{Event, FLEET};
use crate::support::fleet::{Account, PRICE};
use crate::support::harness::Scenario;

const HOURS: Duration = Duration::from_hours(3);
const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:panels";
const NONE: [&str; 0] = [];

fn declared() -> Declared {
    Declared(json!({
        "ServiceToken": "arn:aws:lambda:us-east-1:123456789012:function:provider",
        "UnallocatedCostAlarm": {"Threshold": 20},
    }))
}

#[test]
fn a_fleet_is_made_changed_and_removed_without_a_look_at_any_endpoint() {
    let scenario = Scenario::with_widgets(FUNCTION);
    let made = scenario.send(Event::create(FLEET, &declared())).succeeded();
    assert_eq!(made.id(), "endpoint-fleet-us-east-1");
    assert_eq!(scenario.writes(), ["PutDashboard", "PutMetricAlarm"]);
    assert!(!scenario.calls().iter().any(|call| call.contains("Endpoint")), "{:?}", scenario.calls());
    let body = scenario.dashboard(&made.id())["DashboardBody"].as_str().unwrap().to_owned();
    assert!(body.contains("\"Panel\":\"Fleet\"") && body.contains("GROUP BY EndpointName"), "{body}");
    let alarm = scenario.alarm("endpoint-fleet-us-east-1-unallocated-cost");
    let expression = alarm["Metrics"][0]["Expression"].as_str().unwrap();
    assert!(expression.starts_with(r#"LAMBDA("panels", "UnallocatedDollarsPerHour", "us-east-1""#), "{expression}");
    assert_eq!(made.0["Data"]["UnallocatedCostAlarmName"], "endpoint-fleet-us-east-1-unallocated-cost");

    scenario.send(Event::update(FLEET, &made.id(), &declared(), &declared())).succeeded();
    assert_eq!(scenario.writes(), NONE, "the same again");
    let dearer = declared().with("UnallocatedCostAlarm/Threshold", 30);
    scenario.send(Event::update(FLEET, &made.id(), &declared(), &dearer)).succeeded();
    assert_eq!(scenario.writes(), ["PutMetricAlarm"]);
    let silent = declared().without("UnallocatedCostAlarm");
    scenario.send(Event::update(FLEET, &made.id(), &dearer, &silent)).succeeded();
    assert_eq!(scenario.alarm_names(), NONE);
    scenario.send(Event::delete(FLEET, &made.id(), &silent)).succeeded();
    assert!(scenario.is_empty(), "{}", scenario.state());
}

/// The reference says so of every alarm, and a fleet's refused the property.
#[test]
fn actions_switched_off_for_all_alarms_are_off_for_a_fleet_s() {
    let scenario = Scenario::with_widgets(FUNCTION);
    let alarm = || scenario.alarm("endpoint-fleet-us-east-1-unallocated-cost");
    let off = declared().with("ActionsEnabled", false);
    let made = scenario.send(Event::create(FLEET, &off)).succeeded();
    assert_eq!(alarm()["ActionsEnabled"], false);
    let but_its = off.clone().with("UnallocatedCostAlarm/ActionsEnabled", true);
    scenario.send(Event::update(FLEET, &made.id(), &off, &but_its)).succeeded();
    assert_eq!(alarm()["ActionsEnabled"], true);
}

#[test]
fn an_alarm_that_nobody_would_count_for_is_refused_before_the_first_write() {
    let scenario = Scenario::new();
    let refused = scenario.send(Event::create(FLEET, &declared()));
    assert!(refused.failed().contains("FleetReads"), "{}", refused.failed());
    assert_eq!(scenario.writes(), NONE);
    let quiet = declared().without("UnallocatedCostAlarm");
    let made = scenario.send(Event::create(FLEET, &quiet)).succeeded();
    let body = scenario.dashboard(&made.id())["DashboardBody"].as_str().unwrap().to_owned();
    assert!(!body.contains("\"custom\""), "graphs alone: {body}");
}

#[test]
fn somebody_else_s_dashboard_of_that_name_is_left_alone() {
    let scenario = Scenario::with_widgets(FUNCTION);
    scenario.foreign_dashboard("endpoint-fleet-us-east-1");
    let refused = scenario.send(Event::create(FLEET, &declared()));
    assert!(refused.failed().contains("exists and"), "{}", refused.failed());
    assert_eq!(scenario.writes(), NONE);
}

/// Two instances of four GPUs each, of which models hold five.
fn pool(endpoint: &str) -> Fleet {
    let fleet = Fleet::new(endpoint, 60, Variant::new("main", "ml.g6.12xlarge", 4, Steps::always(2)));
    let model = |name: &str, gpus, copies| Component {
        name: format!("{endpoint}-{name}"),
        variant: "main".to_owned(),
        gpus_per_copy: gpus,
        copies: Steps::always(copies),
        load: Load::default(),
    };
    fleet.with(model("llama", 2, 2)).with(model("guard", 1, 1))
}

/// One instance with a model of its own.
fn own(endpoint: &str, load: Load) -> Fleet {
    let mut variant = Variant::new("main", "ml.g6.12xlarge", 4, Steps::always(1));
    (variant.model, variant.load) = (Some(format!("{endpoint}-model")), load);
    Fleet::new(endpoint, 60, variant)
}

fn account(fleets: &[Fleet]) -> Account {
    let mut account = Account::empty();
    for fleet in fleets {
        account.stand_in.host(fleet, HOURS).unwrap();
        account.stand_in.simulate(fleet.clone(), HOURS).unwrap();
    }
    account.stand_in.clear_calls();
    account.now = Moment::now();
    account
}

fn question(account: &Account) -> FleetQuestion {
    FleetQuestion {
        from: account.now.0 - 3600,
        until: account.now.0,
        now: account.now.0,
        prices: vec![("ml.g6.12xlarge".to_owned(), Dollars(PRICE))],
        ..FleetQuestion::default()
    }
}

fn read(account: &Account, reader: &FleetReader) -> FleetUsage {
    account.block_on(reader.read(&question(account))).unwrap()
}

fn one<'u>(usage: &'u FleetUsage, name: &str) -> &'u EndpointStanding {
    usage.endpoints.iter().find(|standing| standing.name == name).unwrap()
}

#[track_caller]
fn close(found: Option<Dollars>, expected: f64) {
    let found = found.unwrap().0;
    assert!((found - expected).abs() < 1e-6 * expected.max(1.0), "{found} is not {expected}");
}

fn calls(account: &Account) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for call in account.stand_in.calls() {
        *counts.entry(call.operation).or_default() += 1;
    }
    counts
}

#[test]
fn unused_gpus_idle_endpoints_and_failures_are_counted() {
    let mut empty = Fleet::new("empty", 60, Variant::new("main", "ml.g6.12xlarge", 4, Steps::always(1)));
    empty.variants[0].serving = Some(Serving::Components);
    let failing = Load { share_5xx: 0.25, invocations_per_minute: 60.0, ..Load::default() };
    let account = account(&[pool("chat"), empty, own("failing", failing), own("idle", Load::IDLE)]);
    let usage = read(&account, &FleetReader::new(&account.config, None));
    assert_eq!(usage.remarks, NONE);
    let chat = one(&usage, "chat");
    close(chat.dollars_a_day, 2.0 * PRICE * 24.0);
    close(chat.unallocated_a_day, 2.0 * PRICE * 24.0 * 3.0 / 8.0);
    assert!((chat.unused_gpus.unwrap() - 3.0).abs() < 1e-6 && chat.requests.unwrap() > 0.0);
    assert_eq!(chat.idle_days, Some(IdleDays::Exactly(0)));
    let empty = one(&usage, "empty");
    close(empty.unallocated_a_day, PRICE * 24.0);
    assert_eq!(empty.idle_days, None, "nobody knows when its last model was called");
    let failing = one(&usage, "failing");
    close(failing.unallocated_a_day, 0.0);
    assert!((failing.error_rate.unwrap() - 0.25).abs() < 0.01, "{failing:?}");
    let idle = one(&usage, "idle");
    assert_eq!((idle.error_rate, idle.requests), (None, Some(0.0)));
    assert!(matches!(idle.idle_days, Some(IdleDays::AtLeast(_))), "{idle:?}");
    assert_eq!(idle.watcher, Known::Unasked, "without a ledger nobody knows");
}

#[test]
fn what_is_denied_of_one_endpoint_hides_no_other() {
    let account = account(&[pool("chat"), pool("denied")]);
    account.let_fail("DescribeEndpointConfig", Some(1), Fault::AccessDenied {});
    let usage = read(&account, &FleetReader::new(&account.config, None));
    let denied: Vec<&EndpointStanding> = usage.endpoints.iter().filter(|one| one.remark.is_some()).collect();
    assert_eq!((usage.endpoints.len(), denied.len()), (2, 1));
    assert!(denied[0].remark.as_ref().unwrap().contains("denied") && denied[0].dollars_a_day.is_none());
    let other = usage.endpoints.iter().find(|one| one.remark.is_none()).unwrap();
    close(other.dollars_a_day, 2.0 * PRICE * 24.0);
    // A call that finds models is denied: money is counted all the same.
    account.let_fail("ListInferenceComponents", None, Fault::AccessDenied {});
    let usage = read(&account, &FleetReader::new(&account.config, None));
    assert_eq!(usage.remarks.len(), 1, "{:?}", usage.remarks);
    close(one(&usage, "chat").dollars_a_day, 2.0 * PRICE * 24.0);
    assert_eq!(one(&usage, "chat").requests, None, "unknown, not 0");
}

#[test]
fn instances_that_publish_nothing_are_not_counted_as_none() {
    let account = account(&[pool("chat")]);
    account.stand_in.host(&pool("silent"), HOURS).unwrap();
    let usage = read(&account, &FleetReader::new(&account.config, None));
    let silent = one(&usage, "silent");
    assert_eq!((silent.dollars_a_day, silent.unallocated_a_day, silent.unused_gpus), (None, None, None));
    assert!(silent.remark.as_ref().unwrap().contains("published nothing"), "{silent:?}");
    close(one(&usage, "chat").dollars_a_day, 2.0 * PRICE * 24.0);
}

#[test]
fn an_unknown_price_leaves_dollars_out_and_says_so() {
    let account = account(&[pool("chat")]);
    let question = FleetQuestion { prices: Vec::new(), ..question(&account) };
    account.let_fail("GetProducts", None, Fault::AccessDenied {});
    let usage = account.block_on(FleetReader::new(&account.config, None).read(&question)).unwrap();
    let chat = one(&usage, "chat");
    assert_eq!((chat.dollars_a_day, chat.unallocated_a_day), (None, None));
    assert!(chat.remark.as_ref().unwrap().contains("ml.g6.12xlarge"), "{chat:?}");
    assert!((chat.unused_gpus.unwrap() - 3.0).abs() < 1e-6, "GPUs need no price");
}

/// A view of 200 endpoints, and the next one: `CloudWatch` gives 500 metrics a call, `SageMaker` 100 endpoints a page.
#[test]
fn two_hundred_endpoints_take_a_bounded_number_of_calls_and_the_second_view_a_few() {
    let account =
        account(&(0..200).map(|number| own(&format!("endpoint-{number:03}"), Load::default())).collect::<Vec<_>>());
    let reader = FleetReader::new(&account.config, None);
    assert_eq!(read(&account, &reader).endpoints.len(), 200);
    let first = calls(&account);
    let count = |calls: &BTreeMap<String, usize>, operation: &str| calls.get(operation).copied().unwrap_or_default();
    assert_eq!((count(&first, "ListEndpoints"), count(&first, "ListInferenceComponents")), (2, 1), "{first:?}");
    assert_eq!((count(&first, "DescribeEndpoint"), count(&first, "DescribeEndpointConfig")), (200, 200), "{first:?}");
    // 200 × (instances, requests, failures) over the range, and 200 × requests by the day.
    assert_eq!(count(&first, "GetMetricData"), 3, "{first:?}");
    account.stand_in.clear_calls();
    read(&account, &reader);
    assert_eq!(calls(&account).values().sum::<usize>(), 6, "{:?}", calls(&account));
}

fn widgets(account: &Account) -> Widgets {
    Widgets::over(Reader::new(&account.config)).with_fleet(Some(FleetReader::new(&account.config, None)))
}

fn invoke(account: &Account, widgets: &Widgets, event: &Value) -> Value {
    let call = PanelCall { function_arn: FUNCTION, now: account.now, time_left: Duration::from_secs(20) };
    account.block_on(widgets.respond(event, call))
}

#[test]
fn the_alarm_s_number_is_the_panel_s_and_is_counted_once_a_quarter() {
    let account = account(&[pool("chat"), pool("talk")]);
    let params = FleetParams { prices: vec![("ml.g6.12xlarge".to_owned(), Dollars(PRICE))], ..FleetParams::default() };
    let until = account.now.0 - 200;
    let request =
        json!({"StartTime": until - 3600, "EndTime": until, "Period": 900, "Arguments": params.to_arguments()});
    let event = json!({"EventType": "GetMetricData", "GetMetricDataRequest": request});
    let widgets = widgets(&account);
    let answer = invoke(&account, &widgets, &event);
    let result = &answer["MetricDataResults"][0];
    assert_eq!(
        (&result["StatusCode"], result["Timestamps"].as_array().unwrap().len()),
        (&json!("Complete"), 4),
        "{answer}"
    );
    for value in result["Values"].as_array().unwrap() {
        let expected = 2.0 * 2.0 * PRICE * 3.0 / 8.0;
        assert!((value.as_f64().unwrap() - expected).abs() < 1e-6, "{answer}");
    }
    account.stand_in.clear_calls();
    assert_eq!(invoke(&account, &widgets, &event), answer);
    assert_eq!(calls(&account), BTreeMap::new(), "what was counted is remembered");

    let refused = invoke(&account, &widgets, &json!({"EventType": "GetMetricData"}));
    assert_eq!(refused["Error"]["Code"], "Validation");
    let described = invoke(&account, &widgets, &json!({"EventType": "DescribeGetMetricData"}));
    assert!(described["Description"].as_str().unwrap().contains("Dollars"));
}

#[test]
fn a_function_that_may_not_read_the_fleet_says_what_to_switch_on() {
    let account = account(&[]);
    let widgets = Widgets::over(Reader::new(&account.config));
    let panel = invoke(&account, &widgets, &json!({"Panel": "Fleet"}));
    assert!(panel.as_str().unwrap().contains("FleetReads"), "{panel}");
    let arguments = FleetParams::default().to_arguments();
    let event = json!({"EventType": "GetMetricData", "GetMetricDataRequest": {"Arguments": arguments}});
    assert_eq!(invoke(&account, &widgets, &event)["Error"]["Code"], "Forbidden");
}

#[test]
fn the_panel_ranks_and_shows_the_declaration_that_mends() {
    let bare = Fleet { enhanced_metrics: false, ..own("idle", Load::IDLE) };
    let account = account(&[pool("chat"), bare]);
    let event = json!({
        "Panel": "Fleet", "Sort": "idle", "InstancePrices": [{"InstanceType": "ml.g6.12xlarge", "CostPerHour": PRICE}],
        "ExcludeEndpoints": ["nothing"],
    });
    let panel = invoke(&account, &widgets(&account), &event);
    let panel = panel.as_str().unwrap();
    assert!(panel.contains("data-endpoint=\"chat\"") && panel.contains("2 × ml.g6.12xlarge"), "{panel}");
    assert!(panel.contains("no enhanced metrics") && panel.contains("data-sort=\"unallocated\""), "{panel}");
}

#[test]
fn linked_accounts_are_shown_by_what_their_metrics_tell() {
    let account = account(&[pool("chat")]);
    let now = account.now.0 * SECOND;
    let mut theirs = MetricStore::default();
    for fleet in [pool("theirs"), own("idle", Load::IDLE)] {
        fleet.publish(&mut theirs, now - 3 * HOUR, now - 3 * HOUR..now).unwrap();
    }
    account.stand_in.link_account("210987654321", theirs);
    let reader = FleetReader::new(&account.config, None);
    assert_eq!(read(&account, &reader).linked, [], "unless they are asked for");
    let own = "123456789012".to_owned();
    let question = FleetQuestion { linked_accounts: true, account: own, ..question(&account) };
    let usage = account.block_on(reader.read(&question)).unwrap();
    assert_eq!((usage.endpoints.len(), usage.remarks.as_slice()), (1, &[][..]));
    let linked: Vec<_> = usage.linked.iter().map(|one| (one.account.as_str(), one.endpoint.as_str())).collect();
    assert_eq!(linked, [("210987654321", "idle"), ("210987654321", "theirs")]);
    let [idle, theirs] = &usage.linked[..] else { panic!() };
    assert!((theirs.unreserved_percent.unwrap() - 37.5).abs() < 1e-6, "three of eight GPUs: {theirs:?}");
    assert_eq!((theirs.requests, theirs.idle_days), (None, None), "requests to components name no endpoint");
    assert_eq!((idle.unreserved_percent, idle.requests, idle.error_rate), (None, Some(0.0), None));
    // Denied, it hides nothing of this account.
    account.let_fail("ListMetrics", None, Fault::AccessDenied {});
    let usage = account.block_on(reader.read(&question)).unwrap();
    assert_eq!((usage.endpoints.len(), usage.linked.len(), usage.remarks.len()), (1, 0, 1), "{:?}", usage.remarks);
}

/// `data/published.csv` has every set that a query names: one that isn't published is an empty graph and no error.
#[test]
fn each_query_of_the_dashboard_names_a_set_that_is_published() {
    let scenario = Scenario::with_widgets(FUNCTION);
    let made = scenario.send(Event::create(FLEET, &declared())).succeeded();
    let body: Value = serde_json::from_str(scenario.dashboard(&made.id())["DashboardBody"].as_str().unwrap()).unwrap();
    let text = body.to_string().replace("\\\"", "\"");
    let queries: Vec<&str> = text.split("SELECT ").skip(1).collect();
    assert!(queries.len() >= 9, "{text}");
    for query in queries {
        let metric = query.split(['(', ')']).nth(1).unwrap();
        let schema = query.split("SCHEMA(").nth(1).unwrap().split(')').next().unwrap();
        let mut schema = schema.split(", ").map(|part| part.trim_matches('"'));
        let namespace = schema.next().unwrap();
        let set: BTreeSet<&str> = schema.collect();
        let is_it = |row: &&PublishedRow| {
            let same = (row.namespace, row.metric) == (namespace, metric);
            same && set == row.dimensions.iter().copied().collect() && row.reading.is_none()
        };
        let row = rows().iter().find(is_it).unwrap_or_else(|| panic!("{namespace} {metric} {set:?}"));
        assert!(!row.published_when.contains(&Condition::NeverSeen), "{row:?}");
    }
}

/// The role in `template.yaml` grants what a fleet is counted from, and the ledger says who watches an endpoint.
#[test]
fn the_role_may_read_what_a_fleet_is_counted_from() {
    let template = include_str!("../template.yaml");
    let role = template.split_once("\n  WidgetsRole:\n").unwrap().1.split_once("PolicyName: own-log").unwrap().0;
    let granted: BTreeSet<&str> =
        role.lines().map(|line| line.trim().trim_start_matches(['-', ' ']).trim_start_matches("Action: ")).collect();
    let account = account(&[pool("chat")]);
    account.stand_in.make_table("requests");
    let question = FleetQuestion { prices: Vec::new(), linked_accounts: true, ..question(&account) };
    let usage = account.block_on(FleetReader::new(&account.config, Some("requests")).read(&question)).unwrap();
    assert_eq!(one(&usage, "chat").watcher, Known::Missing, "an empty ledger watches nothing");
    let called: BTreeSet<String> = account
        .stand_in
        .calls()
        .iter()
        .map(|call| format!("{}:{}", call.service.to_lowercase(), call.operation))
        .collect();
    for action in &called {
        assert!(granted.contains(action.as_str()), "{action} of {called:?} is not among {granted:?}");
    }
    assert!(called.contains("dynamodb:Scan") && called.contains("pricing:GetProducts"), "{called:?}");
}
