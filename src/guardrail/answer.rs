//! The answer to a hook's event, in the words and within the lengths that CloudFormation shows.
//!
//! Members and limits: <https://docs.aws.amazon.com/cloudformation-cli/latest/hooks-userguide/lambda-hooks-create-lambda-function.html>,
//! "Response input"; of annotations: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Annotation.html>. Whether a
//! failure stops the operation or is a warning is the hook's `FailureMode`, which the answer doesn't know.

use serde::Serialize;

use super::assessment::Assessment;
use super::exemption::TAG;
use super::finding::Finding;
use crate::callback::printable;

/// Characters of a message that CloudFormation shows.
const LONGEST: usize = 4096;
/// Characters of a message that the Cloud Control API shows.
const LONGEST_IN_CLOUD_CONTROL: usize = 1024;
/// Characters of an annotation's text.
const LONGEST_ANNOTATION: usize = 16_384;
/// Findings with an annotation each. The guide states no limit; a message of this length names no more.
const MOST_ANNOTATIONS: usize = 50;

/// What the function returns.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HookAnswer {
    /// Whether the operation is compliant.
    pub hook_status: HookStatus,
    /// What kind of failure it is, only where it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<ErrorCode>,
    /// To whoever started the operation.
    pub message: String,
    /// The event's.
    pub client_request_token: String,
    /// One for each finding.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub annotations: Vec<Annotation>,
}

/// Whether the operation keeps the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HookStatus {
    /// It may go on.
    Success,
    /// It is stopped, or warned of.
    Failed,
}

/// Why a hook failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum ErrorCode {
    /// What was assessed isn't as it should be.
    NonCompliant,
    /// Nothing could be assessed.
    InternalFailure,
}

/// A finding for `GetHookResult`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Annotation {
    #[serde(rename = "annotationName")]
    rule: String,
    status: &'static str,
    status_message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remediation_message: Option<String>,
    severity_level: &'static str,
}

/// How an answer is written.
#[derive(Clone, Debug, Default)]
pub(super) struct Manner {
    pub(super) token: String,
    pub(super) from_cloud_control: bool,
    /// Whether snippets are JSON.
    pub(super) as_json: bool,
}

impl HookAnswer {
    /// The answer to what was assessed.
    pub(super) fn to(assessment: &Assessment, manner: &Manner) -> Self {
        let limit = if manner.from_cloud_control { LONGEST_IN_CLOUD_CONTROL } else { LONGEST };
        let findings = &assessment.findings;
        if findings.is_empty() {
            return Self::new(None, cut(&compliant(assessment), limit), &manner.token);
        }
        let annotations = findings.iter().take(MOST_ANNOTATIONS).map(|finding| Annotation {
            rule: finding.rule.name().to_owned(),
            status: "FAILED",
            status_message: cut(&said(finding), LONGEST_ANNOTATION),
            remediation_message: finding.snippet(manner.as_json),
            severity_level: finding.rule.severity(),
        });
        let message = message(assessment, manner.as_json, limit);
        Self { annotations: annotations.collect(), ..Self::new(Some(ErrorCode::NonCompliant), message, &manner.token) }
    }

    /// The answer to a deletion, which no rule is about.
    pub(super) fn to_deletion(token: &str) -> Self {
        Self::new(None, "a deletion is never held up".to_owned(), token)
    }

    /// The answer where nothing could be assessed.
    pub(super) fn failure(token: &str, why: &str) -> Self {
        let message = format!("monitored-endpoint's guardrail could not look at this: {}", printable(why));
        Self::new(Some(ErrorCode::InternalFailure), cut(&message, LONGEST), token)
    }

    /// An answer without annotations: a failure where there is a code for it.
    fn new(error_code: Option<ErrorCode>, message: String, token: &str) -> Self {
        let hook_status = if error_code.is_some() { HookStatus::Failed } else { HookStatus::Success };
        Self { hook_status, error_code, message, client_request_token: token.to_owned(), annotations: Vec::new() }
    }
}

/// A finding in a sentence.
fn said(finding: &Finding) -> String {
    format!("{}: {}", finding.logical_id, printable(&finding.message))
}

/// What to write, after the sentence that says why.
fn advice(finding: &Finding, as_json: bool) -> Option<String> {
    Some(format!(". {}:\n{}", finding.fix.as_ref()?.advice, finding.snippet(as_json)?))
}

fn compliant(assessment: &Assessment) -> String {
    let mut message = match assessment.resources.len() {
        0 => "nothing here is an endpoint of SageMaker's or a resource of monitored-endpoint's".to_owned(),
        1 => "compliant: 1 resource of interest".to_owned(),
        count => format!("compliant: {count} resources of interest"),
    };
    message.push_str(&asides(assessment));
    message
}

