//! `report` on an account that the stand-in plays: what a simulated fleet does and costs.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say so what they expect")]

mod support;

use std::process::Command;
use std::time::{Duration, SystemTime};

use aws_sdk_sagemaker::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sagemaker::types::{
    InferenceComponentComputeResourceRequirements, InferenceComponentRuntimeConfig, InferenceComponentSpecification,
    MetricsConfig, ProductionVariant, ProductionVariantInstanceType,
};
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use serde_json::Value;
use stand_in::telemetry::{Fleet, scenario};
use stand_in::{Config, Fault, FaultRule, StandIn};
use support::{Ran, end, program};

const PRICE: f64 = 5.752;

/// An account with the endpoint of a fleet that has lived for an hour.
fn account(fleet: &Fleet) -> StandIn {
    let stand_in = StandIn::start(Config { transition: Duration::ZERO, ..Config::default() }).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(declare(stand_in.url(), fleet));
    stand_in.simulate(fleet.clone(), Duration::from_hours(1)).unwrap();
    stand_in
}

async fn declare(url: &str, fleet: &Fleet) {
    let tls = tls::Provider::Rustls(CryptoMode::Ring);
    let http = aws_smithy_http_client::Builder::new().tls_provider(tls).build_https();
    let config = aws_sdk_sagemaker::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("a", "b", None, None, "test"))
        .endpoint_url(url)
        .http_client(http)
        .build();
    let sagemaker = aws_sdk_sagemaker::Client::from_conf(config);
    let variant = ProductionVariant::builder()
        .variant_name(scenario::VARIANT)
        .instance_type(ProductionVariantInstanceType::MlG612Xlarge)
        .initial_instance_count(1)
        .build();
    let metrics = MetricsConfig::builder()
        .enable_enhanced_metrics(true)
        .metric_publish_frequency_in_seconds(i32::try_from(fleet.publish_frequency).unwrap())
        .build();
    let config = sagemaker.create_endpoint_config().endpoint_config_name("c").metrics_config(metrics);
    let config = config.execution_role_arn("arn:aws:iam::123456789012:role/r").production_variants(variant);
    config.send().await.unwrap();
    sagemaker.create_endpoint().endpoint_name(&fleet.endpoint).endpoint_config_name("c").send().await.unwrap();
    for component in &fleet.components {
        let needs = InferenceComponentComputeResourceRequirements::builder()
            .number_of_accelerator_devices_required(f32::from(u16::try_from(component.gpus_per_copy).unwrap()))
            .min_memory_required_in_mb(1024)
            .build();
        let specification =
            InferenceComponentSpecification::builder().model_name("m").compute_resource_requirements(needs).build();
        let copies = i32::try_from(component.copies.at(0)).unwrap();
        sagemaker
            .create_inference_component()
            .inference_component_name(&component.name)
            .endpoint_name(&fleet.endpoint)
            .variant_name(&component.variant)
            .specification(specification)
            .runtime_config(InferenceComponentRuntimeConfig::builder().copy_count(copies).build())
            .send()
            .await
            .unwrap();
    }
}

fn report(stand_in: &StandIn, arguments: &[&str]) -> Ran {
    end(on(stand_in, program().arg("report").args(arguments)))
}

fn on<'c>(stand_in: &StandIn, command: &'c mut Command) -> &'c mut Command {
    command
        .env("AWS_ENDPOINT_URL_SAGEMAKER", stand_in.url())
        .env("AWS_ENDPOINT_URL_CLOUDWATCH", stand_in.url())
        .env("AWS_ACCESS_KEY_ID", "a")
        .env("AWS_SECRET_ACCESS_KEY", "b")
        .env("AWS_REGION", "us-east-1")
}

#[track_caller]
fn close(found: &Value, expected: f64) {
    let found = found.as_f64().unwrap_or(f64::NAN);
    assert!((found - expected).abs() < 1e-6 * expected.abs().max(1.0), "{found} is not {expected}");
}

#[test]
fn a_fleet_is_reported_with_its_costs() {
    let stand_in = account(&scenario::steady(60));
    let ran = report(&stand_in, &["chat", "--last", "30m", "--price", "5.752", "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let said = ran.json();
    let totals = &said["Usage"]["totals"];
    close(&totals["instances"], 2.0);
    close(&totals["used_gpus"], 5.0);
    close(&totals["free_gpus"], 3.0);
    close(&totals["bill"]["per_hour"], 2.0 * PRICE);
    close(&totals["unallocated"]["per_hour"], PRICE * 3.0 / 4.0);
    let llama = &said["Usage"]["models"][0];
    assert_eq!(
        (&llama["name"], &llama["copies_declared"], &llama["copies_observed"]),
        (&"llama".into(), &2.into(), &2.into())
    );
    assert_eq!(said["Copies"].as_array().unwrap().len(), 3);
    let text = report(&stand_in, &["chat", "--price", "AllTraffic=5.752"]).out;
    for expected in
        ["chat is InService", "2 instances, 8 GPUs, 5 used, 3 free", "$11.50 an hour", "llama", "mistral", "2/2"]
    {
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
    assert!(said["Usage"]["totals"]["bill"].is_null());
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
