//! The program: its ready line, and that it ends when it should.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::setup::{clients, control};

/// Ends the program, whatever a test comes to.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(arguments: &[&str]) -> (Running, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_stand-in"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(program.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(ready["ready"], true);
    (Running(program), ready["url"].as_str().unwrap().to_owned())
}

fn end(program: &mut Running) -> ExitStatus {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        if let Some(status) = program.0.try_wait().unwrap() {
            return status;
        }
        assert!(Instant::now() < deadline, "it should have ended");
        std::thread::yield_now();
    }
}

#[tokio::test]
async fn it_answers_for_its_region_and_account_and_ends_with_its_input() {
    let arguments = ["--region", "cn-north-1", "--account", "111122223333", "--exit-with-stdin"];
    let (mut program, url) = start(&arguments);
    let (_, cloudwatch) = clients(&url, "cn-north-1", 1);
    let body = r#"{"widgets":[]}"#;
    cloudwatch.put_dashboard().dashboard_name("d").dashboard_body(body).send().await.unwrap();
    let got = cloudwatch.get_dashboard().dashboard_name("d").send().await.unwrap();
    assert_eq!(got.dashboard_arn(), Some("arn:aws-cn:cloudwatch::111122223333:dashboard/d"));
    drop(program.0.stdin.take());
    assert!(end(&mut program).success());
}

#[test]
fn it_ends_on_sigterm() {
    let (mut program, url) = start(&["--transition-ms", "0"]);
    drop(program.0.stdin.take());
    assert_eq!(control(&url, "GET", "state", "").0, 200, "the end of its input alone doesn't end it");
    let killed = Command::new("kill").arg("-TERM").arg(program.0.id().to_string()).status().unwrap();
    assert!(killed.success());
    assert!(end(&mut program).success());
}

#[test]
fn it_listens_where_it_is_to() {
    let (_program, url) = start(&["--listen", "0.0.0.0"]);
    let port = url.strip_prefix("http://0.0.0.0:").unwrap();
    assert_eq!(control(&format!("http://127.0.0.1:{port}"), "GET", "state", "").0, 200);
}

#[tokio::test]
async fn every_fleet_publishes_like_a_file_of_facts() {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("facts-of-a-program.json");
    let facts = r#"{"Format": 1, "Facts": [{"Fact": "gpu-dimension", "Measured": {"Dimensions": ["AcceleratorId"]}}]}"#;
    std::fs::write(&path, facts).unwrap();
    let (_program, url) = start(&["--facts", path.to_str().unwrap()]);
    let mut fleet = serde_json::to_value(metric_math::telemetry::scenario::steady(60)).unwrap();
    fleet["gpu_dimension"] = "GpuId".into();
    let body = serde_json::json!({"fleet": fleet, "started_ago_s": 1800}).to_string();
    assert_eq!(control(&url, "POST", "fleet", &body).0, 200);
    let (_, cloudwatch) = clients(&url, "us-east-1", 1);
    let listed = cloudwatch.list_metrics().namespace("/aws/sagemaker/InferenceComponents").send().await.unwrap();
    let names: Vec<&str> = listed
        .metrics()
        .iter()
        .flat_map(aws_sdk_cloudwatch::types::Metric::dimensions)
        .filter_map(|dimension| dimension.name())
        .collect();
    assert!(names.contains(&"AcceleratorId") && !names.contains(&"GpuId"), "{names:?}");
    std::fs::write(&path, "{}").unwrap();
    let refused = Command::new(env!("CARGO_BIN_EXE_stand-in")).arg("--facts").arg(&path).output().unwrap();
    assert!(String::from_utf8_lossy(&refused.stderr).contains("not a file of facts"));
}

#[test]
fn wrong_arguments_are_refused() {
    let output = Command::new(env!("CARGO_BIN_EXE_stand-in")).args(["--account", "12"]).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("twelve digits"));
}
