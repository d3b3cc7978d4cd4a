//! The lines of a widget and the queries of an alarm, from the requests' own JSON, as a person reads them.

use std::fmt::Write;

use serde_json::Value;

/// One line of a graph, or a series that only feeds others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) id: Option<String>,
    /// What the graph calls it; none where it isn't drawn.
    pub(super) label: Option<String>,
    /// The expression, or the metric with its statistic.
    pub(super) measure: String,
}

/// The lines of a widget's `metrics`.
pub(super) fn lines(widget: &Value) -> Vec<Line> {
    let rows = widget.pointer("/properties/metrics").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    rows.iter().filter_map(Value::as_array).map(|row| line(row)).collect()
}

fn line(row: &[Value]) -> Line {
    let options = row.last().filter(|last| last.is_object());
    let option = |name: &str| options.and_then(|options| options.get(name)).and_then(Value::as_str).map(str::to_owned);
    let names: Vec<&str> = row.iter().filter_map(Value::as_str).collect();
    let measure = option("expression").unwrap_or_else(|| match names.as_slice() {
        [namespace, metric, dimensions @ ..] => {
            let pairs: Vec<String> = dimensions.chunks(2).map(|pair| pair.join("=")).collect();
            let stat = option("stat").unwrap_or_else(|| "Average".to_owned());
            format!("{stat} of {metric} in {namespace} {{{}}}", pairs.join(", "))
        }
        _ => "nothing".to_owned(),
    });
    let is_drawn = options.and_then(|options| options.get("visible")).and_then(Value::as_bool) != Some(false);
    Line {
        id: option("id"),
        label: is_drawn.then(|| option("label").unwrap_or_else(|| "(no label)".to_owned())),
        measure,
    }
}

/// Expression, query or rule of an alarm, with the series it is made from, each on a line of its own.
pub(super) fn alarm_expression(input: &Value) -> String {
    let text = |pointer: &str| input.pointer(pointer).and_then(Value::as_str);
    if let Some(query) = text("/EvaluationCriteria/PromQLCriteria/Query") {
        return query.to_owned();
    }
    if let Some(rule) = text("/AlarmRule") {
        return rule.to_owned();
    }
    let queries = input.get("Metrics").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut out = String::new();
    for query in queries {
        let id = query.get("Id").and_then(Value::as_str).unwrap_or_default();
        match (query.get("Expression").and_then(Value::as_str), query.get("MetricStat")) {
            (Some(expression), _) => {
                let _ = writeln!(out, "{id} = {expression}");
            }
            (None, Some(stat)) => {
                let part = |pointer: &str| stat.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
                let dimensions =
                    stat.pointer("/Metric/Dimensions").and_then(Value::as_array).cloned().unwrap_or_default();
                let pairs = dimensions.iter().map(|dimension| {
                    let of = |name: &str| dimension.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
                    format!("{}={}", of("Name"), of("Value"))
                });
                let _ = writeln!(
                    out,
                    "{id} = {} of {} in {} {{{}}}",
                    part("/Stat"),
                    part("/Metric/MetricName"),
                    part("/Metric/Namespace"),
                    pairs.collect::<Vec<_>>().join(", ")
                );
            }
            (None, None) => {}
        }
    }
    out.trim_end().to_owned()
}

/// When an alarm fires, in words.
pub(crate) fn condition(input: &Value) -> String {
    let number = |name: &str| input.get(name).and_then(Value::as_f64);
    if input.get("AlarmRule").is_some() {
        return "the rule below is true".to_owned();
    }
    if let Some(criteria) = input.pointer("/EvaluationCriteria/PromQLCriteria") {
        let pending = criteria.get("PendingPeriod").and_then(Value::as_f64);
        let held = pending.map(|seconds| format!(" for {}", duration(seconds))).unwrap_or_default();
        return format!("the query below finds any series{held}; each one that it finds is named");
    }
    let comparison = match input.get("ComparisonOperator").and_then(Value::as_str) {
        Some("GreaterThanThreshold") => "is more than",
        Some("LessThanThreshold") => "is less than",
        Some("LessThanOrEqualToThreshold") => "is at most",
        _ => "is at least",
    };
    let (threshold, of) = (number("Threshold").unwrap_or_default(), number("EvaluationPeriods").unwrap_or(1.0));
    let out_of = number("DatapointsToAlarm").unwrap_or(of);
    let queries = input.get("Metrics").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let periods = queries.iter().filter_map(|query| {
        query.pointer("/MetricStat/Period").or_else(|| query.get("Period")).and_then(Value::as_f64)
    });
    let period = periods.reduce(f64::max).or_else(|| number("Period")).unwrap_or(60.0);
    format!(
        "it {comparison} {threshold} in {out_of} of {of} periods of {} ({} in all)",
        duration(period),
        duration(period * of)
    )
}

/// What a period without data counts as.
pub(super) fn missing_data(input: &Value) -> String {
    match input.get("TreatMissingData").and_then(Value::as_str) {
        Some("notBreaching") => "a period without data counts as fine".to_owned(),
        Some("breaching") => "a period without data counts as breaching".to_owned(),
        Some("ignore") => "the alarm keeps its state".to_owned(),
        Some("missing") => "the alarm goes to INSUFFICIENT_DATA".to_owned(),
        _ => String::new(),
    }
}

fn duration(seconds: f64) -> String {
    match seconds {
        whole if whole >= 3600.0 && whole % 3600.0 == 0.0 => format!("{} h", whole / 3600.0),
        whole if whole >= 60.0 && whole % 60.0 == 0.0 => format!("{} min", whole / 60.0),
        seconds => format!("{seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lines_are_metrics_or_expressions_and_hidden_ones_have_no_label() {
        let widget = json!({"properties": {"metrics": [
            ["NS", "M", "A", "1", "B", "2", {"id": "i0", "stat": "SampleCount", "visible": false}],
            [{"expression": "i0 * 2", "label": "Twice"}],
        ]}});
        let [hidden, drawn] = lines(&widget).try_into().unwrap();
        assert_eq!((hidden.label, hidden.measure.as_str()), (None, "SampleCount of M in NS {A=1, B=2}"));
        assert_eq!((drawn.label.as_deref(), drawn.measure.as_str()), (Some("Twice"), "i0 * 2"));
    }

    #[test]
    fn conditions_are_sentences() {
        let alarm = json!({
            "ComparisonOperator": "LessThanThreshold", "Threshold": 1.0, "EvaluationPeriods": 5, "DatapointsToAlarm": 3,
            "Metrics": [{"MetricStat": {"Period": 60}}, {"Expression": "a"}],
        });
        assert_eq!(condition(&alarm), "it is less than 1 in 3 of 5 periods of 1 min (5 min in all)");
        let query = json!({"EvaluationCriteria": {"PromQLCriteria": {"Query": "up", "PendingPeriod": 1800}}});
        assert!(condition(&query).contains("for 30 min"));
        assert_eq!(alarm_expression(&query), "up");
    }
}
