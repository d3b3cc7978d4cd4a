//! What is planned from a declaration: golden dashboards and alarms, and what must hold for any of them.

use std::collections::BTreeMap;

use monitored_endpoint::plan::Plan;
use monitored_endpoint::spec::{EndpointConfigName, GpuDimension};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::declaration::{Declared, TOPIC, one_model, shared_gpus};
use crate::support::golden;
use crate::support::harness::Scenario;
use crate::support::planning::{alarms, dashboard, planned};
use crate::support::properties::cases;

const KNOWN: &[GpuDimension] = &[GpuDimension::GpuId];
const UNKNOWN: &[GpuDimension] = &GpuDimension::ALL;

fn two_models() -> Declared {
    shared_gpus("chat")
        .with("CostPerHour", 5.752)
        .with("InferenceComponents", json!([{"Name": "llama", "Label": "Llama 70B"}, {"Name": "embeddings"}]))
}

fn metrics(enhanced: bool, seconds: u32) -> Value {
    json!({"EnableEnhancedMetrics": enhanced, "MetricPublishFrequencyInSeconds": seconds})
}

fn two_variants() -> Declared {
    two_models()
        .with(
            "ProductionVariants",
            json!([
                {"VariantName": "Big", "InstanceType": "ml.p5.48xlarge", "InitialInstanceCount": 1},
                {"VariantName": "Small", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 2},
            ]),
        )
        .with("Variants", json!([{"VariantName": "Big", "CostPerHour": 63.296}]))
}

fn model_on_gpus() -> Declared {
    one_model("chat").with("ProductionVariants/0/InstanceType", "ml.g6.12xlarge").with("CostPerHour", 5.752)
}

fn serverless() -> Declared {
    let config = json!({"MemorySizeInMB": 2048, "MaxConcurrency": 5});
    one_model("forecast")
        .with("ProductionVariants", json!([{"VariantName": "V", "ModelName": "m", "ServerlessConfig": config}]))
}

fn many_models() -> Declared {
    let models: Value = (0..120).map(|at| json!({"Name": format!("model-{at}")})).collect();
    two_models().with("InferenceComponents", models)
}

/// Every situation that a dashboard is drawn for, by name.
fn situations() -> Vec<(&'static str, Declared, &'static [GpuDimension])> {
    vec![
        ("two_models_every_60_s", two_models(), KNOWN),
        ("two_models_every_10_s", two_models().with("MetricsConfig", metrics(true, 10)), KNOWN),
        ("two_models_every_300_s", two_models().with("MetricsConfig", metrics(true, 300)), KNOWN),
        ("gpu_dimension_unknown", two_models(), UNKNOWN),
        ("no_price", two_models().without("CostPerHour"), KNOWN),
        ("enhanced_metrics_off", two_models().with("MetricsConfig", metrics(false, 60)), UNKNOWN),
        ("two_variants", two_variants(), KNOWN),
        ("one_model_on_gpus", model_on_gpus(), UNKNOWN),
        ("one_model_on_cpus", one_model("forecast").with("CostPerHour", 0.23), UNKNOWN),
        ("serverless", serverless(), UNKNOWN),
    ]
}

/// The dashboard of which a golden shows only what differs.
fn base_of(name: &str) -> Option<&'static str> {
    match name {
        "two_models_every_60_s" | "one_model_on_gpus" | "serverless" => None,
        "one_model_on_cpus" => Some("one_model_on_gpus"),
        _ => Some("two_models_every_60_s"),
    }
}

#[test]
fn dashboards_are_as_they_were_agreed_on() {
    let body = |(name, declared, dimensions)| (name, dashboard(&planned(&declared, dimensions)));
    let bodies: BTreeMap<&str, Value> = situations().into_iter().map(body).collect();
    for (name, body) in &bodies {
        let golden = match base_of(name) {
            Some(base) => golden::difference(&bodies[base], body),
            None => golden::text(body),
        };
        insta::assert_snapshot!(format!("dashboard_{name}"), golden);
    }
}

#[test]
fn alarms_are_as_they_were_agreed_on() {
    let own = two_models().with("MetricsConfig", metrics(true, 10)).with("AlarmActions", json!([TOPIC])).with(
        "UnusedGpuAlarm",
        json!({"Threshold": 2, "Period": 30, "EvaluationPeriods": 10, "DatapointsToAlarm": 8, "AlarmName": "idle"}),
    );
    let mut all = situations();
    all.push(("settings_of_its_own", own, KNOWN));
    for (name, declared, dimensions) in all {
        let alarms: Value = alarms(&planned(&declared, dimensions)).into();
        if name.starts_with("one_model") || name == "serverless" {
            assert_eq!(alarms, json!([]), "{name}: there is nothing to watch");
        } else {
            insta::assert_compact_json_snapshot!(format!("alarm_{name}"), alarms);
        }
    }
}

