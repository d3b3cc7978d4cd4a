//! `explain`, and the command line itself.

use monitored_endpoint::properties::AlarmKind;

use crate::support::{file, run};

#[test]
fn an_alarm_is_explained_by_its_property_its_name_and_the_end_of_it() {
    for subject in ["UnusedGpuAlarm", "unusedgpu", "chat-unused-gpu", "unused-gpu"] {
        let ran = run(["explain", subject, &file("two-models.json")]);
        assert_eq!(ran.code, 0, "{subject}: {}", ran.err);
        for expected in ["Alarm chat-unused-gpu (UnusedGpuAlarm)", "fires when: it is at least 3", "GPUReservation"] {
            assert!(ran.out.contains(expected), "{subject}: {expected} in {}", ran.out);
        }
    }
}

#[test]
fn every_kind_of_alarm_is_explained_without_a_template() {
    for kind in AlarmKind::ALL {
        for subject in [kind.property(), kind.suffix()] {
            let ran = run(["explain", subject]);
            assert_eq!(ran.code, 0, "{subject}: {}", ran.err);
            let headline = format!("Alarm chat-{} ({kind})", kind.suffix());
            assert!(ran.out.contains(&headline), "{subject}: {}", ran.out);
        }
    }
    let unknown = run(["explain", "weather"]).err;
    assert!(unknown.contains("LatencyAlarm") && unknown.contains("Requests per minute"), "{unknown}");
}

/// Two models on one instance of four GPUs that hold three of them.
#[test]
fn an_alarm_that_the_models_keep_in_alarm_is_warned_of_with_what_works() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("declared.json");
    let declared = serde_json::json!({
        "EndpointName": "chat", "ExecutionRoleArn": "arn:aws:iam::123456789012:role/inference",
        "ProductionVariants": [{"VariantName": "all", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 1}],
        "InferenceComponents": [{"Name": "a", "GpusPerCopy": 2}, {"Name": "b", "GpusPerCopy": 1}],
    });
    std::fs::write(&path, declared.to_string()).unwrap();
    let path = path.to_str().unwrap();
    let explained = run(["explain", "unused-gpu", path]).out;
    assert!(
        explained.contains("warning: Threshold: ") && explained.contains("use 2, or place more copies"),
        "{explained}"
    );
    let planned = run(["plan", path]).out;
    assert!(planned.contains("note: Properties.UnusedGpuAlarm.Threshold: "), "{planned}");
}

#[test]
fn a_panel_is_explained_by_its_title_or_a_line_of_it() {
    let by_title = run(["explain", "instances and gpus"]);
    assert!(by_title.out.starts_with("In a sample declaration"), "{}", by_title.out);
    let by_line = run(["explain", "Total GPUs", "--format", "json"]);
    let panels = by_line.json()["Explained"].as_array().unwrap().clone();
    let panel = panels.iter().find(|panel| panel["Panel"] == "Instances and GPUs (count)").unwrap();
    let lines = panel["Lines"].as_array().unwrap().clone();
    let total = lines.iter().find(|line| line["Label"] == "Total GPUs").unwrap();
    assert!(total["Measure"].as_str().unwrap().contains("i0 * 4"), "{total}");
    assert!(panel["Shows"].as_str().unwrap().contains("unused"), "{panel}");
}

#[test]
fn what_isn_t_there_is_answered_with_what_is() {
    let ran = run(["explain", "weather", &file("two-models.json")]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("chat-unused-gpu") && ran.err.contains("Instances and GPUs"), "{}", ran.err);
    let ran = run(["explain", "unused-gpu", &file("mistakes.yaml")]);
    assert!(ran.code == 1 && ran.err.contains("problem:"), "{}", ran.err);
}

#[test]
fn every_command_has_help_that_stands_alone() {
    for command in ["preview", "plan", "explain", "report", "verify", "deploy-assets", "completions"] {
        let ran = run([command, "--help"]);
        assert_eq!(ran.code, 0);
        assert!(ran.out.lines().next().unwrap().len() > 30, "{command}: {}", ran.out);
    }
    assert!(run(["--help"]).out.contains("Exit codes: 0"));
}

#[test]
fn completions_exist_for_every_shell_and_a_wrong_option_is_2() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = run(["completions", shell]);
        assert!(ran.code == 0 && ran.out.contains("preview"), "{shell}");
    }
    assert_eq!(run(["preview", "--nonsense"]).code, 2);
}
