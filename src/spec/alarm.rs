//! The settings of an alarm, checked against what CloudWatch accepts before anything is made.
//!
//! Limits: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html>.

use aws_sdk_cloudwatch::types::ComparisonOperator;

use super::frequency::PublishFrequency;
use super::names::AlarmName;
use super::names_in_use::name_or_default;
use crate::properties::AlarmKind;
use crate::properties::{Actions, Declaration, DeclaredAlarm, Problems};

/// How long GPUs must have been unused before anybody is told, by default, in seconds.
const DEFAULT_WINDOW: i32 = 1800;
const DAY: i32 = 86_400;
const MAX_ACTIONS: usize = 5;
const COMPARISONS: [&str; 4] =
    ["GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"];
const MISSING_DATA: [&str; 4] = ["breaching", "notBreaching", "ignore", "missing"];

/// A valid alarm, without what it measures.
#[derive(Clone, Debug, PartialEq)]
pub struct AlarmSpec {
    /// What it watches.
    pub kind: AlarmKind,
    /// Unique in the account and Region.
    pub name: AlarmName,
    /// The author's own words, where there are any.
    pub description: Option<String>,
    /// What the measure is compared with.
    pub threshold: f64,
    /// How it is compared.
    pub comparison: ComparisonOperator,
    /// Seconds that one datapoint covers: 10, 20, 30 or a multiple of 60, and no less than the publish frequency.
    pub period: i32,
    /// How many datapoints are looked at.
    pub evaluation_periods: i32,
    /// How many of them must breach.
    pub datapoints_to_alarm: i32,
    /// What a datapoint that isn't there counts as.
    pub treat_missing_data: String,
    /// Whether actions are taken at all.
    pub actions_enabled: bool,
    /// Actions on going to ALARM.
    pub alarm_actions: Vec<String>,
    /// Actions on going to OK.
    pub ok_actions: Vec<String>,
    /// Actions on going to `INSUFFICIENT_DATA`.
    pub insufficient_data_actions: Vec<String>,
}

impl AlarmSpec {
    /// The alarm on GPUs that no model holds, by default 1 or more for 30 of 30 minutes.
    pub(super) fn unused_gpu(
        declaration: &Declaration,
        frequency: PublishFrequency,
        problems: &Problems,
    ) -> Option<Self> {
        let kind = AlarmKind::UnusedGpu;
        let defaults = DeclaredAlarm::default();
        let declared = declaration.alarms.get(&kind).unwrap_or(&defaults);
        let judge = Judge { path: "Properties.UnusedGpuAlarm", declared, problems };
        judge.source();
        let name = judge.name(&name_or_default(declared.alarm_name.as_deref(), declaration, kind.suffix())?);
        let threshold = judge.threshold(1.0);
        let comparison = judge.one_of("ComparisonOperator", declared.comparison_operator.as_deref(), &COMPARISONS);
        let treat_missing_data =
            judge.one_of("TreatMissingData", declared.treat_missing_data.as_deref(), &MISSING_DATA);
        let (period, evaluation_periods, datapoints_to_alarm) = judge.window(frequency);
        let actions = judge.actions(&declaration.actions);
        Some(Self {
            kind,
            name: name?,
            description: declared.alarm_description.clone(),
            threshold,
            comparison: comparison.unwrap_or(COMPARISONS[0]).into(),
            period,
            evaluation_periods,
            datapoints_to_alarm,
            // Without an instance there is no datapoint, and an endpoint that is scaled to zero wastes nothing.
            treat_missing_data: treat_missing_data.unwrap_or("notBreaching").to_owned(),
            actions_enabled: declared.actions_enabled.unwrap_or(true),
            alarm_actions: actions.alarm.unwrap_or_default(),
            ok_actions: actions.ok.unwrap_or_default(),
            insufficient_data_actions: actions.insufficient_data.unwrap_or_default(),
        })
    }
}

/// Judges the settings of one alarm.
struct Judge<'d> {
    path: &'static str,
    declared: &'d DeclaredAlarm,
    problems: &'d Problems,
}

