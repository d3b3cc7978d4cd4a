//! Text widgets: Markdown as HTML, without any HTML of its own.
//!
//! `CommonMark` with tables, which covers what
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_remove_text_dashboard.html> lists except its buttons.

use maud::{Markup, PreEscaped};
use pulldown_cmark::{CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, html::push_html};

/// Markdown as HTML. HTML inside it is shown as text, images as links to them (the page loads nothing from elsewhere),
/// and a link to anything but a web page or a mail address leads nowhere.
pub(crate) fn to_html(markdown: &str) -> Markup {
    let events =
        Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH).map(|event| match event {
            Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
            Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
            Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
            Event::Start(Tag::Link { dest_url, title, id, .. } | Tag::Image { dest_url, title, id, .. }) => {
                Event::Start(Tag::Link { link_type: LinkType::Inline, dest_url: harmless(dest_url), title, id })
            }
            Event::End(TagEnd::Image) => Event::End(TagEnd::Link),
            other => other,
        });
    let mut html = String::new();
    push_html(&mut html, events);
    // It is HTML already, and pulldown-cmark has escaped the text in it.
    PreEscaped(html)
}

fn harmless(address: CowStr<'_>) -> CowStr<'_> {
    let scheme = address.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        None | Some("http" | "https" | "mailto") => address,
        Some(_) => CowStr::Borrowed("#"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_links_lists_and_tables_are_drawn() {
        let html = to_html(
            "# chat\n**bold** [logs](https://example.com/a?b=1&c=2)\n\n- one\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
        )
        .into_string();
        for expected in [
            "<h1>chat</h1>",
            "<strong>bold</strong>",
            "href=\"https://example.com/a?b=1&amp;c=2\"",
            "<li>one</li>",
            "<td>2</td>",
        ] {
            assert!(html.contains(expected), "{expected} in {html}");
        }
    }

    #[test]
    fn hostile_text_stays_text() {
        let html = to_html(
            "<script>alert(1)</script>\n\nx <img src=x onerror=alert(1)> ![a](https://example.com/p.png) \
             [x](javascript:alert(1)) [y](JaVaScRiPt:alert(1)) [z](data:text/html,1)",
        )
        .into_string();
        for wrong in ["<script", "<img", "javascript:", "JaVaScRiPt:", "data:"] {
            assert!(!html.contains(wrong), "{wrong} in {html}");
        }
        assert!(html.contains("&lt;script&gt;"), "{html}");
    }
}
