//! What leaves the real provider process: one answer to each event, to the right place, and no secret anywhere.

mod no_echo;
mod rules;

use std::time::{Duration, SystemTime};

use aws_stand_in::Fault;
use serde_json::{Value, json};

use crate::support::declaration::{Declared, ROLE, shared_gpus};
use crate::support::event::{CONFIG, Event};
use crate::support::harness::RawProcess;
use crate::support::http::Reply;
use crate::support::lambda::Returned;
use crate::support::receiver::{AnswerReceiver, SIGNATURE};

fn create(declared: &Declared) -> Event {
    Event::create(CONFIG, declared)
}

/// Answered at once and without a call to AWS.
fn nothing_to_delete() -> Event {
    Event::delete(CONFIG, "create-failed.Config.1", &shared_gpus("chat"))
}

#[test]
fn the_answer_is_the_request_that_the_presigned_url_was_signed_for() {
    let mut process = RawProcess::start(&[]);
    let event = create(&shared_gpus("chat"));
    let returned = process.invoke(event.clone());
    let received = process.receiver.take();
    assert_eq!(received.len(), 1, "{received:?}");
    let put = &received[0];
    assert_eq!(put.method, "PUT");
    assert_eq!(put.path, format!("/answers/stack?X-Amz-Expires=7200&{SIGNATURE}"));
    assert_eq!(put.header("content-type"), Some(""), "{:?}", put.headers);
    assert_eq!(put.header("content-length"), Some(put.body.len().to_string().as_str()));
    assert_eq!(put.header("transfer-encoding"), None);
    let secrets = ["authorization", "x-amz-security-token", "x-amz-date"];
    assert!(put.headers.iter().all(|(name, _)| !secrets.contains(&name.as_str())), "{:?}", put.headers);
    let body: Value = serde_json::from_str(&put.body).unwrap();
    assert_eq!(body["Status"], "SUCCESS", "{body}");
    for echoed in ["StackId", "RequestId", "LogicalResourceId"] {
        assert_eq!(body[echoed], event.0[echoed]);
    }
    assert_eq!(returned, Returned::Value(body), "the return value shows the answer");
}

#[test]
fn passing_troubles_of_the_receiver_are_sat_out() {
    let mut process = RawProcess::start(&[]);
    for troubles in [
        vec![Reply::status(500), Reply::status(503)],
        vec![Reply::Drop],
        vec![Reply::Drop, Reply::status(500), Reply::Drop],
        vec![Reply::status(429)],
    ] {
        process.receiver.will(troubles.clone());
        let returned = process.invoke(nothing_to_delete());
        assert!(matches!(returned, Returned::Value(_)), "{returned:?}");
        let received = process.receiver.take();
        assert_eq!(received.len(), troubles.len() + 1, "{troubles:?}");
        assert!(received.iter().all(|put| put.body == received[0].body), "the same answer each time");
    }
}

#[test]
fn a_refusal_of_the_receiver_is_final_and_a_redirect_is_not_followed() {
    let mut process = RawProcess::start(&[]);
    let elsewhere = AnswerReceiver::start();
    let redirect = |status| Reply::status(status).header("location", elsewhere.url());
    for reply in [Reply::status(403), Reply::status(400), Reply::status(404), redirect(307), redirect(301)] {
        process.receiver.will([reply.clone()]);
        let returned = process.invoke(nothing_to_delete());
        assert_eq!(process.receiver.take().len(), 1, "{reply:?}");
        assert!(matches!(returned, Returned::Value(_)), "asking again would not help: {returned:?}");
    }
    assert!(elsewhere.take().is_empty());
}

/// An error as S3 writes it.
fn s3_error(status: u16, code: &str) -> Reply {
    Reply::status(status).body(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>m</Message></Error>"
    ))
}

/// HTTP 400 and 409 were final, and the stack hung.
#[test]
fn review_11_s3_s_passing_errors_are_sat_out() {
    let mut process = RawProcess::start(&[]);
    for trouble in [
        s3_error(400, "RequestTimeout"),
        s3_error(409, "OperationAborted"),
        s3_error(503, "SlowDown"),
        Reply::status(408),
        Reply::CutOff(400),
    ] {
        process.receiver.will([trouble.clone()]);
        let returned = process.invoke(nothing_to_delete());
        assert!(matches!(returned, Returned::Value(_)), "{trouble:?}: {returned:?}");
        assert_eq!(process.receiver.take().len(), 2, "{trouble:?}");
    }
}

#[test]
fn review_11_other_errors_of_s3_are_final() {
    let mut process = RawProcess::start(&[]);
    let long = Reply::status(400).body(format!("{}<Code>RequestTimeout</Code>", "x".repeat(1_000_000)));
    for refusal in [s3_error(400, "AuthorizationQueryParametersError"), s3_error(403, "RequestTimeout"), long] {
        process.receiver.will([refusal.clone()]);
        process.invoke(nothing_to_delete());
        assert_eq!(process.receiver.take().len(), 1);
    }
}

