//! Metric math over one datapoint, as far as our expressions use it: enough to check the arithmetic they stand for.
//!
//! A missing datapoint takes every sum, product and quotient with it, `FILL` puts a number in its place, and `SUM` of
//! a list adds what is there.

use std::collections::BTreeMap;

/// What each series has at one time. A series that is not listed has no datapoint.
#[derive(Clone, Debug, Default)]
pub(crate) struct Datapoints {
    pub(crate) by_id: BTreeMap<String, f64>,
    /// Samples that a search finds, by the model whose name is in it; of every model where none is.
    pub(crate) gpu_samples: BTreeMap<String, f64>,
    /// Seconds that one datapoint covers.
    pub(crate) period: f64,
}

/// The expression's datapoint.
pub(crate) fn evaluate(expression: &str, datapoints: &Datapoints) -> Option<f64> {
    let mut parser = Parser { rest: expression, datapoints };
    let value = parser.sum();
    assert_eq!(parser.rest.trim(), "", "all of {expression} is read");
    value
}

struct Parser<'e> {
    rest: &'e str,
    datapoints: &'e Datapoints,
}

impl Parser<'_> {
    fn takes(&mut self, sign: &str) -> bool {
        let rest = self.rest.trim_start().strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn must_take(&mut self, sign: &str) {
        assert!(self.takes(sign), "{sign} is missing before {:?}", self.rest);
    }

    fn sum(&mut self) -> Option<f64> {
        let mut left = self.product();
        loop {
            if self.takes("+") {
                left = both(left, self.product(), |a, b| a + b);
            } else if self.takes("-") {
                left = both(left, self.product(), |a, b| a - b);
            } else {
                return left;
            }
        }
    }

    fn product(&mut self) -> Option<f64> {
        let mut left = self.value();
        loop {
            if self.takes("*") {
                left = both(left, self.value(), |a, b| a * b);
            } else if self.takes("/") {
                left = both(left, self.value(), |a, b| a / b);
            } else {
                return left;
            }
        }
    }

    fn value(&mut self) -> Option<f64> {
        if self.takes("(") {
            let inner = self.sum();
            self.must_take(")");
            return inner;
        }
        let word = self.word();
        if let Ok(number) = word.parse() {
            return Some(number);
        }
        if !self.takes("(") {
            return self.datapoints.by_id.get(&word).copied();
        }
        let value = match word.as_str() {
            "FILL" => {
                let series = self.sum();
                self.must_take(",");
                let filling = self.sum();
                series.or(filling)
            }
            "SUM" if self.takes("[") => {
                let mut present: Vec<f64> = self.sum().into_iter().collect();
                while self.takes(",") {
                    present.extend(self.sum());
                }
                self.must_take("]");
                (!present.is_empty()).then(|| present.iter().sum())
            }
            // Of a search's series, which are added up already.
            "SUM" => self.sum(),
            "SEARCH" => self.search(),
            "PERIOD" => {
                self.word();
                Some(self.datapoints.period)
            }
            other => panic!("{other} is not evaluated here"),
        };
        self.must_take(")");
        value
    }

    fn word(&mut self) -> String {
        self.rest = self.rest.trim_start();
        let end =
            self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.').unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        assert!(!word.is_empty(), "a value is missing before {rest:?}");
        self.rest = rest;
        word.to_owned()
    }

    fn search(&mut self) -> Option<f64> {
        self.must_take("'");
        let (query, rest) = self.rest.split_once('\'').unwrap();
        self.rest = rest;
        self.must_take(",");
        self.must_take("'SampleCount'");
        let samples = &self.datapoints.gpu_samples;
        match query.split_once("InferenceComponentName=\"") {
            Some((_, name)) => samples.get(name.split('"').next().unwrap()).copied(),
            None => (!samples.is_empty()).then(|| samples.values().sum()),
        }
    }
}

fn both(left: Option<f64>, right: Option<f64>, operation: fn(f64, f64) -> f64) -> Option<f64> {
    Some(operation(left?, right?))
}
