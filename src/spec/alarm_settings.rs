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
use crate::alarm::{AlarmKind, Comparison, DAY, HOUR, MINUTE, MissingData, PeriodRule, Situation, reach};
use crate::properties::{Declaration, Declared, DeclaredAlarm, Problems, choice, one_of};
use crate::scalar::Word;

/// Seconds that Metrics Insights looks back in an alarm.
const INSIGHTS_REACH: i32 = 3 * HOUR;
const LONGEST_ZONE: usize = 50;

/// Validates the settings of one alarm, noting every problem on the way.
pub(super) struct AlarmSettings<'d> {
    pub(super) kind: AlarmKind,
    pub(super) declaration: &'d Declaration,
    pub(super) declared: &'d DeclaredAlarm,
    pub(super) metrics: Metrics,
    pub(super) situation: &'d Situation<'d>,
    pub(super) problems: &'d Problems,
}

impl AlarmSettings<'_> {
    /// The alarm on all variants together. What isn't valid has been noted; `None` where it has no name.
    pub(super) fn validate(&self) -> Option<AlarmSpec> {
        let Self { kind, declared, .. } = *self;
        let definition = kind.definition();
        let source = self.source();
        let name = declared.alarm_name.value.as_deref();
        let name = self.name(&name_or_default(name, self.declaration, self.kind.suffix())?);
        let threshold = self.threshold(source);
        let comparison = declared.comparison_operator.value.unwrap_or(definition.comparison);
        self.validate_reach(threshold, comparison);
        let window = self.window(source);
        self.time_zone();
        let actions = actions::validate(&declared.actions, &self.declaration.actions, self.problems);
        Some(AlarmSpec {
            kind,
            source,
            name: name?,
            parts: Vec::new(),
            description: declared.alarm_description.value.clone(),
            threshold,
            comparison,
            period: window.period,
            evaluation_periods: window.evaluation_periods,
            datapoints_to_alarm: window.datapoints_to_alarm,
            time_zone: declared.time_zone.value.clone(),
            // Without an instance there is no datapoint, and an endpoint that is scaled to zero wastes nothing.
            treat_missing_data: declared.treat_missing_data.value.unwrap_or(MissingData::NotBreaching),
            actions,
        })
    }

    fn invalid<T>(&self, declared: &Declared<T>, message: String) {
        self.problems.invalid(&declared.path, message);
    }

    fn conflict<T>(&self, declared: &Declared<T>, message: impl Into<String>) {
        self.problems.conflict(&declared.path, message);
    }

    fn source(&self) -> AlarmSource {
        let known = AlarmSource::of(self.kind);
        let by_default = (self.kind.definition().source)(self.situation);
        let Some(given) = self.declared.source.value.as_deref() else { return by_default };
        let names: Vec<&str> = known.iter().map(|source| source.name()).collect();
        match AlarmSource::named(given) {
            Some(source) if known.contains(&source) => {
                self.what_the_source_needs(source);
                source
            }
            Some(_) => {
                let message = format!("{given} is no source for {}; use {}", self.kind, one_of(&names));
                self.invalid(&self.declared.source, message);
                by_default
            }
            None => {
                let fix = choice(given, &names);
                self.invalid(&self.declared.source, format!("{} is not a source; {fix}", quote(given, self.problems)));
                by_default
            }
        }
    }

    fn what_the_source_needs(&self, source: AlarmSource) {
        let at = &self.declared.source;
        match source {
            AlarmSource::SampleCount if !self.metrics.enhanced => self.conflict(
                at,
                "SampleCount counts the samples of single GPUs, which only enhanced metrics have; set \
                 MetricsConfig.EnableEnhancedMetrics to true, or use Reservation",
            ),
            AlarmSource::SampleCount if !self.situation.names_gpu_dimension => self.conflict(
                at,
                "SampleCount needs the dimension that identifies a GPU, which is unknown before an endpoint has published \
                 anything: with the wrong one every GPU would count as unused; give GpuDimension (GpuId or \
                 AcceleratorId), or use Reservation",
            ),
            AlarmSource::PromQl if !self.metrics.detailed => self.conflict(
                at,
                "PromQL looks at the metrics of detailed observability, which is off; set \
                 MetricsConfig.EnableDetailedObservability to true, or use Reservation",
            ),
            AlarmSource::PromQl => self.not_of_promql(),
            _ => {}
        }
    }

    /// The query says itself which series breach, and what isn't there doesn't.
    fn not_of_promql(&self) {
        let DeclaredAlarm { comparison_operator, treat_missing_data, datapoints_to_alarm, .. } = self.declared;
        self.has_none(comparison_operator, "the query asks for less than Threshold");
        self.has_none(treat_missing_data, "a model that isn't there isn't idle");
        self.has_none(datapoints_to_alarm, "a model must be idle all the time");
    }

    fn has_none<T>(&self, declared: &Declared<T>, why: &str) {
        // Whatever is given there, whether or not it is allowed elsewhere.
        if declared.value.is_some() || !self.problems.clean(&declared.path) {
            self.conflict(declared, format!("an alarm with Source PromQL has none ({why}); leave it out"));
        }
    }

    fn name(&self, name: &str) -> Option<AlarmName> {
        let refuse = |rule| {
            self.invalid(
                &self.declared.alarm_name,
                format!("{} is not an alarm name; {rule}", quote(name, self.problems)),
            );
        };
        AlarmName::parse(name).map_err(refuse).ok()
    }

    fn threshold(&self, source: AlarmSource) -> f64 {
        let rule = &self.kind.definition().threshold;
        let DeclaredAlarm { threshold: declared, enabled, .. } = self.declared;
        let Some(threshold) = declared.value.or_else(|| (rule.by_default)(source)) else {
            if enabled.value != Some(false) && self.problems.clean(&declared.path) {
                let message = format!("none is right for every endpoint; {}", rule.fix);
                self.problems.missing(&declared.path, message);
            }
            return 0.0;
        };
        if !(rule.holds)(threshold) {
            let wrong = if threshold < 0.0 { "is negative" } else { "is out of range" };
            self.invalid(declared, format!("{threshold} {wrong}; {}", rule.fix));
        }
        threshold
    }

    /// Whether there are values that breach, and others that don't, among those that can be measured at all.
    fn validate_reach(&self, threshold: f64, comparison: Comparison) {
        let definition = self.kind.definition();
        let DeclaredAlarm { threshold: declared, comparison_operator, .. } = self.declared;
        let given = declared.value.is_some() || comparison_operator.value.is_some();
        if given && (definition.threshold.holds)(threshold) && self.problems.clean(&declared.path) {
            let mistake = reach::mistake(comparison, threshold, &definition.range);
            if let Some(mistake) = mistake {
                self.invalid(declared, mistake);
            }
        }
    }

    /// A day of the clock is one somewhere; any other window slides.
    fn time_zone(&self) {
        let declared = &self.declared.time_zone;
        let Some(zone) = declared.value.as_deref() else { return };
        if !matches!(self.kind.definition().period, PeriodRule::Always(_)) {
            self.conflict(declared, "only a BudgetAlarm has a window of the clock; leave it out");
        } else if !is_time_zone(zone) {
            let zone = quote(zone, self.problems);
            self.invalid(
                declared,
                format!("{zone} is not a time zone; use a name such as Europe/Berlin, or an offset such as +02:00"),
            );
        }
    }

    fn window(&self, source: AlarmSource) -> Window {
        let frequency = self.metrics.frequency;
        let definition = self.kind.definition();
        let DeclaredAlarm { period, evaluation_periods, datapoints_to_alarm, .. } = self.declared;
        let period = period.value.unwrap_or_else(|| match (definition.period, evaluation_periods.value) {
            (PeriodRule::DividesWindow, None) => even_period(definition.window, frequency),
            // So that EvaluationPeriods alone is a number of hours, or of days.
            (PeriodRule::Is(period) | PeriodRule::Always(period), _) => period,
            _ => i32::from(frequency.graph_period()),
        });
        let periods = (definition.window - 1) / period.max(1) + 1;
        let evaluation_periods = evaluation_periods.value.unwrap_or(periods);
        let datapoints_to_alarm = datapoints_to_alarm.value.unwrap_or(evaluation_periods);
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
        self.invalid(&self.declared.period, message);
    }

    fn validate_counts(&self, window: &Window) {
        let Window { evaluation_periods, datapoints_to_alarm, .. } = *window;
        if evaluation_periods < 1 {
            self.invalid(
                &self.declared.evaluation_periods,
                format!("{evaluation_periods} is less than 1; use 1 or more"),
            );
        } else if !(1..=evaluation_periods).contains(&datapoints_to_alarm) {
            let fix = format!("use 1 to EvaluationPeriods, which is {evaluation_periods}");
            self.invalid(&self.declared.datapoints_to_alarm, format!("{datapoints_to_alarm} is out of range; {fix}"));
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
            self.invalid(&self.declared.evaluation_periods, message);
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
