//! What a legend calls a series.
//!
//! An expression that gives several series labels each with its own label and the metric's
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html>, step 5), unless the label is
//! a dynamic one (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/graph-dynamic-labels.html>).

use crate::telemetry::Statistic;

use super::{
    query::{Query, QuerySource},
    value::Series,
};

/// The series with the label that its query gives it.
pub(super) fn labelled(query: &Query, mut series: Series, many: bool) -> Series {
    let given = query.label.as_deref();
    series.label = match given {
        Some(label) if label.contains("${") => resolved(label, &series, query),
        Some(label) if many => format!("{label} {}", series.label).trim().to_owned(),
        Some(label) => label.to_owned(),
        None if many || matches!(query.source, QuerySource::Metric(..)) => series.label,
        None => query.id.clone(),
    };
    series
}

/// Replaces `${…}` by what it stands for; what isn't known stays as it is.
fn resolved(label: &str, series: &Series, query: &Query) -> String {
    let mut resolved = String::new();
    let mut rest = label;
    while let Some((before, after)) = rest.split_once("${") {
        resolved.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            resolved.push_str("${");
            rest = after;
            continue;
        };
        resolved += &property(name.trim(), series, query).unwrap_or_else(|| format!("${{{name}}}"));
        rest = after;
    }
    resolved + rest
}

fn property(name: &str, series: &Series, query: &Query) -> Option<String> {
    let statistic = |statistic: Statistic| {
        let values: Vec<f64> = series.points.values().copied().collect();
        Some(statistic.of(&values).map_or_else(|| "--".to_owned(), number))
    };
    match name {
        "LABEL" => Some(series.label.clone()),
        "AVG" => statistic(Statistic::Average),
        "MIN" => statistic(Statistic::Minimum),
        "MAX" => statistic(Statistic::Maximum),
        "SUM" => statistic(Statistic::Sum),
        "DATAPOINT_COUNT" => Some(series.points.len().to_string()),
        "FIRST" => Some(series.points.first_key_value().map_or_else(|| "--".to_owned(), |(_, value)| number(*value))),
        "LAST" => Some(series.last().map_or_else(|| "--".to_owned(), number)),
        _ => {
            let property = name.strip_prefix("PROP('")?.strip_suffix("')")?;
            let metric = series.metric.as_ref();
            match property {
                "Period" => Some(series.period.to_string()),
                "MetricName" => metric.map(|metric| metric.name.clone()),
                "Namespace" => metric.map(|metric| metric.namespace.clone()),
                "Stat" => match &query.source {
                    QuerySource::Metric(_, statistic) => Some(statistic.to_string()),
                    QuerySource::Expression(_) => None,
                },
                _ => metric?.dimensions.get(property.strip_prefix("Dim.")?).cloned(),
            }
        }
    }
}

fn number(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{evaluation::read, telemetry::Metric};

    #[test]
    fn labels_are_given_joined_or_resolved() {
        let metric = Metric::new("NS", "M", &[("Model", "llama")]);
        let series =
            Series { label: "one".into(), points: [(0, 1.5), (60, 2.0)].into(), period: 60, metric: Some(metric) };
        let query = |label: Option<&str>| Query {
            id: "e1".into(),
            source: QuerySource::Expression(read("SEARCH('M', 'Sum')").unwrap()),
            label: label.map(str::to_owned),
            period: None,
        };
        for (label, many, expected) in [
            (None, true, "one"),
            (None, false, "e1"),
            (Some(""), true, "one"),
            (Some("Cost of"), true, "Cost of one"),
            (Some("Cost of"), false, "Cost of"),
            (Some("${PROP('Dim.Model')} ${LAST} every ${PROP('Period')} s"), true, "llama 2 every 60 s"),
            (Some("${WHAT} ${AVG}"), true, "${WHAT} 1.75"),
            (Some("${LABEL"), true, "${LABEL"),
        ] {
            assert_eq!(labelled(&query(label), series.clone(), many).label, expected, "{label:?}");
        }
    }
}
