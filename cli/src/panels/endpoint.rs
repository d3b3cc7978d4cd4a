//! A simulated endpoint that answers what the panels ask of SageMaker and CloudWatch, over metric data in memory.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricDataResult, MetricStat, StatusCode};
use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::operation::describe_endpoint_config::DescribeEndpointConfigOutput;
use aws_sdk_sagemaker::operation::describe_inference_component::DescribeInferenceComponentOutput;
use aws_sdk_sagemaker::types::InferenceComponentSummary;
use dashboard_picture::simulated::Simulation;
use metric_math::evaluation::dashboard::TimeSpan;
use metric_math::evaluation::{self, Data, EvaluationError, Queries, Query, Series};
use metric_math::telemetry::{self, MetricStore, SECOND, Timestamp};
use monitored_endpoint::aws::{Aftermath, Fault};
use monitored_endpoint::usage::{MetricFilter, Moment, Source, SourceAnswer};

use super::declaration::{self, DescribedComponent};

/// An endpoint in memory, in whatever Region it is asked for.
#[derive(Debug)]
pub(super) struct SimulatedEndpoint {
    name: String,
    endpoint: DescribeEndpointOutput,
    config: DescribeEndpointConfigOutput,
    components: Vec<DescribedComponent>,
    store: MetricStore,
    now: Timestamp,
    asked: AtomicUsize,
}

impl SimulatedEndpoint {
    /// The endpoint at the end of `simulation`, which has published `store`.
    pub(super) fn new(simulation: &Simulation<'_>, store: MetricStore) -> Self {
        let (fleet, lived) = (simulation.fleet, simulation.now - simulation.start);
        Self {
            name: fleet.endpoint.clone(),
            endpoint: declaration::endpoint(fleet, lived),
            config: declaration::endpoint_config(fleet, lived),
            components: declaration::components(fleet, lived),
            store,
            now: simulation.now,
            asked: AtomicUsize::default(),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn config_name(&self) -> Option<&str> {
        self.config.endpoint_config_name()
    }

    pub(super) fn component_summaries(&self) -> impl Iterator<Item = InferenceComponentSummary> {
        self.components.iter().map(|component| component.summary.clone())
    }

    /// What all endpoints have published.
    pub(super) fn store(&self) -> &MetricStore {
        &self.store
    }

    /// How many metrics `GetMetricData` has been asked for.
    pub(super) fn metrics_asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    fn evaluate(
        &self,
        queries: &[MetricDataQuery],
        from: Moment,
        until: Moment,
    ) -> Result<Vec<MetricDataResult>, EvaluationError> {
        let read = queries.iter().map(query).collect::<Result<Vec<Query>, _>>()?;
        let range = TimeSpan { start: from.0 * SECOND, end: until.0 * SECOND };
        let evaluated = Queries::of_request(Data::of(&self.store), range, self.now, read)?;
        let mut results = Vec::new();
        for (number, query) in queries.iter().enumerate().filter(|(_, query)| query.return_data() != Some(false)) {
            let series = evaluated.series(number)?;
            results.extend(series.iter().map(|series| result(query.id().unwrap_or_default(), series)));
        }
        Ok(results)
    }
}

impl Source for SimulatedEndpoint {
    fn endpoint<'a>(&'a self, name: &'a str) -> SourceAnswer<'a, DescribeEndpointOutput> {
        Box::pin(ready(if name == self.name { Ok(self.endpoint.clone()) } else { Err(not_found(name)) }))
    }

    fn endpoint_config<'a>(&'a self, name: &'a str) -> SourceAnswer<'a, DescribeEndpointConfigOutput> {
        let is_its = self.config.endpoint_config_name() == Some(name);
        Box::pin(ready(if is_its { Ok(self.config.clone()) } else { Err(not_found(name)) }))
    }

    fn inference_components<'a>(&'a self, endpoint: &'a str) -> SourceAnswer<'a, Vec<InferenceComponentSummary>> {
        let on_it = self.components.iter().filter(|_| endpoint == self.name);
        Box::pin(ready(Ok(on_it.map(|component| component.summary.clone()).collect())))
    }

    fn inference_component<'a>(&'a self, name: &'a str) -> SourceAnswer<'a, DescribeInferenceComponentOutput> {
        let found = self.components.iter().find(|component| component.name == name);
        Box::pin(ready(found.map(|component| component.description.clone()).ok_or_else(|| not_found(name))))
    }

    /// Whatever is found counts as recently active.
    fn metrics<'a>(&'a self, filter: MetricFilter<'a>) -> SourceAnswer<'a, Vec<Metric>> {
        let found = self.store.recent(self.now).filter(|metric| {
            metric.namespace == filter.namespace
                && metric.name == filter.metric_name
                && metric.dimensions.get("EndpointName").is_some_and(|endpoint| endpoint == filter.endpoint)
        });
        Box::pin(ready(Ok(found.map(shape).collect())))
    }

    fn metric_data<'a>(
        &'a self,
        queries: &'a [MetricDataQuery],
        from: Moment,
        until: Moment,
    ) -> SourceAnswer<'a, Vec<MetricDataResult>> {
        self.asked.fetch_add(queries.len(), Ordering::Relaxed);
        let evaluated = self.evaluate(queries, from, until);
        Box::pin(ready(evaluated.map_err(|error| refused("ValidationError", error.to_string()))))
    }

