//! Whether a request says clearly enough whose it is: its ids mark what is made, and are the keys it is found by again.

use super::Envelope;
use crate::callback::printable;
use crate::place::{Arn, is_account};

/// A genuine stack ARN takes at most some 230 characters.
const MAX_STACK_ID: usize = 1024;
/// As for every name in a template
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>).
const MAX_LOGICAL_ID: usize = 255;
/// CloudFormation's are UUIDs of 36 characters.
const MAX_REQUEST_ID: usize = 128;
/// A stack's name: a letter, then letters, digits and hyphens.
const MAX_STACK_NAME: usize = 128;
/// How many characters of a value are quoted.
const QUOTED: usize = 80;

impl Envelope {
    /// What is wrong with the first id that says whose the request is. With such a problem nothing may be written: nobody
    /// could find out later whose it was.
    #[must_use]
    pub fn identity_problem(&self) -> Option<String> {
        self.stack_id_problem().or_else(|| self.logical_resource_id_problem()).or_else(|| self.request_id_problem())
    }

    /// Says so where `StackId` is no ARN of a CloudFormation stack.
    fn stack_id_problem(&self) -> Option<String> {
        let is_fine = self.stack_id.len() <= MAX_STACK_ID && is_stack_arn(&self.stack_id);
        (!is_fine).then(|| {
            problem(
                "StackId",
                &self.stack_id,
                "is no ARN of a CloudFormation stack (arn:<partition>:cloudformation:<region>:<account>:stack/<name>/<id>)",
            )
        })
    }

    /// Says so where `LogicalResourceId` is empty or longer than CloudFormation's.
    fn logical_resource_id_problem(&self) -> Option<String> {
        length_problem("LogicalResourceId", &self.logical_resource_id, MAX_LOGICAL_ID)
    }

    /// Says so where `RequestId` is empty or far longer than CloudFormation's.
    fn request_id_problem(&self) -> Option<String> {
        length_problem("RequestId", &self.request_id, MAX_REQUEST_ID)
    }
}

/// In bytes, as what stores them counts; CloudFormation's own are ASCII.
fn length_problem(name: &str, value: &str, most: usize) -> Option<String> {
    let is_fine = (1..=most).contains(&value.len());
    (!is_fine)
        .then(|| problem(name, value, &format!("takes {} bytes, and CloudFormation's take 1 to {most}", value.len())))
}

fn problem(name: &str, value: &str, wrong: &str) -> String {
    let fix = "Send the event as CloudFormation made it; a local run takes one of this project's events/";
    if value.is_empty() {
        return format!(
            "the request has no {name}, or an empty one, so what is made could not be marked as its own. {fix}"
        );
    }
    let value = printable(value);
    let quoted = match value.char_indices().nth(QUOTED) {
        Some((cut, _)) => format!("{}…", &value[..cut]),
        None => value.into_owned(),
    };
    format!("{name} \"{quoted}\" {wrong}. {fix}")
}

