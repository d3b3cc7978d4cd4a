//! The characters that a text may mean, whatever it passed through on its way: JSON, Rust's or Python's debug output, XML,
//! HTML, a URL, or one inside another.
//!
//! A list of a value's escaped forms is never complete (one writer escapes `/` and another doesn't, hexadecimal digits come
//! in both cases, a message is quoted in a message). So the text is read instead: at each place, which character may stand
//! there, and how far its spelling reaches.

use std::collections::BTreeMap;

/// How often a spelling may be escaped again.
const DEPTH: usize = 8;
/// The most backslashes that stand before one escaped character: each time it is escaped again they double, and one is added.
const MAX_RUN: usize = 31;

/// A text with what may be meant at each place of it.
pub(super) struct Spellings<'t> {
    text: &'t str,
    /// By the place where it begins: a character that is spelt in another way than by itself, and where its spelling ends.
    escapes: BTreeMap<usize, Vec<(char, usize)>>,
}

impl<'t> Spellings<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let may_begin = |(at, begins): (usize, char)| {
            let rest = &text[at..];
            let read = match begins {
                '\\' => after_backslashes(rest),
                '&' => entity(rest),
                '%' => percent(rest),
                '+' => vec![(' ', 1)],
                _ => return None,
            };
            Some((at, read.into_iter().map(|(character, length)| (character, at + length)).collect()))
        };
        Self { text, escapes: text.char_indices().filter_map(may_begin).collect() }
    }

    /// What may be meant at `at`, each with the place behind its spelling.
    pub(super) fn at(&self, at: usize) -> impl Iterator<Item = (char, usize)> {
        let itself = self.text.get(at..).and_then(|rest| rest.chars().next());
        let itself = itself.map(|character| (character, at + character.len_utf8()));
        itself.into_iter().chain(self.escapes.get(&at).into_iter().flatten().copied())
    }
}

/// What a run of backslashes may mean, alone and with what follows it.
fn after_backslashes(text: &str) -> Vec<(char, usize)> {
    let run = backslashes(text);
    let mut read: Vec<(char, usize)> = (2..=run.min(DEPTH)).map(|length| ('\\', length)).collect();
    let after = if run > MAX_RUN { "" } else { &text[run..] };
    let simple = match after.bytes().next() {
        Some(b'n') => Some('\n'),
        Some(b'r') => Some('\r'),
        Some(b't') => Some('\t'),
        Some(b'0') => Some('\0'),
        Some(b'b') => Some('\u{8}'),
        Some(b'f') => Some('\u{c}'),
        Some(b'v') => Some('\u{b}'),
        Some(b'a') => Some('\u{7}'),
        Some(b'e') => Some('\u{1b}'),
        Some(mark @ (b'"' | b'\'' | b'/' | b'`')) => Some(char::from(mark)),
        _ => None,
    };
    read.extend(simple.map(|character| (character, run + 1)));
    let numbered = match after.bytes().next() {
        Some(b'u') => unicode(after),
        Some(b'U') => hex(after, 1, 8).and_then(|code| Some((char::from_u32(code)?, 9))),
        Some(b'x') => hex(after, 1, 2).and_then(|code| Some((char::from_u32(code)?, 3))),
        _ => None,
    };
    read.extend(numbered.map(|(character, length)| (character, run + length)));
    read.extend(bytes_as_character(text, |rest| {
        let run = backslashes(rest);
        let byte = hex(rest.get(run..)?.strip_prefix('x')?, 0, 2).filter(|_| run > 0)?;
        Some((u8::try_from(byte).ok()?, run + 3))
    }));
    read
}

/// How many backslashes `text` begins with, counted no further than it matters.
fn backslashes(text: &str) -> usize {
    text.bytes().take(MAX_RUN + 1).take_while(|byte| *byte == b'\\').count()
}

/// `u{1f600}`, `u00e9`, or a pair of surrogates: `ud83d\ude00`.
fn unicode(text: &str) -> Option<(char, usize)> {
    if let Some(braced) = text.strip_prefix("u{") {
        let digits = &braced[..braced.find('}').filter(|length| (1..=6).contains(length))?];
        let code = u32::from_str_radix(digits, 16).ok()?;
        return Some((char::from_u32(code)?, digits.len() + 3));
    }
    let first = hex(text, 1, 4)?;
    if let Some(character) = char::from_u32(first) {
        return Some((character, 5));
    }
    let rest = text.get(5..)?;
    let run = backslashes(rest);
    let second = hex(rest.get(run..)?.strip_prefix('u').filter(|_| run > 0)?, 0, 4)?;
    let units = [u16::try_from(first).ok()?, u16::try_from(second).ok()?];
    let character = char::decode_utf16(units).next()?.ok()?;
    Some((character, 5 + run + 5))
}

