//! Condition expressions: read once, then true or false of an item.
//! Served are comparisons, `attribute_exists`, `attribute_not_exists`, NOT, AND, OR and parentheses; attributes go by
//! `#placeholders` only, for 573 names are reserved and the stand-in doesn't hold that list.
//! See <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html>.

use std::{cmp::Ordering, collections::BTreeSet};

use serde_json::Value;

use super::{
    attribute::{self, Attributes},
    token::{Token, tokens},
};

/// The longest expression, in bytes:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-expression-parameters>.
const LONGEST: usize = 4096;

#[derive(Debug)]
pub(super) enum Condition {
    Either(Box<Self>, Box<Self>),
    Both(Box<Self>, Box<Self>),
    Not(Box<Self>),
    Exists(Path),
    Compare(Operand, Comparator, Operand),
}

#[derive(Debug)]
pub(super) enum Operand {
    Path(Path),
    Value(Value),
}

/// The way to an attribute, from the item's own attributes on.
#[derive(Debug)]
pub(super) struct Path(Vec<Step>);

#[derive(Debug)]
enum Step {
    Member(String),
    Index(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparator {
    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "=" => Self::Equal,
            "<>" => Self::NotEqual,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            _ => return None,
        })
    }

    fn holds(self, one: Option<&Value>, other: Option<&Value>) -> bool {
        // What isn't there equals nothing, so it differs from everything.
        let (Some(one), Some(other)) = (one, other) else {
            return self == Self::NotEqual;
        };
        let order = attribute::order(one, other);
        match self {
            Self::Equal => one == other,
            Self::NotEqual => one != other,
            Self::Less => order == Some(Ordering::Less),
            Self::LessOrEqual => order.is_some_and(Ordering::is_le),
            Self::Greater => order == Some(Ordering::Greater),
            Self::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
        }
    }
}

impl Condition {
    /// Reads an expression with the names and values its placeholders stand for. The error is the message of a
    /// `ValidationException`.
    pub(super) fn read(expression: &str, names: &Attributes, values: &Attributes) -> Result<Self, String> {
        if expression.len() > LONGEST {
            return Err(invalid("Expression size has exceeded the maximum allowed size;"));
        }
        if expression.trim().is_empty() {
            return Err(invalid("The expression can not be empty;"));
        }
        let tokens = tokens(expression);
        let mut parser = Parser { expression, tokens, next: 0, names, values, used: BTreeSet::new() };
        let condition = parser.either()?;
        if parser.next < parser.tokens.len() {
            return Err(parser.syntax_error());
        }
        for (member, given) in [("ExpressionAttributeNames", names), ("ExpressionAttributeValues", values)] {
            let unused: Vec<_> = given.keys().filter(|key| !parser.used.contains(*key)).map(String::as_str).collect();
            if !unused.is_empty() {
                let keys = unused.join(", ");
                return Err(format!("Value provided in {member} unused in expressions: keys: {{{keys}}}"));
            }
        }
        Ok(condition)
    }

    /// Whether the condition is true of an item; one that doesn't exist has no attributes.
    pub(super) fn holds(&self, item: &Attributes) -> bool {
        match self {
            Self::Either(one, other) => one.holds(item) || other.holds(item),
            Self::Both(one, other) => one.holds(item) && other.holds(item),
            Self::Not(condition) => !condition.holds(item),
            Self::Exists(path) => path.find(item).is_some(),
            Self::Compare(one, comparator, other) => comparator.holds(one.value(item), other.value(item)),
        }
    }
}

impl Operand {
    fn value<'a>(&'a self, item: &'a Attributes) -> Option<&'a Value> {
        match self {
            Self::Path(path) => path.find(item),
            Self::Value(value) => Some(value),
        }
    }
}

impl Path {
    fn find<'a>(&self, item: &'a Attributes) -> Option<&'a Value> {
        let mut steps = self.0.iter();
        let Some(Step::Member(first)) = steps.next() else {
            return None;
        };
        steps.try_fold(item.get(first)?, |value, step| match step {
            Step::Member(name) => value.get("M")?.get(name),
            Step::Index(index) => value.get("L")?.get(index),
        })
    }
}

fn invalid(what: impl std::fmt::Display) -> String {
    format!("Invalid ConditionExpression: {what}")
}

