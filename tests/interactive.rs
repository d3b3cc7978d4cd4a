//! Interactive panels on dashboards: where they are, what they are told, and that the function understands it.

use std::time::Duration;

use metric_math::telemetry::scenario;
use serde_json::{Value, json};

use crate::support::declaration::{Declared, shared_gpus};
use crate::support::fleet::Account;
use crate::support::harness::Scenario;
use crate::support::panel::{ARN, answer};

fn declared() -> Declared {
    shared_gpus("chat")
        .with("CostPerHour", 5.752)
        .with("InferenceComponents", json!([{"Name": "llama", "Label": "Llama 3"}, {"Name": "mistral"}]))
}

/// The custom widgets of the dashboard that a Create makes.
fn panels(scenario: &Scenario, declared: &Declared) -> Vec<Value> {
    scenario.create(declared).succeeded();
    let [name] = &scenario.dashboard_names()[..] else { panic!("there is one dashboard") };
    let body: Value = serde_json::from_str(scenario.dashboard(name)["DashboardBody"].as_str().unwrap()).unwrap();
    let widgets = body["widgets"].as_array().unwrap();
    widgets.iter().filter(|widget| widget["type"] == "custom").cloned().collect()
}

#[test]
fn a_dashboard_has_both_panels_where_there_is_a_function_to_draw_them() {
    insta::assert_json_snapshot!("interactive_panels", panels(&Scenario::with_widgets(ARN), &declared()));
}

#[test]
fn what_a_panel_is_told_is_what_the_function_understands() {
    let panels = panels(&Scenario::with_widgets(ARN), &declared());
    let account = Account::with(&scenario::steady(60), Duration::from_hours(1));
    let shown: Vec<String> = panels
        .iter()
        .map(|panel| {
            assert_eq!(panel["properties"]["endpoint"], ARN);
            let mut event = panel["properties"]["params"].clone();
            event["Range"] = json!("PT30M");
            answer(&account, &event)
        })
        .collect();
    let [cluster, cost] = &shown[..] else { panic!("two panels") };
    assert!(
        cluster.contains("Llama 3, utilization 40 %")
            && cluster.contains("data-tile=\"Unused GPUs\"><span class=\"value\">3<")
    );
    assert!(cost.contains("$11.50") && cost.contains("the price that was declared"), "{cost}");
}

#[test]
fn there_is_no_panel_without_a_function_or_where_none_is_wanted() {
    assert_eq!(panels(&Scenario::new(), &declared()), [] as [Value; 0]);
    let unwanted = declared().with("Dashboard", json!({"Interactive": false}));
    assert_eq!(panels(&Scenario::with_widgets(ARN), &unwanted), [] as [Value; 0]);
    let wanted = declared().with("Dashboard", json!({"Interactive": true}));
    assert_eq!(panels(&Scenario::with_widgets(ARN), &wanted).len(), 2);
}

#[test]
fn panels_that_nothing_would_draw_are_refused_before_anything_is_made() {
    let scenario = Scenario::new();
    let wanted = declared().with("Dashboard", json!({"Interactive": true}));
    let reason = scenario.create(&wanted).failed();
    assert!(reason.contains("Properties.Dashboard.Interactive") && reason.contains("InteractivePanels"), "{reason}");
    assert!(scenario.writes().is_empty() && scenario.is_empty());
}

#[test]
fn without_a_price_a_panel_is_told_none() {
    let unpriced = shared_gpus("chat");
    for panel in panels(&Scenario::with_widgets(ARN), &unpriced) {
        let params = &panel["properties"]["params"];
        assert!(params.get("PriceBasis").is_none() && params["Variants"][0].get("CostPerHour").is_none(), "{params}");
    }
}
