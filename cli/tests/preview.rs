//! `preview`: what is said, what is drawn, and what the process ends with.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{examples, file, run};

/// The same picture every time.
const NOW: [&str; 2] = ["--now", "2026-11-24T12:00:00Z"];

fn preview(source: &str, out: &Path, more: &[&str]) -> crate::support::Ran {
    let out = out.to_str().unwrap();
    run(["preview", source, "--out", out].iter().chain(&NOW).chain(more))
}

#[test]
fn every_example_is_validated_drawn_and_spoken_of() {
    let folder = tempfile::tempdir().unwrap();
    for name in examples() {
        let page = folder.path().join(format!("{name}.html"));
        let ran = preview(&format!("examples/{name}.yaml"), &page, &[]);
        assert_eq!(ran.code, 0, "{name}: {}{}", ran.out, ran.err);
        let said = ran.out.replace(folder.path().to_str().unwrap(), "OUT");
        insta::assert_snapshot!(format!("preview_{name}"), said);
    }
}

#[test]
fn a_page_has_every_panel_of_the_dashboard_and_its_data() {
    let folder = tempfile::tempdir().unwrap();
    for name in examples() {
        let page = folder.path().join("page.html");
        let ran = preview(&format!("examples/{name}.yaml"), &page, &["--format", "json"]);
        let said = ran.json();
        let resource = &said["Resources"][0];
        let panels = resource["Dashboard"]["Panels"].as_array().unwrap().clone();
        assert!(panels.len() > 2, "{name}: {panels:?}");
        let html = fs::read_to_string(&page).unwrap();
        for panel in &panels {
            // On the page a model is chosen.
            let title = panel.as_str().unwrap().replace('&', "&amp;").replace("SELECTED_MODEL", "");
            assert!(html.contains(&title), "{name}: {title}");
        }
        assert!(html.matches("<svg").count() > 2, "{name}: a picture has graphs");
        assert_eq!(said["Status"], "fine");
        assert!(!resource["Alarms"].as_array().unwrap().is_empty());
    }
}