struct Parser<'a> {
    expression: &'a str,
    tokens: Vec<Token<'a>>,
    next: usize,
    names: &'a Attributes,
    values: &'a Attributes,
    /// The placeholders that the expression has used.
    used: BTreeSet<String>,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.tokens.get(self.next).map(|token| token.text)
    }

    /// Takes the next token if it is this one, in any case: `and` is as good as `AND`.
    fn take(&mut self, text: &str) -> bool {
        let taken = self.peek().is_some_and(|next| next.eq_ignore_ascii_case(text));
        self.next += usize::from(taken);
        taken
    }

    fn expect(&mut self, text: &str) -> Result<(), String> {
        if self.take(text) { Ok(()) } else { Err(self.syntax_error()) }
    }

    fn syntax_error(&self) -> String {
        let token = self.peek().unwrap_or("<EOF>");
        let from = self.next.checked_sub(1).map_or(0, |before| self.tokens[before].at);
        let to = self.tokens.get(self.next + 2).map_or(self.expression.len(), |after| after.at);
        let near = self.expression[from..to].trim();
        invalid(format!("Syntax error; token: \"{token}\", near: \"{near}\""))
    }

    fn either(&mut self) -> Result<Condition, String> {
        let mut condition = self.both()?;
        while self.take("OR") {
            condition = Condition::Either(Box::new(condition), Box::new(self.both()?));
        }
        Ok(condition)
    }

    fn both(&mut self) -> Result<Condition, String> {
        let mut condition = self.single()?;
        while self.take("AND") {
            condition = Condition::Both(Box::new(condition), Box::new(self.single()?));
        }
        Ok(condition)
    }

    fn single(&mut self) -> Result<Condition, String> {
        if self.take("NOT") {
            return Ok(Condition::Not(Box::new(self.single()?)));
        }
        if self.take("(") {
            let condition = self.either()?;
            self.expect(")")?;
            return Ok(condition);
        }
        // Functions, unlike keywords, differ by case.
        let function = self.peek().filter(|word| ["attribute_exists", "attribute_not_exists"].contains(word));
        if let Some(function) = function {
            self.next += 1;
            self.expect("(")?;
            let exists = Condition::Exists(self.path()?);
            self.expect(")")?;
            return Ok(if function == "attribute_exists" { exists } else { Condition::Not(Box::new(exists)) });
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Condition, String> {
        let one = self.operand()?;
        let sign = self.peek().unwrap_or_default();
        let Some(comparator) = Comparator::read(sign) else {
            return Err(self.syntax_error());
        };
        self.next += 1;
        let other = self.operand()?;
        if !matches!(comparator, Comparator::Equal | Comparator::NotEqual) {
            for operand in [&one, &other] {
                check_ordered(sign, operand)?;
            }
        }
        Ok(Condition::Compare(one, comparator, other))
    }

    fn operand(&mut self) -> Result<Operand, String> {
        let Some(placeholder) = self.peek().filter(|text| text.starts_with(':')) else {
            return Ok(Operand::Path(self.path()?));
        };
        let value = self.values.get(placeholder).ok_or_else(|| {
            let told = "An expression attribute value used in expression is not defined; attribute value";
            invalid(format!("{told}: {placeholder}"))
        })?;
        self.used.insert(placeholder.to_owned());
        self.next += 1;
        Ok(Operand::Value(value.clone()))
    }

    fn path(&mut self) -> Result<Path, String> {
        let mut steps = vec![Step::Member(self.name()?)];
        loop {
            if self.take(".") {
                steps.push(Step::Member(self.name()?));
            } else if self.take("[") {
                let index = self.peek().and_then(|text| text.parse().ok()).ok_or_else(|| self.syntax_error())?;
                self.next += 1;
                steps.push(Step::Index(index));
                self.expect("]")?;
            } else {
                return Ok(Path(steps));
            }
        }
    }

    fn name(&mut self) -> Result<String, String> {
        let placeholder = self.peek().unwrap_or_default();
        if !placeholder.starts_with('#') {
            let bare = placeholder.starts_with(|c: char| c.is_ascii_alphabetic());
            let served = bare && self.tokens.get(self.next + 1).is_none_or(|after| after.text != "(");
            return Err(if served {
                invalid(format!("this stand-in takes attribute names by #placeholders only; bare name: {placeholder}"))
            } else {
                self.syntax_error()
            });
        }
        let name = self.names.get(placeholder).and_then(Value::as_str).ok_or_else(|| {
            let told = "An expression attribute name used in the document path is not defined; attribute name";
            invalid(format!("{told}: {placeholder}"))
        })?;
        self.used.insert(placeholder.to_owned());
        self.next += 1;
        Ok(name.to_owned())
    }
}

/// A value compared by `<` and its like must be of a type that has an order.
fn check_ordered(sign: &str, operand: &Operand) -> Result<(), String> {
    let kind = match operand {
        Operand::Value(value) => attribute::typed(value).map(|(kind, _)| kind),
        Operand::Path(_) => None,
    };
    match kind {
        Some(kind) if !["S", "N", "B"].contains(&kind) => Err(invalid(format!(
            "Incorrect operand type for operator or function; operator or function: {sign}, operand type: {kind}"
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
