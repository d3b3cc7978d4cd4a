//! Asks SageMaker and CloudWatch. Reads only.

use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_cloudwatch::types::Metric;
use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::operation::describe_endpoint_config::DescribeEndpointConfigOutput;
use futures_util::future::try_join;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use tokio::time::{Instant, sleep_until};

use super::count::{count, count_hours};
use super::described::{DescribedComponent, DescribedEndpoint};
use super::error::failed;
use super::memory::{Listed, UsageMemory};
use super::series::{Listing, Readings};
use super::source::{MetricFilter, Source, UsageServices};
use super::wanted::{Call, MOST_MODELS_WITH_REQUESTS, Wanted};
use super::{HourlyUsage, Moment, Question, Remark, Usage, UsageError, View, Window};

/// Calls of one kind under way at the same time: enough to hide their round trips, too few to be throttled for.
const AT_ONCE: usize = 8;
/// A panel describes all components of an endpoint with up to so many, and a few a view of one with more.
const ALL_DESCRIBED: usize = 40;
const DESCRIBED_A_VIEW: usize = 6;
/// Values that `GetMetricData` gives an account in a second, where a range begins within the last three hours
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html>). A dashboard's other readers
/// share it.
const POINTS_A_SECOND: i64 = 180_000;

/// The services, read only, and what they said before. Made once per process.
#[derive(Clone, Debug)]
pub struct Reader {
    source: Arc<dyn Source>,
    memory: UsageMemory,
}

