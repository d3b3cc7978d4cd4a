//! The alarm over a fleet: what the GPUs that no model holds cost in an hour, all endpoints of an account and Region together.
//!
//! No metric math could say it: an alarm takes ten metrics (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html>),
//! a Metrics Insights query has no arithmetic, and neither knows a price. So the alarm asks the panels' function, which counts as the
//! interactive panel does, as a data source of CloudWatch:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_MultiDataSources-Connect-Custom.html>.

use super::{AlarmActions, Comparison, HOURS_A_DAY, MissingData, ThresholdRule, Words};
use crate::endpoint::AlarmName;

macro_rules! property {
    () => {
        "UnallocatedCostAlarm"
    };
}

macro_rules! suffix {
    () => {
        "unallocated-cost"
    };
}

macro_rules! evaluation_periods {
    () => {
        4
    };
}

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
    /// What it does where its state changes.
    pub actions: AlarmActions,
}

impl FleetAlarm {
    /// The property that declares it.
    pub const PROPERTY: &'static str = property!();
    /// The attribute that holds its name.
    pub const NAME_ATTRIBUTE: &'static str = concat!(property!(), "Name");
    /// The attribute that holds its ARN.
    pub const ARN_ATTRIBUTE: &'static str = concat!(property!(), "Arn");
    /// What its default name ends with, after the dashboard's name and a hyphen.
    pub(crate) const SUFFIX: &'static str = suffix!();
    /// Its default name, for the table of properties.
    pub(crate) const DEFAULT_NAME: &'static str = concat!("`<DashboardName>-", suffix!(), "`");
    /// When it fires, for the table of properties.
    pub(crate) const MEANING: &'static str =
        "Fires when GPUs that no model holds cost more than `Threshold` dollars an hour, all endpoints together";
    /// What it compares with: dollars per hour. None is right for every account.
    pub(crate) const THRESHOLD: ThresholdRule = ThresholdRule {
        by_default: |_| None,
        holds: |dollars| dollars > 0.0 && dollars.is_finite(),
        fix: "give dollars per hour, such as 20",
    };
    pub(crate) const COMPARISON: Comparison = Comparison::MoreThan;
    /// Seconds of one datapoint. The function counts whole quarters of an hour, so that CloudWatch may ask every minute, as it does,
    /// and the services that the function reads aren't asked each time.
    pub const PERIOD: i32 = 900;
    /// How many quarters of an hour in a row have to breach where the declaration doesn't say: an hour.
    pub(crate) const EVALUATION_PERIODS: i32 = evaluation_periods!();
    /// The same as JSON, for the table of properties.
    pub(crate) const EVALUATION_PERIODS_JSON: &'static str = concat!(evaluation_periods!());
    /// The id and the label of what it measures.
    pub(crate) const SERIES: (&'static str, &'static str) = ("unallocated", "Unallocated $ per hour");
    /// The first two things to do.
    pub(crate) const STEPS: [&'static str; 2] =
        ["see on the dashboard which endpoints these are", "place models on them, let them scale in, or delete them"];
    /// What is said of it in general.
    pub(crate) const WORDS: Words = Words {
        measures: "Dollars per hour that GPUs cost which no model holds, of all endpoints of the account and Region together.",
        why: "Instances for inference components run and are paid for while GPUs on them hold no model, on one endpoint or on several. The \
              interactive panel names them, the dearest first.",
    };

    /// What is wrong where it fires, and what that costs, in words.
    pub(crate) fn what_is_wrong(&self, region: &str) -> String {
        let minutes = self.evaluation_periods * Self::PERIOD / 60;
        let dollars = self.threshold;
        format!(
            "GPUs that no model holds cost more than ${dollars:.2} an hour, all endpoints of this account in {region} together, for {minutes} \
             minutes: about ${:.2} a day at the least.",
            dollars * HOURS_A_DAY
        )
    }
}
