//! Everything the stand-in holds at one moment, behind one lock: time, resources, faults and the journal.
//! It decides nothing about operations; the services' modules do.

use serde_json::{Value, json};

use crate::{
    clock::Clock,
    cloudwatch,
    config::Config,
    context::Context,
    dynamodb,
    error::{ControlError, ServiceError},
    fault::{FaultRule, Faults},
    journal::Journal,
    model::Model,
    pricing, sagemaker,
    wire::{Protocol, Service},
};

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
            dynamodb.make_table(name);
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
    let World { config, clock, .. } = world;
    match service {
        Service::SageMaker => {
            let mut context = Context { state: &mut world.sagemaker, config, clock };
            sagemaker::call(&mut context, &models.sagemaker, operation, request)
        }
        Service::CloudWatch => {
            let mut context = Context { state: &mut world.cloudwatch, config, clock };
            cloudwatch::call(&mut context, &models.cloudwatch, operation, protocol, request)
        }
        Service::Pricing => {
            let context = Context { state: &mut world.pricing, config, clock };
            pricing::call(&context, &models.pricing, operation, protocol, request)
        }
        Service::DynamoDb => {
            let mut context = Context { state: &mut world.dynamodb, config, clock };
            dynamodb::call(&mut context, &models.dynamodb, operation, protocol, request)
        }
    }
}
