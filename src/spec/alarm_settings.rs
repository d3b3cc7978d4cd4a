//! The settings of one alarm, checked against what CloudWatch accepts before anything is made.
//!
//! Limits: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html>; of Metrics Insights
//! queries <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html>, and of PromQL
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-promql.html>. Which alarm there is at all is not
//! decided here.

use super::AlarmName;
use super::PublishFrequency;
use super::names_in_use::name_or_default;
use super::validate::Metrics;
use super::{AlarmSource, AlarmSpec};
use super::{actions, quote};
use crate::alarm::{AlarmKind, COMPARISONS, PeriodRule, Situation, reach};
use crate::properties::{Actions, Declaration, DeclaredAlarm, Problems, choice, one_of};

const MINUTE: i32 = 60;
const HOUR: i32 = 3600;
const DAY: i32 = 86_400;
/// Seconds that Metrics Insights looks back in an alarm.
const INSIGHTS_REACH: i32 = 3 * HOUR;
const MAX_ACTIONS: usize = 5;
const MAX_DESCRIPTION: usize = 1024;
const LONGEST_ZONE: usize = 50;
const MISSING_DATA: [&str; 4] = ["breaching", "notBreaching", "ignore", "missing"];

/// Validates the settings of one alarm, noting every problem on the way.
pub(super) struct Settings<'d> {
    pub(super) kind: AlarmKind,
    pub(super) declaration: &'d Declaration,
    pub(super) declared: &'d DeclaredAlarm,
    pub(super) metrics: Metrics,
    pub(super) situation: &'d Situation<'d>,
    pub(super) problems: &'d Problems,
}

