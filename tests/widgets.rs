//! The interactive panels, from the dashboard's event to the HTML that it shows, against the stand-in's simulated fleets.

use std::collections::BTreeSet;
use std::time::Duration;

use metric_math::telemetry::{Fleet, Steps, scenario};
use monitored_endpoint::widgets::{PanelCall, Widgets};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::fleet::{Account, PRICE};
use crate::support::panel::{ARN, answer, event, row, tile};
use crate::support::properties::cases;

const HOUR: Duration = Duration::from_hours(1);
const HOSTILE: &str = "<img src=x onerror=alert(1)>\"'&</cwdb-action><script>alert(2)</script>";

#[test]
fn the_cluster_panel_shows_every_gpu_with_its_model_and_what_is_free() {
    let account = Account::with(&scenario::steady(60), HOUR);
    let mut event = event(&account, "Cluster");
    event["InferenceComponents"] = json!([{"Name": "llama", "Label": "Llama 3 70B"}]);
    let html = answer(&account, &event);
    let tiles = ["Instances", "Total GPUs", "Used GPUs", "Unused GPUs"].map(|name| tile(&html, name));
    assert_eq!(tiles, ["2", "8", "5", "3"]);
    assert_eq!(html.matches("<g class=\"gpu unused\"").count(), 3);
    assert_eq!(html.matches("<g class=\"gpu u2\" data-model=\"llama\"").count(), 4);
    assert!(html.contains("GPU 0 of i-AllTraffic-0001: mistral, utilization 40 %"));
    assert_eq!(row(&html, "data-model=\"llama\""), "1 Llama 3 70B 4 running 2 of 2, 2 GPUs each 40 % 40 %");
    // The dashboard's half hour, without the minute whose samples may still be on their way.
    assert!(html.contains("(28 min)") || html.contains("(29 min)"), "{html}");
}

#[test]
fn the_cost_panel_ranks_models_by_money_and_shows_what_is_nobody_s() {
    let account = Account::with(&scenario::steady(60), HOUR);
    let mut event = event(&account, "Cost");
    event["Range"] = json!("PT30M");
    let html = answer(&account, &event);
    // Two instances for half an hour; llama holds half of the eight GPUs, mistral one.
    assert_eq!(["Per hour", "Over the range"].map(|name| tile(&html, name)), ["$11.50", "$5.75"]);
    assert_eq!(row(&html, "data-model=\"llama\""), "llama 4 $2.88 $0.0959 $5.75 $0.7989 50 %");
    assert_eq!(row(&html, "data-model=\"mistral\""), "mistral 1 $0.72 $0.0240 $1.44 $0.3994 12 %");
    assert_eq!(row(&html, "data-sum=\"Unallocated\""), "Unallocated 3 $2.16 $0.0719 $4.31 38 %");
    assert!(html.find("data-model=\"llama\"").unwrap() < html.find("data-model=\"mistral\"").unwrap());
    assert!(html.contains("not the bill"));
}

#[test]
fn each_button_has_the_dashboard_call_this_function_with_the_widget_s_parameters() {
    let account = Account::with(&scenario::steady(60), HOUR);
    let mut event = event(&account, "Cluster");
    event["widgetContext"]["forms"]["all"] = json!({"Range": "PT10M"});
    let html = answer(&account, &event);
    let actions: Vec<Value> = html
        .split("<cwdb-action action=\"call\" display=\"widget\" endpoint=\"")
        .skip(1)
        .map(|rest| {
            let (endpoint, rest) = rest.split_once("\">").unwrap();
            assert_eq!(endpoint, ARN);
            serde_json::from_str(&rest.split_once("</cwdb-action>").unwrap().0.replace("&quot;", "\"")).unwrap()
        })
        .collect();
    let ranges: Vec<&str> = actions.iter().map(|action| action["Range"].as_str().unwrap()).collect();
    assert_eq!(ranges, ["dashboard", "PT5M", "PT10M", "PT30M", "PT1H", "custom"]);
    for action in &actions {
        assert_eq!(
            (&action["Panel"], &action["EndpointName"], &action["CostPerHour"]),
            (&json!("Cluster"), &json!("chat"), &json!(PRICE))
        );
        assert_eq!(action.get("widgetContext"), None);
    }
    assert!(html.contains("<button class=\"btn chosen\" type=\"button\" data-range=\"PT10M\" aria-pressed=\"true\">"));
    assert!(html.contains("<input type=\"hidden\" name=\"Range\" value=\"PT10M\">"), "a refresh keeps the choice");
    assert!(html.contains("(10 min)"));
}

