//! Our alarms: their states, and their thresholds on the panels that show what they watch.

use crate::spec::{AlarmKind, AlarmSpec};

use super::grid::Grid;
use super::series::Context;
use super::widget::Threshold;

/// The states of all alarms that are switched on.
pub(super) fn states(grid: &mut Grid<'_>, context: &Context<'_>) {
    let arn = |alarm: &AlarmSpec| context.place.alarm_arn(&alarm.name);
    let arns: Vec<String> = context.monitoring.alarms.iter().map(arn).collect();
    if !arns.is_empty() {
        grid.alarm_states("Alarms", "The alarms that the declaration has, and their states.", arns);
    }
}

/// Where an alarm goes off, in words, if it is switched on.
pub(super) fn threshold(context: &Context<'_>, kind: AlarmKind, in_words: impl Fn(f64) -> String) -> Option<Threshold> {
    let value = context.monitoring.alarm(kind)?.threshold;
    Some(Threshold { color: None, label: format!("{kind}: {}", in_words(value)), value })
}

/// Seconds that one of the alarm's datapoints covers, if it is switched on.
pub(super) fn alarm_period_s(context: &Context<'_>, kind: AlarmKind) -> Option<i32> {
    Some(context.monitoring.alarm(kind)?.period)
}