/// `arn:<partition>:cloudformation:<region>:<12 digits>:stack/<name>/<id>`, as SageMaker's own API has it
/// (<https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CfnStackDetail.html>).
fn is_stack_arn(text: &str) -> bool {
    let Some(arn) = Arn::parse(text) else { return false };
    let ["stack", name, id] = arn.resource.split('/').collect::<Vec<_>>()[..] else { return false };
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    arn.service == "cloudformation"
        && (arn.partition == "aws" || arn.partition.starts_with("aws-"))
        && [arn.partition, arn.region, name, id].into_iter().all(is_word)
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.len() <= MAX_STACK_NAME
        && is_account(arn.account)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;
    use serde_json::value::RawValue;

    use super::*;
    use crate::callback::ExtraHosts;

    const STACK: &str = "arn:aws:cloudformation:us-east-1:123456789012:stack/chat/5d7cf2b0-c8a1-11f0-9d1e-0e6f6a1c2b3d";

    fn envelope(stack_id: &str, logical_id: &str, request_id: &str) -> Envelope {
        let event = json!({"StackId": stack_id, "LogicalResourceId": logical_id, "RequestId": request_id});
        Envelope::salvage(&RawValue::from_string(event.to_string()).unwrap(), &ExtraHosts::default())
    }

    fn stack_id_problem(stack_id: &str) -> Option<String> {
        let problem = envelope(stack_id, "Config", "r").stack_id_problem();
        assert_eq!(envelope(stack_id, "Config", "r").identity_problem(), problem);
        problem
    }

    #[test]
    fn stacks_of_every_partition_are_stacks() {
        let nested = format!("arn:aws:cloudformation:us-east-1:123456789012:stack/{}/1", "n".repeat(128));
        for stack_id in [
            STACK,
            "arn:aws-cn:cloudformation:cn-north-1:123456789012:stack/StackSet-a-5d7cf2b0/5d7cf2b0-c8a1",
            "arn:aws-us-gov:cloudformation:us-gov-west-1:123456789012:stack/s/1",
            "arn:aws-iso-b:cloudformation:us-isob-east-1:123456789012:stack/s/1",
            "arn:aws-eusc:cloudformation:eusc-de-east-1:000000000000:stack/s/1",
            &nested,
        ] {
            assert_eq!(stack_id_problem(stack_id), None, "{stack_id}");
        }
    }

    #[test]
    fn what_is_no_stack_is_refused_with_property_value_and_fix() {
        for stack_id in [
            "x",
            "chat",
            "arn:aws:cloudformation:us-east-1:123456789012:stackset/chat:1",
            "arn:aws:cloudformation:us-east-1:123456789012:stack/chat",
            "arn:aws:cloudformation:us-east-1:123456789012:stack/chat/",
            "arn:aws:cloudformation:us-east-1:123456789012:stack//1",
            "arn:aws:cloudformation:us-east-1:123456789012:stack/chat/1/2",
            "arn:aws:cloudformation:us-east-1:123456789012:stack/1chat/1",
            "arn:aws:cloudformation:us-east-1:12345678901:stack/chat/1",
            "arn:aws:cloudformation:us-east-1:12345678901x:stack/chat/1",
            "arn:aws:cloudformation::123456789012:stack/chat/1",
            "arn:aws:lambda:us-east-1:123456789012:stack/chat/1",
            "arn::cloudformation:us-east-1:123456789012:stack/chat/1",
            "arn:gcp:cloudformation:us-east-1:123456789012:stack/chat/1",
            "arn:aws:cloudformation:us-east-1:123456789012:stack/chat/1\n",
            " arn:aws:cloudformation:us-east-1:123456789012:stack/chat/1",
        ] {
            let problem = stack_id_problem(stack_id).unwrap_or_else(|| panic!("{stack_id} passes"));
            assert!(problem.starts_with("StackId \"") && problem.contains("Send the event"), "{problem}");
        }
        let long = format!("arn:aws:cloudformation:us-east-1:123456789012:stack/{}/1", "n".repeat(129));
        assert!(stack_id_problem(&long).is_some());
        assert!(stack_id_problem(&format!("{STACK}{}", "0".repeat(1024))).is_some());
        assert!(stack_id_problem("").unwrap().starts_with("the request has no StackId"));
    }

    #[test]
    fn ids_that_are_too_long_for_a_key_are_refused() {
        let problem = |logical_id: &str, request_id: &str| envelope(STACK, logical_id, request_id).identity_problem();
        assert_eq!(problem(&"L".repeat(255), &"r".repeat(128)), None);
        let logical = problem(&"L".repeat(256), "r").unwrap();
        assert!(logical.starts_with("LogicalResourceId \"LLL") && logical.contains("256 bytes"), "{logical}");
        let request = problem("L", &"r".repeat(129)).unwrap();
        assert!(request.starts_with("RequestId \"rrr") && request.contains('…'), "{request}");
        assert!(problem("", "r").unwrap().contains("no LogicalResourceId"));
        assert!(problem("L", "").unwrap().contains("no RequestId"));
    }

    proptest! {
        #[test]
        fn a_problem_is_short_and_printable_whatever_the_id_is(id in "(\\PC|\\pC){0,40}", times in 0_usize..60) {
            let id = id.repeat(times);
            let envelope = envelope(&id, &id, &id);
            for problem in [envelope.stack_id_problem(), envelope.logical_resource_id_problem(), envelope.request_id_problem()] {
                let text = problem.unwrap_or_default();
                prop_assert!(text.len() < 700 && !text.contains(char::is_control), "{text:?}");
            }
        }
    }
}
