//! Interactive panels in the states that an endpoint can be in beside the usual one: without models, data, a price or
//! permission, and while it changes.

use std::time::Duration;

use aws_stand_in::Fault;
use metric_math::telemetry::{Fleet, Serving, Steps, Variant, scenario};
use monitored_endpoint::usage::TimeRange;
use monitored_endpoint::widgets::render;
use serde_json::{Value, json};

use crate::support::fleet::Account;
use crate::support::panel::{ARN, answer, answer_within, event, row, tile};

const HOUR: Duration = Duration::from_hours(1);

#[test]
fn without_a_price_the_cost_panel_says_so_and_shows_no_dollar() {
    let account = Account::with(&scenario::steady(60), HOUR);
    let mut event = event(&account, "Cost");
    event["CostPerHour"] = Value::Null;
    let html = answer(&account, &event);
    assert!(html.contains("No price is known for instances of AllTraffic"), "{html}");
    assert!(!html.contains('$'), "{html}");
    assert!(row(&html, "data-model=\"llama\"").starts_with("llama 4 "));
}

#[test]
fn without_enhanced_metrics_the_panels_say_what_they_cannot_know() {
    let account = Account::with(&Fleet { enhanced_metrics: false, ..scenario::steady(60) }, HOUR);
    let cluster = answer(&account, &event(&account, "Cluster"));
    assert!(cluster.contains("Enhanced metrics are off") && !cluster.contains("Unused GPUs"), "{cluster}");
    assert_eq!(tile(&cluster, "Instances"), "2");
    let cost = answer(&account, &event(&account, "Cost"));
    assert!(cost.contains("Enhanced metrics are off") && !cost.contains("Unallocated"), "{cost}");
    assert_eq!(tile(&cost, "Per hour"), "$11.50");
}

/// `a` without an address gets no focus; a button does, and Enter presses it.
#[test]
fn everything_that_can_be_pressed_is_reached_by_the_keyboard() {
    let account = Account::with(&scenario::steady(60), HOUR);
    let html = answer(&account, &event(&account, "Cost"));
    for before in html.split("<cwdb-action").collect::<Vec<_>>().split_last().unwrap().1 {
        assert!(before.ends_with("</button>"), "{before}");
    }
    assert!(html.contains("<summary class=\"btn\">") && !html.contains("<a "), "{html}");
    let refused = answer(&account, &json!({}));
    assert!(refused.contains("<button class=\"btn\" type=\"button\">Try again</button>"), "{refused}");
}

#[test]
fn an_endpoint_without_models_instances_or_data_says_what_it_is() {
    let empty = Fleet { components: Vec::new(), ..scenario::steady(60) };
    let mut variant = scenario::variant(4, Steps::always(2));
    variant.serving = Some(Serving::Components);
    let account = Account::with(&Fleet { variants: vec![variant.clone()], ..empty.clone() }, HOUR);
    let html = answer(&account, &event(&account, "Cluster"));
    assert!(html.contains("No model is placed on these instances.") && !html.contains("<table"), "{html}");
    assert_eq!(tile(&html, "Unused GPUs"), "8");
    let serverless = Variant { serving: Some(Serving::Serverless { provisioned: false }), ..variant };
    let account = Account::with(&Fleet { variants: vec![serverless], ..empty }, HOUR);
    let html = answer(&account, &event(&account, "Cost"));
    assert!(html.contains("Its variants are serverless"), "{html}");
    let account = Account::with(&scenario::steady(60), Duration::ZERO);
    let html = answer(&account, &event(&account, "Cost"));
    assert!(
        html.contains("Nothing was published in") && html.contains("see whether the endpoint has instances"),
        "{html}"
    );
}

#[test]
fn a_model_that_is_not_ready_says_how_many_copies_run_and_why() {
    let declared = scenario::steady(60).with(scenario::model("qwen", 1, Steps::always(3)));
    let account = Account::with(&declared, HOUR);
    let html = answer(&account, &event(&account, "Cluster"));
    // Three GPUs are left for it.
    assert_eq!(row(&html, "data-model=\"qwen\""), "2 qwen 3 running 3 of 3, 1 GPU each 40 % 40 %");
    let crowded = scenario::steady(60).with(scenario::model("qwen", 1, Steps::always(4)));
    let account = Account::with(&crowded, HOUR);
    let html = answer(&account, &event(&account, "Cluster"));
    assert!(html.contains("<td class=\"differs\">running 3 of 4, 1 GPU each</td>"), "{html}");
    let mut usage = account.usage(TimeRange::Last(1800));
    usage.failure_reason = Some("no capacity".to_owned());
    "Failed".clone_into(&mut usage.status);
    for model in &mut usage.models {
        (model.status, model.copies_observed) = (Some("Creating".to_owned()), Some(0));
    }
    let html = render(&event(&account, "Cluster"), &usage, ARN).unwrap();
    assert!(html.contains("Creating, running 0 of 4, 1 GPU each"), "{html}");
    assert!(html.contains("<span class=\"status differs\">Failed</span>") && html.contains("It failed: no capacity"));
}

/// 0.8 instances is no number of instances, and what is unused is what the others leave.
#[test]
fn counts_are_whole_while_an_instance_starts() {
    let account = Account::with(&scenario::scale_out(60), HOUR);
    for minutes in (0..60).step_by(6) {
        let at = account.now.0 - minutes * 60;
        let mut event = event(&account, "Cluster");
        event["widgetContext"]["timeRange"] = json!({"start": (at - 1800) * 1000, "end": at * 1000});
        let html = answer(&account, &event);
        let tiles = ["Instances", "Total GPUs", "Used GPUs", "Unused GPUs"];
        if tiles.iter().all(|name| html.contains(&format!("data-tile=\"{name}\""))) {
            let [_, total, used, unused] = tiles.map(|name| tile(&html, name).parse::<u32>().unwrap());
            assert_eq!(total, used + unused);
        }
    }
}

#[test]
fn whatever_goes_wrong_is_a_panel_that_says_it() {
    let account = Account::with(&scenario::steady(60), HOUR);
    account.let_fail("GetMetricData", None, Fault::AccessDenied {});
    let html = answer(&account, &event(&account, "Cluster"));
    assert!(
        html.contains("role=\"alert\"") && html.contains("the permission cloudwatch:GetMetricData is needed"),
        "{html}"
    );
    assert!(html.contains("Try again"));
    let mut missing = event(&account, "Cost");
    missing["EndpointName"] = json!("nothing-there");
    let html = answer(&account, &missing);
    assert!(html.contains("there is no endpoint named &quot;nothing-there&quot;"), "{html}");
    let html = answer(&account, &json!({}));
    assert!(html.contains("give Cluster, Cost or Fleet") && html.contains("give the endpoint's name"), "{html}");
}

#[test]
fn a_panel_comes_before_lambda_cuts_the_function_off() {
    let account = Account::with(&scenario::steady(60), HOUR);
    account.let_fail("ListMetrics", None, Fault::DelayMs(5000));
    let html = answer_within(&account, &event(&account, "Cost"), Duration::from_millis(1100));
    assert!(html.contains("have not answered in time"), "{html}");
}
