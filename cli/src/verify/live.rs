//! Asks SageMaker and CloudWatch. Reads only; nothing is checked here.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{
    DimensionFilter, Metric, MetricDataQuery, MetricStat, OTelEnrichmentStatus, RecentlyActive, ScanBy,
};
use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use monitored_endpoint::aws::Fault;
use thiserror::Error;

use super::panels::{Asked, asked, with_defaults};
use super::seen::{Component, Dashboard, Endpoint, Enrichment, Panel, Points, Seen, Series, Span};

const NAMESPACES: [&str; 3] = ["/aws/sagemaker/Endpoints", "/aws/sagemaker/InferenceComponents", "AWS/SageMaker"];
/// Queries of one call.
const MOST_QUERIES: usize = 500;
/// Seconds that samples have to arrive in, at the least.
const SETTLING: i64 = 180;

/// What was asked for.
pub(super) struct Target<'q> {
    pub(super) endpoint: &'q str,
    pub(super) dashboard: &'q str,
    /// Seconds to look back over.
    pub(super) last: i64,
    /// The present, in seconds since 1970.
    pub(super) now: i64,
}

/// Why there is nothing to check.
#[derive(Debug, Error)]
pub(crate) enum LiveError {
    /// There is no such endpoint.
    #[error("there is no endpoint named {0:?} in this account and Region")]
    NoEndpoint(String),
    /// AWS refused for want of a permission.
    #[error("access denied: the permission {action} is needed ({fault})")]
    Denied { action: &'static str, fault: Fault },
    /// AWS refused, or could not be reached in any attempt.
    #[error("{action} failed: {fault}")]
    Call { action: &'static str, fault: Fault },
}

fn failed<E: Into<Fault>>(action: &'static str) -> impl Fn(E) -> LiveError {
    move |error| {
        let fault = error.into();
        if fault.is_denied() { LiveError::Denied { action, fault } } else { LiveError::Call { action, fault } }
    }
}

/// The services, read only.
pub(super) struct Live {
    sagemaker: aws_sdk_sagemaker::Client,
    cloudwatch: aws_sdk_cloudwatch::Client,
}

impl Live {
    pub(super) fn new(config: &SdkConfig) -> Self {
        Self { sagemaker: aws_sdk_sagemaker::Client::new(config), cloudwatch: aws_sdk_cloudwatch::Client::new(config) }
    }

    pub(super) async fn see(&self, target: &Target<'_>) -> Result<Seen, LiveError> {
        let (endpoint, since) = self.endpoint(target.endpoint).await?;
        let span = span(&endpoint, target, since);
        let mut series = Vec::new();
        for metric in self.listed(&endpoint).await? {
            let shape = Series {
                namespace: metric.namespace().unwrap_or_default().to_owned(),
                metric: metric.metric_name().unwrap_or_default().to_owned(),
                dimensions: dimensions(&metric),
                ..Series::default()
            };
            series.push((shape, metric));
        }
        if span.from < span.until {
            for chunk in series.chunks_mut(MOST_QUERIES / 3) {
                self.read(chunk, span).await?;
            }
        }
        let series: Vec<Series> = series.into_iter().map(|(series, _)| series).collect();
        let dashboard = self.dashboard(target.dashboard, &series, span).await;
        Ok(Seen { enrichment: self.enrichment().await, endpoint, span, series, dashboard })
    }

    /// The endpoint, and since when it is as it is.
    async fn endpoint(&self, name: &str) -> Result<(Endpoint, i64), LiveError> {
        let described = self.sagemaker.describe_endpoint().endpoint_name(name).send().await.map_err(Fault::from);
        let described = described.map_err(|fault| {
            if fault.is_not_found() {
                LiveError::NoEndpoint(name.to_owned())
            } else {
                failed("sagemaker:DescribeEndpoint")(fault)
            }
        })?;
        let config = described.endpoint_config_name().unwrap_or_default();
        let config = self.sagemaker.describe_endpoint_config().endpoint_config_name(config).send().await;
        let config = config.map_err(failed("sagemaker:DescribeEndpointConfig"))?;
        let mut endpoint = Endpoint::declared(name, &described, &config);
        if endpoint.hosts_components() {
            endpoint.components = self.components(name).await?;
        }
        let since = described.last_modified_time().or(described.creation_time());
        Ok((endpoint, since.map_or(0, DateTime::secs)))
    }

    /// A component that can't be described is known by its name alone.
    async fn components(&self, endpoint: &str) -> Result<Vec<Component>, LiveError> {
        let pages = self.sagemaker.list_inference_components().endpoint_name_equals(endpoint);
        let mut pages = pages.into_paginator().items().send();
        let mut components = Vec::new();
        while let Some(listed) = pages.next().await {
            let listed = listed.map_err(failed("sagemaker:ListInferenceComponents"))?;
            let Some(name) = listed.inference_component_name() else { continue };
            let described = self.sagemaker.describe_inference_component().inference_component_name(name).send().await;
            components.push(Component::declared(&listed, described.ok().as_ref()));
        }
        Ok(components)
    }

    /// Every series of the endpoint's own: those with its name, and those with the name of a component on it.
    async fn listed(&self, endpoint: &Endpoint) -> Result<Vec<Metric>, LiveError> {
        let mut found: Vec<Metric> = Vec::new();
        let components =
            endpoint.components.iter().map(|component| ("InferenceComponentName", component.name.as_str()));
        for (dimension, value) in [("EndpointName", endpoint.name.as_str())].into_iter().chain(components) {
            for namespace in NAMESPACES {
                let filter = DimensionFilter::builder().name(dimension).value(value).build();
                let listing = self.cloudwatch.list_metrics().namespace(namespace).dimensions(filter);
                let listing = listing.recently_active(RecentlyActive::Pt3H);
                let mut pages = listing.into_paginator().send();
                while let Some(page) = pages.next().await {
                    let page = page.map_err(failed("cloudwatch:ListMetrics"))?;
                    // Another endpoint's component may have been of this name once.
                    let own = |metric: &Metric| {
                        dimensions(metric).get("EndpointName").is_none_or(|name| *name == endpoint.name)
                    };
                    found.extend(page.metrics.unwrap_or_default().into_iter().filter(own));
                }
            }
        }
        found.sort_by_key(|metric| format!("{:?} {:?} {:?}", metric.namespace, metric.metric_name, dimensions(metric)));
        found.dedup();
        Ok(found)
    }

    /// Samples and sums of each, and the highest value of percentages.
    async fn read(&self, series: &mut [(Series, Metric)], span: Span) -> Result<(), LiveError> {
        const STATISTICS: [&str; 3] = ["SampleCount", "Sum", "Maximum"];
        let mut queries = Vec::new();
        for (number, (shape, metric)) in series.iter().enumerate() {
            let wanted = if shape.metric.ends_with("Normalized") { 3 } else { 2 };
            for (at, statistic) in STATISTICS.iter().enumerate().take(wanted) {
                let period = i32::try_from(span.step).unwrap_or(i32::MAX);
                let stat = MetricStat::builder().metric(metric.clone()).period(period).stat(*statistic).build();
                queries.push(MetricDataQuery::builder().id(format!("q{}", number * 3 + at)).metric_stat(stat).build());
            }
        }
        for (id, points) in self.values(queries, span).await.map_err(failed("cloudwatch:GetMetricData"))? {
            let number = id.strip_prefix('q').and_then(|number| number.parse::<usize>().ok());
            let Some((at, (one, _))) = number.and_then(|number| Some((number % 3, series.get_mut(number / 3)?))) else {
                continue;
            };
            let into = match at {
                0 => &mut one.samples,
                1 => &mut one.sum,
                _ => &mut one.most,
            };
            into.extend(points);
        }
        Ok(())
    }

    /// Values by the ids of the queries. A search gives several results of one id.
    async fn values(&self, queries: Vec<MetricDataQuery>, span: Span) -> Result<Vec<(String, Points)>, Fault> {
        let request = self
            .cloudwatch
            .get_metric_data()
            .set_metric_data_queries(Some(queries))
            .start_time(DateTime::from_secs(span.from))
            .end_time(DateTime::from_secs(span.until))
            .scan_by(ScanBy::TimestampAscending);
        let mut pages = request.into_paginator().send();
        let mut values = Vec::new();
        while let Some(page) = pages.next().await {
            for result in page.map_err(Fault::from)?.metric_data_results() {
                let times = result.timestamps().iter().map(DateTime::secs);
                let points = times.zip(result.values().iter().copied()).collect();
                values.push((result.id().unwrap_or_default().to_owned(), points));
            }
        }
        Ok(values)
    }

    /// The deployed dashboard, evaluated; or why it isn't.
    async fn dashboard(&self, name: &str, series: &[Series], span: Span) -> Result<Dashboard, String> {
        if span.from >= span.until {
            return Err("there is no stretch of time to evaluate it over".to_owned());
        }
        let found = self.cloudwatch.get_dashboard().dashboard_name(name).send().await.map_err(Fault::from);
        let found = found.map_err(|fault| format!("cloudwatch:GetDashboard of {name}: {fault}"))?;
        let body = serde_json::from_str(found.dashboard_body().unwrap_or_default()).unwrap_or_default();
        let (panels, searches) = asked(&with_defaults(&body, series));
        Ok(Dashboard { panels: self.evaluated(panels, span).await, searches: self.evaluated(searches, span).await })
    }

    async fn evaluated(&self, asked: Vec<Asked>, span: Span) -> Vec<Panel> {
        let mut panels = Vec::new();
        for Asked { title, asks, queries, shown } in asked {
            let lines = self.values(queries, span).await.map_err(|fault| fault.to_string()).map(|values| {
                let has_data = |id: &&String| values.iter().any(|(shown, points)| shown == *id && !points.is_empty());
                (shown.iter().filter(has_data).count(), shown.len())
            });
            panels.push(Panel { title, asks, lines });
        }
        panels
    }

    async fn enrichment(&self) -> Result<Enrichment, String> {
        let answer =
            self.cloudwatch.get_o_tel_enrichment().send().await.map_err(|error| Fault::from(error).to_string())?;
        match answer.status() {
            Some(OTelEnrichmentStatus::Running) => Ok(Enrichment::Running),
            Some(OTelEnrichmentStatus::Stopped) => Ok(Enrichment::Stopped),
            other => Err(format!("the status is {other:?}")),
        }
    }
}

fn dimensions(metric: &Metric) -> BTreeMap<String, String> {
    let pairs = metric.dimensions().iter();
    pairs.filter_map(|one| Some((one.name()?.to_owned(), one.value()?.to_owned()))).collect()
}

/// From when the endpoint was last changed, at the earliest, to when samples have arrived; whole periods, and whole intervals.
fn span(endpoint: &Endpoint, target: &Target<'_>, since: i64) -> Span {
    let frequency = endpoint.frequency;
    let step = frequency.min(60);
    let until = (target.now - SETTLING.max(2 * frequency)).div_euclid(frequency) * frequency;
    let from = (until - target.last).max(since + frequency);
    Span { from: -(-from).div_euclid(frequency) * frequency, until, step }
}

impl Endpoint {
    fn declared(
        name: &str,
        described: &DescribeEndpointOutput,
        config: &aws_sdk_sagemaker::operation::describe_endpoint_config::DescribeEndpointConfigOutput,
    ) -> Self {
        let metrics = config.metrics_config();
        let seconds = metrics.and_then(|metrics| metrics.metric_publish_frequency_in_seconds).unwrap_or(60);
        let asynchronous = config.async_inference_config().is_some();
        let running: BTreeMap<&str, u32> = described
            .production_variants()
            .iter()
            .chain(described.shadow_production_variants())
            .filter_map(|one| Some((one.variant_name()?, u32::try_from(one.current_instance_count()?).ok()?)))
            .collect();
        let variants = config.production_variants().iter().chain(config.shadow_production_variants());
        Self {
            name: name.to_owned(),
            status: described.endpoint_status().map(ToString::to_string).unwrap_or_default(),
            frequency: i64::from(seconds).max(1),
            enhanced: metrics.and_then(|metrics| metrics.enable_enhanced_metrics) == Some(true),
            variants: variants.filter_map(|one| super::declared::variant(one, asynchronous, &running)).collect(),
            components: Vec::new(),
        }
    }
}
