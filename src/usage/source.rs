//! Where a [`Reader`](super::Reader) gets its answers: the two services, or an endpoint in memory that a picture is drawn of.
//!
//! A trait object rather than a type parameter, so that readers and panels have no parameter either. One allocation and one
//! indirect call for each call to AWS are nothing to its round trip. Reads only: there is no method that writes.

use std::fmt;
use std::sync::Arc;

use aws_config::{Region, SdkConfig};
use aws_sdk_cloudwatch::types::{DimensionFilter, Metric, MetricDataQuery, MetricDataResult, RecentlyActive, ScanBy};
use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::operation::describe_endpoint_config::DescribeEndpointConfigOutput;
use aws_sdk_sagemaker::operation::describe_inference_component::DescribeInferenceComponentOutput;
use aws_sdk_sagemaker::types::InferenceComponentSummary;
use futures_util::future::BoxFuture;

use super::Moment;
use crate::aws::Fault;

/// What one operation answers, all pages of it.
pub type SourceAnswer<'a, T> = BoxFuture<'a, Result<T, Fault>>;

/// Most that a List operation of SageMaker gives at once.
pub(crate) const PAGE: i32 = 100;

/// The read operations of SageMaker and CloudWatch that usage is counted from. What isn't there is a [`Fault`] whose
/// [`is_not_found`](Fault::is_not_found) holds.
pub trait Source: fmt::Debug + Send + Sync {
    /// `DescribeEndpoint`.
    fn endpoint<'a>(&'a self, name: &'a str) -> SourceAnswer<'a, DescribeEndpointOutput>;

    /// `DescribeEndpointConfig`.
    fn endpoint_config<'a>(&'a self, name: &'a str) -> SourceAnswer<'a, DescribeEndpointConfigOutput>;

    /// `ListInferenceComponents`: those on one endpoint.
    fn inference_components<'a>(&'a self, endpoint: &'a str) -> SourceAnswer<'a, Vec<InferenceComponentSummary>>;

    /// `DescribeInferenceComponent`.
    fn inference_component<'a>(&'a self, name: &'a str) -> SourceAnswer<'a, DescribeInferenceComponentOutput>;

    /// `ListMetrics`.
    fn metrics<'a>(&'a self, filter: MetricFilter<'a>) -> SourceAnswer<'a, Vec<Metric>>;

    /// `GetMetricData` of up to 500 queries, each result in order of time. One query may have several results.
    fn metric_data<'a>(
        &'a self,
        queries: &'a [MetricDataQuery],
        from: Moment,
        until: Moment,
    ) -> SourceAnswer<'a, Vec<MetricDataResult>>;

    /// The same services in another Region; `None` where this source is the one to ask.
    fn in_region(&self, region: &str) -> Option<Arc<dyn Source>>;
}

/// Which metrics `ListMetrics` is to find: all conditions hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetricFilter<'a> {
    /// The namespace.
    pub namespace: &'a str,
    /// The name.
    pub metric_name: &'a str,
    /// The value of their dimension `EndpointName`.
    pub endpoint: &'a str,
    /// Whether they had data within the last three hours; else within the last two weeks.
    pub recently_active: bool,
}

/// The services themselves.
#[derive(Clone, Debug)]
pub(crate) struct UsageServices {
    config: SdkConfig,
    pub(crate) sagemaker: aws_sdk_sagemaker::Client,
    pub(crate) cloudwatch: aws_sdk_cloudwatch::Client,
}

impl UsageServices {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self {
            config: config.clone(),
            sagemaker: aws_sdk_sagemaker::Client::new(config),
            cloudwatch: aws_sdk_cloudwatch::Client::new(config),
        }
    }

    /// The configuration of another Region; `None` where these services are in that Region.
    pub(crate) fn config_in(&self, region: &str) -> Option<SdkConfig> {
        let elsewhere = self.config.region().map(Region::as_ref) != Some(region);
        elsewhere.then(|| self.config.to_builder().region(Region::new(region.to_owned())).build())
    }

    /// `ListInferenceComponents`: those on one endpoint, or all.
    pub(crate) fn components(&self, endpoint: Option<&str>) -> SourceAnswer<'_, Vec<InferenceComponentSummary>> {
        let request = self.sagemaker.list_inference_components().max_results(PAGE);
        let request = request.set_endpoint_name_equals(endpoint.map(str::to_owned));
        Box::pin(async {
            let listed: Result<Vec<InferenceComponentSummary>, _> =
                request.into_paginator().items().send().collect().await;
            Ok(listed?)
        })
    }
}

impl Source for UsageServices {
    fn endpoint<'a>(&'a self, name: &'a str) -> SourceAnswer<'a, DescribeEndpointOutput> {
        let request = self.sagemaker.describe_endpoint().endpoint_name(name);
        Box::pin(async { Ok(request.send().await?) })
    }

    fn endpoint_config<'a>(&'a self, name: &'a str) -> SourceAnswer<'a, DescribeEndpointConfigOutput> {
        let request = self.sagemaker.describe_endpoint_config().endpoint_config_name(name);
        Box::pin(async { Ok(request.send().await?) })
    }

    fn inference_components<'a>(&'a self, endpoint: &'a str) -> SourceAnswer<'a, Vec<InferenceComponentSummary>> {
        self.components(Some(endpoint))
    }

    fn inference_component<'a>(&'a self, name: &'a str) -> SourceAnswer<'a, DescribeInferenceComponentOutput> {
        let request = self.sagemaker.describe_inference_component().inference_component_name(name);
        Box::pin(async { Ok(request.send().await?) })
    }

    fn metrics<'a>(&'a self, filter: MetricFilter<'a>) -> SourceAnswer<'a, Vec<Metric>> {
        let of_endpoint = DimensionFilter::builder().name("EndpointName").value(filter.endpoint).build();
        let request = self
            .cloudwatch
            .list_metrics()
            .namespace(filter.namespace)
            .metric_name(filter.metric_name)
            .dimensions(of_endpoint)
            .set_recently_active(filter.recently_active.then_some(RecentlyActive::Pt3H));
        Box::pin(async {
            let mut pages = request.into_paginator().send();
            let mut found = Vec::new();
            while let Some(page) = pages.next().await {
                found.extend(page?.metrics.unwrap_or_default());
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
        let request = self
            .cloudwatch
            .get_metric_data()
            .set_metric_data_queries(Some(queries.to_vec()))
            .start_time(from.date_time())
            .end_time(until.date_time())
            .scan_by(ScanBy::TimestampAscending);
        Box::pin(async {
            let mut pages = request.into_paginator().send();
            let mut results = Vec::new();
            while let Some(page) = pages.next().await {
                results.extend(page?.metric_data_results.unwrap_or_default());
            }
            Ok(results)
        })
    }

    fn in_region(&self, region: &str) -> Option<Arc<dyn Source>> {
        self.config_in(region).map(|config| Arc::new(Self::new(&config)) as Arc<dyn Source>)
    }
}