/// `&quot;`, `&#34;`, `&#x22;`, and the same escaped again.
fn entity(text: &str) -> Vec<(char, usize)> {
    let mut read = Vec::new();
    let mut at = 1;
    for _ in 0..DEPTH {
        let rest = &text[at..];
        let Some((name, _)) = rest.split_once(';').filter(|(name, _)| (2..=8).contains(&name.len())) else { break };
        let end = at + name.len() + 1;
        let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
        let character = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            "nbsp" => Some('\u{a0}'),
            _ => match name.strip_prefix("#x").or_else(|| name.strip_prefix("#X")) {
                Some(digits) => number(digits, 16),
                None => name.strip_prefix('#').and_then(|digits| number(digits, 10)),
            },
        };
        read.extend(character.map(|character| (character, end)));
        if name != "amp" {
            break;
        }
        at = end;
    }
    read
}

/// `%22`, `%C3%A9`, and the same escaped again.
fn percent(text: &str) -> Vec<(char, usize)> {
    let byte_at = |again: usize| {
        move |rest: &str| {
            let mut digits = rest.strip_prefix('%')?;
            for _ in 0..again {
                digits = digits.strip_prefix("25")?;
            }
            Some((u8::try_from(hex(digits, 0, 2)?).ok()?, 1 + 2 * again + 2))
        }
    };
    (0..DEPTH).filter_map(|again| bytes_as_character(text, byte_at(again))).collect()
}

/// The character that bytes, each spelt as `byte_at` reads it, are in UTF-8.
fn bytes_as_character(text: &str, byte_at: impl Fn(&str) -> Option<(u8, usize)>) -> Option<(char, usize)> {
    let mut bytes = Vec::with_capacity(4);
    let mut at = 0;
    while bytes.len() < 4 {
        let (byte, length) = byte_at(text.get(at..)?)?;
        bytes.push(byte);
        at += length;
        if let Ok(read) = std::str::from_utf8(&bytes) {
            return read.chars().next().map(|character| (character, at));
        }
    }
    None
}

/// The number of exactly `digits` hexadecimal digits behind the first `skip` bytes.
fn hex(text: &str, skip: usize, digits: usize) -> Option<u32> {
    let digits = text.get(skip..skip + digits)?;
    // Without a sign, which `from_str_radix` would take.
    if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) { u32::from_str_radix(digits, 16).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn means(text: &str, value: &str) -> bool {
        let spellings = Spellings::of(text);
        let mut places = vec![0];
        for wanted in value.chars() {
            let next = places.iter().flat_map(|place| spellings.at(*place));
            places = next.filter(|(meant, _)| *meant == wanted).map(|(_, end)| end).collect();
        }
        places.contains(&text.len())
    }

    #[test]
    fn every_spelling_of_a_character_is_read() {
        for (text, value) in [
            (r"\n", "\n"),
            (r"\\n", "\n"),
            (r#"\""#, "\""),
            (r#"\\\""#, "\\\""),
            (r"\u0022", "\""),
            (r"\u00E9", "é"),
            (r"\u{e9}", "é"),
            (r"\xe9", "é"),
            (r"\xc3\xa9", "é"),
            (r"\U0001f600", "😀"),
            (r"\ud83d\uDE00", "😀"),
            (r"\\ud83d\\ude00", "😀"),
            ("&quot;", "\""),
            ("&#34;&#x22;", "\"\""),
            ("&amp;quot;", "\""),
            ("&amp;amp;", "&"),
            ("%22", "\""),
            ("%2522", "\""),
            ("%c3%A9", "é"),
            ("%F0%9F%98%80", "😀"),
            ("a+b%20c d", "a b c d"),
            (r"\/", "/"),
            (r"c:\\x\\\\y", r"c:\x\y"),
        ] {
            assert!(means(text, value), "{text} is not read as {value:?}");
        }
        for (text, value) in [("%2", "\""), ("&quot", "\""), (r"\u00+9", "\u{9}"), ("%+2", "\u{2}"), (r"\ud83d", "😀")]
        {
            assert!(!means(text, value), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "([%&\\\\#;xuU{}25a0é+]|amp;|\\PC){0,40}") {
            let spellings = Spellings::of(&text);
            for at in 0..=text.len() {
                for (_, end) in spellings.at(at) {
                    prop_assert!(end > at && text.is_char_boundary(end));
                }
            }
        }
    }
}