/// What isn't a finding and is worth knowing.
fn asides(assessment: &Assessment) -> String {
    let exempt = assessment.exempt.iter().map(|(id, reason)| format!("{id} ({})", printable(reason)));
    let exempt: Vec<String> = exempt.collect();
    let undecided: Vec<_> = assessment.undecided.iter().map(|words| printable(words)).collect();
    let phrase = |words: &str, all: String| if all.is_empty() { String::new() } else { format!(". {words}: {all}") };
    phrase(&format!("Exempt by the tag {TAG}"), exempt.join(", "))
        + &phrase("Only the deployment decides", undecided.join("; "))
}

/// As many findings as the limit allows, each whole with its snippet, then the names of the others.
fn message(assessment: &Assessment, as_json: bool, limit: usize) -> String {
    let findings = &assessment.findings;
    let ending = exemption_hint(findings) + &asides(assessment);
    let mut text = match findings.len() {
        1 => "1 finding.".to_owned(),
        count => format!("{count} findings."),
    };
    for (at, finding) in findings.iter().enumerate() {
        let entry = format!("\n{}{}", said(finding), advice(finding, as_json).unwrap_or_default());
        let others = others(&findings[at + 1..]);
        if text.chars().count() + entry.chars().count() + others.chars().count() > limit && at > 0 {
            text.push_str(&self::others(&findings[at..]));
            return cut(&text, limit);
        }
        text.push_str(&entry);
    }
    if text.chars().count() + ending.chars().count() <= limit {
        text.push_str(&ending);
    }
    cut(&text, limit)
}

/// How to be exempt, where a tag can.
fn exemption_hint(findings: &[Finding]) -> String {
    let taggable = findings.iter().any(|finding| finding.fix.is_some());
    if taggable { format!("\nTo exempt a resource, tag it {TAG} with the reason as the value") } else { String::new() }
}

fn others(findings: &[Finding]) -> String {
    let names: Vec<&str> = findings.iter().map(|finding| finding.logical_id.as_str()).collect();
    if names.is_empty() { String::new() } else { format!("\nAnd {} more: {}", names.len(), names.join(", ")) }
}

/// At most so many characters, with an ellipsis where something is missing.
fn cut(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    text.chars().take(limit - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::guardrail::ServiceToken;

    fn assessment(count: usize, length: usize) -> Assessment {
        let findings = (0..count).map(|at| {
            let id = format!("Endpoint{at}{}", "x".repeat(length));
            if at % 3 == 0 {
                Finding::refused(&id, "a Custom::MonitoredEndpoint", "ü\n")
            } else {
                Finding::monitored(&id, None, &ServiceToken::default())
            }
        });
        Assessment { findings: findings.collect(), ..Assessment::default() }
    }

    proptest! {
        #[test]
        fn a_message_is_never_cut_by_somebody_else(count in 0..60_usize, length in 0..400_usize, from_cloud_control: bool) {
            let manner = Manner { from_cloud_control, ..Manner::default() };
            let answer = HookAnswer::to(&assessment(count, length), &manner);
            let limit = if from_cloud_control { 1024 } else { 4096 };
            prop_assert!(answer.message.chars().count() <= limit);
            prop_assert_eq!(answer.hook_status == HookStatus::Failed, count > 0);
        }
    }

    #[test]
    fn every_finding_is_named_and_the_first_stands_with_its_fix() {
        let answer = HookAnswer::to(&assessment(12, 0), &Manner::default());
        for at in 0..12 {
            assert!(answer.message.contains(&format!("Endpoint{at}")), "{}", answer.message);
        }
        assert!(
            answer.message.contains("Endpoint1Monitoring:\n  Type: Custom::EndpointMonitoring"),
            "{}",
            answer.message
        );
        assert_eq!(answer.annotations.len(), 12);
    }

    #[test]
    fn an_answer_has_the_documented_members() {
        let answer = HookAnswer::to(&assessment(1, 0), &Manner { token: "t".to_owned(), ..Manner::default() });
        let json = serde_json::to_value(answer).unwrap();
        assert_eq!(
            (&json["hookStatus"], &json["errorCode"], &json["clientRequestToken"]),
            (&"FAILED".into(), &"NonCompliant".into(), &"t".into())
        );
        let json = serde_json::to_value(HookAnswer::to(&Assessment::default(), &Manner::default())).unwrap();
        assert_eq!(
            (json["hookStatus"].as_str(), json.get("errorCode"), json.get("annotations")),
            (Some("SUCCESS"), None, None)
        );
    }
}
