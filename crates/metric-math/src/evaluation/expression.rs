//! Expressions with the functions there are: read from text, and the kind of value that they come to.
//!
//! CloudWatch wants a series or several as the result of any expression, and one series for an alarm to watch.
//! See <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html>, "Return type".

use super::{
    function,
    syntax::{self, Expression, Node, SyntaxError, Vocabulary},
    value::ValueKind,
};

/// Reads an expression: metric math, or a Metrics Insights query, which is taken as it is.
///
/// # Errors
/// The first place where it can't be read on.
///
/// ```
/// use metric_math::evaluation::{SyntaxProblem, read};
///
/// let error_rate = read("100 * FILL(errors, 0) / requests").unwrap();
/// assert_eq!(error_rate.ids(), ["errors", "requests"]);
/// let refused = read("total(errors)").unwrap_err();
/// assert_eq!((refused.position, refused.problem), (1, SyntaxProblem::UnknownFunction("total".into())));
/// ```
pub fn read(text: &str) -> Result<Expression, SyntaxError> {
    const VOCABULARY: Vocabulary =
        Vocabulary { is_function: |name| function::find(name).is_some(), is_word: function::takes_word };
    syntax::read(text, &VOCABULARY)
}

impl Expression {
    /// The kind of the result; none for a Metrics Insights query, which isn't read. `of_id` tells what an id stands
    /// for.
    #[must_use]
    pub fn value_kind(&self, of_id: &dyn Fn(&str) -> ValueKind) -> Option<ValueKind> {
        match self {
            Self::Math(node) => Some(node.value_kind(of_id)),
            Self::Insights(_) => None,
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
            Self::Call(name, arguments) => {
                let first = arguments.first().map_or(ValueKind::Scalar, |first| first.value_kind(of_id));
                // Every function that the parser lets through is in the table.
                function::find(name).map_or(ValueKind::Series, |function| function.kind(first))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
