//! Templates behind a URL: where they may be, what may go wrong, and that the URL stays a secret.

use monitored_endpoint::guardrail::{ErrorCode, HookAnswer, HookStatus};
use serde_json::Value;

use super::{answer, answer_of, event, guardrail, says};
use crate::support::http::Reply;
use crate::support::receiver::{AnswerReceiver, SIGNATURE};

/// An event whose payload is at this URL.
fn at(url: &str) -> Value {
    let mut event = event("stack-unmonitored");
    event["requestData"]["payload"] = url.into();
    event
}

/// The payload of the event that this one is made from.
fn payload() -> String {
    event("stack-unmonitored")["requestData"]["payload"].to_string()
}

/// What the hook answers where the payload's place gives these replies, and how often it asked.
fn fetched(replies: impl IntoIterator<Item = Reply>) -> (HookAnswer, usize) {
    let place = AnswerReceiver::start();
    place.will(replies);
    let answer = answer_of(&guardrail(&place.authority()), &at(&place.url()));
    (answer, place.take().len())
}

#[test]
fn a_template_is_fetched_from_where_the_event_points() {
    let (answer, asked) = fetched([Reply::status(200).body(payload())]);
    says(&answer, HookStatus::Failed, &["2 findings"]);
    assert_eq!((answer.error_code, asked), (Some(ErrorCode::NonCompliant), 1));
}

#[test]
fn a_passing_trouble_is_waited_out_and_a_refusal_is_final() {
    let (answer, asked) = fetched([Reply::status(503), Reply::Drop, Reply::status(200).body(payload())]);
    says(&answer, HookStatus::Failed, &["2 findings"]);
    assert_eq!(asked, 3);
    let (answer, asked) = fetched([Reply::status(403)]);
    says(&answer, HookStatus::Failed, &["refused with HTTP 403"]);
    assert_eq!((answer.error_code, asked), (Some(ErrorCode::InternalFailure), 1));
}

#[test]
fn what_is_no_payload_is_an_internal_failure() {
    for (body, words) in
        [("not JSON", "not JSON"), ("[]", "not JSON with a template"), ("{\"template\": 5}", "not JSON with")]
    {
        let (answer, _) = fetched([Reply::status(200).body(body)]);
        says(&answer, HookStatus::Failed, &[words]);
        assert_eq!(answer.error_code, Some(ErrorCode::InternalFailure));
    }
}

#[test]
fn only_amazon_s3_is_asked_and_the_url_is_never_repeated() {
    for url in [
        "https://example.com/payload",
        "http://bucket.s3.amazonaws.com/payload",
        "https://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:9/payload",
        "https://name:password@bucket.s3.amazonaws.com/payload",
        "no URL",
    ] {
        let answer = answer(&at(&format!("{url}?{SIGNATURE}")));
        says(&answer, HookStatus::Failed, &["the payload's URL is refused"]);
        assert_eq!(answer.error_code, Some(ErrorCode::InternalFailure));
        assert!(!answer.message.contains(SIGNATURE) && !answer.message.contains("payload?"), "{}", answer.message);
    }
    let (refused, _) = fetched([Reply::status(403).body(SIGNATURE)]);
    assert!(!refused.message.contains(SIGNATURE), "{}", refused.message);
}
