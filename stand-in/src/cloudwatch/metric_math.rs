//! Metric math expressions, read into a tree.
//! Reading checks syntax and that functions exist; it knows no metrics and computes nothing. Evaluation over a
//! simulated fleet belongs beside it, on the same tree.
//! See <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html>.

mod parser;
mod token;
mod value_kind;

pub(super) use self::value_kind::ValueKind;

/// An expression of a `MetricDataQuery` or of a dashboard's metric.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    Math(Node),
    /// A Metrics Insights query (`SELECT …`), which isn't read any further.
    Query(String),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Number(f64),
    Text(String),
    /// The id of a metric or of another expression.
    Id(String),
    /// A bare word that some functions take, such as `REPEAT` in `FILL(m1, REPEAT)`.
    Word(String),
    Call(String, Vec<Node>),
    List(Vec<Node>),
    Negative(Box<Node>),
    Binary(&'static str, Box<Node>, Box<Node>),
}

/// Why an expression can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum SyntaxError {
    #[error("unexpected {0}")]
    Unexpected(String),
    #[error("the expression ends too early")]
    Unfinished,
    #[error("unknown function {0}")]
    UnknownFunction(String),
    #[error("{0} stands alone: ids begin with a lower-case letter")]
    UnknownWord(String),
}

/// Reads an expression.
pub(super) fn read(text: &str) -> Result<Expression, SyntaxError> {
    if text.trim_start().get(..6).is_some_and(|start| start.eq_ignore_ascii_case("SELECT")) {
        return Ok(Expression::Query(text.trim().to_owned()));
    }
    parser::parse(text).map(Expression::Math)
}

impl Expression {
    /// Every node of the tree.
    fn visit<'a>(&'a self, look: &mut dyn FnMut(&'a Node)) {
        if let Self::Math(node) = self {
            node.visit(look);
        }
    }

    /// The ids it refers to, in order, each once.
    pub(super) fn ids(&self) -> Vec<&str> {
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

    pub(super) fn calls(&self, function: &str) -> bool {
        let mut found = false;
        self.visit(&mut |node| found |= matches!(node, Node::Call(name, _) if name == function));
        found
    }

    /// The arguments of `PERIOD(…)` that are no ids; it takes nothing else.
    pub(super) fn has_period_of_no_id(&self) -> bool {
        let mut found = false;
        self.visit(&mut |node| {
            found |= matches!(node, Node::Call(name, arguments) if name == "PERIOD" && !matches!(arguments[..], [Node::Id(_)]));
        });
        found
    }

    /// The ids that `PERIOD(…)` is asked about.
    pub(super) fn period_ids(&self) -> Vec<&str> {
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
        assert_eq!(read(query), Ok(Expression::Query(query.into())));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for (text, error) in [
            ("m1 +", SyntaxError::Unfinished),
            ("", SyntaxError::Unfinished),
            ("SUM(m1", SyntaxError::Unfinished),
            ("m1 m2", SyntaxError::Unexpected("m2".into())),
            ("m1)", SyntaxError::Unexpected(")".into())),
            ("TOTAL(m1)", SyntaxError::UnknownFunction("TOTAL".into())),
            ("sum(m1)", SyntaxError::UnknownFunction("sum".into())),
            ("M1 + 1", SyntaxError::UnknownWord("M1".into())),
            ("'open", SyntaxError::Unfinished),
            ("m1 % 2", SyntaxError::Unexpected("%".into())),
        ] {
            assert_eq!(read(text), Err(error), "{text}");
        }
    }
}
