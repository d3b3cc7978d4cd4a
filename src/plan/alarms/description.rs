//! What an alarm says about itself: what fires it, what that costs, and where to look.
//!
//! The author's own description takes the place of all of it.

use aws_sdk_cloudwatch::types::ComparisonOperator;

use super::{Context, Scope, sentence};
use crate::spec::{AlarmKind, AlarmSource, AlarmSpec, Variant};

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html>.
const MAX_CHARACTERS: usize = 1024;
const HOURS_A_DAY: f64 = 24.0;

pub(super) fn of(alarm: &AlarmSpec, scope: &Scope<'_>, context: &Context<'_>) -> String {
    described(alarm, scope, context, sentence(alarm, scope))
}

/// Of the alarm that stands for one alarm on each variant.
pub(super) fn of_composite(alarm: &AlarmSpec, scope: &Scope<'_>, context: &Context<'_>) -> String {
    let each =
        format!("Of each variant by itself (one or more of {}): {}", alarm.on_variants.len(), sentence(alarm, scope));
    described(alarm, scope, context, each)
}

fn described(alarm: &AlarmSpec, scope: &Scope<'_>, context: &Context<'_>, sentence: String) -> String {
    if let Some(own) = &alarm.description {
        return own.clone();
    }
    let mut text = sentence;
    if let Some(cost) = cost(alarm.kind, scope, context) {
        text.push(' ');
        text.push_str(&cost);
    }
    if let Some(url) = &context.dashboard_url {
        let link = format!(" Dashboard: {url}");
        // Half a link leads nowhere.
        if text.chars().count() + link.chars().count() <= MAX_CHARACTERS {
            text.push_str(&link);
        }
    }
    text
}

/// What is about to be wasted or kept in a day, where any price is known.
fn cost(kind: AlarmKind, scope: &Scope<'_>, context: &Context<'_>) -> Option<String> {
    let what = match kind {
        AlarmKind::UnusedGpu | AlarmKind::IdleGpu => "Each such GPU costs",
        AlarmKind::GpuBuffer => "Each GPU that is kept free costs",
        AlarmKind::NoTraffic => "Each instance costs",
    };
    let a_day = |variant: &Variant| {
        let per_hour = context.surroundings.prices.of(variant).per_hour()?.0;
        let parts = if kind == AlarmKind::NoTraffic { 1 } else { variant.gpus()? };
        Some(per_hour * HOURS_A_DAY / f64::from(parts))
    };
    let all: Vec<f64> = scope.variants.iter().filter_map(|variant| a_day(variant)).collect();
    let (least, most) = (all.iter().copied().reduce(f64::min)?, all.iter().copied().reduce(f64::max)?);
    let (least, most) = (format!("${least:.2}"), format!("${most:.2}"));
    Some(if least == most {
        format!("{what} about {least} a day.")
    } else {
        format!("{what} {least} to {most} a day.")
    })
}

/// The threshold and how it is compared: `at least 1`.
pub(super) fn compared(alarm: &AlarmSpec) -> String {
    let words = match alarm.comparison {
        ComparisonOperator::GreaterThanThreshold => "more than",
        ComparisonOperator::LessThanThreshold => "less than",
        ComparisonOperator::LessThanOrEqualToThreshold => "at most",
        _ => "at least",
    };
    format!("{words} {}", alarm.threshold)
}

/// `for 30 minutes`, or `for 8 of 10 minutes`.
pub(super) fn for_how_long(alarm: &AlarmSpec) -> String {
    let all = alarm.period * alarm.evaluation_periods;
    let breaching = match alarm.source {
        AlarmSource::PromQl => all,
        _ => alarm.period * alarm.datapoints_to_alarm,
    };
    let (seconds, unit) = [(3600, "hours"), (60, "minutes"), (1, "seconds")]
        .into_iter()
        .find(|(seconds, _)| all % seconds == 0 && breaching % seconds == 0)
        .unwrap_or((1, "seconds"));
    let unit = if all == seconds { unit.trim_end_matches('s') } else { unit };
    match (breaching / seconds, all / seconds) {
        (breaching, all) if breaching == all => format!("for {all} {unit}"),
        (breaching, all) => format!("for {breaching} of {all} {unit}"),
    }
}
