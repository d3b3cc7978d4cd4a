//! Under `NoEcho` no value leaves the process, however it is escaped and whoever quotes it.

use aws_stand_in::Fault;
use serde_json::{Value, json};

use super::{assert_silent, create};
use crate::support::declaration::{Declared, shared_gpus};
use crate::support::event::{CONFIG, Event};
use crate::support::harness::{REQUEST_TABLE, RawProcess};

const SECRET_ROLE: &str = "arn:aws:iam::123456789012:role/hush-role";
const SECRETS: [&str; 5] = ["hush-key", SECRET_ROLE, "hush-tag", "hush-subnet", "hush-endpoint"];

/// A declaration that holds secrets wherever one may be.
fn secretive() -> Declared {
    shared_gpus("hush-endpoint")
        .with("NoEcho", true)
        .with("KmsKeyId", "hush-key")
        .with("ExecutionRoleArn", SECRET_ROLE)
        .with("Tags", json!([{"Key": "token", "Value": "hush-tag"}]))
        .with("VpcConfig", json!({"Subnets": ["hush-subnet"], "SecurityGroupIds": ["sg-1"]}))
}

/// Everything that is not the endpoint's name, which physical id and attributes are made of.
const NEVER_SHOWN: &[&str] = &["hush-key", "hush-role", "hush-tag", "hush-subnet"];

#[test]
fn under_no_echo_no_value_is_shown_even_where_aws_quotes_it() {
    let mut process = RawProcess::start(&[("RUST_LOG", "trace"), ("KEEP_MONITORING", "true")]);
    let message = format!("1 validation error detected: Value '{}' at 'x' failed", SECRETS.join("' and '"));
    for operation in ["CreateEndpointConfig", "PutDashboard", "PutMetricAlarm", "ListMetrics"] {
        let fault = Fault::Error { status: 400, code: "ValidationException".to_owned(), message: message.clone() };
        process.let_fail(operation, Some(1), fault);
        process.invoke(create(&secretive()));
        let put = process.receiver.take().remove(0);
        let answer: Value = serde_json::from_str(&put.body).unwrap();
        assert_eq!(answer["Status"], "FAILED", "{operation}");
        assert_eq!(answer["NoEcho"], true);
        let reason = answer["Reason"].as_str().unwrap();
        assert!(reason.contains(operation) && reason.contains("***"), "{reason}");
        assert_silent("the reason", reason, &SECRETS);
    }
    // Values of the wrong kind, which our own problems would quote.
    let wrong =
        secretive().with("ProductionVariants/0/InitialInstanceCount", "hush-key").with("Dashboard/Start", "hush-tag");
    let answer = process.answer(create(&wrong));
    assert_eq!(answer["Status"], "FAILED");
    assert_silent("the reason", answer["Reason"].as_str().unwrap(), &SECRETS);
    let answer = process.answer(create(&secretive()));
    assert_eq!((&answer["Status"], &answer["NoEcho"]), (&json!("SUCCESS"), &json!(true)), "{answer}");
    let ledger = Value::Array(process.aws.stand_in.table(REQUEST_TABLE)).to_string();
    assert_silent("the ledger", &ledger, NEVER_SHOWN);
    let output = process.lambda.stop();
    assert!(output.contains("answer"), "something is logged: {output}");
    assert_silent("the log", &output, NEVER_SHOWN);
}

