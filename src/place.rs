//! Partition, Region and account, and the ARNs and console addresses that follow from them.
//!
//! Only names and addresses are made here; nothing is contacted.

use url::form_urlencoded::byte_serialize;

use crate::endpoint::{AlarmName, EndpointName};

const REGIONS: &str = include_str!("../data/regions.csv");

/// What AWS calls a Region, such as `Europe (Ireland)`.
#[must_use]
pub fn region_name(region: &str) -> Option<&'static str> {
    let rows = REGIONS.lines().filter(|row| !row.starts_with('#')).skip(1);
    let mut rows = rows.filter_map(|row| row.split_once(','));
    rows.find(|(id, _)| *id == region).map(|(_, name)| name)
}

/// The parts of an ARN: `arn:<partition>:<service>:<region>:<account>:<resource>`. Any of them may be empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`.
    pub partition: &'a str,
    /// `cloudformation`.
    pub service: &'a str,
    /// `us-east-1`.
    pub region: &'a str,
    /// Twelve digits, where it is an account's.
    pub account: &'a str,
    /// `stack/chat/5d7cf2b0`; it may have colons too.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// The parts of `text`; `None` where it isn't an ARN.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.strip_prefix("arn:")?.splitn(5, ':');
        let mut next = || parts.next();
        Some(Self { partition: next()?, service: next()?, region: next()?, account: next()?, resource: next()? })
    }
}

/// Whether a text is the id of an account: twelve digits.
#[must_use]
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A Region of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    partition: &'a str,
    region: &'a str,
    account: &'a str,
}

impl<'a> Place<'a> {
    /// Partition and account from any ARN of the account.
    #[must_use]
    pub fn of(arn: &'a str, region: &'a str) -> Self {
        let (partition, account) = Arn::parse(arn).map_or(("aws", ""), |arn| (arn.partition, arn.account));
        Self { partition, region, account }
    }

    /// The endpoint's ARN, with its name as SageMaker spells it there.
    #[must_use]
    pub fn endpoint_arn(&self, endpoint: &EndpointName, keeps_case: bool) -> String {
        let Self { partition, region, account } = self;
        let name = if keeps_case { endpoint.to_string() } else { endpoint.as_str().to_ascii_lowercase() };
        format!("arn:{partition}:sagemaker:{region}:{account}:endpoint/{name}")
    }

    /// The alarm's ARN.
    #[must_use]
    pub fn alarm_arn(&self, alarm: &AlarmName) -> String {
        let Self { partition, region, account } = self;
        format!("arn:{partition}:cloudwatch:{region}:{account}:alarm:{alarm}")
    }

    /// Where the console shows the dashboard.
    #[must_use]
    pub fn dashboard_url(&self, name: &str) -> String {
        self.url("cloudwatch", &format!("#dashboards/dashboard/{name}"))
    }

    /// Where the console shows the endpoint.
    #[must_use]
    pub fn endpoint_url(&self, endpoint: &EndpointName) -> String {
        self.url("sagemaker", &format!("#/endpoints/{endpoint}"))
    }

    /// Where the console lists the endpoints.
    #[must_use]
    pub fn endpoints_url(&self) -> String {
        self.url("sagemaker", "#/endpoints")
    }

    /// Where the console shows what variants with a model of their own log:
    /// <https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html>.
    #[must_use]
    pub fn endpoint_logs_url(&self, endpoint: &EndpointName) -> String {
        let group = format!("/aws/sagemaker/Endpoints/{endpoint}").replace('/', "$252F");
        self.url("cloudwatch", &format!("#logsV2:log-groups/log-group/{group}"))
    }

    /// Where the console lists the log groups of inference components, one for each.
    #[must_use]
    pub fn component_logs_url(&self) -> String {
        let prefix = "/aws/sagemaker/InferenceComponents".replace('/', "$252F");
        self.url("cloudwatch", &format!("#logsV2:log-groups$3FlogGroupNameFilter$3D{prefix}"))
    }

    /// The console of CloudWatch, in whose menu SageMaker AI Insights is: its own address isn't documented.
    #[must_use]
    pub fn cloudwatch_url(&self) -> String {
        self.url("cloudwatch", "")
    }

    /// Where the console shows the stack with this ARN.
    #[must_use]
    pub fn stack_url(&self, stack_id: &str) -> String {
        let id: String = byte_serialize(stack_id.as_bytes()).collect();
        self.url("cloudformation", &format!("#/stacks/stackinfo?stackId={id}"))
    }

    fn url(&self, service: &str, fragment: &str) -> String {
        let console = match self.partition {
            "aws-cn" => "console.amazonaws.cn",
            "aws-us-gov" => "console.amazonaws-us-gov.com",
            "aws-eusc" => "console.amazonaws-eusc.eu",
            _ => "console.aws.amazon.com",
        };
        let region = self.region;
        let host = if self.partition == "aws" { format!("{region}.{console}") } else { console.to_owned() };
        format!("https://{host}/{service}/home?region={region}{fragment}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_has_six_parts_of_which_the_last_may_have_colons() {
        let stack = Arn::parse("arn:aws:cloudformation:us-east-1:123456789012:stack/s/1").unwrap();
        assert_eq!((stack.region, stack.account), ("us-east-1", "123456789012"));
        assert!(is_account(stack.account) && !is_account("12345678901x") && !is_account("1234567890123"));
        let bucket = Arn::parse("arn:aws:s3:::bucket:a").unwrap();
        assert_eq!((bucket.service, bucket.account, bucket.resource), ("s3", "", "bucket:a"));
        for text in ["", "chat", "arn:aws:s3:::", "urn:aws:s3:::bucket"] {
            assert_eq!(
                Arn::parse(text).map(|arn| arn.resource).filter(|resource| !resource.is_empty()),
                None,
                "{text}"
            );
        }
    }

    #[test]
    fn regions_have_the_names_that_aws_gives_them() {
        assert_eq!(region_name("eu-west-1"), Some("Europe (Ireland)"));
        assert_eq!((region_name("af-south-1"), region_name("xx-west-1")), (Some("Africa (Cape Town)"), None));
        assert_eq!(region_name("region"), None, "the head is no Region");
    }

    #[test]
    fn partition_and_account_are_read_off_any_arn() {
        let alarm = AlarmName::parse("chat-unused-gpu").unwrap();
        for (partition, host) in
            [("aws", "eu-west-1.console.aws.amazon.com"), ("aws-us-gov", "console.amazonaws-us-gov.com")]
        {
            let stack = format!("arn:{partition}:cloudformation:eu-west-1:123456789012:stack/inference/1d2f");
            let place = Place::of(&stack, "eu-west-1");
            assert_eq!(
                place.alarm_arn(&alarm),
                format!("arn:{partition}:cloudwatch:eu-west-1:123456789012:alarm:chat-unused-gpu")
            );
            let url = place.stack_url(&stack);
            assert!(url.starts_with(&format!("https://{host}/cloudformation/home?region=eu-west-1#/stacks")), "{url}");
            assert!(url.ends_with("stack%2Finference%2F1d2f"), "{url}");
        }
    }
}
