//! `GetMetricData`, answered by evaluation over the store.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html>. Pages are cut between series, never
//! within one.

use std::collections::BTreeMap;

use crate::cloudwatch::Context;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{invalid, invalid_token, read};
use crate::{clock::timestamp, error::ServiceError, page};
use metric_math::{
    evaluation::{Data, EvaluationError, MetricDataQuery, Queries, Query, Series, dashboard::TimeSpan},
    telemetry::{MetricStore, SECOND, Timestamp},
};

const MOST_QUERIES: usize = 500;
/// At most so many values are in one answer.
const MOST_VALUES: usize = 100_800;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GetMetricData {
    metric_data_queries: Vec<MetricDataQuery>,
    start_time: f64,
    end_time: f64,
    next_token: Option<String>,
    scan_by: Option<String>,
    max_datapoints: Option<usize>,
    // Only labels with times would depend on it.
    #[serde(rename = "LabelOptions")]
    _label_options: Option<Value>,
}

pub(super) fn get(context: &Context<'_>, request: &Value) -> Result<Value, ServiceError> {
    let wanted: GetMetricData = read(request)?;
    let (start, end) = (from_seconds(wanted.start_time), from_seconds(wanted.end_time));
    if start >= end {
        return Err(invalid("The parameter StartTime must be less than the parameter EndTime."));
    }
    if wanted.metric_data_queries.len() > MOST_QUERIES {
        return Err(invalid(format!("At most {MOST_QUERIES} MetricDataQueries can be in one request.")));
    }
    let range = TimeSpan { start, end };
    let newest_first = wanted.scan_by.as_deref() != Some("TimestampAscending");
    let mut results = Vec::new();
    let mut longest = 1;
    for (account, queries) in by_account(wanted.metric_data_queries) {
        let store = store_of(context, account.as_deref())?;
        for (id, series) in evaluated(store, queries, range, timestamp(context.clock.now()))? {
            longest = longest.max(series.points.len());
            results.push(result(&id, &series, newest_first));
        }
    }
    let size = (wanted.max_datapoints.unwrap_or(MOST_VALUES).min(MOST_VALUES) / longest).max(1);
    let page = page::cut("data", results, wanted.next_token.as_deref(), size).map_err(|_| invalid_token())?;
    Ok(page::answer(json!({ "MetricDataResults": page.items, "Messages": [] }), page.next))
}

/// The queries of each account. Those of two accounts don't refer to each other here.
fn by_account(queries: Vec<MetricDataQuery>) -> BTreeMap<Option<String>, Vec<MetricDataQuery>> {
    let mut accounts: BTreeMap<Option<String>, Vec<MetricDataQuery>> = BTreeMap::new();
    for query in queries {
        accounts.entry(query.account_id.clone()).or_default().push(query);
    }
    accounts
}

/// What an account has published: this one, or one that is linked.
fn store_of<'c>(context: &'c Context<'_>, account: Option<&str>) -> Result<&'c MetricStore, ServiceError> {
    match account {
        Some(account) if account != context.config.account => {
            let linked = context.state.linked.get(account);
            linked.ok_or_else(|| invalid(format!("The account {account} is not linked to this one.")))
        }
        _ => Ok(&context.state.store),
    }
}

/// The series that are given back, each with its query's id.
fn evaluated(
    store: &MetricStore,
    queries: Vec<MetricDataQuery>,
    range: TimeSpan,
    now: Timestamp,
) -> Result<Vec<(String, Series)>, ServiceError> {
    let returned: Vec<bool> = queries.iter().map(|query| query.return_data.unwrap_or(true)).collect();
    let queries: Vec<Query> =
        queries.into_iter().map(MetricDataQuery::query).collect::<Result<_, _>>().map_err(refused)?;
    let ids: Vec<String> = queries.iter().map(|query| query.id.clone()).collect();
    let queries = Queries::of_request(Data::of(store), range, now, queries).map_err(refused)?;
    let mut all = Vec::new();
    for (number, id) in ids.iter().enumerate().filter(|(number, _)| returned[*number]) {
        all.extend(queries.series(number).map_err(refused)?.into_iter().map(|series| (id.clone(), series)));
    }
    Ok(all)
}

fn result(id: &str, series: &Series, newest_first: bool) -> Value {
    #[allow(clippy::cast_precision_loss)] // exact until the year 287396
    let mut points: Vec<(f64, f64)> =
        series.points.iter().map(|(at, value)| (*at as f64 / SECOND as f64, *value)).collect();
    if newest_first {
        points.reverse();
    }
    let (times, values): (Vec<f64>, Vec<f64>) = points.into_iter().unzip();
    json!({ "Id": id, "Label": series.label, "Timestamps": times, "Values": values, "StatusCode": "Complete" })
}

#[allow(clippy::cast_possible_truncation)] // saturates, which is as good as any time that far away
fn from_seconds(seconds: f64) -> Timestamp {
    (seconds * 1000.0).round() as Timestamp
}

#[allow(clippy::needless_pass_by_value)] // it stands where map_err wants a function
fn refused(error: EvaluationError) -> ServiceError {
    invalid(format!("Error in MetricDataQueries: {error}"))
}
