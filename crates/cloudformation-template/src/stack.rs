//! What a template is resolved in: the values given for its parameters, and the account, Region and stack it pretends to be in.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Where the template pretends to be deployed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stack {
    /// The Region, which says the partition too.
    pub region: String,
    /// The account, 12 digits.
    pub account: String,
    /// The stack's name.
    pub name: String,
    /// Values for parameters, by name.
    pub parameters: BTreeMap<String, String>,
    /// What else only a deployment knows, by what notes call it: `Fn::ImportValue role`.
    pub values: BTreeMap<String, String>,
}

impl Stack {
    /// The partition that the Region is in.
    #[must_use]
    pub fn partition(&self) -> &'static str {
        match self.region.split('-').next() {
            Some("cn") => "aws-cn",
            Some("eusc") => "aws-eusc",
            _ if self.region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    /// The ARN that the stack might have. The id at its end is made up, and always the same, so that a plan is too.
    #[must_use]
    pub fn id(&self) -> String {
        let Self { region, account, name, .. } = self;
        format!(
            "arn:{}:cloudformation:{region}:{account}:stack/{name}/00000000-0000-4000-8000-000000000000",
            self.partition()
        )
    }

    /// A pseudo parameter's value
    /// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html>).
    #[must_use]
    pub fn pseudo_parameter(&self, name: &str) -> Option<Value> {
        Some(match name {
            "AWS::Region" => json!(self.region),
            "AWS::AccountId" => json!(self.account),
            "AWS::Partition" => json!(self.partition()),
            "AWS::StackName" => json!(self.name),
            "AWS::StackId" => json!(self.id()),
            "AWS::NotificationARNs" => json!([]),
            "AWS::URLSuffix" => json!(match self.partition() {
                "aws-cn" => "amazonaws.com.cn",
                "aws-eusc" => "amazonaws.eu",
                _ => "amazonaws.com",
            }),
            _ => return None,
        })
    }
}
