//! Metric math expressions, read into a tree.
//!
//! Reading checks syntax and, against a vocabulary, that functions exist; it knows no metrics and computes nothing. Written by hand: the grammar
//! is a dozen rules, and the errors should name the place.
//! See <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html>.

mod parser;
mod token;

/// An expression of a `MetricDataQuery` or of a dashboard's metric.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// Metric math.
    Math(Node),
    /// A Metrics Insights query (`SELECT …`), which `InsightsQuery` reads further.
    Insights(String),
}

/// A part of a metric math expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// A constant.
    Number(f64),
    /// A text in quotes.
    Text(String),
    /// The id of a metric or of another expression.
    Id(String),
    /// A bare word that some functions take, such as `REPEAT` in `FILL(m1, REPEAT)`.
    Word(String),
    /// A function and its arguments.
    Call(String, Vec<Node>),
    /// An array in square brackets.
    List(Vec<Node>),
    /// Unary minus.
    Negative(Box<Node>),
    /// An operator between two operands, in its symbol form (`&&` and `||` read as `AND` and `OR`).
    Binary(&'static str, Box<Node>, Box<Node>),
}

/// Why an expression can't be read, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem} at position {position}")]
pub struct SyntaxError {
    /// Characters before the place, from 1.
    pub position: usize,
    /// What is wrong there.
    pub problem: SyntaxProblem,
}

/// What can be wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SyntaxProblem {
    /// Something that can't stand there.
    #[error("unexpected {0}")]
    Unexpected(String),
    /// Something is missing at the end.
    #[error("the expression ends too early")]
    Unfinished,
    /// There is no such function. Functions are written in capitals only.
    #[error("unknown function {0}")]
    UnknownFunction(String),
    /// A word in capitals that isn't the name of anything.
    #[error("{0} stands alone: ids begin with a lower-case letter")]
    UnknownWord(String),
    /// More parentheses within parentheses than anybody writes.
    #[error("the expression is nested too deep")]
    TooDeep,
}

/// The names that an expression may have.
pub(super) struct Vocabulary {
    /// Whether there is such a function. Functions are written in capitals only.
    pub(super) is_function: fn(&str) -> bool,
    /// Whether some function takes this word without quotes.
    pub(super) is_word: fn(&str) -> bool,
}

/// Reads an expression.
pub(super) fn read(text: &str, vocabulary: &Vocabulary) -> Result<Expression, SyntaxError> {
    if is_query(text) {
        return Ok(Expression::Insights(text.trim().to_owned()));
    }
    parser::parse(text, vocabulary).map(Expression::Math)
}

/// Whether it is a Metrics Insights query: the word `SELECT`, then a function's name. An id may be `selected`, or `select` before
/// an operator.
fn is_query(text: &str) -> bool {
    const SELECT: &str = "SELECT";
    let Some((first, rest)) = text.trim_start().split_at_checked(SELECT.len()) else { return false };
    first.eq_ignore_ascii_case(SELECT)
        && rest.starts_with(char::is_whitespace)
        && rest.trim_start().starts_with(|next: char| next.is_ascii_alphabetic())
}

impl Expression {
    fn visit<'a>(&'a self, look: &mut dyn FnMut(&'a Node)) {
        if let Self::Math(node) = self {
            node.visit(look);
        }
    }

    /// The ids it refers to, in order, each once.
    #[must_use]
    pub fn ids(&self) -> Vec<&str> {
        let mut ids = Vec::new();
        self.visit(&mut |node| {
            if let Node::Id(id) = node
                && !ids.contains(&id.as_str())
            {
                ids.push(id);
            }
        });
        ids
    }

    /// Whether it calls a function anywhere.
    #[must_use]
    pub fn calls(&self, function: &str) -> bool {
        let mut found = false;
        self.visit(&mut |node| found |= matches!(node, Node::Call(name, _) if name == function));
        found
    }

    /// Whether `PERIOD(…)` is asked about anything but an id; it takes nothing else.
    #[must_use]
    pub fn has_period_of_no_id(&self) -> bool {
        let mut found = false;
        self.visit(&mut |node| {
            found |= matches!(node, Node::Call(name, arguments) if name == "PERIOD" && !matches!(arguments[..], [Node::Id(_)]));
        });
        found
    }

