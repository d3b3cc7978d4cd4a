//! What is asked of AWS about all endpoints, as a trait: the services themselves, or an account in memory for previews.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_cloudwatch::types::{Metric, MetricDataQuery, MetricDataResult, RecentlyActive};
use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::operation::describe_endpoint_config::DescribeEndpointConfigOutput;
use aws_sdk_sagemaker::types::{EndpointSummary, InferenceComponentSummary};
use futures_util::future::BoxFuture;

use crate::aws::{Pricing, RequestTable};
use crate::ledger::Watchers;
use crate::pricing::ListPrices;
use crate::usage::{self, Moment, PAGE, Source as _, SourceAnswer};

/// A metric of a linked account.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkedMetric {
    /// The account that publishes it.
    pub account: String,
    /// The metric.
    pub metric: Metric,
}

/// The read operations that a fleet is counted from.
pub trait FleetSource: fmt::Debug + Send + Sync {
    /// `ListEndpoints`, all pages.
    fn endpoints(&self) -> SourceAnswer<'_, Vec<EndpointSummary>>;

    /// `DescribeEndpoint`.
    fn endpoint<'a>(&'a self, name: &'a str) -> SourceAnswer<'a, DescribeEndpointOutput>;

    /// `DescribeEndpointConfig`.
    fn endpoint_config<'a>(&'a self, name: &'a str) -> SourceAnswer<'a, DescribeEndpointConfigOutput>;

    /// `ListInferenceComponents`: those of all endpoints.
    fn inference_components(&self) -> SourceAnswer<'_, Vec<InferenceComponentSummary>>;

    /// `ListMetrics` with `IncludeLinkedAccounts`: metrics of this namespace and name that had data within three hours, with the
    /// accounts that own them.
    fn linked_metrics<'a>(&'a self, namespace: &'a str, name: &'a str) -> SourceAnswer<'a, Vec<LinkedMetric>>;

    /// `GetMetricData` of up to 500 queries, each result in order of time.
    fn metric_data<'a>(
        &'a self,
        queries: &'a [MetricDataQuery],
        from: Moment,
        until: Moment,
    ) -> SourceAnswer<'a, Vec<MetricDataResult>>;

    /// List prices of instance types, with the reason where there is none.
    fn list_prices<'a>(&'a self, instance_types: &'a BTreeSet<&'a str>) -> BoxFuture<'a, ListPrices>;

    /// The resources that watch endpoints; `None` where there is no ledger to ask, as in another Region than the provider's.
    fn watchers(&self) -> SourceAnswer<'_, Option<Watchers>>;

    /// The same services in another Region; `None` where this source is the one to ask.
    fn in_region(&self, region: &str) -> Option<Arc<dyn FleetSource>>;
}

/// The services themselves.
#[derive(Clone, Debug)]
pub struct FleetServices {
    of_endpoints: usage::UsageServices,
    pricing: Pricing,
    table: Option<RequestTable>,
}

impl FleetServices {
    /// With the Region, credentials and endpoint URLs of `config`, and the request ledger in the table of this name.
    #[must_use]
    pub fn new(config: &SdkConfig, table: Option<&str>) -> Self {
        Self {
            of_endpoints: usage::UsageServices::new(config),
            pricing: Pricing::new(config),
            table: table.map(|table| RequestTable::new(config, table)),
        }
    }
}

impl FleetSource for FleetServices {
    fn endpoints(&self) -> SourceAnswer<'_, Vec<EndpointSummary>> {
        let request = self.of_endpoints.sagemaker.list_endpoints().max_results(PAGE);
        Box::pin(async {
            let listed: Result<Vec<EndpointSummary>, _> = request.into_paginator().items().send().collect().await;
            Ok(listed?)
        })
    }

    fn endpoint<'a>(&'a self, name: &'a str) -> SourceAnswer<'a, DescribeEndpointOutput> {
        self.of_endpoints.endpoint(name)
    }

    fn endpoint_config<'a>(&'a self, name: &'a str) -> SourceAnswer<'a, DescribeEndpointConfigOutput> {
        self.of_endpoints.endpoint_config(name)
    }

    fn inference_components(&self) -> SourceAnswer<'_, Vec<InferenceComponentSummary>> {
        self.of_endpoints.components(None)
    }

    fn linked_metrics<'a>(&'a self, namespace: &'a str, name: &'a str) -> SourceAnswer<'a, Vec<LinkedMetric>> {
        let request = self.of_endpoints.cloudwatch.list_metrics().namespace(namespace).metric_name(name);
        let request = request.include_linked_accounts(true).recently_active(RecentlyActive::Pt3H);
        Box::pin(async {
            let mut pages = request.into_paginator().send();
            let mut found = Vec::new();
            while let Some(page) = pages.next().await {
                let page = page?;
                let accounts = page.owning_accounts.unwrap_or_default();
                let metrics = page.metrics.unwrap_or_default().into_iter().zip(accounts);
                found.extend(metrics.map(|(metric, account)| LinkedMetric { account, metric }));
            }
            Ok(found)
        })
    }

    fn metric_data<'a>(
        &'a self,
        queries: &'a [MetricDataQuery],
        from: Moment,
        until: Moment,
    ) -> SourceAnswer<'a, Vec<MetricDataResult>> {
        self.of_endpoints.metric_data(queries, from, until)
    }

    fn list_prices<'a>(&'a self, instance_types: &'a BTreeSet<&'a str>) -> BoxFuture<'a, ListPrices> {
        Box::pin(self.pricing.of(instance_types))
    }

    fn watchers(&self) -> SourceAnswer<'_, Option<Watchers>> {
        Box::pin(async {
            match &self.table {
                Some(table) => Ok(Some(Watchers::read(table).await?)),
                None => Ok(None),
            }
        })
    }

    fn in_region(&self, region: &str) -> Option<Arc<dyn FleetSource>> {
        self.of_endpoints.config_in(region).map(|config| Arc::new(Self::new(&config, None)) as Arc<dyn FleetSource>)
    }
}