/// Both panels, drawn by the code of their function over the same fleet, in whole periods: as the console shows them.
#[test]
fn a_page_has_the_interactive_panels_with_their_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    let ran = preview("docs/pictures/article.json", &page, &["--fleet", "docs/pictures/article.fleet.json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(!ran.out.contains("can't be drawn"), "{}", ran.out);
    let html = fs::read_to_string(&page).unwrap();
    // Each for readers of a light and of a dark page.
    assert_eq!(html.matches("<template shadowrootmode=\"open\">").count(), 4);
    let tiles = |name: &str| -> Vec<&str> {
        let tile = format!("data-tile=\"{name}\"><span class=\"value\">");
        html.split(&tile).skip(1).map(|rest| rest.split('<').next().unwrap()).collect()
    };
    for (name, number) in [("Instances", "1"), ("Total GPUs", "4"), ("Used GPUs", "2"), ("Unused GPUs", "2")] {
        assert_eq!(tiles(name), [number, number], "{name}");
    }
    assert_eq!(tiles("Per hour"), ["$5.75", "$5.75"]);
    assert!(html.contains("2026-11-24 09:00 – 11:59</span> UTC (2 h 59 min)"), "the minute under way is left out");
    // A copy stays on its GPU, so both panels and the graphs agree on who holds how many.
    assert_eq!(
        html.matches("data-model=\"mistral-7b\"><th scope=\"row\" title=\"mistral-7b\">Mistral 7B</th><td>1</td>")
            .count(),
        2
    );
}

/// Drawn now, and not at a moment that suits: while instances come and go a graph has whole numbers of them.
#[test]
fn no_picture_has_a_part_of_an_instance() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    for scenario in ["steady", "scale-out", "scale-to-zero"] {
        let out = page.to_str().unwrap();
        let ran = run(["preview", &file("two-models.json"), "--simulate", scenario, "--sway", "0", "--out", out]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let html = fs::read_to_string(&page).unwrap();
        for name in ["Instances now", "Total GPUs now", "Used GPUs now", "Unused GPUs now"] {
            let number = html.split(&format!("<span>{name}</span><strong>")).nth(1).unwrap().split('<').next().unwrap();
            assert!(number.parse::<u32>().is_ok(), "{scenario}: {name} {number}");
        }
    }
}

#[test]
fn scenarios_move_the_alarm() {
    let folder = tempfile::tempdir().unwrap();
    let state = |scenario: &str| {
        let page = folder.path().join("page.html");
        let ran = preview(&file("two-models.json"), &page, &["--simulate", scenario, "--format", "json"]);
        ran.json()["Resources"][0]["Alarms"][0]["StateValue"].clone()
    };
    assert_eq!(state("steady"), "OK", "all GPUs are held");
    assert_eq!(state("idle"), "OK", "an idle model holds its GPUs all the same");
    assert_eq!(state("one-hot-model"), "OK", "who does the work doesn't matter");
    assert_eq!(state("scale-to-zero"), "OK", "without instances nothing is wasted");
    assert_eq!(state("scale-out"), "ALARM", "twice the instances leave twice the GPUs unused");
}

#[test]
fn alarms_of_many_variants_are_told_with_the_one_that_speaks_for_them() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    let variants = (0..6).map(|number| {
        json!({ "VariantName": format!("V{number}"), "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 1 })
    });
    let declared = folder.path().join("six.json");
    let content = json!({
        "EndpointName": "chat",
        "MetricsConfig": { "EnableEnhancedMetrics": true },
        "ProductionVariants": variants.collect::<Value>(),
    });
    fs::write(&declared, content.to_string()).unwrap();
    // No config of several variants without a model is made; what was made elsewhere is watched.
    let ran = preview(declared.to_str().unwrap(), &page, &["--format", "json", "--type", "endpoint-monitoring"]);
    let alarms = ran.json()["Resources"][0]["Alarms"].as_array().unwrap().clone();
    assert_eq!(alarms.len(), 7, "{alarms:?}");
    assert_eq!(alarms[6], json!({ "AlarmName": "chat-unused-gpu", "StateValue": "ALARM" }), "a GPU of each is free");
}

#[test]
fn a_fleet_of_one_s_own_is_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let fleet = folder.path().join("fleet.json");
    let variant = json!({
        "name": "AllTraffic", "instance_type": "ml.g6.12xlarge", "gpus_per_instance": 4, "instances": [[0, 2]],
    });
    let content = json!({
        "started_ago_s": 12_600,
        "fleet": { "endpoint": "chat", "publish_frequency": 60, "enhanced_metrics": true, "variants": [variant] },
    });
    fs::write(&fleet, content.to_string()).unwrap();
    let page = folder.path().join("page.html");
    let ran = preview(&file("two-models.json"), &page, &["--fleet", fleet.to_str().unwrap(), "--format", "json"]);
    assert_eq!(ran.json()["Resources"][0]["Alarms"][0]["StateValue"], "ALARM", "eight GPUs that no model holds");
    fs::write(&fleet, "{}").unwrap();
    let ran = preview(&file("two-models.json"), &page, &["--fleet", fleet.to_str().unwrap()]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("not a fleet"), "{}", ran.err);
}

#[test]
fn problems_are_told_as_the_provider_tells_them_and_fail_a_build() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    let ran = preview(&file("mistakes.yaml"), &page, &[]);
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(ran.out);
    assert!(!page.exists());
    let said = preview(&file("mistakes.yaml"), &page, &["--format", "json"]).json();
    assert_eq!(said["Status"], "problems");
    let paths: Vec<&Value> =
        said["Resources"][0]["Problems"].as_array().unwrap().iter().map(|problem| &problem["Path"]).collect();
    assert!(paths.contains(&&json!("Properties.CostPerHour")), "{paths:?}");
}