impl Judge<'_> {
    fn at(&self, name: &str) -> String {
        format!("{}.{name}", self.path)
    }

    fn invalid(&self, name: &str, message: String) {
        self.problems.invalid(&self.at(name), message);
    }

    fn source(&self) {
        match self.declared.source.as_deref() {
            None | Some("Reservation") => {}
            Some(source @ ("SampleCount" | "PromQL")) => {
                self.invalid(
                    "Source",
                    format!("{source} comes with a later version of this provider; use Reservation"),
                );
            }
            Some(source) => self.invalid("Source", format!("{} is not a source; use Reservation", self.quote(source))),
        }
    }

    fn name(&self, name: &str) -> Option<AlarmName> {
        let rule = AlarmName::parse(name);
        rule.map_err(|rule| self.invalid("AlarmName", format!("{} is not an alarm name; {rule}", self.quote(name))))
            .ok()
    }

    fn threshold(&self, by_default: f64) -> f64 {
        let threshold = self.declared.threshold.unwrap_or(by_default);
        if threshold < 0.0 {
            self.invalid("Threshold", format!("{threshold} is negative; a number of GPUs is 0 or more"));
        }
        threshold
    }

    fn one_of(&self, name: &str, given: Option<&str>, allowed: &[&'static str]) -> Option<&'static str> {
        let given = given?;
        let found = allowed.iter().copied().find(|allowed| *allowed == given);
        if found.is_none() {
            self.invalid(name, format!("{} is not allowed; use {}", self.quote(given), one_of(allowed)));
        }
        found
    }

    /// Period, evaluation periods and datapoints to alarm.
    fn window(&self, frequency: PublishFrequency) -> (i32, i32, i32) {
        let period = self.declared.period.unwrap_or_else(|| match self.declared.evaluation_periods {
            Some(_) => i32::from(frequency.graph_period()),
            None => default_period(frequency),
        });
        let by_default = (DEFAULT_WINDOW / period.max(1)).max(1);
        let evaluation_periods = self.declared.evaluation_periods.unwrap_or(by_default);
        let datapoints = self.declared.datapoints_to_alarm.unwrap_or(evaluation_periods);
        let publish = i32::from(frequency.seconds());
        if !(matches!(period, 10 | 20 | 30) || period > 0 && period % 60 == 0) {
            self.invalid("Period", format!("{period} is not a period; use 10, 20, 30 or a multiple of 60 seconds"));
        } else if period < publish {
            let message = format!(
                "{period} s is shorter than MetricsConfig.MetricPublishFrequencyInSeconds, which is {publish} s: there would be \
                 periods without a sample; use {} or more",
                frequency.graph_period()
            );
            self.invalid("Period", message);
        }
        if evaluation_periods < 1 {
            self.invalid("EvaluationPeriods", format!("{evaluation_periods} is less than 1; use 1 or more"));
        }
        if evaluation_periods >= 1 && !(1..=evaluation_periods).contains(&datapoints) {
            let fix = format!("use 1 to EvaluationPeriods, which is {evaluation_periods}");
            self.invalid("DatapointsToAlarm", format!("{datapoints} is out of range; {fix}"));
        }
        let (longest, in_words) = if period >= 3600 { (7 * DAY, "7 days") } else { (DAY, "1 day") };
        if period.saturating_mul(evaluation_periods) > longest {
            let window = format!("Period {period} s × EvaluationPeriods {evaluation_periods}");
            let message =
                format!("{window} is longer than {in_words}, the most that CloudWatch looks back; lower one of them");
            self.invalid("EvaluationPeriods", message);
        }
        (period, evaluation_periods, datapoints)
    }

    fn actions(&self, of_all_alarms: &Actions) -> Actions {
        let own = &self.declared.actions;
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
                let message = format!("{} is not an ARN; use the ARN of the action", self.quote(action));
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

    fn quote(&self, text: &str) -> String {
        super::quote(text, self.problems)
    }
}

/// The shortest period of whole minutes that holds a sample and divides the default window evenly.
fn default_period(frequency: PublishFrequency) -> i32 {
    let shortest = i32::from(frequency.graph_period());
    (shortest..=DEFAULT_WINDOW).step_by(60).find(|period| DEFAULT_WINDOW % period == 0).unwrap_or(DEFAULT_WINDOW)
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
        for seconds in PublishFrequency::ALL {
            let frequency = PublishFrequency::from_seconds(i32::from(seconds)).unwrap();
            let period = default_period(frequency);
            assert_eq!(DEFAULT_WINDOW % period, 0, "F = {seconds}");
            assert!(period >= i32::from(seconds) && period % 60 == 0, "F = {seconds}");
        }
    }

    #[test]
    fn choices_are_listed_in_words() {
        assert_eq!(one_of(&["a", "b", "c"]), "a, b or c");
        assert_eq!(one_of(&["a"]), "a");
    }
}
