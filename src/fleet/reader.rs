//! Asks SageMaker and CloudWatch about all endpoints. Reads only, a few calls at a time, and what is denied of one endpoint hides no
//! other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::SdkConfig;
use aws_sdk_sagemaker::types::{EndpointSummary, InferenceComponentSummary};
use futures_util::stream::{self, StreamExt as _};

use super::counting::{FleetMember, Span};
use super::described::{Described, FleetMemory};
use super::linked::{self, LinkedVariant};
use super::queries::{AskedMetric, FleetReadings, read};
use super::source::{FleetServices, FleetSource};
use super::{EndpointStanding, FleetUsage, Known, LinkedStanding};
use crate::aws::Fault;
use crate::ledger::{Watcher, Watchers};
use crate::pricing::{ListPrice, ListPrices};
use crate::spec::Dollars;
use crate::usage::{Moment, UsageError};

/// Descriptions under way at the same time: enough for 200 endpoints in a second, too few to be throttled for long.
const AT_ONCE: usize = 16;
/// Metrics that a view asks for at the most: ten calls, and five cents.
const MOST_METRICS: usize = 5_000;
/// Values of one series over a range.
const MOST_PERIODS: i64 = 288;
/// Seconds of a value.
const PERIODS: [i64; 5] = [300, 900, 3600, 21_600, 86_400];
/// Seconds for which data is kept by five minutes; older data is by the hour
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html>, "Metrics retention").
const KEPT_BY_FIVE_MINUTES: i64 = 63 * 86_400;
/// Seconds that a sample has to arrive before its period is read.
const SETTLING: i64 = 120;
/// Buckets of the alarm that are remembered: a day of quarters of an hour, for some fleets.
const MOST_BUCKETS: usize = 2_000;

/// What is asked.
#[derive(Clone, Debug, Default)]
pub struct FleetQuestion {
    /// Start of the range.
    pub from: i64,
    /// Its end.
    pub until: i64,
    /// The present.
    pub now: i64,
    /// Prices that go before the list price, by instance type.
    pub prices: Vec<(String, Dollars)>,
    /// Endpoints to leave out.
    pub excluded: Vec<String>,
    /// Whether linked accounts are looked at, too.
    pub linked_accounts: bool,
    /// The account whose endpoints these are.
    pub account: String,
}

/// The services, read only, and what they said before. Made once per process.
#[derive(Clone, Debug)]
pub struct FleetReader {
    source: Arc<dyn FleetSource>,
    memory: FleetMemory,
    prices: Arc<Mutex<ListPrices>>,
    /// Dollars per hour in a period, by its start and what was asked.
    buckets: Arc<Mutex<BTreeMap<(String, i64), PeriodCost>>>,
}

/// What one period of the alarm came to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PeriodCost {
    /// Dollars per hour.
    pub dollars: f64,
    /// Whether something is missing from it: an endpoint that couldn't be described, or a price.
    pub is_partial: bool,
}

/// Endpoints with what SageMaker says of them.
struct Listed {
    summaries: Vec<EndpointSummary>,
    described: Vec<Result<Arc<Described>, String>>,
    components: Vec<InferenceComponentSummary>,
    remarks: Vec<String>,
}

impl FleetReader {
    /// With the Region, credentials and endpoint URLs of `config`, and the request ledger in the table of this name.
    #[must_use]
    pub fn new(config: &SdkConfig, table: Option<&str>) -> Self {
        Self::from_source(Arc::new(FleetServices::new(config, table)))
    }

    /// Of whatever answers as the services do.
    #[must_use]
    pub fn from_source(source: Arc<dyn FleetSource>) -> Self {
        Self { source, memory: FleetMemory::default(), prices: Arc::default(), buckets: Arc::default() }
    }

    /// A reader of another Region; `None` where this one reads that Region already.
    pub(crate) fn in_region(&self, region: &str) -> Option<Self> {
        self.source.in_region(region).map(Self::from_source)
    }

    /// Asks and counts.
    ///
    /// IAM actions: `sagemaker:ListEndpoints`, `DescribeEndpoint`, `DescribeEndpointConfig`, `ListInferenceComponents`;
    /// `cloudwatch:GetMetricData` and, for linked accounts, `ListMetrics`; `pricing:GetProducts`; `dynamodb:Scan` of the ledger.
    ///
    /// # Errors
    /// Where endpoints can't be listed, or metrics can't be read at all.
    pub async fn read(&self, question: &FleetQuestion) -> Result<FleetUsage, UsageError> {
        let span = span(question);
        let now = Moment(question.now);
        let (listed, watchers) = tokio::join!(self.listed(question, true), self.source.watchers());
        let listed = listed?;
        let prices = self.priced(&listed, question).await;
        let members = listed.members();
        let mut remarks = listed.remarks.clone();
        let (range, daily) = asked(&members, &mut remarks);
        let days = Span::days(now);
        let (range, daily) = tokio::join!(self.metrics(&range, span), self.metrics(&daily, days));
        let (range, daily) = (range?, daily?);
        let watchers = watchers.map_err(|fault| remarks.push(in_words("the provider's request ledger", &fault))).ok();
        let endpoints = members.iter().zip(&listed.described).map(|(member, described)| {
            let mut standing = member.standing((&range, span), (&daily, days), &prices, now);
            standing.remark = standing.remark.take().or_else(|| described.as_ref().err().cloned());
            standing.watcher = watcher(watchers.as_ref().and_then(Option::as_ref), &standing);
            standing
        });
        let endpoints = endpoints.collect();
        let linked = self.linked(question, span, &mut remarks).await;
        Ok(FleetUsage { from: Some(span.from), until: Some(span.until), endpoints, linked, remarks })
    }

