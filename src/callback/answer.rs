//! The answer to CloudFormation: in characters that a console can show, cut to the size it accepts.
//!
//! Response object: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html>.

use std::collections::BTreeMap;

use serde::Serialize;

use super::printable;

/// The largest response body that CloudFormation reads, in bytes.
pub const MAX_BODY_BYTES: usize = 4096;

/// The longest `PhysicalResourceId`, in bytes ("up to 1 KB").
const MAX_PHYSICAL_ID_BYTES: usize = 1024;

/// What ends a `Reason` that had to be cut.
const CUT: &str = " … (cut; the whole text is in the function's log)";

/// Attributes for `Fn::GetAtt`.
pub type Data = BTreeMap<&'static str, String>;

/// How the request ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The resource is as declared (or gone).
    Success {
        /// The attributes that `Fn::GetAtt` finds.
        data: Data,
        /// Something the reader should know although all went well.
        remark: Option<String>,
    },
    /// The resource could not be brought to what was declared.
    Failed {
        /// Names what was wrong and what mends it. Never empty.
        reason: String,
    },
}

/// One answer: an outcome, and the ids that CloudFormation matches it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// How it ended.
    pub outcome: Outcome,
    /// The id that later requests name this resource by. Never empty.
    pub physical_resource_id: String,
    /// As in the request.
    pub stack_id: String,
    /// As in the request.
    pub request_id: String,
    /// As in the request.
    pub logical_resource_id: String,
    /// Asks CloudFormation to mask what `Fn::GetAtt` returns.
    pub no_echo: bool,
}

/// The response object as it goes over the wire, and as a local invocation prints it.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
#[serde(rename_all = "PascalCase")]
pub struct Body {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    physical_resource_id: String,
    stack_id: String,
    request_id: String,
    logical_resource_id: String,
    no_echo: bool,
    data: Data,
}

impl Answer {
    /// The body, at most [`MAX_BODY_BYTES`] long as JSON.
    ///
    /// Whoever wrote them, `Reason` and attributes are [`printable`] here: no other place lets text out to CloudFormation.
    /// The ids stay as they came, since CloudFormation compares them.
    ///
    /// The `Reason` is cut first, on a character boundary. Where ids and attributes alone are too long, the longest
    /// attributes go. Ids that CloudFormation sends always fit; of a request that it never sent, the longest are cut too.
    #[must_use]
    pub fn body(&self) -> Body {
        let line = |text: &String| printable(text).into_owned();
        let (status, reason, data) = match &self.outcome {
            Outcome::Success { data, remark } => {
                let data = data.iter().map(|(name, value)| (*name, line(value))).collect();
                ("SUCCESS", remark.as_ref().map(line), data)
            }
            Outcome::Failed { reason } => ("FAILED", Some(line(reason)), Data::new()),
        };
        let mut body = Body {
            status,
            reason,
            physical_resource_id: cut_to(&self.physical_resource_id, MAX_PHYSICAL_ID_BYTES).to_owned(),
            stack_id: self.stack_id.clone(),
            request_id: self.request_id.clone(),
            logical_resource_id: self.logical_resource_id.clone(),
            no_echo: self.no_echo,
            data,
        };
        body.fit();
        body
    }
}

impl Body {
    /// The body as JSON text.
    #[must_use]
    pub fn to_json(&self) -> String {
        // A struct of strings, a bool and a string map has no way to fail to serialize.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The body as a log may show it: under `NoEcho` without the attributes.
    #[must_use]
    pub fn to_log(&self) -> String {
        let shown = Self { data: if self.no_echo { Data::new() } else { self.data.clone() }, ..self.clone() };
        shown.to_json()
    }

    /// `SUCCESS` or `FAILED`.
    #[must_use]
    pub fn status(&self) -> &str {
        self.status
    }

    /// The reason of a failure, or the remark on a success, where there is one.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    fn fit(&mut self) {
        let excess = self.excess();
        if excess == 0 {
            return;
        }
        if let Some(reason) = self.reason.take() {
            let room = json_len(&reason).saturating_sub(excess + json_len(CUT));
            self.reason = Some(format!("{}{CUT}", cut_to_json(&reason, room)));
        }
        while self.excess() > 0 {
            let longest = self.data.iter().max_by_key(|(_, value)| value.len()).map(|(key, _)| *key);
            match longest {
                Some(key) => {
                    tracing::warn!(attribute = key, "attribute left out: the answer would pass 4,096 bytes");
                    self.data.remove(key);
                }
                None => break,
            }
        }
        self.fit_ids();
    }

