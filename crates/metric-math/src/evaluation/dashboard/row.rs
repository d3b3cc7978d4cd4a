//! Rows of a widget's `metrics`, read into queries.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html>, "Metrics array
//! format": a metric, with what it shares with the row before abbreviated, or an expression.

use serde::Deserialize;
use serde_json::Value;

use crate::{
    evaluation::{
        expression,
        query::{EvaluationError, Query, QuerySource},
    },
    telemetry::Metric,
};

use super::Axis;

/// One row of a widget's metrics.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The metric or the expression. Its id is empty, and its period none, where the row says none.
    pub query: Query,
    /// The text of an expression; none for a metric.
    pub expression: Option<String>,
    /// Whether its series are drawn.
    pub visible: bool,
    /// The scale that they are read on.
    pub axis: Axis,
    /// Their colour, where the row names one.
    pub color: Option<String>,
}

/// The object at the end of a row.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rendering {
    id: Option<String>,
    expression: Option<String>,
    label: Option<String>,
    stat: Option<String>,
    period: Option<u32>,
    visible: Option<bool>,
    y_axis: Option<String>,
    color: Option<String>,
}

pub(super) fn read(metrics: &[Value], statistic: &str) -> Result<Vec<Row>, EvaluationError> {
    let mut before: Vec<String> = Vec::new();
    let mut rows = Vec::new();
    for (number, row) in metrics.iter().enumerate() {
        let wrong = |what: &str| EvaluationError::Structure(format!("row {number} of the metrics {what}"));
        let parts = row.as_array().ok_or_else(|| wrong("is no array"))?;
        let (words, rendering) = match parts.split_last() {
            Some((object @ Value::Object(_), words)) => {
                let rendering = serde_json::from_value(object.clone());
                (words, rendering.map_err(|error| wrong(&format!("can't be read: {error}")))?)
            }
            _ => (parts.as_slice(), Rendering::default()),
        };
        let words: Option<Vec<&str>> = words.iter().map(Value::as_str).collect();
        let words = words.ok_or_else(|| wrong("has something else than texts"))?;
        let Rendering { id, expression, label, stat, period, visible, y_axis, color } = rendering;
        let source = match (&expression, words.is_empty()) {
            (Some(expression), true) => QuerySource::Expression(expression::read(expression)?),
            (None, false) => {
                before = written_out(&words, &before).ok_or_else(|| wrong("abbreviates what isn't there"))?;
                let metric = metric(&before).ok_or_else(|| wrong("has no namespace, name and pairs of dimensions"))?;
                QuerySource::Metric(metric, stat.as_deref().unwrap_or(statistic).parse()?)
            }
            _ => return Err(wrong("has to have a metric or an expression")),
        };
        rows.push(Row {
            query: Query { id: id.unwrap_or_default(), source, label, period },
            expression,
            visible: visible.unwrap_or(true),
            axis: if y_axis.as_deref() == Some("right") { Axis::Right } else { Axis::Left },
            color,
        });
    }
    Ok(rows)
}

/// Writes abbreviations out: `.` repeats the value at the same place of the row before, `...` all values up to the ones
/// that follow it.
fn written_out(words: &[&str], before: &[String]) -> Option<Vec<String>> {
    let mut full = Vec::new();
    for word in words {
        match *word {
            "..." => full.extend_from_slice(&before[..before.len().checked_sub(words.len() - 1)?]),
            "." => full.push(before.get(full.len())?.clone()),
            word => full.push(word.to_owned()),
        }
    }
    Some(full)
}

fn metric(words: &[String]) -> Option<Metric> {
    let [namespace, name, dimensions @ ..] = words else { return None };
    let pairs: Vec<(&str, &str)> =
        dimensions.as_chunks::<2>().0.iter().map(|[name, value]| (name.as_str(), value.as_str())).collect();
    (dimensions.len() % 2 == 0).then(|| Metric::new(namespace, name, &pairs))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn metrics(rows: &Value) -> Result<Vec<Metric>, EvaluationError> {
        let rows = read(rows.as_array().unwrap(), "Sum")?;
        Ok(rows
            .into_iter()
            .filter_map(|row| match row.query.source {
                QuerySource::Metric(metric, _) => Some(metric),
                QuerySource::Expression(_) => None,
            })
            .collect())
    }

    #[test]
    fn abbreviations_repeat_the_metric_before() {
        let rows = json!([
            ["NS", "M", "A", "1", "B", "2"],
            [{"expression": "1 + m1"}],
            [".", "N", ".", ".", ".", "3"],
            ["...", "4", {"id": "m1"}],
        ]);
        let found = metrics(&rows).unwrap();
        assert_eq!(found[1], Metric::new("NS", "N", &[("A", "1"), ("B", "3")]));
        assert_eq!(found[2], Metric::new("NS", "N", &[("A", "1"), ("B", "4")]));
    }

    #[test]
    fn rows_without_meaning_are_refused() {
        for row in [
            json!([]),
            json!(["NS"]),
            json!(["NS", "M", "A"]),
            json!(["."]),
            json!(["NS", "M", {"expression": "m1"}]),
            json!("NS"),
            json!(["NS", 1]),
        ] {
            assert!(metrics(&json!([row])).is_err(), "{row}");
        }
    }
}
