//! What all endpoints of an account and Region are doing, what that costs, and which of them lack monitoring.
//!
//! [`FleetReader::read`] answers with a [`FleetUsage`], [`FleetReader::unallocated`] with dollars per hour, for the alarm. It only reads,
//! and it asks as little as it can: a view of 200 endpoints costs CloudWatch's price of some thousand metrics, so one that lists each GPU
//! isn't possible here. Per variant, with `F` the publish frequency and `G` the GPUs of an instance:
//!
//! - each instance publishes one sample of `CPUUtilization` every `F` seconds, which counts instance-seconds: samples × `F`;
//! - each instance that holds inference components publishes the percentage of its GPUs that they have reserved (`GPUReservation`) as
//!   often, so Σ percent ÷ 100 counts the samples of instances that are in use, and what is left of all samples is unallocated;
//! - a model of its own has all of its variant's GPUs, so nothing there is unallocated.
//!
//! A number that can't be known is left out, and a remark says why. It is never 0. What is denied of one endpoint hides no other.

mod counting;
mod described;
mod linked;
mod queries;
mod reader;
mod source;

pub use reader::{FleetQuestion, FleetReader, PeriodCost};
pub use source::{FleetServices, FleetSource, LinkedMetric};

use crate::ledger::Watcher;
use crate::spec::Dollars;
use crate::usage::Moment;

/// Days that are looked back for a request: CloudWatch lists a metric for two weeks after its last value.
pub const IDLE_DAYS: i64 = 14;

/// All endpoints of an account and Region, and what of linked accounts is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FleetUsage {
    /// When what is shown began.
    pub from: Option<Moment>,
    /// When it ended.
    pub until: Option<Moment>,
    /// The endpoints, by name.
    pub endpoints: Vec<EndpointStanding>,
    /// Endpoints of linked accounts, as far as metrics tell of them.
    pub linked: Vec<LinkedStanding>,
    /// What is left out, in sentences.
    pub remarks: Vec<String>,
}

/// One endpoint.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EndpointStanding {
    /// Its name.
    pub name: String,
    /// Its status now.
    pub status: String,
    /// `2 × ml.g6.12xlarge`, by variant.
    pub instances: Vec<String>,
    /// What all its instances cost in a day, at the mean over the range.
    pub dollars_a_day: Option<Dollars>,
    /// What GPUs that no model holds cost in a day, at the mean over the range.
    pub unallocated_a_day: Option<Dollars>,
    /// GPUs that no model holds, the mean over the range.
    pub unused_gpus: Option<f64>,
    /// Whole days since its last request.
    pub idle_days: Option<IdleDays>,
    /// Requests over the range.
    pub requests: Option<f64>,
    /// Of these, the part that was answered with a 5xx status, 0 to 1; none where nothing was asked.
    pub error_rate: Option<f64>,
    /// What watches it; none where nothing of ours does.
    pub watcher: Known<Watcher>,
    /// Whether it publishes metrics for each instance and GPU.
    pub enhanced_metrics: Option<bool>,
    /// Why something of it isn't known, in a sentence.
    pub remark: Option<String>,
}

/// Something that is there, that isn't, or that nobody could ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Known<T> {
    /// It couldn't be asked for.
    #[default]
    Unasked,
    /// There is none.
    Missing,
    /// It is there.
    Found(T),
}

/// How long nobody has called an endpoint, in whole days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum IdleDays {
    /// So many: there was a request before.
    Exactly(i64),
    /// As long as is looked back, or as long as the endpoint exists.
    AtLeast(i64),
}

impl IdleDays {
    /// The number of days that are certain.
    #[must_use]
    pub fn days(self) -> i64 {
        match self {
            Self::Exactly(days) | Self::AtLeast(days) => days,
        }
    }
}

/// An endpoint of a linked account. SageMaker's own API can't be asked there, so neither instance types nor prices are known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LinkedStanding {
    /// The account.
    pub account: String,
    /// The endpoint.
    pub endpoint: String,
    /// Percent of its GPUs that no inference component has reserved; none where it publishes no reservation.
    pub unreserved_percent: Option<f64>,
    /// Whole days since its last request, of models of its own alone.
    pub idle_days: Option<IdleDays>,
    /// Requests over the range, of models of its own alone.
    pub requests: Option<f64>,
    /// The part of them that was answered with a 5xx status, 0 to 1.
    pub error_rate: Option<f64>,
}