impl Reader {
    /// With the Region, credentials and endpoint URLs of `config`.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        Self::from_source(Arc::new(UsageServices::new(config)))
    }

    /// Of whatever answers as the services do.
    #[must_use]
    pub fn from_source(source: Arc<dyn Source>) -> Self {
        Self { source, memory: UsageMemory::default() }
    }

    /// A reader of another Region; `None` where this one reads that Region already.
    pub(crate) fn in_region(&self, region: &str) -> Option<Self> {
        self.source.in_region(region).map(Self::from_source)
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

    /// Asks, and counts hour by hour: whole hours, as far as they are over. `question.view` is [`View::Hours`], whatever it says.
    ///
    /// IAM actions: `sagemaker:DescribeEndpoint`, `DescribeEndpointConfig`; `cloudwatch:ListMetrics`, `GetMetricData`.
    pub async fn hours(&self, question: &Question) -> Result<HourlyUsage, UsageError> {
        let question = &Question { view: View::Hours, ..question.clone() };
        let declared = self.endpoint(question).await?;
        let window = Window::hours(question.range, declared.frequency, question.now)?;
        let listed = self.listed(question, &declared, window).await?;
        let wanted = Wanted::new(&question.endpoint, &declared, listed, question.view);
        let mut readings = Readings::new();
        self.asked(question, &declared, window, &wanted, &mut readings).await?;
        Ok(count_hours(question, &declared, window, &readings))
    }

    async fn endpoint(&self, question: &Question) -> Result<DescribedEndpoint, UsageError> {
        let name = question.endpoint.as_str();
        let endpoint = self.source.endpoint(name).await.map_err(|fault| match fault {
            fault if fault.is_not_found() => UsageError::NoEndpoint(name.to_owned()),
            fault => failed("sagemaker:DescribeEndpoint")(fault),
        })?;
        let config = self.config(name, &endpoint).await?;
        Ok(DescribedEndpoint::new(&endpoint, &config))
    }

    async fn config(
        &self,
        endpoint: &str,
        described: &DescribeEndpointOutput,
    ) -> Result<Arc<DescribeEndpointConfigOutput>, UsageError> {
        let name = described.endpoint_config_name().unwrap_or_default();
        let modified = described.last_modified_time().map_or(0, aws_smithy_types::DateTime::secs);
        if let Some(known) = self.memory.config(name, modified) {
            return Ok(known);
        }
        let config = self.source.endpoint_config(name).await.map_err(|fault| match fault {
            fault if fault.is_not_found() => {
                UsageError::NoConfig { endpoint: endpoint.to_owned(), config: name.to_owned() }
            }
            fault => failed("sagemaker:DescribeEndpointConfig")(fault),
        })?;
        let config = Arc::new(config);
        self.memory.keep_config(name, modified, &config);
        Ok(config)
    }

    async fn components(&self, question: &Question) -> Result<Vec<DescribedComponent>, UsageError> {
        let listed = self.source.inference_components(question.endpoint.as_str()).await;
        let listed = listed.map_err(failed("sagemaker:ListInferenceComponents"))?;
        let listed: Vec<Listed> = listed.into_iter().filter_map(Listed::new).collect();
        let mut may_describe = match question.view {
            View::Everything => usize::MAX,
            View::Cluster if listed.len() <= ALL_DESCRIBED => usize::MAX,
            View::Cluster => DESCRIBED_A_VIEW,
            // They show no copies.
            View::Costs | View::Hours => 0,
        };
        let mut found = Vec::new();
        for listed in listed {
            let known = self.memory.component(&listed, question.now);
            let describe = known.is_none() && may_describe > 0;
            may_describe = may_describe.saturating_sub(usize::from(describe));
            found.push((listed, known, describe));
        }
        stream::iter(found)
            .map(async |(listed, known, describe)| match known {
                Some(known) => Ok(known),
                None if describe => self.component(listed, question.now).await,
                None => Ok(listed.component),
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await
    }

    async fn component(&self, listed: Listed, now: Moment) -> Result<DescribedComponent, UsageError> {
        match self.source.inference_component(&listed.component.name).await {
            Ok(described) => {
                let component = listed.component.clone().described(&described);
                self.memory.keep_component(listed, component.clone(), now);
                Ok(component)
            }
            Err(fault) if fault.is_denied() => Err(failed("sagemaker:DescribeInferenceComponent")(fault)),
            Err(_) => Ok(listed.component),
        }
    }

    async fn listed(
        &self,
        question: &Question,
        declared: &DescribedEndpoint,
        window: Window,
    ) -> Result<Vec<Metric>, UsageError> {
        let listed: Vec<Vec<Metric>> = stream::iter(Listing::needed(declared, question.view.shows_single_gpus()))
            .map(|listing| self.list(question, listing, window))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(listed.into_iter().flatten().collect())
    }

    async fn list(&self, question: &Question, listing: Listing, window: Window) -> Result<Vec<Metric>, UsageError> {
        let filter = MetricFilter {
            namespace: listing.namespace,
            metric_name: listing.metric_name,
            endpoint: question.endpoint.as_str(),
            recently_active: window.is_recent,
        };
        self.source.metrics(filter).await.map_err(failed("cloudwatch:ListMetrics"))
    }

    async fn counted(
        &self,
        question: &Question,
        declared: &DescribedEndpoint,
        window: Window,
        listed: Vec<Metric>,
    ) -> Result<Usage, UsageError> {
        let wanted = Wanted::new(&question.endpoint, declared, listed, question.view);
        let mut readings = Readings::new();
        self.asked(question, declared, window, &wanted, &mut readings).await?;
        let later = wanted.later(&readings, window);
        self.asked(question, declared, window, &later, &mut readings).await?;
        wanted.spread(&mut readings, window, declared);
        let mut usage = count(question, declared, window, &readings);
        if wanted.is_by_copy() && question.view == View::Cluster {
            usage.remarks.push(Remark::ByCopy);
        }
        if later.has_requests() {
            usage.remarks.push(Remark::MostExpensive(MOST_MODELS_WITH_REQUESTS));
        }
        Ok(usage)
    }

    /// Adds to what was read, a second's worth of values at a time.
    async fn asked(
        &self,
        question: &Question,
        declared: &DescribedEndpoint,
        window: Window,
        wanted: &Wanted,
        readings: &mut Readings,
    ) -> Result<(), UsageError> {
        let place = (question.endpoint.as_str(), window);
        let calls = wanted.calls(window, declared, |asked| self.memory.recall(place, asked, question.now, readings));
        let periods = window.seconds() / window.period;
        let mut points = 0;
        let mut begun = Instant::now();
        for calls in calls.chunks(AT_ONCE) {
            for call in calls {
                let more = periods * i64::try_from(call.queries.len()).unwrap_or(i64::MAX);
                points += more;
            }
            let read: Vec<Readings> =
                stream::iter(calls).map(|call| self.values(call, window)).buffered(AT_ONCE).try_collect().await?;
            for (series, reading) in read.into_iter().flatten() {
                // The statistics of a series may have been asked for in different calls.
                readings.entry(series).or_default().add(reading);
            }
            if points >= POINTS_A_SECOND {
                sleep_until(begun + Duration::from_secs(1)).await;
                (points, begun) = (0, Instant::now());
            }
        }
        self.memory.keep_values(place, &calls, readings, question.now);
        Ok(())
    }

    async fn values(&self, call: &Call, window: Window) -> Result<Readings, UsageError> {
        let results = self.source.metric_data(&call.queries, window.from, window.until).await;
        let mut readings = call.nothing();
        for result in results.map_err(failed("cloudwatch:GetMetricData"))? {
            let times = result.timestamps().iter().map(|at| Moment(at.secs()));
            call.read(result.id().unwrap_or_default(), times.zip(result.values().iter().copied()), &mut readings);
        }
        Ok(readings)
    }
}
