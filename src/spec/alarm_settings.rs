//! The settings of one alarm, checked against what CloudWatch accepts before anything is made.
//!
//! Limits: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html>; of Metrics Insights
//! queries <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html>, and of PromQL
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-promql.html>. Which alarm there is at all is not
//! decided here.

use super::alarm::{AlarmSource, AlarmSpec};
use super::frequency::PublishFrequency;
use super::judge::Metrics;
use super::names::AlarmName;
use super::names_in_use::name_or_default;
use super::quote;
use crate::properties::{Actions, AlarmKind, Declaration, DeclaredAlarm, Problems};

const MINUTE: i32 = 60;
const HOUR: i32 = 3600;
const DAY: i32 = 86_400;
/// Seconds that Metrics Insights looks back in an alarm.
const INSIGHTS_REACH: i32 = 3 * HOUR;
const MAX_ACTIONS: usize = 5;
const MAX_DESCRIPTION: usize = 1024;
/// Greater first: the last two count for less.
const COMPARISONS: [&str; 4] =
    ["GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"];
const MISSING_DATA: [&str; 4] = ["breaching", "notBreaching", "ignore", "missing"];

/// What an alarm of a kind is where its author says nothing.
struct Defaults {
    threshold: f64,
    comparison: &'static str,
    /// Seconds that it must be so before anybody is told.
    window: i32,
}

impl Defaults {
    fn of(kind: AlarmKind) -> Self {
        let [at_least, _, fewer, at_most] = COMPARISONS;
        match kind {
            AlarmKind::UnusedGpu => Self { threshold: 1.0, comparison: at_least, window: HOUR / 2 },
            // Shorter than a scale-out takes would tell of every scale-out.
            AlarmKind::GpuBuffer => Self { threshold: 1.0, comparison: fewer, window: HOUR / 4 },
            // The launch article's guide line.
            AlarmKind::IdleGpu => Self { threshold: 30.0, comparison: fewer, window: HOUR },
            AlarmKind::NoTraffic => Self { threshold: 0.0, comparison: at_most, window: 3 * HOUR },
        }
    }
}

/// Validates the settings of one alarm, noting every problem on the way.
pub(super) struct Settings<'d> {
    pub(super) kind: AlarmKind,
    pub(super) declaration: &'d Declaration,
    pub(super) declared: &'d DeclaredAlarm,
    pub(super) metrics: Metrics,
    pub(super) problems: &'d Problems,
}

