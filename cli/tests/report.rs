//! `report` on an account that the stand-in plays: what a simulated fleet does and costs.

use std::process::Command;
use std::time::{Duration, SystemTime};

use aws_sdk_sagemaker::config::{BehaviorVersion, Credentials, Region};
use aws_stand_in::{Fault, FaultRule, HostingPrice, StandIn};
use metric_math::telemetry::{Fleet, Steps, scenario};
use serde_json::{Value, json};

use crate::support::{self, end, program, report};

const PRICE: f64 = 5.752;

/// An account with the endpoint of a fleet that has lived for an hour.
fn account(fleet: &Fleet) -> StandIn {
    support::account(fleet, Duration::from_hours(1))
}

#[track_caller]
fn close(found: &Value, expected: f64) {
    let found = found.as_f64().unwrap_or(f64::NAN);
    assert!((found - expected).abs() < 1e-6 * expected.abs().max(1.0), "{found} is not {expected}");
}

/// A sum of nothing in floats is −0.
#[test]
fn review_17_nothing_is_never_minus_nothing() {
    let nothing_placed = Fleet::new("chat", 60, scenario::variant(4, Steps::always(1)));
    let nothing_runs = Fleet::new("chat", 60, scenario::variant(4, Steps::always(0)));
    for fleet in [scenario::idle(60), nothing_placed, nothing_runs] {
        let stand_in = account(&fleet);
        for format in ["text", "json", "csv"] {
            let ran = report(&stand_in, &["chat", "--last", "30m", "--price", "5.752", "--format", format]);
            assert_eq!(ran.code, 0, "{}", ran.err);
            let is_minus = |word: &str| {
                let figure = word.trim_start_matches('$').trim_end_matches('%');
                figure.starts_with("-0") && figure.parse::<f64>().is_ok_and(|figure| figure == 0.0)
            };
            let mut words = ran.out.split(|sign: char| sign.is_whitespace() || ",|:;\"".contains(sign));
            assert_eq!(words.find(|word| is_minus(word) || word.starts_with("$-0")), None, "{}", ran.out);
        }
    }
}

