//! `report --format csv` and `--format focus` on an account that the stand-in plays.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_sagemaker::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sagemaker::types::Tag;
use aws_stand_in::{Fault, FaultRule, StandIn};
use metric_math::telemetry::{Fleet, Steps, scenario};

use crate::support::{self, end, program, report};

/// Two days: yesterday is among them, whenever the test runs.
const LIVED: Duration = Duration::from_hours(50);

fn account(fleet: &Fleet) -> StandIn {
    support::account(fleet, LIVED)
}

fn yesterday() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let yesterday = SystemTime::UNIX_EPOCH + now - Duration::from_hours(24);
    humantime::format_rfc3339(yesterday).to_string()[..10].to_owned()
}

/// The cells of a plain table by column, without quoting: no cell before the last holds a comma.
fn cells<'t>(text: &'t str, column: &str) -> Vec<&'t str> {
    let at = text.lines().next().unwrap().split(',').position(|head| head == column).unwrap();
    text.lines().skip(1).map(|line| line.split(',').nth(at).unwrap()).collect()
}

fn sum(cells: &[&str]) -> f64 {
    cells.iter().map(|cell| cell.parse::<f64>().unwrap()).sum()
}

/// Tags what the stand-in has, as its owner would.
fn tag(stand_in: &StandIn, arn: &str, key: &str, value: &str) {
    let config = aws_sdk_sagemaker::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(stand_in.url())
        .credentials_provider(Credentials::for_tests())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    let client = aws_sdk_sagemaker::Client::from_conf(config);
    let tag = Tag::builder().key(key).value(value).build();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(client.add_tags().resource_arn(arn).tags(tag).send()).unwrap();
}