/// AWS quotes a value in JSON, a URL or XML, where it doesn't look as it was declared.
#[test]
fn review_14_under_no_echo_no_escaped_value_is_shown() {
    let mut process = RawProcess::start(&[("RUST_LOG", "trace")]);
    let secret = "hush \"one\"\\two\nthree/vier-ü";
    let declared = secretive()
        .with("UnusedGpuAlarm/AlarmDescription", secret)
        .with("Tags", json!([{"Key": "pin", "Value": 86_429_753}]));
    let json = json!(secret).to_string();
    let message = format!(
        "{json} and {secret:?} and {} and hush%20%22one%22%5Ctwo%0Athree%2Fvier-%C3%BC and \
         hush &quot;one&quot;\\two&#10;three/vier-&#252; and 86429753",
        json!(json)
    );
    let fault = Fault::Error { status: 400, code: "ValidationException".to_owned(), message };
    process.let_fail("CreateEndpointConfig", None, fault);
    let answer = process.answer(create(&declared));
    let reason = answer["Reason"].as_str().unwrap();
    assert_eq!(reason.matches("***").count(), 6, "{reason}");
    let parts = ["hush", "two", "three", "vier", "86429753"];
    assert_silent("the reason", reason, &parts);
    assert_silent("the log", &process.lambda.stop(), &["two", "three", "vier", "86429753"]);
}

/// Whoever wrote `yes`, or a reference that nobody resolved, wanted something kept.
#[test]
fn review_14_an_unreadable_no_echo_withholds() {
    let mut process = RawProcess::start(&[("RUST_LOG", "trace")]);
    let long = format!("hush-{}", "tag".repeat(40));
    for unreadable in [json!("yes"), json!("1"), json!({"Ref": "Secret"}), json!([true])] {
        let wrong = secretive().with("Dashboard/Start", long.as_str()).with("GpusPerInstance", "hush-key");
        let mut event = create(&wrong);
        event.0["ResourceProperties"]["NoEcho"] = unreadable.clone();
        let answer = process.answer(event);
        assert_eq!((&answer["Status"], &answer["NoEcho"]), (&json!("FAILED"), &json!(true)), "{unreadable}");
        let reason = answer["Reason"].as_str().unwrap();
        assert!(reason.contains("Properties.NoEcho: expected true or false"), "{reason}");
        assert_silent("the reason", reason, &["hush", "tagtag"]);
    }
    assert_silent("the log", &process.lambda.stop(), &["hush-key", "tagtag"]);
}

/// What can't be taken back is told in the log, in AWS's words: those may quote a value too.
#[test]
fn under_no_echo_no_value_is_logged_when_something_can_not_be_taken_back() {
    let mut process = RawProcess::start(&[("RUST_LOG", "trace")]);
    let message = format!("cannot do that to '{}'", SECRETS.join("' and '"));
    for operation in ["PutMetricAlarm", "DeleteDashboards", "DeleteEndpointConfig"] {
        let fault = Fault::Error { status: 400, code: "ValidationException".to_owned(), message: message.clone() };
        process.let_fail(operation, None, fault);
    }
    let answer = process.answer(create(&secretive()));
    let reason = answer["Reason"].as_str().unwrap();
    assert!(reason.contains("could not be undone"), "{reason}");
    assert_silent("the reason", reason, &SECRETS);
    let output = process.lambda.stop();
    assert!(output.contains("could not be undone"), "{output}");
    assert_silent("the log", &output, NEVER_SHOWN);
}

/// An Update knows old values too, and AWS may quote those.
#[test]
fn under_no_echo_no_old_value_is_shown_either() {
    let mut process = RawProcess::start(&[("RUST_LOG", "trace")]);
    let old = secretive().with("Tags", json!([{"Key": "was", "Value": "hush-old"}]));
    let made = process.answer(create(&old));
    assert_eq!(made["Status"], "SUCCESS", "{made}");
    let message = "cannot take 'hush-old' from 'hush-key'".to_owned();
    let fault = Fault::Error { status: 400, code: "ValidationException".to_owned(), message };
    process.let_fail("UntagResource", None, fault);
    let id = made["PhysicalResourceId"].as_str().unwrap();
    let answer = process.answer(Event::update(CONFIG, id, &old, &secretive()));
    assert_eq!(answer["Status"], "FAILED", "{answer}");
    let secrets = ["hush-old", "hush-key", "hush-tag"];
    assert_silent("the reason", answer["Reason"].as_str().unwrap(), &secrets);
    assert_silent("the log", &process.lambda.stop(), &secrets);
}
