//! Text that is safe inside HTML and SVG.

use std::fmt::{self, Display, Write};

/// Text from elsewhere. Displays itself with everything escaped that could end the text or an attribute's value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Escaped<'t>(pub(super) &'t str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                // No HTML page may hold them.
                control if control.is_control() && !control.is_whitespace() => f.write_char('\u{fffd}')?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

/// A colour as a body names one; nothing else gets into a style.
pub(crate) fn is_color(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| matches!(digits.len(), 3 | 6) && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Why there is no picture.
pub(crate) fn write_note(out: &mut String, what: &str, why: &str) -> fmt::Result {
    write!(out, "<p class=\"note\"><b>{}</b> {}</p>", Escaped(what), Escaped(why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_a_text_or_an_attribute() {
        let escaped = Escaped("<b a='1' c=\"2\">&\u{0}").to_string();
        assert_eq!(escaped, "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;\u{fffd}");
    }

    #[test]
    fn only_colors_are_colors() {
        assert!(is_color("#1f77b4") && is_color("#fff"));
        for other in ["red", "#12345", "#12345g", "#fff;x:1", ""] {
            assert!(!is_color(other), "{other}");
        }
    }
}