    /// Cuts the longest ids until the body fits, none below an equal share of what there is for ids.
    fn fit_ids(&mut self) {
        let lengths = |body: &Self| body.ids().map(|id| json_len(id));
        let share = MAX_BODY_BYTES.saturating_sub(self.to_json().len() - lengths(self).iter().sum::<usize>()) / 4;
        for _ in 0..lengths(self).len() {
            let excess = self.excess();
            if excess == 0 {
                return;
            }
            if let Some(longest) = self.ids_mut().into_iter().max_by_key(|id| json_len(id)) {
                *longest = cut_to_json(longest, share.max(json_len(longest).saturating_sub(excess))).to_owned();
            }
        }
    }

    fn ids(&self) -> [&String; 4] {
        [&self.physical_resource_id, &self.stack_id, &self.request_id, &self.logical_resource_id]
    }

    fn ids_mut(&mut self) -> [&mut String; 4] {
        [&mut self.physical_resource_id, &mut self.stack_id, &mut self.request_id, &mut self.logical_resource_id]
    }

    fn excess(&self) -> usize {
        self.to_json().len().saturating_sub(MAX_BODY_BYTES)
    }
}

/// The length of `text` inside a JSON string, without the quotes.
fn json_len(text: &str) -> usize {
    serde_json::to_string(text).map_or(usize::MAX, |json| json.len() - 2)
}

/// The longest prefix of `text` that takes at most `room` bytes inside a JSON string.
fn cut_to_json(text: &str, room: usize) -> &str {
    let mut used = 0;
    for (at, character) in text.char_indices() {
        used += json_len(character.encode_utf8(&mut [0; 4]));
        if used > room {
            return &text[..at];
        }
    }
    text
}

