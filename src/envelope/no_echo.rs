//! Keeping values under `NoEcho` out of whatever text is shown, whoever wrote the text.
//!
//! Every scalar of the declaration counts as secret, names of properties don't. How readily a value is recognized depends on
//! how little else it can mean:
//!
//! | value | masked |
//! |---|---|
//! | 6 bytes or more | wherever it stands, also within a word |
//! | a number of 4 or 5 characters | where it stands as a number of its own |
//! | anything shorter | between quotation marks; a number also after words that announce one (`: 60`, `got 60`) |
//! | `true`, `false` | never |
//!
//! Masked everywhere, `60` or `a` would leave no sentence readable, and neither gives anything away.

use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::Value;

use super::spellings::Spellings;
use crate::callback::printable;
use crate::scalar;

const MASK: &str = "***";
const ANYWHERE: usize = 6;
const NUMBER_OF_ITS_OWN: usize = 4;

/// What ends right before a quoted value. Right after it, any of these begins, by its first character.
const MARKS: [&str; 17] = [
    "\"", "'", "`", "“", "”", "‘", "’", "«", "„", "&quot;", "&apos;", "&#34;", "&#39;", "&#x27;", "%22", "%27",
    "\\u0027",
];
/// What a text puts before a number that it quotes.
const ANNOUNCEMENTS: [&str; 4] = [": ", "got ", "is ", "="];

/// What is shown of a text that takes too long to search.
const WITHHELD: &str = "a text that is not shown: it holds too much that could be a value under NoEcho";
/// How many steps the search of a text may take; an ordinary one takes a few for each of its characters.
const MAX_STEPS: usize = 1_000_000;

/// The search of a text took more than [`MAX_STEPS`].
struct TooMuch;

/// The values that no text may show, in order, each with whether it is a number.
pub(super) struct Secrets(Vec<(String, bool)>);

impl Secrets {
    /// Every scalar of these declarations.
    pub(super) fn of<'v>(declared: impl Iterator<Item = &'v Value>) -> Self {
        let mut collected = Collected::default();
        declared.for_each(|value| collected.collect(value));
        Self(collected.0.into_iter().collect())
    }

    /// `text` with every spelling of a secret masked. Where two overlap, one mask covers both: no end of either is left.
    pub(super) fn masked_in(&self, text: String) -> String {
        let Ok(spans) = self.spans(&text) else { return WITHHELD.to_owned() };
        if spans.is_empty() {
            return text;
        }
        let mut masked = String::with_capacity(text.len());
        let mut at = 0;
        for span in spans {
            masked.push_str(&text[at..span.start]);
            masked.push_str(MASK);
            at = span.end;
        }
        masked.push_str(&text[at..]);
        masked
    }

    /// Where secrets stand in `text`.
    fn spans(&self, text: &str) -> Result<Vec<Range<usize>>, TooMuch> {
        let spellings = Spellings::of(text);
        let mut steps = MAX_STEPS;
        let mut spans: Vec<Range<usize>> = Vec::new();
        for (at, _) in text.char_indices() {
            let Some(end) = self.end_of_longest(text, &spellings, at, &mut steps)? else { continue };
            match spans.last_mut() {
                Some(last) if at < last.end => last.end = last.end.max(end),
                _ => spans.push(at..end),
            }
        }
        Ok(spans)
    }

    /// Where the longest secret ends that begins at `at`, if one does.
    fn end_of_longest(
        &self,
        text: &str,
        spellings: &Spellings<'_>,
        at: usize,
        steps: &mut usize,
    ) -> Result<Option<usize>, TooMuch> {
        let mut longest = None;
        let mut matches = vec![Match { candidates: 0..self.0.len(), read: 0, end: at }];
        while !matches.is_empty() {
            let mut next = Vec::new();
            for mut so_far in matches {
                *steps = steps.checked_sub(1).ok_or(TooMuch)?;
                while let Some((value, is_number)) = self.complete(&so_far) {
                    if is_recognized(value, *is_number, &text[..at], &text[so_far.end..]) {
                        longest = longest.max(Some(so_far.end));
                    }
                    so_far.candidates.start += 1;
                }
                if !so_far.candidates.is_empty() {
                    let meant = spellings.at(so_far.end).map(|(character, end)| self.narrowed(&so_far, character, end));
                    next.extend(meant.filter(|narrowed| !narrowed.candidates.is_empty()));
                }
            }
            // Two readings of the same place meet again.
            next.sort_unstable_by_key(|one| (one.candidates.start, one.end));
            next.dedup();
            matches = next;
        }
        Ok(longest)
    }

    /// The first candidate, where it has been read to its end. In order, a value stands before those it begins.
    fn complete(&self, so_far: &Match) -> Option<&(String, bool)> {
        self.0[so_far.candidates.clone()].first().filter(|(value, _)| value.len() == so_far.read)
    }

    /// The candidates that go on with `character`, which is spelt up to `end`.
    fn narrowed(&self, so_far: &Match, character: char, end: usize) -> Match {
        let candidates = &self.0[so_far.candidates.clone()];
        let next = |value: &str| value[so_far.read..].chars().next();
        let first = candidates.partition_point(|(value, _)| next(value) < Some(character));
        let behind = candidates.partition_point(|(value, _)| next(value) <= Some(character));
        let start = so_far.candidates.start;
        Match { candidates: start + first..start + behind, read: so_far.read + character.len_utf8(), end }
    }
}

