//! Where things are: the console's pages, and ARNs of what is planned.
//!
//! Pure: partition and account are read off the stack's ARN, so nothing has to be asked.

use url::form_urlencoded::byte_serialize;

use super::Owner;
use crate::spec::{AlarmName, EndpointName};

/// The console and the account of one stack, in one Region.
#[derive(Clone, Copy, Debug)]
pub(super) struct Console<'p> {
    owner: &'p Owner,
    region: &'p str,
}

impl<'p> Console<'p> {
    pub(super) fn of(owner: &'p Owner, region: &'p str) -> Self {
        Self { owner, region }
    }

    /// A field of the stack's ARN: 1 is the partition, 4 the account.
    fn field(&self, number: usize) -> &'p str {
        self.owner.stack_id.split(':').nth(number).unwrap_or_default()
    }

    /// `arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/UUID`.
    pub(super) fn stack_name(&self) -> &'p str {
        self.field(5).split('/').nth(1).unwrap_or_default()
    }

    /// What made it: the resource's name in the stack's template.
    pub(super) fn logical_id(&self) -> &'p str {
        &self.owner.logical_id
    }

    pub(super) fn alarm_arn(&self, name: &AlarmName) -> String {
        format!("arn:{}:cloudwatch:{}:{}:alarm:{name}", self.field(1), self.region, self.field(4))
    }

    pub(super) fn endpoint_url(&self, endpoint: &EndpointName) -> String {
        self.url("sagemaker", &format!("#/endpoints/{endpoint}"))
    }

    /// The log group that a variant with a model of its own writes to:
    /// <https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html>.
    pub(super) fn endpoint_logs_url(&self, endpoint: &EndpointName) -> String {
        let group = format!("/aws/sagemaker/Endpoints/{endpoint}").replace('/', "$252F");
        self.url("cloudwatch", &format!("#logsV2:log-groups/log-group/{group}"))
    }

    /// The log groups of inference components, one for each.
    pub(super) fn component_logs_url(&self) -> String {
        let prefix = "/aws/sagemaker/InferenceComponents".replace('/', "$252F");
        self.url("cloudwatch", &format!("#logsV2:log-groups$3FlogGroupNameFilter$3D{prefix}"))
    }

    /// CloudWatch itself, in whose menu SageMaker AI Insights is: its own address isn't documented.
    pub(super) fn cloudwatch_url(&self) -> String {
        self.url("cloudwatch", "")
    }

    pub(super) fn stack_url(&self) -> String {
        let id: String = byte_serialize(self.owner.stack_id.as_bytes()).collect();
        self.url("cloudformation", &format!("#/stacks/stackinfo?stackId={id}"))
    }

    fn url(&self, service: &str, fragment: &str) -> String {
        let region = self.region;
        let host = match self.field(1) {
            "aws-cn" => "console.amazonaws.cn".to_owned(),
            "aws-us-gov" => "console.amazonaws-us-gov.com".to_owned(),
            "aws-eusc" => "console.amazonaws-eusc.eu".to_owned(),
            _ => format!("{region}.console.aws.amazon.com"),
        };
        format!("https://{host}/{service}/home?region={region}{fragment}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partition_account_and_stack_are_read_off_the_stack_s_arn() {
        let owner = |partition: &str| Owner {
            stack_id: format!("arn:{partition}:cloudformation:eu-west-1:123456789012:stack/inference/1d2f"),
            logical_id: "Config".to_owned(),
        };
        let alarm = AlarmName::parse("chat-unused-gpu").unwrap();
        for (partition, host) in
            [("aws", "eu-west-1.console.aws.amazon.com"), ("aws-us-gov", "console.amazonaws-us-gov.com")]
        {
            let owner = owner(partition);
            let console = Console::of(&owner, "eu-west-1");
            assert_eq!(console.stack_name(), "inference");
            assert_eq!(
                console.alarm_arn(&alarm),
                format!("arn:{partition}:cloudwatch:eu-west-1:123456789012:alarm:chat-unused-gpu")
            );
            let stack = console.stack_url();
            assert!(
                stack.starts_with(&format!("https://{host}/cloudformation/home?region=eu-west-1#/stacks")),
                "{stack}"
            );
            assert!(stack.ends_with("stack%2Finference%2F1d2f"), "{stack}");
        }
    }
}
