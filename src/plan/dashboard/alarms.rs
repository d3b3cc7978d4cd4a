//! Our alarms: their states, and their thresholds on the panels that show what they watch.

use crate::spec::{AlarmKind, AlarmSpec};

use super::grid::Grid;
use super::series::PanelContext;
use super::widget::Threshold;

/// The states of all alarms that are switched on.
pub(super) fn states(grid: &mut Grid<'_>, context: &PanelContext<'_>) {
    let arn = |alarm: &AlarmSpec| context.place.alarm_arn(&alarm.name);
    let arns: Vec<String> = context.monitoring.alarms.iter().map(arn).collect();
    if !arns.is_empty() {
        grid.alarm_states("Alarms", "The alarms that the declaration has, and their states.", arns);
    }
}

/// Where an alarm goes off on a panel, if it is switched on.
pub(super) fn threshold(context: &PanelContext<'_>, kind: AlarmKind) -> Option<Threshold> {
    let (value, in_words) = (kind.definition().annotation)(context.monitoring.alarm(kind)?)?;
    Some(Threshold { color: None, label: format!("{kind}: {in_words}"), value })
}