#[test]
fn of_120_models_every_one_is_shown() {
    let body = dashboard(&planned(&many_models(), KNOWN));
    insta::assert_snapshot!("dashboard_outline_of_120_models", golden::layout(&body));
    let offered = body["variables"][0]["values"].as_array().unwrap();
    assert_eq!(offered.len(), 120, "each can be chosen");
}

#[test]
fn members_of_the_body_are_in_alphabetical_order() {
    let listed: Value = (0..120).map(|at| json!({"Name": format!("model-{at}")})).collect();
    for declared in [two_models(), two_models().with("InferenceComponents", listed)] {
        let text = planned(&declared, UNKNOWN).dashboard.unwrap().body;
        let parsed: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(parsed.to_string(), text);
    }
}

/// CloudWatch documents no limit for a body's size.
#[test]
fn nine_hundred_models_fit_and_each_can_be_chosen() {
    let models: Value = (0..900).map(|at| json!({"Name": format!("model-{at:03}")})).collect();
    for dimensions in [KNOWN, UNKNOWN] {
        let body = dashboard(&planned(&two_models().with("InferenceComponents", models.clone()), dimensions));
        assert!(body.to_string().len() < 1_000_000);
        assert_eq!(body["variables"][0]["values"].as_array().unwrap().len(), 900);
    }
}

/// Rows of the grid that are in sight on a screen of 1440 × 900.
const FIRST_SCREEN: u64 = 15;

#[test]
fn what_somebody_on_call_needs_is_on_the_first_screen() {
    for (name, declared, dimensions) in situations() {
        let body = dashboard(&planned(&declared, dimensions));
        let on_screen =
            |widget: &&Value| widget["y"].as_u64().unwrap() + widget["height"].as_u64().unwrap() <= FIRST_SCREEN;
        let seen: Vec<&Value> = widgets(&body).iter().filter(on_screen).collect();
        let has_alarms = body.to_string().contains("\"type\":\"alarm\"");
        assert_eq!(seen.iter().any(|widget| widget["type"] == "alarm"), has_alarms, "{name}");
        let tiles = seen.iter().find(|widget| widget["properties"]["view"] == "singleValue").unwrap().to_string();
        assert!(tiles.contains("Requests per minute now"), "{name}: {tiles}");
        assert!(
            tiles.contains("Failed requests now (%)") && tiles.contains("p99 of the slowest model now (ms)"),
            "{name}"
        );
    }
}

/// At most 26 widgets for a few models and 30 for many, and no two of the same series.
#[test]
fn a_dashboard_is_short_and_repeats_nothing() {
    let listed = |count: u32| -> Value { (0..count).map(|at| json!({"Name": format!("model-{at}")})).collect() };
    let forty = two_models().with("InferenceComponents", listed(40));
    let all = situations().into_iter().map(|(name, declared, dimensions)| (name, declared, dimensions, 26));
    for (name, declared, dimensions, most) in all.chain([("forty models", forty, UNKNOWN, 30)]) {
        let body = dashboard(&planned(&declared, dimensions));
        assert!(widgets(&body).len() <= most, "{name}: {} widgets", widgets(&body).len());
        let drawn = |widget: &Value| -> Vec<String> {
            let lines = widget["properties"]["metrics"].as_array().cloned().unwrap_or_default();
            let mut lines: Vec<String> =
                lines.iter().map(Value::to_string).filter(|line| !line.contains("\"visible\":false")).collect();
            lines.sort();
            lines
        };
        let all: Vec<Vec<String>> = widgets(&body).iter().map(drawn).filter(|lines| !lines.is_empty()).collect();
        for (at, lines) in all.iter().enumerate() {
            assert!(!all[..at].contains(lines), "{name}: twice {lines:?}");
        }
    }
}

#[test]
fn cloudwatch_takes_every_dashboard_without_a_remark_and_every_alarm() {
    let scenario = Scenario::new();
    let mut all = situations();
    all.push(("many_models", many_models(), UNKNOWN));
    for (name, declared, dimensions) in all {
        let plan = planned(&declared, dimensions);
        let body = &plan.dashboard.as_ref().unwrap().body;
        let put = scenario.cloudwatch.put_dashboard().dashboard_name(name).dashboard_body(body);
        let remarks = scenario.block_on(put.send()).unwrap();
        assert!(remarks.dashboard_validation_messages().is_empty(), "{name}: {remarks:?}");
        for alarm in plan.alarms {
            scenario.put(alarm.request);
        }
    }
}

/// Changing this value replaces every user's endpoint config at their next update. Don't.
#[test]
fn the_name_of_an_endpoint_config_stays_what_it_is() {
    assert_eq!(planned(&shared_gpus("chat"), UNKNOWN).physical_id, "chat-92491c6c20");
}

