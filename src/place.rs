//! Where things are: the partition, the Region and the account, and what follows from them.
//!
//! Only names and addresses are made here; nothing is contacted.

use crate::spec::EndpointName;

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
        let mut fields = arn.split(':').skip(1);
        let partition = fields.next().unwrap_or("aws");
        let account = fields.nth(2).unwrap_or_default();
        Self { partition, region, account }
    }

    /// The endpoint's ARN, with its name as SageMaker spells it there.
    #[must_use]
    pub fn endpoint_arn(&self, endpoint: &EndpointName, keeps_case: bool) -> String {
        let Self { partition, region, account } = self;
        let name = if keeps_case { endpoint.to_string() } else { endpoint.as_str().to_ascii_lowercase() };
        format!("arn:{partition}:sagemaker:{region}:{account}:endpoint/{name}")
    }

    /// Where the console shows the dashboard.
    #[must_use]
    pub fn dashboard_url(&self, name: &str) -> String {
        let console = match self.partition {
            "aws-cn" => "console.amazonaws.cn",
            "aws-us-gov" => "console.amazonaws-us-gov.com",
            "aws-eusc" => "console.amazonaws-eusc.eu",
            _ => "console.aws.amazon.com",
        };
        let region = self.region;
        let host = if self.partition == "aws" { format!("{region}.{console}") } else { console.to_owned() };
        format!("https://{host}/cloudwatch/home?region={region}#dashboards/dashboard/{name}")
    }
}
