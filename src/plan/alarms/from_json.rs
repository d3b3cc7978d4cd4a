//! An alarm's request, read from the JSON that [`AlarmRequest::to_json`] writes.

use aws_sdk_cloudwatch::operation::put_composite_alarm::builders::PutCompositeAlarmInputBuilder;
use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmInputBuilder;
use aws_sdk_cloudwatch::types::{
    ActionConfiguration, AlarmPromQlCriteria, AlarmTagsPropagation, Dimension, EvaluationCriteria, EvaluationWindow,
    Metric, MetricDataQuery, MetricStat, WallClockWindow, WarmUpConfiguration,
};
use serde_json::Value;

use super::AlarmRequest;

impl AlarmRequest {
    /// The request that was written so. A member of another kind counts as absent, and members of no such request are passed over.
    #[must_use]
    pub(crate) fn from_json(json: &Value) -> Self {
        let members = Members(json);
        if json.get("AlarmRule").is_some() {
            Self::Composite(Box::new(composite(members)))
        } else {
            Self::Metric(Box::new(metric(members)))
        }
    }
}

/// The members of an object.
#[derive(Clone, Copy)]
struct Members<'j>(&'j Value);

impl<'j> Members<'j> {
    fn object(self, name: &str) -> Option<Self> {
        self.0.get(name).filter(|value| value.is_object()).map(Self)
    }

    fn list<T>(self, name: &str, read: impl Fn(&'j Value) -> T) -> Option<Vec<T>> {
        Some(self.0.get(name)?.as_array()?.iter().map(read).collect())
    }

    fn text(self, name: &str) -> Option<String> {
        self.0.get(name)?.as_str().map(str::to_owned)
    }

    fn texts(self, name: &str) -> Option<Vec<String>> {
        self.list(name, |item| item.as_str().unwrap_or_default().to_owned())
    }

    fn word<T: From<&'j str>>(self, name: &str) -> Option<T> {
        self.0.get(name)?.as_str().map(T::from)
    }

    fn whole(self, name: &str) -> Option<i32> {
        self.0.get(name)?.as_i64()?.try_into().ok()
    }

    fn number(self, name: &str) -> Option<f64> {
        self.0.get(name)?.as_f64()
    }

    fn flag(self, name: &str) -> Option<bool> {
        self.0.get(name)?.as_bool()
    }
}

fn metric(members: Members<'_>) -> PutMetricAlarmInputBuilder {
    let criteria = members.object("EvaluationCriteria").and_then(|criteria| criteria.object("PromQLCriteria"));
    let criteria = criteria.map(|criteria| {
        let criteria = AlarmPromQlCriteria::builder()
            .set_query(criteria.text("Query"))
            .set_pending_period(criteria.whole("PendingPeriod"))
            .set_recovery_period(criteria.whole("RecoveryPeriod"));
        EvaluationCriteria::PromQlCriteria(criteria.build())
    });
    let warm_up = members.object("WarmUpConfiguration").map(|warm_up| {
        WarmUpConfiguration::builder()
            .set_warm_up_period_duration_in_minutes(warm_up.whole("WarmUpPeriodDurationInMinutes"))
            .set_only_start_evaluating_after_warm_up_period_ends(
                warm_up.flag("OnlyStartEvaluatingAfterWarmUpPeriodEnds"),
            )
            .build()
    });
    let window = members.object("EvaluationWindow").and_then(|window| window.object("WallClockWindow"));
    let window = window.map(|window| {
        EvaluationWindow::WallClockWindow(WallClockWindow::builder().set_timezone(window.text("Timezone")).build())
    });
    PutMetricAlarmInputBuilder::default()
        .set_alarm_name(members.text("AlarmName"))
        .set_alarm_description(members.text("AlarmDescription"))
        .set_actions_enabled(members.flag("ActionsEnabled"))
        .set_alarm_actions(members.texts("AlarmActions"))
        .set_ok_actions(members.texts("OKActions"))
        .set_insufficient_data_actions(members.texts("InsufficientDataActions"))
        .set_action_configuration(members.object("ActionConfiguration").map(action_configuration))
        .set_namespace(members.text("Namespace"))
        .set_metric_name(members.text("MetricName"))
        .set_dimensions(dimensions(members))
        .set_statistic(members.word("Statistic"))
        .set_extended_statistic(members.text("ExtendedStatistic"))
        .set_unit(members.word("Unit"))
        .set_period(members.whole("Period"))
        .set_metrics(members.list("Metrics", |item| query(Members(item))))
        .set_evaluation_periods(members.whole("EvaluationPeriods"))
        .set_datapoints_to_alarm(members.whole("DatapointsToAlarm"))
        .set_threshold(members.number("Threshold"))
        .set_threshold_metric_id(members.text("ThresholdMetricId"))
        .set_comparison_operator(members.word("ComparisonOperator"))
        .set_treat_missing_data(members.text("TreatMissingData"))
        .set_evaluate_low_sample_count_percentile(members.text("EvaluateLowSampleCountPercentile"))
        .set_warm_up_configuration(warm_up)
        .set_evaluation_criteria(criteria)
        .set_evaluation_interval(members.whole("EvaluationInterval"))
        .set_evaluation_window(window)
}

