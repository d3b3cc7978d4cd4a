//! What the monitoring itself costs in a month: the metric streams that enhanced metrics add, the alarms, the dashboard, and what
//! detailed observability ingests.
//!
//! Counted for the instances and copies that are declared, living a whole month. Prices and their date are in
//! `data/monitoring-prices.json`; what is free of charge in an account isn't taken off.
use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmInputBuilder;
use aws_sdk_cloudwatch::types::MetricStat;
use dashboard_picture::simulated::Simulation;
use metric_math::evaluation::{Expression, InsightsQuery, read};
use metric_math::telemetry::{FleetError, MINUTE, Metric, MetricStore, SECOND, Timestamp};
use monitored_endpoint::alarm::FleetAlarm;
use monitored_endpoint::plan::{AlarmRequest, PlannedAlarm};
use monitored_endpoint::reconcile::reason;
use monitored_endpoint::spec::AlarmName;
use monitored_endpoint::validation::Valid;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::ingestion::Ingestion;
use super::instances::HOURS;
use super::view::PanelsView;
use crate::explain::measure::promql;
use crate::simulation::{self, Scenario};

const PRICES: &str = include_str!("../../data/monitoring-prices.json");

/// A present for the simulation; what is counted is the same at any.
const NOW: Timestamp = 1_764_000_000 * SECOND;
/// How long the fleet has run by then: long enough for every series to have published at any frequency.
const LIFE: Timestamp = 30 * MINUTE;

/// Metrics that the panel over a fleet asks for of an endpoint with one variant.
const METRICS_OF_AN_ENDPOINT: u32 = 4;
/// Those of them that the alarm needs: what counts instances, and what is reserved of them.
const METRICS_OF_THE_ALARM: u32 = 2;
/// How often the alarm over a fleet has its number counted in a month.
const COUNTS_OF_A_MONTH: f64 = HOURS * 3600.0 / FleetAlarm::PERIOD as f64;

/// List prices of CloudWatch, in dollars a month.
#[derive(Clone, Debug, Deserialize)]
struct Prices {
    source: String,
    region: String,
    as_of: String,
    /// Of one metric stream, up to `metrics_at_that_price`.
    metric: f64,
    metrics_at_that_price: usize,
    /// Of one metric in an alarm whose period is a minute or more.
    standard_alarm_metric: f64,
    /// Of one metric in an alarm whose period is shorter.
    high_resolution_alarm_metric: f64,
    /// Of one metric that an alarm's Metrics Insights query analyses.
    metrics_insights_alarm_metric: f64,
    composite_alarm: f64,
    dashboard: f64,
    free_dashboards: u32,
    /// Of one gigabyte of OpenTelemetry metrics that is ingested.
    otel_gigabyte: f64,
    /// Of one metric that `GetMetricData` is asked for.
    requested_metric: f64,
}

impl Prices {
    fn basis(&self) -> String {
        format!("list prices of {} as of {}, {}", self.region, self.as_of, self.source)
    }
}

/// Why there is no estimate.
#[derive(Debug, Error)]
pub(crate) enum CostError {
    /// The prices can't be read.
    #[error("the price list can't be read")]
    Prices(#[from] serde_json::Error),
    /// The declared fleet can't be.
    #[error(transparent)]
    Fleet(#[from] FleetError),
}

/// An estimate for a month.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Estimate {
    pub(crate) lines: Vec<Line>,
    /// Of the lines.
    pub(crate) dollars_per_month: f64,
    /// What detailed observability costs on top of that, where it is on.
    pub(crate) detailed_observability: Option<Ingestion>,
    /// A look at the interactive panels, which isn't among the lines either: who looks how often isn't known.
    pub(crate) panels_view: Option<PanelsView>,
    /// Where the prices are from, and of which day.
    pub(crate) basis: String,
    /// What isn't in it.
    pub(crate) notes: Vec<String>,
}

/// One part of an estimate.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Line {
    #[serde(skip)]
    pub(crate) kind: LineKind,
    pub(crate) what: String,
    pub(crate) count: usize,
    pub(crate) dollars_each: f64,
    pub(crate) dollars_per_month: f64,
}

