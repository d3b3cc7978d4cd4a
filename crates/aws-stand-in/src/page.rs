//! Pages of a listing and the tokens between them.
//! A token is opaque to callers, as AWS's are: it says where the next page starts and for which listing it was made.

use serde_json::Value;

/// One page and, where more follows, the token of the next.
#[derive(Debug)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next: Option<String>,
}

/// The token was not made by this listing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadToken;

/// Cuts one page of at most `size` items out of a complete, sorted listing.
pub(crate) fn cut<T>(listing: &str, all: Vec<T>, token: Option<&str>, size: usize) -> Result<Page<T>, BadToken> {
    let start = match token {
        None => 0,
        Some(token) => read(listing, token).ok_or(BadToken)?,
    };
    let end = start.saturating_add(size);
    let next = (end < all.len()).then(|| write(listing, end));
    Ok(Page { items: all.into_iter().skip(start).take(size).collect(), next })
}

/// A listing's answer with the token of the page after it, where there is one.
pub(crate) fn answer(mut answer: Value, next: Option<String>) -> Value {
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    answer
}

fn write(listing: &str, start: usize) -> String {
    let mut token = String::new();
    for byte in format!("{listing}:{start}").bytes().rev() {
        for digit in [byte >> 4, byte & 0xF] {
            token.extend(char::from_digit(digit.into(), 16));
        }
    }
    token
}

fn read(listing: &str, token: &str) -> Option<usize> {
    if !token.is_ascii() || !token.len().is_multiple_of(2) {
        return None;
    }
    let mut bytes: Vec<u8> =
        (0..token.len()).step_by(2).map(|at| u8::from_str_radix(&token[at..at + 2], 16).ok()).collect::<Option<_>>()?;
    bytes.reverse();
    let text = String::from_utf8(bytes).ok()?;
    text.strip_prefix(listing)?.strip_prefix(':')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_cover_everything_once() {
        let first = cut("things", vec![1, 2, 3, 4, 5], None, 2).unwrap();
        assert_eq!(first.items, [1, 2]);
        let second = cut("things", vec![1, 2, 3, 4, 5], first.next.as_deref(), 2).unwrap();
        assert_eq!(second.items, [3, 4]);
        let third = cut("things", vec![1, 2, 3, 4, 5], second.next.as_deref(), 2).unwrap();
        assert_eq!((third.items, third.next), (vec![5], None));
    }

    #[test]
    fn foreign_tokens_are_refused() {
        let token = cut("things", vec![1, 2], None, 1).unwrap().next;
        for bad in [token.as_deref(), Some("zz"), Some("é!"), Some("")] {
            assert_eq!(cut("others", vec![1, 2], bad, 1).err(), Some(BadToken), "{bad:?}");
        }
    }
}