/// The secrets that a text may be showing, as far as it has been read.
#[derive(PartialEq, Eq)]
struct Match {
    /// Those that begin with what has been read.
    candidates: Range<usize>,
    /// How many of their bytes that is.
    read: usize,
    /// How far the text has been read.
    end: usize,
}

#[derive(Default)]
struct Collected(BTreeSet<(String, bool)>);

impl Collected {
    fn collect(&mut self, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.collect(item)),
            Value::Object(members) => members.values().for_each(|member| self.collect(member)),
            Value::Null => {}
            // No matter in which case it is written.
            flag if scalar::boolean(flag).is_some() => {}
            other => self.collect_scalar(other),
        }
    }

    fn collect_scalar(&mut self, value: &Value) {
        let text = scalar::text(value).unwrap_or_default();
        let number = scalar::number(value);
        if let Some(number) = number {
            // "5.0" and "5e3" are written as 5 and 5000.
            self.add(&number.to_string(), true);
        }
        // A message may show one line of many.
        text.lines().for_each(|line| self.add(line, number.is_some()));
        self.add(&printable(&text), number.is_some());
        self.add(&text, number.is_some());
    }

    fn add(&mut self, text: &str, is_number: bool) {
        for form in [text, text.trim()] {
            if !form.is_empty() {
                self.0.insert((form.to_owned(), is_number));
            }
        }
    }
}

