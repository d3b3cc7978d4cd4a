//! The grammar of Metrics Insights queries. Keywords in any case, identifiers to the letter; in double quotes where they
//! have other characters than letters, digits and underscores.

use crate::telemetry::Statistic;

use super::{Condition, InsightsError, InsightsQuery, MOST_SERIES};

pub(super) fn read(text: &str) -> Result<InsightsQuery, InsightsError> {
    let mut parser = Parser { text, rest: text.trim_start() };
    parser.keyword("SELECT", "SELECT")?;
    let statistic = parser.function()?;
    parser.symbol("(", "(")?;
    let metric_name = parser.identifier("a metric name")?;
    parser.symbol(")", ")")?;
    parser.keyword("FROM", "FROM")?;
    let (namespace, schema) = if parser.take_keyword("SCHEMA") {
        parser.symbol("(", "(")?;
        let namespace = parser.identifier("a namespace")?;
        let mut names = Vec::new();
        while parser.take(",") {
            names.push(parser.identifier("a dimension name")?);
        }
        parser.symbol(")", ", or )")?;
        (namespace, Some(names))
    } else {
        (parser.identifier("a namespace")?, None)
    };
    let mut conditions = Vec::new();
    if parser.take_keyword("WHERE") {
        conditions.push(parser.condition()?);
        while parser.take_keyword("AND") {
            conditions.push(parser.condition()?);
        }
    }
    let mut group_by = Vec::new();
    if parser.take_keyword("GROUP") {
        parser.keyword("BY", "BY")?;
        group_by.push(parser.identifier("a dimension name")?);
        while parser.take(",") {
            group_by.push(parser.identifier("a dimension name")?);
        }
    }
    let mut order_by = None;
    if parser.take_keyword("ORDER") {
        parser.keyword("BY", "BY")?;
        let function = parser.function()?;
        parser.symbol("(", "()")?;
        parser.symbol(")", "()")?;
        let descending = parser.take_keyword("DESC");
        if !descending {
            parser.take_keyword("ASC");
        }
        order_by = Some((function, descending));
    }
    let limit = if parser.take_keyword("LIMIT") { parser.limit()? } else { MOST_SERIES };
    if !parser.rest.is_empty() {
        return Err(parser.expected("AND, GROUP BY, ORDER BY, LIMIT or the end"));
    }
    Ok(InsightsQuery { statistic, metric_name, namespace, schema, conditions, group_by, order_by, limit })
}

struct Parser<'t> {
    text: &'t str,
    rest: &'t str,
}

impl Parser<'_> {
    fn expected(&self, expected: &'static str) -> InsightsError {
        let position = self.text[..self.text.len() - self.rest.len()].chars().count() + 1;
        InsightsError { position, expected }
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest[bytes..].trim_start();
    }

    fn take(&mut self, symbol: &str) -> bool {
        let found = self.rest.starts_with(symbol);
        if found {
            self.skip(symbol.len());
        }
        found
    }

    fn symbol(&mut self, symbol: &str, expected: &'static str) -> Result<(), InsightsError> {
        if self.take(symbol) { Ok(()) } else { Err(self.expected(expected)) }
    }

    fn word(&self) -> &str {
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        &self.rest[..end]
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        let found = self.word().eq_ignore_ascii_case(keyword);
        if found {
            self.skip(keyword.len());
        }
        found
    }

    fn keyword(&mut self, keyword: &str, expected: &'static str) -> Result<(), InsightsError> {
        if self.take_keyword(keyword) { Ok(()) } else { Err(self.expected(expected)) }
    }

    fn function(&mut self) -> Result<Statistic, InsightsError> {
        let word = self.word();
        let statistic = match word.to_ascii_uppercase().as_str() {
            "AVG" => Statistic::Average,
            "COUNT" => Statistic::SampleCount,
            "MAX" => Statistic::Maximum,
            "MIN" => Statistic::Minimum,
            "SUM" => Statistic::Sum,
            // A metric without a function around it: the function is what is missing, where its parenthesis would be.
            _ if !self.rest[word.len()..].trim_start().starts_with('(') && !word.is_empty() => {
                let length = word.len();
                self.skip(length);
                return Err(self.expected("AVG, COUNT, MAX, MIN or SUM, with the metric in parentheses"));
            }
            _ => return Err(self.expected("AVG, COUNT, MAX, MIN or SUM")),
        };
        let length = word.len();
        self.skip(length);
        Ok(statistic)
    }

    fn identifier(&mut self, expected: &'static str) -> Result<String, InsightsError> {
        if self.rest.starts_with('"') {
            return self.quoted('"', expected);
        }
        let word = self.word().to_owned();
        if word.is_empty() {
            return Err(self.expected(expected));
        }
        self.skip(word.len());
        Ok(word)
    }

    /// A text in quotes; a backslash takes the character after it as it is.
    fn quoted(&mut self, quote: char, expected: &'static str) -> Result<String, InsightsError> {
        let mut content = String::new();
        let mut characters = self.rest.char_indices();
        if characters.next().is_none_or(|(_, first)| first != quote) {
            return Err(self.expected(expected));
        }
        while let Some((at, character)) = characters.next() {
            if character == quote {
                self.skip(at + 1);
                return Ok(content);
            }
            match (character, characters.clone().next()) {
                ('\\', Some((_, escaped))) => {
                    content.push(escaped);
                    characters.next();
                }
                _ => content.push(character),
            }
        }
        self.rest = "";
        Err(self.expected("a closing quote"))
    }

    fn condition(&mut self) -> Result<Condition, InsightsError> {
        let label = self.identifier("a dimension name")?;
        let equal = if self.take("!=") {
            false
        } else if self.take("=") {
            true
        } else {
            return Err(self.expected("= or !="));
        };
        let value = self.quoted('\'', "a value in single quotes")?;
        Ok(Condition { label, equal, value })
    }

    fn limit(&mut self) -> Result<usize, InsightsError> {
        let word = self.word();
        let limit = word.parse().ok().filter(|limit| (1..=MOST_SERIES).contains(limit));
        let length = word.len();
        let limit = limit.ok_or_else(|| self.expected("a number from 1 to 500"))?;
        self.skip(length);
        Ok(limit)
    }
}
