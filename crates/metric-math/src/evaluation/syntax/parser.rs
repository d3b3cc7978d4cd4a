//! The grammar of metric math: from tokens to a tree.

use super::{
    Node, SyntaxError, SyntaxProblem, Vocabulary,
    token::{Token, tokens},
};

/// Nobody writes more parentheses within parentheses, and each costs stack.
const DEEPEST: usize = 64;

/// Reads one expression that takes up the whole text.
pub(super) fn parse(text: &str, vocabulary: &Vocabulary) -> Result<Node, SyntaxError> {
    let end = text.chars().count() + 1;
    let mut parser = Parser { vocabulary, tokens: tokens(text)?, at: 0, depth: 0, end };
    let node = parser.binary(0)?;
    match parser.tokens.get(parser.at) {
        None => Ok(node),
        Some((position, token)) => {
            Err(SyntaxError { position: *position, problem: SyntaxProblem::Unexpected(token.to_string()) })
        }
    }
}

/// Operators from the loosest to the tightest.
const LEVELS: [&[&str]; 5] =
    [&["OR", "||"], &["AND", "&&"], &["==", "!=", "<=", ">=", "<", ">"], &["+", "-"], &["*", "/"]];

struct Parser<'v> {
    vocabulary: &'v Vocabulary,
    tokens: Vec<(usize, Token)>,
    at: usize,
    depth: usize,
    end: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(_, token)| token)
    }

    fn next(&mut self) -> Result<(usize, Token), SyntaxError> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token.ok_or(SyntaxError { position: self.end, problem: SyntaxProblem::Unfinished })
    }

    fn take(&mut self, symbol: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is(symbol));
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, symbol: &'static str) -> Result<(), SyntaxError> {
        match self.next()? {
            (_, token) if token.is(symbol) => Ok(()),
            (position, token) => Err(SyntaxError { position, problem: SyntaxProblem::Unexpected(token.to_string()) }),
        }
    }

    fn binary(&mut self, level: usize) -> Result<Node, SyntaxError> {
        let Some(operators) = LEVELS.get(level) else {
            return self.power();
        };
        let mut left = self.binary(level + 1)?;
        while let Some(operator) = operators.iter().find(|operator| self.peek().is_some_and(|token| token.is(operator)))
        {
            self.at += 1;
            let right = self.binary(level + 1)?;
            let operator = match *operator {
                "&&" => "AND",
                "||" => "OR",
                operator => operator,
            };
            left = Node::Binary(operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn power(&mut self) -> Result<Node, SyntaxError> {
        let base = self.unary()?;
        if self.take("^") {
            return Ok(Node::Binary("^", Box::new(base), Box::new(self.power()?)));
        }
        Ok(base)
    }

    fn unary(&mut self) -> Result<Node, SyntaxError> {
        let position = self.tokens.get(self.at).map_or(self.end, |(position, _)| *position);
        if self.depth >= DEEPEST {
            return Err(SyntaxError { position, problem: SyntaxProblem::TooDeep });
        }
        self.depth += 1;
        let node =
            if self.take("-") { self.unary().map(|inner| Node::Negative(Box::new(inner))) } else { self.primary() };
        self.depth -= 1;
        node
    }

    fn primary(&mut self) -> Result<Node, SyntaxError> {
        let (position, token) = self.next()?;
        let refuse = |problem| Err(SyntaxError { position, problem });
        match token {
            Token::Number(number) => Ok(Node::Number(number)),
            Token::Text(text) => Ok(Node::Text(text)),
            Token::Symbol("(") => {
                let inner = self.binary(0)?;
                self.expect(")")?;
                Ok(inner)
            }
            Token::Symbol("[") => Ok(Node::List(self.arguments("]")?)),
            Token::Name(name) => {
                if self.take("(") {
                    if !(self.vocabulary.is_function)(&name) {
                        return refuse(SyntaxProblem::UnknownFunction(name));
                    }
                    return Ok(Node::Call(name, self.arguments(")")?));
                }
                if name.starts_with(|first: char| first.is_ascii_lowercase()) {
                    Ok(Node::Id(name))
                } else if (self.vocabulary.is_word)(&name) {
                    Ok(Node::Word(name))
                } else {
                    refuse(SyntaxProblem::UnknownWord(name))
                }
            }
            token @ Token::Symbol(_) => refuse(SyntaxProblem::Unexpected(token.to_string())),
        }
    }

    fn arguments(&mut self, end: &'static str) -> Result<Vec<Node>, SyntaxError> {
        let mut arguments = Vec::new();
        if self.take(end) {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.binary(0)?);
            if self.take(",") {
                continue;
            }
            self.expect(end)?;
            return Ok(arguments);
        }
    }
}