impl Settings<'_> {
    /// The alarm on all variants together. What isn't valid has been noted; `None` where it has no name.
    pub(super) fn validate(&self) -> Option<AlarmSpec> {
        let Self { kind, declared, .. } = *self;
        let definition = kind.definition();
        let source = self.source();
        let name = self.name(&name_or_default(declared.alarm_name.as_deref(), self.declaration, self.kind.suffix())?);
        let threshold = self.threshold(source);
        let comparison = self.one_of("ComparisonOperator", declared.comparison_operator.as_deref(), &COMPARISONS);
        let treat_missing_data = self.one_of("TreatMissingData", declared.treat_missing_data.as_deref(), &MISSING_DATA);
        let comparison = comparison.unwrap_or(definition.comparison);
        self.validate_reach(threshold, comparison);
        let window = self.window(source);
        self.time_zone();
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
            parts: Vec::new(),
            description: declared.alarm_description.clone(),
            threshold,
            comparison: comparison.into(),
            period: window.period,
            evaluation_periods: window.evaluation_periods,
            datapoints_to_alarm: window.datapoints_to_alarm,
            time_zone: declared.time_zone.clone(),
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
        let by_default = (self.kind.definition().source)(self.situation);
        let Some(given) = self.declared.source.as_deref() else { return by_default };
        let names: Vec<&str> = known.iter().map(|source| source.name()).collect();
        match AlarmSource::named(given) {
            Some(source) if known.contains(&source) => {
                self.what_the_source_needs(source);
                source
            }
            Some(_) => {
                let message = format!("{given} is no source for {}; use {}", self.kind, one_of(&names));
                self.invalid("Source", message);
                by_default
            }
            None => {
                let fix = choice(given, &names);
                self.invalid("Source", format!("{} is not a source; {fix}", quote(given, self.problems)));
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
                    "SampleCount needs the dimension that identifies a GPU, which is unknown before an endpoint has published \
                     anything: with the wrong one every GPU would count as unused; give GpuDimension (GpuId or \
                     AcceleratorId), or use Reservation",
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

    fn threshold(&self, source: AlarmSource) -> f64 {
        let rule = &self.kind.definition().threshold;
        let Some(threshold) = self.declared.threshold.or_else(|| (rule.by_default)(source)) else {
            if self.declared.enabled != Some(false) && self.problems.clean(&self.at("Threshold")) {
                let message = format!("none is right for every endpoint; {}", rule.fix);
                self.problems.missing(&self.at("Threshold"), message);
            }
            return 0.0;
        };
        if !(rule.holds)(threshold) {
            let wrong = if threshold < 0.0 { "is negative" } else { "is out of range" };
            self.invalid("Threshold", format!("{threshold} {wrong}; {}", rule.fix));
        }
        threshold
    }

    /// Whether there are values that breach, and others that don't, among those that can be measured at all.
    fn validate_reach(&self, threshold: f64, comparison: &str) {
        let definition = self.kind.definition();
        let given = self.declared.threshold.is_some() || self.declared.comparison_operator.is_some();
        if given && (definition.threshold.holds)(threshold) && self.problems.clean(&self.at("Threshold")) {
            let mistake = reach::mistake(comparison, threshold, &definition.range);
            if let Some(mistake) = mistake {
                self.invalid("Threshold", mistake);
            }
        }
    }

    /// A day of the clock is one somewhere; any other window slides.
    fn time_zone(&self) {
        let Some(zone) = self.declared.time_zone.as_deref() else { return };
        if !matches!(self.kind.definition().period, PeriodRule::Always(_)) {
            self.conflict("TimeZone", "only a BudgetAlarm has a window of the clock; leave it out");
        } else if !is_time_zone(zone) {
            let zone = quote(zone, self.problems);
            self.invalid(
                "TimeZone",
                format!("{zone} is not a time zone; use a name such as Europe/Berlin, or an offset such as +02:00"),
            );
        }
    }

    fn one_of(&self, name: &str, given: Option<&str>, allowed: &[&'static str]) -> Option<&'static str> {
        let given = given?;
        let found = allowed.iter().copied().find(|allowed| *allowed == given);
        if found.is_none() {
            self.invalid(name, format!("{} is not allowed; {}", quote(given, self.problems), choice(given, allowed)));
        }
        found
    }

    fn window(&self, source: AlarmSource) -> Window {
        let frequency = self.metrics.frequency;
        let (declared, definition) = (self.declared, self.kind.definition());
        let period = declared.period.unwrap_or_else(|| match (definition.period, declared.evaluation_periods) {
            (PeriodRule::DividesWindow, None) => even_period(definition.window, frequency),
            // So that EvaluationPeriods alone is a number of hours, or of days.
            (PeriodRule::Is(period) | PeriodRule::Always(period), _) => period,
            _ => i32::from(frequency.graph_period()),
        });
        let periods = (definition.window - 1) / period.max(1) + 1;
        let evaluation_periods = declared.evaluation_periods.unwrap_or(periods);
        let datapoints_to_alarm = declared.datapoints_to_alarm.unwrap_or(evaluation_periods);
        let window = Window { period, evaluation_periods, datapoints_to_alarm };
        self.validate_period(period, source);
        self.validate_counts(&window);
        self.validate_length(&window, source);
        window
    }

    fn validate_period(&self, period: i32, source: AlarmSource) {
        let (frequency, definition) = (self.metrics.frequency, self.kind.definition());
        let publish = i32::from(frequency.seconds());
        let message = if let PeriodRule::Always(only) = definition.period
            && period != only
        {
            format!("{period} s can't be the period of a {}; use {only}, or leave it out", self.kind)
        } else if !(matches!(period, 10 | 20 | 30) || period > 0 && period % MINUTE == 0) {
            format!("{period} is not a period; use 10, 20, 30 or a multiple of 60 seconds")
        } else if period < publish {
            format!(
                "{period} s is shorter than MetricsConfig.MetricPublishFrequencyInSeconds, which is {publish} s: there would be \
                 periods without a sample; use {} or more",
                frequency.graph_period()
            )
        } else if definition.counts_samples && period % publish != 0 {
            let below = period / publish * publish;
            format!(
                "{period} s is no multiple of MetricsConfig.MetricPublishFrequencyInSeconds, which is {publish} s: some periods \
                 would hold a sample more than others, and show more than there is; use {below} or {}",
                below + publish
            )
        } else if source.is_insights() && period < MINUTE {
            format!("{period} s is shorter than a minute, the least that Metrics Insights takes; use 60 or more")
        } else if source == AlarmSource::PromQl && period > HOUR {
            format!(
                "{period} s is longer than an hour, and a PromQL query is evaluated at least that often; use 3600 or less"
            )
        } else {
            return;
        };
        self.invalid("Period", message);
    }

    fn validate_counts(&self, window: &Window) {
        let Window { evaluation_periods, datapoints_to_alarm, .. } = *window;
        if evaluation_periods < 1 {
            self.invalid("EvaluationPeriods", format!("{evaluation_periods} is less than 1; use 1 or more"));
        } else if !(1..=evaluation_periods).contains(&datapoints_to_alarm) {
            let fix = format!("use 1 to EvaluationPeriods, which is {evaluation_periods}");
            self.invalid("DatapointsToAlarm", format!("{datapoints_to_alarm} is out of range; {fix}"));
        }
    }

    fn validate_length(&self, window: &Window, source: AlarmSource) {
        let Window { period, evaluation_periods, .. } = *window;
        let (longest, in_words) = match source {
            source if source.is_insights() => (INSIGHTS_REACH, "3 hours, the most that Metrics Insights"),
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
            for (at, action) in actions.iter().enumerate() {
                if let Err(mistake) = actions::read(action) {
                    let message = format!("{} {mistake}", quote(action, self.problems));
                    self.problems.invalid(&format!("{path}[{at}]"), message);
                }
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

/// The shortest period of whole minutes that holds as many samples as every other and divides the window evenly; where
/// there is none, the shortest that holds as many.
fn even_period(window: i32, frequency: PublishFrequency) -> i32 {
    let shortest = i32::from(frequency.graph_period());
    let mut periods = (shortest..=window).step_by(usize::from(frequency.graph_period()));
    periods.find(|period| window % period == 0).unwrap_or(shortest)
}

/// An IANA name, an offset in multiples of five minutes, or one behind `UTC`:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_WallClockWindow.html>. Which names there are isn't known
/// here.
fn is_time_zone(text: &str) -> bool {
    let is_offset = |text: &str| {
        let Some((hours, minutes)) = text.strip_prefix(['+', '-']).and_then(|rest| rest.split_once(':')) else {
            return false;
        };
        let number = |digits: &str| digits.parse::<u8>().ok().filter(|_| digits.len() == 2);
        number(hours).is_some_and(|hours| hours <= 18)
            && number(minutes).is_some_and(|minutes| minutes < 60 && minutes % 5 == 0)
    };
    let is_name = |text: &str| {
        text.len() <= LONGEST_ZONE
            && text.starts_with(|first: char| first.is_ascii_alphabetic())
            && text.split('/').all(|part| {
                !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte))
            })
    };
    is_offset(text.strip_prefix("UTC").unwrap_or(text)) || is_name(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_window_is_half_an_hour_or_as_little_more_as_whole_samples_allow() {
        let window = AlarmKind::UnusedGpu.definition().window;
        assert_eq!(window, 1800);
        for seconds in PublishFrequency::ALL {
            let frequency = PublishFrequency::from_seconds(i32::from(seconds)).unwrap();
            let period = even_period(window, frequency);
            let all = ((window - 1) / period + 1) * period;
            assert_eq!(all, if seconds == 240 { 1920 } else { window }, "F = {seconds}");
            assert!(period % i32::from(seconds) == 0 && period % 60 == 0, "F = {seconds}");
        }
    }

    #[test]
    fn time_zones_are_names_or_offsets() {
        for zone in
            ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+2", "+02:00", "-05:30", "UTC+05:45"]
        {
            assert!(is_time_zone(zone), "{zone}");
        }
        for zone in ["", "2", "+2", "+02-00", "+02:03", "+02:60", "+19:00", "Europe//Berlin", "Europe/", "a b"] {
            assert!(!is_time_zone(zone), "{zone}");
        }
    }

    #[test]
    fn choices_are_listed_in_words() {
        assert_eq!(one_of(&["a", "b", "c"]), "a, b or c");
        assert_eq!(one_of(&["a"]), "a");
    }
}
