//! A dashboard's metric widgets as queries that `GetMetricData` takes. No I/O.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html>

use std::collections::BTreeSet;

use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat};
use monitored_endpoint::metrics::published::rows;
use serde_json::Value;

use super::seen::Series;

/// The period of a widget that names none, in seconds.
const DEFAULT_PERIOD: i64 = 300;
const DEFAULT_STATISTIC: &str = "Average";
/// What makes the console take the first value that it finds.
const FIRST: &str = "__FIRST";

/// A widget, or one search, to evaluate.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) title: String,
    pub(super) asks: BTreeSet<&'static str>,
    pub(super) queries: Vec<MetricDataQuery>,
    /// Ids of the lines that are shown.
    pub(super) shown: Vec<String>,
}

/// The body with its drop-downs at their defaults.
pub(super) fn with_defaults(body: &Value, series: &[Series]) -> Value {
    let mut widgets = body.get("widgets").cloned().unwrap_or_default();
    for variable in body.get("variables").and_then(Value::as_array).into_iter().flatten() {
        let text = |member: &str| variable.get(member).and_then(Value::as_str);
        let Some(pattern) = text("pattern").filter(|pattern| !pattern.is_empty()) else { continue };
        let value = match text("defaultValue") {
            Some(FIRST) | None => first(variable, series),
            Some(value) => Some(value.to_owned()),
        };
        if let Some(value) = value {
            replace(&mut widgets, pattern, &value);
        }
    }
    widgets
}

/// The first value that a drop-down offers.
fn first(variable: &Value, series: &[Series]) -> Option<String> {
    if let Some(value) = variable.pointer("/values/0/value").and_then(Value::as_str) {
        return Some(value.to_owned());
    }
    let dimension = variable.get("populateFrom")?.as_str()?;
    series.iter().filter_map(|one| one.value(dimension)).min().map(str::to_owned)
}

fn replace(node: &mut Value, pattern: &str, value: &str) {
    match node {
        Value::String(text) => *text = text.replace(pattern, value),
        Value::Array(parts) => parts.iter_mut().for_each(|part| replace(part, pattern, value)),
        Value::Object(members) => members.values_mut().for_each(|member| replace(member, pattern, value)),
        _ => {}
    }
}

/// The metric widgets, and then each different search in them.
pub(super) fn asked(widgets: &Value) -> (Vec<Asked>, Vec<Asked>) {
    let metric = |widget: &&Value| widget.get("type").and_then(Value::as_str) == Some("metric");
    let widgets: Vec<&Value> = widgets.as_array().into_iter().flatten().filter(metric).collect();
    let panels = widgets.iter().enumerate().filter_map(|(number, widget)| panel(number, widget)).collect();
    let mut found: BTreeSet<&str> = BTreeSet::new();
    let mut searches = Vec::new();
    for widget in &widgets {
        let rows = widget.pointer("/properties/metrics").and_then(Value::as_array).into_iter().flatten();
        let expressions = rows.filter_map(|row| row.as_array()?.last()?.get("expression")?.as_str());
        for text in expressions.flat_map(searches_in) {
            if found.insert(text) {
                let query = MetricDataQuery::builder().id("q0").expression(text).period(period_of(widget)).build();
                let (title, asks) = (text.to_owned(), metrics_in(text).collect());
                searches.push(Asked { title, asks, queries: vec![query], shown: vec!["q0".to_owned()] });
            }
        }
    }
    (panels, searches)
}

fn period_of(widget: &Value) -> i32 {
    let period = widget.pointer("/properties/period").and_then(Value::as_i64).unwrap_or(DEFAULT_PERIOD);
    i32::try_from(period).unwrap_or(i32::MAX)
}

fn panel(number: usize, widget: &Value) -> Option<Asked> {
    let properties = widget.get("properties")?;
    let text = |node: &Value, member: &str| node.get(member).and_then(Value::as_str).map(str::to_owned);
    let title = text(properties, "title").unwrap_or_else(|| format!("panel {}", number + 1));
    let default = text(properties, "stat").unwrap_or_else(|| DEFAULT_STATISTIC.to_owned());
    let mut asked = Asked { title, asks: BTreeSet::new(), queries: Vec::new(), shown: Vec::new() };
    let mut before: Vec<String> = Vec::new();
    for (at, row) in properties.get("metrics")?.as_array()?.iter().enumerate() {
        let parts = row.as_array()?;
        let (words, options) = match parts.split_last() {
            Some((options @ Value::Object(_), words)) => (words, options),
            _ => (parts.as_slice(), &Value::Null),
        };
        let id = text(options, "id").unwrap_or_else(|| format!("unnamed{at}"));
        let visible = options.get("visible").and_then(Value::as_bool) != Some(false);
        let own = options.get("period").and_then(Value::as_i64).and_then(|period| i32::try_from(period).ok());
        let period = own.unwrap_or_else(|| period_of(widget));
        let query = MetricDataQuery::builder().id(&id).return_data(visible);
        let query = if let Some(expression) = text(options, "expression") {
            asked.asks.extend(metrics_in(&expression));
            query.expression(expression).period(period)
        } else {
            before = written_out(words, &before)?;
            asked.asks.extend(before.get(1).into_iter().flat_map(|name| metrics_in(name)));
            let statistic = text(options, "stat").unwrap_or_else(|| default.clone());
            query.metric_stat(MetricStat::builder().metric(metric(&before)?).period(period).stat(statistic).build())
        };
        asked.queries.push(query.build());
        if visible {
            asked.shown.push(id);
        }
    }
    (!asked.shown.is_empty()).then_some(asked)
}

