//! Text of others as one line that a console, a terminal and a log can show.
//!
//! What AWS or a template says may hold anything: a container's coloured log line in SageMaker's `FailureReason`, a bell,
//! a mark that turns the reading direction round so that a text reads as another. None of it helps a reader.

use std::borrow::Cow;
use std::iter::Peekable;
use std::str::Chars;

const ESCAPE: char = '\u{1b}';
/// What ends a control string: the bell, or [`ESCAPE`] with a backslash, or this.
const STRING_TERMINATOR: char = '\u{9c}';

/// What is to become of a character.
enum Fate {
    Keep,
    /// Separates words, as a line's end does.
    Space,
    Drop,
}

/// `text` on one line: a run of line breaks and tabs becomes a space; terminal sequences, other control characters, marks
/// that change the reading direction and invisible characters are left out.
///
/// Joiners stay, as Persian words and many emoji are spelt with them.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().all(|character| matches!(fate(character), Fate::Keep)) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match fate(character) {
            Fate::Keep => line.push(character),
            Fate::Space => {
                while rest.next_if(|next| matches!(fate(*next), Fate::Space)).is_some() {}
                line.push(' ');
            }
            Fate::Drop => rest = after_sequence(character, rest),
        }
    }
    Cow::Owned(line)
}

/// Control characters by Unicode's table (<https://www.unicode.org/reports/tr44/#General_Category_Values>: Cc, Zl, Zp),
/// direction marks by the bidirectional algorithm (<https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters>).
fn fate(character: char) -> Fate {
    match character {
        '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Fate::Space,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}' => Fate::Drop,
        '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' => {
            Fate::Drop
        }
        other if other.is_control() => Fate::Drop,
        _ => Fate::Keep,
    }
}

/// What follows the terminal sequence that `first` begins, by ECMA-48
/// (<https://ecma-international.org/publications-and-standards/standards/ecma-48/>). Where it begins none, or one that
/// never ends, nothing but `first` is left out: a message must not vanish behind a broken sequence.
fn after_sequence(first: char, rest: Peekable<Chars<'_>>) -> Peekable<Chars<'_>> {
    let mut ahead = rest.clone();
    let kind = match first {
        ESCAPE => ahead.next(),
        '\u{9b}' => Some('['),
        '\u{9d}' => Some(']'),
        '\u{90}' => Some('P'),
        _ => None,
    };
    let complete = match kind {
        // A colour or a cursor's movement: parameters, intermediates, one final character.
        Some('[') => {
            while ahead.next_if(|next| matches!(next, '0'..='?')).is_some() {}
            while ahead.next_if(|next| matches!(next, ' '..='/')).is_some() {}
            ahead.next_if(|next| matches!(next, '@'..='~')).is_some()
        }
        // A window's title, a hyperlink, a device's answer.
        Some(']' | 'P' | 'X' | '^' | '_') => ends_string(&mut ahead),
        // Another character set.
        Some('('..='/') => ahead.next_if(|next| matches!(next, '0'..='~')).is_some(),
        _ => false,
    };
    if complete { ahead } else { rest }
}

/// Moves behind the end of a control string, where it has one before the line ends.
fn ends_string(ahead: &mut Peekable<Chars<'_>>) -> bool {
    while let Some(character) = ahead.next() {
        match character {
            '\u{7}' | STRING_TERMINATOR => return true,
            ESCAPE => return ahead.next_if_eq(&'\\').is_some(),
            '\n' | '\r' => return false,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a16_colours_bells_and_nuls_leave_nothing_behind() {
        assert_eq!(printable("\u{1b}[31mCUDA out of memory\u{1b}[0m\u{7}\0"), "CUDA out of memory");
        assert_eq!(printable("\u{9b}1;31mred\u{9b}m \u{1b}(B\u{1b}[38;5;196mdeep"), "red deep");
        assert_eq!(printable("\u{1b}]0;title\u{7}a\u{1b}]8;;https://x\u{1b}\\b\u{1b}[2J\u{7f}"), "ab");
    }

    #[test]
    fn a_broken_sequence_does_not_swallow_the_message() {
        assert_eq!(printable("\u{1b}[ 12 (of 4) failed"), "[ 12 (of 4) failed");
        assert_eq!(printable("\u{1b}]0;no end\nthe message"), "]0;no end the message");
        assert_eq!(printable("\u{1b}Error\u{1b}"), "Error");
    }

    #[test]
    fn lines_become_one_line_and_words_stay_apart() {
        assert_eq!(printable("a\r\n\tb\u{2028}c\u{85}d"), "a b c d");
        assert_eq!(printable("no\u{8}w"), "now");
    }

    #[test]
    fn nothing_turns_the_reading_direction_round_and_words_of_any_script_stay() {
        assert_eq!(printable("user\u{202e}nimda\u{202c} \u{2066}x\u{2069}\u{feff}\u{200b}"), "usernimda x");
        let fine = "می\u{200c}خواهم 👩\u{200d}💻 é 漢字 «ok»";
        assert!(matches!(printable(fine), Cow::Borrowed(same) if same == fine));
    }

    proptest! {
        #[test]
        fn a16_no_control_character_is_left_of_any_text(text in "(\\PC|\\pC|\u{1b}|\\[|[0-9;]|m|\n){0,60}") {
            let line = printable(&text).into_owned();
            let bad = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}');
            prop_assert!(!line.contains(bad), "{line:?}");
            let again = printable(&line).into_owned();
            prop_assert_eq!(&again, &line);
        }

        #[test]
        fn text_without_any_is_left_as_it_is(text in "[ -~äöü漢]{0,60}") {
            prop_assert_eq!(printable(&text), text.as_str());
        }
    }
}