#[test]
fn what_a_placeholder_stands_for_is_no_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    let ran = preview(&file("open.yaml"), &page, &[]);
    assert_eq!(ran.code, 2, "the instance type has to be known: {}{}", ran.out, ran.err);
    insta::assert_snapshot!(ran.out);
    let given = ["-p", "InstanceType=ml.g6.12xlarge", "-p", "Price=5.752"];
    let ran = preview(&file("open.yaml"), &page, &given);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let ran = preview(&file("open.yaml"), &page, &given[..2]);
    assert_eq!(ran.code, 0, "a price may be left out: {}{}", ran.out, ran.err);
    assert!(ran.out.contains("Properties.CostPerHour is left out here: parameter Price has no value"), "{}", ran.out);
}

#[test]
fn several_dashboards_are_several_files() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    assert_eq!(preview(&file("two-resources.yaml"), &page, &[]).code, 0);
    assert!(folder.path().join("page-Chat.html").exists() && folder.path().join("page-Search.html").exists());
    let ran = preview(&file("two-resources.yaml"), &page, &["--resource", "Search"]);
    assert_eq!(ran.code, 0);
    assert!(page.exists() && !ran.out.contains("Chat"), "{}", ran.out);
}

#[test]
fn an_endpoint_made_elsewhere_is_taken_from_a_file_or_from_the_template() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    let described = folder.path().join("config.json");
    let config = json!({
        "EndpointConfigName": "c", "EndpointConfigArn": "arn:c", "CreationTime": 1.5,
        "ProductionVariants": [{ "VariantName": "Only", "ModelName": "m", "InstanceType": "ml.c5.large", "InitialInstanceCount": 3 }],
        "MetricsConfig": { "EnableEnhancedMetrics": false, "MetricPublishFrequencyInSeconds": 60 },
    });
    fs::write(&described, config.to_string()).unwrap();
    let given = ["--endpoint-config", described.to_str().unwrap(), "-p", "EndpointName=chat", "--format", "json"];
    let ran = preview("examples/existing-endpoint.yaml", &page, &given);
    assert_eq!(ran.code, 1, "no GPU, no alarm for unused GPUs: {}", ran.out);
    assert!(ran.json()["Resources"][0]["Reason"].as_str().unwrap().starts_with("Properties.UnusedGpuAlarm"));
    let ran = preview(&file("beside.yaml"), &page, &[]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("taken to be on NativeConfig, the endpoint config of this template"), "{}", ran.out);
    assert!(fs::read_to_string(&page).unwrap().contains("search-llama"), "its component is on the picture");
}

#[test]
fn what_can_t_be_read_is_said_with_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    let broken = folder.path().join("broken.yaml");
    let error = |content: &str| {
        fs::write(&broken, content).unwrap();
        let ran = preview(broken.to_str().unwrap(), &page, &[]);
        (ran.code, ran.err)
    };
    let (code, said) = error("a: [");
    assert!(code == 2 && said.contains("broken.yaml: not YAML"), "{said}");
    let (code, said) = error("Resources: { A: { Type: AWS::SNS::Topic } }");
    assert!(code == 2 && said.contains("no resource of this provider"), "{said}");
    let (code, said) = error("- 1");
    assert!(code == 2 && said.contains("neither a template"), "{said}");
    let ran = preview("nowhere.yaml", &page, &[]);
    assert!(ran.code == 2 && ran.err.contains("nowhere.yaml"), "{}", ran.err);
    let ran = preview("examples/monitored-config.yaml", &page, &["-p", "Nme=x"]);
    assert!(ran.code == 2 && ran.err.contains("no parameter Nme"), "{}", ran.err);
    let ran = preview("examples/monitored-config.yaml", &page, &["-p", "PublishFrequency=20"]);
    assert!(ran.code == 2 && ran.err.contains("use one of 10, 30"), "{}", ran.err);
}