/// What a line of an estimate is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineKind {
    MetricStreams,
    Dashboard,
    /// A metric alarm or a composite one.
    Alarm,
}

/// Estimates what a plan's monitoring costs.
pub(crate) fn estimate(valid: &Valid) -> Result<Estimate, CostError> {
    let prices: Prices = serde_json::from_str(PRICES)?;
    let Some(monitoring) = valid.spec.monitoring() else { return Ok(of_fleet(valid, &prices)) };
    let (mut fleet, mut notes) = simulation::fleet(valid, Scenario::Steady);
    simulation::name_models(&mut fleet, valid);
    let simulation = Simulation { fleet: &fleet, beside: &[], start: NOW - LIFE, now: NOW, sway: 0.0 };
    let store = simulation.published()?;
    let charged: Vec<&Metric> = store.metrics().filter(|metric| is_charged(metric)).collect();
    let streams = "Metric streams of instances, copies and GPUs";
    let mut lines = vec![line(LineKind::MetricStreams, streams, charged.len(), prices.metric)];
    if charged.len() > prices.metrics_at_that_price {
        notes.push(format!("metric streams above {} cost less", prices.metrics_at_that_price));
    }
    lines.extend(valid.plan.dashboard.as_ref().map(|_| line(LineKind::Dashboard, "Dashboard", 1, prices.dashboard)));
    for PlannedAlarm { name, request, .. } in &valid.plan.alarms {
        lines.extend(match request {
            AlarmRequest::Composite(_) => {
                Some(line(LineKind::Alarm, &format!("Composite alarm {name}"), 1, prices.composite_alarm))
            }
            AlarmRequest::Metric(request) => alarm(name, request, &prices, &store, &mut notes),
        });
    }
    if valid.plan.dashboard.is_some() {
        notes.push(format!("the first {} dashboards of an account are free", prices.free_dashboards));
    }
    notes.push("each new instance or copy adds metric streams of its own; they are charged by the hour".to_owned());
    let dollars_per_month = lines.iter().map(|line| line.dollars_per_month).sum();
    let detailed_observability = Some(&fleet).filter(|_| monitoring.detailed_observability);
    let detailed_observability = detailed_observability.and_then(|fleet| Ingestion::of(fleet, prices.otel_gigabyte));
    let panels_view = PanelsView::of(valid, &simulation, &store, prices.requested_metric).unwrap_or_else(|error| {
        notes.push(format!("what a look at the interactive panels costs isn't known here: {}", reason(&error)));
        None
    });
    let basis = prices.basis();
    Ok(Estimate { lines, dollars_per_month, detailed_observability, panels_view, basis, notes })
}

/// What the monitoring of a fleet costs: how many endpoints there are only the account knows, and each look at the panel costs by
/// their number.
fn of_fleet(valid: &Valid, prices: &Prices) -> Estimate {
    let dashboard = valid.plan.dashboard.iter().map(|_| line(LineKind::Dashboard, "Dashboard", 1, prices.dashboard));
    let alarms = valid.plan.alarms.iter().map(|alarm| {
        line(LineKind::Alarm, &format!("Alarm {}, by metric", alarm.name), 1, prices.standard_alarm_metric)
    });
    let lines: Vec<Line> = dashboard.chain(alarms).collect();
    let mut notes = vec![format!("the first {} dashboards of an account are free", prices.free_dashboards)];
    let each = prices.requested_metric * f64::from(METRICS_OF_AN_ENDPOINT);
    notes.push(format!(
        "the interactive panel asks CloudWatch for about {METRICS_OF_AN_ENDPOINT} metrics of each endpoint (${each:.5}) when somebody looks"
    ));
    if !valid.plan.alarms.is_empty() {
        let a_month = prices.requested_metric * f64::from(METRICS_OF_THE_ALARM) * COUNTS_OF_A_MONTH;
        notes.push(format!(
            "the alarm has {METRICS_OF_THE_ALARM} of them read every quarter of an hour, for about ${a_month:.2} a month for each endpoint, and invokes the function every \
             minute"
        ));
    }
    let dollars_per_month = lines.iter().map(|line| line.dollars_per_month).sum();
    let basis = prices.basis();
    Estimate { lines, dollars_per_month, detailed_observability: None, panels_view: None, basis, notes }
}

