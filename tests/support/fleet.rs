//! A simulated fleet as an account shows it: the endpoint, its config and its inference components at the stand-in,
//! and metrics that have been published for a while.

use std::ops::Deref;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_stand_in::Config;
use metric_math::telemetry::{Fleet, MetricStore, Steps, Timestamp, scenario};
use monitored_endpoint::spec::{Dollars, EndpointName};
use monitored_endpoint::usage::{InstanceTerms, Moment, Question, Reader, Terms, TimeRange, Usage, UsageError, View};

use super::harness::{Aws, sdk_config};

/// Every publish frequency, in seconds.
pub(crate) const FREQUENCIES: [u32; 7] = [10, 30, 60, 120, 180, 240, 300];
/// Start of every fleet whose metrics alone are looked at: eight in the morning, on a day of the week and in a year like any other.
pub(crate) const START: Timestamp = 1_795_507_200_000;
/// Dollars per instance-hour, where a price is given.
pub(crate) const PRICE: f64 = 5.752;

/// What a fleet publishes in so long.
pub(crate) fn published(fleet: &Fleet, length: Timestamp) -> MetricStore {
    let mut store = MetricStore::default();
    fleet.publish(&mut store, START, START..START + length).unwrap();
    store
}

/// A fleet of one variant that hosts one model: GPUs of an instance, instances, and of the model GPUs of a copy and copies.
pub(crate) fn hosting(frequency: u32, gpus: u32, instances: Steps, model: (u32, Steps)) -> Fleet {
    Fleet::new(scenario::ENDPOINT, frequency, scenario::variant(gpus, instances))
        .with(scenario::model("llama", model.0, model.1))
}

/// The fleet, its account and who asks about it.
pub(crate) struct Account {
    aws: Aws,
    pub(crate) config: SdkConfig,
    pub(crate) now: Moment,
    endpoint: String,
}

impl Deref for Account {
    type Target = Aws;

    fn deref(&self) -> &Aws {
        &self.aws
    }
}

impl Account {
    /// An account with nothing in it.
    pub(crate) fn empty() -> Self {
        let aws = Aws::start(Config { transition: Duration::ZERO, ..Config::default() });
        let config = aws.block_on(sdk_config(aws.stand_in.url()));
        Self { aws, config, now: Moment::now(), endpoint: "chat".to_owned() }
    }

    /// A fleet that has run for so long. Copies are declared as the fleet has them now.
    pub(crate) fn with(fleet: &Fleet, for_so_long: Duration) -> Self {
        let mut account = Self::empty();
        fleet.endpoint.clone_into(&mut account.endpoint);
        account.stand_in.host(fleet, for_so_long).unwrap();
        account.stand_in.simulate(fleet.clone(), for_so_long).unwrap();
        account.stand_in.clear_calls();
        account.now = Moment::now();
        account
    }

    /// What is asked about the fleet, with a price.
    pub(crate) fn question(&self, range: TimeRange) -> Question {
        let default = InstanceTerms { gpus: None, price_per_hour: Some(Dollars(PRICE)) };
        Question {
            endpoint: EndpointName::parse(&self.endpoint).unwrap(),
            range,
            now: self.now,
            terms: Terms { default, ..Terms::default() },
            view: View::Everything,
        }
    }

    pub(crate) fn ask(&self, question: &Question) -> Result<Usage, UsageError> {
        self.block_on(Reader::new(&self.config).read(question))
    }

    pub(crate) fn usage(&self, range: TimeRange) -> Usage {
        self.ask(&self.question(range)).unwrap()
    }
}