#[test]
fn a_day_is_charged_hour_by_hour_to_the_models_that_held_gpus() {
    let stand_in = account(&scenario::steady(60));
    tag(&stand_in, "arn:aws:sagemaker:us-east-1:123456789012:endpoint/chat", "team", "platform");
    tag(&stand_in, "arn:aws:sagemaker:us-east-1:123456789012:inference-component/llama", "team", "search");
    let ran = report(&stand_in, &["chat", "--day", &yesterday(), "--price", "5.752", "--format", "csv"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let models: Vec<&str> = cells(&ran.out, "Model");
    assert_eq!(models.len(), 24 * 3, "{}", ran.out);
    assert_eq!(models[..3], ["llama", "mistral", ""]);
    assert_eq!(cells(&ran.out, "InstanceHours")[..3], ["1.0", "0.25", "0.75"]);
    assert_eq!(cells(&ran.out, "GpuHours")[..3], ["4.0", "1.0", "3.0"]);
    assert_eq!(cells(&ran.out, "Dollars")[..3], ["5.752", "1.438", "4.314"]);
    assert_eq!(cells(&ran.out, "Allocation")[..3], ["Model", "Model", "Unallocated"]);
    assert!((sum(&cells(&ran.out, "Dollars")) - 24.0 * 2.0 * 5.752).abs() < 1e-9);
    let first = ran.out.lines().nth(1).unwrap();
    assert!(first.starts_with(&format!("{}T00:00:00Z,123456789012,us-east-1,chat", yesterday())), "{first}");
    assert!(first.contains(r#"""team"":""search"""#), "the model's own tag goes before the endpoint's: {first}");
    assert!(ran.out.lines().nth(2).unwrap().contains(r#"""team"":""platform"""#), "{}", ran.out);
    assert!(
        stand_in
            .calls()
            .iter()
            .all(|call| { !call.write || call.operation.starts_with("Create") || call.operation == "AddTags" }),
        "it only reads"
    );
}

#[test]
fn focus_columns_take_the_list_price_and_say_what_it_is() {
    let stand_in = account(&scenario::steady(60));
    let arguments =
        ["chat", "--day", &yesterday(), "--price", "auto", "--format", "focus", "--billing-account", "999999999999"];
    let ran = report(&stand_in, &arguments);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let head: Vec<&str> = ran.out.lines().next().unwrap().split(',').collect();
    assert!(head.contains(&"BilledCost") && head.contains(&"Tags") && head.contains(&"x_ModelName"), "{head:?}");
    // No cell before these holds a comma.
    assert_eq!(cells(&ran.out, "BilledCost"), cells(&ran.out, "EffectiveCost"));
    assert!(cells(&ran.out, "BillingAccountId").iter().all(|cell| *cell == "arn:aws:iam::999999999999:root"));
    let listed = cells(&ran.out, "ListUnitPrice")[0].parse::<f64>().unwrap();
    assert!((sum(&cells(&ran.out, "ListCost")) - 48.0 * listed).abs() < 1e-9);
    assert!(!cells(&ran.out, "SkuId")[0].is_empty() && cells(&ran.out, "RegionName")[0] == "US East (N. Virginia)");
    let again = report(&stand_in, &arguments);
    assert_eq!(ran.out, again.out, "the same day again gives the same bytes");
}

/// A month that isn't over ends with the last whole hour, and hours before the endpoint lived are absent, not 0.
#[test]
fn hours_without_data_are_absent_and_said() {
    let stand_in = account(&scenario::steady(60));
    let ran = report(&stand_in, &["chat", "--last", "60h", "--price", "5.752", "--format", "csv"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("AllTraffic has no data, and so no row, for "), "{}", ran.err);
    assert!(sum(&cells(&ran.out, "InstanceHours")) <= 2.0 * 50.0, "{}", ran.out);
    assert!(!ran.out.contains(",0.0,"), "{}", ran.out);
}

#[test]
fn what_has_no_price_has_no_row_in_focus_and_fails() {
    let stand_in = account(&scenario::steady(60));
    stand_in
        .add_fault(FaultRule {
            operation: "GetProducts".to_owned(),
            on_call: None,
            times: None,
            fault: Fault::AccessDenied {},
        })
        .unwrap();
    let focus = report(&stand_in, &["chat", "--last", "3h", "--format", "focus"]);
    assert_eq!((focus.code, focus.out.lines().count()), (2, 1), "{}", focus.out);
    assert!(focus.err.contains("\nmissing: chat/AllTraffic: the price of ml.g6.12xlarge"), "{}", focus.err);
    let table = report(&stand_in, &["chat", "--last", "3h", "--format", "csv"]);
    assert_eq!(table.code, 0, "hours are known without a price: {}", table.err);
    assert!(cells(&table.out, "Dollars").iter().all(|cell| cell.is_empty()), "{}", table.out);
}

#[test]
fn all_endpoints_come_in_one_statement() {
    let stand_in = account(&scenario::steady(60));
    let other = Fleet::new("another", 10, scenario::variant(4, Steps::always(1)));
    let other = other.with(scenario::model("mixtral", 3, Steps::always(1)));
    stand_in.host(&other, LIVED).unwrap();
    stand_in.simulate(other, LIVED).unwrap();
    let ran = report(&stand_in, &["--all-endpoints", "--last", "2h", "--price", "5.752", "--format", "csv"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(cells(&ran.out, "Endpoint")[..5], ["another", "another", "chat", "chat", "chat"], "{}", ran.out);
}

#[test]
fn options_that_do_not_go_together_are_refused() {
    let stand_in = account(&scenario::steady(60));
    for (arguments, said) in [
        (&["chat", "other"][..], "only --format csv and --format focus take several endpoints; give one endpoint"),
        (&["--all-endpoints"], "only --format csv and --format focus take --all-endpoints"),
        (&["chat", "--billing-account", "123456789012"], "--billing-account is a column of --format focus alone"),
        (&["chat", "--month", "2026-13"], "is not a month: give one such as 2026-10"),
        (&["chat", "--month", "2026-10", "--day", "2026-10-01"], "cannot be used with"),
        (&["chat", "--day", "2099-01-01", "--format", "csv"], "which is in the future"),
        (&["chat", "--last", "2h", "--price", "Big=3", "--format", "csv"], "--price names the variant \"Big\""),
    ] {
        let ran = report(&stand_in, arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.out);
        assert!(ran.err.contains(said), "{arguments:?}: {}", ran.err);
    }
    let ran = end(program().args(["explain", "examples/monitored-config.yaml", "--format", "focus"]));
    assert_eq!((ran.code, ran.err.trim()), (2, "monitored-endpoint: only report has --format csv and --format focus"));
}