#[test]
fn a_zoom_and_a_custom_range_are_what_is_read() {
    let account = Account::with(&scenario::scale_out(60), HOUR);
    let minutes_ago = |minutes: i64| (account.now.0 - minutes * 60) * 1000;
    let mut zoomed = event(&account, "Cluster");
    zoomed["widgetContext"]["timeRange"]["zoom"] = json!({"start": minutes_ago(58), "end": minutes_ago(40)});
    let html = answer(&account, &zoomed);
    assert_eq!(tile(&html, "Instances"), "1", "before the scale-out");
    assert!(html.contains("data-range=\"dashboard\" aria-pressed=\"true\">Zoomed</button>"));
    let mut custom = event(&account, "Cluster");
    let local = |minutes: i64| {
        let moment = monitored_endpoint::usage::Moment(account.now.0 - minutes * 60 - 5 * 3600);
        moment.to_string().trim_end_matches('Z').to_owned()
    };
    custom["Range"] = json!("custom");
    custom["widgetContext"]["timezone"] = json!({"label": "Local", "offsetISO": "-05:00", "offsetInMinutes": 300});
    custom["widgetContext"]["forms"]["all"] = json!({"Range": "PT5M", "From": local(58), "Until": local(40)});
    let html = answer(&account, &custom);
    assert_eq!(tile(&html, "Instances"), "1", "{html}");
    custom["widgetContext"]["forms"]["all"]["From"] = json!("tomorrow");
    let html = answer(&account, &custom);
    assert!(html.contains("This panel can't be shown"));
    assert!(html.contains("give a date and a time such as 2026-11-24T08:00"), "{html}");
}

#[test]
fn both_themes_and_the_widget_s_size_are_kept_to() {
    let account = Account::with(&scenario::steady(60), HOUR);
    let mut event = event(&account, "Cluster");
    assert!(answer(&account, &event).contains("<div class=\"monitored-endpoint cwdb-no-default-styles light\">"));
    event["widgetContext"]["theme"] = json!("dark");
    let wide = answer(&account, &event);
    assert!(wide.contains("<div class=\"monitored-endpoint cwdb-no-default-styles dark\">"));
    event["widgetContext"]["width"] = json!(150);
    let width = |html: &str| -> u32 {
        html.split_once("<svg class=\"map\" width=\"").unwrap().1.split('"').next().unwrap().parse().unwrap()
    };
    assert!(width(&answer(&account, &event)) <= 150 && width(&wide) > 150);
}

#[test]
fn markup_in_names_and_labels_is_text() {
    // SageMaker's names are harmless; what publishes under them, and what a widget is told, need not be.
    let fleet = scenario::steady(60);
    let account = Account::with(&fleet, HOUR);
    let hostile = scenario::model(HOSTILE, 1, Steps::always(1));
    account.stand_in.simulate(fleet.with(hostile), HOUR).unwrap();
    for panel in ["Cluster", "Cost"] {
        let mut event = event(&account, panel);
        event["InferenceComponents"] = json!([{"Name": "llama", "Label": HOSTILE}]);
        event["PriceBasis"] = json!(HOSTILE);
        event[HOSTILE] = json!(HOSTILE);
        event["widgetContext"]["timezone"]["label"] = json!(HOSTILE);
        event["widgetContext"]["forms"]["all"] = json!({"Range": "custom", "From": HOSTILE, "Until": HOSTILE});
        for range in ["PT5M", "custom"] {
            event["Range"] = json!(range);
            let html = answer(&account, &event);
            assert!(html.contains("&lt;img src=x onerror=alert(1)&gt;"), "{html}");
            assert!(!html.contains("<img") && !html.contains("<script"), "{html}");
            // The only elements that close an action are ours.
            assert_eq!(html.matches("<cwdb-action").count(), html.matches("</cwdb-action>").count());
        }
    }
    let mut event = event(&account, "Cost");
    event["EndpointName"] = json!(HOSTILE);
    event["Region"] = json!(HOSTILE);
    let html = answer(&account, &event);
    assert!(html.contains("params.EndpointName") && !html.contains("<img") && !html.contains("<script"), "{html}");
}