#[test]
fn tags_monitoring_and_the_gpu_dimension_have_no_part_in_the_name() {
    let name = planned(&shared_gpus("chat"), UNKNOWN).physical_id;
    let same = [
        shared_gpus("chat").with("Tags", json!([{"Key": "a", "Value": "b"}])),
        shared_gpus("chat").with("CostPerHour", 2),
        shared_gpus("chat").with("Dashboard/Enabled", false),
        shared_gpus("chat").with("UnusedGpuAlarm/Threshold", 2),
        shared_gpus("chat").with("MetricsConfig", metrics(true, 60)),
    ];
    for declared in same {
        assert_eq!(planned(&declared, KNOWN).physical_id, name, "{declared:?}");
    }
    let other = [
        shared_gpus("chat").with("ProductionVariants/0/InitialInstanceCount", 2),
        shared_gpus("chat").with("MetricsConfig", metrics(true, 10)),
        shared_gpus("chat").with("EnableNetworkIsolation", true),
    ];
    for declared in other {
        assert_ne!(planned(&declared, KNOWN).physical_id, name, "{declared:?}");
    }
}

fn widgets(body: &Value) -> &[Value] {
    body["widgets"].as_array().unwrap()
}

fn expressions(body: &Value) -> Vec<&str> {
    let lines = widgets(body).iter().filter_map(|widget| widget["properties"]["metrics"].as_array()).flatten();
    lines.filter_map(|line| line[0]["expression"].as_str()).collect()
}

/// Widgets that overlap, or leave the dashboard's 24 columns.
fn misplaced(body: &Value) -> Option<String> {
    let boxes: Vec<[u64; 4]> = widgets(body)
        .iter()
        .map(|widget| ["x", "y", "width", "height"].map(|side| widget[side].as_u64().unwrap()))
        .collect();
    for (at, &[x, y, width, height]) in boxes.iter().enumerate() {
        if width == 0 || height == 0 || x + width > 24 {
            return Some(format!("widget {at} leaves the columns"));
        }
        let overlaps = |&&[x2, y2, width2, height2]: &&[u64; 4]| {
            x < x2 + width2 && x2 < x + width && y < y2 + height2 && y2 < y + height
        };
        if boxes[..at].iter().any(|other| overlaps(&other)) {
            return Some(format!("widget {at} lies over another"));
        }
    }
    None
}

/// A declaration of any size and shape: few or many variants, of one or several prices, and up to 500 models, with short
/// names or the longest.
fn any_declaration() -> impl Strategy<Value = Declared> {
    let types = prop::sample::select(vec![
        "ml.g6.12xlarge",
        "ml.p5.48xlarge",
        "ml.g5.xlarge",
        "ml.m5.xlarge",
        "ml.inf2.xlarge",
        "serverless",
    ]);
    let variants = prop::collection::vec((types, any::<bool>(), 0_u8..3), 1..=10);
    let models = prop_oneof![4 => 0_usize..110, 1 => 400_usize..=500];
    let frequency = prop::sample::select(vec![10_u32, 30, 60, 120, 180, 240, 300]);
    let price = prop::option::of(0.01_f64..200.0);
    let names = prop::sample::select(vec![3_usize, 63]);
    (variants, models, frequency, price, any::<bool>(), names).prop_map(
        |(variants, models, frequency, price, enhanced, length)| {
            let name = |letter: &str, number: usize| format!("{}{number:02}", letter.repeat(length - 2));
            let variant = |(at, (kind, shares, _)): (usize, &(&str, bool, u8))| {
                let mut variant = json!({"VariantName": name("v", at)});
                if *kind == "serverless" {
                    variant["ServerlessConfig"] = json!({"MemorySizeInMB": 2048, "MaxConcurrency": 5});
                } else {
                    variant["InstanceType"] = json!(kind);
                    variant["InitialInstanceCount"] = json!(1);
                }
                if !shares {
                    variant["ModelName"] = json!("m");
                }
                variant
            };
            let prices = variants.iter().enumerate().filter(|(_, (kind, ..))| *kind != "serverless");
            let prices = prices.filter(|_| price.is_some()).map(|(at, (_, _, own))| {
                json!({"VariantName": name("v", at), "CostPerHour": price.unwrap_or(1.0) + f64::from(*own)})
            });
            let models: Value = (0..models)
                .map(|at| {
                    json!({"Name": format!("{}-{at:03}", &name("m", 0)[4.min(length)..])
                .trim_start_matches('-')})
                })
                .collect();
            let declared = shared_gpus("chat")
                .with("ProductionVariants", variants.iter().enumerate().map(variant).collect::<Value>())
                .with("MetricsConfig", metrics(enhanced, frequency))
                .with("Variants", prices.collect::<Value>())
                .with("InferenceComponents", models);
            // An alarm covers at most five variants.
            let declared = if variants.len() > 5 { declared.with("UnusedGpuAlarm/Enabled", false) } else { declared };
            match price {
                Some(price) => declared.with("CostPerHour", price),
                None => declared,
            }
        },
    )
}

