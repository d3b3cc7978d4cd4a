//! Which series a dashboard or an alarm asks for, read from the text that CloudWatch gets.

use std::collections::BTreeSet;

use serde_json::Value;

/// A metric with the exact dimension set that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Series {
    pub(crate) namespace: String,
    pub(crate) metric: String,
    pub(crate) dimensions: BTreeSet<String>,
}

/// A series and what asks for it, or what can't be read.
pub(crate) type Found = Result<Series, String>;

/// Everything that the widgets of a body ask for, by the widget's title.
pub(crate) fn of_dashboard(body: &Value) -> Vec<(String, Vec<Found>)> {
    let widgets = body["widgets"].as_array().unwrap().iter().filter(|widget| widget["type"] == "metric");
    let mut all: Vec<(String, Vec<Found>)> = widgets
        .map(|widget| {
            let properties = &widget["properties"];
            let rows = properties["metrics"].as_array().unwrap().iter().flat_map(row).collect();
            (format!("panel {}", properties["title"]), rows)
        })
        .collect();
    for variable in body["variables"].as_array().into_iter().flatten() {
        if let Some(search) = variable["search"].as_str() {
            all.push((format!("drop-down {}", variable["id"]), vec![searched(search)]));
        }
    }
    all
}

fn row(row: &Value) -> Vec<Found> {
    let words: Vec<&str> = row.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let [namespace, metric, pairs @ ..] = words.as_slice() else {
        let expression = row.as_array().unwrap().last().and_then(|last| last["expression"].as_str());
        return expression.map_or_else(|| vec![Err(format!("a row that can't be read: {row}"))], of_expression);
    };
    if words.iter().any(|word| *word == "." || *word == "...") {
        return vec![Err(format!("an abbreviated row: {row}"))];
    }
    let dimensions = pairs.iter().step_by(2).map(|name| (*name).to_owned()).collect();
    vec![Ok(Series { namespace: (*namespace).to_owned(), metric: (*metric).to_owned(), dimensions })]
}

/// Everything that an alarm's request asks for. A PromQL query asks for no CloudWatch metric, a composite for alarms.
pub(crate) fn of_alarm(request: &Value) -> Vec<Found> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let metric = |metric: &Value| Series {
        namespace: text(&metric["Namespace"]),
        metric: text(&metric["MetricName"]),
        dimensions: metric["Dimensions"].as_array().into_iter().flatten().map(|one| text(&one["Name"])).collect(),
    };
    let mut found = Vec::new();
    if request["MetricName"].is_string() {
        found.push(Ok(metric(request)));
    }
    for query in request["Metrics"].as_array().into_iter().flatten() {
        match query["Expression"].as_str() {
            Some(expression) => found.extend(of_expression(expression)),
            None => found.push(Ok(metric(&query["MetricStat"]["Metric"]))),
        }
    }
    found
}

fn of_expression(expression: &str) -> Vec<Found> {
    let searches = expression.split("SEARCH(").skip(1).map(|rest| {
        let quote = rest.chars().next().unwrap_or('\'');
        searched(rest[1..].split(quote).next().unwrap_or_default())
    });
    let query = expression.to_ascii_uppercase().contains("SELECT ").then(|| queried(expression));
    searches.chain(query).collect()
}

/// `{namespace,dimensions} … MetricName="…" …`
fn searched(search: &str) -> Found {
    let wrong = || format!("a search that names no exact metric: {search}");
    let (schema, terms) =
        search.trim_start().strip_prefix('{').and_then(|rest| rest.split_once('}')).ok_or_else(wrong)?;
    let mut names = schema.split(',').map(|name| name.trim().trim_matches('"').to_owned());
    let metric = terms.split("MetricName=\"").nth(1).and_then(|rest| rest.split('"').next()).ok_or_else(wrong)?;
    let namespace = names.next().unwrap_or_default();
    Ok(Series { namespace, metric: metric.to_owned(), dimensions: names.collect() })
}

/// `SELECT …(metric) FROM SCHEMA("namespace", dimensions) …`
fn queried(query: &str) -> Found {
    let wrong = || format!("a query without SCHEMA, which adds up several sets: {query}");
    let metric = query.split(['(', ')']).nth(1).ok_or_else(wrong)?.trim_matches('"').to_owned();
    let schema = query.split("SCHEMA(").nth(1).and_then(|rest| rest.split(')').next()).ok_or_else(wrong)?;
    let mut names = schema.split(',').map(|name| name.trim().trim_matches('"').to_owned());
    let namespace = names.next().unwrap_or_default();
    Ok(Series { namespace, metric, dimensions: names.collect() })
}

#[test]
fn series_are_read_from_rows_searches_and_queries() {
    let series = |namespace: &str, metric: &str, dimensions: &[&str]| Series {
        namespace: namespace.into(),
        metric: metric.into(),
        dimensions: dimensions.iter().map(|name| (*name).to_owned()).collect(),
    };
    let body = serde_json::json!({"widgets": [{"type": "metric", "properties": {"title": "T", "metrics": [
        ["NS", "M", "A", "1", "B", "2", {"stat": "Sum"}],
        [{"expression": "SUM(SEARCH('{NS,A,B} MetricName=\"N\" A=\"x\"', 'Sum')) + SEARCH('{NS,C} MetricName=\"O\"', 'Sum')"}],
        [{"expression": "SELECT COUNT(P) FROM SCHEMA(\"NS\", A, C) WHERE A = '1' GROUP BY C"}],
        [{"expression": "m1 * 2"}],
        [{"expression": "SELECT COUNT(P) FROM NS"}],
    ]}}]});
    let [(title, found)] = &of_dashboard(&body)[..] else { panic!("one widget") };
    assert_eq!(title, "panel \"T\"");
    let good = [
        series("NS", "M", &["A", "B"]),
        series("NS", "N", &["A", "B"]),
        series("NS", "O", &["C"]),
        series("NS", "P", &["A", "C"]),
    ];
    assert!(found.iter().filter_map(|one| one.as_ref().ok()).eq(good.iter()), "{found:?}");
    assert_eq!(found.len(), 5, "a query without SCHEMA is told of");
}
