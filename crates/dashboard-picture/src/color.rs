//! Colours: the style sheet's, one after another, or those that a body names.

/// Colours that the style sheet has.
const COLORS: usize = 10;

/// The style sheet's class for the colour of the `number`th line, and for its dashes once colours repeat.
pub(crate) fn class(number: usize) -> String {
    let dashes = match number / COLORS {
        0 => "",
        round if round % 2 == 1 => " again",
        _ => " dotted",
    };
    format!("c{}{dashes}", number % COLORS)
}

/// A style that takes the place of the class's colour, where a body names one. What is no colour is left out, so that nothing else
/// gets into the style.
pub(crate) fn style(color: Option<&str>) -> Option<String> {
    color.filter(|color| is_color(color)).map(|color| format!("--c:{color}"))
}

/// A colour as a body names one: `#` and three or six hexadecimal digits.
fn is_color(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| matches!(digits.len(), 3 | 6) && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_colors_are_colors() {
        assert_eq!(style(Some("#1f77b4")).as_deref(), Some("--c:#1f77b4"));
        assert!(style(Some("#fff")).is_some());
        for other in ["red", "#12345", "#12345g", "#fff;x:1", ""] {
            assert_eq!(style(Some(other)), None, "{other}");
        }
    }

    #[test]
    fn lines_of_one_color_have_other_dashes() {
        assert_eq!([3, 13, 23, 33].map(class), ["c3", "c3 again", "c3 dotted", "c3 again"]);
    }
}