#[test]
fn a_fleet_is_reported_with_its_costs() {
    let stand_in = account(&scenario::steady(60));
    let ran = report(&stand_in, &["chat", "--last", "30m", "--price", "5.752", "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let said = ran.json();
    for part in ["Now", "Range"] {
        let totals = &said[part]["Totals"];
        close(&totals["Instances"], 2.0);
        close(&totals["UsedGpus"], 5.0);
        close(&totals["UnusedGpus"], 3.0);
        close(&totals["Bill"]["PerHour"], 2.0 * PRICE);
        close(&totals["Unallocated"]["PerHour"], PRICE * 3.0 / 4.0);
        let llama = &said[part]["Models"][0];
        assert_eq!(
            (&llama["Name"], &llama["CopiesDeclared"], &llama["CopiesObserved"], &llama["Status"]),
            (&"llama".into(), &2.into(), &2.into(), &"InService".into())
        );
    }
    assert_eq!(said["Copies"].as_array().unwrap().len(), 3);
    let text = report(&stand_in, &["chat", "--price", "AllTraffic=5.752"]).out;
    for expected in [
        "chat is InService",
        "Now: 2 instances, 8 GPUs, 5 used, 3 unused; $11.50 per hour, of which $4.31 unallocated.",
        "| llama         |",
        "| Unallocated   |",
        "| All instances |",
        "Prices as given by --price.",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    assert!(stand_in.calls().iter().all(|call| !call.write || call.operation.starts_with("Create")), "it only reads");
}

#[test]
fn a_profile_alone_says_where_and_as_whom() {
    let stand_in = account(&scenario::steady(60));
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("profile-alone.ini");
    let url = stand_in.url();
    let profile = format!(
        "[profile other]\nregion = us-east-1\naws_access_key_id = a\naws_secret_access_key = b\nendpoint_url = {url}\n"
    );
    std::fs::write(&file, profile).unwrap();
    let mut command = program();
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION"] {
        command.env_remove(name);
    }
    command.env("AWS_CONFIG_FILE", &file).env("AWS_SHARED_CREDENTIALS_FILE", &file).env("AWS_PROFILE", "other");
    let ran = end(command.args(["report", "chat"]));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("chat is InService"), "{}", ran.out);
}

/// Whatever the range, "now" is now, and the table's rate with it.
#[test]
fn now_is_the_newest_interval_whatever_the_range() {
    let stand_in = account(&scenario::scale_out(60));
    let ago =
        |minutes: u64| humantime::format_rfc3339_seconds(SystemTime::now() - Duration::from_mins(minutes)).to_string();
    let said =
        report(&stand_in, &["chat", "--from", &ago(58), "--to", &ago(40), "--price", "5.752", "--format", "json"]);
    let (now, range) = (&said.json()["Now"]["Totals"], &said.json()["Range"]["Totals"]);
    let (now, range) = (now["Instances"].as_f64().unwrap(), range["Instances"].as_f64().unwrap());
    assert!((range - 1.0).abs() < 1e-6 && now > 1.5, "{range}, then {now}");
    let text = report(&stand_in, &["chat", "--from", &ago(58), "--to", &ago(40), "--price", "5.752"]).out;
    assert!(text.contains(&format!("Now: {now:.0} instances")), "{text}");
}

#[test]
fn json_has_one_case_and_no_noise() {
    fn check(value: &Value) {
        match value {
            Value::Object(members) => members.iter().for_each(|(name, value)| {
                assert!(name.starts_with(|first: char| first.is_ascii_uppercase()) && !name.contains('_'), "{name}");
                check(value);
            }),
            Value::Array(items) => items.iter().for_each(check),
            Value::Number(number) => assert!(number.to_string().len() <= 16, "{number}"),
            _ => {}
        }
    }
    let stand_in = account(&scenario::one_hot_model(60));
    check(&report(&stand_in, &["chat", "--price", "5.7521", "--format", "json"]).json());
}

#[test]
fn the_list_price_is_looked_up_where_that_is_asked_for() {
    let stand_in = account(&scenario::steady(60));
    let listed = HostingPrice {
        region: "us-east-1".to_owned(),
        instance_type: "ml.g6.12xlarge".to_owned(),
        per_hour: "6.9000000000".to_owned(),
        effective: "2026-11-01".to_owned(),
    };
    stand_in.set_prices([listed]);
    let text = report(&stand_in, &["chat", "--price", "auto"]).out;
    assert!(text.contains("AllTraffic: the on-demand list price, $6.9 per instance-hour since 2026-11-01;"), "{text}");
    assert!(text.contains("$13.80 per hour"), "{text}");
}

#[test]
fn without_a_price_the_dashboard_s_serves() {
    let stand_in = account(&scenario::steady(60));
    let params = json!({
        "Panel": "Cost", "EndpointName": "chat", "PriceBasis": "the price that was declared",
        "Variants": [{"VariantName": "AllTraffic", "CostPerHour": 4.0}],
    });
    let endpoint = "arn:aws:lambda:us-east-1:123456789012:function:panels";
    let body = json!({"widgets": [{"type": "custom", "x": 0, "y": 0, "width": 12, "height": 9, "properties": {
        "endpoint": endpoint, "params": params, "title": "Cost by model",
        "updateOn": {"refresh": true, "resize": false, "timeRange": true},
    }}]});
    put_dashboard(&stand_in, "mine", &body);
    let text = report(&stand_in, &["chat", "--dashboard", "mine"]).out;
    assert!(text.contains("Prices as the dashboard mine has them: the price that was declared."), "{text}");
    assert!(text.contains("$8.00 per hour"), "{text}");
    assert!(report(&stand_in, &["chat"]).out.contains("Costs are left out"));
}

fn put_dashboard(stand_in: &StandIn, name: &str, body: &Value) {
    let config = aws_sdk_cloudwatch::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("a", "b", None, None, "test"))
        .endpoint_url(stand_in.url())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    let client = aws_sdk_cloudwatch::Client::from_conf(config);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let put = client.put_dashboard().dashboard_name(name).dashboard_body(body.to_string());
    let put = runtime.block_on(put.send()).unwrap();
    assert!(put.dashboard_validation_messages().is_empty(), "{put:?}");
}

/// A program without anybody's credentials, with one configuration file.
fn with_configuration(name: &str, text: &str) -> Command {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&file, text).unwrap();
    let mut command = program();
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"] {
        command.env_remove(name);
    }
    command.env("AWS_CONFIG_FILE", &file).env("AWS_SHARED_CREDENTIALS_FILE", &file);
    command.env("HOME", env!("CARGO_TARGET_TMPDIR")).env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