fn any_plan(declared: &Declared, known: bool) -> Plan {
    planned(declared, if known { KNOWN } else { UNKNOWN })
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn any_dashboard_is_within_cloudwatch_s_limits(declared in any_declaration(), known in any::<bool>()) {
        let plan = any_plan(&declared, known);
        let body = dashboard(&plan);
        prop_assert_eq!(misplaced(&body), None);
        prop_assert!(widgets(&body).len() <= 500);
        let lines = |widget: &Value| widget["properties"]["metrics"].as_array().map_or(0, Vec::len);
        prop_assert!(widgets(&body).iter().all(|widget| lines(widget) <= 500));
        let total: usize = widgets(&body).iter().map(lines).sum();
        prop_assert!(total <= 2500, "{} metrics on one dashboard", total);
        for expression in expressions(&body) {
            prop_assert!(expression.len() <= 2048, "{} characters in {}", expression.len(), expression);
            for search in expression.split("SEARCH('").skip(1) {
                prop_assert!(search.find('\'').is_some_and(|end| end <= 1024), "{}", search);
            }
            prop_assert!(!expression.starts_with("SELECT") || !expression.contains("SEARCH"), "{}", expression);
        }
        let queries = |widget: &Value| {
            let lines = widget["properties"]["metrics"].as_array();
            let is_query = |line: &&Value| line[0]["expression"].as_str().is_some_and(|text| text.starts_with("SELECT"));
            lines.map_or(0, |lines| lines.iter().filter(is_query).count())
        };
        prop_assert!(widgets(&body).iter().all(|widget| queries(widget) <= 1), "a widget may hold one query");
    }

    /// The stand-in reads every expression, too.
    #[test]
    fn any_dashboard_is_one_that_cloudwatch_takes_without_a_remark(declared in any_declaration(), known in any::<bool>()) {
        let scenario = Scenario::new();
        let plan = any_plan(&declared, known);
        let body = &plan.dashboard.as_ref().unwrap().body;
        let put = scenario.cloudwatch.put_dashboard().dashboard_name("any").dashboard_body(body);
        let remarks = scenario.block_on(put.send()).unwrap();
        prop_assert!(remarks.dashboard_validation_messages().is_empty(), "{:?}", remarks);
    }

    #[test]
    fn any_search_leaves_its_period_to_the_widget(declared in any_declaration()) {
        let plan = any_plan(&declared, true);
        let body = dashboard(&plan);
        for expression in expressions(&body) {
            for search in expression.split("SEARCH('").skip(1) {
                let (_, rest) = search.split_once("', '").unwrap();
                let (stat, rest) = rest.split_once('\'').unwrap();
                prop_assert!(["SampleCount", "Average", "Sum", "Maximum", "p90", "p99"].contains(&stat), "{}", stat);
                prop_assert!(rest.starts_with(')'), "{}", expression);
            }
            prop_assert!(!expression.contains("PERIOD(SUM") && !expression.contains("PERIOD(SEARCH"), "{}", expression);
        }
    }

    #[test]
    fn any_alarm_is_one_that_cloudwatch_takes(declared in any_declaration()) {
        let plan = any_plan(&declared, false);
        for alarm in alarms(&plan) {
            let queries = alarm["Metrics"].as_array().unwrap();
            prop_assert!(queries.len() <= 11, "ten metrics and one expression at most: {}", queries.len());
            prop_assert!(queries.iter().filter(|query| query.get("MetricStat").is_some()).count() <= 10);
            prop_assert_eq!(queries.iter().filter(|query| query["ReturnData"] == true).count(), 1);
            let text = alarm.to_string();
            prop_assert!(!text.contains("SEARCH") && !text.contains("SELECT"), "{}", text);
            let expression = queries[0]["Expression"].as_str().unwrap();
            prop_assert!(expression.len() <= 2048, "{}", expression);
            let periods: Vec<&Value> = queries.iter().filter_map(|query| query.pointer("/MetricStat/Period")).collect();
            prop_assert!(periods.windows(2).all(|pair| pair[0] == pair[1]), "one period: {:?}", periods);
        }
    }

    #[test]
    fn any_endpoint_name_makes_a_valid_config_name(name in "[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?") {
        let id = planned(&shared_gpus(&name), UNKNOWN).physical_id;
        prop_assert!(EndpointConfigName::parse(&id).is_ok(), "{}", id);
        prop_assert!(id.len() <= 63);
        let kept = id.rsplit_once('-').unwrap().0;
        prop_assert!(name.starts_with(kept), "{} of {}", id, name);
    }
}
