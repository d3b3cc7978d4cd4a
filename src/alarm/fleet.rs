//! The alarm over a fleet: what the GPUs that no model holds cost in an hour, all endpoints of an account and Region together.
//!
//! No metric math could say it: an alarm takes ten metrics (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html>),
//! a Metrics Insights query has no arithmetic, and neither knows a price. So the alarm asks the panels' function, which counts as the
//! interactive panel does, as a data source of CloudWatch:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_MultiDataSources-Connect-Custom.html>.

use super::{MissingData, Words};
use crate::endpoint::AlarmName;

/// The property that declares it.
pub const FLEET_ALARM: &str = "UnallocatedCostAlarm";
/// What its default name ends in, after the dashboard's.
pub(crate) const FLEET_ALARM_SUFFIX: &str = "unallocated-cost";

/// Seconds of one datapoint. The function counts whole quarters of an hour, so that CloudWatch may ask every minute, as it does, and
/// the services that the function reads aren't asked each time.
pub const FLEET_ALARM_PERIOD: i32 = 900;

/// What a person is told of it.
pub(crate) const FLEET_ALARM_WORDS: Words = Words {
    measures: "Dollars per hour that GPUs cost which no model holds, of all endpoints of the account and Region together.",
    why: "Instances for inference components run and are paid for while GPUs on them hold no model, on one endpoint or on several. The \
          interactive panel names them, the dearest first.",
};

/// A valid alarm over a fleet.
#[derive(Clone, Debug, PartialEq)]
pub struct FleetAlarm {
    /// Unique in the account and Region.
    pub name: AlarmName,
    /// The author's own words, where there are any.
    pub description: Option<String>,
    /// Dollars per hour.
    pub threshold: f64,
    /// How many quarters of an hour in a row have to breach.
    pub evaluation_periods: i32,
    /// What a datapoint that isn't there counts as.
    pub treat_missing_data: MissingData,
    /// Whether actions are taken at all.
    pub actions_enabled: bool,
    /// Actions on going to ALARM.
    pub alarm_actions: Vec<String>,
    /// Actions on going to OK.
    pub ok_actions: Vec<String>,
    /// Actions on going to `INSUFFICIENT_DATA`.
    pub insufficient_data_actions: Vec<String>,
}