/// Writes abbreviations out: `.` repeats the word at the same place of the row before, `...` all up to those that follow.
fn written_out(words: &[Value], before: &[String]) -> Option<Vec<String>> {
    let mut full = Vec::new();
    for word in words {
        match word.as_str()? {
            "..." => full.extend_from_slice(before.get(..before.len().checked_sub(words.len() - 1)?)?),
            "." => full.push(before.get(full.len())?.clone()),
            word => full.push(word.to_owned()),
        }
    }
    Some(full)
}

fn metric(words: &[String]) -> Option<Metric> {
    let [namespace, name, dimensions @ ..] = words else { return None };
    let pairs = dimensions.as_chunks::<2>().0.iter();
    let dimensions = pairs.map(|[name, value]| Dimension::builder().name(name).value(value).build()).collect();
    Some(Metric::builder().namespace(namespace).metric_name(name).set_dimensions(Some(dimensions)).build())
}

/// Metrics of the table that a text names.
fn metrics_in(text: &str) -> impl Iterator<Item = &'static str> {
    let words: BTreeSet<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    rows().iter().map(|row| row.metric).filter(move |metric| words.contains(metric))
}

/// Every `SEARCH(…)` of an expression, whole.
fn searches_in(expression: &str) -> Vec<&str> {
    const WORD: &str = "SEARCH(";
    let mut found = Vec::new();
    let mut rest = expression;
    while let Some(start) = rest.find(WORD) {
        let text = &rest[start..];
        let (mut quoted, mut depth, mut end) = (false, 0, text.len());
        for (at, c) in text.char_indices() {
            match c {
                '\'' => quoted = !quoted,
                '(' if !quoted => depth += 1,
                ')' if !quoted => depth -= 1,
                _ => continue,
            }
            if c == ')' && depth == 0 && !quoted {
                end = at + 1;
                break;
            }
        }
        found.push(&text[..end]);
        rest = &text[end..];
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn searches_are_found_whole() {
        let text = "SUM(SEARCH('{NS,A} MetricName=\"M\" (a OR b)', 'Sum')) + FILL(SEARCH('x', 'Average', 60), 0)";
        assert_eq!(
            searches_in(text),
            ["SEARCH('{NS,A} MetricName=\"M\" (a OR b)', 'Sum')", "SEARCH('x', 'Average', 60)"]
        );
        assert!(searches_in("SUM(m1)").is_empty());
    }

    #[test]
    fn a_widget_becomes_its_queries() {
        let widgets = json!([{"type": "text"}, {"type": "metric", "properties": {"title": "T", "period": 60, "stat": "Sum", "metrics": [
            ["AWS/SageMaker", "Invocations", "A", "1", {"id": "m1", "visible": false}],
            ["...", "2", {"stat": "Average"}],
            [{"expression": "m1 / SEARCH('ModelLatency', 'Sum')", "id": "e1"}],
        ]}}]);
        let (panels, searches) = asked(&widgets);
        assert_eq!((panels.len(), searches.len()), (1, 1));
        let panel = &panels[0];
        assert_eq!(panel.shown, ["unnamed1", "e1"]);
        assert_eq!(panel.asks, BTreeSet::from(["Invocations", "ModelLatency"]));
        let second = panel.queries[1].metric_stat().unwrap();
        assert_eq!((second.period(), second.stat()), (Some(60), Some("Average")));
        assert_eq!(second.metric().unwrap().dimensions()[0].value(), Some("2"));
        assert_eq!(panel.queries[0].return_data(), Some(false));
    }

    #[test]
    fn a_drop_down_stands_at_its_default() {
        let series = ["mistral", "llama"].map(|name| Series {
            dimensions: [("InferenceComponentName".to_owned(), name.to_owned())].into(),
            ..Series::default()
        });
        let body = json!({
            "variables": [{"pattern": "CHOSEN", "defaultValue": "__FIRST", "populateFrom": "InferenceComponentName"}],
            "widgets": [{"properties": {"metrics": [["NS", "M", "A", "CHOSEN"]]}}],
        });
        assert_eq!(with_defaults(&body, &series)[0]["properties"]["metrics"][0][3], "llama");
    }
}
