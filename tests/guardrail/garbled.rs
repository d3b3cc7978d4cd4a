//! Events that nobody should send: whatever comes, there is one answer with the documented members, and nothing panics.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{answer_of, guardrail};
use crate::bad_input::mutation;

#[test]
fn any_event_is_answered() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("events/guardrail");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let sound: Vec<Value> =
        paths.iter().map(|path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()).collect();
    let guardrail = guardrail("");
    let mut evaluated = 0;
    for seed in 0..1000 {
        let event = mutation::of(&sound, &["", "/requestData", "/requestData"], seed);
        let answer = serde_json::to_value(answer_of(&guardrail, &event)).unwrap();
        let is_answer =
            answer["message"].as_str().is_some_and(|message| !message.is_empty() && message.chars().count() <= 4096)
                && ["SUCCESS", "FAILED"].contains(&answer["hookStatus"].as_str().unwrap())
                && answer["clientRequestToken"].is_string()
                && (answer["hookStatus"] == "FAILED") == answer["errorCode"].is_string()
                && !answer["message"].as_str().unwrap().contains("an error in the guardrail itself");
        assert!(is_answer, "number {seed}: {answer}\n{event}");
        evaluated += u32::from(answer["errorCode"] != "InternalFailure");
    }
    assert!((200..990).contains(&evaluated), "{evaluated}");
}
