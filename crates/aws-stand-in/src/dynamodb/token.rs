//! A condition expression's tokens.

/// One token, as it stands in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    /// Where it begins, in bytes.
    pub(super) at: usize,
}

/// Splits an expression. Characters that belong to no token become tokens of their own, for the parser to refuse.
pub(super) fn tokens(expression: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = expression[at..].chars().next() {
        let length = length(&expression[at..], first);
        if !first.is_whitespace() {
            found.push(Token { text: &expression[at..at + length], at });
        }
        at += length;
    }
    found
}

fn length(rest: &str, first: char) -> usize {
    let is_of_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if is_of_word(first) || first == '#' || first == ':' {
        let word = rest.chars().skip(1).take_while(|c| is_of_word(*c));
        return first.len_utf8() + word.map(char::len_utf8).sum::<usize>();
    }
    if ["<>", "<=", ">="].iter().any(|comparator| rest.starts_with(comparator)) {
        return 2;
    }
    first.len_utf8()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_falls_into_tokens() {
        let texts: Vec<_> = tokens("NOT(#a.b[0]<>:v_1 )").into_iter().map(|token| token.text).collect();
        assert_eq!(texts, ["NOT", "(", "#a", ".", "b", "[", "0", "]", "<>", ":v_1", ")"]);
    }
}
