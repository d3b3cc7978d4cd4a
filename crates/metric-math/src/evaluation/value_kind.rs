//! What an expression comes to: a number, a series, or several.
//! CloudWatch wants a series or several as the result of any expression, and one series for an alarm to watch.
//! See <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html>, "Return type".

use super::{Expression, Node};

/// The kinds of the documentation. Ordered: an operation on two kinds gives the greater one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValueKind {
    /// S: a number.
    Scalar,
    /// TS: one series.
    Series,
    /// TS[]: an array of series.
    ManySeries,
}

impl Expression {
    /// The kind of the result; none for a Metrics Insights query, which isn't read. `of_id` tells what an id stands
    /// for.
    #[must_use]
    pub fn value_kind(&self, of_id: &dyn Fn(&str) -> ValueKind) -> Option<ValueKind> {
        match self {
            Self::Math(node) => Some(node.value_kind(of_id)),
            Self::Query(_) => None,
        }
    }
}

impl Node {
    fn value_kind(&self, of_id: &dyn Fn(&str) -> ValueKind) -> ValueKind {
        match self {
            Self::Number(_) | Self::Text(_) | Self::Word(_) => ValueKind::Scalar,
            Self::Id(id) => of_id(id),
            Self::List(_) => ValueKind::ManySeries,
            Self::Negative(inner) => inner.value_kind(of_id),
            Self::Binary(_, left, right) => left.value_kind(of_id).max(right.value_kind(of_id)),
            Self::Call(function, arguments) => call_kind(function, arguments, of_id),
        }
    }
}

fn call_kind(function: &str, arguments: &[Node], of_id: &dyn Fn(&str) -> ValueKind) -> ValueKind {
    let argument = || arguments.first().map_or(ValueKind::Scalar, |first| first.value_kind(of_id));
    match function {
        "PERIOD" | "METRIC_COUNT" => ValueKind::Scalar,
        // Over one series they give a number, over several a series.
        "AVG" | "DATAPOINT_COUNT" | "MAX" | "MIN" | "STDDEV" | "SUM" => match argument() {
            ValueKind::ManySeries => ValueKind::Series,
            ValueKind::Series | ValueKind::Scalar => ValueKind::Scalar,
        },
        "ANOMALY_DETECTION_BAND" | "METRICS" | "REMOVE_EMPTY" | "SEARCH" | "SLICE" | "SORT" => ValueKind::ManySeries,
        "ABS" | "CEIL" | "DIFF" | "DIFF_TIME" | "FILL" | "FLOOR" | "LOG" | "LOG10" | "RATE" | "RUNNING_SUM" => {
            argument()
        }
        // What is left gives one series: IF, TIME_SERIES, FIRST, HOUR, SERVICE_QUOTA and the like.
        _ => ValueKind::Series,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::read, ValueKind};

    #[test]
    fn results_have_the_kind_that_the_documentation_says() {
        for (text, kind) in [
            ("m1 + 1", ValueKind::Series),
            ("m1 - AVG(m1)", ValueKind::Series),
            ("AVG(m1)", ValueKind::Scalar),
            ("PERIOD(m1) / 60", ValueKind::Scalar),
            ("TIME_SERIES(MAX(m1))", ValueKind::Series),
            ("SUM([m1, m2])", ValueKind::Series),
            ("100 / [m1, m2]", ValueKind::ManySeries),
            ("SEARCH('x', 'Sum')", ValueKind::ManySeries),
            ("RUNNING_SUM(SUM(SEARCH('x', 'Sum')))", ValueKind::Series),
            ("IF(m1 > 3, 1, 0)", ValueKind::Series),
            ("FIRST(SORT(METRICS(), AVG, DESC))", ValueKind::Series),
            ("-FILL(METRICS(), 0)", ValueKind::ManySeries),
        ] {
            let found = read(text).unwrap().value_kind(&|_| ValueKind::Series);
            assert_eq!(found, Some(kind), "{text}");
        }
        assert_eq!(read("SELECT SUM(X) FROM Y").unwrap().value_kind(&|_| ValueKind::Series), None);
    }
}
