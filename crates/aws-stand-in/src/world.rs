//! Everything the stand-in holds at one moment, behind one lock: time, resources, faults and the journal.
//! It decides nothing about operations; the services' modules do.

use std::{
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use serde_json::{Value, json};

use crate::{
    clock::Clock,
    cloudwatch, dynamodb,
    error::ServiceError,
    fault::{FaultRule, Faults},
    journal::Journal,
    model::Model,
    pricing, sagemaker,
    wire::{Protocol, Service},
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

/// Why the control interface refuses something.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// A fault rule names an operation that is never called, so it could never strike.
    #[error("no operation is called {0:?}; it is one of the stand-in's operations, or * for any")]
    UnknownOperation(String),
    /// There is no endpoint of that name.
    #[error("there is no endpoint {0:?}")]
    UnknownEndpoint(String),
    /// The endpoint has no such variant.
    #[error("there is no variant {0:?}")]
    UnknownVariant(String),
}

pub(crate) struct World {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    pub(crate) faults: Faults,
    pub(crate) journal: Journal,
    pub(crate) sagemaker: sagemaker::State,
    pub(crate) cloudwatch: cloudwatch::State,
    pub(crate) pricing: pricing::State,
    pub(crate) dynamodb: dynamodb::State,
}

impl World {
    pub(crate) fn new(config: Config) -> Self {
        let clock = Clock::new();
        let mut dynamodb = dynamodb::State::default();
        for name in &config.tables {
            dynamodb.make_table(name, clock.now());
        }
        Self {
            config,
            clock,
            faults: Faults::default(),
            journal: Journal::default(),
            sagemaker: sagemaker::State::default(),
            cloudwatch: cloudwatch::State::default(),
            pricing: pricing::State::default(),
            dynamodb,
        }
    }

    pub(crate) fn add_fault(&mut self, rule: FaultRule, models: &Models) -> Result<(), ControlError> {
        let known = rule.operation == "*" || models.operations().any(|operation| operation == rule.operation);
        if !known {
            return Err(ControlError::UnknownOperation(rule.operation));
        }
        self.faults.add(rule);
        Ok(())
    }

    /// Forgets every resource, metric, script and item, and prices that were set. Tables, faults, the journal and the clock stay.
    pub(crate) fn reset(&mut self) {
        self.sagemaker = sagemaker::State::default();
        self.cloudwatch = cloudwatch::State::default();
        self.pricing = pricing::State::default();
        self.dynamodb.empty();
    }

    pub(crate) fn describe(&mut self) -> Result<Value, ServiceError> {
        let now = self.clock.now();
        self.sagemaker.settle(now);
        self.cloudwatch.settle(&self.config, now);
        let mut all = json!({
            "region": self.config.region,
            "account": self.config.account,
            "now_ms": self.clock.since_start(),
        });
        for part in [self.sagemaker.describe(&self.config)?, self.cloudwatch.describe(&self.config)] {
            if let (Value::Object(all), Value::Object(part)) = (&mut all, part) {
                all.extend(part);
            }
        }
        Ok(all)
    }
}

/// The models of the services.
pub(crate) struct Models {
    sagemaker: Model,
    cloudwatch: Model,
    pricing: Model,
    dynamodb: Model,
}

impl Models {
    pub(crate) fn read() -> serde_json::Result<Self> {
        Ok(Self {
            sagemaker: Model::read(include_str!("../data/sagemaker.json"))?,
            cloudwatch: Model::read(include_str!("../data/cloudwatch.json"))?,
            pricing: Model::read(include_str!("../data/pricing.json"))?,
            dynamodb: Model::read(include_str!("../data/dynamodb.json"))?,
        })
    }

    pub(crate) fn of(&self, service: Service) -> &Model {
        match service {
            Service::SageMaker => &self.sagemaker,
            Service::CloudWatch => &self.cloudwatch,
            Service::Pricing => &self.pricing,
            Service::DynamoDb => &self.dynamodb,
        }
    }

    fn operations(&self) -> impl Iterator<Item = &str> {
        [&self.sagemaker, &self.cloudwatch, &self.pricing, &self.dynamodb].into_iter().flat_map(Model::operations)
    }
}

/// Carries out one call: the answer's body, or the refusal.
pub(crate) fn carry_out(
    world: &mut World,
    models: &Models,
    service: Service,
    operation: &str,
    protocol: Protocol,
    request: &Value,
) -> Result<Vec<u8>, ServiceError> {
    match service {
        Service::SageMaker => sagemaker::call(world, &models.sagemaker, operation, request),
        Service::CloudWatch => cloudwatch::call(world, &models.cloudwatch, operation, protocol, request),
        Service::Pricing => pricing::call(world, &models.pricing, operation, protocol, request),
        Service::DynamoDb => dynamodb::call(world, &models.dynamodb, operation, protocol, request),
    }
}
