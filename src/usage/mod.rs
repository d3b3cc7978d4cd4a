//! What an endpoint's instances and GPUs are doing over a time range, and what that costs.
//!
//! [`Reader::read`] answers a [`Question`] with a [`Usage`]: it asks SageMaker what is declared, CloudWatch which series
//! exist, and then for their values. It never writes. The arithmetic, which `count` does without I/O, with `F` the publish
//! frequency, `G` the GPUs of an instance and `P` the period of a value:
//!
//! - Each instance, and each GPU that a model copy holds, publishes one sample every `F` seconds, so a count is
//!   samples × `F` / `P`.
//! - A model costs samples × `F` × price / `G` / 3600 dollars: the period cancels.
//! - What the instances cost and no model does is unallocated, so the parts always add up to the bill.
//!
//! Requests are counted where they are published: under the name of each inference component, or under the variant that
//! has a model of its own. What shadow variants get is a copy, and no part of a sum.
//!
//! A number that can't be known is left out, and a [`Remark`] says why. It is never 0.

mod count;
mod described;
mod error;
mod hourly;
mod memory;
mod reader;
mod remark;
mod series;
mod source;
mod wanted;
mod window;

use serde::Serialize;

pub(crate) use described::{Publishing, all_variants, gpus_of_each, instance_types};
pub use error::UsageError;
pub use hourly::{HourlyUsage, UsedHour, VariantHours};
pub use reader::Reader;
pub use remark::Remark;
pub use source::{MetricFilter, Source, SourceAnswer};
pub(crate) use source::{PAGE, UsageServices};
pub use window::{BadRange, Moment, TimeRange, Window};

pub use crate::panel_params::{InstanceTerms, Terms};
use crate::panel_params::{InteractivePanel, PanelParams};
use crate::spec::{Dollars, EndpointName, PublishFrequency};

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The endpoint.
    pub endpoint: EndpointName,
    /// The time range.
    pub range: TimeRange,
    /// The present.
    pub now: Moment,
    /// What is known beforehand about instances.
    pub terms: Terms,
    /// What the answer is for.
    pub view: View,
}

impl Question {
    /// What an interactive panel asks to show `range`.
    #[must_use]
    pub fn of_panel(params: &PanelParams, range: TimeRange, now: Moment) -> Self {
        let view = match params.panel {
            InteractivePanel::Cluster => View::Cluster,
            InteractivePanel::Cost => View::Costs,
        };
        Self { endpoint: params.endpoint.clone(), range, now, terms: params.terms(), view }
    }
}

/// What an answer is for. Each metric that is read costs money, so only what is shown is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// All there is to know.
    #[default]
    Everything,
    /// Instances, GPUs and who holds them, without requests.
    Cluster,
    /// What models cost, without what their GPUs do.
    Costs,
    /// What models held in each hour, and nothing else: what a cost statement is made of.
    Hours,
}

/// The answer. What is "at the end" is the mean over the period that [`Usage::end`] names.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Usage {
    /// The endpoint.
    pub endpoint: String,
    /// Its status now, such as `InService`.
    pub status: String,
    /// Why it failed, where it did.
    pub failure_reason: Option<String>,
    /// Seconds between two samples of a series.
    pub publish_frequency_seconds: PublishFrequency,
    /// Whether it publishes metrics for each instance and GPU. Without them nobody knows which model holds what.
    pub enhanced_metrics: bool,
    /// The range that was read.
    pub window: Window,
    /// The period that values "at the end" are from.
    pub end: Period,
    /// Whether anything was published in the range.
    pub has_data: bool,
    /// All variants together.
    pub totals: Totals,
    /// The variants with instances, in the order of the endpoint config.
    pub variants: Vec<VariantUsage>,
    /// The models, the most expensive first.
    pub models: Vec<ModelUsage>,
    /// What is left out, and what else must be known to read the numbers.
    pub remarks: Vec<Remark>,
}

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Period {
    /// Its start.
    pub from: Moment,
    /// Its end.
    pub until: Moment,
}

/// Sums; one is left out where a part of it isn't known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Totals {
    /// Instances at the end.
    pub instances: f64,
    /// GPUs at the end.
    pub gpus: Option<f64>,
    /// GPUs that models hold at the end.
    pub used_gpus: Option<f64>,
    /// GPUs that no model holds at the end.
    pub unused_gpus: Option<f64>,
    /// What the instances cost.
    pub bill: Option<Money>,
    /// The part of it that is no model's.
    pub unallocated: Option<Money>,
    /// Requests over the range.
    #[serde(rename = "Invocations")]
    pub requests: Option<f64>,
    /// Those that were answered with a 4xx status.
    pub client_errors: Option<f64>,
    /// Those that were answered with a 5xx status.
    pub server_errors: Option<f64>,
}