/// The role in `template.yaml` grants what the panels call, and nothing else.
#[test]
fn the_role_may_read_what_the_panels_read() {
    let template = include_str!("../template.yaml");
    let role = template.split_once("\n  WidgetsRole:\n").unwrap().1.split_once("PolicyName: read-fleet").unwrap().0;
    let granted: BTreeSet<&str> = role
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- "))
        .filter(|item| item.starts_with("sagemaker:") || item.starts_with("cloudwatch:"))
        .collect();
    let account = Account::with(&scenario::steady(60), HOUR);
    answer(&account, &event(&account, "Cluster"));
    answer(&account, &event(&account, "Cost"));
    let calls = account.stand_in.calls();
    let called: BTreeSet<String> =
        calls.iter().map(|call| format!("{}:{}", call.service.to_lowercase(), call.operation)).collect();
    assert_eq!(called.iter().map(String::as_str).collect::<BTreeSet<_>>(), granted);
}

#[test]
fn documentation_is_markdown_with_an_example_that_works() {
    let account = Account::with(&scenario::steady(60), HOUR);
    let markdown = answer(&account, &json!({"describe": true}));
    assert!(markdown.starts_with("## ") && markdown.contains("``` yaml"));
    assert!(account.stand_in.calls().is_empty());
    let example = markdown.split("``` yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let mut event = event(&account, "Cluster");
    event["Panel"] = Value::Null;
    for line in example.lines().filter(|line| !line.starts_with(' ')) {
        let (name, value) = line.split_once(": ").unwrap_or((line.trim_end_matches(':'), ""));
        assert!(markdown.contains(&format!("**{name}** |")), "{name} is described");
        event[name] = if value.is_empty() { Value::Null } else { json!(value) };
    }
    assert_eq!(tile(&answer(&account, &event), "Instances"), "2");
}

/// It drew them all, in an answer over 6 MB, or ran out of memory.
#[test]
fn review_19_a_panel_that_is_told_of_too_many_gpus_says_so_and_draws_none() {
    let account = Account::with(&scenario::steady(60), Duration::from_mins(20));
    for gpus in [65_u64, 100_000, 4_000_000_000] {
        let mut event = event(&account, "Cluster");
        event["GpusPerInstance"] = json!(gpus);
        let html = answer(&account, &event);
        assert!(html.contains("GpusPerInstance") && html.len() < 20_000, "{} bytes: {html:.2000}", html.len());
        assert!(!html.contains("<g class=\"gpu "), "{html:.2000}");
    }
}

#[test]
fn a_large_fleet_is_drawn_small_enough_to_be_sent() {
    let mut variant = scenario::variant(8, Steps::always(100));
    "ml.p5.48xlarge".clone_into(&mut variant.instance_type);
    let model = |number| scenario::model(&format!("model-{number:03}"), 4, Steps::always(1));
    let fleet = (0..200).map(model).fold(Fleet::new("chat", 60, variant), Fleet::with);
    let account = Account::with(&fleet, Duration::from_mins(20));
    for panel in ["Cluster", "Cost"] {
        let mut event = event(&account, panel);
        event["Range"] = json!("PT10M");
        event["InferenceComponents"] =
            (0..200).map(|at| json!({"Name": format!("model-{at:03}"), "Label": format!("Model {at}")})).collect();
        let html = answer(&account, &event);
        // A Lambda answers at most 6 MB.
        assert!(html.len() < 1_000_000, "{} bytes", html.len());
        assert_eq!(html.matches("<tr data-model=").count(), 200);
        if panel == "Cluster" {
            assert_eq!(html.matches("<g class=\"gpu ").count(), 800);
        }
    }
    let most = account.stand_in.calls().into_iter().filter(|call| call.operation == "GetMetricData");
    assert!(most.map(|call| call.request["MetricDataQueries"].as_array().unwrap().len()).all(|queries| queries <= 500));
}

/// A view of a large fleet is cheap: what `GetMetricData` is asked for costs a cent a thousand, and a panel that is looked
/// at for eight hours a day asks every minute.
#[test]
fn both_panels_of_800_gpus_and_200_models_cost_80_dollars_a_month_at_most() {
    let mut variant = scenario::variant(8, Steps::always(100));
    "ml.p5.48xlarge".clone_into(&mut variant.instance_type);
    let model = |number| scenario::model(&format!("model-{number:03}"), 4, Steps::always(1));
    let fleet = (0..199).map(model).fold(Fleet::new("chat", 60, variant), Fleet::with);
    let fleet = fleet.with(scenario::model("model-199", 2, Steps::always(1)));
    let account = Account::with(&fleet, Duration::from_mins(50));
    let panels = ["Cluster", "Cost"].map(|panel| event(&account, panel));
    let everyone = Widgets::new(&account.config);
    let view = |widgets: &Widgets, event: &Value| {
        let call = PanelCall { function_arn: ARN, now: account.now, time_left: Duration::from_mins(1) };
        account.stand_in.clear_calls();
        let html = account.block_on(widgets.answer(event, call));
        let calls = account.stand_in.calls();
        let queries = calls.iter().filter(|call| call.operation == "GetMetricData");
        let metrics = queries.map(|call| call.request["MetricDataQueries"].as_array().unwrap().len()).sum::<usize>();
        assert!(calls.len() <= 15, "{} calls", calls.len());
        (html, metrics)
    };
    // Each panel in a process of its own, as Lambda has it for two calls at once.
    let alone: Vec<(String, usize)> = panels.iter().map(|event| view(&Widgets::new(&account.config), event)).collect();
    let metrics: usize = alone.iter().map(|(_, metrics)| metrics).sum();
    let views = 30.0 * 8.0 * 60.0;
    #[allow(clippy::cast_precision_loss)]
    let dollars = metrics as f64 * views / 1000.0 * 0.01;
    assert!(dollars <= 80.0, "{metrics} metrics, ${dollars:.2}");
    let cluster = &alone[0].0;
    assert_eq!(["Used GPUs", "Unused GPUs"].map(|name| tile(cluster, name)), ["798", "2"]);
    assert!(cluster.contains("first GPU stands for all its GPUs"));
    assert!(alone[1].0.contains("Requests are read for the 100 models that cost most"));
    // Who looks again within the minute, or changes the widget's size, costs nothing.
    for event in &panels {
        view(&everyone, event);
        assert_eq!(view(&everyone, event).1, 0);
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let names = prop::sample::select(vec![
            "widgetContext",
            "timeRange",
            "start",
            "end",
            "zoom",
            "forms",
            "all",
            "Range",
            "From",
            "Until",
            "theme",
            "width",
            "height",
            "params",
            "Panel",
            "EndpointName",
            "Variants",
            "VariantName",
            "CostPerHour",
            "timezone",
            "offsetISO",
            "describe",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((names, inner), 0..6)
                .prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    })
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn any_event_at_all_is_answered_with_a_panel(event in any_json()) {
        thread_local!(static ACCOUNT: Account = Account::empty());
        ACCOUNT.with(|account| {
            let html = answer(account, &event);
            prop_assert!(html.contains("<div class=\"monitored-endpoint") || html.starts_with("## "), "{}", html);
            prop_assert!(!html.contains("the panel failed"), "{}", html);
            Ok(())
        })?;
    }
}
