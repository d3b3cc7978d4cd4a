//! What `PutMetricAlarm` refuses beyond the constraints of single members.
//! It looks at one request only, never at alarms that exist. Messages that are known from CloudWatch are its own; for
//! the others only the code is.
//! See <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html>.

mod request;

use std::collections::HashSet;

pub(super) use self::request::MetricAlarmRequest;
use self::request::MetricQuery;
use serde_json::Value;

use metric_math::evaluation::alarm::{WALL_CLOCK_PERIODS, time_zone};
use metric_math::evaluation::{self, Expression, ValueKind};

const MOST_METRICS: usize = 10;
const MOST_EXPRESSIONS: usize = 10;
const DAY: i64 = 86_400;
const WEEK: i64 = 7 * DAY;
const HOUR: i64 = 3_600;

/// Why a request is refused, in the words for the caller.
pub(super) fn check(request: &MetricAlarmRequest) -> Result<(), String> {
    if request.alarm_name.chars().any(char::is_control) {
        return Err("AlarmName must not contain ASCII Control characters".into());
    }
    let actions = [&request.ok_actions, &request.alarm_actions, &request.insufficient_data_actions];
    if let Some(action) = actions.into_iter().flatten().find(|action| !is_arn(action)) {
        return Err(format!("Invalid arn syntax: {action}"));
    }
    if request.is_promql() {
        return check_promql(request);
    }
    if request.evaluation_interval.is_some() {
        return Err("EvaluationInterval can only be set together with EvaluationCriteria.".into());
    }
    let period = match &request.metrics {
        Some(metrics) => check_metrics(request, metrics)?,
        None => check_single_metric(request)?,
    };
    check_evaluation(request, period)
}

fn is_arn(text: &str) -> bool {
    let parts: Vec<_> = text.splitn(6, ':').collect();
    parts.len() == 6 && parts[0] == "arn" && !parts[1].is_empty() && !parts[2].is_empty() && !parts[5].is_empty()
}

