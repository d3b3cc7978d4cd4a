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

/// A series, and the variants whose it is to be; any where none is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) series: Series,
    pub(crate) variants: Vec<String>,
}

/// What is asked for, or what can't be read.
pub(crate) type Found = Result<Asked, String>;

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
    let pairs = pairs.chunks(2).map(|pair| (pair[0].to_owned(), pair[1].to_owned()));
    vec![Ok(asked(namespace, metric, pairs))]
}

fn asked(namespace: &str, metric: &str, pairs: impl Iterator<Item = (String, String)>) -> Asked {
    let pairs: Vec<(String, String)> = pairs.collect();
    let variants = pairs.iter().filter(|(name, _)| name == "VariantName").map(|(_, value)| value.clone()).collect();
    let dimensions = pairs.into_iter().map(|(name, _)| name).collect();
    Asked { series: Series { namespace: namespace.to_owned(), metric: metric.to_owned(), dimensions }, variants }
}

/// Everything that an alarm's request asks for. A PromQL query asks for no CloudWatch metric, a composite for alarms.
pub(crate) fn of_alarm(request: &Value) -> Vec<Found> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let metric = |metric: &Value| {
        let pairs = metric["Dimensions"].as_array().into_iter().flatten();
        let pairs = pairs.map(|pair| (text(&pair["Name"]), text(&pair["Value"])));
        asked(&text(&metric["Namespace"]), &text(&metric["MetricName"]), pairs)
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
    let series = Series { namespace, metric: metric.to_owned(), dimensions: names.collect() };
    let chosen = terms.split("VariantName=").nth(1).unwrap_or_default();
    let end =
        if chosen.starts_with('(') { chosen.find(')') } else { chosen.match_indices('"').nth(1).map(|(at, _)| at) };
    let variants = chosen[..end.unwrap_or(0)].split('"').skip(1).step_by(2).map(str::to_owned).collect();
    Ok(Asked { series, variants })
}

/// `SELECT …(metric) FROM SCHEMA("namespace", dimensions) …`
fn queried(query: &str) -> Found {
    let wrong = || format!("a query without SCHEMA, which adds up several sets: {query}");
    let metric = query.split(['(', ')']).nth(1).ok_or_else(wrong)?.trim_matches('"').to_owned();
    let schema = query.split("SCHEMA(").nth(1).and_then(|rest| rest.split(')').next()).ok_or_else(wrong)?;
    let mut names = schema.split(',').map(|name| name.trim().trim_matches('"').to_owned());
    let namespace = names.next().unwrap_or_default();
    let series = Series { namespace, metric, dimensions: names.collect() };
    let variant = query.split("VariantName = '").nth(1).and_then(|rest| rest.split('\'').next());
    Ok(Asked { series, variants: variant.into_iter().map(str::to_owned).collect() })
}

#[test]
fn series_are_read_from_rows_searches_and_queries() {
    let asked = |metric: &str, dimensions: &[&str], variants: &[&str]| Asked {
        series: Series {
            namespace: "NS".into(),
            metric: metric.into(),
            dimensions: dimensions.iter().map(|name| (*name).to_owned()).collect(),
        },
        variants: variants.iter().map(|name| (*name).to_owned()).collect(),
    };
    let searches = "SUM(SEARCH('{NS,A,VariantName} MetricName=\"N\" VariantName=\"v\" A=\"x\"', 'Sum')) \
                    + SEARCH('{NS,C,VariantName} MetricName=\"O\" VariantName=(\"v\" OR \"w\")', 'Sum')";
    let body = serde_json::json!({"widgets": [{"type": "metric", "properties": {"title": "T", "metrics": [
        ["NS", "M", "A", "1", "VariantName", "v", {"stat": "Sum"}],
        [{"expression": searches}],
        [{"expression": "SELECT COUNT(P) FROM SCHEMA(\"NS\", A, VariantName) WHERE VariantName = 'v' GROUP BY A"}],
        [{"expression": "SELECT COUNT(P) FROM SCHEMA(\"NS\", A) GROUP BY A"}],
        [{"expression": "m1 * 2"}],
        [{"expression": "SELECT COUNT(P) FROM NS"}],
    ]}}]});
    let [(title, found)] = &of_dashboard(&body)[..] else { panic!("one widget") };
    assert_eq!(title, "panel \"T\"");
    let good = [
        asked("M", &["A", "VariantName"], &["v"]),
        asked("N", &["A", "VariantName"], &["v"]),
        asked("O", &["C", "VariantName"], &["v", "w"]),
        asked("P", &["A", "VariantName"], &["v"]),
        asked("P", &["A"], &[]),
    ];
    assert!(found.iter().filter_map(|one| one.as_ref().ok()).eq(good.iter()), "{found:?}");
    assert_eq!(found.len(), 6, "a query without SCHEMA is told of");
}