    /// Dollars per hour that unused GPUs cost in periods of `period` seconds that begin at `starts`, which are multiples of it. A
    /// period that was counted before isn't read again.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn unallocated(
        &self,
        question: &FleetQuestion,
        period: i64,
        starts: &BTreeSet<i64>,
    ) -> Result<BTreeMap<i64, PeriodCost>, UsageError> {
        let key = format!("{:?} {:?} {period}", question.prices, question.excluded);
        let (known, missing) = self.remembered(&key, starts);
        let (Some(first), Some(last)) = (missing.first(), missing.last()) else { return Ok(known) };
        let listed = self.listed(question, false).await?;
        let prices = self.priced(&listed, question).await;
        let members = listed.members();
        let asked: Vec<AskedMetric> = members.iter().flat_map(FleetMember::capacity).collect();
        let span = Span { from: Moment(*first), until: Moment(last + period), period };
        let readings = self.metrics(&asked, span).await?;
        let counted = missing.iter().map(|start| {
            let mut bucket = PeriodCost::default();
            for member in &members {
                match member.unallocated_per_hour(&readings, &prices, Moment(*start), period) {
                    Some(dollars) => bucket.dollars += dollars,
                    None => bucket.is_partial = true,
                }
            }
            (*start, bucket)
        });
        let counted: BTreeMap<i64, PeriodCost> = counted.collect();
        self.remember(&key, &counted);
        Ok(known.into_iter().chain(counted).collect())
    }

    fn remembered(&self, key: &str, starts: &BTreeSet<i64>) -> (BTreeMap<i64, PeriodCost>, BTreeSet<i64>) {
        let buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let known = |start: &i64| buckets.get(&(key.to_owned(), *start)).map(|bucket| (*start, *bucket));
        let known: BTreeMap<i64, PeriodCost> = starts.iter().filter_map(known).collect();
        let missing = starts.iter().copied().filter(|start| !known.contains_key(start)).collect();
        (known, missing)
    }

    fn remember(&self, key: &str, counted: &BTreeMap<i64, PeriodCost>) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() + counted.len() > MOST_BUCKETS {
            buckets.clear();
        }
        buckets.extend(counted.iter().map(|(start, bucket)| ((key.to_owned(), *start), *bucket)));
    }

    /// The endpoints, with their components where requests are counted: money needs none.
    async fn listed(&self, question: &FleetQuestion, with_components: bool) -> Result<Listed, UsageError> {
        let components =
            async { if with_components { self.source.inference_components().await } else { Ok(Vec::new()) } };
        let (endpoints, components) = tokio::join!(self.source.endpoints(), components);
        let mut summaries = endpoints.map_err(UsageError::of_call("sagemaker:ListEndpoints"))?;
        summaries.retain(|summary| {
            summary.endpoint_name().is_some_and(|name| !question.excluded.iter().any(|excluded| excluded == name))
        });
        summaries.sort_by(|one, other| one.endpoint_name().cmp(&other.endpoint_name()));
        let mut remarks = Vec::new();
        let components = components.unwrap_or_else(|fault| {
            remarks.push(format!("{}, so requests to them aren't known.", in_words("inference components", &fault)));
            Vec::new()
        });
        let described =
            stream::iter(&summaries).map(|summary| self.described(summary)).buffered(AT_ONCE).collect().await;
        Ok(Listed { summaries, described, components, remarks })
    }

    async fn described(&self, summary: &EndpointSummary) -> Result<Arc<Described>, String> {
        if let Some(known) = self.memory.recall(summary) {
            return Ok(known);
        }
        let name = summary.endpoint_name().unwrap_or_default();
        let endpoint = self.source.endpoint(name).await.map_err(|fault| in_words("it", &fault))?;
        let config = endpoint.endpoint_config_name().unwrap_or_default();
        let config = self.source.endpoint_config(config).await.map_err(|fault| in_words("its config", &fault))?;
        let described = Arc::new(Described::new(&endpoint, &config));
        self.memory.keep(summary, &described);
        Ok(described)
    }

    /// The prices of all instance types: as given, else the list price, which a process looks up once.
    async fn priced(&self, listed: &Listed, question: &FleetQuestion) -> ListPrices {
        let types = listed.described.iter().flatten().flat_map(|described| described.instance_types());
        let types: BTreeSet<&str> = types.collect();
        let known = self.prices.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let is_given = |name: &str| question.prices.iter().any(|(given, _)| given == name);
        let wanted: BTreeSet<&str> =
            types.into_iter().filter(|name| !is_given(name) && !matches!(known.0.get(*name), Some(Ok(_)))).collect();
        let mut prices = known;
        if !wanted.is_empty() {
            prices.0.extend(self.source.list_prices(&wanted).await.0);
            self.prices.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&prices);
        }
        let given = question.prices.iter().map(|(name, price)| {
            (name.clone(), Ok(ListPrice { per_hour: *price, effective: "as declared".to_owned(), sku: None }))
        });
        prices.0.extend(given);
        prices
    }

    async fn metrics(&self, asked: &[AskedMetric], span: Span) -> Result<FleetReadings, UsageError> {
        let range = (span.from, span.until);
        let read = read(self.source.as_ref(), asked, span.period, range).await;
        read.map_err(UsageError::of_call("cloudwatch:GetMetricData"))
    }

    async fn linked(&self, question: &FleetQuestion, span: Span, remarks: &mut Vec<String>) -> Vec<LinkedStanding> {
        if !question.linked_accounts {
            return Vec::new();
        }
        let (namespace, name) = linked::FOUND_BY;
        let found = match self.source.linked_metrics(namespace, name).await {
            Ok(found) => found,
            Err(fault) => {
                remarks.push(in_words("metrics of linked accounts", &fault));
                return Vec::new();
            }
        };
        let (variants, more) = linked::variants(&found, &question.account);
        if more {
            remarks.push(format!("Linked accounts have more endpoints; {} variants are shown.", variants.len()));
        }
        let days = Span::days(Moment(question.now));
        let range: Vec<AskedMetric> = variants.iter().flat_map(LinkedVariant::of_range).collect();
        let daily: Vec<AskedMetric> = variants.iter().map(LinkedVariant::of_days).collect();
        match tokio::join!(self.metrics(&range, span), self.metrics(&daily, days)) {
            (Ok(range), Ok(daily)) => linked::standings(&variants, &range, (&daily, days), Moment(question.now)),
            (Err(error), _) | (_, Err(error)) => {
                remarks.push(format!("What linked accounts publish could not be read: {error}."));
                Vec::new()
            }
        }
    }
}