/// SageMaker and CloudWatch repeat what containers print, and a property may be called anything.
#[test]
fn a16_no_control_character_reaches_the_answer_or_the_log() {
    let mut process = RawProcess::start(&[("RUST_LOG", "trace")]);
    let message = "\u{1b}[31mCUDA out of memory\u{1b}[0m\u{7}\u{0}\r\nsee \u{202e}above".to_owned();
    let fault = Fault::Error { status: 400, code: "ValidationException".to_owned(), message };
    process.let_fail("CreateEndpointConfig", None, fault);
    let refused = process.answer(create(&shared_gpus("chat")));
    let mut odd = create(&shared_gpus("chat"));
    odd.0["ResourceProperties"]["Col\u{1b}[1mour\u{7}\n"] = "red".into();
    let unknown = process.answer(odd);
    for answer in [&refused, &unknown] {
        let reason = answer["Reason"].as_str().unwrap();
        assert!(!reason.contains(|c: char| c.is_control() || c == '\u{202e}'), "{reason:?}");
    }
    let reason = refused["Reason"].as_str().unwrap();
    assert!(reason.contains("CUDA out of memory see above"), "{reason}");
    assert!(unknown["Reason"].as_str().unwrap().contains("Properties.Colour"), "{unknown}");
    let output = process.lambda.stop();
    assert!(output.contains("CUDA"), "{output}");
    assert!(!output.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}'), "{output:?}");
}

#[test]
fn a_receiver_that_never_answers_is_given_up_in_time_and_lambda_is_told() {
    let mut process = RawProcess::start(&[]);
    process.receiver.will([Reply::Hang, Reply::Hang, Reply::Hang]);
    let event = nothing_to_delete().answered_at(&process.receiver.url());
    let ends = SystemTime::now() + Duration::from_secs(4);
    let ends_ms = ends.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis().to_string();
    let returned = process.lambda.invoke_until(&event.0.to_string(), &ends_ms);
    // Far before the time that one attempt may take at most.
    assert!(SystemTime::now() < ends + Duration::from_secs(3));
    // An error makes Lambda deliver the event again, when the receiver may be well.
    let Returned::Error(error) = returned else { panic!("{returned:?}") };
    assert!(!error.to_string().contains("Signature"), "{error}");
}

#[test]
fn a_url_that_is_not_cloudformation_s_is_never_contacted() {
    let mut process = RawProcess::start(&[("EXTRA_RESPONSE_HOSTS", "")]);
    let stranger = AnswerReceiver::start();
    let authority = stranger.authority();
    for url in [
        format!("http://{authority}/a?{SIGNATURE}"),
        format!("https://{authority}/a?{SIGNATURE}"),
        format!("http://bucket.s3.amazonaws.com@{authority}/a"),
        format!("https://user:word@{authority}/a"),
        "file:///etc/passwd".to_owned(),
        "not a URL".to_owned(),
        String::new(),
    ] {
        let returned = process.lambda.invoke(&nothing_to_delete().answered_at(&url));
        let Returned::Value(answer) = returned else { panic!("{url}: {returned:?}") };
        assert_eq!(answer["Status"], "SUCCESS", "{url}: a local run sees the answer");
    }
    let mut without = nothing_to_delete();
    without.0.as_object_mut().unwrap().remove("ResponseURL");
    let Returned::Value(answer) = process.lambda.invoke(&without) else { panic!("no answer") };
    assert_eq!(answer["PhysicalResourceId"], "create-failed.Config.1");
    assert!(stranger.take().is_empty());
    let output = process.lambda.stop();
    assert!(!output.contains("Signature") && !output.contains(&authority), "{output}");
}

#[test]
fn an_event_that_makes_no_sense_is_answered_all_the_same() {
    let mut process = RawProcess::start(&[]);
    let sane = create(&shared_gpus("chat"));
    let deep = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    let raw = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let events = [
        sane.clone().with("RequestType", "Rename"),
        sane.clone().with("RequestType", json!(7)),
        sane.clone().with("ResourceType", "Custom::Something"),
        sane.clone().with("ResourceType", Value::Null),
        sane.clone().with("ResourceProperties", "none"),
        sane.clone().with("ResourceProperties", json!([1, 2])),
        sane.clone().with("ResourceProperties", Value::Null),
        sane.clone().with("ResourceProperties", json!({"EndpointName": "chat", "ProductionVariants": raw(&deep(60))})),
        sane.clone().with("StackId", json!(["x"])).with("RequestId", Value::Null).with("ResourceProperties", json!({})),
    ];
    for event in events {
        let answer = process.answer(event.clone());
        assert_eq!(answer["Status"], "FAILED", "{event:?}");
        let reason = answer["Reason"].as_str().unwrap();
        assert!(reason.len() > 20 && !reason.contains("panic"), "{reason}");
        assert!(answer["PhysicalResourceId"].as_str().unwrap().starts_with("create-failed."), "{answer}");
    }
    let calls = process.stand_in.calls();
    assert!(calls.iter().all(|call| call.service == "dynamodb"), "{calls:?}");
}