impl Settings<'_> {
    /// The alarm on all variants together. What isn't valid has been noted; `None` where it has no name.
    pub(super) fn judge(&self) -> Option<AlarmSpec> {
        let Self { kind, declared, .. } = *self;
        let defaults = Defaults::of(kind);
        let source = self.source();
        let name = self.name(&name_or_default(declared.alarm_name.as_deref(), self.declaration, self.kind.suffix())?);
        let threshold = self.threshold(defaults.threshold);
        let comparison = self.one_of("ComparisonOperator", declared.comparison_operator.as_deref(), &COMPARISONS);
        let treat_missing_data = self.one_of("TreatMissingData", declared.treat_missing_data.as_deref(), &MISSING_DATA);
        let comparison = comparison.unwrap_or(defaults.comparison);
        let window = self.window(defaults.window, source, comparison);
        let actions = self.actions();
        let characters = declared.alarm_description.as_ref().map_or(0, |text| text.chars().count());
        if characters > MAX_DESCRIPTION {
            let message = format!("{characters} characters are too long; use at most {MAX_DESCRIPTION}");
            self.invalid("AlarmDescription", message);
        }
        Some(AlarmSpec {
            kind,
            source,
            name: name?,
            on_variants: Vec::new(),
            description: declared.alarm_description.clone(),
            threshold,
            comparison: comparison.into(),
            period: window.period,
            evaluation_periods: window.evaluation_periods,
            datapoints_to_alarm: window.datapoints_to_alarm,
            // Without an instance there is no datapoint, and an endpoint that is scaled to zero wastes nothing.
            treat_missing_data: treat_missing_data.unwrap_or("notBreaching").to_owned(),
            actions_enabled: declared.actions_enabled.unwrap_or(true),
            alarm_actions: actions.alarm.unwrap_or_default(),
            ok_actions: actions.ok.unwrap_or_default(),
            insufficient_data_actions: actions.insufficient_data.unwrap_or_default(),
        })
    }

    fn at(&self, name: &str) -> String {
        format!("Properties.{}.{name}", self.kind)
    }

    fn invalid(&self, name: &str, message: String) {
        self.problems.invalid(&self.at(name), message);
    }

    fn conflict(&self, name: &str, message: impl Into<String>) {
        self.problems.conflict(&self.at(name), message);
    }

    fn source(&self) -> AlarmSource {
        let known = AlarmSource::of(self.kind);
        let by_default = known[0];
        let Some(given) = self.declared.source.as_deref() else { return by_default };
        let names: Vec<&str> = known.iter().map(|source| source.name()).collect();
        match AlarmSource::named(given) {
            Some(source) if known.contains(&source) => {
                self.what_the_source_needs(source);
                source
            }
            Some(_) => {
                let message = format!("{given} tells nothing that a {} is about; use {}", self.kind, one_of(&names));
                self.invalid("Source", message);
                by_default
            }
            None => {
                let given = quote(given, self.problems);
                self.invalid("Source", format!("{given} is not a source; use {}", one_of(&names)));
                by_default
            }
        }
    }

    fn what_the_source_needs(&self, source: AlarmSource) {
        match source {
            AlarmSource::SampleCount if !self.metrics.enhanced => self.conflict(
                "Source",
                "SampleCount counts the samples of single GPUs, which only enhanced metrics have; set \
                 MetricsConfig.EnableEnhancedMetrics to true, or use Reservation",
            ),
            AlarmSource::SampleCount if self.declaration.gpu_dimension.as_deref().is_none_or(|name| name == "Auto") => {
                self.conflict(
                    "Source",
                    "SampleCount has to name the dimension that tells GPUs apart, and before an endpoint has published \
                     anything nobody knows it: a query with the wrong one counts every GPU as unused; give GpuDimension \
                     (GpuId or AcceleratorId), or use Reservation",
                );
            }
            AlarmSource::PromQl if !self.metrics.detailed => self.conflict(
                "Source",
                "PromQL looks at the metrics of detailed observability, which is off; set \
                 MetricsConfig.EnableDetailedObservability to true, or use Reservation",
            ),
            AlarmSource::PromQl => self.not_of_promql(),
            _ => {}
        }
    }

    /// The query says itself which series breach, and what isn't there doesn't.
    fn not_of_promql(&self) {
        let declared = self.declared;
        let given = [
            ("ComparisonOperator", declared.comparison_operator.is_some(), "the query asks for less than Threshold"),
            ("TreatMissingData", declared.treat_missing_data.is_some(), "a model that isn't there isn't idle"),
            ("DatapointsToAlarm", declared.datapoints_to_alarm.is_some(), "a model must be idle all the time"),
        ];
        for (name, _, why) in given.into_iter().filter(|(_, given, _)| *given) {
            self.conflict(name, format!("an alarm with Source PromQL has none ({why}); leave it out"));
        }
    }

    fn name(&self, name: &str) -> Option<AlarmName> {
        let refuse = |rule| {
            self.invalid("AlarmName", format!("{} is not an alarm name; {rule}", quote(name, self.problems)));
        };
        AlarmName::parse(name).map_err(refuse).ok()
    }

    fn threshold(&self, by_default: f64) -> f64 {
        let threshold = self.declared.threshold.unwrap_or(by_default);
        let (right, what) = match self.kind {
            AlarmKind::UnusedGpu | AlarmKind::GpuBuffer => (threshold >= 0.0, "a number of GPUs is 0 or more"),
            AlarmKind::IdleGpu => (threshold > 0.0 && threshold <= 100.0, "use a percentage: more than 0, at most 100"),
            AlarmKind::NoTraffic => (threshold >= 0.0, "a number of invocations is 0 or more"),
        };
        if !right {
            let wrong = if threshold < 0.0 { "is negative" } else { "is out of range" };
            self.invalid("Threshold", format!("{threshold} {wrong}; {what}"));
        }
        threshold
    }

    fn one_of(&self, name: &str, given: Option<&str>, allowed: &[&'static str]) -> Option<&'static str> {
        let given = given?;
        let found = allowed.iter().copied().find(|allowed| *allowed == given);
        if found.is_none() {
            self.invalid(name, format!("{} is not allowed; use {}", quote(given, self.problems), one_of(allowed)));
        }
        found
    }

    fn window(&self, by_default: i32, source: AlarmSource, comparison: &str) -> Window {
        let frequency = self.metrics.frequency;
        let declared = self.declared;
        let period = declared.period.unwrap_or_else(|| match (self.kind, declared.evaluation_periods) {
            (AlarmKind::UnusedGpu, None) => even_period(by_default, frequency),
            // So that EvaluationPeriods alone is a number of hours.
            (AlarmKind::NoTraffic, _) => HOUR,
            _ => i32::from(frequency.graph_period()),
        });
        let periods = (by_default - 1) / period.max(1) + 1;
        let evaluation_periods = declared.evaluation_periods.unwrap_or(periods);
        let datapoints_to_alarm = declared.datapoints_to_alarm.unwrap_or(evaluation_periods);
        let window = Window { period, evaluation_periods, datapoints_to_alarm };
        self.judge_period(period, source, comparison);
        self.judge_counts(&window);
        self.judge_length(&window, source);
        window
    }

    fn judge_period(&self, period: i32, source: AlarmSource, comparison: &str) {
        let frequency = self.metrics.frequency;
        let publish = i32::from(frequency.seconds());
        let counts_less = COMPARISONS[2..].contains(&comparison);
        let counts_gpus = matches!(self.kind, AlarmKind::UnusedGpu | AlarmKind::GpuBuffer);
        if !(matches!(period, 10 | 20 | 30) || period > 0 && period % MINUTE == 0) {
            self.invalid("Period", format!("{period} is not a period; use 10, 20, 30 or a multiple of 60 seconds"));
        } else if period < publish {
            let message = format!(
                "{period} s is shorter than MetricsConfig.MetricPublishFrequencyInSeconds, which is {publish} s: there would be \
                 periods without a sample; use {} or more",
                frequency.graph_period()
            );
            self.invalid("Period", message);
        } else if counts_gpus && counts_less && period % publish != 0 {
            let message = format!(
                "{period} s is no multiple of MetricsConfig.MetricPublishFrequencyInSeconds, which is {publish} s: some periods \
                 would hold a sample more than others, and show more GPUs than there are; use {} or another multiple",
                (period / publish + 1) * publish
            );
            self.invalid("Period", message);
        } else if source == AlarmSource::SampleCount && period < MINUTE {
            let message =
                format!("{period} s is shorter than a minute, the least that Metrics Insights takes; use 60 or more");
            self.invalid("Period", message);
        } else if source == AlarmSource::PromQl && period > HOUR {
            let message = format!(
                "{period} s is longer than an hour, and a PromQL query is evaluated at least that often; use 3600 or less"
            );
            self.invalid("Period", message);
        }
    }

    fn judge_counts(&self, window: &Window) {
        let Window { evaluation_periods, datapoints_to_alarm, .. } = *window;
        if evaluation_periods < 1 {
            self.invalid("EvaluationPeriods", format!("{evaluation_periods} is less than 1; use 1 or more"));
        } else if !(1..=evaluation_periods).contains(&datapoints_to_alarm) {
            let fix = format!("use 1 to EvaluationPeriods, which is {evaluation_periods}");
            self.invalid("DatapointsToAlarm", format!("{datapoints_to_alarm} is out of range; {fix}"));
        }
    }

    fn judge_length(&self, window: &Window, source: AlarmSource) {
        let Window { period, evaluation_periods, .. } = *window;
        let (longest, in_words) = match source {
            AlarmSource::SampleCount => (INSIGHTS_REACH, "3 hours, the most that Metrics Insights"),
            AlarmSource::PromQl => (DAY, "1 day, the most that CloudWatch"),
            _ if period >= HOUR => (7 * DAY, "7 days, the most that CloudWatch"),
            _ => (DAY, "1 day, the most that CloudWatch"),
        };
        if period.saturating_mul(evaluation_periods) > longest {
            let window = format!("Period {period} s × EvaluationPeriods {evaluation_periods}");
            let message = format!("{window} is longer than {in_words} looks back; lower one of them");
            self.invalid("EvaluationPeriods", message);
        }
    }

    fn actions(&self) -> Actions {
        let (own, of_all_alarms) = (&self.declared.actions, &self.declaration.actions);
        let pick = |name: &str, own: &Option<Vec<String>>, of_all: &Option<Vec<String>>| {
            let picked = own.as_ref().or(of_all.as_ref()).cloned();
            let path = if own.is_some() { self.at(name) } else { format!("Properties.{name}") };
            let actions = picked.as_deref().unwrap_or_default();
            if actions.len() > MAX_ACTIONS {
                let message =
                    format!("{} actions are more than CloudWatch takes; use at most {MAX_ACTIONS}", actions.len());
                self.problems.invalid(&path, message);
            }
            for (at, action) in actions.iter().enumerate().filter(|(_, action)| !action.starts_with("arn:")) {
                let message = format!("{} is not an ARN; use the ARN of the action", quote(action, self.problems));
                self.problems.invalid(&format!("{path}[{at}]"), message);
            }
            picked
        };
        Actions {
            alarm: pick("AlarmActions", &own.alarm, &of_all_alarms.alarm),
            ok: pick("OKActions", &own.ok, &of_all_alarms.ok),
            insufficient_data: pick(
                "InsufficientDataActions",
                &own.insufficient_data,
                &of_all_alarms.insufficient_data,
            ),
        }
    }
}

/// What is evaluated.
struct Window {
    /// Seconds.
    period: i32,
    evaluation_periods: i32,
    datapoints_to_alarm: i32,
}

/// The shortest period of whole minutes that holds a sample and divides the window evenly.
fn even_period(window: i32, frequency: PublishFrequency) -> i32 {
    let shortest = i32::from(frequency.graph_period());
    (shortest..=window).step_by(60).find(|period| window % period == 0).unwrap_or(window)
}

fn one_of(allowed: &[&str]) -> String {
    match allowed {
        [rest @ .., last] if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        other => other.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_window_is_half_an_hour_at_every_frequency() {
        let window = Defaults::of(AlarmKind::UnusedGpu).window;
        assert_eq!(window, 1800);
        for seconds in PublishFrequency::ALL {
            let frequency = PublishFrequency::from_seconds(i32::from(seconds)).unwrap();
            let period = even_period(window, frequency);
            assert_eq!(window % period, 0, "F = {seconds}");
            assert!(period >= i32::from(seconds) && period % 60 == 0, "F = {seconds}");
        }
    }

    #[test]
    fn choices_are_listed_in_words() {
        assert_eq!(one_of(&["a", "b", "c"]), "a, b or c");
        assert_eq!(one_of(&["a"]), "a");
    }
}