/// Members that describe a single metric, and whether each is given.
fn members_of_single_metric(request: &MetricAlarmRequest) -> [(&'static str, bool); 7] {
    [
        ("MetricName", request.metric_name.is_some()),
        ("Namespace", request.namespace.is_some()),
        ("Dimensions", request.dimensions.is_some()),
        ("Period", request.period.is_some()),
        ("Unit", request.unit.is_some()),
        ("Statistic", request.statistic.is_some()),
        ("ExtendedStatistic", request.extended_statistic.is_some()),
    ]
}

/// A PromQL alarm defines everything in its criteria.
fn check_promql(request: &MetricAlarmRequest) -> Result<(), String> {
    let others = [
        ("Metrics", request.metrics.is_some()),
        ("Threshold", request.threshold.is_some()),
        ("ComparisonOperator", request.comparison_operator.is_some()),
        ("ThresholdMetricId", request.threshold_metric_id.is_some()),
        ("EvaluationPeriods", request.evaluation_periods.is_some()),
        ("DatapointsToAlarm", request.datapoints_to_alarm.is_some()),
        ("TreatMissingData", request.treat_missing_data.is_some()),
        ("EvaluateLowSampleCountPercentile", request.evaluate_low_sample_count_percentile.is_some()),
        ("EvaluationWindow", request.evaluation_window.is_some()),
    ];
    if let Some((name, _)) = members_of_single_metric(request).iter().chain(&others).find(|(_, given)| *given) {
        return Err(format!("{name} must not be set if EvaluationCriteria is set."));
    }
    match request.evaluation_interval {
        None => Err("EvaluationInterval must not be null if EvaluationCriteria is set.".into()),
        Some(interval) if !is_period(interval) => {
            Err("EvaluationInterval must be 10, 20, 30 or a multiple of 60".into())
        }
        Some(_) => Ok(()),
    }
}

fn check_single_metric(request: &MetricAlarmRequest) -> Result<i64, String> {
    if request.metric_name.is_none() {
        return Err("MetricName must not be null".into());
    }
    if request.namespace.is_none() {
        return Err("Namespace must not be null".into());
    }
    if request.threshold_metric_id.is_some() {
        return Err("ThresholdMetricId can only be set if list of Metrics is set.".into());
    }
    match (&request.statistic, &request.extended_statistic) {
        (Some(_), Some(_)) => {
            return Err(
                "PutMetricAlarm request can not be made with both Statistic and ExtendedStatistic parameters. \
                        Only one of them should be present"
                    .into(),
            );
        }
        (None, None) => {
            return Err("PutMetricAlarm request should have a Statistic parameter".into());
        }
        (None, Some(stat)) if !is_stat(stat) => {
            return Err(format!("The value {stat} for parameter ExtendedStatistic is not supported."));
        }
        _ => {}
    }
    let period = request.period.ok_or("Period must not be null")?;
    check_period(period)?;
    Ok(period)
}

/// Checks a list of metrics and expressions; gives their one period.
fn check_metrics(request: &MetricAlarmRequest, metrics: &[MetricQuery]) -> Result<i64, String> {
    if let Some((name, _)) = members_of_single_metric(request).iter().find(|(_, given)| *given) {
        return Err(format!("{name} should not be set if list of Metrics is set."));
    }
    if metrics.is_empty() {
        return Err("Metrics must not be empty.".into());
    }
    let mut ids = HashSet::new();
    for query in metrics {
        if !is_id(&query.id) {
            return Err(format!(
                "Invalid Id '{}': an Id starts with a lower-case letter and has letters, digits and underscores only.",
                query.id
            ));
        }
        if !ids.insert(query.id.as_str()) {
            return Err(format!("The Id '{}' is used more than once in Metrics.", query.id));
        }
    }
    let expressions = metrics.iter().filter(|query| query.expression.is_some()).count();
    if metrics.len() - expressions > MOST_METRICS || expressions > MOST_EXPRESSIONS {
        return Err(format!(
            "An alarm takes at most {MOST_METRICS} metrics and {MOST_EXPRESSIONS} expressions in Metrics."
        ));
    }
    let mut periods = HashSet::new();
    for query in metrics {
        periods.extend(check_query(query, metrics)?);
    }
    // ReturnData is true where it is left out. The band that an alarm compares with returns data too.
    let band = request.threshold_metric_id.as_deref();
    let mut returned =
        metrics.iter().filter(|query| query.return_data.unwrap_or(true) && Some(query.id.as_str()) != band);
    let (Some(watched), None) = (returned.next(), returned.next()) else {
        return Err("Exactly one element of the metrics list should return data.".into());
    };
    for query in metrics {
        let kind = value_kind(query, metrics, metrics.len())
            .ok_or_else(|| format!("Error in expression '{}': it refers to itself", query.id))?;
        if kind == ValueKind::Scalar {
            return Err(format!("Error in expression '{}': its result is a number, not a time series", query.id));
        }
        if kind == ValueKind::ManySeries && query.id == watched.id {
            return Err(format!("Error in expression '{}': an alarm watches one time series only", query.id));
        }
    }
    if let Some(id) = request.threshold_metric_id.as_deref().filter(|id| !ids.contains(id)) {
        return Err(format!("ThresholdMetricId '{id}' is no Id in Metrics."));
    }
    let mut periods = periods.into_iter();
    match (periods.next(), periods.next()) {
        (None, _) => Err("Period must not be null".into()),
        (Some(period), None) => Ok(period),
        (Some(_), Some(_)) => Err("All elements of the metrics list should have the same Period.".into()),
    }
}

/// Checks one metric or expression; gives the period it names, if it names one.
fn check_query(query: &MetricQuery, all: &[MetricQuery]) -> Result<Option<i64>, String> {
    match (&query.metric_stat, &query.expression) {
        (Some(stat), None) => {
            if stat.metric.namespace.is_none() || stat.metric.name.is_none() {
                return Err(format!("MetricStat '{}' must have a Namespace and a MetricName.", query.id));
            }
            if !is_stat(&stat.stat) {
                return Err(format!("The value {} for parameter Stat is not supported.", stat.stat));
            }
            if query.period.is_some() {
                return Err(format!("Period must not be set beside MetricStat in '{}'.", query.id));
            }
            check_period(stat.period)?;
            Ok(Some(stat.period))
        }
        (None, Some(text)) => {
            check_expression(&query.id, text, all)?;
            if let Some(period) = query.period {
                check_period(period)?;
            }
            Ok(query.period)
        }
        _ => Err(format!("Exactly one of MetricStat and Expression must be set in '{}'.", query.id)),
    }
}

fn check_expression(id: &str, text: &str, all: &[MetricQuery]) -> Result<(), String> {
    let refuse = |why: String| Err(format!("Error in expression '{id}': {why}"));
    let expression = match evaluation::read(text) {
        Ok(expression) => expression,
        Err(error) => return refuse(error.to_string()),
    };
    if expression.calls("SEARCH") {
        return Err("SEARCH is not supported on Metric Alarms".into());
    }
    if matches!(expression, Expression::Insights(_)) && all.iter().filter(|query| is_insights(query)).count() > 1 {
        return refuse("an alarm takes one Metrics Insights query only".into());
    }
    let find = |id: &str| all.iter().find(|query| query.id == id);
    if let Some(unknown) = expression.ids().into_iter().find(|id| find(id).is_none()) {
        return refuse(format!("undefined Id '{unknown}'"));
    }
    let takes_no_period = |id: &&str| find(id).is_some_and(|query| query.metric_stat.is_none());
    if expression.has_period_of_no_id() || expression.period_ids().iter().any(takes_no_period) {
        return refuse("PERIOD takes the Id of a metric".into());
    }
    Ok(())
}

/// What a metric or expression comes to; none where it refers to itself, by whatever detour. Of a Metrics Insights
/// query it is taken to be one series: a query that groups makes an alarm of several contributors, which is allowed.
fn value_kind(query: &MetricQuery, all: &[MetricQuery], depth: usize) -> Option<ValueKind> {
    let depth = depth.checked_sub(1)?;
    let Some(text) = &query.expression else { return Some(ValueKind::Series) };
    let Ok(expression) = evaluation::read(text) else { return Some(ValueKind::Series) };
    let mut kinds = std::collections::HashMap::new();
    for id in expression.ids() {
        let referred = all.iter().find(|query| query.id == id)?;
        kinds.insert(id, value_kind(referred, all, depth)?);
    }
    let of_id = |id: &str| kinds.get(id).copied().unwrap_or(ValueKind::Series);
    Some(expression.value_kind(&of_id).unwrap_or(ValueKind::Series))
}

fn is_insights(query: &MetricQuery) -> bool {
    query.expression.as_deref().is_some_and(|text| matches!(evaluation::read(text), Ok(Expression::Insights(_))))
}

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_WallClockWindow.html>.
fn check_window(window: Option<&Value>, period: i64) -> Result<(), String> {
    let Some(of_the_clock) = window.and_then(|window| window.get("WallClockWindow")).filter(|one| !one.is_null())
    else {
        return Ok(());
    };
    if !WALL_CLOCK_PERIODS.iter().any(|allowed| i64::from(*allowed) == period) {
        return Err(format!("Period {period} can't be used with a WallClockWindow."));
    }
    match of_the_clock.get("Timezone").and_then(Value::as_str) {
        Some(zone) if time_zone(zone).is_none() => Err(format!("Timezone {zone} is not valid.")),
        _ => Ok(()),
    }
}

fn check_evaluation(request: &MetricAlarmRequest, period: i64) -> Result<(), String> {
    let operator = request
        .comparison_operator
        .as_deref()
        .ok_or("PutMetricAlarm request should have a valid ComparisonOperator parameter")?;
    let against_a_band = matches!(
        operator,
        "LessThanLowerOrGreaterThanUpperThreshold" | "LessThanLowerThreshold" | "GreaterThanUpperThreshold"
    );
    match (request.threshold, &request.threshold_metric_id) {
        (None, None) => {
            return Err("PutMetricAlarm request should have valid Threshold parameter".into());
        }
        (Some(_), Some(_)) => {
            return Err("Threshold must not be set if ThresholdMetricId is set.".into());
        }
        (Some(_), None) if against_a_band => {
            return Err(format!("ComparisonOperator {operator} needs a ThresholdMetricId."));
        }
        (None, Some(_)) if !against_a_band => {
            return Err(format!("ComparisonOperator {operator} can't be used with a ThresholdMetricId."));
        }
        _ => {}
    }
    let periods =
        request.evaluation_periods.ok_or("PutMetricAlarm request should have an EvaluationPeriods parameter")?;
    if request.datapoints_to_alarm.is_some_and(|datapoints| datapoints > periods) {
        return Err("DatapointsToAlarm must be less than or equal to EvaluationPeriods".into());
    }
    let window = period.saturating_mul(periods);
    if period < HOUR && window > DAY {
        return Err(format!(
            "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= {DAY}) for alarms \
             using period < {HOUR}"
        ));
    }
    if window > WEEK {
        return Err(format!(
            "Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be <= {WEEK}) for \
             alarms using period >= {HOUR}"
        ));
    }
    check_window(request.evaluation_window.as_ref(), period)?;
    let known = |value: &Option<String>, values: &[&str]| value.as_deref().is_none_or(|value| values.contains(&value));
    if !known(&request.treat_missing_data, &["breaching", "notBreaching", "ignore", "missing"]) {
        return Err("Supported values for TreatMissingData are breaching, notBreaching, ignore, and missing.".into());
    }
    if !known(&request.evaluate_low_sample_count_percentile, &["evaluate", "ignore"]) {
        return Err("Supported options for EvaluateLowSampleCountPercentile are evaluate and ignore.".into());
    }
    Ok(())
}

fn check_period(period: i64) -> Result<(), String> {
    if is_period(period) { Ok(()) } else { Err("Period must be 10, 20, 30 or a multiple of 60".into()) }
}

fn is_period(period: i64) -> bool {
    matches!(period, 10 | 20 | 30) || (period >= 60 && period % 60 == 0)
}

/// The ids of metrics and expressions, in alarms and on dashboards.
pub(super) fn is_id(id: &str) -> bool {
    id.starts_with(|first: char| first.is_ascii_lowercase())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A statistic, such as `Average`, `p99.9`, `TM(10%:90%)` or `PR(:300)`.
/// See <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html>.
pub(super) fn is_stat(stat: &str) -> bool {
    const PLAIN: [&str; 6] = ["SampleCount", "Average", "Sum", "Minimum", "Maximum", "IQM"];
    const PERCENT: [&str; 5] = ["p", "tm", "wm", "tc", "ts"];
    const RANGE: [&str; 5] = ["TM(", "WM(", "TC(", "TS(", "PR("];
    let is_percent = |text: &str| text.parse::<f64>().is_ok_and(|number| (0.0..=100.0).contains(&number));
    PLAIN.contains(&stat)
        || PERCENT.iter().any(|prefix| stat.strip_prefix(prefix).is_some_and(is_percent))
        || RANGE.iter().any(|prefix| {
            stat.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(')')).is_some_and(|range| range.contains(':'))
        })
}

#[cfg(test)]
mod tests;