fn composite(members: Members<'_>) -> PutCompositeAlarmInputBuilder {
    PutCompositeAlarmInputBuilder::default()
        .set_alarm_name(members.text("AlarmName"))
        .set_alarm_description(members.text("AlarmDescription"))
        .set_alarm_rule(members.text("AlarmRule"))
        .set_actions_enabled(members.flag("ActionsEnabled"))
        .set_alarm_actions(members.texts("AlarmActions"))
        .set_ok_actions(members.texts("OKActions"))
        .set_insufficient_data_actions(members.texts("InsufficientDataActions"))
        .set_actions_suppressor(members.text("ActionsSuppressor"))
        .set_actions_suppressor_wait_period(members.whole("ActionsSuppressorWaitPeriod"))
        .set_actions_suppressor_extension_period(members.whole("ActionsSuppressorExtensionPeriod"))
        .set_action_configuration(members.object("ActionConfiguration").map(action_configuration))
}

fn action_configuration(members: Members<'_>) -> ActionConfiguration {
    let tags = members.object("AlarmTagsPropagation").map(|tags| {
        AlarmTagsPropagation::builder()
            .set_enabled(tags.flag("Enabled"))
            .set_included_tag_keys(tags.texts("IncludedTagKeys"))
            .set_excluded_tag_keys(tags.texts("ExcludedTagKeys"))
            .build()
    });
    ActionConfiguration::builder().set_alarm_tags_propagation(tags).build()
}

fn query(members: Members<'_>) -> MetricDataQuery {
    let stat = members.object("MetricStat").map(|stat| {
        let metric = stat.object("Metric").map(|metric| {
            Metric::builder()
                .set_namespace(metric.text("Namespace"))
                .set_metric_name(metric.text("MetricName"))
                .set_dimensions(dimensions(metric))
                .build()
        });
        MetricStat::builder()
            .set_metric(metric)
            .set_period(stat.whole("Period"))
            .set_stat(stat.text("Stat"))
            .set_unit(stat.word("Unit"))
            .build()
    });
    MetricDataQuery::builder()
        .set_id(members.text("Id"))
        .set_expression(members.text("Expression"))
        .set_metric_stat(stat)
        .set_label(members.text("Label"))
        .set_period(members.whole("Period"))
        .set_return_data(members.flag("ReturnData"))
        .set_account_id(members.text("AccountId"))
        .build()
}

fn dimensions(members: Members<'_>) -> Option<Vec<Dimension>> {
    members.list("Dimensions", |item| {
        let one = Members(item);
        Dimension::builder().set_name(one.text("Name")).set_value(one.text("Value")).build()
    })
}
