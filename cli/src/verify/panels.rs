//! A dashboard's metric widgets as queries that `GetMetricData` takes. No I/O.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html>

use std::collections::BTreeSet;

use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat};
use dashboard_picture::at_defaults;
use metric_math::evaluation::{
    QuerySource, Reading,
    dashboard::{Viewer, own_period, rows},
};
use metric_math::telemetry::{self, MetricStore};
use monitored_endpoint::metrics::published;
use serde_json::Value;

use super::seen::Series;

/// A widget, or one search, to evaluate.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) title: String,
    pub(super) asks: BTreeSet<&'static str>,
    pub(super) queries: Vec<MetricDataQuery>,
    /// Ids of the lines that are shown.
    pub(super) shown: Vec<String>,
}

/// The widgets of a body with its drop-downs at their defaults, which may be the first that the series have.
pub(super) fn with_defaults(body: &Value, series: &[Series]) -> Value {
    let mut store = MetricStore::default();
    for one in series {
        let Series { namespace, metric, dimensions, .. } = one.clone();
        store.declare(telemetry::Metric { namespace, name: metric, dimensions });
    }
    at_defaults(body, Viewer { store: &store, reading: Reading::default(), now: 0 })
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
    i32::try_from(own_period(widget)).unwrap_or(i32::MAX)
}

fn panel(number: usize, widget: &Value) -> Option<Asked> {
    let title = widget.pointer("/properties/title").and_then(Value::as_str);
    let title = title.map_or_else(|| format!("panel {}", number + 1), str::to_owned);
    let mut asked = Asked { title, asks: BTreeSet::new(), queries: Vec::new(), shown: Vec::new() };
    for (at, row) in rows(widget).ok()?.into_iter().enumerate() {
        let id = Some(row.query.id).filter(|id| !id.is_empty()).unwrap_or_else(|| format!("unnamed{at}"));
        let own = row.query.period.and_then(|period| i32::try_from(period).ok());
        let period = own.unwrap_or_else(|| period_of(widget));
        let query = MetricDataQuery::builder().id(&id).return_data(row.visible);
        let query = match row.query.source {
            QuerySource::Metric(read, statistic) => {
                asked.asks.extend(metrics_in(&read.name));
                let stat = MetricStat::builder().metric(metric(read)).period(period).stat(statistic.to_string());
                query.metric_stat(stat.build())
            }
            QuerySource::Expression(_) => {
                let expression = row.expression.unwrap_or_default();
                asked.asks.extend(metrics_in(&expression));
                query.expression(expression).period(period)
            }
        };
        asked.queries.push(query.build());
        if row.visible {
            asked.shown.push(id);
        }
    }
    (!asked.shown.is_empty()).then_some(asked)
}

fn metric(read: telemetry::Metric) -> Metric {
    let pairs = read.dimensions.into_iter();
    let dimensions = pairs.map(|(name, value)| Dimension::builder().name(name).value(value).build()).collect();
    let metric = Metric::builder().namespace(read.namespace).metric_name(read.name);
    metric.set_dimensions(Some(dimensions)).build()
}

/// Metrics of the table that a text names.
fn metrics_in(text: &str) -> impl Iterator<Item = &'static str> {
    let words: BTreeSet<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    published::rows().iter().map(|row| row.metric).filter(move |metric| words.contains(metric))
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
            namespace: "NS".to_owned(),
            metric: "M".to_owned(),
            dimensions: [("InferenceComponentName".to_owned(), name.to_owned())].into(),
            ..Series::default()
        });
        let body = json!({
            "variables": [{"type": "pattern", "pattern": "CHOSEN", "defaultValue": "__FIRST", "search": "{NS,InferenceComponentName} M",
                "populateFrom": "InferenceComponentName"}],
            "widgets": [{"properties": {"metrics": [["NS", "M", "A", "CHOSEN"]]}}],
        });
        assert_eq!(with_defaults(&body, &series)[0]["properties"]["metrics"][0][3], "llama");
    }
}