/// What something costs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Money {
    /// Over the whole range.
    pub cumulative: Dollars,
    /// In one publish interval, at the end.
    pub per_interval: Dollars,
    /// In an hour, at the rate of the end.
    pub per_hour: Dollars,
}

/// A variant's instances.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct VariantUsage {
    /// Its name.
    pub name: String,
    /// Its instance type, or several separated by commas.
    pub instance_type: String,
    /// GPUs of one instance, where known. 0 where it has none that SageMaker's metrics count.
    pub gpus_per_instance: Option<u32>,
    /// Dollars per instance-hour, where given.
    pub price_per_hour: Option<Dollars>,
    /// Whether models are placed on it as inference components.
    pub hosts_components: bool,
    /// Whether it gets a copy of another variant's requests, which no sum counts.
    pub shadow: bool,
    /// The variant's part of the sums.
    pub totals: Totals,
    /// The instances that ran at the end, as far as they can be distinguished.
    pub instances: Vec<InstanceUsage>,
}

/// An instance at the end of the range.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct InstanceUsage {
    /// Its id.
    pub id: String,
    /// Its GPUs.
    pub gpus: Vec<GpuUsage>,
}

/// A GPU at the end of the range.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GpuUsage {
    /// Its id, where it has published anything.
    pub id: Option<String>,
    /// The model that holds it; none where it is unused.
    pub model: Option<String>,
    /// The model copy (container) that holds it.
    pub copy: Option<String>,
    /// Percent of it that computes, at the end.
    pub utilization: Option<f64>,
    /// The same over the range, while this copy held it.
    pub mean_utilization: Option<f64>,
}

/// A model: an inference component, or the model of a variant of its own.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ModelUsage {
    /// Name of the inference component, or of the variant's model.
    pub name: String,
    /// The variant it is on, where known.
    pub variant: Option<String>,
    /// GPUs held at the end.
    pub gpus: Option<f64>,
    /// Its status now, such as `InService`, where it is an inference component.
    pub status: Option<String>,
    /// Copies that are wanted now.
    pub copies_declared: Option<u32>,
    /// GPUs that one copy is declared to hold.
    pub gpus_per_copy: Option<u32>,
    /// Copies that published at the end.
    pub copies_observed: Option<usize>,
    /// Percent of its GPUs that computes, at the end.
    pub utilization: Option<f64>,
    /// The same over the range.
    pub mean_utilization: Option<f64>,
    /// Requests over the range.
    #[serde(rename = "Invocations")]
    pub requests: Option<f64>,
    /// Those that were answered with a 4xx status.
    pub client_errors: Option<f64>,
    /// Those that were answered with a 5xx status.
    pub server_errors: Option<f64>,
    /// Milliseconds that 99 percent of requests took the model at most, in the slowest of the range's periods:
    /// percentiles of several periods can't be merged.
    pub slowest_p99_ms: Option<f64>,
    /// What it costs.
    pub money: Option<Money>,
    /// Dollars for 1,000 requests over the range; none where there was no request.
    #[serde(rename = "PerThousandInvocations")]
    pub per_thousand_requests: Option<Dollars>,
    /// Its part of the bill over the range, 0 to 1.
    pub share: Option<f64>,
}

impl View {
    /// Whether instances and GPUs are shown one by one.
    fn shows_single_gpus(self) -> bool {
        matches!(self, Self::Everything | Self::Cluster)
    }
}

impl Usage {
    /// Whether models share the instances of a variant, so that GPUs may be unused and dollars unallocated.
    #[must_use]
    pub fn hosts_components(&self) -> bool {
        self.variants.iter().any(|variant| variant.hosts_components)
    }

    /// All amounts of money that a table of models shows: of each model, of all instances, and what is unallocated.
    pub fn amounts(&self) -> impl Iterator<Item = Money> {
        let models = self.models.iter().filter_map(|model| model.money);
        models.chain(self.totals.bill).chain(self.totals.unallocated)
    }
}

impl Totals {
    /// Unused GPUs, such that they add up with whole numbers of all and of used ones.
    #[must_use]
    pub fn whole_unused_gpus(&self) -> Option<f64> {
        let shown = self.gpus.zip(self.used_gpus).map(|(all, used)| all.round() - used.round());
        self.unused_gpus.and(shown)
    }
}

impl ModelUsage {
    /// Its status where SageMaker isn't done with it, or has failed.
    #[must_use]
    pub fn unsettled_status(&self) -> Option<&str> {
        self.status.as_deref().filter(|status| *status != "InService")
    }
}
