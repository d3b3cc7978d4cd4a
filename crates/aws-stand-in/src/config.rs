//! How a stand-in is set up, which its services only read.

use std::{
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use metric_math::telemetry::Facts;

/// How a stand-in is set up.
#[derive(Debug, Clone)]
pub struct Config {
    /// The address to listen on. Whoever reaches it has full control of the stand-in, so it is loopback by default.
    pub listen: IpAddr,
    /// The port; 0 takes any free one.
    pub port: u16,
    /// The only Region it answers for: a request signed for another one is refused (but for the Price List, which has
    /// Regions of its own).
    pub region: String,
    /// The account that resources belong to, twelve digits.
    pub account: String,
    /// How long creating, updating or deleting an endpoint or inference component takes, where no script says otherwise.
    pub transition: Duration,
    /// Whether a `ModelName` must name a model that exists, as AWS wants it. Off by default: a stack that is tried
    /// out locally seldom has its models made here.
    pub models_must_exist: bool,
    /// The `DynamoDB` tables there are, each with the partition key `Resource`, a string.
    pub tables: Vec<String>,
    /// What every simulated fleet publishes like, whatever it says itself.
    pub facts: Facts,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            region: "us-east-1".into(),
            account: "123456789012".into(),
            transition: Duration::from_millis(50),
            models_must_exist: false,
            tables: Vec::new(),
            facts: Facts::default(),
        }
    }
}

impl Config {
    pub(crate) fn partition(&self) -> &'static str {
        if self.region.starts_with("cn-") {
            "aws-cn"
        } else if self.region.starts_with("us-gov-") {
            "aws-us-gov"
        } else {
            "aws"
        }
    }

    pub(crate) fn transition_ms(&self) -> u64 {
        u64::try_from(self.transition.as_millis()).unwrap_or(u64::MAX)
    }
}
