//! What SageMaker says of the endpoints of a fleet, and what of it is remembered between two views.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::operation::describe_endpoint_config::DescribeEndpointConfigOutput;
use aws_sdk_sagemaker::types::{EndpointStatus, EndpointSummary, ProductionVariant};

use crate::figure::count;
use crate::spec::{Serving, hosts_components};
use crate::usage::{Moment, Publishing, all_variants, gpus_of_each, instance_types};

/// Endpoints that are remembered; more than an account has, unless somebody makes and deletes them all day.
const MOST: usize = 5_000;

/// An endpoint with its config.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Described {
    pub(super) publishing: Publishing,
    pub(super) variants: Vec<FleetVariant>,
}

/// A variant.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FleetVariant {
    pub(super) name: String,
    /// Its instance types, one unless it has pools; none of a serverless one.
    pub(super) instance_types: Vec<String>,
    /// Instances when the endpoint was described, where it said.
    pub(super) now: Option<i32>,
    /// GPUs of one instance; none where nobody knows, or GPUs are partitioned.
    pub(super) gpus: Option<u32>,
    /// Whether models are placed on it as inference components.
    pub(super) hosts_components: bool,
    /// The metric that counts its requests, where it has a model of its own.
    pub(super) requests: &'static str,
    /// Whether it gets a copy of another variant's requests.
    pub(super) shadow: bool,
}

impl Described {
    pub(super) fn new(endpoint: &DescribeEndpointOutput, config: &DescribeEndpointConfigOutput) -> Self {
        let asynchronous = config.async_inference_config().is_some();
        let now = |name: Option<&str>| {
            let all = endpoint.production_variants().iter().chain(endpoint.shadow_production_variants());
            all.filter(|one| one.variant_name() == name).find_map(|one| one.current_instance_count)
        };
        let variants = all_variants(config).filter_map(|(variant, shadow)| {
            FleetVariant::new(variant, asynchronous, shadow, now(variant.variant_name()))
        });
        Self { publishing: Publishing::of(config), variants: variants.collect() }
    }

    /// The instance types of all variants.
    pub(super) fn instance_types(&self) -> impl Iterator<Item = &str> {
        self.variants.iter().flat_map(|variant| variant.instance_types.iter().map(String::as_str))
    }
}

impl FleetVariant {
    fn new(variant: &ProductionVariant, asynchronous: bool, shadow: bool, now: Option<i32>) -> Option<Self> {
        let types = instance_types(variant);
        let is_partitioned = !variant.accelerator_partition_layouts().is_empty();
        let serving = if asynchronous { Serving::Asynchronous } else { Serving::OwnModel };
        Some(Self {
            name: variant.variant_name.clone()?,
            gpus: gpus_of_each(&types).filter(|_| !is_partitioned),
            instance_types: types.into_iter().map(str::to_owned).collect(),
            now,
            hosts_components: hosts_components(variant),
            requests: crate::metrics::requests_metric(serving),
            shadow,
        })
    }

    /// `2 × ml.g6.12xlarge`, by the mean number that ran, or by what is there now where nothing was published.
    pub(super) fn in_words(&self, running: Option<f64>) -> String {
        if self.instance_types.is_empty() {
            return "serverless".to_owned();
        }
        let types = self.instance_types.join(" or ");
        let number = running.map(count).or_else(|| self.now.map(|now| now.to_string()));
        number.map_or_else(|| types.clone(), |number| format!("{number} × {types}"))
    }
}

/// Endpoints as they were described, by name. One that has changed since is described again: its summary says when that was.
#[derive(Clone, Debug, Default)]
pub(super) struct FleetMemory(Arc<Mutex<BTreeMap<String, Remembered>>>);

/// An endpoint, and when it had last been changed.
#[derive(Clone, Debug)]
struct Remembered {
    modified: Option<i64>,
    described: Arc<Described>,
}

impl FleetMemory {
    pub(super) fn recall(&self, summary: &EndpointSummary) -> Option<Arc<Described>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let remembered = known.get(summary.endpoint_name()?)?;
        (remembered.modified == modified_at(summary)).then(|| Arc::clone(&remembered.described))
    }

    pub(super) fn keep(&self, summary: &EndpointSummary, described: &Arc<Described>) {
        // One that is changing may be on its way to another config.
        let settled = summary.endpoint_status() == Some(&EndpointStatus::InService);
        let Some(name) = summary.endpoint_name().filter(|_| settled) else { return };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(name.to_owned(), Remembered { modified: modified_at(summary), described: Arc::clone(described) });
    }
}

fn modified_at(summary: &EndpointSummary) -> Option<i64> {
    summary.last_modified_time().map(aws_smithy_types::DateTime::secs)
}

/// When the endpoint was created.
pub(super) fn created(summary: &EndpointSummary) -> Option<Moment> {
    summary.creation_time().map(|at| Moment(at.secs()))
}