/// The longest prefix of `text` of at most `bytes` bytes that ends on a character boundary.
fn cut_to(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn failed(reason: &str, id: &str) -> Answer {
        Answer {
            outcome: Outcome::Failed { reason: reason.to_owned() },
            physical_resource_id: id.to_owned(),
            stack_id: "arn:aws:cloudformation:us-east-1:123456789012:stack/s/1".to_owned(),
            request_id: "r".to_owned(),
            logical_resource_id: "Config".to_owned(),
            no_echo: false,
        }
    }

    #[test]
    fn short_answers_are_left_alone() {
        let body = failed("no such endpoint", "id").body();
        assert_eq!(body.reason(), Some("no such endpoint"));
        assert_eq!(body.status(), "FAILED");
    }

    #[test]
    fn a16_no_control_character_of_anybody_reaches_the_answer() {
        let reason = "Properties.Col\u{7}our: unknown property. \u{1b}[31mCUDA\u{1b}[0m\nout\tof memory\0";
        let body = failed(reason, "id").body();
        assert_eq!(body.reason(), Some("Properties.Colour: unknown property. CUDA out of memory"));
        let mut answer = failed("", "id");
        let data = Data::from([("EndpointName", "ch\u{202e}at\u{1b}[0m".to_owned())]);
        answer.outcome = Outcome::Success { data, remark: Some("a\r\nb".to_owned()) };
        let body = answer.body();
        assert_eq!((body.reason(), body.data["EndpointName"].as_str()), (Some("a b"), "chat"));
    }

    #[test]
    fn a_cut_reason_fills_the_room_there_is() {
        let json = failed(&"é\"\\".repeat(4000), "id").body().to_json();
        assert!(json.len() <= MAX_BODY_BYTES && json.len() > MAX_BODY_BYTES - 8, "{}", json.len());
    }

    #[test]
    fn too_many_attributes_lose_the_longest_first() {
        let data = Data::from([("EndpointName", "e".repeat(60)), ("DashboardUrl", "u".repeat(5000))]);
        let mut answer = failed("", "id");
        answer.outcome = Outcome::Success { data, remark: None };
        let body = answer.body();
        assert!(body.to_json().len() <= MAX_BODY_BYTES);
        assert_eq!(body.data.keys().collect::<Vec<_>>(), [&"EndpointName"]);
    }

    #[test]
    fn a_cut_text_takes_all_the_room_and_no_more() {
        assert_eq!(cut_to_json("abc", 3), "abc");
        assert_eq!(cut_to_json("abc", 2), "ab");
        // A quotation mark takes two bytes, a letter with an accent too.
        assert_eq!(cut_to_json("é\"x", 4), "é\"");
        assert_eq!(cut_to_json("é\"x", 3), "é");
        assert_eq!(cut_to_json("é", 1), "");
    }

    #[test]
    fn a_log_shows_the_answer_and_under_no_echo_none_of_its_attributes() {
        let mut answer = failed("", "id");
        answer.outcome = Outcome::Success { data: Data::from([("EndpointName", "chat".to_owned())]), remark: None };
        assert_eq!(answer.body().to_log(), answer.body().to_json());
        answer.no_echo = true;
        let logged: serde_json::Value = serde_json::from_str(&answer.body().to_log()).unwrap();
        assert_eq!(logged["PhysicalResourceId"], "id");
        assert_eq!(logged["Data"], serde_json::json!({}));
    }

    #[test]
    fn ids_of_cloudformation_s_lengths_are_never_cut() {
        let mut answer = failed(&"ü".repeat(4000), &"p".repeat(1024));
        answer.stack_id =
            format!("arn:aws-iso-b:cloudformation:us-isob-east-1:123456789012:stack/{}/1", "s".repeat(128));
        answer.request_id = "00000000-0000-4000-8000-000000000001".to_owned();
        answer.logical_resource_id = "L".repeat(255);
        let body = answer.body();
        assert!(body.to_json().len() <= MAX_BODY_BYTES);
        let ids = [&answer.physical_resource_id, &answer.stack_id, &answer.request_id, &answer.logical_resource_id];
        assert_eq!(body.ids(), ids);
        assert!(body.reason().is_some_and(|reason| reason.len() > 2000), "{body:?}");
    }

    #[test]
    fn of_ids_that_can_not_all_fit_the_longest_are_cut() {
        let mut answer = failed("", &"p".repeat(1000));
        answer.stack_id = "s".repeat(6000);
        let body = answer.body();
        assert_eq!(body.to_json().len(), MAX_BODY_BYTES);
        assert_eq!(body.physical_resource_id, "p".repeat(1000));
    }

    proptest! {
        #[test]
        fn any_ids_of_any_length_fit(
            ids in proptest::array::uniform4("[a-zé漢\"\\\\\u{1}😀]{0,6}"),
            times in proptest::array::uniform4(0_usize..1200),
            reason in "(\\PC|\\pC){0,40}",
            values in proptest::array::uniform2("\\PC{0,40}"),
            failed in any::<bool>(),
        ) {
            let [physical_resource_id, stack_id, request_id, logical_resource_id] =
                [0, 1, 2, 3].map(|at: usize| ids[at].repeat(times[at]));
            let [url, name] = values.map(|value| value.repeat(times[0]));
            let outcome = if failed {
                Outcome::Failed { reason: reason.repeat(times[1]) }
            } else {
                Outcome::Success { data: Data::from([("DashboardUrl", url), ("EndpointName", name)]), remark: Some(reason) }
            };
            let answer = Answer {
                outcome, physical_resource_id, stack_id, request_id, logical_resource_id, no_echo: false,
            };
            let body = answer.body();
            prop_assert!(body.to_json().len() <= MAX_BODY_BYTES, "{}", body.to_json().len());
            let texts = body.reason.iter().chain(body.data.values());
            prop_assert!(texts.into_iter().all(|text| !text.contains(char::is_control)), "{:?}", body);
        }

        #[test]
        fn any_answer_fits_and_keeps_its_id(reason in any::<String>(), times in 1_usize..200, id in "[a-zA-Z0-9-]{1,300}") {
            let body = failed(&reason.repeat(times), &id).body();
            let json = body.to_json();
            prop_assert!(json.len() <= MAX_BODY_BYTES);
            let parsed: serde_json::Value = serde_json::from_str(&json)?;
            prop_assert_eq!(&parsed["PhysicalResourceId"], &id);
        }
    }
}