/// Whether what stands between `before` and `after` is the value, and not the same letters by chance.
fn is_recognized(value: &str, is_number: bool, before: &str, after: &str) -> bool {
    let ends_word = |side: Option<char>| side.is_none_or(|side| !side.is_alphanumeric() && side != '_');
    let is_quoted = || {
        let closes = |mark: &&str| mark.chars().next().is_some_and(|first| after.starts_with(first));
        MARKS.iter().any(|mark| before.ends_with(mark)) && (MARKS.iter().any(closes))
    };
    let is_announced = || ANNOUNCEMENTS.iter().any(|words| before.ends_with(words)) && ends_word(after.chars().next());
    let is_of_its_own = || {
        let before = before.chars().next_back();
        ends_word(before) && before != Some('.') && ends_word(after.chars().next())
    };
    match value.len() {
        ANYWHERE.. => true,
        NUMBER_OF_ITS_OWN.. if is_number => is_of_its_own() || is_quoted(),
        _ => is_quoted() || is_number && is_announced(),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn masked(declared: &Value, text: &str) -> String {
        Secrets::of(std::iter::once(declared)).masked_in(text.to_owned())
    }

    fn percent_encoded(text: &str, upper: bool) -> String {
        text.bytes().fold(String::new(), |mut encoded, byte| {
            let written = if upper { write!(encoded, "%{byte:02X}") } else { write!(encoded, "%{byte:02x}") };
            assert!(written.is_ok());
            encoded
        })
    }

    fn xml_escaped(text: &str) -> String {
        let named = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        named.replace('\'', "&#39;").replace('\n', "&#10;")
    }

    fn ascii_json(text: &str) -> String {
        text.encode_utf16().fold(String::new(), |encoded, unit| match u8::try_from(unit) {
            Ok(plain @ (b' '..=b'!' | b'#'..=b'[' | b']'..=b'~')) => encoded + &char::from(plain).to_string(),
            _ => encoded + &format!("\\u{unit:04x}"),
        })
    }

    /// Every way in which a text may carry `secret`.
    fn forms(secret: &str) -> Vec<(&'static str, String)> {
        let json = serde_json::to_string(secret).unwrap();
        let json = json[1..json.len() - 1].to_owned();
        let debug = format!("{secret:?}");
        let debug = debug[1..debug.len() - 1].to_owned();
        let twice = serde_json::to_string(&json).unwrap();
        vec![
            ("raw", secret.to_owned()),
            ("printable", printable(secret).trim().to_owned()),
            ("JSON, slashes too", json.replace('/', "\\/")),
            ("JSON in ASCII", ascii_json(secret)),
            ("JSON in JSON", twice[1..twice.len() - 1].to_owned()),
            ("JSON", json),
            ("Rust's debug", debug),
            ("XML", xml_escaped(secret)),
            ("XML in XML", xml_escaped(&xml_escaped(secret))),
            ("a URL", percent_encoded(secret, true)),
            ("a URL in lower case", percent_encoded(secret, false)),
            ("a form", secret.replace('%', "%25").replace('+', "%2B").replace(' ', "+")),
        ]
    }

    #[test]
    fn review_14_a_value_is_masked_in_every_escaped_form() {
        for secret in [
            "hush\"quote\"",
            "back\\slash\\hush",
            "line\nline-two\r\n\thush",
            "pässwörd/漢字😀",
            "a&b<c>'d'+%25 e",
            "\u{1b}[31mhush\u{7}hush",
        ] {
            for (form, carried) in forms(secret) {
                let shown = masked(&json!({"A": [{"B": secret}]}), &format!("Value '{carried}' failed"));
                assert_eq!(shown, "Value '***' failed", "{secret:?} in {form}: {carried}");
            }
        }
    }

    #[test]
    fn review_14_a_line_of_a_value_is_masked_too() {
        let declared = json!({"Key": "-----BEGIN-----\nMIIEow\n-----END-----"});
        assert_eq!(masked(&declared, "bad line: MIIEow"), "bad line: ***");
    }

    #[test]
    fn review_14_numbers_are_masked_however_they_were_declared() {
        for declared in
            [json!({"A": "123456"}), json!({"A": 123_456}), json!({"A": "123456.0"}), json!({"A": "1.23456e5"})]
        {
            assert_eq!(masked(&declared, "123456 is more than 100000, '123456'"), "*** is more than 100000, '***'");
        }
        assert_eq!(masked(&json!({"A": "5.752"}), "$5.752, not 15.752"), "$***, not 15.752");
        assert_eq!(masked(&json!({"A": "4321"}), "4321. 43210 4.4321 x4321"), "***. 43210 4.4321 x4321");
    }

    #[test]
    fn review_14_short_values_are_masked_where_they_stand_as_values() {
        let declared = json!({"A": "ab", "B": "60", "C": "a", "D": "hush", "E": ""});
        let text =
            "A: \"ab\" and 'a' or \\\"hush\\\", &quot;hush&quot;; Period: 60 is a period, got 60; a tab every 60 s";
        let wanted =
            "A: \"***\" and '***' or \\\"***\\\", &quot;***&quot;; Period: *** is a period, got ***; a tab every 60 s";
        assert_eq!(masked(&declared, text), wanted);
    }

    #[test]
    fn review_14_names_and_flags_stay_readable() {
        let declared = json!({"KmsKeyId": "hush-key", "Enabled": "true", "Other": true, "None": null});
        let text = "Properties.KmsKeyId: 'hush-key' is 'true'";
        assert_eq!(masked(&declared, text), "Properties.KmsKeyId: '***' is 'true'");
    }

    #[test]
    fn review_14_overlapping_values_leave_no_end_of_either() {
        assert_eq!(masked(&json!(["abcdef", "defghi", "abcdefg"]), "x abcdefghi y abcdefg"), "x *** y ***");
    }

    #[test]
    fn a_large_declaration_and_a_long_text_take_few_steps() {
        let declared: Value = (0..5_000).map(|at| format!("arn:aws:iam::{at:012}:role/x")).collect();
        let text = "arn:aws:iam::000000004999:role/x \\\\\\\\\\ %25%25 ".repeat(100);
        let shown = masked(&declared, &text);
        assert!(shown != WITHHELD && !shown.contains("4999"), "{shown}");
    }

    #[test]
    fn a_text_that_could_be_anything_is_withheld() {
        let declared = json!(["\\".repeat(4_000)]);
        assert_eq!(masked(&declared, &"\\".repeat(20_000)), WITHHELD);
    }

    proptest! {
        #[test]
        fn review_14_no_value_is_left_in_any_form(
            secret in "[a-z\"'\\\\\n\t é漢/%&+<;]{6,20}",
            form in 0_usize..12,
            around in "[ -~é]{0,12}",
        ) {
            prop_assume!(secret.trim().len() >= ANYWHERE && printable(&secret).trim().len() >= ANYWHERE);
            let (_, carried) = forms(&secret).swap_remove(form);
            let shown = masked(&json!([secret]), &format!("{around}{carried}{around}"));
            prop_assert!(shown.contains(MASK) && !shown.contains(&carried), "{carried:?} in {shown:?}");
        }

        #[test]
        fn any_text_is_masked_without_panic(value in any::<String>(), text in any::<String>()) {
            let _ = masked(&json!([value, text.clone()]), &text);
        }
    }
}
