//! The tokens of metric math.

use std::fmt;

use super::{SyntaxError, SyntaxProblem};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Text(String),
    Name(String),
    Symbol(&'static str),
}

impl Token {
    /// `AND` and `OR` are names that act as operators.
    pub(super) fn is(&self, symbol: &str) -> bool {
        match self {
            Self::Symbol(own) => *own == symbol,
            Self::Name(name) => (symbol == "AND" || symbol == "OR") && name == symbol,
            Self::Number(_) | Self::Text(_) => false,
        }
    }
}

impl fmt::Display for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(formatter, "{number}"),
            Self::Text(text) => write!(formatter, "'{text}'"),
            Self::Name(name) => formatter.write_str(name),
            Self::Symbol(symbol) => formatter.write_str(symbol),
        }
    }
}

/// Longer ones first, so that `<=` isn't read as `<` and `=`.
const SYMBOLS: [&str; 19] =
    ["==", "!=", "<=", ">=", "&&", "||", "<", ">", "+", "-", "*", "/", "^", "(", ")", "[", "]", ",", "="];

/// The tokens, each with its position from 1.
pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, SyntaxError> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let position = text[..text.len() - rest.len()].chars().count() + 1;
        let at = |problem| SyntaxError { position, problem };
        let (token, length) = if first == '\'' || first == '"' {
            quoted(rest, first).map_err(at)?
        } else if first.is_ascii_digit() || first == '.' {
            number(rest).map_err(at)?
        } else if first.is_ascii_alphabetic() || first == '_' {
            let length = length_of(rest, |c| c.is_ascii_alphanumeric() || c == '_');
            (Token::Name(rest[..length].to_owned()), length)
        } else {
            let symbol = SYMBOLS
                .iter()
                .find(|symbol| rest.starts_with(**symbol))
                .ok_or_else(|| at(SyntaxProblem::Unexpected(first.to_string())))?;
            (Token::Symbol(symbol), symbol.len())
        };
        tokens.push((position, token));
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

fn length_of(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// A text in quotes; a backslash takes the quote or backslash after it as it is. Before anything else it stays: the
/// text may be a search, which has escapes of its own.
fn quoted(text: &str, quote: char) -> Result<(Token, usize), SyntaxProblem> {
    let mut content = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        if character == quote {
            return Ok((Token::Text(content), at + quote.len_utf8()));
        }
        if character == '\\' {
            let (_, escaped) = characters.next().ok_or(SyntaxProblem::Unfinished)?;
            if escaped != quote {
                content.push('\\');
            }
            content.push(escaped);
        } else {
            content.push(character);
        }
    }
    Err(SyntaxProblem::Unfinished)
}

fn number(text: &str) -> Result<(Token, usize), SyntaxProblem> {
    let mut length = length_of(text, |c| c.is_ascii_digit() || c == '.');
    let exponent = text[length..].strip_prefix(['e', 'E']).map(|rest| rest.strip_prefix(['+', '-']).unwrap_or(rest));
    if let Some(exponent) = exponent {
        let digits = length_of(exponent, |c| c.is_ascii_digit());
        if digits > 0 {
            length = text.len() - exponent.len() + digits;
        }
    }
    let number = text[..length].parse().map_err(|_| SyntaxProblem::Unexpected(text[..length].to_owned()))?;
    Ok((Token::Number(number), length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_texts_and_symbols() {
        let found: Vec<Token> =
            tokens("1e3<=.5 'it\\'s \\\"q\\\"' ||x_1").unwrap().into_iter().map(|(_, token)| token).collect();
        assert_eq!(
            found,
            [
                Token::Number(1000.0),
                Token::Symbol("<="),
                Token::Number(0.5),
                Token::Text("it's \\\"q\\\"".into()),
                Token::Symbol("||"),
                Token::Name("x_1".into()),
            ]
        );
        let positions: Vec<usize> = tokens("ä'é' + b").unwrap_or_default().into_iter().map(|(at, _)| at).collect();
        assert!(positions.is_empty(), "a letter beyond ASCII begins no token");
        let positions: Vec<usize> = tokens("'é' + b").unwrap().into_iter().map(|(at, _)| at).collect();
        assert_eq!(positions, [1, 5, 7], "characters are counted, not bytes");
    }
}