/// What enhanced metrics add and is charged: utilization by instance, copy and GPU. Invocation metrics aren't
/// (<https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch-enhanced-metrics.html>).
fn is_charged(metric: &Metric) -> bool {
    metric.namespace.starts_with("/aws/sagemaker/") && metric.dimensions.contains_key("InstanceId")
}

fn alarm(
    name: &AlarmName,
    request: &PutMetricAlarmInputBuilder,
    prices: &Prices,
    store: &MetricStore,
    notes: &mut Vec<String>,
) -> Option<Line> {
    if promql(request).is_some() {
        notes.push(format!("alarm {name} is a PromQL query, whose price isn't part of this estimate"));
        return None;
    }
    let queries = || request.get_metrics().iter().flatten();
    if let Some(query) = queries().filter_map(|query| query.expression()).find_map(insights) {
        let analysed = store.metrics().filter(|metric| query.matches(metric)).count();
        let what = format!("Alarm {name}, by query");
        return Some(line(LineKind::Alarm, &what, analysed, prices.metrics_insights_alarm_metric));
    }
    let stats = || queries().filter_map(|query| query.metric_stat());
    let shortest = stats().filter_map(MetricStat::period).min().or(*request.get_period());
    let (kind, price) = if shortest.is_some_and(|period| period < 60) {
        (", high resolution", prices.high_resolution_alarm_metric)
    } else {
        ("", prices.standard_alarm_metric)
    };
    Some(line(LineKind::Alarm, &format!("Alarm {name}, by metric{kind}"), stats().count().max(1), price))
}

/// The Metrics Insights query that an expression is; none where it is metric math.
fn insights(expression: &str) -> Option<InsightsQuery> {
    match read(expression).ok()? {
        Expression::Insights(text) => InsightsQuery::read(&text).ok(),
        Expression::Math(_) => None,
    }
}

fn line(kind: LineKind, what: &str, count: usize, dollars_each: f64) -> Line {
    let whole = u32::try_from(count).map_or(f64::MAX, f64::from);
    Line { kind, what: what.to_owned(), count, dollars_each, dollars_per_month: whole * dollars_each }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_analyses_the_metrics_of_its_schema() {
        let dimensions = [("EndpointName", "e"), ("GpuId", "0")];
        let metric = Metric::new("/aws/sagemaker/InferenceComponents", "GPUUtilizationNormalized", &dimensions);
        let matches = |schema: &str, endpoint: &str| {
            let query = format!(
                "SELECT COUNT(GPUUtilizationNormalized) FROM SCHEMA({schema}) WHERE EndpointName = '{endpoint}'"
            );
            insights(&query).unwrap().matches(&metric)
        };
        assert!(matches(r#""/aws/sagemaker/InferenceComponents", GpuId, EndpointName"#, "e"));
        assert!(!matches(r#""/aws/sagemaker/InferenceComponents", GpuId, EndpointName"#, "other"));
        assert!(!matches(r#""/aws/sagemaker/InferenceComponents", EndpointName"#, "e"));
        assert!(!matches(r#""AWS/SageMaker", EndpointName, GpuId"#, "e"));
        assert_eq!(insights("selected / total"), None);
    }

    #[test]
    fn the_price_list_is_read_and_dated() {
        let prices: Prices = serde_json::from_str(PRICES).unwrap();
        assert_eq!(prices.as_of.len(), "2026-11-24".len());
        assert!(prices.metric > 0.0 && prices.dashboard > 0.0);
    }
}