    /// The ids that `PERIOD(…)` is asked about.
    #[must_use]
    pub fn period_ids(&self) -> Vec<&str> {
        let mut ids = Vec::new();
        self.visit(&mut |node| {
            if let Node::Call(name, arguments) = node
                && name == "PERIOD"
                && let [Node::Id(id)] = &arguments[..]
            {
                ids.push(id.as_str());
            }
        });
        ids
    }
}

impl Node {
    fn visit<'a>(&'a self, look: &mut dyn FnMut(&'a Self)) {
        look(self);
        match self {
            Self::Call(_, parts) | Self::List(parts) => {
                for part in parts {
                    part.visit(look);
                }
            }
            Self::Negative(inner) => inner.visit(look),
            Self::Binary(_, left, right) => {
                left.visit(look);
                right.visit(look);
            }
            Self::Number(_) | Self::Text(_) | Self::Id(_) | Self::Word(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::read;

    fn math(text: &str) -> Node {
        match read(text) {
            Ok(Expression::Math(node)) => node,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn operators_bind_as_in_arithmetic() {
        let id = |name: &str| Box::new(Node::Id(name.into()));
        let product = Node::Binary("*", id("b"), id("c"));
        assert_eq!(math("a + b * c"), Node::Binary("+", id("a"), Box::new(product.clone())));
        assert_eq!(math("a - (b * c)"), Node::Binary("-", id("a"), Box::new(product)));
        let left = Node::Binary("-", id("a"), id("b"));
        assert_eq!(math("a-b-c"), Node::Binary("-", Box::new(left), id("c")), "subtraction goes from the left");
        assert_eq!(math("-1.5"), Node::Negative(Box::new(Node::Number(1.5))));
        assert_eq!(math("a && b || c"), math("(a AND b) OR c"));
    }

    #[test]
    fn calls_ids_and_periods_are_found() {
        let expression = read("IF(m1 >= 1 AND m2 < 3, SUM([m1, m2]) * PERIOD(m1) / 60, FILL(m3, REPEAT))").unwrap();
        assert_eq!(expression.ids(), ["m1", "m2", "m3"]);
        assert_eq!(expression.period_ids(), ["m1"]);
        assert!(expression.calls("FILL") && !expression.calls("SEARCH"));
        assert!(!expression.has_period_of_no_id());
        assert!(read("PERIOD(SEARCH('x', 'Sum'))").unwrap().has_period_of_no_id());
        assert!(read("SUM(SEARCH('{NS,A} MetricName=\"X\"', 'SampleCount'))").unwrap().calls("SEARCH"));
    }

    #[test]
    fn queries_are_left_alone() {
        let query = "SELECT COUNT(X) FROM SCHEMA(\"NS\", A) WHERE A = 'b'";
        assert_eq!(read(query), Ok(Expression::Insights(query.into())));
    }

    #[test]
    fn an_id_that_begins_with_select_is_no_query() {
        for text in ["selected / total", "select_all + 1", "select / total", "select"] {
            assert!(matches!(read(text), Ok(Expression::Math(_))), "{text}");
        }
        for text in ["select sum(X) from NS", " SELECT\nSUM(X) FROM NS"] {
            assert_eq!(read(text), Ok(Expression::Insights(text.trim().to_owned())), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused_where_it_stands() {
        use SyntaxProblem::{TooDeep, Unexpected, Unfinished, UnknownFunction, UnknownWord};
        let deep = "(".repeat(1000);
        for (text, position, problem) in [
            ("m1 +", 5, Unfinished),
            ("", 1, Unfinished),
            ("SUM(m1", 7, Unfinished),
            ("m1 m2", 4, Unexpected("m2".into())),
            ("m1)", 3, Unexpected(")".into())),
            ("TOTAL(m1)", 1, UnknownFunction("TOTAL".into())),
            ("1 + sum(m1)", 5, UnknownFunction("sum".into())),
            ("M1 + 1", 1, UnknownWord("M1".into())),
            ("'open", 1, Unfinished),
            ("m1 % 2", 4, Unexpected("%".into())),
            ("1.2.3", 1, Unexpected("1.2.3".into())),
            (&deep, 65, TooDeep),
        ] {
            assert_eq!(read(text), Err(SyntaxError { position, problem }), "{text}");
        }
    }
}
