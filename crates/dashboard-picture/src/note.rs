//! What stands in a widget's frame where there is no picture.

use maud::{Markup, html};

/// Why there is no picture.
pub(crate) fn note(what: &str, why: &str) -> Markup {
    html! { p.note { b { (what) } " " (why) } }
}