#[test]
fn properties_nested_deeper_than_any_parser_goes_are_answered() {
    let mut process = RawProcess::start(&[]);
    let url = process.receiver.url();
    for levels in [200, 5_000, 60_000] {
        let deep = format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
        let event = create(&shared_gpus("chat")).answered_at(&url).0.to_string();
        let event = event.replacen(r#""ExecutionRoleArn""#, &format!(r#""VpcConfig":{deep},"ExecutionRoleArn""#), 1);
        process.lambda.invoke_text(&event);
        assert_eq!(process.receiver.take_one()["Status"], "FAILED", "{levels} levels");
    }
}

#[test]
fn payloads_that_are_no_event_at_all_end_the_invocation_and_not_the_process() {
    let mut process = RawProcess::start(&[]);
    for payload in ["{}", "[]", "7", "\"text\"", "null"] {
        let returned = process.lambda.invoke_text(payload);
        let Returned::Value(answer) = returned else { panic!("{payload}: {returned:?}") };
        assert_eq!(answer["Status"], "FAILED", "{payload}");
    }
    process.lambda.invoke_text("{ this is no JSON");
    assert_eq!(process.answer(nothing_to_delete())["Status"], "SUCCESS");
}

/// A package built with `panic=abort` fails here: an aborted process answers nobody.
#[test]
fn a_panic_is_answered_and_the_process_lives_on() {
    let mut process = RawProcess::start(&[("PANIC_DRILL", "true")]);
    for _ in 0..2 {
        let answer = process.answer(create(&shared_gpus("chat")));
        assert_eq!(answer["Status"], "FAILED");
        assert!(answer["Reason"].as_str().unwrap().contains("panic"), "{answer}");
        assert!(answer["PhysicalResourceId"].as_str().unwrap().starts_with("create-failed."), "{answer}");
        for kind in ["endpoint_configs", "dashboards", "alarms"] {
            assert_eq!(process.exists(kind), 0, "what it had made is taken back");
        }
    }
    assert_eq!(process.answer(nothing_to_delete())["Status"], "SUCCESS");
    let output = process.lambda.stop();
    assert!(output.contains("src/request/work.rs"), "the log says where: {output}");
}

#[test]
fn a_reason_of_many_problems_is_cut_to_what_cloudformation_reads() {
    let mut process = RawProcess::start(&[]);
    let variant = |at: usize| json!({"VariantName": format!("-{at}é"), "InitialInstanceCount": "many", "Colour": "ü"});
    let declared = shared_gpus("chat").with("ProductionVariants", (0..80).map(variant).collect::<Value>());
    process.invoke(create(&declared));
    let put = process.receiver.take().remove(0);
    assert!(put.body.len() <= 4096 && put.body.len() > 4000, "{}", put.body.len());
    let answer: Value = serde_json::from_str(&put.body).unwrap();
    assert!(answer["Reason"].as_str().unwrap().contains("problems"), "{answer}");
    assert!(answer["PhysicalResourceId"].as_str().unwrap().starts_with("create-failed.Config."));
}

fn assert_silent(where_: &str, text: &str, secrets: &[&str]) {
    for secret in secrets {
        assert!(!text.contains(secret), "{where_} shows {secret}: {text}");
    }
}

#[test]
fn the_most_talkative_log_holds_neither_url_nor_credentials_nor_properties() {
    let mut process = RawProcess::start(&[
        ("RUST_LOG", "trace,monitored_endpoint=trace"),
        ("AWS_SECRET_ACCESS_KEY", "hush-access"),
        ("KEEP_MONITORING", "true"),
    ]);
    process.receiver.will([Reply::status(500), Reply::Drop]);
    let declared =
        shared_gpus("chat").with("KmsKeyId", "hush-key").with("Tags", json!([{"Key": "t", "Value": "hush-tag"}]));
    let mut returned = vec![process.invoke(create(&declared))];
    process.receiver.will([Reply::status(403)]);
    returned.push(process.invoke(create(&declared.clone().with("Colour", "red"))));
    let foreign = format!("https://example.com/a?{SIGNATURE}");
    returned.push(process.lambda.invoke(&create(&declared).answered_at(&foreign)));
    let authority = process.receiver.authority();
    let output = process.lambda.stop();
    assert!(output.contains("request") && output.contains("Custom::MonitoredEndpointConfig"), "{output}");
    let unwanted = [
        "Signature",
        "X-Amz-Expires",
        &authority,
        "/answers/",
        "example.com",
        "hush-access",
        "hush-key",
        "hush-tag",
        ROLE,
    ];
    assert_silent("the log", &output, &unwanted);
    assert_silent("a return value", &format!("{returned:?}"), &["Signature", &authority, "example.com"]);
}
