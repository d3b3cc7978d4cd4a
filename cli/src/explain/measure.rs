//! The queries and the condition of an alarm, as a person reads them.

use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmInputBuilder;
use aws_sdk_cloudwatch::types::{AlarmPromQlCriteria, ComparisonOperator, MetricStat};
use monitored_endpoint::plan::AlarmRequest;

/// Expression, query or rule of an alarm, with the series it is made from, each on a line of its own.
pub(super) fn alarm_expression(request: &AlarmRequest) -> String {
    let request = match request {
        AlarmRequest::Composite(request) => return request.get_alarm_rule().clone().unwrap_or_default(),
        AlarmRequest::Metric(request) => request,
    };
    if let Some(criteria) = promql(request) {
        return criteria.query().unwrap_or_default().to_owned();
    }
    let lines = request.get_metrics().iter().flatten().filter_map(|query| {
        let id = query.id().unwrap_or_default();
        if let Some(expression) = query.expression() {
            return Some(format!("{id} = {expression}"));
        }
        let stat = query.metric_stat()?;
        let metric = stat.metric()?;
        let pairs = metric.dimensions().iter().map(|dimension| {
            format!("{}={}", dimension.name().unwrap_or_default(), dimension.value().unwrap_or_default())
        });
        Some(format!(
            "{id} = {} of {} in {} {{{}}}",
            stat.stat().unwrap_or_default(),
            metric.metric_name().unwrap_or_default(),
            metric.namespace().unwrap_or_default(),
            pairs.collect::<Vec<_>>().join(", ")
        ))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// When an alarm fires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    /// Its value is like this: `is at least 2 in 3 of 3 periods of 1 min (3 min in all)`.
    Value(String),
    /// The rule of a composite alarm is true.
    Rule,
    /// A `PromQL` query finds any series for so many seconds, where it has to for a while.
    Query(Option<i32>),
}

impl Condition {
    /// As `explain` says it, above the expression.
    pub(super) fn explained(&self) -> String {
        match self {
            Self::Value(value) => format!("it {value}"),
            Self::Rule => "the rule below is true".to_owned(),
            Self::Query(held) => {
                format!("the query below finds any series{}; each one that it finds is named", for_so_long(*held))
            }
        }
    }

    /// As `plan` says it, without the expression.
    pub(crate) fn planned(&self) -> String {
        match self {
            Self::Value(value) => format!("fires when its value {value}"),
            Self::Rule => "fires when its rule is true".to_owned(),
            Self::Query(held) => format!("fires when its query finds any series{}", for_so_long(*held)),
        }
    }
}

fn for_so_long(seconds: Option<i32>) -> String {
    seconds.map(|seconds| format!(" for {}", duration(seconds))).unwrap_or_default()
}

/// When an alarm fires.
pub(crate) fn condition(request: &AlarmRequest) -> Condition {
    let AlarmRequest::Metric(request) = request else { return Condition::Rule };
    if let Some(criteria) = promql(request) {
        return Condition::Query(criteria.pending_period());
    }
    let comparison = match request.get_comparison_operator() {
        Some(ComparisonOperator::GreaterThanThreshold) => "is more than",
        Some(ComparisonOperator::LessThanThreshold) => "is less than",
        Some(ComparisonOperator::LessThanOrEqualToThreshold) => "is at most",
        _ => "is at least",
    };
    let threshold = request.get_threshold().unwrap_or_default();
    let periods = request.get_evaluation_periods().unwrap_or(1);
    let breaching = request.get_datapoints_to_alarm().unwrap_or(periods);
    let of_queries = request.get_metrics().iter().flatten().filter_map(|query| {
        let of_stat = query.metric_stat().and_then(MetricStat::period);
        of_stat.or_else(|| query.period())
    });
    let period = of_queries.max().or(*request.get_period()).unwrap_or(60);
    Condition::Value(format!(
        "{comparison} {threshold} in {breaching} of {periods} periods of {} ({} in all)",
        duration(period),
        duration(period * periods)
    ))
}

/// What a period without data counts as.
pub(super) fn missing_data(request: &AlarmRequest) -> String {
    let AlarmRequest::Metric(request) = request else { return String::new() };
    match request.get_treat_missing_data().as_deref() {
        Some("notBreaching") => "a period without data counts as fine".to_owned(),
        Some("breaching") => "a period without data counts as breaching".to_owned(),
        Some("ignore") => "the alarm keeps its state".to_owned(),
        Some("missing") => "the alarm goes to INSUFFICIENT_DATA".to_owned(),
        _ => String::new(),
    }
}

/// The PromQL query of an alarm that has one.
pub(crate) fn promql(request: &PutMetricAlarmInputBuilder) -> Option<&AlarmPromQlCriteria> {
    request.get_evaluation_criteria().as_ref()?.as_prom_ql_criteria().ok()
}

fn duration(seconds: i32) -> String {
    match seconds {
        whole if whole >= 3600 && whole % 3600 == 0 => format!("{} h", whole / 3600),
        whole if whole >= 60 && whole % 60 == 0 => format!("{} min", whole / 60),
        seconds => format!("{seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudwatch::types::{EvaluationCriteria, MetricDataQuery};

    use super::*;

    #[test]
    fn conditions_are_sentences() {
        let stat = MetricStat::builder().period(60).build();
        let alarm = PutMetricAlarmInputBuilder::default()
            .comparison_operator(ComparisonOperator::LessThanThreshold)
            .threshold(1.0)
            .evaluation_periods(5)
            .datapoints_to_alarm(3)
            .metrics(MetricDataQuery::builder().metric_stat(stat).build())
            .metrics(MetricDataQuery::builder().expression("a").build());
        let alarm = AlarmRequest::Metric(Box::new(alarm));
        assert_eq!(condition(&alarm).explained(), "it is less than 1 in 3 of 5 periods of 1 min (5 min in all)");
        let query = AlarmPromQlCriteria::builder().query("up").pending_period(1800).build();
        let query =
            PutMetricAlarmInputBuilder::default().evaluation_criteria(EvaluationCriteria::PromQlCriteria(query));
        let query = AlarmRequest::Metric(Box::new(query));
        assert_eq!(condition(&query), Condition::Query(Some(1800)));
        assert!(condition(&query).explained().contains("for 30 min"));
        assert_eq!(condition(&query).planned(), "fires when its query finds any series for 30 min");
        assert_eq!(Condition::Rule.planned(), "fires when its rule is true");
        assert_eq!(alarm_expression(&query), "up");
    }
}