/// For each command that needs them: one sentence, and the way out.
#[test]
fn missing_credentials_are_said_in_one_sentence() {
    for command in ["report", "verify"] {
        let ran = end(with_configuration("nobody.ini", "").args([command, "chat", "--region", "us-east-1"]));
        assert_eq!(ran.code, 2, "{}", ran.out);
        for part in ["gives no credentials for AWS", "--profile", "AWS_ACCESS_KEY_ID"] {
            assert!(ran.err.contains(part), "{part} in {}", ran.err);
        }
        assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
    }
}

#[test]
fn a_profile_of_identity_center_that_is_not_signed_in_says_how_to() {
    let text = "[profile work]\nregion = us-east-1\nsso_session = corp\nsso_account_id = 123456789012\n\
        sso_role_name = reader\n[sso-session corp]\nsso_region = us-east-1\n\
        sso_start_url = https://example.awsapps.com/start\n";
    let ran = end(with_configuration("sso.ini", text).args(["report", "chat", "--profile", "work"]));
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(ran.err.contains("aws sso login --profile work") && !ran.err.contains("feature"), "{}", ran.err);
}

#[test]
fn a_program_that_a_profile_names_gives_the_credentials() {
    let stand_in = account(&scenario::steady(60));
    let url = stand_in.url();
    let answer = r#"{"Version": 1, "AccessKeyId": "a", "SecretAccessKey": "b"}"#;
    let text =
        format!("[profile vault]\nregion = us-east-1\ncredential_process = echo '{answer}'\nendpoint_url = {url}\n");
    let ran = end(with_configuration("vault.ini", &text).args(["report", "chat", "--profile", "vault"]));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("chat is InService"), "{}", ran.out);
}

#[test]
fn hot_and_idle_copies_are_pointed_out() {
    let stand_in = account(&scenario::one_hot_model(60));
    let said = report(&stand_in, &["chat", "--format", "json"]).json();
    let heat = |model: &str| {
        let copies = said["Copies"].as_array().unwrap().clone();
        copies.iter().find(|copy| copy["Model"] == model).unwrap()["Heat"].clone()
    };
    assert_eq!((heat("llama"), heat("qwen")), ("hot".into(), "idle".into()));
}

#[test]
fn without_a_price_costs_are_left_out_and_never_0() {
    let stand_in = account(&scenario::steady(60));
    let ran = report(&stand_in, &["chat"]);
    assert!(ran.out.contains("Costs are left out: give --price"), "{}", ran.out);
    assert!(!ran.out.contains("$0"), "{}", ran.out);
    let said = report(&stand_in, &["chat", "--format", "json"]).json();
    assert!(said["Range"]["Totals"]["Bill"].is_null());
}

#[test]
fn a_range_that_nothing_was_published_in_is_said_to_be_empty() {
    let stand_in = account(&scenario::steady(60));
    let ago =
        |days: u64| humantime::format_rfc3339_seconds(SystemTime::now() - Duration::from_hours(24 * days)).to_string();
    let ran = report(&stand_in, &["chat", "--from", &ago(30), "--to", &ago(29)]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("Nothing was published"), "{}", ran.out);
}

#[test]
fn what_is_in_the_way_is_said_and_ends_in_2() {
    let stand_in = account(&scenario::steady(60));
    let error = |arguments: &[&str]| {
        let ran = report(&stand_in, arguments);
        assert_eq!(ran.code, 2, "{}", ran.out);
        ran.err
    };
    assert!(error(&["nobody"]).contains("nobody"));
    assert!(error(&["chat", "--price", "free"]).contains("not a price"));
    let unknown = error(&["chat", "--price", "Big=98.32"]);
    assert!(unknown.contains("\"Big\", which chat doesn't have; its variants with instances: AllTraffic"), "{unknown}");
    assert!(error(&["chat", "--gpus", "Big=8"]).contains("--gpus names the variant"));
    assert!(error(&["chat", "--last", "soon"]).contains("--last"));
    assert!(error(&["chat", "--from", "yesterday"]).contains("not a time"));
    assert!(error(&["not_a_name"]).contains("not_a_name"));
    stand_in
        .add_fault(FaultRule {
            operation: "GetMetricData".to_owned(),
            on_call: None,
            times: None,
            fault: Fault::AccessDenied {},
        })
        .unwrap();
    assert!(error(&["chat"]).contains("cloudwatch:GetMetricData"));
}
