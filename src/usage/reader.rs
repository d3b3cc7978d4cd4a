//! Asks SageMaker and CloudWatch. Reads only.

use aws_config::SdkConfig;
use aws_sdk_cloudwatch::types::{DimensionFilter, Metric, RecentlyActive, ScanBy};
use aws_sdk_sagemaker::types::InferenceComponentSummary;
use futures_util::future::try_join;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::count::count;
use super::declared::{Declared, DeclaredComponent};
use super::error::failed;
use super::series::{Call, Listing, Readings, Wanted};
use super::{Moment, Question, Usage, UsageError, Window};
use crate::aws::Fault;

/// Calls of one kind under way at the same time: enough to hide their round trips, too few to be throttled for.
const AT_ONCE: usize = 8;

/// The services, read only. Made once per process.
#[derive(Clone, Debug)]
pub struct Reader {
    sagemaker: aws_sdk_sagemaker::Client,
    cloudwatch: aws_sdk_cloudwatch::Client,
}

impl Reader {
    /// With the Region, credentials and endpoint URLs of `config`.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        Self { sagemaker: aws_sdk_sagemaker::Client::new(config), cloudwatch: aws_sdk_cloudwatch::Client::new(config) }
    }

    /// Asks and counts. An inference component that can't be described is shown by what it publishes alone.
    ///
    /// IAM actions: `sagemaker:DescribeEndpoint`, `DescribeEndpointConfig`, `ListInferenceComponents`,
    /// `DescribeInferenceComponent`; `cloudwatch:ListMetrics`, `GetMetricData`.
    pub async fn read(&self, question: &Question) -> Result<Usage, UsageError> {
        let mut declared = self.endpoint(question).await?;
        let window = Window::of(question.range, declared.frequency, question.now)?;
        let listed = self.listed(question, &declared, window);
        if declared.variants.iter().any(|variant| variant.model.is_none()) {
            let (components, listed) = try_join(self.components(question), listed).await?;
            declared.components = components;
            self.counted(question, &declared, window, listed).await
        } else {
            let listed = listed.await?;
            self.counted(question, &declared, window, listed).await
        }
    }

    async fn endpoint(&self, question: &Question) -> Result<Declared, UsageError> {
        let name = question.endpoint.as_str();
        let endpoint = self.sagemaker.describe_endpoint().endpoint_name(name).send().await.map_err(Fault::from);
        let endpoint = endpoint.map_err(|fault| match fault {
            fault if fault.is_not_found() => UsageError::NoEndpoint(name.to_owned()),
            fault => failed("sagemaker:DescribeEndpoint")(fault),
        })?;
        let config = endpoint.endpoint_config_name().unwrap_or_default();
        let described = self.sagemaker.describe_endpoint_config().endpoint_config_name(config).send().await;
        let described = described.map_err(Fault::from).map_err(|fault| match fault {
            fault if fault.is_not_found() => {
                UsageError::NoConfig { endpoint: name.to_owned(), config: config.to_owned() }
            }
            fault => failed("sagemaker:DescribeEndpointConfig")(fault),
        })?;
        Ok(Declared::new(&endpoint, &described))
    }

    async fn components(&self, question: &Question) -> Result<Vec<DeclaredComponent>, UsageError> {
        let pages = self.sagemaker.list_inference_components().endpoint_name_equals(question.endpoint.as_str());
        let listed: Result<Vec<InferenceComponentSummary>, _> = pages.into_paginator().items().send().collect().await;
        let listed = listed.map_err(|error| failed("sagemaker:ListInferenceComponents")(error.into()))?;
        stream::iter(listed.into_iter().filter_map(DeclaredComponent::listed))
            .map(|component| self.component(component))
            .buffered(AT_ONCE)
            .try_collect()
            .await
    }

    async fn component(&self, component: DeclaredComponent) -> Result<DeclaredComponent, UsageError> {
        let request = self.sagemaker.describe_inference_component().inference_component_name(&component.name);
        match request.send().await.map_err(Fault::from) {
            Ok(described) => Ok(component.described(&described)),
            Err(fault) if fault.is_denied() => Err(failed("sagemaker:DescribeInferenceComponent")(fault)),
            Err(_) => Ok(component),
        }
    }

    async fn listed(
        &self,
        question: &Question,
        declared: &Declared,
        window: Window,
    ) -> Result<Vec<Metric>, UsageError> {
        let listed: Vec<Vec<Metric>> = stream::iter(Listing::needed(declared))
            .map(|listing| self.list(question, listing, window))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(listed.into_iter().flatten().collect())
    }

    async fn list(&self, question: &Question, listing: Listing, window: Window) -> Result<Vec<Metric>, UsageError> {
        let of_endpoint = DimensionFilter::builder().name("EndpointName").value(question.endpoint.as_str()).build();
        let pages = self
            .cloudwatch
            .list_metrics()
            .namespace(listing.namespace)
            .metric_name(listing.metric_name)
            .dimensions(of_endpoint)
            .set_recently_active(window.is_recent.then_some(RecentlyActive::Pt3H));
        let mut pages = pages.into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| failed("cloudwatch:ListMetrics")(error.into()))?;
            found.extend(page.metrics.unwrap_or_default());
        }
        Ok(found)
    }

    async fn counted(
        &self,
        question: &Question,
        declared: &Declared,
        window: Window,
        listed: Vec<Metric>,
    ) -> Result<Usage, UsageError> {
        let calls = Wanted::new(&question.endpoint, declared, listed).calls(window);
        let read: Vec<Readings> =
            stream::iter(&calls).map(|call| self.values(call, window)).buffered(AT_ONCE).try_collect().await?;
        let mut readings = Readings::new();
        for (subject, reading) in read.into_iter().flatten() {
            // The two statistics of a series may have been asked for in different calls.
            let known = readings.entry(subject).or_default();
            known.samples.extend(reading.samples);
            known.mean.extend(reading.mean);
            known.sum.extend(reading.sum);
        }
        Ok(count(question, declared, window, &readings))
    }

    async fn values(&self, call: &Call, window: Window) -> Result<Readings, UsageError> {
        let request = self
            .cloudwatch
            .get_metric_data()
            .set_metric_data_queries(Some(call.queries.clone()))
            .start_time(window.from.date_time())
            .end_time(window.until.date_time())
            .scan_by(ScanBy::TimestampAscending);
        let mut pages = request.into_paginator().send();
        let mut readings = Readings::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| failed("cloudwatch:GetMetricData")(error.into()))?;
            for result in page.metric_data_results() {
                let times = result.timestamps().iter().map(|at| Moment(at.secs()));
                call.read(result.id().unwrap_or_default(), times.zip(result.values().iter().copied()), &mut readings);
            }
        }
        Ok(readings)
    }
}
