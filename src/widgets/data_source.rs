//! The function as a data source of CloudWatch: what the alarm over a fleet asks for.
//!
//! CloudWatch asks every minute, for periods that begin at any minute, and gives an alarm 4.5 seconds
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_MultiSource_Alarm.html>). What is counted are whole quarters of
//! an hour, each once in a process: a period has the value of the newest quarter that had ended, with its data there, when the period did.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_MultiDataSources-Connect-Custom.html>

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::alarm::FleetAlarm;
use crate::fleet::{FleetQuestion, FleetReader, PeriodCost};
use crate::panel_params::{FLEET_MEASURE, FleetParams};
use crate::reconcile::reason;
use crate::usage::{Moment, UsageError};

const QUARTER: i64 = FleetAlarm::PERIOD as i64;
/// Seconds that samples have to arrive before their quarter is counted.
const SETTLING: i64 = 120;
/// Quarters that are answered at the most: two days. An alarm asks for some hours, a graph of it may ask for more.
const MOST_QUARTERS: i64 = 192;

/// Whether an event is CloudWatch's, and not a dashboard's.
pub(super) fn is_request(event: &Value) -> bool {
    event["EventType"].is_string()
}

/// What is wrong with a request.
pub(super) fn refusal(code: &str, message: &str) -> Value {
    json!({ "Error": { "Code": code, "Value": message } })
}

/// `DescribeGetMetricData`.
pub(super) fn description() -> Value {
    json!({
        "Description": "Dollars per hour that GPUs of SageMaker endpoints cost which no model holds, all endpoints of an account and Region \
                        together, by whole quarters of an hour. Arguments: the measure, the Region, prices as TYPE=DOLLARS and endpoints to \
                        leave out, the latter two divided by spaces.",
        "ArgumentDefaults": [{ "Value": FLEET_MEASURE }, { "Value": "" }, { "Value": "" }, { "Value": "" }],
    })
}

/// The periods of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Periods {
    start: i64,
    end: i64,
    period: i64,
}

impl Periods {
    fn read(request: &Value) -> Option<Self> {
        let whole = |name: &str| request[name].as_i64();
        let (start, end, period) = (whole("StartTime")?, whole("EndTime")?, whole("Period")?);
        (period >= 60 && start < end && (end - start) / period < 100_000).then_some(Self { start, end, period })
    }

    /// The start of each period whose quarter has been counted by `now`, with that quarter's start.
    fn quarters(self, now: Moment) -> Vec<(i64, i64)> {
        let settled = now.0 - SETTLING;
        let oldest = settled - MOST_QUARTERS * QUARTER;
        let periods = usize::try_from(self.period).unwrap_or(usize::MAX);
        let starts = (self.start..self.end).step_by(periods);
        let quarter = |start: i64| {
            let until = (start + self.period).min(settled);
            (start, until.div_euclid(QUARTER) * QUARTER - QUARTER)
        };
        // A period that has only begun is not there yet; one whose quarter lies before it has nothing of its own.
        starts.map(quarter).filter(|(start, quarter)| *start < settled && *quarter >= oldest).collect()
    }
}

/// What of a request for data the parameters say.
pub(super) fn params(event: &Value) -> Result<FleetParams, String> {
    let arguments = event["GetMetricDataRequest"]["Arguments"].as_array().map(Vec::as_slice).unwrap_or_default();
    FleetParams::from_arguments(arguments)
}

/// `GetMetricData`.
pub(super) async fn answer(event: &Value, params: FleetParams, reader: &FleetReader, now: Moment) -> Value {
    let Some(periods) = Periods::read(&event["GetMetricDataRequest"]) else {
        return refusal("Validation", "give StartTime, EndTime and a Period of 60 seconds or more");
    };
    let wanted = periods.quarters(now);
    let quarters: BTreeSet<i64> = wanted.iter().map(|(_, quarter)| *quarter).collect();
    let question =
        FleetQuestion { now: now.0, prices: params.prices, excluded: params.excluded, ..FleetQuestion::default() };
    match reader.unallocated(&question, QUARTER, &quarters).await {
        Ok(counted) => {
            let known = wanted.iter().filter_map(|(start, quarter)| Some((*start, counted.get(quarter)?)));
            let (times, buckets): (Vec<i64>, Vec<&PeriodCost>) = known.unzip();
            let is_partial = buckets.iter().any(|bucket| bucket.is_partial);
            let values: Vec<f64> = buckets.iter().map(|bucket| bucket.dollars).collect();
            let mut result = json!({
                "StatusCode": if is_partial { "PartialData" } else { "Complete" },
                "Label": "Unallocated $ per hour",
                "Timestamps": times,
                "Values": values,
            });
            if is_partial {
                let value = "Some endpoints could not be described, or some prices aren't known: the number is too low by their part.";
                result["Messages"] = json!([{ "Code": "Partial", "Value": value }]);
            }
            json!({ "MetricDataResults": [result] })
        }
        Err(error @ UsageError::Denied { .. }) => refusal("Forbidden", &reason(&error)),
        Err(error) => refusal("InternalError", &reason(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_that_begins_at_any_minute_has_the_newest_quarter_that_had_ended() {
        // 12:16, with alarms of five minutes that are evaluated at any minute.
        let noon = 1_795_521_600;
        let request = json!({"StartTime": noon + 60, "EndTime": noon + 960, "Period": 300});
        let periods = Periods::read(&request).unwrap();
        let quarters = periods.quarters(Moment(noon + 960));
        let minutes = |at: &i64| (at - noon) / 60;
        let shown: Vec<_> = quarters.iter().map(|(start, quarter)| (minutes(start), minutes(quarter))).collect();
        // The quarter that ended at 12:15 has not settled at 12:16.
        assert_eq!(shown, [(1, -15), (6, -15), (11, -15)]);
        let later = periods.quarters(Moment(noon + 1080));
        assert_eq!(minutes(&later[2].1), 0, "two minutes later it has");
    }

    #[test]
    fn what_is_no_request_is_refused() {
        for request in [
            json!({}),
            json!({"StartTime": 0, "EndTime": 0, "Period": 60}),
            json!({"StartTime": 0, "EndTime": 9, "Period": 1}),
        ] {
            assert_eq!(Periods::read(&request), None, "{request}");
        }
        assert!(is_request(&json!({"EventType": "GetMetricData"})) && !is_request(&json!({"describe": true})));
    }
}