    fn in_region(&self, _region: &str) -> Option<Arc<dyn Source>> {
        None
    }
}

fn refused(code: &str, message: String) -> Fault {
    Fault { code: Some(code.to_owned()), message, aftermath: Aftermath::Refused }
}

fn not_found(name: &str) -> Fault {
    refused("ValidationException", format!("Could not find {name:?}."))
}

fn query(query: &MetricDataQuery) -> Result<Query, EvaluationError> {
    let period = |seconds: Option<i32>| seconds.and_then(|seconds| u32::try_from(seconds).ok());
    let (source, period) = match (query.metric_stat(), query.expression()) {
        (Some(stat), _) => (metric(stat)?, period(stat.period())),
        (None, expression) => {
            let expression = evaluation::read(expression.unwrap_or_default())?;
            (evaluation::QuerySource::Expression(expression), period(query.period()))
        }
    };
    let label = query.label().map(str::to_owned);
    Ok(Query { id: query.id().unwrap_or_default().to_owned(), source, label, period })
}

fn metric(stat: &MetricStat) -> Result<evaluation::QuerySource, EvaluationError> {
    let metric = stat.metric().cloned().unwrap_or_else(|| Metric::builder().build());
    let pairs: Vec<(&str, &str)> =
        metric.dimensions().iter().filter_map(|dimension| Some((dimension.name()?, dimension.value()?))).collect();
    let (namespace, name) = (metric.namespace().unwrap_or_default(), metric.metric_name().unwrap_or_default());
    let read = telemetry::Metric::new(namespace, name, &pairs);
    Ok(evaluation::QuerySource::Metric(read, stat.stat().unwrap_or_default().parse()?))
}

fn shape(metric: &telemetry::Metric) -> Metric {
    let dimensions = metric.dimensions.iter();
    let dimensions = dimensions.map(|(name, value)| Dimension::builder().name(name).value(value).build()).collect();
    Metric::builder().namespace(&metric.namespace).metric_name(&metric.name).set_dimensions(Some(dimensions)).build()
}

fn result(id: &str, series: &Series) -> MetricDataResult {
    let times = series.points.keys().map(|at| DateTime::from_millis(*at)).collect();
    MetricDataResult::builder()
        .id(id)
        .label(&series.label)
        .set_timestamps(Some(times))
        .set_values(Some(series.points.values().copied().collect()))
        .status_code(StatusCode::Complete)
        .build()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use aws_config::{BehaviorVersion, Region, SdkConfig};
    use aws_sdk_sagemaker::config::{Credentials, SharedCredentialsProvider};
    use aws_stand_in::{Config, StandIn};
    use dashboard_picture::simulated::present;
    use metric_math::telemetry::{Fleet, HOUR, Serving, scenario};
    use monitored_endpoint::spec::{Dollars, EndpointName};
    use monitored_endpoint::usage::{InstanceTerms, Question, Reader, Terms, TimeRange, View};

    use super::*;

    fn account(url: &str) -> SdkConfig {
        let credentials = Credentials::new("a", "b", None, None, "test");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(url)
            .build()
    }

    fn fleets() -> Vec<Fleet> {
        let mut shadowed = scenario::serving(60, Serving::OwnModel);
        shadowed.variants[0].instance_type = "ml.g5.12xlarge, ml.g6.12xlarge".to_owned();
        let mut shadow = shadowed.variants[0].clone();
        (shadow.name, shadow.shadow) = ("Shadow".to_owned(), true);
        shadowed.variants.push(shadow);
        vec![
            scenario::steady(60),
            scenario::scale_out(30),
            scenario::scale_to_zero(60),
            scenario::one_hot_model(10),
            scenario::serving(60, Serving::Asynchronous),
            scenario::serving(60, Serving::Serverless { provisioned: false }),
            shadowed,
        ]
    }

    /// The stand-in is asked over the SDK's own protocols and checks every request against AWS's model.
    #[test]
    fn an_endpoint_in_memory_answers_as_the_stand_in_does() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let now = present();
        for fleet in fleets() {
            let simulation = Simulation { fleet: &fleet, beside: &[], start: now - 2 * HOUR, now, sway: 0.2 };
            let store = simulation.published().unwrap();
            let stand_in = StandIn::start(Config { transition: Duration::ZERO, ..Config::default() }).unwrap();
            stand_in.host(&fleet, Duration::from_hours(2)).unwrap();
            stand_in.edit_metrics(|published| *published = store.clone());
            let price = InstanceTerms { gpus: None, price_per_hour: Some(Dollars(8.0)) };
            let question = Question {
                endpoint: EndpointName::parse(&fleet.endpoint).unwrap(),
                range: TimeRange::Last(3600),
                now: Moment(now / SECOND),
                terms: Terms { default: price, ..Terms::default() },
                view: View::Everything,
            };
            let over_http = runtime.block_on(Reader::new(&account(stand_in.url())).read(&question)).unwrap();
            let source = Arc::new(SimulatedEndpoint::new(&simulation, store));
            let in_memory = runtime.block_on(Reader::from_source(source).read(&question)).unwrap();
            assert_eq!(in_memory, over_http, "{:?}", fleet.variants);
            assert!(in_memory.has_data || in_memory.variants.is_empty(), "{in_memory:?}");
        }
    }
}