impl Listed {
    fn members(&self) -> Vec<FleetMember<'_>> {
        let mut by_endpoint: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for component in &self.components {
            if let (Some(endpoint), Some(name)) = (component.endpoint_name(), component.inference_component_name()) {
                by_endpoint.entry(endpoint).or_default().push(name);
            }
        }
        let members = self.summaries.iter().zip(&self.described).map(|(summary, described)| FleetMember {
            components: by_endpoint.remove(summary.endpoint_name().unwrap_or_default()).unwrap_or_default(),
            summary,
            described: described.as_ref().ok().map(Arc::as_ref),
        });
        members.collect()
    }
}

/// What is asked over the range, and what by the day. Requests are left out where all together would be too many.
fn asked(members: &[FleetMember<'_>], remarks: &mut Vec<String>) -> (Vec<AskedMetric>, Vec<AskedMetric>) {
    let mut range: Vec<AskedMetric> = members.iter().flat_map(FleetMember::capacity).collect();
    let mut daily = Vec::new();
    let mut left_out = 0_usize;
    for member in members {
        let (requests, failed) = member.traffic();
        if range.len() + daily.len() + 2 * requests.len() + failed.len() > MOST_METRICS {
            left_out += 1;
            continue;
        }
        range.extend(requests.iter().cloned().chain(failed));
        daily.extend(requests);
    }
    if left_out > 0 {
        remarks.push(format!(
            "Requests of {left_out} endpoints aren't read: a view asks for at most {MOST_METRICS} metrics. ExcludeEndpoints leaves others out."
        ));
    }
    (range, daily)
}

/// Whole periods of the range whose data has arrived, a few hundred at the most.
fn span(question: &FleetQuestion) -> Span {
    let settled = question.now - SETTLING;
    let (from, until) = (question.from, question.until.min(settled));
    let kept = if question.now - from > KEPT_BY_FIVE_MINUTES { 3600 } else { PERIODS[0] };
    let is_fair = |period: &i64| *period >= kept && (until - from) / period <= MOST_PERIODS;
    let period = PERIODS.into_iter().find(is_fair).unwrap_or(PERIODS[4]);
    let until = until.div_euclid(period) * period;
    let from = (from.div_euclid(period) * period).min(until - period);
    Span { from: Moment(from), until: Moment(until), period }
}

fn watcher(watchers: Option<&Watchers>, standing: &EndpointStanding) -> Known<Watcher> {
    match watchers.map(|watchers| watchers.of(&standing.name)) {
        None => Known::Unasked,
        Some(None) => Known::Missing,
        Some(Some(watcher)) => Known::Found(watcher.clone()),
    }
}

/// Why something can't be shown.
fn in_words(what: &str, fault: &Fault) -> String {
    let code = fault.code.as_deref().unwrap_or("no answer");
    if fault.is_denied() {
        format!("Access to {what} was denied ({code}): the function needs FleetReads")
    } else {
        format!("Nothing can be said of {what} ({code})")
    }
}
