//! Contributors: the series of a query that groups, each with a state of its own
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html>). One whose data is gone is gone.

use std::collections::BTreeMap;

use crate::evaluation::value::Series;
use crate::telemetry::Window;

/// One series of an alarm.
#[derive(Clone, Debug, PartialEq)]
pub struct Contributor {
    /// What it is grouped by, with its values; nothing where the alarm is on one series.
    pub attributes: BTreeMap<String, String>,
    /// Its values, oldest first; none where a period has no value.
    pub values: Vec<Option<f64>>,
}

impl Contributor {
    pub(super) fn of(series: &Series, window: Window) -> Self {
        let attributes = series.metric.as_ref().map(|metric| metric.dimensions.clone()).unwrap_or_default();
        let values = window.starts().map(|start| series.points.get(&start).copied()).collect();
        Self { attributes, values }
    }

    /// A series without any value.
    pub(super) fn silent(window: Window) -> Self {
        Self { attributes: BTreeMap::new(), values: window.starts().map(|_| None).collect() }
    }
}
