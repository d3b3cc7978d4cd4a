//! A simulated account that answers what the panel over a fleet asks of SageMaker and CloudWatch, over metric data in memory.

use std::collections::BTreeSet;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;

use aws_sdk_cloudwatch::types::{MetricDataQuery, MetricDataResult};
use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::operation::describe_endpoint_config::DescribeEndpointConfigOutput;
use aws_sdk_sagemaker::primitives::DateTime;
use aws_sdk_sagemaker::types::{EndpointStatus, EndpointSummary, InferenceComponentSummary};
use dashboard_picture::simulated::Simulation;
use monitored_endpoint::fleet::{FleetSource, LinkedMetric};
use monitored_endpoint::ledger::{Watcher, Watchers};
use monitored_endpoint::pricing::ListPrices;
use monitored_endpoint::usage::{Moment, Source, SourceAnswer};

use super::endpoint::SimulatedEndpoint;

/// Milliseconds that endpoints are older than what they publish, so that one which nobody calls has been idle for long.
const A_MONTH: i64 = 30 * 24 * 3_600_000;

/// All endpoints of a simulation, the first of which is monitored, in whatever Region they are asked for.
#[derive(Debug)]
pub(super) struct SimulatedAccount {
    endpoints: Vec<Arc<SimulatedEndpoint>>,
    created: DateTime,
}

impl SimulatedAccount {
    /// The account at the end of `simulation`. The `first` endpoint is the one that other panels show.
    pub(super) fn new(simulation: &Simulation<'_>, first: &Arc<SimulatedEndpoint>) -> Self {
        let beside = simulation.beside.iter().map(|fleet| {
            let alone = Simulation { fleet, beside: &[], ..simulation.clone() };
            Arc::new(SimulatedEndpoint::new(&alone, first.store().clone()))
        });
        Self {
            endpoints: std::iter::once(Arc::clone(first)).chain(beside).collect(),
            created: DateTime::from_millis(simulation.start - A_MONTH),
        }
    }

    /// The endpoint that answers for `name`; the first refuses what nobody has.
    fn of(&self, is_its: impl Fn(&SimulatedEndpoint) -> bool) -> &SimulatedEndpoint {
        let found = self.endpoints.iter().find(|endpoint| is_its(endpoint));
        found.unwrap_or(&self.endpoints[0])
    }
}

impl FleetSource for SimulatedAccount {
    fn endpoints(&self) -> SourceAnswer<'_, Vec<EndpointSummary>> {
        let summary = |endpoint: &Arc<SimulatedEndpoint>| {
            EndpointSummary::builder()
                .endpoint_name(endpoint.name())
                .endpoint_arn(endpoint.name())
                .creation_time(self.created)
                .last_modified_time(self.created)
                .endpoint_status(EndpointStatus::InService)
                .build()
        };
        Box::pin(ready(Ok(self.endpoints.iter().map(summary).collect())))
    }

    fn endpoint<'a>(&'a self, name: &'a str) -> SourceAnswer<'a, DescribeEndpointOutput> {
        self.of(|endpoint| endpoint.name() == name).endpoint(name)
    }

    fn endpoint_config<'a>(&'a self, name: &'a str) -> SourceAnswer<'a, DescribeEndpointConfigOutput> {
        self.of(|endpoint| endpoint.config_name() == Some(name)).endpoint_config(name)
    }

    fn inference_components(&self) -> SourceAnswer<'_, Vec<InferenceComponentSummary>> {
        let all = self.endpoints.iter().flat_map(|endpoint| endpoint.component_summaries());
        Box::pin(ready(Ok(all.collect())))
    }

    fn linked_metrics<'a>(&'a self, _namespace: &'a str, _name: &'a str) -> SourceAnswer<'a, Vec<LinkedMetric>> {
        Box::pin(ready(Ok(Vec::new())))
    }

    fn metric_data<'a>(
        &'a self,
        queries: &'a [MetricDataQuery],
        from: Moment,
        until: Moment,
    ) -> SourceAnswer<'a, Vec<MetricDataResult>> {
        self.endpoints[0].metric_data(queries, from, until)
    }

    fn list_prices<'a>(
        &'a self,
        instance_types: &'a BTreeSet<&'a str>,
    ) -> Pin<Box<dyn Future<Output = ListPrices> + Send + 'a>> {
        let unknown =
            |name: &&str| ((*name).to_owned(), Err(format!("the price of {name} is looked up in the account")));
        Box::pin(ready(ListPrices(instance_types.iter().map(unknown).collect())))
    }

    fn watchers(&self) -> SourceAnswer<'_, Option<Watchers>> {
        let watcher = Watcher { stack: "inference".to_owned(), logical_id: "Chat".to_owned() };
        let monitored = self.endpoints[0].name().to_owned();
        Box::pin(ready(Ok(Some(Watchers::from_iter([(watcher, monitored)])))))
    }

    fn in_region(&self, _region: &str) -> Option<Arc<dyn FleetSource>> {
        None
    }
}
